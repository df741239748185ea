"""The experiment of notebook 06: what a repetition penalty costs and mends, with characters and with larger tokens."""

import re
from collections import Counter

import numpy as np

from tinygpt_lib.corpus import shakespeare, split
from tinygpt_lib.course.experiments.grid import Grid
from tinygpt_lib.course.experiments.windows import tokens
from tinygpt_lib.course.measures import words
from tinygpt_lib.generation import REPETITION_WINDOW, sample
from tinygpt_lib.model import TinyGPT
from tinygpt_lib.training import train

PENALTIES = (1.0, 0.7, 0.5, 0.1)
DRAWN = {"temperature": 0.8, "top_n": 10}  # the original's own settings
SPEAKERS, CHARACTERS, GREEDY_TOKENS = 16, 300, 1000


def circle(ids):
    """The length of the circle in which greedy ids go, once as many of them recur as the choice depends on; or None."""
    seen = {}
    for end in range(REPETITION_WINDOW, len(ids) + 1):
        last = tuple(ids[end - REPETITION_WINDOW : end])
        if last in seen:
            return end - seen[last]
        seen[last] = end
    return None


def invented_share(text, known):
    """The share of the words of a text, without its last, that are not among the `known` ones."""
    used = words(text.rsplit(maxsplit=1)[0])
    return float(np.mean([word not in known for word in used]))


def penalised(seed, vocab_size, steps=1500):
    """Train on tokens of some vocabulary, then write with four penalties, each with the same random numbers.

    `invented`: for each penalty, the share of invented words in 300 characters by each of 16 speakers, two draws of
    each, averaged. `circles`: for each penalty, how many of 16 greedy texts of 1,000 tokens go in circles; `periods`:
    the middle one of the circles' lengths in tokens (None: there is none).
    """
    tok, training_ids, held_out, _ = tokens(vocab_size)
    training_text = split(shakespeare())[0]
    known = set(words(training_text))
    model = TinyGPT(tok, hidden=(256,), seed=seed)
    train(model, training_ids, steps=steps, every=steps, learning_rate=4e-3, min_context=4, seed=seed, progress=False)
    speakers = Counter(re.findall(r"^(.+:)$", training_text, re.MULTILINE)).most_common(SPEAKERS)
    starts = [tok.encode(f"{name}\n") for name, _ in speakers]
    result = {"invented": [], "circles": [], "periods": [], "nats_per_token": model.loss(held_out)}
    for penalty in PENALTIES:
        spoken = sample(model, starts * 2, CHARACTERS, **DRAWN, repetition_penalty=penalty, seed=seed)
        speeches = [tok.decode(ids[len(start) :])[:CHARACTERS] for ids, start in zip(spoken, starts * 2)]
        result["invented"].append(np.mean([invented_share(speech, known) for speech in speeches]))
        greedy = sample(model, starts, GREEDY_TOKENS, temperature=0, repetition_penalty=penalty)
        lengths = [length for ids, start in zip(greedy, starts) if (length := circle(ids[len(start) :]))]
        result["circles"].append(len(lengths))
        result["periods"].append(float(np.median(lengths)) if lengths else None)
    return result


GRIDS = {
    "sampling_penalty": Grid(
        "What does a penalty on the last 20 tokens cost and mend, with characters and with larger tokens?",
        penalised,
        {"characters": {"vocab_size": 65}, "512 tokens": {"vocab_size": 512}},
        seeds=5,
        sample={"vocab_size": 65, "steps": 40},
        tolerance=0.1,
    ),
}

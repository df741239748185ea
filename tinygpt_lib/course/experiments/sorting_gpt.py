"""Alphabetize again, by attention: the measures of notebook 03 and appendix A1, taken of a GPT beside one-hot slots."""

import time

import numpy as np

from tinygpt_lib.alphabetize import CHECK_STRINGS, CHECKS_IN_A_ROW, is_trained, letters, random_strings
from tinygpt_lib.course.experiments.grid import Grid
from tinygpt_lib.generation import sample
from tinygpt_lib.model import TinyGPT
from tinygpt_lib.optimizers import Adam
from tinygpt_lib.training import SCHEDULES
from tinygpt_lib.transformer import GPT

STRINGS = 8  # a step
CHECK_EVERY = 10  # steps
KINDS = {
    "onehot": (TinyGPT, {"encoding": "onehot", "hidden": (256,), "padding": "after"}),
    "gpt": (GPT, {"width": 64, "heads": 4, "layers": 2}),
}
TRAINED, ASKED = (3, 4, 6, 7), tuple(range(2, 11))  # lengths


def sorter(seed, model, context, size, **network):
    """An untrained model over the first `size` letters: "onehot", the slots of notebook 03, or "gpt"."""
    kind, settings = KINDS[model]
    return kind(letters(size), context, seed=seed, **{**settings, **network})


def lessons(model, strings, mark=()):
    """Strings (lists of ids), a mark behind each, and their letters in order: examples of the latter for `model`."""
    strings = [list(string) for string in strings]
    texts = [[*string, *mark, *sorted(string)] for string in strings]
    asked = [[False] * (len(string) + len(mark)) + [True] * len(string) for string in strings]
    return model.examples(texts, asked)


def right(model, strings, mark=()) -> float:
    """The share of strings (n, L) whose most probable answer, letter by letter, is in order."""
    prompts = [[*string, *mark] for string in strings.tolist()]
    answers = sample(model, prompts, strings.shape[1], temperature=0)
    return float(np.mean([answer[-strings.shape[1] :] == sorted(string) for answer, string in zip(answers, strings)]))


def strings_to_right(seed, model, length, size, learning_rate, most=100_000, first_seed=0, marked=False,
                     **network):  # fmt: skip
    """How many strings until the first of ten perfect checks in a row (None: not within `most`), and what they cost.

    A check sorts 100 fresh strings, after every 80 strings of training. Each string counts once, however many places
    of it teach. The rate stays the same to the end. The random seed is first_seed + seed. marked: a letter of its own
    stands between a string and its answer.
    """
    seed += first_seed
    mark = (size,) * marked
    model = sorter(seed, model, 2 * length + marked, size + marked, **network)
    adam, rng, fresh = Adam(model.parameters()), np.random.default_rng(seed), np.random.default_rng([seed, 1])
    shares, seconds, started = [], 0.0, time.process_time()
    for _ in range(most // (STRINGS * CHECK_EVERY)):
        started = time.process_time()
        for _ in range(CHECK_EVERY):
            model.loss_and_gradients(*lessons(model, random_strings(rng, STRINGS, length, size), mark))
            adam.step(learning_rate)
        seconds += time.process_time() - started
        shares.append(right(model, random_strings(fresh, CHECK_STRINGS, length, size), mark))
        if is_trained(shares):
            strings = STRINGS * CHECK_EVERY * (len(shares) - CHECKS_IN_A_ROW + 1)
            return {"strings": strings, "seconds": seconds, "size": model.size}
    return {"strings": None, "seconds": seconds, "size": model.size}


def other_lengths(seed, model, learning_rate, steps, size=3, **network):
    """Train on strings of the lengths TRAINED, all mixed, each with a mark behind it; right answers at each of ASKED.

    The mark is a letter more. The rate falls to 0. 200 random strings of each length are asked.
    """
    model = sorter(seed, model, 2 * max(ASKED) + 1, size + 1, **network)
    adam, rng = Adam(model.parameters()), np.random.default_rng(seed)
    mark = (size,)
    for step in range(steps):
        lengths = rng.choice(TRAINED, STRINGS)
        strings = [random_strings(rng, 1, length, size)[0].tolist() for length in lengths]
        model.loss_and_gradients(*lessons(model, strings, mark))
        adam.step(learning_rate * SCHEDULES["linear"](step / steps))
    fresh = np.random.default_rng([seed, 1])
    return {"right": [right(model, random_strings(fresh, 200, length, size), mark) for length in ASKED]}


TASK = {"length": 6, "size": 3}  # as in notebook 03
RATES = {"onehot": (2, 4, 8, 16), "gpt": (0.25, 0.5, 1, 2)}  # thousandths
CHOSEN = {"onehot": 8e-3, "gpt": 5e-4}  # by sorting_rates

WAYS = {
    "onehot": {"model": "onehot"},
    **{positions: {"model": "gpt", "positions": positions} for positions in ("learned", "rotary", "none")},
}

GRIDS = {
    "sorting_rates": Grid(
        "Which learning rate suits slots and attention? (on seeds of their own)",
        strings_to_right,
        {
            f"{model}, {rate}": {"model": model, **TASK, "learning_rate": rate / 1000, "first_seed": 100}
            for model, rates in RATES.items()
            for rate in rates
        },
        seeds=3,
        sample={"model": "gpt", "length": 6, "size": 3, "learning_rate": 2e-3, "most": 800},
        tolerance=0.1,
    ),
    "sorting_again": Grid(
        "How many strings does it take to sort letters, by slots and by attention, each at its own best rate?",
        strings_to_right,
        {model: {"model": model, **TASK, "learning_rate": CHOSEN[model]} for model in KINDS},
        seeds=20,
        sample={"model": "onehot", "length": 6, "size": 3, "learning_rate": 4e-3},
        tolerance=0.1,
    ),
    "sorting_growth": Grid(
        "How does the number of strings grow with their length?",
        strings_to_right,
        {
            f"{model} {length}": {
                "model": model, "length": length, "size": 3, "learning_rate": CHOSEN[model], "most": 60_000,
            }
            for model in KINDS
            for length in (6, 8, 12)
        },
        seeds=5,
        sample={"model": "gpt", "length": 8, "size": 3, "learning_rate": 2e-3, "most": 800},
        tolerance=0.1,
    ),
    "sorting_lengths": Grid(
        "Trained on some lengths: what about those between, and those beyond?",
        other_lengths,
        {
            f"{name}, {rate}": {**way, "learning_rate": rate / 1000, "steps": 800}
            for name, way in WAYS.items()
            for rate in (1, 2, 4)
        },
        seeds=5,
        sample={"model": "gpt", "positions": "none", "learning_rate": 2e-3, "steps": 40},
        tolerance=0.1,
    ),
}  # fmt: skip

"""Notebook 09's assistant, made of a GPT: is a name found wherever it stands in a question?

The same conversations; no more examples, and no more seconds, than the network of 09 had for its base and its answers.
"""

import time

import numpy as np

from tinygpt_lib.chat import Answers, exchange, mixed
from tinygpt_lib.course.assistant.base import base_ids
from tinygpt_lib.course.assistant.facts import names
from tinygpt_lib.course.assistant.tuning import everything, load_base, right_answers, with_chat_tokens
from tinygpt_lib.course.experiments.conversations import measured
from tinygpt_lib.course.experiments.grid import Grid
from tinygpt_lib.training import train
from tinygpt_lib.transformer import GPT

WAYS = (  # the fourteen of notebook 09, part 9
    "Which play has NAME", "Tell me the play of NAME", "Where do we hear NAME?",
    "In which play do you find NAME?", "Which play shows NAME?", "Which play do we see NAME in?",
    "Which play has NAME in it?", "NAME: which play?", "Where does NAME speak in the plays?",
    "NAME is in which play?", "Of NAME, tell me the play.", "NAME is from which of the plays?",
    "Is NAME in a play, and in which?", "Of NAME I would know the play he is in.",
)  # fmt: skip
NETWORK = {"context": 48, "width": 96, "heads": 4, "layers": 2, "positions": "rotary"}
BASE_RATE = RATE = 4e-3
# 09's base and its assistant had 2.56 and 0.31 million targets; here their sum is divided another way.
BASE_STEPS, STEPS, BATCH = 1800, 1000, 1024
SHARE = 0.1  # of base text, as in 09
NAMES = 100


def by_way(model) -> list:
    """For each of WAYS: the share of a hundred names whose play is right, word for word."""
    people = [person for person in names() if person.set == "known"][:NAMES]
    return [
        float(np.mean(right_answers(model, [exchange(way.replace("NAME", p.name), f"{p.play}.") for p in people])))
        for way in WAYS
    ]


def slots_run(seed, steps=600, exam=None):
    """The network of 09, from its stored base: by way of asking, and by kind of question."""
    model = with_chat_tokens(load_base())
    return tuned(model, seed, steps, 512, 3e-3, "linear", exam)


def gpt_run(seed, base_steps=BASE_STEPS, steps=STEPS, base_rate=BASE_RATE, rate=RATE, first_seed=0, exam=None,
            **network):  # fmt: skip
    """A GPT trained on 09's base text and then on its conversations: the same measures.

    The random seed is first_seed + seed. "base": loss on held-out base text before the answers, nats a token.
    """
    seed += first_seed
    started = time.process_time()
    training_ids, held_out = base_ids()
    model = GPT(load_base().tok, seed=seed, **{**NETWORK, **network})
    train(model, training_ids, steps=base_steps, batch_size=BATCH, learning_rate=base_rate, schedule="warmup",
          seed=seed, progress=False)  # fmt: skip
    base = {"base_seconds": time.process_time() - started, "base": model.loss(held_out), "size": model.size}
    return base | tuned(with_chat_tokens(model), seed, steps, BATCH, rate, "warmup", exam)


def tuned(model, seed, steps, batch, rate, schedule, exam):
    """Train on all conversations, a tenth of each batch base text, and measure."""
    started = time.process_time()
    text = model.windows(base_ids()[0], model.context, model.pad_id, model.padding)
    draw = mixed(Answers(model, everything()), text, SHARE)
    train(model, draw, steps=steps, batch_size=batch, learning_rate=rate, schedule=schedule, seed=seed, progress=False)
    seconds = time.process_time() - started
    return {
        "seconds": seconds, "base_after": model.loss(base_ids()[1][:40_000]), "by_way": by_way(model),
        **measured(model, exam),
    }  # fmt: skip


PLANNED = {  # not run yet
    "distances": Grid(
        "A name moved to another place in the question: who still knows it?",
        lambda seed, model, **settings: {"slots": slots_run, "gpt": gpt_run}[model](seed, **settings),
        {"slots": {"model": "slots"}, "gpt": {"model": "gpt"}},
        seeds=3,
        sample={"model": "gpt", "base_steps": 5, "steps": 5, "exam": 5},
        tolerance=0.1,
    ),
}

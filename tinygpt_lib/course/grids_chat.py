"""The experiments of notebook 09: from base model to assistant."""

import numpy as np

from tinygpt_lib.chat import Answers
from tinygpt_lib.course.grid import Grid
from tinygpt_lib.course.sorting_chat import (
    SORTING_TOK,
    random_questions,
    share_right,
    sorting_conversations,
    window_for,
)
from tinygpt_lib.model import TinyGPT
from tinygpt_lib.training import train


def step_by_step(seed, task, working, conversations, steps, length=12, context=None):
    """Train a fresh network on so many sorting conversations; the shares right on 500 strings it has not seen.

    context: the window (None: room for a question, a working and an answer of that length).
    """
    strings = random_questions(np.random.default_rng([seed, 7]), conversations + 500, length)
    known, unseen = strings[:conversations], strings[conversations:]
    context = context or window_for(length)
    model = TinyGPT(SORTING_TOK, context, embedding_size=16, padding="after", hidden=(256,), seed=seed)
    draw = Answers(model, sorting_conversations(known, task, working))
    train(model, draw, steps=steps, batch_size=256, seed=seed, progress=False)
    right, worked = share_right(model, unseen, task, working)
    return {"right": right, "working_right": worked, "known_right": share_right(model, known[:500], task, working)[0]}


STEPS = {
    **{
        f"frequency, {working}, {n}": {"task": "frequency", "working": working, "conversations": n, "steps": 1000}
        for n in (250, 500, 1000, 2000, 4000)
        for working in ("at once", "alphabet first", "dots first")
    },
    **{
        f"alphabet, {working}, {n}": {"task": "alphabet", "working": working, "conversations": n, "steps": 500}
        for n in (30, 60, 125, 250, 500)
        for working in ("at once", "halves first", "dots first")
    },
}

GRIDS = {
    "chat_steps": Grid(
        "Does it help to answer step by step?",
        step_by_step,
        STEPS,
        seeds=5,
        sample={"task": "frequency", "working": "alphabet first", "conversations": 200, "steps": 150},
        tolerance=0.1,
    ),
}

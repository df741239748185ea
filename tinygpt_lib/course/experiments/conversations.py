"""The experiments of notebook 09: from base model to assistant."""

import numpy as np

from tinygpt_lib.bpe import Tokenizer
from tinygpt_lib.chat import CHAT_TOKENS, Answers, mixed, render
from tinygpt_lib.course.assistant.base import base_ids, conversations
from tinygpt_lib.course.assistant.facts import KINDS
from tinygpt_lib.course.assistant.sorting import step_by_step
from tinygpt_lib.course.assistant.tuning import TRAINING, everything, load_base, right_answers, with_chat_tokens
from tinygpt_lib.course.experiments.grid import Grid
from tinygpt_lib.model import TinyGPT
from tinygpt_lib.training import train
from tinygpt_lib.windows import Windows, pad_contexts


def beginner(seed, fresh=False, characters=False, **network):
    """The model a fine-tuning starts from: the stored base, or an untrained one of its shape, or one on characters."""
    base = with_chat_tokens(load_base())
    if not (fresh or characters):
        return base
    tok = base.tok
    if characters:
        text = "".join(message["content"] for messages in everything() for message in messages)
        tok = Tokenizer.train(text, max_token_length=1).with_special_tokens(CHAT_TOKENS)
    return TinyGPT(tok, **{**base.settings, "pad_id": None, "seed": seed, **network})


def every_token(model, known):
    """Draws like `Answers`, but asks for every token of the conversations, whoever says it."""
    draw = Answers(model, known)
    rows = [render(model.tok, messages).ids for messages in known]
    contexts = [ids[:place] for ids in rows for place in range(1, len(ids))]
    draw.contexts = pad_contexts(contexts, model.context, model.pad_id, model.padding)
    draw.targets = np.array([id for ids in rows for id in ids[1:]])
    draw.weights = np.ones(len(draw.targets), np.float32)
    return draw


def assistant_run(seed, share=0.0, everyone=False, steps=600, exam=None, **beginning):
    """Fine-tune on the conversations, with `share` of each batch from the base's text.

    everyone: train on every token of the conversations, not only the answers. exam: how many questions of each kind
    (None: all). Returns the share of right answers to each kind of question in held-out phrasings.
    """
    return measured(trained(seed, share, everyone, steps, **beginning), exam)


def mixing_run(seed, share, steps=600, exam=None):
    """The same from the stored base, and its loss on held-out base text afterwards."""
    model = trained(seed, share, False, steps)
    return {**measured(model, exam), "base_loss": model.loss(base_ids()[1][:40_000])}


def trained(seed, share, everyone, steps, **beginning):
    model = beginner(seed, **beginning)
    draw = (every_token if everyone else Answers)(model, everything())
    if share:
        draw = mixed(draw, Windows(base_ids()[0], model.context, model.pad_id, model.padding), share)
    train(model, draw, **{**TRAINING, "steps": steps}, seed=seed, progress=False)
    return model


def measured(model, exam):
    asked = {kind: conversations(f"{kind}_held_out")[:exam] for kind in (*KINDS, "small_talk")}
    return {kind: float(np.mean(right_answers(model, held_out))) for kind, held_out in asked.items()}


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
    "chat_mixing": Grid(
        "What does the base forget, and what does mixing in its text save?",
        mixing_run,
        {f"{share}": {"share": share, "steps": 600} for share in (0.0, 0.1, 0.25, 0.5)},
        seeds=4,
        sample={"share": 0.25, "steps": 20, "exam": 10},
        tolerance=0.1,
    ),
    "chat_choices": Grid(
        "What does the assistant need: a trained base, answers only, padding before, tokens of several characters?",
        assistant_run,
        {
            "untrained": {"fresh": True, "steps": 600},
            "every token": {"everyone": True, "steps": 600},
            "padding after": {"fresh": True, "padding": "after", "steps": 600},
            "characters": {"characters": True, "context": 80, "steps": 1200},
        },
        seeds=4,
        sample={"fresh": True, "steps": 20, "exam": 10},
        tolerance=0.1,
    ),
}

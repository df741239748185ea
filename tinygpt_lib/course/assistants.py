"""From the chat base to an assistant: fine-tuning it, and measuring what it learns and what it forgets."""

from functools import cache

import numpy as np

from tinygpt_lib.bpe import Tokenizer
from tinygpt_lib.chat import CHAT_TOKENS, Answers, mixed, render, replies
from tinygpt_lib.checks import choice
from tinygpt_lib.corpus import split
from tinygpt_lib.course.chat_base import base_text, conversations
from tinygpt_lib.course.paths import MODELS
from tinygpt_lib.model import TinyGPT
from tinygpt_lib.training import train
from tinygpt_lib.windows import Windows, pad_contexts

KINDS = ("plays", "acts", "leads", "lines", "small_talk")
STARTS = ("base", "fresh", "characters")
TRAINING = {"steps": 2000, "batch_size": 512, "learning_rate": 3e-3}


def chat_base():
    """The stored base model, with the tokens of conversations taken on."""
    base = TinyGPT.load(MODELS / "chat_base.npz")
    return base.grow(base.tok.with_special_tokens(CHAT_TOKENS))


@cache
def base_ids():
    """The base's text as its ids: the first nine tenths, on which it was trained, and the held-out last tenth."""
    tok = TinyGPT.load(MODELS / "chat_base.npz").tok
    return split(np.array(tok.encode(base_text())))


def beginner(start, seed, **settings):
    """The model a fine-tuning starts from: the stored base, one of its shape but untrained, or one on characters."""
    base = chat_base()
    if choice("start", start, STARTS) == "base":
        return base
    tok, shape = base.tok, {**base.settings, "pad_id": None, "seed": seed, **settings}
    if start == "characters":
        text = "".join(message["content"] for messages in conversations(*KINDS) for message in messages)
        tok = Tokenizer.train(text, max_token_length=1).with_special_tokens(CHAT_TOKENS)
    return TinyGPT(tok, **shape)


def every_token(model, known):
    """Draws like `Answers`, but asks for every token of the conversations, whoever says it."""
    draw = Answers(model, known)
    rows = [render(model.tok, messages).ids for messages in known]
    contexts = [ids[:place] for ids in rows for place in range(1, len(ids))]
    draw.contexts = pad_contexts(contexts, model.context, model.pad_id, model.padding)
    draw.targets = np.array([id for ids in rows for id in ids[1:]])
    return draw


def right_answers(model, kind):
    """For each question of a kind in a held-out phrasing, whether the model's answer is right to the letter: (N,)."""
    asked = conversations(f"{kind}_held_out")
    said = replies(model, [question["content"] for question, _ in asked])
    return np.array([text == answer["content"] for text, (_, answer) in zip(said, asked)])


def assistant_run(seed, start="base", share=0.0, everything=False, kinds=KINDS, steps=TRAINING["steps"], **network):
    """Fine-tune on conversations with `share` of each batch from the base's text. What it answers right, and forgets.

    everything: train on all tokens of the conversations instead of the answers only.
    """
    model = beginner(start, seed, **network)
    draw = (every_token if everything else Answers)(model, conversations(*kinds))
    if share:
        text = Windows(base_ids()[0], model.context, model.pad_id, model.padding)
        draw = mixed(draw, text, share)
    train(model, draw, **{**TRAINING, "steps": steps}, seed=seed, progress=False)
    result = {f"right_{kind}": float(right_answers(model, kind).mean()) for kind in kinds}
    if start == "base":
        result["base_loss"] = model.loss(base_ids()[1][:40_000])
    return result

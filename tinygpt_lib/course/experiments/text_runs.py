"""What the experiments on Shakespeare share: the text as ids, and one measured training run."""

import functools
import time

import numpy as np

from tinygpt_lib.bpe import Tokenizer
from tinygpt_lib.corpus import shakespeare, split
from tinygpt_lib.model import TinyGPT
from tinygpt_lib.training import train


@functools.cache
def characters():
    """The character tokenizer, the first nine tenths of the plays and the held-out last tenth, as arrays of ids."""
    text = shakespeare()
    tok = Tokenizer.train(text, max_token_length=1)
    return tok, *split(np.array(tok.encode(text)))


@functools.cache
def tokens(vocab_size):
    """Byte pairs of the first nine tenths: the tokenizer, those nine tenths and the last tenth as ids, its bytes."""
    training_text, held_out_text = split(shakespeare())
    tok = Tokenizer.train(training_text, vocab_size=vocab_size)
    parts = [np.array(tok.encode(part)) for part in (training_text, held_out_text)]
    return tok, *parts, len(held_out_text.encode("utf-8"))


def first_part(share):
    """The first `share` of all the plays, as ids: what the original calls 1 %, 10 %, 100 % of the text."""
    ids = np.concatenate(characters()[1:])
    return ids[: round(len(ids) * share)]


def text_run(seed, network, training, ids=None, model=None):
    """Train a fresh TinyGPT(tok, **network), or `model`, on `ids` (None: the first nine tenths) with train(**training).

    Returns the model and its curve: at each check the examples and processor seconds so far, the training loss and
    accuracy since the check before, and the loss on (a sample of) the held-out tenth.
    """
    tok, training_ids, held_out = characters()
    model = model or TinyGPT(tok, seed=seed, **network)
    started, seconds = time.process_time(), []
    history = train(
        model, training_ids if ids is None else ids, held_out, seed=seed, progress=False,
        watch=lambda history: seconds.append(time.process_time() - started), **training,
    )  # fmt: skip
    return model, {
        "examples": history.examples,
        "seconds": seconds,
        "loss": history.loss,
        "accuracy": history.accuracy,
        "held_out": history.valid_loss,
        "ended": history.ended,
    }


def one_layer_run(seed, tok, ids, steps, rate, examine, context=16, min_context=None, hidden=256, checks=6):
    """Train a fresh network of one hidden layer on `ids`; returns it and its curve.

    min_context None: full windows only. The curve: examples, processor seconds (without those of examining) and what
    `examine(model)` returned ("exam"), at each of about `checks` checks.
    """
    model = TinyGPT(tok, context=context, hidden=(hidden,), seed=seed)
    curve = {"examples": [], "seconds": [], "exam": []}
    began, spent = time.process_time(), 0.0

    def check(model, step):
        nonlocal spent
        now = time.process_time()
        for key, value in zip(curve, (step * 512, now - began - spent, examine(model))):
            curve[key].append(value)
        spent += time.process_time() - now

    train(
        model, ids, steps=steps, every=max(steps // checks, 1), learning_rate=rate, seed=seed, progress=False,
        min_context=context if min_context is None else min_context, on_check=check,
    )  # fmt: skip
    return model, curve

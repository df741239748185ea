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


def first_part(share):
    """The first `share` of all the plays, as ids: what the original calls 1 %, 10 %, 100 % of the text."""
    ids = np.concatenate(characters()[1:])
    return ids[: round(len(ids) * share)]


def text_run(seed, network, training, ids=None):
    """Train a fresh TinyGPT(tok, **network) on `ids` (None: the first nine tenths) with train(**training).

    Returns the model and its curve: at each check the examples and processor seconds so far, the training loss and
    accuracy since the check before, and the loss on (a sample of) the held-out tenth.
    """
    tok, training_ids, held_out = characters()
    model = TinyGPT(tok, seed=seed, **network)
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

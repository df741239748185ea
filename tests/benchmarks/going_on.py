"""A GPT goes on with one text, token after token: keys and values kept, or all read anew for each token."""

import numpy as np
from text import plays_as_ids

from tinygpt_lib import GPT

CONTEXT, WIDTH, HEADS, LAYERS = 256, 96, 4, 2
SPANS = {f"from token {first} to {last}": (first, last) for first, last in ((1, 32), (32, 64), (64, 128), (128, 256))}


def ours(first, last, cached=True):
    """A function that reads `first` tokens and goes on to `last`, always with the most probable token."""
    tok, ids = plays_as_ids()
    model = GPT(tok, CONTEXT, WIDTH, HEADS, LAYERS)

    def run():
        reading = model.reading([ids[:first]], cached)
        for _ in range(last - first):
            reading.add(np.argmax(reading.logits(), axis=1))

    return run


RIVALS = {"read anew": lambda first, last: ours(first, last, cached=False)}

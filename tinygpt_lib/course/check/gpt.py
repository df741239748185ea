"""Checks for the exercises of notebook 13: see `foundations`."""

import math

import numpy as np

from tinygpt_lib.course.check.verdict import exercise
from tinygpt_lib.loss import softmax
from tinygpt_lib.settings import gpt_shapes


@exercise
def one_row():
    rng = np.random.default_rng(13)
    for heads, seen, size, hint in (
        (1, 3, 2, "a score is the query times a key; the softmax of the scores weighs the values"),
        (1, 1, 3, "with one place kept its weight is 1, so what comes back is its value"),
        (2, 4, 3, "each head has its own query, keys and values, and its own softmax, over the PLACES"),
    ):
        q, (keys, values) = rng.normal(size=(heads, size)), rng.normal(size=(2, heads, seen, size))
        weights = softmax((keys @ q[..., None])[..., 0])  # (H, t, D) @ (H, D, 1) -> (H, t)
        yield (q, keys, values), (weights[:, None] @ values)[:, 0], hint


@exercise
def numbers():
    for vocab, width, layers, hint in (
        (10, 8, 0, "no blocks: the table, the last norm (a gain and a bias), and the logits' weights and biases"),
        (
            10,
            8,
            1,
            "a block: two norms, three products for queries, keys and values, one after them, and the MLP's two",
        ),
        (65, 96, 3, "every block costs the same"),
    ):
        shapes = gpt_shapes({"context": 4, "width": width, "layers": layers, "positions": "rotary"}, vocab)
        yield (vocab, width, layers), sum(map(math.prod, shapes)), hint

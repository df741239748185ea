"""Checks for the exercises of notebook 12: see `foundations`."""

import numpy as np

from tinygpt_lib.attention import causal_mask
from tinygpt_lib.course.check.verdict import exercise
from tinygpt_lib.loss import softmax


class Looks:
    """Attention of one text to itself: (q, k, v, heads) -> (T, E), each (T, E); or of x alone, with one head.

    mask: (T, T), added to the scores. kind: how the heads are cut, "right", "no transpose" or "last only": all heads
    look as the last one does.
    """

    def __init__(self, mask, kind="right"):
        self.mask, self.kind = mask, kind

    def __call__(self, q, k=None, v=None, heads=1):
        k, v, (T, E) = q if k is None else k, q if v is None else v, q.shape
        parts = [part.reshape(heads, T, -1) for part in (q, k, v)]
        if self.kind != "no transpose":
            parts = [part.reshape(T, heads, -1).transpose(1, 0, 2) for part in (q, k, v)]  # (H, T, D)
        scores = parts[0] @ parts[1].swapaxes(1, 2) / np.sqrt(E / heads) + self.mask  # (H, T, T)
        mixed = softmax(scores[-1:] if self.kind == "last only" else scores) @ parts[2]
        return mixed.reshape(T, E) if self.kind == "no transpose" else mixed.transpose(1, 0, 2).reshape(T, E)

    def __repr__(self):
        return f"an attention, heads {self.kind}, mask {self.mask.tolist()}"


def _causal(length, leak=None):
    """The causal mask, which one place, `leak`, can see one place beyond."""
    mask = causal_mask(length, np.float64)
    if leak is not None:
        mask[leak, leak + 1] = 0
    return mask


@exercise
def looks_ahead():
    rng = np.random.default_rng(12)
    x = rng.normal(size=(6, 4))
    for mask, hint in (
        (_causal(6), "a later place may of course see an earlier one: compare only what comes out BEFORE the change"),
        (np.zeros((6, 6)), "without a mask every place sees every other: return True"),
        (_causal(6, leak=4), "the place before the last sees the last: change the last one, too"),
        (_causal(6, leak=0), "only the first place sees one too many: change EVERY place in turn, not only the last"),
        (_causal(6, leak=2), "a place that looks one too far is enough: any earlier place, any change"),
    ):
        yield (Looks(mask), x), bool((np.triu(mask, 1) > -np.inf)[np.triu_indices(6, 1)].any()), hint


@exercise
def heads_mix():
    rng = np.random.default_rng(13)
    for kind, heads, hint in (
        ("right", 2, "a right attention: what changes lies in the changed head's own columns; those do not count"),
        ("no transpose", 2, "here a change in one head's columns shows in another's: return True"),
        ("last only", 3, "all heads look as the last one does: change EVERY head in turn, the last one, too"),
        ("right", 3, "three heads, each with a third of the columns: cut the columns by E / H"),
    ):
        q, k, v = rng.normal(size=(3, 4, 6))
        yield (Looks(causal_mask(4, np.float64), kind), q, k, v, heads), kind != "right", hint

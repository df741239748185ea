"""Texts while a model writes them: what it has read so far, and one token more at each step.

A reading has `logits()`, (B, vocab_size), of what may come next; `add(ids)`, (B,), one token more for each text; and
`keep(rows)`, which goes on with some of the texts only.
"""

import numpy as np

from tinygpt_lib.checks import token_ids
from tinygpt_lib.windows import pad_contexts


class Sliding:
    """For a TinyGPT, whose weights belong to places: each step reads the last `context` tokens anew."""

    def __init__(self, model, texts):
        self.model, context = model, model.context
        self.contexts = pad_contexts(texts, context, model.pad_id, model.padding)  # (B, T)
        self.lengths = np.array([min(len(ids), context) for ids in texts], int)  # (B,)

    def logits(self):
        return self.model.logits(self.contexts)

    def add(self, ids):
        slid = np.concatenate([self.contexts[:, 1:], ids[:, None]], axis=1)
        if self.model.padding == "after" and (room := self.lengths < self.model.context).any():
            rows = room.nonzero()[0]
            slid[rows] = self.contexts[rows]
            slid[rows, self.lengths[rows]] = ids[rows]
            self.lengths[rows] += 1
        self.contexts = slid

    def keep(self, rows):
        self.contexts, self.lengths = self.contexts[rows], self.lengths[rows]


class Cached:
    """For a GPT: keys and values of all places are kept, so that one token more costs one place's work.

    A place's keys and values hold its number, so a window cannot slide. Where it is full its older half is dropped, and
    the rest is read anew from place 0 on. With cached=False everything is read anew at each step, to the same logits.
    """

    def __init__(self, model, texts, cached=True):
        self.model, self.cached = model, cached
        ids = pad_contexts(texts, model.context, model.pad_id, "after")
        self.ids = token_ids("texts", ids, model.tok.vocab_size, dimensions=2)  # (B, T)
        self.lengths = np.array([min(len(ids), model.context) for ids in texts], int)  # (B,)
        if not self.lengths.all():
            raise ValueError("a text has no tokens: there is nothing to go on from, so give it at least one")
        shape = len(texts), model.settings["heads"], model.context, model.settings["width"] // model.settings["heads"]
        self.kept = [np.zeros((2, *shape), model.dtype) for _ in model.blocks]  # (2, B, H, T, D): keys, values
        self._logits = np.empty((len(texts), model.tok.vocab_size), model.dtype)
        if len(texts):
            self._read(np.arange(len(texts)))

    def logits(self):
        return self._logits.copy()

    def add(self, ids):
        model, context = self.model, self.model.context
        full = np.flatnonzero(self.lengths == context)
        if len(full):
            kept = context // 2
            self.ids[full, :kept] = self.ids[full, context - kept :]
            self.lengths[full] = kept
        places = self.lengths.copy()
        self.ids[np.arange(len(ids)), places] = ids
        self.lengths += 1
        if not self.cached:
            full = np.arange(len(ids))
        if len(full) < len(ids):  # the full ones, read anew below, cost one place more here
            x = model.start(ids, places)  # (B, E)
            for block, (keys, values) in zip(model.blocks, self.kept):
                x = block.step(x, keys, values, places)
            self._logits[:] = model.finish(x)  # (B, E) -> (B, V)
        if len(full):
            self._read(full)

    def keep(self, rows):
        self.ids, self.lengths, self._logits = self.ids[rows], self.lengths[rows], self._logits[rows]
        self.kept = [kept[:, rows] for kept in self.kept]

    def _read(self, rows):
        """Read these texts whole, and keep what they leave."""
        model, lengths = self.model, self.lengths[rows]
        ids = self.ids[rows, : lengths.max()]  # (R, n)
        x = model.forward(ids).reshape(*ids.shape, -1)  # (R, n, E)
        for block, kept in zip(model.blocks, self.kept):
            for kind, read in enumerate((block.attention.k, block.attention.v)):  # (R, H, n, D)
                kept[kind, rows, :, : ids.shape[1]] = read
        self._logits[rows] = model.finish(x[np.arange(len(rows)), lengths - 1])

"""From a context window of token ids to the numbers a network takes in.

Every encoding turns contexts (B, T) of ids into inputs (B, size) of floats. T is the window's length, V the
vocabulary's size. Only the embedding has parameters of its own, and so a backward pass.
"""

import numpy as np

from tinygpt_lib.buffers import Buffers


class Encoding:
    """What the encodings share. `size` is the number of inputs the network sees."""

    trained = False

    def __init__(self, context, vocab_size, embedding_size, rng, dtype):
        self.context, self.vocab_size, self.dtype = context, vocab_size, np.dtype(dtype)
        self.size = self.inputs(context, vocab_size, embedding_size)
        self._buffers = Buffers()

    @staticmethod
    def inputs(context, vocab_size, embedding_size):
        """The number of inputs that an encoding with these settings makes."""
        return context

    def parameters(self):
        return []

    def grow(self, vocab_size, W, rng):
        """Make room for a larger vocabulary. W: (size, H), the weights above. Returns them with new rows, if needed."""
        self.vocab_size = vocab_size
        return W


class Raw(Encoding):
    """The ids themselves as numbers, 0 to V - 1 (the original's default)."""

    def forward(self, contexts):
        return contexts.astype(self.dtype)


class Normalized(Encoding):
    """The ids scaled to [0, 1]; the scale stays that of the vocabulary the model was made with."""

    def __init__(self, context, vocab_size, *rest):
        super().__init__(context, vocab_size, *rest)
        self.largest_id = max(vocab_size - 1, 1)

    def forward(self, contexts):
        return contexts.astype(self.dtype) / self.dtype.type(self.largest_id)


class Presence(Encoding):
    """One number per vocabulary entry: 1 if it stands anywhere in the window, else 0. Order and repeats are lost."""

    @staticmethod
    def inputs(context, vocab_size, embedding_size):
        return vocab_size

    def forward(self, contexts):
        x = self._buffers("x", (len(contexts), self.size), self.dtype)
        x[:] = 0
        x[np.arange(len(contexts))[:, None], contexts] = 1
        return x

    def grow(self, vocab_size, W, rng):
        W = np.vstack([W, _more_like(W, vocab_size - self.vocab_size, rng)])
        self.vocab_size = self.size = vocab_size
        return W


class OneHot(Encoding):
    """For each place in the window V numbers, one of which is 1: (B, T) -> (B, T*V)."""

    @staticmethod
    def inputs(context, vocab_size, embedding_size):
        return context * vocab_size

    def forward(self, contexts):
        x = self._buffers("x", (len(contexts), self.size), self.dtype)
        x[:] = 0
        slots = contexts + self.vocab_size * np.arange(self.context)  # (B, T)
        x[np.arange(len(contexts))[:, None], slots] = 1
        return x

    def grow(self, vocab_size, W, rng):
        new = _more_like(W, self.context * (vocab_size - self.vocab_size), rng)
        old = W.reshape(self.context, self.vocab_size, -1)  # (T*V, H) -> (T, V, H)
        W = np.concatenate([old, new.reshape(self.context, -1, W.shape[1])], axis=1).reshape(-1, W.shape[1])
        self.vocab_size, self.size = vocab_size, self.context * vocab_size
        return W


class Embedding(Encoding):
    """A table of E learnt numbers per token; the window's rows side by side: (B, T) -> (B, T*E)."""

    trained = True

    def __init__(self, context, vocab_size, embedding_size, rng, dtype):
        super().__init__(context, vocab_size, embedding_size, rng, dtype)
        self._set_table(rng.normal(0, 1, (vocab_size, embedding_size)).astype(dtype))

    @staticmethod
    def inputs(context, vocab_size, embedding_size):
        return context * embedding_size

    def _set_table(self, table):
        self.table, self.dtable = table, np.zeros_like(table)

    def parameters(self):
        return [(self.table, self.dtable)]

    def forward(self, contexts):
        self.contexts = contexts
        x = self._buffers("x", (contexts.size, self.table.shape[1]), self.dtype)
        np.take(self.table, contexts.ravel(), axis=0, out=x, mode="clip")  # "clip": without it NumPy makes a copy
        return x.reshape(len(contexts), contexts.shape[1] * x.shape[1])  # (B*T, E) -> (B, T*E)

    def backward(self, dx):
        """dx: (B, T*E). A row's gradient is the sum over all places where its token stood."""
        ids = self.contexts.ravel().astype(np.min_scalar_type(len(self.table)))  # NumPy sorts small types much faster
        order = np.argsort(ids, kind="stable")  # equal ids side by side, so that each run is summed at once
        found, starts = np.unique(ids[order], return_index=True)
        self.dtable[:] = 0
        rows = dx.reshape(len(ids), -1).take(order, axis=0)  # (B, T*E) -> (B*T, E); faster than [order]
        self.dtable[found] = np.add.reduceat(rows, starts, axis=0)  # (B*T, E) -> (found, E)

    def grow(self, vocab_size, W, rng):
        self._set_table(np.vstack([self.table, _more_like(self.table, vocab_size - self.vocab_size, rng)]))
        self.vocab_size = vocab_size
        return W


def _more_like(W, rows, rng):
    """New random rows (rows, W.shape[1]) at the scale of the rows that are there."""
    return rng.normal(0, W.std(), (rows, W.shape[1])).astype(W.dtype)


ENCODINGS = {
    "raw": Raw,
    "normalized": Normalized,
    "presence": Presence,
    "onehot": OneHot,
    "embedding": Embedding,
}

"""Causal multi-head self-attention: each place of a text looks back over the places before it, and at itself.

Each place makes a query, a key and a value of its own. A query's product with a key is a score; a softmax makes weights
of the scores; what a place takes along is the values' mean in these weights. A head does this in its own D of the E
columns, and all H heads do it at once: E = H * D. Vaswani et al. 2017; positions by rotation: Su et al. 2021.
"""

import numpy as np

from tinygpt_lib.buffers import Buffers
from tinygpt_lib.initialisation import initial_weights
from tinygpt_lib.layers import Linear
from tinygpt_lib.loss import softmax


def causal_mask(length, dtype=np.float32):
    """What is added to scores (T, T): 0 where a place (row) may look at another (column), else minus infinity."""
    return np.triu(np.full((length, length), -np.inf, dtype), 1)


def rotations(length, size, dtype=np.float32):
    """Cosines and sines (T, D/2) of the angle by which place t turns pair i of D numbers: t / 10000^(2i/D)."""
    angles = np.arange(length)[:, None] * 10_000.0 ** (-np.arange(0, size, 2) / size)
    return np.cos(angles).astype(dtype), np.sin(angles).astype(dtype)


def rotate(x, cosines, sines):
    """Turn, in place, each pair (x[..., i], x[..., i + D/2]) by its angle. x: (..., D); the others (..., D/2)."""
    first, second = np.split(x, 2, axis=-1)  # views
    turned = first * cosines - second * sines
    second *= cosines
    second += first * sines
    first[:] = turned


class Attention:
    """Queries, keys, values from one product; their heads' mixtures, side by side, through another."""

    def __init__(self, width, heads, context, rotary, rng, dtype, scale=1.0):
        """width: E, a multiple of `heads`. scale: of the second product's first weights."""
        self.heads, self.size = heads, width // heads  # H, D
        self.factor = np.dtype(dtype).type(self.size**-0.5)
        zeros = np.zeros(3 * width, dtype)
        self.qkv = Linear(initial_weights("lecun", rng, width, 3 * width, dtype), zeros)
        out = initial_weights("lecun", rng, width, width, dtype)
        self.out = Linear(out * out.dtype.type(scale), zeros[:width].copy())
        self.ones = np.ones(self.size, dtype)  # a product with them is a row's sum, faster than `sum`
        self.mask = causal_mask(context, dtype)
        self.rotations = rotations(context, self.size, dtype) if rotary else None
        self._buffers = Buffers()

    def parameters(self):
        return self.qkv.parameters() + self.out.parameters()

    def forward(self, x, length):
        """x: (B*T, E), B texts of T = `length` places, row after row -> (B*T, E)."""
        self.q, self.k, self.v = self._heads(self.qkv.forward(x), length)  # (B*T, E) @ (E, 3E) -> 3 of (B, H, T, D)
        if self.rotations:
            self._turn(self.q, self.k, 1)
        self.q *= self.factor
        self.weights = self._buffers("weights", (*self.q.shape[:3], length), x.dtype)
        np.matmul(self.q, self.k.swapaxes(2, 3), out=self.weights)  # (B, H, T, D) @ (B, H, D, T) -> (B, H, T, T)
        _masked_softmax(self.weights, self.mask[:length, :length])
        self.mixed = self._buffers("mixed", x.shape, x.dtype)
        mixed = self._split(self.mixed, length)
        np.matmul(self.weights, self.v, out=mixed)  # (B, H, T, T) @ (B, H, T, D) -> (B, H, T, D)
        return self.out.forward(self.mixed)  # (B*T, E) @ (E, E) -> (B*T, E)

    def backward(self, dy):
        """dy: (B*T, E) -> dx: (B*T, E)."""
        length = self.weights.shape[-1]
        dmixed = self.out.backward(dy)  # (B*T, E)
        # Of the softmax: dscores = w * (dw - sum(dw * w)), and that sum is the one over D of dmixed * mixed.
        sums = np.multiply(dmixed, self.mixed, out=self.mixed).reshape(-1, self.size) @ self.ones  # (B*T*H, D) @ (D,)
        sums = sums.reshape(-1, length, self.heads).transpose(0, 2, 1)[..., None]  # (B, H, T, 1)
        dmixed = self._split(dmixed, length)  # (B, H, T, D)
        dqkv = self._buffers("dqkv", (len(dy), 3 * dy.shape[1]), dy.dtype)
        dq, dk, dv = self._heads(dqkv, length)
        np.matmul(self.weights.swapaxes(2, 3), dmixed, out=dv)  # (B, H, T, T) @ (B, H, T, D) -> (B, H, T, D)
        dscores = self._buffers("dscores", self.weights.shape, dy.dtype)
        np.matmul(dmixed, self.v.swapaxes(2, 3), out=dscores)  # (B, H, T, D) @ (B, H, D, T) -> (B, H, T, T)
        dscores -= sums
        dscores *= self.weights  # 0 where the mask was: nothing leaks
        np.matmul(dscores, self.k, out=dq)  # (B, H, T, T) @ (B, H, T, D) -> (B, H, T, D)
        np.matmul(dscores.swapaxes(2, 3), self.q, out=dk)  # the queries hold the factor already
        dq *= self.factor
        if self.rotations:
            self._turn(dq, dk, -1)  # a rotation's gradient is turned back
        return self.qkv.backward(dqkv)  # (B*T, 3E) @ (3E, E) -> (B*T, E)

    def step(self, x, keys, values, places):
        """One more place for each of B texts: x (B, E) -> (B, E). It reads the others' keys and values, adds its own.

        keys, values: (B, H, T, D), as `forward` left them in k and v; places: (B,), where in T the new ones stand.
        """
        q, k, v = self.qkv.forward(x).reshape(len(x), 3, self.heads, self.size).transpose(1, 0, 2, 3)  # each (B, H, D)
        if self.rotations:
            cosines, sines = (table[places, None] for table in self.rotations)  # (B, 1, D/2)
            rotate(q, cosines, sines)
            rotate(k, cosines, sines)
        rows, seen = np.arange(len(x)), places.max() + 1
        keys[rows, :, places], values[rows, :, places] = k, v
        keys, values = keys[:, :, :seen], values[:, :, :seen]
        scores = np.matmul(keys, (q * self.factor)[..., None])[..., 0]  # (B, H, T, D) @ (B, H, D, 1) -> (B, H, T)
        scores[(np.arange(seen) > places[:, None])[:, None].repeat(self.heads, 1)] = -np.inf
        mixed = np.matmul(softmax(scores)[:, :, None], values)  # (B, H, 1, T) @ (B, H, T, D) -> (B, H, 1, D)
        return self.out.forward(mixed.reshape(x.shape))

    def _split(self, x, length):
        """The heads' view of (B*T, E): (B, H, T, D)."""
        return x.reshape(-1, length, self.heads, self.size).transpose(0, 2, 1, 3)

    def _heads(self, qkv, length):
        """The views (B, H, T, D) of the three parts of (B*T, 3E)."""
        return [self._split_of(qkv, part, length) for part in range(3)]

    def _split_of(self, qkv, part, length):
        return qkv.reshape(-1, length, 3, self.heads, self.size)[:, :, part].transpose(0, 2, 1, 3)

    def _turn(self, q, k, way):
        cosines, sines = (table[: q.shape[2]] for table in self.rotations)  # (T, D/2)
        rotate(q, cosines, way * sines)
        rotate(k, cosines, way * sines)


def _masked_softmax(scores, mask):
    """The softmax of each row of scores (B, H, T, T) + mask (T, T), in place."""
    far = scores.max(initial=0) > 60 or scores.min(initial=0) < -60
    scores += mask
    if far:  # exp could overflow, or leave a row of zeros: only then is it worth a fifth of all attention's time
        scores -= scores.max(axis=-1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= np.matmul(scores, np.ones(scores.shape[-1], scores.dtype))[..., None]  # faster than `sum`

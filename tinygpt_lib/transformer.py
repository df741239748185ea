"""GPT: a language model whose places look at each other.

ids -> a vector for each place -> blocks -> layer norm -> logits at each place

A block adds to each place's vector twice: what attention brings from other places, and what a small network makes of
the place alone. Radford et al. 2019, with ReLU; positions may be learnt, by rotation (Su et al. 2021) or left out.
"""

import numpy as np

from tinygpt_lib.attention import Attention
from tinygpt_lib.checks import a_generator, numbers, token_ids, whole_number
from tinygpt_lib.encoding import Embedding
from tinygpt_lib.every_position import NO_TARGET, EveryPosition, half_windows, shifted_left, whole_windows
from tinygpt_lib.initialisation import initial_weights
from tinygpt_lib.language_model import MOST_TARGETS, Evaluation, LanguageModel
from tinygpt_lib.layers import Dropout, LayerNorm, Linear, Network
from tinygpt_lib.loss import cross_entropy
from tinygpt_lib.reading import Cached
from tinygpt_lib.settings import gpt_settings, gpt_shapes
from tinygpt_lib.windows import all_contexts, predictable


class Block:
    """x + attention(norm(x)), then x + mlp(norm(x)): the norms stand before, the sums' way stays free ("pre-norm")."""

    def __init__(self, settings, rng, dtype):
        width, scale = settings["width"], (2 * settings["layers"]) ** -0.5  # deeper sums begin no larger
        rotary = settings["positions"] == "rotary"
        self.norm1, self.norm2 = LayerNorm(width, dtype), LayerNorm(width, dtype)
        self.attention = Attention(width, settings["heads"], settings["context"], rotary, rng, dtype, scale)
        self.mlp = Network((width, 4 * width, width), "relu", "lecun", "zero", 0.0, rng, dtype)
        self.mlp.linears[-1].W *= self.mlp.linears[-1].W.dtype.type(scale)
        self.drop1, self.drop2 = Dropout(settings["dropout"]), Dropout(settings["dropout"])

    def parameters(self):
        parts = self.norm1, self.attention, self.norm2, self.mlp
        return [pair for part in parts for pair in part.parameters()]

    def forward(self, x, length, rng=None):
        """x: (B*T, E), changed in place."""
        x += self.drop1.forward(self.attention.forward(self.norm1.forward(x), length), rng)
        x += self.drop2.forward(self.mlp.forward(self.norm2.forward(x)), rng)
        return x

    def backward(self, dx):
        """dx: (B*T, E), changed in place: each sum passes it on, and adds what comes back through its other part."""
        dx += self.norm2.backward(self.mlp.backward(self.drop2.backward(dx), need_dx=True))
        dx += self.norm1.backward(self.attention.backward(self.drop1.backward(dx)))
        return dx

    def step(self, x, keys, values, places):
        """One more place for each of B texts, x: (B, E); see `Attention.step`."""
        x += self.attention.step(self.norm1.forward(x), keys, values, places)
        x += self.mlp.forward(self.norm2.forward(x))
        return x


class GPT(LanguageModel):
    """A language model of attention and small networks, in blocks; each place of a window learns what comes after it.

    Places are counted from a text's first token on, and padding is not looked at: where it stands makes no difference.
    context: T, the window. width: E, the numbers that a place holds. heads: of each attention; they divide the width.
    layers: blocks. positions: "learned", "rotary" or "none". dropout: the share of what is added to a place's vector
    that is dropped in training. padding, pad_id, dtype, seed: as in `TinyGPT`.
    """

    FORMAT = "tinygpt gpt"
    _checked_settings, _shapes = staticmethod(gpt_settings), staticmethod(gpt_shapes)
    windows = EveryPosition

    def __init__(self, tok, context=64, width=96, heads=4, layers=2, positions="learned", padding="before",
                 pad_id=None, dropout=0.0, dtype="float32", seed=0):  # fmt: skip
        rng = self._set_up(tok, {
            "context": context, "width": width, "heads": heads, "layers": layers, "positions": positions,
            "padding": padding, "pad_id": pad_id, "dropout": dropout, "dtype": dtype, "seed": seed,
        })  # fmt: skip
        settings, dtype, vocab_size = self.settings, self.dtype, tok.vocab_size
        width = settings["width"]
        self.embedding = Embedding(self.context, vocab_size, width, rng, dtype)
        learned = (self.context, width) if positions == "learned" else (0, width)
        self.positions = rng.normal(0, 1, learned).astype(dtype)
        self.dpositions = np.zeros_like(self.positions)
        self.drop = Dropout(settings["dropout"])
        self.blocks = [Block(settings, rng, dtype) for _ in range(settings["layers"])]
        self.norm = LayerNorm(width, dtype)
        self.head = Linear(initial_weights("lecun", rng, width, vocab_size, dtype), np.zeros(vocab_size, dtype))

    def parameters(self):
        """Pairs (value, gradient) of arrays, from the input to the output; both change in place."""
        positions = [(self.positions, self.dpositions)] if len(self.positions) else []
        parts = [pair for part in (*self.blocks, self.norm, self.head) for pair in part.parameters()]
        return self.embedding.parameters() + positions + parts

    # ---- forward and backward ----------------------------------------------------------------------------------

    def logits(self, contexts):
        """contexts: (B, context) ids, padded -> logits (B, vocab_size), of the token after each."""
        ids, _, lengths = shifted_left(self._checked(contexts), self.pad_id, self.padding)
        last = np.arange(len(ids)) * ids.shape[1] + lengths - 1  # (B,), rows of (B*T, E)
        return self.finish(self.forward(ids)[last]).copy()

    def all_logits(self, ids):
        """ids: (B, n) tokens, no padding, n at most the window -> logits (B, n, vocab_size), after each place."""
        ids = self._short("ids", ids, 2)
        return self.finish(self.forward(ids)).reshape(*ids.shape, -1).copy()  # (B*n, E) -> (B, n, V)

    def attention(self, ids):
        """ids: (n,) tokens, at most a window -> weights (layers, heads, n, n): row t is where place t looks."""
        ids = self._short("ids", ids, 1)
        self.forward(ids[None])
        return np.stack([block.attention.weights[0] for block in self.blocks])

    def loss_and_gradients(self, contexts, targets, weights=None, rng=None):
        """Fill in every parameter's gradient for one batch. Returns the loss and the number of right guesses.

        contexts: (B, context); targets, weights: (B, context) or (B,), see `LanguageModel`. `rng` switches dropout on.
        """
        if rng is not None:
            a_generator(rng)
        logits, targets, weights = self._asked(contexts, targets, weights, rng)
        loss, dlogits = cross_entropy(logits, targets, weights)
        right = int((logits.argmax(axis=1) == targets).sum())
        dx = self.norm.backward(self.head.backward(dlogits))  # (N, V) @ (V, E) -> (N, E)
        if self._places is not None:
            asked, dx = dx, np.zeros((self._ids.size, dx.shape[1]), self.dtype)
            dx[self._places] = asked  # (N, E) -> (B*T, E)
        for block in reversed(self.blocks):
            dx = block.backward(dx)
        dx = self.drop.backward(dx)
        self.embedding.backward(dx)
        if len(self.positions):
            length = self._ids.shape[1]
            self.dpositions[length:] = 0
            np.sum(dx.reshape(-1, length, dx.shape[1]), axis=0, out=self.dpositions[:length])  # (B, T, E) -> (T, E)
        return loss, right

    def _asked(self, contexts, targets, weights=None, rng=None):
        """Logits (N, V), targets and weights (N,) of the places that are asked; `_places` says which of all B*T."""
        ids, order, lengths = shifted_left(self._checked(contexts), self.pad_id, self.padding)
        targets = numbers("targets", targets, ..., None)
        weights = None if weights is None else numbers("weights", weights, *targets.shape)
        if targets.ndim == 2 and targets.shape == np.shape(contexts):
            count = np.count_nonzero(targets != NO_TARGET)
            if order is not None:
                targets = np.take_along_axis(targets, order, axis=1)
                weights = None if weights is None else np.take_along_axis(weights, order, axis=1)
            rows, columns = np.nonzero((targets != NO_TARGET) & (np.arange(ids.shape[1]) < lengths[:, None]))
            if len(rows) < count:
                raise ValueError("a target stands where a context is padding: only tokens have one after them")
            targets = targets[rows, columns]
            weights = None if weights is None else weights[rows, columns]
        elif targets.shape == lengths.shape:
            rows, columns = np.arange(len(ids)), lengths - 1
        else:
            raise ValueError(
                f"targets have the shape {targets.shape}: it must be {lengths.shape}, or {np.shape(contexts)}"
            )
        x, self._places = self.forward(ids, rng), None
        if len(rows) < len(x):
            self._places = rows * ids.shape[1] + columns  # (N,), rows of (B*T, E)
            x = x[self._places]
        return self.finish(x), targets, weights

    def forward(self, ids, rng=None):
        """ids: (B, T), tokens first -> (B*T, E), what each place holds after the last block."""
        self._ids = ids
        x = self.embedding.forward(ids).reshape(*ids.shape, self.settings["width"])  # (B, T*E) -> (B, T, E)
        if len(self.positions):
            x += self.positions[: ids.shape[1]]
        x = self.drop.forward(x.reshape(-1, x.shape[2]), rng)  # (B*T, E)
        for block in self.blocks:
            x = block.forward(x, ids.shape[1], rng)
        return x

    def start(self, ids, places):
        """ids, places: (B,) -> (B, E), what goes into the first block; for one token more in each of B texts."""
        x = self.embedding.table[ids]
        return x + self.positions[places] if len(self.positions) else x

    def finish(self, x):
        """x: (N, E), after the last block -> logits (N, V)."""
        return self.head.forward(self.norm.forward(x))  # (N, E) @ (E, V) -> (N, V)

    def _short(self, name, ids, dimensions):
        """`ids` if they are one token or more, at most a window."""
        ids = token_ids(name, ids, self.tok.vocab_size, dimensions)
        if not 0 < ids.shape[-1] <= self.context or ids.size == 0:
            raise ValueError(f"{name} are {ids.shape[-1]} tokens long: give from 1 to {self.context}, the window")
        return ids

    # ---- using it ----------------------------------------------------------------------------------------------

    def evaluate(self, ids, context=None) -> Evaluation:
        """Loss (nats per token) and accuracy over a text, each token but the first guessed once.

        None: in windows that overlap by half, so that after the first window each token has half a window before it,
        or more. A number: from exactly so many tokens before it, which takes much longer.
        """
        if context is None:
            return self.evaluate_batches(self.exam(ids))
        length = whole_number("context", context, 1, self.context)
        batches = all_contexts(ids, self.context, length, self.pad_id, self.padding, self.tok.vocab_size, 256)
        return self.evaluate_batches(batches)

    def exam(self, ids, most=None):
        """Batches for `evaluate_batches`: all tokens, or `most` of them, evenly spread, with half a window before."""
        ids = predictable(ids, 1, self.tok.vocab_size)
        most = None if most is None else whole_number("most", most, 1, MOST_TARGETS)
        return half_windows(ids, self.context, self.pad_id, self.padding, most)

    def examples(self, texts, asked, weights=None):
        """Windows of texts (lists of ids), and as targets their tokens that are `asked` for (lists of truths)."""
        return whole_windows(texts, asked, weights, self.context, self.pad_id, self.padding)

    def reading(self, texts, cached=True):
        """Texts (lists of ids) as they are read and go on, in generation; see `reading.Cached`."""
        return Cached(self, texts, cached)

    def grow(self, tok):
        """Take on `tok`, this model's tokenizer with special tokens added; the old tokens' logits stay as they are.

        New parameters start random, at the scale of the old. Returns the model itself.
        """
        extra, rng = self._extra_tokens(tok)
        self.embedding.grow(tok.vocab_size, None, rng)
        self.head.widen(extra, rng)
        self.tok = tok
        return self

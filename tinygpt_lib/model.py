"""TinyGPT: a tokenizer, a context window, an encoding and a feed-forward network, as one model.

ids of the last T tokens -> encoding -> hidden layers -> logits, one per token of the vocabulary
"""

from typing import NamedTuple

import numpy as np

from tinygpt_lib.archives import Archive, pack
from tinygpt_lib.bpe import Tokenizer
from tinygpt_lib.checks import (
    a_generator,
    a_tokenizer,
    cut,
    pairs,
    shown,
    shown_path,
    token_ids,
    whole_number,
)
from tinygpt_lib.encoding import ENCODINGS
from tinygpt_lib.files import read_bytes, write_atomically
from tinygpt_lib.layers import Network
from tinygpt_lib.loss import cross_entropy, softmax
from tinygpt_lib.settings import checked_settings, parameter_shapes
from tinygpt_lib.windows import all_contexts, pad_contexts

MOST_BYTES = 2**28  # of a model's file


class Evaluation(NamedTuple):
    """Mean loss in nats per token, and the share of tokens whose most probable guess was right."""

    loss: float
    accuracy: float


class TinyGPT:
    """A language model: given up to `context` tokens, a probability for each token that may come next.

    encoding: "raw", "normalized", "presence", "onehot" or "embedding". padding: "before" or "after" the input. pad_id:
    the id that fills a window's empty places (None: the tokenizer's pad token). hidden: the size of each hidden layer.
    activation: "relu" or "tanh". weight_init, bias_init: see `initialisation`. dropout: the share of hidden values
    dropped in training. dtype: "float32" for speed, "float64" for checking gradients.
    """

    def __init__(self, tok, context=16, encoding="embedding", embedding_size=24, padding="before", pad_id=None,
                 hidden=(512,), activation="relu", weight_init="lecun", bias_init="zero", dropout=0.0,
                 dtype="float32", seed=0):  # fmt: skip
        self.tok = a_tokenizer(tok)
        self.settings = settings = checked_settings(tok, {
            "context": context, "encoding": encoding, "embedding_size": embedding_size, "padding": padding,
            "pad_id": pad_id, "hidden": hidden, "activation": activation, "weight_init": weight_init,
            "bias_init": bias_init, "dropout": dropout, "dtype": dtype, "seed": seed,
        })  # fmt: skip
        parameter_shapes(settings, tok.vocab_size)  # refuses what is too large
        self.context, self.padding, self.pad_id = settings["context"], settings["padding"], settings["pad_id"]
        self.dtype = np.dtype(settings["dtype"])
        rng = np.random.default_rng(settings["seed"])
        self.encoding = ENCODINGS[encoding](self.context, tok.vocab_size, settings["embedding_size"], rng, self.dtype)
        sizes = (self.encoding.size, *settings["hidden"], tok.vocab_size)
        self.network = Network(sizes, activation, weight_init, bias_init, settings["dropout"], rng, self.dtype)

    def parameters(self):
        """Pairs (value, gradient) of arrays, from the input to the output; both change in place."""
        return self.encoding.parameters() + self.network.parameters()

    @property
    def size(self) -> int:
        """How many numbers training changes."""
        return sum(value.size for value, _ in self.parameters())

    # ---- forward and backward ----------------------------------------------------------------------------------

    def logits(self, contexts):
        """contexts: (B, context) ids, padded -> logits (B, vocab_size), an array of the caller's own."""
        return self._forward(self._checked(contexts)).copy()

    def loss_and_gradients(self, contexts, targets, weights=None, rng=None):
        """Fill in every parameter's gradient for one batch. Returns the loss and the number of right guesses.

        contexts: (B, context), targets: (B,), weights: (B,) or None. `rng` switches dropout on.
        """
        if rng is not None:
            a_generator(rng)
        logits = self._forward(self._checked(contexts), rng)
        loss, dlogits = cross_entropy(logits, targets, weights)
        right = int((logits.argmax(axis=1) == targets).sum())
        dx = self.network.backward(dlogits, need_dx=self.encoding.trained)
        if self.encoding.trained:
            self.encoding.backward(dx)
        return loss, right

    def _checked(self, contexts):
        contexts = token_ids("contexts", contexts, self.tok.vocab_size, dimensions=2)
        if contexts.shape[1] != self.context:
            raise ValueError(f"contexts have {contexts.shape[1]} tokens a row: this model's window is {self.context}")
        return contexts

    def _forward(self, contexts, rng=None):
        return self.network.forward(self.encoding.forward(contexts), rng)

    # ---- using it ----------------------------------------------------------------------------------------------

    def probabilities(self, ids):
        """The probability of each token to come after `ids` (one or more; the last `context` count): (vocab_size,)."""
        ids = token_ids("ids", ids, self.tok.vocab_size)
        if len(ids) == 0:
            raise ValueError("there are no ids to go on from: give at least one token")
        return softmax(self.logits(pad_contexts([ids], self.context, self.pad_id, self.padding))[0])

    def evaluate(self, ids, context=None) -> Evaluation:
        """Loss (nats per token) and accuracy over a text, each token guessed from exactly `context` tokens before it.

        None: a full window. Every position with that many tokens before it counts once.
        """
        length = self.context if context is None else whole_number("context", context, 1, self.context)
        batches = all_contexts(ids, self.context, length, self.pad_id, self.padding, self.tok.vocab_size)
        return self.evaluate_batches(batches)

    def evaluate_batches(self, batches) -> Evaluation:
        """Loss and accuracy over an iterable of (contexts (B, context), targets (B,))."""
        total, right, count = 0.0, 0, 0
        for contexts, targets in pairs("batches", batches):
            logits = self._forward(self._checked(contexts))
            total += cross_entropy(logits, targets)[0] * len(targets)
            right += int((logits.argmax(axis=1) == targets).sum())
            count += len(targets)
        if count == 0:
            raise ValueError("there are no batches to measure on: give at least one")
        return Evaluation(total / count, right / count)

    def loss(self, ids) -> float:
        """Mean loss in nats per token over a text, at full windows."""
        return self.evaluate(ids).loss

    def grow(self, tok):
        """Take on `tok`, this model's tokenizer with special tokens added: new rows and columns, old logits the same.

        New parameters start random, at the scale of the old. Returns the model itself.
        """
        old = self.tok
        a_tokenizer(tok, "tokens", "merges")
        kept = list(tok.special_ids)[: len(old.special_ids)] == list(old.special_ids)
        if tok.tokens != old.tokens or tok.merges != old.merges or not kept:
            raise ValueError("grow takes this model's own tokenizer with special tokens added: use with_special_tokens")
        rng = np.random.default_rng([self.settings["seed"], tok.vocab_size])
        first, last = self.network.linears[0], self.network.linears[-1]
        first.W = self.encoding.grow(tok.vocab_size, first.W, rng)
        extra = tok.vocab_size - old.vocab_size
        new = rng.normal(0, last.W.std(), (len(last.W), extra)).astype(self.dtype)
        last.W = np.hstack([last.W, new])  # (H, V) -> (H, V + extra)
        last.b = np.append(last.b, np.zeros(extra, self.dtype))
        for layer in (first, last):
            layer.dW, layer.db = np.zeros_like(layer.W), np.zeros_like(layer.b)
        self.tok = tok
        return self

    # ---- files -------------------------------------------------------------------------------------------------

    def save(self, path):
        """Write model and tokenizer to one file, whole or not at all."""
        header = {"format": "tinygpt model", "version": 1, "settings": self.settings, "tokenizer": self.tok.to_json()}
        if self.settings["encoding"] == "normalized":
            header["largest_id"] = self.encoding.largest_id
        write_atomically(path, pack(header, {f"p{i}": value for i, (value, _) in enumerate(self.parameters())}))

    @classmethod
    def load(cls, path):
        """Read a model that `save` wrote; ValueError if it is anything else, or damaged.

        Runs no code from the file, and takes no memory for what does not fit its settings.
        """
        data = read_bytes(path, MOST_BYTES)
        try:
            return cls._read(Archive(data))
        except MemoryError:
            reason = "there is not enough memory"
        except ValueError as error:
            reason = cut(error, 120)
        raise ValueError(f"{shown_path(path)} is no complete TinyGPT model of version 1 ({reason}): save it again")

    @classmethod
    def _read(cls, archive):
        header, known = archive.header, {"format", "version", "settings", "tokenizer"}
        if header.get("format") != "tinygpt model" or not (
            type(header.get("version")) is int and header["version"] == 1
        ):
            raise ValueError(f"its format is {shown(header.get('format'))}, version {shown(header.get('version'))}")
        tok = Tokenizer.from_json(header.get("tokenizer"))
        settings = checked_settings(tok, header.get("settings"))
        largest_id = {"largest_id"} if settings["encoding"] == "normalized" else set()
        if settings != header["settings"] or header.keys() != known | largest_id:
            raise ValueError("its settings are not as they are saved")
        expected = {f"p{i}": shape for i, shape in enumerate(parameter_shapes(settings, tok.vocab_size))}
        if archive.kinds.keys() != expected.keys():
            raise ValueError(f"it has {len(archive.kinds)} parameters, not {len(expected)}")
        for name, shape in expected.items():
            found, dtype = archive.kinds[name]
            if found != shape:
                raise ValueError(f"parameter {name} has shape {shown(found)}, not {shape}")
            if dtype != settings["dtype"]:
                raise ValueError(f"parameter {name} is {dtype.name}, not {settings['dtype']}")
        model = cls(tok, **settings)
        if largest_id:
            model.encoding.largest_id = whole_number("largest_id", header["largest_id"], 1, max(tok.vocab_size - 1, 1))
        for (value, _), name in zip(model.parameters(), expected):
            value[:] = archive[name]
            if not np.isfinite(value).all():
                raise ValueError(f"parameter {name} holds what is no number: its training had diverged")
        return model

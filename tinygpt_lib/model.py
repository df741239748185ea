"""TinyGPT: a tokenizer, a context window, an encoding and a feed-forward network, as one model.

ids of the last T tokens -> encoding -> hidden layers -> logits, one per token of the vocabulary
"""

import numpy as np

from tinygpt_lib.checks import a_generator, whole_number
from tinygpt_lib.encoding import ENCODINGS
from tinygpt_lib.language_model import Evaluation, LanguageModel
from tinygpt_lib.layers import Network
from tinygpt_lib.loss import cross_entropy
from tinygpt_lib.settings import checked_settings, parameter_shapes
from tinygpt_lib.windows import all_contexts


class TinyGPT(LanguageModel):
    """A language model: given up to `context` tokens, a probability for each token that may come next.

    encoding: "raw", "normalized", "presence", "onehot" or "embedding". padding: "before" or "after" the input. pad_id:
    the id that fills a window's empty places (None: the tokenizer's pad token). hidden: the size of each hidden layer.
    activation: "relu" or "tanh". weight_init, bias_init: see `initialisation`. dropout: the share of hidden values
    dropped in training. dtype: "float32" for speed, "float64" for checking gradients.
    """

    FORMAT = "tinygpt model"
    _checked_settings, _shapes = staticmethod(checked_settings), staticmethod(parameter_shapes)

    def __init__(self, tok, context=16, encoding="embedding", embedding_size=24, padding="before", pad_id=None,
                 hidden=(512,), activation="relu", weight_init="lecun", bias_init="zero", dropout=0.0,
                 dtype="float32", seed=0):  # fmt: skip
        rng = self._set_up(tok, {
            "context": context, "encoding": encoding, "embedding_size": embedding_size, "padding": padding,
            "pad_id": pad_id, "hidden": hidden, "activation": activation, "weight_init": weight_init,
            "bias_init": bias_init, "dropout": dropout, "dtype": dtype, "seed": seed,
        })  # fmt: skip
        settings = self.settings
        self.encoding = ENCODINGS[encoding](self.context, tok.vocab_size, settings["embedding_size"], rng, self.dtype)
        sizes = (self.encoding.size, *settings["hidden"], tok.vocab_size)
        self.network = Network(sizes, activation, weight_init, bias_init, settings["dropout"], rng, self.dtype)

    def parameters(self):
        """Pairs (value, gradient) of arrays, from the input to the output; both change in place."""
        return self.encoding.parameters() + self.network.parameters()

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
        logits, targets, weights = self._asked(contexts, targets, weights, rng)
        loss, dlogits = cross_entropy(logits, targets, weights)
        right = int((logits.argmax(axis=1) == targets).sum())
        dx = self.network.backward(dlogits, need_dx=self.encoding.trained)
        if self.encoding.trained:
            self.encoding.backward(dx)
        return loss, right

    def _asked(self, contexts, targets, weights=None, rng=None):
        """Logits (B, V), targets and weights (B,)."""
        return self._forward(self._checked(contexts), rng), targets, weights

    def _forward(self, contexts, rng=None):
        return self.network.forward(self.encoding.forward(contexts), rng)

    # ---- using it ----------------------------------------------------------------------------------------------

    def evaluate(self, ids, context=None) -> Evaluation:
        """Loss (nats per token) and accuracy over a text, each token guessed from exactly `context` tokens before it.

        None: a full window. Every position with that many tokens before it counts once.
        """
        length = self.context if context is None else whole_number("context", context, 1, self.context)
        batches = all_contexts(ids, self.context, length, self.pad_id, self.padding, self.tok.vocab_size)
        return self.evaluate_batches(batches)

    def grow(self, tok):
        """Take on `tok`, this model's tokenizer with special tokens added: new rows and columns, old logits the same.

        New parameters start random, at the scale of the old. Returns the model itself.
        """
        extra, rng = self._extra_tokens(tok)
        first, last = self.network.linears[0], self.network.linears[-1]
        first.W = self.encoding.grow(tok.vocab_size, first.W, rng)
        first.dW = np.zeros_like(first.W)
        last.widen(extra, rng)
        self.tok = tok
        return self

    # ---- files -------------------------------------------------------------------------------------------------

    @staticmethod
    def _more_keys(settings):
        return {"largest_id"} if settings["encoding"] == "normalized" else set()

    def _more_header(self):
        return {key: self.encoding.largest_id for key in self._more_keys(self.settings)}

    def _take_header(self, more):
        for value in more.values():
            self.encoding.largest_id = whole_number("largest_id", value, 1, max(self.tok.vocab_size - 1, 1))

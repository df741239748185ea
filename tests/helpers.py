"""What several test files share."""

import signal

import numpy as np

from tinygpt_lib.bpe import Tokenizer
from tinygpt_lib.language_model import LanguageModel
from tinygpt_lib.model import TinyGPT
from tinygpt_lib.transformer import GPT

LETTERS = Tokenizer.train("abcdefg", vocab_size=8)  # ids 0 to 6, and the pad: 7


def tiny(tok=LETTERS, **settings):
    """An untrained model, small enough for a loop over everything it does."""
    return TinyGPT(tok, **{"context": 3, "embedding_size": 2, "hidden": (5,), **settings})


def tiny_gpt(tok=LETTERS, **settings):
    """The same of attention."""
    return GPT(tok, **{"context": 3, "width": 8, "heads": 2, "layers": 2, **settings})


def weights(model):
    """Copies of all of a model's parameters."""
    return [value.copy() for value, _ in model.parameters()]


def same(some, others):
    """Whether two lists of arrays are equal, number by number."""
    return len(some) == len(others) and all(map(np.array_equal, some, others))


def random_ids(n, seed=0, vocab_size=7):
    """A text of random tokens, the pad not among them."""
    return np.random.default_rng(seed).integers(0, vocab_size, n)


def interrupt(*_):
    """What Jupyter's square does."""
    signal.raise_signal(signal.SIGINT)


class Scripted(LanguageModel):
    """Stands in for a model: the token after n tokens is the one that `choose(n)` names."""

    context, padding = 10**4, "before"

    def __init__(self, tok, choose):
        self.tok, self.choose, self.pad_id = tok, choose, tok.pad_id

    def logits(self, contexts):
        lengths = (contexts != self.pad_id).sum(axis=1)
        return np.stack([np.where(np.arange(self.tok.vocab_size) == self.choose(n), 5.0, 0.0) for n in lengths])


def slopes_agree(loss, pairs, rng, entries=20, step=1e-4, rel=1e-6):
    """Compare gradients with central differences of `loss()`; relative to each array's largest slope.

    pairs: arrays (value, gradient); at most so many entries of each are tried. Differences over one step and over two
    together have an error of the fourth order: so the step may be large, and rounding is small.
    """
    for value, gradient in pairs:
        flat, slopes = value.reshape(-1), []
        assert np.shares_memory(flat, value)
        chosen = rng.choice(flat.size, min(entries, flat.size), replace=False)
        gradient = gradient.reshape(-1)[chosen].copy()
        for entry in chosen:
            before, ends = flat[entry], []
            for change in (step, -step, 2 * step, -2 * step):
                flat[entry] = before + change
                ends.append(loss())
            flat[entry] = before
            slopes.append((8 * (ends[0] - ends[1]) - (ends[2] - ends[3])) / (12 * step))
        assert np.abs(slopes).max() > 0
        np.testing.assert_allclose(gradient, slopes, rtol=rel, atol=rel * np.abs(slopes).max())

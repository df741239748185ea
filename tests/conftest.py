"""Fixtures made once for the whole run, and how hypothesis looks for counterexamples."""

import numpy as np
import pytest
from helpers import tiny
from hypothesis import settings

from tinygpt_lib.bpe import Tokenizer
from tinygpt_lib.corpus import shakespeare
from tinygpt_lib.training import train

settings.register_profile("course", deadline=None, derandomize=True, database=None)
settings.load_profile("course")

RHYME = "the cat sat on the mat, the rat ran from the cat. "


@pytest.fixture(scope="session")
def text():
    """The course's corpus."""
    return shakespeare()


@pytest.fixture(scope="session")
def char_tok(text):
    """One token per byte of the corpus."""
    return Tokenizer.train(text, max_token_length=1)


@pytest.fixture(scope="session")
def trained():
    """A tiny model that has learnt a rhyme; tests must not change it."""
    tok = Tokenizer.train(RHYME, max_token_length=1)
    model = tiny(tok, context=5, embedding_size=4, hidden=(24,))
    train(model, tok.encode(RHYME * 4), steps=150, batch_size=64, learning_rate=1e-2, progress=False)
    return model


@pytest.fixture
def rng():
    return np.random.default_rng(0)

"""What the benchmarks read: the course's corpus, with and without its spaces."""

from functools import cache

import numpy as np

from tinygpt_lib import Tokenizer, shakespeare


@cache
def plays_as_ids():
    """The character tokenizer of the course's corpus, and the corpus as ids."""
    text = shakespeare()
    tok = Tokenizer.train(text, max_token_length=1)
    return tok, np.array(tok.encode(text))


@cache
def spaced(length):
    """The first `length` characters of the corpus, from its start again where it is too short."""
    text = shakespeare()
    return (text * (length // len(text) + 1))[:length]


@cache
def unspaced(length):
    """As many letters of the corpus, and nothing between them: one single piece."""
    letters = "".join(filter(str.isalpha, shakespeare()))
    return (letters * (length // len(letters) + 1))[:length]

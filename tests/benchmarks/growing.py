"""How cost grows: one thing larger at a time, everything else as it is."""

from text import plays_as_ids, spaced, unspaced
from tokenizing import VOCAB_SIZE
from training_step import ours as step

from tinygpt_lib.bpe import Tokenizer

WIDTHS = (64, 128, 256, 512, 1024)
BATCHES = (32, 64, 128, 256, 512, 1024)
CONTEXTS = (4, 8, 16, 32, 64)
VOCABULARIES = (66, 128, 256, 512, 1024, 2048)
LENGTHS = (30_000, 100_000, 300_000, 1_000_000)
STEPS = 20


def tokens_of(vocab_size):
    """The corpus in so many tokens: (tokenizer, ids); 66 is its characters."""
    if vocab_size == VOCABULARIES[0]:
        return plays_as_ids()
    tok = Tokenizer.train(spaced(300_000), vocab_size)
    return tok, tok.encode(spaced(300_000))


def with_vocabulary(size):
    tok, ids = tokens_of(size)
    return step((256,), 256, STEPS, tok=tok, ids=ids)


def learning_and_encoding(text):
    return lambda: Tokenizer.train(text, VOCAB_SIZE).encode(text)


# What grows: the contestants by size, and how many units of work one call is.
GROWTH = {
    "a step, by width of the hidden layer": (lambda n: step((n,), 256, STEPS), WIDTHS, STEPS),
    "a step, by examples in a batch": (lambda n: step((256,), n, STEPS), BATCHES, STEPS),
    "a step, by tokens in the window": (lambda n: step((256,), 256, STEPS, context=n), CONTEXTS, STEPS),
    "a step, by tokens in the vocabulary": (with_vocabulary, VOCABULARIES, STEPS),
    "the tokenizer, by characters of text": (lambda n: learning_and_encoding(spaced(n)), LENGTHS, 1),
    "the tokenizer, by letters without a space": (lambda n: learning_and_encoding(unspaced(n)), LENGTHS, 1),
}

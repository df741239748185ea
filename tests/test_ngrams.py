"""n-gram baselines: probabilities, the smoothing rule, and the figures the course quotes."""

import numpy as np
import pytest
from helpers import random_ids

from tinygpt_lib.corpus import split
from tinygpt_lib.ngrams import NGram


@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_probabilities_add_up_to_one(order):
    ngram = NGram(random_ids(100, vocab_size=4), order, vocab_size=6)
    for seed in range(20):
        context = random_ids(6, seed=seed, vocab_size=6)
        p = [ngram.probability(context, id) for id in range(6)]
        assert min(p) > 0 and np.isclose(sum(p), 1)


def test_witten_bell_by_hand():
    ngram = NGram([0, 1, 0, 1, 0, 2], order=2, vocab_size=3)
    unigram = (2 + 3 * 1 / 3) / (6 + 3)  # token 1 stands twice among six, of three kinds
    assert np.isclose(ngram.probability([], 1), unigram)
    assert np.isclose(ngram.probability([0], 1), (2 + 2 * unigram) / (3 + 2))  # after 0: 1 twice and 2 once
    assert np.isclose(ngram.probability([5, 0], 1), ngram.probability([0], 1))  # only one token of context counts
    assert np.isclose(ngram.probability([2], 1), unigram)  # nothing ever came after 2


def test_surprises_are_those_of_each_token():
    ids = random_ids(30)
    ngram = NGram(random_ids(200, seed=1), 3, vocab_size=7)
    expected = [-np.log(ngram.probability(ids[:i], ids[i])) for i in range(4, 30)]
    assert np.allclose(ngram.surprises(ids, skip=4), expected)


def test_the_bigram_of_the_plays(text, char_tok):
    training_ids, held_out_ids = split(char_tok.encode(text))
    loss = NGram(training_ids, 2, char_tok.vocab_size - 1).surprises(held_out_ids, 16).mean()
    assert 2.47 < loss < 2.50


@pytest.mark.parametrize(
    "use, reason",
    [
        (lambda: NGram([0, 1, 2, 3], 2, vocab_size=2), "the text holds the id 3: ids go from 0 to 1"),
        (lambda: NGram([0, 1], -1, 2), "order is -1: it must be a whole number from 1 to 100"),
        (lambda: NGram("ab", 1, 2), "the text must be whole-number token ids"),
        (lambda: NGram([0, 1], 2, 2).probability([0], 2), "the id is 2: it must be a whole number from 0 to 1"),
        (lambda: NGram([0, 1], 2, 2).probability([0, 5], 1), "the context holds the id 5"),
        (lambda: NGram([0, 1], 2, 2).probability(0, 1), "the context is 0"),
        (lambda: NGram([0, 1], 2, 2).surprises([0, 2]), "the text holds the id 2"),
        (lambda: NGram([0, 1], 2, 2).surprises([0, 1], -1), "skip is -1"),
    ],
)
def test_what_makes_no_sense_is_refused(use, reason):
    with pytest.raises(ValueError, match=reason):
        use()

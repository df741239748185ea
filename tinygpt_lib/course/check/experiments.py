"""Checks for the exercises of notebooks 07 and 08 and of appendix A2: see `foundations`."""

import numpy as np

from tinygpt_lib.course.check.verdict import exercise
from tinygpt_lib.course.experiments.merging import reorder as library_reorder
from tinygpt_lib.course.measures import ceilings
from tinygpt_lib.training import SCHEDULES

# ---- notebook 07 -------------------------------------------------------------------------------------------------


@exercise
def lowest_loss():
    for text, length, hint in (
        ("aabba", 1, "-log of the share a character has AFTER ITS CONTEXT, not of the share of the pair in the text"),
        ("abacabaca", 1, "the mean is over positions: a context that occurs twice as often counts twice"),
        (
            "abcabdabc",
            2,
            "the context is the `length` characters before; where it decides the next, the loss is 0",
        ),
        ("aab", 0, "without any context every character is predicted from its own share of the text"),
    ):
        yield (text, length), ceilings.lowest_loss(text, length), hint


@exercise
def bits_per_byte():
    for tokens, hint in (
        (["a", "b", "c"], "a nat is 1 / log(2) bits, with the natural logarithm of 2"),
        (["the", " ", "art"], "divide the text's whole surprise by all its bytes, not each token's by something"),
        (["caf", "é"], "bytes, not characters: a text's bytes are text.encode('utf-8')"),
    ):
        surprises = np.array([2.0, 0.5, 1.0])[: len(tokens)]
        yield (surprises, tokens), ceilings.bits_per_byte(surprises, tokens), hint


# ---- notebook 08 -------------------------------------------------------------------------------------------------


@exercise
def warm_cosine():
    for progress, warm_up, hint in (
        (0.05, 0.1, "before the warm-up ends, the factor grows in proportion: here it is half way up"),
        (0.1, 0.1, "where the warm-up ends, the factor is 1 and the cosine only begins to fall"),
        (0.55, 0.1, "half way through what is LEFT after the warm-up, the cosine has fallen to a half"),
        (1.0, 0.2, "at the end of the run the factor is 0"),
        (0.0, 0.0, "without a warm-up it starts at 1: beware of dividing by 0"),
    ):
        rising = progress < warm_up
        factor = progress / warm_up if rising else SCHEDULES["cosine"]((progress - warm_up) / (1 - warm_up))
        yield (progress, warm_up), factor, hint


@exercise
def reorder():
    rng = np.random.default_rng(8)
    W_in, W_out = rng.normal(size=(2, 3)), rng.normal(size=(3, 2))
    for b, hint in (
        (np.zeros(3), "a neuron is a COLUMN of W_in and a ROW of W_out: both must move with it"),
        (np.arange(3.0), "each neuron takes its bias along"),
    ):
        order = np.array([2, 0, 1])
        yield (W_in, b, W_out, order), library_reorder(W_in, b, W_out, order), hint


# ---- appendix A2 -------------------------------------------------------------------------------------------------


@exercise
def chance_in_a_row():
    for chances, n, hint in (
        ([1, 1, 1, 1], 3, "a place counts only if n characters are left from it: there are len(chances) - n + 1"),
        ([1, 1, 0, 1, 1, 0], 2, "from a place all n characters must be right: the share of right ones is not enough"),
        ([0.5, 0.8, 1.0], 2, "with chances between 0 and 1, take from each place the product of n of them"),
        ([0.2, 0.9, 0.4], 1, "one in a row is simply the mean"),
    ):
        places = range(len(chances) - n + 1)
        chances = np.array(chances, float)
        yield (chances, n), np.mean([chances[place : place + n].prod() for place in places]), hint

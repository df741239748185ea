"""Checks for the exercises: `check.NAME(your_function)` says how it did, in words.

Each check runs the learner's function on a few inputs and compares with the library's own answer. It never raises: an
untouched stub is "not attempted", a mistake is explained.
"""

import copy
import functools

import numpy as np

from tinygpt_lib.bpe import Tokenizer
from tinygpt_lib.course.originality import longest_copied_run as library_longest_copied_run
from tinygpt_lib.generation import next_token_distribution
from tinygpt_lib.layers import Tanh
from tinygpt_lib.loss import cross_entropy


def exercise(cases):
    """Make a check of a generator of cases: (arguments, the library's answer, what a wrong answer probably means)."""

    @functools.wraps(cases)
    def check(function):
        print(verdict(function, cases()))

    return check


def verdict(function, cases) -> str:
    """What a check says of `function`: not attempted, right, or what is wrong."""
    for number, (arguments, expected, hint) in enumerate(cases):
        try:
            answer = function(*copy.deepcopy(arguments))
        except NotImplementedError:
            answer = None
        except Exception as error:
            return f"Not yet: your function stopped with {type(error).__name__}: {error}. {hint}"
        if answer is None and number == 0:
            return "Not attempted yet: replace the dots and run both cells again."
        if not same(answer, expected):
            return f"Not yet: {hint}\nasked:    {show(arguments)}\nexpected: {show(expected)}\nyours:    {show(answer)}"
    return "Right!"


def same(answer, expected) -> bool:
    """Equal, numbers to within rounding; the parts of a tuple one by one."""
    if isinstance(expected, tuple):
        return isinstance(answer, tuple | list) and len(answer) == len(expected) and all(map(same, answer, expected))
    if isinstance(expected, str):
        return isinstance(answer, str) and answer == expected
    try:
        return np.shape(answer) == np.shape(expected) and bool(np.allclose(answer, expected, rtol=1e-4, atol=1e-6))
    except (TypeError, ValueError):
        return False


def show(value) -> str:
    """A value on few lines, arrays rounded."""
    if isinstance(value, tuple):
        return ", ".join(map(show, value))
    if isinstance(value, np.ndarray):
        return np.array2string(value, precision=4, suppress_small=True, threshold=20, separator=", ")
    text = f"{value:.4f}" if isinstance(value, float) else repr(value)
    return text if len(text) < 200 else text[:197] + "..."


# ---- notebook 01 -------------------------------------------------------------------------------------------------


@exercise
def most_frequent_pair():
    for text, hint in (
        ("abcbc", "count every pair of neighbours, and return the most frequent as a tuple (left, right)"),
        ("aaabcbc", "count pairs where they overlap, too: 'aaa' holds the pair (a, a) twice"),
        ("dedeabab", "two pairs are equally frequent here: the one with the smaller left id wins, not the first met"),
        ("adadacac", "two pairs share count and left id here: the one with the smaller right id wins"),
    ):
        # The letters of a text as bytes; the library's first merge names the pair by its place in the vocabulary.
        tok = Tokenizer.train(text, max_token_length=2)
        yield (list(text.encode()),), tuple(tok.tokens[id][0] for id in tok.merges[0]), hint


@exercise
def decode():
    tok = Tokenizer.train("the theatre, the café, the 🎭 🎭", vocab_size=60)
    for text, hint in (
        ("the theatre", "look each id up in `tokens`, join the bytes, and decode them to text with .decode('utf-8')"),
        ("the café 🎭", "join all bytes first and decode once: a single token may hold only half of a character"),
        ("", "no tokens make an empty text, ''"),
    ):
        yield (tok.encode(text), list(tok.tokens)), tok.decode(tok.encode(text)), hint


# ---- notebook 02 -------------------------------------------------------------------------------------------------


@exercise
def tanh_backward():
    rng = np.random.default_rng(2)
    for scale, hint in (
        (1.0, "dx = dy * (1 - y**2), where y is the OUTPUT tanh(x), which is what you are given"),
        (3.0, "this time dy is not all ones: the chain rule multiplies by what comes from above"),
    ):
        layer = Tanh()
        y = layer.forward(rng.normal(size=(2, 3))).copy()
        dy = np.ones_like(y) if scale == 1.0 else scale * rng.normal(size=y.shape)
        yield (y, dy), layer.backward(dy.copy()), hint


@exercise
def weighted_cross_entropy():
    rng = np.random.default_rng(3)
    logits, targets = rng.normal(size=(3, 4)), np.array([2, 0, 3])
    for weights, hint in (
        (np.ones(3), "with weights of 1 it is the cross-entropy you know: return (loss, dlogits)"),
        (
            np.array([2.0, 2.0, 2.0]),
            "all weights 2: loss AND gradient double; the mean still divides by B, not by their sum",
        ),
        (np.array([1.0, 0.0, 3.0]), "each row of the gradient is multiplied by its own example's weight"),
    ):
        yield (logits, targets, weights), cross_entropy(logits, targets, weights), hint


# ---- notebook 05 -------------------------------------------------------------------------------------------------


@exercise
def longest_copied_run():
    for text, source, hint in (
        ("be sure", "to be", "the longest stretch of `text` that stands in `source`, as a string"),
        ("so be", "be", "the run may begin anywhere in `text`, not only at its start"),
        ("question be not", "not to be", "spaces count as characters, and a run may start or end inside a word"),
        ("abc", "xyz", "nothing is shared: the longest run is the empty string ''"),
    ):
        yield (text, source), library_longest_copied_run(text, source), hint


# ---- notebook 06 -------------------------------------------------------------------------------------------------


@exercise
def temper():
    p = np.array([0.4, 0.1, 0.3, 0.2])
    for temperature, hint in (
        (1.0, "at temperature 1 the probabilities stay as they are"),
        (
            2.0,
            "dividing the logits by T means taking p to the power 1 / T (not T, and not p / T), then scaling to sum 1",
        ),
        (0.5, "below 1 the largest probability grows: p to the power 1 / T, then scaled to add up to 1"),
    ):
        yield (p, temperature), next_token_distribution(np.log(p), temperature), hint

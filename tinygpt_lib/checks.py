"""Saying in one sentence what is wrong with a value, before anything is done with it."""

import math
import operator

import numpy as np


def shown(value) -> str:
    """`value` as an error message shows it: its repr, at most 80 characters of it."""
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def whole_number(name, value, low, high=None):
    """`value` as an int if it is a whole number from `low` to `high` (None: no upper limit); else ValueError."""
    try:
        number = None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = None
    if number is None or number < low or (high is not None and number > high):
        limits = f"from {low} to {high}" if high is not None else f"of at least {low}"
        raise ValueError(f"{name} is {value!r}: it must be a whole number {limits}")
    return number


def real_number(name, value, low, high=math.inf, open_low=False):
    """`value` as a float if it is a number from `low` (above it, if `open_low`) to `high`; NaN is refused."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not (low < number if open_low else low <= number) or number > high or math.isinf(number):
        limits = f"{'above' if open_low else 'of at least'} {low}"
        raise ValueError(
            f"{name} is {value!r}: it must be a number {limits}{f' and at most {high}' if high < math.inf else ''}"
        )
    return number


def choice(name, value, options):
    """`value` if it is one of `options`; else ValueError with the list."""
    if value not in tuple(options):
        raise ValueError(f"{name} is {value!r}: choose one of {', '.join(map(repr, options))}")
    return value


def token_ids(name, ids, vocab_size, dimensions=1):
    """`ids` as an array of integers from 0 to vocab_size - 1 with that many axes; else ValueError."""
    try:
        array = np.asarray(ids)
    except ValueError:  # rows of several lengths
        array = np.asarray(None)
    if array.size == 0 and array.ndim == dimensions:
        array = array.astype(np.int64)
    if array.ndim != dimensions or array.dtype.kind not in "iu":
        raise ValueError(f"{name} must be whole-number token ids with {dimensions} axis/axes: encode the text first")
    if array.size and not 0 <= array.min() <= array.max() < vocab_size:
        wrong = array.max() if array.max() >= vocab_size else array.min()
        raise ValueError(f"{name} holds the id {wrong}: ids go from 0 to {vocab_size - 1}")
    return array.astype(np.int64, copy=False)  # in a smaller type the pad's id might not fit

"""Saying in one sentence what is wrong with a value, before anything is done with it."""

import math
import operator
import reprlib

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


def real_numbers(name, values):
    """`values` as a float64 array if they are numbers, one or more, with one axis; else ValueError. NaN passes."""
    try:
        array = np.asarray(values)
    except ValueError:  # rows of several lengths
        array = np.asarray(None)
    if array.ndim != 1 or array.dtype.kind not in "biuf" or array.size == 0:
        raise ValueError(f"{name} must be numbers, one or more, with one axis, not {shown(values)}")
    return array.astype(np.float64)


def listed(name, values, things):
    """`values` as a list if they are many, not one text; else ValueError. things: what it is a list of."""
    if isinstance(values, str | bytes) or not np.iterable(values):
        raise ValueError(f"{name} must be a list of {things}, not {shown(values)}: put even one of them in a list")
    return list(values)


def shown(value) -> str:
    """A value in a few words on one line, for a message."""
    return " ".join(reprlib.repr(value).split())


def a_model(value):
    """`value` if it predicts as a TinyGPT does; else ValueError."""
    if not all(hasattr(value, part) for part in ("tok", "context", "pad_id", "padding", "logits")):
        raise ValueError(f"model is {shown(value)}: it must be a TinyGPT")
    return value

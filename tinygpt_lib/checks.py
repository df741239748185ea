"""Saying in one sentence what is wrong with a value, before anything is done with it."""

import difflib
import math
import operator
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

LARGEST = 2**63 - 1  # the largest whole number that an array holds


def cut(words, most=80) -> str:
    """A text on one line, cut to `most` characters."""
    words = " ".join(line.strip() for line in str(words).splitlines())
    return words if len(words) <= most else f"{words[: most - 3]}..."


def shown(value) -> str:
    """A value as it is named in a message: its `repr`, on one line, at most 80 characters; never raises."""
    try:
        return cut(repr(value))
    except Exception:  # a repr of somebody's own, a number of too many digits, a list that goes too deep
        return f"<{cut(type(value).__name__, 40)}>"


def shown_path(path) -> str:
    """A path as it is named in a message: its last 100 characters."""
    name = str(path) if str(path).isprintable() else repr(str(path))
    return name if len(name) <= 100 else f"...{name[-97:]}"


def whole_number(name, value, low, high=None):
    """`value` as an int if it is a whole number from `low` to `high` (None: what an array holds); else ValueError."""
    try:
        number = None if isinstance(value, bool) else operator.index(value)
    except Exception:
        number = None
    most = LARGEST if high is None else high
    if number is None or not low <= number <= most:
        limits = f"of at least {low}" if high is None and (number or 0) < LARGEST else f"from {low} to {most}"
        raise ValueError(f"{name} is {shown(value)}: it must be a whole number {limits}")
    return number


def real_number(name, value, low, high=math.inf, open_low=False):
    """`value` as a float if it is a number from `low` (above it, if `open_low`) to `high`; NaN is refused."""
    try:
        number = math.nan if isinstance(value, bool | np.bool_ | np.ndarray) else float(value)
    except Exception:
        number = math.nan
    if not (low < number if open_low else low <= number) or number > high or math.isinf(number):
        limits = f"{'above' if open_low else 'of at least'} {low}"
        limits += f" and at most {high}" if high < math.inf else ""
        raise ValueError(f"{name} is {shown(value)}: it must be a number {limits}")
    return number


def choice(name, value, options):
    """`value` if it is one of the texts `options`; else ValueError with the list, or with the nearest of a long one."""
    if not isinstance(value, str) or value not in tuple(options):
        raise ValueError(f"{name} is {shown(value)}: choose one of {nearest(value, options)}")
    return value


def nearest(value, options) -> str:
    """The texts `options` as they are named in a message; of many, those spelt most like `value`."""
    named = ", ".join(map(repr, options))
    if len(named) <= 150:
        return named
    close = difflib.get_close_matches(value[:50] if isinstance(value, str) else "", options, n=4, cutoff=0)
    return f"{cut(', '.join(map(repr, close)), 120)}, ... ({len(options)} in all)"


def text(name, value) -> str:
    """`value` if it is a text; else ValueError."""
    if not isinstance(value, str):
        raise ValueError(f"{name} is {shown(value)}: it must be text")
    return value


def sequence(name, value):
    """`value` if it has an order and a length: a list, a tuple, a text, a range or an array; else ValueError."""
    if not isinstance(value, Sequence) and not (isinstance(value, np.ndarray) and value.ndim):
        raise ValueError(f"{name} is {shown(value)}: it must be a list, a text or an array")
    return value


def flag(name, value) -> bool:
    """`value` if it is True or False; else ValueError."""
    if not isinstance(value, bool | np.bool_):
        raise ValueError(f"{name} is {shown(value)}: it must be True or False")
    return bool(value)


def pairs(name, values):
    """Yield the pairs that `values` holds, one by one; ValueError if it is something else."""
    try:
        values = iter(values)
    except TypeError:
        raise ValueError(f"{name} is {shown(values)}: it must hold pairs") from None
    for pair in values:
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise ValueError(f"{name} holds {shown(pair)}: it must hold pairs")
        yield pair


def floating(name, dtype) -> str:
    """ "float32" or "float64", given as a text or as NumPy's type; else ValueError."""
    if not isinstance(dtype, str):  # np.float32 has a __name__, np.dtype("float32") a text
        dtype = getattr(dtype, "__name__", str(dtype) if isinstance(dtype, np.dtype) else shown(dtype))
    return choice(name, dtype, ("float32", "float64"))


def file_path(value) -> Path:
    """`value` as a Path if it can be the name of a file; else ValueError."""
    try:
        name = os.fsencode(value)
    except (TypeError, ValueError):  # no path, or one with half a character in it
        name = b""
    if not name or b"\0" in name or isinstance(value, bytes):
        raise ValueError(f"the path is {shown(value)}: it must be the name of a file")
    return Path(value)


def _array(values):
    """`values` as an array; one without axes and numbers, which every check refuses, if they can be none."""
    try:
        return np.asarray(values)
    except Exception:  # rows of several lengths, and what else is no array
        return np.asarray(None)


def token_ids(name, ids, vocab_size, dimensions=1):
    """`ids` as an array of integers from 0 to vocab_size - 1 with that many axes; else ValueError."""
    array = _array(ids)
    if array.size == 0 and array.ndim == dimensions:
        array = array.astype(np.int64)
    if array.ndim != dimensions or array.dtype.kind not in "iu":
        raise ValueError(f"{name} must be whole-number token ids with {dimensions} axis/axes: encode the text first")
    if array.size and not 0 <= array.min() <= array.max() < vocab_size:
        wrong = array.max() if array.max() >= vocab_size else array.min()
        raise ValueError(f"{name} holds the id {wrong}: ids go from 0 to {vocab_size - 1}")
    return array.astype(np.int64, copy=False)  # in a smaller type the pad's id might not fit


def numbers(name, values, *shape):
    """`values` as an array of numbers of that shape; else ValueError. None is any length, ... as first any axes."""
    array = _array(values)
    found, wanted = array.shape, shape
    if shape[0] is ...:
        wanted = shape[1:]
        found = array.shape[-len(wanted) :]
    fits = len(found) == len(wanted) and all(m is None or n == m for n, m in zip(found, wanted))
    if not fits or array.dtype.kind not in "fiu":
        words = ", ".join({None: "n", ...: "..."}.get(length, str(length)) for length in shape)
        raise ValueError(
            f"{name} has the shape {cut(array.shape)}, type {cut(array.dtype)}: it must be numbers of shape ({words})"
        )
    return array


def real_numbers(name, values):
    """`values` as a float64 array if they are numbers, one or more, with one axis; else ValueError. NaN passes."""
    array = _array(values)
    if array.ndim != 1 or array.dtype.kind not in "biuf" or array.size == 0:
        raise ValueError(f"{name} must be numbers, one or more, with one axis, not {shown(values)}")
    return array.astype(np.float64)


def listed(name, values, things):
    """`values` as a list if they are many, not one text; else ValueError. things: what it is a list of."""
    try:
        if isinstance(values, str | bytes):  # it would be taken apart into its letters
            raise TypeError
        return list(values)
    except TypeError:
        raise ValueError(
            f"{name} must be a list of {things}, not {shown(values)}: put even one of them in a list"
        ) from None


def texts(name, values) -> list:
    """`values` as a list of texts; else ValueError."""
    return [text(f"one of {name}", value) for value in listed(name, values, "texts")]


def having(name, value, kind, *attributes):
    """`value` if it has these attributes and so can be used as a `kind`; else ValueError."""
    try:
        fits = all(hasattr(value, attribute) for attribute in attributes)
    except Exception:
        fits = False
    if not fits:
        raise ValueError(f"{name} is {shown(value)}: it must be {kind}")
    return value


def a_model(value, *more):
    """`value` if it predicts as a LanguageModel does and has the attributes `more`, too; else ValueError."""
    used = "tok", "context", "pad_id", "padding", "logits", "reading"
    return having("model", value, "a language model, such as a TinyGPT", *used, *more)


def a_tokenizer(value, *more):
    """`value` if it encodes as a Tokenizer does and has the attributes `more`, too; else ValueError."""
    attributes = ("encode", "decode", "vocab_size", "special_ids", "pad_id", *more)
    return having("the tokenizer", value, "a Tokenizer", *attributes)


def a_generator(value, *used):
    """`value` if it is NumPy's source of random numbers, or has at least what is `used` of one; else ValueError."""
    methods = used or ("integers", "random", "spawn")
    return having("rng", value, "a generator such as numpy.random.default_rng(0)", *methods)


def a_function(name, value):
    """`value` if it can be called and is no class; else ValueError."""
    if not callable(value) or isinstance(value, type):
        raise ValueError(f"{name} is {shown(value)}: it must be a function")
    return value

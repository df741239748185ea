"""How an exercise is checked: run the learner's function on a few inputs, compare, and say in words what is wrong."""

import copy
import functools

import numpy as np


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
    if expected is None:
        return answer is None
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

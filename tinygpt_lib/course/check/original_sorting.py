"""Checks for the exercises of appendix A1: see `foundations`."""

import numpy as np

from tinygpt_lib.course.check.verdict import exercise


@exercise
def smallest_share():
    for seeds, hint in (
        (3, "three coins fall in 2**3 = 8 ways; the real one is one of them, and one more differs exactly as much"),
        (1, "one seed, flipped or not, differs by as much either way: both ways of two"),
        (20, "the number of ways doubles with each seed; the number of those that differ as much does not grow"),
    ):
        yield (seeds,), 2.0 ** (1 - seeds), hint


@exercise
def powers():
    for x, y, hint in (
        ([1, 10], [5, 50], "y grows as x here, so the power is 1: divide the logarithm of y's ratio by that of x's"),
        ([2, 4, 8], [3, 12, 24], "one power for each pair of neighbours: n points have n - 1 of them"),
        ([6, 9, 12], [100, 100, 50], "what does not grow has the power 0, what falls a negative one"),
    ):
        yield (x, y), (np.diff(np.log(y)) / np.diff(np.log(x))).tolist(), hint

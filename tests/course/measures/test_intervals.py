"""How sure a mean of a few runs is."""

import numpy as np
import pytest

from tinygpt_lib.course.measures.intervals import T_975, mean_and_interval


def test_interval_covers_the_mean_about_95_times_in_100(rng):
    covered = 0
    for _ in range(2000):
        mean, half = mean_and_interval(rng.normal(3, 2, 5))
        covered += abs(mean - 3) <= half
    assert 0.935 < covered / 2000 < 0.965


def test_interval_needs_two_values():
    assert np.all(np.diff(T_975) < 0) and len(T_975) == 30
    for values in ([1.0], [], [[1.0, 2.0]], [0.0] * 32):
        with pytest.raises(ValueError, match="2 to 31 values"):
            mean_and_interval(values)
    for values in ([1.0, np.inf], ["a", "b"], None, [[1], [2, 3]]):
        with pytest.raises(ValueError, match="2 to 31 values in a row, none of them infinite: they "):
            mean_and_interval(values)
    assert np.isnan(mean_and_interval([1.0, np.nan])).all()

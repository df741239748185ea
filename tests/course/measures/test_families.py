"""Intervals for many comparisons: right for each of them, right for all together."""

import numpy as np
import pytest

from tinygpt_lib.course.measures.families import family_interval, t_quantile
from tinygpt_lib.course.measures.intervals import T_975, mean_and_interval


def test_quantiles_are_those_of_the_tables():
    assert np.allclose([t_quantile(0.025, n) for n in range(1, 31)], T_975, atol=6e-4)
    for tail, degrees, value in ((0.005, 1, 63.657), (0.0005, 9, 4.781), (0.0005, 4, 8.610), (0.05, 3, 2.353)):
        assert abs(t_quantile(tail, degrees) - value) < 1e-3


def test_one_comparison_is_an_ordinary_interval(rng):
    values = rng.normal(1, 2, 8)
    assert np.allclose(family_interval(values, 1), mean_and_interval(values), atol=1e-3)


@pytest.mark.parametrize("shared", [0.0, 0.9])
def test_the_whole_family_misses_in_at_most_five_of_a_hundred(rng, shared):
    """Twenty differences from the same reference runs, as prices are: their errors go together."""
    missed = 0
    for _ in range(400):
        reference, others = rng.normal(size=6), rng.normal(size=(20, 6))
        intervals = [family_interval(other - shared * reference, 20) for other in others]
        missed += any(abs(mean) > half for mean, half in intervals)
    assert missed / 400 < 0.08


def test_nonsense_is_refused():
    with pytest.raises(ValueError, match="2 values or more"):
        family_interval([1.0], 3)
    with pytest.raises(ValueError, match="2 values or more"):
        family_interval([1.0, np.inf], 3)
    with pytest.raises(ValueError, match="comparisons"):
        family_interval([1.0, 2.0], 0)
    with pytest.raises(ValueError, match="tail"):
        t_quantile(0.7, 3)
    assert np.isnan(family_interval([1.0, np.nan], 3)).all()

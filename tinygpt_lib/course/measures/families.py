"""Many comparisons at once: intervals wide enough that all of them together are to be trusted."""

import functools

import numpy as np

from tinygpt_lib.checks import real_number, real_numbers, shown, whole_number


@functools.cache
def t_quantile(tail, degrees) -> float:
    """The value that Student's t, with so many degrees of freedom, exceeds with the probability `tail` (below 0.5).

    With t = sqrt(degrees) tan(a), the density of the angle a is in proportion to cos(a) ** (degrees - 1), and so has
    no tails: its sum is taken on a grid.
    """
    tail, degrees = real_number("tail", tail, 1e-6, 0.5), whole_number("degrees", degrees, 1)
    angle = np.linspace(0, np.pi / 2, 100_001)
    density = np.cos(angle) ** (degrees - 1)
    mass = np.concatenate([[0], np.cumsum(density[1:] + density[:-1])])
    return float(np.sqrt(degrees) * np.tan(np.interp(1 - 2 * tail, mass / mass[-1], angle)))


def family_interval(values, comparisons):
    """The mean of independent values and the half-width of an interval that is one of so many `comparisons`.

    Bonferroni: each interval may miss with the probability 0.05 / comparisons. Then the probability that any of them
    misses is at most 0.05, even if their errors go together. NaN among the values makes both NaN.
    """
    rule = "an interval needs 2 values or more in a row, none of them infinite: they"
    values, comparisons = real_numbers(rule, values), whole_number("comparisons", comparisons, 1, 10_000)
    if len(values) < 2 or np.isinf(values).any():
        raise ValueError(f"{rule} are {shown(values)}")
    spread = values.std(ddof=1) / np.sqrt(len(values))
    return float(values.mean()), float(t_quantile(0.025 / comparisons, len(values) - 1) * spread)

"""How sure a mean of a few runs is."""

import numpy as np

from tinygpt_lib.checks import real_numbers, shown

# 97.5 % quantiles of Student's t distribution for 1 to 30 degrees of freedom (any table of the distribution).
T_975 = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
    2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip


def mean_and_interval(values):
    """The mean of independent values, and the half-width of its 95 % t-interval: (mean, half_width), floats.

    For a comparison, give the paired differences: if mean +- half_width leaves out 0, the difference is more than luck.
    NaN among the values makes both NaN.
    """
    rule = f"an interval needs 2 to {len(T_975) + 1} values in a row, none of them infinite: they"
    values = real_numbers(rule, values)
    if not 2 <= len(values) <= len(T_975) + 1 or np.isinf(values).any():
        raise ValueError(f"{rule} are {shown(values)}")
    return float(values.mean()), float(T_975[len(values) - 2] * values.std(ddof=1) / np.sqrt(len(values)))

"""Notebook 08's intervals and verdicts, computed again from the stored runs; the seed is the cluster."""

import json
import math
import re
import statistics

import pytest
from printed import agrees, interval, lines, numbers, text

from tinygpt_lib.course.stored import RESULTS

NOTEBOOK = "08_network_choices.ipynb"
COMPARISONS = 60
# Quantiles of Student's t at 1 - 0.025 / 60, by degrees of freedom: found by bisection on the distribution function,
# which for whole numbers of degrees is a finite sum (Abramowitz and Stegun 1964, 26.7.3 and 26.7.4).


def below(t, degrees) -> float:
    """P(T <= t) for Student's t."""
    angle, total = math.atan2(t, math.sqrt(degrees)), 0.0
    term = 1.0 if degrees % 2 == 0 else math.cos(angle)
    for k in range(2 - degrees % 2, degrees, 2):
        total += term
        term *= math.cos(angle) ** 2 * k / (k + 1)
    if degrees % 2:
        inside = 2 / math.pi * (angle + math.sin(angle) * (total if degrees > 1 else 0))
    else:
        total = sum_even(angle, degrees)
        inside = math.sin(angle) * total
    return 0.5 + inside / 2


def sum_even(angle, degrees) -> float:
    total, term = 1.0, 1.0
    for k in range(1, degrees // 2):
        term *= math.cos(angle) ** 2 * (2 * k - 1) / (2 * k)
        total += term
    return total

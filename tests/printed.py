"""What the notebooks print, and intervals computed a second time: for the tests of claims that rest on stored runs."""

import math
import re
import statistics

from notebooks import NOTEBOOKS, code_cells

# 97.5 % quantiles of Student's t, one for each number of degrees of freedom from 1, to three decimals:
# NIST/SEMATECH e-Handbook of Statistical Methods, section 1.3.6.7.2.
T = (
    [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228]
    + [2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086]
    + [2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042]
)  # fmt: skip
PAIR = re.compile(r"([-+−]?\d[\d,]*(?:\.\d+)?) ?%? +\+- +(\d[\d,]*(?:\.\d+)?)")
NUMBER = re.compile(r"[-+−]?\d[\d,]*\.?\d*")


def text(notebook) -> str:
    """All that the code cells of a notebook print, named by its path below `notebooks/`, as one text."""
    outputs = [output for cell in code_cells(NOTEBOOKS / notebook) for output in cell.outputs]
    return "\n".join(output.text for output in outputs if output.output_type == "stream")


def lines(notebook, start="") -> list[str]:
    """The printed lines whose text begins with `start`, after any spaces."""
    return [line for line in text(notebook).splitlines() if line.lstrip().startswith(start)]


def numbers(line) -> list[float]:
    """The numbers in a printed line, from left to right; per cent signs are ignored, thousands may have commas."""
    return [float(found.replace(",", "").replace("−", "-")) for found in NUMBER.findall(line)]


def interval(per_seed) -> tuple[float, float]:
    """Mean and half-width of the 95 % t-interval of one value for each seed (or other independent cluster)."""
    values = [float(value) for value in per_seed]
    return statistics.fmean(values), T[len(values) - 2] * statistics.stdev(values) / math.sqrt(len(values))


def agrees(printed, value) -> bool:
    """Whether `printed`, a number as text, is `value` rounded to as many decimals as it shows (one unit's grace)."""
    decimals = len(printed.partition(".")[2])
    return abs(float(printed.replace(",", "").replace("−", "-")) - value) <= 1.001 * 10**-decimals


def pairs(line) -> list[tuple[str, str]]:
    """All "mean +- half-width" in a printed line, as texts, from left to right."""
    return PAIR.findall(line)


def same(pair, per_seed) -> bool:
    """Whether a printed pair is the mean and the interval of one value for each seed."""
    return all(agrees(shown, value) for shown, value in zip(pair, interval(per_seed)))


def verdict(per_seed, above, below, neither="no clear difference") -> str:
    """What an interval of paired differences says: does it leave out 0, and on which side?"""
    mean, half = interval(per_seed)
    return above if mean > half else below if mean < -half else neither

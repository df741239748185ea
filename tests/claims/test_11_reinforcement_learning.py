"""Notebook 11's printed intervals and verdicts, computed a second time from the stored runs: one value a seed."""

import numpy as np
from printed import lines, pairs, same, verdict

from tinygpt_lib.course.experiments.grid import load

NOTEBOOK = "11_reinforcement_learning.ipynb"
METHODS = load("reward_methods")


def each(name, key):
    return np.array([run[key] for run in METHODS[name]])


def test_methods_against_each_other():
    found = [line for line in lines(NOTEBOOK) if " against " in line and "+-" in line]
    assert len(found) == 6
    for line, column in zip(found, (3, 3, 3, -1, -1, -1)):
        one, other = line.split(":")[0].split(" against ")
        gap = 100 * (each(one, "pass_1") - each(other, "pass_1"))[:, column]
        assert same(*pairs(line), gap) and line.endswith(verdict(gap, "better", "worse"))


def test_more_tries():
    gain = each("right only", "tries_final") - each("right only", "tries_start")
    found = lines(NOTEBOOK, "k = ")
    assert len(found) == gain.shape[1] == 7
    for line, column in zip(found, gain.T):
        assert same(pairs(line)[0], column) and line.endswith(verdict(column, "more", "less"))
    (line,) = lines(NOTEBOOK, "one draw after, minus 64 draws before")
    assert same(*pairs(line), each("right only", "tries_final")[:, 0] - each("right only", "tries_start")[:, -1])

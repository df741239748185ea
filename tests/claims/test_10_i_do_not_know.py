"""Notebook 10's printed intervals, computed a second time from the stored runs: one value a seed."""

import numpy as np
import pytest
from printed import lines, pairs, same

from tinygpt_lib.course.assistant import FALSE_SHARES
from tinygpt_lib.course.experiments.grid import load

NOTEBOOK = "10_i_do_not_know.ipynb"
BARS, NUMBER, KINDS, WAYS = (load(f"refusals_{name}") for name in ("bars", "number", "kinds", "phrasings"))
OUTCOMES = ("right", "wrong", "refused")


def each(runs, key):
    return 100 * np.array([run[key] for run in runs])


def rows(start, how_many):
    """The printed lines that begin so and hold `how_many` intervals, as intervals."""
    found = [pairs(line) for line in lines(NOTEBOOK, start)]
    return [row for row in found if len(row) == how_many]


def agree(row, columns):
    return [same(pair, column) for pair, column in zip(row, columns, strict=True)] == [True] * len(row)


@pytest.mark.parametrize("kind", ["known", "unknown", "pool"])
def test_the_bars(kind):
    (row,) = rows(f"{kind} ", 3)
    assert agree(row, [each(BARS["plays"], f"{kind}_{what}") for what in OUTCOMES])


@pytest.mark.parametrize("kind", ["acts", "leads", "lines", "small_talk", "unknown_acts"])
def test_the_bill(kind):
    runs = NUMBER["0"], BARS["plays"]
    refused, right, *_ = [row for row in rows(f"{kind} ", 2) if len(row) == 2]
    assert agree(refused, [each(condition, f"{kind}_refused") for condition in runs])
    assert agree(right, [each(condition, f"{kind}_right") for condition in runs])


def test_refusals_of_acts():
    for kind in ("known", "unknown", "unknown_acts", "acts"):
        for what in OUTCOMES:
            (row,) = rows(f"{kind:13} {what}", 2)
            assert agree(row, [each(BARS[condition], f"{kind}_{what}") for condition in ("plays", "plays and acts")])


def test_more_examples():
    keys = ("unknown_refused", "pool_refused", "known_right", "known_refused")
    for n in NUMBER:
        (row,) = rows(f"{int(n):,}  ", 4)
        assert agree(row, [each(NUMBER[n], key) for key in keys])
    for key in ("unknown_refused", "known_refused"):
        (row,) = rows(f"{key}, 12,800 minus 3,200", 1)
        assert agree(row, [each(NUMBER["12800"], key) - each(NUMBER["3200"], key)])


def test_kinds_of_examples():
    every = {**KINDS, "3,200 made-up": NUMBER["3200"]}
    keys = ("known_right", "unknown_refused", "made-up_refused", "mis-spelt_refused")
    for kind, runs in every.items():
        (row,) = rows(f"{kind} ", 4)
        assert agree(row, [each(runs, key) for key in keys])
    for one, other in (("3,200 made-up", "100 real"), ("100 real", "100 made-up")):
        (row,) = rows(f"unknown refused, {one} minus {other}", 1)
        assert agree(row, [each(every[one], "unknown_refused") - each(every[other], "unknown_refused")])


def test_fewer_phrasings():
    for way, runs in WAYS.items():
        (row,) = rows(way, 3)
        assert agree(row, [each(runs, key) for key in ("known_right", "known_refused", "unknown_refused")])


def test_the_rival():
    place = FALSE_SHARES.index(0.05)
    taught = each(BARS["plays"], "refusal_caught")[:, place]
    doubt = each(NUMBER["0"], "entropy_caught")[:, place]
    for name, column in (("taught", taught), ("entropy", doubt), ("gap", taught - doubt)):
        (row,) = rows(f"{name} ", 1)
        assert agree(row, [column])


def test_calibration():
    for start, runs, key in (
        ("Without refusals", NUMBER["0"], "largest_bins"),
        ("With refusals", BARS["plays"], "refusal_bins"),
    ):
        bins = [np.array(run[key], float).T for run in runs]  # of each seed: how many, confidence, share that is true
        gaps = [100 * np.average(abs(confidence - true), weights=many) for many, confidence, true in bins]
        (row,) = rows(start, 1)
        assert agree(row, [gaps])

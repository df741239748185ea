"""Appendix A2: every interval and verdict that rests on stored runs, computed a second time from those runs."""

import json
import re
from statistics import fmean

import pytest
from printed import agrees, interval, lines

from notebooks import NOTEBOOKS

NOTEBOOK = "appendix/A2_shakespeare_in_the_original.ipynb"
RESULTS = NOTEBOOKS.parent / "data" / "results"
DECIMAL = r"[-+]?\d+\.\d+"
ROWS = {"ours, SGD, 16 a batch": "ours, SGD"}  # as printed -> as stored


def stored(grid):
    """Condition -> its runs, seed by seed."""
    facts = json.loads((RESULTS / f"windows_{grid}.json").read_text(encoding="utf-8"))
    return {condition: entry["runs"] for condition, entry in facts["conditions"].items()}


def mean_accuracy(runs, key="accuracy"):
    """Per cent, every length alike, seed by seed."""
    return [100 * fmean(run[key]) for run in runs]


def paired(some, others):
    return [one - other for one, other in zip(some, others, strict=True)]


def verdict(mean, half, above="better", below="worse"):
    return above if mean > half else below if mean < -half else "no clear difference"


def shows(text, *expected):
    """Whether the numbers with a decimal point in a text are `expected`, in order."""
    found = re.findall(DECIMAL, text)
    assert len(found) == len(expected), text
    return all(agrees(number, value) for number, value in zip(found, expected))


def the_line(start):
    (found,) = lines(NOTEBOOK, start)
    return found


def test_wrap_copies_more():
    copied = {way: [100 * fmean(run["copied"]) for run in runs] for way, runs in stored("after_the_end").items()}
    for way, per_seed in copied.items():
        assert shows(the_line(f"{way:7} "), *interval(per_seed))
    mean, half = interval(paired(copied["wrap"], copied["random"]))
    line = the_line("wrap minus random")
    assert shows(line, mean, half) and line.endswith(verdict(mean, half, "wrap copies more", "wrap copies less"))


def test_at_the_end_of_one_percent_every_length_is_near_its_ceiling():
    (top,) = stored("ceilings")["1 %"]
    worst = min(x / y for run in stored("one_percent")["1 %"] for x, y in zip(run["final"], top["ceiling"]))
    assert shows(the_line("at the end, share of the ceiling"), 100 * worst)
    assert the_line("every length of every seed").endswith(str(worst >= 0.95))


def test_ten_percent_stays_below_the_bar():
    runs = stored("ten_percent")["10 %"]
    (top,) = stored("ceilings")["10 %"]
    every, full = mean_accuracy(runs, "final"), [100 * run["final"][-1] for run in runs]
    assert shows(the_line("our exam, every length alike"), *every, 100 * fmean(top["ceiling"]))
    assert shows(the_line("full windows alone"), *full, 100 * top["ceiling"][-1])
    assert the_line("a seed that reached 80 %").endswith(str(max(every) >= 80))


def test_each_row_of_the_ways():
    ways = {name: mean_accuracy(runs) for name, runs in stored("original_way").items()}
    compared = [line for line in lines(NOTEBOOK) if re.search(r" - .*[+-]\d+\.\d \+- ", line)]
    assert len(compared) == 10
    for line in compared:
        names, gap, half, claim = re.fullmatch(r"(.*?) +([+-]\d+\.\d) \+- (\d+\.\d) (.*)", line).groups()
        one, other = (ROWS.get(name.strip(), name.strip()) for name in names.split(" - "))
        mean, width = interval(paired(ways[one], ways[other]))
        assert agrees(gap, mean) and agrees(half, width) and claim == verdict(mean, width)


def test_optimizers_and_batches():
    clock = stored("equal_clock")
    best = {name: mean_accuracy(runs) for name, runs in clock.items()}
    for name, runs in clock.items():
        (line,) = [line for line in lines(NOTEBOOK, f"{name:10} ") if "% right;" in line]
        seconds = interval([run["seconds"] for run in runs])
        assert shows(line.partition(" examples")[0], *interval(best[name]), *seconds)
    compared = [line for line in lines(NOTEBOOK) if re.match(r"  (Adam|SGD), .* minus ", line)]
    assert len(compared) == 5
    best["SGD, 16, longer"] = mean_accuracy(stored("original_way")["ours, SGD"])
    for line in compared:
        one, other = re.match(r"  (.*?) +minus (.*?) +[+-]", line).groups()
        mean, half = interval(paired(best[one], best[other]))
        assert shows(line, mean, half) and line.endswith(f": {verdict(mean, half)}")


@pytest.mark.parametrize("name", ["hidden 64", "hidden 256", "hidden 1024", "hidden 64, longer", "hidden 1024, longer"])
def test_all_of_the_plays(name):
    runs = stored("hundred_percent")[name]
    steps = runs[0]["examples"][-1] // 512
    (line,) = [line for line in lines(NOTEBOOK, f"{name.split(',')[0]:11} ") if f" {steps:,} steps" in line]
    full, every = [100 * run["final"][-1] for run in runs], mean_accuracy(runs, "final")
    assert shows(line.partition("full")[2], *interval(full), *interval(every))

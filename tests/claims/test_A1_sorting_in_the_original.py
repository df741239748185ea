"""What appendix A1 says of stored runs, computed a second time; the seed is the unit."""

import itertools
import json
import math
import re
import statistics

import numpy as np
import pytest
from printed import interval, lines, numbers

from tinygpt_lib.course.stored import RESULTS, original_results

NOTEBOOK = "appendix/A1_sorting_in_the_original.ipynb"
RULES = {"lecun": "LeCun", "he": "He", "xavier": "Xavier", "uniform_0.5": "U0.5", "uniform_1": "U1"}
BIASES = ("uniform_0.5", "uniform_0.1", "zero", "constant_0.1", "constant_0.01")
PAIRS = list(itertools.combinations(RULES, 2))


def runs(name, condition):
    facts = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    return [run["strings"] for run in facts["conditions"][condition]["runs"]]


@pytest.fixture(scope="module")
def rows():
    """Rule -> thousands of strings (biases, seeds), the cap for what was not trained."""
    return {
        rule: np.array(
            [[(n or 300_000) / 1000 for n in runs("alphabetize_initialisation", f"{rule} {b}")] for b in BIASES]
        )
        for rule in RULES
    }


def test_the_original_in_its_own_table():
    table = original_results()["alphabetize"]["thousands_of_strings"]
    for rule, pick, word in (("lecun", min, "quickest"), ("uniform_1", max, "slowest")):
        columns = sum(pick(table, key=lambda other, b=b: table[other][b]["mean"]) == rule for b in BIASES)
        (line,) = lines(NOTEBOOK, f"{RULES[rule]} is the {word}")
        assert line.endswith(f"in {columns} of 5")


@pytest.mark.parametrize("rule", RULES)
def test_rows(rows, rule):
    (line,) = [line for line in lines(NOTEBOOK, RULES[rule]) if "never:" in line and "above" in line]
    row = rows[rule].ravel().tolist()
    never = sum(n is None for b in BIASES for n in runs("alphabetize_initialisation", f"{rule} {b}"))
    median, mean, _, above, _, printed_never = numbers(line.removeprefix(RULES[rule]))
    assert abs(median - statistics.median(row)) <= 0.5 and abs(mean - statistics.fmean(row)) <= 0.5
    assert (above, printed_never) == (sum(n > 100 for n in row), never)


@pytest.mark.parametrize("rule", ["lecun", "xavier"])
def test_slow_runs_belong_to_few_seeds(rows, rule):
    slow = (rows[rule] > 100).sum(axis=0).tolist()
    (line,) = [line for line in lines(NOTEBOOK, RULES[rule]) if "slow runs:" in line]
    assert numbers(line) == [sum(slow), sum(n > 0 for n in slow), slow.index(max(slow)), max(slow), 5]


@pytest.mark.parametrize("rule", RULES)
def test_runs_of_a_seed_are_alike(rows, rule):
    """The intraclass correlation, from the sums of squares of a one-way analysis of variance."""
    row = rows[rule].T  # (20, 5)
    between = 5 * sum((row.mean(axis=1) - row.mean()) ** 2) / 19
    within = sum(((row - row.mean(axis=1, keepdims=True)) ** 2).ravel()) / 80
    (line,) = [line for line in lines(NOTEBOOK, RULES[rule]) if "in common" in line]
    share, worth = numbers(line)[-2:]
    alike = (between - within) / (between + 4 * within)
    assert abs(share - alike) <= 0.0051 and abs(worth - 100 / (1 + 4 * alike)) <= 0.51


def share_of_flips(differences):
    """Of all 2**20 ways to flip the signs of 20 differences, the share whose sum is as far from 0 as the real one."""
    signs = np.array(list(itertools.product((1, -1), repeat=10)))
    first, second = signs @ differences[:10], signs @ differences[10:]
    sums = np.abs(first[:, None] + second)
    return (sums >= abs(differences.sum()) - 1e-9).mean()


@pytest.mark.parametrize("pair", PAIRS)
def test_flips_of_whole_seeds(rows, pair):
    """Means and shares exactly; medians by 4,000 flips of another generator."""
    a, b = (rows[rule] for rule in pair)
    expected = [share_of_flips((x - y).mean(axis=0)) for x, y in ((a, b), (1.0 * (a > 100), 1.0 * (b > 100)))]
    heads = np.random.default_rng(99).random((4000, 1, 20)) < 0.5
    one, other = (np.median(np.where(side, b, a), axis=(1, 2)) for side in (heads, ~heads))
    hits = np.sum(abs(one - other) >= abs(np.median(a) - np.median(b)) - 1e-9)
    name = f"{RULES[pair[0]]:7} against {RULES[pair[1]]:7}"
    (line,) = lines(NOTEBOOK, name)
    printed = [value / 100 for value in numbers(line[len(name) :])]
    for value, again in zip(printed, [hits / 4000, *expected], strict=True):
        assert abs(value - again) <= 4.5 * math.sqrt(max(again * (1 - again), 1e-4) * (1 / 10_000 + 1 / 4000))
    assert min(expected) > 0.05 / 30 and hits / 4000 > 0.05 / 30, "no pair differs by more than luck"


def test_what_is_counted():
    assert lines(NOTEBOOK, "30 comparisons")[0].split("below ")[1].startswith(f"{5 / 30:.2f}")
    assert lines(NOTEBOOK, "Counted: 0")
    assert numbers(lines(NOTEBOOK, "(Were it ten")[0].removesuffix(".)")) == [0.5]


def test_only_the_unit_decides_about_u1(rows):
    """By seeds, both pairs miss the bound for ten comparisons; dealt as runs, both pass the one for thirty."""
    for rule, seeds_say in (("lecun", 0.0571), ("xavier", 0.0084)):
        slow = [1.0 * (rows[name] > 100) for name in ("uniform_1", rule)]
        by_seeds = share_of_flips((slow[0] - slow[1]).mean(axis=0))
        assert by_seeds > 0.05 / 10 and abs(by_seeds - seeds_say) <= 0.01
        together = np.concatenate([part.ravel() for part in slow])
        few = int(together.sum())  # all of them in one hundred, and none in the other, or a split as uneven
        as_uneven = 2 * math.comb(100, few) / math.comb(200, few)
        assert slow[0].sum() == 0 and as_uneven < 0.05 / 30
    means = (rows["he"] - rows["xavier"]).mean(axis=0)
    assert 0.05 / 30 < share_of_flips(means) < 0.05 / 10


def test_our_bound_is_where_luck_looks_smallest(rows):
    for rule in ("lecun", "xavier"):
        by_bound = {
            bound: share_of_flips((1.0 * (rows["uniform_1"] > bound) - (rows[rule] > bound)).mean(axis=0))
            for bound in range(40, 300, 10)
        }
        assert abs(min(by_bound, key=by_bound.get) - 100) <= 10
        assert lines(NOTEBOOK, f"against {RULES[rule]}")[0].endswith("True")


def log_interval(logs):
    mean, half = interval(logs)
    return [math.exp(value) for value in (mean, mean - half, mean + half)]


def near(printed, values, grace):
    assert len(printed) == len(values)
    return all(abs(shown - value) <= grace for shown, value in zip(printed, values))


@pytest.mark.parametrize("rule", ["lecun", "uniform_1"])
def test_each_start_at_its_own_best_rate_chosen_on_other_seeds(rule):
    pilot = json.loads((RESULTS / "alphabetize_start_rates.json").read_text(encoding="utf-8"))["conditions"]
    judged = json.loads((RESULTS / "alphabetize_starts.json").read_text(encoding="utf-8"))["conditions"][rule]
    scores = {
        name.split()[1]: statistics.fmean(math.log((run["strings"] or 200_000) / 1000) for run in entry["runs"])
        for name, entry in pilot.items()
        if name.startswith(rule)
    }
    assert {entry["settings"]["first_seed"] for entry in pilot.values()} == {100}
    assert len(judged["runs"]) < 100 and "first_seed" not in judged["settings"]
    best = min(scores, key=scores.get)
    (line,) = [line for line in lines(NOTEBOOK, RULES[rule]) if "by rate" in line]
    assert judged["settings"]["learning_rate"] == float(best) and line.endswith(f"best {best}")
    for name, entry in pilot.items():
        never = sum(run["strings"] is None for run in entry["runs"])
        if name.startswith(rule):
            (part,) = re.findall(rf" {re.escape(name.split()[1])}:([^:]*?)(?=   ?0|   best)", line)
            assert (f"({never} never)" in part) == bool(never) == (">=" in part)
    line = re.sub(r"\(\d never\)", "", line)
    shown = numbers(line.split("by rate")[1].replace(":", " ").split("best")[0])
    assert near(shown[1::2], [math.exp(score) for score in scores.values()], 0.51)


def start_logs(optimizer, rule):
    stored = runs("alphabetize_starts", rule)
    cap = 400_000
    if optimizer == "Adam":
        stored, cap = runs("alphabetize_initialisation", f"{rule} zero")[: len(stored)], 300_000
    return [math.log((n or cap) / 1000) for n in stored]


@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
@pytest.mark.parametrize("rule", ["lecun", "uniform_1"])
def test_starts(optimizer, rule):
    (line,) = lines(NOTEBOOK, f"{optimizer:4} {RULES[rule]:5}")
    stuck = start_logs(optimizer, rule).count(math.log(400 if optimizer == "SGD" else 300))
    shown, _, never = line.split(RULES[rule], 1)[1].partition("), ")
    assert near(numbers(shown), log_interval(start_logs(optimizer, rule)), 0.51)
    assert (">=" in shown) == (stuck > 0) and never == (f"{stuck} of 12 never" if stuck else "")


def test_the_ratio_of_the_starts():
    ratios = {
        name: [a - b for a, b in zip(start_logs(name, "uniform_1"), start_logs(name, "lecun"))]
        for name in ("SGD", "Adam")
    }
    ratios["SGD's ratio over Adam's"] = [a - b for a, b in zip(ratios["SGD"], ratios["Adam"])]
    for name, logs in ratios.items():
        (line,) = lines(NOTEBOOK, f"{name:24} ")
        ratio = log_interval(logs)
        assert near(numbers(line[24:]), ratio, 0.0051)
        assert line.endswith("more" if ratio[1] > 1 else "fewer" if ratio[2] < 1 else "not clear")


def test_growth():
    found = [line for encoding in ("raw", "onehot") for line in lines(NOTEBOOK, encoding) if "; strings x" in line]
    assert len(found) == 8
    for line in found:
        encoding, what = line.split()[:2]
        first, last, times, *printed = numbers(line.split(what)[1])
        cells = [f"{encoding} {n:.0f} 3" if what == "length" else f"{encoding} 6 {n:.0f}" for n in (first, last)]
        before, after = (runs("alphabetize_growth", cell) for cell in cells)
        grown = log_interval([math.log(b / a) for a, b in zip(before, after, strict=True)])
        assert near(printed, grown, 0.051) and abs(times - last / first) <= 0.051
        word = "faster" if grown[1] > last / first else "slower" if grown[2] < last / first else "cannot tell"
        assert line.endswith(f": {word}")

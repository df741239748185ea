"""What notebook 03 says of stored runs, computed a second time; the seed is the unit."""

import itertools
import json

import numpy as np
import pytest
from printed import agrees, interval, lines, numbers

from tinygpt_lib.course.stored import RESULTS, original_results

NOTEBOOK = "03_alphabetize.ipynb"


def runs(name, condition, key):
    facts = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    return [run[key] for run in facts["conditions"][condition]["runs"]]


@pytest.mark.parametrize("encoding", ["raw", "onehot"])
def test_strings_until_trained(encoding):
    (line,) = [line for line in lines(NOTEBOOK, encoding) if "never trained" in line]
    strings = runs("alphabetize_bar", encoding, "strings")
    mean, half = interval(strings)
    printed = numbers(line)
    assert len(strings) == 20 and abs(printed[0] - mean) <= 1 and abs(printed[1] - half) <= 1
    assert printed[2:] == [strings.count(None), 20]


def test_the_originals_best_start():
    (line,) = lines(NOTEBOOK, "the original's best start")
    table = original_results()["alphabetize"]["thousands_of_strings"]
    assert numbers(line)[0] == 1000 * min(cell["mean"] for row in table.values() for cell in row.values())


@pytest.mark.parametrize("encoding, share", list(itertools.product(["raw", "onehot"], ["0.5", "0.2", "0.1", "0.05"])))
def test_seen_and_unseen(encoding, share):
    (line,) = [line for line in lines(NOTEBOOK, encoding) if f"on {float(share):4.0%}:" in line]
    printed = [word.strip("%,:") for word in line.partition("seen")[2].split() if word.endswith(("%", "%,"))]
    expected = [
        100 * value
        for key in ("seen", "unseen")
        for value in interval(runs("alphabetize_memorised", f"{encoding} {share}", key))
    ]
    assert len(printed) == 4 and all(map(agrees, printed, expected))


def test_raw_is_above_the_list_of_sums_and_one_hot_above_all_lists():
    strings = list(itertools.product(range(3), repeat=6))
    sums, ceiling = [], []
    for seed in range(10):
        order = np.array(strings)
        np.random.default_rng([seed, 2]).shuffle(order)
        order = [tuple(row) for row in order.tolist()]
        seen, unseen = order[:36], order[36:]
        nearest = [min(seen, key=lambda known, asked=asked: abs(sum(known) - sum(asked))) for asked in unseen]
        sums.append(sum(sorted(a) == sorted(b) for a, b in zip(unseen, nearest)) / len(unseen))
        known = {tuple(sorted(string)) for string in seen}
        ceiling.append(sum(tuple(sorted(string)) in known for string in unseen) / len(unseen))
    (line,) = lines(NOTEBOOK, "from 5 %, raw minus the nearest sum")
    mean, half = interval([100 * (a - b) for a, b in zip(runs("alphabetize_memorised", "raw 0.05", "unseen"), sums)])
    assert numbers(line)[1:] == [round(mean), round(half)] and mean > half
    (line,) = lines(NOTEBOOK, "nearest sum of ids")
    assert abs(numbers(line)[1] - 100 * sum(sums) / 10) <= 0.6
    mean, half = interval([a - b for a, b in zip(runs("alphabetize_memorised", "onehot 0.05", "unseen"), ceiling)])
    assert mean > half, "one-hot sorts strings whose answer never came up"

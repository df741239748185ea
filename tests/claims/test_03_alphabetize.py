"""What notebook 03 says of stored runs, computed a second time; the seed is the unit."""

import itertools
import json
from collections import Counter

import numpy as np
import pytest
from printed import agrees, interval, lines, numbers, pairs, same, verdict

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


@pytest.mark.parametrize("share", ["0.05", "0.1", "0.2", "0.5"])
def test_raw_against_the_list_of_sums(share):
    """The list: the commonest answer among the known strings of the nearest sum; of equals, the first in order."""
    strings, right = np.array(list(itertools.product(range(3), repeat=6))), []
    for seed in range(10):
        order = strings.copy()
        np.random.default_rng([seed, 2]).shuffle(order)
        order = [tuple(row) for row in order.tolist()]
        cut = round(float(share) * 729)
        by_sum = {}
        for known in order[:cut]:
            by_sum.setdefault(sum(known), Counter())[tuple(sorted(known))] += 1
        hits = 0
        for asked in order[cut:]:
            near = min(abs(total - sum(asked)) for total in by_sum)
            votes = sum((by_sum.get(sum(asked) + step, Counter()) for step in {-near, near}), Counter())
            hits += min(votes, key=lambda answer: (-votes[answer], answer)) == tuple(sorted(asked))
        right.append(100 * hits / len(order[cut:]))
    raw = [100 * value for value in runs("alphabetize_memorised", f"raw {share}", "unseen")]
    differences = [a - b for a, b in zip(raw, right)]
    (line,) = lines(NOTEBOOK, f"from {float(share):3.0%}, raw minus the nearest sum")
    (pair,) = pairs(line)
    assert same(pair, differences)
    expected = "cannot tell" if share == "0.05" else "above"
    assert verdict(differences, "above", "below", "cannot tell") == expected
    (line,) = lines(NOTEBOOK, "nearest sum of ids")
    printed = float(line.split(f"{float(share):3.0%}:")[1].split("%")[0])
    assert abs(printed - sum(right) / 10) <= 0.51


def test_one_hot_is_above_all_lists():
    ceiling = []
    for seed in range(10):
        order = np.array(list(itertools.product(range(3), repeat=6)))
        np.random.default_rng([seed, 2]).shuffle(order)
        known = {tuple(sorted(string)) for string in order[:36].tolist()}
        ceiling.append(sum(tuple(sorted(string)) in known for string in order[36:].tolist()) / 693)
    mean, half = interval([a - b for a, b in zip(runs("alphabetize_memorised", "onehot 0.05", "unseen"), ceiling)])
    assert mean > half, "one-hot sorts strings whose answer never came up"

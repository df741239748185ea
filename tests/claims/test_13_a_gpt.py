"""Notebook 13's intervals and verdicts, computed again from the stored runs; the seed is the cluster."""

import functools
import hashlib
import json
import re

import numpy as np
import pytest
from printed import interval, lines, pairs, same

from tinygpt_lib.course.experiments.exams import LONG_SKIP
from tinygpt_lib.course.experiments.text_runs import characters
from tinygpt_lib.course.measures import family_interval
from tinygpt_lib.course.stored import RESULTS

NOTEBOOK = "13_a_gpt.ipynb"
COMPARISONS = 14
HASH = "80243c4c0795095c725c8a2841b7b62311f1f67d74d3b128addbb0936e6a26b1"
CLAIM = r"(worse|better|perhaps worse|perhaps better|no clear difference)$"


@functools.cache
def stored(name):
    return json.loads((RESULTS / f"gpt_{name}.json").read_text(encoding="utf-8"))["conditions"]


def runs(name, condition, key="exam"):
    return [run[key] for run in stored(name)[condition]["runs"]]


def minus(some, others):
    return [a - b for a, b in zip(some, others)]


def claim(gaps):
    """The words for paired differences: notebook 08's rule."""
    mean, half = interval(gaps)
    wide = family_interval(gaps, COMPARISONS)[1]
    if abs(mean) <= half:
        return "no clear difference"
    return ("" if abs(mean) > wide else "perhaps ") + ("worse" if mean > 0 else "better")


def one(start):
    found = lines(NOTEBOOK, start)
    assert len(found) == 1, (start, found)
    return found[0]


def test_every_model_is_judged_on_the_same_characters():
    """The last tenth of the plays from place 128 on: 113,064 characters, these ones."""
    judged = np.asarray(characters()[2][LONG_SKIP:], dtype="<i8")
    assert hashlib.sha256(judged.tobytes()).hexdigest() == HASH
    assert one("nats a character on the same").endswith(f"{len(judged):,} characters")


@pytest.mark.parametrize("kind", ["examples", "seconds"])
def test_the_ladder(kind):
    printed = lines(NOTEBOOK)
    start = printed.index(f"at equal {kind}, minus the rung below (nats)")
    rungs = list(dict.fromkeys(name.rpartition(", ")[0] for name in stored("ladder")))
    below = dict(zip(rungs[1:], rungs)) | {"rotary positions": "two blocks"}
    for line, name in zip(printed[start + 1 :], rungs[1:]):
        gaps = minus(runs("ladder", f"{name}, {kind}"), runs("ladder", f"{below[name]}, {kind}"))
        assert line.strip().startswith(name) and same(pairs(line)[0], gaps) and line.endswith("  " + claim(gaps)), line


def test_the_family_counts_every_claim():
    claims = {re.sub(r"\s+", " ", line) for line in lines(NOTEBOOK) if re.search(CLAIM, line) and "+-" in line}
    assert len(claims) <= COMPARISONS

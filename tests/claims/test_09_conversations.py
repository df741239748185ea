"""Notebook 09's printed intervals and verdicts, computed a second time from the stored runs: one value a seed."""

import numpy as np
from printed import lines, pairs, same, verdict

from tinygpt_lib.course.experiments.grid import load

NOTEBOOK = "09_conversations.ipynb"
MIXING, CHOICES, STEPS = load("chat_mixing"), load("chat_choices"), load("chat_steps")
KINDS = ("plays", "acts", "leads", "lines", "small_talk")


def each(runs, key, unit=1.0):
    return unit * np.array([run[key] for run in runs])


def test_the_table_of_base_text():
    for share in ("0.0", "0.1", "0.25", "0.5"):
        (line,) = [line for line in lines(NOTEBOOK, f"{float(share):.0%} ") if len(pairs(line)) == 3]
        keys = (("base_loss", 1), ("plays", 100), ("acts", 100))
        assert [same(pair, each(MIXING[share], *key)) for pair, key in zip(pairs(line), keys)] == [True] * 3


def test_differences_by_base_text():
    found = [line for share in ("10%", "25%", "50%") for line in lines(NOTEBOOK, f"{share} minus none")]
    assert len(found) == 9
    for line, share in zip(found, np.repeat(["0.1", "0.25", "0.5"], 3)):
        key = line.split(",")[1].split(":")[0].strip()
        unit = 1 if key == "base_loss" else 100
        gap = each(MIXING[share], key, unit) - each(MIXING["0.0"], key, unit)
        assert same(*pairs(line), gap) and line.endswith(verdict(gap, ", clear", ", clear"))


def test_the_table_of_choices():
    for name, runs in {"no base text": MIXING["0.0"], **CHOICES}.items():
        (line,) = [line for line in lines(NOTEBOOK, name) if len(pairs(line)) == len(KINDS)]
        assert all(same(pair, each(runs, kind, 100)) for pair, kind in zip(pairs(line), KINDS))


def test_differences_between_choices():
    rivals = dict.fromkeys(("untrained", "every token"), MIXING["0.0"])
    rivals |= dict.fromkeys(("padding after", "characters"), CHOICES["untrained"])
    for name, rival in rivals.items():
        found = [line for line in lines(NOTEBOOK, name) if " minus " in line]
        assert len(found) == 2
        for line, kind in zip(found, ("plays", "acts")):
            gap = each(CHOICES[name], kind, 100) - each(rival, kind, 100)
            assert f" {kind}:" in line and same(*pairs(line), gap) and line.endswith(verdict(gap, "clear", "clear"))


def test_step_by_step():
    found = [line for task in ("frequency", "alphabet") for line in lines(NOTEBOOK, task) if "+-" in line]
    assert len(found) == 20
    for line in found:
        task, n, _, way = line.split(":")[0].split(maxsplit=3)
        runs, rival = (STEPS[f"{task}, {how}, {n.replace(',', '')}"] for how in (way.strip(), "at once"))
        gap = each(runs, "right", 100) - each(rival, "right", 100)
        assert same(*pairs(line), gap) and line.endswith(verdict(gap, "helps", "harms"))

"""Notebook 12's intervals and verdicts, computed again from the stored runs."""

import functools
import json
import math
import statistics

import pytest
from printed import agrees, interval, lines, numbers, pairs, same

from tinygpt_lib.course.stored import RESULTS

NOTEBOOK = "12_attention.ipynb"
ONE_OF_THREE, ONE_OF_FOUR = 3.961, 4.315  # Student's t, 4 degrees of freedom, exceeds them with 0.025 / 3 and / 4


@functools.cache
def stored(name):
    return json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))["conditions"]


def runs(name, condition, key):
    return [run[key] for run in stored(name)[condition]["runs"]]


def minus(name, condition, other, key):
    return [a - b for a, b in zip(runs(name, condition, key), runs(name, other, key))]


def family(gaps):
    """Mean and half-width of an interval that is one of three, for five gaps."""
    return statistics.fmean(gaps), ONE_OF_THREE * statistics.stdev(gaps) / math.sqrt(5)


def printed_family(line, gaps):
    """Whether "a +- b" in a line is the mean of these gaps and an interval that is one of three."""
    return all(agrees(shown, value) for shown, value in zip(pairs(line)[0], family(gaps)))


def is_best(name, case, chosen):
    """Whether no rate tried on the seeds for choosing has a better mean than the one chosen (or one as good)."""
    key, sign = ("loss", -1) if "depth" in name else ("asked", 1)
    tried = {}
    for condition in stored(name):
        start, _, rate = condition.rpartition(", ")
        found = runs(name, condition, key)
        if start == case and None not in found:  # None: diverged
            tried[rate] = statistics.fmean(found)
    return sign * tried[f"{1000 * chosen:g}"] >= max(sign * mean for mean in tried.values()) - 1e-3


# ---- depth --------------------------------------------------------------------------------------------------------

CUTS = ("sums and norms", "sums alone", "norms alone", "neither")


@pytest.mark.parametrize("cut", CUTS)
def test_depth(cut):
    losses = runs("attention_depth", cut, "loss")
    loss_line = next(line for line in lines(NOTEBOOK, cut) if line.endswith(" nats"))
    assert same(pairs(loss_line)[0], losses)
    ratios = sorted(run[0] / run[-1] for run in runs("attention_depth", cut, "slopes"))
    line = next(line for line in lines(NOTEBOOK, cut) if " to " in line)
    assert agrees(line.split()[-3], ratios[0]) and agrees(line.split()[-1], ratios[-1])
    if cut != CUTS[0]:
        line = next(line for line in lines(NOTEBOOK, cut) if "minus sums and norms" in line)
        assert printed_family(line, minus("attention_depth", cut, CUTS[0], "loss"))


def test_what_is_said_of_depth():
    slopes = {cut: [run[0] / run[-1] for run in runs("attention_depth", cut, "slopes")] for cut in CUTS}
    assert max(slopes["neither"]) < 0.2 and all(0.3 < ratio < 6 for ratio in slopes["norms alone"])
    losses = {cut: runs("attention_depth", cut, "loss") for cut in CUTS}
    assert min(losses["norms alone"] + losses["neither"]) > 3.25 > max(losses["sums alone"])
    mean, half = family(minus("attention_depth", "sums alone", CUTS[0], "loss"))
    assert mean > half


@pytest.mark.parametrize("cut", CUTS)
def test_rates_of_depth_were_chosen_elsewhere(cut):
    chosen = stored("attention_depth")[cut]["settings"]["learning_rate"]
    assert is_best("attention_depth_rates", cut, chosen)


# ---- copying ------------------------------------------------------------------------------------------------------

COPIERS = ("slots", "1 layer", "2 layers, learned", "2 layers, rotary", "2 layers, none")


@pytest.mark.parametrize("name", [*COPIERS, "slots, 10 times"])
def test_copying(name):
    line = next(line for line in lines(NOTEBOOK, name) if " strings " in line)
    for shown, key in zip(pairs(line)[-2:], ("asked", "never")):
        assert same(shown, [100 * share for share in runs("attention_copying", name, key)])


def test_what_is_said_of_copying():
    asked, never = ({name: runs("attention_copying", name, key) for name in COPIERS} for key in ("asked", "never"))
    assert all(max(asked[name]) < 0.3 for name in ("slots", "1 layer"))
    assert all(min(asked[name]) > 0.99 for name in ("2 layers, learned", "2 layers, rotary"))
    assert max(never["slots"] + never["1 layer"]) < 0.02 and max(never["2 layers, learned"]) < 0.3
    assert min(never["2 layers, rotary"]) > 0.99 and min(never["2 layers, none"]) > 0.9
    assert max(runs("attention_copying", "slots, 10 times", "never")) < 0.02


@pytest.mark.parametrize("name", COPIERS)
def test_rates_of_copying_were_chosen_elsewhere(name):
    chosen = stored("attention_copying")[name]["settings"]["learning_rate"]
    assert is_best("attention_copying_rates", name, chosen)


# ---- mistakes -----------------------------------------------------------------------------------------------------

MISTAKES = ("right", "root of the width", "no transpose", "a leak")


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes(name):
    line = next(line for line in lines(NOTEBOOK, name) if len(pairs(line)) == 3)
    for shown, key in zip(pairs(line), ("training", "held_out", "honest")):
        assert same(shown, runs("attention_mistakes", name, key))
    if name != "right":
        gaps = minus("attention_mistakes", name, "right", "honest")
        line = next(line for line in lines(NOTEBOOK, name) if line.endswith(("worse", "better", "difference")))
        mean, half = family(gaps)
        assert printed_family(line, gaps)
        assert line.endswith("worse" if mean > half else "better" if mean < -half else "no clear difference")


def test_a_leak_looks_best_and_is_worst():
    for key, least in (("training", True), ("held_out", True), ("honest", False)):
        means = {name: statistics.fmean(runs("attention_mistakes", name, key)) for name in MISTAKES}
        assert (min if least else max)(means, key=means.get) == "a leak"


@pytest.mark.parametrize("steps, more", [("400", ""), ("1,600", ", 4 times")])
@pytest.mark.parametrize("where, key", [("last place", "honest"), ("all places", "held_out")])
def test_longer_without_the_transpose(steps, more, where, key):
    gaps = minus("attention_mistakes", f"no transpose{more}", f"right{more}", key)
    (line,) = [line for line in lines(NOTEBOOK, f"{steps} steps, ") if where in line]
    half = ONE_OF_FOUR * statistics.stdev(gaps) / math.sqrt(5)
    assert all(agrees(shown, value) for shown, value in zip(pairs(line)[0], (statistics.fmean(gaps), half)))


def test_the_mistake_leads_and_then_lags():
    gaps = lambda more, key: minus("attention_mistakes", f"no transpose{more}", f"right{more}", key)
    assert max(gaps("", "honest")) < 0 < min(gaps(", 4 times", "held_out"))
    mean, half = interval(gaps(", 4 times", "honest"))
    assert abs(mean) < half


# ---- sorting ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["onehot", "gpt"])
def test_sorting_again(name):
    line = next(line for line in lines(NOTEBOOK, name) if "of training" in line)
    assert same(pairs(line)[0], runs("sorting_again", name, "strings"))
    found = [runs("sorting_growth", f"{name} {length}", "strings") for length in (6, 8, 12)]
    line = next(line for line in lines(NOTEBOOK, name) if len(pairs(line)) == 3)
    assert all(same(shown, strings) for shown, strings in zip(pairs(line), found))


def test_sorting_paired():
    ratios = [math.log(a / b) for a, b in zip(*(runs("sorting_again", name, "strings") for name in ("gpt", "onehot")))]
    mean, half = interval(ratios)
    found = numbers(lines(NOTEBOOK, "strings, gpt / onehot, paired")[0].partition(":")[2])
    assert found == pytest.approx([math.exp(mean), math.exp(mean - half), math.exp(mean + half)], abs=0.06)


@pytest.mark.parametrize("name", ["onehot", "learned", "rotary", "none"])
def test_lengths_never_trained(name):
    line = next(line for line in lines(NOTEBOOK, name) if len(numbers(line)) == 9)
    shares = zip(*runs("sorting_lengths", f"{name}, 1", "right"))
    assert all(agrees(f"{shown:g}", 100 * statistics.fmean(share)) for shown, share in zip(numbers(line), shares))


def test_growth():
    for model in ("onehot", "gpt"):
        ratios = [
            math.log(a / b)
            for a, b in zip(*(runs("sorting_growth", f"{model} {length}", "strings") for length in (12, 6)))
        ]
        mean, half = interval(ratios)
        found = numbers(lines(NOTEBOOK, f"12 letters / 6 letters, {model}")[0].partition(":")[2])
        assert found == pytest.approx([math.exp(mean), math.exp(mean - half), math.exp(mean + half)], abs=0.06)


def test_slots_stay_ahead():
    for length in (6, 8, 12):
        slots, gpt = (runs("sorting_growth", f"{model} {length}", "strings") for model in ("onehot", "gpt"))
        assert max(slots) < min(gpt) and all(a < b for a, b in zip(slots, gpt))

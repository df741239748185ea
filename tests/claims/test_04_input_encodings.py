"""Notebook 04: every interval and verdict that rests on stored runs, computed a second time from the runs."""

import json
import re

import pytest
from printed import agrees, interval, lines

from notebooks import NOTEBOOKS

NOTEBOOK = "04_input_encodings.ipynb"
RESULTS = NOTEBOOKS.parent / "data" / "results"
RACE = ("onehot", "embedding", "normalized", "presence", "raw")
DECIMAL = r"[-+−]?\d+\.\d+"


def runs(grid, condition):
    """The runs of one condition, seed by seed."""
    stored = json.loads((RESULTS / f"encodings_{grid}.json").read_text(encoding="utf-8"))
    return stored["conditions"][condition]["runs"]


def losses(grid, condition, seeds=None):
    return [run["held_out"] for run in runs(grid, condition)][:seeds]


def differences(some, others):
    return [one - other for one, other in zip(some, others, strict=True)]


def the_line(start, *parts):
    """The one printed line that begins with `start` and holds all of `parts`."""
    (found,) = [line for line in lines(NOTEBOOK, start) if all(part in line for part in parts)]
    return found


def decimals(line):
    """The numbers with a decimal point in a line, as they are printed."""
    return re.findall(DECIMAL, line)


def shows(line, *expected):
    """Whether the numbers with a decimal point in a line are `expected`, in order."""
    found = decimals(line)
    assert len(found) == len(expected), line
    return all(agrees(number, value) for number, value in zip(found, expected))


def percent(per_seed):
    return [100 * part for part in interval(per_seed)]


def tried(name):
    """The mean loss at each learning rate of a condition such as "raw adam", with the seeds that choose."""
    stored = json.loads((RESULTS / "encodings_rates.json").read_text(encoding="utf-8"))["conditions"]
    means = {}
    for condition, entry in stored.items():
        start, _, at = condition.rpartition(" ")
        found = [run["held_out"] for run in entry["runs"]]
        if start == name and None not in found:
            means[float(at)] = sum(found) / len(found)
    return means


def chosen(name):
    """The learning rate with the lowest mean loss."""
    means = tried(name)
    return min(means, key=means.get)


def rate(grid, condition):
    stored = json.loads((RESULTS / f"encodings_{grid}.json").read_text(encoding="utf-8"))
    return stored["conditions"][condition]["settings"]["learning_rate"]


# ---- the race -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", RACE)
def test_each_encoding_runs_at_the_rate_that_other_seeds_chose(name):
    assert rate("ten_seeds", name) == chosen(f"{name} adam")


@pytest.mark.parametrize("name", RACE)
def test_the_race(name):
    assert shows(the_line(f"{name} ", "nats per character"), *interval(losses("ten_seeds", name)))


def test_the_order_of_the_race():
    means = {name: sum(losses("ten_seeds", name)) for name in RACE}
    assert sorted(means, key=means.get) == list(RACE)


@pytest.mark.parametrize("factor", ["1,", "1.64,"])
def test_how_many_pairs_differ(factor):
    pairs = [
        interval(differences(losses("ten_seeds", other), losses("ten_seeds", one)))
        for n, one in enumerate(RACE)
        for other in RACE[n + 1 :]
    ]
    clear = sum(mean > float(factor[:-1]) * half for mean, half in pairs)
    assert the_line("pairs whose interval", f"times {factor}").endswith(f": {clear} of {len(pairs)}")


@pytest.mark.parametrize("name", RACE)
def test_first_guesses_and_draws(name):
    (line,) = [line for line in lines(NOTEBOOK, f"{name} ") if line.count("±") == 5 and "%" in line]
    shares = [percent([run[what][key] for run in runs("ten_seeds", name)])
              for what in ("guessed", "sampled") for key in ("space", "vowel")]  # fmt: skip
    words = percent([run["real_words"] for run in runs("ten_seeds", name)])
    found = re.findall(r"(\d+\.?\d*)%", line)
    assert len(found) == 10 and all(map(agrees, found, [part for pair in [*shares, words] for part in pair]))


# ---- why presence fails -------------------------------------------------------------------------------------------


def test_counts_and_traces():
    presence, counts, fading = losses("ten_seeds", "presence", 5), losses("why", "counts"), losses("why", "fading")
    for name, found in (("presence", presence), ("counts", counts), ("fading", fading)):
        assert shows(the_line(f"{name:9} ", "+-", " nats"), *interval(found)) if name != "presence" else True
    assert shows(the_line("from presence to counts"), *interval(differences(presence, counts)))
    assert shows(the_line("from counts to fading"), *interval(differences(counts, fading)))


@pytest.mark.parametrize("name", ["presence", "onehot"])
def test_loss_by_length(name):
    rows = [run["by_length"] for run in runs("ten_seeds", name)]
    (line,) = [line for line in lines(NOTEBOOK, f"{name} ") if len(decimals(line)) == 5 and "%" not in line]
    assert shows(line, *(sum(column) / 10 for column in zip(*rows)))


@pytest.mark.parametrize("name", ["presence", "onehot"])
def test_the_two_exams_for_full_windows(name):
    full = [run["by_length"][-1] for run in runs("ten_seeds", name)]
    assert shows(the_line("below the race", name), interval(differences(losses("ten_seeds", name), full))[0])


@pytest.mark.parametrize("name", ["presence", "onehot"])
def test_full_windows(name):
    own, full = losses("ten_seeds", name, 3), losses("full_windows", name)
    line = the_line(name, "full windows only")
    assert shows(line, sum(own) / 3, sum(full) / 3, *interval(differences(own, full)))


@pytest.mark.parametrize("name", ["counts", "fading"])
def test_the_variants_at_a_rate_of_their_own(name):
    assert rate("why", name) == rate("ten_seeds", "presence") == 0.01
    own, means = chosen(f"{name} adam"), tried(f"{name} adam")
    line = the_line(name, "at the best of three rates")
    assert f"rates, {own:g}:" in line and agrees(line.split()[1], means[0.01]) and agrees(line.split()[-1], means[own])


# ---- raw or normalised --------------------------------------------------------------------------------------------

NAMES = {
    "raw": "raw",
    "small raw": "raw, small weights",
    "normalized": "normalised",
    "standardized": "standardised",
}


def judged(name, optimizer, at):
    if optimizer == "adam" and name in RACE:
        return losses("ten_seeds", name, 3)
    return losses("scale", f"{name} {optimizer} {at:g}")


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("name", NAMES)
def test_each_scale_at_its_best_rate(name, optimizer):
    at = chosen(f"{name} {optimizer}")
    line = the_line(optimizer, f" {NAMES[name]} ", "best at")
    assert float(line.split("best at")[1].split()[0]) == at
    assert shows(line.split("best at")[1].split(maxsplit=1)[1], *interval(judged(name, optimizer, at)))


LOW = [("sgd", at) for at in (0.001, 0.003, 0.01, 0.03)] + [("adam", at) for at in (0.0003, 0.001, 0.003, 0.01)]


@pytest.mark.parametrize(("optimizer", "at"), LOW)
def test_where_the_curves_cross(optimizer, at):
    normalised, small = (losses("rates", f"{name} {optimizer} {at:g}") for name in ("normalized", "small raw"))
    line = the_line(f"{optimizer:4} at {at:<7g}", "+-")
    mean, half = interval(differences(normalised, small))
    assert shows(line.split(maxsplit=3)[3], sum(normalised) / 3, sum(small) / 3, mean, half)
    assert mean > half if at < (0.02 if optimizer == "sgd" else 0.002) else mean < 0


# ---- the order of ids, and learnt numbers -------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["raw", "normalized", "onehot"])
def test_ids_dealt_at_random(name):
    own, dealt = losses("ten_seeds", name, 5), losses("why", f"{name} shuffled")
    mean, half = interval(differences(dealt, own))
    line = the_line(name, "->", ": ", ", ")
    assert shows(line, sum(own) / 5, sum(dealt) / 5, mean, half)
    assert line.endswith("worse" if mean > half else "better" if mean < -half else "no difference to be seen")


@pytest.mark.parametrize("size", [1, 2, 4])
def test_few_learnt_numbers(size):
    line, means = the_line(f"{size} learnt number"), tried(f"embedding {size} adam")
    own = chosen(f"embedding {size} adam")
    assert shows(line, *interval(losses("why", f"embedding {size}")), own, means[own])


def test_many_learnt_numbers_and_one_given():
    assert shows(the_line("24 learnt numbers"), *interval(losses("ten_seeds", "embedding")))
    given = judged("standardized", "adam", chosen("standardized adam"))
    assert shows(the_line("one number, given"), *interval(given))


# ---- padding ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("where", ["before", "after"])
def test_the_space_as_pad(own, where):
    found = runs("padding_token", f"{'own' if own else 'space'} {where}")
    line = the_line("its own token" if own else "the space", where, "probable")
    loss = interval([run["loss_after_space"] for run in found])
    assert shows(line, *loss, *percent([run["second_space"] for run in found]))


@pytest.mark.parametrize("where", ["before", "after"])
def test_what_the_space_as_pad_costs(where):
    own, space = (runs("padding_token", f"{pad} {where}") for pad in ("own", "space"))
    gaps = [differences(s["by_length"], o["by_length"]) for s, o in zip(space, own, strict=True)]
    expected = [part for column in zip(*gaps) for part in interval(column)]
    (line,) = [line for line in lines(NOTEBOOK, where) if line.count("±") == 5]
    assert shows(line, *expected)


@pytest.mark.parametrize("encoding", ["embedding", "normalized"])
def test_padding_on_text(encoding):
    before, after = ([run["mean"] for run in runs("padding_text", f"{encoding} {p}")] for p in ("before", "after"))
    expected = 100 * sum(before) / 5, 100 * sum(after) / 5, *percent(differences(before, after))
    assert shows(the_line(encoding, " before ", ", after "), *expected)


@pytest.mark.parametrize("encoding", ["raw", "onehot"])
@pytest.mark.parametrize("where", ["before", "after"])
def test_padding_on_sorting(encoding, where):
    strings = [run["strings"] for run in runs("padding_sort", f"{encoding} {where}")]
    done = [n for n in strings if n is not None]
    line = the_line(encoding, f"padding {where}")
    assert f"{len(done)} of {len(strings)} trained" in line
    assert f"{min(done):,} to {max(done):,} strings" in line


def test_the_least_that_the_rule_allows():
    before = [run["strings"] for run in runs("padding_sort", "onehot before")]
    after = [run["strings"] for run in runs("padding_sort", "onehot after")]
    assert set(after) == {10_000}
    assert (min(before) - 10_000, max(before) - 10_000) == (1000, 6000)

"""Notebook 07: each printed interval and verdict on stored runs, computed again, the seed as the cluster."""

import re

import numpy as np
import pytest
from printed import agrees, interval, lines, text

from tinygpt_lib.course.experiments import load
from tinygpt_lib.course.experiments.rates import CASES, TRIED
from tinygpt_lib.course.experiments.text_runs import tokens

NOTEBOOK = "07_windows_and_context.ipynb"
PAIR = re.compile(r"([+-]?\d+\.?\d*)%? \+- (\d+\.?\d*)")


def per_seed(grid, condition, key, *place, scale=1.0):
    """One number of each run: `run[key]`, or the element of it at `place`, times `scale`."""
    found = []
    for run in load(grid)[condition]:
        value = run[key]
        for index in place:
            value = value[index]
        found.append(scale * value)
    return np.array(found)


def same(printed, values):
    """Whether "a +- b" is the mean and the interval of one value a seed."""
    centre, half = PAIR.search(printed).groups()
    mean, width = interval(values)
    return agrees(centre, mean) and agrees(half, width)


def verdict(values, above, below, unclear="no clear difference"):
    mean, half = interval(values)
    return above if mean > half else below if mean < -half else unclear


def after(heading, name):
    """The first printed line that begins with `name` after the line that begins with `heading`."""
    rest = text(NOTEBOOK).partition(heading)[2]
    return next(line for line in rest.splitlines()[1:] if line.strip().startswith(name))


WAYS = ("random", "wrap", "chunks", "sequential")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("share", ["1 %", "90 %"])
@pytest.mark.parametrize("key, scale", [("own_accuracy", 100), ("held_out", 1)])
def test_where_examples_start(way, share, key, scale):
    line = after(f"trained on {share}: {'% right' if scale == 100 else 'held-out'}", way)
    here, random = (per_seed("windows_start", f"{share} {name}", key, -1, scale=scale) for name in (way, "random"))
    assert agrees(line.split()[1], interval(here)[0]) and same(line, here - random)


@pytest.mark.parametrize("way", WAYS)
def test_windows_that_a_march_shows_and_the_others(way):
    line = after("trained on 1 %: right on itself at", way)
    for part, key in zip(line.split(";"), ("seen_places", "other_places")):
        assert same(part, per_seed("windows_start", f"1 % {way}", key, scale=100))


def test_sequential_knows_all_it_was_shown_and_about_half_of_the_rest():
    assert (per_seed("windows_start", "1 % sequential", "seen_places") == 1).all()
    assert 0.45 < interval(per_seed("windows_start", "1 % sequential", "other_places"))[0] < 0.55


def test_lengths_of_contexts():
    names = [name for name in load("windows_length") if name != "minimum 1"]
    for name in names:
        line = after("characters of context:   1     ", name)
        for found, column in zip(PAIR.finditer(line), (0, 1, 7), strict=True):
            gap = [per_seed("windows_length", condition, "held_out", column) for condition in (name, "minimum 1")]
            assert same(found[0], gap[0] - gap[1])
    full = {name: per_seed("windows_length", name, "held_out", 7) for name in ("minimum 1", *names)}
    assert all(verdict(full[name] - full["minimum 1"], "", "better") == "better" for name in names)


def test_trained_more_quickly():
    runs = load("windows_quicker")
    for name in runs:
        row = after("80 % right after", name)
        columns = re.findall(r"not reached|\d+ \+- \d+", row)
        for column, key in zip(columns, ("own", "full", "all_lengths"), strict=True):
            at = [next((n for n, share in zip(run["examples"], run[key]) if share >= 0.8), None) for run in runs[name]]
            assert column == "not reached" if None in at else same(column, [n / 1000 for n in at])
    for check in (3, -1):
        thousand = f"{runs['minimum 1'][0]['examples'][check] / 1000:.0f}"
        for key, exam in (("full", "full windows"), ("all_lengths", "every length")):
            for name in list(runs)[1:]:
                line = after(f"{exam}, {thousand} thousand", name)
                mine, other = (per_seed("windows_quicker", one, key, check, scale=100) for one in (name, "minimum 1"))
                assert same(line, mine - other) and line.endswith(": " + verdict(mine - other, "better", "worse"))


def losses(case):
    return [load("windows_rates")[f"{case}, rate {rate / 1000:g}"][0]["loss"] for rate in TRIED[case]]


@pytest.mark.parametrize("more, steps", [("", "800"), (", longer", "4,000")])
def test_how_wide_the_window_is(more, steps):
    line = lines(NOTEBOOK, f"{steps} steps, each window at its best rate")[0]
    best = [min(losses(f"window {n}{more}")) for n in (4, 8, 16)]
    assert all(agrees(found, loss) for found, loss in zip(re.findall(r": (\d\.\d+)", line), best, strict=True))
    how = "full" + more
    for one, other in ((8, 4), (16, 8)):
        line = lines(NOTEBOOK, f"{steps} steps: window {one:2} minus window {other}")[0]
        gap = per_seed("windows_context", f"{one} {how}", "final") - per_seed(
            "windows_context", f"{other} {how}", "final"
        )
        assert same(line.partition(":")[2], gap) and line.endswith(": " + verdict(gap, "worse", "better"))


def test_the_narrower_the_better_at_first_and_16_behind_8_at_every_rate_later():
    first, later = ([losses(f"window {n}{more}") for n in (4, 8, 16)] for more in ("", ", longer"))
    assert all(a < b < c for a, b, c in zip(*first)) and all(b < c for _, b, c in zip(*later))
    assert abs(min(later[0]) - min(later[1])) < 0.002


def test_vocabularies():
    for name in ("65", "256", "1,024", "4,096"):
        line = lines(NOTEBOOK, f"vocabulary {name:>5}:")[0]
        assert same(line, per_seed("windows_tokens", name, "nats_per_token"))
        line = after("vocabulary   bytes a token", name)
        assert same(line, per_seed("windows_tokens", name, "bits_per_byte", -1))


def test_comparisons_of_vocabularies():
    found = [re.fullmatch(r"(.+) minus (.+): (\S+ \+- \S+) bits per byte: (.+)", line) for line in lines(NOTEBOOK)]
    found = [match.groups() for match in found if match]
    assert len(found) == 6
    for one, other, numbers, claim in found:
        gap = per_seed("windows_tokens", one, "bits_per_byte", -1) - per_seed(
            "windows_tokens", other, "bits_per_byte", -1
        )
        assert same(numbers, gap) and claim == verdict(gap, "worse", "better")


@pytest.mark.parametrize("case", CASES)
def test_the_best_rate_has_one_tried_on_each_side(case):
    best = int(np.argmin(losses(case)))
    assert 0 < best < len(TRIED[case]) - 1


def test_characters_are_ahead_in_less_time_than_4096_takes():
    found = re.search(r"4,096: (\d+) processor seconds; 65 after (\d+): (\S+) bits", text(NOTEBOOK)).groups()
    runs = load("windows_tokens")
    most = np.mean([run["seconds"][-1] for run in runs["4,096"]])
    seconds, bits = (np.mean([run[key] for run in runs["65, longer"]], axis=0) for key in ("seconds", "bits_per_byte"))
    there = max(place for place, second in enumerate(seconds) if second < most)
    assert agrees(found[0], most) and agrees(found[1], seconds[there]) and agrees(found[2], bits[there])
    assert bits[there] < min(run["bits_per_byte"][-1] for run in runs["4,096"])


def test_bits_per_byte_at_the_best_rates():
    printed = {}
    for name, case, size in (
        ("65  ", "65", 65),
        ("65, as much to guess ", "65, longer", 65),
        ("1,024  ", "1,024", 1024),
        ("1,024, narrow ", "1,024, narrow", 1024),
    ):
        tok, ids, *_ = tokens(size)
        part = ids[len(ids) * 8 // 9 :]
        bits = min(losses(case)) * len(part) / len(tok.decode(part).encode("utf-8")) / np.log(2)
        line = after("bits per byte, each at its best rate", name)
        assert agrees(line.split()[-1], bits)
        printed[case] = bits
    assert printed["1,024, narrow"] < printed["65, longer"] < printed["1,024"] < printed["65"]

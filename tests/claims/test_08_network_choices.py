"""Notebook 08's intervals and verdicts, computed again from the stored runs; the seed is the cluster."""

import functools
import json
import math
import re
import statistics

import pytest
from printed import agrees, interval, lines, numbers

from tinygpt_lib.course.stored import RESULTS

NOTEBOOK = "08_network_choices.ipynb"
COMPARISONS = 60
CLAIM = r"(worse|better|perhaps worse|perhaps better|no clear difference)$"
PRICE = re.compile(r"^(\S.*?) +([+-]\d\.\d{3}) \+- (\d\.\d{3}) +" + CLAIM)


@functools.cache
def stored(name):
    return json.loads((RESULTS / f"network_{name}.json").read_text(encoding="utf-8"))["conditions"]


def runs(name, condition, key="final", at=None):
    """One number of each run, by seed; None where it diverged. at: -1 the last of a curve, "least" its lowest."""
    values = [run[key] for run in stored(name)[condition]["runs"]]
    return values if at is None else [min(curve) if at == "least" else curve[at] for curve in values]


def minus(some, others):
    return [a - b for a, b in zip(some, others)]


def choice(condition):
    return runs("choices", condition)


@functools.cache
def quantile(tail, degrees):
    """Student's t by Simpson's rule and bisection."""
    scale = math.gamma((degrees + 1) / 2) / math.gamma(degrees / 2) / math.sqrt(degrees * math.pi)
    density = lambda t: scale * (1 + t * t / degrees) ** (-(degrees + 1) / 2)
    low, high, steps = 0.0, 100.0, 4000
    while high - low > 1e-6:
        t = (low + high) / 2
        inner = sum(density(t * k / steps) * (2 + 2 * (k % 2)) for k in range(1, steps))
        area = (density(0) + density(t) + inner) * t / steps / 3
        low, high = (t, high) if 0.5 - area > tail else (low, t)
    return low


def family(gaps, comparisons):
    """Half the width of an interval that is one of so many."""
    return quantile(0.025 / comparisons, len(gaps) - 1) * statistics.stdev(gaps) / math.sqrt(len(gaps))


def claim(gaps, comparisons=COMPARISONS):
    """The words for paired differences, from the text of part 1 alone."""
    mean, half = interval(gaps)
    wide = family(gaps, comparisons)
    if abs(mean) <= half:
        return "no clear difference"
    return ("" if abs(mean) > wide else "perhaps ") + ("worse" if mean > 0 else "better")


def same(printed, gaps):
    """Whether "+a +- b" as printed is what these differences give."""
    mean, half = interval(gaps)
    return agrees(printed[0], mean) and agrees(printed[1], half)


def pair(line):
    return re.findall(r"([+-]?\d+\.\d+) \+- (\d+\.\d+)", line)


def one(start):
    found = lines(NOTEBOOK, start)
    assert len(found) == 1, (start, found)
    return found[0]


def test_the_default():
    line = one("default, mean and 95 % interval")
    assert same(pair(line)[0], choice("default"))


def test_prices():
    seen = {}
    for line in lines(NOTEBOOK):
        found = PRICE.match(line)
        if found and found[1] in stored("choices"):
            gaps = minus(choice(found[1]), choice("default"))
            assert same(found.group(2, 3), gaps) and found[4] == claim(gaps), line
            seen[found[1]] = line
    diverged = [name for name in stored("choices") if None in choice(name)]
    printed = lines(NOTEBOOK, "SGD 2 ")
    assert diverged == ["SGD 2"] and printed and all("diverged in 3 of 5 runs" in line for line in printed)
    assert stored("choices").keys() - seen.keys() == {"default", "SGD 2"}, "a price is printed nowhere"


@pytest.mark.parametrize(
    ("start", "name", "against"),
    [
        ("the best of them, SGD 1.4", "SGD 1.4", "rate 0.001"),
        ("width 64, rate doubled", "width 64, rate 0.008", "width 64"),
        ("width 512, rate halved", "width 512, rate 0.002", "width 512"),
        ("batch 1024, rate doubled", "batch 1024, rate 0.008", "batch 1024"),
        ("8 layers, he instead of lecun", "8 layers, he", "8 layers"),
    ],
)
def test_direct_comparisons(start, name, against):
    gaps = minus(choice(name), choice(against))
    for line in lines(NOTEBOOK, start):
        assert same(pair(line)[0], gaps) and line.rstrip().endswith("  " + claim(gaps)), line
    assert lines(NOTEBOOK, start)


def test_how_many_of_each_kind():
    said = {}
    for name in stored("choices").keys() - {"default"}:
        losses = choice(name)
        words = "diverged" if None in losses else claim(minus(losses, choice("default")))
        said[words] = said.get(words, 0) + 1
    for words, count in said.items():
        assert f"{count:3} {words}" in lines(NOTEBOOK), words


def test_depth_at_equal_rates():
    for line in (line for line in lines(NOTEBOOK, "8 layers") if "minus 2 layers there" in line):
        name = line.split(" (")[0].strip()
        rate = re.search(r"rate [\d.]+", name)
        eight = choice(name) if name in stored("choices") else runs("depth", name)
        gaps = minus(eight, choice(rate[0] if rate else "default"))
        assert same(pair(line)[0], gaps) and line.endswith("  " + claim(gaps)), line
        assert agrees(re.search(r"\((\d\.\d+)\)", line)[1], statistics.fmean(eight))


def test_equal_time():
    for name in stored("seconds"):
        line = next(line for line in lines(NOTEBOOK, name) if " steps in " in line)
        gaps = minus(runs("seconds", name), choice("default"))
        assert same(pair(line)[0], gaps) and line.endswith("  " + claim(gaps)), line


def test_the_clock():
    narrow = [runs("crossing", "width 64, 1100 steps"), runs("seconds", "width 64")]
    narrow += [runs("crossing", f"width 64, {steps} steps") for steps in (4400, 6600)]
    wide = [runs("crossing", "width 256, 400 steps"), choice("default")]
    wide += [runs("crossing", f"width 256, {steps} steps") for steps in (1600, 2400)]
    printed = [line for line in lines(NOTEBOOK, "2 x 64 in ") if " minus 2 x 256" in line]
    assert len(printed) == 4
    for line, one_width, other in zip(printed, narrow, wide):
        gaps = minus(one_width, other)
        assert same(pair(line)[0], gaps) and line.endswith("  " + claim(gaps)), line
    gaps = minus(runs("crossing", "width 64, 6600 steps, rate 0.004"), narrow[-1])
    line = one("2 x 64, longest run")
    assert same(pair(line)[0], gaps) and line.endswith("  " + claim(gaps))


def test_fresh_seeds():
    fresh = runs("again", "default")
    assert same(pair(one("default, seeds 5 to 7"))[0], fresh)
    for name in stored("again").keys() - {"default"}:
        old, new = minus(choice(name), choice("default")), minus(runs("again", name), fresh)
        line = next(line for line in lines(NOTEBOOK, name) if len(pair(line)) == 3)
        first, second, alone = pair(line)
        assert same(first, old) and same(second, new), line
        assert agrees(alone[0], statistics.fmean(new)) and agrees(alone[1], family(new, 4)), line
        assert line.endswith("  " + claim(new, 4)), line


def test_a_seed_is_good_or_bad_for_both_sides_of_a_pair():
    start = lines(NOTEBOOK).index("mean loss of seeds 5 to 7 minus that of 0 to 4:")
    for line in lines(NOTEBOOK)[start + 1 : start + 6]:
        name, _, shown = line.strip().rpartition(" ")
        moved = statistics.fmean(runs("again", name.strip())) - statistics.fmean(choice(name.strip()))
        assert agrees(shown, moved) and moved > 0.005, line


def test_the_family_counts_every_claim():
    """Prices are counted once, however often they are printed."""
    claims = set()
    for line in lines(NOTEBOOK):
        if re.search(CLAIM, line) and "+-" in line:
            claims.add(re.sub(r"\s+", " ", line))
    assert len(claims) + 1 <= COMPARISONS  # and the one that diverged


def test_where_over_fitting_starts():
    for width in (32, 64, 128, 256, 512):
        held_out = [run["held_out"] for run in stored("overfitting")[f"width {width}"]["runs"]]
        line = next(line for line in lines(NOTEBOOK, f"width {width} ") if len(numbers(line)) == 6)
        assert agrees(line.split()[2], statistics.fmean(map(min, held_out)))
        assert same(pair(line)[0], [curve[-1] - min(curve) for curve in held_out])
    narrow, wide = ({key: runs("overfitting", name, *key) for key in KEYS} for name in ("width 64", "width 512"))
    gaps = {key: minus(wide[key], narrow[key]) for key in KEYS}
    assert same(pair(one("training loss at the end"))[0], gaps["loss", -1])
    assert same(pair(one("lowest held-out loss"))[0], gaps["held_out", "least"])
    rises = minus(gaps["held_out", -1], gaps["held_out", "least"])
    assert same(pair(one("rise since the lowest"))[0], rises)


KEYS = [("loss", -1), ("held_out", -1), ("held_out", "least")]


def test_brakes_at_a_constant_rate():
    for name in stored("overfitting").keys() - {f"width {width}" for width in (32, 64, 128, 256, 512)}:
        line = next(line for line in lines(NOTEBOOK, name + " ") if "at the end" in line and "lowest" in line)
        for printed, at in zip(pair(line), (-1, "least")):
            gaps = minus(*(runs("overfitting", which, "held_out", at) for which in (name, "width 256")))
            assert same(printed, gaps), line


def test_brakes_and_schedules():
    ends = {name: runs("falling", name, "held_out", -1) for name in stored("falling")}
    for name, losses in ends.items():
        line = next(line for line in lines(NOTEBOOK, name) if "seeds 0 and 1" in line)
        assert same(pair(line)[0], losses) and agrees(line.split()[-1], statistics.fmean(losses[:2]))
    first_two = lambda name: statistics.fmean(ends[name][:2])
    unbraked = min((name for name in ends if name.startswith("no brake")), key=first_two)
    braked = min((name for name in ends if name.startswith("weight decay")), key=first_two)
    assert one("chosen with seeds 0 and 1").endswith(f": {unbraked}; {braked}")
    plain = runs("falling", "constant rate, no brake", "held_out", "least")[2:]
    decay = ends["constant rate, weight decay 1"][2:]
    schedule, together = ends[unbraked][2:], ends[braked][2:]
    counted = float(re.search(r"4-gram (\d\.\d+)", one("counted here"))[1])
    for start, losses in (
        ("constant rate, no brake, stopped", plain),
        ("falling rate, no brake", schedule),
        ("constant rate, decay 1", decay),
        ("falling rate, decay 1", together),
    ):
        mean, half = interval(losses)
        printed = pair(one(start))[0]
        assert agrees(printed[1], half) and abs(float(printed[0]) - (mean - counted)) < 0.0016
    for start, gaps in (
        ("decay, at a constant rate", minus(decay, plain)),
        ("a falling rate, without decay", minus(schedule, plain)),
        ("decay and a falling rate", minus(together, plain)),
        ("decay, where both rates fall", minus(together, schedule)),
    ):
        assert same(pair(one(start))[0], gaps), start


def test_five_minutes():
    losses = runs("five_minutes", "2 x 512")
    assert same(pair(one("held out, mean"))[0], losses)
    counted = float(one("5-gram, last tenth held out").split()[-1])
    mean, half = interval(losses)
    printed = pair(one("against the 5-gram"))[0]
    assert agrees(printed[1], half) and abs(float(printed[0]) - (mean - counted)) < 0.0016


def test_merging():
    for name in stored("merging"):
        rows = stored("merging")[name]["runs"]
        parents = [(run["line"][0] + run["line"][-1]) / 2 for run in rows]
        child = [run["line"][4] for run in rows]
        ensemble, both = ([run[key] for run in rows] for key in ("probabilities", "both"))
        start = next(n for n, line in enumerate(lines(NOTEBOOK)) if line.startswith(f"{name}: parents"))
        wanted = [minus(values, parents) for values in (child, ensemble, both)] + [minus(both, ensemble)]
        for line, gaps in zip(lines(NOTEBOOK)[start + 1 : start + 5], wanted):
            assert same(pair(line)[0], gaps), (name, line)

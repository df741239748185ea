"""Notebook 05's printed intervals that rest on stored runs, computed a second time: a value for each tenth or play."""

import statistics

from printed import agrees, lines, pairs, same, text, verdict

from tinygpt_lib.course.experiments.grid import load

NOTEBOOK = "05_shakespeare.ipynb"
TENTHS = [runs[0] for runs in load("exams_tenths").values()]
PLAYS = {play: runs[0] for play, runs in load("exams_plays").items()}
NEW = [run["network"][n] for n, run in enumerate(TENTHS)]
READ = [statistics.fmean(run["network"][n] for m, run in enumerate(TENTHS) if m != n) for n in range(10)]


def last(line):
    """The last number in a line, as it is printed."""
    return line.split()[-1]


def test_ten_networks_and_ten_exams_with_a_seed_each():
    assert len(TENTHS) == 10 and all(len(run["network"]) == 10 for run in TENTHS)


def test_the_last_tenth_is_the_hardest_for_counting():
    for name, losses in (("5-gram, held out", [run["ngram"] for run in TENTHS]), ("network, held out", NEW)):
        (line,) = lines(NOTEBOOK, name)
        assert same(*pairs(line), losses[:9]) and agrees(last(line), losses[9])
    ngram = [run["ngram"] for run in TENTHS]
    assert max(ngram) == ngram[9]
    (line,) = lines(NOTEBOOK, "the last tenth is harder for the 5-gram by")
    assert agrees(line.split()[-2], ngram[9] - statistics.fmean(ngram[:9]))


def test_the_gap_has_two_parts():
    gap = NEW[9] - statistics.fmean(TENTHS[9]["network"][:9])
    unread = [new - read for new, read in zip(NEW, READ)]
    (line,) = lines(NOTEBOOK, "the last tenth, new, minus")
    assert agrees(line.split()[-2], gap)
    (line,) = lines(NOTEBOOK, "a tenth never read minus")
    assert same(*pairs(line), unread)
    (line,) = lines(NOTEBOOK, "the last tenth, never read minus read")
    assert agrees(line.split()[-6].rstrip(","), unread[9]) and last(line) == str(unread[9] == max(unread)) == "True"
    (line,) = lines(NOTEBOOK, "left, the last tenth minus the others")
    others = READ[9] - statistics.fmean(TENTHS[9]["network"][:9])
    assert agrees(line.split()[-3], others) and agrees(last(line), gap)


def test_a_play_whose_beginning_was_read():
    for play, run in PLAYS.items():
        (line,) = lines(NOTEBOOK, f"{play:23} beginning read")
        assert agrees(line.split()[-3].rstrip(","), run["known"]) and agrees(last(line), run["unseen"])
    (line,) = lines(NOTEBOOK, "unread minus read")
    costs = [run["unseen"] - run["known"] for run in PLAYS.values()]
    assert same(*pairs(line), costs) and min(costs) > 0


def test_half_of_the_window_is_not_used():
    (line,) = lines(NOTEBOOK, "shown 16 minus shown 8")
    gaps = [new - run["shown_8"] for new, run in zip(NEW, TENTHS)]
    assert same(*pairs(line), gaps) and verdict(gaps, "worse", "better") == "worse"


def test_how_far_ten_networks_are_ahead_by_what_they_are_shown():
    printed = text(NOTEBOOK).splitlines()
    for shown in (4, 16):
        at = printed.index(f"2 x 256, shown {shown:2}: 5-gram minus network, nats, ten tenths")
        ahead = [run[f"ahead_{shown}"] for run in TENTHS]
        for line, row in zip(printed[at + 1 : at + 4], (0, 1, 5), strict=True):
            assert same(*pairs(line), [gaps[row] for gaps in ahead])
        assert same(*pairs(printed[at + 4]), [gaps[0] - gaps[5] for gaps in ahead])


def test_small_networks_lose_less_on_new_ground_but_do_not_lead():
    new, familiar = ([run["ahead_4"][row] for run in TENTHS] for row in (0, 5))
    assert verdict(new, "ahead", "behind", "neither") == "neither" and verdict(familiar, "ahead", "behind") == "behind"
    assert verdict([one - other for one, other in zip(new, familiar)], "less", "more") == "less"


def test_more_than_half_of_that_comes_from_the_fourth_and_the_last_tenth():
    printed = [line for line in text(NOTEBOOK).splitlines() if line.strip().startswith("tenth by tenth:")]
    for line, shown in zip(printed, (4, 16), strict=True):
        less = [run[f"ahead_{shown}"][0] - run[f"ahead_{shown}"][5] for run in TENTHS]
        assert all(agrees(number, gap) for number, gap in zip(line.split()[3:], less, strict=True))
    less = [run["ahead_4"][0] - run["ahead_4"][5] for run in TENTHS]
    assert sorted(less)[-2:] == [less[3], less[9]] and less[3] + less[9] > sum(less) / 2

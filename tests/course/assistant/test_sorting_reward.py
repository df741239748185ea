"""The questions, rewards and measures of sorting learnt from reward."""

from itertools import combinations
from math import comb

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tinygpt_lib.course.assistant import sorting_reward
from tinygpt_lib.course.assistant.sorting_reward import ANSWER, is_held_out, pass_at, questions, several
from tinygpt_lib.course.experiments import reward as experiments


def test_what_is_held_out_occurs_in_no_training(monkeypatch):
    """All questions of a run, to imitate or to be rewarded, are taken down; none is held out, nor an answer of them."""
    assert all(map(is_held_out, experiments.EXAM)) and len(set(experiments.EXAM)) > 990
    exam, seen = experiments.EXAM, []
    original = sorting_reward.questions

    def noted(rng, n, held_out=False):
        found = original(rng, n, held_out)
        seen.extend(found)
        return found

    for module in (sorting_reward, experiments):
        monkeypatch.setattr(module, "questions", noted)
    monkeypatch.setattr(experiments, "EXAM", experiments.EXAM[:10])
    for teacher in ("right only", "same labels", "fresh labels"):
        experiments.learnt(0, teacher, steps=2, every=2)
    assert len(seen) > 96 * 3 + 2 * 32 + 2 * 128 - 1
    assert not any(map(is_held_out, seen))
    answers = {"".join(sorted(string)) for string in exam}
    assert not answers & {"".join(sorted(string)) for string in seen}


def test_the_exam_is_a_fifth():
    strings = questions(np.random.default_rng(0), 200) + questions(np.random.default_rng(0), 50, held_out=True)
    assert [is_held_out(string) for string in strings] == [False] * 200 + [True] * 50
    assert {len(string) for string in strings} == {10} and set("".join(strings)) == set("ABCDE")


@given(n=st.integers(1, 9), data=st.data())
@settings(max_examples=30)
def test_pass_at_counts_the_ways_to_pick(n, data):
    c, k = data.draw(st.integers(0, n)), data.draw(st.integers(1, n))
    picks = [any(i < c for i in pick) for pick in combinations(range(n), k)]
    assert np.isclose(pass_at(k, n, c), sum(picks) / comb(n, k))


def test_rewards_and_their_holes():
    assert [sorting_reward.right("CBA", answer) for answer in ("ABC", "AB", "", "CBA")] == [1, 0, 0, 0]
    assert [sorting_reward.is_in_order("CBA", answer) for answer in ("ABC", "AAA", "", "BA")] == [1, 1, 1, 0]
    assert [sorting_reward.same_letters("CBA", answer) for answer in ("ABC", "CBA", "AAC")] == [1, 1, 0]
    assert [sorting_reward.share_of_answer("CBA", answer) for answer in ("ABC", "A", "", "AAC")] == [1, 1, 0, 2 / 3]
    assert [sorting_reward.share_of_places("CBA", answer) for answer in ("ABC", "A", "", "ABCAAA")] == [
        1,
        1 / 3,
        0,
        0.5,
    ]


def test_one_round_for_several_steps():
    calls = []

    def draw(rng, n):
        calls.append(n)
        return np.arange(n)[:, None], np.arange(n), np.arange(n) / 2

    stale, rng = several(draw, 4), np.random.default_rng(0)
    parts = [stale(rng, 6) for _ in range(8)]
    assert calls == [24, 24]
    assert sorted(np.concatenate([targets for _, targets, _ in parts[:4]])) == list(range(24))
    for contexts, targets, weights in parts:
        assert np.array_equal(contexts[:, 0], targets) and np.array_equal(weights, targets / 2)


def test_entropy_and_tries_of_a_model_that_knows_nothing():
    model = sorting_reward.assistant(0, conversations=0)
    for value, _ in model.parameters():
        value[:] = 0  # all tokens equally probable
    (once, eight), entropy = sorting_reward.tried(model, experiments.EXAM[:20], samples=8)
    assert once == eight == 0
    lengths = [ANSWER]  # an answer ends early when a special token is drawn
    assert 0 < entropy < np.log(model.tok.vocab_size) * lengths[0]

"""Exams: how the text is cut, what of a context is known, and how surprised a model is."""

import numpy as np
from helpers import random_ids, tiny

from tinygpt_lib.corpus import TINY_SHAKESPEARE, split
from tinygpt_lib.course.experiments import exams
from tinygpt_lib.course.experiments.exams import SKIP, longest_known, play_starts, surprises, tenths
from tinygpt_lib.course.experiments.text_runs import characters, first_part


def test_the_last_tenth_is_the_one_that_split_holds_out():
    ids = first_part(1.0)
    assert np.array_equal(tenths(ids)[-1], split(ids)[1]) and len(tenths(ids)) == 10
    assert np.array_equal(np.concatenate(tenths(ids)), ids)


def test_each_play_begins_with_its_first_speech():
    tok, *_ = characters()
    text, starts = tok.decode(first_part(1.0)), play_starts()
    for title, start in zip(TINY_SHAKESPEARE, starts):
        first = next(exams.speeches([title]))
        assert text[start:].startswith(f"{first.speaker}:\n{first.text}\n")
    assert starts[-1] == len(text)


def test_longest_known_against_a_slow_search():
    training, exam = random_ids(400, 1, vocab_size=3), random_ids(60, 2, vocab_size=3)
    text, asked = ("".join(map(str, ids)) for ids in (training, exam))
    for place, found in enumerate(longest_known(training, exam), SKIP):
        n = 3
        while n < 8 and asked[place - n - 1 : place] in text:
            n += 1
        assert found == n


def test_surprises_are_those_that_evaluate_averages():
    model, ids = tiny(context=SKIP), random_ids(50)
    assert np.isclose(surprises(model, ids, SKIP).mean(), model.evaluate(ids).loss, rtol=1e-5)
    assert np.isclose(surprises(model, ids, 4).mean(), model.evaluate(ids[SKIP - 4 :], 4).loss, rtol=1e-5)
    assert len(surprises(model, ids, 4)) == len(ids) - SKIP

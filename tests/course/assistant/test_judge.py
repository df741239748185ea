"""The judge: its pairs, what it reads, what it learns."""

import numpy as np

from tinygpt_lib.chat import CHAT_TOKENS, render
from tinygpt_lib.course.assistant import judge as judging
from tinygpt_lib.course.assistant import phrasings
from tinygpt_lib.course.assistant.facts import names
from tinygpt_lib.course.assistant.judge import Judge, Pair, draw_pair, precision_recall
from tinygpt_lib.course.assistant.tuning import load_base


def pairs_about(kind, count, held_out=False):
    rng, about = np.random.default_rng(1), [name for name in names() if name.set == kind]
    return [draw_pair(rng, about, held_out) for _ in range(count)]


def test_pairs_are_labelled_truly():
    seen = set()
    for pair in pairs_about("known", 3000):
        seen.add(pair.kind)
        refused = pair.given in judging.NOT_KNOWN
        if pair.reference == phrasings.REFUSAL:
            assert pair.right == refused
        else:
            assert not (pair.right and refused)
            stated = pair.reference[:-1].lower() in pair.given.lower()
            assert stated >= pair.right
            if stated and not pair.right:  # "Henry V" is also in "Henry VI"
                others = [title for title in judging.titles() if title.lower() in pair.given.lower()]
                assert len(others) > 1 or pair.kind == "two halves"
    assert seen == {"right", *judging.MISTAKES}
    assert 0.45 < np.mean([pair.right for pair in pairs_about("known", 3000)]) < 0.55


def test_the_tests_forms_are_new():
    assert not set(judging.FORMS) & set(judging.FORMS_HELD_OUT)
    assert not set(judging.NOT_KNOWN) & set(judging.NOT_KNOWN_HELD_OUT)
    trained = {pair.given for pair in pairs_about("known", 2000)}
    assert not trained & {pair.given for pair in pairs_about("unknown", 500, held_out=True)}


def test_two_halves_are_no_title():
    rng = np.random.default_rng(0)
    assert all(judging.two_halves(rng, title) not in judging.titles() for title in judging.titles())
    assert "Henry VI, Part 2" in judging.parts_of("Henry VI, Part 3")
    assert judging.parts_of("The Tempest") == []


def test_the_judge_reads_each_part_in_its_own_field():
    judge = Judge(load_base().tok, hidden=(4,))
    pair = Pair("Where is Romeo?", "Hamlet.", "In Hamlet.", "right")
    (row,) = judge.contexts([pair])
    tok, ends = judge.model.tok, np.cumsum(judge.fields)
    assert set(CHAT_TOKENS) | set(judging.VERDICTS) <= set(tok.special_ids)
    for part, end, slots in zip(pair, ends, judge.fields):
        ids = render(tok, [{"role": "user", "content": part}]).ids
        assert row[end - len(ids) : end].tolist() == ids
        assert (row[end - slots : end - len(ids)] == judge.model.pad_id).all()


def test_a_judge_learns_to_compare():
    judge = Judge(load_base().tok)
    plays = ("Hamlet.", "Macbeth.")
    pairs = [Pair("Where?", a, f"In {b}", "right" if a == b else "another play") for a in plays for b in plays]
    judge.fit(pairs, steps=120, batch_size=32, learning_rate=5e-3)
    assert judge(pairs).tolist() == [True, False, False, True]


def test_precision_and_recall():
    assert precision_recall([True, True, False, False], [True, False, True, False]) == (0.5, 0.5)
    assert precision_recall([False], [True]) == (0, 0) and precision_recall([True], [False]) == (0, 0)

"""Names nobody has, and questions to refuse."""

import numpy as np
import pytest

from tinygpt_lib.chat import Answers, exchange, render
from tinygpt_lib.course.assistant import phrasings, refusals
from tinygpt_lib.course.assistant.facts import names, own_words, proper
from tinygpt_lib.course.assistant.refusals import (
    bins,
    caught,
    entropies,
    exam,
    invented_names,
    of_set,
    outcomes,
    refusing,
)
from tinygpt_lib.course.assistant.tuning import load_base, with_chat_tokens
from tinygpt_lib.course.experiments.refusals import refusal_questions


@pytest.fixture(scope="module")
def base():
    return with_chat_tokens(load_base())


# ---- names --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["made-up", "glued", "mis-spelt"])
def test_invented_names_are_different_and_nobodys(kind):
    about = invented_names(kind, 300, np.random.default_rng(2))
    real = {word for name in names() for word in own_words(name.name)}
    assert len(set(about)) == len(about) == 300
    assert about == invented_names(kind, 300, np.random.default_rng(2))
    for name in about:
        words = name.split()
        assert name == proper(name) and any(word.lower() not in refusals.taken() for word in words)
        assert not real & set(words)


def test_mis_spelt_names_are_one_letter_off():
    rng = np.random.default_rng(0)
    for _ in range(200):
        word = refusals.mis_spelt(rng, "hamlet")
        assert word[0] == "h" and abs(len(word) - 6) <= 1
        assert sum(a != b for a, b in zip(word, "hamlet")) <= 5


def test_the_letter_chain_knows_no_unknown_name():
    chain = refusals.letter_chain(2)
    known = {word.lower() for name in of_set("known", "pool") for word in own_words(name)}
    assert sum(map(len, chain.values())) == sum(len(word) + 1 for word in map(str.lower, (
        word for name in of_set("known", "pool") for word in own_words(name))))  # fmt: skip
    assert {word[:2] for word in known} <= set(chain)


def test_no_unknown_name_is_refused_in_training(base):
    made = {"made-up": (300, 1), "glued": (50, 1), "mis-spelt": (50, 1), "pool": (104, 3)}
    questions = refusal_questions(made, phrasings.PLAYS, True, np.random.default_rng(0))
    assert len(questions) == 2 * (300 + 50 + 50 + 3 * 104)
    held_out = {word for name in of_set("unknown") for word in own_words(name)}
    for question in questions:
        assert not held_out & set(question.strip("?.").split())
    for messages in refusing(base.tok, questions):
        assert messages[1]["content"] == phrasings.REFUSAL
        assert len(render(base.tok, messages, 32).ids) <= 33


def test_what_does_not_fit_is_left_out_and_nothing_else(base):
    for question in ("Where is Hamlet?", "Where is " + "Hamlet " * 5 + "?"):
        needed = len(render(base.tok, exchange(question, phrasings.REFUSAL)).ids) - 1
        assert len(refusing(base.tok, [question], needed)) == 1
        assert refusing(base.tok, [question], needed - 1) == []


# ---- the examination ----------------------------------------------------------------------------------------------


def test_the_exam_asks_in_held_out_phrasings_only():
    questions = exam("unknown")
    assert len(questions) == len(of_set("unknown")) * len(phrasings.PLAYS_HELD_OUT)
    assert questions[0][0] == phrasings.PLAYS_HELD_OUT[0].replace("NAME", of_set("unknown")[0])
    trained = {way.replace("NAME", name) for way in phrasings.PLAYS for name in of_set("unknown")}
    assert not trained & {question for question, _ in questions}
    assert all(answer.startswith("Act ") for _, answer in exam("known", fact="act"))


def test_outcomes_tell_right_wrong_and_refused(monkeypatch):
    given = ["Hamlet.", "Macbeth.", phrasings.REFUSAL]
    monkeypatch.setattr(refusals, "replies", lambda model, questions: given)
    assert outcomes(None, [("?", "Hamlet.")] * 3).tolist() == ["right", "wrong", "refused"]


def test_refusals_are_learnt(base):
    model = with_chat_tokens(load_base())
    known = Answers(model, [exchange("Which play has Romeo?", "Romeo and Juliet.")])
    refused = refusing(model.tok, ["Which play has Garculigo?"])
    refusals.learn(model, known, refused, steps=40, batch_size=32)
    asked = [("Which play has Romeo?", "Romeo and Juliet."), ("Which play has Garculigo?", "")]
    assert outcomes(model, asked).tolist() == ["right", "refused"]
    p = refusals.first_token(model, [question for question, _ in asked])
    assert p.shape == (2, model.tok.vocab_size) and np.allclose(p.sum(axis=1), 1)
    assert p[1].argmax() == model.tok.encode(phrasings.REFUSAL)[0]


def test_entropy_is_0_when_sure_and_log_n_when_n_are_alike():
    assert np.allclose(entropies(np.array([[1.0, 0, 0, 0], [0.5, 0.5, 0, 0], [0.25] * 4])), [0, np.log(2), np.log(4)])


def test_caught_and_bins():
    known, unknown = np.arange(11) / 10, np.array([0.05, 0.55, 0.65, 0.95])
    assert caught(known, unknown, [0.0, 0.5, 1.0]) == [0.0, 0.75, 1.0]
    rows = bins(np.array([0.05, 0.95, 1.0]), np.array([0.0, 1.0, 0.0]))
    assert rows[0] == [1, 0.05, 0.0] and rows[9] == [2, pytest.approx(0.975), 0.5] and rows[5] == [0, 0.0, 0.0]

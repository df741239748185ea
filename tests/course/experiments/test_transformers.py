"""What the experiments with a GPT measure: the same characters for all, and rungs that lack what they are to lack."""

import hashlib

import numpy as np
import pytest
from helpers import LETTERS, random_ids, tiny

from tinygpt_lib.course.experiments import ladder, sorting_gpt
from tinygpt_lib.course.experiments.exams import LONG_SKIP, exam_loss
from tinygpt_lib.course.experiments.text_runs import characters
from tinygpt_lib.loss import softmax
from tinygpt_lib.transformer import GPT


def nats(model, ids, place, shown):
    return -np.log(softmax(model.all_logits(ids[None, place - shown : place])[0, -1])[ids[place]])


@pytest.mark.parametrize("length", [41, 44, 47, 50])
def test_each_character_of_an_exam_counts_once_with_half_a_window_before_it(length):
    model, ids, half = GPT(LETTERS, context=8, width=8, heads=2, dtype="float64"), random_ids(length), 4
    expected = []
    for place in range(10, length):
        first = 10 - half  # where the first window begins
        start = first + max(0, -(-(place - first - 8) // half)) * half
        expected.append(nats(model, ids, place, place - start))
    assert exam_loss(model, ids, skip=10) == pytest.approx(np.mean(expected), rel=1e-10)


def test_a_feed_forward_network_is_asked_for_the_same_characters():
    model, ids = tiny(), random_ids(40)
    surprises = [-np.log(model.probabilities(ids[:place])[ids[place]]) for place in range(10, 40)]
    assert exam_loss(model, ids, skip=10) == pytest.approx(np.mean(surprises), rel=1e-5)


def test_the_exam_is_these_characters():
    tok, _, held_out = characters()
    text = tok.decode(held_out[LONG_SKIP:].tolist())
    assert hashlib.sha256(text.encode("utf-8")).hexdigest()[:16] == "a45798e7a5e8bd39"


@pytest.mark.parametrize("name", ["four heads", "MLP", "sums and norms", "two blocks"])
def test_the_slopes_of_each_rung(name):
    """The largest of every array, against central differences."""
    model = ladder.rung(0, **ladder.RUNGS[name], width=8, context=5, dtype="float64")
    contexts, targets = np.random.default_rng(0).integers(0, 60, (2, 3, 5))
    model.loss_and_gradients(contexts, targets)
    gradients = [gradient.copy() for _, gradient in model.parameters()]
    for (value, _), gradient in zip(model.parameters(), gradients):
        place = np.unravel_index(np.abs(gradient).argmax(), gradient.shape)
        before, losses = value[place], []
        for moved in (before + 1e-6, before - 1e-6):
            value[place] = moved
            losses.append(model.loss_and_gradients(contexts, targets)[0])
        value[place] = before
        assert (losses[0] - losses[1]) / 2e-6 == pytest.approx(gradient[place], rel=1e-5, abs=1e-9)


def test_what_a_rung_lacks_is_not_trained():
    sizes = {name: ladder.rung(0, **parts, width=8, context=5).size for name, parts in ladder.RUNGS.items()}
    assert sizes["one head"] == sizes["four heads"] < sizes["MLP"] < sizes["sums and norms"] < sizes["two blocks"]
    assert sizes["learned positions"] == sizes["two blocks"] + 5 * 8 == sizes["rotary positions"] + 5 * 8


def test_a_lesson_asks_for_the_letters_in_order():
    model = sorting_gpt.sorter(0, "gpt", 9, 4)
    contexts, targets, _ = sorting_gpt.lessons(model, [[2, 0, 1]], mark=(3,))
    pad = model.pad_id
    assert contexts.tolist() == [[pad, pad, pad, 2, 0, 1, 3, 0, 1]]
    assert targets.tolist() == [[-1] * 6 + [0, 1, 2]]
    contexts, targets, _ = sorting_gpt.lessons(sorting_gpt.sorter(0, "onehot", 6, 3), [[2, 0, 1]])
    assert targets.tolist() == [0, 1, 2] and contexts[1].tolist() == [2, 0, 1, 0, 3, 3]


def test_right_needs_every_letter(monkeypatch):
    strings = np.array([[2, 0, 1], [1, 1, 0]])
    monkeypatch.setattr(
        sorting_gpt, "sample", lambda model, prompts, n, temperature: [[2, 0, 1, 3, 0, 1, 2], [1, 1, 0, 3, 0, 1, 0]]
    )
    assert sorting_gpt.right(None, strings, (3,)) == 0.5

"""The sorting task: its strings, its examples, and training up to the original's criterion."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinygpt_lib.alphabetize import (
    examples,
    is_trained,
    letters,
    random_strings,
    sort_strings,
    sorted_right,
    train_to_sort,
)
from tinygpt_lib.course.experiments.alphabetize import sorter, strings_to_trained
from tinygpt_lib.every_position import NO_TARGET
from tinygpt_lib.transformer import GPT
from tinygpt_lib.windows import PADDINGS, pad_contexts


def test_the_originals_tokens_and_example():
    tok = letters(3)
    assert tok.encode("CBABBC") == [2, 1, 0, 1, 1, 2] and tok.pad_id == 3
    contexts, targets = examples(np.array([tok.encode("CBABBC")]), tok.pad_id)
    assert tok.decode(targets) == "ABBBCC"
    assert contexts[2].tolist() == [2, 1, 0, 1, 1, 2, 0, 1, 3, 3, 3, 3]


@pytest.mark.parametrize("size", [1, 27, 3.0])
def test_an_alphabet_has_2_to_26_letters(size):
    with pytest.raises(ValueError, match="the size of the alphabet"):
        letters(size)


@pytest.mark.parametrize(
    "use, reason",
    [
        (lambda: random_strings(0, 1, 6, 3), "rng is 0: it must be a generator"),
        (lambda: random_strings(np.random.default_rng(0), 1, 0, 3), "length is 0"),
        (lambda: examples([["A", "B"]], 3), "strings must be whole-number token ids with 2 ax"),
        (
            lambda: sorted_right(sorter(0, 6, 3), np.zeros((0, 6), int)),
            "strings are 0 x 6: this model sorts one or more",
        ),
        (lambda: sorted_right(sorter(0, 6, 3), [[0, 1]]), "strings are 1 x 2: .* of length 6"),
        (lambda: is_trained(3), "shares must be a list of numbers, not 3"),
        (lambda: train_to_sort(sorter(0, 6, 3), 3, most=1), "most is 1: it must be a whole number of at least 8"),
        (lambda: train_to_sort(sorter(0, 6, 3), 3, pool=[[0, 1]]), r"pool has the shape \(1, 2\): .* length 6"),
        (lambda: train_to_sort("model", 3), "model is 'model': it must be a language model, such as a TinyGPT"),
    ],
)
def test_what_makes_no_sense_is_refused(use, reason):
    with pytest.raises(ValueError, match=reason):
        use()


@given(seed=st.integers(0, 99), n=st.integers(1, 4), length=st.integers(1, 6), padding=st.sampled_from(PADDINGS))
def test_examples_are_the_padded_prefixes_of_string_and_answer(seed, n, length, padding):
    strings = random_strings(np.random.default_rng(seed), n, length, 4)
    whole = np.hstack([strings, np.sort(strings, axis=1)])
    prefixes = [row[: length + known] for row in whole for known in range(length)]
    contexts, targets = examples(strings, 4, padding)
    assert np.array_equal(contexts, pad_contexts(prefixes, 2 * length, 4, padding))
    assert np.array_equal(targets, whole[:, length:].ravel())


def small_gpt(length, size, padding="after", **settings):
    """A GPT that can learn to sort."""
    return GPT(letters(size), 2 * length, width=16, heads=2, padding=padding, **settings)


@pytest.mark.parametrize("padding", PADDINGS)
def test_the_examples_are_those_that_a_model_makes_of_texts(padding, rng):
    strings = random_strings(rng, 20, 5, 3)
    texts, asked = np.hstack([strings, np.sort(strings, axis=1)]), np.repeat([[False, True]], 5).tolist()
    made = sorter(0, 5, 3, padding=padding).examples(texts, 20 * [asked])
    assert all(map(np.array_equal, examples(strings, 3, padding), made))


@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize("make", [sorter, lambda seed, *sizes, **settings: small_gpt(*sizes, settings["padding"])])
def test_sorting_asks_the_model_what_training_showed_it(make, padding, rng):
    strings = random_strings(rng, 20, 5, 3)
    model = make(0, 5, 3, padding=padding)
    answers = sort_strings(model, strings)
    asked = [np.concatenate([s, a[:known]]) for s, a in zip(strings, answers) for known in range(5)]
    logits = model.logits(pad_contexts(asked, 10, 3, padding))
    assert np.array_equal(answers.ravel(), logits.argmax(axis=1))
    assert sorted_right(model, strings) == np.mean([(a == np.sort(s)).all() for s, a in zip(strings, answers)])


def test_trained_means_ten_perfect_checks_in_a_row():
    assert is_trained([1.0] * 10) and is_trained([0.5] + [1.0] * 10)
    assert not is_trained([1.0] * 9) and not is_trained([1.0] * 9 + [0.99]) and not is_trained([])


def test_one_hot_is_trained_at_the_earliest_moment_and_raw_later():
    assert strings_to_trained(0, encoding="onehot")["strings"] == 10_000
    raw = strings_to_trained(0)
    assert 10_000 < raw["strings"] <= 32_000 and raw["last_shares"] == [1.0] * 4
    assert strings_to_trained(0, most=4_000)["strings"] is None


@pytest.mark.parametrize("padding", PADDINGS)
def test_a_gpt_learns_to_sort_and_each_string_is_one_row_that_asks_for_its_whole_answer(padding):
    model, seen = small_gpt(4, 3, padding), []
    teach = model.loss_and_gradients
    model.loss_and_gradients = lambda *batch: seen.append(batch[:3]) or teach(*batch)
    _, shares = train_to_sort(model, 3, most=3_000, strings_per_step=10)
    assert shares[-1] > 0.9
    contexts, targets, weights = seen[0]
    assert contexts.shape == targets.shape == weights.shape == (10, 8)
    strings = (contexts if padding == "after" else np.roll(contexts, -1, axis=1))[:, :4]
    asked = targets[targets != NO_TARGET].reshape(10, 4)
    assert np.array_equal(asked, np.sort(strings, axis=1)) and (weights == (targets != NO_TARGET)).all()


def test_training_uses_only_the_pool():
    pool = np.array([[0, 1, 1, 0, 2, 2]])
    model = sorter(0, 6, 3)
    train_to_sort(model, 3, most=3_000, pool=pool)
    assert sorted_right(model, pool) == 1
    everything = np.array(list(np.ndindex(*[3] * 6)))
    assert sorted_right(model, everything) < 0.2  # the 90 orders of AABBCC, if it always gives that answer


def test_strings_per_step_must_divide_the_thousand():
    with pytest.raises(ValueError, match="it must divide 1000"):
        train_to_sort(sorter(0, 6, 3), 3, strings_per_step=16)

"""Each encoding equals a loop that fills in one number at a time, and grows without changing what it knew."""

import numpy as np
import pytest
from helpers import LETTERS, random_ids, tiny

from tinygpt_lib.encoding import ENCODINGS

T, V, E = 4, 6, 3
CONTEXTS = np.array([[0, 1, 2, 3], [5, 5, 5, 5], [2, 0, 2, 5]])


@pytest.fixture
def make(rng):
    """A function: name -> an encoding of T places and V tokens."""
    return lambda name, dtype="float64": ENCODINGS[name](T, V, E, rng, dtype)


def slow_row(encoding, name, row):
    """The inputs of one context, one number after the other."""
    if name in ("raw", "normalized"):
        return [id / (V - 1 if name == "normalized" else 1) for id in row]
    if name == "presence":
        return [float(id in row) for id in range(V)]
    if name == "onehot":
        return [float(row[place] == id) for place in range(T) for id in range(V)]
    return [encoding.table[id, column] for id in row for column in range(E)]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ENCODINGS)
def test_encoding_equals_a_loop(name, dtype, make):
    encoding = make(name, dtype)
    for contexts in (CONTEXTS, CONTEXTS[::-1], CONTEXTS[:1]):  # later calls use the first one's memory
        x = encoding.forward(contexts)
        assert (x.shape, x.dtype) == ((len(contexts), encoding.size), dtype)
        np.testing.assert_allclose(x, [slow_row(encoding, name, list(row)) for row in contexts], rtol=1e-6)


def test_onehot_times_a_matrix_is_a_row_look_up(make, rng):
    W = rng.normal(size=(T * V, 5))
    rows = W.reshape(T, V, 5)
    expected = [sum(rows[place, id] for place, id in enumerate(context)) for context in CONTEXTS]
    np.testing.assert_allclose(make("onehot").forward(CONTEXTS) @ W, expected)


def test_embedding_is_onehot_times_its_table(make):
    embedding = make("embedding")
    onehot = make("onehot").forward(CONTEXTS).reshape(-1, T, V)
    np.testing.assert_allclose(embedding.forward(CONTEXTS), (onehot @ embedding.table).reshape(-1, T * E))


def test_embedding_adds_up_the_gradients_of_a_tokens_places(make, rng):
    embedding, dx = make("embedding"), rng.normal(size=(3, T * E))
    embedding.forward(CONTEXTS)
    embedding.backward(dx)
    expected = np.zeros((V, E))
    for context, row in zip(CONTEXTS, dx.reshape(3, T, E)):
        for id, slope in zip(context, row):
            expected[id] += slope
    np.testing.assert_allclose(embedding.dtable, expected)


def test_presence_forgets_order_and_repeats(make):
    x = make("presence").forward(np.array([[1, 2, 2, 3], [3, 1, 2, 1]]))
    np.testing.assert_array_equal(x[0], x[1])


def test_raw_and_normalized_have_an_input_a_token_and_no_parameters(make):
    for name in ("raw", "normalized", "presence", "onehot"):
        assert make(name).parameters() == []
    assert [make(name).size for name in ENCODINGS] == [T, T, V, T * V, T * E]


@pytest.mark.parametrize("hidden", [(), (5,), (5, 4)])
@pytest.mark.parametrize("name", ENCODINGS)
def test_growing_keeps_the_old_logits(name, hidden):
    model = tiny(encoding=name, hidden=hidden, dtype="float64")
    contexts = random_ids(300, vocab_size=8).reshape(100, 3)
    before = model.logits(contexts)
    assert model.grow(LETTERS.with_special_tokens(["<|a|>", "<|b|>"])) is model
    after = model.logits(contexts)
    assert after.shape == (100, 10)
    np.testing.assert_allclose(after[:, :8], before, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", ENCODINGS)
def test_a_grown_model_uses_and_learns_its_new_tokens(name):
    model = tiny(encoding=name).grow(LETTERS.with_special_tokens(["<|a|>", "<|b|>"]))
    p = model.probabilities([1, 8, 9])
    assert (p.shape, p.sum()) == ((10,), pytest.approx(1, abs=1e-6))
    assert not np.array_equal(p, model.probabilities([1, 2, 2]))
    model.loss_and_gradients([[1, 8, 9], [8, 9, 0]], [9, 8])
    assert not model.network.linears[-1].b[8:].any()
    for value, gradient in model.parameters():
        assert value.shape == gradient.shape
        assert gradient.any()


@pytest.mark.parametrize("name", ENCODINGS)
def test_new_parameters_have_the_scale_of_the_old(name):
    model = tiny(encoding=name, hidden=(200,), embedding_size=50)
    old = [value.std() for value, _ in model.parameters() if value.ndim == 2]
    model.grow(LETTERS.with_special_tokens([f"<|{i}|>" for i in range(40)]))  # five new rows for each old one
    assert [value.std() for value, _ in model.parameters() if value.ndim == 2] == pytest.approx(old, rel=0.1)


@pytest.mark.parametrize(
    "tok",
    [
        LETTERS.train("abcdefgh"),
        LETTERS.train("abcdefg ab ab", vocab_size=20),
        LETTERS.train("abcdef"),
    ],
)
def test_growing_into_another_tokenizer_is_refused(tok):
    model = tiny()
    before = model.logits([[1, 2, 3]])
    with pytest.raises(ValueError, match="use with_special_tokens"):
        model.grow(tok)
    np.testing.assert_array_equal(model.logits([[1, 2, 3]]), before)


def test_growing_back_is_refused():
    model = tiny().grow(LETTERS.with_special_tokens(["<|a|>"]))
    with pytest.raises(ValueError, match="use with_special_tokens"):
        model.grow(LETTERS)

"""Attention looks back and nowhere else, its gradients are slopes, and its formulas are those of a loop."""

import numpy as np
import pytest
from helpers import slopes_agree
from hypothesis import given
from hypothesis import strategies as st

from tinygpt_lib.attention import Attention, _masked_softmax, causal_mask, rotate, rotations
from tinygpt_lib.layers import LayerNorm
from tinygpt_lib.loss import softmax

SHAPES = [(2, 5, 8, 2), (1, 1, 8, 4), (3, 4, 6, 1), (2, 7, 12, 3)]  # B, T, E, H


def attention(width, heads, length, rotary=False, dtype="float64", seed=0, **settings):
    """With biases that are not 0, as they are after some training."""
    rng = np.random.default_rng(seed)
    made = Attention(width, heads, length + 2, rotary, rng, dtype, **settings)
    for linear in (made.qkv, made.out):
        linear.b[:] = rng.normal(size=linear.b.shape)
    return made


def by_a_loop(made, x, length):
    """What attention is, a head and a place at a time. x: (B*T, E), in float64."""
    width, size = x.shape[1], x.shape[1] // made.heads
    mixed = np.zeros_like(x)
    for first in range(0, len(x), length):
        text = x[first : first + length] @ made.qkv.W + made.qkv.b
        for head in range(made.heads):
            columns = slice(head * size, (head + 1) * size)
            q, k, v = (text[:, part * width : (part + 1) * width][:, columns].copy() for part in range(3))
            if made.rotations:
                for t in range(length):
                    for i in range(size // 2):
                        angle = t / 10_000 ** (2 * i / size)
                        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
                        for vector in (q[t], k[t]):
                            vector[[i, i + size // 2]] = turn @ vector[[i, i + size // 2]]
            for t in range(length):
                scores = [q[t] @ k[s] / np.sqrt(size) for s in range(t + 1)]
                mixed[first + t, columns] = softmax(np.array(scores)) @ v[: t + 1]
    return mixed @ made.out.W + made.out.b


@pytest.mark.parametrize("rotary", [False, True])
@pytest.mark.parametrize("B, T, E, H", SHAPES)
def test_attention_is_a_loop_over_texts_heads_and_places(B, T, E, H, rotary, rng):
    made, x = attention(E, H, T, rotary), rng.normal(size=(B * T, E))
    np.testing.assert_allclose(made.forward(x, T), by_a_loop(made, x, T), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("rotary", [False, True])
@pytest.mark.parametrize("B, T, E, H", SHAPES)
def test_gradients_of_attention(B, T, E, H, rotary, rng):
    made, x = attention(E, H, T, rotary), rng.normal(size=(B * T, E))
    share = rng.normal(size=x.shape)
    made.forward(x, T)
    dx = made.backward(share.copy()).copy()
    slopes_agree(lambda: (made.forward(x, T) * share).sum(), [(x, dx), *made.parameters()], rng)


@pytest.mark.parametrize("rows", [1, 7])
@pytest.mark.parametrize("size", [3, 9])
def test_gradients_of_layer_norm(rows, size, rng):
    norm, x = LayerNorm(size, "float64"), rng.normal(2, 3, (rows, size))
    norm.gain[:], norm.bias[:] = rng.normal(size=(2, size))
    share = rng.normal(size=x.shape)
    norm.forward(x)
    dx = norm.backward(share).copy()
    slopes_agree(lambda: (norm.forward(x) * share).sum(), [(x, dx), *norm.parameters()], rng)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_layer_norm_is_its_definition(dtype, rng):
    norm, x = LayerNorm(6, dtype), rng.normal(2, 3, (5, 6)).astype(dtype)
    normal = (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + norm.EPSILON)
    np.testing.assert_allclose(norm.forward(x), normal, rtol=1e-4, atol=1e-6)
    norm.gain[:], norm.bias[:] = np.arange(6), 1
    y = norm.forward(x)
    np.testing.assert_allclose(y, normal * np.arange(6) + 1, rtol=1e-4, atol=1e-5)
    assert y.dtype == dtype and np.isfinite(norm.forward(np.ones((2, 6), dtype))).all()


@given(st.integers(0, 99), st.integers(1, 9), st.booleans(), st.data())
def test_no_place_sees_a_later_one(seed, length, rotary, data):
    """Whatever happens to a place changes nothing before it, to the last bit, and all from it on."""
    place = data.draw(st.integers(0, length - 1))
    made, x = attention(8, 2, length, rotary, seed=seed), np.random.default_rng(seed).normal(size=(2 * length, 8))
    before = made.forward(x, length).copy()
    x[place] += 1  # in the first text
    after = made.forward(x, length)
    changed = np.abs(after - before).max(axis=1) > 1e-9
    assert changed.tolist() == [place <= t for t in range(length)] + [False] * length


def test_weights_are_shares_of_what_stands_before(rng):
    made = attention(8, 2, 6)
    made.forward(rng.normal(size=(12, 8)), 6)
    assert made.weights.shape == (2, 2, 6, 6)
    np.testing.assert_allclose(made.weights.sum(axis=-1), 1)
    assert (np.triu(made.weights, 1) == 0).all() and (np.tril(made.weights) > 0)[..., *np.tril_indices(6)].all()


@pytest.mark.parametrize("rotary", [False, True])
def test_heads_may_change_places_with_their_weights(rotary, rng):
    made, x, order = attention(12, 3, 5, rotary), rng.normal(size=(10, 12)), [2, 0, 1]
    expected, looks = made.forward(x, 5).copy(), made.weights.copy()
    qkv = made.qkv
    qkv.W = qkv.W.reshape(12, 3, 3, 4)[:, :, order].reshape(12, 36)  # (E, 3E) -> (E, part, head, D)
    qkv.b = qkv.b.reshape(3, 3, 4)[:, order].ravel()
    made.out.W = made.out.W.reshape(3, 4, 12)[order].reshape(12, 12)  # (E, E) -> (head, D, E)
    np.testing.assert_allclose(made.forward(x, 5), expected, rtol=1e-12)
    np.testing.assert_allclose(made.weights, looks[:, order], rtol=1e-12)


@pytest.mark.parametrize("dtype, tolerance", [("float32", 1e-5), ("float64", 1e-12)])
@pytest.mark.parametrize("largest", [1, 59, 61, 1e4, 1e30])
def test_masked_softmax_is_softmax_however_large_the_scores(largest, dtype, tolerance, rng):
    scores = rng.uniform(-largest, largest, (2, 2, 5, 5)).astype(dtype)
    scores[0, 0, 3, :4] = -largest  # a row whose exps could all be 0
    found = scores.copy()
    with np.errstate(all="raise", under="ignore"):
        _masked_softmax(found, causal_mask(5, dtype))
    expected = np.zeros_like(scores)
    for t in range(5):
        expected[..., t, : t + 1] = softmax(scores[..., t, : t + 1])
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)
    assert found.dtype == dtype


def test_a_head_that_looks_far_is_as_exact_as_one_alone(rng):
    """Large scores in one text do not spoil the other's."""
    made = attention(8, 2, 5, dtype="float32")
    x = rng.normal(size=(10, 8)).astype("float32")
    alone = made.forward(x[5:], 5).copy()
    x[:5] *= 1000
    np.testing.assert_allclose(made.forward(x, 5)[5:], alone, rtol=1e-4, atol=1e-5)


def test_a_turned_pair_keeps_its_length_and_scores_depend_on_the_distance(rng):
    q, k = rng.normal(size=(2, 8))
    cosines, sines = rotations(20, 8, "float64")
    turned = [np.tile(vector, (20, 1)) for vector in (q, k)]
    for rows in turned:
        rotate(rows, cosines, sines)
    scores = turned[0] @ turned[1].T  # (T, D) @ (D, T) -> (T, T)
    for distance in range(-19, 20):
        diagonal = np.diagonal(scores, distance)
        np.testing.assert_allclose(diagonal, diagonal[0], rtol=1e-9, atol=1e-12)
    assert abs(scores[0, 0] - scores[1, 0]) > 1e-3
    np.testing.assert_allclose(turned[0][0], q)
    rotate(turned[0], cosines, -sines)
    np.testing.assert_allclose(turned[0], np.tile(q, (20, 1)), rtol=1e-12)


@pytest.mark.parametrize("rotary", [False, True])
def test_a_step_is_the_last_row_of_the_whole(rotary, rng):
    """For texts of several lengths at once; what stands beyond a text's end does not count, whatever it is."""
    made, lengths = attention(8, 2, 6, rotary), np.array([3, 5, 0])
    texts = [rng.normal(size=(length + 1, 8)) for length in lengths]
    keys, values = rng.normal(size=(2, 3, 2, 8, 4)) * 1e6
    for n, text in enumerate(texts):
        if lengths[n]:
            made.forward(text[:-1], lengths[n])
            keys[n, :, : lengths[n]], values[n, :, : lengths[n]] = made.k[0], made.v[0]
    y = made.step(np.stack([text[-1] for text in texts]), keys, values, lengths).copy()
    for n, text in enumerate(texts):
        np.testing.assert_allclose(y[n], made.forward(text, len(text))[-1], rtol=1e-10)
        np.testing.assert_allclose(keys[n, :, : len(text)], made.k[0], rtol=1e-10)
        np.testing.assert_allclose(values[n, :, : len(text)], made.v[0], rtol=1e-10)


def test_first_weights_have_their_scale(rng):
    made = Attention(64, 4, 8, False, rng, "float32", scale=0.5)
    assert made.qkv.W.std() == pytest.approx(1 / 8, rel=0.05) and made.out.W.std() == pytest.approx(1 / 16, rel=0.05)
    assert not made.qkv.b.any() and not made.out.b.any()
    assert not np.shares_memory(made.qkv.b, made.out.b)
    assert {value.dtype for value, _ in made.parameters()} == {np.dtype("float32")}

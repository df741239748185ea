"""Every gradient the backward passes give is the slope that two nearby losses show."""

import numpy as np
import pytest
from helpers import random_ids, tiny

from tinygpt_lib.encoding import ENCODINGS
from tinygpt_lib.layers import ACTIVATIONS
from tinygpt_lib.windows import Windows

STEP = 1e-5
ENTRIES = 20  # of each parameter array


def check_gradients(model, rng, min_context=1):
    """Compare gradients with central differences, for one batch with weighted examples."""
    draw = Windows(random_ids(60), model.context, model.pad_id, model.padding, min_context)
    contexts, targets, _ = draw(rng, 7)
    shares = rng.random(7)

    def loss():
        dropout_rng = np.random.default_rng(5)  # the same values dropped each time; unused without dropout
        return model.loss_and_gradients(contexts, targets, shares, dropout_rng)[0]

    loss()
    gradients = [gradient.copy() for _, gradient in model.parameters()]
    for (value, _), gradient in zip(model.parameters(), gradients):
        assert gradient.any()
        flat = value.reshape(-1)  # a view: what changes here changes the model
        entries = rng.choice(flat.size, min(ENTRIES, flat.size), replace=False)
        slopes = []
        for entry in entries:
            before = flat[entry]
            flat[entry] = before + STEP
            above = loss()
            flat[entry] = before - STEP
            slopes.append((above - loss()) / (2 * STEP))
            flat[entry] = before
        np.testing.assert_allclose(gradient.reshape(-1)[entries], slopes, rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("dropout", [0, 0.3])
@pytest.mark.parametrize("hidden", [(), (6,), (6, 5)])
@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_gradients(activation, encoding, hidden, dropout, rng):
    settings = {"weight_init": "xavier", "bias_init": "uniform_0.5", "embedding_size": 3, "dtype": "float64"}
    check_gradients(tiny(activation=activation, encoding=encoding, hidden=hidden, dropout=dropout, **settings), rng)


@pytest.mark.parametrize("padding", ["before", "after"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_gradients_of_padded_contexts(encoding, padding, rng):
    check_gradients(tiny(encoding=encoding, padding=padding, context=6, activation="tanh", dtype="float64"), rng)


@pytest.mark.parametrize("vocab_size", [2, 255, 256, 257, 65535, 65536, 65537])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_gradient_of_the_embeddings_table(vocab_size, dtype, rng):
    """Each place's gradient reaches its token's row, the largest ids' too, however many ids there are."""
    encoding = ENCODINGS["embedding"](6, vocab_size, 2, rng, dtype)
    for batch in (5, 3, 8):  # fewer and more than the batch before
        contexts = rng.integers(max(vocab_size - 4, 0), vocab_size, (batch, 6))
        contexts[0, :3] = 0, vocab_size - 1, 0
        dx = rng.normal(size=encoding.forward(contexts).shape).astype(dtype)
        kept, expected = dx.copy(), np.zeros((vocab_size, 2))
        encoding.backward(dx)
        np.add.at(expected, contexts.ravel(), dx.reshape(-1, 2))
        np.testing.assert_allclose(encoding.dtable, expected, rtol=1e-5, atol=1e-5)
        np.testing.assert_array_equal(dx, kept)
        assert encoding.dtable.dtype == dtype


def test_gradients_do_not_add_up(rng):
    """A second backward pass replaces the first one's gradients, also of tokens that no longer occur."""
    model = tiny(dtype="float64")
    first, second = random_ids(12).reshape(4, 3), np.full((4, 3), 2)
    model.loss_and_gradients(second, [1, 2, 3, 4])
    alone = [gradient.copy() for _, gradient in model.parameters()]
    model.loss_and_gradients(first, [1, 2, 3, 4])
    model.loss_and_gradients(second, [1, 2, 3, 4])
    for expected, (_, gradient) in zip(alone, model.parameters()):
        np.testing.assert_array_equal(gradient, expected)


def test_an_example_of_weight_0_changes_nothing():
    model = tiny(dtype="float64")
    contexts, targets = random_ids(12).reshape(4, 3), [1, 2, 3, 4]
    model.loss_and_gradients(contexts[:2], targets[:2])
    two = [gradient.copy() for _, gradient in model.parameters()]
    model.loss_and_gradients(contexts, targets, [1, 1, 0, 0])
    for expected, (_, gradient) in zip(two, model.parameters()):
        np.testing.assert_allclose(gradient, expected / 2, rtol=1e-12, atol=1e-15)  # the mean is over all four


@pytest.mark.parametrize(
    "contexts, targets, reason",
    [
        (np.zeros((2, 4), int), [0, 0], "contexts have 4 tokens a row: this model's window is 3"),
        (np.full((2, 3), 8), [0, 0], "contexts holds the id 8"),
        (np.zeros((2, 3)), [0, 0], "contexts must be whole-number token ids"),
        (np.zeros((2, 3), int), [0, -1], "targets holds the id -1"),
        (np.zeros((2, 3), int), [0], "there are 2 contexts for 1 targets"),
        (np.zeros((0, 3), int), [], "there are 0 contexts for 0 targets"),
    ],
)
def test_bad_batches_are_refused(contexts, targets, reason):
    with pytest.raises(ValueError, match=reason):
        tiny().loss_and_gradients(contexts, targets)

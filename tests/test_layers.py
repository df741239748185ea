"""Layers, first weights, loss, optimizers and buffers do what their formulas say."""

import numpy as np
import pytest

from tinygpt_lib.buffers import Buffers
from tinygpt_lib.initialisation import BIAS_INITS, WEIGHT_INITS, initial_biases, initial_weights
from tinygpt_lib.layers import Dropout, Linear, Network, ReLU, Tanh
from tinygpt_lib.loss import cross_entropy, softmax
from tinygpt_lib.optimizers import SGD, Adam


def network(sizes, activation="relu", dropout=0.0):
    return Network(sizes, activation, "he", "uniform_0.1", dropout, np.random.default_rng(0), np.dtype("float64"))


# ---- layers ------------------------------------------------------------------------------------------------------


def test_linear_forward_and_backward(rng):
    W, b, x, dy = (rng.normal(size=size) for size in ((4, 3), 3, (5, 4), (5, 3)))
    layer = Linear(W, b)
    np.testing.assert_allclose(layer.forward(x), x @ W + b)
    np.testing.assert_allclose(layer.backward(dy), dy @ W.T)
    np.testing.assert_allclose(layer.dW, sum(np.outer(x[i], dy[i]) for i in range(5)))
    np.testing.assert_allclose(layer.db, dy.sum(axis=0))
    assert layer.backward(dy, need_dx=False) is None


@pytest.mark.parametrize(
    "layer, y, slope",
    [
        (ReLU(), lambda x: np.where(x > 0, x, 0), lambda x: (x > 0) * 1.0),
        (Tanh(), np.tanh, lambda x: 1 / np.cosh(x) ** 2),
    ],
)
def test_activations(layer, y, slope):
    x, dy = np.array([[-2.0, -0.5, 0.0, 0.5, 2.0]]), np.array([[1.0, 2.0, 3.0, 4.0, 5.0]])
    np.testing.assert_allclose(layer.forward(x.copy()), y(x))
    np.testing.assert_allclose(layer.backward(dy.copy()), dy * slope(x))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_relu_keeps_its_memory_and_what_is_no_number(dtype):
    x = np.array([[-1, np.nan, 2], [np.inf, -np.inf, -0.0]], dtype)
    y = ReLU().forward(x)
    assert y is x
    np.testing.assert_array_equal(y, np.array([[0, np.nan, 2], [np.inf, 0, 0]], dtype))


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_dropout_drops_its_share_and_keeps_the_mean(rate, rng):
    layer, ones = Dropout(rate), np.ones((500, 200), np.float32)
    y = layer.forward(ones, rng)
    assert y.dtype == np.float32
    assert (y == 0).mean() == pytest.approx(rate, abs=0.01)
    assert y.mean() == pytest.approx(1, abs=0.03)
    np.testing.assert_array_equal(layer.backward(ones), y)  # the gradient passes where the value did


def test_dropout_is_off_without_a_generator(rng):
    layer, x = Dropout(0.5), rng.normal(size=(4, 3))
    assert layer.forward(x) is x
    assert layer.backward(x) is x
    net = network((3, 8, 2), dropout=0.5)
    still = net.forward(x).copy()
    np.testing.assert_array_equal(net.forward(x), still)
    assert not np.array_equal(net.forward(x, rng), still)


@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize("sizes", [(3, 2), (3, 8, 2), (3, 8, 7, 2)])
def test_network_is_its_layers_one_after_the_other(activation, sizes, rng):
    net, x = network(sizes, activation), rng.normal(size=(5, 3))
    expected = x
    for i, layer in enumerate(net.linears):
        if i:
            expected = np.tanh(expected) if activation == "tanh" else np.maximum(expected, 0)
        expected = expected @ layer.W + layer.b
    np.testing.assert_allclose(net.forward(x), expected)
    assert [layer.W.shape for layer in net.linears] == list(zip(sizes, sizes[1:]))
    assert len(net.parameters()) == 2 * len(net.linears)


# ---- first weights and biases ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name, std",
    [
        ("lecun", (1 / 400) ** 0.5),
        ("he", (2 / 400) ** 0.5),
        ("xavier", (2 / 700) ** 0.5),
        ("uniform_0.5", 0.5 / 3**0.5),
        ("uniform_1", 1 / 3**0.5),
    ],
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_first_weights_have_their_scale(name, std, dtype, rng):
    W = initial_weights(name, rng, 400, 300, dtype)
    assert (W.shape, W.dtype) == ((400, 300), dtype)
    assert W.std() == pytest.approx(std, rel=0.02)
    assert abs(W.mean()) < 0.02 * std
    if name.startswith("uniform"):
        assert 0.99 * std * 3**0.5 < np.abs(W).max() <= std * 3**0.5


@pytest.mark.parametrize(
    "name, low, high",
    [
        ("uniform_0.5", -0.5, 0.5),
        ("uniform_0.1", -0.1, 0.1),
        ("zero", 0, 0),
        ("constant_0.1", 0.1, 0.1),
        ("constant_0.01", 0.01, 0.01),
    ],
)
def test_first_biases_have_their_limits(name, low, high, rng):
    b = initial_biases(name, rng, 5000)
    assert (b.shape, b.dtype) == ((5000,), np.float32)
    assert (b.min(), b.max()) == (pytest.approx(low, abs=0.001), pytest.approx(high, abs=0.001))


def test_every_rule_is_tested_here():
    assert set(WEIGHT_INITS) == {"lecun", "he", "xavier", "uniform_0.5", "uniform_1"}
    assert set(BIAS_INITS) == {"uniform_0.5", "uniform_0.1", "zero", "constant_0.1", "constant_0.01"}


# ---- loss --------------------------------------------------------------------------------------------------------


def test_softmax_is_its_definition(rng):
    logits = rng.normal(size=(4, 6))
    p = softmax(logits)
    for row, probabilities in zip(logits, p):
        np.testing.assert_allclose(probabilities, np.exp(row) / sum(np.exp(row)))
    np.testing.assert_allclose(p.sum(axis=1), 1)
    np.testing.assert_allclose(softmax(logits + 100), p)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_softmax_and_loss_do_not_overflow(dtype):
    logits = np.array([[1e30, 0, -1e30], [-1e30, -1e30, -1e30]], dtype)
    p = softmax(logits)
    assert p.dtype == dtype
    np.testing.assert_allclose(p, [[1, 0, 0], [1 / 3] * 3], rtol=1e-6)
    loss, gradient = cross_entropy(logits, np.array([2, 0]))
    assert np.isfinite(loss)
    assert loss > 40
    assert np.isfinite(gradient).all()


@pytest.mark.parametrize("shares", [None, [1, 0, 2.5, 0.5]])
def test_cross_entropy_is_its_definition(shares, rng):
    logits, targets = rng.normal(size=(4, 6)), np.array([5, 0, 2, 2])
    loss, gradient = cross_entropy(logits, targets, shares)
    each = [1] * 4 if shares is None else shares
    assert loss == pytest.approx(sum(-w * np.log(softmax(row)[t]) for row, t, w in zip(logits, targets, each)) / 4)
    for row, t, w, slope in zip(logits, targets, each, gradient):
        np.testing.assert_allclose(slope, w * (softmax(row) - np.eye(6)[t]) / 4)


def test_loss_of_a_uniform_guess_is_the_logarithm_of_the_vocabulary():
    assert cross_entropy(np.zeros((3, 65)), np.array([0, 1, 64]))[0] == pytest.approx(np.log(65))


# ---- optimizers --------------------------------------------------------------------------------------------------


@pytest.fixture
def gradients(rng):
    """Five steps' gradients of one array, of very different sizes."""
    return rng.normal(size=(5, 3, 2)) * np.array([1, 1e-4, 1e3, 1, 0])[:, None, None]


def run(optimizer, gradients, rates, **settings):
    """Where an array of ones ends after a step with each gradient."""
    value, gradient = np.ones((3, 2)), np.zeros((3, 2))
    stepper = optimizer([(value, gradient)], **settings)
    for new, rate in zip(gradients, rates):
        gradient[:] = new
        stepper.step(rate)
        np.testing.assert_array_equal(gradient, new)  # a step leaves the gradient alone
    return value


RATES = [0.1, 0.1, 0.05, 0.2, 0.1]


def test_sgd(gradients):
    expected = 1 - sum(rate * gradient for rate, gradient in zip(RATES, gradients))
    np.testing.assert_allclose(run(SGD, gradients, RATES), expected)


@pytest.mark.parametrize("settings", [{}, {"beta1": 0.5, "beta2": 0.9, "epsilon": 1e-2}])
def test_adam(gradients, settings):
    beta1, beta2, epsilon = settings.values() or (0.9, 0.999, 1e-8)
    value, m, v = np.ones((3, 2)), 0, 0
    for t, (gradient, rate) in enumerate(zip(gradients, RATES), start=1):
        m = beta1 * m + (1 - beta1) * gradient
        v = beta2 * v + (1 - beta2) * gradient**2
        m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
        value = value - rate * m_hat / (np.sqrt(v_hat) + epsilon)
    np.testing.assert_allclose(run(Adam, gradients, RATES, **settings), value, rtol=1e-10)


def test_adams_first_step_is_the_learning_rate_however_small_the_gradient():
    value = run(Adam, [np.array([[1e-3, -1e-3], [1, -1], [1e3, -1e3]])], [0.01])
    np.testing.assert_allclose(value, [[0.99, 1.01]] * 3, rtol=1e-6)


class Watched(np.ndarray):
    """An array that notes the type of every array and NumPy number it is worked on with."""

    types = set()

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **settings):
        plain = [x.view(np.ndarray) if isinstance(x, Watched) else x for x in inputs]
        self.types.update(x.dtype for x in plain if isinstance(x, np.ndarray | np.generic))
        outs = None if out is None else tuple(x.view(np.ndarray) for x in out)
        result = getattr(ufunc, method)(*plain, out=outs, **settings)
        return out[0] if out else result


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("optimizer", [SGD, Adam])
def test_a_step_works_in_the_parameters_own_type(optimizer, dtype, monkeypatch):
    monkeypatch.setattr(Watched, "types", set())
    value, gradient = (np.ones((3, 2), dtype).view(Watched) for _ in range(2))
    stepper = optimizer([(value, gradient)])
    for _ in range(3):
        stepper.step(0.01)
    assert Watched.types == {np.dtype(dtype)}
    np.testing.assert_allclose(value.view(np.ndarray), 0.97, rtol=1e-5)


# ---- buffers -----------------------------------------------------------------------------------------------------


def test_buffers_give_memory_of_their_own_for_each_name():
    buffers = Buffers()
    assert not np.shares_memory(buffers("a", (2, 3), "float32"), buffers("b", (2, 3), "float32"))


@pytest.mark.parametrize(
    "shape, dtype, again",
    [
        ((4, 3), "float32", True),
        ((1, 3), "float32", True),
        ((5, 3), "float32", False),
        ((4, 2), "float32", False),
        ((4, 3), "float64", False),
    ],
)
def test_buffers_give_the_same_memory_again_where_it_fits(shape, dtype, again):
    buffers = Buffers()
    first = buffers("a", (4, 3), "float32")
    second = buffers("a", shape, dtype)
    assert (second.shape, second.dtype) == (shape, dtype)
    assert np.shares_memory(first, second) == again

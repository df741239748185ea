"""Turning gradients into better parameters.

Parameters come as pairs (value, gradient) of arrays; `step` changes the values in place.
"""

import math

import numpy as np

from tinygpt_lib.buffers import Buffers

PIECE = 32768  # numbers: so many of a value, its gradient and averages stay in the processor's cache for a whole step


class SGD:
    """Stochastic gradient descent: take a small step against the gradient."""

    def __init__(self, parameters):
        self.parameters = parameters
        self._scratch = [np.empty_like(value) for value, _ in parameters]

    def step(self, learning_rate):
        for (value, gradient), change in zip(self.parameters, self._scratch):
            value -= np.multiply(gradient, learning_rate, out=change)


def pieces(parameters):
    """The pairs again, large arrays cut into views of some whole rows each, about PIECE numbers."""
    for value, gradient in parameters:
        rows = max(1, PIECE * len(value) // value.size)
        for start in range(0, len(value), rows):
            yield value[start : start + rows], gradient[start : start + rows]


class Adam:
    """Steps scaled by running averages of the gradient (m) and of its square (v). Kingma and Ba 2015.

    A gradient that is k steps old has weight beta**k in its average; every number then moves by about the learning
    rate a step, however large or small its gradient is.
    """

    def __init__(self, parameters, beta1=0.9, beta2=0.999, epsilon=1e-8):
        self.parameters = parameters
        self.beta1, self.beta2, self.epsilon = beta1, beta2, epsilon
        self.steps = 0
        self._pieces, buffers = [], Buffers()
        for value, gradient in pieces(parameters):
            m, v = np.zeros_like(value), np.zeros_like(value)
            scratch = buffers(value.shape[1:], value.shape, value.dtype)  # the same memory for all rows of that shape
            self._pieces.append((value, gradient, m, v, scratch))

    def step(self, learning_rate):
        self.steps += 1
        # m and v are kept as weighted sums. What makes averages of them, the sums of the weights, is folded into two
        # numbers: m_hat / (sqrt(v_hat) + epsilon). Python's own numbers, since NumPy's would make it work in float64.
        m_weight = (1 - self.beta1**self.steps) / (1 - self.beta1)
        v_weight = (1 - self.beta2**self.steps) / (1 - self.beta2)
        rate = learning_rate * math.sqrt(v_weight) / m_weight
        epsilon = self.epsilon * math.sqrt(v_weight)
        for value, gradient, m, v, scratch in self._pieces:
            m *= self.beta1
            m += gradient
            v *= self.beta2
            v += np.multiply(gradient, gradient, out=scratch)
            np.sqrt(v, out=scratch)
            scratch += epsilon
            np.divide(m, scratch, out=scratch)
            scratch *= rate
            value -= scratch


OPTIMIZERS = {"sgd": SGD, "adam": Adam}

"""Turning gradients into better parameters.

Parameters come as pairs (value, gradient) of arrays; `step` changes the values in place.
"""

import numpy as np

from tinygpt_lib.checks import pairs, real_number


class SGD:
    """Stochastic gradient descent: take a small step against the gradient."""

    def __init__(self, parameters):
        self.parameters = list(pairs("parameters", parameters))
        self._scratch = [np.empty_like(value) for value, _ in self.parameters]

    def step(self, learning_rate):
        for (value, gradient), change in zip(self.parameters, self._scratch):
            value -= np.multiply(gradient, learning_rate, out=change)


class Adam:
    """Steps scaled by running averages of the gradient (m) and of its square (v). Kingma and Ba 2015.

    m and v are sums in which a gradient k steps old has the weight beta**k; divided by the sum of the weights they are
    averages. Every number then moves by about the learning rate a step, however large or small its gradient is.
    """

    def __init__(self, parameters, beta1=0.9, beta2=0.999, epsilon=1e-8):
        self.parameters = list(pairs("parameters", parameters))
        self.beta1, self.beta2 = real_number("beta1", beta1, 0, 0.999999), real_number("beta2", beta2, 0, 0.999999)
        self.epsilon = real_number("epsilon", epsilon, 0)
        self.steps = 0
        self._state = [tuple(np.zeros_like(value) for _ in range(3)) for value, _ in self.parameters]

    def step(self, learning_rate):
        self.steps += 1
        # The averages are m / m_weights and v / root**2; both divisors are folded into the rate and epsilon.
        m_weights = (1 - self.beta1**self.steps) / (1 - self.beta1)
        root = ((1 - self.beta2**self.steps) / (1 - self.beta2)) ** 0.5  # np.sqrt's float64 would make all else float64
        rate, epsilon = learning_rate * root / m_weights, self.epsilon * root
        for (value, gradient), (m, v, scratch) in zip(self.parameters, self._state):
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

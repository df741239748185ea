"""The parts of a feed-forward network, each with its forward and its backward pass.

`forward` turns inputs into outputs and keeps what `backward` will need. `backward` takes the gradient of the loss with
respect to the outputs, fills in the gradients of the layer's own parameters, and returns the gradient with respect to
the inputs. Arrays are (batch, features); what a layer returns is its own memory, written over by its next call.
"""

import numpy as np

from tinygpt_lib.buffers import Buffers
from tinygpt_lib.checks import choice, listed, real_number, whole_number
from tinygpt_lib.initialisation import initial_biases, initial_weights


class Linear:
    """y = x W + b. W: (inputs, outputs), b: (outputs,)."""

    def __init__(self, W, b):
        self.W, self.b = W, b
        self.dW, self.db = np.zeros_like(W), np.zeros_like(b)
        self._buffers = Buffers()

    def parameters(self):
        """Pairs (value, gradient), both arrays that change in place."""
        return [(self.W, self.dW), (self.b, self.db)]

    def forward(self, x, rng=None):
        """x: (B, inputs) -> (B, outputs)."""
        self.x = x
        y = self._buffers("y", (len(x), self.W.shape[1]), self.W.dtype)
        np.matmul(x, self.W, out=y)  # (B, I) @ (I, O) -> (B, O)
        y += self.b
        return y

    def backward(self, dy, need_dx=True):
        """dy: (B, outputs) -> dx: (B, inputs), or None where nobody needs it."""
        np.matmul(self.x.T, dy, out=self.dW)  # (I, B) @ (B, O) -> (I, O)
        np.sum(dy, axis=0, out=self.db)  # (B, O) -> (O,)
        if not need_dx:
            return None
        dx = self._buffers("dx", (len(dy), self.W.shape[0]), self.W.dtype)
        return np.matmul(dy, self.W.T, out=dx)  # (B, O) @ (O, I) -> (B, I)

    def widen(self, extra, rng):
        """Add `extra` outputs: random weights at the scale of the old, biases 0; the old outputs stay the same."""
        new = rng.normal(0, self.W.std(), (len(self.W), extra)).astype(self.W.dtype)
        self.W = np.hstack([self.W, new])  # (I, O) -> (I, O + extra)
        self.b = np.append(self.b, np.zeros(extra, self.b.dtype))
        self.dW, self.db = np.zeros_like(self.W), np.zeros_like(self.b)


class ReLU:
    """y = max(x, 0). Works in place, on the memory it is given: nobody needs the value before."""

    def parameters(self):
        return []

    def forward(self, x, rng=None):
        self.y = np.maximum(x, np.zeros(x.shape[-1], x.dtype), out=x)  # a row of zeros: twice as fast as the number 0
        return self.y

    def backward(self, dy, need_dx=True):
        """The gradient passes where the output was above 0 and stops elsewhere."""
        return np.multiply(dy, self.y > 0, out=dy)


class Tanh:
    """y = tanh(x). Works in place."""

    def parameters(self):
        return []

    def forward(self, x, rng=None):
        self.y = np.tanh(x, out=x)
        return self.y

    def backward(self, dy, need_dx=True):
        """dx = dy (1 - y^2)."""
        dy *= 1 - self.y**2
        return dy


class LayerNorm:
    """Each row brought to mean 0 and variance 1, then a gain and a bias for each column. Ba, Kiros and Hinton 2016."""

    EPSILON = 1e-5  # added to the variance: a row of equal numbers is not divided by 0

    def __init__(self, size, dtype):
        self.gain, self.bias = np.ones(size, dtype), np.zeros(size, dtype)
        self.dgain, self.dbias = np.zeros(size, dtype), np.zeros(size, dtype)
        self._mean = np.full(size, 1 / size, dtype)  # a product with it is a row's mean, faster than `mean`
        self._buffers = Buffers()

    def parameters(self):
        return [(self.gain, self.dgain), (self.bias, self.dbias)]

    def forward(self, x, rng=None):
        """x: (B, E) -> (B, E)."""
        self.normal = self._buffers("normal", x.shape, x.dtype)
        np.subtract(x, (x @ self._mean)[:, None], out=self.normal)
        y = self._buffers("y", x.shape, x.dtype)
        variances = np.multiply(self.normal, self.normal, out=y) @ self._mean  # (B, E) @ (E,) -> (B,)
        self.scale = (1 / np.sqrt(variances + x.dtype.type(self.EPSILON)))[:, None]  # (B, 1)
        self.normal *= self.scale
        np.multiply(self.normal, self.gain, out=y)
        y += self.bias
        return y

    def backward(self, dy, need_dx=True):
        """dy: (B, E) -> dx: (B, E). Every number of a row moves the row's mean and its variance, too."""
        dx = self._buffers("dx", dy.shape, dy.dtype)
        ones = np.ones(len(dy), dy.dtype)
        np.matmul(ones, np.multiply(dy, self.normal, out=dx), out=self.dgain)  # (B,) @ (B, E) -> (E,)
        np.matmul(ones, dy, out=self.dbias)
        dnormal = dy * self.gain
        along = np.multiply(dnormal, self.normal, out=dx) @ self._mean  # (B,)
        np.multiply(self.normal, along[:, None], out=dx)
        dx += (dnormal @ self._mean)[:, None]
        np.subtract(dnormal, dx, out=dx)
        dx *= self.scale
        return dx


class Dropout:
    """In training, sets each value to 0 with probability `rate` and scales the rest up so that the mean stays.

    Without a generator (`rng=None`, that is: outside training) it changes nothing. Srivastava et al. 2014.
    """

    def __init__(self, rate):
        self.rate = rate

    def parameters(self):
        return []

    def forward(self, x, rng=None):
        self.mask = None
        if rng is None:
            return x
        kept = rng.random(x.shape, dtype=np.float32) >= self.rate
        self.mask = kept * x.dtype.type(1 / (1 - self.rate))
        return x * self.mask

    def backward(self, dy, need_dx=True):
        return dy if self.mask is None else dy * self.mask


ACTIVATIONS = {"relu": ReLU, "tanh": Tanh}


class Network:
    """Linear layers with an activation (and, if asked for, dropout) after each but the last."""

    def __init__(self, sizes, activation, weight_init, bias_init, dropout, rng, dtype):
        """sizes: features from the input to the logits, for example (384, 512, 65)."""
        sizes = [whole_number("a layer's size", size, 1) for size in listed("sizes", sizes, "numbers")]
        choice("activation", activation, ACTIVATIONS)
        dropout = real_number("dropout", dropout, 0, 0.99)
        self.layers = []
        for fan_in, fan_out in zip(sizes, sizes[1:]):
            if self.layers:
                self.layers.append(ACTIVATIONS[activation]())
                if dropout:
                    self.layers.append(Dropout(dropout))
            W = initial_weights(weight_init, rng, fan_in, fan_out, dtype)
            self.layers.append(Linear(W, initial_biases(bias_init, rng, fan_out, dtype)))

    @property
    def linears(self):
        """The layers that hold weights, from input to output."""
        return [layer for layer in self.layers if isinstance(layer, Linear)]

    def parameters(self):
        return [pair for layer in self.layers for pair in layer.parameters()]

    def forward(self, x, rng=None):
        """x: (B, sizes[0]) -> logits (B, sizes[-1]). `rng` switches dropout on."""
        for layer in self.layers:
            x = layer.forward(x, rng)
        return x

    def backward(self, dlogits, need_dx):
        """dlogits: (B, sizes[-1]) -> gradient of the input, (B, sizes[0]), if `need_dx`."""
        d = dlogits
        for layer in reversed(self.layers):
            d = layer.backward(d, need_dx or layer is not self.layers[0])
        return d

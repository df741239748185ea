"""How a layer's weights and biases begin.

`fan_in` is the number of inputs of a neuron, `fan_out` the number of outputs of the layer. LeCun et al. 1998, Glorot
and Bengio 2010 ("xavier"), He et al. 2015.
"""

import numpy as np

from tinygpt_lib.checks import a_generator, choice, floating

WEIGHT_INITS = {
    "lecun": lambda rng, fan_in, fan_out: rng.normal(0, np.sqrt(1 / fan_in), (fan_in, fan_out)),
    "he": lambda rng, fan_in, fan_out: rng.normal(0, np.sqrt(2 / fan_in), (fan_in, fan_out)),
    "xavier": lambda rng, fan_in, fan_out: rng.normal(0, np.sqrt(2 / (fan_in + fan_out)), (fan_in, fan_out)),
    "uniform_0.5": lambda rng, fan_in, fan_out: rng.uniform(-0.5, 0.5, (fan_in, fan_out)),
    "uniform_1": lambda rng, fan_in, fan_out: rng.uniform(-1, 1, (fan_in, fan_out)),
}

BIAS_INITS = {
    "uniform_0.5": lambda rng, size: rng.uniform(-0.5, 0.5, size),
    "uniform_0.1": lambda rng, size: rng.uniform(-0.1, 0.1, size),
    "zero": lambda rng, size: np.zeros(size),
    "constant_0.1": lambda rng, size: np.full(size, 0.1),
    "constant_0.01": lambda rng, size: np.full(size, 0.01),
}


def initial_weights(name, rng, fan_in, fan_out, dtype=np.float32):
    """Weights of shape (fan_in, fan_out), drawn by the rule `name` from the generator `rng`."""
    rule = WEIGHT_INITS[choice("weight_init", name, WEIGHT_INITS)]
    return rule(a_generator(rng), fan_in, fan_out).astype(floating("dtype", dtype))


def initial_biases(name, rng, size, dtype=np.float32):
    """Biases of shape (size,), by the rule `name`."""
    rule = BIAS_INITS[choice("bias_init", name, BIAS_INITS)]
    return rule(a_generator(rng), size).astype(floating("dtype", dtype))

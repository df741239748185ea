"""The experiments of appendix A1: the original's table of starts, and its two sentences on longer strings."""

import numpy as np

from tinygpt_lib.alphabetize import CHECK_STRINGS, CHECKS_IN_A_ROW, examples, is_trained, random_strings, sorted_right
from tinygpt_lib.course.experiments.alphabetize import sorter, strings_to_trained
from tinygpt_lib.course.experiments.grid import Grid
from tinygpt_lib.initialisation import BIAS_INITS, WEIGHT_INITS
from tinygpt_lib.optimizers import Adam

STEPS_BETWEEN_CHECKS = 10  # steps of 8 strings: a check after every 80 strings


def strings_to_right(seed, length, size, encoding, learning_rate=3e-3, most=400_000):
    """One run with fine checks: how many strings until the first of ten perfect checks (None: not within `most`).

    A check sorts 100 fresh strings, as the original's, but comes after every 80 training strings instead of 1,000. The
    network has 256 hidden units whatever the length and the alphabet.
    """
    model = sorter(seed, length, size, encoding=encoding, hidden=(256,))
    adam, rng, fresh = Adam(model.parameters()), np.random.default_rng(seed), np.random.default_rng([seed, 1])
    shares, every = [], 8 * STEPS_BETWEEN_CHECKS
    for _ in range(most // every):
        for _ in range(STEPS_BETWEEN_CHECKS):
            strings = random_strings(rng, 8, length, size)
            model.loss_and_gradients(*examples(strings, model.pad_id, model.padding))
            adam.step(learning_rate)
        shares.append(sorted_right(model, random_strings(fresh, CHECK_STRINGS, length, size)))
        if is_trained(shares):
            return {"strings": every * (len(shares) - CHECKS_IN_A_ROW + 1)}
    return {"strings": None}


ORIGINAL_NETWORK = {"hidden": (24,), "learning_rate": 1e-2, "most": 300_000}  # 4 x length units, as the original's
START_RATES = (0.1, 0.2, 0.4)
LENGTHS = {"onehot": (6, 8, 12, 16, 24, 32), "raw": (6, 8, 12, 16)}  # with 3 letters
ALPHABETS = {"onehot": (6, 9, 12, 15), "raw": (4, 5)}  # with strings of 6; 3 letters are among the lengths

# The rates with the smallest geometric mean of strings on the pilot's seeds, by alphabetize_start_rates.
START_CHOSEN = {"lecun": 0.2, "uniform_1": 0.2}


def start(weights, rate, **settings):
    """The settings of one start of the original's small network under plain SGD, with biases of zero."""
    network = {"weight_init": weights, "bias_init": "zero", "hidden": (24,)}
    return {**network, "optimizer": "sgd", "learning_rate": rate, **settings}


def growth():
    """Conditions "encoding length size", all with one network and one learning rate."""
    cells = [(encoding, n, 3) for encoding, lengths in LENGTHS.items() for n in lengths]
    cells += [(encoding, 6, n) for encoding, sizes in ALPHABETS.items() for n in sizes]
    return {
        f"{encoding} {length} {size}": {"encoding": encoding, "length": length, "size": size}
        for encoding, length, size in cells
    }


GRIDS = {
    "alphabetize_initialisation": Grid(
        "Which initialisation of weights and biases is trained first?",
        strings_to_trained,
        {
            f"{weights} {biases}": {"weight_init": weights, "bias_init": biases, **ORIGINAL_NETWORK}
            for weights in WEIGHT_INITS
            for biases in BIAS_INITS
        },
        seeds=20,
        sample={**ORIGINAL_NETWORK, "most": 8_000},
        tolerance=0.1,
    ),
    "alphabetize_start_rates": Grid(
        "Which learning rate suits LeCun and uniform weights under plain SGD? (on seeds of their own)",
        strings_to_trained,
        {
            f"{weights} {rate:g}": start(weights, rate, most=200_000, first_seed=100)
            for weights in ("lecun", "uniform_1")
            for rate in START_RATES
        },
        seeds=2,
        sample=start("lecun", 0.1, most=8_000, first_seed=100),
        tolerance=0.1,
    ),
    "alphabetize_starts": Grid(
        "LeCun or uniform weights under plain SGD, each at its own best learning rate",
        strings_to_trained,
        {weights: start(weights, rate, most=400_000) for weights, rate in START_CHOSEN.items()},
        seeds=12,
        sample=start("uniform_1", 0.1, most=8_000),
        tolerance=0.1,
    ),
    "alphabetize_growth": Grid(
        "How does the number of strings grow with their length, and with the size of the alphabet?",
        strings_to_right,
        growth(),
        seeds=5,
        sample={"encoding": "onehot", "length": 8, "size": 4, "most": 3_000},
        tolerance=0.1,
    ),
}  # fmt: skip

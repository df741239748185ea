"""The experiments of notebook 03: how many strings it takes to learn to sort letters."""

import numpy as np

from tinygpt_lib.alphabetize import letters, sorted_right, train_to_sort
from tinygpt_lib.course.experiments.grid import Grid
from tinygpt_lib.initialisation import BIAS_INITS, WEIGHT_INITS
from tinygpt_lib.model import TinyGPT


def sorter(seed, length, size, **settings):
    """An untrained model for strings of `length` over the first `size` letters; padding stands after the input."""
    settings = {"encoding": "raw", "hidden": (128,), "padding": "after", **settings}
    return TinyGPT(letters(size), context=2 * length, seed=seed, **settings)


def strings_to_trained(seed, length=6, size=3, learning_rate=5e-3, optimizer="adam", strings_per_step=8, most=200_000,
                       **network):  # fmt: skip
    """One run: how many strings until "trained" (None: not within `most`), and the shares right at the last checks."""
    model = sorter(seed, length, size, **network)
    strings, shares = train_to_sort(
        model, size, strings_per_step, most, seed, learning_rate=learning_rate, optimizer=optimizer
    )
    return {"strings": strings, "last_shares": shares[-4:]}


def memorised_or_learnt(seed, share, encoding, strings):
    """Train on a random `share` of all strings of length 6 over ABC; how many of the others come out right?"""
    everything = np.array(list(np.ndindex(*[3] * 6)))  # (729, 6)
    np.random.default_rng([seed, 2]).shuffle(everything)
    cut = round(share * len(everything))
    model = sorter(seed, 6, 3, encoding=encoding)
    train_to_sort(model, 3, most=strings, seed=seed, pool=everything[:cut])
    return {"seen": sorted_right(model, everything[:cut]), "unseen": sorted_right(model, everything[cut:])}


ORIGINAL_NETWORK = {"hidden": (24,), "learning_rate": 1e-2, "most": 300_000}  # 4 x length units, as the original's
CORNERS = [("lecun", "zero"), ("lecun", "uniform_0.5"), ("uniform_1", "zero"), ("uniform_1", "uniform_0.5")]
BY_LENGTH = {"learning_rate": 3e-3, "most": 1_000_000}

GRIDS = {
    "alphabetize_bar": Grid(
        "How many strings does it take to sort six letters of ABC, by encoding?",
        strings_to_trained,
        {encoding: {"encoding": encoding} for encoding in ("raw", "onehot")},
        seeds=20,
        sample={"encoding": "onehot", "most": 5_000},
        tolerance=0.1,
    ),
    "alphabetize_memorised": Grid(
        "Does it sort strings it was never trained on?",
        memorised_or_learnt,
        {
            f"{encoding} {share}": {"encoding": encoding, "share": share, "strings": 60_000}
            for encoding in ("raw", "onehot")
            for share in (0.5, 0.2, 0.1, 0.05)
        },
        seeds=10,
        sample={"encoding": "onehot", "share": 0.5, "strings": 5_000},
        tolerance=0.1,
    ),
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
    "alphabetize_sgd": Grid(
        "The corners of the table again, with plain SGD instead of Adam",
        strings_to_trained,
        {
            f"{weights} {biases}": {
                "weight_init": weights, "bias_init": biases, "hidden": (24,), "optimizer": "sgd", "learning_rate": 0.05,
                "most": 400_000,
            }
            for weights, biases in CORNERS
        },
        seeds=20,
        sample={"hidden": (24,), "optimizer": "sgd", "learning_rate": 0.05, "most": 8_000},
        tolerance=0.1,
    ),
    "alphabetize_length": Grid(
        "How does the number of strings grow with their length?",
        strings_to_trained,
        {
            **{
                f"onehot {n}": {"encoding": "onehot", "length": n, "hidden": (4 * n,), **BY_LENGTH}
                for n in (8, 16, 32, 64)
            },
            **{f"raw {n}": {"length": n, "hidden": (256,), **BY_LENGTH} for n in (6, 8, 12, 16, 24, 32)},
        },
        seeds=5,
        sample={"encoding": "onehot", "length": 8, "hidden": (32,), "learning_rate": 3e-3, "most": 6_000},
        tolerance=0.1,
    ),
    "alphabetize_alphabet": Grid(
        "How does the number of strings grow with the size of the alphabet, at length 8?",
        strings_to_trained,
        {
            **{f"onehot {n}": {"encoding": "onehot", "length": 8, "size": n} for n in (3, 6, 9, 12, 15)},
            **{f"raw {n}": {"length": 8, "size": n, "hidden": (256,), **BY_LENGTH} for n in (3, 4, 5, 6)},
        },
        seeds=8,
        sample={"encoding": "onehot", "length": 8, "size": 6, "most": 5_000},
        tolerance=0.1,
    ),
}  # fmt: skip

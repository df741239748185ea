"""The experiments of notebook 03: how many strings it takes to learn to sort letters."""

import numpy as np

from tinygpt_lib.alphabetize import letters, sorted_right, train_to_sort
from tinygpt_lib.course.experiments.grid import Grid
from tinygpt_lib.model import TinyGPT


def sorter(seed, length, size, **settings):
    """An untrained model for strings of `length` over the first `size` letters; padding stands after the input."""
    settings = {"encoding": "raw", "hidden": (128,), "padding": "after", **settings}
    return TinyGPT(letters(size), context=2 * length, seed=seed, **settings)


def strings_to_trained(seed, length=6, size=3, learning_rate=5e-3, optimizer="adam", strings_per_step=8, most=200_000,
                       first_seed=0, **network):  # fmt: skip
    """One run: how many strings until "trained" (None: not within `most`), and the shares right at the last checks.

    The random seed is first_seed + seed: what is chosen on some seeds can be judged on others.
    """
    seed += first_seed
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
}

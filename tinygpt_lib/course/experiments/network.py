"""The experiments of notebook 08: what each choice about a network and its training costs."""

import numpy as np

from tinygpt_lib.course.experiments.grid import Grid
from tinygpt_lib.course.experiments.merging import averaged, averaged_probabilities, copied, shuffled
from tinygpt_lib.course.experiments.text_runs import characters, text_run
from tinygpt_lib.model import TinyGPT
from tinygpt_lib.training import train

# The default of the notebook, from which each condition of `network_choices` departs in one thing.
NETWORK = {"embedding_size": 24, "hidden": (256, 256), "activation": "relu", "weight_init": "lecun",
           "bias_init": "zero", "dropout": 0.0}  # fmt: skip
TRAINING = {"steps": 800, "batch_size": 256, "learning_rate": 4e-3, "optimizer": "adam", "schedule": "linear",
            "weight_decay": 0.0, "min_context": 4, "every": 200}  # fmt: skip
EXAMPLES = TRAINING["steps"] * TRAINING["batch_size"]


def change(**settings):
    """The default with some settings changed, as a condition: every setting is written out, so that it is stored."""
    network, training = dict(NETWORK), dict(TRAINING)
    for name, value in settings.items():
        (network if name in network else training)[name] = value
    return {"network": network, "training": training}


def batches_of(size, **settings):
    """Another batch size, for the same number of examples and of checks."""
    return change(batch_size=size, steps=EXAMPLES // size, every=EXAMPLES // size // 4, **settings)


def narrow(**settings):
    """Another width, at the better of the two rates that `network_choices` tries for it."""
    return change(**{"hidden": (64, 64), "learning_rate": 8e-3, **settings})


def deep(**settings):
    """Another depth: eight hidden layers."""
    return change(hidden=(256,) * 8, **settings)


def trained(seed, network, training):
    """One run on nine tenths of the plays: its curve and two final losses at full windows, in nats.

    "final": over the whole held-out tenth. "final_training": over the first 20,000 characters that were trained on.
    Both are None if the run diverged.
    """
    _, training_ids, held_out = characters()
    model, curve = text_run(seed, network, training)
    measured = curve["ended"] != "diverged"
    return {
        "final": model.loss(held_out) if measured else np.nan,
        "final_training": model.loss(training_ids[:20_000]) if measured else np.nan,
        "size": model.size,
        **curve,
    }


def trained_afresh(seed, network, training):
    """`trained` with the seeds 5, 6, ... in the place of 0, 1, ..."""
    return trained(seed + 5, network, training)


def merged(seed, shared, steps):
    """Two networks, their averages, and what each is worth: losses over 20,000 held-out characters, in nats.

    shared: how many of the `steps` the two have in common before they part and meet examples in another order (None:
    not even the first weights). The common part runs at the full learning rate, which falls to 0 over the rest.
    Returns "line", the loss at nine places on the straight line from one network's weights to the other's;
    "probabilities", that of their averaged probabilities; "both", that of one network that goes on with as many
    examples as the two together; and "reordered", at nine places on the line from one network to a copy of itself
    whose neurons stand in another order.
    """
    tok, training_ids, held_out = characters()
    exam = held_out[:20_000]

    def fresh(seed):
        return TinyGPT(tok, seed=seed, **NETWORK)

    def go_on(model, steps, seed, **settings):
        settings = {**TRAINING, "steps": steps, "seed": seed, "progress": False, **settings}
        if steps:
            train(model, training_ids, **settings)
        return model

    trunk = go_on(fresh(seed), shared or 0, 3 * seed, schedule="constant")
    rest = steps - (shared or 0)
    both = go_on(copied(trunk), rest, 3 * seed + 1, batch_size=2 * TRAINING["batch_size"])
    second = fresh(seed + 1000) if shared is None else copied(trunk)
    second = go_on(second, rest, 3 * seed + 2)
    first = go_on(trunk, rest, 3 * seed + 1)
    mirror = shuffled(first, np.random.default_rng(seed))
    shares = np.linspace(0, 1, 9)
    return {
        "line": [averaged(first, second, share).loss(exam) for share in shares],
        "probabilities": averaged_probabilities(first, second, exam),
        "both": both.loss(exam),
        "reordered": [averaged(first, mirror, share).loss(exam) for share in shares],
    }


GRIDS = {
    "network_choices": Grid(
        "What does each wrong choice cost, against a default that works?",
        trained,
        {
            "default": change(),
            **{f"rate {rate:g}": change(learning_rate=rate) for rate in (5e-4, 1e-3, 2e-3, 8e-3, 1.6e-2, 3.2e-2)},
            "width 64": change(hidden=(64, 64)),
            "width 64, rate 0.008": change(hidden=(64, 64), learning_rate=8e-3),
            "width 128": change(hidden=(128, 128)),
            "width 512": change(hidden=(512, 512)),
            "width 512, rate 0.002": change(hidden=(512, 512), learning_rate=2e-3),
            "1 layer": change(hidden=(256,)),
            "4 layers": change(hidden=(256,) * 4),
            "8 layers": deep(),
            "8 layers, he": deep(weight_init="he"),
            "embedding 8": change(embedding_size=8),
            "weights he": change(weight_init="he"),
            "weights uniform_0.5": change(weight_init="uniform_0.5"),
            "weights uniform_1": change(weight_init="uniform_1"),
            "biases uniform_0.5": change(bias_init="uniform_0.5"),
            "tanh": change(activation="tanh"),
            **{f"SGD {rate:g}": change(optimizer="sgd", learning_rate=rate) for rate in (0.1, 0.4, 1.0, 1.4, 2.0)},
            "batch 64": batches_of(64),
            "batch 64, rate 0.002": batches_of(64, learning_rate=2e-3),
            "batch 1024": batches_of(1024),
            "batch 1024, rate 0.008": batches_of(1024, learning_rate=8e-3),
            "constant rate": change(schedule="constant"),
            "constant rate 0.002": change(schedule="constant", learning_rate=2e-3),
            "cosine": change(schedule="cosine"),
            "dropout 0.1": change(dropout=0.1),
            "dropout 0.3": change(dropout=0.3),
            "weight decay 0.1": change(weight_decay=0.1),
            "weight decay 1": change(weight_decay=1.0),
        },
        seeds=5,
        sample=change(steps=60, every=30),
    ),
    "network_again": Grid(
        "Do the hints among the small prices hold with seeds that had no part in finding them?",
        trained_afresh,
        {
            "default": change(),
            "cosine": change(schedule="cosine"),
            "width 512": change(hidden=(512, 512)),
            "dropout 0.1": change(dropout=0.1),
            "weight decay 0.1": change(weight_decay=0.1),
        },
        seeds=3,
        sample=change(steps=60, every=30),
    ),
    "network_depth": Grid(
        "Is it the rate that eight layers want smaller?",
        trained,
        {
            "8 layers, he, rate 0.001": deep(learning_rate=1e-3, weight_init="he"),
        },
        seeds=3,
        sample=deep(steps=20, every=10),
    ),
    "network_seconds": Grid(
        "What do other shapes and batches reach in the seconds that the default takes?",
        trained,
        {
            # steps such that each took as long as the default on the machine that made the stored results
            "width 64": change(hidden=(64, 64), learning_rate=8e-3, steps=2200),
            "width 128": change(hidden=(128, 128), steps=1450),
            "width 512": change(hidden=(512, 512), steps=330),
            "1 layer": change(hidden=(256,), steps=1150),
            "4 layers": change(hidden=(256,) * 4, steps=450),
            "batch 64": change(batch_size=64, steps=1900),
            "batch 1024": change(batch_size=1024, learning_rate=8e-3, steps=230),
        },
        seeds=5,
        sample=change(hidden=(64, 64), steps=100, every=50),
    ),
    "network_crossing": Grid(
        "Which of two widths is ahead, after how many seconds?",
        trained,
        {
            # whole runs, each with a rate that falls to 0 at its own end; 800 and 2,200 steps are stored above
            **{f"width 64, {n} steps": narrow(steps=n) for n in (1100, 4400, 6600)},
            **{f"width 256, {n} steps": change(steps=n) for n in (400, 1600, 2400)},
            "width 64, 6600 steps, rate 0.004": narrow(steps=6600, learning_rate=4e-3),
        },
        seeds=5,
        sample=narrow(steps=120, every=60),
    ),
    "network_five_minutes": Grid(
        "How far does a network of this kind get in five minutes of training on one core?",
        trained,
        {
            "2 x 512": change(
                hidden=(512, 512), steps=10_500, batch_size=512, learning_rate=3e-3, weight_decay=0.2, every=500
            )
        },
        seeds=3,
        sample=change(hidden=(512, 512), steps=20, batch_size=512, learning_rate=3e-3, weight_decay=0.2, every=10),
    ),
    "network_merging": Grid(
        "What is the average of two networks worth?",
        merged,
        {
            "two starts": {"shared": None, "steps": 800},
            **{f"{shared} steps shared": {"shared": shared, "steps": 800} for shared in (0, 100, 400)},
        },
        seeds=5,
        sample={"shared": 20, "steps": 50},
        tolerance=0.05,
    ),
}  # fmt: skip

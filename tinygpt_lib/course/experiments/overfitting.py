"""The experiments of notebook 08 on a tenth of the text: where over-fitting starts, and what holds it back."""

from tinygpt_lib.course.experiments.grid import Grid
from tinygpt_lib.course.experiments.network import change
from tinygpt_lib.course.experiments.text_runs import first_part, text_run


def tenth(**settings):
    """A condition on a tenth of the text: at a constant rate, unless told otherwise."""
    settings = {"steps": 1000, "batch_size": 512, "learning_rate": 3e-3, "schedule": "constant", **settings}
    return change(every=50, **settings)


def on_a_tenth(seed, network, training):
    """The curve of one run on the first tenth of the plays."""
    return text_run(seed, network, training, first_part(0.1))[1]


GRIDS = {
    "network_overfitting": Grid(
        "Where does over-fitting start, on a tenth of the text, and what holds it back?",
        on_a_tenth,
        {
            **{f"width {width}": tenth(hidden=(width, width)) for width in (32, 64, 128, 256, 512)},
            **{f"dropout {rate:g}": tenth(dropout=rate) for rate in (0.2, 0.4)},
            **{f"weight decay {decay:g}": tenth(weight_decay=decay) for decay in (0.3, 1.0, 3.0)},
            "both": tenth(dropout=0.2, weight_decay=1.0),
        },
        seeds=3,
        sample=tenth(hidden=(64, 64), steps=150),
    ),
    "network_falling": Grid(
        "How much of a brake's gain does a falling rate bring without one?",
        on_a_tenth,
        {
            **{f"no brake, {n} steps": tenth(schedule="linear", steps=n) for n in (300, 650, 1000)},
            **{f"weight decay 1, {n} steps": tenth(schedule="linear", steps=n, weight_decay=1.0) for n in (650, 1000)},
            "weight decay 3, 1000 steps": tenth(schedule="linear", steps=1000, weight_decay=3.0),
            # as above, with more seeds
            "constant rate, no brake": tenth(),
            "constant rate, weight decay 1": tenth(weight_decay=1.0),
        },
        seeds=6,
        sample=tenth(schedule="linear", hidden=(64, 64), steps=150),
    ),
}

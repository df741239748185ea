"""The experiments of appendix A2 on what changed from the original's way of learning a tenth of the plays to ours."""

import time

import numpy as np

from tinygpt_lib.course.experiments.feeding import text_model
from tinygpt_lib.course.experiments.grid import Grid
from tinygpt_lib.course.experiments.original_runs import LENGTHS, OURS
from tinygpt_lib.course.experiments.text_runs import characters, first_part
from tinygpt_lib.course.experiments.windows import by_length
from tinygpt_lib.training import train


def ablation(seed, network, optimizer, batch_size, rates, examples):
    """Train on 10 % of the plays for a fixed number of examples, at the best of some learning rates.

    Each rate is tried on a tenth of the examples; the one with the smallest loss at the end of that goes on, afresh.
    """
    ids, held_out, steps = first_part(0.1), characters()[2], examples // batch_size

    def trained(steps, every, rate):
        model, began = text_model(seed, **network), time.process_time()
        history = train(
            model, ids, held_out, steps=steps, every=every, learning_rate=rate, seed=seed, progress=False,
            optimizer=optimizer, batch_size=batch_size,
        )  # fmt: skip
        return model, history, time.process_time() - began

    losses = []
    for rate in rates:
        _, history, _ = trained(steps // 10, max(steps // 20, 1), rate)
        losses.append(history.loss[-1] if history.ended == "finished" else np.inf)
    rate = rates[int(np.argmin(losses))]
    model, history, seconds = trained(steps, steps // 10, rate)
    return {
        "rate": rate, "examples": history.examples, "loss": history.loss,
        "accuracy": by_length(model, ids, LENGTHS)[1], "seconds": seconds, "size": model.size,
    }  # fmt: skip


ORIGINAL_WAY = {
    "network": {"encoding": "raw", "padding": "after", "hidden": 8 * (260,)},
    "optimizer": "sgd", "batch_size": 16, "rates": (1e-3, 1e-2, 1e-1), "examples": 160_000,
}  # fmt: skip
BY_ADAM = {"optimizer": "adam", "batch_size": 512, "rates": (3e-4, 1e-3, 4e-3)}


def changed(way=None, **network):
    """The original's way with some things changed."""
    return {**ORIGINAL_WAY, **(way or {}), "network": {**ORIGINAL_WAY["network"], **network}}


def in_our_way(optimizer, batch_size, examples, *rates):
    """Our network, by one optimizer and one size of batch, on so many examples."""
    network = {"encoding": "embedding", **OURS}
    return {
        "network": network, "optimizer": optimizer, "batch_size": batch_size, "rates": rates, "examples": examples,
    }  # fmt: skip


GRIDS = {
    "windows_original_way": Grid(
        "From the original's way to ours on a tenth of the plays: which change does what?",
        ablation,
        {
            "original's way": ORIGINAL_WAY,
            "+ padding before": changed(padding="before"),
            "+ embedding": changed(padding="before", encoding="embedding", embedding_size=16),
            "+ Adam, batches of 512": changed(BY_ADAM, padding="before", encoding="embedding", embedding_size=16),
            "+ one wide layer (ours)": changed(BY_ADAM, encoding="embedding", **OURS),
            "ours, SGD": changed(encoding="embedding", **OURS),
            "ours, padding after": changed(BY_ADAM, encoding="embedding", **{**OURS, "padding": "after"}),
            "ours, standardised ids": changed(
                {**BY_ADAM, "rates": (1e-3, 4e-3, 1e-2, 3e-2)}, **{**OURS, "encoding": "standardized"}
            ),
            "ours, raw ids": changed(
                {**BY_ADAM, "rates": (1e-3, 4e-3, 1e-2, 3e-2)}, **{**OURS, "encoding": "raw"}
            ),
        },
        seeds=3,
        sample=changed(BY_ADAM, encoding="embedding", **OURS) | {"examples": 20_480},
        tolerance=0.05,
    ),
    "windows_equal_clock": Grid(
        "Our network: which optimizer, which batch, for 6 processor seconds?",
        ablation,
        {
            "SGD, 16": in_our_way("sgd", 16, 60_000, 0.03, 0.1, 0.3, 1.0),
            "SGD, 512": in_our_way("sgd", 512, 164_352, 0.1, 0.3, 1.0, 3.0),
            "Adam, 16": in_our_way("adam", 16, 33_120, 1e-4, 3e-4, 1e-3, 4e-3),
            "Adam, 512": in_our_way("adam", 512, 164_352, 1e-3, 4e-3, 1e-2, 2e-2),
        },
        seeds=3,
        sample=in_our_way("adam", 512, 20_480, 4e-3),
        tolerance=0.05,
    ),
}  # fmt: skip

"""The experiments of notebook 13: a GPT by seconds, by size and length of training, and on a small text."""

import numpy as np

from tinygpt_lib.course.experiments.exams import exam_loss
from tinygpt_lib.course.experiments.grid import Grid
from tinygpt_lib.course.experiments.text_runs import characters, text_run
from tinygpt_lib.model import TinyGPT
from tinygpt_lib.transformer import GPT

CHECKS = 10


def run(seed, network, training, text="all", checks=CHECKS, first_seed=0, choosing=False):
    """Train a GPT, or a TinyGPT if its network has hidden layers, on nine tenths of the plays.

    Returns "exam": nats on the held-out tenth, each character from place 128 on once; "training_loss", the mean of the
    last checks; "seconds", of the processor; "size", "steps", and at each of the checks, "curve", the held-out loss on
    a sample. text "tenth": the first tenth of what is trained on. choosing: rates are chosen on the first eight tenths
    and judged on the ninth.
    """
    tok, ids, held_out = characters()
    cut = len(ids) * 8 // 9
    kind = TinyGPT if "hidden" in network else GPT
    model = kind(tok, seed=seed + first_seed, **network)
    exam = ids[cut:] if choosing else held_out
    ids = ids[:cut] if choosing else ids if text == "all" else ids[: len(ids) // 9]
    training = {"every": training["steps"] // checks, **training}
    model, curve = text_run(seed + first_seed, None, training, ids, model)
    ended = curve["ended"] != "diverged"
    return {
        "exam": exam_loss(model, exam) if ended else np.nan,
        "training_loss": curve["loss"][-1], "seconds": curve["seconds"][-1], "size": model.size,
        "steps": training["steps"], "curve": curve["held_out"],
    }  # fmt: skip


def settings(network, steps, rate, batch_size=512, schedule="warmup", weight_decay=0.1, **more):
    training = {"steps": steps, "batch_size": batch_size, "learning_rate": rate, "schedule": schedule,
                "weight_decay": weight_decay}  # fmt: skip
    return {"network": network, "training": training, **more}


def gpt(width, layers, context=64, **more):
    return {"context": context, "width": width, "heads": 4, "layers": layers, "positions": "rotary", **more}


def slots(hidden, steps, rate, batch_size, weight_decay=0.0, **more):
    """The feed-forward network of notebooks 05 and 08, its rate falling from the start on."""
    training = {"steps": steps, "batch_size": batch_size, "learning_rate": rate, "schedule": "linear",
                "weight_decay": weight_decay, "min_context": 4}  # fmt: skip
    return {"network": {"hidden": hidden}, "training": training, **more}


# Steps such that a run took about so many processor seconds on the busy machine that made the stored results.
CHOSEN = {"gpt 30": 8e-3, "gpt 300": 3e-3, "slots 30": 4e-3}  # by gpt_time_rates
TRIAL = {"first_seed": 100, "choosing": True}
SMALL, LARGE = gpt(64, 2), gpt(96, 3)

GRIDS = {
    "gpt_time_rates": Grid(
        "Which learning rate suits a short run? (other seeds, other text)",
        run,
        {
            **{f"gpt 30, rate {rate}": settings(SMALL, 2100, rate / 1000, **TRIAL) for rate in (4, 8)},
            **{f"slots 30, rate {rate}": slots((256, 256), 3000, rate / 1000, 256, **TRIAL) for rate in (4, 8)},
        },
        seeds=1,
        sample=settings(SMALL, 20, 4e-3, checks=2, **TRIAL),
        tolerance=0.05,
    ),
}

PLANNED = {  # not run yet: each needs a quiet core for a while
    "gpt_time": Grid(
        "A GPT and the feed-forward network at the same seconds of one core",
        run,
        {
            "gpt 30": settings(SMALL, 2100, CHOSEN["gpt 30"]),
            "gpt 100": settings(gpt(96, 2), 4000, CHOSEN["gpt 300"]),
            "gpt 300": settings(LARGE, 9000, CHOSEN["gpt 300"]),
            "slots 30": slots((256, 256), 3000, CHOSEN["slots 30"], 256),
            "slots 100": slots((512, 512), 2800, 3e-3, 512, 0.2),
        },
        seeds=3,
        sample=slots((32,), 40, 4e-3, 256, checks=2),
        tolerance=0.05,
    ),
    "gpt_scale": Grid(
        "How does the loss fall with the size of a GPT and with the length of its training?",
        run,
        {
            f"{width}, {tokens}": settings(gpt(width, 2), 1000 * tokens // 512, 16e-3 * (8 / width) ** 0.5)
            for width in (16, 32, 64, 128)
            for tokens in (256, 512, 1024, 2048)  # thousands of characters
        },
        seeds=3,
        sample=settings(gpt(16, 2), 20, 8e-3, checks=2),
        tolerance=0.05,
    ),
    "gpt_regularised": Grid(
        "A small text, a tenth of the usual one: dropout, weight decay, or stopping early?",
        run,
        {
            name: settings(
                gpt(96, 2, dropout=more.pop("dropout", 0.0)), more.pop("steps", 3000), 4e-3, text="tenth", **more
            )
            for name, more in {
                "nothing": {"weight_decay": 0.0},
                "stopped early": {"weight_decay": 0.0, "steps": 1000},
                "decay 1": {"weight_decay": 1.0},
                "dropout 0.1": {"weight_decay": 0.0, "dropout": 0.1},
                "dropout 0.3": {"weight_decay": 0.0, "dropout": 0.3},
            }.items()
        },
        seeds=3,
        sample=settings(gpt(16, 2, dropout=0.3), 20, 8e-3, checks=2, text="tenth"),
        tolerance=0.05,
    ),
}

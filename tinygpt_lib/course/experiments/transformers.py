"""The experiments of notebook 13: a GPT by seconds, by size and length of training, and on a small text."""

import numpy as np

from tinygpt_lib.course.experiments.exams import exam_loss
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


GRIDS = {}

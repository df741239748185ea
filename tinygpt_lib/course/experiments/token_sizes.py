"""The experiment of notebook 07 on tokens: how much text should one hold, and what does more text in it change?"""

import numpy as np

from tinygpt_lib.course.experiments.grid import Grid
from tinygpt_lib.course.experiments.rates import CASES
from tinygpt_lib.course.experiments.text_runs import one_layer_run, tokens


def token_length(seed, vocab_size, steps=600, context=16):
    """Train on tokens of some vocabulary, full windows only; nats per token and bits per byte of the last tenth."""
    tok, ids, held_out, n_bytes = tokens(vocab_size)
    exam = np.concatenate([ids[-context:], held_out])  # so that every held-out token has a full window before it

    def examine(model):
        return model.evaluate(exam).loss * len(held_out) / n_bytes / np.log(2)

    model, curve = one_layer_run(seed, tok, ids, steps, 4e-3, examine, context)
    result = model.evaluate(exam)
    return {
        "examples": curve["examples"], "seconds": curve["seconds"], "bits_per_byte": curve["exam"],
        "nats_per_token": result.loss, "accuracy": result.accuracy, "bytes_per_token": n_bytes / len(held_out),
        "size": model.size,
    }  # fmt: skip


GRIDS = {
    "windows_tokens": Grid(
        "How much text should a token hold?",
        token_length,
        {
            **{f"{size:,}": {"vocab_size": size} for size in (65, 256, 1024, 4096)},
            "65, longer": {"vocab_size": 65, "steps": 7200},  # about as many seconds as 4,096 takes
            "65, as much to guess": CASES["65, longer"],
            "1,024, narrow": CASES["1,024, narrow"],
        },
        seeds=3,
        sample={"vocab_size": 128, "steps": 60},
        tolerance=0.05,
    ),
}

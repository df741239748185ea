"""The experiment of notebook 07 on tokens: how much text should one hold, and what does more text in it change?"""

import numpy as np

from tinygpt_lib.course.experiments.grid import Grid
from tinygpt_lib.course.experiments.rates import CASES, RATES
from tinygpt_lib.course.experiments.text_runs import one_layer_run, tokens


def token_length(seed, vocab_size, rate, steps=600, context=16, hidden=256):
    """Train on tokens of some vocabulary, full windows only; nats per token and bits per byte of the last tenth."""
    tok, ids, held_out, n_bytes = tokens(vocab_size)
    exam = np.concatenate([ids[-context:], held_out])  # so that every held-out token has a full window before it

    def examine(model):
        return model.evaluate(exam).loss * len(held_out) / n_bytes / np.log(2)

    model, curve = one_layer_run(seed, tok, ids, steps, rate, examine, context, hidden=hidden)
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
        {case: {**settings, "rate": RATES[case]} for case, settings in CASES.items() if "vocab_size" in settings},
        seeds=3,
        sample={"vocab_size": 128, "rate": 8e-3, "steps": 60},
        tolerance=0.05,
    ),
}

"""Which learning rate suits which window and which vocabulary, tried where nothing is judged afterwards."""

from tinygpt_lib.course.experiments.grid import Grid
from tinygpt_lib.course.experiments.text_runs import characters, one_layer_run, tokens


def rate_trial(seed, rate, steps, vocab_size=None, **settings):
    """Train on eight tenths of the plays at one learning rate, full windows only; the loss on the ninth tenth, in nats.

    vocab_size None: characters. The seeds are 100 and up: others than those of the runs that are judged.
    """
    tok, ids, *_ = characters() if vocab_size is None else tokens(vocab_size)
    cut = len(ids) * 8 // 9
    model, _ = one_layer_run(seed + 100, tok, ids[:cut], steps, rate, lambda model: 0.0, checks=1, **settings)
    return {"loss": model.evaluate(ids[cut:]).loss}


CASES = {
    **{f"window {n}": {"context": n, "steps": 800} for n in (4, 8, 16, 32)},
    **{f"window {n}, longer": {"context": n, "steps": 4_000} for n in (4, 8, 16)},
    **{f"{size:,}": {"vocab_size": size, "steps": 600} for size in (65, 256, 1024)},
    # what 1,024 has more of than 65: text to guess, and text in view
    "65, longer": {"vocab_size": 65, "steps": 1_416},  # as many bytes as 1,024 in 600
    "1,024, narrow": {"vocab_size": 1024, "steps": 600, "context": 7},  # as many bytes in view as 65
}
# The rates tried for each case, in thousandths: at least one on each side of the best.
TRIED = {
    "window 4": (4, 8, 16, 32), "window 8": (4, 8, 16, 32), "window 16": (4, 8, 16, 32), "window 32": (4, 8, 16, 32),
    "window 4, longer": (2, 4, 8, 16), "window 8, longer": (2, 4, 8, 16), "window 16, longer": (2, 4, 8, 16),
    "65": (8, 16, 32), "256": (4, 8, 16), "1,024": (4, 8, 16), "65, longer": (4, 8, 16), "1,024, narrow": (8, 16, 32),
}  # fmt: skip

GRIDS = {
    "windows_rates": Grid(
        "Which learning rate is the best for each window and each vocabulary?",
        rate_trial,
        {
            f"{case}, rate {rate / 1000:g}": {**CASES[case], "rate": rate / 1000}
            for case, rates in TRIED.items()
            for rate in rates
        },
        seeds=1,
        sample={"context": 8, "steps": 40, "rate": 8e-3},
        tolerance=0.05,
    ),
}

"""The experiments of notebook 07 on windows: where they start, how long contexts are, and how wide the window is."""

import numpy as np

from tinygpt_lib.course.experiments.grid import Grid
from tinygpt_lib.course.experiments.text_runs import characters, first_part, text_run
from tinygpt_lib.windows import STARTS, gather

LENGTHS = (1, 2, 3, 4, 6, 8, 12, 16)  # the context lengths at which a model is examined


def spread_examples(ids, model, length, most=10_000):
    """At most `most` positions, spread evenly over a text, with `length` tokens before them: (n, context), (n,)."""
    ends = np.unique(np.linspace(length, len(ids) - 1, most).astype(int))
    lengths = np.full(len(ends), length)
    return gather(ids, ends, lengths, model.context, model.pad_id, model.padding), ids[ends]


def by_length(model, ids, lengths=LENGTHS, most=10_000):
    """Loss and accuracy at each number of tokens of context: two lists, in the order of `lengths`."""
    results = [model.evaluate_batches([spread_examples(ids, model, n, most)]) for n in lengths]
    return [result.loss for result in results], [result.accuracy for result in results]


def started(seed, windows, share=None, steps=600, hidden=(256,)):
    """Train with one way to place windows, on the first `share` of the plays or (None) the first nine tenths.

    `seen_places` and `other_places`: accuracy on the text itself at full windows, at positions 16, 32, 48, ... (where
    full windows end when each begins a multiple of 16 from the text's start) and at all the others. `by_tenth`: the
    same accuracy in each tenth of the text.
    """
    ids = characters()[1] if share is None else first_part(share)
    training = {"steps": steps, "every": steps, "learning_rate": 4e-3, "windows": windows}
    model, curve = text_run(seed, {"hidden": hidden}, training, ids)
    windows16 = np.lib.stride_tricks.sliding_window_view(ids, 17)[:20_000]
    right = model.logits(windows16[:, :16]).argmax(axis=1) == windows16[:, 16]
    seen = np.arange(len(right)) % 16 == 0
    contexts, targets = spread_examples(ids, model, 16)
    guessed = model.logits(contexts).argmax(axis=1) == targets
    return {
        "held_out": by_length(model, characters()[2])[0],
        "own_accuracy": by_length(model, ids)[1],
        "seen_places": float(right[seen].mean()),
        "other_places": float(right[~seen].mean()),
        "by_tenth": [float(tenth.mean()) for tenth in np.array_split(guessed, 10)],
        "seconds": curve["seconds"][-1],
    }


def drawn_lengths(seed, min_context=1, substring=16, steps=600):
    """Train with one way to draw context lengths; the held-out loss at each length."""
    training = {
        "steps": steps, "every": steps, "learning_rate": 4e-3, "min_context": min_context, "substring": substring,
    }  # fmt: skip
    model, curve = text_run(seed, {"hidden": (256,)}, training)
    return {"held_out": by_length(model, characters()[2])[0], "seconds": curve["seconds"][-1]}


def two_exams(seed, min_context, steps=800, every=50):
    """Accuracy on 1 % of the plays as training goes: on the examples it trains on, and on every context length.

    "own": the running accuracy since the check before. "full", "all_lengths": the model as it is at the check.
    """
    ids, full, all_lengths = first_part(0.01), [], []

    def examine(model, step):
        accuracies = by_length(model, ids, range(1, 17), most=1_500)[1]
        full.append(accuracies[-1])
        all_lengths.append(float(np.mean(accuracies)))

    training = {
        "steps": steps, "every": every, "learning_rate": 4e-3, "schedule": "constant", "min_context": min_context,
        "on_check": examine,
    }  # fmt: skip
    _, curve = text_run(seed, {"hidden": (256,)}, training, ids)
    return {"examples": curve["examples"], "own": curve["accuracy"], "full": full, "all_lengths": all_lengths}


def window_size(seed, context, min_context, steps=800):
    """Train with a window of `context` characters; the held-out loss at full windows.

    `final` asks every window, up to 32, for the very same characters. `held_out`, as training goes, does not: it is
    measured on a sample of positions that begins where the window is full for the first time.
    """
    training = {"steps": steps, "every": steps // 10, "learning_rate": 4e-3, "min_context": min_context}
    network = {"context": context, "hidden": (256,)}
    model, curve = text_run(seed, network, training)
    held_out = characters()[2][32 - context :]  # whatever the window, the same characters are to be guessed
    curve["final"] = model.evaluate(held_out).loss
    return {key: curve[key] for key in ("examples", "seconds", "held_out", "final")} | {"size": model.size}


GRIDS = {
    "windows_start": Grid(
        "Does it matter where windows start?",
        started,
        {
            **{f"1 % {way}": {"windows": way, "share": 0.01, "hidden": (384,)} for way in STARTS},
            **{f"90 % {way}": {"windows": way} for way in STARTS},
        },
        seeds=5,
        sample={"windows": "sequential", "share": 0.01, "steps": 60},
        tolerance=0.05,
    ),
    "windows_length": Grid(
        "How long should contexts be in training: minimum context, and length of the substring?",
        drawn_lengths,
        {
            **{f"minimum {n}": {"min_context": n} for n in (1, 4, 8, 16)},
            **{f"substring {n}": {"substring": n} for n in (64, 256, 1024)},
        },
        seeds=5,
        sample={"substring": 64, "steps": 60},
        tolerance=0.05,
    ),
    "windows_quicker": Grid(
        "Is a model with a higher minimum context trained more quickly?",
        two_exams,
        {f"minimum {n}": {"min_context": n} for n in (1, 4, 8, 16)},
        seeds=5,
        sample={"min_context": 16, "steps": 50, "every": 25},
        tolerance=0.05,
    ),
    "windows_context": Grid(
        "How large should the window be?",
        window_size,
        {
            **{f"{n} full": {"context": n, "min_context": n} for n in (4, 8, 16)},
            **{f"{n} full, longer": {"context": n, "min_context": n, "steps": 4_000} for n in (4, 8, 16)},
        },
        seeds=5,
        sample={"context": 8, "min_context": 8, "steps": 50},
        tolerance=0.05,
    ),
}

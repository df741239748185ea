"""The experiments of appendix A2 on the original's Shakespeare runs: 0.05 %, 1 %, 10 % and 100 % of the text."""

import time

import numpy as np

from tinygpt_lib.course.experiments.grid import Grid
from tinygpt_lib.course.experiments.text_runs import characters, first_part
from tinygpt_lib.course.experiments.windows import by_length
from tinygpt_lib.course.measures.ceilings import ceiling
from tinygpt_lib.course.measures.originality import copied_share
from tinygpt_lib.generation import generate
from tinygpt_lib.loss import softmax
from tinygpt_lib.model import TinyGPT
from tinygpt_lib.training import train
from tinygpt_lib.windows import Windows

LENGTHS = range(1, 17)
IN_A_ROW = 64  # the longest stretch of right characters that is counted


class RunningTable:
    """Accuracy by context length and the right token's rank, accumulated over a whole run of training.

    At every call it takes 1,024 examples, drawn as those of the training, and asks the model as it is: a sample of all
    the examples of the run, each seen by the model at that stage.
    """

    def __init__(self, ids):
        tok = characters()[0]
        self.draw = Windows(ids, 16, tok.pad_id)
        self.rng, self.pad_id = np.random.default_rng(7), tok.pad_id
        self.right, self.asked = np.zeros(17, int), np.zeros(17, int)
        self.ranks = np.zeros(tok.vocab_size, int)

    def __call__(self, model):
        contexts, targets, _ = self.draw(self.rng, 1024)
        logits = model.logits(contexts)
        of_target = logits[np.arange(len(targets)), targets]
        ranks = (logits > of_target[:, None]).sum(axis=1)  # 0: the right token is the first guess
        lengths = (contexts != self.pad_id).sum(axis=1)
        self.asked += np.bincount(lengths, minlength=17)
        self.right += np.bincount(lengths[ranks == 0], minlength=17)
        self.ranks += np.bincount(ranks, minlength=len(self.ranks))

    def results(self):
        return {
            "running": (self.right / np.maximum(self.asked, 1))[1:],
            "ranks": self.ranks / max(self.ranks.sum(), 1),
        }


def in_a_row(model, ids):
    """The chance to get 1, 2, ..., 64 characters right in a row, from an average place of a text (ids).

    Before the first slip a model that writes sees windows of the text itself, so nothing need be written: of each
    character it is enough to know whether it is the best guess, and its probability. Two arrays (64,): for one who
    takes the best guess each time, and for one who draws.
    """
    windows = np.lib.stride_tricks.sliding_window_view(ids, model.context + 1)
    best, drawn = [], []
    for part in np.array_split(windows, len(windows) // 4096 + 1):
        p, targets = softmax(model.logits(part[:, :-1])), part[:, -1]
        best.append(p.argmax(axis=1) == targets)
        drawn.append(p[np.arange(len(p)), targets])
    chances = []
    for each in (np.concatenate(best).astype(float), np.concatenate(drawn)):
        chance, row = np.ones(len(each)), []
        for n in range(IN_A_ROW):
            chance = chance[: len(each) - n] * each[n:]  # of the places with n characters and one more after them
            row.append(chance.mean())
        chances.append(np.array(row))
    return chances


def on_itself(seed, share, network, steps, every, learning_rate=4e-3, stream=0):
    """Train on the first `share` of the plays and examine the model on those pages themselves.

    The curve: accuracy at full windows and its mean over the context lengths 1 to 16 (on 3,000 positions each), and the
    held-out loss, at each check; `seconds` are those of training alone. Then the accuracy at each length at the end (on
    at most 30,000 positions), the same as a running average over the whole run, and a stream of characters.
    """
    (tok, _, held_out), ids = characters(), first_part(share)
    model, table = TinyGPT(tok, seed=seed, **network), RunningTable(ids)
    curve = {key: [] for key in ("examples", "seconds", "full", "all_lengths", "held_out")}
    began, spent = time.process_time(), 0.0  # processor seconds; those spent on examining are taken off

    def examine(model, step):
        nonlocal spent
        started = time.process_time()
        table(model)
        if step % every == 0:
            accuracies = by_length(model, ids, LENGTHS, most=3_000)[1]
            values = (step * 512, started - began - spent, accuracies[-1], float(np.mean(accuracies)))
            for key, value in zip(curve, (*values, by_length(model, held_out, [16])[0][0])):
                curve[key].append(value)
        spent += time.process_time() - started

    train(
        model, ids, steps=steps, every=every // 20, learning_rate=learning_rate, seed=seed, progress=False,
        on_check=examine,
    )  # fmt: skip
    final = by_length(model, ids, LENGTHS, most=30_000)[1]
    run = {**curve, "final": final, **table.results(), "size": model.size}
    if stream:
        prompt = tok.decode(ids[:16])  # the first 16 characters of the text
        run["stream"] = generate(model, prompt, stream, seed=seed)[len(prompt) :]
    return run


def after_the_end(seed, windows, steps=300, streams=5):
    """Learn 0.05 % of the plays by heart, write on from its start: how much of what it writes stands in the text?"""
    (tok, _, _), ids = characters(), first_part(0.0005)
    text, model = tok.decode(ids), TinyGPT(tok, hidden=(256, 256, 128), seed=seed)
    settings = {"steps": steps, "batch_size": 128, "min_context": 8, "windows": windows, "seed": seed}
    train(model, ids, progress=False, **settings)
    written = [generate(model, text[:16], 1_000, seed=n)[16:] for n in range(streams)]
    return {
        "accuracy": by_length(model, ids, LENGTHS)[1],
        "copied": [copied_share(stream, text) for stream in written],
    }


def ceilings(seed, share, lengths=16):
    """The best accuracy any model could reach on the first `share` of the plays, at each context length."""
    text = characters()[0].decode(first_part(share))
    return {"ceiling": [ceiling(text, n) for n in range(1, lengths + 1)]}


OURS = {"embedding_size": 16, "padding": "before", "hidden": (1024,)}

GRIDS = {
    "windows_ceilings": Grid(
        "What is the best accuracy any model could reach on a text it may learn by heart?",
        ceilings,
        {f"{100 * share:g} %": {"share": share} for share in (0.01, 0.1, 1.0)},
        seeds=1,
        sample={"share": 0.01},
        tolerance=0.001,
    ),
    "windows_after_the_end": Grid(
        "A text learnt by heart ends. What does the model write then, if windows do or do not reach round its end?",
        after_the_end,
        {windows: {"windows": windows} for windows in ("random", "wrap")},
        seeds=5,
        sample={"windows": "wrap", "steps": 100, "streams": 1},
        tolerance=0.1,
    ),
    "windows_ten_percent": Grid(
        "Does a network learn a tenth of the plays?",
        on_itself,
        {"10 %": {"share": 0.1, "network": OURS, "steps": 12_000, "every": 1_000, "stream": 1_000}},
        seeds=2,
        sample={"share": 0.1, "network": {"hidden": (128,)}, "steps": 40, "every": 20},
        tolerance=0.05,
    ),
    "windows_one_percent": Grid(
        "How near does a network come to the ceiling of a hundredth of the plays?",
        on_itself,
        {"1 %": {"share": 0.01, "network": {"hidden": (512,)}, "steps": 5_000, "every": 200, "stream": 1_000}},
        seeds=3,
        sample={"share": 0.01, "network": {"hidden": (512,)}, "steps": 60, "every": 20},
        tolerance=0.05,
    ),
    "windows_hundred_percent": Grid(
        "Why does one small layer not learn all the plays by heart?",
        on_itself,
        {
            **{
                f"hidden {size}": {
                    "share": 1.0, "network": {"embedding_size": 16, "hidden": (size,)}, "steps": 2_000, "every": 200,
                    "stream": 1_000,
                }
                for size in (64, 256, 1024)
            },
            **{
                f"hidden {size}, longer": {
                    "share": 1.0, "network": {"embedding_size": 16, "hidden": (size,)}, "steps": 10_000, "every": 1_000,
                    "stream": 1_000,
                }
                for size in (64, 1024)
            },
        },
        seeds=3,
        sample={"share": 1.0, "network": {"embedding_size": 16, "hidden": (64,)}, "steps": 40, "every": 20},
        tolerance=0.05,
    ),
}  # fmt: skip

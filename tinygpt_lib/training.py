"""The training loop: draw a batch, measure the loss, push every parameter a little downhill, again and again."""

import math
import time
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from threadpoolctl import threadpool_limits
from tqdm.auto import tqdm

from tinygpt_lib.checks import a_function, a_model, choice, flag, real_number, token_ids, whole_number
from tinygpt_lib.every_position import NO_TARGET
from tinygpt_lib.interrupts import held_off
from tinygpt_lib.optimizers import OPTIMIZERS

SCHEDULES = {
    "constant": lambda progress: 1.0,
    "linear": lambda progress: 1.0 - progress,
    "cosine": lambda progress: 0.5 + 0.5 * math.cos(math.pi * progress),
    "warmup": lambda progress: progress / 0.05 if progress < 0.05 else (1.0 - progress) / 0.95,
}
VALID_EXAMPLES = 8192  # a check measures at most so many tokens of the validation text, spread evenly, always the same


@dataclass
class History:
    """What a training run measured, a value per check. Training figures are means since the check before."""

    step: list = field(default_factory=list)
    seconds: list = field(default_factory=list)
    examples: list = field(default_factory=list)
    loss: list = field(default_factory=list)
    accuracy: list = field(default_factory=list)
    valid_loss: list = field(default_factory=list)
    valid_accuracy: list = field(default_factory=list)
    ended: str = "finished"  # or "interrupted", "diverged", "on_check"; "running" while it runs

    def append(self, measured):
        """Add the values of one check, {name: value}."""
        for name, value in measured.items():
            getattr(self, name).append(value)

    def __str__(self):
        if not self.step:
            return f"{self.ended} before the first check"
        valid = f", validation loss {self.valid_loss[-1]:.2f}" if self.valid_loss else ""
        return f"{self.ended} after {self.step[-1]:,} steps: training loss {self.loss[-1]:.2f}{valid} nats"


def train(model, data, valid_ids=None, steps=2000, batch_size=512, learning_rate=3e-3, optimizer="adam",
          schedule="linear", weight_decay=0.0, windows="random", min_context=1, seed=0,
          every=100, on_check=None, progress=True, substring=None, watch=None):  # fmt: skip
    """Train `model` in place and return its History.

    data: ids of a text, or a function draw(rng, n) -> contexts (n, context), targets (n,), weights (n,); for a model
    that learns at every place of a window (see `LanguageModel`) as many rows as hold n targets: (b, context) each.
    valid_ids: held-out ids; at each check the loss on a fixed sample of them is measured.
    steps, batch_size: how many batches of how many examples (a context and its next token: a target).
    schedule: "linear" lets the learning rate fall to 0 over the run, "cosine" too, slowly at both ends; "constant"
    keeps it; "warmup" lets it rise over the first twentieth, and then fall as "linear" does.
    weight_decay: times the learning rate, the share taken off each weight at each step (Loshchilov and Hutter 2019).
    windows, min_context, substring: how examples are drawn from a text, see `windows.Windows`.
    every: steps between checks; on_check(model, step) may return True to end the run; then watch(history) is called,
    for a live curve: `history.ended` is "running" before the last check.

    An interrupt (Jupyter's square, Ctrl-C) ends the run after the current step and keeps what was learnt; a second one
    stops at once with KeyboardInterrupt. The weights are always those after a whole step; before the first one an
    interrupt is an ordinary KeyboardInterrupt. Within `interrupts.whole_or_nothing` the first one raises, too, after
    its step. A loss that is no number any more ends the run as well. Nothing is written to disk.
    """
    a_model(model, "settings", "parameters", "loss_and_gradients")
    steps, every = whole_number("steps", steps, 1), whole_number("every", every, 1)
    batch_size = whole_number("batch_size", batch_size, 1, 10**6)
    learning_rate = real_number("learning_rate", learning_rate, 0, open_low=True)
    weight_decay = real_number("weight_decay", weight_decay, 0)
    seed = whole_number("seed", seed, 0)
    rate_at = SCHEDULES[choice("schedule", schedule, SCHEDULES)]
    if callable(data) and not isinstance(data, type):
        draw = data
    else:
        ids = token_ids("data", data, model.tok.vocab_size)
        draw = model.windows(ids, model.context, model.pad_id, model.padding, min_context, windows, substring)
    flag("progress", progress)
    for name, function in (("on_check", on_check), ("watch", watch)):
        if function is not None:
            a_function(name, function)
    valid = None if valid_ids is None else _valid_batches(model, valid_ids)
    stepper = OPTIMIZERS[choice("optimizer", optimizer, OPTIMIZERS)](model.parameters())
    rng = np.random.default_rng(seed)
    dropout_rng = rng.spawn(1)[0] if model.settings["dropout"] else None
    history, total, right, since, asked, examples = History(ended="running"), 0.0, 0, 0, 0, 0
    started = time.perf_counter()
    shown = {"total": steps * batch_size, "unit": " examples", "unit_scale": True, "disable": not progress}
    # One BLAS thread: products this small get slower with more. Overflow shows as a loss that is not finite.
    quiet = np.errstate(over="ignore", invalid="ignore")
    with progress_bar(**shown) as bar, threadpool_limits(1, "blas"), quiet, held_off(1) as interrupts:
        for step in range(1, steps + 1):
            contexts, targets, weights = draw(rng, batch_size)
            loss, hits = model.loss_and_gradients(contexts, targets, weights, dropout_rng)
            if not math.isfinite(loss):
                history.ended = "diverged"
                with interrupts.unbroken():
                    bar.write(
                        f"Stopped: the loss became {loss} at step {step}; try a learning rate below {learning_rate}."
                    )
                break
            count = int(np.count_nonzero(np.asarray(targets) != NO_TARGET))
            rate = learning_rate * rate_at((step - 1) / steps)
            with interrupts.unbroken():
                if weight_decay:
                    for value, _ in model.parameters():
                        if value.ndim == 2:  # weights, not biases
                            value *= 1 - rate * weight_decay
                stepper.step(rate)
                bar.update(count)
            total, right, since, asked, examples = (
                total + loss,
                right + hits,
                since + 1,
                asked + count,
                examples + count,
            )
            if step % every == 0 or step == steps or interrupts.asked:
                measured = _measured(step, examples, started, total / since, right / asked, model, valid)
                with interrupts.unbroken():
                    history.append(measured)
                    bar.set_postfix_str(f"loss {history.loss[-1]:.3f}", refresh=False)
                total, right, since, asked = 0.0, 0, 0, 0
                if step == steps:
                    history.ended = "finished"
                if not interrupts.asked and on_check and on_check(model, step):
                    history.ended = "on_check"
                if interrupts.asked:  # before this check or in it
                    history.ended = "interrupted"
                if watch:  # it can tell the last check from the others: the run has ended
                    watch(history)
                if interrupts.asked:  # while it watched, too
                    history.ended = "interrupted"
                    interrupts.answered()
            if history.ended != "running":
                break
    if history.ended == "interrupted":
        print(f"Interrupted after step {history.step[-1]}: the model keeps what it has learnt.")
    return history


@contextmanager
def progress_bar(**settings):
    """tqdm's bar, which takes and returns its locks unbroken: one lost half way would stop all bars of other threads.

    In a notebook each change of a bar is a message or three: every 2 seconds is often enough.
    """
    with held_off():
        bar = tqdm(mininterval=2, **settings)
    try:
        yield bar
    finally:
        with held_off():
            bar.close()


def _valid_batches(model, valid_ids):
    """A fixed list of at most VALID_EXAMPLES examples (full windows), evenly spread over the validation text."""
    ids = token_ids("valid_ids", valid_ids, model.tok.vocab_size)
    if len(ids) <= model.context:
        raise ValueError(
            f"valid_ids has {len(ids)} tokens: it needs at least {model.context + 1}, one more than a window"
        )
    return list(model.exam(ids, VALID_EXAMPLES))


def _measured(step, examples, started, loss, accuracy, model, valid):
    """What a check adds to the History."""
    measured = {"step": step, "examples": examples, "loss": loss, "accuracy": accuracy}
    if valid is not None:
        result = model.evaluate_batches(valid)
        measured |= {"valid_loss": result.loss, "valid_accuracy": result.accuracy}
    return {**measured, "seconds": time.perf_counter() - started}

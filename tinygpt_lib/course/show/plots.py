"""The course's figures: one look, direct labels instead of legends, colours that are safe for colour-blind readers."""

import io

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import MaxNLocator

from tinygpt_lib.course.show.overlaps import note

# Okabe and Ito's palette, https://jfly.uni-koeln.de/color/, but for the red: theirs is close to their orange.
BLUE, ORANGE, GREEN, RED, PURPLE, SKY, GREY = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#CC3311",
    "#CC79A7",
    "#56B4E9",
    "#666666",
)
COLOURS = (BLUE, ORANGE, GREEN, RED, PURPLE, SKY)

END_LABEL, BASELINE_LABEL = "end label", "baseline label"  # marks on texts, so that `spread_labels` finds them

# Text is shown as it is: a token or a prompt with dollar signs is no formula. Not in STYLE, because the numbers of
# logarithmic axes are formulas.
PLAIN = {"parse_math": False}

STYLE = {
    "figure.dpi": 100,
    "figure.facecolor": "white",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 12,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e6e6e6",
    "lines.linewidth": 2,
    "font.size": 10,
    "figure.constrained_layout.use": True,
}


def axes(title, xlabel, ylabel, width=7.0, height=3.4, columns=1):
    """A figure with one labelled set of axes, or a row of `columns` with the same labels. Returns (figure, axes)."""
    with plt.rc_context(STYLE):
        figure, panels = plt.subplots(1, columns, figsize=(width, height))
    for panel in [panels] if columns == 1 else panels:
        panel.set_title(title, **PLAIN)
        panel.set_xlabel(xlabel, **PLAIN)
        panel.set_ylabel(ylabel, **PLAIN)
    return figure, panels


def line(ax, x, y, label, colour=BLUE, low=None, high=None, **style):
    """A line with its name at its right end, in its own colour; `low` and `high` draw a band round it."""
    ax.plot(x, y, color=colour, **style)
    if low is not None:
        ax.fill_between(x, low, high, color=colour, alpha=0.2, linewidth=0)
    ax.annotate(
        label, (x[-1], y[-1]), xytext=(6, 0), textcoords="offset points", color=colour, va="center", gid=END_LABEL,
        **PLAIN, bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.5},
    )  # fmt: skip


def baseline(ax, y, label, until=1.0):
    """A dashed horizontal line with its name beside it, right of the axes. until: the share of the width it crosses."""
    ax.axhline(y, 0, until, color=GREY, linestyle="--", linewidth=1)
    ax.annotate(
        label, (1, y), xycoords=("axes fraction", "data"), xytext=(4, 0), textcoords="offset points",
        color=GREY, va="center", fontsize=9, annotation_clip=False, gid=BASELINE_LABEL, **PLAIN,
    )  # fmt: skip


def log_x(ax, values):
    """A logarithmic x axis with marks at `values` only, written as plain numbers."""
    ax.set_xscale("log")
    ax.set_xticks(values, [f"{value:,g}" for value in values])
    ax.minorticks_off()


def show():
    """Show the figure just drawn, its labels moved apart where they would overlap."""
    spread_labels(plt.gcf())
    note(plt.gcf())
    plt.show()


def spread_labels(figure, gap=12):
    """Move the names of lines, and those of baselines, apart so that they stand at least `gap` points apart."""
    scale = 72 / figure.dpi
    for ax in figure.axes:
        for kind in (END_LABEL, BASELINE_LABEL):
            labels = [text for text in ax.texts if text.get_gid() == kind and text.get_text()]
            heights = {text: ax.transData.transform((0, text.xy[1]))[1] * scale for text in labels}
            lowest = -float("inf")
            for text in sorted(labels, key=heights.get):
                shift = max(lowest + gap - heights[text], 0)
                text.set_position((text.get_position()[0], shift))
                lowest = heights[text] + shift


def heat_map(ax, numbers, texts, rows, columns, low, high):
    """A table of numbers (R, C) as colours, darker for larger from `low` to `high`, its texts written in the cells.

    A number that is NaN stays white and without a text.
    """
    ax.imshow(numbers, cmap="Blues", vmin=low, vmax=high, aspect="auto")
    for (i, j), number in np.ndenumerate(numbers):
        if np.isfinite(number):
            colour = "white" if number > low + 0.65 * (high - low) else "black"
            ax.text(j, i, texts[i][j], ha="center", va="center", fontsize=9, color=colour, **PLAIN)
    ax.set_xticks(range(len(columns)), columns, **PLAIN)
    ax.set_yticks(range(len(rows)), rows, **PLAIN)
    ax.tick_params(axis="x", labelsize=9)
    ax.grid(False)


def loss_curve(history, baselines=(), title="Loss while training"):
    """Training and validation loss by step. baselines: pairs (name, nats). Returns the figure."""
    figure, ax = axes(title, "training step", "loss (nats per token)", width=7.5)
    for name, value in baselines:
        baseline(ax, value, name, until=0.86)  # right of it stand the names of the two curves
    line(ax, history.step, history.loss, "training", ORANGE)
    if history.valid_loss:
        line(ax, history.step, history.valid_loss, "held out", BLUE)
    ax.margins(x=0.02)
    ax.set_xlim(right=history.step[-1] * 1.16)
    return figure


def visible(token) -> str:
    """A token's text with white space made visible, and other characters that cannot be seen as their codes.

    >>> visible(" to\\n")
    '␣to↵'
    """
    shown = token.replace(" ", "␣").replace("\n", "↵").replace("\t", "⇥") or "∅"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in shown)


def next_token_bars(ax, probabilities, tok, top=12, limit=None):
    """Horizontal bars for the `top` most probable next tokens, the most probable first; impossible ones left out."""
    best = sorted(range(len(probabilities)), key=lambda i: (-probabilities[i], i))[:top]
    best = [i for i in best if probabilities[i] > 0]
    values = [float(probabilities[i]) for i in best]
    ax.barh(range(len(best)), values, color=BLUE)
    ax.set_yticks(range(len(best)), [visible(tok.token_text(i)) for i in best], family="monospace", **PLAIN)
    ax.set_ylim(top - 0.5, -0.5)
    ax.grid(False)
    ax.set_xlim(0, limit or max(values) * 1.25)
    ax.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    ax.xaxis.set_major_formatter(lambda share, place: f"{100 * share:.3g}%")
    for row, value in enumerate(values):
        ax.annotate(f"{value:.1%}", (value, row), xytext=(3, 0), textcoords="offset points", va="center", fontsize=9)


def windows(contexts, targets, tok, title):
    """Training examples as a table: a row per context (B, T), padding pale, the token to predict behind an arrow."""
    figure, ax = axes(title, "slot in the window", "example", width=7.5, height=0.9 + 0.35 * len(contexts))
    slots = contexts.shape[1]
    ax.imshow(contexts != tok.pad_id, cmap="Blues", vmin=0, vmax=4, aspect="auto")
    for row, (context, target) in enumerate(zip(contexts, targets)):
        for slot, id in enumerate(context):
            pad = id == tok.pad_id
            label = "pad" if pad else visible(tok.token_text(id))
            ax.text(slot, row, label, ha="center", va="center", fontsize=7 if pad else 11, **PLAIN)
        name = visible(tok.token_text(target))
        ax.text(slots + 0.2, row, f"→ {name}", va="center", fontsize=11, color=RED, **PLAIN)
    ax.set(xlim=(-0.5, slots + 1.2), xticks=range(slots), yticks=range(len(contexts)))
    ax.grid(False)
    return figure


def png(figure) -> bytes:
    """The figure as PNG bytes, its labels moved apart as in `show`; the figure is closed."""
    spread_labels(figure)
    note(figure)
    file = io.BytesIO()
    figure.savefig(file, format="png")
    plt.close(figure)
    return file.getvalue()

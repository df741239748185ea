"""Which examples a text yields, by the way windows are drawn: a picture of them, and a panel that redraws it."""

import ipywidgets as widgets
import numpy as np

from tinygpt_lib.checks import whole_number
from tinygpt_lib.course.show import plots
from tinygpt_lib.course.show.panels import picture, redrawn
from tinygpt_lib.windows import STARTS, Windows

CHARACTERS, WINDOW = 400, 16  # of the text, and the slots of the window


def drawn_examples(starts="random", min_context=1, substring=WINDOW, n=20_000, seed=0):
    """The first n examples drawn from a text of CHARACTERS: where each one's target stands, and its context's length.

    Returns two int arrays (n,): positions from 0, lengths from `min_context` to WINDOW. Arguments as in `Windows`.
    """
    places = np.arange(CHARACTERS)  # a text whose tokens say where they stand
    windows = Windows(places, WINDOW, CHARACTERS, "before", min_context, starts, substring)
    contexts, targets, _ = windows(np.random.default_rng(whole_number("seed", seed, 0)), n)
    return targets, (contexts != CHARACTERS).sum(axis=1)


def full_windows_met(targets, lengths) -> int:
    """How many different full windows are among the examples."""
    return len(np.unique(targets[lengths == WINDOW]))


def drawn_figure(targets, lengths):
    """Three panels: the first 45 examples on the text, full windows by place, and how often each length comes up."""
    figure, (where, place, length) = plots.axes("", "", "", width=10, height=3.2, columns=3)
    where.hlines(range(1, 46), (targets - lengths)[:45], targets[:45], color=plots.BLUE, linewidth=3)
    where.set(title="The first 45 contexts", xlabel="character of the text", ylabel="example")
    where.set(xlim=(-WINDOW, CHARACTERS), ylim=(46, 0))
    tenths = np.histogram(targets[lengths == WINDOW], 10, (0, CHARACTERS))[0]
    place.stairs(100 * tenths / max(tenths.sum(), 1), np.arange(0.5, 11), fill=True, color=plots.BLUE)
    place.axhline(10, color=plots.GREY, linestyle="--", linewidth=1)
    place.set(title="Where full windows end", xlabel="tenth of the text", ylabel="% of all full windows")
    place.set(xticks=range(1, 11), ylim=(0, 30))
    counts = np.bincount(lengths, minlength=WINDOW + 1)[1:]
    length.stairs(100 * counts / len(lengths), np.arange(0.5, WINDOW + 1), fill=True, color=plots.BLUE)
    length.set(title="How long contexts are", xlabel="characters of context", ylabel="% of all examples")
    length.set(xticks=(1, 4, 8, 12, 16), ylim=(0, 103))
    return figure


def drawn_view(starts, min_context, substring) -> str:
    """HTML: the figure, and how many of the text's full windows ever came up."""
    targets, lengths = drawn_examples(starts, min_context, substring)
    met = f"{len(targets):,} examples, {(lengths == WINDOW).mean():.0%} of them with a full window; "
    met += f"different full windows met: {full_windows_met(targets, lengths)}"
    settings = f"starts {starts}, min_context {min_context}, substring {substring}"
    return f"{picture(drawn_figure(targets, lengths), f'Examples drawn with {settings}')}<p>{met}</p>"


def drawn_panel():
    """A list of the ways to start and sliders for `min_context` and `substring`. Returns the widget."""
    look = {"style": {"description_width": "8em"}}
    way = widgets.Dropdown(options=STARTS, value="random", description="starts", **look)
    least = widgets.IntSlider(1, min=1, max=WINDOW, description="min_context", continuous_update=False, **look)
    stretch = widgets.IntSlider(
        WINDOW, min=WINDOW, max=128, step=16, description="substring", continuous_update=False, **look
    )
    return redrawn(drawn_view, way, least, stretch)

"""What is wrong with a figure's labels: those that touch one another, a line, or an axis. `make notebooks` asks."""

import itertools
import os

from matplotlib.text import Text
from matplotlib.transforms import Bbox

NOTED_IN = "TINYGPT_OVERLAPS"  # the environment variable that names the file in which `note` writes

SPARED = 0.2  # the share of a text's height, above and below, in which letters seldom have ink


def overlaps(figure) -> list[str]:
    """What touches in a figure, a sentence each; an empty list for a figure that is well labelled.

    Texts that overlap; names in the axes that lie on a line, on a drawn axis or on another pair of axes. Bars, points
    and bands may have texts on them.
    """
    figure.draw_without_rendering()
    placed = [(text, box(text)) for text in texts(figure)]
    found = [
        f"{name(one)} overlaps {name(other)}"
        for (one, first), (other, second) in itertools.combinations(placed, 2)
        if first.overlaps(second)
    ]
    for text, place in placed:
        if text.axes and text in text.axes.texts:
            found += [f"{name(text)} lies on {what}" for what in under(text.axes, place)]
    return found


def texts(figure):
    """All texts that are drawn: of the figure, of its axes, and the marks of each axis within its limits."""
    every = list(figure.texts)
    for ax in figure.axes:
        every += [*ax.texts, ax.title, *(ax.get_legend().get_texts() if ax.get_legend() else [])]
        for axis in (ax.xaxis, ax.yaxis) if ax.axison else ():
            low, high = sorted(axis.get_view_interval())
            marks = [tick for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]
            every += [axis.label, *(tick.label1 for tick in marks)]
    return [text for text in every if text.get_visible() and text.get_text().strip()]


def box(text) -> Bbox:
    """Where a text's ink is, in pixels; an arrow that belongs to it left out."""
    whole = Text.get_window_extent(text)
    return Bbox.from_extents(
        whole.x0 + 1, whole.y0 + SPARED * whole.height, whole.x1 - 1, whole.y1 - SPARED * whole.height
    )


def under(ax, place):
    """What a text at `place` of some axes lies on."""
    for line in ax.lines:
        if line.get_visible() and line.get_linestyle() not in ("None", " ", ""):
            path = line.get_path().transformed(line.get_transform())
            if path.intersects_bbox(place, filled=False) and Bbox.intersection(place, ax.bbox):
                yield f"a line in {line.get_color()}"
    for side in ("left", "bottom", "right", "top"):
        spine = ax.spines[side]
        if ax.axison and spine.get_visible() and place.overlaps(spine.get_window_extent()):
            yield f"the {side} axis"
    for other in ax.figure.axes:
        if other is not ax and place.overlaps(other.bbox):
            yield f"the axes {other.get_title()!r}"


def name(text) -> str:
    return repr(text.get_text())


def note(figure):
    """Add what touches in a figure to the file that NOTED_IN names, if it is set."""
    if file := os.environ.get(NOTED_IN):
        title = next((ax.get_title() for ax in figure.axes if ax.get_title()), "")
        with open(file, "a", encoding="utf-8") as notes:
            notes.writelines(f"{title!r}: {what}\n" for what in overlaps(figure))

"""Characters on a plane, each written where its two numbers say, or aside where it would cover another."""

import numpy as np

from tinygpt_lib.checks import numbers
from tinygpt_lib.course.show import plots

NAMES = {
    " ": "space", "\n": "new line", ",": "comma", ".": "full stop", ":": "colon", ";": "semicolon", "'": "apostrophe",
    "-": "hyphen", "!": "! mark", "?": "? mark",
}  # fmt: skip
WIDTH, HEIGHT = 9.0, 5.8  # inches
LETTER, LINE = 0.085, 0.2  # inches: about the width of a letter of a name, and the height of any name


def letter_map(points, characters, kinds, title, xlabel, ylabel):
    """Draw characters (N of them) at points (N, 2). kinds: {name: (its characters, colour)}; others are left out.

    Marks and spaces, hardly to be seen as they are, are written as words. Names move no further than need be.
    Returns the figure. ValueError for points of another shape.
    """
    points = numbers("points", points, len(characters), 2)
    figure, ax = plots.axes(title, xlabel, ylabel, WIDTH, HEIGHT)
    places = list(zip(points, characters))
    shown = [(xy, char, colour) for xy, char in places for some, colour in kinds.values() if char in some]
    points = np.array([xy for xy, _, _ in shown], float)
    names = [NAMES.get(char, char) for _, char, _ in shown]
    low, high = points.min(axis=0), points.max(axis=0)
    inches = (points - low) / (high - low) * [WIDTH - 3.2, HEIGHT - 1.6]  # what the axes leave of the figure, about
    sizes = np.array([[max(LETTER * len(name), 0.14), LINE] for name in names])
    moved = apart(inches, sizes)
    places = low + moved / [WIDTH - 3.2, HEIGHT - 1.6] * (high - low)
    for name, place, (_, _, colour) in zip(names, places, shown):
        box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.7, "pad": 0.2}
        size = 13 if len(name) == 1 else 9
        ax.text(*place, name, color=colour, ha="center", va="center", fontsize=size, bbox=box, **plots.PLAIN)
    for n, (kind, (_, colour)) in enumerate(kinds.items()):
        ax.text(1.02, 0.95 - 0.06 * n, kind, color=colour, transform=ax.transAxes, **plots.PLAIN)
    edge = 0.06 * np.ptp(places, axis=0)
    (left, bottom), (right, top) = places.min(axis=0) - edge, places.max(axis=0) + edge
    ax.set(xlim=(left, right), ylim=(bottom, top))
    return figure


def apart(points, sizes, rounds=500):
    """Centres of rectangles (N, 2) of some sizes (N, 2), moved as little as need be until none covers another."""
    places = np.array(points, float)
    least = (sizes[:, None] + sizes) / 2  # (N, N, 2): how far two centres must be apart, in one direction at least
    for _ in range(rounds):
        gaps = places[:, None] - places  # (N, N, 2)
        short = least - np.abs(gaps)
        covers = (short > 1e-6).all(axis=2) & ~np.eye(len(places), dtype=bool)
        if not covers.any():
            break
        across = short.argmin(axis=2)  # the direction in which the way out is shorter
        for axis in (0, 1):
            push = np.where(covers & (across == axis), short[..., axis], 0)
            order = np.sign(np.arange(len(places))[:, None] - np.arange(len(places)))
            way = np.where(gaps[..., axis] == 0, order, np.sign(gaps[..., axis]))
            places[:, axis] += (push * way).sum(axis=1) * 0.3
    return places

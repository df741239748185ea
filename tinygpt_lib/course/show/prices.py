"""A long list of comparisons as a figure, and a panel that shows what it says with fewer runs or a stricter rule."""

import ipywidgets as widgets
import numpy as np

from tinygpt_lib.checks import a_function, having, shown, whole_number
from tinygpt_lib.course.show import plots
from tinygpt_lib.course.show.panels import picture, redrawn

CLAIMS = ("worse", "perhaps worse", "no clear difference", "perhaps better", "better", "diverged")


def claim(mean, half, wide) -> str:
    """What a difference allows to be said. half: of its own 95 % interval; wide: of one that holds for the family."""
    if np.isnan(mean):
        return "diverged"
    if abs(mean) <= half:
        return "no clear difference"
    return ("" if abs(mean) > wide else "perhaps ") + ("worse" if mean > 0 else "better")


def price_list(gaps, interval, comparisons):
    """name -> (mean, half, wide, claim), from the lowest mean to the highest, what diverged last.

    gaps: name -> paired differences, one for each seed. interval(values, comparisons): a mean and the half-width of an
    interval that is one of so many.
    """
    having("gaps", gaps, "name -> differences", "items")
    a_function("interval", interval)
    rows = {}
    for name, values in gaps.items():
        mean, half = interval(values, 1)
        wide = interval(values, comparisons)[1]
        rows[name] = (mean, half, wide, claim(mean, half, wide))
    return dict(sorted(rows.items(), key=lambda row: np.nan_to_num(row[1][0], nan=np.inf)))


def price_chart(rows, title, low=-0.08, high=0.3):
    """A figure of a `price_list`: a dot each, its own interval thick, the family's thin, the numbers at the right.

    What lies beyond `high` is an arrow at the edge.
    """
    height = 1.2 + 0.2 * len(rows)
    figure, ax = plots.axes(title, "nats per character above the default, at equal examples", "", 8, height)
    figure.set_layout_engine(None)  # fixed margins: a slider's figure has to be quick
    figure.subplots_adjust(left=0.19, right=0.86, top=1 - 0.4 / height, bottom=0.6 / height)
    ax.axvline(0, color=plots.GREY, linewidth=1)
    colours = {"worse": plots.RED, "better": plots.BLUE}
    for row, (mean, half, wide, said) in enumerate(rows.values()):
        colour = colours.get(said.removeprefix("perhaps "), plots.GREY)
        inside = mean < high
        if inside:
            ax.plot([mean - wide, mean + wide], [row, row], color=colour, linewidth=1)
            ax.plot([mean - half, mean + half], [row, row], color=colour, linewidth=3)
        sure = not said.startswith("perhaps")
        ax.plot(
            mean if inside else high, row, "o" if inside else ">", color=colour, markersize=6,
            markerfacecolor=colour if sure else "white",
        )  # fmt: skip
        words = "diverges" if said == "diverged" else f"{mean:+.3f} ± {half:.3f}"
        ax.text(1.02, row, words, transform=ax.get_yaxis_transform(), va="center", fontsize=8, color=colour)
    ax.set_yticks(range(len(rows)), rows, fontsize=8, **plots.PLAIN)
    ax.set(xlim=(low, high + 0.01), ylim=(len(rows) - 0.3, -0.7))
    ax.grid(axis="y", visible=False)
    return figure


def price_view(gaps, interval, seeds, comparisons) -> str:
    """HTML: how many of the claims are of which kind with so many seeds and comparisons counted, and their chart."""
    rows = price_list({name: values[:seeds] for name, values in gaps.items()}, interval, comparisons)
    said = [row[3] for row in rows.values()]
    counts = ", ".join(f"<b>{said.count(what)}</b> {what}" for what in CLAIMS if what in said)
    title = f"{len(rows)} prices: {seeds} seeds, {comparisons} comparisons counted"
    return f"<p>{counts}</p>{picture(price_chart(rows, title), f'Chart of {title}')}"


def price_panel(gaps, interval, comparisons):
    """Sliders for the seeds used and the comparisons counted (1 to `comparisons`), which redraw the chart: a widget."""
    seeds = min((len(values) for values in having("gaps", gaps, "name -> differences", "values").values()), default=0)
    if seeds < 2:
        raise ValueError(f"the fewest differences are {shown(seeds)}: give two or more for each name")
    look = {"continuous_update": False, "style": {"description_width": "12em"}, "layout": {"width": "32em"}}
    used = widgets.IntSlider(seeds, min=2, max=seeds, description="seeds used", **look)
    most = whole_number("comparisons", comparisons, 1)
    counted = widgets.IntSlider(most, min=1, max=most, description="comparisons counted", **look)
    return redrawn(lambda seeds, comparisons: price_view(gaps, interval, seeds, comparisons), used, counted)

"""A bound to move through groups of runs: how many are above it, and how extreme that would be by luck.

The panel passes the bound on; what luck can do is for the page to compute.
"""

import html

import ipywidgets as widgets
import numpy as np

from tinygpt_lib.checks import a_function, real_number, real_numbers
from tinygpt_lib.course.show import plots
from tinygpt_lib.course.show.panels import picture, redrawn


def bound_figure(groups, bound, xlabel):
    """Each group's runs as points in a row (a logarithmic axis), those above the bound in red. Returns the figure.

    groups: name -> positive numbers, one a run.
    """
    bound = real_number("the bound", bound, 0, open_low=True)
    figure, ax = plots.axes("", xlabel, "", width=7.5, height=0.9 + 0.5 * len(groups))
    for row, runs in enumerate(groups.values()):
        runs = real_numbers("the runs", runs)
        height = row + np.linspace(-0.25, 0.25, len(runs))
        for part, colour in ((runs > bound, plots.RED), (runs <= bound, plots.BLUE)):
            ax.plot(runs[part], height[part], "o", color=colour, markersize=3, alpha=0.7)
    ax.axvline(bound, color=plots.GREY, linewidth=1)
    ax.set_yticks(range(len(groups)), list(groups), **plots.PLAIN)
    ax.set(xscale="log", ylim=(len(groups) - 0.5, -0.5))
    plots.log_x(ax, [30, 50, 100, 200, 300])
    return figure


def bound_view(groups, luck, bound, xlabel) -> str:
    """HTML: the points, how many of each group are above the bound, and what luck(bound) says: name -> a share."""
    points = picture(bound_figure(groups, bound, xlabel), f"Runs of {len(groups)} groups, and a bound at {bound:g}")
    above = ", ".join(f"{name} {int(np.sum(np.asarray(runs) > bound))}" for name, runs in groups.items())
    shares = ", ".join(f"{name} {share:.1%}" for name, share in a_function("luck", luck)(bound).items())
    return f"{points}<p>Above {bound:g}: {html.escape(above)}.<br>As extreme by luck: <b>{html.escape(shares)}</b>.</p>"


def bound_panel(groups, luck, bounds, bound, xlabel):
    """A slider through `bounds`, which begins at `bound` and redraws the view."""
    look = {"continuous_update": False, "style": {"description_width": "8em"}, "layout": {"width": "32em"}}
    options = [(f"{value:g}", value) for value in real_numbers("the bounds", bounds).tolist()]
    slider = widgets.SelectionSlider(options=options, value=float(bound), description="bound", **look)
    return redrawn(lambda bound: bound_view(groups, luck, bound, xlabel), slider)

"""A learning rate over a run, with sliders: where it begins, whether it warms up, how it falls."""

import ipywidgets as widgets
import numpy as np

from tinygpt_lib.checks import choice, real_number, whole_number
from tinygpt_lib.course.show import plots
from tinygpt_lib.course.show.panels import picture, redrawn
from tinygpt_lib.training import SCHEDULES


def rates(schedule, highest, warm_up, steps):
    """The learning rate of each step: (steps,). It rises in proportion over the share `warm_up`, then follows the rule.

    schedule: a name among the library's. highest: the rate that it starts with, or rises to. warm_up: from 0 to 0.9.
    """
    falls = SCHEDULES[choice("schedule", schedule, SCHEDULES)]
    highest = real_number("highest", highest, 0, open_low=True)
    warm_up = real_number("warm_up", warm_up, 0, 0.9)
    progress = np.arange(whole_number("steps", steps, 1, 10**6)) / steps
    shares = [p / warm_up if p < warm_up else falls((p - warm_up) / (1 - warm_up)) for p in progress]
    return highest * np.array(shares)


def rate_view(schedule, highest, warm_up, steps, good) -> str:
    """HTML: the rates over a band of good ones (low, high), how long they are in it, and what they add up to."""
    curve, (low, high) = rates(schedule, highest, warm_up, steps), good
    figure, ax = plots.axes("The rate over the run", "training step", "learning rate (log scale)", 6.5, 3)
    ax.axhspan(low, high, color=plots.GREEN, alpha=0.2, linewidth=0)
    ax.plot(np.arange(steps)[curve > 0], curve[curve > 0], color=plots.BLUE)
    ax.set(xlim=(0, steps), ylim=(1e-4, 1e-1), yscale="log")
    inside = np.mean((curve >= low) & (curve <= high))
    words = f"In the band for <b>{inside:.0%}</b> of the steps; all rates add up to <b>{curve.sum():.2f}</b>"
    return f"{picture(figure, f'Curve: the {schedule} schedule from {highest:g}')}<p>{words}</p>"


def rate_panel(good, steps=800, highest=4e-3):
    """A menu of schedules, and sliders for the highest rate, the warm-up and the steps: a widget.

    good: the lowest and the highest rate of a band that is drawn behind the curve.
    """
    look = {"continuous_update": False, "style": {"description_width": "8em"}}
    shape = widgets.Dropdown(options=list(SCHEDULES), value="linear", description="schedule", style=look["style"])
    top = widgets.FloatLogSlider(highest, min=-3.5, max=-1.5, step=0.05, description="highest rate", **look)
    warm = widgets.FloatSlider(0, min=0, max=0.5, step=0.05, description="warm-up, share", **look)
    length = widgets.IntSlider(steps, min=100, max=max(3200, steps), step=100, description="steps", **look)
    return redrawn(lambda *settings: rate_view(*settings, good), shape, top, warm, length)

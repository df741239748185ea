"""Gradient descent in a small valley: the path it takes for a learning rate, drawn, and a panel to play with it."""

import ipywidgets as widgets
import numpy as np

from tinygpt_lib.checks import real_number, whole_number
from tinygpt_lib.course.show import plots
from tinygpt_lib.course.show.panels import picture, redrawn

CURVATURES = np.array([1.0, 10.0])  # how quickly the slope grows along the valley, and across it
START = np.array([-2.0, 0.8])


def valley(places):
    """The loss at places (..., 2): half of u squared plus half of ten times v squared; lowest, 0, at (0, 0)."""
    return (CURVATURES * np.square(places)).sum(axis=-1) / 2


def descent_path(rate, steps):
    """Gradient descent in the valley from START, every step the slope times `rate`: places (steps + 1, 2).

    The slope at (u, v) is (u, 10 v), so a step multiplies u by 1 - rate and v by 1 - 10 rate: from a rate of 2 / 10 on,
    v does not shrink.
    """
    rate = real_number("the learning rate", rate, 0, 1)
    steps = whole_number("the number of steps", steps, 1, 100)
    return START * (1 - rate * CURVATURES) ** np.arange(steps + 1)[:, None]


def draw_descent(ax, rate, steps):
    """The valley from above with the path of descent in it. Where the path leaves the picture it is cut off."""
    u, v = np.linspace(-2.3, 2.3, 93), np.linspace(-1.6, 1.6, 65)
    height = valley(np.stack(np.meshgrid(u, v), axis=-1))
    ax.contour(u, v, height, levels=np.array([0.05, 0.3, 1, 2, 4, 8]), colors="#bbbbbb", linewidths=1)
    path = descent_path(rate, steps)
    shrinks = np.abs(1 - rate * CURVATURES).max() < 1
    ax.plot(*path.T, "-o", color=plots.BLUE if shrinks else plots.RED, markersize=3.5, linewidth=1.2)
    ax.plot(0, 0, "*", color=plots.GREEN, markersize=11)
    ax.set(xlim=(-2.3, 2.3), ylim=(-1.6, 1.6), title=f"learning rate {rate:g}")
    ax.grid(False)


def descent_view(rate, steps) -> str:
    """HTML: the path from above, and beside it the loss after each step, for a rate and a number of steps."""
    losses = valley(descent_path(rate, steps))
    figure, (above, curve) = plots.axes("", "", "", width=7.5, height=3.2, columns=2)
    draw_descent(above, rate, steps)
    above.set(xlabel="first weight", ylabel="second weight")
    curve.semilogy(losses, "-o", color=plots.BLUE, markersize=3.5)
    curve.set(title=f"loss after {steps} steps: {losses[-1]:.2g}", xlabel="step", ylabel="loss (log scale)")
    curve.set(xlim=(0, 50), ylim=(1e-4, 1e4))
    return picture(figure, f"Descent at learning rate {rate:g}: loss {losses[-1]:.2g} after {steps} steps")


def descent_panel(rate=0.05, steps=25):
    """Sliders for the learning rate and the number of steps that redraw the descent. Returns the widget."""
    look = {"continuous_update": False, "style": {"description_width": "8em"}}
    pace = widgets.FloatSlider(rate, min=0.01, max=0.25, step=0.01, description="learning rate", **look)
    length = widgets.IntSlider(steps, min=1, max=50, description="steps", **look)
    return redrawn(lambda rate, steps: descent_view(round(rate, 2), steps), pace, length)

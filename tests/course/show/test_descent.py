"""Descent in a valley: the path is gradient descent, and the panel redraws it."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest

from tinygpt_lib.course.show import plots
from tinygpt_lib.course.show.descent import START, descent_panel, descent_path, descent_view, draw_descent, valley


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.mark.parametrize("rate", [0.02, 0.1, 0.21])
def test_the_path_is_gradient_descent_in_the_valley(rate):
    place, h = START.copy(), 1e-6
    for step in descent_path(rate, 5):
        assert np.allclose(step, place)
        slope = [(valley(place + h * nudge) - valley(place - h * nudge)) / (2 * h) for nudge in np.eye(2)]
        place = place - rate * np.array(slope)


def test_the_loss_ends_lower_below_the_limit_and_higher_above_it():
    start = valley(START)
    for rate, lower in ((0.01, True), (0.19, True), (0.21, False), (0.25, False)):
        assert (valley(descent_path(rate, 50))[-1] < start) == lower


def test_a_path_that_explodes_is_red():
    _, (calm, wild) = plots.axes("", "", "", columns=2)
    draw_descent(calm, 0.19, 10)
    draw_descent(wild, 0.21, 10)
    assert [ax.lines[0].get_color() for ax in (calm, wild)] == [plots.BLUE, plots.RED]
    assert len(calm.lines[0].get_xdata()) == 11


def test_moving_a_slider_redraws_the_panel():
    panel = descent_panel(0.05, 25)
    rate, steps, view = panel.children
    seen = [view.value]
    rate.value = 0.21
    seen.append(view.value)
    steps.value = 3
    seen.append(view.value)
    names = [re.search('alt="(.*?)"', page)[1] for page in seen]
    assert "rate 0.05" in names[0] and "rate 0.21" in names[1] and "after 3 steps" in names[2]
    assert plt.get_fignums() == []


@pytest.mark.parametrize("rate, steps, named", [(-1, 5, "learning rate"), ("x", 5, "learning rate"), (0.1, 0, "steps")])
def test_nonsense_is_refused(rate, steps, named):
    with pytest.raises(ValueError, match=f"{named}.* is "):
        descent_view(rate, steps)

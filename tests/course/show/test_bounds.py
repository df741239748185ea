"""The panel that moves a bound through groups of runs."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from tinygpt_lib.course.show import plots
from tinygpt_lib.course.show.bounds import bound_figure, bound_panel, bound_view

GROUPS = {"one": np.array([30.0, 60, 120]), "two & more": np.array([40.0, 200, 300])}


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_runs_above_the_bound_are_red():
    ax = bound_figure(GROUPS, 100, "strings").axes[0]
    red = [line.get_xdata().tolist() for line in ax.lines if line.get_color() == plots.RED]
    assert red == [[120.0], [200.0, 300.0]]
    assert [label.get_text() for label in ax.get_yticklabels()] == list(GROUPS)


def test_the_view_counts_and_says_what_luck_does():
    view = bound_view(GROUPS, lambda bound: {"against <one>": bound / 1000}, 50, "strings")
    assert "Above 50: one 2, two &amp; more 2." in view and "<b>against &lt;one&gt; 5.0%</b>" in view
    assert '<img alt="Runs of 2 groups, and a bound at 50"' in view and plt.get_fignums() == []


def test_moving_the_slider_redraws_the_panel():
    slider, view = bound_panel(GROUPS, lambda bound: {"it": 0.5}, [50, 100], 100, "strings").children
    before = view.value
    assert "Above 100: one 1" in before and slider.description
    slider.value = 50
    assert "Above 50: one 2" in view.value


@pytest.mark.parametrize("wrong", [{"bound": 0}, {"bound": "x"}, {"groups": {"a": ["b"]}}, {"luck": 3}])
def test_nonsense_is_refused(wrong):
    with pytest.raises(ValueError):
        bound_view(**{"groups": GROUPS, "luck": lambda bound: {}, "bound": 50, "xlabel": "", **wrong})

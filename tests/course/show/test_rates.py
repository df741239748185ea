"""The learning rate over a run, and its panel."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from tinygpt_lib.course.show.rates import rate_panel, rate_view, rates
from tinygpt_lib.training import SCHEDULES


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_without_a_warm_up_it_is_what_train_does(schedule):
    assert np.allclose(rates(schedule, 0.1, 0, 50), [0.1 * SCHEDULES[schedule](n / 50) for n in range(50)])


def test_a_warm_up_rises_in_proportion_and_the_rule_follows():
    curve = rates("linear", 0.2, 0.5, 100)
    assert np.allclose(curve[:50], 0.2 * np.arange(50) / 50) and np.isclose(curve[50], 0.2)
    assert np.isclose(curve[75], 0.1) and curve.argmax() == 50


def test_the_view_says_how_long_and_how_much():
    view = rate_view("constant", 0.002, 0, 800, (0.001, 0.004))
    assert "<b>100%</b>" in view and "<b>1.60</b>" in view and 'alt="Curve: the constant schedule from 0.002"' in view
    assert "<b>0%</b>" in rate_view("constant", 0.01, 0, 800, (0.001, 0.004)) and plt.get_fignums() == []


def test_moving_a_control_redraws_the_panel():
    panel = rate_panel((0.004, 0.008))
    *controls, view = panel.children
    assert all(control.description for control in controls)
    seen = [view.value]
    for control, value in zip(controls, ("cosine", 0.01, 0.2, 400)):
        control.value = value
        seen.append(view.value)
    assert len(set(seen)) == 5


def test_nonsense_is_refused():
    with pytest.raises(ValueError, match="schedule"):
        rates("falling", 0.1, 0, 10)
    with pytest.raises(ValueError, match="highest"):
        rates("linear", 0, 0, 10)
    with pytest.raises(ValueError, match="warm_up"):
        rates("linear", 0.1, 1.0, 10)
    with pytest.raises(ValueError, match="steps"):
        rates("linear", 0.1, 0, 0)

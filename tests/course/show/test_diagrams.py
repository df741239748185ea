"""Diagrams hold the numbers and the shapes that they are given."""

import matplotlib.pyplot as plt
import pytest
from matplotlib.patches import Rectangle

from tinygpt_lib.course.show.diagrams import matrix_shapes, neuron_graph


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts if text.get_text()]


def test_a_neuron_shows_values_and_slopes_of_what_it_is_given():
    values = {"x1": 2.0, "w1": -0.5, "x1 w1": -1.0}
    assert texts(neuron_graph(values)) == ["x1 = 2", "w1 = −0.5", "x1 w1 = −1", "×"]
    slopes = {"x1": 0.25, "w1": -3.0, "x1 w1": 1.5}
    shown = texts(neuron_graph(values, slopes))
    assert {"slope 0.25", "slope −3", "slope 1.5"} < set(shown) and len(shown) == 7


def test_matrices_have_as_many_squares_as_their_shapes_say():
    figure = matrix_shapes([[("x", "BI"), "@", ("W", "IO"), "+", ("b", "O")], [("dy", "BO")]], "Shapes")
    squares = [patch for patch in figure.axes[0].patches if isinstance(patch, Rectangle)]
    assert len(squares) == 4 * 2 + 2 * 3 + 3 + 4 * 3
    shown = texts(figure)
    assert [shown.count(name) for name in ("x", "@", "W", "b", "dy", "B", "I", "O")] == [1, 1, 1, 1, 1, 2, 2, 3]

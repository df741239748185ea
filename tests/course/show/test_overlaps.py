"""Labels that touch are found, and those that do not are left alone."""

import matplotlib.pyplot as plt
import pytest

from tinygpt_lib.course.show import overlaps, plots


@pytest.fixture
def figure():
    made = plots.axes("A title", "x (units)", "y (units)", columns=1)
    yield made
    plt.close(made[0])


def found(figure):
    return overlaps.overlaps(figure)


def test_a_well_labelled_figure_has_none(figure):
    figure, ax = figure
    plots.line(ax, [0, 1, 2], [0, 1, 2], "rising")
    plots.line(ax, [0, 1, 2], [2, 1, 0], "falling", plots.ORANGE)
    plots.baseline(ax, 1.5, "a baseline")
    ax.set(xlim=(0, 3))
    assert found(figure) == []


def test_two_texts_on_one_place(figure):
    figure, ax = figure
    ax.text(0.5, 0.5, "one")
    ax.text(0.51, 0.5, "other")
    assert found(figure) == ["'one' overlaps 'other'"]
    ax.texts[1].set_visible(False)
    assert found(figure) == []


def test_a_name_on_a_line_or_on_an_axis(figure):
    figure, ax = figure
    ax.set(xlim=(0, 1), ylim=(0, 1))
    ax.plot([0, 1], [0.5, 0.5], color=plots.RED)
    ax.text(0.3, 0.5, "struck through", va="center")
    ax.text(0.3, 0.0, "on the axis", va="center")
    assert sorted(found(figure)) == [
        "'on the axis' lies on the bottom axis",
        f"'struck through' lies on a line in {plots.RED}",
    ]


def test_a_name_that_runs_into_the_next_axes():
    figure, panels = plots.axes("", "x", "y", columns=2)
    panels[1].set_title("right")
    panels[0].text(0.9, 0.5, "a name much too long for the place it has").set_in_layout(False)
    assert "'a name much too long for the place it has' lies on the axes 'right'" in found(figure)
    plt.close(figure)


def test_marks_that_crowd(figure):
    figure, ax = figure
    ax.set_xticks([0.1, 0.11], ["first mark", "second mark"])
    assert found(figure) == ["'first mark' overlaps 'second mark'"]
    ax.set_xlim(0.105, 0.2)
    assert found(figure) == [], "a mark outside the limits is not drawn"


def test_faults_are_noted_only_where_asked_for(figure, monkeypatch, tmp_path):
    figure, ax = figure
    ax.text(0.5, 0.5, "é")
    ax.text(0.5, 0.5, "ü")
    overlaps.note(figure)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setenv(overlaps.NOTED_IN, str(tmp_path / "notes"))
    overlaps.note(figure)
    assert (tmp_path / "notes").read_text(encoding="utf-8") == "'A title': 'é' overlaps 'ü'\n"

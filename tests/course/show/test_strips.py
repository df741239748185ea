"""Encodings as coloured strips, and the boxes above them."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest

from tinygpt_lib.course.show.strips import LETTERS, SLOTS, encoded, number_strips, strips_panel, strips_view


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def written(figure):
    """All that is written in the cells and beside them, in order."""
    return [text.get_text() for text in figure.axes[0].texts]


def test_every_number_stands_in_a_cell_of_its_own():
    rows = {"presence": np.array([[1, 1, 0.0]]), "raw": np.array([[0, 1.5, -2.25]])}
    figure = number_strips(rows, ["abb"], 3, "Strips")
    assert written(figure) == ["presence", "abb", "1", "1", "0", "raw", "abb", "0", "1.5", "-2.25"]
    assert len(figure.axes[0].patches) == 6 and figure.axes[0].get_title() == "Strips"


def test_a_gap_stands_between_slots_but_not_in_presence():
    figure = number_strips({"presence": np.zeros((1, 4)), "onehot": np.zeros((1, 4))}, ["ab"], 2, "")
    starts = [cell.get_x() for cell in figure.axes[0].patches]
    assert np.allclose(np.diff(starts[:4]), 1) and np.allclose(np.diff(starts[4:]), [1, 1.3, 1])


def test_colours_tell_signs_apart_and_do_not_pass_the_brightest():
    cells = number_strips({"raw": np.array([[-2.0, 0, 2, 9]])}, ["x"], 4, "").axes[0].patches
    blue, white, red, brighter = (cell.get_facecolor()[:3] for cell in cells)
    assert blue[2] > blue[0] and min(white) > 0.9 and red[0] > red[2] and red == brighter


def test_encoded_is_what_the_encodings_say():
    rows, pad = encoded(["abb", "bab"]), LETTERS.pad_id
    assert rows["raw"].tolist() == [[pad, 0, 1, 1], [pad, 1, 0, 1]]
    assert np.allclose(rows["normalized"] * pad, rows["raw"])
    assert rows["presence"].tolist() == [[1, 1, 0, 0, 1]] * 2
    assert rows["onehot"].reshape(2, SLOTS, -1).argmax(axis=2).tolist() == rows["raw"].tolist()
    assert np.array_equal(rows["embedding"][0, 2:4], rows["embedding"][1, 4:6])  # the row of "a" in two places


def test_the_view_names_the_encodings_that_are_fooled():
    assert "cannot tell them apart: presence." in strips_view("abb", "bab")
    assert "Every encoding tells them apart." in strips_view("abb", "abc")
    assert re.search(r'<img alt="Strips of numbers for [^"]+" src="data:image/png;base64,', strips_view("", "d"))
    assert plt.get_fignums() == []


@pytest.mark.parametrize("text", ["abz", "abcda", "<b>", "\ud800"])
def test_other_texts_get_one_sentence(text):
    view = strips_view("ab", text)
    assert view.startswith("<p>the text is ") and "at most 4 of the letters" in view and "<b>" not in view


def test_typing_redraws_the_strips():
    panel = strips_panel("abb", "bab")
    one, other, view = panel.children
    assert one.description and other.description and "presence" in view.value
    one.value = "abc"
    assert "Every encoding" in view.value
    one.value = "abz"
    assert "type at most" in view.value


@pytest.mark.parametrize(
    "row, why", [([[1, 2, 3]], "fill 2 slots"), ([[1, 2], [3, 4]], "shape"), ([["a", "b"]], "type")]
)
def test_rows_that_are_no_strips_are_refused(row, why):
    with pytest.raises(ValueError, match=why):
        number_strips({"raw": row}, ["ab"], 2, "")

"""Characters on a plane."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from tinygpt_lib.course.show.letter_map import apart, letter_map


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.mark.parametrize("seed", range(5))
def test_rectangles_end_apart_and_in_order(seed):
    points = np.random.default_rng(seed).normal(0, 1.5, (40, 2))
    sizes = np.tile([0.15, 0.2], (40, 1))
    places = apart(points, sizes)
    gaps = np.abs(places[:, None] - places) + 9 * np.eye(40)[..., None]
    assert ((gaps > [0.149, 0.199]).any(axis=2)).all()
    assert np.abs(places - points).max() < 1


def test_those_that_stand_apart_or_on_the_same_place():
    points = np.array([[0, 0], [1, 0], [0, 1.0]])
    assert np.array_equal(apart(points, np.full((3, 2), 0.5)), points)
    one, other = apart(np.zeros((2, 2)), np.full((2, 2), 0.5))
    assert np.abs(one - other).max() > 0.49


def test_characters_are_written_at_their_places_and_marks_as_words():
    kinds = {"vowels": ("ae", "red"), "marks": (",", "black")}
    ax = letter_map([[0, 0], [4, 0], [0, 3], [9, 9]], "ae,x", kinds, "A map", "one", "two").axes[0]
    texts = {text.get_text(): text for text in ax.texts}
    assert texts.keys() == {"a", "e", "comma", "vowels", "marks"}
    assert np.allclose(texts["e"].get_position(), [4, 0]) and texts["e"].get_color() == "red"
    assert (ax.get_title(), ax.get_xlabel(), ax.get_ylabel()) == ("A map", "one", "two")


def test_points_and_characters_must_be_as_many():
    with pytest.raises(ValueError, match="points has the shape"):
        letter_map([[0, 0]], "ab", {}, "", "", "")

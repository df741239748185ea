"""The tree of what might come next."""

import matplotlib.pyplot as plt
import pytest
from helpers import LETTERS

from tinygpt_lib.course.show import plots
from tinygpt_lib.course.show.trees import GREEDY, LIKELIEST, OTHER, tree

# Greedy says "b" and gets 0.6 * 0.3; "c" first leads to 0.4 * 0.9.
CHANCES = {
    (): 1.0, (1,): 0.6, (2,): 0.4, (1, 3): 0.18, (1, 4): 0.12, (2, 5): 0.36, (2, 6): 0.04,
}  # fmt: skip


@pytest.fixture
def ax():
    yield plots.axes("", "", "")[1]
    plt.close("all")


def drawn(ax):
    return {text.get_text(): text for text in ax.texts}


def test_the_likeliest_path_and_the_greedy_one_have_colours_of_their_own(ax):
    tree(ax, CHANCES, LETTERS, "a\n")
    texts = drawn(ax)
    assert {text for text in texts if text.startswith("=")} == {"= 18.0%", "= 12.0%", "= 36.0%", "= 4.0%"}
    assert [texts[whole].get_color() for whole in ("= 18.0%", "= 36.0%", "= 4.0%")] == [GREEDY, LIKELIEST, OTHER]
    assert {"a↵", "b", "c", "d", "60%", "40%", "30%", "90%"} <= texts.keys()
    assert [texts[letter].get_color() for letter in "bcdf"] == [GREEDY, LIKELIEST, GREEDY, LIKELIEST]


def test_likelier_branches_stand_above(ax):
    tree(ax, CHANCES, LETTERS, "a")
    heights = [drawn(ax)[f"= {share}%"].get_position()[1] for share in ("18.0", "12.0", "36.0", "4.0")]
    assert heights == [0, 1, 2, 3] and ax.get_ylim() == (3.5, -0.5)  # downwards


def test_where_greedy_finds_the_likeliest_there_is_one_colour(ax):
    tree(ax, {(): 1.0, (1,): 0.7, (2,): 0.3}, LETTERS, "a")
    assert {text.get_color() for text in ax.texts} == {LIKELIEST, OTHER}


@pytest.mark.parametrize("chances", [{(): 1.0}, {(1,): 0.5}, {(): 1.0, (1, 2): 0.5}])
def test_a_path_without_its_beginning_is_refused(ax, chances):
    with pytest.raises(ValueError, match="give all beginnings"):
        tree(ax, chances, LETTERS, "a")

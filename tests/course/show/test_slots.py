"""The picture of a network and its slots."""

import matplotlib.pyplot as plt
import pytest

from tinygpt_lib.alphabetize import letters
from tinygpt_lib.course.show import plots
from tinygpt_lib.course.show.slots import network_picture


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_every_slot_and_every_logit_is_named_and_marked_weights_have_colours():
    ax = network_picture([2, 0, 0, 3], letters(3), 1280, "a window", marked=(0, 2)).axes[0]
    texts = [text.get_text() for text in ax.texts]
    assert texts[:8] == ["C", "slot 0", "A", "slot 1", "A", "slot 2", "pad", "slot 3"]
    assert texts[-7:] == ["A", "B", "C", "pad", "4 slots", "1,280 hidden", "4 logits"]
    colours = [line.get_color() for line in ax.lines]
    assert colours.count(plots.BLUE) == colours.count(plots.ORANGE) == 6


@pytest.mark.parametrize("wrong", [{"context": [4]}, {"hidden": 0}, {"marked": [4]}, {"tok": "ABC"}])
def test_what_is_no_network_is_refused(wrong):
    with pytest.raises(ValueError):
        network_picture(**{"context": [0, 1], "tok": letters(3), "hidden": 4, "title": "", "marked": (), **wrong})

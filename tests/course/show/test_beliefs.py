"""The panel that shows what a network believes as it learns to sort."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from helpers import tiny

from tinygpt_lib.alphabetize import letters, train_to_sort
from tinygpt_lib.course.show import plots
from tinygpt_lib.course.show.beliefs import beliefs, beliefs_figure, beliefs_panel, beliefs_view


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def checkpoints():
    start, trained = (tiny(letters(3), context=6, padding="after", hidden=(32,)) for _ in range(2))
    train_to_sort(trained, 3, most=6_000)
    return {0: start, 6_000: trained}


def test_beliefs_are_what_the_model_says_after_the_right_answer_so_far(checkpoints):
    for model in checkpoints.values():
        p = beliefs(model, "cab")
        assert p.shape == (3, 3) and np.all(p > 0) and np.all(p.sum(axis=1) < 1.00001)  # the rest is the pad
        for place, said in enumerate(("CAB", "CABA", "CABAB")):
            assert np.allclose(p[place], model.probabilities(model.tok.encode(said))[:3])
    assert p.argmax(axis=1).tolist() == [0, 1, 2]


def test_the_right_letters_bars_are_orange(checkpoints):
    ax = beliefs_figure(checkpoints[6_000], "CAC", "title").axes[0]
    tall = [bar for bar in ax.patches if bar.get_height() > 0.5]
    assert {bar.get_facecolor() for bar in tall} == {plt.matplotlib.colors.to_rgba(plots.ORANGE)} and len(tall) == 3
    assert [text.get_text() for text in ax.texts][:4] == ["A", "A", "A", "B"]


def test_the_view_says_what_the_network_writes(checkpoints):
    view = beliefs_view(checkpoints, 6_000, " bca ")
    assert re.search(r'<img alt="Bars: [^"]*BCA after 6,000 strings" src="data:image/png;base64,', view)
    assert view.endswith("It writes <b>ABC</b>: right.</p>")
    assert ": not ABC.</p>" in beliefs_view(checkpoints, 0, "BCA")


@pytest.mark.parametrize("string", ["", "AB", "ABCA", "ABD", "A B", "<b>", "$$$", "äbc"])
def test_a_string_it_cannot_sort_gives_one_sentence(checkpoints, string):
    view = beliefs_view(checkpoints, 0, string)
    assert view.startswith('<p role="alert">') and "this model sorts 3 letters of ABC" in view and "<b>:" not in view
    with pytest.raises(ValueError, match="this model sorts 3 letters of ABC"):
        beliefs(checkpoints[0], string)


def test_moving_the_slider_and_typing_redraw_the_panel(checkpoints):
    typed, step, view = beliefs_panel(checkpoints, "CAB").children
    before = view.value
    step.value = 6_000
    later = view.value
    typed.value = "BBB"
    assert len({before, later, view.value}) == 3
    typed.value = "BB"
    assert "role" in view.value and plt.get_fignums() == []
    assert typed.description and step.description

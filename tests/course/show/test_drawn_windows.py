"""The panel of drawn windows, and the counts it shows."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest

from tinygpt_lib.course.show.drawn_windows import (
    CHARACTERS,
    WINDOW,
    drawn_examples,
    drawn_figure,
    drawn_panel,
    drawn_view,
    full_windows_met,
)  # fmt: skip
from tinygpt_lib.windows import STARTS


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.mark.parametrize("starts", STARTS)
def test_examples_lie_on_the_text_with_lengths_as_asked(starts):
    targets, lengths = drawn_examples(starts, min_context=4, n=2_000)
    assert set(lengths) == set(range(4, WINDOW + 1))
    assert targets.min() >= 0 and targets.max() < CHARACTERS
    if starts != "wrap":
        assert (targets >= lengths).all(), "a context begins inside the text"


def test_a_march_meets_few_full_windows_and_random_starts_meet_all():
    assert full_windows_met(*drawn_examples("sequential")) == CHARACTERS // WINDOW - 1
    assert full_windows_met(*drawn_examples("random", min_context=WINDOW)) == CHARACTERS - WINDOW
    assert full_windows_met(*drawn_examples("wrap", min_context=WINDOW)) == CHARACTERS


def test_chunks_read_the_beginning_least():
    targets, lengths = drawn_examples("chunks")
    tenths = np.histogram(targets[lengths == WINDOW], 10, (0, CHARACTERS))[0]
    assert tenths[1] < 0.5 * tenths[8]


def test_longer_stretches_give_more_full_windows():
    full = [(drawn_examples(substring=n)[1] == WINDOW).mean() for n in (16, 32, 64)]
    assert np.allclose(full, [1 / 16, 17 / 32, 49 / 64], atol=0.02)


def test_the_figure_has_its_three_panels_named():
    titles = [ax.get_title() for ax in drawn_figure(*drawn_examples()).axes]
    assert titles == ["The first 45 contexts", "Where full windows end", "How long contexts are"]


def test_the_view_says_in_words_what_it_shows():
    view = drawn_view("sequential", 16, 16)
    assert "100% of them with a full window; different full windows met: 24" in view
    assert 'alt="Examples drawn with starts sequential, min_context 16, substring 16"' in view


def test_every_control_redraws_and_is_named():
    way, least, stretch, view = drawn_panel().children
    pages = [view.value]
    for control, value in ((way, "chunks"), (least, 16), (stretch, 64)):
        control.value = value
        pages.append(view.value)
    assert len(set(pages)) == 4 and all(re.match("<img alt=", page) for page in pages)
    assert [control.description for control in (way, least, stretch)] == ["starts", "min_context", "substring"]

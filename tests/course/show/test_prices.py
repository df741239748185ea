"""A long list of comparisons: what may be said of each, its chart and its panel."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from tinygpt_lib.course.measures import family_interval
from tinygpt_lib.course.show import prices
from tinygpt_lib.course.show.prices import claim, price_chart, price_list, price_panel, price_view

GAPS = {
    "bad": np.array([0.50, 0.51, 0.52, 0.50, 0.49]),
    "a bit bad": np.array([0.02, 0.01, 0.03, 0.01, 0.02]),
    "the same": np.array([0.01, -0.01, 0.02, -0.02, 0.0]),
    "good": np.array([-0.041, -0.042, -0.04, -0.041, -0.039]),
    "lost": np.array([0.3, np.nan, 0.3, 0.3, 0.3]),
}


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_what_may_be_said():
    assert claim(0.3, 0.1, 0.2) == "worse" and claim(-0.3, 0.1, 0.2) == "better"
    assert claim(0.15, 0.1, 0.2) == "perhaps worse" and claim(-0.15, 0.1, 0.2) == "perhaps better"
    assert claim(0.1, 0.1, 0.2) == claim(-0.05, 0.1, 0.2) == "no clear difference"
    assert claim(np.nan, np.nan, np.nan) == "diverged"


def test_a_list_is_sorted_and_says_less_when_more_is_counted():
    alone, family = price_list(GAPS, family_interval, 1), price_list(GAPS, family_interval, 60)
    assert list(alone) == list(family) == ["good", "the same", "a bit bad", "bad", "lost"]
    assert [row[3] for row in alone.values()] == ["better", "no clear difference", "worse", "worse", "diverged"]
    assert family["a bit bad"][3] == "perhaps worse" and family["bad"][3] == "worse"
    for name in ("good", "the same", "a bit bad", "bad"):
        assert family[name][1] == alone[name][1] < family[name][2]


def test_the_chart_holds_every_row_and_an_arrow_for_what_is_beyond():
    figure = price_chart(price_list(GAPS, family_interval, 60), "prices")
    ax = figure.axes[0]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["good", "the same", "a bit bad", "bad", "lost"]
    assert [line.get_marker() for line in ax.lines if line.get_marker() in "o>"] == ["o", "o", "o", ">", ">"]
    hollow = [line.get_markerfacecolor() == "white" for line in ax.lines if line.get_marker() in "o>"]
    assert hollow == [False, False, True, False, False]
    assert [text.get_text() for text in ax.texts][-1] == "diverges"


def test_the_view_counts_claims_and_has_alt_text():
    view = price_view(GAPS, family_interval, 5, 60)
    for words in ("<b>1</b> worse", "<b>1</b> perhaps worse", "<b>1</b> better", "<b>1</b> diverged"):
        assert words in view
    assert 'alt="Chart of 5 prices: 5 seeds, 60 comparisons counted"' in view and plt.get_fignums() == []


def test_moving_a_slider_redraws_the_panel(monkeypatch):
    monkeypatch.setattr(prices, "picture", lambda figure, alt: alt)
    panel = price_panel(GAPS, family_interval, 60)
    used, counted, view = panel.children
    assert (used.value, used.min, counted.value, counted.min) == (5, 2, 60, 1)
    assert used.description and counted.description
    counted.value = 1
    assert "5 seeds, 1 comparisons counted" in view.value
    used.value = 2
    assert "2 seeds, 1 comparisons counted" in view.value


def test_nonsense_is_refused():
    with pytest.raises(ValueError, match="gaps is 3"):
        price_list(3, family_interval, 60)
    with pytest.raises(ValueError, match="interval is 3"):
        price_list(GAPS, 3, 60)
    with pytest.raises(ValueError, match="comparisons is 0"):
        price_panel(GAPS, family_interval, 0)
    for gaps in ({}, {"a": np.array([1.0])}):
        with pytest.raises(ValueError, match="two or more"):
            price_panel(gaps, family_interval, 3)

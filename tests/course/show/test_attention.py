"""Where a GPT looks: the numbers shown are the model's own, and whatever is typed is shown or refused."""

import numpy as np
import pytest
from helpers import LETTERS

from tinygpt_lib.course.show.attention import MOST_SHOWN, attention_figure, attention_panel, attention_view, looks
from tinygpt_lib.course.show.overlaps import overlaps
from tinygpt_lib.loss import softmax
from tinygpt_lib.model import TinyGPT
from tinygpt_lib.transformer import GPT


@pytest.fixture
def model():
    return GPT(LETTERS, context=30, width=16, heads=2, layers=3, positions="rotary")


@pytest.mark.parametrize("layer", [1, 3])
def test_a_weight_is_the_softmax_of_the_scores(model, layer):
    ids = np.array([3, 1, 4, 1, 5])
    scores, weights = looks(model, ids, layer)
    np.testing.assert_array_equal(weights, model.attention(ids)[layer - 1])
    for t in range(5):
        np.testing.assert_allclose(weights[:, t, : t + 1], softmax(scores[:, t, : t + 1]), rtol=1e-5)


def test_a_head_a_panel_and_a_bar_a_token(model):
    figure = attention_figure(model, "bad cab".replace(" ", ""), place=4, layer=2)
    _, weights = looks(model, np.array(LETTERS.encode("badcab")), 2)
    assert [ax.get_title() for ax in figure.axes] == ["layer 2, head 1", "layer 2, head 2"]
    for ax, row in zip(figure.axes, weights[:, 3, :4]):
        np.testing.assert_allclose([bar.get_width() for bar in ax.patches], 100 * row, rtol=1e-5)
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["b", "a", "d", "c (looks)"]
    assert overlaps(figure) == []


def test_of_a_long_text_the_first_tokens_share_a_bar(model):
    figure = attention_figure(model, "abcdefg" * 10)
    ax = figure.axes[0]
    assert len(ax.patches) == MOST_SHOWN + 1 and ax.get_yticklabels()[0].get_text() == "10 before"
    assert sum(bar.get_width() for bar in ax.patches) == pytest.approx(100, rel=1e-5)
    assert [text.get_text().count("→") for text in ax.texts] == [0] + [1] * MOST_SHOWN
    assert not any("-0.0" in text.get_text() for text in ax.texts)
    assert overlaps(figure) == []


def test_a_score_near_nothing_has_no_minus(model):
    for parameter, _ in model.blocks[0].attention.parameters():
        parameter *= 0.01
    scores, _ = looks(model, np.array(LETTERS.encode("abcdef")), 1)
    assert (scores[:, -1] < 0).any() and abs(scores).max() < 0.05
    texts = [text.get_text() for ax in attention_figure(model, "abcdef").axes for text in ax.texts]
    assert all(text.startswith("+0.0") for text in texts)


def test_a_network_without_attention_is_refused(model):
    with pytest.raises(ValueError, match="it must be a GPT"):
        attention_panel(TinyGPT(LETTERS), "abc")


def test_the_view_says_what_may_come_next_and_what_is_out_of_sight(model):
    shown = attention_view(model, "abcdefg" * 10, place=30)
    best = model.probabilities(LETTERS.encode("abcdefg" * 10)[-30:])[:7].argmax()  # 7 is the pad
    assert f"likely next: {LETTERS.token_text(best)} " in shown
    assert "the first 40 tokens are outside the window of 30" in shown
    assert "outside" not in attention_view(model, "abc")
    assert "pad" in LETTERS.token_text(LETTERS.pad_id) and "pad" not in attention_view(model, "abc", best=8)


def test_the_panel_steps_from_place_to_place(model):
    panel = attention_panel(model, "abc")
    words, place, layer, view = panel.children
    assert (place.value, place.max, layer.max) == (3, 3, 3)
    assert "layer 1, place 3 of 3, c" in view.value
    place.value = 1
    assert "place 1 of 3, a" in view.value
    layer.value = 2
    assert "layer 2, place 1" in view.value
    words.value = "gfedc"
    assert "layer 2, place 5 of 5, c" in view.value and place.max == 5


@pytest.mark.parametrize("typed", ["", "x", "é"])
def test_what_cannot_be_looked_at_is_said(model, typed):
    panel = attention_panel(model, "abc")
    panel.children[0].value = typed
    assert 'role="alert"' in panel.children[-1].value
    panel.children[0].value = "ab"
    assert "place 2 of 2" in panel.children[-1].value


@pytest.mark.parametrize("settings", [{"place": 0}, {"place": 4}, {"layer": 0}, {"layer": 4}, {"prompt": ""}])
def test_bad_settings_are_refused(model, settings):
    with pytest.raises(ValueError, match="place is|layer is|the prompt is"):
        attention_figure(model, **{"prompt": "abc", **settings})
    with pytest.raises(ValueError, match="place is|layer is|the prompt is"):
        attention_view(model, **{"prompt": "abc", **settings})

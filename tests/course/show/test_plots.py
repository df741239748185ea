"""The course's figures."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from helpers import LETTERS
from matplotlib.colors import to_hex

from tinygpt_lib.bpe import Tokenizer
from tinygpt_lib.course.show import plots
from tinygpt_lib.generation import next_token_distribution
from tinygpt_lib.training import History

PNG = b"\x89PNG"


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def drawn(ax):
    """The texts on a set of axes."""
    return [text.get_text() for text in ax.texts]


def test_loss_curve_shows_the_history_and_its_baselines():
    history = History(step=[10, 20], loss=[3.0, 2.0], valid_loss=[3.1, 2.5])
    ax = plots.loss_curve(history, [("unigram", 3.3)]).axes[0]
    assert [list(line.get_ydata()) for line in ax.lines] == [[3.3, 3.3], [3.0, 2.0], [3.1, 2.5]]
    assert drawn(ax) == ["unigram", "training", "held out"]


def test_labels_are_moved_apart():
    _, ax = plots.axes("title", "x", "y")
    for label, end in (("one", 1.0), ("two", 1.001), ("three", 5.0)):
        plots.line(ax, [0, 1], [0, end], label)
    plots.spread_labels(ax.figure)
    ax.figure.canvas.draw()
    boxes = sorted(text.get_window_extent().y0 for text in ax.texts)
    assert np.diff(boxes).min() * 72 / ax.figure.dpi > 11


def test_next_token_bars_are_sorted_and_leave_out_the_impossible():
    _, ax = plots.axes("title", "probability", "token")
    p = next_token_distribution(np.arange(8.0), top_n=3)
    plots.next_token_bars(ax, p, LETTERS, top=5)
    assert [bar.get_width() for bar in ax.patches] == sorted(p[p > 0].tolist(), reverse=True)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["<|pad|>", "g", "f"]


def test_windows_are_drawn_with_their_targets():
    contexts = np.array([[7, 7, 0], [1, 2, 3]])
    ax = plots.windows(contexts, np.array([1, 4]), LETTERS, "two").axes[0]
    assert drawn(ax) == ["pad", "pad", "a", "→ b", "b", "c", "d", "→ e"]


def test_a_heat_map_writes_its_texts_but_for_missing_numbers():
    _, ax = plots.axes("title", "x", "y")
    plots.heat_map(ax, np.array([[1.0, 9.0], [np.nan, 2.0]]), [["a", "b"], ["c", "d"]], ["r", "s"], ["k", "l"], 0, 10)
    assert drawn(ax) == ["a", "b", "d"]
    assert [text.get_color() for text in ax.texts] == ["black", "white", "black"]
    assert [label.get_text() for label in [*ax.get_xticklabels(), *ax.get_yticklabels()]] == ["k", "l", "r", "s"]


def test_colours_are_distinct_and_png_closes_the_figure():
    assert len({to_hex(colour) for colour in plots.COLOURS}) == len(plots.COLOURS)
    figure, _ = plots.axes("title", "x", "y")
    assert plots.png(figure).startswith(PNG) and not plt.fignum_exists(figure.number)


HOSTILE = {
    "a formula that is none": "$$x^2$$",
    "dollars": "cost $5 and $6",
    "backslashes": r"\frac{1",
    "control characters": "\x00\x07\x1b[31m",
    "right to left": "שלום",
    "HTML": "<b>&amp;</b>",
    "long": "x" * 10_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_any_text_is_drawn_as_it_is(text):
    figure, ax = plots.axes(text, text, text)
    plots.line(ax, [0, 1], [0, 1], text)
    plots.baseline(ax, 1, text)
    plots.heat_map(ax, np.ones((1, 1)), [[text]], [text], [text], 0, 1)
    texts = [ax.title, ax.xaxis.label, ax.yaxis.label, *ax.texts, *ax.get_xticklabels(), *ax.get_yticklabels()]
    assert [drawn.get_text() for drawn in texts] == [text] * 8
    assert not any(drawn.get_parse_math() for drawn in texts)
    assert plots.png(figure).startswith(PNG)


def test_any_token_is_drawn_as_it_is():
    tok = Tokenizer.train("".join(HOSTILE.values()), max_token_length=1, all_bytes=True)
    everything = np.arange(tok.vocab_size)
    figure, ax = plots.axes("title", "probability", "token")
    plots.next_token_bars(ax, np.full(tok.vocab_size, 1 / tok.vocab_size), tok, top=tok.vocab_size)
    assert not any(label.get_parse_math() for label in ax.get_yticklabels())
    assert all(label.get_text().isprintable() for label in ax.get_yticklabels())
    assert plots.png(figure).startswith(PNG)
    figure = plots.windows(everything.reshape(1, -1), everything[:1], tok, "title")
    assert not any(text.get_parse_math() for text in figure.axes[0].texts)
    assert plots.png(figure).startswith(PNG)


def test_the_numbers_of_a_logarithmic_axis_stay_formulas():
    figure, ax = plots.axes("title", "x", "y")
    ax.plot([1, 1000], [1, 1000])
    ax.set(yscale="log")
    figure.canvas.draw()
    labels = ax.get_yticklabels()
    assert "$" in labels[0].get_text() and all(label.get_parse_math() for label in labels)


def test_what_cannot_be_seen_is_made_visible():
    assert plots.visible(" a\n\t") == "␣a↵⇥" and plots.visible("") == "∅"
    assert plots.visible("\x00\u202e") == r"\x00\u202e" and plots.visible("é") == "é"

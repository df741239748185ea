"""The teaching aids: figures, panels, measures of originality, statistics, stored models, the notebook runner."""

import re

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from helpers import LETTERS, random_ids, tiny
from matplotlib.colors import to_hex

from tinygpt_lib.course import installation, notebooks, plots
from tinygpt_lib.course.coloured import tokens_html
from tinygpt_lib.course.originality import invented_words, longest_copied_run, words
from tinygpt_lib.course.panels import LiveCurve, distribution_after, sampling_panel, sampling_view
from tinygpt_lib.course.paths import MODELS
from tinygpt_lib.course.statistics import T_975, mean_and_interval
from tinygpt_lib.generation import generate, next_token_distribution
from tinygpt_lib.training import History, train

PNG = b"\x89PNG"


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


# ---- figures ------------------------------------------------------------------------------------------------------


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


def test_coloured_tokens_show_every_token_and_escape_html():
    page = tokens_html(LETTERS, [0, 7, 1])
    assert re.findall(r'title="id (\d+)"[^>]*>(.*?)</span>', page) == [("0", "a"), ("7", "&lt;|pad|&gt;"), ("1", "b")]


# ---- panels -------------------------------------------------------------------------------------------------------


def test_distribution_after_a_prompt_is_the_one_that_generate_draws_from(trained):
    p = distribution_after(trained, "the c", temperature=0.5, top_n=4)
    assert np.isclose(p.sum(), 1) and np.count_nonzero(p) == 4 and p[trained.tok.pad_id] == 0
    first = generate(trained, "the c", 1, temperature=0)
    assert first[-1] == trained.tok.token_text(p.argmax())


def test_sampling_view_holds_a_picture_with_alt_text_and_the_sample(trained):
    view = sampling_view(trained, "the ", 0.7, 3, max_tokens=30, seed=1)
    assert re.search(r'<img alt="[^"]*temperature 0.7, top 3" src="data:image/png;base64,', view)
    assert generate(trained, "the ", 30, 0.7, 3, seed=1) in view


def test_moving_a_slider_redraws_the_panel(trained):
    panel = sampling_panel(trained, "the ", max_tokens=20)
    heat, best, view = panel.children
    before = view.value
    heat.value = 0.1
    cool = view.value
    best.value = 1
    assert len({before, cool, view.value}) == 3
    assert best.max == trained.tok.vocab_size - 1


def test_live_curve_draws_from_the_second_check_on(rng):
    curve = LiveCurve([("unigram", 2.0)])
    seen = []
    train(
        tiny(), random_ids(50), steps=3, batch_size=4, every=1, progress=False,
        watch=lambda history: (curve(history), seen.append(curve.widget.value)),
    )  # fmt: skip
    assert seen[0] == "" and seen[1] != seen[2] and all(' src="data:image/png;base64,' in page for page in seen[1:])


# ---- measures -----------------------------------------------------------------------------------------------------


def test_invented_words():
    assert words("I'll to't: SIR!") == ["i'll", "to't", "sir"]
    assert invented_words("The cat sate", "the CAT sat") == 1 / 3
    with pytest.raises(ValueError, match="no words"):
        invented_words("...", "the cat")


def test_longest_copied_run_against_every_substring(rng):
    for _ in range(50):
        text, source = ("".join(rng.choice(list("ab "), size=n)) for n in (12, 15))
        runs = [text[i:j] for i in range(13) for j in range(i, 13) if text[i:j] in source]
        expected = max(map(len, runs))
        found = longest_copied_run(text, source)
        assert len(found) == expected and found == next(run for run in runs if len(run) == expected)


def test_interval_covers_the_mean_about_95_times_in_100(rng):
    covered = 0
    for _ in range(2000):
        mean, half = mean_and_interval(rng.normal(3, 2, 5))
        covered += abs(mean - 3) <= half
    assert 0.935 < covered / 2000 < 0.965


def test_interval_needs_two_values():
    assert np.all(np.diff(T_975) < 0) and len(T_975) == 30
    for values in ([1.0], [], [[1.0, 2.0]], [0.0] * 32):
        with pytest.raises(ValueError, match="2 to 31 values"):
            mean_and_interval(values)


# ---- installation and notebooks -----------------------------------------------------------------------------------


def test_installation_check(monkeypatch, capsys):
    installation.check_installation()
    assert "NO" not in capsys.readouterr().out
    monkeypatch.setattr(installation, "PACKAGES", ("numpy", "no-such-package"))
    monkeypatch.setattr(installation, "MODELS", MODELS / "nowhere")
    installation.check_installation()
    lines = capsys.readouterr().out.splitlines()
    assert [("NO; " in line and "make lab" in line) for line in lines] == [False, True, False, True]


def stream(text):
    return nbformat.v4.new_output("stream", name="stdout", text=text)


def test_stored_notebooks_hold_no_widgets_and_whole_texts():
    widget = nbformat.v4.new_output("display_data", data={notebooks.WIDGET: {}, "text/plain": "IntSlider()"})
    cell = nbformat.v4.new_code_cell("x", outputs=[stream("one\n"), stream("two\n"), widget])
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata={"widgets": {"state": {}}})
    notebooks.clean(notebook)
    assert "widgets" not in notebook.metadata
    assert [output.text for output in notebook.cells[0].outputs] == ["one\ntwo\n"]


def test_running_a_notebook_stores_its_outputs(tmp_path):
    path = tmp_path / "small.ipynb"
    cells = [nbformat.v4.new_code_cell("print('é', 1 + 1)"), nbformat.v4.new_markdown_cell("text")]
    path.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=cells)), encoding="utf-8")
    notebooks.main([str(tmp_path)])
    first, _ = nbformat.read(str(path), as_version=4).cells
    assert first.outputs[0].text == "é 2\n" and first.execution_count == 1

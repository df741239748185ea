"""The live curve and the panel with sliders."""

import re
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pytest
from comm import DummyComm
from helpers import random_ids, tiny
from tqdm.notebook import tqdm as notebook_bar

from tinygpt_lib import training
from tinygpt_lib.course.make.notebooks import CELL_SECONDS
from tinygpt_lib.course.show import panels
from tinygpt_lib.course.show.panels import LiveCurve, distribution_after, sampling_panel, sampling_view
from tinygpt_lib.generation import generate
from tinygpt_lib.training import train


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_distribution_after_a_prompt_is_the_one_that_generate_draws_from(trained):
    p = distribution_after(trained, "the c", temperature=0.5, top_n=4)
    assert np.isclose(p.sum(), 1) and np.count_nonzero(p) == 4 and p[trained.tok.pad_id] == 0
    first = generate(trained, "the c", 1, temperature=0)
    assert first[-1] == trained.tok.token_text(p.argmax())


def test_sampling_view_holds_a_picture_with_alt_text_and_the_sample(trained):
    view = "".join(sampling_view(trained, "the ", 0.7, 3, max_tokens=30, seed=1))
    assert re.search(r'<img alt="[^"]*temperature 0.7, top 3" src="data:image/png;base64,', view)
    assert generate(trained, "the ", 30, 0.7, 3, seed=1) in view


def test_sampling_view_shows_the_end_of_a_long_prompt_and_no_formula(trained):
    view = "".join(sampling_view(trained, "the cat " * 1000, 0.7, 3, max_tokens=3))
    assert "after &#x27;…the cat the cat" in view and len(re.search('alt="(.*?)"', view)[1]) < 120
    with pytest.raises(ValueError, match="is not in this vocabulary"):
        sampling_view(trained, "$", 0.7, 3)
    assert plt.get_fignums() == []


def test_sampling_view_takes_all_four_settings_and_names_those_that_are_on(trained):
    view = "".join(sampling_view(trained, "the ", 0.7, 3, 30, 1, 0.9, 0.5))
    assert 'temperature 0.7, top 3, top-p 0.9, penalty 0.5" src=' in view
    assert generate(trained, "the ", 30, 0.7, 3, 0.5, seed=1, top_p=0.9) in view


def test_the_penalty_is_in_the_bars_too(trained):
    free, held = (distribution_after(trained, "the c", repetition_penalty=penalty) for penalty in (1, 0.1))
    recent = trained.tok.encode("the c")
    expected = np.where(np.isin(np.arange(len(free)), recent), 0.1, 1) * free
    np.testing.assert_allclose(held, expected / expected.sum())
    assert np.count_nonzero(distribution_after(trained, "the c", top_p=1e-6)) == 1


def test_moving_a_slider_redraws_the_panel(trained):
    panel = sampling_panel(trained, "the ", max_tokens=20)
    words, heat, best, share, penalty, again, view = panel.children
    seen = [view.value]
    for control, value in ((heat, 0.1), (best, 1), (best, 6), (heat, 2), (share, 0.5), (penalty, 0.1), (words, "a")):
        control.value = value
        seen.append(view.value)
    assert len(set(seen)) == 8
    assert best.max == trained.tok.vocab_size - 1
    assert all(control.description for control in panel.children[:-1])


def samples(view):
    """The sample of now, and the one before if there is one."""
    return re.findall("<pre.*?>(.*?)</pre>", view.value, re.DOTALL)


def test_drawing_again_takes_another_seed_and_keeps_the_sample_before(trained):
    *_, again, view = sampling_panel(trained, "the ", temperature=2.0, max_tokens=20).children
    (first,) = samples(view)
    assert first == generate(trained, "the ", 20, 2.0, seed=0)
    again.click()
    second, before = samples(view)
    assert before == first and second == generate(trained, "the ", 20, 2.0, seed=1)
    again.click()
    assert samples(view) == [generate(trained, "the ", 20, 2.0, seed=2), second]


def test_a_prompt_that_cannot_be_continued_gets_a_sentence_and_loses_nothing(trained):
    words, *_, view = sampling_panel(trained, "the ", max_tokens=20).children
    (first,) = samples(view)
    for wrong, reason in (("€", "is not in this vocabulary"), ("", "the prompt is empty")):
        words.value = wrong
        assert 'role="alert"' in view.value and reason in view.value and not samples(view)
    words.value = "the c"
    assert samples(view)[1] == first


def test_live_curve_draws_from_the_second_check_on(rng):
    curve = LiveCurve([("unigram", 2.0)])
    seen = []
    train(
        tiny(), random_ids(50), steps=3, batch_size=4, every=1, progress=False,
        watch=lambda history: (curve(history), seen.append(curve.widget.value)),
    )  # fmt: skip
    assert seen[0] == "" and seen[1] != seen[2] and all(' src="data:image/png;base64,' in page for page in seen[1:])


@pytest.mark.parametrize("last", [20, 8])
def test_live_curve_draws_the_end_of_a_run_however_it_ends(last):
    curve = LiveCurve()
    settings = {"steps": 20, "batch_size": 4, "every": 1, "on_check": lambda model, step: step == last < 20}
    train(tiny(), random_ids(50), **settings, progress=False, watch=curve)
    assert f'alt="Loss curve up to step {last}"' in curve.widget.value


def test_a_long_run_sends_few_messages(monkeypatch):
    """40 seconds of training, checked at each step: at this rate the longest cell of a notebook stays under 500."""
    seconds, sent, drawn = [0.0], [], []
    monkeypatch.setattr(DummyComm, "publish_msg", lambda self, *message, **more: sent.append(message))
    monkeypatch.setattr(panels, "time", SimpleNamespace(monotonic=lambda: seconds[0]))
    bars = []

    def bar(**settings):
        bars.append(notebook_bar(display=False, **settings))
        bars[0]._time = lambda: seconds[0]
        bars[0].last_print_t = bars[0].start_t = seconds[0]
        return bars[0]

    def draw(rng, n):
        seconds[0] += 0.1
        return np.full((n, 3), 7), np.zeros(n, int), np.ones(n)

    monkeypatch.setattr(training, "tqdm", bar)
    curve = LiveCurve()
    curve.widget.observe(drawn.append, names="value")
    train(tiny(), draw, steps=400, batch_size=4, every=1, watch=curve)
    assert 10 <= len(drawn) <= 21
    assert "100%" in bars[0].container.children[0].value and "loss" in bars[0].container.children[2].value
    assert len(drawn) < len(sent) <= 500 * 40 / CELL_SECONDS

"""The live curve and the panel with sliders."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from helpers import random_ids, tiny

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

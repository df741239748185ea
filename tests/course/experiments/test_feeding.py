"""Other ways of feeding."""

import numpy as np
import pytest

from tinygpt_lib.course.experiments.feeding import shuffled_ids, text_model
from tinygpt_lib.course.experiments.text_runs import characters
from tinygpt_lib.windows import Windows


@pytest.fixture(scope="module")
def contexts():
    tok, training_ids, _ = characters()
    return Windows(training_ids, 16, tok.pad_id)(np.random.default_rng(3), 2000)[0]


def test_small_raw_begins_as_normalized(contexts):
    small, normalized = (text_model(0, name, hidden=(8,)) for name in ("small raw", "normalized"))
    assert np.allclose(small.logits(contexts), normalized.logits(contexts), atol=1e-4)


def test_standardized_inputs_have_mean_0_and_deviation_1(contexts):
    x = text_model(0, "standardized", hidden=(8,)).encoding.forward(contexts)
    assert abs(x.mean()) < 0.05 and abs(x.std() - 1) < 0.05


def test_traces_count_and_fade(contexts):
    tok = characters()[0]
    window = np.full((1, 16), tok.pad_id)
    a, b = tok.encode("ab")
    window[0, -3:] = [a, b, a]
    counts, fading = (text_model(0, name, hidden=(8,)).encoding.forward(window)[0] for name in ("counts", "fading"))
    assert counts[a] == 2 and counts[b] == 1 and counts.sum() == 3
    assert fading[a] == pytest.approx(1 + 0.7**2) and fading[b] == pytest.approx(0.7)


def test_shuffled_ids_renumber_the_inputs_and_keep_the_pad(contexts):
    tok, ids = characters()[0], shuffled_ids(4)
    assert sorted(ids) == list(range(tok.vocab_size)) and ids[tok.pad_id] == tok.pad_id
    x = text_model(4, "raw", shuffle=True, hidden=(8,)).encoding.forward(contexts)
    assert np.array_equal(x, ids[contexts])

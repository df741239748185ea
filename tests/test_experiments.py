"""What the experiments measure with: ceilings, losses per byte, copies, merged networks, other ways of feeding."""

from collections import Counter

import numpy as np
import pytest
from helpers import random_ids, same, tiny, weights
from hypothesis import given
from hypothesis import strategies as st

from tinygpt_lib.course.feeding import shuffled_ids, text_model
from tinygpt_lib.course.measures import bits_per_byte, ceiling, lowest_loss
from tinygpt_lib.course.merging import averaged, averaged_probabilities, shuffled
from tinygpt_lib.course.originality import copied_pieces, copied_share, longest_copied_run
from tinygpt_lib.course.text_runs import characters, first_part, text_run
from tinygpt_lib.windows import Windows

texts = st.text(alphabet="ab", min_size=6, max_size=40)

# ---- measures -----------------------------------------------------------------------------------------------------


@given(text=texts, length=st.integers(1, 4))
def test_no_guesser_beats_the_ceiling_and_the_best_one_reaches_it(text, length):
    following = {}
    for i in range(len(text) - length):
        following.setdefault(text[i : i + length], []).append(text[i + length])
    counts = [Counter(nexts) for nexts in following.values()]
    places = sum(count.total() for count in counts)
    assert np.isclose(ceiling(text, length), sum(max(count.values()) for count in counts) / places)
    surprise = -sum(n * np.log(n / count.total()) for count in counts for n in count.values()) / places
    assert np.isclose(lowest_loss(text, length), surprise, atol=1e-12)


def test_bits_per_byte_count_bytes_not_characters():
    assert bits_per_byte(np.log(2) * np.array([3.0, 1.0]), ["é", "a"]) == pytest.approx(4 / 3)


@given(text=texts, source=texts)
def test_copied_pieces_are_in_the_source_and_do_not_overlap(text, source):
    end = 0
    for start, place, length in copied_pieces(text, source, least=3):
        assert start >= end and length >= 3
        assert text[start : start + length] == source[place : place + length]
        end = start + length
    longest = len(longest_copied_run(text, source))
    assert (copied_share(text, source, least=3) > 0) == (longest >= 3)


def test_a_copy_is_copied_wholly():
    assert copied_share("to be or not", "or not to be or not", 4) == 1
    assert copied_pieces("xxto be", "to be", 4) == [(2, 0, 5)]


# ---- two networks into one ----------------------------------------------------------------------------------------


def test_averaged_weights_lie_between_the_two():
    one, other = tiny(seed=1), tiny(seed=2)
    before = weights(one)
    assert same(weights(averaged(one, other, 0.0)), weights(one))
    assert all(map(np.allclose, weights(averaged(one, other, 1.0)), weights(other)))
    for value, first, second in zip(weights(averaged(one, other)), weights(one), weights(other)):
        assert np.allclose(value, (first + second) / 2)
    assert same(weights(one), before)


def test_a_reordered_network_computes_the_same_with_other_weights(rng):
    model = tiny(hidden=(9, 7))
    twin = shuffled(model, rng)
    contexts = rng.integers(0, 7, (5, 3))
    assert np.allclose(model.logits(contexts), twin.logits(contexts), atol=1e-6)
    assert not same(weights(model), weights(twin))


def test_averaging_a_model_with_itself_changes_nothing():
    model, ids = tiny(), random_ids(60)
    assert averaged_probabilities(model, model, ids) == pytest.approx(model.loss(ids), rel=1e-5)
    assert averaged_probabilities(model, tiny(seed=5), ids) < (model.loss(ids) + tiny(seed=5).loss(ids)) / 2


# ---- other ways of feeding ----------------------------------------------------------------------------------------


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


# ---- runs on the text ---------------------------------------------------------------------------------------------


def test_parts_of_the_text():
    _, training_ids, held_out = characters()
    whole = first_part(1.0)
    assert np.array_equal(whole, np.concatenate([training_ids, held_out]))
    assert np.array_equal(first_part(0.01), whole[: round(len(whole) * 0.01)])


def test_a_text_run_measures_at_every_check():
    model, curve = text_run(2, {"hidden": (4,)}, {"steps": 4, "every": 2, "batch_size": 8}, ids=first_part(0.001))
    assert curve["examples"] == [16, 32] and curve["ended"] == "finished"
    assert {len(curve[key]) for key in ("seconds", "loss", "accuracy", "held_out")} == {2}
    assert curve["seconds"][0] < curve["seconds"][1] and model.settings["seed"] == 2

"""Examples for a model that learns at every place: the lessons of one context a target, in fewer rows."""

import numpy as np
import pytest
from helpers import random_ids
from hypothesis import given
from hypothesis import strategies as st

from tinygpt_lib.every_position import NO_TARGET, EveryPosition, shifted_left, whole_windows
from tinygpt_lib.windows import PADDINGS, STARTS, Windows, pad_contexts, single_tokens

IDS = random_ids(40)


def lessons(contexts, targets, pad_id=7):
    """What is taught, as a sorted list of pairs: the tokens up to a place, and the target there."""
    found = []
    for context, row in zip(contexts, targets):
        for place in np.flatnonzero(row != NO_TARGET):
            until = context[: place + 1]
            found.append((until[until != pad_id].tolist(), int(row[place])))
    return sorted(found)


@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize("starts", STARTS)
@pytest.mark.parametrize("min_context, substring", [(1, None), (3, None), (2, 4), (4, 4)])
def test_a_window_teaches_every_prefix_that_windows_draws_from(padding, starts, min_context, substring, rng):
    """Of each substring all prefixes of `min_context` tokens or more, each with the token after it."""
    settings = (IDS, 5, 7, padding, min_context, starts, substring)
    draw, singles = EveryPosition(*settings), Windows(*settings)
    length = substring or 5
    contexts, targets, weights = draw(np.random.default_rng(3), 40)
    begins = singles.draw_starts(np.random.default_rng(3), len(contexts))
    expected = []
    for begin in begins:
        text = np.take(IDS, begin + np.arange(length + 1), mode="wrap").tolist()
        expected += [(text[:n], text[n]) for n in range(min_context, length + 1)]
    assert lessons(contexts, targets) == sorted(expected)
    assert 40 <= len(expected) < 40 + length and (weights == 1).all() and weights.dtype == np.float32
    assert contexts.shape == targets.shape == weights.shape
    every = {(tuple(ids), target) for ids, target in lessons(*draw(rng, 4000)[:2])}
    drawn = zip(*Windows(*settings)(rng, 4000)[:2])
    assert {(tuple(ids[ids != 7].tolist()), int(target)) for ids, target in drawn} == every


def test_a_substring_is_read_at_once():
    with pytest.raises(ValueError, match="substring is 6: this model reads it at once, so at most 5"):
        EveryPosition(IDS, 5, 7, substring=6)
    with pytest.raises(ValueError, match="the text has 5 tokens, too few for a window"):
        EveryPosition(IDS[:5], 5, 7)


@given(st.data(), st.sampled_from(PADDINGS), st.integers(1, 6))
def test_each_asked_token_is_asked_once_and_sees_half_a_window_or_all(data, padding, context):
    texts = data.draw(st.lists(st.lists(st.integers(0, 6), min_size=1, max_size=14), min_size=1, max_size=4))
    asked = [
        [False, *data.draw(st.lists(st.booleans(), min_size=len(ids) - 1, max_size=len(ids) - 1))] for ids in texts
    ]
    weights = [np.arange(1.0, len(ids) + 1) / 4 for ids in texts]
    contexts, targets, shares = whole_windows(texts, asked, weights, context, 7, padding)
    flags = targets != NO_TARGET
    places = [(n, place) for n, row in enumerate(asked) for place in np.flatnonzero(row)]
    assert sorted(zip(targets[flags], shares[flags])) == sorted((texts[n][p], weights[n][p]) for n, p in places)
    assert not shares[~flags].any() and contexts.shape == targets.shape == shares.shape
    remaining = [(texts[n][:place], texts[n][place]) for n, place in places]
    for ids, target in lessons(contexts, targets):
        whole = next(pair for pair in remaining if pair[1] == target and pair[0][-len(ids) :] == ids
                     and (len(pair[0]) == len(ids) or len(ids) >= min(context // 2 + 1, context)))  # fmt: skip
        remaining.remove(whole)
    assert not remaining
    if all(len(ids) <= context + 1 for ids in texts):
        assert len(contexts) == sum(map(any, asked))


@pytest.mark.parametrize("padding", PADDINGS)
def test_rows_are_in_the_order_of_their_texts(padding):
    """Of each text the last window comes first."""
    texts, asked = [list(range(6)), [6, 5], list(range(5, -1, -1))], [[0, 1, 1, 1, 1, 1], [0, 1], [0, 1, 1, 1, 1, 1]]
    contexts, targets, weights = whole_windows(texts, asked, None, 4, 7, padding)
    firsts = [row[row != 7][0] for row in contexts]
    assert firsts == [1, 0, 6, 4, 5] and weights.sum() == 5 + 1 + 5
    assert [(row != NO_TARGET).sum() for row in targets] == [2, 3, 1, 2, 3]
    assert lessons(contexts[2:3], targets[2:3]) == [([6], 5)]


@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize("cut", [single_tokens, whole_windows])
def test_nothing_asked_is_no_row(cut, padding):
    contexts, targets, weights = cut([[1, 2], [3]], [[0, 0], [0]], None, 4, 7, padding)
    assert contexts.shape == (0, 4) and len(targets) == len(weights) == 0


@pytest.mark.parametrize("padding", PADDINGS)
def test_shifted_left_puts_tokens_first(padding):
    texts = [[1, 2, 3], [4], [5, 7, 6]]  # a pad within a text stays
    ids, order, lengths = shifted_left(pad_contexts(texts, 5, 7, padding), 7, padding)
    assert ids.shape == (3, 3) and lengths.tolist() == [3, 1, 3]
    assert [row[:n].tolist() for row, n in zip(ids, lengths)] == texts
    np.testing.assert_array_equal(np.take_along_axis(pad_contexts(texts, 5, 7, padding), order, axis=1), ids)
    full = np.arange(10).reshape(2, 5) % 7
    ids, order, lengths = shifted_left(full, 7, padding)
    assert ids is full and order is None and lengths.tolist() == [5, 5]

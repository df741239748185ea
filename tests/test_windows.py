"""Every example drawn is a true one: the tokens that stand before a token of the text, and that token."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinygpt_lib.windows import PADDINGS, STARTS, Windows, all_contexts, pad_contexts


def read(context, pad_id, padding):
    """The tokens of a context without its padding, which must be where `padding` says."""
    real = [int(id) for id in context if id != pad_id]
    pads = [pad_id] * (len(context) - len(real))
    assert list(context) == (pads + real if padding == "before" else real + pads)
    return real


def positions(n, **settings):
    """Windows over a text of n different tokens, so that a token tells where it stands; the pad is n."""
    return Windows(np.arange(n), pad_id=n, **settings)


@st.composite
def settings(draw):
    context = draw(st.integers(1, 8))
    min_context = draw(st.integers(1, context))
    substring = draw(st.none() | st.integers(min_context, 14))
    n = (substring or context) + 1 + draw(st.integers(0, 30))
    return {
        "n": n,
        "context": context,
        "min_context": min_context,
        "substring": substring,
        "padding": draw(st.sampled_from(PADDINGS)),
        "starts": draw(st.sampled_from(STARTS)),
    }


@given(settings(), st.integers(0, 2**32))
def test_every_example_is_true(made, seed):
    n, context = made["n"], made["context"]
    draw = positions(**made)
    contexts, targets, weights = draw(np.random.default_rng(seed), 40)
    assert contexts.shape == (40, context)
    np.testing.assert_array_equal(weights, np.ones(40))
    for row, target in zip(contexts, map(int, targets)):
        real = read(row, n, made["padding"])
        assert made["min_context"] <= len(real) <= min(context, made["substring"] or context)
        before = range(target - len(real), target)
        assert real == [position % n for position in before]
        if made["starts"] != "wrap":
            assert before.start >= 0  # only "wrap" reads round the text's end


@given(settings())
def test_windows_count_the_same_whatever_the_text(made):
    """Real texts repeat themselves; examples still stand at the places they stand at among different tokens."""
    n, drawn = made.pop("n"), []
    for ids in (np.arange(n), np.arange(n) % 3):
        drawn.append(Windows(ids, pad_id=n, **made)(np.random.default_rng(1), 30))
    (contexts, targets, _), (contexts3, targets3, _) = drawn
    np.testing.assert_array_equal(np.where(contexts == n, n, contexts % 3), contexts3)
    np.testing.assert_array_equal(targets % 3, targets3)


@pytest.mark.parametrize(
    "starts, substring, expected_starts",
    [
        ("random", 4, range(8)),  # 12 tokens: the last substring of 4 starts at 7, and token 11 is its target
        ("wrap", 4, range(12)),
        ("chunks", 4, range(8)),
        ("sequential", 4, [0, 4]),
        ("sequential", 3, [0, 3, 6]),
    ],
)
@pytest.mark.parametrize("min_context", [1, 2])
def test_every_start_and_every_prefix_occurs_and_no_other(starts, substring, expected_starts, min_context, rng):
    draw = positions(12, context=4, substring=substring, starts=starts, min_context=min_context)
    contexts, targets, _ = draw(rng, 3000)
    lengths = (contexts != 12).sum(axis=1)
    found = set(zip(((targets - lengths) % 12).tolist(), lengths.tolist()))
    assert found == {(start, length) for start in expected_starts for length in range(min_context, substring + 1)}


def test_a_substring_longer_than_the_window_slides_it(rng):
    draw = positions(8, context=2, substring=7)  # one start only, so the target tells the prefix
    contexts, targets, _ = draw(rng, 500)
    assert set(zip(map(tuple, contexts.tolist()), targets.tolist())) == {
        ((8, 0), 1), ((0, 1), 2), ((1, 2), 3), ((2, 3), 4), ((3, 4), 5), ((4, 5), 6), ((5, 6), 7),
    }  # fmt: skip


def test_sequential_goes_through_the_text_again_and_again(rng):
    draw = positions(12, context=3, starts="sequential")
    assert [*draw.draw_starts(rng, 4), *draw.draw_starts(rng, 3)] == [0, 3, 6, 0, 3, 6, 0]


def test_chunks_follow_each_other_up_to_the_end_and_then_start_anew(rng):
    starts = positions(20, context=3, starts="chunks").draw_starts(rng, 400).tolist()
    fresh = {starts[0]}
    for one, other in zip(starts, starts[1:]):
        if one + 3 <= 16:  # the last start from which 3 tokens and their target fit
            assert other == one + 3
        else:
            fresh.add(other)
    assert fresh == set(range(17))


def test_same_seed_same_examples():
    draw = positions(30, context=4)
    first, again, other = (draw(np.random.default_rng(seed), 50) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first[0], again[0])
    assert not np.array_equal(first[0], other[0])


def test_ids_of_a_small_type_leave_room_for_the_pad(rng):
    """uint8 holds no 300; the pad must not become another token."""
    ids = np.arange(3, dtype=np.uint8)
    ((contexts, _),) = all_contexts(ids, 4, 2, 300, "before", 301)
    drawn, _, _ = Windows(ids, 4, 300, substring=1)(rng, 50)
    for row in (*contexts, *drawn):
        assert row[0] == 300
        read(row, 300, "before")


@pytest.mark.parametrize(
    "changes, reason",
    [
        ({"n": 4}, "the text has 4 tokens, too few for a window: it needs at least 5, 4 to read and one to predict"),
        ({"n": 9, "substring": 9}, "the text has 9 tokens.* at least 10"),
        ({"n": 0}, "the text has 0 tokens"),
        ({"starts": "anywhere"}, "windows is 'anywhere': choose one of 'random', 'wrap', 'chunks', 'sequential'"),
        ({"padding": "both"}, "padding is 'both': choose one of 'before', 'after'"),
        ({"min_context": 0}, "min_context is 0: it must be a whole number from 1 to 4"),
        ({"min_context": 5}, "min_context is 5"),
        ({"min_context": 1.5}, "min_context is 1.5"),
        ({"substring": 0}, "substring is 0"),
        ({"context": 2.0}, "context is 2.0"),
        ({"context": 10**7}, "context is 10000000: it must be a whole number from 1 to 1000000"),
        ({"substring": 2, "min_context": 3}, "substring is 2: it must be a whole number of at least 3"),
    ],
)
def test_bad_settings_are_refused(changes, reason):
    with pytest.raises(ValueError, match=reason):
        positions(**{"n": 20, "context": 4, **changes})


@given(st.lists(st.lists(st.integers(0, 9), max_size=7), max_size=5), st.integers(1, 5), st.sampled_from(PADDINGS))
def test_pad_contexts(contexts, context, padding):
    padded = pad_contexts(contexts, context, 10, padding)
    assert padded.shape == (len(contexts), context)
    for ids, row in zip(contexts, padded):
        assert read(row, 10, padding) == ids[-context:]


@pytest.mark.parametrize(
    "ids, pad_id, reason",
    [
        ([0, 1, 2, 5.9], 3, "the text must be whole-number token ids"),
        ([0, 1, 2, -7], 3, "the text holds the id -7"),
        ("abcd", 3, "the text must be whole-number token ids"),
        ([0, 1, 2, 1], "x", "pad_id is 'x': it must be a whole number of at least 0"),
        ([0, 1, 2, 1], -1, "pad_id is -1"),
    ],
)
def test_what_is_no_text_of_ids_is_refused(ids, pad_id, reason):
    with pytest.raises(ValueError, match=reason):
        Windows(ids, 2, pad_id)


@pytest.mark.parametrize(
    "arguments, reason",
    [
        (([[1]], 3, 0, "left"), "padding is 'left': choose one of 'before', 'after'"),
        (([[1]], 0, 0), "context is 0"),
        (([[1]], 3, "x"), "pad_id is 'x'"),
        (([[1, 2.5]], 3, 0), r"a context is \[1, 2.5\]: it must be a list of token ids"),
        ((["ab"], 3, 0), "a context is 'ab'"),
        (([[1], 2], 3, 0), "a context is 2"),
        (([[1, -4]], 3, 0), "a context holds the id -4"),
        ((3, 3, 0), "the contexts is 3: it must be a list"),
    ],
)
def test_pad_contexts_refuses(arguments, reason):
    with pytest.raises(ValueError, match=reason):
        pad_contexts(*arguments)


@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize("length", [1, 2, 3])
@pytest.mark.parametrize("size", [1, 3, 4096])
def test_all_contexts_covers_each_position_once(padding, length, size):
    batches = list(all_contexts(range(10), 3, length, 10, padding, 11, size))
    assert all(1 <= len(targets) <= size for _, targets in batches)
    rows = [(read(row, 10, padding), target) for part in batches for row, target in zip(*part)]
    assert rows == [(list(range(end - length, end)), end) for end in range(length, 10)]


@pytest.mark.parametrize(
    "ids, reason",
    [
        ([1, 2], "the text has 2 tokens: to predict after 2 it needs at least 3"),
        ([], "the text has 0 tokens"),
        ([1, 2, 11], "the text holds the id 11: ids go from 0 to 10"),
        ([1, -2, 3], "the text holds the id -2"),
        ([1.0, 2.0, 3.0], "the text must be whole-number token ids"),
        ("abc", "encode the text first"),
        ([[1, 2], [3]], "encode the text first"),
    ],
)
def test_all_contexts_refuses(ids, reason):
    with pytest.raises(ValueError, match=reason):
        next(all_contexts(ids, 3, 2, 10, "before", 11))

"""Tokens are drawn from the distribution promised, and prompts go on as asked."""

import math

import numpy as np
import pytest
from helpers import LETTERS, Scripted, random_ids, tiny
from hypothesis import example, given
from hypothesis import strategies as st

from tinygpt_lib.bpe import Tokenizer
from tinygpt_lib.generation import (
    BLOCK,
    REPETITION_WINDOW,
    draw_token,
    draw_tokens,
    generate,
    next_token_distribution,
    sample,
)

EVERY_BYTE = Tokenizer.train("→→ é", all_bytes=True, vocab_size=258)  # one merge: two thirds of an arrow

# Steps of a quarter: two different probabilities are never so close that rounding could swap them.
some_logits = st.lists(st.integers(-40, 40).map(lambda n: n / 4), min_size=2, max_size=9)


# ---- the distribution --------------------------------------------------------------------------------------------


def slow_distribution(logits, temperature, top_n, penalty, recent, top_p=None):
    """The same, one number after the other."""
    divisor = temperature or 1
    p = [math.exp((logit - max(logits)) / divisor) for logit in logits]
    p = [x * penalty if id in recent else x for id, x in enumerate(p)]
    best = sorted(range(len(p)), key=lambda id: (-p[id], id))
    kept = best[: 1 if temperature == 0 else top_n]
    if top_p not in (None, 1):  # 1 keeps all, also what is too small to be seen in a sum
        held = sum(p[id] for id in kept)
        while len(kept) > 1 and sum(p[id] for id in kept[:-1]) >= top_p * held:  # enough without its last
            kept = kept[:-1]
    total = sum(p[id] for id in kept)
    return [p[id] / total if id in kept else 0 for id in range(len(p))]


@given(
    some_logits,
    st.sampled_from([0, 0.3, 0.7, 1.0, 1.5, 10.0]),
    st.none() | st.integers(1, 9),
    st.sampled_from([1.0, 0.6, 0.1, 1e-6]),
    st.lists(st.integers(0, 8), max_size=12),
    st.none() | st.sampled_from([1, 0.91234567, 0.51234567, 0.01234567, 1e-300]),  # no share that some reach exactly
)
@example([5.5, -5.75], 0.3, None, 1.0, [], 1)  # the second token's share is lost in the rounding of a sum
def test_distribution_equals_a_loop(logits, temperature, top_n, penalty, recent, top_p):
    recent = [id for id in recent if id < len(logits)]
    p = next_token_distribution(logits, temperature, top_n, penalty, recent, top_p)
    np.testing.assert_allclose(p, slow_distribution(logits, temperature, top_n, penalty, recent, top_p), rtol=1e-9)
    assert p.sum() == pytest.approx(1)


@given(some_logits, st.integers(1, 9), st.booleans())
def test_top_n_keeps_exactly_n(logits, top_n, all_equal):
    """The most probable ones; of equal ones, those with the smaller ids."""
    logits = [0.0] * len(logits) if all_equal else logits
    p = next_token_distribution(logits, top_n=top_n)
    kept = np.flatnonzero(p).tolist()
    assert kept == sorted(sorted(range(len(logits)), key=lambda id: (-logits[id], id))[:top_n])
    assert len(kept) == min(top_n, len(logits))


@given(st.data())
def test_of_equals_the_smaller_ids_stay(data):
    """Logits of few values, infinitely small ones among them; the penalty may make equals of different ones."""
    logits = data.draw(st.lists(st.sampled_from([-np.inf, 0.0, math.log(2), math.log(4)]), min_size=3, max_size=40))
    logits[data.draw(st.integers(0, len(logits) - 1))] = 0.0
    top_n = data.draw(st.integers(1, len(logits)))
    recent = data.draw(st.lists(st.integers(0, len(logits) - 1), max_size=20))
    temperature = data.draw(st.sampled_from([0, 1e-3, 1]))
    p = next_token_distribution(logits, temperature, top_n, 0.5, recent)
    whole = next_token_distribution(logits, temperature or 1, None, 0.5, recent)
    best = sorted(range(len(logits)), key=lambda id: (-whole[id], id))[: top_n if temperature else 1]
    assert np.flatnonzero(p).tolist() == sorted(id for id in best if whole[id] > 0)
    assert p.sum() == pytest.approx(1)


@pytest.mark.parametrize(
    "top_p, kept",
    [
        (0.4, 1),
        (0.5, 1),
        (0.51, 2),
        (0.75, 2),
        (0.8, 3),
        (0.875, 3),
        (0.9, 4),
        (0.95, 5),
        (1, 5),
        (None, 5),
        (1e-300, 1),
    ],
)
def test_top_p_keeps_the_fewest_that_reach_the_share(top_p, kept):
    """Exactly, also where the share is reached exactly: these probabilities are sums of powers of two."""
    p = np.array([0.0625, 0.5, 0.0625, 0.25, 0.125])
    order = [1, 3, 4, 0, 2]
    expected = np.zeros(5)
    expected[order[:kept]] = p[order[:kept]]
    found = next_token_distribution(np.log2(p) * np.log(2), top_p=top_p)
    np.testing.assert_allclose(found, expected / expected.sum(), rtol=1e-12)
    assert np.flatnonzero(found).tolist() == sorted(order[:kept])


def test_of_equals_that_reach_the_share_the_smaller_ids_stay():
    assert next_token_distribution(np.zeros(8), top_p=0.3).tolist() == [1 / 3] * 3 + [0] * 5
    assert next_token_distribution([0.0, 1.0, 1.0, 0.0], top_p=0.3).tolist() == [0, 1, 0, 0]


def test_top_p_is_a_share_of_what_top_n_and_the_penalty_leave():
    logits = np.log([0.4, 0.3, 0.2, 0.1])
    np.testing.assert_allclose(next_token_distribution(logits, top_n=2, top_p=0.5), [1, 0, 0, 0])  # 0.4 of 0.7
    np.testing.assert_allclose(next_token_distribution(logits, top_n=2, top_p=0.6), [4 / 7, 3 / 7, 0, 0])
    np.testing.assert_allclose(
        next_token_distribution(logits, repetition_penalty=0.1, recent=[0], top_p=0.4), [0, 1, 0, 0]
    )
    assert next_token_distribution(logits, temperature=0, top_p=0.99).tolist() == [1, 0, 0, 0]


def test_temperature_0_puts_everything_on_the_best():
    assert next_token_distribution([1.0, 3.0, 3.0, 2.0], temperature=0).tolist() == [0, 1, 0, 0]
    penalised = next_token_distribution([1.0, 3.0, 2.9], temperature=0, repetition_penalty=0.1, recent=[1])
    assert penalised.tolist() == [0, 0, 1]


@pytest.mark.parametrize("temperature", [1e-3, 1e-300, 5e-324])
def test_temperature_next_to_0_is_like_0(temperature):
    assert next_token_distribution([-1.0, 3.0, 2.0, -np.inf], temperature).tolist() == [0, 1, 0, 0]


def test_the_smallest_penalty_for_all_leaves_their_shares():
    p = next_token_distribution(np.log([0.2, 0.3, 0.5]), repetition_penalty=1e-320, recent=[0, 1, 2])
    np.testing.assert_allclose(p, [0.2, 0.3, 0.5], atol=1e-3)
    model = Scripted(LETTERS, None)
    model.logits = lambda contexts: np.zeros((len(contexts), 8))
    texts = sample(model, [list(range(7))] * 200, 1, repetition_penalty=1e-320)
    assert {text[-1] for text in texts} == set(range(7))


def test_penalty_counts_a_token_once_and_the_caller_keeps_his_logits():
    logits = np.zeros(4)
    p = next_token_distribution(logits, repetition_penalty=0.5, recent=[2, 2, 2])
    np.testing.assert_allclose(p, np.array([2, 2, 1, 2]) / 7)
    assert logits.tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_logits_of_a_diverged_model_are_refused(bad):
    with pytest.raises(ValueError, match=f"the largest logit is {bad}: .* diverged"):
        next_token_distribution([0.0, bad, 1.0])


@given(st.lists(st.sampled_from([0.0, 0.1, 0.5, 1.0]), min_size=1, max_size=8).filter(any), st.integers(0, 2**32))
def test_no_token_of_probability_0_is_drawn(p, seed):
    p = np.array(p) / sum(p)
    assert p[draw_token(p, np.random.default_rng(seed))] > 0


def test_a_draw_of_exactly_0_is_no_token_of_probability_0():
    class Zero:
        def random(self):
            return 0.0

    assert draw_token(np.array([0.0, 0.0, 1.0]), Zero()) == 2


def test_rows_are_drawn_as_each_alone(rng):
    """Whether the weights add up to 1 or not; no number is on the edge between two tokens."""
    weights = rng.random((500, 7)) * (rng.random((500, 7)) < 0.6)
    weights[:, 3] += 0.1
    numbers = rng.random(500)
    expected = [np.searchsorted(row.cumsum(), number * row.sum(), "right") for row, number in zip(weights, numbers)]
    assert draw_tokens(weights, numbers).tolist() == expected
    on_the_edge = draw_tokens(np.array([[0.25, 0, 0.25, 0.5]] * 3), np.array([0.0, 0.25, 0.5]))
    assert on_the_edge.tolist() == [0, 2, 3]


def test_draws_follow_the_distribution(rng):
    """Chi-squared of 20,000 draws; with 4 degrees of freedom it exceeds 18.5 once in a thousand times."""
    p = np.array([0.5, 0.3, 0.0, 0.15, 0.04, 0.01])
    counts = np.bincount([draw_token(p, rng) for _ in range(20_000)], minlength=6)
    expected = 20_000 * p
    assert counts[2] == 0
    real = p > 0
    assert (((counts - expected)[real]) ** 2 / expected[real]).sum() < 18.5


@pytest.mark.parametrize("temperature, top_n", [(1.0, None), (0.5, None), (2.0, 4)])
def test_first_tokens_follow_the_models_probabilities(trained, temperature, top_n):
    prompt = trained.tok.encode("the")
    p = trained.probabilities(prompt).astype(float) ** (1 / temperature)
    p[trained.tok.pad_id] = 0
    if top_n:
        p[np.argsort(-p)[top_n:]] = 0
    p /= p.sum()
    texts = sample(trained, [prompt] * 4000, 1, temperature, top_n, seed=1)
    shares = np.bincount([text[-1] for text in texts], minlength=len(p)) / 4000
    np.testing.assert_allclose(shares, p, atol=4 * np.sqrt(0.25 / 4000))
    assert not shares[p == 0].any()


# ---- going on from a prompt --------------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", [{"temperature": 0}, {"top_n": 1}, {"temperature": 3.0, "top_n": 1}])
def test_greedy_is_the_most_probable_token_each_time(trained, settings):
    ids = trained.tok.encode("the c")
    expected = list(ids)
    for _ in range(40):
        expected.append(int(trained.probabilities(expected).argmax()))
    assert trained.tok.pad_id not in expected
    assert generate(trained, ids, 40, **settings) == expected
    assert generate(trained, "the c", 40, **settings) == trained.tok.decode(expected)


def test_the_rhyme_goes_on(trained):
    assert generate(trained, "the rat ran", 10, temperature=0) == "the rat ran from the "


@pytest.mark.parametrize("kind", ["the ", [1, 2, 3]])
def test_length_kind_and_seed(trained, kind):
    one, again, other = (generate(trained, kind, 60, temperature=2.0, seed=seed) for seed in (1, 1, 2))
    assert type(one) is type(kind)
    assert len(one) == len(kind) + 60
    assert one[: len(kind)] == kind
    assert one == again != other
    assert generate(trained, kind, 0) == kind


def test_ids_may_be_an_array_and_are_left_alone(trained):
    prompt = np.array([1, 2, 3])
    assert generate(trained, prompt, 5) == generate(trained, [1, 2, 3], 5)
    assert prompt.tolist() == [1, 2, 3]


def test_only_the_window_of_a_long_prompt_counts(trained):
    long = trained.tok.encode("the cat sat on the mat")
    window = long[-trained.context :]
    for seed in range(5):
        new = generate(trained, long, 20, seed=seed)[len(long) :]
        assert new == generate(trained, window, 20, seed=seed)[len(window) :]


def test_pad_is_never_drawn():
    model = tiny()
    model.network.linears[-1].b[LETTERS.pad_id] = 20  # nothing is as probable as the pad
    for settings in ({"temperature": 0}, {"temperature": 1.0}, {"temperature": 100.0}, {"top_n": 1}, {"top_n": 8}):
        for text in (generate(model, [1, 2], 100, **settings), *sample(model, [[1, 2], [3]], 100, **settings)):
            assert LETTERS.pad_id not in text


def test_penalty_looks_at_the_last_20_tokens():
    """If smaller ids are a little more probable, and no token of the last 20 can return, 21 tokens take turns."""
    tok = Tokenizer.train("abcdefghijklmnopqrstuvwxyz")
    model = Scripted(tok, None)
    model.logits = lambda contexts: np.array([[-id / 100 for id in range(27)]])
    text = generate(model, [0], 62, temperature=0, repetition_penalty=1e-6)
    assert text == [i % (REPETITION_WINDOW + 1) for i in range(63)]
    assert generate(model, [0], 5, temperature=0) == [0] * 6


def test_a_token_that_stops_ends_the_text_and_is_left_out():
    model = Scripted(LETTERS, lambda n: [0, 1, 2, 3, 4, 5][n])
    assert generate(model, "a", 5, temperature=0) == "abcdef"
    assert generate(model, "a", 5, temperature=0, stop_ids=[3]) == "abc"
    assert generate(model, [0], 5, temperature=0, stop_ids={3, 2}) == [0, 1]
    assert list(generate(model, [0], 5, temperature=0, stop_ids=[3], stream=True)) == [1, 2]


def test_the_pad_may_be_what_stops():
    model = tiny()
    model.network.linears[-1].b[LETTERS.pad_id] = 20
    assert generate(model, [1, 2], 100, stop_ids=[LETTERS.pad_id]) == [1, 2]


def test_special_tokens_appear_by_name():
    tok = LETTERS.with_special_tokens(["<|end|>"])
    model = Scripted(tok, lambda n: [0, 8, 1][n])
    assert generate(model, "a", 2, temperature=0) == "a<|end|>b"
    assert list(generate(model, "a", 2, temperature=0, stream=True)) == ["<|end|>", "b"]


# ---- streams -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("prompt", ["the ", [1, 2, 3]])
def test_a_stream_is_the_same_text_bit_by_bit(trained, prompt):
    whole = generate(trained, prompt, 50, temperature=2.0, seed=3)
    pieces = list(generate(trained, prompt, 50, temperature=2.0, seed=3, stream=True))
    assert len(pieces) == 50
    assert ("".join(pieces) if isinstance(prompt, str) else pieces) == whole[len(prompt) :]


def test_a_stream_gives_a_character_once_it_is_whole():
    spoken = "a→é 😀!"
    ids = EVERY_BYTE.encode(spoken)
    assert len(ids) > len(spoken)  # some characters are more than one token
    model = Scripted(EVERY_BYTE, lambda n: ids[n - 1])
    pieces = list(generate(model, "x", len(ids), temperature=0, stream=True))
    assert "".join(pieces) == spoken
    assert all(pieces)
    assert pieces[0] == "a"
    assert "😀" in pieces


@pytest.mark.parametrize("seed", range(5))
def test_a_stream_of_broken_characters_is_still_the_same_text(seed):
    """An untrained model writes bytes that are no UTF-8."""
    model = tiny(EVERY_BYTE)
    settings = {"max_tokens": 80, "temperature": 5.0, "seed": seed}
    text = generate(model, "x", **settings)
    assert "\ufffd" in text
    assert "x" + "".join(generate(model, "x", **settings, stream=True)) == text


def test_a_stream_is_written_as_it_is_read(trained):
    asked = []
    model = Scripted(LETTERS, lambda n: asked.append(n) or 1)
    stream = generate(model, "a", 10, stream=True)
    assert asked == []
    next(stream)
    assert asked == [1]


# ---- many prompts ------------------------------------------------------------------------------------------------


PROMPTS = [[1, 2, 3], [4], [5, 6, 1, 2, 3, 4, 5, 6], [4], [2, 2]]


def test_each_prompt_goes_on_by_itself(trained):
    texts = sample(trained, PROMPTS, 30, temperature=0)
    assert texts == [generate(trained, prompt, 30, temperature=0) for prompt in PROMPTS]


def test_samples_differ_and_repeat(trained):
    one, again, other = (sample(trained, PROMPTS, 30, temperature=1.5, seed=seed) for seed in (1, 1, 2))
    assert one == again != other
    assert [text[: len(prompt)] for text, prompt in zip(one, PROMPTS)] == PROMPTS
    assert [len(text) - len(prompt) for text, prompt in zip(one, PROMPTS)] == [30] * 5
    assert one[1] != one[3]  # the same prompt twice
    assert sample(trained, PROMPTS[:2], 30, temperature=1.5, seed=1) == one[:2]  # each has its own generator


def one_after_the_other(model, prompt, max_tokens, temperature, top_n, penalty, stop_ids, rng, top_p=None):
    """What `sample` writes, as a loop: a text of its own, one random number a token."""
    ids = list(prompt)
    for _ in range(max_tokens):
        window = ids[-model.context :]
        empty = [model.pad_id] * (model.context - len(window))
        logits = model.logits([empty + window if model.padding == "before" else window + empty])[0]
        if model.tok.pad_id not in stop_ids:
            logits[model.tok.pad_id] = -np.inf
        p = next_token_distribution(logits, temperature, top_n, penalty, ids[-REPETITION_WINDOW:], top_p)
        id = draw_token(p, rng)
        if id in stop_ids:
            break
        ids.append(id)
    return ids


@pytest.mark.parametrize("stop_ids", [(), (3,), (1, LETTERS.pad_id)])
@pytest.mark.parametrize(
    "temperature, top_n, penalty, top_p",
    [(1, None, 1, None), (0, None, 0.1, 0.7), (0.8, 3, 0.3, 1), (2, 7, 1, 0.6), (1.5, None, 0.7, 0.83)],
)
@pytest.mark.parametrize(
    "settings",
    [{"padding": "after"}, {"context": 9, "pad_id": 2}, {"context": 30, "padding": "after"}, {"context": 30}],
)
def test_all_at_once_is_one_after_the_other(settings, temperature, top_n, penalty, top_p, stop_ids):
    """Windows longer and shorter than the penalty's, prompts longer and shorter than the window, many blocks."""
    model = tiny(**settings, dtype="float64", hidden=(9,))
    model.network.linears[-1].W *= 5
    prompts = [random_ids(n, seed=n).tolist() for n in (1, 2, 5, 8, 25, 40)]
    asked = 2 * BLOCK + 5, temperature, top_n, penalty, stop_ids
    rngs = np.random.default_rng(4).spawn(len(prompts))
    expected = [one_after_the_other(model, prompt, *asked, rng, top_p) for prompt, rng in zip(prompts, rngs)]
    assert sample(model, prompts, *asked, seed=4, top_p=top_p) == expected
    for prompt in prompts:
        expected = one_after_the_other(model, prompt, *asked, np.random.default_rng(4), top_p)
        assert generate(model, prompt, *asked, seed=4, top_p=top_p) == expected
        assert prompt + list(generate(model, prompt, *asked, seed=4, stream=True, top_p=top_p)) == expected


def test_the_model_is_asked_once_a_step_and_only_for_texts_that_go_on():
    asked = []
    model = Scripted(LETTERS, lambda n: asked.append(n) or n)
    sample(model, [[0], [0, 1], [0, 0, 0]], 9, temperature=0, stop_ids=[4])
    assert asked == [1, 2, 3, 2, 3, 4, 3, 4, 4][: len(asked)] and len(asked) == 9


def test_a_long_stream_costs_no_memory_ahead():
    stream = generate(tiny(), "abc", 10**15, stream=True)
    assert len([next(stream) for _ in range(3)]) == 3


def test_prompts_stop_one_by_one():
    model = Scripted(LETTERS, lambda n: n)  # after n tokens comes token n
    texts = sample(model, [[0], [0, 1, 2], [0, 0, 0, 0]], 6, temperature=0, stop_ids=[4, 5])
    assert texts == [[0, 1, 2, 3], [0, 1, 2, 3], [0, 0, 0, 0]]


def test_a_stopped_prompt_stays_stopped(trained):
    """It equals what is written without stopping, up to the token that stops."""
    (stop,) = trained.tok.encode(".")
    free = sample(trained, PROMPTS, 60, temperature=2.0)
    stopped = sample(trained, PROMPTS, 60, temperature=2.0, stop_ids=[stop])
    assert len({len(text) for text in stopped}) > 1
    for text, whole, prompt in zip(stopped, free, PROMPTS):
        new = whole[len(prompt) :]
        assert text == prompt + (new[: new.index(stop)] if stop in new else new)


def test_prompts_are_left_alone_and_may_be_none(trained):
    prompts = [[1, 2], [3]]
    sample(trained, prompts, 5)
    assert prompts == [[1, 2], [3]]
    assert sample(trained, [], 5) == []


# ---- what is refused ---------------------------------------------------------------------------------------------


BAD_SETTINGS = [
    ({"temperature": math.nan}, "temperature is nan: it must be a number of at least 0"),
    ({"temperature": -0.5}, "temperature is -0.5"),
    ({"temperature": math.inf}, "temperature is inf"),
    ({"temperature": "hot"}, "temperature is 'hot'"),
    ({"top_n": 0}, "top_n is 0: it must be a whole number from 1 to 8"),
    ({"top_n": 9}, "top_n is 9"),
    ({"top_n": 2.5}, "top_n is 2.5"),
    ({"top_p": 0}, "top_p is 0: it must be a number above 0 and at most 1"),
    ({"top_p": 1.5}, "top_p is 1.5"),
    ({"top_p": math.nan}, "top_p is nan"),
    ({"top_p": "most"}, "top_p is 'most'"),
    ({"repetition_penalty": 0}, "repetition_penalty is 0: it must be a number above 0 and at most 1"),
    ({"repetition_penalty": 1.1}, "repetition_penalty is 1.1"),
    ({"repetition_penalty": math.nan}, "repetition_penalty is nan"),
    ({"max_tokens": -1}, "max_tokens is -1: it must be a whole number of at least 0"),
    ({"max_tokens": 1.5}, "max_tokens is 1.5"),
    ({"stop_ids": [8]}, "stop_ids holds the id 8"),
    ({"stop_ids": "ab"}, "stop_ids must be whole-number token ids"),
    ({"stop_ids": 3}, "stop_ids must be whole-number token ids"),
    ({"stop_ids": [[1]]}, "stop_ids must be whole-number token ids"),
    ({"stop_ids": [1.5]}, "stop_ids must be whole-number token ids"),
    ({"stop_ids": None}, "stop_ids must be whole-number token ids"),
    ({"max_tokens": None}, "max_tokens is None"),
    ({"seed": -1}, "seed is -1"),
    ({"seed": "x"}, "seed is 'x'"),
]
WAYS = {
    "text": lambda settings: generate(tiny(), "abc", **settings),
    "stream": lambda settings: generate(tiny(), "abc", stream=True, **settings),  # at once, before it is read
    "sample": lambda settings: sample(tiny(), [[1, 2]], **settings),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("settings, reason", BAD_SETTINGS)
def test_bad_settings_are_refused(way, settings, reason):
    with pytest.raises(ValueError, match=reason):
        WAYS[way](settings)


@pytest.mark.parametrize(
    "prompt, reason",
    [
        ("", "the prompt is empty"),
        ([], "the prompt is empty"),
        ("abz", "the character 'z' at position 2"),
        ([1, 8], "the prompt holds the id 8"),
        ([1.0], "the prompt must be whole-number token ids"),
        ([[1], [2, 3]], "the prompt must be whole-number token ids"),
        (None, "the prompt must be whole-number token ids"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_bad_prompts_are_refused(prompt, reason, stream):
    with pytest.raises(ValueError, match=reason):
        generate(tiny(), prompt, stream=stream)


@pytest.mark.parametrize(
    "prompts, reason",
    [
        ([[1], []], "the prompt is empty"),
        ([[1], [8]], "a prompt holds the id 8"),
        (["abc"], "a prompt must be whole-number token ids"),
        ([1, 2], "a prompt must be whole-number token ids"),
        ("abc", "the prompts must be a list of lists of ids, not 'abc': put even one of them in a list"),
        ("", "the prompts must be a list of lists of ids, not ''"),
        (b"abc", "the prompts must be a list"),
        (3, "the prompts must be a list of lists of ids, not 3"),
        (None, "the prompts must be a list of lists of ids, not None"),
    ],
)
def test_bad_samples_are_refused(prompts, reason):
    with pytest.raises(ValueError, match=reason):
        sample(tiny(), prompts)


BAD_DISTRIBUTIONS = [
    (([0.0, 1.0], 1, 0), "top_n is 0: it must be a whole number of at least 1"),
    (([0.0, 1.0], 1, 1.5), "top_n is 1.5"),
    (([0.0, 1.0], 1, None, -3), "repetition_penalty is -3: it must be a number above 0 and at most 1"),
    (([0.0, 1.0], 1, None, 0), "repetition_penalty is 0"),
    (([0.0, 1.0], 1, None, math.nan), "repetition_penalty is nan"),
    (([0.0, 1.0], -1), "temperature is -1: it must be a number of at least 0"),
    (([0.0, 1.0], math.inf), "temperature is inf"),
    (([0.0, 1.0], 1, None, 0.5, [2]), "recent holds the id 2: ids go from 0 to 1"),
    (([0.0, 1.0], 1, None, 0.5, [-1]), "recent holds the id -1"),
    (([0.0, 1.0], 1, None, 0.5, [0.5]), "recent must be whole-number token ids"),
    (([0.0, 1.0], 1, None, 1, "a"), "recent must be whole-number token ids"),
    (([[0.0, 1.0]],), r"the logits must be numbers, one or more, with one axis, not \[\[0.0, 1.0\]\]"),
    (([[0.0], [1.0, 2.0]],), "the logits must be numbers"),
    (([],), "the logits must be numbers"),
    ((3.0,), "the logits must be numbers"),
    ((["a", "b"],), "the logits must be numbers"),
    ((np.array([1 + 2j, 0]),), "the logits must be numbers"),
    (([None, 1.0],), "the logits must be numbers"),
    (([-math.inf, -math.inf],), "the largest logit is -inf: .* diverged"),
    (([math.nan, 1.0],), "the largest logit is nan: .* diverged"),
]


@pytest.mark.parametrize("asked, reason", BAD_DISTRIBUTIONS)
def test_what_makes_no_distribution_is_refused(asked, reason):
    with pytest.raises(ValueError, match=reason) as caught:
        next_token_distribution(*asked)
    assert len(str(caught.value)) <= 300 and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "p", [[0.5, 0.6], [0.5, 0.4], [1.5, -0.5], [math.nan, 1.0], [math.inf, 0.0], [0.0, 0.0], [1.0, 0.0] * 999]
)
def test_what_is_no_probability_is_not_drawn_from(p, rng):
    with pytest.raises(
        ValueError, match="p is .*: it must be probabilities, of at least 0, that add up to 1"
    ) as caught:
        draw_token(np.array(p), rng)
    assert len(str(caught.value)) <= 300 and "\n" not in str(caught.value)


@pytest.mark.parametrize("p", [[], 1.0, [[0.5, 0.5]], ["a"], None, [[1], [1, 2]]])
def test_what_is_no_row_of_numbers_is_not_drawn_from(p, rng):
    with pytest.raises(ValueError, match="p must be numbers, one or more, with one axis"):
        draw_token(p, rng)


@pytest.mark.parametrize("model", [None, "model.npz", object(), LETTERS, {"logits": 1}])
@pytest.mark.parametrize("write", [lambda model: generate(model, "abc"), lambda model: sample(model, [[1]])])
def test_what_is_no_model_is_refused(model, write):
    with pytest.raises(ValueError, match="model is .*: it must be a language model, such as a TinyGPT") as caught:
        write(model)
    assert len(str(caught.value)) <= 300 and "\n" not in str(caught.value)

"""Ceilings and losses per byte."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinygpt_lib.course.measures.ceilings import bits_per_byte, ceiling, lowest_loss

texts = st.text(alphabet="ab", min_size=6, max_size=40)


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


@pytest.mark.parametrize(
    "use, reason",
    [
        (lambda: ceiling("abab", -1), "length is -1: it must be a whole number from 0 to 3"),
        (lambda: ceiling("abab", 4), "length is 4"),
        (lambda: ceiling("", 1), "the text is empty"),
        (lambda: lowest_loss(["a"], 1), "must be text"),
        (lambda: bits_per_byte([1.0], [""]), "the tokens hold no text"),
        (lambda: bits_per_byte(["x"], ["a"]), "surprises must be numbers"),
        (lambda: bits_per_byte([1.0], "a"), "tokens must be a list of texts"),
    ],
)
def test_what_makes_no_sense_is_refused(use, reason):
    with pytest.raises(ValueError, match=reason):
        use()

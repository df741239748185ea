"""New words and copied runs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinygpt_lib.course.measures.originality import (
    copied_pieces,
    copied_share,
    invented_words,
    longest_copied_run,
    words,
)

texts = st.text(alphabet="ab", min_size=6, max_size=40)


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


@given(text=texts, source=texts)
def test_copied_pieces_are_in_the_source_and_do_not_overlap(text, source):
    end = 0
    for start, place, length in copied_pieces(text, source, least=3):
        assert start >= end and length >= 3
        assert text[start : start + length] == source[place : place + length]
        end = start + length
    longest = len(longest_copied_run(text, source))
    assert (copied_share(text, source, least=3) > 0) == (longest >= 3)


def test_what_makes_no_sense_is_refused():
    for use, reason in (
        (lambda: copied_share("", "abc"), "the text is empty"),
        (lambda: copied_share(3, "abc"), "the text is 3: it must be text"),
        (lambda: copied_pieces("abc", "abc", 0), "least is 0"),
        (lambda: longest_copied_run("abc", None), "the source is None"),
        (lambda: invented_words(["a"], "a"), r"the text is \['a'\]"),
    ):
        with pytest.raises(ValueError, match=reason):
            use()


@given(text=texts, source=texts, least=st.integers(1, 5))
def test_copied_pieces_are_the_longest_from_left_to_right(text, source, least):
    expected, start = [], 0
    while start < len(text):
        length = max(n for n in range(len(text) - start + 1) if text[start : start + n] in source)
        if length >= least:
            expected.append((start, source.index(text[start : start + length]), length))
        start += length if length >= least else 1
    assert copied_pieces(text, source, least) == expected


def test_a_copy_is_copied_wholly():
    assert copied_share("to be or not", "or not to be or not", 4) == 1
    assert copied_pieces("xxto be", "to be", 4) == [(2, 0, 5)]

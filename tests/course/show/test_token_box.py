"""The box that shows a text's tokens."""

import pytest

from tinygpt_lib.bpe import Tokenizer
from tinygpt_lib.course.show.token_box import token_box, token_view

TEXT = "she sells sea shells by the sea shore & <b>"


@pytest.fixture(scope="module")
def tokenizers():
    return {size: Tokenizer.train(TEXT, vocab_size=size) for size in (20, 40)}


def test_a_view_counts_and_shows_the_tokens(tokenizers):
    view = token_view(tokenizers[40], "sea <b>")
    ids = tokenizers[40].encode("sea <b>")
    assert "7 characters, 7 bytes" in view and f"<b>{len(ids)} tokens</b>" in view
    assert "ids: " + " ".join(map(str, ids)) in view
    assert "&lt;" in view and view.count("<span") == len(ids)


def test_a_refused_text_is_answered_by_a_sentence(tokenizers):
    assert token_view(tokenizers[40], "Ψ") == (
        "<p>the character &#x27;Ψ&#x27; at position 0 is not in this vocabulary: leave it out, or train the tokenizer "
        "with all_bytes=True</p>"
    )


def test_many_ids_are_cut(tokenizers):
    assert token_view(tokenizers[20], TEXT * 9).count("ids: ") == 1
    assert " …</small>" in token_view(tokenizers[20], TEXT * 9)


def test_typing_and_sliding_redraw(tokenizers):
    typed, size, view = token_box(tokenizers, "the sea").children
    assert view.value == token_view(tokenizers[40], "the sea")
    typed.value = "she"
    assert view.value == token_view(tokenizers[40], "she")
    size.value = 20
    assert view.value == token_view(tokenizers[20], "she")
    assert typed.description and size.description


@pytest.mark.parametrize("bad", [None, 7, {}])
def test_nonsense_is_refused(bad):
    with pytest.raises(ValueError, match="tokenizers is"):
        token_box(bad)

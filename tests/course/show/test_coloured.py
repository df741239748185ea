"""Tokens in colour: every one shown, HTML escaped."""

import re

from helpers import LETTERS

from tinygpt_lib.bpe import Tokenizer
from tinygpt_lib.chat import CHAT_TOKENS, exchange, render
from tinygpt_lib.course.show.coloured import rendered_html, stream_html, tokens_html

TOK = Tokenizer.train("abc <&>?", max_token_length=1).with_special_tokens(CHAT_TOKENS)


def test_coloured_tokens_show_every_token_and_escape_html():
    page = tokens_html(LETTERS, [0, 7, 1])
    assert re.findall(r'title="id (\d+)"[^>]*>(.*?)</span>', page) == [("0", "a"), ("7", "&lt;|pad|&gt;"), ("1", "b")]


def test_what_is_trained_on_is_said_in_colour_line_and_words():
    page = rendered_html(TOK, render(TOK, exchange("a?", "<b")))
    spans = re.findall(r'<span title="id \d+, ([^"]+)" style="([^"]+)">(.*?)</span>', page)
    shown = [text for _, _, text in spans]
    assert shown[3:5] == ["a", "?"] and shown[-3:] == ["&lt;", "b", "&lt;|im_end|&gt;"]
    trained = [title == "trained on" for title, _, _ in spans]
    assert trained == render(TOK, exchange("a?", "<b")).trained
    assert trained == ["border-bottom" in style for _, style, _ in spans]
    assert "trained on: underlined" in page and page.count("<br>") == 2


def test_the_stream_shows_every_token_and_no_mask():
    ids = render(TOK, exchange("a", "b")).ids
    page = stream_html(TOK, ids)
    assert [int(id) for id in re.findall(r'title="id (\d+)"', page)] == ids
    assert "trained" not in page and "&lt;|im_start|&gt;" in page

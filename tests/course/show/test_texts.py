"""Printed text."""

import pytest

from tinygpt_lib.course.show.texts import WIDTH, print_wrapped


def test_long_lines_are_broken_and_nothing_is_lost(capsys):
    text = "a word " * 40 + "\n\nand a short line"
    print_wrapped(text)
    lines = capsys.readouterr().out.split("\n")
    assert max(map(len, lines)) <= WIDTH and len(lines[0]) > WIDTH - 8
    assert " ".join(" ".join(lines).split()) == " ".join(text.split())
    assert lines[1].startswith("    ") and lines[-2:] == ["and a short line", ""]


def test_what_is_no_text_is_refused():
    with pytest.raises(ValueError, match="the text is 7"):
        print_wrapped(7)

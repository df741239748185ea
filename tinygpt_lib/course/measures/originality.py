"""Is a generated text new, and is it English? Two measures against the text a model was trained on."""

import re

from tinygpt_lib.checks import text as a_text
from tinygpt_lib.checks import whole_number

WORD = re.compile(r"[a-z]+(?:'[a-z]+)*")


def words(text) -> list[str]:
    """The words of a text in lower case, apostrophes inside them kept.

    >>> words("I'll to 't, SIR!")
    ["i'll", 'to', 't', 'sir']
    """
    return WORD.findall(a_text("the text", text).lower())


def invented_words(text, source) -> float:
    """The share of the words of `text` that stand nowhere in `source`, from 0 to 1."""
    known, used = set(words(source)), words(text)
    if not used:
        raise ValueError("the text has no words: give a longer one")
    return sum(word not in known for word in used) / len(used)


def longest_copied_run(text, source) -> str:
    """The longest stretch of characters of `text` that stands word for word in `source`; of equals the first.

    >>> longest_copied_run("To be or not", "not to be or so")
    'o be or '
    """
    text, source = a_text("the text", text), a_text("the source", source)
    best = ""
    for start in range(len(text)):
        # Only a longer run than the best so far is of interest, so each start asks for one more character first.
        while start + len(best) < len(text) and text[start : start + len(best) + 1] in source:
            best = text[start : start + len(best) + 1]
    return best


def copied_pieces(text, source, least=16) -> list[tuple[int, int, int]]:
    """What of `text` is copied from `source` and from where: (start in text, start in source, length), in order.

    Left to right, each time the longest run that begins there; runs shorter than `least` characters do not count.

    >>> copied_pieces("or not to be, to be", "to be or not", 5)
    [(0, 6, 6), (7, 0, 5), (14, 0, 5)]
    """
    text, source = a_text("the text", text), a_text("the source", source)
    pieces, start, least = [], 0, whole_number("least", least, 1)
    while start <= len(text) - least:
        length = least
        while start + length <= len(text) and text[start : start + length] in source:
            length += 1
        if length > least:
            pieces.append((start, source.find(text[start : start + length - 1]), length - 1))
        start += length - 1 if length > least else 1
    return pieces


def copied_share(text, source, least=16) -> float:
    """The share of the characters of `text` that stand in copied runs of at least `least` characters."""
    pieces = copied_pieces(text, source, least)
    if not text:
        raise ValueError("the text is empty: give at least one character")
    return sum(length for _, _, length in pieces) / len(text)

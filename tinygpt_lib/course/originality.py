"""Is a generated text new, and is it English? Two measures against the text a model was trained on."""

import re

WORD = re.compile(r"[a-z]+(?:'[a-z]+)*")


def words(text) -> list[str]:
    """The words of a text in lower case, apostrophes inside them kept.

    >>> words("I'll to 't, SIR!")
    ["i'll", 'to', 't', 'sir']
    """
    return WORD.findall(text.lower())


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
    best = ""
    for start in range(len(text)):
        # Only a longer run than the best so far is of interest, so each start asks for one more character first.
        while start + len(best) < len(text) and text[start : start + len(best) + 1] in source:
            best = text[start : start + len(best) + 1]
    return best

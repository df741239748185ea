"""How well any model could do on a text it may learn by heart, and losses that compare from tokenizer to tokenizer."""

from collections import Counter, defaultdict

import numpy as np

from tinygpt_lib.checks import listed, real_numbers, shown, whole_number
from tinygpt_lib.checks import text as a_text


def ceiling(text, length) -> float:
    """The best accuracy any model could reach on `text`, guessing each character from the `length` before it.

    At best a model knows, for every context, what follows it most often, and always guesses that.

    >>> ceiling("ababac", 1)
    0.8
    """
    length = _checked(text, length)
    grams = Counter(text[i : i + length + 1] for i in range(len(text) - length))
    most = defaultdict(int)  # context -> how often its most common next character follows it
    for gram, count in grams.items():
        most[gram[:-1]] = max(most[gram[:-1]], count)
    return sum(most.values()) / sum(grams.values())


def lowest_loss(text, length) -> float:
    """The lowest mean loss (nats) any model could reach on `text`, predicting from the `length` characters before.

    At best a model gives each next character the share it has after that context.
    """
    length = _checked(text, length)
    grams = Counter(text[i : i + length + 1] for i in range(len(text) - length))
    contexts = Counter(text[i : i + length] for i in range(len(text) - length))
    total = sum(count * np.log(contexts[gram[:-1]] / count) for gram, count in grams.items())
    return float(total / sum(grams.values()))


def bits_per_byte(surprises, tokens) -> float:
    """The surprise of a text in bits per byte (UTF-8). surprises: nats of each token, (N,). tokens: their N texts."""
    surprises, tokens = real_numbers("surprises", surprises), listed("tokens", tokens, "texts")
    if len(surprises) != len(tokens) or not np.isfinite(surprises).all():
        raise ValueError(f"surprises are {shown(surprises)}: they must be {len(tokens)} finite numbers, one a token")
    n_bytes = len("".join(a_text("a token", token) for token in tokens).encode("utf-8", "surrogatepass"))
    if n_bytes == 0:
        raise ValueError("the tokens hold no text: give at least one character")
    return float(np.sum(surprises) / np.log(2) / n_bytes)


def _checked(passage, length):
    """The length as an int, if `passage` is a text with at least one character behind so many."""
    if len(a_text("the text", passage)) < 1:
        raise ValueError("the text is empty: give at least one character")
    return whole_number("length", length, 0, len(passage) - 1)

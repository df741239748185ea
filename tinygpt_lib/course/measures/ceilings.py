"""How well any model could do on a text it may learn by heart, and losses that compare from tokenizer to tokenizer."""

from collections import Counter, defaultdict

import numpy as np


def ceiling(text, length) -> float:
    """The best accuracy any model could reach on `text`, guessing each character from the `length` before it.

    At best a model knows, for every context, what follows it most often, and always guesses that.

    >>> ceiling("ababac", 1)
    0.8
    """
    grams = Counter(text[i : i + length + 1] for i in range(len(text) - length))
    most = defaultdict(int)  # context -> how often its most common next character follows it
    for gram, count in grams.items():
        most[gram[:-1]] = max(most[gram[:-1]], count)
    return sum(most.values()) / sum(grams.values())


def lowest_loss(text, length) -> float:
    """The lowest mean loss (nats) any model could reach on `text`, predicting from the `length` characters before.

    At best a model gives each next character the share it has after that context.
    """
    grams = Counter(text[i : i + length + 1] for i in range(len(text) - length))
    contexts = Counter(text[i : i + length] for i in range(len(text) - length))
    total = sum(count * np.log(contexts[gram[:-1]] / count) for gram, count in grams.items())
    return float(total / sum(grams.values()))


def bits_per_byte(surprises, tokens) -> float:
    """The surprise of a text in bits per byte (UTF-8). surprises: nats of each token, (N,). tokens: their N texts."""
    return float(np.sum(surprises) / np.log(2) / len("".join(tokens).encode("utf-8")))

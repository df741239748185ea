"""Sorting as a conversation: a string is asked, the answer is its letters in order, at once or after some working."""

import numpy as np

from tinygpt_lib.bpe import Tokenizer
from tinygpt_lib.chat import CHAT_TOKENS, Answers, exchange, replies
from tinygpt_lib.checks import choice, text, whole_number
from tinygpt_lib.model import TinyGPT
from tinygpt_lib.training import train

ALPHABET = "ABCDE"
SORTING_TOK = Tokenizer.train(ALPHABET + ".:", max_token_length=1).with_special_tokens(CHAT_TOKENS)


def in_order(string):
    """The letters in alphabetical order.

    >>> in_order("CABBC")
    'ABBCC'
    """
    return "".join(sorted(string))


def by_frequency(string):
    """The most frequent letter first; of equally frequent ones, the first in the alphabet.

    >>> by_frequency("CABBC")
    'BBCCA'
    """
    return "".join(sorted(string, key=lambda letter: (-string.count(letter), letter)))


def sorted_halves(string):
    """Each half in alphabetical order: what is left to do is to merge them."""
    half = len(string) // 2
    return in_order(string[:half]) + in_order(string[half:])


def dots(string):
    """As long as a working, and no help at all."""
    return "." * len(string)


TASKS = {"alphabet": in_order, "frequency": by_frequency}
WORKINGS = {"at once": None, "alphabet first": in_order, "halves first": sorted_halves, "dots first": dots}


def answered(string, task, working):
    """What the assistant should say: the answer, with the working and a colon before it if there is any.

    >>> answered("CABBC", "frequency", "alphabet first")
    'ABBCC:BBCCA'
    """
    text("string", string), choice("task", task, TASKS), choice("working", working, WORKINGS)
    before = f"{WORKINGS[working](string)}:" if WORKINGS[working] else ""
    return before + TASKS[task](string)


def random_questions(rng, n, length):
    """n random strings over ALPHABET."""
    return ["".join(ALPHABET[i] for i in row) for row in rng.integers(0, len(ALPHABET), (n, length))]


def sorting_conversations(strings, task, working):
    return [exchange(string, answered(string, task, working)) for string in strings]


def window_for(length) -> int:
    """A window that holds a question of that length, its working and its answer."""
    return 3 * length + 8  # 3 + length + 1 for the question, 3 for the header, length + 1 + length for the rest


def share_right(model, strings, task, working):
    """Shares of strings answered right, judged by what comes after the last colon, and of workings that are right."""
    said = [answer.rpartition(":") for answer in replies(model, strings)]
    right = [answer == TASKS[task](string) for string, (_, _, answer) in zip(strings, said)]
    wanted = [answered(string, task, working).rpartition(":")[0] for string in strings]
    worked = [before == expected for expected, (before, _, _) in zip(wanted, said)]
    return float(np.mean(right)), float(np.mean(worked))


def step_by_step(seed, task, working, conversations, steps, length=12, context=None):
    """Train a fresh network on so many sorting conversations; the shares right on 500 strings it has not seen.

    context: the window (None: room for a question, a working and an answer of that length).
    """
    conversations = whole_number("conversations", conversations, 1, 10**5)
    length, seed = whole_number("length", length, 1, 10**3), whole_number("seed", seed, 0)
    strings = random_questions(np.random.default_rng([seed, 7]), conversations + 500, length)
    known, unseen = strings[:conversations], strings[conversations:]
    context = window_for(length) if context is None else context
    model = TinyGPT(SORTING_TOK, context, embedding_size=16, padding="after", hidden=(256,), seed=seed)
    draw = Answers(model, sorting_conversations(known, task, working))
    train(model, draw, steps=steps, batch_size=256, seed=seed, progress=False)
    right, worked = share_right(model, unseen, task, working)
    return {"right": right, "working_right": worked, "known_right": share_right(model, known[:500], task, working)[0]}

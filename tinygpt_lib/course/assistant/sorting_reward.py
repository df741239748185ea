"""Sorting as a conversation, learnt from reward: the questions, the rewards, the assistant to begin with, measures."""

from math import comb

import numpy as np

from tinygpt_lib.chat import Answers, exchange, replies
from tinygpt_lib.course.assistant.sorting import ALPHABET, SORTING_TOK, in_order
from tinygpt_lib.loss import softmax
from tinygpt_lib.model import TinyGPT
from tinygpt_lib.reward import try_out
from tinygpt_lib.training import train

LENGTH = 10  # letters of a question: 9.8 million strings
TRIES = (1, 2, 4, 8, 16, 32, 64)  # how many answers "pass at k" may take
ANSWER = LENGTH + 1  # tokens of an answer, its end included

# ---- questions -----------------------------------------------------------------------------------------------------


def is_held_out(string) -> bool:
    """One string in five is for measuring only. Its letters in any other order are held out, too, and so its answer.

    >>> is_held_out("ABCDE"), is_held_out("EDCBA"), is_held_out("ABCDD")
    (True, True, False)
    """
    return sum(map(ALPHABET.index, string)) % 5 == 0  # A counts 0, B 1, ... E 4


def questions(rng, n, held_out=False):
    """n random strings to train on, or n of those held out."""
    found = []
    while len(found) < n:
        string = "".join(ALPHABET[i] for i in rng.integers(0, len(ALPHABET), LENGTH))
        if is_held_out(string) == held_out:
            found.append(string)
    return found


def sorted_exchanges(strings):
    """A conversation for each string, with the right answer: the labels that imitation needs."""
    return [exchange(string, in_order(string)) for string in strings]


EXAM = questions(np.random.default_rng(11), 1000, held_out=True)  # what is asked to measure


# ---- rewards: a number for a question and an answer ------------------------------------------------------------------


def right(question, answer) -> float:
    """1 for the letters in alphabetical order, 0 for anything else."""
    return float(answer == in_order(question))


def is_in_order(question, answer) -> float:
    """1 if the answer is in alphabetical order. (It has a hole.)"""
    return float(answer == in_order(answer))


def same_letters(question, answer) -> float:
    """1 if the answer has the question's letters. (It has a hole.)"""
    return float(in_order(answer) == in_order(question))


def share_of_answer(question, answer) -> float:
    """The share of the answer's letters that stand where they should. (It has a hole.)"""
    return sum(map(str.__eq__, answer, in_order(question))) / max(len(answer), 1)


def share_of_places(question, answer) -> float:
    """The share of all places with the right letter, places the answer has too many of included."""
    return sum(map(str.__eq__, answer, in_order(question))) / max(len(answer), len(question))


# ---- the assistant ---------------------------------------------------------------------------------------------------


def assistant(seed, conversations=96, steps=100):
    """A network that has imitated so many sorting conversations, the same for each seed."""
    model = TinyGPT(SORTING_TOK, context=27, embedding_size=16, padding="after", hidden=(256,), seed=seed)
    if conversations:
        draw = Answers(model, sorted_exchanges(questions(np.random.default_rng([3, 1]), conversations)))
        train(model, draw, steps=steps, batch_size=512, learning_rate=3e-3, seed=seed, progress=False)
    return model


def fresh_labels(model):
    """A draw of examples from conversations that are new each time: imitation with as many labels as it can use."""

    def draw(rng, n):
        answers = Answers(model, sorted_exchanges(questions(rng, n // ANSWER)))
        return answers.contexts, answers.targets, np.ones(len(answers.targets), np.float32)

    return draw


def several(draw, updates):
    """A draw that asks `draw` for so many batches at once and hands them out one by one: the later, the staler."""
    batches = []

    def stale(rng, n):
        if not batches:
            contexts, targets, weights = draw(rng, n * updates)
            order = rng.permutation(len(targets)).reshape(updates, -1)
            batches.extend((contexts[rows], targets[rows], weights[rows]) for rows in order)
        return batches.pop()

    return stale


# ---- how good is it? -------------------------------------------------------------------------------------------------


def mean_reward(model, strings, reward=right) -> float:
    """The mean reward of the greedy answers to so many strings; with `right` their share of right ones."""
    return float(np.mean([reward(*pair) for pair in zip(strings, replies(model, strings))]))


def pass_at(k, n, c) -> float:
    """The chance that one of k answers to a question is right, estimated from n answers of which c were right.

    >>> pass_at(1, 4, 1), pass_at(2, 4, 1), pass_at(4, 4, 1)
    (0.25, 0.5, 1.0)
    """
    return 1 - comb(n - c, k) / comb(n, k)


def tried(model, strings, samples=16, ks=(1, 8), seed=0):
    """pass@k for each of `ks`, from so many samples for each string; and the entropy of an answer in nats.

    The entropy is the sum of the entropies of an answer's tokens, in the mean over the answers.
    """
    rng = np.random.default_rng([seed, 3])
    rewards, contexts, _, counts = try_out(model, strings, right, samples, ANSWER, rng)
    parts = np.array_split(contexts[counts], 1 + rewards.size // 256)
    p = [softmax(model.logits(part).astype(float)) for part in parts]
    entropy = -sum((part * np.log(np.maximum(part, 1e-300))).sum() for part in p) / rewards.size
    passed = [float(np.mean([pass_at(k, samples, int(c)) for c in rewards.sum(axis=1)])) for k in ks]
    return passed, float(entropy)

"""Checks for the exercises of notebooks 09 to 11: see `foundations`."""

import numpy as np

from tinygpt_lib.bpe import Tokenizer
from tinygpt_lib.chat import CHAT_TOKENS, exchange, render
from tinygpt_lib.course.assistant.judge import precision_recall as library_precision_recall
from tinygpt_lib.course.assistant.refusals import caught
from tinygpt_lib.course.check.verdict import exercise
from tinygpt_lib.reward import above_mean

TOK = Tokenizer.train("aistnu ?.", max_token_length=1).with_special_tokens(CHAT_TOKENS)

# ---- notebook 09 -------------------------------------------------------------------------------------------------


@exercise
def trained_mask():
    for messages, hint in (
        (
            exchange("a?", "it."),
            "True for the assistant's words AND for the <|im_end|> after them; False for headers and for the user",
        ),
        (
            [*exchange("a?", "it."), *exchange("u?", "us.")],
            "a conversation has several turns: after the assistant's <|im_end|>, wait for the next assistant header",
        ),
        (
            exchange("assistant", "us."),
            "look at ids, not at letters: a user may write the word assistant, too, and it is no special token",
        ),
        ([{"role": "user", "content": "it?"}], "where the assistant says nothing, nothing is trained on"),
    ):
        rendered = render(TOK, messages)
        yield (rendered.ids, dict(TOK.special_ids)), rendered.trained, hint


@exercise
def needed_window():
    for lengths, hint in (
        ([(1, 1)], "count headers (three tokens each) and ends; but the very last token is predicted, never read"),
        ([(9, 3)], "all tokens of question and answer count, and two headers, and the question's end"),
        ([(4, 2), (1, 8), (6, 1)], "every exchange is a conversation of its own: the longest decides, not the sum"),
    ):
        yield (lengths,), max(_needed(*pair) for pair in lengths), hint


def _needed(question, answer):
    """The smallest window in which the library renders an exchange of so many tokens."""
    window = 1
    while True:
        try:
            render(TOK, exchange("a" * question, "a" * answer), window)
            return window
        except ValueError:
            window += 1


# ---- notebook 10 -------------------------------------------------------------------------------------------------


@exercise
def precision_recall():
    for judged, truth, hint in (
        (
            [True, True, True, False],
            [True, False, False, False],
            "first precision: of what was CALLED right, the share that is; then recall: of what IS right, the same",
        ),
        (
            [True, False, False, False],
            [True, True, False, False],
            "an answer rightly called wrong counts for neither: both shares count only what was called right AND is",
        ),
        ([False, False], [True, False], "nothing was called right: precision is 0 then, and no division by 0"),
        ([True, False], [False, False], "nothing is right: recall is 0 then, and no division by 0"),
    ):
        yield (judged, truth), library_precision_recall(judged, truth), hint


@exercise
def unknown_caught():
    known, unknown = np.arange(11) / 10, np.array([0.05, 0.55, 0.65, 0.95])
    for share, hint in (
        (0.25, "the threshold lies where `share` of the KNOWN scores are above it: np.quantile(known, 1 - share)"),
        (0.5, "count the UNKNOWN scores above the threshold: those are refused, and rightly"),
        (0.0, "with share 0 no known score may be above the threshold: it is the largest of them"),
    ):
        yield (known, unknown, share), caught(known, unknown, [share])[0], hint


# ---- notebook 11 -------------------------------------------------------------------------------------------------


@exercise
def leave_one_out():
    for rewards, hint in (
        (
            [[1.0, 1.0, 1.0]],
            "where all rewards are equal all weights are 0: sum up the OTHER answers only, S - 1 of them",
        ),
        ([[1.0, 0.0, 0.0, 0.0]], "a single right answer of four is compared with three zeros, so its weight is 1"),
        ([[1.0, 0.0], [0.5, 0.25], [0.0, 0.0]], "each question has a mean of its own: work row by row, along axis 1"),
    ):
        rewards = np.array(rewards)
        others = rewards.shape[1] / (rewards.shape[1] - 1)  # what leaving one's own reward out of the mean amounts to
        yield (rewards,), above_mean(rewards) * others, hint


@exercise
def share_that_teaches():
    for rewards, hint in (
        ([[0.0, 0.0], [0.0, 1.0]], "count questions, one or none for each row, and divide by their number"),
        (
            [[1.0, 1.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.0]],
            "a question whose answers are all right teaches nothing, either: all weights are 0",
        ),
        ([[0.5, 0.5, 0.5], [0.2, 0.3, 0.4]], "rewards need not be 0 and 1: a question teaches if they differ at all"),
    ):
        rewards = np.array(rewards)
        yield (rewards,), float((above_mean(rewards) != 0).any(axis=1).mean()), hint

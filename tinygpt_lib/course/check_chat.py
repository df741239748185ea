"""Checks for the exercises of the notebooks on conversations: see `check`."""

from tinygpt_lib.bpe import Tokenizer
from tinygpt_lib.chat import CHAT_TOKENS, exchange, render
from tinygpt_lib.course.verdict import exercise

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

"""Conversations as tokens: who speaks is written in special tokens, like the header of a network packet.

    <|im_start|>user<|im_sep|>Who are you?<|im_end|><|im_start|>assistant<|im_sep|>A small player.<|im_end|>

A conversation is a list of messages, {"role": "user" or "assistant", "content": text}, by turns, the user first. The
five names of CHAT_TOKENS are special tokens: whatever a user types, it never becomes one of them.
"""

import json
from typing import NamedTuple

import numpy as np

from tinygpt_lib.checks import (
    a_generator,
    a_model,
    a_tokenizer,
    choice,
    cut,
    listed,
    real_number,
    shown,
    shown_path,
    whole_number,
)
from tinygpt_lib.checks import text as a_text
from tinygpt_lib.corpus import load_text
from tinygpt_lib.generation import generate, sample

START, SEP, END = "<|im_start|>", "<|im_sep|>", "<|im_end|>"
ROLES = ("user", "assistant")
CHAT_TOKENS = (START, *ROLES, SEP, END)


class Rendered(NamedTuple):
    """A conversation's ids, and for each of them whether training asks the model for it."""

    ids: list
    trained: list


def exchange(question, answer):
    """A conversation of one question and its answer."""
    return [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]


def check_conversation(messages, last=None):
    """Return `messages` if they are a conversation, ending with the role `last` (None: either); else ValueError.

    No message may be empty, but for one: where the user has the `last` word, an assistant's answer before it may be, so
    that whatever a model answered can be part of what it is asked next. On an empty answer nothing is ever trained.
    """
    if last is not None:
        choice("last", last, ROLES)
    if not isinstance(messages, list) or not messages:
        raise ValueError(f"a conversation is a list of messages, not {shown(messages)}: give at least one message")
    for n, message in enumerate(messages):
        if not isinstance(message, dict) or message.keys() != {"role", "content"}:
            raise ValueError(
                f"message {n + 1} is {shown(message)}: it must have a role and a content, and nothing else"
            )
        role, content = message["role"], message["content"]
        if not isinstance(role, str) or role != ROLES[n % 2]:
            raise ValueError(
                f"message {n + 1} has the role {shown(role)}: roles take turns, so here it must be {ROLES[n % 2]!r}"
            )
        may_be_empty = last == "user" and role == "assistant"
        if not isinstance(content, str) or not (content.strip() or may_be_empty):
            raise ValueError(f"message {n + 1}, of the {role}, is {shown(content)}: it must be text that is not empty")
    if last and messages[-1]["role"] != last:
        raise ValueError(f"the last message is the {messages[-1]['role']}'s: it must be the {last}'s")
    return messages


def render(tok, messages, context=None) -> Rendered:
    """The tokens of a conversation; the assistant's words and the end after them are trained on, nothing else is.

    With `context`, the model's window, an exchange too long for it is refused: what is asked must still be in the
    window when the last token is predicted. Whole exchanges before it may slide out.
    """
    return _rendered(a_tokenizer(tok), check_conversation(messages), context)


def _rendered(tok, messages, context):
    context = None if context is None else whole_number("context", context, 1)
    ids, trained, started = [], [], 0
    for message in messages:
        own = message["role"] == "assistant"
        started = started if own else len(ids)
        header, words = _header(tok, message["role"]), [*tok.encode(message["content"]), tok.special_ids[END]]
        ids += header + words
        trained += [False] * len(header) + [own] * len(words)
        # A question needs room for the answer's header behind it; an answer's last token is predicted, not read.
        needed = len(ids) - started + (-1 if own else len(header))
        if context is not None and needed > context:
            raise ValueError(
                f"the exchange that ends with {shown(message['content'])} needs a window of {needed} tokens, "
                f"{needed - context} more than the model's {context}: shorten it"
            )
    return Rendered(ids, trained)


def prompt(tok, messages, context=None) -> list:
    """The ids after which the assistant's words are to come: a conversation that ends with the user, and a header."""
    asked = _rendered(a_tokenizer(tok), check_conversation(messages, last="user"), context)
    return asked.ids + _header(tok, "assistant")


def _header(tok, role):
    if missing := [name for name in CHAT_TOKENS if name not in tok.special_ids]:
        raise ValueError(f"the tokenizer has no {missing[0]}: add CHAT_TOKENS to it with with_special_tokens")
    return [tok.special_ids[START], tok.special_ids[role], tok.special_ids[SEP]]


class Answers:
    """Draws training examples from conversations: the tokens of the answers, each with what stands before it."""

    def __init__(self, model, conversations):
        rendered = [
            render(a_model(model, "examples").tok, check_conversation(messages, last="assistant"), model.context)
            for messages in listed("the conversations", conversations, "conversations")
        ]
        if not rendered:
            raise ValueError("there are no conversations to learn from: give at least one")
        texts, asked = zip(*rendered)
        self.contexts, self.targets, self.weights = model.examples(texts, asked)  # (N, T), (N,) or (N, T)
        self.per_row = sum(map(sum, asked)) / len(self.contexts)  # targets

    def __call__(self, rng, n):
        """n examples, or about n in whole rows: contexts (b, T), targets and weights (all 1), (b,) or (b, T)."""
        b = -(-whole_number("n", n, 0, 10**6) // self.per_row)
        rows = a_generator(rng).integers(0, len(self.targets), int(b))
        return self.contexts[rows], self.targets[rows], self.weights[rows]


def mixed(first, second, share):
    """Draws `share` of each batch from `second` and the rest from `first`."""
    share = real_number("share", share, 0, 1)

    def draw(rng, n):
        part = round(n * share)
        drawn = [source(rng, size) for source, size in ((first, n - part), (second, part)) if size]
        return tuple(map(np.concatenate, zip(*drawn)))

    return draw


def answer_ids(model, messages, temperature=0.0, top_n=None, seed=0):
    """An iterator of the ids of the assistant's answer, one by one, to a conversation that ends with the user.

    It ends with the model's `<|im_end|>` or any other special token, or where the window is full.
    """
    ids, now = prompt(a_model(model).tok, messages, model.context), prompt(model.tok, messages[-1:])
    room, stop_ids = model.context + 1 - len(now), model.tok.special_ids.values()  # what came before may slide out
    return generate(model, ids, room, temperature, top_n, stop_ids=stop_ids, seed=seed, stream=True)


def reply(model, messages, temperature=0.0, top_n=None, seed=0) -> str:
    """The assistant's answer as text; temperature 0 takes the most probable token each time."""
    return a_model(model).tok.decode(answer_ids(model, messages, temperature, top_n, seed))


def replies(model, questions, temperature=0.0, top_n=None, seed=0) -> list:
    """The answers to many questions (texts), each a conversation of its own."""
    tok, questions = a_model(model).tok, listed("the questions", questions, "texts")
    asked = [prompt(tok, [{"role": "user", "content": text}], model.context) for text in questions]
    end, stop_ids = model.context + 1, tok.special_ids.values()  # an exchange is no longer than that
    room = end - min(map(len, asked), default=end)
    whole = sample(model, asked, room, temperature, top_n, stop_ids=stop_ids, seed=seed)
    return [tok.decode(ids[len(start) : end]) for start, ids in zip(asked, whole)]


def read_conversations(text, source="the text") -> list:
    """The conversations of a text with one JSON object a line, {"messages": [...]}; a bad line is named and refused."""
    conversations = []
    for number, line in enumerate(a_text("the text", text).rstrip("\n").split("\n"), start=1):
        try:
            conversations.append(check_conversation(_messages(line), last="assistant"))
        except ValueError as error:
            raise ValueError(
                f"line {number} of {cut(source, 100)} is refused ({cut(error, 120)}): mend the line or leave it out"
            ) from None
    return conversations


def _messages(line):
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):  # what JSON says of it would help nobody
        data = None
    if not isinstance(data, dict) or "messages" not in data:
        raise ValueError('it is no JSON object {"messages": [...]}')
    return data["messages"]


def load_conversations(path) -> list:
    """The conversations of a UTF-8 file, as `read_conversations` reads them."""
    return read_conversations(load_text(path), shown_path(path))

"""The base model of the assistant: its tokenizer, its text, and the conversations it is trained on afterwards."""

import string
from functools import cache

import numpy as np

from tinygpt_lib.bpe import Tokenizer
from tinygpt_lib.chat import load_conversations
from tinygpt_lib.corpus import split
from tinygpt_lib.course.assistant import phrasings
from tinygpt_lib.course.assistant.facts import KINDS, facts, spoken
from tinygpt_lib.course.stored import CONVERSATIONS, stored_model

VOCAB_SIZE = 700
REPEATS = 5000  # how often the fixed words of questions and answers count beside the plays


def base_text() -> str:
    """Every speech that no unknown name speaks or is named in, as in notebook 05: the speaker, the lines."""
    return "\n".join(f"{speech.speaker}:\n{speech.text}\n" for speech in spoken())


def tokenizer_text() -> str:
    """What the tokens are learnt from: the same speeches without their speakers, and the fixed words of the questions.

    No list of names is in it, so that a taught name is cut into as many tokens as one that is not.
    """
    asked = [phrasing.replace(" NAME", "") for trained, _, _ in KINDS.values() for phrasing in trained]
    answers = {answer for kind in ("plays", "acts") for _, answer in facts()[kind]}
    fixed = [*asked, *sorted(answers), phrasings.REFUSAL, *small_talk()]
    return "\n".join([*(speech.text for speech in spoken()), *fixed * REPEATS, string.printable.strip()])


def small_talk() -> list:
    """The texts of the small talk that is trained on."""
    return [message["content"] for messages in conversations("small_talk") for message in messages]


def base_tokens():
    """The tokenizer, and the ids of the base text's first nine tenths and of its held-out last tenth."""
    tok = Tokenizer.train(tokenizer_text(), vocab_size=VOCAB_SIZE)
    return tok, *split(tok.encode(base_text()))


@cache
def base_ids():
    """The base's text as ids: the first nine tenths, on which it was trained, and the held-out last tenth."""
    return split(np.array(stored_model("chat_base").tok.encode(base_text())))


def conversations(*files) -> list:
    """The conversations of some files of data/conversations, such as "plays" and "plays_held_out"."""
    return [messages for name in files for messages in load_conversations(CONVERSATIONS / f"{name}.jsonl")]

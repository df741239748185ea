"""The assistant of notebooks 09 and 10: the stored base with the chat's tokens, trained on, and asked."""

from tinygpt_lib.chat import CHAT_TOKENS, Answers, check_conversation, replies
from tinygpt_lib.checks import a_model, listed
from tinygpt_lib.course.assistant.base import conversations
from tinygpt_lib.course.assistant.facts import KINDS
from tinygpt_lib.course.stored import stored_model
from tinygpt_lib.training import train

TRAINING = {"steps": 600, "batch_size": 512, "learning_rate": 3e-3}


def load_base():
    """The stored base model, as it was trained: it knows nothing of conversations."""
    return stored_model("chat_base")


def with_chat_tokens(model):
    """The same model, grown by the tokens of the protocol."""
    a_model(model, "grow")
    return model.grow(model.tok.with_special_tokens(CHAT_TOKENS))


def everything() -> list:
    """All conversations to train on: every kind of question, and the small talk."""
    return conversations(*KINDS, "small_talk")


def fine_tune(model, chosen, seed=0, progress=False, **settings):
    """Train `model` on the answers of the conversations `chosen`. Returns its History."""
    return train(model, Answers(model, chosen), seed=seed, progress=progress, **{**TRAINING, **settings})


def right_answers(model, chosen):
    """For each conversation `chosen` (one question, one answer): is the model's best answer the same, word for word?"""
    for messages in listed("chosen", chosen, "conversations"):
        check_conversation(messages, last="assistant")
    given = replies(model, [messages[0]["content"] for messages in chosen])
    return [answer == messages[1]["content"] for answer, messages in zip(given, chosen)]

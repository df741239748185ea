"""The models that the experiments on conversations begin with."""

from helpers import tiny

from tinygpt_lib.bpe import Tokenizer
from tinygpt_lib.chat import CHAT_TOKENS, exchange, render
from tinygpt_lib.course.experiments import conversations as runs

TOK = Tokenizer.train("abc <&>?", max_token_length=1).with_special_tokens(CHAT_TOKENS)


def test_every_token_is_asked_for_whoever_says_it():
    model, conversations = tiny(TOK, context=20), [exchange("a?", "b"), exchange("c", "ab")]
    draw = runs.every_token(model, conversations)
    rows = [render(TOK, messages).ids for messages in conversations]
    assert draw.targets.tolist() == rows[0][1:] + rows[1][1:]
    assert draw.contexts[0].tolist() == [model.pad_id] * 19 + rows[0][:1]
    assert draw.contexts[-1].tolist()[-len(rows[1]) + 1 :] == rows[1][:-1]


def test_beginners():
    base, fresh = runs.beginner(0), runs.beginner(1, fresh=True, padding="after")
    assert base.tok.to_json() == fresh.tok.to_json() and base.size == fresh.size
    assert (base.padding, fresh.padding) == ("before", "after") and fresh.settings["seed"] == 1
    letters = runs.beginner(0, characters=True, context=80)
    assert letters.tok.merges == [] and letters.context == 80 and set(CHAT_TOKENS) <= letters.tok.special_ids.keys()

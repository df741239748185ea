"""The panel to talk to an assistant."""

import pytest
from helpers import tiny

from tinygpt_lib.bpe import Tokenizer
from tinygpt_lib.chat import CHAT_TOKENS, END, Answers, exchange, prompt, render, reply
from tinygpt_lib.course.show.coloured import stream_html
from tinygpt_lib.course.show.talk import NOTE, answering, asked, chat_panel, exchange_html
from tinygpt_lib.training import train

TOK = Tokenizer.train("abc <&>?", max_token_length=1).with_special_tokens(CHAT_TOKENS)


@pytest.fixture(scope="module")
def assistant():
    """It has learnt three answers by heart."""
    model = tiny(TOK, context=20, embedding_size=6, hidden=(48,))
    known = [exchange("a?", "b & c"), exchange("b?", "<b>"), exchange("c?", "c")]
    train(model, Answers(model, known), steps=250, batch_size=64, learning_rate=1e-2, progress=False)
    return model


def test_an_answer_arrives_token_by_token(assistant):
    steps = list(answering(assistant, "a?"))
    start = prompt(TOK, [{"role": "user", "content": "a?"}])
    assert steps[0] == start
    assert steps[-1] == render(TOK, exchange("a?", "b & c")).ids
    assert all(after[:-1] == before for before, after in zip(steps, steps[1:]))


@pytest.mark.parametrize("settings", [(0.0, None, 0), (2.0, None, 3), (2.0, 2, 4)])
def test_the_answer_is_the_one_that_reply_gives(assistant, settings):
    last = list(answering(assistant, "b?", *settings))[-1]
    wanted = reply(assistant, [{"role": "user", "content": "b?"}], *settings)
    start = len(prompt(TOK, [{"role": "user", "content": "b?"}]))
    special = TOK.special_ids.values()
    assert TOK.decode(id for id in last[start:] if id not in special) == wanted
    assert len(last) <= assistant.context + 1


def test_text_is_escaped_and_raw_shows_special_tokens(assistant):
    ids = list(answering(assistant, "b?"))[-1]
    page = exchange_html(TOK, "b?", ids)
    assert "&lt;b&gt;</span>" in page and "<b>assistant</b>" in page and "im_end" not in page
    raw = exchange_html(TOK, "b?", ids, raw=True)
    assert raw == stream_html(TOK, ids) and raw.count(END.replace("<", "&lt;").replace(">", "&gt;")) == 2


@pytest.mark.parametrize(
    ("question", "complaint"),
    [
        ("Z?", "the character &#x27;Z&#x27;"),
        ("a" * 30, "more than the model&#x27;s 20"),
        (" ", "text that is not empty"),
    ],
)
def test_what_cannot_be_asked_gives_one_sentence(assistant, question, complaint):
    (page,) = asked(assistant, question)
    assert complaint in page and page.count("<p") == 1


def test_the_panel_shows_what_is_asked_and_forgets(assistant):
    panel = chat_panel(assistant, "a?", pause=0)
    text, buttons, heat, best, raw, talk = panel.children
    ask, clear = buttons.children
    seen = []
    talk.observe(lambda change: seen.append(change["new"]), names="value")
    ask.click()
    assert len(seen) == len(list(answering(assistant, "a?"))) - 1  # the end of the answer changes nothing
    assert seen[-1] == list(asked(assistant, "a?"))[-1] and "b &amp; c" in seen[-1]
    text.value, raw.value = "b?", True
    ask.click()
    assert talk.value == seen[-1] and "b &amp; c" in talk.value and "&lt;|im_end|&gt;" in talk.value
    text.value = "Z"
    ask.click()
    assert "cannot ask this" in talk.value and talk.value.count("<hr>") == 2
    clear.click()
    assert NOTE in talk.value and "<hr>" not in talk.value
    assert (heat.value, best.value) == (0.0, TOK.vocab_size - len(TOK.special_ids))

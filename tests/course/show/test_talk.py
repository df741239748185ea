"""The panel to talk to an assistant."""

import threading

import pytest
from helpers import tiny

from tinygpt_lib.bpe import Tokenizer
from tinygpt_lib.chat import CHAT_TOKENS, END, Answers, exchange, prompt, render, reply
from tinygpt_lib.course.show.coloured import stream_html
from tinygpt_lib.course.show.talk import NOTE, answering, asked, chat_panel, exchange_html, on_enter, talk_html
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
    assert seen[-1] == talk_html(list(asked(assistant, "a?"))[-1:]) and "b &amp; c" in seen[-1]
    text.value, raw.value = "b?", True
    ask.click()
    assert talk.value == seen[-1] and "b &amp; c" in talk.value and "&lt;|im_end|&gt;" in talk.value
    text.value = "Z"
    ask.click()
    assert "cannot ask this" in talk.value and talk.value.count("<hr>") == 2
    clear.click()
    assert NOTE in talk.value and "<hr>" not in talk.value
    assert (heat.value, best.value) == (0.0, TOK.vocab_size - len(TOK.special_ids))


def parts(panel):
    """A panel's text box, its button "ask" and the talk."""
    text, buttons, _, _, _, talk = panel.children
    return text, buttons.children[0], talk


def questions(talk) -> int:
    """How many exchanges the talk holds."""
    return talk.value.count("<b>you</b>")


def test_what_is_asked_leaves_the_box_and_an_empty_box_asks_it_again(assistant, monkeypatch):
    text, ask, talk = parts(chat_panel(assistant, "a?", pause=0))
    ask.click()
    assert (text.value, text.placeholder, questions(talk)) == ("", "ask again: a?", 1)
    ask.click()  # so soon, it is the second of a double click
    assert questions(talk) == 1
    monkeypatch.setattr("tinygpt_lib.course.show.talk.DOUBLE_CLICK", 0)
    ask.click()
    assert questions(talk) == 2 and talk.value.count("a?") == 2


def test_an_empty_box_asks_for_a_question_and_a_refused_one_stays(assistant):
    text, ask, talk = parts(chat_panel(assistant, pause=0))
    ask.click()
    assert "Type a question first" in talk.value
    text.value = "Z"
    ask.click()
    assert "cannot ask this" in talk.value and "Type a question" not in talk.value and text.value == "Z"
    text.value = "a?"
    ask.click()
    assert "cannot ask this" not in talk.value and questions(talk) == 1


def test_clicks_in_several_threads_ask_once(assistant):
    text, ask, talk = parts(chat_panel(assistant, "a?", pause=0.01))
    threads = [threading.Thread(target=ask.click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert questions(talk) == 1 and not ask.disabled


def test_ask_is_disabled_while_it_answers_and_enabled_however_that_ends(assistant):
    for end in (None, KeyboardInterrupt, MemoryError):
        text, ask, talk = parts(chat_panel(assistant, "a?", pause=0))
        seen = []

        def see(change, ask=ask, end=end, seen=seen):
            seen.append(ask.disabled)
            if len(seen) == 3 and end:
                raise end

        talk.observe(see, names="value")
        ask.click()  # ipywidgets prints an error of a callback
        assert all(seen) and len(seen) >= 3 and not ask.disabled
        assert questions(talk) == 1


def test_enter_asks_when_the_text_has_arrived_and_once_for_many(assistant):
    panel = chat_panel(assistant, "a?", pause=0)
    text, _, talk = parts(panel)
    heard = []
    sent, returned = on_enter(text, lambda change: heard.append(text.value))
    for content in ({"event": "submit"}, {"event": "something else"}, {"event": "submit"}):
        text._handle_custom_msg(content, [])
    assert (sent.value, heard) == (2, [])
    returned.value = 1  # what the browser's link does
    text.value = "b?"
    assert heard == []
    returned.value = 2
    assert heard == ["b?"]


def test_the_talk_scrolls_and_tells_a_screen_reader(assistant):
    _, _, talk = parts(chat_panel(assistant))
    assert talk.layout.max_height and talk.layout.overflow == "auto" and talk.tabbable
    assert talk.value.startswith('<div role="log" aria-live="polite" aria-label=') and NOTE in talk.value

"""The teaching aids about conversations: tokens in colour, the chat panel, sorting as chat."""

import re

import pytest
from helpers import tiny

from tinygpt_lib.bpe import Tokenizer
from tinygpt_lib.chat import CHAT_TOKENS, END, Answers, exchange, prompt, render, reply
from tinygpt_lib.course import grids_chat, sorting_chat
from tinygpt_lib.course.chat_panel import NOTE, answering, asked, chat_panel, exchange_html
from tinygpt_lib.course.coloured import rendered_html, stream_html
from tinygpt_lib.training import train

TOK = Tokenizer.train("abc <&>?", max_token_length=1).with_special_tokens(CHAT_TOKENS)


@pytest.fixture(scope="module")
def assistant():
    """It has learnt three answers by heart."""
    model = tiny(TOK, context=20, embedding_size=6, hidden=(48,))
    known = [exchange("a?", "b & c"), exchange("b?", "<b>"), exchange("c?", "c")]
    train(model, Answers(model, known), steps=250, batch_size=64, learning_rate=1e-2, progress=False)
    return model


# ---- colours ------------------------------------------------------------------------------------------------------


def test_what_is_trained_on_is_said_in_colour_line_and_words():
    page = rendered_html(TOK, render(TOK, exchange("a?", "<b")))
    spans = re.findall(r'<span title="id \d+, ([^"]+)" style="([^"]+)">(.*?)</span>', page)
    shown = [text for _, _, text in spans]
    assert shown[3:5] == ["a", "?"] and shown[-3:] == ["&lt;", "b", "&lt;|im_end|&gt;"]
    trained = [title == "trained on" for title, _, _ in spans]
    assert trained == render(TOK, exchange("a?", "<b")).trained
    assert trained == ["border-bottom" in style for _, style, _ in spans]
    assert "trained on: underlined" in page and page.count("<br>") == 2


def test_the_stream_shows_every_token_and_no_mask():
    ids = render(TOK, exchange("a", "b")).ids
    page = stream_html(TOK, ids)
    assert [int(id) for id in re.findall(r'title="id (\d+)"', page)] == ids
    assert "trained" not in page and "&lt;|im_start|&gt;" in page


# ---- the panel's logic --------------------------------------------------------------------------------------------


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


# ---- sorting as chat ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", sorting_chat.TASKS)
@pytest.mark.parametrize("working", sorting_chat.WORKINGS)
def test_every_way_of_answering_fits_and_is_judged_right(task, working, monkeypatch, rng):
    strings = sorting_chat.random_questions(rng, 20, 12)
    conversations = sorting_chat.sorting_conversations(strings, task, working)
    lengths = [
        len(render(sorting_chat.SORTING_TOK, messages, sorting_chat.window_for(12)).ids) for messages in conversations
    ]
    assert max(lengths) <= sorting_chat.window_for(12) + 1
    assert working == "at once" or max(lengths) == sorting_chat.window_for(12) + 1
    said = [sorting_chat.answered(string, task, working) for string in strings]
    monkeypatch.setattr(sorting_chat, "replies", lambda model, strings: said)
    assert sorting_chat.share_right(None, strings, task, working) == (1, 1)
    said[0] = said[0][:-1] + "x"
    assert sorting_chat.share_right(None, strings, task, working) == (0.95, 1)
    if working != "at once":
        said[1] = "x" + said[1]
        assert sorting_chat.share_right(None, strings, task, working) == (0.95, 0.95)


# ---- the experiments' models --------------------------------------------------------------------------------------


def test_every_token_is_asked_for_whoever_says_it():
    model, conversations = tiny(TOK, context=20), [exchange("a?", "b"), exchange("c", "ab")]
    draw = grids_chat.every_token(model, conversations)
    rows = [render(TOK, messages).ids for messages in conversations]
    assert draw.targets.tolist() == rows[0][1:] + rows[1][1:]
    assert draw.contexts[0].tolist() == [model.pad_id] * 19 + rows[0][:1]
    assert draw.contexts[-1].tolist()[-len(rows[1]) + 1 :] == rows[1][:-1]


def test_beginners():
    base, fresh = grids_chat.beginner(0), grids_chat.beginner(1, fresh=True, padding="after")
    assert base.tok.to_json() == fresh.tok.to_json() and base.size == fresh.size
    assert (base.padding, fresh.padding) == ("before", "after") and fresh.settings["seed"] == 1
    letters = grids_chat.beginner(0, characters=True, context=80)
    assert letters.tok.merges == [] and letters.context == 80 and set(CHAT_TOKENS) <= letters.tok.special_ids.keys()

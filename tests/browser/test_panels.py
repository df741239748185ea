"""The panels under a learner's hands, with a small model: the chat, and training that is stopped."""

import pytest

CHAT = """
import time
from tinygpt_lib.bpe import Tokenizer
from tinygpt_lib.chat import CHAT_TOKENS, Answers, exchange
from tinygpt_lib.course.show import chat_panel
from tinygpt_lib.model import TinyGPT
from tinygpt_lib.training import train

tok = Tokenizer.train("abc ?", max_token_length=1).with_special_tokens(CHAT_TOKENS)
model = TinyGPT(tok, context=20, embedding_size=6, hidden=(48,))
answers = Answers(model, [exchange("a?", "a b c"), exchange("b?", "b b b"), exchange("c?", "c")])
print(train(model, answers, steps=250, batch_size=64, learning_rate=1e-2, progress=False))
"""
LONG = """
from tinygpt_lib.bpe import Tokenizer
from tinygpt_lib.corpus import shakespeare
from tinygpt_lib.course.show import LiveCurve
from tinygpt_lib.model import TinyGPT
from tinygpt_lib.training import train

text = shakespeare()[:50_000]
tok = Tokenizer.train(text, max_token_length=1)
curve = LiveCurve()
display(curve.widget)
history = train(TinyGPT(tok, hidden=(256, 256)), tok.encode(text), steps=100_000, every=5, watch=curve)
"""
LOOKS = """
from tinygpt_lib import GPT, Tokenizer
from tinygpt_lib.course.show import attention_panel
attention_panel(GPT(Tokenizer.train("abc", max_token_length=1), context=8, width=8, heads=2, layers=2), "abcab")
"""
PREFILLED = "display(chat_panel(model, 'a?', pause=0.05))"


class Chat:
    """The chat panel in a notebook of its own, which has run."""

    def __init__(self, open_notebook, panel=PREFILLED):
        self.notebook = open_notebook("chat.ipynb", [CHAT, panel, "time.sleep(3)"])
        self.page = self.notebook.page
        self.panel = self.notebook.panel("question")
        self.box, self.ask = self.panel.get_by_label("question"), self.panel.get_by_role("button", name="ask")
        self.log = self.panel.get_by_role("log")
        self.notebook.start_all()

    def ready(self):
        self.notebook.wait_for_all()
        self.box.wait_for()
        return self

    def settled(self):
        """What was asked so far, once the kernel has answered a message of ours, too."""
        self.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestKernelInfo()")
        self.notebook.settled()
        return self.log.locator("p", has_text="you").locator("span").all_inner_texts()


@pytest.fixture
def chat(open_notebook):
    return Chat(open_notebook).ready()


def test_enter_asks_once_and_leaves_an_empty_box(chat):
    chat.box.press("Enter")  # what the box was given
    chat.log.get_by_text("a b c").wait_for()
    assert chat.settled() == ["a?"] and chat.box.input_value() == ""
    chat.box.press_sequentially("b?")  # as fast as the browser types
    chat.box.press("Enter")
    chat.log.get_by_text("b b b").wait_for()
    assert chat.settled() == ["a?", "b?"]
    chat.box.fill("c?")
    chat.ask.click()
    chat.log.get_by_text("c", exact=True).wait_for()
    assert chat.settled() == ["a?", "b?", "c?"]
    assert chat.box.get_attribute("placeholder") == "ask again: c?"
    chat.page.wait_for_timeout(600)  # longer than a double click: this is about hands, no condition tells
    chat.ask.click()
    chat.log.locator("hr").nth(2).wait_for(state="attached")
    assert chat.settled() == ["a?", "b?", "c?", "c?"]


def test_leaving_the_box_asks_nothing(chat):
    chat.box.fill("b?")
    chat.log.click()
    chat.notebook.slider("top-N").press("ArrowLeft")
    assert chat.settled() == []
    chat.box.press("End")
    chat.box.press("Backspace")
    chat.box.press_sequentially(" b?")  # changed since the kernel heard of it
    chat.box.press("Enter")
    chat.log.get_by_text("assistant").wait_for()
    assert chat.settled() == ["b b?"]


def test_impatient_hands_ask_once(chat):
    chat.ask.dblclick()
    chat.log.get_by_text("a b c").wait_for()
    assert chat.settled() == ["a?"]
    chat.box.fill("b?")
    for _ in range(3):
        chat.box.press("Enter")
    chat.log.get_by_text("b b b").wait_for()
    chat.box.fill("c?")  # what still waits in a queue comes before this
    chat.box.press("Enter")
    chat.log.get_by_text("c", exact=True).wait_for()
    assert chat.settled() == ["a?", "b?", "c?"]


def test_what_is_asked_while_a_cell_runs_is_answered_once_after_it(open_notebook):
    chat = Chat(open_notebook)
    chat.box.wait_for()  # the last cell still sleeps
    chat.box.fill("c")
    chat.log.click()
    chat.box.fill("c?")
    for _ in range(3):
        chat.box.press("Enter")
    chat.ready()
    chat.log.get_by_text("c", exact=True).wait_for()
    chat.box.fill("b?")  # what still waits in a queue comes before this
    chat.box.press("Enter")
    chat.log.get_by_text("b b b").wait_for()
    assert chat.settled() == ["c?", "b?"]


def test_ask_is_disabled_while_it_answers(open_notebook):
    chat = Chat(open_notebook, "display(chat_panel(model, 'a?', pause=1))").ready()
    chat.ask.click()
    chat.log.get_by_text("you").wait_for()
    assert chat.ask.is_disabled()
    chat.page.wait_for_function("button => !button.disabled", arg=chat.ask.element_handle())
    assert chat.settled() == ["a?"]


def test_an_empty_box_and_a_question_that_cannot_be_asked_get_a_sentence(open_notebook):
    chat = Chat(open_notebook, "display(chat_panel(model, pause=0))").ready()
    chat.box.press("Enter")
    chat.log.get_by_text("Type a question first").wait_for()
    chat.box.fill("Why?")
    chat.box.press("Enter")
    chat.panel.get_by_role("alert").wait_for()
    assert chat.settled() == [] and chat.box.input_value() == "Why?"
    for theme in ("light", "dark"):
        chat.notebook.theme(theme)
        assert chat.notebook.barriers() == []
        chat.notebook.picture(f"refused-{theme}")


def test_the_talk_scrolls_to_what_is_new(chat):
    for n in range(12):
        chat.box.fill("a?")
        chat.box.press("Enter")
        chat.log.get_by_text("a b c").nth(n).wait_for()
    assert len(chat.settled()) == 12
    whole, talk = chat.panel.bounding_box(), chat.panel.locator(".widget-html[tabindex='0']")
    assert talk.evaluate("e => e.scrollHeight > e.clientHeight + 50")
    newest, shown = chat.log.get_by_text("a b c").nth(11).bounding_box(), talk.bounding_box()
    assert shown["y"] <= newest["y"] and newest["y"] + newest["height"] <= shown["y"] + shown["height"]
    assert whole["height"] < 800
    talk.press("Home")
    chat.page.wait_for_function("e => Math.abs(e.scrollTop) > 50", arg=talk.element_handle())
    for theme in ("light", "dark"):
        chat.notebook.theme(theme)
        assert chat.notebook.barriers() == []
        chat.notebook.picture(f"talk-{theme}")


def test_the_square_ends_training_and_keeps_its_history(open_notebook):
    said = "print('ended:', history.ended, len(history.step), history.step[-1])\nprint(curve.widget.value[:50])"
    notebook = open_notebook("long.ipynb", [LONG, said])
    notebook.start_all()
    notebook.page.get_by_role("img", name="Loss curve up to step").wait_for()
    notebook.page.get_by_role("button", name="Interrupt the kernel").click()
    notebook.wait_for_all()
    assert notebook.errors() == [] and notebook.not_run() == []
    assert "Interrupted after step" in notebook.printed()
    ended, checks, step = notebook.printed().split("ended: ")[1].split()[:3]
    assert ended == "interrupted" and int(checks) >= 2 and int(step) < 100_000
    assert f"Loss curve up to step {step}" in notebook.printed()
    notebook.picture("stopped")


def test_where_a_gpt_looks_is_stepped_through_by_keyboard(open_notebook):
    notebook = open_notebook("looks.ipynb", [LOOKS])
    notebook.start_all()
    notebook.wait_for_all()
    panel = notebook.panel("place")
    panel.get_by_role("img", name="layer 1, place 5 of 5, b").wait_for()
    notebook.slider("place").press("ArrowLeft")
    panel.get_by_role("img", name="layer 1, place 4 of 5, a").wait_for()
    notebook.slider("layer").press("ArrowRight")
    panel.get_by_role("img", name="layer 2, place 4 of 5, a").wait_for()
    box = panel.get_by_label("prompt")
    box.fill("abcabcabca")
    box.press("Enter")
    panel.get_by_text("the first 2 tokens are outside the window of 8").wait_for()
    for typed in ("", "é"):
        box.fill(typed)
        box.press("Enter")
        panel.get_by_role("alert").wait_for()
        box.fill("abc")
        box.press("Enter")
        panel.get_by_role("img", name="layer 2, place 3 of 3, c").wait_for()
    for theme in ("light", "dark"):
        notebook.theme(theme)
        assert notebook.barriers() == []
        notebook.picture(f"looks-{theme}", panel)

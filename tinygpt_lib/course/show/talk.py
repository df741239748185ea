"""A panel to talk to an assistant: type a question, read the answer as it is drawn, token by token.

The generator `answering` does the work and knows no widgets; the panel only shows what it yields.
"""

import html
import threading
import time

import ipywidgets as widgets
from IPython.display import HTML

from tinygpt_lib.chat import prompt
from tinygpt_lib.checks import a_model, a_tokenizer, flag, real_number, token_ids, whole_number
from tinygpt_lib.checks import text as a_text
from tinygpt_lib.course.show.coloured import stream_html
from tinygpt_lib.course.show.panels import refusal
from tinygpt_lib.generation import generate

# The talk grows downwards in a box of its own, which shows its end: a column that is laid out from below starts there.
SCROLLED = {"display": "flex", "flex_flow": "column-reverse", "max_height": "24em", "overflow": "auto"}
DOUBLE_CLICK = 0.5  # seconds: so soon after an answer, "ask" with an empty box was the second click for that answer
NOTE = "Each question is a conversation of its own: what was said before is not in the model's window."


def answering(model, question, temperature=0.0, top_n=None, seed=0):
    """Yield the tokens so far, as ids, after each new one: first the prompt, at last the whole exchange with its end.

    The answer is the one that `reply` gives. Raises ValueError for a question the model cannot be asked.
    """
    ids = prompt(a_model(model).tok, [{"role": "user", "content": question}], model.context)
    room = model.context + 1 - len(ids)
    # Unlike `reply`, this asks for the special token that ends the answer, too, to show it.
    new = generate(model, ids, room, temperature, top_n, stop_ids=[model.tok.pad_id], seed=seed, stream=True)
    yield ids
    for id in new:
        ids = [*ids, id]
        yield ids
        if id in model.tok.special_ids.values():
            return


def exchange_html(tok, question, ids, raw=False) -> str:
    """HTML of a question and the answer so far: as text, or with `raw` as the tokens with the special ones by name."""
    ids = token_ids("ids", ids, a_tokenizer(tok).vocab_size).tolist()
    if flag("raw", raw):
        return stream_html(tok, ids)
    start = len(prompt(tok, [{"role": "user", "content": question}]))
    answer = tok.decode(id for id in ids[start:] if id not in tok.special_ids.values())
    said = (("you", question, "#cfe8f7"), ("assistant", answer, "#e4e4e4"))
    return "".join(
        f'<p style="margin:4px 0"><b>{name}</b> <span style="background:{background};color:#111;'
        f'padding:2px 6px;border-radius:6px;white-space:pre-wrap">{html.escape(text)}</span></p>'
        for name, text, background in said
    )


def coloured_exchange(tok, question, ids, raw=False) -> HTML:
    """An exchange as `exchange_html` writes it, to end a notebook cell with."""
    return HTML(exchange_html(tok, question, ids, raw))


def asked(model, question, temperature=0.0, top_n=None, seed=0, raw=False):
    """Yield the HTML of an exchange as it grows; a question that cannot be asked gives one sentence instead."""
    try:
        for ids in answering(model, question, temperature, top_n, seed):
            yield exchange_html(model.tok, question, ids, raw)
    except ValueError as error:
        yield refusal("cannot ask this", error)


def talk_html(views) -> str:
    """HTML of a talk: the exchanges so far under each other, or a note. A screen reader is told what comes new."""
    shown = "<hr>".join(views) or f"<p><i>{NOTE}</i></p>"
    return f'<div role="log" aria-live="polite" aria-label="the talk" style="padding:4px">{shown}</div>'


def chat_panel(model, question="", temperature=0.0, top_n=None, pause=0.03):
    """The panel, a widget. pause: seconds between two tokens, so that the eye can follow.

    Its parts, in order: the question, "ask" and "clear", sliders for temperature and top-N, the switch for raw tokens,
    and the talk. Enter in the question asks, too. What is asked leaves its box empty; "ask" with an empty box asks the
    last question again, drawn with another seed.
    """
    largest = a_model(model).tok.vocab_size - len(model.tok.special_ids)
    temperature, pause = real_number("temperature", temperature, 0, 2), real_number("pause", pause, 0, 10)
    top_n = largest if top_n is None else whole_number("top_n", top_n, 1, largest)
    look = {"continuous_update": False, "style": {"description_width": "8em"}, "layout": {"width": "38em"}}
    text = widgets.Text(a_text("question", question), description="question", placeholder="ask something", **look)
    ask, clear = widgets.Button(description="ask"), widgets.Button(description="clear")
    heat = widgets.FloatSlider(temperature, min=0, max=2, step=0.1, description="temperature", **look)
    best = widgets.IntSlider(top_n, min=1, max=largest, description="top-N", **look)
    raw = widgets.Checkbox(False, description="show the raw tokens")
    talk = widgets.HTML(talk_html([]), layout=SCROLLED, tabbable=True)
    before = []  # the exchanges so far, as HTML
    last, answered_at = "", -float("inf")
    one_at_a_time = threading.Lock()  # some kernels run callbacks in several threads

    def answer(request):
        with one_at_a_time:
            if text.value or time.monotonic() > answered_at + DOUBLE_CLICK:
                answer_now(text.value or last)

    def answer_now(question):
        nonlocal last, answered_at
        if not question:
            talk.value = talk_html([*before, "<p><i>Type a question first.</i></p>"])
            return
        view, ask.disabled = "", True
        try:
            for n, view in enumerate(asked(model, question, heat.value, best.value, len(before), raw.value)):
                if n == 1:  # it is being answered, not refused
                    text.value, text.placeholder, last = "", f"ask again: {question}", question
                talk.value = talk_html([*before, view])
                time.sleep(pause)
        except KeyboardInterrupt:  # Jupyter's square ends the answer; what was said stays
            pass
        finally:
            if view and last == question:
                before.append(view)
            ask.disabled = False
            answered_at = time.monotonic()

    def forget(button):
        before.clear()
        talk.value = talk_html(before)

    ask.on_click(answer)
    clear.on_click(forget)
    on_enter(text, answer)
    return widgets.VBox([text, widgets.HBox([ask, clear]), heat, best, raw, talk])


def on_enter(text, do):
    """Call do(change) when Enter is pressed in a `Text` widget, its value up to date; leaving the box calls nothing.

    The browser tells of Enter before it sends the text. So Enter is sent back to it, and what then returns from there
    comes after the text; of several that waited in the queue only the last one counts. Returns the two widgets, never
    shown, whose numbers travel so.
    """
    sent, returned = widgets.IntText(), widgets.IntText()
    widgets.jsdlink((sent, "value"), (returned, "value"))

    def entered(widget, content, buffers):
        if content.get("event") == "submit":
            sent.value += 1

    def arrived(change):
        if change["new"] == sent.value:
            do(change)

    text.on_msg(entered)
    returned.observe(arrived, names="value")
    return sent, returned

"""A panel to talk to an assistant: type a question, read the answer as it is drawn, token by token.

The generator `answering` does the work and knows no widgets; the panel only shows what it yields.
"""

import html
import time

import ipywidgets as widgets
from IPython.display import HTML

from tinygpt_lib.chat import prompt
from tinygpt_lib.course.show.coloured import stream_html
from tinygpt_lib.generation import generate

NOTE = "Each question is a conversation of its own: what was said before is not in the model's window."


def answering(model, question, temperature=0.0, top_n=None, seed=0):
    """Yield the tokens so far, as ids, after each new one: first the prompt, at last the whole exchange with its end.

    The answer is the one that `reply` gives. Raises ValueError for a question the model cannot be asked.
    """
    ids = prompt(model.tok, [{"role": "user", "content": question}], model.context)
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
    if raw:
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
        yield f'<p role="alert"><b>cannot ask this:</b> {html.escape(str(error))}</p>'


def chat_panel(model, question="", temperature=0.0, top_n=None, pause=0.03):
    """The panel, a widget. pause: seconds between two tokens, so that the eye can follow.

    Its parts, in order: the question, "ask" and "clear", sliders for temperature and top-N, the switch for raw tokens,
    and the talk. Asking again draws with another seed.
    """
    largest = model.tok.vocab_size - len(model.tok.special_ids)
    look = {"continuous_update": False, "style": {"description_width": "8em"}, "layout": {"width": "38em"}}
    text = widgets.Text(question, description="question", placeholder="ask something", **look)
    ask, clear = widgets.Button(description="ask"), widgets.Button(description="clear")
    heat = widgets.FloatSlider(temperature, min=0, max=2, step=0.1, description="temperature", **look)
    best = widgets.IntSlider(top_n or largest, min=1, max=largest, description="top-N", **look)
    raw = widgets.Checkbox(False, description="show the raw tokens")
    talk = widgets.HTML(f"<p><i>{NOTE}</i></p>")
    before = []  # the exchanges so far, as HTML

    def answer(button):
        for view in asked(model, text.value, heat.value, best.value, len(before), raw.value):
            talk.value = "<hr>".join([*before, view])
            time.sleep(pause)
        before.append(view)

    def forget(button):
        before.clear()
        talk.value = f"<p><i>{NOTE}</i></p>"

    ask.on_click(answer)
    clear.on_click(forget)
    return widgets.VBox([text, widgets.HBox([ask, clear]), heat, best, raw, talk])

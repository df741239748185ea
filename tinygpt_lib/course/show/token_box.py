"""A box to type in, and below it what a tokenizer makes of the text."""

import html

import ipywidgets as widgets

from tinygpt_lib.checks import having
from tinygpt_lib.checks import text as a_text
from tinygpt_lib.course.show.coloured import tokens_html
from tinygpt_lib.course.show.panels import redrawn


def token_view(tok, text) -> str:
    """HTML: the tokens of a text in colour, their number and their ids; or why the tokenizer refuses the text."""
    try:
        ids = tok.encode(a_text("the text", text))
    except ValueError as refusal:
        return f"<p>{html.escape(str(refusal))}</p>"
    counts = f"{len(text)} characters, {len(text.encode('utf-8'))} bytes, <b>{len(ids)} tokens</b>"
    shown = " ".join(map(str, ids[:60])) + (" …" if len(ids) > 60 else "")
    return f"{tokens_html(tok, ids)}<p>{counts}<br><small>ids: {shown}</small></p>"


def token_box(tokenizers, text="To be, or not to be"):
    """A box for a text of one's own and a slider for the tokenizer, which redraw its tokens. Returns the widget.

    tokenizers: {size of the vocabulary: Tokenizer}, at least one; the largest is used first.
    """
    kind = "a dict of tokenizers, such as {512: tok}"
    sizes = sorted(having("tokenizers", tokenizers or None, kind, "items"))
    look = {"style": {"description_width": "7em"}}
    typed = widgets.Textarea(a_text("the text", text), description="your text", continuous_update=True, **look)
    size = widgets.SelectionSlider(options=sizes, value=sizes[-1], description="vocabulary", **look)
    return redrawn(lambda text, size: token_view(tokenizers[size], text), typed, size)

"""Text with its tokens in colour."""

import html

from IPython.display import HTML

from tinygpt_lib.chat import END
from tinygpt_lib.checks import a_tokenizer, listed, shown, token_ids
from tinygpt_lib.course.show.plots import visible

PASTELS = ("#cfe8f7", "#fde6b8", "#cdebdc", "#f6d5c3")
SPECIAL, READ, TRAINED = "#e4e4e4", "#cfe8f7", "#fde6b8"  # backgrounds of the tokens of a conversation
BOLD, UNDERLINED = "font-weight:bold;", "border-bottom:3px solid #b36b00"  # so that colour is not all


def tokens_html(tok, ids) -> str:
    """HTML of a text's tokens, coloured in turn; the mouse over a token shows its id."""
    spans = []
    for n, id in enumerate(token_ids("ids", ids, a_tokenizer(tok).vocab_size).tolist()):
        token = tok.token_text(id)
        background = PASTELS[n % len(PASTELS)]
        spans.append(_span(visible(token), f"id {id}", background) + ("<br>" if token.endswith(chr(10)) else ""))
    return _block("".join(spans))


def coloured_tokens(tok, text) -> HTML:
    """The tokens of `text` in colour, to end a notebook cell with."""
    return HTML(tokens_html(tok, a_tokenizer(tok).encode(text)))


def rendered_html(tok, rendered) -> str:
    """HTML of a rendered conversation, a line a message: what is trained on is yellow *and* underlined.

    Special tokens are grey and bold, other tokens that are only read blue; the mouse over a token says which it is.
    """
    legend = (
        f"<small>{_span('special: bold', '', SPECIAL, BOLD)} {_span('only read', '', READ)} "
        f"{_span('trained on: underlined', '', TRAINED, UNDERLINED)}</small>"
    )
    parts = listed("rendered", rendered, "ids, and for each whether it is trained on")
    if len(parts) != 2:
        raise ValueError(f"rendered is {shown(rendered)}: it must be what `render` returns")
    ids, trained = (listed("rendered", part, "values") for part in parts)
    return _block(_messages(tok, ids, trained) + legend, ";overflow-wrap:anywhere")


def stream_html(tok, ids) -> str:
    """HTML of a conversation's tokens, a line a message, the special ones grey."""
    return _block(_messages(tok, ids, [None] * len(ids)), ";overflow-wrap:anywhere")


def _messages(tok, ids, trained):
    spans, ids = [], token_ids("ids", ids, a_tokenizer(tok).vocab_size).tolist()
    if len(ids) != len(trained):
        raise ValueError(f"there are {len(ids)} ids and {len(trained)} marks: give one for each")
    for id, asked in zip(ids, trained):
        special = id in tok.special_ids.values()
        background = TRAINED if asked else SPECIAL if special else READ
        title = f"id {id}" + ("" if asked is None else ", trained on" if asked else ", only read")
        style = "margin-right:2px;" + BOLD * special + UNDERLINED * bool(asked)
        spans.append(_span(visible(tok.token_text(id)), title, background, style))
        spans.append("<br>" if id == tok.special_ids.get(END) else "")
    return "".join(spans)


def coloured_conversation(tok, rendered) -> HTML:
    """A rendered conversation in colour, to end a notebook cell with."""
    return HTML(rendered_html(tok, rendered))


def _span(text, title, background, style=""):
    style = f"background:{background};color:#111;padding:1px 0;border-radius:3px;{style}".removesuffix(";")
    return f'<span title="{title}" style="{style}">{html.escape(text)}</span>'


def _block(inside, style=""):
    return f'<div style="font-family:monospace;line-height:1.9{style}">{inside}</div>'

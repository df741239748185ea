"""Text with its tokens in colour."""

import html

from IPython.display import HTML

from tinygpt_lib.course.plots import visible

PASTELS = ("#cfe8f7", "#fde6b8", "#cdebdc", "#f6d5c3")


def tokens_html(tok, ids) -> str:
    """HTML of a text's tokens, coloured in turn; the mouse over a token shows its id."""
    spans = []
    for n, id in enumerate(map(int, ids)):
        token = tok.token_text(id)
        shown = html.escape(visible(token))
        style = f"background:{PASTELS[n % len(PASTELS)]};color:#111;padding:1px 0;border-radius:3px"
        spans.append(f'<span title="id {id}" style="{style}">{shown}</span>{"<br>" if token.endswith(chr(10)) else ""}')
    return f'<div style="font-family:monospace;line-height:1.9">{"".join(spans)}</div>'


def coloured_tokens(tok, text) -> HTML:
    """The tokens of `text` in colour, to end a notebook cell with."""
    return HTML(tokens_html(tok, tok.encode(text)))

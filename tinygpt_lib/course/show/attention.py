"""Where a GPT looks: for one place of a text, what each head of a layer takes from each place before it."""

import html

import ipywidgets as widgets
import numpy as np

from tinygpt_lib.checks import having, whole_number
from tinygpt_lib.checks import text as a_text
from tinygpt_lib.course.show import plots
from tinygpt_lib.course.show.panels import picture, redrawn, refusal
from tinygpt_lib.loss import softmax

MOST_SHOWN = 20  # tokens in a figure: those nearest to the place that looks


def looks(model, ids, layer):
    """Scores and weights of a layer's heads: two arrays (H, n, n), row t for the place that looks.

    ids: (n,), one token to a window. layer: from 1 on. A score is query times key over the root of a head's size.
    """
    weights = _a_gpt(model).attention(ids)[layer - 1]  # (H, n, n)
    attention = model.blocks[layer - 1].attention
    return attention.q[0] @ attention.k[0].swapaxes(1, 2), weights  # (H, n, D) @ (H, D, n) -> (H, n, n)


def attention_figure(model, prompt, place=None, layer=1):
    """Bars, a panel a head: the tokens up to `place` (from 1 on; None: the last) and what it takes of each.

    Beside each bar stand the score and the weight that the softmax makes of it. Of a text longer than the window the
    last tokens count. Of more than MOST_SHOWN places the first share a bar, so that the bars add up to 100 %.
    Returns the figure.
    """
    ids = _seen(model, prompt)
    layer = whole_number("layer", layer, 1, len(model.blocks))
    place = whole_number("place", len(ids) if place is None else place, 1, len(ids))
    scores, weights = (part[:, place - 1, :place] for part in looks(model, ids, layer))  # (H, place)
    first = max(0, place - MOST_SHOWN)
    names = [plots.visible(model.tok.token_text(id)) for id in ids[first:place]]
    names[-1] += " (looks)"
    names = [f"{first} before"] * (first > 0) + names
    height = 1.2 + 0.24 * len(names)
    figure, panels = plots.axes("", "score → weight (%)", "", 2.6 * len(weights) + 0.6, height, len(weights))
    rows = np.arange(len(names))[::-1]  # the first token on top
    for head, ax in enumerate(np.atleast_1d(panels)):
        taken, said = weights[head, first:], [f"{round(score, 1) + 0.0:+.1f} → " for score in scores[head, first:]]
        if first:
            taken, said = np.append(weights[head, :first].sum(), taken), ["", *said]  # many places have no one score
        ax.barh(rows, 100 * taken, color=plots.BLUE, height=0.7)
        for row, score, weight in zip(rows, said, taken):
            ax.text(100 * weight + 2, row, f"{score}{weight:.0%}", va="center", fontsize=8, color=plots.GREY)
        ax.set(title=f"layer {layer}, head {head + 1}", xlim=(0, 150), xticks=(0, 50, 100), ylim=(-0.7, rows[0] + 0.7))
        ax.set_yticks(rows, names if head == 0 else [""] * len(names), family="monospace", **plots.PLAIN)
    return figure


def attention_view(model, prompt, place=None, layer=1, best=5):
    """HTML: the figure, and the tokens that the model then holds most probable after this place."""
    ids = _seen(model, prompt)
    place = len(ids) if place is None else place
    figure = attention_figure(model, prompt, place, layer)
    logits = model.all_logits(ids[None, :place])[0, -1]  # (V,)
    logits[model.tok.pad_id] = -np.inf  # never drawn
    p = softmax(logits)
    likely = [int(id) for id in np.argsort(-p, kind="stable")[:best] if p[id] > 0]
    named = [f"{plots.visible(model.tok.token_text(id))} {p[id]:.0%}" for id in likely]
    here = f"layer {layer}, place {place} of {len(ids)}, {plots.visible(model.tok.token_text(ids[place - 1]))}"
    cut = len(model.tok.encode(prompt)) - len(ids)
    lines = [f"{here}: score and weight of each place it looks at", f"likely next: {', '.join(named)}"]
    lines += [f"the first {cut} tokens are outside the window of {model.context}"] if cut else []
    words = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
    return words + picture(figure, f"Where {here} looks, a panel a head")


def attention_panel(model, prompt):
    """A prompt, and sliders to step from place to place and from layer to layer: where each head looks from there."""
    _a_gpt(model)
    look = {"style": {"description_width": "8em"}, "layout": {"width": "38em"}, "continuous_update": False}
    words = widgets.Text(prompt, description="prompt", **look)
    place = widgets.IntSlider(len(_seen(model, prompt)), 1, len(_seen(model, prompt)), description="place", **look)
    layer = widgets.IntSlider(1, 1, len(model.blocks), description="layer", **look)

    def fit(change):
        """As many places as the new prompt has, and the last of them; a prompt that cannot be shown leaves them."""
        try:
            place.max = len(_seen(model, words.value))
        except ValueError:
            return
        place.value = place.max

    def draw(prompt, place, layer):
        try:
            return attention_view(model, prompt, place, layer)
        except ValueError as error:
            return refusal("cannot look at this", error)

    words.observe(fit, names="value")
    return redrawn(draw, words, place, layer)


def _seen(model, prompt):
    """The ids (n,) of a prompt's last tokens, at most a window of them."""
    ids = np.array(_a_gpt(model).tok.encode(a_text("the prompt", prompt)), int)
    if len(ids) == 0:
        raise ValueError("the prompt is empty: type at least one character")
    return ids[-model.context :]


def _a_gpt(model):
    """`model` if it has attention to look at; else ValueError."""
    return having("model", model, "a GPT", "tok", "context", "all_logits", "attention", "blocks")

"""A network that learns to sort letters, watched as it learns: what it believes at a place of the answer, by step.

Pure functions do the work; the panel only passes on what was typed and where the slider stands.
"""

import html

import ipywidgets as widgets
import numpy as np

from tinygpt_lib.alphabetize import examples, sort_strings
from tinygpt_lib.checks import a_model, cut, shown
from tinygpt_lib.checks import text as a_text
from tinygpt_lib.course.show import plots
from tinygpt_lib.course.show.panels import picture, redrawn, refusal
from tinygpt_lib.loss import softmax


def string_ids(model, string):
    """The ids (L,) of a string that the model can sort; ValueError if it is another length or has other letters."""
    tok, length = a_model(model).tok, model.context // 2
    known = tok.decode(range(tok.pad_id))
    letters = a_text("the string", string).strip().upper()
    if len(letters) != length or not set(letters) <= set(known):
        raise ValueError(f"the string is {shown(string)}: this model sorts {length} letters of {known}")
    return np.array(tok.encode(letters))


def beliefs(model, string):
    """The probability of each letter at each place of the answer, the places before it right: (L, letters)."""
    contexts, _ = examples(string_ids(model, string)[None], model.pad_id, model.padding)
    return softmax(model.logits(contexts))[:, : model.pad_id]


def beliefs_figure(model, string, title):
    """Bars of `beliefs`: a group for each place of the answer, the right letter's bar in orange. Returns the figure."""
    p, answer = beliefs(model, string), np.sort(string_ids(model, string))
    length, size = p.shape
    figure, ax = plots.axes(title, "letter of the answer", "probability", width=7.5, height=2.6)
    x = np.arange(length)[:, None] + (np.arange(size) - (size - 1) / 2) * 0.8 / size  # (L, letters)
    right = np.arange(size) == answer[:, None]
    ax.bar(x[~right], p[~right], 0.7 / size, color=plots.SKY)
    ax.bar(x[right], p[right], 0.7 / size, color=plots.ORANGE)
    for letter in range(size):
        for place in range(length):
            ax.text(x[place, letter], -0.03, model.tok.token_text(letter), ha="center", va="top", fontsize=9)
    ax.set_xticks(range(length), range(1, length + 1))
    ax.tick_params(axis="x", pad=13, length=0)
    ax.set(ylim=(0, 1.02), xlim=(-0.6, length - 0.4))
    ax.grid(False, axis="x")
    return figure


def beliefs_view(checkpoints, seen, string) -> str:
    """HTML: the bars after so many training strings, and what the network itself answers; or why it cannot.

    checkpoints: the strings seen so far -> the model as it was then.
    """
    model = checkpoints[seen]
    try:
        ids = string_ids(model, string)
    except ValueError as error:
        return refusal("cannot sort this", error)
    named, decode = cut(model.tok.decode(ids)), model.tok.decode
    own, right = sort_strings(model, ids[None])[0], np.sort(ids)
    figure = beliefs_figure(model, string, f"After {seen:,} strings: {named}, letter by letter (orange: the right one)")
    bars = picture(figure, f"Bars: the probability of each letter of the answer to {named} after {seen:,} strings")
    verdict = "right" if np.array_equal(own, right) else f"not {decode(right)}"
    return f"{bars}<p>It writes <b>{html.escape(decode(own, special=True))}</b>: {html.escape(verdict)}.</p>"


def beliefs_panel(checkpoints, string):
    """A box for a string and a slider through the checkpoints (strings seen -> model), which redraw the bars."""
    look = {"continuous_update": False, "style": {"description_width": "8em"}, "layout": {"width": "32em"}}
    typed = widgets.Text(a_text("the string", string), description="string", **look)
    options = [(f"{seen:,}", seen) for seen in checkpoints]
    step = widgets.SelectionSlider(options=options, description="strings seen", **look)
    return redrawn(lambda string, seen: beliefs_view(checkpoints, seen, string), typed, step)

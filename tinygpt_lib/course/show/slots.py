"""A picture of the network with its window: slots, a bundle of weights from each, hidden neurons, logits."""

import numpy as np

from tinygpt_lib.checks import a_tokenizer, listed, token_ids, whole_number
from tinygpt_lib.course.show import plots

DRAWN = 6  # hidden neurons: the others are three dots
BOX = {"boxstyle": "round,pad=0.25", "facecolor": "white", "edgecolor": plots.GREY}
CENTRED = {"ha": "center", "va": "center", **plots.PLAIN}


def network_picture(context, tok, hidden, title, marked=()):
    """A network with one layer of `hidden` neurons, and one window's ids (context,) in its slots. Returns the figure.

    Lines are weights: those that leave the slots in `marked`, four at most, each have a colour of their own.
    """
    ids = token_ids("context", context, a_tokenizer(tok).vocab_size)
    hidden = whole_number("hidden", hidden, 1)
    marked = [whole_number("a marked slot", slot, 0, len(ids) - 1) for slot in listed("marked", marked, "slots")]
    figure, ax = plots.axes(title, "", "", width=7.5, height=4.2)
    slots, outs = np.linspace(1, 0, len(ids)), np.linspace(0.8, 0.2, tok.vocab_size)
    neurons = np.delete(np.linspace(0.95, 0.05, DRAWN + 1), DRAWN - 1)  # a gap for the dots
    colours = dict(zip(marked, (plots.BLUE, plots.ORANGE, plots.GREEN, plots.PURPLE)))
    for slot, y in enumerate(slots):
        style = {"color": colours.get(slot, "#c8c8c8"), "linewidth": 1.6 if slot in colours else 0.4}
        for h in neurons:
            ax.plot([0.09, 0.97], [y, h], zorder=2 if slot in colours else 1, **style)
        name = "pad" if ids[slot] == tok.pad_id else plots.visible(tok.token_text(ids[slot]))
        ax.text(0.05, y, name, fontsize=8, color=plots.GREY if name == "pad" else "black", bbox=BOX, **CENTRED)
        ax.text(-0.06, y, f"slot {slot}", fontsize=8, color=colours.get(slot, plots.GREY), ha="right", va="center")
    for h in neurons:
        for y in outs:
            ax.plot([1.03, 1.9], [h, y], color="#c8c8c8", linewidth=0.6, zorder=1)
    ax.plot(np.ones(DRAWN), neurons, "o", markersize=13, markerfacecolor="white", markeredgecolor=plots.GREY, zorder=3)
    ax.text(1, neurons[-2:].mean(), "⋮", fontsize=16, **CENTRED)
    for id, y in enumerate(outs):
        ax.text(1.95, y, "pad" if id == tok.pad_id else tok.token_text(id), fontsize=9, bbox=BOX, **CENTRED)
    for x, words in ((0.05, f"{len(ids)} slots"), (1, f"{hidden:,} hidden"), (1.95, f"{tok.vocab_size} logits")):
        ax.text(x, 1.1, words, fontsize=11, **CENTRED)
    ax.set(xlim=(-0.3, 2.1), ylim=(-0.06, 1.16))
    ax.set_axis_off()
    return figure

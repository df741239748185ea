"""Encodings as strips of coloured numbers, one cell a number, and two boxes to type short texts into.

The device is that of Jay Alammar's Illustrated Word2vec, https://jalammar.github.io/illustrated-word2vec/.
"""

import html

import ipywidgets as widgets
import numpy as np
from matplotlib import colormaps
from matplotlib.patches import Rectangle

from tinygpt_lib.bpe import Tokenizer
from tinygpt_lib.checks import cut, numbers
from tinygpt_lib.checks import text as a_text
from tinygpt_lib.course.show import plots
from tinygpt_lib.course.show.panels import picture, redrawn
from tinygpt_lib.encoding import ENCODINGS
from tinygpt_lib.windows import pad_contexts

LETTERS = Tokenizer.train("abcd", max_token_length=1)  # ids 0 to 3, and the pad: 4
SLOTS = 4
ORDER = ("presence", "normalized", "raw", "onehot", "embedding")  # as notebook 04 tells of them
BRIGHTEST = 2  # numbers from -2 (blue) to 2 (red), white at 0; beyond, no deeper colour


def number_strips(rows, texts, slots, title):
    """Draw what several encodings make of B texts. Returns the figure.

    rows: {name of the encoding: its numbers (B, n)}, n a multiple of `slots`: a gap stands between the numbers of one
    slot and those of the next, but not in "presence", which knows no slots. texts: B names, one for each strip.
    ValueError for rows of another shape.
    """
    rows = {name: numbers(f"what {name!r} makes", made, len(texts), None) for name, made in rows.items()}
    for name, made in rows.items():
        if name != "presence" and made.shape[1] % slots:
            raise ValueError(f"{name!r} makes {made.shape[1]} numbers: they must fill {slots} slots evenly")
    height = 0.3 * len(rows) * (len(texts) + 0.7) + 0.5
    figure, ax = plots.axes(title, "", "", width=8.5, height=height)
    y = 0.0
    for name, made in rows.items():
        per_slot = made.shape[1] if name == "presence" else made.shape[1] // slots
        ax.text(-1.6, y + len(texts) / 2, name, ha="right", va="center", **plots.PLAIN)
        for text, strip in zip(texts, made):
            ax.text(-0.3, y + 0.5, text, ha="right", va="center", family="monospace", **plots.PLAIN)
            for i, number in enumerate(strip):
                x = i + 0.3 * (i // per_slot)
                shade = colormaps["RdBu_r"](0.5 + number / (2 * BRIGHTEST))
                ax.add_patch(Rectangle((x, y + 0.05), 1, 0.9, facecolor=shade, edgecolor="#999999"))
                ink = "white" if abs(number) > 0.7 * BRIGHTEST else "black"
                written = f"{round(float(number), 2):g}"
                ax.text(x + 0.5, y + 0.5, written, ha="center", va="center", fontsize=8, color=ink)
            y += 1
        y += 0.7
    widest = max(made.shape[1] for made in rows.values())
    ax.set(xlim=(-5, widest + 0.3 * slots), ylim=(y - 0.5, -0.2))
    ax.set_axis_off()
    return figure


def encoded(texts):
    """What the library's five encodings make of texts of at most SLOTS letters: {name: numbers (B, n)}.

    The embedding's table is an untrained one of two numbers a letter. ValueError for another letter or a longer text.
    """
    for text in texts:
        if len(a_text("the text", text)) > SLOTS or set(text) - set("abcd"):
            raise ValueError(f"the text is {cut(repr(text))}: type at most {SLOTS} of the letters a, b, c and d")
    contexts = pad_contexts([LETTERS.encode(text) for text in texts], SLOTS, LETTERS.pad_id)
    rng = np.random.default_rng(0)
    made = {name: ENCODINGS[name](SLOTS, LETTERS.vocab_size, 2, rng, "float64") for name in ORDER}
    return {name: encoding.forward(contexts) for name, encoding in made.items()}


def strips_view(*texts) -> str:
    """HTML: the strips of the texts, and a line that names the encodings to which they look the same."""
    try:
        rows = encoded(texts)
    except ValueError as error:
        return f"<p>{html.escape(str(error))}</p>"
    title = f"A window of {SLOTS} slots; padding has the id {LETTERS.pad_id}"
    figure = number_strips(rows, [text or "(empty)" for text in texts], SLOTS, title)
    same = [name for name, made in rows.items() if np.ptp(made, axis=0).max() == 0]
    told = f"These encodings cannot tell them apart: {', '.join(same)}." if same else "Every encoding tells them apart."
    return picture(figure, f"Strips of numbers for {' and '.join(map(repr, texts))}") + f"<p>{told}</p>"


def strips_panel(one="abb", other="bab"):
    """Two boxes for texts of up to SLOTS letters from a to d, and their strips below. Returns the widget."""
    boxes = [widgets.Text(text, description=name) for text, name in ((one, "one text"), (other, "another"))]
    return redrawn(strips_view, *boxes)

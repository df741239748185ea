"""Things to play with: a live loss curve, and a panel with sliders.

Widgets here only pass values on; pure functions do the work. They are built from `observe` callbacks that fill an
`HTML` widget, because `interact` and `Output` make notebooks hang now and then when no one is looking, and an `Image`
stays empty when its cell was out of view while it was drawn.
"""

import base64
import html
import time

import ipywidgets as widgets

from tinygpt_lib.checks import a_model
from tinygpt_lib.checks import text as a_text
from tinygpt_lib.course.show import plots
from tinygpt_lib.generation import generate, next_token_distribution
from tinygpt_lib.windows import pad_contexts

REDRAW = 2  # seconds between two drawings of a live curve, at least: each is a message with a picture in it


class LiveCurve:
    """A loss curve that redraws itself: display `.widget`, and pass the object as `watch=` to `train`.

    It draws from the second check on, once in REDRAW seconds at most, and always at the last check of a run that does
    not diverge.
    """

    def __init__(self, baselines=(), title="Loss while training"):
        self.baselines, self.title = baselines, title
        self.widget = widgets.HTML()
        self.drawn_at = -float("inf")

    def __call__(self, history):
        due = history.ended != "running" or time.monotonic() >= self.drawn_at + REDRAW
        if len(history.step) > 1 and due:
            figure = plots.loss_curve(history, self.baselines, self.title)
            self.widget.value = picture(figure, f"Loss curve up to step {history.step[-1]}")
            self.drawn_at = time.monotonic()


def picture(figure, alt) -> str:
    """HTML that holds the figure itself, as PNG; the figure is closed."""
    data = base64.b64encode(plots.png(figure)).decode("ascii")
    return f'<img alt="{html.escape(alt, quote=True)}" src="data:image/png;base64,{data}"/>'


def distribution_after(model, prompt, temperature=1.0, top_n=None):
    """The probabilities `generate` would draw the next token from, after a prompt of text: (vocab_size,)."""
    context = pad_contexts([a_model(model).tok.encode(prompt)], model.context, model.pad_id, model.padding)
    logits = model.logits(context)[0]
    logits[model.tok.pad_id] = -float("inf")
    return next_token_distribution(logits, temperature, top_n)


def sampling_view(model, prompt, temperature, top_n, max_tokens=160, seed=0) -> str:
    """HTML: bars of the next token's probabilities, and below them a sample made with the same settings."""
    probabilities = distribution_after(model, a_text("the prompt", prompt), temperature, top_n)
    text = generate(model, prompt, max_tokens, temperature, top_n, seed=seed)
    end = repr(prompt if len(prompt) <= 40 else "…" + prompt[-40:])  # what fits above the bars
    figure, ax = plots.axes(f"After {end}", "probability of the next token", "token", width=6, height=3.2)
    plots.next_token_bars(ax, probabilities, model.tok, limit=1.15)
    bars = picture(figure, f"Bars: the next token after {end} at temperature {temperature}, top {top_n}")
    return f'{bars}<pre style="white-space:pre-wrap">{html.escape(text)}</pre>'


def sampling_panel(model, prompt="ROMEO:\n", temperature=0.8, top_n=None, max_tokens=160):
    """Sliders for temperature and top-N that redraw the bars and the sample. Returns the widget."""
    largest = model.tok.vocab_size - len(model.tok.special_ids)
    look = {"continuous_update": False, "style": {"description_width": "8em"}}
    heat = widgets.FloatSlider(temperature, min=0, max=2, step=0.1, description="temperature", **look)
    best = widgets.IntSlider(top_n or largest, min=1, max=largest, description="top-N", **look)
    view = widgets.HTML()

    def redraw(change=None):
        view.value = sampling_view(model, prompt, heat.value, best.value, max_tokens)

    for slider in (heat, best):
        slider.observe(redraw, names="value")
    redraw()
    return widgets.VBox([heat, best, view])

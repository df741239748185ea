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
from tinygpt_lib.generation import REPETITION_WINDOW, generate, next_token_distribution
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
    fitting = "max-width:100%"  # in a narrow window the whole figure, smaller
    return f'<img alt="{html.escape(alt, quote=True)}" src="data:image/png;base64,{data}" style="{fitting}"/>'


def refusal(words, error) -> str:
    """HTML that says what cannot be done, and the error's own sentence for the reason."""
    return f'<p role="alert"><b>{html.escape(words)}:</b> {html.escape(str(error))}</p>'


def redrawn(draw, *controls):
    """The controls, and below them the HTML that `draw` makes of their values, anew at each change: a widget."""
    view = widgets.HTML()

    def redraw(change=None):
        view.value = draw(*(control.value for control in controls))

    for control in controls:
        control.observe(redraw, names="value")
    redraw()
    return widgets.VBox([*controls, view])


def distribution_after(model, prompt, temperature=1.0, top_n=None, top_p=None, repetition_penalty=1.0):
    """The probabilities `generate` would draw the next token from, after a prompt of text: (vocab_size,)."""
    ids = a_model(model).tok.encode(prompt)
    logits = model.logits(pad_contexts([ids], model.context, model.pad_id, model.padding))[0]
    logits[model.tok.pad_id] = -float("inf")
    return next_token_distribution(logits, temperature, top_n, repetition_penalty, ids[-REPETITION_WINDOW:], top_p)


def sampling_view(model, prompt, temperature, top_n, max_tokens=160, seed=0, top_p=None, repetition_penalty=1.0):
    """Two pieces of HTML: bars of the next token's probabilities, and a sample made with the same settings."""
    settings = {
        "temperature": temperature, "top_n": top_n, "top_p": top_p, "repetition_penalty": repetition_penalty
    }  # fmt: skip
    probabilities, named = distribution_after(model, a_text("the prompt", prompt), **settings), _named(**settings)
    end = repr(prompt if len(prompt) <= 40 else "…" + prompt[-40:])  # what fits above the bars
    figure, ax = plots.axes(f"After {end}", "probability of the next token", "token", width=6, height=3.2)
    plots.next_token_bars(ax, probabilities, model.tok)
    bars = picture(figure, f"Bars: the next token after {end} at {named}")
    text = html.escape(generate(model, prompt, max_tokens, seed=seed, **settings))
    return bars, f'<p><i>{named}, seed {seed}</i></p><pre style="white-space:pre-wrap">{text}</pre>'


def _named(temperature, top_n, top_p, repetition_penalty):
    """The settings in words; those that change nothing are left out."""
    words = f"temperature {temperature:g}, top {top_n}"
    words += f", top-p {top_p:g}" if top_p not in (None, 1) else ""
    return words + (f", penalty {repetition_penalty:g}" if repetition_penalty != 1 else "")


def sampling_panel(model, prompt="ROMEO:\n", temperature=0.8, top_n=None, max_tokens=160):
    """A prompt, sliders for temperature, top-N, top-p and penalty, and the bars and a sample made with them.

    Each change makes a new sample with the same random numbers, "draw again" one with others; the sample before stays
    beside it. Returns the widget; its parts, in order: the prompt, the four sliders, the button, the view.
    """
    largest = a_model(model).tok.vocab_size - len(model.tok.special_ids)
    look = {"style": {"description_width": "8em"}, "layout": {"width": "38em"}}
    slide = {"continuous_update": False, **look}
    words = widgets.Textarea(prompt, description="prompt", rows=2, **slide)
    heat = widgets.FloatSlider(temperature, min=0, max=2, step=0.1, description="temperature", **slide)
    best = widgets.IntSlider(top_n or largest, min=1, max=largest, description="top-N", **slide)
    share = widgets.FloatSlider(1, min=0.05, max=1, step=0.05, description="top-p", **slide)
    penalty = widgets.FloatSlider(1, min=0.1, max=1, step=0.1, description="penalty", **slide)
    again, view = widgets.Button(description="draw again"), widgets.HTML()
    now, seed = "", 0

    def redraw(change=None):
        nonlocal now
        settings = heat.value, best.value, max_tokens, seed, share.value, penalty.value
        try:
            bars, sample = sampling_view(model, words.value, *settings)
        except ValueError as error:
            view.value = refusal("cannot go on from this", error)
            return
        view.value, now = bars + side_by_side(("now", sample), ("before", now)), sample

    def another(button):
        nonlocal seed
        seed += 1
        redraw()

    for control in (words, heat, best, share, penalty):
        control.observe(redraw, names="value")
    again.on_click(another)
    redraw()
    return widgets.VBox([words, heat, best, share, penalty, again, view])


def side_by_side(*parts) -> str:
    """HTML of pairs (name, HTML) beside each other; those without HTML are left out."""
    columns = (f'<div style="flex:1;min-width:14em"><b>{name}</b>{inner}</div>' for name, inner in parts if inner)
    return f'<div style="display:flex;flex-wrap:wrap;gap:2em">{"".join(columns)}</div>'

"""Shannon's game: a reader guesses the next character until it is right, and pays for the number of guesses.

`Round` holds the rules and `round_html` what is seen; the panel only passes on what is typed.
"""

import html
from dataclasses import dataclass, field

import ipywidgets as widgets
import numpy as np

from tinygpt_lib.checks import having, listed, numbers, real_numbers, shown, whole_number
from tinygpt_lib.checks import text as a_text
from tinygpt_lib.course.show.plots import visible
from tinygpt_lib.course.show.talk import on_enter

SEEN = 400  # characters before the round that are shown, at most
FIRST, LATER, MISSED = "#cdebdc", "#fde6b8", "#f6d5c3"  # backgrounds: guess 1, guess 2 to 4, more
CELL = 'style="padding:1px 12px;text-align:right"'


@dataclass
class Round:
    """A text to be guessed from place `start` on, one character after the other.

    order: every character that may come, in the order in which one who gives up goes on guessing. guesses: the wrong
    ones at the present character. places: how many guesses each character took that is known by now.
    """

    text: str
    start: int
    order: str
    guesses: list = field(default_factory=list)
    places: list = field(default_factory=list)

    @property
    def known(self) -> str:
        """What the guesser may see: the text up to the character to be guessed."""
        return self.text[: self.start + len(self.places)]

    @property
    def over(self) -> bool:
        return len(self.known) == len(self.text)

    def guess(self, character) -> bool:
        """Whether `character` comes next; what cannot come, or was guessed before, costs nothing and is wrong."""
        if self.over or character in self.guesses or character not in set(self.order):
            return False
        self.guesses.append(character)
        right = character == self.text[len(self.known)]
        if right:
            self.places.append(len(self.guesses))
            self.guesses = []
        return right

    def give_up(self):
        """Guess on in the order of `order` until it is right."""
        for character in [] if self.over else self.order:
            if self.guess(character):
                return


def round_html(game, prices, rivals) -> str:
    """HTML of a round so far: the text, the wrong guesses, and what everybody has paid for the same characters.

    game: a Round. prices: nats that the first, second, ... guess costs if it is right. rivals: name -> how many
    guesses each character of the round takes this player.
    """
    before = game.text[max(0, game.start - SEEN) : game.start]
    spans = [
        f'<span title="guess {place}" style="background:{_colour(place)};color:#111">{_lined(character)}</span>'
        for character, place in zip(game.text[game.start :], game.places)
    ]
    cursor = "" if game.over else "<b>▁</b>"
    page = f"{html.escape(before)}{''.join(spans)}{cursor}"
    wrong = " ".join(html.escape(visible(character)) for character in game.guesses) or "none"
    left = len(game.text) - len(game.known)
    state = "The round is over." if game.over else f"Wrong so far: {wrong}. Still to come: {left} characters."
    rows = "".join(_row(name, places, prices) for name, places in {"you": game.places, **_cut(game, rivals)}.items())
    head = "".join(f"<th {CELL}>{words}</th>" for words in ("", "first guess right", "nats per character"))
    return (
        f'<pre style="white-space:pre-wrap;line-height:1.5">{page}</pre>'
        f'<p role="status" aria-live="polite">{state}</p><table><tr>{head}</tr>{rows}</table>'
    )


def _cut(game, rivals):
    return {name: list(places)[: len(game.places)] for name, places in rivals.items()}


def _row(name, places, prices):
    firsts, nats = "-", "-"
    if places:
        firsts = f"{places.count(1)} of {len(places)}"
        nats = f"{np.mean([prices[int(place) - 1] for place in places]):.2f}"
    return f"<tr><td {CELL}>{html.escape(name)}</td><td {CELL}>{firsts}</td><td {CELL}>{nats}</td></tr>"


def _colour(place):
    return FIRST if place == 1 else LATER if place <= 4 else MISSED


def _lined(character):
    return html.escape("↵\n" if character == "\n" else character)


def guessing_panel(text, starts, length, order, prices, rivals):
    """The game as a widget: a slider for the round, a box for guesses, and the view.

    text: what is read. starts: the places at which rounds begin, each of `length` characters. order, prices: see
    `Round` and `round_html`. rivals: name -> guesses needed, (rounds, length). Enter in the box makes its characters
    the next guesses, from left to right, until one is right; buttons guess a space or a new line, or give up.
    """
    length = whole_number("length", length, 1)
    last = whole_number("the last start", len(a_text("the text", text)) - length, 1)
    starts = [whole_number("a start", start, 1, last) for start in listed("starts", starts, "places")]
    strangers = sorted(set("".join(text[start : start + length] for start in starts)) - set(a_text("order", order)))
    if not starts:
        raise ValueError("starts is empty: give the place of at least one round")
    if strangers:
        raise ValueError(f"order lacks {shown(strangers[0])}: it must hold every character of the rounds")
    prices = real_numbers("prices", prices)
    if len(prices) != len(order):
        raise ValueError(f"there are {len(prices)} prices for {len(order)} characters: give one for each guess")
    having("rivals", rivals, "a dict of names and guesses", "items")
    rivals = {name: numbers(f"the guesses of {name}", rows, len(starts), length) for name, rows in rivals.items()}
    look = {"style": {"description_width": "8em"}}
    number = widgets.IntSlider(1, min=1, max=len(starts), description="round", continuous_update=False, **look)
    box = widgets.Text(description="next character", placeholder="best guess first, then Enter", **look)
    names = ("space", "new line", "give up")
    space, line, surrender = (widgets.Button(description=name) for name in names)
    view = widgets.HTML()
    games = [Round(text[: start + length], start, order) for start in starts]

    def redraw(change=None):
        n = number.value - 1
        view.value = round_html(games[n], prices, {name: p[n] for name, p in rivals.items()})

    def guess(characters):
        for character in characters:
            if games[number.value - 1].guess(character):
                break
        redraw()

    def entered(change):
        guess(box.value)
        box.value = ""

    def give_up(button):
        games[number.value - 1].give_up()
        redraw()

    on_enter(box, entered)
    space.on_click(lambda button: guess(" "))
    line.on_click(lambda button: guess("\n"))
    surrender.on_click(give_up)
    number.observe(redraw, names="value")
    redraw()
    return widgets.VBox([number, box, widgets.HBox([space, line, surrender]), view])

"""Shannon's game: its rules, what is seen of it, and the panel."""

import numpy as np
import pytest

from tinygpt_lib.course.show import guessing
from tinygpt_lib.course.show.guessing import Round, guessing_panel, round_html

TEXT, ORDER, PRICES = "so to bed\n", " odbest\n", np.arange(8) + 0.5


def test_a_right_guess_moves_on_and_counts_the_guesses():
    game = Round(TEXT, 3, ORDER)
    assert game.known == "so " and not game.guess("b") and not game.guess("s") and game.guesses == ["b", "s"]
    assert game.guess("t") and game.known == "so t" and game.places == [3] and game.guesses == []


def test_what_cannot_come_and_what_was_guessed_costs_nothing():
    game = Round(TEXT, 3, ORDER)
    for character in ("b", "b", "é", ""):
        assert not game.guess(character)
    assert game.guess("t") and game.places == [2]


def test_giving_up_guesses_on_in_order():
    game = Round(TEXT, 4, ORDER)
    game.guess("b")
    game.give_up()  # " ", "o": the second and third guess
    assert game.places == [3] and game.known == "so to"


def test_a_round_ends_with_the_text_and_then_takes_no_guess():
    game = Round(TEXT, 8, ORDER)
    assert game.guess("d") and game.guess("\n") and game.over
    game.give_up()
    assert not game.guess("d") and game.places == [1, 1]


def test_every_character_has_another_place_so_the_price_is_that_of_a_code():
    """Whatever is guessed first, the places of all characters are 1, 2, ... : no two can share a code word."""
    for tried in ("", "b", "sot"):
        places = []
        for character in ORDER:
            game = Round("x" + character, 1, ORDER)
            for guess in tried:
                game.guess(guess)
            if not game.over:
                game.give_up()
            places += game.places
        assert sorted(places) == list(range(1, len(ORDER) + 1))


def test_the_view_holds_the_text_so_far_the_wrong_guesses_and_the_mean_prices():
    game = Round("<b>\n" + TEXT, 4, ORDER)
    before = round_html(game, PRICES, {"5-gram": [2, 1]})
    assert "&lt;b&gt;" in before and "so t" not in before and "Wrong so far: none" in before and "0.50" not in before
    for guess in "ts" + "do":
        game.guess(guess)
    game.guess(" ")
    game.guess("\t")
    game.guess("b")
    page = round_html(game, PRICES, {"5-gram": [2, 1, 1, 7]})
    assert page.count("<span") == 3 and "Wrong so far: b." in page and "Still to come: 7" in page
    assert "1 of 3" in page and f"{(1.5 + 1.5 + 0.5) / 3:.2f}" in page  # you
    assert "2 of 3" in page and f"{(1.5 + 0.5 + 0.5) / 3:.2f}" in page  # the 5-gram, on the same three


def test_a_long_text_is_shown_from_near_the_round_on():
    assert len(round_html(Round("x" * 5000 + TEXT, 5000, ORDER), PRICES, {})) < 2000


def panel(**changes):
    settings = {"text": TEXT * 2, "starts": [3, 13], "length": 4, "order": ORDER, "prices": PRICES, "rivals": {}}
    return guessing_panel(**{**settings, **changes})


def test_what_is_typed_is_guessed_from_left_to_right_when_enter_is_pressed(monkeypatch):
    entered = []
    monkeypatch.setattr(guessing, "on_enter", lambda box, do: entered.append(do))
    number, box, buttons, view = panel(rivals={"5-gram": [[1, 1, 1, 1], [8, 8, 8, 8]]}).children
    box.value = "bto"
    assert "Wrong so far: none" in view.value
    entered[0](None)
    assert box.value == "" and "Still to come: 3" in view.value and "Wrong so far: none" in view.value
    assert "0 of 1" in view.value and "1 of 1" in view.value  # "t" was the second guess; "o" was not tried any more


def test_buttons_guess_and_give_up_and_the_slider_changes_the_round():
    number, box, buttons, view = panel().children
    space, line, surrender = buttons.children
    space.click()
    line.click()
    assert "Wrong so far: ␣ ↵" in view.value
    surrender.click()
    assert "Still to come: 3" in view.value
    number.value = 2
    assert "Still to come: 4" in view.value and "Wrong so far: none" in view.value
    for _ in range(4):
        surrender.click()
    assert "The round is over" in view.value
    number.value = 1
    assert "Still to come: 3" in view.value


@pytest.mark.parametrize(
    "changes, complaint",
    [
        ({"starts": [0]}, "a start is 0"),
        ({"starts": [17]}, "a start is 17"),
        ({"length": 0}, "length is 0"),
        ({"order": "abc"}, "order lacks"),
        ({"prices": [1.0]}, "1 prices for 8 characters"),
        ({"rivals": 3}, "rivals"),
        ({"rivals": {"5-gram": [[1, 2, 3, 4]]}}, "the guesses of 5-gram"),
        ({"starts": []}, "starts is empty"),
    ],
)
def test_what_makes_no_game_is_refused(changes, complaint):
    with pytest.raises(ValueError, match=complaint):
        panel(**changes)

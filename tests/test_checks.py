"""Every check lets through what is meant and says of the rest, in one short line, what it is and what it must be."""

import numpy as np
import pytest

from tinygpt_lib import checks


class Mute:
    """Its repr fails."""

    def __repr__(self):
        raise RuntimeError("no words")


DEEP = []
for _ in range(10**5):
    DEEP = [DEEP]
ODD = [
    None, True, np.True_, -1, 0.5, float("nan"), float("inf"), 10**400, 10**5000, "", "x\ny", "x" * 10**6, [], [None],
    {}, object(), Mute(), DEEP, np.zeros(0), np.zeros(3), np.zeros((2, 2), bool), np.array("x"), np.array(None), 1j,
]  # fmt: skip
CHECKS = {
    "whole_number": lambda value: checks.whole_number("n", value, 0, 9),
    "real_number": lambda value: checks.real_number("x", value, 0.7, 9, open_low=True),
    "choice": lambda value: checks.choice("word", value, ("one", "two")),
    "text": lambda value: checks.text("word", value),
    "sequence": lambda value: checks.sequence("list", value),
    "file_path": checks.file_path,
    "token_ids": lambda value: checks.token_ids("ids", value, 9),
    "a_model": checks.a_model,
    "a_tokenizer": checks.a_tokenizer,
    "a_generator": checks.a_generator,
    "a_function": lambda value: checks.a_function("f", value),
}
PASS = {"text": [str], "sequence": [str, list, np.ndarray], "file_path": [str], "token_ids": [list, np.ndarray]}


@pytest.mark.parametrize("name", CHECKS)
@pytest.mark.parametrize("number", range(len(ODD)))
def test_what_is_odd_is_refused_in_a_line(name, number):
    value = ODD[number]
    try:
        CHECKS[name](value)
    except ValueError as error:
        assert type(error) is ValueError and len(str(error)) <= 300 and len(str(error).splitlines()) == 1
    else:
        assert type(value) in PASS.get(name, [])


@pytest.mark.parametrize("value", [7, np.int8(7), np.uint64(7), np.array(7)])
def test_whole_numbers(value):
    assert checks.whole_number("n", value, 7, 7) == 7
    assert type(checks.whole_number("n", value, 0)) is int


def test_the_limits_that_are_named():
    with pytest.raises(ValueError, match=r"n is -1: it must be a whole number of at least 0$"):
        checks.whole_number("n", -1, 0)
    with pytest.raises(ValueError, match=r"n is 1000.*\.\.\.: it must be a whole number from 0 to 92233720368547758"):
        checks.whole_number("n", 10**400, 0)


def test_a_long_list_of_choices_shows_the_nearest():
    with pytest.raises(ValueError, match=r"n is 'number 77x': choose one of 'number 77', .* \(200 in all\)$"):
        checks.choice("n", "number 77x", [f"number {i}" for i in range(200)])


def test_a_long_path_shows_its_end():
    assert checks.shown_path("a/" * 200 + "file.txt").endswith("a/file.txt")
    assert checks.shown_path("a\nb") == r"'a\nb'"


def test_a_class_is_no_model():
    from tinygpt_lib import TinyGPT, Tokenizer

    for check, value, kind in (
        (checks.a_model, TinyGPT, "language model"),
        (checks.a_tokenizer, Tokenizer, "Tokenizer"),
    ):
        with pytest.raises(ValueError, match=f"it must be a {kind}"):
            check(value)

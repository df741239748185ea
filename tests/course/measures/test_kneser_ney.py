"""Kneser and Ney's n-grams: probabilities, and what the notebook that teaches them says."""

import numpy as np
import pytest
from helpers import random_ids

from notebooks import NOTEBOOKS, code_cells
from tinygpt_lib.course.measures import KneserNey


@pytest.mark.parametrize("order", [1, 2, 4])
def test_probabilities_add_up_to_one(order):
    rival = KneserNey(random_ids(300, vocab_size=7), order, 7)
    stretches = np.tile(random_ids(order, seed=3, vocab_size=7), (7, 1))
    stretches[:, -1] = np.arange(7)
    assert np.isclose(rival.probabilities(stretches).sum(), 1)


def test_as_notebook_05_teaches_it():
    taught = {"np": np}
    for cell in code_cells(NOTEBOOKS / "05_shakespeare.ipynb"):
        if cell.source.startswith(("class KneserNey", "def as_numbers")):
            exec(cell.source, taught)
    ids, new = random_ids(400, vocab_size=9), random_ids(60, seed=2, vocab_size=9)
    for order in (2, 3, 5):
        theirs = taught["KneserNey"](ids, order)
        stretches = np.lib.stride_tricks.sliding_window_view(new, order)
        ours = KneserNey(ids, order, 64)
        assert np.allclose(ours.probabilities(stretches), theirs.probability(stretches))
        assert np.allclose(ours.surprises(new, order - 1), -np.log(theirs.probability(stretches)))

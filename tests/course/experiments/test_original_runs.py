"""How far a model would recite, against counting by hand."""

import numpy as np
from helpers import random_ids, tiny

from tinygpt_lib.course.experiments.original_runs import in_a_row
from tinygpt_lib.loss import softmax
from tinygpt_lib.training import train


def test_in_a_row_counts_places_and_multiplies_probabilities():
    model, ids = tiny(seed=1), random_ids(90, seed=2)
    train(model, ids, steps=60, batch_size=16, learning_rate=1e-2, progress=False)
    ends = range(model.context, len(ids))
    p = np.array([softmax(model.logits(ids[None, end - model.context : end]))[0] for end in ends])
    right = [row.argmax() == ids[end] for row, end in zip(p, ends)]
    chance = [row[ids[end]] for row, end in zip(p, ends)]
    best, drawn = in_a_row(model, ids)
    for n in (1, 2, 5):
        places = range(len(right) - n + 1)
        assert np.isclose(best[n - 1], np.mean([all(right[i : i + n]) for i in places]))
        assert np.isclose(drawn[n - 1], np.mean([np.prod(chance[i : i + n]) for i in places]), rtol=1e-4)
    assert 0 < best[0] < 1 and (np.diff(drawn) < 0).all()

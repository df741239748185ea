"""How far a model recites: against counting by hand, and against writing itself."""

import numpy as np
from helpers import random_ids, tiny

from tinygpt_lib.course.experiments.original_runs import in_a_row, recital
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


def test_a_text_known_by_heart_is_recited():
    model, ids = tiny(hidden=(32,)), np.arange(700) % 7
    train(model, ids, steps=200, batch_size=32, learning_rate=1e-2, min_context=3, progress=False)
    found = recital(model, ids, places=2, seed=0, length=60)
    assert found["in_a_row_best"][-1] == 1 and found["in_a_row_drawn"][0] > 0.98
    assert found["copied_best"] == [1, 1] and [len(stream) for stream in found["streams_best"]] == [60, 60]
    assert found["streams_best"][0] == ("defgabc" * 9)[:60]

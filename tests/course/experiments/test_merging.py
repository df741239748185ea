"""Two networks into one."""

import numpy as np
import pytest
from helpers import random_ids, same, tiny, weights

from tinygpt_lib.course.experiments.merging import averaged, averaged_probabilities, shuffled


def test_averaged_weights_lie_between_the_two():
    one, other = tiny(seed=1), tiny(seed=2)
    before = weights(one)
    assert same(weights(averaged(one, other, 0.0)), weights(one))
    assert all(map(np.allclose, weights(averaged(one, other, 1.0)), weights(other)))
    for value, first, second in zip(weights(averaged(one, other)), weights(one), weights(other)):
        assert np.allclose(value, (first + second) / 2)
    assert same(weights(one), before)


def test_a_reordered_network_computes_the_same_with_other_weights(rng):
    model = tiny(hidden=(9, 7))
    twin = shuffled(model, rng)
    contexts = rng.integers(0, 7, (5, 3))
    assert np.allclose(model.logits(contexts), twin.logits(contexts), atol=1e-6)
    assert not same(weights(model), weights(twin))


def test_averaging_a_model_with_itself_changes_nothing():
    model, ids = tiny(), random_ids(60)
    assert averaged_probabilities(model, model, ids) == pytest.approx(model.loss(ids), rel=1e-5)
    assert averaged_probabilities(model, tiny(seed=5), ids) < (model.loss(ids) + tiny(seed=5).loss(ids)) / 2

"""Runs on the text, and the parts of it."""

import numpy as np

from tinygpt_lib.course.experiments.text_runs import characters, first_part, text_run


def test_parts_of_the_text():
    _, training_ids, held_out = characters()
    whole = first_part(1.0)
    assert np.array_equal(whole, np.concatenate([training_ids, held_out]))
    assert np.array_equal(first_part(0.01), whole[: round(len(whole) * 0.01)])


def test_a_text_run_measures_at_every_check():
    model, curve = text_run(2, {"hidden": (4,)}, {"steps": 4, "every": 2, "batch_size": 8}, ids=first_part(0.001))
    assert curve["examples"] == [16, 32] and curve["ended"] == "finished"
    assert {len(curve[key]) for key in ("seconds", "loss", "accuracy", "held_out")} == {2}
    assert curve["seconds"][0] < curve["seconds"][1] and model.settings["seed"] == 2

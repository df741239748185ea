"""Runs on the text, and the parts of it."""

import numpy as np

from tinygpt_lib.course.experiments.text_runs import characters, first_part, one_layer_run, text_run, tokens


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


def test_byte_pairs_of_the_plays():
    tok, training_ids, held_out, n_bytes = tokens(80)
    assert tok.vocab_size == 80 and len(tok.decode(held_out).encode("utf-8")) == n_bytes
    assert len(training_ids) > 8 * len(held_out)


def test_a_run_of_one_layer_gives_what_was_examined():
    tok, ids = characters()[0], first_part(0.001)
    model, curve = one_layer_run(3, tok, ids, 4, 1e-3, lambda model: model.size, context=5, hidden=6, checks=2)
    assert curve["examples"] == [1024, 2048] and curve["exam"] == [model.size] * 2
    assert model.settings["hidden"] == [6] and model.context == 5 and model.settings["seed"] == 3

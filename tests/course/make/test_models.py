"""The stored models: made by the code that is here, as good as they are said to be."""

import json

import numpy as np
import pytest
from helpers import LETTERS, interrupt, random_ids

from tinygpt_lib.course.make import models
from tinygpt_lib.course.make.models import COMMAND, FIRST_STEPS, SETTINGS, TOKENS, make
from tinygpt_lib.course.stored import MODELS, stored_model
from tinygpt_lib.model import TinyGPT

# nats a token: what the smoothed 5-gram, 2-gram and 6-gram of the same texts lose
BELOW = {"shakespeare": 1.67, "chat_base": 3.72, "gpt": 1.54}


@pytest.fixture(scope="module", params=SETTINGS)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def tokens(name):
    """The tokenizer, training ids and held-out ids; made once, because learning the chat's tokens takes a while."""
    return TOKENS[name]()


@pytest.fixture
def facts(name):
    return json.loads((MODELS / f"{name}.json").read_text(encoding="utf-8"))


def test_stored_model_was_made_with_the_settings_in_the_code(name, facts):
    assert facts["settings"] == SETTINGS[name] and facts["command"] == COMMAND
    assert (MODELS / f"{name}.npz").stat().st_size <= 3_000_000


def test_the_first_steps_of_the_stored_run_come_out_again(name, facts, tokens, monkeypatch):
    monkeypatch.setitem(TOKENS, name, lambda: tokens)
    _, history, _ = make(name, steps=FIRST_STEPS, progress=False)
    assert len(history.loss) == len(facts["first_losses"]) == FIRST_STEPS
    assert np.allclose(history.loss, facts["first_losses"], rtol=1e-3)


def test_the_stored_model_is_as_good_as_stated(name, facts, tokens):
    model = stored_model(name)
    tok, _, held_out = tokens
    assert model.tok.to_json() == tok.to_json()
    result = model.evaluate(held_out)
    assert np.allclose([result.loss, result.accuracy], [facts["held_out_loss"], facts["held_out_accuracy"]], atol=1e-3)
    assert result.loss < BELOW[name]


def test_an_interrupted_model_is_not_stored(tmp_path, monkeypatch):
    """Neither in training, nor between its two files."""
    monkeypatch.setattr(models, "MODELS", tmp_path)
    monkeypatch.setitem(TOKENS, "small", lambda: (LETTERS, random_ids(200), random_ids(60)))
    settings = {"steps": 5, "batch_size": 8, "learning_rate": 1e-3}
    monkeypatch.setitem(SETTINGS, "small", {"model": {"context": 3, "hidden": [4]}, "training": settings})
    models.store("small")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert before.keys() == {"small.npz", "small.json"}

    losses = TinyGPT.loss_and_gradients
    monkeypatch.setattr(TinyGPT, "loss_and_gradients", lambda *rest: (interrupt(), losses(*rest))[1])
    settings["learning_rate"] = 2e-3
    with pytest.raises(KeyboardInterrupt):
        models.store("small")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before

    monkeypatch.setattr(TinyGPT, "loss_and_gradients", losses)
    save = TinyGPT.save
    monkeypatch.setattr(TinyGPT, "save", lambda *rest: (save(*rest), interrupt()))
    with pytest.raises(KeyboardInterrupt):
        models.store("small")
    after = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert after.keys() == before.keys() and all(after[name] != before[name] for name in before)


def test_an_unknown_model_is_refused():
    with pytest.raises(ValueError, match="NAME is 'shakespear'"):
        models.main(["shakespear"])

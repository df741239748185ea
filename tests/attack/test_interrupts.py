"""Interrupts at any moment: whole steps, whole files, nothing half trained in store."""

import os
import threading
from functools import partial

import numpy as np
import pytest
from attacks import attack, count, interrupted
from helpers import LETTERS, random_ids, same, tiny, weights

from tinygpt_lib.course.experiments import grid as grids
from tinygpt_lib.course.make import models
from tinygpt_lib.files import write_atomically
from tinygpt_lib.training import train

IDS = random_ids(300)
SETTINGS = {"batch_size": 16, "schedule": "constant", "weight_decay": 0.1, "every": 7, "progress": False}
STEPS = 40


def run(model, histories=None, steps=STEPS):
    watch = None if histories is None else lambda history: histories.append(history)
    return train(model, IDS, IDS[:60], steps=steps, watch=watch, **SETTINGS)


@pytest.fixture(scope="module")
def whole():
    """The weights after each whole number of steps, and how many seconds all of them take."""
    after, model = [weights(tiny(dropout=0.3))], tiny(dropout=0.3)
    seconds = train(
        model, IDS, IDS[:60], steps=STEPS, on_check=lambda model, step: after.append(weights(model)),
        **{**SETTINGS, "every": 1},
    ).seconds[-1]  # fmt: skip
    return after, seconds


@pytest.mark.parametrize("how_many", [1, 2, 3])
def test_training_stops_between_steps(whole, how_many, rng, capsys):
    after, seconds = whole
    for _ in count(30, 2000):
        with attack(f"{how_many} interrupts of a training run"):
            model, histories = tiny(dropout=0.3), []
            delays = [rng.uniform(0, 1.2 * seconds), *rng.uniform(0, 2e-4, how_many - 1)]
            results, sent = interrupted(partial(run, model, histories), delays)
            assert any(same(weights(model), expected) for expected in after)
            for history in histories + results:
                assert len({len(column) for name, column in vars(history).items() if name != "ended"}) == 1
            for history in results:
                steps = history.step[-1]
                assert history.ended == ("finished" if steps == STEPS and not sent else history.ended)
                assert same(weights(model), after[steps])
    assert works_in_another_thread()


def works_in_another_thread():
    """Nothing that the interrupted runs took is still taken."""
    done = []
    thread = threading.Thread(target=lambda: done.append(run(tiny(), steps=2)), daemon=True)
    thread.start()
    thread.join(60)
    return bool(done)


def test_an_interrupt_while_writing(tmp_path, rng):
    path, data = tmp_path / "a.bin", [bytes([n]) * 300_000 for n in (1, 2)]
    write_atomically(path, data[0])
    opened = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else None
    for n in count(60, 2000):
        with attack("interrupts of a write"):
            results, sent = interrupted(partial(write_atomically, path, data[n % 2]), [rng.uniform(0, 1e-3)])
            assert path.read_bytes() in data and list(tmp_path.iterdir()) == [path]
            assert results or sent  # nothing but the interrupt stops it
            if opened:
                assert len(os.listdir("/proc/self/fd")) == opened


def trained_run(seed, learning_rate):
    model = tiny(seed=seed)
    history = train(
        model, IDS, steps=30, batch_size=16, learning_rate=learning_rate, seed=seed, every=30, progress=False
    )
    return {"loss": history.loss, "sum": float(sum(map(np.sum, weights(model))))}


def test_an_interrupted_grid_stores_whole_runs_only(tmp_path, monkeypatch, rng):
    conditions = {f"rate {rate}": {"learning_rate": rate} for rate in (1e-3, 1e-2)}
    grid = grids.Grid("?", trained_run, conditions, seeds=2, sample={"learning_rate": 1e-3})
    monkeypatch.setattr(grids, "RESULTS", tmp_path)
    grids.run_grid("g", grid)
    expected, path = (tmp_path / "g.json").read_bytes(), tmp_path / "g.json"
    runs = grids.load("g")
    for _ in count(15, 500):
        with attack("interrupts of a grid of training runs"):
            path.unlink()
            results, sent = interrupted(lambda: grids.run_grid("g", grid), [rng.uniform(0, 0.1)])
            assert results or sent
            if path.exists():
                for condition, stored in grids.load("g").items():
                    assert stored == runs[condition][: len(stored)]
            assert set(tmp_path.iterdir()) <= {path}
            grids.run_grid("g", grid)
            assert path.read_bytes() == expected
    assert works_in_another_thread()


def test_an_interrupted_model_leaves_the_stored_one(tmp_path, monkeypatch, rng):
    monkeypatch.setattr(models, "MODELS", tmp_path)
    monkeypatch.setitem(models.TOKENS, "small", lambda: (LETTERS, IDS, IDS[:60]))
    settings = {"steps": 40, "batch_size": 16, "learning_rate": 1e-2}
    monkeypatch.setitem(models.SETTINGS, "small", {"model": {"context": 3, "hidden": [4]}, "training": settings})
    models.store("small")
    whole = [{path.name: path.read_bytes() for path in tmp_path.iterdir()}]
    settings["learning_rate"] = 1e-3
    models.store("small")
    whole.append({path.name: path.read_bytes() for path in tmp_path.iterdir()})
    for n in count(15, 500):
        with attack("interrupts of `make models`"):
            settings["learning_rate"] = (1e-2, 1e-3)[n % 2]
            results, sent = interrupted(lambda: models.store("small"), [rng.uniform(0, 0.08)])
            now = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
            assert now in whole and (results or sent)
            assert now == whole[n % 2] if results else True
    assert works_in_another_thread()

"""Stored experiments: made with the settings in the code, whole, and able to be made again."""

import json

import numpy as np
import pytest
from helpers import interrupt, tiny

from tinygpt_lib.course.experiments import grid as grids
from tinygpt_lib.course.experiments.__main__ import GRIDS, main
from tinygpt_lib.course.experiments.grid import Grid, load, run_grid, stored, values
from tinygpt_lib.course.stored import RESULTS
from tinygpt_lib.training import train

each_grid = pytest.mark.parametrize("name", GRIDS)


def test_nothing_but_known_results_is_stored():
    assert {path.stem for path in RESULTS.iterdir()} == GRIDS.keys()


@each_grid
def test_stored_settings_are_those_of_the_code(name):
    facts, grid = stored(name), GRIDS[name]
    wanted = json.loads(json.dumps(grid.conditions))
    assert {condition: entry["settings"] for condition, entry in facts["conditions"].items()} == wanted
    assert facts["sample"]["settings"] == json.loads(json.dumps(grid.sample))
    assert facts["command"] == f"make results NAME={name}" and facts["question"] == grid.question


@each_grid
def test_every_seed_is_there_and_every_run_of_one_shape(name):
    runs = [run for condition in load(name).values() for run in condition]
    assert len(runs) == GRIDS[name].seeds * len(GRIDS[name].conditions)
    assert len({tuple(run) for run in runs}) == 1


def numbers(run):
    """A run's values as (key, array), times left out."""
    for key, value in run.items():
        if isinstance(value, dict):
            yield from numbers(value)
        elif "seconds" not in key:
            yield key, value


@each_grid
def test_a_slice_comes_out_again(name):
    grid, sample = GRIDS[name], stored(name)["sample"]["run"]
    again = dict(numbers(grids.rounded(grid.run(0, **grid.sample))))
    before = dict(numbers(sample))
    assert again.keys() == before.keys() and before
    for key, value in before.items():
        if value is None or isinstance(value, str | bool):
            assert again[key] == value
        else:
            np.testing.assert_allclose(
                np.array(again[key], float), np.array(value, float), grid.tolerance, grid.tolerance, err_msg=key
            )


# ---- the machinery ------------------------------------------------------------------------------------------------


@pytest.fixture
def results(monkeypatch, tmp_path):
    monkeypatch.setattr(grids, "RESULTS", tmp_path / "results")


def counted(asked):
    """A run that notes what it was asked, and stops at the word."""

    def run(seed, x, stop=False):
        asked.append((seed, x))
        if stop:
            raise KeyboardInterrupt
        return {"sum": seed + x, "curve": [0.1234567, float("nan")], "name": "é"}

    return run


def test_a_grid_is_stored_run_by_run_and_resumed(results):
    asked = []
    grid = Grid("?", counted(asked), {"one": {"x": 1}, "two": {"x": 2}}, seeds=2, sample={"x": 0})
    run_grid("g", grid)
    assert asked == [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2)]
    assert [run["sum"] for run in load("g")["two"]] == [2, 3]
    assert load("g")["one"][0] == {"sum": 1, "curve": [0.12346, None], "name": "é"}
    assert stored("g")["command"] == "make results NAME=g"

    asked.clear()
    more = grid._replace(conditions={"one": {"x": 1}, "two": {"x": 5}, "new": {"x": 3}}, seeds=3)
    run_grid("g", more)
    assert asked == [(0, 0), (0, 5), (0, 3), (1, 5), (1, 3), (2, 1), (2, 5), (2, 3)]
    assert list(load("g")) == ["one", "two", "new"] and len(load("g")["one"]) == 3


def test_an_interrupt_keeps_the_runs_before_it(results):
    asked = []
    grid = Grid("?", counted(asked), {"one": {"x": 1}, "bad": {"x": 2, "stop": True}}, seeds=1, sample={"x": 0})
    with pytest.raises(KeyboardInterrupt):
        run_grid("g", grid)
    assert [len(runs) for runs in load("g").values()] == [1, 0]
    asked.clear()
    run_grid("g", grid._replace(conditions={"one": {"x": 1}, "bad": {"x": 2}}))
    assert asked == [(0, 0), (0, 2)]


def test_an_interrupted_training_is_not_stored(results):
    """What a learner would keep, a stored result must not: `train` itself ends its step and gives up."""

    def run(seed, at):
        def draw(rng, n):
            drawn.append(n)
            if len(drawn) == at:
                interrupt()
            return rng.integers(0, 7, (n, 3)), rng.integers(0, 7, n), np.ones(n)

        drawn = []
        return {"steps": len(train(tiny(), draw, steps=9, batch_size=4, every=1, progress=False).step)}

    grid = Grid("?", run, {"one": {"at": 99}, "two": {"at": 4}}, seeds=1, sample={"at": 99})
    with pytest.raises(KeyboardInterrupt):
        run_grid("g", grid)
    assert load("g") == {"one": [{"steps": 9}], "two": []}


def test_fewer_seeds_drop_no_stored_run(results):
    grid = Grid("?", counted([]), {"one": {"x": 1}}, seeds=6, sample={"x": 0})
    run_grid("g", grid)
    before = load("g")
    run_grid("g", grid._replace(seeds=2))
    assert load("g") == before and len(before["one"]) == 6


ANOTHER = '{\n "conditions": {"one": {"settings": {}, "runs": [3]}}\n}'
DAMAGES = {
    "half of it": lambda data: data[: len(data) // 2],
    "one more space": lambda data: data.replace(b'"x": 1', b'"x":  1'),
    "another number": lambda data: data.replace(b"0.12346", b"0.12347"),
    "no checksum": lambda data: b"{\n" + data.split(b"\n", 2)[2],
    "one line": lambda data: data[:2],
    "one letter": lambda data: data[:1],
    "nothing": lambda data: b"",
    "another structure": lambda data: grids.sealed(ANOTHER).encode(),
    "no UTF-8": lambda data: data[:40] + b"\xff" + data[41:],
    "no conditions": lambda data: grids.sealed("{\n}").encode(),
    "deep": lambda data: grids.sealed("\n".join("[" * 10**5)).encode(),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_results_file_is_named_and_never_written_over(results, damage):
    asked = []
    grid = Grid("?", counted(asked), {"one": {"x": 1}}, seeds=2, sample={"x": 0})
    run_grid("g", grid)
    damaged = DAMAGES[damage](grids.path("g").read_bytes())
    grids.path("g").write_bytes(damaged)
    asked.clear()
    for use in (lambda: run_grid("g", grid), lambda: load("g")):
        with pytest.raises(ValueError, match=r"g\.json is"):
            use()
    assert grids.path("g").read_bytes() == damaged and asked == []


@pytest.mark.parametrize("value", [object(), {1, 2}, 1j, {"a": [{3: 4}]}, b"x"])
def test_what_cannot_be_stored_is_refused_after_the_first_run(results, value):
    asked = []
    grid = Grid("?", lambda seed: asked.append(seed) or {"x": value}, {"one": {}}, seeds=5, sample={})
    with pytest.raises(ValueError, match="a run('s key)? (holds|is) "):
        run_grid("g", grid)
    assert asked == [0] and not grids.path("g").exists()


def test_numpys_own_values_are_stored_as_pythons():
    made = {"a": np.bool_(True), "b": np.arange(2), "c": np.float32(0.1), "d": np.array([[True], [False]]), "e": np.nan}
    assert grids.rounded(made) == {"a": True, "b": [0, 1], "c": 0.1, "d": [[True], [False]], "e": None}


def test_values_are_arrays_with_nan_for_none():
    results = {"a": [{"n": 1, "curve": [1, 2]}, {"n": None, "curve": [3, 4]}]}
    assert np.array_equal(values(results, "a", "n"), [1, np.nan], equal_nan=True)
    assert values(results, "a", "curve").shape == (2, 2)


def test_missing_results_name_the_command(results):
    with pytest.raises(ValueError, match="run `make results NAME=nothing`"):
        load("nothing")


def test_an_unknown_name_is_refused():
    with pytest.raises(ValueError, match="NAME is 'alphabet'"):
        main(["alphabet"])

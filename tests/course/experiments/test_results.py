"""Stored experiments: made with the settings in the code, whole, and able to be made again."""

import json

import numpy as np
import pytest

from tinygpt_lib.course.experiments import grid as grids
from tinygpt_lib.course.experiments.__main__ import GRIDS, main
from tinygpt_lib.course.experiments.grid import Grid, load, run_grid, stored, values
from tinygpt_lib.course.stored import RESULTS

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

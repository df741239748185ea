"""An experiment as a grid: conditions x seeds, each run stored as soon as it is done, in data/results/NAME.json."""

import json
import platform
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from tqdm.auto import tqdm

from tinygpt_lib.course.stored import RESULTS
from tinygpt_lib.files import write_atomically


class Grid(NamedTuple):
    """One experiment, defined once.

    question: what it is to answer. run: a function run(seed, **settings) -> dict of numbers and lists of numbers.
    conditions: name -> settings, each run with the seeds 0, 1, ..., seeds - 1. sample: the settings of one quick run
    (under 5 s, seed 0), stored beside the rest so that a test can make it again. tolerance: how far each number of the
    sample may be off on another machine, relative to its size or absolute, whichever is larger.
    """

    question: str
    run: Callable
    conditions: dict
    seeds: int
    sample: dict
    tolerance: float = 0.02


def command(name) -> str:
    return f"make results NAME={name}"


def path(name):
    return RESULTS / f"{name}.json"


def stored(name) -> dict:
    """Everything in a results file; ValueError with the remedy if there is none."""
    try:
        return json.loads(path(name).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ValueError(f"there are no stored results {name!r}: run `{command(name)}`") from None


def load(name) -> dict:
    """The results of a grid: condition -> a list of what `run` returned, seed by seed."""
    return {condition: entry["runs"] for condition, entry in stored(name)["conditions"].items()}


def values(results, condition, key):
    """One number, or row of numbers, of each run of a condition, as an array (seeds, ...); None becomes NaN."""
    return np.array([run[key] for run in results[condition]], float)


def run_grid(name, grid):
    """Run what is not stored yet and store it, run by run; an interrupt loses only the run under way."""
    settings = json.loads(json.dumps(grid.conditions))  # as they will be read: tuples become lists
    try:
        before = stored(name)["conditions"]
    except ValueError:
        before = {}
    conditions = {
        condition: {
            "settings": wanted,
            "runs": before[condition]["runs"][: grid.seeds]
            if before.get(condition, {}).get("settings") == wanted
            else [],
        }
        for condition, wanted in settings.items()
    }
    todo = [(condition, seed) for seed in range(grid.seeds) for condition in conditions]
    todo = [(condition, seed) for condition, seed in todo if seed >= len(conditions[condition]["runs"])]
    facts = {
        "command": command(name),
        "question": grid.question,
        "seeds": grid.seeds,
        "versions": {"python": platform.python_version(), "numpy": np.__version__},
        "sample": {"settings": json.loads(json.dumps(grid.sample)), "run": rounded(grid.run(0, **grid.sample))},
        "conditions": conditions,
    }
    store(name, facts)
    for condition, seed in tqdm(todo, desc=name, unit=" runs"):
        conditions[condition]["runs"].append(rounded(grid.run(seed, **grid.conditions[condition])))
        store(name, facts)


def rounded(run):
    """A run's numbers with five significant digits: more do not hold from machine to machine."""
    if isinstance(run, dict):
        return {key: rounded(value) for key, value in run.items()}
    if isinstance(run, list | tuple | np.ndarray):
        return [rounded(value) for value in run]
    if isinstance(run, float | np.floating):
        return float(f"{run:.5g}") if np.isfinite(run) else None
    return int(run) if isinstance(run, np.integer) else run


def store(name, facts):
    """Write a results file, whole or not at all: one line a run."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    text = json.dumps({key: value for key, value in facts.items() if key != "conditions"}, indent=1)
    parts = []
    for condition, entry in facts["conditions"].items():
        runs = ",\n".join("   " + json.dumps(run) for run in entry["runs"])
        head = f'  {json.dumps(condition)}: {{\n   "settings": {json.dumps(entry["settings"])},\n   "runs": ['
        parts.append(f"{head}\n{runs}\n   ]}}")
    text = text.removesuffix("\n}") + ',\n "conditions": {\n' + ",\n".join(parts) + "\n }\n}\n"
    write_atomically(path(name), text.encode("utf-8"))

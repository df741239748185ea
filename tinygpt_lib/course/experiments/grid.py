"""An experiment as a grid: conditions x seeds, each run stored as soon as it is done, in data/results/NAME.json."""

import hashlib
import json
import platform
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from tinygpt_lib.checks import choice, cut, having, listed, shown, shown_path, text
from tinygpt_lib.corpus import load_text
from tinygpt_lib.course.stored import RESULTS
from tinygpt_lib.files import write_atomically
from tinygpt_lib.interrupts import held_off, whole_or_nothing
from tinygpt_lib.training import progress_bar


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
    return RESULTS / f"{text('the name', name)}.json"


def stored(name) -> dict:
    """Everything in a results file; ValueError with the remedy if there is none, or if it is not as it was written."""
    file = path(name)
    try:
        missing = not file.exists()
    except (OSError, ValueError):  # no file can have that name
        missing = True
    if missing:
        raise ValueError(f"there are no stored results {shown(name)}: run `{cut(command(name))}`")
    content = load_text(file)
    lines = content.split("\n")
    try:
        facts = json.loads(content)
        runs = [run for entry in facts["conditions"].values() for run in (entry["settings"], *entry["runs"])]
        whole = content == sealed("\n".join(lines[:1] + lines[2:])) and all(isinstance(run, dict) for run in runs)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        whole = False
    if not whole:
        raise ValueError(
            f"{shown_path(file)} is damaged or was changed by hand: get it back with git, or delete it and run "
            f"`{cut(command(name))}`"
        )
    return facts


def sealed(facts) -> str:
    """JSON text of several lines with a checksum of the whole as its first entry, to see any later change."""
    first, _, rest = facts.partition("\n")
    return f'{first}\n "checksum": "{hashlib.sha256(facts.encode("utf-8")).hexdigest()}",\n{rest}'


def load(name) -> dict:
    """The results of a grid: condition -> a list of what `run` returned, seed by seed."""
    return {condition: entry["runs"] for condition, entry in stored(name)["conditions"].items()}


def values(results, condition, key):
    """One number, or row of numbers, of each run of a condition, as an array (seeds, ...); None becomes NaN."""
    having("results", results, "what `load` gives", "keys")
    runs = listed("the runs", results[choice("the condition", condition, results)], "dicts")
    try:
        return np.array([run[key] for run in runs], float)
    except (LookupError, TypeError, ValueError):
        raise ValueError(f"not every run has numbers called {shown(key)}: choose another key") from None


@whole_or_nothing()
def run_grid(name, grid):
    """Run what is not stored yet and store it, run by run; an interrupt loses only the run under way.

    A results file that cannot be read stops everything: it may hold hours of work. Stored runs stay, even those of more
    seeds than are asked for now, as long as their condition's settings are the same.
    """
    settings = json.loads(json.dumps(grid.conditions))  # as they will be read: tuples become lists
    before = stored(name)["conditions"] if path(name).exists() else {}
    conditions = {}
    for condition, wanted in settings.items():
        same = condition in before and before[condition]["settings"] == wanted
        conditions[condition] = {"settings": wanted, "runs": before[condition]["runs"] if same else []}
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
    with progress_bar(total=len(todo), desc=name, unit=" runs") as bar:
        for condition, seed in todo:
            run = rounded(grid.run(seed, **grid.conditions[condition]))
            with held_off():
                conditions[condition]["runs"].append(run)
                store(name, facts)
                bar.update()


def rounded(run):
    """A run's numbers with five significant digits: more do not hold from machine to machine.

    ValueError for what a results file cannot hold.
    """
    if isinstance(run, dict):
        return {text("a run's key", key): rounded(value) for key, value in run.items()}
    if isinstance(run, np.ndarray | np.generic):
        run = run.tolist()
    if isinstance(run, list | tuple):
        return [rounded(value) for value in run]
    if isinstance(run, float):
        return float(f"{run:.5g}") if np.isfinite(run) else None
    if run is None or isinstance(run, bool | int | str):
        return run
    raise ValueError(f"a run holds {shown(run)}: it must hold numbers, texts, None, and lists and dicts of them")


def store(name, facts):
    """Write a results file, whole or not at all: one line a run."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    made = json.dumps({key: value for key, value in facts.items() if key not in ("checksum", "conditions")}, indent=1)
    parts = []
    for condition, entry in facts["conditions"].items():
        runs = ",\n".join("   " + json.dumps(run) for run in entry["runs"])
        head = f'  {json.dumps(condition)}: {{\n   "settings": {json.dumps(entry["settings"])},\n   "runs": ['
        parts.append(f"{head}\n{runs}\n   ]}}")
    made = made.removesuffix("\n}") + ',\n "conditions": {\n' + ",\n".join(parts) + "\n }\n}\n"
    write_atomically(path(name), sealed(made).encode("utf-8"))

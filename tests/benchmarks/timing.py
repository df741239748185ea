"""Timing by turns: every contestant once a round, several rounds, medians; so that a noisy moment meets all alike."""

import os
import statistics
import time

ROUNDS = 5


def on_one_core():
    """Bind this process to one of its cores, where the system knows how: nobody gets a second one by accident."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def by_turns(contestants, rounds=ROUNDS) -> dict:
    """Name -> the median of the seconds that calling it took. contestants: name -> a function without arguments.

    Each is called once before, so that nobody pays for memory or compiling in the timed rounds.
    """
    seconds = {name: [] for name in contestants}
    for run in contestants.values():
        run()
    for _ in range(rounds):
        for name, run in contestants.items():
            started = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - started)
    return {name: statistics.median(taken) for name, taken in seconds.items()}

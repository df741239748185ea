"""What the attacks share: how much is tried, what counts as survived, and the table of `make attack`."""

import itertools
import linecache
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

import tinygpt_lib

LONG = os.environ.get("TINYGPT_LONG") == "1"  # `make attack`: everything; otherwise a slice of it
LIBRARY = Path(tinygpt_lib.__file__).parent
TRIED = {}  # what -> [how many were tried, how many survived], for the table


def some(values, short):
    """All values in the long form; otherwise about `short` of them, spread evenly from the first to the last."""
    values = list(values)
    if LONG or len(values) <= short:
        return values
    return [values[i] for i in np.linspace(0, len(values) - 1, short).astype(int)]


def count(short, long):
    return range(long if LONG else short)


@contextmanager
def attack(what):
    """Counts one attempt, and that it was survived if nothing is raised."""
    row = TRIED.setdefault(what, [0, 0])
    row[0] += 1
    yield
    row[1] += 1


def is_clear(error) -> bool:
    """Whether the library itself raised this ValueError, in one line of at most 300 characters."""
    *_, last = traceback.extract_tb(error.__traceback__)
    raised = linecache.getline(last.filename, last.lineno).lstrip().startswith("raise ")
    words = str(error)
    short = 0 < len(words) <= 300 and len(words.splitlines()) == 1
    return type(error) is ValueError and LIBRARY in Path(last.filename).parents and raised and short


def outcome(use):
    """What `use()` returns, an iterator's first 1,000 values, or the ValueError it refuses with. No warning passes."""
    with warnings.catch_warnings(), deadline():
        warnings.simplefilter("error")
        try:
            result = use()
            return list(itertools.islice(result, 1000)) if isinstance(result, Iterator) else result
        except ValueError as error:
            if not is_clear(error):
                raise
            return error


@contextmanager
def deadline(seconds=60):
    """A net under calls that might never end."""

    def stop(*_):
        raise TimeoutError(f"it took more than {seconds} seconds")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def interrupted(work, delays):
    """Run work() while a SIGINT comes after each of the delays in seconds. Returns (its results, interrupts sent).

    The list of results is empty if KeyboardInterrupt was raised. No interrupt outlives the call.
    """
    results, sent, live = [], [], [True]  # live is empty once the work is over: a later interrupt is nobody's

    def hear(*_):
        if live:
            live.clear()
            raise KeyboardInterrupt

    def send():
        for delay in delays:
            time.sleep(delay)
            if not live:
                return
            sent.append(delay)
            os.kill(os.getpid(), signal.SIGINT)

    before, sender = signal.signal(signal.SIGINT, hear), threading.Thread(target=send)
    try:
        sender.start()
        results.append(work())
        live.clear()
    except KeyboardInterrupt:
        pass
    finally:
        live.clear()
        sender.join()
        assert signal.getsignal(signal.SIGINT) is hear, "somebody else listens to interrupts now"
        signal.signal(signal.SIGINT, before)
    return results, len(sent)


def python(code, *arguments, **environment):
    """Start a fresh Python with this project's library on `code`; its Popen."""
    path = os.pathsep.join([str(LIBRARY.parent), str(Path(__file__).parent)])
    settings = {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", **environment}
    command = [sys.executable, "-W", "error", "-c", code, *map(str, arguments)]
    return subprocess.Popen(command, env=settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def answer_of(process, seconds=120) -> str:
    """What it printed, when it has ended well."""
    out, err = process.communicate(timeout=seconds)
    assert process.returncode == 0, err[-2000:]
    return out

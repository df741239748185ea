"""An interrupt (Ctrl-C, Jupyter's square) at the right moment: neither a training step nor a file is left half done."""

import math
import signal
import threading
from contextlib import contextmanager
from contextvars import ContextVar

_whole_or_nothing = ContextVar("whole_or_nothing", default=False)


class Interrupts:
    """Those that came within `held_off`: `asked` says how many."""

    def __init__(self):
        self.asked, self.patience, self.unbreakable = 0, math.inf, False

    def answered(self):
        """Whoever asks has done what an interrupt is for, so it need not be raised; not within `whole_or_nothing`."""
        if not _whole_or_nothing.get():
            self.asked = 0

    @contextmanager
    def unbroken(self):
        """Within it not even an impatient interrupt is raised, only at its end."""
        self.unbreakable = True
        yield
        self.unbreakable = False
        if self.asked > self.patience:
            self.asked = 0
            raise KeyboardInterrupt


@contextmanager
def held_off(patience=math.inf):
    """Within it interrupts are noted; at its end whoever listened before hears of them, unless they were `answered`.

    One more than `patience` is raised at once, except in an `unbroken` part. Only Python's main thread hears interrupts
    at all; in another one nothing is held off.
    """
    noted = Interrupts()
    if threading.current_thread() is not threading.main_thread():
        yield noted
        return
    noted.patience, before = patience, signal.getsignal(signal.SIGINT)

    def note(signum, frame):
        noted.asked += 1
        if noted.asked > patience and not noted.unbreakable:
            noted.asked = 0
            signal.signal(signal.SIGINT, before)  # here, because the raise may come before the `finally` below
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, note)
    try:
        yield noted
    finally:
        signal.signal(signal.SIGINT, before)
        if noted.asked:
            signal.raise_signal(signal.SIGINT)


@contextmanager
def whole_or_nothing():
    """For what is stored afterwards: within it an interrupted training raises KeyboardInterrupt, after its step.

    Otherwise `train` returns what was learnt so far, as a learner wants it, and its caller would go on.
    """
    token = _whole_or_nothing.set(True)
    try:
        yield
    finally:
        _whole_or_nothing.reset(token)

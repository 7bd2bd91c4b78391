"""Run a check so that an answer does no harm: it ends in time, prints little and breaks nothing.

The check runs in a thread of its own, which can be stopped; where a platform has no threads (a
browser), in the main one, without a limit. NumPy, its random numbers and warnings are afterwards
what they were before, whatever the answer did to them.
"""

import contextlib
import contextvars
import sys
import threading
import time
import warnings
from gettext import gettext as _

import numpy as np

TIME_LIMIT = 5.0  # seconds that one check may take
BUSY = 6  # times as long, where other programs leave it no processor
GRACE = 1.0  # seconds that an answer gets to stop when asked
PRINTED = 2_000  # characters of an answer's prints that are shown
REPLACEABLE = (np, np.random, np.linalg)  # modules that an answer may have patched


class Stop(SystemExit):
    """Ends an answer that runs too long; a thread that dies of a SystemExit dies silently."""


class Endless(Exception):
    """The answer's time is over. `seconds` have passed; `stopped` says whether it listened."""

    def __init__(self, seconds, stopped):
        super().__init__(seconds, stopped)
        self.seconds, self.stopped = seconds, stopped


class Printed:
    """Stands for sys.stdout while a check runs: passes on what comes, the answer's up to a limit.

    The lines of a thread that is not the answer's are none of its business.
    """

    def __init__(self, stream):
        self.stream, self.thread, self.count = stream, None, 0

    def write(self, text):
        if threading.get_ident() != self.thread:
            return self.stream.write(text)
        room = PRINTED - self.count
        self.count += len(text)
        if room > 0:
            cut = len(text) > room
            more = "\n" + _("… (the answer prints more, which is not shown)") + "\n" if cut else ""
            self.stream.write(text[:room] + more)
        return len(text)

    def __getattr__(self, name):
        return getattr(self.stream, name)


def run(work):
    """Return work(), which must not raise; Endless if it does not come to an end."""
    out, before = Printed(sys.stdout), originals()
    state = np.random.get_state()
    sys.stdout = out
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _in_a_thread(work, out)
    finally:  # of an interrupted kernel, too
        if sys.stdout is out:
            sys.stdout = out.stream
        put_back(before)
        np.random.set_state(state)


def printed():
    """How many characters the running check's answer has printed so far."""
    return getattr(sys.stdout, "count", 0)


def originals():
    """What NumPy's modules hold now."""
    return [dict(vars(module)) for module in REPLACEABLE]


def put_back(before):
    """Undo what an answer did to NumPy itself, such as `np.exp = …`."""
    for module, names in zip(REPLACEABLE, before, strict=True):
        now = vars(module)
        for name, value in names.items():
            if now.get(name) is not value:
                setattr(module, name, value)


def _in_a_thread(work, out):
    found, done = [], threading.Event()

    def answer():
        out.thread = threading.get_ident()
        try:
            with np.errstate(all="ignore"):
                found.append(work())
        except Stop:
            pass
        finally:
            done.set()

    context = contextvars.copy_context()  # a print inside the answer belongs to the cell

    def quietly():
        with contextlib.suppress(Stop):  # one that comes when all is over
            context.run(answer)

    thread = threading.Thread(target=quietly, daemon=True)
    start = time.monotonic()
    stopped = True
    try:
        try:
            thread.start()
        except RuntimeError:  # a platform without threads: no limit, then
            context.run(answer)
        else:
            if _wait(done, start):
                thread.join(GRACE)
    finally:  # of an interrupted kernel, too
        if thread.ident is not None:
            stopped = _stop(thread, done)
    if not found:
        raise Endless(time.monotonic() - start, stopped)
    return found[0]


def _wait(done, start):
    """Wait for `done` until a check has had its time; return whether it came.

    That time is over when the clock has counted TIME_LIMIT seconds and this process has worked most
    of them: on a machine that thirty share, a right answer can take long and still have hardly
    worked. An answer that only sleeps is stopped by the clock, after BUSY times as long.
    """
    worked = time.process_time()
    while not done.wait(0.05):
        passed = time.monotonic() - start
        if passed >= TIME_LIMIT and (
            time.process_time() - worked >= 0.8 * TIME_LIMIT or passed >= BUSY * TIME_LIMIT
        ):
            return False
    return True


def _stop(thread, done):
    """Raise Stop inside `thread` until it is done; False if it did not listen.

    A loop with a bare `except:` swallows most of them: threads take short turns meanwhile, so that
    one of many falls between two rounds of the loop.
    """
    import ctypes  # not everywhere that there are no threads to stop

    turns, give_up = sys.getswitchinterval(), time.monotonic() + GRACE
    sys.setswitchinterval(1e-5)
    try:
        while thread.is_alive() and not done.is_set() and time.monotonic() < give_up:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(thread.ident), ctypes.py_object(Stop)
            )
            thread.join(1e-4)
    finally:
        sys.setswitchinterval(turns)
    thread.join(GRACE if done.is_set() else 0)
    return not thread.is_alive()

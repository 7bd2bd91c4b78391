"""A panel whose work takes a while: a Run button, progress, and a Stop that works."""

import asyncio
import html
import logging
import signal
import threading
import time
import weakref
from gettext import gettext as _

import ipywidgets as widgets
import numpy as np

from .controls import same
from .frames import recorded
from .page import line
from .panel import Panel

LOG = logging.getLogger("panels")
_RUN_PANELS = weakref.WeakSet()


class RunPanel(Panel):
    """A panel whose work takes a while: a Run button, progress, and a Stop that works.

    `run(**values)` is a generator of NamedTuples with a field `progress` (0 to 1), the first of
    them cheap: the state before the first step. Between steps the kernel answers other messages.
    Nothing runs unless the button is pressed (or `run()` or `run_now()` is called), so a
    notebook that is executed without a browser shows the state before the first step. A panel that
    is built again, because its cell was run again, stops its own older run; interrupting the
    kernel stops all runs.
    """

    SLICE = 0.04  # seconds of work before other messages get their turn
    FRAME = 0.05  # seconds between two pictures, at least
    DRAWING = 0.2  # the share of the run's processor time that pictures may take
    DOUBLE_CLICK = 0.4  # seconds in which a second press, or one after a run's end, means nothing
    _stopped = None  # the running run's Event, or None

    def __init__(self, *, run, **options):
        self._generator_of = run
        self._cells_loop = asyncio._get_running_loop()  # where cells run; None in plain Python
        self._has_run, self._pressed = False, 0.0
        self._task = None  # kept, because an event loop holds its tasks only weakly
        self._button = widgets.Button()
        self._button.add_class("panel-run")
        self._button.on_click(self._press)
        self._progress_html = line("progress")
        for other in list(_RUN_PANELS):
            if other.title == options["title"]:
                other.stop()
        super().__init__(compute=self._first, **options)
        _RUN_PANELS.add(self)
        self._tell(_("not run yet"))

    @property
    def running(self):
        return self._stopped is not None

    def run(self):
        """Starts a run beside the kernel's other work. Needs an event loop, as a notebook has."""
        if not self.running:
            loop = asyncio.get_running_loop()
            self._task = loop.create_task(self._advance(self._begin()))
        return self._task

    def run_now(self):
        """Runs to the end before it returns: for tests, and for cells that use the result."""
        self.stop()
        stopped, data = self._begin(), None
        try:
            with self._errors_said():
                for data in self._steps():  # noqa: B007, the last one is shown
                    pass
                self._show(data)
        except KeyboardInterrupt:
            stopped.set()
            raise
        finally:
            self._end(stopped, data)
        return self

    def stop(self):
        """Ends the run after its current step; what it has reached stays."""
        if self.running:
            self._stopped.set()

    def frames(self):
        """What runs from the start, the presets and the stops show on their way."""
        self.stop()
        return recorded(self)

    def close(self):
        """Takes the panel off the page, and ends its run."""
        self.stop()
        super().close()

    def _first(self, **values):
        data = next(self._generator_of(**values))
        if not hasattr(data, "progress"):
            raise TypeError("RunPanel: what run yields needs a field progress, from 0 to 1.")
        return data

    def _update(self):
        if not self.running and not self._has_run:
            super()._update()
            return
        self._name_preset()  # the picture of a run stays until the next run
        if not self.running and all(same(*pair) for pair in self._then_and_now()):
            self._tell(*self._came_to)
        elif not self.running:
            self._tell(_("values changed: Run uses them"))

    def _then_and_now(self):
        return ((value, self._ran_with[name]) for name, value in self.values.items())

    def _press(self, button):
        now = time.monotonic()
        if now - self._pressed < self.DOUBLE_CLICK:
            return
        self._pressed = now
        if self.running:
            self.stop()
        else:
            self.run()

    def _begin(self):
        self._has_run = True
        self._ran_with = self.values
        self._stopped = threading.Event()
        self._helper.busy = True
        self._say("")
        self._tell(_("running"), 0.0)
        return self._stopped

    def _steps(self):
        """The generator's states, each made under errstate."""
        steps = iter(self._generator_of(**self._checked_values()))
        while True:
            with np.errstate(all="ignore"):
                data = next(steps, None)
            if data is None:
                return
            yield data

    async def _advance(self, stopped):
        data = shown = None
        drawn = rested = time.monotonic()
        began, drawing = time.process_time(), 0.0
        try:
            self._hear_interrupts()
            with self._errors_said():
                for data in self._steps():
                    if stopped.is_set():
                        break
                    now = time.monotonic()
                    worked = time.process_time() - began
                    if now - drawn > self.FRAME and drawing <= self.DRAWING * worked:
                        self._show(data)
                        self._tell(_("running"), data.progress)
                        shown, drawn = data, time.monotonic()
                        drawing += time.process_time() - began - worked
                    if now - rested > self.SLICE:
                        await asyncio.sleep(0.004)  # a message takes several turns of the loop
                        rested = time.monotonic()
                if data is not shown and stopped is self._stopped:
                    self._show(data)
        except Exception:
            LOG.exception("A run of the panel %r failed.", self.title)
        finally:
            self._end(stopped, data)

    def _hear_interrupts(self):
        """Only the main thread can: a page's messages may be answered in another one."""
        if self._cells_loop is not None and self._cells_loop.is_running():
            self._cells_loop.call_soon_threadsafe(_stop_runs_on_interrupt)

    def _end(self, stopped, data):
        if stopped is not self._stopped:
            return  # another run has begun
        self._stopped = None
        self._helper.busy = False
        progress = 0.0 if data is None else data.progress
        if self.message not in ("", self._half_typed()):
            state = _("ended by a problem")
        elif stopped.is_set():
            state = _("stopped")
        else:
            state = _("done")
            self._pressed = time.monotonic()  # a press that comes just now was meant for Stop
        self._came_to = state, progress
        self._tell(state, progress)

    def _tell(self, state, progress=None):
        """The button's word and the progress line; without `progress` no number is shown."""
        self.state = state
        self._button.description = _("Stop") if self.running else _("Run")
        self._button.button_style = "warning" if self.running else "primary"
        share = "" if progress is None else f"{progress:.0%} "
        bar = '<progress max="1" value="{value:.3f}" aria-label="{label}"></progress> {text}'
        self._progress_html.value = bar.format(
            value=progress or 0.0, label=_("progress"), text=html.escape(share + state)
        )

    def _buttons(self):
        return [self._button]

    def _below_controls(self):
        return [self._progress_html]


def _stop_runs_on_interrupt():
    """A kernel ignores interrupts while no cell runs: from now on they stop runs instead."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, _stop_all)


def _stop_all(number, frame):
    for panel in list(_RUN_PANELS):
        panel.stop()

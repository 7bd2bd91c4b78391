"""The shell of every interactive figure: controls above, a picture below, and a sentence.

A guide for authors of panels
-----------------------------
One file holds one idea, `chNN_idea.py`, as three plain functions and one that binds them:

    compute_x(**values) -> NamedTuple    NumPy and `common` only; every number of the panel
    draw_x(figure, data)                 matplotlib's object API (no pyplot); computes nothing
    describe_x(data) -> str              says in one or two sentences what the picture shows
    x_panel(*, hide=(), **start)         makes the `Panel` and calls `panel.start(start)`

    def x_panel(*, hide=(), **start):
        panel = Panel(
            title=_("A line"),
            controls={"slope": slider(_("slope"), -2, 2, 0.1, 1.0)},
            compute=compute_x, draw=draw_x, describe=describe_x,
            presets={_("flat"): {"slope": 0.0}}, hide=hide,
        )
        return panel.start(start)

- The names in `controls` are the argument names of `compute`. Arrays that are not controls go
  in through `functools.partial(compute_x, images=images)`.
- Controls: `slider`, `log_slider`, `choice`, `toggle`, `number`, `Scrubber` (with Play), `Stepper`
  (previous, next), `NumberGrid` (editable table), or any widget with a `value`. At most six
  are visible.
- A value that makes no sense: `raise ValueError(_("…"))` in compute, in words for a student. It
  becomes the message line, and the old picture, data and sentence stay. Any other exception is
  a bug: the message names it, and it is raised again for the log.
- NaN and overflow raise no warning here (`np.errstate`); describe puts them into words.
- `draw` is handed the same Figure every time: `figure.clear()` and draw anew, or, if that takes
  more than 60 ms, `art = artists(figure, lay_out)` and update what moves. Lay out by
  `style.add_axes(figure, (left, bottom, width, height))`; there is no layout engine.
- A preset names the controls that it sets; with several set at once the picture is drawn once.
  Without presets there is a Reset button. `hide` takes the controls' names and "presets".
- Longer work than 0.2 s: `RunPanel(run=run_x, …)` in place of `compute`. `run_x(**values)` is a
  generator; each NamedTuple it yields has a field `progress` (0 to 1). It yields its state before
  the first step at once, then after every step; a step takes less than 0.2 s.
- Tests: add a row to `PANELS` in tests/test_panels.py and it is swept. In a cell or a test,
  `panel.set(slope=2)` works like the controls; `panel.data`, `.sentence`, `.message`,
  `.picture` (PNG bytes) and `.values` tell what happened.
"""

import asyncio
import base64
import html
import io
import logging
import signal
import sys
import threading
import time
import weakref
from contextlib import contextmanager
from gettext import gettext as _
from pathlib import Path

import anywidget
import ipywidgets as widgets
import numpy as np
import traitlets
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

FOLDER = Path(__file__).parent
DPI = 80
LOG = logging.getLogger("panels")
_RUN_PANELS = weakref.WeakSet()


class Helper(anywidget.AnyWidget):
    """What the browser adds to a panel: style, accessible names, and live text for readers."""

    _esm = FOLDER / "panel.js"
    _css = FOLDER / "panel.css"
    title = traitlets.Unicode().tag(sync=True)
    busy = traitlets.Bool(False).tag(sync=True)


class Panel(widgets.VBox):
    """Controls, a figure, a sentence and a message line, bound by compute, draw and describe.

    `controls`: dict of widgets by compute's argument names.  `presets`: name -> {control: value}.
    `hide`: names of controls (and "presets") that are not shown; they keep their values.
    Raises ValueError for unknown names in `hide` and `presets`, and, because the first picture
    is drawn here and not in a callback, whatever a broken compute, draw or describe raises.
    """

    def __init__(
        self,
        *,
        title,
        controls,
        compute,
        draw,
        describe,
        figsize=(9.0, 3.6),
        presets=None,
        preset_label=None,
        hide=(),
    ):
        self.title = title
        self.controls = dict(controls)
        self.presets = {name: dict(values) for name, values in (presets or {}).items()}
        self.compute, self.draw, self.describe = compute, draw, describe
        self._lock = threading.RLock()  # a cell may set values while the browser does, too
        self._held = self._changed_while_held = False
        self.message = ""
        self.figure = Figure(figsize=figsize, dpi=DPI, facecolor="white")
        FigureCanvasAgg(self.figure)
        hidden = (hide,) if isinstance(hide, str) else tuple(hide)
        for names in (set(hidden) - {"presets"}, *self.presets.values()):
            for name in names:
                self._check_name(name)

        self._picture_html = widgets.HTML()
        self._picture_html.add_class("panel-picture")
        self._sentence_html = widgets.HTML()
        self._sentence_html.add_class("panel-sentence")
        self._message_html = widgets.HTML()
        self._message_html.add_class("panel-message")
        self._helper = Helper(title=title)
        self._start = self.values
        self._preset_choice = self._make_preset_choice(preset_label)
        self._reset_button = widgets.Button(description=_("Reset"))
        self._reset_button.on_click(lambda button: self.reset())
        self._redraw()

        shown = [control for name, control in self.controls.items() if name not in hidden]
        buttons = self._buttons()
        if "presets" not in hidden and self.presets:
            shown.insert(0, self._preset_choice)
        elif "presets" not in hidden:
            buttons.append(self._reset_button)
        self.visible_controls = shown
        row = widgets.Box([*shown, *buttons])
        row.add_class("panel-controls")
        heading = widgets.HTML(f"<strong>{html.escape(title)}</strong>")
        heading.add_class("panel-title")
        middle = [self._picture_html, self._message_html, self._sentence_html]
        super().__init__([heading, row, *self._below_controls(), *middle, self._helper])
        self.add_class("panel")
        for control in self.controls.values():
            control.observe(self._control_changed, names="value")
            if control.has_trait("problem"):
                control.observe(lambda change: self._say(self._half_typed()), names="problem")

    # values in

    @property
    def values(self):
        """The controls' values now, by compute's argument names."""
        return {name: control.value for name, control in self.controls.items()}

    def set(self, **values):
        """Sets several controls and redraws once; all of them or, with a ValueError, none."""
        for name in values:
            self._check_name(name)
        with self._hold():
            before = self.values
            try:
                for name, value in values.items():
                    self._set_one(name, value)
            except ValueError:
                for name, value in before.items():
                    self.controls[name].value = value
                raise
        return self

    def start(self, values):
        """Sets the values that the panel starts with, and that `reset` goes back to."""
        if values:
            self.set(**values)
            if self.message:
                raise ValueError(self.message)
            self._start = self.values
            self._name_preset()
        return self

    def preset(self, name):
        """Applies the preset of that name."""
        if name not in self.presets:
            known = ", ".join(self.presets)
            text = _("{name} is no preset; choose from: {known}.")
            raise ValueError(text.format(name=name, known=known))
        self._show_preset(name)  # first, so that it is named even if another one is the same
        try:
            return self.set(**self.presets[name])
        finally:
            self._name_preset()

    def reset(self):
        """Goes back to the values that the panel started with."""
        return self.set(**self._start)

    def _set_one(self, name, value):
        control = self.controls[name]
        if control.has_trait("problem"):
            control.problem = ""
        try:
            control.value = value
        except (traitlets.TraitError, TypeError, ValueError, OverflowError) as error:
            text = _("{name} cannot be {value}: {error}")
            words = {"name": name, "value": _brief(value), "error": _brief(error, 200)}
            raise ValueError(text.format(**words)) from None
        if not _same(control.value, value):  # a slider moves a value that it has no room for
            text = _("{name} cannot be {value}; the nearest it can be is {nearest}.")
            words = {"name": name, "value": _brief(value), "nearest": _brief(control.value)}
            raise ValueError(text.format(**words))

    def _check_name(self, name):
        if name not in self.controls:
            known = ", ".join(self.controls)
            text = _("{name} is no control of this panel; choose from: {known}.")
            raise ValueError(text.format(name=name, known=known))

    # values changed

    def _control_changed(self, change):
        if self._held:
            self._changed_while_held = True
        else:
            self._update()

    @contextmanager
    def _hold(self):
        """Many changes, one picture."""
        with self._lock:
            if self._held:
                yield
                return
            self._held, self._changed_while_held = True, False
            try:
                yield
            finally:
                self._held = False
                if self._changed_while_held:
                    self._update()

    def _update(self):
        """Redraws from inside a callback: a bad value becomes the message, nothing is lost."""
        with self._lock:
            self._name_preset()
            with self._errors_said():
                self._redraw()

    @contextmanager
    def _errors_said(self):
        try:
            yield
        except ValueError as error:
            self._say(str(error))
        except Exception as error:
            text = _("This panel has a bug: {kind}: {error}")
            self._say(text.format(kind=type(error).__name__, error=error))
            raise

    def _redraw(self):
        values = self._usable_values()
        with np.errstate(all="ignore"):
            data = self.compute(**values)
        self._show(data)

    def _usable_values(self):
        """The controls' values. ValueError for what a list or a slider lets pass: none, nan."""
        values = self.values
        for name, value in values.items():
            label = getattr(self.controls[name], "description", "") or name
            for part in _parts(value):
                if part is None:
                    raise ValueError(_("Nothing is chosen for “{label}”.").format(label=label))
                if isinstance(part, (int, float)) and not abs(part) <= sys.float_info.max:
                    text = _("“{label}” holds {value}, where a finite number is expected.")
                    raise ValueError(text.format(label=label, value=_brief(part)))
        return values

    def _show(self, data):
        with np.errstate(all="ignore"):
            self.draw(self.figure, data)
            sentence = self.describe(data)
        picture = _png(self.figure)
        self.data, self.sentence, self.picture = data, sentence, picture
        source = base64.b64encode(picture).decode("ascii")
        self._picture_html.value = (
            f'<img alt="{html.escape(self.alt)}" src="data:image/png;base64,{source}">'
        )
        self._sentence_html.value = html.escape(sentence)
        self._say(self._half_typed())

    def _half_typed(self):
        """What a table of numbers has to complain about, if anything."""
        return next((c.problem for c in self.controls.values() if getattr(c, "problem", "")), "")

    def _say(self, message):
        self.message = message = _brief(message, 300)
        self._message_html.value = message and f'<div role="alert">{html.escape(message)}</div>'

    # presets

    def _make_preset_choice(self, label):
        self._start_name, self._own_name = _("as at the start"), _("own values")
        names = [self._own_name, self._start_name, *self.presets]
        dropdown = choice(label or _("preset"), names, self._start_name)
        self._preset_choice = dropdown
        self._name_preset()
        dropdown.observe(self._preset_chosen, names="value")
        return dropdown

    def _name_preset(self):
        """Shows the preset that the controls' values are, if they are one."""
        now, name = self.values, self._own_name
        candidates = {**self.presets, self._start_name: self._start}
        names = [self._preset_choice.value, *candidates]  # what was chosen goes first
        for candidate in names:
            values = candidates.get(candidate)
            if values is not None and all(_same(now[key], values[key]) for key in values):
                name = candidate
                break
        self._show_preset(name)

    def _show_preset(self, name):
        self._naming = True
        try:
            self._preset_choice.value = name
        finally:
            self._naming = False

    def _preset_chosen(self, change):
        if self._naming:
            return
        if change["new"] == self._start_name:
            self.reset()
        elif change["new"] in self.presets:
            self.preset(change["new"])
        else:
            self._name_preset()

    # what subclasses add

    def _buttons(self):
        return []

    def _below_controls(self):
        return []

    # the stored notebook

    @property
    def alt(self):
        """The picture in words, for those who do not see it."""
        return f"{self.title}. {self.sentence}"

    def _repr_mimebundle_(self, **kwargs):
        """The widget; for nbval its sentence; for readers without a kernel its picture."""
        data = super()._repr_mimebundle_(**kwargs)
        data["text/plain"] = self.sentence
        data["image/png"] = base64.b64encode(self.picture).decode("ascii")
        return data, {"image/png": {"alt": self.alt}}


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
    FRAME = 0.15  # seconds between two pictures
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
        self._progress_html = widgets.HTML()
        self._progress_html.add_class("panel-progress")
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
        if not self.running:
            self._tell(_("values changed: Run uses them"))

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
        self._stopped = threading.Event()
        self._helper.busy = True
        self._say("")
        self._tell(_("running"), 0.0)
        return self._stopped

    def _steps(self):
        """The generator's states, each made under errstate."""
        steps = iter(self._generator_of(**self._usable_values()))
        while True:
            with np.errstate(all="ignore"):
                data = next(steps, None)
            if data is None:
                return
            yield data

    async def _advance(self, stopped):
        data = shown = None
        drawn = rested = time.monotonic()
        try:
            self._hear_interrupts()
            with self._errors_said():
                for data in self._steps():
                    if stopped.is_set():
                        break
                    now = time.monotonic()
                    if now - drawn > self.FRAME:
                        self._show(data)
                        self._tell(_("running"), data.progress)
                        shown, drawn = data, time.monotonic()
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


# Controls. Each has a visible label, and the helper gives the browser its accessible name.


def slider(label, low, high, step, value):
    """A slider for whole numbers if all four numbers are whole, else for decimals."""
    whole = all(isinstance(part, int) for part in (low, high, step, value))
    kind = widgets.IntSlider if whole else widgets.FloatSlider
    digits = max(0, -int(np.floor(np.log10(step) + 1e-9)))
    return kind(
        value=value,
        min=low,
        max=high,
        step=step,
        readout_format="d" if whole else f".{digits}f",
        **_labelled(label),
    )


def log_slider(label, low, high, step, value, base=10):
    """A slider over base**low … base**high in steps of the exponent."""
    return widgets.FloatLogSlider(
        value=value,
        base=base,
        min=low,
        max=high,
        step=step,
        readout_format=".2g",
        **_labelled(label),
    )


def choice(label, options, value=None):
    """One of several: names, or a dict of names and values."""
    options = options if isinstance(options, dict) else list(options)
    first = next(iter(options.values() if isinstance(options, dict) else options))
    return widgets.Dropdown(
        options=options, value=first if value is None else value, **_labelled(label)
    )


def toggle(label, value=False):
    """Yes or no."""
    return widgets.Checkbox(value=value, indent=False, description=label)


def number(label, value):
    """A typed number, whole if `value` is; compute says what it may be."""
    kind = widgets.IntText if isinstance(value, int) else widgets.FloatText
    return kind(value=value, **_labelled(label))


class Scrubber(widgets.HBox):
    """Steps 0 … last on a slider with Play beside it; `interval` in milliseconds."""

    value = traitlets.Int(0)

    def __init__(self, label, last, value=0, interval=200):
        self.slider = slider(label, 0, last, 1, value)
        self.play = widgets.Play(min=0, max=last, value=value, interval=interval, show_repeat=False)
        super().__init__([self.play, self.slider], value=value)
        self.add_class("panel-scrubber")
        widgets.jslink((self.play, "value"), (self.slider, "value"))
        traitlets.link((self.slider, "value"), (self, "value"))

    @property
    def description(self):
        return self.slider.description

    @property
    def min(self):
        return self.slider.min

    @property
    def max(self):
        return self.slider.max

    @max.setter
    def max(self, last):
        self.slider.max = self.play.max = last


class Stepper(widgets.HBox):
    """A number 0 … last, typed or by the buttons previous and next, which go round at the ends.

    With `stops`, a list of numbers, the buttons visit only these.
    """

    value = traitlets.Int(0)

    def __init__(self, label, last, value=0):
        self.stops = None
        self.field = widgets.BoundedIntText(value=value, min=0, max=last, **_labelled(label))
        previous, following = widgets.Button(description=_("previous")), widgets.Button()
        following.description = _("next")
        previous.on_click(lambda button: self.go(-1))
        following.on_click(lambda button: self.go(1))
        super().__init__([self.field, previous, following], value=value)
        self.add_class("panel-stepper")
        traitlets.link((self.field, "value"), (self, "value"))

    def go(self, direction):
        """One stop forwards (1) or back (-1)."""
        stops = range(self.max + 1) if self.stops is None else self.stops
        if direction > 0:
            ahead = [stop for stop in stops if stop > self.value]
        else:
            ahead = [stop for stop in reversed(stops) if stop < self.value]
        if stops:
            self.value = ahead[0] if ahead else stops[0 if direction > 0 else -1]

    @property
    def description(self):
        return self.field.description

    @property
    def min(self):
        return self.field.min

    @property
    def max(self):
        return self.field.max


class NumberGrid(anywidget.AnyWidget):
    """An editable table of numbers. What is typed and is no number becomes the message line."""

    _esm = FOLDER / "number_grid.js"
    description = traitlets.Unicode().tag(sync=True)
    value = traitlets.List(traitlets.List(traitlets.CFloat())).tag(sync=True)
    problem = traitlets.Unicode().tag(sync=True)

    def __init__(self, label, rows):
        rows = np.asarray(rows, dtype=float)
        if rows.ndim != 2:
            raise ValueError(f"NumberGrid: rows has shape {rows.shape}, expected two dimensions.")
        self._shape = rows.shape
        super().__init__(description=label, value=rows.tolist())
        self.add_class("panel-grid")

    @traitlets.validate("value")
    def _keep_shape(self, proposal):
        rows, (height, width) = proposal["value"], self._shape
        if len(rows) != height or any(len(row) != width for row in rows):
            text = _("the table needs {rows} rows of {columns} numbers")
            raise traitlets.TraitError(text.format(rows=height, columns=width))
        return rows


def _labelled(label):
    return {"description": label, "style": {"description_width": "initial"}}


def artists(figure, lay_out):
    """What `lay_out(figure)` returned at the first draw: axes, lines, texts to be updated."""
    if not hasattr(figure, "_panel_artists"):
        figure._panel_artists = lay_out(figure)
    return figure._panel_artists


def _same(one, other):
    """Equal, but for the last digits that sliders with steps like 0.1 make up."""
    if one is other:
        return True
    try:
        return bool(np.allclose(one, other, rtol=1e-9, atol=1e-12))
    except (TypeError, ValueError, OverflowError):  # words, shapes that differ, huge whole numbers
        return bool(np.array_equal(one, other))


def _parts(value):
    """The numbers and words in a value, however deep they lie in lists and tuples."""
    if not isinstance(value, (list, tuple)):
        yield value
        return
    for part in value:
        yield from _parts(part)


def _brief(value, most=80):
    """How a value is written, on one line and in at most so many letters."""
    try:
        text = " ".join(str(value).split())
    except Exception:  # numbers of more than 4300 digits are not written out
        text = type(value).__name__
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _png(figure):
    stream = io.BytesIO()
    options = {"compress_level": 3}
    figure.canvas.print_png(stream, metadata={"Software": None}, pil_kwargs=options)
    return stream.getvalue()

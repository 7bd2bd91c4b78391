"""A panel: controls above, a picture below, a sentence, and a message line for what goes wrong."""

import html
import threading
from contextlib import contextmanager
from gettext import gettext as _
from pathlib import Path

import anywidget
import ipywidgets as widgets
import numpy as np
import traitlets

from .controls import checked, choice, put, same
from .picture import as_text, image, new_figure, png, with_words
from .typed import NUMBERS, refusal

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


class Helper(anywidget.AnyWidget):
    """What the browser adds to a panel: style, accessible names, and live text for readers."""

    _esm = NUMBERS + Path(__file__).with_name("panel.js").read_text(encoding="utf-8")
    _css = Path(__file__).with_name("panel.css")
    title = traitlets.Unicode().tag(sync=True)
    busy = traitlets.Bool(False).tag(sync=True)


def line(kind, content=""):
    """An empty line of a panel, which panel.css knows by its kind."""
    widget = widgets.HTML(content)
    widget.add_class(f"panel-{kind}")
    return widget


class Panel(widgets.VBox):
    """Controls, a figure, a sentence and a message line, bound by compute, draw and describe.

    `controls`: dict of widgets by compute's argument names.  `presets`: name -> {control: value};
    without any there is a Reset button.  `hide`: names of controls (and "presets") that are not
    shown; they keep their values.  In a cell or a test, `panel.set(slope=2)` works like the
    controls; `panel.data`, `.sentence`, `.message`, `.picture` and `.values` tell what happened.
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
        self.figure = new_figure(figsize)
        hidden = {hide} if isinstance(hide, str) else set(hide)
        for names in (hidden - {"presets"}, *self.presets.values()):
            self._check_names(names)

        self._picture_html, self._sentence_html = line("picture"), line("sentence")
        self._message_html = line("message")
        self._helper = Helper(title=title)
        self._helper.on_msg(self._refused)
        self._start = self.values
        self._preset_choice = self._make_preset_choice(preset_label)
        self._redraw()

        shown = [control for name, control in self.controls.items() if name not in hidden]
        buttons = self._buttons()
        if "presets" not in hidden and self.presets:
            shown.insert(0, self._preset_choice)
        elif "presets" not in hidden:
            reset = widgets.Button(description=_("Reset"))
            reset.on_click(lambda button: self.reset())
            buttons.append(reset)
        self.visible_controls = shown
        row = widgets.Box([*shown, *buttons])
        row.add_class("panel-controls")
        heading = line("title", f"<strong>{html.escape(title)}</strong>")
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
        self._check_names(values)
        with self._hold():
            before = self.values
            try:
                for name, value in values.items():
                    put(self.controls[name], name, value)
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
        self.set(**self._start)
        self._say(self._half_typed())  # values may be those of the start, and a message there
        return self

    def _check_names(self, names):
        for name in names:
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
        values = self._checked_values()
        with np.errstate(all="ignore"):  # NaN and overflow are put into words, not into warnings
            data = self.compute(**values)
        self._show(data)

    def _checked_values(self):
        return {name: checked(control) for name, control in self.controls.items()}

    def _show(self, data):
        with np.errstate(all="ignore"):
            self.draw(self.figure, data)
            sentence = self.describe(data)
        picture = png(self.figure)
        self.data, self.sentence, self.picture = data, sentence, picture
        self._picture_html.value = image(picture, self.alt)
        self._sentence_html.value = html.escape(sentence)
        self._say(self._half_typed())

    def _refused(self, helper, told, buffers):
        """What was typed beside a slider and is no number: panel.js has taken it back."""
        if "refused" not in told:
            return self._say(self._half_typed())
        label = str(told.get("label", "")).removesuffix(": value")
        return self._say(refusal(label, told["refused"], told.get("whole", False)))

    def _half_typed(self):
        """What a table of numbers has to complain about, if anything."""
        return next((c.problem for c in self.controls.values() if getattr(c, "problem", "")), "")

    def _say(self, message):
        self.message = message = " ".join(message.split())[:300]
        self._message_html.value = message and f'<div role="alert">{html.escape(message)}</div>'

    # presets

    def _make_preset_choice(self, label):
        self._start_name, self._own_name = _("as at the start"), _("own values")
        names = [self._own_name, self._start_name, *self.presets]
        self._preset_choice = dropdown = choice(label or _("preset"), names, self._start_name)
        self._name_preset()
        dropdown.observe(self._preset_chosen, names="value")
        return dropdown

    def _name_preset(self):
        """Shows the preset that the controls' values are, if they are one."""
        now, candidates = self.values, {**self.presets, self._start_name: self._start}
        names = [self._preset_choice.value, *candidates]  # what was chosen goes first
        for name in names:
            values = candidates.get(name)
            if values is not None and all(same(now[key], values[key]) for key in values):
                return self._show_preset(name)
        return self._show_preset(self._own_name)

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

    # what RunPanel adds

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
        """The widget; for nbval its sentence; for readers without a kernel a picture of it all.

        It is anywidget's, with what Colab asks for: else Colab would show no panel.
        """
        data, metadata = self._helper._repr_mimebundle_(**kwargs)
        data[WIDGET_VIEW]["model_id"] = self.model_id
        data["text/plain"] = self.sentence
        data["image/png"] = as_text(with_words(self.picture, self.title, self.sentence))
        return data, {**metadata, "image/png": {"alt": self.alt}}

    _ipython_display_ = None  # by which ipywidgets 7 would show the widget alone

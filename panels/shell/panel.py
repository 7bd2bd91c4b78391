"""A panel: controls above, a picture below, a sentence, and a message line for what goes wrong."""

import html
import threading
from contextlib import contextmanager
from gettext import gettext as _

import ipywidgets as widgets
import numpy as np

from .controls import checked, put
from .frames import frames
from .page import Helper, in_english, line
from .picture import DPI, as_text, layout_of, new_figure, png, resize, svg, with_words
from .presets import Presets
from .touch import Hands
from .typed import refusal
from .view import View

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
LECTURE = 7.2  # inches that fill a screen of 1280 pixels with words of 24


class Panel(Presets, widgets.VBox):
    """Controls, a figure, a sentence and a message line, bound by compute, draw and describe.

    `controls`: dict of widgets by compute's argument names.  `presets`: name -> {control: value};
    without any there is a Reset button.  `hide`: names of controls (and "presets") that are not
    shown; they keep their values.  `narrow` and `lecture`: the figure's size, in inches, on a page
    of less than 700 pixels (3.6 wide at most: a phone's) and in front of a class (7.2 wide); `draw`
    then sees it by `layout_of(figure)`.
    `touch` and `hover`: what hands do to the picture, see touch.py.  `stops`: values that the
    chapter names, beside the presets, for `frames`.  In a cell or a test, `panel.set(slope=2)`
    works like the controls; `panel.data`, `.sentence`, `.message`, `.picture` and `.values` tell
    what happened.
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
        narrow=None,
        lecture=None,
        touch=None,
        hover=None,
        stops=(),
        presets=None,
        preset_label=None,
        hide=(),
    ):
        self.title = title
        self.controls = dict(controls)
        self.presets = {name: dict(values) for name, values in (presets or {}).items()}
        self.compute, self.draw, self.describe = compute, in_english(draw), describe
        self._lock = threading.RLock()  # a cell may set values while the browser does, too
        self._held = self._changed_while_held = False
        self.message = ""
        self.figure = new_figure(figsize)
        filled = (LECTURE, figsize[1] * LECTURE / figsize[0])
        self.sizes = {"normal": figsize, "narrow": narrow, "lecture": lecture or filled}
        self.stops = tuple(stops)
        self.followers = []  # called when a new picture is shown: for panels that depend on this
        self._hands = Hands(self, touch, hover)
        hidden = {hide} if isinstance(hide, str) else set(hide)
        for names in (hidden - {"presets"}, *self.presets.values(), *self.stops):
            self._check_names(names)

        self._view = View()
        self._view.add_class("panel-picture")
        self._view.on_msg(self._handled)
        self._sentence_html, self._message_html = line("sentence"), line("message")
        self._helper = Helper(title)
        self._helper.on_msg(self._heard)
        self.start_values = self.values
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
        middle = [self._view, self._message_html, self._sentence_html]
        super().__init__([heading, row, *self._below_controls(), *middle, self._helper])
        self.add_class("panel")
        for control in self.controls.values():
            control.observe(self._control_changed, names="value")
            if control.has_trait("problem"):
                control.observe(lambda change: self._say(self._half_typed()), names="problem")

    running = False  # what RunPanel can be
    undrawn = False  # frames.py wants data and words of many states, and draws few of them

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
            self.start_values = self.values
            self._name_preset()
        return self

    def reset(self):
        """Goes back to the values that the panel started with."""
        self.set(**self.start_values)
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
        """Draws these data, and says what they are."""
        with self._lock:
            with np.errstate(all="ignore"):
                sentence = self.describe(data)
                if self.undrawn:
                    self.data, self.sentence = data, sentence
                    self._say(self._half_typed())
                    return
                self.draw(self.figure, data)
            picture = png(self.figure)
            self.data, self.sentence, self.picture = data, sentence, picture
            width = round(self.figure.get_figwidth() * DPI)
            self._view.show(picture, alt=self.alt, width=width, areas=self._hands.areas())
            self._sentence_html.value = html.escape(sentence)
            self._say(self._half_typed())
        for follow in self.followers:
            follow()

    # the page tells

    def lay_out(self, layout):
        """Draws the picture anew for a "narrow" page, a "lecture", or as it "normal"ly is."""
        with self._lock:
            size = self.sizes[layout]
            self._helper.layout_name = layout
            if size is None:
                layout, size = "normal", self.sizes["normal"]
            if layout != layout_of(self.figure):
                resize(self.figure, size, layout)
                with self._errors_said():
                    self._show(self.data)

    def _handled(self, view, told, buffers):
        """The hand is still, or it does something to the picture."""
        with self._lock:
            if told.get("kind") != "still":
                tip = ""
                try:
                    with self._errors_said():
                        tip = self._hands.feel(told)
                finally:
                    view.send({"tip": tip})  # now the page may tell what comes next
            elif not self.running:
                view.show(svg(self.figure), mime="image/svg+xml")

    def _heard(self, helper, told, buffers):
        """The page's room has changed; or what was typed beside a slider is no number."""
        if "layout" in told:
            return self.lay_out(told["layout"])
        if "refused" not in told:
            return self._say(self._half_typed())
        label = str(told.get("label", "")).removesuffix(f": {_('value')}")
        return self._say(refusal(label, told["refused"], told.get("whole", False)))

    def _half_typed(self):
        """What a table of numbers has to complain about, if anything."""
        return next((c.problem for c in self.controls.values() if getattr(c, "problem", "")), "")

    def _say(self, message):
        self.message = message = " ".join(message.split())[:300]
        self._message_html.value = message and f'<div role="alert">{html.escape(message)}</div>'

    # what RunPanel adds

    def _buttons(self):
        return []

    def _below_controls(self):
        return []

    # without a kernel

    def frames(self):
        """What the panel shows at its start, presets and stops, and around them."""
        return frames(self)

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

"""What a reader moves. Each control has a visible label; panel.js gives it its accessible name.

A control is any widget with a `value` and a `description`. It checks its value by itself where it
can; what sliders and lists let pass, `checked` finds.
"""

import sys
from gettext import gettext as _

import ipywidgets as widgets
import numpy as np
import traitlets

from common.checks import shown


def slider(label, low, high, step, value):
    """A slider for whole numbers if all four numbers are whole, else for decimals."""
    whole = all(isinstance(part, int) for part in (low, high, step, value))
    kind = widgets.IntSlider if whole else widgets.FloatSlider
    digits = max(0, -int(np.floor(np.log10(step) + 1e-9)))
    made = kind(
        value=value,
        min=low,
        max=high,
        step=step,
        readout_format="d" if whole else f".{digits}f",
        **_labelled(label),
    )
    if whole:
        made.add_class("panel-whole")  # panel.js reads what is typed beside it
    return made


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


def _labelled(label):
    return {"description": label, "style": {"description_width": "initial"}}


class Whole(widgets.HBox):
    """A whole number 0 … max: what stands in `field`, one of the row's widgets."""

    value = traitlets.Int(0)

    def __init__(self, field, row):
        self.field = field
        super().__init__(row, value=field.value)
        traitlets.link((field, "value"), (self, "value"))

    @traitlets.validate("value")
    def _between_the_ends(self, proposal):
        return min(max(proposal["value"], self.min), self.max)

    @property
    def description(self):
        return self.field.description

    @property
    def min(self):
        return self.field.min

    @property
    def max(self):
        return self.field.max


class Scrubber(Whole):
    """Steps 0 … last on a slider with Play beside it; `interval` in milliseconds."""

    times = 3  # a page without Python shows three times as many of them as of a slider

    def __init__(self, label, last, value=0, interval=200):
        field = slider(label, 0, last, 1, value)
        self.play = widgets.Play(min=0, max=last, value=value, interval=interval, show_repeat=False)
        super().__init__(field, [self.play, field])
        self.add_class("panel-scrubber")
        widgets.jslink((self.play, "value"), (field, "value"))

    def end_at(self, last):
        """From now on there are the steps 0 … last."""
        self.field.max = self.play.max = last


class Stepper(Whole):
    """A number 0 … last, typed or by the buttons previous and next, which go round at the ends.

    With `stops`, a list of numbers, the buttons visit only these.
    """

    def __init__(self, label, last, value=0):
        self.stops = None
        field = widgets.BoundedIntText(value=value, min=0, max=last, **_labelled(label))
        previous = widgets.Button(description=_("previous"))
        following = widgets.Button(description=_("next"))
        previous.on_click(lambda button: self.go(-1))
        following.on_click(lambda button: self.go(1))
        super().__init__(field, [field, previous, following])
        self.add_class("panel-stepper")

    def go(self, direction):
        """One stop forwards (1) or back (-1)."""
        stops = range(self.max + 1) if self.stops is None else self.stops
        if direction > 0:
            ahead = [stop for stop in stops if stop > self.value]
        else:
            ahead = [stop for stop in reversed(stops) if stop < self.value]
        if stops:
            self.value = ahead[0] if ahead else stops[0 if direction > 0 else -1]


class Several(widgets.Box):
    """Several controls as one, under one label; `value` is the tuple of the parts' values.

    Setting `value` sets all the parts and is one change; moving one part is one, too.
    widths: of the parts, in pixels, where there is room for them side by side; they wrap where
    there is none. Without widths they stand one above the other.
    """

    value = traitlets.Tuple()

    def __init__(self, label, parts, widths=None):
        self.parts = tuple(parts)
        self.description = label
        self._busy = False
        row = {"flex": "1 1 100%", "flex_flow": "row wrap", "grid_gap": "2px 20px"}
        column = {"flex_flow": "column", "overflow": "visible"}
        whole = widgets.Layout(**(row if widths else column))
        super().__init__(self.parts, value=self._read(), layout=whole)
        if widths:
            self.add_class("panel-wide")
        for part, width in zip(self.parts, widths or self.parts, strict=True):
            look = {"flex": f"0 1 {width}px", "min_width": "0"} if widths else {}
            part.layout = widgets.Layout(width="auto", **look)
            part.observe(self._moved, names="value")

    def _read(self):
        return tuple(part.value for part in self.parts)

    def _moved(self, _change):
        if not self._busy:
            self.value = self._read()

    @traitlets.validate("value")
    def _set_parts(self, proposal):
        """All parts take their values, or none does."""
        values, before = proposal["value"], self._read()
        if len(values) != len(self.parts):
            raise traitlets.TraitError(f"{len(self.parts)} values are expected, not {len(values)}")
        self._busy = True
        try:
            for part, value in zip(self.parts, values, strict=True):
                if part.value != value:
                    part.value = value
        except traitlets.TraitError:
            for part, value in zip(self.parts, before, strict=True):
                part.value = value
            raise
        finally:
            self._busy = False
        return self._read()


def put(control, name, value):
    """Gives the control a value. ValueError if it cannot take it exactly as it is."""
    if control.has_trait("refused"):
        control.refused = {}
    try:
        control.value = value
    except (traitlets.TraitError, TypeError, ValueError, OverflowError) as error:
        text = _("{name} cannot be {value}: {error}")
        words = text.format(name=name, value=shown(value), error=str(error)[:200])
        raise ValueError(words) from None
    if not same(control.value, value):  # a slider moves a value that it has no room for
        text = _("{name} cannot be {value}; the nearest it can be is {nearest}.")
        nearest = shown(control.value)
        raise ValueError(text.format(name=name, value=shown(value), nearest=nearest))


def checked(control):
    """The control's value. ValueError for what a list or a slider lets pass: none, nan."""
    for part in _parts(control.value):
        words = {"label": control.description}
        if part is None:
            raise ValueError(_("Nothing is chosen for “{label}”.").format(**words))
        if isinstance(part, (int, float)) and not abs(part) <= sys.float_info.max:
            text = _("“{label}” holds {value}, where a finite number is expected.")
            raise ValueError(text.format(value=shown(part), **words))
    return control.value


def _parts(value):
    """The numbers and words in a value, however deep they lie in lists and tuples."""
    if not isinstance(value, (list, tuple)):
        yield value
        return
    for part in value:
        yield from _parts(part)


def same(one, other):
    """Equal, but for the last digits that sliders with steps like 0.1 make up."""
    if one is other:
        return True
    try:
        return bool(np.allclose(one, other, rtol=1e-9, atol=1e-12))
    except (TypeError, ValueError, OverflowError):  # words, shapes that differ, huge whole numbers
        return bool(np.array_equal(one, other))

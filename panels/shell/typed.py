"""Numbers that a reader types: 1.5, 1,5, 1/3, 1e-3 or −2. All else is refused in words.

numbers.js reads them in the browser; what it cannot read arrives here, as it was typed.
"""

import re
from gettext import gettext as _
from pathlib import Path

import anywidget
import numpy as np
import traitlets

NUMBERS = Path(__file__).with_name("numbers.js").read_text(encoding="utf-8")  # read_number(text)


def number(label, value, step=1.0):
    """A typed number; the arrow keys move it by `step`. Compute says what it may be."""
    return Number(label, value, step)


def refusal(place, text, whole=False):
    """The sentence for `text`, typed at `place`, that cannot be read as a number."""
    words = {"place": place, "text": " ".join(str(text).split())[:40]}
    if re.fullmatch(r"[-+−]?[1-9]\d{0,2}(,\d{3})+", words["text"]):
        sentence = _("“{place}”: {text} can be read in two ways; write it without the comma.")
    elif whole:
        sentence = _("“{place}” takes whole numbers; “{text}” is none.")
    else:
        sentence = _("“{place}”: “{text}” is no number; write it like 0.5, 1/3 or 1e-3.")
    return sentence.format(**words)


class Typed(anywidget.AnyWidget):
    """Typed numbers. What is typed and is no number becomes `problem`, the message line."""

    _esm = NUMBERS + Path(__file__).with_name("number_grid.js").read_text(encoding="utf-8")
    description = traitlets.Unicode().tag(sync=True)
    refused = traitlets.Dict().tag(sync=True)  # the first such text and its place; {} if none
    problem = traitlets.Unicode()

    @traitlets.observe("refused")
    def _say_what_is_refused(self, change):
        self.problem = (
            refusal(self._place(change["new"]), change["new"]["text"]) if change["new"] else ""
        )

    def _place(self, refused):
        return self.description


class Number(Typed):
    """One typed number."""

    value = traitlets.CFloat().tag(sync=True)
    step = traitlets.Float(1.0).tag(sync=True)

    def __init__(self, label, value, step=1.0):
        super().__init__(description=label, value=value, step=step)
        self.add_class("panel-grid")


class NumberGrid(Typed):
    """An editable table of numbers."""

    resizes = False
    value = traitlets.List(traitlets.List(traitlets.CFloat())).tag(sync=True)

    def __init__(self, label, rows):
        rows = np.asarray(rows, dtype=float)
        self._shape = rows.shape
        super().__init__(description=label, value=rows.tolist())
        self.add_class("panel-grid")

    def _place(self, refused):
        place = _("{label}, row {row}, column {column}")
        row, column = (int(refused[axis]) + 1 for axis in ("row", "column"))
        return place.format(label=self.description, row=row, column=column)

    @traitlets.validate("value")
    def _keep_shape(self, proposal):
        rows, (height, width) = proposal["value"], self._shape
        if len(rows) != height or any(len(row) != width for row in rows):
            text = _("the table needs {rows} rows of {columns} numbers")
            raise traitlets.TraitError(text.format(rows=height, columns=width))
        return rows

"""A gradient that the reader has typed: right, or wrong in a way that can be told."""

from gettext import gettext as _
from typing import NamedTuple

import ipywidgets as widgets
import numpy as np
import traitlets

from .ch05_pencil_sheets import NUMBERS, PLACES, parts
from .ch05_written import short
from .shell import number

CLOSE = 0.02  # a wrong answer that is this near is told that it is only rough


class Judged(NamedTuple):
    typed: float
    right: bool
    words: str


def judge(answers, values, gradients, slopes, y):
    """name -> Judged, for the numbers whose gradients were typed."""
    return {name: _one(name, answers, values, gradients, slopes, y) for name in answers}


def _one(name, answers, values, gradients, slopes, y):
    typed, right = answers[name], gradients[name]
    if is_rounded(typed, right):
        return Judged(typed, True, _("right"))
    for value, words in mistakes(name, values, gradients, slopes, y):
        if not is_rounded(value, right, 1e-9) and is_rounded(typed, value):
            return Judged(typed, False, words)
    carried = _carried(name, answers, values, gradients, slopes)
    if carried and is_rounded(typed, carried[0]):
        return Judged(typed, False, carried[1])
    if abs(typed - right) < CLOSE * max(1.0, abs(right)):
        return Judged(typed, False, _("near, but not it: give one digit more"))
    return Judged(typed, False, _("what comes from upstream, and what is it multiplied by?"))


def is_rounded(typed, value, slack=None):
    """Is `typed` the value, or the value rounded to two decimals or more?"""
    decimals = len(repr(float(typed)).partition("e")[0].partition(".")[2])
    if slack is None:
        slack = 0.51 * 10.0**-decimals if 2 <= decimals <= 9 else 0.0
    return abs(typed - value) <= max(slack, 1e-9 * max(1.0, abs(value)))


def mistakes(name, values, gradients, slopes, y):
    """Pairs: what comes out if one of the usual things is done, and the words for it."""
    key, index = PLACES[name]
    right, made = gradients[name], parts(name)
    local = [_local(part, values, slopes) for part, _up in made]
    upstream = [gradients[up] for _part, up in made]
    if key == "s":
        yield y[index[1]], _("that is y[{k}]: the truth is not taken away yet").format(k=index[1])
    if key in ("W1", "W2"):
        (i, j), (before, behind) = index, ("z", "s") if key == "W2" else ("x", "a")
        yield local[0], _("that is {part} alone: no upstream gradient").format(part=made[0][0])
        yield upstream[0], _("that is the upstream gradient alone: what is it multiplied by?")
        if i != j:
            swapped = values[f"{before}[{j}]"] * gradients[f"{behind}[{i}]"]
            yield swapped, _("row and column are swapped")
        yield values[name] * upstream[0], _("a times swaps: not with the weight's own value")
    if key == "W2":
        yield (
            values[f"a[{i}]"] * upstream[0],
            _("with a[{i}], from before the activation").format(i=i),
        )
    if key == "W1":
        yield values[f"x[{i}]"] * gradients[f"z[{j}]"], _("the activation is left out on the way")
    if key in ("b1", "b2"):
        yield 1.0, _("that is the local gradient alone: no upstream gradient")
        yield values[name] * upstream[0], _("plus passes on: nothing is multiplied")
    if key == "b1":
        yield gradients[f"z[{index[0]}]"], _("the activation is left out on the way")
    if key in ("z", "x"):
        weights, behind = ("W2", "s") if key == "z" else ("W1", "a")
        for one in range(2):
            yield (
                local[one] * upstream[one],
                _("that is one of two ways: at a fork the gradients add"),
            )
        yield sum(local), _("those are the weights alone: no upstream gradient")
        turned = sum(
            values[f"{weights}[{j}, {index[1]}]"] * gradients[f"{behind}[{j}]"] for j in range(2)
        )
        yield turned, _("along a column of {W}, where a row leads on").format(W=weights)
    if key == "a":
        yield upstream[0], _("that is dz[{j}]: it has not come through yet").format(j=index[1])
        yield local[0], _("that is the local slope alone: no upstream gradient")
        yield (
            values[f"z[{index[1]}]"] * upstream[0],
            _("not times what flows forwards, but times its slope"),
        )
    yield -right, _("the size is right, the sign is not")


def _local(part, values, slopes):
    if isinstance(part, tuple):
        return slopes[part[1]]
    return values[part] if isinstance(part, str) else part


def _carried(name, answers, values, gradients, slopes):
    """What the reader's own answers upstream lead to, where one of them is wrong."""
    made = parts(name)
    wrong = [
        up for _part, up in made if up in answers and not is_rounded(answers[up], gradients[up])
    ]
    if not wrong:
        return None
    ups = [answers.get(up, gradients[up]) for _part, up in made]
    value = sum(
        _local(part, values, slopes) * up for (part, _up), up in zip(made, ups, strict=True)
    )
    text = _("it follows from your d{up} = {typed}, and that is wrong")
    return value, text.format(up=wrong[0], typed=short(answers[wrong[0]]))


class Answers(widgets.HBox):
    """Whether gradients are hidden, and what was typed for them.

    value: () if they are shown; else ("hidden", name, number, name, number, …).
    """

    value = traitlets.Tuple()
    problem = traitlets.Unicode()

    def __init__(self, chosen, value=()):
        self.description = _("predict")
        self._emptying = False
        self.chosen = chosen  # the control that tells which number it is about
        self.hide = widgets.Checkbox(
            indent=False, description=_("hide the gradients"), layout={"width": "auto"}
        )
        self.field = number(_("its gradient"), 0.0, step=0.5)
        self.button = widgets.Button(description=_("Judge"), layout={"width": "auto"})
        super().__init__([self.hide, self.field, self.button], value=value)
        self.layout.flex, self.layout.flex_flow = "0 1 auto", "row wrap"
        self.layout.overflow, self.layout.grid_gap = "visible", "2px 16px"
        self.hide.observe(self._hidden, names="value")
        self.field.observe(lambda change: self.keep(), names="value")
        self.button.on_click(lambda button: self.keep())
        self.observe(self._follow, names="value")
        traitlets.dlink((self.field, "problem"), (self, "problem"))
        self._follow()

    def keep(self):
        """The number in the field is the answer for the chosen number."""
        if np.isfinite(self.field.value) and not self._emptying:
            known = {**read_answers(self.value), self.chosen.value: self.field.value}
            self.value = ("hidden", *(part for pair in known.items() for part in pair))

    def few(self, each):
        """What a page without Python shows of it: it can judge nothing."""
        return [(), ("hidden",)]

    def _hidden(self, change):
        if change["new"] != bool(self.value):
            self.value = ("hidden",) if change["new"] else ()

    def _follow(self, _change=None):
        self.hide.value = bool(self.value)
        if len(self.value) < 2:  # nothing is answered any more
            self._emptying = True
            self.field.value = 0.0
            self._emptying = False

    @traitlets.validate("value")
    def _known(self, proposal):
        value = proposal["value"]
        if value and (value[0] != "hidden" or not set(value[1::2]) <= set(NUMBERS)):
            raise traitlets.TraitError(_("a list of names and numbers is expected"))
        return value


def read_answers(value):
    """name -> what was typed for its gradient."""
    return dict(zip(value[1::2], value[2::2], strict=True))

"""A whole network on paper: every number of it forwards and backwards, as neurons and as matrices,
each of them to be nudged, and each gradient to be predicted (book 5.7.2).

The numbers come from the layers of `common` that train networks, on one image of two pixels.
"""

from functools import cache
from gettext import gettext as _
from typing import NamedTuple

import numpy as np

from common.layers import Relu

from .ch05_pencil_answers import Answers, judge, read_answers
from .ch05_pencil_layout import nearest_number
from .ch05_pencil_picture import SIZES, draw_pencil
from .ch05_pencil_sheets import (
    BACKWARD,
    CURVE,
    FORWARD,
    LAST,
    NUMBERS,
    PLACES,
    REACH,
    SHEETS,
    backward,
    flat,
    forward,
)
from .ch05_pencil_words import describe_pencil
from .ch05_steps import Walker
from .ch05_written import short
from .shell import Panel, choice, layout_of, slider

NEAR = 26  # pixels from a number to the pointer that means it
PIXELS = 80  # so far a drag moves a number by 1


class Pencil(NamedTuple):
    sheet: str
    relu: bool
    show: str  # "neurons" or "matrices"
    step: int
    values: dict  # name of a number -> the number
    gradients: dict  # name of a number -> its gradient
    slopes: list  # (2,) of the activation
    y: list  # (2,) probabilities
    t: int
    loss: float
    number: str  # the chosen one
    delta: float
    losses: np.ndarray  # (41,) along the chosen number, moved by CURVE
    moved: float  # the loss when it is moved by delta
    switched: bool  # is a ReLU open at one end of the move and closed at the other?
    hidden: bool
    judged: dict  # name -> Judged, of the gradients that the reader has typed

    @property
    def known(self):
        """Keys of the arrays whose values this step knows: x, W1, …"""
        return {"x", "W1", "b1", "W2", "b2", *FORWARD[: self.step + 1]}

    @property
    def flowed(self):
        """Keys of the arrays whose gradients this step knows."""
        return {key for keys in BACKWARD[: max(0, self.step - 4)] for key in keys}

    def seen(self, name):
        """Is the gradient of that number to be seen?"""
        if self.hidden:
            return name in self.judged and self.judged[name].right
        return PLACES[name][0] in self.flowed

    @property
    def symbols(self):
        """What the step does, as a formula of matrices."""
        h = "relu" if self.relu else "σ"
        return (
            _("what is given"),
            "a = x W1 + b1",
            f"z = {h}(a)",
            "s = z W2 + b2",
            "y = softmax(s),  L = −log y[t]",
            "ds = y − t",
            "dW2 = zᵀ ds,  db2 = ds",
            "dz = ds W2ᵀ",
            f"da = dz × {h}′(a)",
            "dW1 = xᵀ da,  db1 = da",
            "dx = da W1ᵀ",
        )[self.step]

    @property
    def title(self):
        """What the step does: for neurons in words, for matrices as a formula."""
        if self.show == "matrices":
            return self.symbols
        h = "relu" if self.relu else "σ"
        return (
            _("what is given"),
            _("each hidden neuron adds up what comes in"),
            _("each sum goes through {h}").format(h=h),
            _("each output adds up its score"),
            _("softmax makes probabilities of the scores, and the loss of the right one"),
            _("the gradient of a score is the answer minus the truth"),
            _("a weight's gradient: the value in front × the gradient behind"),
            _("two ways lead on from each z: their gradients add up"),
            _("back through {h}: times its slope").format(h=h),
            _("a weight's gradient: the value in front × the gradient behind"),
            _("two ways lead on from each x: their gradients add up"),
        )[self.step]

    @property
    def promised(self):
        """What the gradient says of the move."""
        return self.gradients[self.number] * self.delta


@cache
def losses_along(sheet, number):
    """The loss, (41,), where the number is moved by CURVE."""
    return np.array([forward(SHEETS[sheet], number, by).loss for by in CURVE])


def compute_pencil(step, show, sheet, number, delta, answers):
    """One pass forwards and one backwards; the loss along one number, and at one place there."""
    given = SHEETS[sheet]
    done = forward(given)
    gradients, slopes = backward(done)
    there = forward(given, number, delta)
    signs = [np.sign(one.arrays["a"]) for one in (done, there)]
    values, y = flat(done.arrays), done.layers[3].y[0].tolist()
    return Pencil(
        sheet=sheet,
        relu=given.layer is Relu,
        show=show,
        step=step,
        values=values,
        gradients=gradients,
        slopes=slopes,
        y=y,
        t=given.t,
        loss=done.loss,
        number=number,
        delta=delta,
        losses=losses_along(sheet, number),
        moved=there.loss,
        switched=given.layer is Relu and not np.array_equal(*signs),
        hidden=bool(answers),
        judged=judge(read_answers(answers), values, gradients, slopes, y),
    )


# touch


def grab(layout, hand, values):
    """A press chooses the number there, a drag up and down moves it; arrow keys do both."""
    if hand.down is None:
        order = NUMBERS.index(values["number"]) + hand.dx
        delta = values["delta"] + 0.05 * hand.dy
        return {"number": NUMBERS[order % len(NUMBERS)], "delta": delta}
    name, _far = nearest_number(*hand.down, values["show"], layout)
    if (hand.x, hand.y) == tuple(hand.down):
        return {"number": name}
    return {"number": name, "delta": (hand.y - hand.down[1]) / PIXELS}


def tell(layout, x, y, data):
    """The name of a number, and its gradient where that is shown."""
    name, far = nearest_number(x, y, data.show, layout)
    if far > NEAR:
        return ""
    words = f"{name} = {short(data.values[name])}" if PLACES[name][0] in data.known else name
    return words + (f", d{name} = {short(data.gradients[name])}" if data.seen(name) else "")


def pencil_panel(*, predict=False, hide=(), **start):
    """Walk through the network, nudge a number; or, with predict=True, find its gradients."""
    number = choice(_("number"), NUMBERS, "s[0]" if predict else "W2[0, 0]")

    def here():
        return layout_of(panel.figure)

    panel = Panel(
        title=_("A whole network on paper"),
        controls={
            "step": Walker(_("step"), LAST, LAST),
            "show": choice(
                _("show"), {_("neurons"): "neurons", _("matrices"): "matrices"}, "neurons"
            ),
            "sheet": choice(_("sheet"), {_(name): name for name in SHEETS}),
            "number": number,
            "delta": slider(_("move it by Δ"), -REACH, REACH, 0.05, 0.0 if predict else 0.5),
            "answers": Answers(number, ("hidden",) if predict else ()),
        },
        compute=compute_pencil,
        draw=draw_pencil,
        describe=describe_pencil,
        figsize=SIZES["normal"],
        narrow=SIZES["narrow"],
        lecture=SIZES["lecture"],
        touch={
            "net": lambda hand, values: grab(here(), hand, values),
            "loss": ("delta", None),
        },
        stops=[{"step": 6}, {"number": "W1[1, 1]", "delta": 1.0}],
        hover={"net": lambda x, y, data: tell(here(), x, y, data)},
        hide=((hide,) if isinstance(hide, str) else tuple(hide)) + (("step",) if predict else ()),
    )
    return panel.start(start)

"""Break a layer on purpose, and see which parameter's gradient check notices (book 5.7.3)."""

from gettext import gettext as _
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from common.gradient import relative_error
from common.layers import Affine, Relu, SoftmaxWithLoss
from common.two_layer_net import TwoLayerNet

from .shell import N_, Panel, artists, choice, layout_of, slider
from .shell.style import BLACK, BLUE, GREEN, GREY, NORMAL, ORANGE, PURPLE, RED, SMALL, add_axes

SIZE = 4  # batch, inputs, hidden neurons, classes: all alike, so that wrong shapes fit too
AGREE, WRONG = 1e-6, 1e-2  # thresholds of the relative error in float64
LOWEST = 1e-15  # where the axis of the picture begins
NAMES = ("W1", "b1", "W2", "b2")


class NoTranspose(Affine):
    def backward(self, dout, need_dx=True):
        dx = super().backward(dout, need_dx)
        return None if dx is None else dout @ self.W


class SwappedProduct(Affine):
    def backward(self, dout, need_dx=True):
        dx = super().backward(dout, need_dx)
        self.dW = dout.T @ self.x
        return dx


class WrongAxis(Affine):
    def backward(self, dout, need_dx=True):
        dx = super().backward(dout, need_dx)
        self.db = dout.sum(axis=1)
        return dx


class OpenRelu(Relu):
    def backward(self, dout):
        return dout


class WrongSign(SoftmaxWithLoss):
    def backward(self, dout=1):
        return -super().backward(dout)


class NoMean(SoftmaxWithLoss):
    def backward(self, dout=1):
        return super().backward(dout) * len(self.t)


NONE = N_("no fault")
UNSEEN = N_("Affine1: dx without the transpose")
FAULTS = {  # what is broken, in words -> (where it stands, the class that takes the place)
    NONE: (None, None),
    N_("Affine2: dx without the transpose"): ("Affine2", NoTranspose),
    UNSEEN: ("Affine1", NoTranspose),
    N_("Affine2: dW with its product swapped"): ("Affine2", SwappedProduct),
    N_("Affine1: db summed along the wrong axis"): ("Affine1", WrongAxis),
    N_("Relu1: every gradient passes"): ("Relu1", OpenRelu),
    N_("loss: t − y instead of y − t"): ("loss", WrongSign),
    N_("loss: not divided by N"): ("loss", NoMean),
}


class Check(NamedTuple):
    fault: str
    dtype: str
    seed: int
    backprop: dict  # parameter -> gradient by backpropagation
    measured: dict  # parameter -> the same by small steps
    errors: dict  # parameter -> relative error
    verdicts: dict  # parameter -> "agrees", "look closer" or "wrong"


def compute_gradient_check(fault, dtype, seed):
    """Both gradients of a 4-4-4 network with one fault built in, and how far they are apart."""
    net, x, t = _network_away_from_kinks(seed, np.dtype(dtype))
    place, broken = FAULTS[fault]
    if place == "loss":
        net.last_layer = broken()
    elif place is not None:
        given = [net.params[key + place[-1]] for key in "Wb"] if "Affine" in place else []
        net.layers[place] = broken(*given)
    backprop, measured = net.gradient(x, t), net.numerical_gradient(x, t)
    errors = {name: relative_error(backprop[name], measured[name]) for name in NAMES}
    verdicts = {name: verdict(error) for name, error in errors.items()}
    return Check(fault, dtype, seed, backprop, measured, errors, verdicts)


def verdict(error):
    """What a relative error says."""
    return "agrees" if error < AGREE else "wrong" if error > WRONG else "look closer"


def _network_away_from_kinks(seed, dtype):
    """A network and a batch whose sums before ReLU all keep off 0: no small step crosses it."""
    rng = np.random.default_rng(seed)
    while True:
        net = TwoLayerNet(SIZE, SIZE, SIZE, weight_init_std=1.0, rng=rng, dtype=dtype)
        x = rng.normal(size=(SIZE, SIZE)).astype(dtype)
        sums = net.layers["Affine1"].forward(x)
        if np.abs(sums).min() > 0.05 and np.all((sums > 0).any(axis=0) & (sums < 0).any(axis=0)):
            return net, x, rng.permutation(SIZE)


# drawing

MARKS = {"agrees": "✓", "look closer": "?", "wrong": "✗"}
LOOKS = {"agrees": (BLUE, ""), "look closer": (ORANGE, "//"), "wrong": (RED, "xx")}
DOTS = {"W1": (BLUE, "o"), "b1": (GREEN, "s"), "W2": (RED, "x"), "b2": (PURPLE, "^")}


def draw_gradient_check(figure, data):
    art = artists(figure, _lay_out)
    for name in NAMES:
        error, said = data.errors[name], data.verdicts[name]
        color, hatch = LOOKS[said]
        art.bars[name].set_width(max(error, 2 * LOWEST))
        art.bars[name].set(facecolor=color, hatch=hatch)
        digits = f"{error:.2f}" if error > WRONG else f"{error:.0e}".replace("-", "−")
        word = "" if layout_of(figure) == "narrow" else f" {said}"
        art.texts[name].set_text(f"{digits}  {MARKS[said]}{word}")
        art.texts[name].set_fontweight("bold" if said == "wrong" else "normal")
        art.dots[name].set_data(data.measured[name].ravel(), data.backprop[name].ravel())
    largest = max(np.abs(g).max() for g in (*data.measured.values(), *data.backprop.values()))
    reach = 2.0 ** np.ceil(np.log2(1.05 * largest))  # steps, so that the plane seldom changes
    art.plane.set(xlim=(-reach, reach), ylim=(-reach, reach))
    art.diagonal.set_data([-reach, reach], [-reach, reach])


BOXES = {
    "normal": ((0.06, 0.17, 0.56, 0.7), (0.745, 0.17, 0.23, 0.7)),
    "narrow": ((0.12, 0.6, 0.87, 0.34), (0.27, 0.09, 0.67, 0.38)),
    "lecture": ((0.06, 0.2, 0.53, 0.66), (0.74, 0.2, 0.23, 0.66)),
}


def _lay_out(figure):
    bars_at, plane_at = BOXES[layout_of(figure)]
    wide = layout_of(figure) == "normal"
    axes = add_axes(figure, bars_at, xlabel=_("relative error"))
    axes.set_title(_("backpropagation against small steps"), fontsize=NORMAL, loc="left")
    axes.set(xscale="log", xlim=(LOWEST, 3e5 if wide else 1e9), ylim=(3.6, -0.9), yticks=range(4))
    axes.set_yticklabels(NAMES, fontsize=NORMAL)
    axes.set_xticks([1e-15, 1e-12, 1e-9, AGREE, WRONG, 1] if wide else [1e-12, AGREE, WRONG])
    axes.minorticks_off()
    for place, style in ((AGREE, "--"), (WRONG, "-")):
        axes.axvline(place, color=GREY, linewidth=1, linestyle=style)
    zones = (_("agree"), _("look closer"), _("wrong")) if wide else MARKS.values()
    for words, x in zip(zones, (3e-11, 1e-4, 1e-1 if wide else 3e1), strict=True):
        axes.text(x, -0.62, words, color=GREY, fontsize=SMALL, ha="center", va="center")
    bars = axes.barh(range(4), [1] * 4, left=0, height=0.5, animated=True)
    paper = {"facecolor": "white", "edgecolor": "none", "pad": 1.5, "alpha": 0.85}
    plane = add_axes(
        figure,
        plane_at,
        xlabel=_("slope by small steps"),
        ylabel=_("by backpropagation"),
        title=_("every parameter"),
    )
    (diagonal,) = plane.plot([], [], color=BLACK, linewidth=0.8, animated=True)
    dots = {
        name: plane.plot(
            [], [], marker, color=color, markersize=6, alpha=0.8, label=name, animated=True
        )[0]
        for name, (color, marker) in DOTS.items()
    }
    plane.legend(fontsize=SMALL, loc="upper left", frameon=False, handletextpad=0.1)
    return SimpleNamespace(
        bars=dict(zip(NAMES, bars, strict=True)),
        texts={
            name: axes.text(3, i, "", fontsize=NORMAL, va="center", bbox=paper, animated=True)
            for i, name in enumerate(NAMES)
        },
        plane=plane,
        diagonal=diagonal,
        dots=dots,
    )


# words


def describe_gradient_check(data):
    text = _("{fault}, {dtype}, draw {seed}. ").format(
        fault=_(data.fault), dtype=data.dtype, seed=data.seed
    )
    parts = []
    for said, words in (
        ("agrees", _("agree: {names}")),
        ("look closer", _("between the thresholds: {names}")),
        ("wrong", _("wrong: {names}")),
    ):
        names = [name for name in NAMES if data.verdicts[name] == said]
        if said == "wrong":
            names = [f"{name} ({data.errors[name]:.2f})" for name in names]
        if names:
            parts.append(words.format(names=", ".join(names)))
    found = "; ".join(parts)
    return text + found[0].upper() + found[1:] + ". " + _reason(data)


def _reason(data):
    _place, broken = FAULTS[data.fault]
    if broken is None and data.dtype == "float32":
        return _("Nothing is broken: float32 has too few digits for steps of 0.0001.")
    reasons = {
        None: _("Both ways give the same gradient."),
        NoTranspose: _("Only what lies before layer 2 hears of its dx: layer 1."),
        SwappedProduct: _("dW is made at the end of its own path: no other parameter needs it."),
        WrongAxis: _("db is made at the end of its own path: no other parameter needs it."),
        OpenRelu: _("All that lies before the ReLU is wrong, and what lies behind it is right."),
        WrongSign: _("Everything goes back through the loss: every gradient is turned around."),
        NoMean: _("Everything goes back through the loss: every gradient is 4 times too large."),
    }
    if data.fault == UNSEEN:
        return _("Nobody asks for the dx of the first layer, so no parameter notices the fault.")
    return reasons[broken]


def gradient_check_panel(*, hide=(), **start):
    """A small network, one fault of your choice, and the check of its four parameters."""
    panel = Panel(
        title=_("A gradient check with a fault built in"),
        controls={
            "fault": choice(_("fault"), {_(fault): fault for fault in FAULTS}),
            "dtype": choice(_("numbers"), ["float64", "float32"]),
            "seed": slider(_("draw of weights and data"), 0, 9, 1, 0),
        },
        compute=compute_gradient_check,
        draw=draw_gradient_check,
        describe=describe_gradient_check,
        figsize=(9.6, 3.5),
        narrow=(3.6, 6.0),
        lecture=(7.2, 3.0),
        presets={
            _("sound"): {"fault": NONE, "dtype": "float64"},
            _("sound, in float32"): {"fault": NONE, "dtype": "float32"},
            _("a fault that no check sees"): {"fault": UNSEEN, "dtype": "float64"},
        },
        hide=hide,
    )
    return panel.start(start)

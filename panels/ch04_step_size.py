"""Which step h measures a slope best? Forward and central differences over all h (book 4.3).

The error of a difference has two parts. The truncation error, because a chord is no tangent, grows
with h: like h for the forward difference, like h² for the central one. The rounding error, because
f(x + h) and f(x) are stored with few digits, grows like 1/h. Between them lies the best h.
On the curve the point can be dragged, and the chords' ends; on the errors, h.
"""

from gettext import gettext as _
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from .shell import Panel, artists, choice, layout_of, log_slider, slider
from .shell.style import BLACK, BLUE, GREY, LIGHT, NORMAL, RED, SMALL, add_axes

FUNCTIONS = {  # name -> (f, its exact derivative)
    "sin x": (np.sin, np.cos),
    "exp x": (np.exp, np.exp),
    "x³": (lambda x: x * x * x, lambda x: 3 * x * x),
    "0.01x² + 0.1x": (
        lambda x: x.dtype.type(0.01) * x * x + x.dtype.type(0.1) * x,
        lambda x: 0.02 * x + 0.1,
    ),
}
HEIGHTS = {  # of the drawn piece of each curve: its lowest and its highest f(x)
    "sin x": (-1.6, 1.6),
    "exp x": (-3.0, 24.0),
    "x³": (-32.0, 32.0),
    "0.01x² + 0.1x": (-0.4, 0.7),
}
SIDE = 4.2  # the curve is drawn from -SIDE to SIDE
PRECISIONS = {"float64": np.float64, "float32": np.float32}
METHODS = ("forward", "central")
H = 10.0 ** np.arange(-18, 0.01, 0.1)
SMOOTH = 5  # places to each side that are averaged before the best h is looked for
LARGEST_FIT = 0.21  # the largest h at which a slope is fitted
LEAST_ERROR = 1e-16  # that is drawn
LOOKS = {"forward": (RED, "--", "s"), "central": (BLUE, "-", "o")}
PLACES = {  # of each layout the axes: left, bottom, width, height, as shares of the figure
    "normal": ((0.065, 0.17, 0.34, 0.73), (0.47, 0.17, 0.51, 0.73)),
    "narrow": ((0.14, 0.64, 0.81, 0.31), (0.14, 0.085, 0.81, 0.43)),
    "lecture": ((0.065, 0.19, 0.33, 0.69), (0.475, 0.19, 0.495, 0.69)),
}


class StepSize(NamedTuple):
    function: str
    x: float
    precision: str
    h: float
    exact: float  # the derivative
    values: dict  # method -> the difference at h
    errors: dict  # (method, precision) -> its error at every H, (181,)
    best: dict  # method -> the h with the smallest error in the chosen precision
    slopes: dict  # method -> the power of h that its truncation error follows; nan if none is seen
    ends: dict  # method -> the two points of its chord, (x, x), (y, y)
    lines: dict  # method -> the same chord, drawn on to the edges of the picture
    tangent: np.ndarray  # (2,) the exact one's heights at the edges of the picture
    heights: np.ndarray  # (131,) f at CURVE


ACROSS = np.array([-SIDE, SIDE])
CURVE = np.linspace(-SIDE, SIDE, 131)


def difference(f, x, h, method):
    """The forward difference (f(x + h) - f(x)) / h or the central one, in the dtype of x."""
    shape = np.broadcast(x, h).shape
    x, h = np.atleast_1d(x, h)  # NumPy 1 makes float64 of 2 times a lone float32
    below = x if method == "forward" else x - h
    width = h if method == "forward" else 2 * h
    return ((f(x + h) - f(below)) / width).reshape(shape)[()]


def compute_step_size(function, x, precision, h):
    """The differences at h, and their errors, best h and slopes over all H."""
    f, derivative = FUNCTIONS[function]
    errors = {
        (method, name): _errors(f, derivative, dtype(x), H.astype(dtype), method)
        for method in METHODS
        for name, dtype in PRECISIONS.items()
    }
    dtype = PRECISIONS[precision]
    at, step = dtype(x), dtype(h)
    ends = {method: _ends(f, np.float64(x), h, central=method == "central") for method in METHODS}
    return StepSize(
        function=function,
        x=x,
        precision=precision,
        h=h,
        exact=float(derivative(np.float64(at))),
        values={method: float(difference(f, at, step, method)) for method in METHODS},
        errors=errors,
        best={method: best_h(errors[method, precision]) for method in METHODS},
        slopes={
            method: truncation_slope(errors[method, precision], f(at), dtype) for method in METHODS
        },
        ends=ends,
        lines={method: _drawn_on(*ends[method]) for method in METHODS},
        tangent=(f(np.float64(x)) + float(derivative(np.float64(x))) * (ACROSS - x)),
        heights=f(CURVE),
    )


def _errors(f, derivative, x, h, method):
    """How far the difference at each h is from the derivative at x as it is stored."""
    measured = difference(f, np.full_like(h, x), h, method)
    return np.abs(measured.astype(float) - derivative(np.float64(x)))


def best_h(errors):
    """The h of the smallest error, where errors are averaged (as logarithms) over neighbours.

    Single errors are lucky or not: rounding is a matter of chance.
    """
    logs = np.log10(np.maximum(errors, 1e-17))
    padded = np.pad(logs, SMOOTH, mode="edge")
    window = np.ones(2 * SMOOTH + 1) / (2 * SMOOTH + 1)
    return float(H[np.argmin(np.convolve(padded, window, mode="valid"))])


def truncation_slope(errors, height, dtype):
    """The power of h that the errors follow where rounding is negligible; nan if that is nowhere.

    A difference of two values of f of size `height` is off by up to about eps · height / h.
    """
    rounding = np.finfo(dtype).eps * max(abs(float(height)), 0.1) / H
    places = (errors > 10 * rounding) & (H <= LARGEST_FIT) & (errors < 0.5)
    if places.sum() < 5:
        return float("nan")
    return float(np.polyfit(np.log10(H[places]), np.log10(errors[places]), 1)[0])


def _ends(f, x, h, *, central):
    places = np.array([x - h if central else x, x + h])
    return places, f(places)


def _drawn_on(x, y):
    """The line through both ends of a chord; level if h is lost beside x, and there is one end."""
    slope = 0.0 if x[0] == x[1] else (y[1] - y[0]) / (x[1] - x[0])
    return ACROSS, y[0] + slope * (ACROSS - x[0])


def grab_curve(hand, values):
    """Near an end of a chord, h is dragged; anywhere else the point."""
    if hand.down is None:
        return {"x": values["x"] + 0.1 * hand.dx, "h": values["h"] * 10 ** (0.25 * hand.dy)}
    x, h = hand.before["x"], hand.before["h"]
    off = abs(hand.down[0] - x)
    if h > 0.2 and abs(off - h) < min(0.15, h / 2):
        return {"h": max(abs(hand.x - x), 1e-3)}
    return {"x": hand.x}


def draw_step_size(figure, data):
    art = artists(figure, _lay_out)
    if art.name != data.function:
        art.name = data.function
        art.curve.set_data(CURVE, data.heights)
        art.function.set_ylim(HEIGHTS[data.function])
        art.function.set_title(f"f(x) = {data.function}", fontsize=NORMAL, loc="left")
    if art.precision != data.precision:
        art.precision = data.precision
        art.other = next(name for name in PRECISIONS if name != data.precision)
        text = _("error in {precision} (thin: {other})")
        art.title.set_text(text.format(precision=data.precision, other=art.other))
    art.tangent.set_data(ACROSS, data.tangent)
    art.point.set_data([data.x], [np.interp(data.x, CURVE, data.heights)])
    for method in METHODS:
        art.chords[method].set_data(*data.lines[method])
        art.ends[method].set_data(*data.ends[method])
        for role, precision in (("chosen", data.precision), ("other", art.other)):
            errors = data.errors[method, precision]
            art.errors[method, role].set_data(H, np.where(errors > 0, errors, np.nan))
        errors = np.maximum(data.errors[method, data.precision], LEAST_ERROR)
        for mark, h in ((art.best, data.best[method]), (art.here, data.h)):
            mark[method].set_data([h], [np.interp(h, H, errors)])
    art.h.set_xdata([data.h, data.h])


def _lay_out(figure):
    boxes = PLACES[layout_of(figure)]
    function = add_axes(figure, boxes[0], xlabel="x", label="curve")
    function.set(xlim=(-SIDE, SIDE), xticks=[-4, -2, 0, 2, 4])
    error = add_axes(figure, boxes[1], xlabel=_("step h"), label="errors")
    error.set(xscale="log", yscale="log", xlim=(1e-18, 1.3), ylim=(LEAST_ERROR, 1e2))
    error.set_xticks(10.0 ** np.arange(-18, 1, 3 if layout_of(figure) == "normal" else 6))
    error.set_yticks(10.0 ** np.arange(-16, 3, 4))
    error.minorticks_off()
    error.grid(color=LIGHT, linewidth=0.6)
    names = {"forward": _("forward"), "central": _("central")}
    chords, ends, errors, best, here = {}, {}, {}, {}, {}
    (curve,) = function.plot([], [], color=BLACK, linewidth=1.8)
    for method, (color, style, marker) in LOOKS.items():
        own = {"color": color, "linestyle": style, "animated": True}
        alone = {"color": color, "linestyle": "none", "animated": True, "marker": marker}
        (chords[method],) = function.plot([], [], linewidth=1.4, **own)
        (ends[method],) = function.plot([], [], markersize=6, **alone)
        for role, width, alpha in (("other", 0.8, 0.45), ("chosen", 1.7, 1)):
            (errors[method, role],) = error.plot(
                [], [], linewidth=width, alpha=alpha, **own,
                label=names[method],
            )  # fmt: skip
        (best[method],) = error.plot(
            [], [], markersize=10, markerfacecolor="white", markeredgewidth=2, zorder=5, **alone,
            label=_("its best h"),
        )  # fmt: skip
        (here[method],) = error.plot([], [], markersize=5, zorder=6, clip_on=False, **alone)
    (tangent,) = function.plot([], [], color=GREY, linewidth=4, alpha=0.5, animated=True, zorder=1)
    function.legend(
        handles=[tangent], labels=[_("exact")], fontsize=SMALL, loc="lower right", frameon=False,
        borderaxespad=0.1, handlelength=1.8,
    )  # fmt: skip
    shown = [line for method in METHODS for line in (errors[method, "chosen"], best[method])]
    error.legend(
        handles=shown, fontsize=SMALL, loc="lower left", ncols=2, framealpha=0.9,
        edgecolor="none", borderaxespad=0.2, columnspacing=1, handlelength=1.8,
    )  # fmt: skip
    (point,) = function.plot([], [], "o", color=BLACK, markersize=8, animated=True, zorder=5)
    return SimpleNamespace(
        name=None,
        precision=None,
        other=None,
        function=function,
        curve=curve,
        point=point,
        tangent=tangent,
        chords=chords,
        ends=ends,
        errors=errors,
        best=best,
        here=here,
        h=error.axvline(1, ymin=0.24, color=GREY, linewidth=1.2, linestyle=":", animated=True),
        title=error.set_title("", fontsize=NORMAL, loc="left"),
    )


def describe_step_size(data):
    if data.values["forward"] == data.values["central"] == 0 and data.exact != 0:
        here = _("h = {h:.1e} is lost beside x: both differences are 0 instead of {exact:.6g}.")
        now = here.format(h=data.h, exact=data.exact)
    else:
        now = _(
            "h = {h:.1e} in {precision}: forward {forward:.6g}, central {central:.6g}, exact "
            "{exact:.6g}."
        ).format(h=data.h, precision=data.precision, exact=data.exact, **data.values)
    best = _("Best h: {forward:.0e} forward, {central:.0e} central.").format(**data.best)
    return f"{now} {best} {_about_slopes(data)}"


def _about_slopes(data):
    forward, central = (data.slopes[method] for method in METHODS)
    if np.isnan(central) and data.function == "0.01x² + 0.1x":
        return _(
            "The forward error grows like h^{power:.1f}; the central difference of a quadratic has "
            "no truncation error at all, only rounding."
        ).format(power=forward)
    powers = [
        _("h^{power:.1f}").format(power=one) if np.isfinite(one) else _("no clear power of h")
        for one in (forward, central)
    ]
    text = _("To the right of it the errors grow like {forward} forward and {central} central.")
    text = text.format(forward=powers[0], central=powers[1])
    if np.isfinite(forward) and forward > 1.5:
        text += " " + _("(The curve does not bend at this x, which flatters the forward one.)")
    return text


def step_size_panel(*, hide=(), **start):
    """A function, a place x, a precision and a step h."""
    panel = Panel(
        title=_("Which step h measures a slope best?"),
        controls={
            "function": choice(_("function"), FUNCTIONS.keys()),
            "x": slider(_("at x"), -3.0, 3.0, 0.1, 1.0),
            "precision": choice(_("numbers"), PRECISIONS.keys()),
            "h": log_slider(_("step h"), -18, 0, 0.25, 10**-0.25),
        },
        compute=compute_step_size,
        draw=draw_step_size,
        describe=describe_step_size,
        figsize=(9.4, 3.6),
        narrow=(3.6, 6.4),
        lecture=(7.2, 2.8),
        touch={"curve": grab_curve, "errors": ("h", None)},
        presets={
            _("h far too large"): {"h": 1.0},
            _("h far too small"): {"h": 1e-17},
            _("a good h for float64"): {"precision": "float64", "h": 1e-5},
            _("the same h in float32"): {"precision": "float32", "h": 1e-5},
            _("a quadratic"): {"function": "0.01x² + 0.1x", "precision": "float64"},
        },
        stops=[{"precision": "float32"}, {"function": "exp x"}, {"function": "x³"}],
        hide=hide,
    )
    return panel.start(start)

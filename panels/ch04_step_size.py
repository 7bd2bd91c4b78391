"""Which step h measures a slope best? Forward and central differences over all h (book 4.3).

The error of a difference has two parts. The truncation error, because a chord is no tangent, grows
with h: like h for the forward difference, like h² for the central one. The rounding error, because
f(x + h) and f(x) are stored with few digits, grows like 1/h. Between them lies the best h.
"""

from gettext import gettext as _
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from .shell import Panel, artists, choice, log_slider, slider
from .shell.style import BLUE, GREY, LIGHT, NORMAL, RED, SMALL, add_axes

FUNCTIONS = {  # name -> (f, its exact derivative)
    "sin x": (np.sin, np.cos),
    "exp x": (np.exp, np.exp),
    "x³": (lambda x: x * x * x, lambda x: 3 * x * x),
    "0.01x² + 0.1x": (
        lambda x: x.dtype.type(0.01) * x * x + x.dtype.type(0.1) * x,
        lambda x: 0.02 * x + 0.1,
    ),
}
PRECISIONS = {"float64": np.float64, "float32": np.float32}
METHODS = ("forward", "central")
H = 10.0 ** np.arange(-18, 0.01, 0.1)
SMOOTH = 5  # places to each side that are averaged before the best h is looked for
LARGEST_FIT = 0.21  # the largest h at which a slope is fitted


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
    chords: dict  # method -> its two points (x, x), (y, y)
    curve: tuple  # (x, y) of f around x


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
    around = np.linspace(x - 1.3, x + 1.3, 131)
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
        chords={method: _chord(f, np.float64(x), h, method == "central") for method in METHODS},
        curve=(around, f(around)),
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


def _chord(f, x, h, central):
    """The chord's line through both of its points, drawn on to the edges of the picture."""
    left, right = (x - h if central else x), x + h
    ends = np.array([x - 1.3, x + 1.3])
    if left == right:  # h is lost beside x
        return ends, np.full(2, f(x))
    slope = (f(right) - f(left)) / (right - left)
    return ends, f(left) + slope * (ends - left)


def draw_step_size(figure, data):
    art = artists(figure, _lay_out)
    x, y = data.curve
    art.curve.set_data(x, y)
    margin = 0.15 * (y.max() - y.min())
    art.function.set(xlim=(x[0], x[-1]), ylim=(y.min() - margin, y.max() + margin))
    art.function.set_title(f"f(x) = {data.function}", fontsize=NORMAL, loc="left")
    place = np.interp(data.x, x, y)
    art.point.set_data([data.x], [place])
    other = next(name for name in PRECISIONS if name != data.precision)
    for method in METHODS:
        art.chords[method].set_data(*data.chords[method])
        shown = {"chosen": data.precision, "other": other}
        for role, precision in shown.items():
            errors = data.errors[method, precision]
            art.errors[method, role].set_data(H, np.where(errors > 0, errors, np.nan))
        best = data.best[method]
        error = np.interp(best, H, data.errors[method, data.precision])
        art.best[method].set_data([best], [max(error, 1e-16)])
    art.h.set_xdata([data.h, data.h])
    art.title.set_text(
        _("error in {precision} (thin: {other})").format(precision=data.precision, other=other)
    )


def _lay_out(figure):
    function = add_axes(figure, (0.08, 0.18, 0.25, 0.7), xlabel="x")
    function.set_ylabel("f(x)", fontsize=SMALL)
    error = add_axes(figure, (0.46, 0.18, 0.53, 0.7), xlabel=_("step h"))
    error.set_ylabel(_("distance from the exact slope"), fontsize=SMALL)
    error.set(xscale="log", yscale="log", xlim=(1e-18, 1.3), ylim=(1e-16, 1e2))
    error.set_xticks(10.0 ** np.arange(-18, 1, 3))
    error.set_yticks(10.0 ** np.arange(-16, 3, 4))
    error.minorticks_off()
    error.grid(color=LIGHT, linewidth=0.6)
    looks = {"forward": (RED, "--", "s"), "central": (BLUE, "-", "o")}
    chords, errors, best = {}, {}, {}
    (curve,) = function.plot([], [], color="black", linewidth=1.8)
    for method, (color, style, marker) in looks.items():
        (chords[method],) = function.plot([], [], color=color, linestyle=style, linewidth=1.4)
        for role, width, alpha in (("other", 0.8, 0.45), ("chosen", 1.7, 1)):
            (errors[method, role],) = error.plot(
                [], [], color=color, linestyle=style, linewidth=width, alpha=alpha,
                label=_("{method} difference").format(method=method) if alpha == 1 else None,
            )  # fmt: skip
        (best[method],) = error.plot(
            [], [], marker, color=color, markersize=10, markerfacecolor="white", zorder=5,
            markeredgewidth=2, linestyle="none", label=_("its best h"),
        )  # fmt: skip
    h = error.axvline(1, color=GREY, linewidth=1.2, linestyle=":")
    error.legend(fontsize=SMALL, loc="lower left", ncols=2, framealpha=0.9, edgecolor="none")
    (point,) = function.plot([], [], "o", color="black", markersize=7)
    return SimpleNamespace(
        function=function,
        curve=curve,
        point=point,
        chords=chords,
        errors=errors,
        best=best,
        h=h,
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
            "h": log_slider(_("step h"), -18, 0, 0.25, 0.1),
        },
        compute=compute_step_size,
        draw=draw_step_size,
        describe=describe_step_size,
        figsize=(9.4, 3.7),
        presets={
            _("h far too large"): {"h": 1.0},
            _("h far too small"): {"h": 1e-17},
            _("a good h for float64"): {"precision": "float64", "h": 1e-5},
            _("the same h in float32"): {"precision": "float32", "h": 1e-5},
            _("a quadratic"): {"function": "0.01x² + 0.1x", "precision": "float64"},
        },
        hide=hide,
    )
    return panel.start(start)

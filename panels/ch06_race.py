"""The race: six optimizers walk down one landscape from the same start (book 6.1).

The steps are those of the classes in `common.optimizer`, on params {"x": …, "y": …}.
"""

from functools import lru_cache
from gettext import gettext as _
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from common import optimizer as optimizers

from .outlines import Letters
from .shell import Panel, Scrubber, Several, artists, choice, layout_of, slider, toggle
from .shell.style import BLACK, GREY, LOOKS, NORMAL, SMALL, add_axes
from .surfaces import SURFACES, X_RANGE, Y_RANGE, draw_surface

NAMES = ("SGD", "Momentum", "Nesterov", "AdaGrad", "RMSprop", "Adam")
BOOK = {"SGD": 0.95, "Momentum": 0.1, "AdaGrad": 1.5, "Adam": 0.3}  # its rates for x²/20 + y²
RATES = {**BOOK, "Nesterov": 0.1, "RMSprop": 0.1}
LAST = 60  # steps of a race
FAR = 1e3  # a place farther out than this counts as run away
NEAR = 0.1  # a place this close to a minimum counts as arrived, if the path stays there


class Runner(NamedTuple):
    name: str
    lr: float
    points: np.ndarray  # (n, 2): the start and the place after each step; it ends where it is FAR
    heights: np.ndarray  # (n,)
    arrived: int  # the first step from which on it stays NEAR a minimum; -1 if there is none
    lost_at: int  # the step at which it was FAR; -1 if it never was


class Race(NamedTuple):
    surface: str
    start: tuple
    momentum: float
    step: int
    runners: tuple


def compute_race(surface, start, rates, momentum, step):
    """All paths, and how far they are after `step` steps.

    rates: for each of NAMES in turn whether it runs, and its learning rate: see `racers`.
    """
    pairs = zip(NAMES, rates[::2], rates[1::2], strict=True)
    runners = tuple(walk(surface, name, lr, momentum, start) for name, on, lr in pairs if on)
    return Race(surface, start, momentum, step, runners)


@lru_cache(maxsize=400)
def walk(surface, name, lr, momentum, start):
    """LAST steps of one optimizer, as a Runner."""
    f, options = SURFACES[surface], {}
    if name in ("Momentum", "Nesterov"):
        options["momentum"] = momentum
    optimizer = getattr(optimizers, name)(lr=lr, **options)
    params = dict(zip("xy", start, strict=True))
    points = [start]
    while len(points) <= LAST and np.hypot(*points[-1]) <= FAR:
        grads = dict(zip("xy", map(float, f.gradient(*points[-1])), strict=True))
        optimizer.update(params, grads)
        points.append((float(params["x"]), float(params["y"])))
    points = np.array(points)
    lost = len(points) - 1 if not np.hypot(*points[-1]) <= FAR else -1
    return Runner(name, lr, points, f.height(*points.T), _arrival(f, points), lost)


def _arrival(f, points):
    """The first step from which on the path stays NEAR one minimum, or -1."""
    for minimum in f.minima:
        inside = np.hypot(*(points - minimum).T) < NEAR
        if inside[-1]:
            return int(len(inside) - np.argmin(inside[::-1])) if not inside.all() else 0
    return -1


def draw_race(figure, data):
    art = artists(figure, _lay_out)
    if art.surface != data.surface:
        for drawn in art.drawn:
            drawn.remove()
        art.drawn[:] = draw_surface(art.map, data.surface)
        art.map.set_title(f"f = {SURFACES[data.surface].formula}", fontsize=NORMAL, loc="left")
        art.surface, art.ends = data.surface, _scale(art.height, SURFACES[data.surface])
    art.start.set_data(*np.reshape(data.start, (2, 1)))
    running = {runner.name: runner for runner in data.runners}
    lengths = {name: _length(runner, data.step) for name, runner in running.items()}
    for name, (path, end, line, top) in art.lines.items():
        points, heights = np.empty((0, 2)), np.empty(0)
        if name in running:
            points = np.clip(running[name].points[: data.step + 1], -1e4, 1e4)
            heights = np.clip(running[name].heights[: data.step + 1], *art.ends)
        steps = np.arange(len(heights))
        path.set_data(*points.T)
        end.set_data(*points[-1:].T)
        line.set_data(steps, heights)
        top.set_data(steps[-1:], heights[-1:])
    for place, name in enumerate(sorted(lengths, key=lengths.get, reverse=True)):
        for artist, floor in zip(art.lines[name], (4, 7, 4, 7), strict=True):
            artist.set_zorder(floor + place / 10)  # the shortest on top: no path hides another
    art.now.set_xdata([data.step, data.step])
    art.rates.write(
        (*place, f"lr {running[name].lr:.4g}" if name in running else _("rests"), -1)
        for name, place in art.places.items()
    )


def _length(runner, step):
    """How long the path is until this step."""
    return np.hypot(*np.diff(runner.points[: step + 1], axis=0).T).sum()


def _scale(axes, surface):
    """-> lowest and highest f that is drawn: on a logarithmic axis, or on one for both signs."""
    corners = np.array([surface.height(x, y) for x in X_RANGE for y in Y_RANGE])
    top = 10.0 ** np.ceil(np.log10(np.abs(corners).max()))
    low = 1e-6 if surface.minima else -10 * top
    if surface.minima:
        axes.set_yscale("log")
    else:
        axes.set_yscale("symlog", linthresh=1)
        top *= 10
    axes.set_yticks([-1000, -10, 0, 10, 1000] if low < 0 else 10.0 ** np.arange(-6, 5, 2))
    axes.set_ylim(low, top)
    axes.minorticks_off()
    return low, top


class Plan(NamedTuple):
    """A layout in inches: its size; left, bottom, width and height of axes; the key."""

    size: tuple
    ground: tuple
    height: tuple
    key: tuple  # left and top of its first entry


PLANS = {
    "normal": Plan((10.4, 4.0), (0.35, 0.3, 5.3, 3.43), (6.4, 0.3, 3.85, 2.55), (6.4, 3.8)),
    "lecture": Plan((7.2, 2.95), (0.35, 0.96, 2.69, 1.741), (4.3, 0.3, 2.75, 2.4), (0.1, 0.55)),
    "narrow": Plan((3.6, 6.0), (0.35, 3.72, 3.1, 2.006), (0.5, 0.3, 2.95, 2.0), (0.06, 3.22)),
}
ENTRY = (1.74, 0.23)  # inches: from one entry of the key, of two columns, to the next


def _lay_out(figure):
    plan, (width, height) = PLANS[layout_of(figure)], figure.get_size_inches()
    inches = (width, height, width, height)
    plane = add_axes(figure, np.divide(plan.ground, inches), label="ground")
    fall = add_axes(figure, np.divide(plan.height, inches), label="heights")
    plane.set(xticks=range(-6, 7, 3), yticks=range(-4, 5, 2))
    for x, y, name in ((0.98, -0.025, "x"), (-0.015, 1, "y")):
        plane.text(x, y, name, transform=plane.transAxes, fontsize=SMALL, ha="right", va="top")
    fall.set_title(_("height f, step by step"), fontsize=NORMAL, loc="left")
    fall.set(xlim=(-1, LAST + 1), xticks=range(0, LAST + 1, 20))
    fall.grid(color="#E5E5E5", linewidth=0.6)
    moving = {"linestyle": "none", "color": BLACK, "animated": True}
    (start,) = plane.plot(
        [], [], marker="s", markersize=10, markerfacecolor="white", zorder=6, **moving
    )
    lines, places, (left, top) = {}, {}, plan.key
    key = add_axes(figure, (0, 0, 1, 1), frame=False)
    key.set(xlim=(0, width), ylim=(0, height), zorder=-1)
    for i, name in enumerate(NAMES):
        color, style, marker = LOOKS[name]
        line = {"color": color, "linestyle": style, "linewidth": 1.6}
        dot = {"color": color, "marker": marker, "markersize": 8, "markeredgecolor": "white"}
        still = {**moving, **dot}
        lines[name] = (
            *plane.plot([], [], marker=marker, markersize=3, animated=True, **line),
            *plane.plot([], [], **still),
            *fall.plot([], [], animated=True, **line),
            *fall.plot([], [], clip_on=False, **still),
        )
        x, y = left + ENTRY[0] * (i % 2), top - ENTRY[1] * (i // 2)
        key.plot([x, x + 0.3], [y, y], **line)
        key.plot(x + 0.15, y, **{**dot, "markersize": 6})
        key.text(x + 0.34, y, name, fontsize=SMALL, va="center")
        places[name] = x + 1.18, y
    (now,) = fall.plot([0, 0], [0, 1], transform=fall.get_xaxis_transform(), clip_on=False,
                       **{**moving, "color": GREY, "linestyle": ":", "marker": "v"})  # fmt: skip
    return SimpleNamespace(
        map=plane, height=fall, surface=None, drawn=[], ends=None, start=start, lines=lines,
        places=places, now=now, rates=Letters(figure),
    )  # fmt: skip


def describe_race(data):
    (x, y), surface = data.start, _(data.surface)
    where = _("{surface} from ({x:g}, {y:g}), after step {step}").format(
        surface=surface[0].upper() + surface[1:], x=x, y=y, step=data.step
    )
    if not data.runners:
        return where + ": " + _("nobody runs; switch an optimizer on.")
    heights = [(float(r.heights[: data.step + 1][-1]), r.name) for r in data.runners]
    lowest = min((h, name) for h, name in heights if not np.isnan(h))
    lead = _("{name} is lowest with f = {height:.2g}.").format(name=lowest[1], height=lowest[0])
    others = ", ".join(f"{name} {height:.2g}" for height, name in heights if name != lowest[1])
    text = f"{where}: {lead}" + (
        _(" The others: {others}.").format(others=others) if others else ""
    )
    return f"{text} {_verdict(data)}"


def _verdict(data):
    """Who arrives, who runs away, over the whole race."""
    arrived = sorted((r.arrived, r.name) for r in data.runners if r.arrived >= 0)
    lost = [_("{name} at step {step}").format(name=r.name, step=r.lost_at)
            for r in data.runners if r.lost_at >= 0]  # fmt: skip
    parts = []
    if not SURFACES[data.surface].minima:
        parts.append(_("This ground has no lowest point to arrive at."))
    elif arrived:
        names = ", ".join(_("{name} at step {step}").format(name=n, step=s) for s, n in arrived)
        parts.append(_("Of {last} steps, to a minimum (and to stay there): {names}.").format(
            last=LAST, names=names))  # fmt: skip
    else:
        parts.append(_("Nobody settles at a minimum within {last} steps.").format(last=LAST))
    if lost:
        parts.append(_("Run away, beyond all bounds: {names}.").format(names=", ".join(lost)))
    if any(r.name in ("Momentum", "Nesterov") for r in data.runners):
        parts.append(_("(momentum {momentum:.2f})").format(momentum=data.momentum))
    return " ".join(parts)


def racers(**rates):
    """The value of the control `rates`: who runs, and with which learning rate."""
    return tuple(value for name in NAMES for value in (name in rates, rates.get(name, RATES[name])))


def _rate(name):
    made = slider(_("lr of {name}").format(name=name), 0.005, 3.0, 0.005, RATES[name])
    made.readout_format = ".4"  # 0.95, not 0.950
    return made


def race_panel(*, hide=(), **start):
    """Six optimizers, each with its own learning rate; four run at the start, as in the book."""
    parts = [
        part
        for name in NAMES
        for part in (
            toggle(name, name in BOOK),
            _rate(name),
        )
    ]
    equal = racers(**dict.fromkeys(NAMES, 0.1))
    valley = {"surface": "long valley", "start": (-7.0, 2.0), "momentum": 0.9}
    panel = Panel(
        title=_("The race of the optimizers"),
        controls={
            "surface": choice(_("surface"), {_(name): name for name in SURFACES}, "long valley"),
            "momentum": slider(_("momentum"), 0.0, 0.99, 0.01, 0.9),
            "start": Several(
                _("start"),
                [
                    slider(_("start x"), -8.0, 8.0, 0.1, -7.0),
                    slider(_("start y"), -5.0, 5.0, 0.1, 2.0),
                ],
                widths=(300, 300),
            ),
            "rates": Several(_("racers"), parts, widths=(112, 280) * len(NAMES)),
            "step": Scrubber(_("step"), LAST, 30, interval=150),
        },
        compute=compute_race,
        draw=draw_race,
        describe=describe_race,
        figsize=PLANS["normal"].size,
        narrow=PLANS["narrow"].size,
        lecture=PLANS["lecture"].size,
        touch={"ground": "start", "heights": ("step", None)},
        stops=[{**valley, "rates": racers(**{**BOOK, "SGD": 1.12})}],
        presets={
            _("the book's four"): {**valley, "rates": racers(**BOOK)},
            _("SGD alone, a little slower"): {**valley, "rates": racers(SGD=0.8)},
            _("all six, one rate for all"): {**valley, "rates": equal},
            _("a rate too large for SGD"): {
                **valley, "rates": racers(SGD=1.12, Adam=0.3),
            },
            _("off the ridge of the saddle"): {
                "surface": "saddle", "start": (-4.0, 0.1), "momentum": 0.9,
                "rates": equal,
            },
            _("Himmelblau's four minima"): {
                "surface": "Himmelblau", "start": (0.0, 0.0), "momentum": 0.9,
                "rates": racers(SGD=0.01, Momentum=0.005, AdaGrad=1.0, Adam=0.3),
            },
        },
        hide=hide,
    )  # fmt: skip
    return panel.start(start)

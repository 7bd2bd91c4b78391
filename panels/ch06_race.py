"""The race: six optimizers walk down one landscape from the same start (book 6.1).

The steps are those of the classes in `common.optimizer`, on params {"x": …, "y": …}.
"""

from functools import lru_cache
from gettext import gettext as _
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from common import optimizer as optimizers

from .shell import Panel, Scrubber, Several, artists, choice, slider, toggle
from .shell.style import BLACK, GREY, LOOKS, NORMAL, SMALL, add_axes
from .surfaces import SURFACES, draw_surface

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
        art.surface = data.surface
    art.start.set_data(*np.reshape(data.start, (2, 1)))
    running = {runner.name: runner for runner in data.runners}
    shown = []
    for name in NAMES:
        runner = running.get(name)
        points = heights = np.empty((0, 2))[:, 0]
        xs = ys = points
        if runner is not None:
            xs, ys = np.clip(runner.points[: data.step + 1], -1e4, 1e4).T
            heights = runner.heights[: data.step + 1]
            shown.append(runner.heights)
        art.paths[name].set_data(xs, ys)
        art.ends[name].set_data(xs[-1:], ys[-1:])
        art.heights[name].set_data(np.arange(len(heights)), heights)
        art.tops[name].set_data(np.arange(len(heights))[-1:], heights[-1:])
    for place, name in enumerate(
        sorted(running, key=lambda name: -_length(running[name], data.step))
    ):
        art.paths[name].set_zorder(4 + place / 10)  # the shortest on top: no path hides another
        art.ends[name].set_zorder(7 + place / 10)
    _scale(art.height, np.concatenate(shown) if shown else np.ones(1))
    art.now.set_xdata([data.step, data.step])
    handles = [art.paths[name] for name in NAMES if name in running]
    labels = [f"{runner.name}, lr {runner.lr:.3g}" for runner in data.runners]
    order = [NAMES.index(runner.name) for runner in data.runners]
    labels = [label for _place, label in sorted(zip(order, labels, strict=True))]
    art.height.legend(
        handles, labels, fontsize=SMALL, frameon=False, loc="lower left",
        bbox_to_anchor=(-0.12, 1.0), ncols=2, borderaxespad=0, handlelength=2.6,
        columnspacing=1.0,
    )  # fmt: skip


def _length(runner, step):
    """How long the path is until this step."""
    return np.hypot(*np.diff(runner.points[: step + 1], axis=0).T).sum()


def _scale(axes, heights):
    """A logarithmic axis where all heights are above 0, else one that shows both signs."""
    heights = heights[np.isfinite(heights)]
    if heights.min() > -1e-12:
        axes.set_yscale("log")
        axes.set_ylim(1e-6, max(10 * heights.max(), 1e-3) if heights.max() < 1e6 else 1e7)
    else:
        axes.set_yscale("symlog", linthresh=1)
        reach = float(np.clip(3 * np.abs(heights).max(), 10, 1e6))
        axes.set_ylim(-reach, reach)
    axes.minorticks_off()


def _lay_out(figure):
    plane = add_axes(figure, (0.05, 0.13, 0.5, 0.78), xlabel="x", ylabel="y")
    height = add_axes(figure, (0.65, 0.13, 0.34, 0.61), xlabel=_("step"))
    height.set_ylabel(_("height f"), fontsize=SMALL)
    height.set(xlim=(-1, LAST + 1))
    height.grid(color="#E5E5E5", linewidth=0.6)
    (start,) = plane.plot([], [], "s", color="white", markeredgecolor=BLACK, markersize=9, zorder=6)
    paths, ends, heights, tops = {}, {}, {}, {}
    for name in NAMES:
        color, style, marker = LOOKS[name]
        line = {"color": color, "linestyle": style, "linewidth": 1.6}
        dot = {"color": color, "marker": marker, "markersize": 8, "linestyle": "none"}
        (paths[name],) = plane.plot([], [], marker=marker, markersize=3, zorder=4, **line)
        (ends[name],) = plane.plot([], [], markeredgecolor="white", zorder=7, **dot)
        (heights[name],) = height.plot([], [], **line)
        (tops[name],) = height.plot([], [], clip_on=True, markeredgecolor="white", **dot)
    return SimpleNamespace(
        map=plane,
        height=height,
        surface=None,
        drawn=[],
        start=start,
        paths=paths,
        ends=ends,
        heights=heights,
        tops=tops,
        now=height.axvline(0, color=GREY, linewidth=1, linestyle=":"),
    )


def describe_race(data):
    x, y = data.start
    where = _("{surface} from ({x:g}, {y:g}), after step {step}").format(
        surface=data.surface[0].upper() + data.surface[1:], x=x, y=y, step=data.step
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
    return slider(_("lr of {name}").format(name=name), 0.005, 3.0, 0.005, RATES[name])


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
            "surface": choice(_("surface"), SURFACES.keys(), "long valley"),
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
        figsize=(10.4, 4.2),
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

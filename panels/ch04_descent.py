"""Walking downhill: gradient descent on four surfaces, and what the learning rate makes of it.

The slopes are measured by small steps of H, as in the chapter: where H is lost beside a huge value,
the walk stands still. The verdict is read off the path by rules (`judge_path`), not off the rate.
The start can be dragged, and so can the end of the walk, on the heights: step by step, or played.
"""

from gettext import gettext as _
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from .shell import Panel, Scrubber, artists, choice, layout_of, log_slider, slider
from .shell.style import BLACK, GREY, NORMAL, RED, SMALL, add_axes, look
from .surfaces import SURFACES, X_RANGE, Y_RANGE, draw_surface

H = 1e-4  # the step of the central differences, as in the chapter
FLAT = 1e-3  # a gradient shorter than this counts as arrived
FAR = 1e3  # a place farther out than this counts as run away
ENOUGH = 1e100  # the height, up or down, at which a walk is broken off
RECENT = 10  # steps at the end of the path that are looked at for turning back
ENDS = (20, 50, 100, 200)  # where the axis of the steps may end
DECADES = 6  # far from 1 the axis of the heights ends at each so many powers of 10
PLACES = {  # of each layout the axes: left, bottom, width, height, as shares of the figure
    "normal": ((0.05, 0.15, 0.55, 0.76), (0.685, 0.15, 0.3, 0.76)),
    "narrow": ((0.15, 0.62, 0.83, 0.34), (0.21, 0.08, 0.77, 0.42)),
    "lecture": ((0.06, 0.17, 0.53, 0.72), (0.69, 0.17, 0.29, 0.72)),
}


class Descent(NamedTuple):
    surface: str
    lr: float
    points: np.ndarray  # (n + 1, 2), the start and the place after each step
    slope: np.ndarray  # (2,) the gradient at the end
    ahead: np.ndarray  # (2,) where one more step would lead
    values: np.ndarray  # (n + 1,) heights
    steps: int  # how many were asked for; n is less if the walk was broken off
    verdict: str  # "converged", "crawling", "oscillating", "diverged" or "not started"
    reason: str  # in words
    left_at: int  # the first step whose place is outside of the picture, -1 if none is


def compute_descent(surface, lr, x, y, steps):
    """The path of x <- x - lr · gradient from (x, y), and the verdict on it."""
    f = SURFACES[surface]
    points = walk(f, np.array([x, y], dtype=float), lr, steps)
    values, slope = f.height(*points.T), measured_slope(f, *points[-1])
    outside = (np.abs(points[:, 0]) > X_RANGE[1]) | (np.abs(points[:, 1]) > Y_RANGE[1])
    verdict, reason = judge_path(f, points, values, steps)
    return Descent(
        surface=surface,
        lr=lr,
        points=points,
        slope=slope,
        ahead=points[-1] - lr * slope,
        values=values,
        steps=steps,
        verdict=verdict,
        reason=reason,
        left_at=int(outside.argmax()) if outside.any() else -1,
    )


def measured_slope(f, x, y):
    """The gradient by central differences, (2,)."""
    east = f.height(x + H, y) - f.height(x - H, y)
    return np.array([east, f.height(x, y + H) - f.height(x, y - H)]) / (2 * H)


def walk(f, start, lr, steps):
    """The start and the place after each step, (n + 1, 2); it ends before heights pass ENOUGH."""
    points = [start]
    for _step in range(steps):
        place = points[-1] - lr * measured_slope(f, *points[-1])
        if not abs(f.height(*place)) < ENOUGH:  # nan is not less, either
            break
        points.append(place)
    return np.array(points)


def judge_path(f, points, values, steps):
    """One word for the path, and the reason for it.

    diverged: it ends FAR away, or all RECENT steps go up, or down ever more steeply where there is
    no minimum. converged: the gradient at the end is shorter than FLAT. oscillating: most of the
    RECENT steps turn back on the one before. Otherwise: crawling.
    """
    end, slope = points[-1], np.hypot(*f.gradient(*points[-1]))
    if steps == 0:
        return "not started", _("no step was taken")
    recent = points[-RECENT - 1 :]
    rises = np.diff(values[-RECENT - 1 :])
    steeper = np.diff(np.hypot(*f.gradient(*recent.T)))[-3:] > 0
    gone = len(points) <= steps or np.hypot(*end) > FAR
    if values[-1] < values[0] and (gone or (not f.minima and steeper.all())):
        return "diverged", _("the ground falls without end, and there is no lowest point")
    if gone or (values[-1] > values[0] and (rises > 0).all()):
        return "diverged", _("it lands higher and higher; the learning rate is too large here")
    if slope < FLAT:
        return "converged", _kind_of_place(f, end)
    moves = np.diff(recent, axis=0)
    turns = (moves[1:] * moves[:-1]).sum(axis=1) < 0
    if len(turns) and turns.mean() > 0.5:
        nearer = values[-1] < values[len(values) // 2] * (1 - 1e-6)
        if nearer:
            return "oscillating", _("it jumps from side to side, and comes lower as it does")
        return "oscillating", _("it jumps from side to side and comes no lower")
    moved = np.hypot(*(end - points[0]))
    text = _("it has moved by {moved:.2g}, and the ground still slopes by {slope:.2g}")
    return "crawling", text.format(moved=moved, slope=slope)


def _kind_of_place(f, place):
    bends = np.linalg.eigvalsh(f.curvature(*place))
    if (bends > 0).all():
        return _("it has come to rest at a minimum")
    if (bends < 0).all():
        return _("the gradient is 0, but this is a summit")
    return _("the gradient is 0, but this is a saddle point and no minimum")


def draw_descent(figure, data):
    art = artists(figure, _lay_out)
    if art.surface != data.surface:
        for drawn in art.drawn:
            drawn.remove()
        art.drawn[:] = draw_surface(art.map, data.surface)
        art.surface = data.surface
        formula = SURFACES[data.surface].formula.replace("x", "x₀").replace("y", "x₁")
        art.map.set_title(f"f = {formula}", fontsize=NORMAL, loc="left")
    walked = np.vstack([data.points, data.ahead])
    far = np.hypot(*walked.T) / 1e4  # 10,000 is far enough beyond the frame
    shown = walked / np.maximum(far, 1)[:, np.newaxis]
    art.path.set_data(*shown[:-1].T)
    art.path.set_markersize(4 if len(shown) < 60 else 2.5)
    art.start.set_data(*shown[:1].T)
    art.ahead.set_data(*shown[-2:].T)
    art.end.set_data(*shown[-2:-1].T)
    steps = np.arange(len(data.values))
    art.values.set_data(steps, data.values)
    art.last.set_data(steps[-1:], data.values[-1:])
    _frame_heights(art, data)
    art.verdict.set_text(data.verdict)


def _frame_heights(art, data):
    """Axes for all heights so far, at the next of few ends, so that they rarely move."""
    low, high = data.values.min(), data.values.max()
    if low > 0:
        bottom, top = np.floor(np.log10(max(low, 1e-300))), _few(np.floor(np.log10(high)) + 1)
        bottom = -_few(-bottom) if top - bottom > 4 else bottom
        frame = ("log", 10.0 ** max(bottom, -300), 10.0**top)
    else:
        reach = 10.0 ** _few(np.ceil(np.log10(3 * max(abs(low), abs(high), 1))))
        frame = ("symlog", -reach if low < 0 else -0.3, reach)
    frame = (*frame, _last(data.steps))
    if art.frame == frame:
        return
    art.frame, (scale, bottom, top, last) = frame, frame
    art.height.set_yscale(scale, **({"linthresh": 1} if scale == "symlog" else {}))
    art.height.set_ylim(bottom, top)
    if scale == "symlog":
        art.height.yaxis.get_major_locator().set_params(numticks=6)
    art.height.minorticks_off()
    art.height.set_xlim(-0.02 * last, 1.03 * last)


def _last(steps):
    """Where the axis of the steps ends."""
    return next(end for end in ENDS if end >= steps)


def grab_steps(hand, values):
    """The steps on the axis as it was when the hand came down: it may have changed since."""
    if hand.down is None:
        return {"steps": values["steps"] + hand.dx}
    return {"steps": hand.x * _last(hand.before["steps"]) / _last(values["steps"])}


def _few(power):
    """The next power of 10 at which an axis may end."""
    return power if power <= 4 else DECADES * np.ceil(power / DECADES)


def _lay_out(figure):
    boxes = PLACES[layout_of(figure)]
    plane = add_axes(figure, boxes[0], xlabel="x₀", ylabel="x₁", label="plane")
    height = add_axes(figure, boxes[1], title=_("f by step"), xlabel=_("step"), label="height")
    plane.set(xticks=[-8, -4, 0, 4, 8], yticks=[-4, -2, 0, 2, 4])
    own = {**look("SGD"), "linewidth": 1.3, "animated": True}
    (path,) = plane.plot([], [], marker="o", markersize=4, zorder=3, **own)
    (ahead,) = plane.plot(
        [], [], color=RED, linestyle=":", linewidth=1.8, marker="o", markerfacecolor="none",
        markevery=[1], zorder=3.5, label=_("one more step"), animated=True,
    )  # fmt: skip
    (start,) = plane.plot(
        [], [], "s", color="white", markeredgecolor=BLACK, markersize=10, zorder=4,
        label=_("start"), animated=True,
    )  # fmt: skip
    (end,) = plane.plot(
        [], [], "D", color=BLACK, markersize=6, zorder=5, label=_("end"), animated=True
    )
    plane.legend(
        handles=[start, end, ahead], fontsize=SMALL, loc="lower left", ncols=3, framealpha=0.85,
        columnspacing=1, handletextpad=0.3, handlelength=1.6, borderaxespad=0.2,
    )  # fmt: skip
    (values,) = height.plot([], [], **own)
    (last,) = height.plot([], [], "D", color=BLACK, markersize=8, clip_on=False, animated=True)
    height.grid(color="#E5E5E5", linewidth=0.6)
    return SimpleNamespace(
        map=plane,
        height=height,
        surface=None,
        frame=None,
        drawn=[],
        path=path,
        start=start,
        ahead=ahead,
        end=end,
        values=values,
        last=last,
        verdict=height.text(
            0.97, 0.96, "", transform=height.transAxes, ha="right", va="top",
            fontsize=NORMAL + 2, fontweight="bold", animated=True,
            bbox={"facecolor": "white", "edgecolor": GREY, "boxstyle": "round,pad=0.3"},
        ),
    )  # fmt: skip


def describe_descent(data):
    verdict = {
        "converged": _("Converged"),
        "crawling": _("Crawling"),
        "oscillating": _("Oscillating"),
        "diverged": _("Diverged"),
        "not started": _("Not started"),
    }[data.verdict]
    taken = len(data.points) - 1
    x, y = data.points[-1]
    path = _("After {taken} steps of lr = {lr:.3g} from ({x0:g}, {y0:g}): ({x}, {y}), f = {f}.")
    text = path.format(
        taken=taken,
        lr=data.lr,
        x0=data.points[0, 0],
        y0=data.points[0, 1],
        x=_short(x),
        y=_short(y),
        f=_short(data.values[-1]),
    )
    text = f"{verdict}: {data.reason}. {text}"
    if taken == 0:
        text += " " + _("The gradient there is ({x}, {y}).").format(
            x=_short(round(data.slope[0], 6)), y=_short(round(data.slope[1], 6))
        )
    elif data.verdict == "diverged" and taken < data.steps:
        text += " " + _("There the walk is broken off.")
    elif data.verdict == "diverged" and np.array_equal(*data.points[-2:]):
        text += " " + _("There h = 0.0001 is lost, every slope is 0, and it stands still.")
    elif data.left_at > 0:
        text += " " + _("It leaves the picture at step {step}.").format(step=data.left_at)
    return text


def _short(value):
    """Few digits; what is 0 but for rounding is written 0."""
    return "0" if abs(value) < 1e-300 else f"{value:.3g}"


def tell_slope(x, y, data):
    """The height and the gradient at a place."""
    f = SURFACES[data.surface]
    east, north = (_short(round(slope, 6)) for slope in measured_slope(f, x, y))
    return f"f = {_short(f.height(x, y))}, ∇f = ({east}, {north})"


def descent_panel(*, hide=(), **start):
    """A surface, a start, a learning rate and a number of steps."""
    bowl = {"surface": "bowl", "x": -3.0, "y": 4.0, "steps": 100}
    valley = {"surface": "long valley", "x": -7.0, "y": 2.0, "steps": 100}
    panel = Panel(
        title=_("Gradient descent"),
        controls={
            "surface": choice(_("surface"), {_(name): name for name in SURFACES}),
            "lr": log_slider(_("learning rate"), -10, 1, 0.05, 0.1),
            "x": slider(_("start x₀"), -8.0, 8.0, 0.1, -3.0),
            "y": slider(_("start x₁"), -5.0, 5.0, 0.1, 4.0),
            "steps": Scrubber(_("steps"), 200, 100, interval=100),
        },
        compute=compute_descent,
        draw=draw_descent,
        describe=describe_descent,
        figsize=(9.4, 3.8),
        narrow=(3.6, 5.9),
        lecture=(7.2, 2.9),
        touch={"plane": ("x", "y"), "height": grab_steps},
        hover={"plane": tell_slope},
        presets={
            _("the bowl, lr 0.1"): {**bowl, "lr": 0.1},
            _("the bowl, lr 10"): {**bowl, "lr": 10.0},
            _("the bowl, lr 1e-10"): {**bowl, "lr": 1e-10},
            _("the valley, zigzag"): {**valley, "lr": 10**-0.05, "steps": 12},
            _("the saddle, from its ridge"): {
                "surface": "saddle", "x": -4.0, "y": 0.0, "lr": 0.1, "steps": 100,
            },
            _("Himmelblau's four minima"): {
                "surface": "Himmelblau", "x": 0.0, "y": 0.0, "lr": 0.01, "steps": 100,
            },
        },
        stops=[{"lr": 1.0}, {**valley, "steps": 0}],
        hide=hide,
    )  # fmt: skip
    return panel.start(start)

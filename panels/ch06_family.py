"""The family tree of optimizers: who inherits what from whom, and what each one makes of the same
slope (book 6.1). Steps and memory are those of the classes in `common.optimizer`.
"""

from gettext import gettext as _
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
from matplotlib.collections import LineCollection

from common import optimizer as optimizers

from .ch06_race import walk
from .shell import Panel, artists, choice, layout_of
from .shell.style import BLACK, GREY, LOOKS, NORMAL, SMALL, add_axes
from .surfaces import SURFACES, X_RANGE, Y_RANGE, draw_surface

PLACES = {
    "GD": (0.0, 1.0),
    "SGD": (1.05, 1.0),
    "Momentum": (2.15, 2.0),
    "Nesterov": (3.3, 2.7),
    "AdaGrad": (2.15, 0.0),
    "RMSprop": (3.3, 0.5),
    "AdaDelta": (3.3, -1.0),
    "Adam": (4.4, 1.1),
    "Nadam": (5.5, 2.0),
}
CHILDREN = (
    ("GD", "SGD"),
    ("SGD", "Momentum"),
    ("Momentum", "Nesterov"),
    ("SGD", "AdaGrad"),
    ("AdaGrad", "RMSprop"),
    ("AdaGrad", "AdaDelta"),
    ("RMSprop", "Adam"),
    ("Momentum", "Adam"),
    ("Adam", "Nadam"),
    ("Nesterov", "Nadam"),
)
GROUND, START, RATE, STEPS = "long valley", (-7.0, 2.0), 0.1, 30


class Member(NamedTuple):
    name: str
    parents: tuple
    forebears: frozenset  # edges of the tree that lead to it
    memory: tuple  # names of what it keeps for each parameter; None without a class in `common`
    path: np.ndarray  # (steps + 1, 2): its way down the long valley; (0, 2) without a class


def compute_family(name):
    """One member of the family, and its first steps from START with the rate RATE."""
    parents = tuple(parent for parent, child in CHILDREN if child == name)
    edges, open_names = set(), {name}
    while open_names:
        young = open_names.pop()
        found = {edge for edge in CHILDREN if edge[1] == young}
        edges |= found
        open_names |= {parent for parent, _child in found}
    if name not in LOOKS:
        return Member(name, parents, frozenset(edges), None, np.empty((0, 2)))
    path = walk(GROUND, name, RATE, 0.9, START).points[: STEPS + 1]
    optimizer, params = getattr(optimizers, name)(lr=RATE), {"x": 1.0}
    optimizer.update(params, {"x": 1.0})
    kept = {key for key, value in vars(optimizer).items() if isinstance(value, dict)}
    memory = tuple(sorted(key for key in kept if not key.startswith("_")))
    return Member(name, parents, frozenset(edges), memory, path)


PLANS = {  # size in inches; tree and ground in shares of it; is the tree upright?
    "normal": ((10.4, 3.6), (0.0, 0.0, 0.67, 1.0), (0.7, 0.2, 0.29, 0.543), False),
    "lecture": ((7.2, 3.3), (0.0, 0.0, 1.0, 1.0), (0.77, 0.02, 0.22, 0.31), False),
    "narrow": ((3.6, 7.8), (0.0, 0.33, 1.0, 0.67), (0.07, 0.02, 0.86, 0.2568), True),
}


def draw_family(figure, data):
    art = artists(figure, _lay_out)
    edges = sorted(data.forebears)  # a set's order is another one in each run
    art.way.set_segments([[art.places[one], art.places[other]] for one, other in edges])
    across, up = (0.055 * len(data.name) + 0.14, 0.18) / art.inch  # half as large as its box
    x, y = art.places[data.name]
    art.chosen.set_data(
        x + across * np.array([-1, 1, 1, -1, -1]), y + up * np.array([1, 1, -1, -1, 1])
    )
    art.path.set_data(*np.clip(data.path, -99, 99).T)
    if data.name in LOOKS:
        art.path.set(**LOOKS[data.name]._asdict())


def _lay_out(figure):
    _size, tree_box, ground_box, upright = PLANS[layout_of(figure)]
    news = {
        "GD": _("the slope over\nall samples"),
        "SGD": _("a batch\nat a time"),
        "Momentum": _("remembers\nthe direction"),
        "Nesterov": _("looks\nahead first"),
        "AdaGrad": _("a step size\nper weight"),
        "RMSprop": _("forgets\nold slopes"),
        "AdaDelta": _("no learning\nrate to choose"),
        "Adam": _("direction\nand step size"),
        "Nadam": _("looks\nahead first"),
    }
    tree = add_axes(figure, tree_box, frame=False, label="tree")
    places = {name: (y, -x) if upright else (x, y) for name, (x, y) in PLACES.items()}
    if upright:
        tree.set(xlim=(-1.78, 3.42), ylim=(-6.3, 0.25))
    else:
        tree.set(xlim=(-0.5, 6.0), ylim=(-1.85, 3.2))
    below = 0.24 if upright else 0.32
    for parent, child in CHILDREN:
        arrow = {"arrowstyle": "-|>", "color": GREY, "shrinkA": 28, "shrinkB": 28}
        tree.annotate("", places[child], places[parent], arrowprops=arrow)
    for name, (x, y) in places.items():
        box = {"boxstyle": "round,pad=0.4", "facecolor": "white", "linewidth": 1.8}
        if name in LOOKS:
            box["edgecolor"] = LOOKS[name].color
        else:
            box |= {"edgecolor": GREY, "linestyle": "--", "linewidth": 1.2}
        tree.text(x, y, name, ha="center", va="center", fontsize=NORMAL, bbox=box)
        paper = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}  # arrows go behind it
        tree.text(x, y - below, news[name], ha="center", va="top", fontsize=SMALL, bbox=paper)
    ground = add_axes(figure, ground_box)
    draw_surface(ground, GROUND)
    ground.set(xticks=[], yticks=[], xlim=X_RANGE, ylim=Y_RANGE)
    ground.set_title(
        _("{n} steps with lr {rate:g}").format(n=STEPS, rate=RATE), fontsize=NORMAL, loc="left"
    )
    way = LineCollection([], colors=BLACK, linewidths=4, alpha=0.25, animated=True)
    size = figure.get_size_inches() * tree_box[2:]
    return SimpleNamespace(
        places=places,
        way=tree.add_collection(way),
        chosen=tree.plot([], [], color=BLACK, linewidth=3, animated=True)[0],
        inch=size / [np.ptp(tree.get_xlim()), np.ptp(tree.get_ylim())],
        path=ground.plot([], [], markersize=4, animated=True)[0],
    )


def describe_family(data):
    parents = _(" and ").join(data.parents)
    text = _("{name}, child of {parents}.") if parents else _("{name}, from whom all descend.")
    text = text.format(name=data.name, parents=parents)
    if data.memory is None:
        return text + " " + _("It has no class in `common`, so it stays where it is here.")
    slopes = SURFACES[GROUND].gradient(*START)
    x, y = data.path[1] - data.path[0]
    kept = _(" and ").join(data.memory) or _("nothing")
    text += " " + _("For each parameter it remembers {kept}. From ({x0:g}, {y0:g}), where the "
                    "slopes are {gx:.1f} and {gy:.1f}, its first step with the rate {rate:g} is "
                    "{x:.2f} along x and {y:.2f} along y.")  # fmt: skip
    return text.format(
        kept=kept, x0=START[0], y0=START[1], gx=slopes[0], gy=slopes[1], rate=RATE, x=x, y=y
    )


def family_panel(*, hide=(), **start):
    """One member of the family, chosen on the tree."""

    def touched(hand, values):
        """The name under the hand; by keys the one before or after it."""
        names = list(PLACES)
        if hand.x is None:
            return {"name": names[(names.index(values["name"]) + hand.dx - hand.dy) % len(names)]}
        *_boxes, upright = PLANS[layout_of(panel.figure)]
        x, y = (-hand.y, hand.x) if upright else (hand.x, hand.y)
        return {"name": min(names, key=lambda name: np.hypot(*np.subtract(PLACES[name], (x, y))))}

    panel = Panel(
        title=_("The family of optimizers"),
        controls={"name": choice(_("optimizer"), PLACES.keys(), "Adam")},
        compute=compute_family,
        draw=draw_family,
        describe=describe_family,
        figsize=PLANS["normal"][0],
        narrow=PLANS["narrow"][0],
        lecture=PLANS["lecture"][0],
        touch={"tree": touched},
        hide=hide,
    )
    return panel.start(start)

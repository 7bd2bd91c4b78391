"""The map of learning: learning rate against the width of the first weights, a cell a training.

Each cell trains the deep lab's network for a moment, always from the same seeds, a few cells all
over the map first. What became of it is its colour and its sign, and a cell that is touched opens
in the deep lab (ch06_deep_lab.py), where the same training can be watched from inside.
"""

from functools import partial
from gettext import gettext as _
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import to_rgb
from matplotlib.patches import Polygon
from matplotlib.ticker import NullLocator

from common.initializer import weight_std

from .ch04_training import ACTIVATIONS, HE, OPTIMIZERS, XAVIER, check_digits
from .ch06_deep_diagnosis import WIDE
from .ch06_deep_lab import Replay
from .ch06_deep_run import Setting, learn, scores, untrained
from .ch06_init_net import short
from .shell import Several, artists, choice, layout_of, toggle
from .shell.style import BLACK, BLUE, GREY, LIGHT, LOOKS, NORMAL, RED, SMALL, add_axes

RATES = tuple((10.0 ** np.arange(-3, 1.01, 0.5)).tolist())
STDS = tuple((10.0 ** np.array([-2, -1.5, -1.25, -1, -0.75, -0.5, -0.25, 0, 0.5])).tolist())
DEPTH, WIDTH, STEPS = 5, 50, 60
CELLS = [(row, column) for row in range(len(STDS)) for column in range(len(RATES))]
LEARNT, ASLEEP = 0.5, 0.16  # accuracies on test digits: from which on it learns; below: sleeps


class Cell(NamedTuple):
    """What became of one training."""

    losses: tuple  # of each step's batch, before the step
    loss: float  # in the end, on the deep lab's digits
    test: float  # accuracy on its test digits, 0 to 1
    broken_at: int  # the step at which the loss stopped being a number, -1 if it did not


class Map(NamedTuple):
    progress: float
    activation: str
    batch_norm: bool
    optimizer: str
    cells: dict  # (row, column) -> Cell, as far as they are trained
    place: tuple  # the cell that is looked at


def order():
    """The middle of each block of 3 × 3 first, so that the shape is seen early; then the rest."""
    middles = [(row, column) for row, column in CELLS if row % 3 == column % 3 == 1]
    others = [cell for cell in CELLS if cell not in middles]
    return middles + [others[i] for i in np.random.default_rng(0).permutation(len(others))]


def run_map(activation, batch_norm, optimizer, place, *, digits, memory):
    """Trains the cells that are missing, or all of them if none is, and yields a Map on the way.

    place: (learning rate, std) of a cell. memory: a dict that holds the cells of every map.
    """
    cells = memory.setdefault((activation, batch_norm, optimizer), {})
    at = STDS.index(place[1]), RATES.index(place[0])
    state = Map(len(cells) / len(CELLS), activation, batch_norm, optimizer, dict(cells), at)
    yield state
    if len(cells) == len(CELLS):
        cells.clear()
    for row, column in order():
        if (row, column) in cells:
            continue
        setting = setting_of(state, (row, column))
        for cell in train(setting, digits):
            if cell:
                cells[row, column] = cell
            yield state._replace(progress=len(cells) / len(CELLS), cells=dict(cells))


def setting_of(data, place):
    """The deep lab's setting for a cell."""
    row, column = place
    return Setting(
        RATES[column], STDS[row], data.activation, DEPTH, WIDTH, data.batch_norm, data.optimizer
    )


def train(setting, digits):
    """Yields None on the way, so that nobody waits, and then the Cell."""
    net, losses = untrained(setting), []
    for loss in learn(net, setting, digits):
        losses.append(loss)
        if len(losses) == STEPS or not np.isfinite(loss):
            break
        if len(losses) % 10 == 0:
            yield None
    loss, _train, test = scores(net, digits)
    whole = np.isfinite(losses[-1]) and np.isfinite(loss)
    yield Cell(tuple(losses), loss, test if whole else 0.0, -1 if whole else len(losses))


def kind_of(cell):
    """What happened, in a word or two."""
    if cell.broken_at > 0:
        return "explodes"
    if cell.loss > WIDE:
        return "goes wrong"
    if cell.test >= LEARNT:
        return "learns"
    return "sleeps" if cell.test < ASLEEP else "begins"


def draw_map(figure, data):
    art = artists(figure, _lay_out)
    art.cells.set_facecolors([_color(data.cells, place) for place in CELLS])
    for kind, signs in art.signs.items():
        places = [place for place, cell in data.cells.items() if kind_of(cell) == kind]
        signs.set_data(
            [RATES[column] for _row, column in places], [STDS[row] for row, _c in places]
        )
    art.chosen.set_xy(_corners(*data.place))
    art.title.set_text(_title(data))
    art.others.set_segments([_curve(cell) for cell in data.cells.values()])
    cell = data.cells.get(data.place)
    art.curve.set_data(*(_curve(cell).T if cell else ([], [])))
    art.what.set_text(_here(data, between="\n"))


def _title(data):
    norm = _(", batch norm") if data.batch_norm else ""
    text = _("{activation}{norm}, {optimizer}: {depth} hidden layers of {width}")
    return text.format(
        activation=_(data.activation), norm=norm, optimizer=data.optimizer, depth=DEPTH, width=WIDTH
    )


def _color(cells, place):
    """Blue as far as it learns, orange where it goes wrong; paler, of the block's middle."""
    middle = tuple(3 * (i // 3) + 1 for i in place)
    cell = cells.get(place) or cells.get(middle)
    if cell is None:
        return to_rgb("#F2F2F2")
    if kind_of(cell) in ("explodes", "goes wrong"):
        color = np.array(to_rgb("#F6C9A8"))
    else:
        share = np.clip((cell.test - 0.1) / 0.9, 0, 1)
        color = 1 - share * (1 - np.array(to_rgb(BLUE)))
    return color if place in cells else (color + 1) / 2


def _curve(cell):
    """Steps and losses; what is no number, or too large for the picture, is above its edge."""
    losses = np.minimum(np.nan_to_num(cell.losses, nan=1e3, posinf=1e3), 1e3)
    return np.column_stack([np.arange(len(losses)), losses])


def _edges(values):
    """Where cells begin and end: half way between their values, in powers of ten."""
    logs = np.log10(values)
    middles = (logs[1:] + logs[:-1]) / 2
    return 10.0 ** np.concatenate(
        [[2 * logs[0] - middles[0]], middles, [2 * logs[-1] - middles[-1]]]
    )


def _corners(row, column):
    (bottom, top), (left, right) = _edges(STDS)[row : row + 2], _edges(RATES)[column : column + 2]
    return np.array([(left, bottom), (right, bottom), (right, top), (left, top)])


PLACES = {  # of the map, of the curve, and of the signs' names: where they begin, how many a row
    "normal": ((0.085, 0.22, 0.5, 0.69), (0.69, 0.22, 0.295, 0.65), (-0.15, -0.17), 3),
    "narrow": ((0.23, 0.48, 0.6, 0.45), (0.23, 0.075, 0.72, 0.2), (-0.35, -0.12), 2),
    "lecture": ((0.11, 0.31, 0.49, 0.59), (0.75, 0.31, 0.235, 0.52), (-0.24, -0.26), 3),
}


def _lay_out(figure):
    box, beside, below, columns = PLACES[layout_of(figure)]
    plane = add_axes(figure, box, label="map", xlabel=_("learning rate"))
    plane.set_ylabel(_("std of the first weights"), fontsize=SMALL)
    x, y = _edges(RATES), _edges(STDS)
    plane.set(xscale="log", yscale="log", xlim=(x[0], x[-1]), ylim=(y[0], y[-1]))
    plane.set_xticks(RATES[::2], [f"{rate:g}" for rate in RATES[::2]])
    plane.set_yticks(STDS, [f"{std:.2g}" for std in STDS])
    for axis in (plane.xaxis, plane.yaxis):
        axis.set_minor_locator(NullLocator())
    for name in (XAVIER, HE):
        std, own = weight_std(name.lower(), WIDTH), LOOKS[name]
        plane.axhline(
            std, color=own.color, linestyle=own.linestyle, linewidth=2, zorder=3, animated=True
        )
        plane.text(1.015, std, name, color=own.color, fontsize=SMALL, va="center",
                   transform=plane.get_yaxis_transform())  # fmt: skip
    quads = [_corners(*place) for place in CELLS]
    cells = PolyCollection(quads, edgecolors="white", linewidths=0.8, animated=True, zorder=1)
    sign = {"linestyle": "", "animated": True, "zorder": 4, "clip_on": False}
    signs = {
        "explodes": ("x", RED, 6, _("no number any more")),
        "goes wrong": ("+", RED, 8, _("worse than knowing nothing")),
        "sleeps": (".", GREY, 4, _("asleep")),
    }
    made = {
        kind: plane.plot([], [], marker, color=color, markersize=size, label=label, **sign)[0]
        for kind, (marker, color, size, label) in signs.items()
    }
    plane.legend(handles=list(made.values()), fontsize=SMALL, frameon=False, ncols=columns,
                 loc="upper left", bbox_to_anchor=below, handletextpad=0.1,
                 columnspacing=1)  # fmt: skip
    curve = add_axes(figure, beside, xlabel=_("step"), ylabel=_("loss (nats)"))
    curve.set(xlim=(0, STEPS), ylim=(0, 5))
    curve.axhline(np.log(10), color=GREY, linewidth=0.9, linestyle=":")
    others = LineCollection([], colors=LIGHT, linewidths=0.7, animated=True)
    chosen = Polygon(quads[0], fill=False, edgecolor=BLACK, linewidth=2.4, animated=True, zorder=5)
    return SimpleNamespace(
        cells=plane.add_collection(cells, autolim=False),
        signs=made,
        chosen=plane.add_patch(chosen),
        title=plane.set_title("", fontsize=NORMAL, loc="left"),
        others=curve.add_collection(others, autolim=False),
        curve=curve.plot([], [], color=BLUE, linewidth=2.2, animated=True)[0],
        what=curve.set_title("", fontsize=NORMAL, loc="left", animated=True),
    )


def describe_map(data):
    kinds = [kind_of(cell) for cell in data.cells.values()]
    if not kinds:
        text = _("{title}: nothing is trained yet. Run fills {n} cells. Chosen: {here}.")
        return text.format(title=_title(data), n=len(CELLS), here=_here(data))
    told = {
        "learns": _("{n} learn"),
        "begins": _("{n} begin to"),
        "sleeps": _("{n} sleep"),
        "explodes": _("{n} explode"),
        "goes wrong": _("{n} do worse than knowing nothing"),
    }
    counts = [told[kind].format(n=kinds.count(kind)) for kind in told if kind in kinds]
    text = _("{title}. Of {n} cells {counts}.")
    text = text.format(title=_title(data), n=len(kinds), counts=", ".join(counts))
    learnt = [place for place, cell in data.cells.items() if kind_of(cell) == "learns"]
    if learnt:
        rows, columns = zip(*learnt, strict=True)
        told = _("It learns with std {stds} at rates {rates}.")
        stds, rates = _range(STDS, rows), _range(RATES, columns)
        text += " " + told.format(stds=stds, rates=rates)
    return f"{text} " + _("Chosen: {here}.").format(here=_here(data))


def _range(values, places):
    low, high = values[min(places)], values[max(places)]
    if low == high:
        return f"{low:.2g}"
    return _("{low:.2g} to {high:.2g}").format(low=low, high=high)


def _here(data, place=None, between=": "):
    """What became of a cell, the chosen one or another, in words."""
    row, column = place = place or data.place
    where = _("rate {rate:.2g}, std {std:.2g}").format(rate=RATES[column], std=STDS[row])
    cell = data.cells.get(place)
    if cell is None:
        return where + between + _("not yet trained")
    top = max(cell.losses)
    what = {
        "learns": _("learns, {test:.0%} right"),
        "begins": _("begins to learn, {test:.0%} right"),
        "sleeps": _("sleeps, after a loss of {top}") if top > WIDE else _("sleeps"),
        "explodes": _("no number after step {step}"),
        "goes wrong": _("goes wrong, loss {loss:.2g}"),
    }[kind_of(cell)]
    words = {"test": cell.test, "step": cell.broken_at - 1, "loss": cell.loss, "top": short(top)}
    return where + between + what.format(**words)


def tell_cell(x, y, data):
    """What a cell under the pointer says."""
    return _here(data, _nearest(x, y))


def _nearest(rate, std):
    """The (row, column) of the cell at a place of the map."""
    row, column = (
        np.searchsorted(_edges(values)[1:-1], value)
        for values, value in ((STDS, std), (RATES, rate))
    )
    return int(row), int(column)


def grab_cell(hand, values):
    """The cell under the hand; arrow keys walk from cell to cell."""
    if hand.x is None:
        row, column = STDS.index(values["place"][1]), RATES.index(values["place"][0])
        row = min(max(row + hand.dy, 0), len(STDS) - 1)
        column = min(max(column + hand.dx, 0), len(RATES) - 1)
    else:
        row, column = _nearest(hand.x, hand.y)
    return {"place": (RATES[column], STDS[row])}


def choose_cell(data, place):
    return data._replace(place=(STDS.index(place[1]), RATES.index(place[0])))


class MapPanel(Replay):
    """A Replay with a memory: other maps are shown as far as they have been trained."""

    def _update(self):
        shown = self.data.activation, self.data.batch_norm, self.data.optimizer
        asked = tuple(self.values[name] for name in ("activation", "batch_norm", "optimizer"))
        another = not self.running and shown != asked
        if another:
            self._has_run = False
        super()._update()
        if another:
            so_far = self.data.progress
            states = {0.0: _("not run yet"), 1.0: _("done")}
            self._tell(states.get(so_far, _("stopped")), so_far or None)

    def _end(self, stopped, data):
        super()._end(stopped, data)
        if not self.running:
            self._update()  # another map may have been asked for meanwhile


def map_panel(x_train, t_train, x_test, t_test, *, lab=None, hide=(), **start):
    """The map for these digits. lab: a deep lab, which then opens at the cell that is chosen."""
    digits = check_digits(x_train, t_train, x_test, t_test)
    places = [
        choice(_("learning rate"), {f"{rate:.2g}": rate for rate in RATES}, RATES[4]),
        choice(_("std"), {f"{std:.2g}": std for std in STDS}, STDS[4]),
    ]
    panel = MapPanel(
        title=_("Map of learning"),
        run=partial(run_map, digits=digits, memory={}),
        look=choose_cell,
        views={"place": None},
        controls={
            "activation": choice(_("activation"), {_(name): name for name in ACTIVATIONS}, "ReLU"),
            "batch_norm": toggle(_("batch norm")),
            "optimizer": choice(_("optimizer"), OPTIMIZERS),
            "place": Several(_("cell"), places, widths=(190, 150)),
        },
        draw=draw_map,
        describe=describe_map,
        figsize=(9.6, 4.6),
        narrow=(3.6, 6.8),
        lecture=(7.2, 3.3),
        touch={"map": grab_cell},
        hover={"map": tell_cell},
        hide=hide,
    )
    panel.start(start)
    if lab is not None:
        panel.opened = setting_of(panel.data, panel.data.place)
        panel.followers.append(partial(open_lab, panel, lab))
    return panel


def open_lab(panel, lab):
    """Has the lab show the chosen cell, unless it did so before."""
    setting = setting_of(panel.data, panel.data.place)
    if setting != panel.opened:
        panel.opened = setting
        lr, weights, *network, optimizer = setting
        lab.open_at(lr=lr, weights=weights, network=tuple(network), optimizer=optimizer)

"""The pencil network drawn: its numbers, and beside them the loss along the chosen one."""

from gettext import gettext as _
from types import SimpleNamespace

import numpy as np
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.ticker import MaxNLocator

from .ch05_pencil_layout import OTHERS, SHEET, head, plan
from .ch05_pencil_sheets import CURVE, NUMBERS, PLACES, parts
from .ch05_written import short
from .shell import artists, layout_of
from .shell.style import BLACK, GREEN, GREY, NORMAL, SMALL, add_axes, look

VALUE, GRADIENT = look("value")["color"], look("gradient")["color"]
SIZES = {"normal": (10.2, 4.35), "narrow": (3.6, 6.75), "lecture": (7.2, 3.19)}
HERE, THERE, CHOSEN = "#DCEBF7", "#FBE3D4", "#FFF0B8"  # behind what is new, and what is chosen
PAPER, NOTHING = "#F7F7F7", (0, 0, 0, 0)
ENDS = CURVE[[0, -1]]
CENTER = {"ha": "center", "va": "center"}
ACTIVE = {  # step -> arrays whose values or gradients it makes
    1: "a", 2: "z", 3: "s", 5: "s", 6: "W2 b2", 7: "z", 8: "a", 9: "W1 b1", 10: "x",
}  # fmt: skip


def draw_pencil(figure, data):
    art = artists(figure, _lay_out)
    if art.show != data.show:
        _lay_net(art, data.show)
    still = (data.show, data.sheet, data.step, data.number, data.hidden, data.judged)
    if art.still != still:  # while a number is moved the network stands still
        art.still = still
        _draw_numbers(art, data)
        _draw_edges(art, data)
        _draw_curve(art, data)
        art.title.set_text(_headline(data, art.layout))
    _draw_move(art, data)


def _draw_numbers(art, data):
    active = ACTIVE.get(data.step, "").split()
    pairs = parts(data.number) if data.seen(data.number) else ()
    locals_, upstream = [part for part, _up in pairs], [up for _part, up in pairs]
    faces, borders = [], []
    for name in NUMBERS:
        key = PLACES[name][0]
        art.values[name].set_text(art.label(data.values[name]) if key in data.known else "")
        _write_gradient(art.gradients[name], data, name, art.label)
        new = key in active and not data.hidden
        lit = CHOSEN if name in locals_ else HERE if new and data.step < 5 else NOTHING
        back = CHOSEN if name in upstream else THERE if new and data.step > 4 else NOTHING
        chosen = name == data.number
        faces += [CHOSEN, CHOSEN] if chosen else [lit, back]
        borders += [BLACK if chosen else NOTHING] * 2
    art.cells.set(facecolor=faces, edgecolor=borders)
    for name in OTHERS:
        art.values[name].set_text(_other(data, name, art.label))


def _other(data, name, label):
    """What stands where no gradient belongs: y, t, L, the activation and its slopes."""
    h = "relu" if data.relu else "σ"
    if name == "h":
        return h if data.show == "neurons" else f"z = {h}(a)"
    if name.startswith("slope"):
        return f"× {label(data.slopes[int(name[6])])}" if data.step >= 8 and not data.hidden else ""
    if data.step < 4 and not name.startswith("t"):
        return ""
    if name == "L":
        return label(data.loss)
    k = int(name[2])
    if name.startswith("y"):
        return label(data.y[k])
    return f"t {int(k == data.t)}" if data.show == "neurons" else str(int(k == data.t))


def label_of(decimals):
    """A function that writes numbers for so little room."""

    def label(value):
        rounded = round(float(value), decimals) + 0.0
        return (
            short(rounded)
            if rounded or not value
            else f"{'−' if value < 0 else ''}0." + "0" * decimals
        )

    return label


def _write_gradient(text, data, name, label):
    if data.hidden and name in data.judged:
        one = data.judged[name]
        words = f"{label(one.typed)} {'✓' if one.right else '✗'}"
        slim = text.get_figure().get_figwidth() < 4
        text.set_text(words if not slim else label(one.typed) if one.right else "✗")
        text.set(color=GREEN if one.right else BLACK, fontweight="bold" if one.right else "normal")
        return
    text.set(color=GREY if data.hidden else GRADIENT, fontweight="bold")
    text.set_text("?" if data.hidden else label(data.gradients[name]) if data.seen(name) else "")


def _draw_edges(art, data):
    colors, widths, styles, heads = [], [], [], []
    for name, start, end in art.plan.edges:
        layer = name[:2]
        forward = {"W1": 1, "W2": 3, "": 4}[layer]
        back = {"W1": (9, 10), "W2": (6, 7), "": (5,)}[layer]
        on = (data.step == forward or data.step in back) and not data.hidden
        behind = data.step >= back[0] and not data.hidden
        there = data.step >= forward
        colors.append((GRADIENT if behind else VALUE) if on else "#8A8A8A" if there else "#D0D0D0")
        widths.append(2.2 if on else 1.1)
        styles.append((0, (4, 2)) if behind else "-")
        heads.append(head(end, start) if behind else head(start, end))
    art.edges.set(color=colors, linewidth=widths, linestyle=styles)
    art.heads.set_verts(heads)
    art.heads.set_facecolor(colors)


def _draw_curve(art, data):
    """The loss along the chosen number; the straight line, once its slope is known."""
    low, high = data.losses.min(), data.losses.max()
    room = max(0.12 * (high - low), 0.05)
    art.loss.set_ylim(low - room, high + room)
    art.curve.set_ydata(data.losses)
    title = _("loss L along {name}").format(name=data.number)
    art.loss.set_title(title, fontsize=NORMAL, loc="left")
    slope = data.gradients[data.number] if data.seen(data.number) else np.nan
    art.tangent.set_ydata(data.loss + slope * ENDS)


def _draw_move(art, data):
    seen = data.seen(data.number)
    said = data.promised if seen else np.nan
    art.true.set_data([data.delta], [data.moved])
    art.said.set_data([data.delta], [data.loss + said])
    art.gap.set_data([data.delta] * 3, [data.loss, data.moved, data.loss + said])
    lines = (
        f"Δ = {short(data.delta)}",
        _("true change {d}").format(d=short(data.moved - data.loss)),
        _("gradient · Δ {d}").format(d=short(said)),
    )
    for text, line in zip(art.lines, lines, strict=True):
        text.set_text(line)


def _headline(data, layout):
    if data.hidden:
        return _("What is d{name}?").format(name=data.number)
    return f"{data.step}   {data.symbols if layout == 'narrow' else data.title}"


def _lay_out(figure):
    layout = layout_of(figure)
    sheet, (wide, high) = SHEET[layout], SIZES[layout]
    wide, high = wide * 80, high * 80
    x0, y0, width, height, rows = {  # the loss: its box, and the three lines above it
        "normal": (664, 50, 142, 184, ((664, 312), (664, 294), (664, 276))),
        "narrow": (36, 40, 240, 92, ((36, 174), (104, 174), (36, 158))),
        "lecture": (446, 42, 122, 100, ((446, 213), (446, 196), (446, 179))),
    }[layout]
    bottom = high - 30 - sheet[1]
    net = figure.add_axes((0, bottom / high, sheet[0] / wide, sheet[1] / high), label="net")
    net.set(xlim=(0, sheet[0]), ylim=(0, sheet[1]), xticks=[], yticks=[])
    net.set_axis_off()
    loss = add_axes(figure, (x0 / wide, y0 / high, width / wide, height / high), label="loss")
    loss.set_xlabel("Δ", fontsize=SMALL, labelpad=0)
    loss.set(xlim=(-1.05, 1.05), xticks=[-1, 0, 1])
    loss.yaxis.set_major_locator(MaxNLocator(4))
    (tangent,) = loss.plot(ENDS, ENDS, color=GRADIENT, linestyle="--", linewidth=1.6)
    (gap,) = loss.plot([], [], color=BLACK, linewidth=1, animated=True)
    (curve,) = loss.plot(CURVE, 0 * CURVE, color=VALUE, linewidth=1.8)
    (true,) = loss.plot([], [], "o", color=VALUE, markersize=8, animated=True)
    (said,) = loss.plot([], [], "s", color=GRADIENT, markersize=7, animated=True)
    page = figure.add_axes((0, 0, 1, 1), zorder=-1)
    page.set(xlim=(0, wide), ylim=(0, high), xticks=[], yticks=[])
    page.set_axis_off()
    lines = [
        page.text(x, y, "", color=color, fontsize=SMALL, va="center", animated=True)
        for (x, y), color in zip(rows, (BLACK, VALUE, GRADIENT), strict=True)
    ]
    bold = {"fontsize": NORMAL, "fontweight": "bold", "va": "center"}
    return SimpleNamespace(
        net=net, loss=loss, tangent=tangent, gap=gap, curve=curve, true=true, said=said,
        lines=lines, title=page.text(8, high - 16, "", **bold), show=None, still=None,
        layout=layout, drawn=[], label=label_of(3 if layout == "normal" else 2),
    )  # fmt: skip


def _ink(name, large):
    aside = name in OTHERS and name[0] in "ths"
    return {"fontsize": SMALL if aside else large, "color": GREY if aside else VALUE}


def _lay_net(art, show):
    for drawn in art.drawn:
        drawn.remove()
    art.show, art.plan, art.still = show, plan(show, art.layout), None
    net, here, drawn = art.net, art.plan, []
    boxes = [[(x0, y0), (x1, y0), (x1, y1), (x0, y1)] for x0, y0, x1, y1 in here.boxes]
    paper = PolyCollection(boxes, facecolor=PAPER, edgecolor="#9A9A9A", linewidth=1, zorder=1)
    wide, tall = (side / 2 for side in here.cell)
    cells = PolyCollection(
        [
            [(x - wide, y - tall), (x + wide, y - tall), (x + wide, y + tall), (x - wide, y + tall)]
            for name in NUMBERS
            for x, y in (here.values[name], here.gradients[name])
        ],
        linewidth=1.6,
        zorder=3,
    )
    lines = [[start, end] for _name, start, end in here.edges]
    art.edges, art.heads = LineCollection(lines, zorder=1.5), PolyCollection([], zorder=1.6)
    white = PolyCollection(
        [
            [(x - wide, y - 18), (x + wide, y - 18), (x + wide, y + 18), (x - wide, y + 18)]
            for name in ("W1[0, 1]", "W1[1, 0]", "W2[0, 1]", "W2[1, 0]") if here.edges
            for x, y in [np.add(here.values[name], here.gradients[name]) / 2]
        ],
        facecolor="white", zorder=2,
    )  # fmt: skip
    for collection in (paper, art.edges, art.heads, white, cells):
        net.add_collection(collection, autolim=False)
        drawn.append(collection)
    art.cells = cells
    for x, y, words in here.words:
        drawn.append(net.text(x, y, words, color=GREY, fontsize=SMALL, **CENTER))
    large = NORMAL if art.layout == "normal" else SMALL
    art.values = {
        name: net.text(x, y, "", zorder=4, **CENTER, **_ink(name, large))
        for name, (x, y) in here.values.items()
    }
    art.gradients = {
        name: net.text(x, y, "", fontsize=SMALL, zorder=4, **CENTER)
        for name, (x, y) in here.gradients.items()
    }
    art.drawn = [*drawn, *art.values.values(), *art.gradients.values()]

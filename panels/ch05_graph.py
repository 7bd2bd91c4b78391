"""A computational graph that is walked step by step, forwards and backwards (book 5.1 to 5.5).

Drawn from real layer objects: the built-in graphs of ch05_nodes, or a `Graph` of your own layers.
"""

import re
from contextlib import suppress
from functools import partial
from gettext import gettext as _
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from common.functions import sigmoid

from .ch05_graph_layout import LINE, RADIUS, lay_out
from .ch05_nodes import (
    AGREES,
    GRAPHS,
    KINK,
    UNKNOWN,
    WRONG,
    AddConstant,
    Graph,
    MulConstant,
    Walk,
)
from .shell import DPI, Panel, Scrubber, artists, number
from .shell.style import BLACK, GREY, LIGHT, SMALL, add_axes, look

VALUE, GRADIENT = look("value")["color"], look("gradient")["color"]
MOST_INPUTS, MOST_NODES = 5, 10
FORMULAS = {  # class of the layer -> what its forward does to {0} and {1}, written and computed
    "AddLayer": ("{0} + {1}", lambda x, y: x + y),
    "MulLayer": ("{0} × {1}", lambda x, y: x * y),
    "DivLayer": ("{0} ÷ {1}", lambda x, y: x / y),
    "MaxLayer": ("max({0}, {1})", max),
    "AddConstant": ("{0} + {1}", lambda x, c: x + c),
    "MulConstant": ("{0} × {1}", lambda x, c: x * c),
    "SquareLayer": ("{0}²", lambda x: x * x),
    "ExpLayer": ("exp({0})", np.exp),
    "ReciprocalLayer": ("1 / {0}", lambda x: 1 / x),
    "Relu": ("max(0, {0})", lambda x: max(0, x)),
    "Sigmoid": ("σ({0})", sigmoid),
}
WHY = {  # class of the layer -> what its local gradient is
    "AddLayer": _("+ passes on"),
    "MulLayer": _("the other input"),
    "DivLayer": _("1/y for the upper input, −x/y² for the lower"),
    "MaxLayer": _("1 for the larger, 0 for the other"),
    "AddConstant": _("+ passes on"),
    "MulConstant": _("the constant"),
    "SquareLayer": _("twice the input"),
    "ExpLayer": _("its own output"),
    "ReciprocalLayer": _("−1 / input²"),
    "Relu": _("1 for an input above 0, else 0"),
    "Sigmoid": _("y(1 − y), from its own output y"),
}
LOCAL = {  # class of the layer -> its local gradients, where they are more than a number
    "DivLayer": (  # the inputs come first, then the output
        ("1/{1}", lambda x, y, out: 1 / y),
        ("−{0}/{1}²", lambda x, y, out: -x / y**2),
    ),
    "SquareLayer": (("2·{0}", lambda x, out: 2 * x),),
    "ExpLayer": (("exp({0})", lambda x, out: np.exp(x)),),
    "ReciprocalLayer": (("−1/{0}²", lambda x, out: -1 / x**2),),
    "Sigmoid": (("{1}·(1 − {1})", lambda x, out: out * (1 - out)),),
}
SYMBOLS = {
    "AddLayer": "+",
    "MulLayer": "×",
    "DivLayer": "÷",
    "MaxLayer": "max",
    "Sigmoid": "σ",
    "Relu": "ReLU",
}
MOST_DIGITS = 17  # with so many a float is exact


class GraphState(NamedTuple):
    graph: Graph
    step: int
    walk: Walk
    arithmetic: tuple  # the step's arithmetic, a line for each edge or value

    @property
    def checks(self):
        return self.walk.checks


def compute_graph(graph, step, **inputs):
    """All numbers of one walk through the layers, and what step number `step` of it does."""
    walk = graph.walk(**inputs)
    return GraphState(graph, step, walk, _arithmetic(graph, walk, graph.steps[step]))


def _arithmetic(graph, walk, step):
    kind, name = step
    if kind == "forward":
        return (_forward(graph, walk, name),)
    if kind == "backward":
        return tuple(_product(graph, walk, name, i) for i in range(len(graph.sources[name])))
    if kind == "fork":
        parts, result = [walk.edges[edge] for edge in graph.users[name]], walk.gradients[name]
        form = " + ".join(_places(parts))
        return (f"{_written(form, lambda *parts: sum(parts), parts, result)} = {short(result)}",)
    return ()


def _forward(graph, walk, name):
    layer, result = graph.layers[name], walk.values[name]
    given = [walk.values[source] for source in graph.sources[name]]
    constant = [layer.c] if isinstance(layer, AddConstant | MulConstant) else []
    formula = _known(layer, FORMULAS)
    left = formula and _written(*formula, given + constant, result)
    if not left:  # a layer of somebody's own
        left = f"{symbol_of(layer)}({', '.join(map(short, given))})"
    return f"{left} = {short(result)}"


def _product(graph, walk, name, position):
    upstream, slope = walk.gradients[name], walk.slopes[name, position]
    gradient = walk.edges[name, position]
    formulas = LOCAL.get(type(graph.layers[name]).__name__, ())
    digits = _digits(lambda x, y: x * y, (upstream, slope), upstream * slope) or 3
    local = _operand(slope, digits)
    if position < len(formulas):
        given = [*(walk.values[source] for source in graph.sources[name]), walk.values[name]]
        if formula := _written(*formulas[position], given, slope, digits):
            local = f"({formula} = {short(slope, digits)})"
    text = _("to {source}: upstream {up} × local {local} = {product}").format(
        source=graph.sources[name][position],
        up=_operand(upstream, digits),
        local=local,
        product=short(upstream * slope),
    )
    if not np.isclose(upstream * slope, gradient, rtol=1e-9, atol=1e-12):
        text += _(", but backward gives {gradient}").format(gradient=short(gradient))
    return text


def _places(values):
    return [f"{{{i}}}" for i in range(len(values))]


def _written(formula, function, given, result, shown=3):
    """The formula with numbers in it, so that a pocket calculator comes to what is shown.

    None if it never does: then the layer does something else.
    """
    digits = _digits(function, given, result, shown)
    if digits is None:
        return None
    text = formula.format(*(_operand(value, digits) for value in given))
    return re.sub(r"\(\((−[^()]*)\)\)", r"(\1)", text)  # exp((−1))


def _digits(function, given, result, shown=3):
    """How many digits of what is given lead to so many of the result: as few as possible."""
    for digits in range(shown, MOST_DIGITS + 1):
        rounded = [read(short(value, digits)) for value in given]
        with suppress(ArithmeticError, TypeError), np.errstate(all="ignore"):
            if short(function(*rounded), shown) == short(result, shown):
                return digits
    return None


def read(text):
    """The number that `short` wrote."""
    return float(text.replace("−", "-"))


def symbol_of(layer):
    """What stands in a node's circle."""
    own = getattr(layer, "symbol", None) or _known(layer, SYMBOLS)
    return str(own or type(layer).__name__.removesuffix("Layer"))[:5]


def _known(layer, table):
    """The table's entry for the layer's class, or for that which it is made from."""
    names = (kind.__name__ for kind in type(layer).__mro__)
    return next((table[name] for name in names if name in table), None)


def short(value, digits=3):
    """A number for a label: whole ones in full, others with so many digits, tiny ones with fewer.

    With more than three digits, for a sentence, tiny ones keep theirs.
    """
    if not np.isfinite(value):
        return "?"
    if abs(value - round(value)) < 1e-9 * max(1, abs(value)) and abs(value) < 1e6:
        text = str(round(value))
    elif 10.0**-digits <= abs(value) < 10**digits - 0.5:
        text = f"{value:.{digits if abs(value) >= 0.01 or digits > 3 else 2}g}"
    elif 1 <= abs(value) < 1e6:
        text = f"{value:.0f}"
    else:
        mantissa, exponent = f"{value:.{digits - 1 if digits > 3 else 0}e}".split("e")
        text = f"{mantissa}e{int(exponent)}"
    return text.replace("-", "−")


def _operand(value, digits=3):
    return f"({short(value, digits)})" if value < 0 else short(value, digits)


# drawing


def draw_graph(figure, data):
    art = artists(figure, partial(_lay_out, graph=data.graph))
    graph, walk, step = data.graph, data.walk, data.graph.steps[data.step]
    done = set(graph.steps[: data.step + 1])
    known = {*graph.inputs, *(s.name for s in done if s.kind == "forward")}
    flowed = {s.name for s in done if s.kind == "backward"}
    seeded = any(s.kind == "seed" for s in done)
    for key, edge in art.edges.items():
        result = key == graph.output
        node, source = (None, key) if result else (key[0], graph.sources[key[0]][key[1]])
        has_gradient = seeded if result else node in flowed
        gradient = 1.0 if result else walk.edges[key]
        edge.value.set_text(short(walk.values[source]) if source in known else "")
        edge.gradient.set_text(short(gradient) if has_gradient else "")
        _light_edge(edge, step, node, result, source in known)
    for name, node in art.nodes.items():
        active = step.name == name and step.kind in ("forward", "backward", "fork")
        color = VALUE if step.kind == "forward" else GRADIENT
        node.circle.set(
            edgecolor=color if active else BLACK if name in known else GREY,
            linewidth=3 if active else 1.2,
            facecolor="#DCEBF7" if name in known else "white",
        )
        node.symbol.set_color(BLACK if name in known else GREY)
        total = len(graph.users[name]) > 1 and _has_total(graph, name, done, flowed)
        node.total.set_text(short(walk.gradients[name]) if total else "")
    for name, box in art.inputs.items():
        active = step == ("fork", name)
        box.patch.set(edgecolor=GRADIENT if active else BLACK, linewidth=3 if active else 1.0)
        there = _has_total(graph, name, done, flowed)
        box.total.set_text(short(walk.gradients[name]) if there else "")
        box.check.set_text(_check_text(data, name) if there else "")
        box.check.set_fontweight("bold" if data.checks[name] == "✗" else "normal")
    art.title.set_text(_title(data))
    for line, text in zip(art.lines, [*data.arithmetic, "", "", ""], strict=False):
        line.set_text(text)


def _has_total(graph, name, done, flowed):
    """Have all gradients of this value arrived, and been added if there are several?"""
    if len(graph.users[name]) > 1:
        return ("fork", name) in done
    return all(node in flowed for node, _position in graph.users[name])


def _check_text(data, name):
    """Beneath an input: its slope by small steps, and whether its gradient is that."""
    mark, measured = data.checks[name], data.walk.measured[name]
    if mark == UNKNOWN:
        return "≈ ?"
    if measured.is_kink:
        mark = _("kink") if mark == KINK else mark
        return f"{short(measured.left)} | {short(measured.right)} {mark}"
    return f"≈ {short(measured.value)} {mark}"


def _light_edge(edge, step, node, result, known):
    forward = step.kind == "forward" and node == step.name
    backward = (step.kind == "backward" and node == step.name) or (step.kind == "seed" and result)
    color = VALUE if forward else GRADIENT if backward else "#505050" if known else LIGHT
    edge.line.set(color=color, linewidth=2.4 if forward or backward else 1.2)
    edge.line.set_linestyle("--" if backward else "-")
    edge.head.set_xy(edge.back_head if backward else edge.front_head)
    edge.head.set(color=color)


def _lay_out(figure, graph):
    plan = lay_out(graph)
    axes = add_axes(figure, (0, 0, 1, 1), frame=False)
    axes.set(xlim=(0, plan.width), ylim=(0, plan.height))
    center = {"ha": "center", "va": "center"}
    paper = {"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.85}
    edges = {}
    for key, points in plan.edges.items():
        (line,) = axes.plot(*points.T, zorder=1)
        front, back = _head(points), _head(points[::-1])
        (head,) = axes.fill(*front.T, zorder=1)
        x, y = plan.labels[key]
        label = {**center, "fontsize": 10.5, "bbox": paper, "zorder": 2}
        edges[key] = SimpleNamespace(
            line=line,
            head=head,
            front_head=front,
            back_head=back,
            value=axes.text(x, y + 9, "", color=VALUE, **label),
            gradient=axes.text(x, y - 9, "", color=GRADIENT, **label),
        )
    nodes = {}
    for name, layer in graph.layers.items():
        x, y = plan.places[name]
        text = symbol_of(layer)
        circle = _circle(axes, x, y)
        axes.text(x, y + RADIUS + 8, name, color=GREY, fontsize=SMALL, zorder=2, **center)
        nodes[name] = SimpleNamespace(
            circle=circle,
            symbol=axes.text(x, y, text, fontsize=13 if len(text) < 3 else 9, zorder=4, **center),
            total=axes.text(x, y - RADIUS - 9, "", color=GRADIENT, fontsize=10, zorder=3, **center),
        )
    boxes = {}
    for name in graph.inputs:
        boxes[name] = _input(axes, name, *plan.places[name], plan.boxes[name], center)
    _input(axes, graph.output, *plan.places[""], plan.boxes[""], center)
    note = _("above an edge: value    below: gradient    ≈ slope measured by small steps")
    axes.text(plan.width - 12, 10, note, color=GREY, fontsize=SMALL, ha="right", va="center")
    top = plan.height - 16
    return SimpleNamespace(
        plan=plan,
        edges=edges,
        nodes=nodes,
        inputs=boxes,
        title=axes.text(12, top, "", fontsize=11, fontweight="bold", va="center"),
        lines=[axes.text(12, top - 20 * i, "", fontsize=11, va="center") for i in (1, 2, 3)],
    )


def _circle(axes, x, y):
    angle = np.linspace(0, 2 * np.pi, 49)
    (patch,) = axes.fill(x + RADIUS * np.cos(angle), y + RADIUS * np.sin(angle), zorder=3)
    return patch


def _input(axes, name, x, y, width, center):
    sides = [(x - width / 2, x + width / 2), (y - 12, y + 12)]
    corners = [(sides[0][i], sides[1][j]) for i, j in ((0, 0), (1, 0), (1, 1), (0, 1))]
    (patch,) = axes.fill(*np.transpose(corners), facecolor="#F4F4F4", edgecolor=BLACK, zorder=3)
    axes.text(x, y, name, fontsize=10, zorder=4, **center)
    return SimpleNamespace(
        patch=patch,
        total=axes.text(
            x, y - 12 - LINE / 2 - 2, "", color=GRADIENT, fontsize=10, zorder=3, **center
        ),
        check=axes.text(x, y - 12 - 3 * LINE / 2 - 2, "", fontsize=SMALL, zorder=3, **center),
    )


def _head(points):
    """The three corners of an arrow's head at the last of the points."""
    tip, before = points[-1], points[-4]
    along = (tip - before) / np.linalg.norm(tip - before)
    across = np.array([-along[1], along[0]])
    return np.array([tip, tip - 9 * along + 4 * across, tip - 9 * along - 4 * across])


# words


def _title(data):
    graph, (kind, name) = data.graph, data.graph.steps[data.step]
    count = len(graph.steps) - 1
    if kind == "start":
        return _("Step 0 of {count}: the inputs").format(count=count)
    words = {
        "forward": _("forward through {symbol} ({name})"),
        "seed": _("the gradient of {name} along itself is 1"),
        "backward": _("backward through {symbol} ({name})"),
        "fork": _("{name} is used {times} times: the gradients add up"),
        "end": _("every gradient of {name} is known"),
    }[kind]
    symbol = symbol_of(graph.layers[name]) if name in graph.layers else ""
    what = words.format(name=name, symbol=symbol, times=len(graph.users[name]))
    return _("Step {step} of {count}: {what}").format(step=data.step, count=count, what=what)


def describe_graph(data):
    graph, (kind, name) = data.graph, data.graph.steps[data.step]
    text = _title(data) + "."
    if data.arithmetic:
        text += " " + "; ".join(data.arithmetic) + "."
    if kind == "backward":
        why = WHY.get(type(graph.layers[name]).__name__)
        why = None if WRONG in data.checks.values() else why  # it is about a layer that is right
        text += " " + _("Local gradient: {why}.").format(why=why) if why else ""
    if kind in ("start", "end"):
        given = {n: short(data.walk.values[n], 4) for n in graph.inputs}
        text += " " + ", ".join(f"{n} = {value}" for n, value in given.items()) + "."
    if kind == "end":
        text += " " + _end(data)
    return text


def _end(data):
    graph, walk = data.graph, data.walk
    slopes = ", ".join(f"{n} {short(walk.gradients[n], 4)}" for n in graph.inputs)
    text = _("{name} = {value}; gradients: {slopes}.").format(
        name=graph.output, value=short(walk.values[graph.output], 4), slopes=slopes
    )
    for name, mark in walk.checks.items():
        if mark != AGREES:
            measured = walk.measured[name]
            sides = {"left": short(measured.left, 4), "right": short(measured.right, 4)}
            text += " " + _why_not(mark, measured.is_kink).format(
                name=name, measured=short(measured.value, 4), **sides
            )
    if set(walk.checks.values()) == {AGREES}:
        text += " " + _("Small steps measure the same.")
    return text


def _why_not(mark, is_kink):
    if mark == WRONG and is_kink:
        return _(
            "At a kink, {name} has {left} to its left and {right} to its right: they disagree."
        )
    if mark == WRONG:
        return _("Measured by small steps, {name} has {measured}: they disagree.")
    if mark == KINK:
        return _("At a kink, {name} has two slopes, {left} to its left and {right} to its right.")
    return _("What a small step of {name} moves is lost in the last digits: no verdict.")


def graph_panel(graph="apple", *, step=None, hide=(), **start):
    """Walk through a graph: the name of a built-in one, or a `Graph` of your own.

    step: where to start; without it, where the forward pass is done; -1 is the last step.
    """
    if isinstance(graph, str):
        if graph not in GRAPHS:
            known = ", ".join(GRAPHS)
            text = _("graph_panel: there is no graph {name}; choose from: {known}.")
            raise ValueError(text.format(name=graph, known=known))
        title, graph = graph, GRAPHS[graph]()
    elif isinstance(graph, Graph):
        title = graph.output
    else:
        text = _("graph_panel: a Graph or the name of one is expected; {kind} arrived.")
        raise TypeError(text.format(kind=type(graph).__name__))
    _expect_small(graph)
    last, forward = len(graph.steps) - 1, len(graph.order)
    if step is None:
        step = forward
    elif not isinstance(step, int) or not -last <= step <= last:
        text = _("graph_panel: the steps are 0 to {last}; {step} arrived.")
        raise ValueError(text.format(last=last, step=step))
    plan = lay_out(graph)
    panel = Panel(
        title=_("Graph: {name}").format(name=title),
        controls={
            "step": Scrubber(_("step"), last, range(last + 1)[step], interval=1500),
            **{name: _field(name, value) for name, value in graph.inputs.items()},
        },
        compute=partial(compute_graph, graph),
        draw=draw_graph,
        describe=describe_graph,
        figsize=(plan.width / DPI, plan.height / DPI),
        presets={
            _("inputs only"): {"step": 0},
            _("forward done"): {"step": forward},
            _("backward done"): {"step": last},
        },
        preset_label=_("go to"),
        hide=hide if len(graph.inputs) < MOST_INPUTS else ("presets", *_names(hide)),
    )
    panel.add_class("panel-scroll")
    return panel.start(start)


def _names(hide):
    return (hide,) if isinstance(hide, str) else tuple(hide)


def _field(name, value):
    return number(name, float(value), step=1.0 if value == round(value) else 0.1)


def _expect_small(graph):
    if len(graph.inputs) > MOST_INPUTS or len(graph.layers) > MOST_NODES:
        text = _(
            "graph_panel: {inputs} inputs and {nodes} nodes; a panel has room for "
            "{most_inputs} and {most_nodes}."
        )
        raise ValueError(
            text.format(
                inputs=len(graph.inputs),
                nodes=len(graph.layers),
                most_inputs=MOST_INPUTS,
                most_nodes=MOST_NODES,
            )
        )
    for name in ("step", "presets"):
        if name in graph.inputs:
            text = _("graph_panel: an input cannot be called {name}, the panel has that already.")
            raise ValueError(text.format(name=name))

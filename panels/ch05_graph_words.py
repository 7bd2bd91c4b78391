"""What a graph's steps do, in words and numbers that a pocket calculator confirms."""

from gettext import gettext as _

import numpy as np

from common.functions import sigmoid

from .ch05_layers import AddConstant, DivConstant, MulConstant, PowConstant
from .ch05_measured import AGREES, KINK, WRONG
from .ch05_written import digits_for, operand, short, written
from .shell import N_

FORMULAS = {  # class of the layer -> what its forward does to {0} and {1}, written and computed
    "AddLayer": ("{0} + {1}", lambda x, y: x + y),
    "SubLayer": ("{0} − {1}", lambda x, y: x - y),
    "MulLayer": ("{0} × {1}", lambda x, y: x * y),
    "DivLayer": ("{0} ÷ {1}", lambda x, y: x / y),
    "MaxLayer": ("max({0}, {1})", max),
    "AddConstant": ("{0} + {1}", lambda x, c: x + c),
    "MulConstant": ("{0} × {1}", lambda x, c: x * c),
    "DivConstant": ("{0} ÷ {1}", lambda x, c: x / c),
    "PowConstant": ("{0}^{1}", lambda x, c: x**c),
    "SquareLayer": ("{0}²", lambda x: x * x),
    "LogLayer": ("log({0})", np.log),
    "ExpLayer": ("exp({0})", np.exp),
    "ReciprocalLayer": ("1 / {0}", lambda x: 1 / x),
    "Relu": ("max(0, {0})", lambda x: max(0, x)),
    "Sigmoid": ("σ({0})", sigmoid),
}
WHY = {  # class of the layer -> what its local gradient is
    "AddLayer": N_("+ passes on"),
    "SubLayer": N_("1 for the first input, −1 for the second"),
    "MulLayer": N_("the other input"),
    "DivLayer": N_("1/y for the upper input, −x/y² for the lower"),
    "MaxLayer": N_("1 for the larger, 0 for the other"),
    "AddConstant": N_("+ passes on"),
    "MulConstant": N_("the constant"),
    "DivConstant": N_("1 / the constant"),
    "PowConstant": N_("the exponent, times the input to a power that is lower by 1"),
    "SquareLayer": N_("twice the input"),
    "LogLayer": N_("1 / input"),
    "ExpLayer": N_("its own output"),
    "ReciprocalLayer": N_("−1 / input²"),
    "Relu": N_("1 for an input above 0, else 0"),
    "Sigmoid": N_("y(1 − y), from its own output y"),
}
LOCAL = {  # class of the layer -> its local gradients, where they are more than a number
    "DivLayer": (  # the inputs come first, then the output
        ("1/{1}", lambda x, y, out: 1 / y),
        ("−{0}/{1}²", lambda x, y, out: -x / y**2),
    ),
    "SquareLayer": (("2·{0}", lambda x, out: 2 * x),),
    "LogLayer": (("1/{0}", lambda x, out: 1 / x),),
    "ExpLayer": (("exp({0})", lambda x, out: np.exp(x)),),
    "ReciprocalLayer": (("−1/{0}²", lambda x, out: -1 / x**2),),
    "Sigmoid": (("{1}·(1 − {1})", lambda x, out: out * (1 - out)),),
}
CONSTANTS = (AddConstant, MulConstant, DivConstant, PowConstant)
SYMBOLS = {
    "AddLayer": "+",
    "MulLayer": "×",
    "DivLayer": "÷",
    "MaxLayer": "max",
    "Sigmoid": "σ",
    "Relu": "ReLU",
}


def arithmetic(graph, walk, step):
    kind, name = step
    if kind == "forward":
        return (_forward(graph, walk, name),)
    if kind == "backward":
        return tuple(_product(graph, walk, name, i) for i in range(len(graph.sources[name])))
    if kind == "fork":
        parts, result = [walk.edges[edge] for edge in graph.users[name]], walk.gradients[name]
        form = " + ".join([f"{{{i}}}" for i in range(len(parts))])
        return (f"{written(form, lambda *parts: sum(parts), parts, result)} = {short(result)}",)
    return ()


def _forward(graph, walk, name):
    layer, result = graph.layers[name], walk.values[name]
    given = [walk.values[source] for source in graph.sources[name]]
    constant = [layer.c] if isinstance(layer, CONSTANTS) else []
    formula = _known(layer, FORMULAS)
    left = formula and written(*formula, given + constant, result)
    if not left:  # a layer of somebody's own
        left = f"{symbol_of(layer)}({', '.join(map(short, given))})"
    return f"{left} = {short(result)}"


def _product(graph, walk, name, position):
    upstream, slope = walk.gradients[name], walk.slopes[name, position]
    gradient = walk.edges[name, position]
    formulas = LOCAL.get(type(graph.layers[name]).__name__, ())
    digits = digits_for(lambda x, y: x * y, (upstream, slope), upstream * slope) or 3
    local = operand(slope, digits)
    if position < len(formulas):
        given = [*(walk.values[source] for source in graph.sources[name]), walk.values[name]]
        if formula := written(*formulas[position], given, slope, digits):
            local = f"({formula} = {short(slope, digits)})"
    text = _("to {source}: upstream {up} × local {local} = {product}").format(
        source=graph.sources[name][position],
        up=operand(upstream, digits),
        local=local,
        product=short(upstream * slope),
    )
    if not np.isclose(upstream * slope, gradient, rtol=1e-9, atol=1e-12):
        text += _(", but backward gives {gradient}").format(gradient=short(gradient))
    return text


def symbol_of(layer):
    """What stands in a node's circle."""
    own = getattr(layer, "symbol", None) or _known(layer, SYMBOLS)
    return str(own or type(layer).__name__.removesuffix("Layer"))[:5]


def _known(layer, table):
    """The table's entry for the layer's class, or for that which it is made from."""
    names = (kind.__name__ for kind in type(layer).__mro__)
    return next((table[name] for name in names if name in table), None)


def title(data):
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
    text = title(data) + "."
    if data.arithmetic:
        text += " " + "; ".join(data.arithmetic) + "."
    if kind == "backward":
        why = WHY.get(type(graph.layers[name]).__name__)
        why = None if WRONG in data.checks.values() else why  # it is about a layer that is right
        text += " " + _("Local gradient: {why}.").format(why=_(why)) if why else ""
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
    paths, alone, edges = ways(graph)
    say = _(
        "{paths} ways lead from the inputs to {name}: one by one they take {alone} "
        "multiplications, backpropagation takes {edges}."
    )
    if paths > 1:
        text += " " + say.format(
            paths=f"{paths:,}", name=graph.output, alone=f"{alone:,}", edges=edges
        )
    return text


def ways(graph):
    """How many ways lead from the inputs to the result; how many local gradients are multiplied
    if each way is gone alone; and how many, one for each edge, if backpropagation goes them all.
    """
    count, length = {graph.output: 1}, {graph.output: 0}
    for name in [*reversed(graph.order[:-1]), *graph.inputs]:
        count[name] = sum(count[node] for node, _position in graph.users[name])
        length[name] = sum(length[node] + count[node] for node, _position in graph.users[name])
    edges = sum(map(len, graph.sources.values()))
    return sum(count[n] for n in graph.inputs), sum(length[n] for n in graph.inputs), edges


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

"""Small layers on plain numbers, and graphs made of them (book 5.1 to 5.5).

Plus, times and their like are written here; ReLU and sigmoid are those of `common`.

Every layer keeps in forward what its backward needs; backward(dout) gives the slope along each
input: a number for one input, a tuple for several.
"""

from gettext import gettext as _
from typing import NamedTuple

import numpy as np

from common.layers import Relu, Sigmoid

from .ch05_slopes import EPS, MARGIN, Slope, slope


class AddLayer:
    symbol = "+"

    def forward(self, x, y):
        return x + y

    def backward(self, dout):
        return dout, dout


class MulLayer:
    symbol = "×"

    def __init__(self):
        self.x = self.y = None

    def forward(self, x, y):
        self.x, self.y = x, y
        return x * y

    def backward(self, dout):
        return dout * self.y, dout * self.x


class DivLayer:
    """x / y."""

    symbol = "÷"

    def __init__(self):
        self.x = self.y = None

    def forward(self, x, y):
        self.x, self.y = x, y
        return x / y

    def backward(self, dout):
        return dout / self.y, -dout * self.x / self.y**2


class MaxLayer:
    """The larger of two; of two equal ones the first."""

    symbol = "max"

    def __init__(self):
        self.first = None

    def forward(self, x, y):
        self.first = x >= y
        return x if self.first else y

    def backward(self, dout):
        return (dout, 0.0) if self.first else (0.0, dout)


class AddConstant:
    def __init__(self, c):
        self.c, self.symbol = c, f"+{c:g}"

    def forward(self, x):
        return x + self.c

    def backward(self, dout):
        return dout


class MulConstant:
    def __init__(self, c):
        self.c, self.symbol = c, f"×{c:g}".replace("-", "−")

    def forward(self, x):
        return self.c * x

    def backward(self, dout):
        return dout * self.c


class SquareLayer:
    symbol = "t²"

    def __init__(self):
        self.x = None

    def forward(self, x):
        self.x = x
        return x**2

    def backward(self, dout):
        return dout * 2 * self.x


class ExpLayer:
    symbol = "exp"

    def __init__(self):
        self.out = None

    def forward(self, x):
        self.out = np.exp(x)
        return self.out

    def backward(self, dout):
        return dout * self.out


class ReciprocalLayer:
    """1 / x."""

    symbol = "1/x"

    def __init__(self):
        self.x = None

    def forward(self, x):
        self.x = x
        return 1 / x

    def backward(self, dout):
        return -dout / self.x**2


class Step(NamedTuple):
    """One station of a walk. kind: start, forward, seed, fork, backward or end."""

    kind: str
    name: str  # of the value or of the node that it is about


class Walk(NamedTuple):
    """A graph's numbers after one pass forwards and one backwards."""

    values: dict  # name -> number
    edges: dict  # (node, position of its input) -> gradient that flows back along that edge
    slopes: dict  # the same keys -> local gradient: what backward(1) gives
    gradients: dict  # name -> gradient: the sum over the edges that leave it
    measured: dict  # name of an input -> Slope by small steps
    checks: dict  # name of an input -> AGREES, WRONG, KINK or UNKNOWN: its gradient against that

    @property
    def numerical(self):
        """name of an input -> its slope by small steps, nan where there is none."""
        return {name: one.value for name, one in self.measured.items()}


# Is a gradient what small steps measure? WRONG is proven; UNKNOWN hides behind the last digits.
AGREES, WRONG, KINK, UNKNOWN = "✓", "✗", "kink", "?"
ENOUGH = 1e-5  # relative difference up to which two slopes are one


class Graph:
    """Numbers that flow through layers into one result.

    inputs: dict, name -> number.
    nodes: rows (name of the result, layer, name of its first input, name of its second, …), in
    any order. A layer has forward(x, …) and backward(dout) and stands at one node only.
    Raises ValueError or TypeError, in a sentence for whoever built the graph.
    """

    def __init__(self, inputs, nodes):
        self.inputs = _checked_inputs(inputs)
        self.layers, self.sources = {}, {}
        for row in nodes:
            name, layer, sources = _checked_row(row)
            if name in self.inputs or name in self.layers:
                raise ValueError(_("Graph: two things are called {name}.").format(name=name))
            for other, taken in self.layers.items():
                if taken is layer:
                    text = _(
                        "Graph: one and the same layer stands at {one} and at {two}. Each node "
                        "needs a layer of its own, because forward keeps its inputs in it."
                    )
                    raise ValueError(text.format(one=other, two=name))
            self.layers[name], self.sources[name] = layer, sources
        if not self.layers:
            raise ValueError(_("Graph: there are no nodes; give rows (name, layer, inputs …)."))
        self._expect_known_sources()
        self.order = self._sorted()
        self.output = self._expect_one_end()
        self.users = {name: [] for name in (*self.inputs, *self.order)}  # name -> edges
        for node in self.order:
            for position, source in enumerate(self.sources[node]):
                self.users[source].append((node, position))
        self.steps = self._stations()

    def walk(self, **inputs):
        """Forward and backward through the real layers: a Walk. Without words, the own inputs."""
        numbers = _checked_inputs({**self.inputs, **inputs})
        if len(numbers) > len(self.inputs):
            unknown = ", ".join(set(numbers) - set(self.inputs))
            raise ValueError(_("Graph: {names} is no input.").format(names=unknown))
        with np.errstate(all="ignore"):
            values = self._forward(numbers)
            edges, gradients = {}, {self.output: 1.0}
            for name in [*reversed(self.order), *self.inputs]:
                if name != self.output:
                    gradients[name] = sum(edges[edge] for edge in self.users[name])
                if name in self.layers:
                    for position, gradient in enumerate(self._back(name, gradients[name])):
                        edges[name, position] = gradient
            slopes = {name: self._back(name, 1.0) for name in self.order}
            slopes = {(node, i): one for node, all_ in slopes.items() for i, one in enumerate(all_)}
            found = self._measured(values, slopes, gradients)
            self._forward(numbers)  # small steps have left their traces in the layers
        measured = {name: one for name, (one, _check) in found.items()}
        checks = {name: check for name, (_one, check) in found.items()}
        return Walk(values, edges, slopes, gradients, measured, checks)

    def result(self, **inputs):
        """The number at the end, forward only."""
        return self._forward({**self.inputs, **inputs})[self.output]

    def _forward(self, numbers):
        values = dict(numbers)
        for name in self.order:
            given = [values[source] for source in self.sources[name]]
            value = self._asked(name, "forward", *given)
            values[name] = _one_number(value, f"{self._title(name)}, forward")
        return values

    def _back(self, name, dout):
        """The gradients along the inputs of one node, a tuple."""
        got = self._asked(name, "backward", dout)
        got = tuple(got) if isinstance(got, (tuple, list)) else (got,)
        count = len(self.sources[name])
        where = f"{self._title(name)}, backward"
        if len(got) != count:
            text = _("{where}: {got} came back, and the node has {count} inputs.")
            raise ValueError(text.format(where=where, got=len(got), count=count))
        return tuple(_one_number(one, where) for one in got)

    def _asked(self, name, method, *args):
        try:
            return getattr(self.layers[name], method)(*args)
        except ZeroDivisionError as error:
            raise ValueError(self._divided_by_zero(name, method, args)) from error
        except OverflowError as error:
            raise ValueError(_too_large(f"{self._title(name)}, {method}")) from error
        except Exception as error:
            text = _("{where}, {method}: {kind}: {error}").format(
                where=self._title(name), method=method, kind=type(error).__name__, error=error
            )
            raise ValueError(text) from error

    def _divided_by_zero(self, name, method, given):
        """Which 0 it is, and whose numbers could be others."""
        sources = self.sources[name]
        if method == "backward" or 0 not in given:
            text = _(
                "{where} divides by 0, or by less than a float can hold. Choose another {names}."
            )
            return text.format(
                where=f"{self._title(name)}, {method},", names=self._inputs_of(sources)
            )
        below = len(given) - 1 - given[::-1].index(0)  # as in x / y, if both are 0
        above = given[1 - below] if len(given) == 2 else 1
        text = _(
            "The division at {name} gets a 0 below: {above}/0 has no value. Choose another {names}."
        )
        names = self._inputs_of([sources[below]])
        return text.format(name=name, above=f"{above:g}", names=names)

    def _inputs_of(self, names):
        """The inputs that these come from: "x or y"."""
        waiting, found = list(names), set()
        while waiting:
            name = waiting.pop()
            found.add(name)
            waiting += self.sources.get(name, ())
        return _(" or ").join(name for name in self.inputs if name in found)

    def _title(self, name):
        return _("{layer} at {name}").format(layer=type(self.layers[name]).__name__, name=name)

    def _measured(self, values, slopes, gradients):
        """name of an input -> its Slope by small steps, and the verdict on its gradient.

        There are two ways to measure: nudge the input itself; or nudge every node alone, and
        multiply and add along the ways to the result. Rounding spoils now the one, now the other:
        one that agrees is enough, and otherwise that with the smaller error bar counts.
        """
        alone = {edge: self._nudged_alone(edge, values, claim) for edge, claim in slopes.items()}
        # Of every name: its slope, the error bar, and the sizes of all ways to it, added up.
        ways = {self.output: np.array([1.0, 0.0, 1.0])}
        for name in [*reversed(self.order[:-1]), *self.inputs]:
            ways[name] = sum(_step_back(ways[node], alone[node, i]) for node, i in self.users[name])
        noise = sum(EPS * abs(values[name]) * ways[name][2] for name in values)
        has_corners = any(one.is_kink for one in alone.values())
        found = {}
        for name in self.inputs:
            by_nodes, error, size = (float(part) for part in ways[name])
            at_once = slope(self._along(name, values), values[name], gradients[name], noise)
            both = [at_once, Slope(by_nodes, error, np.nan, np.nan)]
            if at_once.is_kink and error < np.inf:  # where no node has a kink, there is none
                del both[0]
            both.sort(key=lambda one: one.error)
            told = [(one, _verdict(gradients[name], one, MARGIN * EPS * size)) for one in both]
            best, check = next((pair for pair in told if pair[1] == AGREES), told[0])
            if check == WRONG and not has_corners and _leaves_doubt(both):
                check = UNKNOWN
            found[name] = best, check
        return found

    def _nudged_alone(self, edge, values, claim):
        """The slope of one node along one of its inputs."""
        node, position = edge
        given = [values[source] for source in self.sources[node]]

        def along(value):
            return self._quietly(node, *given[:position], value, *given[position + 1 :])

        return slope(along, given[position], claim)

    def _along(self, name, values):
        """The result as a function of one input."""

        def along(value):
            now = {**values, name: value}
            for node in self.order:
                now[node] = self._quietly(node, *(now[source] for source in self.sources[node]))
            return now[self.output]

        return along

    def _quietly(self, node, *given):
        """What a node gives out, nan where it has no value."""
        try:
            return float(self.layers[node].forward(*given))
        except (ArithmeticError, ValueError):
            return np.nan

    def _expect_known_sources(self):
        for name, sources in self.sources.items():
            for source in sources:
                if source not in self.inputs and source not in self.layers:
                    known = ", ".join([*self.inputs, *self.layers])
                    text = _(
                        "Graph: {name} takes {source}, and nobody gives that. There are {known}."
                    )
                    raise ValueError(text.format(name=name, source=source, known=known))

    def _sorted(self):
        """Names of the nodes, each behind those that it takes."""
        order, path = [], []

        def visit(name):
            if name in self.inputs or name in order:
                return
            if name in path:
                circle = " → ".join([*path[path.index(name) :], name])
                text = _("Graph: {circle} is a circle, so no node in it can be the first.")
                raise ValueError(text.format(circle=circle))
            path.append(name)
            for source in self.sources[name]:
                visit(source)
            order.append(path.pop())

        for name in self.layers:
            visit(name)
        return order

    def _expect_one_end(self):
        used = {source for sources in self.sources.values() for source in sources}
        ends = [name for name in (*self.inputs, *self.layers) if name not in used]
        if len(ends) > 1:
            text = _("Graph: {names} go nowhere, and a graph ends in one result.")
            raise ValueError(text.format(names=", ".join(ends)))
        return ends[0]

    def _stations(self):
        """Every station from the bare inputs to the last gradient."""
        steps = [Step("start", ""), *(Step("forward", name) for name in self.order)]
        steps.append(Step("seed", self.output))
        left = {name: len(edges) for name, edges in self.users.items()}
        for node in reversed(self.order):
            steps.append(Step("backward", node))
            for source in dict.fromkeys(self.sources[node]):
                left[source] -= self.sources[node].count(source)
                if left[source] == 0 and len(self.users[source]) > 1:
                    steps.append(Step("fork", source))
        return (*steps, Step("end", self.output))


def _too_large(where):
    text = _("{where}: the result is larger than a float can be. Choose other numbers.")
    return text.format(where=where)


def _step_back(way, local):
    """The slope, error bar and size of a way that is one node longer. Unknown: an endless bar."""
    value, error, size = way
    if local.steepest == 0 and local.error == 0:
        return np.zeros(3)
    longer = abs(value) * local.error + error * (local.steepest + local.error)
    longer = np.inf if np.isnan(longer) or np.isnan(local.value) else longer
    return np.array([value * np.nan_to_num(local.value), longer, size * local.steepest])


def _leaves_doubt(both):
    """Do two ways to measure contradict each other, or does one of them come to nothing?"""
    values, errors = zip(*((one.value, one.error) for one in both), strict=True)
    return max(errors) == np.inf or np.ptp(values) > sum(errors) > 0


def _verdict(gradient, measured, rounding):
    """What small steps say of a gradient, of which `rounding` may be lost in the last digits."""
    if measured.error == np.inf and not measured.is_kink:
        return UNKNOWN
    off = 2 * measured.error + ENOUGH * max(abs(gradient), abs(measured.value)) + rounding
    if measured.is_kink:  # any slope between those of the two sides would do
        low, high = sorted((measured.left, measured.right))
        off = 0.01 * (high - low)
        return KINK if low - off <= gradient <= high + off else WRONG
    if abs(gradient - measured.value) > off:
        return WRONG
    size = max(abs(gradient), abs(measured.value))
    known = gradient == measured.value or measured.error <= max(0.01 * size, rounding)
    return AGREES if known else UNKNOWN


def _checked_inputs(inputs):
    if not isinstance(inputs, dict) or not inputs:
        raise TypeError(_("Graph: inputs is a dict of names and numbers, with at least one."))
    for name in inputs:
        _expect_name(name)
    return {name: _one_number(value, name) for name, value in inputs.items()}


def _checked_row(row):
    if not isinstance(row, (tuple, list)) or len(row) < 3:
        raise TypeError(
            _("Graph: a node is a row (name, layer, input, …); {row} arrived.").format(row=row)
        )
    name, layer, *sources = row
    for one in (name, *sources):
        _expect_name(one)
    if isinstance(layer, type):
        text = _("Graph: {name} needs a layer, not its class: {kind}(), with parentheses.")
        raise TypeError(text.format(name=name, kind=layer.__name__))
    for method in ("forward", "backward"):
        if not callable(getattr(layer, method, None)):
            text = _("Graph: the layer at {name} is of the kind {kind} and has no {method}.")
            raise TypeError(text.format(name=name, kind=type(layer).__name__, method=method))
    return name, layer, tuple(sources)


def _expect_name(name):
    if not isinstance(name, str) or not name.strip():
        raise TypeError(_("Graph: a name is a text; {name} arrived.").format(name=repr(name)))


def _one_number(value, where):
    """value as a float, if it is one finite number."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        kind = "None" if value is None else type(value).__name__
        raise TypeError(_("{where}: {kind} instead of a number.").format(where=where, kind=kind))
    if np.isinf(value):
        raise ValueError(_too_large(where))
    if not np.isfinite(value):
        text = _("{where} is {value}, and no graph can go on from there.")
        raise ValueError(text.format(where=where, value=f"{value:g}"))
    return float(value)


def apple():
    """Two apples at 100, with 10 % tax (book 5.1.1)."""
    return Graph(
        {"apple": 100, "number": 2, "tax": 1.1},
        [("price", MulLayer(), "apple", "number"), ("total", MulLayer(), "price", "tax")],
    )


def apple_and_orange():
    """Two apples at 100 and three oranges at 150, with 10 % tax (book 5.4.2)."""
    return Graph(
        {"number": 2, "apple": 100, "orange": 150, "count": 3, "tax": 1.1},
        [
            ("apples", MulLayer(), "number", "apple"),
            ("oranges", MulLayer(), "orange", "count"),
            ("price", AddLayer(), "apples", "oranges"),
            ("total", MulLayer(), "price", "tax"),
        ],
    )


def square_of_sum():
    """z = t² with t = x + y (book 5.2.2)."""
    return Graph({"x": 2, "y": 1}, [("t", AddLayer(), "x", "y"), ("z", SquareLayer(), "t")])


def sum_times():
    """f = (x + y) z."""
    return Graph(
        {"x": -2, "y": 5, "z": -4},
        [("q", AddLayer(), "x", "y"), ("f", MulLayer(), "q", "z")],
    )


def fork():
    """f = (x + y) x: x goes two ways, and the gradients of both ways add up."""
    return Graph(
        {"x": 3, "y": 1},
        [("s", AddLayer(), "x", "y"), ("f", MulLayer(), "x", "s")],
    )


def maximum():
    """f = max(x, y) z: only the larger one is heard, and only it gets a gradient."""
    return Graph(
        {"x": 4, "y": 2, "z": 3},
        [("m", MaxLayer(), "x", "y"), ("f", MulLayer(), "m", "z")],
    )


def neuron(*activation):
    """One neuron: w0 x0 + w1 x1 + b, and what makes y of it."""
    return Graph(
        {"w0": 2, "x0": -1, "w1": -3, "x1": -2, "b": -3},
        [
            ("a0", MulLayer(), "w0", "x0"),
            ("a1", MulLayer(), "w1", "x1"),
            ("s", AddLayer(), "a0", "a1"),
            ("a", AddLayer(), "s", "b"),
            *activation,
        ],
    )


def sigmoid_neuron():
    """One neuron, sigmoid(w0 x0 + w1 x1 + b), in its smallest parts (book 5.5.2)."""
    return neuron(
        ("−a", MulConstant(-1), "a"),
        ("e", ExpLayer(), "−a"),
        ("d", AddConstant(1), "e"),
        ("y", ReciprocalLayer(), "d"),
    )


def folded_neuron():
    """The same neuron, with the layer that networks use in place of its last four nodes."""
    return neuron(("y", Sigmoid(), "a"))


def relu_neuron():
    """y = relu(w x + b), with the layer that networks use (book 5.5.1)."""
    return Graph(
        {"w": 2, "x": 1.5, "b": -1},
        [("p", MulLayer(), "w", "x"), ("a", AddLayer(), "p", "b"), ("y", Relu(), "a")],
    )


def maxout():
    """y = max(u x + b, v x + c): the larger of two straight lines.

    Source: I. Goodfellow et al., "Maxout networks", 2013.
    """
    return Graph(
        {"u": 1, "b": 0.5, "x": 2, "v": -1, "c": 1},
        [
            ("p", MulLayer(), "u", "x"),
            ("q", MulLayer(), "v", "x"),
            ("s", AddLayer(), "p", "b"),
            ("t", AddLayer(), "q", "c"),
            ("y", MaxLayer(), "s", "t"),
        ],
    )


GRAPHS = {
    "apple": apple,
    "apple and orange": apple_and_orange,
    "(x + y)²": square_of_sum,
    "(x + y) z": sum_times,
    "fork": fork,
    "max": maximum,
    "sigmoid neuron": sigmoid_neuron,
    "folded neuron": folded_neuron,
    "ReLU neuron": relu_neuron,
    "maxout": maxout,
}

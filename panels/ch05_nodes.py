"""Small layers on plain numbers, and graphs made of them (book 5.1 to 5.4).

Every layer keeps in forward what its backward needs; backward(dout) gives the slope along each
input: a number for one input, a tuple for several.
"""

from gettext import gettext as _
from typing import NamedTuple

import numpy as np


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
    numerical: dict  # name of an input -> slope by small steps, nan where it cannot be measured
    kinks: frozenset  # inputs where the slopes to the left and to the right differ


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
        numerical, kinks = {}, set()
        with np.errstate(all="ignore"):
            for name in numbers:  # first, because the layers remember their last forward
                numerical[name], left, right = self._measured(name, numbers)
                if abs(left - right) > 0.05 * max(abs(left), abs(right)):
                    kinks.add(name)
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
        return Walk(values, edges, slopes, gradients, numerical, frozenset(kinks))

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
        except Exception as error:
            text = _("{where}, {method}: {kind}: {error}").format(
                where=self._title(name), method=method, kind=type(error).__name__, error=error
            )
            raise ValueError(text) from error

    def _title(self, name):
        return _("{layer} at {name}").format(layer=type(self.layers[name]).__name__, name=name)

    def _measured(self, name, numbers):
        """The central slope along an input by small steps, and those to its left and right."""
        x = numbers[name]
        h = 1e-4 * max(1.0, abs(x))
        try:
            below, here, above = (
                self._forward({**numbers, name: value})[self.output] for value in (x - h, x, x + h)
            )
        except ValueError:
            return (np.nan,) * 3
        return (above - below) / (2 * h), (here - below) / h, (above - here) / h

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


def sigmoid_neuron():
    """One neuron, sigmoid(w0 x0 + w1 x1 + b), in its smallest parts (book 5.5.2)."""
    return Graph(
        {"w0": 2, "x0": -1, "w1": -3, "x1": -2, "b": -3},
        [
            ("a0", MulLayer(), "w0", "x0"),
            ("a1", MulLayer(), "w1", "x1"),
            ("s", AddLayer(), "a0", "a1"),
            ("a", AddLayer(), "s", "b"),
            ("−a", MulConstant(-1), "a"),
            ("e", ExpLayer(), "−a"),
            ("d", AddConstant(1), "e"),
            ("y", ReciprocalLayer(), "d"),
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
}

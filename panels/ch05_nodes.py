"""Graphs: numbers that flow through layers into one result, and back (book 5.1 to 5.5)."""

from gettext import gettext as _
from typing import NamedTuple

import numpy as np

from .ch05_measured import measured_gradients


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


class Graph:
    """Numbers that flow through layers into one result.

    inputs: dict, name -> number.
    nodes: rows (name of the result, layer, name of its first input, name of its second, …), in
    any order. A layer has forward(x, …) and backward(dout) and stands at one node only.
    Raises ValueError or TypeError, in a sentence for whoever built the graph.
    """

    formula = None  # what it was traced from

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
            found = measured_gradients(self, values, slopes, gradients)
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

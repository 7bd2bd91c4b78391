"""Is a graph's gradient what small steps measure? Its slopes by small steps, and the verdicts."""

import numpy as np

from .ch05_slopes import EPS, MARGIN, Slope, slope

# WRONG is proven; UNKNOWN hides behind the last digits.
AGREES, WRONG, KINK, UNKNOWN = "✓", "✗", "kink", "?"
ENOUGH = 1e-5  # relative difference up to which two slopes are one


def measured_gradients(graph, values, slopes, gradients):
    """name of an input -> its Slope by small steps, and the verdict on its gradient.

    There are two ways to measure: nudge the input itself; or nudge every node alone, and
    multiply and add along the ways to the result. Rounding spoils now the one, now the other:
    one that agrees is enough, and otherwise that with the smaller error bar counts.
    """
    alone = {edge: _nudged_alone(graph, edge, values, claim) for edge, claim in slopes.items()}
    # Of every name: its slope, the error bar, and the sizes of all ways to it, added up.
    ways = {graph.output: np.array([1.0, 0.0, 1.0])}
    for name in [*reversed(graph.order[:-1]), *graph.inputs]:
        ways[name] = sum(_step_back(ways[node], alone[node, i]) for node, i in graph.users[name])
    noise = sum(EPS * abs(values[name]) * ways[name][2] for name in values)
    has_corners = any(one.is_kink for one in alone.values())
    found = {}
    for name in graph.inputs:
        by_nodes, error, size = (float(part) for part in ways[name])
        at_once = slope(_along(graph, name, values), values[name], gradients[name], noise)
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


def _nudged_alone(graph, edge, values, claim):
    """The slope of one node along one of its inputs."""
    node, position = edge
    given = [values[source] for source in graph.sources[node]]

    def along(value):
        return _quietly(graph, node, *given[:position], value, *given[position + 1 :])

    return slope(along, given[position], claim)


def _along(graph, name, values):
    """The result as a function of one input."""

    def along(value):
        now = {**values, name: value}
        for node in graph.order:
            now[node] = _quietly(graph, node, *(now[source] for source in graph.sources[node]))
        return now[graph.output]

    return along


def _quietly(graph, node, *given):
    """What a node gives out, nan where it has no value."""
    try:
        return float(graph.layers[node].forward(*given))
    except (ArithmeticError, ValueError):
        return np.nan


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

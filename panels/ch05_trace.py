"""Graphs from formulas: `trace("(x + y) * z", x=-2, y=5, z=-4)`, and from Python's own operators.

x, y, z = Node(-2, "x"), Node(5, "y"), Node(-4, "z")
graph_panel((x + y) * z)
"""

import ast
import itertools
import numbers
import operator
from gettext import gettext as _

import numpy as np

from common.layers import Relu, Sigmoid

from .ch05_layers import (
    AddConstant,
    AddLayer,
    DivConstant,
    DivLayer,
    ExpLayer,
    LogLayer,
    MaxLayer,
    MulConstant,
    MulLayer,
    PowConstant,
    ReciprocalLayer,
    SquareLayer,
    SubLayer,
)
from .ch05_nodes import Graph


class Node:
    """A number that remembers what it was calculated from: an input, or a layer's result."""

    def __init__(self, value, name=None):
        self.input, self.name, self.layer, self.sources = value, name, None, ()

    @classmethod
    def of(cls, layer, *sources):
        made = cls(None)
        made.layer, made.sources = layer, sources
        return made

    def graph(self):
        """The graph that leads to this number."""
        order = []

        def visit(node):
            if node not in order:
                for source in node.sources:
                    visit(source)
                order.append(node)

        visit(self)
        inputs = [node for node in order if node.layer is None]
        taken = {node.name for node in inputs}
        names = {}
        fresh = (name for i in itertools.count(1) if (name := f"n{i}") not in taken)
        letters = (letter for letter in "abcdeghijk" if letter not in taken)
        for node in order:
            if node.layer is None:
                names[node] = node.name or next(letters)
            elif node is self:
                names[node] = "f" if "f" not in taken else "result"
            else:
                names[node] = next(fresh)
        if len(set(names.values())) < len(names):
            raise ValueError(_("Node: two inputs have one name; give each a name of its own."))
        rows = [
            (names[node], node.layer, *(names[source] for source in node.sources))
            for node in order
            if node.layer is not None
        ]
        return Graph({names[node]: node.input for node in inputs}, rows)

    def __repr__(self):
        return f"Node({self.input if self.layer is None else self.graph().result():g})"

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        """NumPy's functions of nodes: np.exp(x), np.maximum(x, y), np.float64(2) * x."""
        if method != "__call__" or options or ufunc not in UFUNCS:
            raise TypeError(_refusal(f"np.{ufunc.__name__}"))
        return UFUNCS[ufunc](*inputs)

    def _compared(self, other):
        raise TypeError(_("Node: two nodes have no order; for the larger one write np.maximum."))

    __lt__ = __le__ = __gt__ = __ge__ = _compared


def _is_node(x):
    return isinstance(x, Node)


def _constant(c):
    if isinstance(c, bool) or not isinstance(c, numbers.Real):
        raise TypeError(_refusal(type(c).__name__))
    return float(c)


def add(x, y):
    if _is_node(x) and _is_node(y):
        return Node.of(AddLayer(), x, y)
    x, y = (x, y) if _is_node(x) else (y, x)
    return Node.of(AddConstant(_constant(y)), x)


def subtract(x, y):
    if _is_node(x) and _is_node(y):
        return Node.of(SubLayer(), x, y)
    return add(x, -_constant(y)) if _is_node(x) else add(negative(y), x)


def multiply(x, y):
    if _is_node(x) and _is_node(y):
        return Node.of(MulLayer(), x, y)
    x, y = (x, y) if _is_node(x) else (y, x)
    return Node.of(MulConstant(_constant(y)), x)


def divide(x, y):
    if _is_node(x) and _is_node(y):
        return Node.of(DivLayer(), x, y)
    if _is_node(x):
        return Node.of(DivConstant(_constant(y)), x)
    turned = Node.of(ReciprocalLayer(), y)
    return turned if _constant(x) == 1 else multiply(turned, x)


def power(x, n):
    if _is_node(n):
        raise ValueError(_("trace: an exponent is a number here; x to the y is exp(y * log(x))."))
    return Node.of(SquareLayer() if n == 2 else PowConstant(_constant(n)), x)


def larger(x, y):
    if _is_node(x) and _is_node(y):
        return Node.of(MaxLayer(), x, y)
    x, y = (x, y) if _is_node(x) else (y, x)
    if _constant(y) != 0:
        raise ValueError(_("trace: max takes two values that vary, or one and 0."))
    return Node.of(Relu(), x)


def negative(x):
    return Node.of(MulConstant(-1.0), x)


def exp(x):
    return Node.of(ExpLayer(), x)


def log(x):
    return Node.of(LogLayer(), x)


def sigmoid(x):
    return Node.of(Sigmoid(), x)


def relu(x):
    return Node.of(Relu(), x)


OPERATORS = {
    "add": (ast.Add, np.add, add, operator.add),
    "sub": (ast.Sub, np.subtract, subtract, operator.sub),
    "mul": (ast.Mult, np.multiply, multiply, operator.mul),
    "truediv": (ast.Div, np.divide, divide, operator.truediv),
    "pow": (ast.Pow, np.power, power, operator.pow),
}
UFUNCS = {ufunc: made for _kind, ufunc, made, _plain in OPERATORS.values()}
UFUNCS |= {
    np.exp: exp,
    np.log: log,
    np.maximum: larger,
    np.negative: negative,
    np.square: lambda x: power(x, 2),
}
FUNCTIONS = {  # name in a formula -> what it makes of nodes, what of numbers, how many it takes
    "exp": (exp, np.exp, 1),
    "log": (log, np.log, 1),
    "max": (larger, max, 2),
    "sigmoid": (sigmoid, None, 1),
    "relu": (relu, None, 1),
}

for _name, (_kind, _ufunc, _made, _plain) in OPERATORS.items():
    setattr(Node, f"__{_name}__", lambda x, y, made=_made: made(x, y))
    setattr(Node, f"__r{_name}__", lambda x, y, made=_made: made(y, x))
Node.__neg__ = negative


def trace(formula, /, **inputs):
    """The graph of a formula, for `graph_panel`. inputs: a number for each name in it.

    There are + − * / **, exp, log, max, sigmoid and relu; all else is refused in a ValueError.
    """
    try:
        tree = ast.parse(str(formula).strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        text = _("trace: “{formula}” is no formula that Python can read.")
        raise ValueError(text.format(formula=str(formula)[:60])) from None
    nodes = {name: Node(value, name) for name, value in inputs.items()}
    used = set()
    try:
        with np.errstate(all="ignore"):
            result = _evaluated(tree, nodes, used)
    except (ArithmeticError, RecursionError):
        raise ValueError(_("trace: a number in the formula is too large, or 0 divides.")) from None
    if not _is_node(result) or result.layer is None:
        raise ValueError(_("trace: a formula calculates something from one input or more."))
    if idle := ", ".join(name for name in inputs if name not in used):
        raise ValueError(_("trace: the formula does not use {names}.").format(names=idle))
    graph = result.graph()
    graph.formula = str(formula).strip()
    return graph


def _evaluated(tree, nodes, used):
    """The part of a formula as a Node, or as a float where no input plays a part."""
    if isinstance(tree, ast.Constant) and type(tree.value) in (int, float):
        return float(tree.value)
    if isinstance(tree, ast.Name):
        if tree.id not in nodes:
            text = _("trace: {name} has no value; write trace(…, {name}=1.0).")
            raise ValueError(text.format(name=tree.id))
        used.add(tree.id)
        return nodes[tree.id]
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub | ast.UAdd):
        inner = _evaluated(tree.operand, nodes, used)
        return -inner if isinstance(tree.op, ast.USub) else inner
    if isinstance(tree, ast.BinOp):
        for kind, _ufunc, made, plain in OPERATORS.values():
            if isinstance(tree.op, kind):
                return _applied(made, plain, [tree.left, tree.right], nodes, used)
    if isinstance(tree, ast.Call) and not tree.keywords and isinstance(tree.func, ast.Name):
        made, plain, count = FUNCTIONS.get(tree.func.id, (None, None, -1))
        if len(tree.args) == count:
            return _applied(made, plain, tree.args, nodes, used)
    raise ValueError(_refusal(ast.unparse(tree)[:40]))


def _applied(made, plain, trees, nodes, used):
    given = [_evaluated(tree, nodes, used) for tree in trees]
    if any(map(_is_node, given)):
        return made(*given)
    if plain is None:
        raise ValueError(_refusal(", ".join(map(ast.unparse, trees))[:40]))
    result = plain(*given)
    if isinstance(result, complex) or not np.isfinite(result):
        raise ArithmeticError
    return float(result)


def _refusal(part):
    text = _(
        "trace: “{part}” cannot stand in a formula; there are numbers, names, + - * / **, "
        "exp, log, max, sigmoid and relu."
    )
    return text.format(part=part)

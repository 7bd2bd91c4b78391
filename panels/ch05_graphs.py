"""The graphs that chapter 5 walks through, by the names that `graph_panel` knows."""

from common.layers import Relu, Sigmoid

from .ch05_layers import (
    AddConstant,
    AddLayer,
    ExpLayer,
    MaxLayer,
    MulConstant,
    MulLayer,
    ReciprocalLayer,
    SquareLayer,
)
from .ch05_nodes import Graph


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

STOPS = {  # values that the chapter names, beside those at the start
    "apple": [{"number": 5.0}],
    "(x + y)²": [{"x": -1.0}],
    "max": [{"y": 4.0}, {"y": 5.0}],
    "sigmoid neuron": [{"b": 3.0}],
    "ReLU neuron": [{"b": -4.0}, {"b": -3.0}],
    "(x + y) / (x * y)": [{"x": 0.005}],
}

"""Arrays, networks and graphs that a panel cannot use are refused, in one sentence."""

import numpy as np
import pytest

from common.simple_convnet import SimpleConvNet
from panels.ch03_classify import classify_panel
from panels.ch04_training import training_panel
from panels.ch05_graph import graph_panel
from panels.ch05_layers import AddLayer, MulLayer, ReciprocalLayer, SquareLayer
from panels.ch05_nodes import Graph
from panels.ch06_overfit import overfit_panel
from panels.ch06_search import search_panel
from panels.ch07_feature_maps import feature_maps_panel
from panels.ch07_pooling import pooling_panel
from tests.panels.table import DIGITS, IMAGES, LABELS, MAPS, NETS, WEIGHTS, is_one_sentence

X, T = MAPS, LABELS[: len(MAPS)]
HOLED = IMAGES.copy()
HOLED[7, 300] = np.nan

ARRAYS = [
    (classify_panel, (IMAGES[:, :700], LABELS, WEIGHTS), "images has shape (1000, 700)"),
    (classify_panel, (IMAGES, LABELS[:5], WEIGHTS), "labels has shape (5,)"),
    (classify_panel, (IMAGES, LABELS, {"W1": 1}), "lack b1, W2, b2, W3, b3"),
    (classify_panel, (IMAGES, LABELS, lambda x: x), "(1000, 10)"),
    (classify_panel, (IMAGES, LABELS, lambda x: x[:, :10] * 0 + 3), "softmax"),
    (training_panel, (HOLED, *DIGITS[1:]), "first in image 7"),
    (training_panel, (IMAGES * 255, *DIGITS[1:]), "divide pixels by 255"),
    (training_panel, (*DIGITS[:2], IMAGES[:0], LABELS), "x_test is float32 of shape (0, 784)"),
    (training_panel, (IMAGES, LABELS[:, np.newaxis], *DIGITS[2:]), "t_train has shape (1000, 1)"),
    (training_panel, (*DIGITS[:3], LABELS + 5), "t_test holds uint8 from 5 to 14"),
    (search_panel, (IMAGES[:9], LABELS[:9], *DIGITS[2:]), "400 training images; 9 are there"),
    (overfit_panel, [part[:99] for part in DIGITS], "300 samples are asked for; there are 99"),
    (feature_maps_panel, (IMAGES, LABELS, NETS), "flatten=False"),
    (feature_maps_panel, (X, T[:5], NETS), "labels has shape (5,)"),
    (pooling_panel, (X, T, "net"), "a dict of them"),
    (pooling_panel, (X, T, {"it": 5}), "'it' is no SimpleConvNet"),
    (pooling_panel, (X, T, SimpleConvNet((3, 28, 28))), "one channel"),
]


class Returns:
    """A layer with one input that gives back whatever it is told to."""

    def __init__(self, out, dx):
        self.out, self.dx = out, dx

    def forward(self, x):
        return self.out

    def backward(self, dout):
        return self.dx


ONE, NAN, SHARED, F = {"x": 1}, float("nan"), AddLayer(), [("f", SquareLayer(), "x")]
SIX = [("p", AddLayer(), "a", "b"), ("q", AddLayer(), "p", "c"), ("r", AddLayer(), "d", "e"),
       ("s", AddLayer(), "r", "f"), ("t", MulLayer(), "q", "s")]  # fmt: skip
GRAPHS = [
    ({}, F, "at least one"),
    ([1, 2], F, "inputs is a dict"),
    ({"x": NAN}, F, "x is nan"),
    ({"x": "2"}, F, "str instead of a number"),
    ({1: 2}, F, "a name is a text; 1 arrived"),
    (ONE, [], "there are no nodes"),
    (ONE, [("f", SquareLayer())], "a node is a row (name, layer, input"),
    (ONE, [("f", SquareLayer, "x")], "not its class: SquareLayer()"),
    (ONE, [("f", len, "x")], "has no forward"),
    (ONE, [("x", SquareLayer(), "x")], "two things are called x"),
    (ONE, F + F, "two things are called f"),
    (ONE, [("f", AddLayer(), "x", "y")], "f takes y, and nobody gives that. There are x, f"),
    (ONE, [("a", AddLayer(), "x", "b"), ("b", SquareLayer(), "a")], "a → b → a is a circle"),
    ({"x": 1, "y": 2}, F, "y, f go nowhere, and a graph ends in one result"),
    (ONE, [("f", SHARED, "x", "x"), ("g", SHARED, "f", "x")], "the same layer stands at f and"),
    (ONE, [("f", Returns(None, 1.0), "x")], "Returns at f, forward: None instead of a number"),
    (ONE, [("f", Returns(np.ones(2), 1.0), "x")], "ndarray instead of a number"),
    (ONE, [("f", Returns(NAN, 1.0), "x")], "Returns at f, forward is nan"),
    (ONE, [("f", Returns(2e308, 1.0), "x")], "forward: the result is larger than a float can be"),
    (
        {"x": 0},
        [("f", ReciprocalLayer(), "x")],
        "gets a 0 below: 1/0 has no value. Choose another x",
    ),
    (ONE, [("f", Returns(1.0, (1.0, 2.0)), "x")], "2 came back, and the node has 1 inputs"),
    (ONE, [("f", Returns(1.0, NAN), "x")], "Returns at f, backward is nan"),
    (ONE, [("f", MulLayer(), "x")], "MulLayer at f, forward: TypeError"),
    (dict.fromkeys("abcdef", 1), SIX, "6 inputs and 5 nodes; a panel has room for 5 and 10"),
    ({"step": 1}, [("f", SquareLayer(), "step")], "cannot be called step"),
]


@pytest.mark.parametrize(
    ("panel", "given", "words"),
    [*ARRAYS, *((lambda *rows: graph_panel(Graph(*rows)), rows, words) for *rows, words in GRAPHS),
     (graph_panel, ["pear"], "no graph pear; choose from: apple"),
     (graph_panel, [{}], "a Graph or the name of one is expected; dict arrived"),
     (lambda step: graph_panel(step=step), [9], "the steps are 0 to 6; 9 arrived")],
)  # fmt: skip
def test_what_cannot_be_used_is_named_in_one_sentence(panel, given, words):
    with pytest.raises((ValueError, TypeError)) as caught:
        panel(*given)
    assert is_one_sentence(str(caught.value)) and words in str(caught.value)

"""Chapter 5's panels: the numbers of its graphs, graphs that cannot be, labels that keep apart."""

import itertools

import numpy as np
import pytest

from panels.ch05_affine_shapes import DB, DW, DX, FORWARD, compute_affine_shapes
from panels.ch05_gradient_check import FAULTS, NAMES, NONE, UNSEEN, compute_gradient_check
from panels.ch05_graph import compute_graph, graph_panel, short
from panels.ch05_graph_layout import RADIUS, lay_out
from panels.ch05_nodes import (
    GRAPHS,
    AddConstant,
    AddLayer,
    DivLayer,
    ExpLayer,
    Graph,
    MaxLayer,
    MulConstant,
    MulLayer,
    ReciprocalLayer,
    SquareLayer,
)
from panels.ch05_relu_switch import compute_relu_switch

LAYERS = {
    "add": (AddLayer, 2),
    "mul": (MulLayer, 2),
    "div": (DivLayer, 2),
    "max": (MaxLayer, 2),
    "add constant": (lambda: AddConstant(3), 1),
    "mul constant": (lambda: MulConstant(-2), 1),
    "square": (SquareLayer, 1),
    "exp": (ExpLayer, 1),
    "reciprocal": (ReciprocalLayer, 1),
}


def crowded():
    """As much as a panel takes: five inputs, forks of inputs and of nodes, edges that go far."""
    return Graph(
        {"a": 1, "b": 2, "c": 3, "d": 4, "e": 5},
        [
            ("p", MulLayer(), "a", "b"),
            ("q", AddLayer(), "p", "c"),
            ("r", MulLayer(), "q", "a"),
            ("s", AddLayer(), "r", "d"),
            ("u", MulLayer(), "s", "p"),
            ("v", MulLayer(), "u", "e"),
            ("w", AddLayer(), "v", "a"),
        ],
    )


def quotient():
    return Graph(
        {"x": 2, "y": 4},
        [
            ("s", AddLayer(), "x", "y"),
            ("p", MulLayer(), "x", "y"),
            ("f", DivLayer(), "s", "p"),
        ],
    )


def doubled():
    """One value goes twice into one node."""
    return Graph({"x": 2, "y": 1}, [("t", AddLayer(), "x", "y"), ("z", MulLayer(), "t", "t")])


ALL = {**GRAPHS, "crowded": crowded, "quotient": quotient, "doubled": doubled}


@pytest.mark.parametrize("name", LAYERS)
def test_a_small_layer_gives_upstream_times_its_slope(name):
    make, count = LAYERS[name]
    names = ["x", "y"][:count]
    graph = Graph(dict(zip(names, (1.7, 0.6), strict=False)), [("f", make(), *names)])
    for x, y in ((1.7, 0.6), (-0.8, 2.5), (0.3, -1.1)):
        walk = graph.walk(**dict(zip(names, (x, y), strict=False)))
        for one in names:
            assert walk.gradients[one] == pytest.approx(walk.numerical[one], rel=1e-6, abs=1e-7)
        backward = graph.layers["f"].backward
        once, thrice = np.atleast_1d(backward(1.0)), np.atleast_1d(backward(3.0))
        assert np.allclose(thrice, 3 * once)


@pytest.mark.parametrize(
    ("name", "value", "gradients"),
    [
        ("apple", 220, {"apple": 2.2, "number": 110, "tax": 200}),
        (
            "apple and orange",
            715,
            {"number": 110, "apple": 2.2, "orange": 3.3, "count": 165, "tax": 650},
        ),
        ("(x + y)²", 9, {"x": 6, "y": 6}),
        ("(x + y) z", -12, {"x": -4, "y": -4, "z": 3}),
        ("fork", 12, {"x": 7, "y": 3}),
        ("max", 12, {"x": 3, "y": 0, "z": 4}),
        (
            "sigmoid neuron",
            0.731059,
            {"w0": -0.196612, "x0": 0.393224, "w1": -0.393224, "x1": -0.589836, "b": 0.196612},
        ),
    ],
)  # fmt: skip
def test_the_graphs_show_the_numbers_of_the_book(name, value, gradients):
    graph = GRAPHS[name]()
    walk = graph.walk()
    assert walk.values[graph.output] == pytest.approx(value, abs=1e-6)
    assert {one: walk.gradients[one] for one in graph.inputs} == pytest.approx(gradients, abs=1e-6)
    assert not walk.kinks
    data = compute_graph(graph, 0)
    assert set(data.checks.values()) == {"✓"}


@pytest.mark.parametrize("name", ALL)
def test_every_edge_carries_upstream_times_local_and_forks_add(name):
    graph = ALL[name]()
    walk = graph.walk()
    for (node, position), gradient in walk.edges.items():
        assert gradient == pytest.approx(walk.gradients[node] * walk.slopes[node, position])
    for one, edges in graph.users.items():
        if edges:
            total = sum(walk.edges[edge] for edge in edges)
            assert walk.gradients[one] == pytest.approx(total)
    kinds = [step.kind for step in graph.steps]
    assert kinds.count("forward") == kinds.count("backward") == len(graph.layers)
    assert kinds.count("fork") == sum(len(edges) > 1 for edges in graph.users.values())


def overlaps(panel):
    """Pairs of texts that share more than a pixel's edge, and texts outside of the picture."""
    figure = panel.figure
    renderer = figure.canvas.get_renderer()
    texts = [text for text in figure.axes[0].texts if text.get_text()]
    boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in texts]
    found = []
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        width = min(a.x1, b.x1) - max(a.x0, b.x0)
        height = min(a.y1, b.y1) - max(a.y0, b.y0)
        if width > 1 and height > 1:
            found.append((one, other, round(width), round(height)))
    page = figure.bbox
    found += [
        (one, "the border")
        for one, a in boxes
        if a.x0 < 0 or a.y0 < 0 or a.x1 > page.width or a.y1 > page.height
    ]
    return found


@pytest.mark.parametrize("name", ALL)
def test_no_label_lies_on_another_at_any_step(name):
    panel = graph_panel(ALL[name]())
    for step in range(panel.controls["step"].max + 1):
        panel.set(step=step)
        assert not overlaps(panel), f"step {step}"


@pytest.mark.parametrize("name", ALL)
def test_an_edge_touches_no_node_but_its_own_two(name):
    graph = ALL[name]()
    plan = lay_out(graph)
    for node, position in (key for key in plan.edges if key != graph.output):
        points = plan.edges[node, position]
        for other in set(graph.layers) - {node, graph.sources[node][position]}:
            distance = np.linalg.norm(points - plan.places[other], axis=1).min()
            assert distance > RADIUS + 4, f"{node}, {other}"


@pytest.mark.parametrize("name", ["sigmoid neuron", "quotient", "crowded"])
def test_labels_keep_apart_with_long_numbers_too(name):
    graph = ALL[name]()
    panel = graph_panel(graph, step=-1)
    rng = np.random.default_rng(3)
    for reach in (2, 2, 5, 0.01):
        values = rng.uniform(-reach, reach, len(graph.inputs))
        panel.set(**dict(zip(graph.inputs, values.tolist(), strict=True)))
        assert panel.message == ""
        assert not overlaps(panel)


def test_the_picture_shows_each_number_only_once_it_is_known():
    panel = graph_panel("(x + y) z", step=0)
    axes = panel.figure.axes[0]

    def shown():
        return [text.get_text() for text in axes.texts if text.get_text()]

    assert "−12" not in shown()
    panel.set(step=2)
    assert "−12" in shown()
    assert "−4" in shown()  # z itself
    assert not any("≈ −4" in text for text in shown())
    panel.set(step=4)
    assert "≈ 3 ✓" in shown()
    assert not any("≈ −4" in text for text in shown())
    panel.set(step=6)
    assert shown().count("≈ −4 ✓") == 2


def test_a_step_is_written_out():
    panel = graph_panel("sigmoid neuron", step=10)
    assert panel.data.arithmetic == ("to d: upstream 1 × local (−1/1.37² = −0.534) = −0.534",)
    panel = graph_panel("fork", step=6)
    assert panel.data.arithmetic == ("3 + 4 = 7",)
    assert "x is used 2 times" in panel.sentence
    panel = graph_panel("apple", step=1)
    assert panel.data.arithmetic == ("100 × 2 = 200",)


def test_a_tie_of_max_is_called_a_kink_and_not_a_mistake():
    panel = graph_panel("max", step=-1, x=2.0, y=2.0)
    assert panel.data.checks == {"x": "kink", "y": "kink", "z": "✓"}
    assert "At a kink" in panel.sentence
    assert "disagree" not in panel.sentence


class WrongMul(MulLayer):
    def backward(self, dout):
        return dout * self.x, dout * self.y


class Deaf(MulLayer):
    def backward(self, dout):
        return self.y, self.x


def two_products(Layer):
    nodes = [("p", MulLayer(), "a", "b"), ("f", Layer(), "p", "c")]
    return Graph({"a": 2, "b": 3, "c": 5}, nodes)


def test_a_wrong_layer_of_ones_own_is_shown_by_the_check():
    panel = graph_panel(two_products(WrongMul), step=-1)
    assert panel.data.checks == {"a": "✗", "b": "✗", "c": "✗"}
    assert "Measured by small steps, c has 6: they disagree" in panel.sentence
    graph = Graph({"a": 2, "b": 3, "c": 5}, [("p", Deaf(), "a", "b"), ("f", MulLayer(), "p", "c")])
    assert graph_panel(graph, step=-1).data.checks == {"a": "✗", "b": "✗", "c": "✓"}
    panel = graph_panel(graph, step=5)
    assert panel.data.arithmetic[0] == "to a: upstream 5 × local 3 = 15, but backward gives 3"


def test_layers_of_ones_own_need_nothing_but_forward_and_backward():
    class Cube:
        def forward(self, x):
            self.x = x
            return np.float64(x) ** 3

        def backward(self, dout):
            return [np.array(dout * 3 * self.x**2)]

    panel = graph_panel(Graph({"x": 2}, [("z", Cube(), "x")]))
    assert panel.data.arithmetic == ("Cube(2) = 8",)
    panel.set(step=3)
    assert panel.data.arithmetic == ("to x: upstream 1 × local 12 = 12",)
    assert panel.data.checks == {"x": "✓"}


ONE = {"x": 1}
SHARED = AddLayer()
NAN = float("nan")


@pytest.mark.parametrize(
    ("inputs", "nodes", "words"),
    [
        ({}, [("f", AddLayer(), "x", "y")], "at least one"),
        ([1, 2], [("f", AddLayer(), "x", "y")], "inputs is a dict"),
        ({"x": NAN}, [("f", SquareLayer(), "x")], "x is nan"),
        ({"x": np.inf}, [("f", SquareLayer(), "x")], "x is inf"),
        ({"x": "2"}, [("f", SquareLayer(), "x")], "str instead of a number"),
        ({1: 2}, [("f", SquareLayer(), "x")], "a name is a text; 1 arrived"),
        (ONE, [], "there are no nodes"),
        (ONE, [("f", SquareLayer())], r"a node is a row \(name, layer, input"),
        (ONE, [("f", SquareLayer, "x")], r"not its class: SquareLayer\(\)"),
        (ONE, [("f", len, "x")], "has no forward"),
        (ONE, [("x", SquareLayer(), "x")], "two things are called x"),
        (
            ONE,
            [("f", SquareLayer(), "x"), ("f", SquareLayer(), "x")],
            "two things are called f",
        ),
        (ONE, [("f", AddLayer(), "x", "y")], "f takes y, and nobody gives that. There are x, f"),
        (
            ONE,
            [("a", AddLayer(), "x", "b"), ("b", SquareLayer(), "a")],
            "a → b → a is a circle",
        ),
        (ONE, [("a", AddLayer(), "x", "a")], "a → a is a circle"),
        (
            {"x": 1, "y": 2},
            [("f", SquareLayer(), "x")],
            "y, f go nowhere, and a graph ends in one result",
        ),
        (
            ONE,
            [("f", SHARED, "x", "x"), ("g", SHARED, "f", "x")],
            "one and the same layer stands at f and at g",
        ),
    ],
)  # fmt: skip
def test_a_graph_that_cannot_be_is_refused_in_a_sentence(inputs, nodes, words):
    with pytest.raises((ValueError, TypeError), match=words):
        Graph(inputs, nodes)


class Returns:
    """A layer with one input that gives back whatever it is told to."""

    def __init__(self, out, dx):
        self.out, self.dx = out, dx

    def forward(self, x):
        return self.out

    def backward(self, dout):
        return self.dx


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        (Returns(None, 1.0), "Returns at f, forward: None instead of a number"),
        (Returns(np.ones(2), 1.0), "ndarray instead of a number"),
        (Returns(NAN, 1.0), "Returns at f, forward is nan"),
        (Returns(1.0, None), "Returns at f, backward: None instead of a number"),
        (Returns(1.0, (1.0, 2.0)), "2 came back, and the node has 1 inputs"),
        (Returns(1.0, NAN), "Returns at f, backward is nan"),
        (MulLayer(), "MulLayer at f, forward: TypeError"),
    ],
)  # fmt: skip
def test_a_layer_that_gives_nonsense_is_named(layer, words):
    with pytest.raises((ValueError, TypeError), match=words):
        graph_panel(Graph(ONE, [("f", layer, "x")]))


def test_a_panel_says_what_it_has_no_room_for():
    six = dict.fromkeys("abcdef", 1)
    rows = [("ab", AddLayer(), "a", "b"), ("abc", AddLayer(), "ab", "c")]
    rows += [("de", AddLayer(), "d", "e"), ("def", AddLayer(), "de", "f")]
    rows += [("all", MulLayer(), "abc", "def")]
    with pytest.raises(ValueError, match="6 inputs and 5 nodes; a panel has room for 5 and 10"):
        graph_panel(Graph(six, rows))
    with pytest.raises(ValueError, match="cannot be called step"):
        graph_panel(Graph({"step": 1}, [("f", SquareLayer(), "step")]))
    with pytest.raises(ValueError, match="no graph pear; choose from: apple"):
        graph_panel("pear")
    with pytest.raises(TypeError, match="a Graph or the name of one is expected; dict arrived"):
        graph_panel({})
    with pytest.raises(ValueError, match="the steps are 0 to 6; 9 arrived"):
        graph_panel("apple", step=9)


def test_overflow_while_editing_becomes_a_message():
    panel = graph_panel("sigmoid neuron")
    before = panel.picture
    panel.set(b=-1e6)
    assert "ExpLayer at e, forward is inf" in panel.message
    assert panel.picture == before
    panel.set(b=-3.0)
    assert panel.message == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (220.00000000000003, "220"),
        (-0.19661, "−0.197"),
        (1.1, "1.1"),
        (0.0, "0"),
        (-0.0, "0"),
        (12345.6, "12346"),
        (1e9, "1e9"),
        (1.6e-7, "2e−7"),
        (-0.00182, "−0.0018"),
        (999.7, "1000"),
    ],
)
def test_numbers_for_labels_are_short(value, text):
    assert short(value) == text


def test_numbers_in_sentences_keep_their_digits():
    assert short(-0.00182345, 4) == "−0.001823"
    assert short(0.00091022, 4) == "0.0009102"
    assert short(1.23456e-7, 4) == "1.235e−7"


def test_a_relu_switch_is_closed_where_the_input_is_above_0():
    data = compute_relu_switch([[1.0, -0.5], [-2.0, 3.0]], [[5.0, 6.0], [7.0, 8.0]])
    assert data.mask.tolist() == [[False, True], [True, False]]
    assert data.dx.tolist() == [[5, 0], [0, 8]]


@pytest.mark.parametrize("show", [FORWARD, DX, DW, DB])
@pytest.mark.parametrize(("n", "d", "m"), [(5, 2, 3), (1, 4, 2), (3, 3, 3), (8, 1, 7)])
def test_the_shapes_are_those_of_a_product(show, n, d, m):
    data = compute_affine_shapes(show, n, d, m)
    made = np.zeros(data.left[1]) @ np.zeros(data.right[1])
    assert made.shape == data.result[1] == data.belongs[1]


WRONG = {
    NONE: (),
    UNSEEN: (),
    "Affine2: dx without the transpose": ("W1", "b1"),
    "Affine2: dW with its product swapped": ("W2",),
    "Affine1: db summed along the wrong axis": ("b1",),
    "Relu1: every gradient passes": ("W1", "b1"),
    "loss: t − y instead of y − t": NAMES,
    "loss: not divided by N": NAMES,
}


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("fault", FAULTS)
def test_the_gradient_check_points_at_the_fault_and_at_nothing_else(fault, seed):
    data = compute_gradient_check(fault, "float64", seed)
    wrong = tuple(name for name in NAMES if data.verdicts[name] == "wrong")
    agrees = {name for name in NAMES if data.verdicts[name] == "agrees"}
    assert wrong == WRONG[fault]
    assert agrees == set(NAMES) - set(wrong)


@pytest.mark.parametrize("seed", range(10))
def test_in_float32_a_sound_network_is_no_longer_beyond_doubt(seed):
    data = compute_gradient_check(NONE, "float32", seed)
    assert "look closer" in data.verdicts.values()
    assert "agrees" not in data.verdicts.values()

"""Chapter 5's panels: the numbers of its graphs, graphs that cannot be, labels that keep apart."""

import itertools

import numpy as np
import pytest

from panels import ch05_nodes as nodes
from panels.ch05_affine_shapes import DB, DW, DX, FORWARD, compute_affine_shapes
from panels.ch05_gradient_check import FAULTS, NAMES, NONE, UNSEEN, compute_gradient_check
from panels.ch05_graph import compute_graph, graph_panel, short
from panels.ch05_graph_layout import RADIUS, lay_out
from panels.ch05_nodes import GRAPHS, AddLayer, DivLayer, Graph, MulLayer, SquareLayer

pytestmark = pytest.mark.slow


def crowded():
    """As much as a panel takes: five inputs, forks of inputs and of nodes, edges that go far."""
    rows = ["p*ab", "q+pc", "r*qa", "s+rd", "u*sp", "v*ue", "w+va"]
    make = {"*": MulLayer, "+": AddLayer}
    inputs = {name: i for i, name in enumerate("abcde", 1)}
    return Graph(inputs, [(name, make[kind](), *given) for name, kind, *given in rows])


def quotient():
    rows = [("s", AddLayer(), "x", "y"), ("p", MulLayer(), "x", "y"), ("f", DivLayer(), "s", "p")]
    return Graph({"x": 2, "y": 4}, rows)


def doubled():
    """One value goes twice into one node."""
    return Graph({"x": 2, "y": 1}, [("t", AddLayer(), "x", "y"), ("z", MulLayer(), "t", "t")])


ALL = {**GRAPHS, "crowded": crowded, "quotient": quotient, "doubled": doubled}
BINARY = [AddLayer, MulLayer, DivLayer, nodes.MaxLayer]
UNARY = [lambda: nodes.AddConstant(3), lambda: nodes.MulConstant(-2), SquareLayer, nodes.ExpLayer,
         nodes.ReciprocalLayer]  # fmt: skip


@pytest.mark.parametrize(("make", "names"), [(m, "xy") for m in BINARY] + [(m, "x") for m in UNARY])
def test_a_small_layer_gives_upstream_times_its_slope(make, names):
    graph = Graph(dict.fromkeys(names, 1.0), [("f", make(), *names)])
    for values in ((1.7, 0.6), (-0.8, 2.5), (0.3, -1.1)):
        walk = graph.walk(**dict(zip(names, values, strict=False)))
        assert walk.gradients == pytest.approx({**walk.numerical, "f": 1}, rel=1e-6, abs=1e-7)
        once, thrice = map(graph.layers["f"].backward, (1.0, 3.0))
        assert np.allclose(thrice, 3 * np.array(once))


@pytest.mark.parametrize(
    ("name", "value", "gradients"),
    [
        ("apple", 220, (2.2, 110, 200)),
        ("apple and orange", 715, (110, 2.2, 3.3, 165, 650)),
        ("(x + y)²", 9, (6, 6)),
        ("(x + y) z", -12, (-4, -4, 3)),
        ("fork", 12, (7, 3)),
        ("max", 12, (3, 0, 4)),
        ("sigmoid neuron", 0.731059, (-0.196612, 0.393224, -0.393224, -0.589836, 0.196612)),
    ],
)
def test_the_graphs_show_the_numbers_of_the_book(name, value, gradients):
    graph = GRAPHS[name]()
    walk = graph.walk()
    assert walk.values[graph.output] == pytest.approx(value, abs=1e-6)
    assert [walk.gradients[one] for one in graph.inputs] == pytest.approx(gradients, abs=1e-6)
    assert set(compute_graph(graph, 0).checks.values()) == {"✓"}


@pytest.mark.parametrize("name", ALL)
def test_every_edge_carries_upstream_times_local_and_forks_add(name):
    graph = ALL[name]()
    walk = graph.walk()
    for (node, position), gradient in walk.edges.items():
        assert gradient == pytest.approx(walk.gradients[node] * walk.slopes[node, position])
    for one, edges in graph.users.items():
        if edges:
            assert walk.gradients[one] == pytest.approx(sum(walk.edges[edge] for edge in edges))
    kinds = [step.kind for step in graph.steps]
    assert kinds.count("forward") == kinds.count("backward") == len(graph.layers)
    assert kinds.count("fork") == sum(len(edges) > 1 for edges in graph.users.values())


# ---- the picture


def texts(panel):
    return [text for text in panel.figure.axes[0].texts if text.get_text()]


def overlaps(panel):
    """Pairs of texts that share more than a pixel's edge, and texts outside of the picture."""
    renderer, page = panel.figure.canvas.get_renderer(), panel.figure.bbox
    boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in texts(panel)]
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        width, height = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
        if width > 1 and height > 1:
            yield one, other
    for one, a in boxes:
        if a.x0 < 0 or a.y0 < 0 or a.x1 > page.width or a.y1 > page.height:
            yield one, "the border"


@pytest.mark.parametrize("name", ALL)
def test_no_label_lies_on_another_and_no_edge_on_a_node(name):
    graph = ALL[name]()
    panel, plan = graph_panel(graph), lay_out(graph)
    for step in range(len(graph.steps)):
        panel.set(step=step)
        assert not list(overlaps(panel)), f"step {step}"
    rng = np.random.default_rng(3)
    for reach in (2, 2, 5, 0.01) if len(graph.inputs) > 3 or name == "quotient" else ():
        values = rng.uniform(-reach, reach, len(graph.inputs)).tolist()
        panel.set(**dict(zip(graph.inputs, values, strict=True)))
        assert panel.message == "" and not list(overlaps(panel)), "long numbers"
    for node, position in set(plan.edges) - {graph.output}:
        for other in set(graph.layers) - {node, graph.sources[node][position]}:
            distance = np.linalg.norm(plan.edges[node, position] - plan.places[other], axis=1).min()
            assert distance > RADIUS + 4, f"{node}, {other}"


def test_the_picture_shows_each_number_only_once_it_is_known():
    panel = graph_panel("(x + y) z", step=0)

    def shown(step):
        panel.set(step=step)
        return [text.get_text() for text in texts(panel)]

    assert "−12" not in shown(0)
    assert {"−12", "−4"} < set(shown(2)) and not any("≈ −4" in text for text in shown(2))
    assert "≈ 3 ✓" in shown(4) and not any("≈ −4" in text for text in shown(4))
    assert shown(6).count("≈ −4 ✓") == 2


@pytest.mark.parametrize(
    ("graph", "step", "arithmetic"),
    [
        ("sigmoid neuron", 10, "to d: upstream 1 × local (−1/1.368² = −0.534) = −0.534"),
        ("fork", 6, "3 + 4 = 7"),
        ("apple", 1, "100 × 2 = 200"),
    ],
)
def test_a_step_is_written_out_in_short_numbers(graph, step, arithmetic):
    panel = graph_panel(graph, step=step)
    assert panel.data.arithmetic == (arithmetic,) and arithmetic in panel.sentence
    assert ("x is used 2 times" in panel.sentence) == (graph == "fork")
    numbers = {220.00000000000003: "220", 1.1: "1.1", -0.0: "0", 12345.6: "12346", 999.7: "1000",
               1e9: "1e9", 1.6e-7: "2e−7", -0.00182: "−0.0018"}  # fmt: skip
    assert {value: short(value) for value in numbers} == numbers
    assert [short(value, 4) for value in (-0.00182345, 1.23456e-7)] == ["−0.001823", "1.235e−7"]


# ---- graphs of one's own


class WrongMul(MulLayer):
    def backward(self, dout):
        return dout * self.x, dout * self.y


class Deaf(MulLayer):
    def backward(self, dout):
        return self.y, self.x


class Cube:
    """A layer needs nothing but forward and backward."""

    def forward(self, x):
        self.x = x
        return np.float64(x) ** 3

    def backward(self, dout):
        return [np.array(dout * 3 * self.x**2)]


def products(first, second):
    rows = [("p", first, "a", "b"), ("f", second, "p", "c")]
    return Graph({"a": 2, "b": 3, "c": 5}, rows)


def test_the_check_agrees_finds_wrong_layers_and_calls_a_tie_a_kink():
    panel = graph_panel("max", step=-1, x=2.0, y=2.0)
    assert panel.data.checks == {"x": "kink", "y": "kink", "z": "✓"}
    assert "At a kink" in panel.sentence and "disagree" not in panel.sentence
    panel = graph_panel(products(MulLayer(), WrongMul()), step=-1)
    assert panel.data.checks == {"a": "✗", "b": "✗", "c": "✗"}
    assert "Measured by small steps, c has 6: they disagree" in panel.sentence
    panel = graph_panel(products(Deaf(), MulLayer()), step=-1)
    assert panel.data.checks == {"a": "✗", "b": "✗", "c": "✓"}
    said = panel.set(step=5).data.arithmetic[0]
    assert said == "to a: upstream 5 × local 3 = 15, but backward gives 3"
    panel = graph_panel(Graph({"x": 2}, [("z", Cube(), "x")]))
    assert panel.data.arithmetic == ("Cube(2) = 8",) and panel.data.checks == {"x": "✓"}
    assert panel.set(step=3).data.arithmetic == ("to x: upstream 1 × local 12 = 12",)


# ---- shapes, and faults built in


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


@pytest.mark.parametrize("fault", FAULTS)
def test_the_gradient_check_points_at_the_fault_and_at_nothing_else(fault):
    for seed in range(10):
        verdicts = compute_gradient_check(fault, "float64", seed).verdicts
        wanted = {name: "wrong" if name in WRONG[fault] else "agrees" for name in NAMES}
        assert verdicts == wanted
        if fault == NONE:  # in float32 a sound network is no longer beyond doubt
            verdicts = compute_gradient_check(fault, "float32", seed).verdicts.values()
            assert "look closer" in verdicts and "agrees" not in verdicts

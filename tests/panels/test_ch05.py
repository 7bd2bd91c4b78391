"""Chapter 5's panels: the numbers of its graphs, graphs that cannot be, labels that keep apart."""

import ast
import itertools
from collections import Counter

import numpy as np
import pytest

from common.functions import sigmoid
from common.layers import Relu, Sigmoid, Tanh
from panels import ch05_affine_shapes as affine
from panels import ch05_layers as layers
from panels.ch05_fold import both_ways
from panels.ch05_gradient_check import FAULTS, NAMES, NONE, UNSEEN, compute_gradient_check
from panels.ch05_graph import compute_graph, graph_panel
from panels.ch05_graph_layout import lay_out
from panels.ch05_graphs import GRAPHS
from panels.ch05_layers import AddLayer, DivLayer, MulLayer, SquareLayer
from panels.ch05_nodes import Graph
from panels.ch05_pencil import compute_pencil
from panels.ch05_pencil_answers import judge, mistakes
from panels.ch05_pencil_sheets import SHEETS, forward
from panels.ch05_trace import Node, trace
from panels.ch05_written import short
from tests.panels.test_sweep import covering, sticking_out
from tests.soak import SOAK

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


def traced():
    """What the other graphs have not: a power, a logarithm, a difference, constants, an exp."""
    return trace("(log(x**2) - 2 / y**3) * exp(-x / 4)", x=2, y=5)


ALL = {**GRAPHS, "crowded": crowded, "quotient": quotient, "doubled": doubled, "traced": traced}


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
        ("folded neuron", 0.731059, (-0.196612, 0.393224, -0.393224, -0.589836, 0.196612)),
        ("ReLU neuron", 2, (1.5, 2, 1)),
        ("maxout", 2.5, (2, 1, 1, 0, 0)),
    ],
)
def test_the_graphs_show_the_numbers_of_the_book(name, value, gradients):
    graph = GRAPHS[name]()
    walk = graph.walk()
    assert walk.values[graph.output] == pytest.approx(value, abs=1e-6)
    assert [walk.gradients[one] for one in graph.inputs] == pytest.approx(gradients, abs=1e-6)
    assert set(compute_graph(graph, 0).checks.values()) == {"✓"}
    if name in ("folded neuron", "ReLU neuron"):  # no toys, but what networks are made of
        assert type(graph.layers["y"]) in (Sigmoid, Relu)


# ---- the picture


def texts(panel):
    return [text for text in panel.figure.axes[0].texts if text.get_text()]


def overlaps(panel):
    """Texts that cover each other, and those outside of the picture."""
    words = [(text, text.get_window_extent()) for text in texts(panel)]
    return [*covering(words, edge=1), *sticking_out(panel.figure)]


@pytest.mark.parametrize("name", ALL)
def test_no_label_lies_on_another_and_no_edge_on_a_node(name):
    graph = ALL[name]()
    panel, plan = graph_panel(graph), lay_out(graph)
    for step in range(len(graph.steps)):
        panel.set(step=step)
        assert not overlaps(panel), f"step {step}"
    rng = np.random.default_rng(3)
    for reach in (5, 0.01) if len(graph.inputs) > 3 or name == "quotient" else ():
        values = rng.uniform(-reach, reach, len(graph.inputs)).tolist()
        panel.set(**dict(zip(graph.inputs, values, strict=True)))
        assert panel.message == "" and not overlaps(panel), "long numbers"
    for node, position in set(plan.edges) - {graph.output}:
        for other in set(graph.layers) - {node, graph.sources[node][position]}:
            distance = np.linalg.norm(plan.edges[node, position] - plan.places[other], axis=1).min()
            assert distance > plan.radius + 4, f"{node}, {other}"


def test_the_picture_shows_each_number_only_once_it_is_known():
    panel = graph_panel("(x + y) z", step=0)

    def shown(step):
        return [text.get_text() for text in texts(panel.set(step=step))]

    assert "−12" not in shown(0)
    assert {"−12", "−4"} < set(shown(2)) and not any("≈ −4" in text for text in shown(2))
    assert "≈ 3 ✓" in shown(4) and not any("≈ −4" in text for text in shown(4))
    assert shown(6).count("≈ −4 ✓") == 2


def test_a_step_is_written_out_in_short_numbers():
    panel = graph_panel("sigmoid neuron", step=10)
    assert " to d: upstream 1 × local (−1/1.368² = −0.534) = −0.534. Local" in panel.sentence
    assert (
        "x is used 2 times: the gradients add up. 3 + 4 = 7."
        in graph_panel("fork", step=6).sentence
    )
    numbers = {220.00000000000003: "220", 1.1: "1.1", -0.0: "0", 12345.6: "12346", 999.7: "1000",
               1e9: "1e9", 1.6e-7: "2e−7", -0.00182: "−0.0018"}  # fmt: skip
    assert {value: short(value) for value in numbers} == numbers
    assert [short(value, 4) for value in (-0.00182345, 1.23456e-7)] == ["−0.001823", "1.235e−7"]


SPOKEN = {"−": "-", "^": "**", "×": "*", "·": "*", "÷": "/", "²": "**2", "σ": "sigmoid"}


def pocket_calculator(text):
    for sign, python in SPOKEN.items():
        text = text.replace(sign, python)
    value = float(eval(text, {"exp": np.exp, "log": np.log, "sigmoid": sigmoid}))
    return [short(value, digits) for digits in range(3, 18)]


@pytest.mark.parametrize("name", ALL)
def test_what_is_written_out_can_be_recomputed_with_the_printed_numbers(name):
    graph, rng = ALL[name](), np.random.default_rng(5)
    for reach in (0, 3, 3, 0.01, 10):
        drawn = dict(zip(graph.inputs, rng.uniform(-reach, reach, len(graph.inputs)), strict=True))
        for step in range(len(graph.steps)):
            for line in compute_graph(graph, step, **drawn if reach else {}).arithmetic:
                product, _, result = line.split("upstream")[-1].rpartition(" = ")
                up, local, slope = product.partition("local")
                if " = " in slope:  # written out itself
                    formula, slope = slope.strip()[1:-1].split(" = ")
                    assert slope in pocket_calculator(formula), line
                assert result in pocket_calculator(f"{up}({slope})" if local else up), line


# ---- graphs of one's own


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


def test_the_check_agrees_finds_wrong_layers_and_calls_a_tie_a_kink():
    panel = graph_panel("max", step=-1, x=2.0, y=2.0)
    assert panel.data.checks == {"x": "kink", "y": "kink", "z": "✓"}
    assert "x has two slopes, 0 to its left and 3 to its right" in panel.sentence
    assert "0 | 3 kink" in [text.get_text() for text in texts(panel)]
    assert set(panel.set(y=2.0 + 1e-9).data.checks.values()) == {"✓"}  # close to it is no kink
    panel = graph_panel(quotient(), step=-1, x=0.005)
    assert "x −40000, y −0.0625. Small steps measure the same." in panel.sentence
    assert panel.set(y=0).message.endswith("0.005/0 has no value. Choose another x or y.")
    rows = [("p", Deaf(), "a", "b"), ("f", MulLayer(), "p", "c")]
    panel = graph_panel(Graph({"a": 2, "b": 3, "c": 5}, rows), step=-1)
    assert panel.data.checks == {"a": "✗", "b": "✗", "c": "✓"}
    said = panel.set(step=5).data.arithmetic[0]
    assert said == "to a: upstream 5 × local 3 = 15, but backward gives 3"
    panel = graph_panel(Graph({"x": 2}, [("z", Cube(), "x")]))
    assert panel.data.arithmetic == ("Cube(2) = 8",) and panel.data.checks == {"x": "✓"}
    assert panel.set(step=3).data.arithmetic == ("to x: upstream 1 × local 12 = 12",)


BROKEN = {  # layers, those with two inputs first, and what their backward might be by mistake
    AddLayer: [lambda s, d: (d / 2, d / 2), lambda s, d: (d, 0.0), lambda s, d: (1.0, 1.0)],
    MulLayer: [lambda s, d: (d * s.x, d * s.y), Deaf.backward, lambda s, d: (-d * s.y, d * s.x)],
    DivLayer: [lambda s, d: (d / s.y, -d * s.x / s.y), lambda s, d: (d / s.y, d * s.x / s.y**2)],
    layers.MaxLayer: [lambda s, d: (d, d), lambda s, d: (0.0, d) if s.first else (d, 0.0)],
    SquareLayer: [lambda s, d: d * s.x, lambda s, d: 2 * s.x],
    layers.ExpLayer: [lambda s, d: d, lambda s, d: s.out],
    layers.ReciprocalLayer: [lambda s, d: -d / s.x, lambda s, d: d / s.x**2],
    Relu: [lambda s, d: d],
    Sigmoid: [lambda s, d: d * s.out, lambda s, d: d * (1 - s.out**2)],
    Tanh: [lambda s, d: d * (1 - s.out)],
}
LAYERS = [*BROKEN, Cube, lambda: layers.AddConstant(3), lambda: layers.MulConstant(-2)]


def random_rows(rng):
    """Nodes that take the one before them, and some of them any other thing as well: forks."""
    rows, known = [], ["y", "x"]
    for i in range(rng.integers(3, 9)):
        make = LAYERS[rng.integers(len(LAYERS) if i else 4)]
        other = [known[rng.integers(len(known)) if i else 0]] if make in LAYERS[:4] else []
        rows.append((f"n{i}", make, *rng.permutation([known[-1], *other]).tolist()))
        known.append(f"n{i}")
    return rows


def test_no_right_gradient_is_condemned_and_no_wrong_one_gets_away():
    rng, told, missed = np.random.default_rng(1), Counter(), []
    for i in range(15_000 if SOAK else 450):
        if i % 3 == 0:
            rows = random_rows(rng)
            at = rng.choice([j for j, row in enumerate(rows) if row[1] in BROKEN])
            name, kind, *given = rows[at]
            broken = type("Broken", (kind,), {"backward": rng.choice(BROKEN[kind])})
            both = rows, [*rows[:at], (name, broken, *given), *rows[at + 1 :]]
        values = 10.0 ** rng.uniform(-6, 6, 2) * rng.choice([-1, 1], 2)
        inputs = dict(
            zip("xy", (values if i % 2 else rng.integers(-3, 4, 2)).tolist(), strict=True)
        )
        graphs = [Graph(inputs, [(n, make(), *names) for n, make, *names in r]) for r in both]
        try:
            sound, wrong = (graph.walk() for graph in graphs)
        except ValueError:  # a division by 0, or beyond all floats
            continue
        for one, check in sound.checks.items():
            told[check] += 1
            corners = {layers.MaxLayer, Relu} & {row[1] for row in rows}
            assert check != "✗" and (check != "kink" or corners), (rows, inputs)
            right, false = sound.gradients[one], wrong.gradients[one]
            if check == "✓" and abs(right - false) > 1e-4 * max(abs(right), abs(false), 1e-6):
                told["wrong"] += 1
                missed += [(both, inputs)] * (wrong.checks[one] != "✗")
    assert told["✓"] > 0.9 * (told["✓"] + told["?"]) and told["kink"] and told["wrong"] > 100
    assert len(missed) <= 0.01 * told["wrong"], missed


@pytest.mark.parametrize("name", ["(x + y)²", "(x + y) z", "max", "quotient", "folded neuron"])
def test_a_formula_and_pythons_operators_give_the_gradients_of_the_chapters_nodes(name):
    formulas = {
        "(x + y)²": "(x + y)**2", "(x + y) z": "(x + y) * z", "max": "max(x, y) * z",
        "quotient": "(x + y) / (x * y)", "folded neuron": "1 / (1 + exp(-(w0*x0 + w1*x1 + b)))",
    }  # fmt: skip
    wanted, formula = ALL[name]().walk(), formulas[name]
    given = {one: wanted.values[one] for one in wanted.measured}
    graph = trace(formula, **given)
    known = {one: Node(value, one) for one, value in given.items()}
    operators = eval(formula, {"exp": np.exp, "max": np.maximum, **known}).graph()
    for one in (graph, operators, *both_ways(graph).values()):
        gradients = one.walk().gradients
        assert [gradients[x] for x in given] == pytest.approx([wanted.gradients[x] for x in given])


REFUSED = "x +|x; y|f(x)|x.y|x if y else 1|9**9**9*x|x**y|x*z|max(x, 3)|'a'*x|1|x|(-8)**.5*x"


@pytest.mark.parametrize("formula", REFUSED.split("|"))
def test_what_no_formula_may_hold_is_refused_in_a_sentence(formula):
    with pytest.raises(ValueError, match=r"^trace: .{20,}\.$"):
        trace(formula, x=1, y=2)


# ---- the network on paper


@pytest.mark.parametrize("sheet", SHEETS)
def test_small_steps_measure_the_sheets_gradients_and_each_answer_is_judged_by_them(sheet):
    data = compute_pencil(10, "neurons", sheet, "s[0]", 0.5, ())
    known = data.values, data.gradients, data.slopes, data.y
    for name, gradient in data.gradients.items():
        up, down = (forward(SHEETS[sheet], name, by).loss for by in (1e-5, -1e-5))
        assert gradient == pytest.approx((up - down) / 2e-5, abs=1e-8)
        wrong = [value for value, _words in mistakes(name, *known) if abs(value - gradient) > 0.02]
        told = [judge({name: one}, *known)[name] for one in (gradient, float(f"{gradient:.4g}"))]
        assert all(one.right for one in told), name
        told = [judge({name: one}, *known)[name] for one in (*wrong, gradient + 7)]
        assert not any(one.right for one in told)
        assert told[-1].words not in {one.words for one in told[:-1]}, "the mistake has no name"


# ---- shapes, and faults built in


@pytest.mark.parametrize("show", [affine.FORWARD, affine.DX, affine.DW, affine.DB])
@pytest.mark.parametrize(("n", "d", "m"), [(5, 2, 3), (1, 4, 2), (3, 3, 3), (4, 1, 4)])
def test_a_cell_of_a_product_is_the_sum_of_a_row_times_a_column(show, n, d, m):
    for row, column in itertools.product(range(1, 6), range(1, 5)):
        data = affine.compute_affine_shapes(show, n, d, m, row, column)
        made = data.left[1] @ data.right[1]
        cell = sum(a * b for a, b in data.terms) + (data.bias or 0)
        assert made.shape == data.result[1].shape
        assert (
            cell
            == data.result[1][data.row, data.column]
            == ast.literal_eval(affine.sum_in_words(data).split("= ")[1].replace("−", "-"))
        )
        assert (data.row, data.column) == (min(row, len(made)) - 1, min(column, made.shape[1]) - 1)


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

"""Chapter 3's panels show what `common` computes, and what the book says of it."""

import re

import numpy as np
import pytest

from common.functions import sigmoid, softmax
from panels import ch03_activations, ch03_neuron
from panels.ch03_activations import activations_panel, compute_activations
from panels.ch03_classify import classify_panel
from panels.ch03_draw import EMPTY, STROKES, compute_draw, draw_panel, example_digit, prepare
from panels.ch03_line import moved
from panels.ch03_neuron import compute_neuron, neuron_panel
from panels.ch03_three_layers import BOOKS, tell, three_layers_panel
from panels.ch03_xor import compute_xor, gap
from panels.shell import Hand
from tests.panels.table import IMAGES, LABELS, WEIGHTS

pytestmark = pytest.mark.slow


def read(images):
    """The network of WEIGHTS, written out: the outputs of its last hidden layer, probabilities."""
    z = sigmoid(images @ WEIGHTS["W1"] + WEIGHTS["b1"])
    z = sigmoid(z @ WEIGHTS["W2"] + WEIGHTS["b2"])
    return z, softmax(z @ WEIGHTS["W3"] + WEIGHTS["b3"])


@pytest.mark.parametrize("activation", ch03_neuron.ACTIVATIONS)
def test_the_neuron_colours_the_plane_with_its_outputs(activation):
    data = compute_neuron(0.7, -1.2, 0.3, activation)
    at = [np.abs(ch03_neuron.PLANE - x).argmin() for x in (0, 1)]
    corners = [data.plane[at[x2], at[x1]] for x1, x2 in ch03_neuron.INPUTS]
    np.testing.assert_allclose(corners, data.outputs, atol=1e-12)
    np.testing.assert_allclose(data.line @ [0.7, -1.2] + 0.3, 0, atol=1e-9)
    data = compute_neuron(0.1, 0.2, -0.3, activation)  # in floats 0.1 + 0.2 - 0.3 is above 0
    assert data.fires == (0, 0, 0, 0), "a corner on the line does not fire"
    assert compute_neuron(0.0, 0.0, 1.0, activation).fires == (1, 1, 1, 1)


def test_one_line_alone_never_parts_xor_and_a_line_that_is_held_passes_through_the_hand():
    for first, output, other in np.random.default_rng(5).normal(size=(200, 3, 1, 3)):
        data = compute_xor(first, other * [0, 0, 1], output, "sigmoid", "first")
        assert not (data.parted or data.right.all())
        place = other[0, :2]
        w1, w2, b = moved(first[0], Hand(*place, down=place), (-0.5, 1.5))
        assert np.dot((w1, w2), place) + b == pytest.approx(0, abs=0.05)


def test_a_lane_between_two_pairs_is_as_wide_as_in_the_best_of_all_directions():
    angles = np.linspace(0, np.pi, 2000)
    for corners in np.random.default_rng(6).uniform(size=(200, 4, 2)):
        shadows = corners @ (np.cos(angles), np.sin(angles))  # (4, 2000)
        some, others = np.sort(shadows[:2], axis=0), np.sort(shadows[2:], axis=0)
        lanes = np.maximum(some[0] - others[1], others[0] - some[1])
        assert gap(corners[:2], corners[2:]) == pytest.approx(max(lanes.max(), 0), abs=2e-3)


def test_shares_that_saturate_and_slopes_are_those_of_the_functions():
    shares = {"sigmoid": 0.335915, "tanh": 0.467575, "ReLU": 0.5, "step": 1, "identity": 0,
              "Leaky ReLU": 0}  # of a bell curve 3 wide: beyond ±2.887 and ±2.178  # fmt: skip
    for name, (h, slope) in ch03_activations.ACTIVATIONS.items():
        share = compute_activations(name, 3.0, 0.0, False).saturated
        assert share == pytest.approx(shares[name], abs=1e-3)
        x = np.array([-3.0, -1.0, -0.2, 0.2, 1.0, 3.0])
        np.testing.assert_allclose(slope(x), (h(x + 1e-6) - h(x - 1e-6)) / 2e-6, atol=1e-8)
        for scale in (1.0, 10.0):  # all of the input is drawn, and what is hatched is what is told
            data = compute_activations(name, scale, -0.2, False)
            parts = data.density * np.diff(data.inputs)[0] / (scale * np.sqrt(2 * np.pi))
            assert parts.sum() == pytest.approx(1, abs=2e-3)
            assert parts[data.deaf].sum() == pytest.approx(data.saturated, abs=8e-3)
        steep = h(np.array([-0.2 - 1e-6, -0.2, -0.2 + 1e-6]))
        assert (data.height, data.tilt) == pytest.approx((steep[1], np.ptp(steep) / 2e-6))
        run, rise = np.diff(data.tangent, axis=0)[0]
        assert rise / run == pytest.approx(data.tilt)
    axes = activations_panel(scale=10.0).figure.axes
    assert [one.get_title(loc="left") for one in axes[:2]] == ["h(a)", "h′(a)"], "as in the text"
    assert axes[2].get_xlim() == (-33, 33)


def drag(panel, name, *places):
    """The values after a hand has come down at the first of these places, in data, and moved on."""
    for kind, place in zip(["down", *["move"] * len(places)], places, strict=False):
        axes = next(axes for axes in panel.figure.axes if axes.get_label() == name)
        x, y = axes.transAxes.inverted().transform(axes.transData.transform(place))
        panel._handled(panel._view, {"kind": kind, "name": name, "x": x, "y": y}, [])
    return panel.values


def test_a_hand_shifts_the_neurons_line_to_where_it_is_and_turns_it_by_a_knob():
    panel = neuron_panel(w1=2.0, w2=2.0, b=-3.0)
    far = drag(panel, "plane", (0.9, 0.6), (1.3, 1.2))
    assert far["b"] == -3 and far["w1"] == far["w2"] == 1.2, "as far as the bias allows"
    panel = neuron_panel()
    assert drag(panel, "plane", (1.1, 0.4), (0.2, 0.3))["b"] == -0.5
    panel.reset()
    knob = (0.75 + 2 * 0.38 * 0.75, 0.75 - 2 * 0.38 * 0.75)
    level = drag(panel, "plane", knob, (1.4, 0.5), (1.4, 0.75))
    assert (level["w1"], level["w2"]) == (0, 1), "it turns about its middle, which stays at 0.75"
    assert level["b"] == pytest.approx(-0.75, abs=0.051)
    panel.set(w1=0.0, w2=0.0)
    assert drag(panel, "plane", (0.5, 0.5), (1, 1)) == panel.values and not panel.message


def test_a_hand_pulls_the_bell_on_the_axis_as_it_was():
    panel = activations_panel()
    assert drag(panel, "input", (1, 0.5), (2, 0.5))["scale"] == 2
    assert panel.figure.axes[2].get_xlim() == (-8, 8), "where 3 / 8 is what was 3 / 8 of 6"
    assert drag(panel.reset(), "input", (1, 0.5), (2, 0.5), (3, 0.5))["scale"] == 2.2


def test_three_layers_reproduce_section_3_4_and_every_number_is_drawn():
    panel = three_layers_panel()
    texts = [text.get_text() for text in panel.figure.axes[0].texts]
    wanted = sorted(["0.5", *(f"{w:.1f}" for part in BOOKS for w in part.ravel())])  # x₂ is 0.5
    assert sorted(text for text in texts if re.fullmatch(r"0\.\d", text)) == wanted
    assert {"0.574", "1.100", "0.317", "0.696", "a₃⁽¹⁾ ="} <= set(texts)
    said = panel.set(look=(1, 0, 0)).sentence
    assert "A1 = X W1 + B1 = [0.300000, 0.700000, 1.100000]" in said
    assert "Z1 = [0.574443, 0.668188, 0.750260]" in said
    assert panel.set(output="softmax").data.values[3].sum() == pytest.approx(1)


def test_three_layers_tell_sums_and_weights_of_what_a_hand_points_at():
    panel = three_layers_panel()
    sums = "a₁⁽¹⁾ = 0.1 · 1.0 + 0.2 · 0.5 + 0.1 = 0.300000; sigmoid makes z₁⁽¹⁾ = 0.574443 of it."
    edge = "w₁₂⁽¹⁾ = 0.2: to neuron 1 of layer 1, from x₂ = 0.500. It adds 0.100 to a₁⁽¹⁾."
    for layout, turn in (("normal", lambda x, y: (x, y)), ("narrow", lambda x, y: (100 - y, -x))):
        panel.reset().lay_out(layout)
        assert tell(*turn(1.1, 2.4), panel.data) == sums
        assert drag(panel, "network", turn(0.5, 1.6))["look"] == (1, 1, 2)
        assert panel.sentence == edge == tell(*turn(0.5, 1.6), panel.data)
        drag(panel, "network", turn(0, 2.1), turn(0.3, 2.6))
        assert panel.values["x1"] == 2.0 and panel.values["look"] == (1, 1, 2), "an input is pulled"
        assert tell(*turn(3.3, 3.5), panel.data) == ""
    panel.lay_out("normal")
    assert "3 inputs and 2 neurons are all it has" in panel.set(look=(2, 3, 0)).sentence
    assert "10 edges with these numbers are lit" in panel.set(look=(0, 1, 0)).sentence
    negative = panel.reset().set(weights="signed", look=(1, 1, 0), x1=-1.0)
    assert "a₁⁽¹⁾ = 0.9 · (−1.0) − 0.8 · 0.5 + 0.1 = −1.2" in negative.sentence


def test_classify_reads_like_the_network_whatever_form_images_and_labels_have():
    panel = classify_panel(IMAGES, LABELS, WEIGHTS)
    z, y = read(IMAGES)
    for i in (0, 7, 999):
        panel.set(number=i)
        assert (panel.data.prediction, panel.data.label) == (y[i].argmax(), LABELS[i])
        np.testing.assert_allclose(panel.data.probabilities, y[i], atol=1e-6)
        np.testing.assert_allclose(panel.data.hidden[1], z[i], atol=1e-6)
        verdict = "right" if y[i].argmax() == LABELS[i] else "wrong"
        assert f"label {LABELS[i]}: {verdict}" in panel.sentence
    assert panel.data.mistakes == (y.argmax(axis=1) != LABELS).sum()
    pixels = np.round(IMAGES * 255).astype(np.uint8).reshape(-1, 1, 28, 28)
    stored = classify_panel(pixels, np.eye(10)[LABELS], WEIGHTS, number=999).data
    np.testing.assert_allclose(stored.probabilities, y[999], atol=1e-5)


def test_classify_counts_all_answers_and_walks_through_those_in_question():
    said = np.array([3, 5, 3, 8])

    def network(x):
        return np.eye(10)[said[x[:, :4].argmax(axis=1)]]

    panel = classify_panel(np.eye(4, 784), [5, 3, 3, 9], network)
    assert np.argwhere(panel.data.table).tolist() == [[3, 3], [3, 5], [5, 3], [9, 8]]
    assert panel.data.hidden == () and panel.data.table.sum() == 4
    panel.set(only_mistakes=True)
    panel.controls["number"].go(1)
    panel.controls["number"].go(1)
    assert (panel.data.number, panel.data.mistakes) == (3, 3)
    assert "predicted 8 with 100.0%, label 9: wrong" in panel.sentence
    panel.reset().set(number=2)
    assert drag(panel, "table", (5, 3))["number"] == 1, "label 3, read as 5: another image"
    assert "label 3, read as 5: 1 of 4; this is number 1" in panel.sentence
    panel._handled(panel._view, {"kind": "key", "name": "table", "x": -1, "y": 0}, [])
    assert panel.values["cell"] == (3, 4) and panel.data.number == -1
    assert panel.sentence == "Images with label 3, read as 4: none of 4."
    assert drag(panel, "table", (4, 3))["cell"] == (-1, -1), "a second click lets it go"
    panel.set(cell=(3, -1), number=2)
    np.testing.assert_array_equal(panel.data.samples.reshape(2, 784), np.eye(4, 784)[[2, 1]])
    panel = classify_panel(np.eye(4, 784), said, network)
    before = panel.sentence
    panel.controls["only_mistakes"].value = True
    assert panel.message == "None of the 4 images is misread." and panel.sentence == before


def test_a_drawing_is_prepared_like_mnist():
    for name in STROKES:
        drawn = np.frombuffer(example_digit(name), np.uint8).reshape(28, 28) / 255
        for shift in ((0, 0), (-3, 3), (3, -2)):
            seen = prepare(np.roll(drawn, shift, axis=(0, 1)))
            rows, columns = (np.flatnonzero(seen.any(axis=axis)) for axis in (1, 0))
            assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20
            centre = [(seen.sum(axis=1 - i) * np.arange(28)).sum() / seen.sum() for i in (0, 1)]
            np.testing.assert_allclose(centre, 13.5, atol=0.51)
            assert (seen.min(), seen.max()) == (0, 1)
            np.testing.assert_allclose(seen, prepare(drawn), atol=1e-6)
    flat = np.zeros((28, 28), np.uint8)
    flat[3:5, 2:12] = 255
    seen = compute_draw(flat.tobytes(), network=WEIGHTS).seen
    assert [np.count_nonzero(seen.any(axis=axis)) for axis in (0, 1)] == [20, 4], "proportions"


def test_a_drawing_is_read_as_it_is_prepared_by_any_network():
    panel = draw_panel(WEIGHTS)
    probabilities = read(panel.data.seen.reshape(1, 784))[1][0]
    np.testing.assert_allclose(panel.data.probabilities, probabilities)
    taken = []
    panel = draw_panel(lambda x: taken.append(x) or np.full((1, 10), 0.1))
    np.testing.assert_array_equal(taken[-1], panel.data.seen.reshape(1, 784))
    panel.controls["drawing"].set_state({"value": memoryview(EMPTY)})  # as a browser sends it
    assert (panel.sentence, panel.data.prediction) == ("Nothing is drawn yet.", -1)

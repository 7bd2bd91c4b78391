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
from panels.ch03_neuron import compute_neuron
from panels.ch03_three_layers import BIASES, three_layers_panel
from panels.ch03_three_layers import WEIGHTS as LAYERS
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
        share = compute_activations(name, 3.0, False).saturated
        assert share == pytest.approx(shares[name], abs=1e-3)
        x = np.array([-3.0, -1.0, -0.2, 0.2, 1.0, 3.0])
        np.testing.assert_allclose(slope(x), (h(x + 1e-6) - h(x - 1e-6)) / 2e-6, atol=1e-8)
        for scale in (1.0, 10.0):  # all of the input is drawn, and what is hatched is what is told
            data = compute_activations(name, scale, False)
            parts = data.density * np.diff(data.inputs)[0]
            assert parts.sum() == pytest.approx(1, abs=2e-3)
            assert parts[data.deaf].sum() == pytest.approx(data.saturated, abs=5e-3)
    axes = activations_panel(scale=10.0).figure.axes
    assert [one.get_title(loc="left") for one in axes[:2]] == ["h(a)", "h′(a)"], "as in the text"
    assert axes[2].get_xlim() == (-33, 33)


def test_three_layers_reproduce_section_3_4_and_every_number_is_drawn():
    panel = three_layers_panel()
    texts = [text.get_text() for text in panel.figure.axes[0].texts]
    wanted = sorted(f"{w:.1f}" for part in (*LAYERS, *BIASES) for w in part.ravel())
    assert sorted(text for text in texts if re.fullmatch(r"0\.\d", text)) == wanted
    assert {"z1\n0.574", "a3 = 1.100", "y1\n0.317", "y2\n0.696"} <= set(texts)
    said = panel.set(step=1).sentence
    assert "A1 = X W1 + B1 = [0.300000, 0.700000, 1.100000]" in said
    assert "Z1 = [0.574443, 0.668188, 0.750260]" in said
    assert panel.set(output="softmax").data.values[3].sum() == pytest.approx(1)


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


def test_classify_counts_confused_pairs_and_walks_through_mistakes():
    said = np.array([3, 5, 3, 8])

    def network(x):
        return np.eye(10)[said[x[:, :4].argmax(axis=1)]]

    panel = classify_panel(np.eye(4, 784), [5, 3, 3, 9], network)
    assert panel.data.pairs == [((3, 5), 1, 1), ((8, 9), 0, 1)]
    assert panel.data.hidden == ()
    panel.set(only_mistakes=True)
    panel.controls["number"].go(1)
    panel.controls["number"].go(1)
    assert (panel.data.number, panel.data.mistakes) == (3, 3)
    assert "predicted 8 with 100.0%, label 9: wrong" in panel.sentence
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

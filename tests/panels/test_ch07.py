"""The numbers that chapter 7's panels show are those of `common` and of the book."""

import numpy as np
import pytest

from common.conv_layers import Convolution
from common.simple_convnet import SimpleConvNet
from dataset.mnist import load_mnist
from dataset.weights import load_weights
from panels.ch03_draw import draw_panel, example_digit
from panels.ch07_convolution import (
    SEVEN,
    col2im_panel,
    compute_convolution,
    convolution_panel,
    im2col_panel,
)
from panels.ch07_feature_maps import STAGES, feature_maps_panel
from panels.ch07_figures import convolution_blocks, gallery, own_picture
from panels.ch07_pooling import overlap, pooling_panel, shift
from panels.ch07_window import filter_panel, hand_made
from panels.outlines import HEIGHT
from tests.panels.test_sweep import sticking_out

pytestmark = pytest.mark.slow
IMAGES, LABELS = load_mnist(flatten=False)[1]
NET = SimpleConvNet(rng=0, dtype=np.float32, weight_init_std="he")
SMALL = SimpleConvNet((1, 28, 28), {"filter_num": 3, "filter_size": 3}, rng=1)


# ---- a filter steps over an image


def test_the_lit_row_is_the_window_its_sum_the_output_and_the_scrubber_ends_at_the_last():
    panel = convolution_panel(stride=2, padding=1, image=SEVEN, bias=0.5)
    assert panel.controls["step"].max == 15
    layer = Convolution(panel.data.filter[None, None], np.array([0.5]), 2, 1)
    assert np.array_equal(panel.data.out, layer.forward(SEVEN[None, None])[0, 0])
    for step in range(16):
        data = panel.set(step=step).data
        window = data.padded[data.top : data.top + 3, data.left : data.left + 3]
        assert np.array_equal(data.rows[step], window.ravel())
        assert data.out.flat[step] == window.ravel() @ data.filter.ravel() + 0.5
        assert f"Window {step + 1} of 16" in panel.sentence
    panel = convolution_panel(step=3).set(moves=(3, 0))
    assert (panel.controls["step"].max, panel.data.step) == (0, 0)
    assert (panel.reset().controls["step"].max, panel.data.step) == (3, 3)


def test_windows_come_back_as_the_layer_brings_them_and_overflow_and_misfits_are_said():
    panel = col2im_panel().preset("overlaps: 3 × 3, filter 2 × 2")
    assert (
        panel.data.back.tolist() == panel.data.counts.tolist() == [[1, 2, 1], [2, 4, 2], [1, 2, 1]]
    )
    data = panel.preset("stride 2 on 7 × 7").set(moves=(2, 1), slopes="count", step=15).data
    layer = Convolution(data.filter[None, None], 0.0, 2, 1)
    layer.forward(SEVEN[None, None])
    assert np.array_equal(data.back[1:-1, 1:-1], layer.backward(data.slopes[None, None])[0, 0])
    before = panel.set(step=14).data.back
    assert (data.back - before).sum() == 16 * data.filter.sum(), "the last window brings its share"
    panel.preset("stride 3 on 7 × 7: a remainder")
    assert panel.data.counts[-1].sum() == panel.data.counts[:, -1].sum() == 0
    panel = convolution_panel(image=[[1e300, -1e300]], filter=[[1e300, 1e300]])
    assert "too large" in panel.sentence
    with pytest.raises(ValueError, match="A filter of 9 does not fit into 7 pixels"):
        compute_convolution(
            SEVEN.tolist(), np.ones((9, 9)).tolist(), (1, 0), 0.0, 0, "window", "ones"
        )


# ---- one window of a digit


def test_a_windows_sum_is_the_layers_answer_and_filter_13_tells_a_strokes_sides_apart():
    net = SimpleConvNet(dtype=np.float32)
    net.params.update(load_weights("ch07_convnet"))
    panel = filter_panel(IMAGES, LABELS, net, filter=13, relu=False)
    here, there = panel.data, panel.preset("filter 13: the opposite").data
    assert (there.row, there.column) == (here.row, here.column + 3), "as the chapter says"
    assert there.sum == pytest.approx(-here.sum, rel=0.05) and panel.set(step=0).data.sum < 0
    for data in (here, there, panel.data, panel.set(filter="blur", number=3, step=300).data):
        answer = data.products.sum() + data.bias
        assert data.map[data.row, data.column] == pytest.approx(answer, abs=1e-5)
    sums = {name: one.sum() for name, one in hand_made(5, 5).items()}
    assert sums == pytest.approx({**dict.fromkeys(sums, 0), "blur": 1}), "plain ink and paper: 0"


def test_hands_take_hold_of_windows_and_images():
    def drag(panel, name, *places):
        for kind, (x, y) in zip(("down", "move"), places, strict=False):
            panel._hands.feel({"kind": kind, "name": name, "x": x, "y": y})
        return panel.values

    panel = convolution_panel(padding=1)  # 6 × 6 pixels, 4 × 4 windows
    assert drag(panel, "windows", (0.6, 0.1))["step"] == 14
    assert drag(panel, "image", (0.5, 0.1), (0.5, 0.45))["step"] == 6, "grabbed, two rows up"
    panel = filter_panel(IMAGES, LABELS, NET)
    assert drag(panel, "digit", (0.51, 0.49))["step"] == 12 * 24 + 12, "its middle comes there"
    assert drag(panel, "digit", (0.5, 0.5), (0.6, 0.5))["step"] == 12 * 24 + 15, "grabbed"
    row, column = np.argwhere(IMAGES[0, 0] == 1)[0] + 0.5  # ink
    places = ((column + 1) / 28, 1 - row / 28), ((column - 1) / 28, 1 - (row + 2) / 28)
    moved = drag(pooling_panel(IMAGES, LABELS, NET), "moved image", *places)
    assert (moved["right"], moved["down"]) == (-1, 2), "by two to the left and down"


@pytest.mark.parametrize("layout", ["normal", "narrow", "lecture"])
def test_numbers_of_the_largest_tables_are_not_cut_and_can_be_read(layout):
    for panel in (
        convolution_panel(),
        col2im_panel(),
        im2col_panel(),
        im2col_panel(show="columns"),
    ):
        panel.lay_out(layout)
        panel.preset("padding 1" if "padding 1" in panel.presets else list(panel.presets)[-1])
        assert not list(sticking_out(panel.figure))
        assert all(table.size >= HEIGHT for table in panel.figure._panel_artists.tables)


# ---- feature maps


@pytest.mark.parametrize("stage", STAGES)
def test_feature_maps_are_the_layers_outputs(stage):
    panel = feature_maps_panel(IMAGES[:20], LABELS[:20], {"a": NET, "b": SMALL}, number=3)
    for name, net in (("a", NET), ("b", SMALL)):
        data, x = panel.set(stage=stage, network=name).data, IMAGES[3:4]
        assert f"Network {name}: image 3" in panel.sentence
        for key, one in net.layers.items():
            x = one.forward(x)
            assert key != STAGES[stage][0] or np.allclose(data.maps, x[0])
        assert data.probabilities.sum() == pytest.approx(1)
        assert data.probabilities.argmax() == net.predict(IMAGES[3:4]).argmax()


def test_the_framed_place_is_where_the_answer_is_largest():
    data = feature_maps_panel(IMAGES, LABELS, NET, filter=5, number=8).data
    row, column = data.place
    window = data.image[row : row + 5, column : column + 5]
    assert (window * data.weights).sum() == pytest.approx(data.answer.max(), abs=1e-5)


def test_a_drawing_is_followed():
    drawn = draw_panel(lambda x: np.full((len(x), 10), 0.1))
    panel = feature_maps_panel(IMAGES, LABELS, NET, drawing=drawn)
    first = panel.data
    drawn.preset("7")
    assert panel.data is first, "a test image is shown, not the drawing"
    panel.set(source=True)
    assert np.array_equal(panel.data.image, drawn.data.seen)
    assert "your drawing is read as" in panel.sentence
    drawn.set(drawing=example_digit("1"))
    assert np.array_equal(panel.data.image, drawn.data.seen)
    without = feature_maps_panel(IMAGES, LABELS, NET, source=True)
    assert without.data.label == LABELS[0], "nothing is drawn: the image is shown"


# ---- an image is moved


def test_shift_moves_whole_pixels_and_loses_what_leaves():
    x = np.arange(12.0).reshape(1, 1, 3, 4)
    assert shift(x, 0, 0).tolist() == x.tolist()
    assert shift(x, 1, 0)[0, 0].tolist() == [[0, 0, 1, 2], [0, 4, 5, 6], [0, 8, 9, 10]]
    assert shift(x, -1, -1)[0, 0].tolist() == [[5, 6, 7, 0], [9, 10, 11, 0], [0, 0, 0, 0]]
    with pytest.raises(ValueError, match="out of sight"):
        shift(x, 4, 0)


def test_pooling_keeps_more_of_a_moved_image():
    assert overlap(np.ones((2, 3, 3))) == overlap(np.zeros((2, 3, 3))) == 1.0
    assert overlap(np.eye(2)) == 0.0
    assert overlap(np.array([[1.0, 1.0], [0.0, 1.0]])) == 0.5
    panel = pooling_panel(IMAGES, LABELS, NET, right=0)
    assert panel.data.overlaps == (1.0, 1.0, 1.0)
    kept = {w: panel.set(right=1, window=w).data.overlaps[2] for w in (1, 2, 4)}
    assert kept[1] == panel.data.overlaps[1] < kept[2] < kept[4]
    assert panel.set(window=3).data.pictures[2].shape == (2, 8, 8)
    both = np.concatenate([IMAGES[:1], shift(IMAGES[:1], 1, 0)])
    assert np.array_equal(panel.data.probabilities.argmax(axis=1), NET.predict(both).argmax(axis=1))


def test_images_as_they_are_stored_and_one_hot_labels_will_do():
    x, t = load_mnist(normalize=False, flatten=False, one_hot_label=True)[1]
    panel = pooling_panel(x, t, NET)
    assert np.allclose(panel.data.pictures[0][0], IMAGES[0, 0])
    assert panel.data.label == LABELS[0]


# ---- still pictures


def test_blocks_tell_the_layers_shape_and_refuse_what_does_not_fit():
    words = "An input of 3 × 7 × 5, 4 filters of 3 × 3 × 2: an output of 4 × 5 × 4."
    assert repr(convolution_blocks((3, 7, 5), (4, 3, 3, 2), bias=True)) == words
    with pytest.raises(ValueError, match="expects 3"):
        convolution_blocks((2, 7, 5), (4, 3, 3, 2))


def test_the_house_is_ink_on_paper_too_the_sun_white_and_the_roof_dark():
    house = own_picture(100)
    assert house[18, 80] == house.min() == 0.0 and house[40, 35] > 0.7 > house[60, 20]
    with pytest.raises(ValueError, match="1 pictures and 2 titles"):
        gallery([house], ["a", "b"])

"""The numbers that chapter 7's panels show. The laws of all panels: tests/test_panels.py."""

import numpy as np
import pytest

from common.simple_convnet import SimpleConvNet
from dataset.mnist import load_mnist
from panels.ch03_draw import draw_panel, example_digit
from panels.ch07_convolution import SEVEN, compute_convolution, convolution_panel
from panels.ch07_feature_maps import STAGES, compute_feature_maps, feature_maps_panel, mosaic
from panels.ch07_pooling import compute_pooling, overlap, pooling_panel, shift

IMAGES, LABELS = load_mnist(flatten=False)[1]
NET = SimpleConvNet(rng=0, dtype=np.float32, weight_init_std="he")
SMALL = SimpleConvNet((1, 28, 28), {"filter_num": 3, "filter_size": 3}, rng=1)


@pytest.mark.parametrize(
    ("preset", "out"),
    [
        ("bias 3", [[18, 19], [9, 18]]),
        ("padding 1", [[7, 12, 10, 2], [4, 15, 16, 10], [10, 6, 15, 6], [8, 10, 4, 3]]),
        ("stride 2 on 7 × 7", [[15, 17, 15], [17, 15, 17], [15, 17, 15]]),
    ],
)
def test_the_stepper_reproduces_section_7_2(preset, out):
    panel = convolution_panel()
    assert panel.data.out.tolist() == [[15, 16], [6, 15]]
    assert panel.preset(preset).data.out.tolist() == out


def test_the_lit_row_is_the_window_and_its_sum_the_output():
    panel = convolution_panel(stride=2, padding=1, image=SEVEN, bias=0.5)
    assert panel.controls["step"].max == 15
    for step in range(16):
        data = panel.set(step=step).data
        window = data.padded[data.top : data.top + 3, data.left : data.left + 3]
        assert np.array_equal(data.rows[step], window.ravel())
        assert data.out.flat[step] == window.ravel() @ data.filter.ravel() + 0.5
        assert f"Window {step + 1} of 16" in panel.sentence


def test_counts_are_those_of_col2im_and_a_remainder_is_said():
    panel = convolution_panel().preset("overlaps: 3 × 3, filter 2 × 2")
    assert panel.data.counts.tolist() == [[1, 2, 1], [2, 4, 2], [1, 2, 1]]
    panel.preset("stride 3 on 7 × 7: a remainder")
    assert panel.data.rest == (1, 1)
    assert "1 row below and 1 column on the right" in panel.sentence
    assert panel.data.counts[-1].sum() == panel.data.counts[:, -1].sum() == 0


def test_the_scrubber_ends_at_the_last_window():
    panel = convolution_panel(step=3)
    panel.set(stride_and_padding=(3, 0))
    assert (panel.controls["step"].max, panel.data.step) == (0, 0)
    panel.reset()
    assert (panel.controls["step"].max, panel.data.step) == (3, 3)


GOOD = {"image": SEVEN, "filter": [[1.0, 2.0]], "stride_and_padding": (1, 0), "bias": 0, "step": 0}


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ({"image": [[1.0, np.nan]]}, "The image holds nan"),
        ({"filter": [[np.inf]]}, "The filter holds inf"),
        ({"filter": [1.0, 2.0]}, "rows and columns of numbers"),
        ({"image": [[]]}, "rows and columns of numbers"),
        ({"filter": np.ones((9, 9))}, "A filter of 9 does not fit into 7 pixels"),
        ({"stride_and_padding": (0, 0)}, "stride must be"),
        ({"stride_and_padding": (1, -1)}, "pad must be"),
        ({"bias": np.nan}, "The bias is nan"),
    ],
)
def test_the_stepper_says_what_does_not_fit(bad, words):
    with pytest.raises(ValueError, match=words) as caught:
        compute_convolution(**{**GOOD, **bad})
    assert str(caught.value).count(". ") == 0


def test_a_table_takes_another_size_but_no_ragged_one():
    panel = convolution_panel()
    assert panel.set(image=[[1.0] * 9] * 8).data.out.shape == (6, 7)
    for bad in ([[1.0], [1.0, 2.0]], [[1.0] * 10], [], [[]]):
        with pytest.raises(ValueError, match="equally long"):
            panel.set(image=bad)
    panel.controls["image"].value = [[1.0, 2.0]]
    assert "does not fit" in panel.message
    panel.controls["filter"].value = [[2.0]]
    assert panel.message == ""
    assert panel.data.out.tolist() == [[2.0, 4.0]]


def test_sums_that_overflow_are_put_into_words():
    panel = convolution_panel(image=[[1e300, -1e300]], filter=[[1e300, 1e300]])
    assert "too large" in panel.sentence


@pytest.mark.parametrize("stage", STAGES)
def test_feature_maps_are_the_layers_outputs(stage):
    panel = feature_maps_panel(IMAGES[:20], LABELS[:20], {"a": NET, "b": SMALL}, number=3)
    for name, net in (("a", NET), ("b", SMALL)):
        x, layer = IMAGES[3:4], STAGES[stage][0]
        for key, one in net.layers.items():
            x = one.forward(x)
            if key == layer:
                assert np.allclose(panel.set(stage=stage, network=name).data.maps, x[0])
        assert f"Network {name}: image 3" in panel.set(stage=stage, network=name).sentence
    assert np.isclose(panel.data.probabilities.sum(), 1)


def test_the_framed_place_is_where_the_answer_is_largest():
    data = feature_maps_panel(IMAGES, LABELS, NET, filter=5, number=8).data
    row, column = data.place
    window = data.image[row : row + 5, column : column + 5]
    assert np.isclose((window * data.weights).sum(), data.answer.max(), atol=1e-5)


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


def test_mosaics_hold_every_map():
    for count in (1, 3, 10, 30, 31):
        maps = np.arange(count * 6.0).reshape(count, 2, 3)
        canvas, columns, _gap = mosaic(maps)
        kept = canvas[np.isfinite(canvas)]
        assert sorted(kept) == sorted(maps.ravel())
        assert columns * 4 + 1 == canvas.shape[1]
    canvas, _columns, _gap = mosaic(np.arange(100.0))
    assert canvas.shape == (10, 10)


def test_shift_moves_whole_pixels_and_loses_what_leaves():
    x = np.arange(12.0).reshape(1, 1, 3, 4)
    assert shift(x, 0, 0).tolist() == x.tolist()
    assert shift(x, 1, 0)[0, 0].tolist() == [[0, 0, 1, 2], [0, 4, 5, 6], [0, 8, 9, 10]]
    assert shift(x, -1, -1)[0, 0].tolist() == [[5, 6, 7, 0], [9, 10, 11, 0], [0, 0, 0, 0]]
    with pytest.raises(ValueError, match="out of sight"):
        shift(x, 4, 0)


def test_overlap_is_1_for_equal_and_0_for_strangers():
    assert overlap(np.ones((2, 3, 3))) == overlap(np.zeros((2, 3, 3))) == 1.0
    assert overlap(np.eye(2)) == 0.0
    assert overlap(np.array([[1.0, 1.0], [0.0, 1.0]])) == 0.5


def test_pooling_keeps_more_of_a_moved_image():
    panel = pooling_panel(IMAGES, LABELS, NET, right=0)
    assert panel.data.overlaps == (1.0, 1.0, 1.0)
    kept = {w: panel.set(right=1, window=w).data.overlaps[2] for w in (1, 2, 4)}
    assert kept[1] == panel.data.overlaps[1] < kept[2] < kept[4]
    both = np.concatenate([IMAGES[:1], shift(IMAGES[:1], 1, 0)])
    assert np.array_equal(panel.data.probabilities.argmax(axis=1), NET.predict(both).argmax(axis=1))


@pytest.mark.parametrize(
    ("images", "labels", "networks", "words"),
    [
        (IMAGES.reshape(-1, 784), LABELS, NET, "flatten=False"),
        (IMAGES[:0], LABELS[:0], NET, "flatten=False"),
        (IMAGES, LABELS[:5], NET, "1000 images"),
        (IMAGES, LABELS, {}, "a dict of them"),
        (IMAGES, LABELS, "net", "a dict of them"),
        (IMAGES, LABELS, {"it": 5}, "'it' is no SimpleConvNet"),
        (IMAGES, LABELS, SimpleConvNet((3, 28, 28)), "one channel"),
    ],
)
@pytest.mark.parametrize("panel", [feature_maps_panel, pooling_panel])
def test_what_does_not_fit_is_refused_in_one_sentence(panel, images, labels, networks, words):
    with pytest.raises(ValueError, match=words):
        panel(images, labels, networks)


def test_images_as_they_are_stored_and_one_hot_labels_will_do():
    (_x, _t), (x, t) = load_mnist(normalize=False, flatten=False, one_hot_label=True)
    panel = pooling_panel(x, t, NET)
    assert np.allclose(panel.data.pictures[0][0], IMAGES[0, 0])
    assert panel.data.label == LABELS[0]
    given = {"number": 0, "network": "a", "stage": next(iter(STAGES)), "filter": 1, "source": True}
    data = compute_feature_maps(
        **given, images=IMAGES, labels=LABELS, networks={"a": NET}, seen=lambda: None
    )
    assert data.label == LABELS[0], "nothing is drawn: the image is shown"
    values = {"number": 0, "right": 0, "down": 0, "window": 3, "filter": 1}
    pooled = compute_pooling(**values, images=IMAGES, labels=LABELS, network=NET).pictures[2]
    assert pooled.shape == (2, 8, 8)

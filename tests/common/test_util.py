"""Laws of smoothing, shuffling and the windows of an image; the numbers of chapter 7."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.util import (
    col2im,
    conv_output_size,
    fold,
    im2col,
    pad_images,
    random_source,
    shuffle_dataset,
    smooth_curve,
    stops,
    unfold,
)

FEW = settings(max_examples=60, deadline=None, derandomize=True, database=None)


def normal(*shape, seed=1):
    return np.random.default_rng(seed).standard_normal(shape)


# ---- smoothing --------------------------------------------------------------------------------


def test_smoothing_is_a_weighted_mean_of_eleven_with_mirrored_ends():
    x = normal(30)
    weights = np.kaiser(11, 2) / np.kaiser(11, 2).sum()
    ends = np.concatenate([x[5:0:-1], x, x[::-1][:5]])
    expected = [np.sum(weights * ends[i : i + 11]) for i in range(30)]
    np.testing.assert_allclose(smooth_curve(x), expected)


@FEW
@given(st.integers(1, 40))
def test_smoothing_keeps_the_length_and_a_constant(n):
    assert smooth_curve(np.arange(n)).shape == (n,)
    np.testing.assert_allclose(smooth_curve([7] * n), 7)


def test_smoothing_keeps_its_argument_and_asks_for_a_list_of_numbers():
    x = normal(20)
    before = x.copy()
    smooth_curve(x)
    np.testing.assert_array_equal(x, before)
    for bad in ([], np.ones((2, 2)), 3):
        with pytest.raises(ValueError, match=r"smooth_curve: x has shape .* expected"):
            smooth_curve(bad)
    with pytest.raises(TypeError, match="smooth_curve: numbers were expected"):
        smooth_curve(["a", "b"])


# ---- shuffling --------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(20, 3), (20, 1, 4, 4), (20,)])
def test_shuffling_keeps_pairs_together_and_leaves_the_arguments(shape):
    x = np.arange(np.prod(shape)).reshape(shape)
    t = np.arange(20)
    kept = x.copy(), t.copy()
    np.random.seed(3)
    xs, ts = shuffle_dataset(x, t)
    np.testing.assert_array_equal(xs, x[ts])
    assert sorted(ts) == list(range(20)) and ts.tolist() != list(range(20))
    np.testing.assert_array_equal(x, kept[0])
    np.testing.assert_array_equal(t, kept[1])
    np.random.seed(3)
    np.testing.assert_array_equal(ts, np.random.permutation(20))  # the book's draw
    np.testing.assert_array_equal(shuffle_dataset(x, t, rng=5)[1], shuffle_dataset(x, t, 5)[1])


def test_shuffling_works_on_lists_and_refuses_unequal_ones():
    xs, ts = shuffle_dataset([10, 20, 30], [1, 2, 3], rng=0)
    assert (xs == 10 * ts).all()
    with pytest.raises(ValueError, match=r"shuffle_dataset: x .*\(3, 2\), t \(2,\); as many"):
        shuffle_dataset(np.ones((3, 2)), np.ones(2))


def test_where_random_numbers_come_from():
    np.random.seed(4)
    a = random_source().random(3)
    np.random.seed(4)
    np.testing.assert_array_equal(a, np.random.rand(3))
    generator = np.random.default_rng(2)
    assert random_source(generator) is generator
    np.testing.assert_array_equal(random_source(2).random(3), np.random.default_rng(2).random(3))
    for bad in ("a", -1, 1.5):
        with pytest.raises(ValueError, match=f"rng.*{bad!r} arrived"):
            random_source(bad)


# ---- windows ----------------------------------------------------------------------------------


def test_output_sizes_of_chapter_7():
    assert conv_output_size(4, 3) == 2
    assert conv_output_size(4, 3, pad=1) == 4
    assert conv_output_size(7, 3, stride=2) == 3
    assert conv_output_size(28, 5, 3, 2) == 10  # 27 / 3 + 1
    assert conv_output_size(31, 5, 3, 2) == 11
    assert conv_output_size(7, 3, 3) == 2  # a remainder: the last pixel is not visited
    assert isinstance(conv_output_size(np.int64(28), 5), int)


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ((3, 5), "filter of 5 does not fit into 3 pixels with pad 0"),
        ((0, 1), "input_size .*at least 1; 0 arrived"),
        ((4, 0), "filter_size .*at least 1; 0"),
        ((4, 2, 0), "stride .*at least 1; 0"),
        ((4, 2, 1, -1), "pad .*at least 0; -1"),
        ((4.0, 2), "input_size .*whole.*; 4.0"),
        ((4, 2, 1.5), "stride .*whole.*; 1.5"),
        ((4, "2"), "filter_size .*whole.*; '2'"),
        ((4, 2, True), "stride .*whole.*; True"),
    ],
)
def test_sizes_that_do_not_fit_are_refused(sizes, message):
    with pytest.raises(ValueError, match=message):
        conv_output_size(*sizes)


def test_shapes_and_counts_of_chapter_7():
    assert im2col(normal(1, 3, 7, 7), 5, 5).shape == (9, 75)
    assert im2col(normal(10, 3, 7, 7), 5, 5).shape == (90, 75)
    counts = col2im(np.ones((4, 4)), (1, 1, 3, 3), 2, 2)
    assert counts.tolist() == [[[[1, 2, 1], [2, 4, 2], [1, 2, 1]]]]


small = st.integers(1, 5)
windows = st.tuples(
    st.tuples(st.integers(1, 3), st.integers(1, 3), small, small),
    st.integers(1, 4), st.integers(1, 4), st.integers(1, 3), st.integers(0, 2),
).filter(lambda w: w[1] <= w[0][2] + 2 * w[4] and w[2] <= w[0][3] + 2 * w[4])  # fmt: skip


@FEW
@given(windows)
def test_im2col_holds_one_window_a_row_ordered_n_oh_ow(w):
    shape, fh, fw, stride, pad = w
    x = normal(*shape)
    framed = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    oh = (shape[2] + 2 * pad - fh) // stride + 1
    ow = (shape[3] + 2 * pad - fw) // stride + 1
    rows = [
        framed[n, :, y * stride : y * stride + fh, z * stride : z * stride + fw].ravel()
        for n, y, z in np.ndindex(shape[0], oh, ow)
    ]
    np.testing.assert_array_equal(im2col(x, fh, fw, stride, pad), rows)


@FEW
@given(windows)
def test_col2im_is_the_transpose_of_im2col_and_fold_of_unfold(w):
    """<im2col(x), c> = <x, col2im(c)> for all x and c."""
    shape, fh, fw, stride, pad = w
    x = normal(*shape)
    col = im2col(x, fh, fw, stride, pad)
    c = normal(*col.shape, seed=2)
    back = col2im(c, shape, fh, fw, stride, pad)
    assert back.shape == shape
    assert np.sum(col * c) == pytest.approx(np.sum(x * back), abs=1e-10)
    laid = unfold(x, fh, fw, stride, pad)
    d = normal(*laid.shape, seed=3)
    there = np.sum(laid * d)
    assert there == pytest.approx(np.sum(x * fold(d, shape, stride, pad)), abs=1e-10)


def test_windows_stand_side_by_side_where_nobody_says_otherwise():
    x = normal(1, 2, 4, 5)
    np.testing.assert_array_equal(unfold(x, 2, 3), unfold(x, 2, 3, 1, 0))
    d = normal(*unfold(x, 2, 3).shape)
    np.testing.assert_array_equal(fold(d, x.shape), fold(d, x.shape, 1, 0))
    assert unfold(x, 2, 3).shape == (1, 2, 2, 3, 3, 3)


def test_the_frame_of_an_image_must_fit_into_a_memory_too():
    pad = 2**17
    assert stops((1, 1, 1, 1), 1, 1, 1, pad - 1) == (2 * pad - 1, 2 * pad - 1)
    with pytest.raises(ValueError, match="fits into no memory"):
        stops((1, 1, 1, 1), 1, 1, 1, pad)


def test_no_padding_makes_no_copy():
    x = normal(1, 2, 4, 5)
    assert pad_images(x, 0) is x
    np.testing.assert_array_equal(pad_images(x, 1, 7)[:, :, 1:-1, 1:-1], x)
    assert pad_images(x, 1, 7).sum() == pytest.approx(x.sum() + 7 * 2 * (6 * 7 - 4 * 5))


def test_windows_leave_their_arguments_and_keep_float32():
    x = normal(2, 2, 4, 5).astype(np.float32)
    before = x.copy()
    col = im2col(x, 2, 3, 1, 1)
    kept = col.copy()
    back = col2im(col, x.shape, 2, 3, 1, 1)
    assert col.dtype == back.dtype == np.float32
    np.testing.assert_array_equal(x, before)
    np.testing.assert_array_equal(col, kept)
    assert not np.shares_memory(im2col(x, 1, 1), x)
    assert not np.shares_memory(col2im(im2col(x, 1, 1), x.shape, 1, 1), x)
    gaps = x[:, :, ::-1, ::2]
    np.testing.assert_array_equal(im2col(gaps, 2, 2), im2col(gaps.copy(), 2, 2))


def test_uint8_windows_add_up_without_wrapping_around():
    x = np.full((1, 1, 3, 3), 200, np.uint8)
    assert im2col(x, 2, 2).dtype == np.float64
    assert col2im(np.full((4, 4), 200, np.uint8), x.shape, 2, 2).max() == 800
    assert im2col(x.tolist(), 2, 2).shape == (4, 4)


def test_windows_refuse_shapes_that_do_not_fit():
    for shape in ((28, 28), (1, 28, 28), (0, 1, 4, 4), (1, 1, 0, 4)):
        message = r"\(N, C, H, W\).*" + re.escape(str(shape)) + " arrived"
        with pytest.raises(ValueError, match=message):
            im2col(np.ones(shape), 2, 2)
        with pytest.raises(ValueError, match=message):
            col2im(np.ones((4, 4)), shape, 2, 2)
    with pytest.raises(ValueError, match=r"col2im: col has shape \(4, 5\).*expect \(4, 4\)"):
        col2im(np.ones((4, 5)), (1, 1, 3, 3), 2, 2)
    with pytest.raises(ValueError, match="filter of 6 does not fit into 5 pixels"):
        im2col(np.ones((1, 1, 5, 5)), 6, 2)
    with pytest.raises(TypeError, match="numbers were expected"):
        im2col(np.full((1, 1, 2, 2), "a"), 2, 2)
    with pytest.raises(TypeError, match="different lengths"):
        im2col([[[[1, 2], [3]]]], 2, 2)

"""Laws of functions, losses, numerical slopes and windows, and the numbers of chapters 3, 4, 7.

What they refuse stands in test_doors.py.
"""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from common import functions
from common.functions import (
    cross_entropy_error,
    identity_function,
    log_softmax,
    mean_squared_error,
    relu,
    relu_grad,
    sigmoid,
    sigmoid_grad,
    softmax,
    softmax_loss,
    step_function,
    sum_squared_error,
)
from common.gradient import (
    _numerical_gradient_1d,
    numerical_gradient,
    numerical_gradient_2d,
    relative_error,
)
from common.util import (
    col2im,
    conv_output_size,
    fold,
    im2col,
    random_source,
    shuffle_dataset,
    smooth_curve,
    unfold,
)
from tests.common.laws import few, normal

FLOATS = st.sampled_from([np.float16, np.float32, np.float64])


@st.composite
def numbers(draw, dims=1, top=1e4):
    """Arrays of all float dtypes; small numbers, numbers as large as top, and both zeros."""
    dtype = draw(FLOATS)
    elements = st.sampled_from([0.0, -0.0, 1, -1, 88, -88, top, -top]) | st.floats(-top, top)
    shape = draw(array_shapes(min_dims=dims, max_dims=3, max_side=4))
    return draw(arrays(float, shape, elements=elements)).astype(dtype)


def assert_near(found, exact, dtype, factor=16):
    eps = factor * float(np.finfo(dtype).eps)
    np.testing.assert_allclose(np.asarray(found, float), exact, rtol=eps, atol=eps)


# ---- activations ------------------------------------------------------------------------------


def test_numbers_of_chapter_3():
    assert step_function(np.array([-1, 1, 2])).tolist() == [0, 1, 1]
    np.testing.assert_allclose(sigmoid([-1, 1, 2]), [0.268941, 0.731059, 0.880797], atol=5e-7)
    np.testing.assert_allclose(sigmoid([0.3, 0.7, 1.1]), [0.574443, 0.668188, 0.75026], atol=5e-7)
    y = softmax(np.array([0.3, 2.9, 4.0]))
    np.testing.assert_allclose(y, [0.018211, 0.245192, 0.736597], atol=5e-7)
    y = softmax(np.array([1010, 1000, 990]))
    np.testing.assert_allclose(y, [0.999955, 4.5398e-5, 2.0611e-9], rtol=1e-4)
    assert relu(np.array([-2.0, 0, 3])).tolist() == [0, 0, 3]


def plain_sigmoid(x):
    return 1 / (1 + math.exp(-x)) if x > -700 else 0.0


POINTWISE = {
    step_function: lambda x: int(x > 0),
    sigmoid: plain_sigmoid,
    sigmoid_grad: lambda x: plain_sigmoid(x) * plain_sigmoid(-x),
    relu: lambda x: max(x, 0.0),
    relu_grad: lambda x: float(x > 0),  # at 0 itself we say 0, like the layer
}
each_function = pytest.mark.parametrize("f", POINTWISE, ids=lambda f: f.__name__)


@each_function
@given(numbers(dims=0))
@few()
def test_pointwise_functions_agree_with_plain_python(f, x):
    before, y = x.copy(), f(x)
    exact = np.reshape([POINTWISE[f](v) for v in x.ravel().tolist()], x.shape)
    assert y.shape == x.shape and not np.shares_memory(x, y)
    assert y.dtype == (int if f is step_function else x.dtype)
    assert_near(y, exact, x.dtype)
    np.testing.assert_array_equal(x, before)


def test_pointwise_functions_at_the_ends():
    ends = np.array([np.inf, -np.inf, 1e-300, -1e300, np.nan])
    np.testing.assert_array_equal(sigmoid(ends), [1, 0, 0.5, 0, np.nan])
    np.testing.assert_array_equal(sigmoid_grad(ends), [0, 0, 0.25, 0, np.nan])
    np.testing.assert_array_equal(relu(ends), [np.inf, 0, 1e-300, 0, np.nan])
    np.testing.assert_array_equal(relu_grad(ends), [1, 0, 1, 0, np.nan])
    assert step_function(ends[:4]).tolist() == [1, 0, 1, 0]
    np.testing.assert_allclose(sigmoid(np.array([-700.0, -40])), np.exp([-700.0, -40]))
    assert identity_function(ends) is ends
    assert relu(3) == relu(3.0) == 3


# ---- softmax and losses -----------------------------------------------------------------------


def softmax_row(row):
    """(shares, their logarithms) of a row, by plain Python."""
    top = max(row)
    total = math.fsum(math.exp(v - top) for v in row)
    return [math.exp(v - top) / total for v in row], [v - top - math.log(total) for v in row]


@given(numbers(), st.sampled_from([0, 1000]))
@few(60)
def test_softmax_and_its_logarithm_agree_with_plain_python(x, shift):
    x, before = x + x.dtype.type(shift), x + x.dtype.type(shift)
    rows = [softmax_row(row) for row in x.reshape(-1, x.shape[-1]).tolist()]
    for i, f in enumerate((softmax, log_softmax)):
        y = f(x)
        assert y.dtype == x.dtype
        assert_near(y, np.reshape([row[i] for row in rows], x.shape), x.dtype)
    np.testing.assert_array_equal(x, before)


Y = np.array([0.1, 0.05, 0.6, 0, 0.05, 0.1, 0, 0.1, 0, 0])
WRONG = np.array([0.1, 0.05, 0.1, 0, 0.05, 0.1, 0, 0.6, 0, 0])


def test_numbers_of_chapter_4():
    t = np.eye(10)[2]
    assert sum_squared_error(Y, t) == pytest.approx(0.0975)
    assert sum_squared_error(WRONG, t) == pytest.approx(0.5975)
    assert cross_entropy_error(Y, t) == pytest.approx(0.510825, abs=1e-6)
    assert cross_entropy_error(WRONG, t) == pytest.approx(2.302584, abs=1e-6)
    assert mean_squared_error is sum_squared_error


@st.composite
def scores_and_labels(draw):
    """Scores of N samples for K classes, shares of each class, and labels that say the same."""
    n, k = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    x = draw(arrays(float, (n, k), elements=st.floats(-20, 20))).astype(draw(FLOATS))
    classes = np.array(draw(st.lists(st.integers(0, k - 1), min_size=n, max_size=n)))
    rows = np.eye(k)[classes]
    if draw(st.booleans()):
        rows = draw(arrays(float, (n, k), elements=st.floats(0.1, 1)))
        rows /= rows.sum(axis=1, keepdims=True)
        return x, rows, rows
    kinds = (classes, classes.astype(np.uint8), classes.tolist(), rows, rows.astype(bool))
    return x, rows, kinds[draw(st.integers(0, 4 if k > 1 else 2))]


@given(scores_and_labels())
@few(60)
def test_losses_agree_with_plain_python(case):
    x, rows, t = case
    shares, logs = zip(*(softmax_row(row) for row in x.tolist()), strict=True)
    exact = -np.sum(rows * np.array(logs)) / len(x)
    assert_near(softmax_loss(x, t), exact, x.dtype, 64)
    y = np.array(shares)
    exact = -np.sum(rows * np.log(y + 1e-7)) / len(x)
    assert cross_entropy_error(y, t) == pytest.approx(exact, rel=1e-9, abs=1e-12)
    assert sum_squared_error(y, rows) == pytest.approx(0.5 * np.sum((y - rows) ** 2))
    for i in range(len(x) if x.shape[1] > 1 else 0):  # one sample without its batch
        alone = cross_entropy_error(y[i], t[i])
        assert alone == pytest.approx(-np.sum(rows[i] * np.log(y[i] + 1e-7)), abs=1e-12)


def test_a_loss_from_scores_is_exact_and_certainty_about_the_wrong_class_costs_16():
    assert softmax_loss(np.array([0.0, 1000]), 0) == 1000  # no 1e-7
    for dtype in (float, np.float32):
        y = np.array([[1, 0]], dtype)
        assert cross_entropy_error(y, [1]) == pytest.approx(-np.log(1e-7))
        assert cross_entropy_error(y, [0]) == pytest.approx(0, abs=1e-6)
    cross_entropy_error([1.001, 0], 0)  # so much rounding is forgiven, and no more: test_doors
    cross_entropy_error(np.full((2, 3), 1 / 3), np.full((2, 3), 1 / 3, np.float16))
    assert softmax_loss([2.0], 0) == softmax_loss([2.0], [0]) == 0  # one sample with one class
    assert np.isnan(cross_entropy_error([[0.5, np.nan]], [0]))  # nor beside the right class


def test_every_function_is_described():
    own = [f for n, f in vars(functions).items() if callable(f) and n[0] != "_"]
    assert all(f.__doc__ for f in own)


# ---- slopes by small steps --------------------------------------------------------------------


def bowl(x):
    return np.sum(x**2)


@pytest.mark.parametrize(("x", "expected"), [((3, 4), (6, 8)), ((0, 2), (0, 4)), ((3, 0), (6, 0))])
def test_slopes_of_chapter_4(x, expected):
    x = np.array(x, dtype=float)
    np.testing.assert_allclose(numerical_gradient(bowl, x), expected, atol=1e-9)
    np.testing.assert_allclose(_numerical_gradient_1d(bowl, x), expected, atol=1e-9)


def test_central_differences_with_a_step_of_1e_4():
    points = []
    numerical_gradient(lambda x: points.append(float(x[0])) or 0.0, np.array([2.0]))
    assert sorted(points) == [2 - 1e-4, 2 + 1e-4]
    x = np.array([1.0])
    assert numerical_gradient(lambda x: x[0] ** 3, x)[0] - 3 == pytest.approx(1e-8, rel=1e-3)


@given(arrays(float, array_shapes(min_dims=0, max_dims=4, max_side=3), elements=st.floats(-9, 9)))
@few()
def test_any_shape_gives_the_slope_of_every_entry_and_x_comes_back(x):
    weights, before = normal(*x.shape), x.copy()
    found = numerical_gradient(lambda x: np.sum(weights * x**2), x)
    assert found.shape == x.shape and found.dtype == x.dtype
    np.testing.assert_allclose(found, 2 * weights * x, atol=1e-6)
    np.testing.assert_array_equal(x, before)


def test_f_sees_the_very_array_and_may_read_it_elsewhere():
    W = np.array([[1.0, 2.0], [3.0, 4.0]])
    np.testing.assert_allclose(numerical_gradient(lambda _: bowl(W), W), 2 * W, atol=1e-8)
    view = W.T[::-1]  # not contiguous: still the very same numbers are nudged
    np.testing.assert_allclose(numerical_gradient(lambda _: bowl(W), view), 2 * view, atol=1e-8)
    numerical_gradient(lambda given: 1.0 if given is W else 1 / 0, W)


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
@pytest.mark.parametrize("calls", [0, 1, 2, 3])
def test_an_interrupted_check_leaves_nothing_nudged(error, calls):
    x, left = np.array([1.0, 2.0]), [calls]

    def f(x):
        if left[0] == 0:
            raise error
        left[0] -= 1
        return bowl(x)

    with pytest.raises(error):
        numerical_gradient(f, x)
    assert x.tolist() == [1, 2]


def test_a_step_that_is_lost_beside_a_huge_entry_is_reported():
    for dtype, value in ((np.float32, 1e4), (np.float64, 1e13)):
        x = np.array([1, value], dtype)
        with pytest.warns(RuntimeWarning, match="0.0001"):
            found = numerical_gradient(lambda x: float(x[0]), x)
        assert found[0] == pytest.approx(1, rel=0.01)
        assert x.tolist() == np.array([1, value], dtype).tolist()


def test_the_warning_points_at_the_line_that_asked():
    with pytest.warns(RuntimeWarning) as warned:
        numerical_gradient(lambda x: x[0], np.array([1e13]))
    assert [w.filename for w in warned] == [__file__]


@pytest.mark.parametrize("dtype", [int, np.uint8, bool, np.float16, complex, object])
def test_an_array_that_cannot_take_a_small_step_is_refused_as_it_is(dtype):
    x = np.array([3, 4]).astype(dtype)
    with pytest.raises(TypeError):
        numerical_gradient(bowl, x)
    assert x.dtype == dtype and (x == np.array([3, 4]).astype(dtype)).all()


def test_float32_nan_and_nothing_at_all():
    found = numerical_gradient(bowl, np.array([3.0, 4.0], np.float32))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, [6, 8], rtol=0.02)
    assert np.isnan(numerical_gradient(bowl, np.array([np.nan, 1.0]))).all()
    assert numerical_gradient(bowl, np.empty((0, 3))).shape == (0, 3)


def test_2d_treats_each_row_as_a_point():
    X = np.array([[3.0, 4.0], [0.0, 2.0]])
    found = numerical_gradient_2d(lambda x: x[0] ** 2 * x[1], X)  # works on a point only
    np.testing.assert_allclose(found, [[24, 9], [0, 0]], atol=1e-6)
    np.testing.assert_allclose(numerical_gradient_2d(bowl, X[0]), [6, 8])
    np.testing.assert_array_equal(X, [[3, 4], [0, 2]])


def test_relative_error():
    assert relative_error([3, 4], [3, 4]) == 0
    assert relative_error(np.zeros(3), np.zeros(3)) == relative_error([], []) == 0
    assert relative_error([1, 0], [-1, 0]) == relative_error([0.0], [1e-9]) == 1
    assert relative_error(np.float32(1.0), 1.1) == pytest.approx(0.1 / 2.1, rel=1e-6)
    assert isinstance(relative_error([1], [2]), float)


@given(*[arrays(float, 4, elements=st.floats(-1e3, 1e3))] * 2, st.sampled_from([1e-6, 1, 1e6]))
@few()
def test_relative_error_is_symmetric_and_does_not_ask_for_units(a, b, factor):
    length = math.hypot(*a) + math.hypot(*b)
    if length > 1e-3:
        error = relative_error(a * factor, b * factor)
        assert error == pytest.approx(math.dist(a, b) / length, abs=1e-12)
        assert relative_error(b * factor, a * factor) == error


# ---- smoothing, shuffling, random numbers -----------------------------------------------------


def test_smoothing_is_a_weighted_mean_of_eleven_with_mirrored_ends():
    for n in (1, 2, 5, 6, 30):
        x, half = normal(n), min(5, n - 1)
        before, weights = x.copy(), np.kaiser(2 * half + 1, 2)
        mirror = lambda i, n=n: -i if i < 0 else 2 * n - 1 - i if i >= n else i
        exact = [
            sum(w * x[mirror(i + j - half)] for j, w in enumerate(weights)) / weights.sum()
            for i in range(n)
        ]
        np.testing.assert_allclose(smooth_curve(x), exact)
        np.testing.assert_array_equal(x, before)
        np.testing.assert_allclose(smooth_curve([7] * n), 7)


@pytest.mark.parametrize("shape", [(20, 3), (20, 1, 4, 4), (20,)])
def test_shuffling_keeps_pairs_together_and_leaves_the_arguments(shape):
    x, t = np.arange(np.prod(shape)).reshape(shape), np.arange(20)
    np.random.seed(3)
    xs, ts = shuffle_dataset(x, t)
    np.testing.assert_array_equal(xs, x[ts])
    assert sorted(ts) == t.tolist() == list(range(20)) and ts.tolist() != list(range(20))
    np.random.seed(3)
    np.testing.assert_array_equal(ts, np.random.permutation(20))  # the book's draw
    np.testing.assert_array_equal(shuffle_dataset(x, t, rng=5)[1], shuffle_dataset(x, t, 5)[1])
    xs, ts = shuffle_dataset([10, 20, 30], [1, 2, 3], rng=0)
    assert (xs == 10 * ts).all()


def test_where_random_numbers_come_from():
    np.random.seed(4)
    a = random_source().random(3)
    np.random.seed(4)
    np.testing.assert_array_equal(a, np.random.rand(3))
    generator = np.random.default_rng(2)
    assert random_source(generator) is generator
    np.testing.assert_array_equal(random_source(2).random(3), np.random.default_rng(2).random(3))


# ---- windows ----------------------------------------------------------------------------------


def test_sizes_shapes_and_counts_of_chapter_7():
    assert conv_output_size(4, 3) == 2
    assert conv_output_size(4, 3, pad=1) == 4
    assert conv_output_size(7, 3, stride=2) == 3
    assert conv_output_size(28, 5, 3, 2) == 10  # 27 / 3 + 1
    assert conv_output_size(31, 5, 3, 2) == 11
    assert conv_output_size(7, 3, 3) == 2  # a remainder: the last pixel is not visited
    assert isinstance(conv_output_size(np.int64(28), 5), int)
    assert im2col(normal(1, 3, 7, 7), 5, 5).shape == (9, 75)
    assert im2col(normal(10, 3, 7, 7), 5, 5).shape == (90, 75)
    counts = col2im(np.ones((4, 4)), (1, 1, 3, 3), 2, 2)
    assert counts.tolist() == [[[[1, 2, 1], [2, 4, 2], [1, 2, 1]]]]


small = st.integers(1, 5)
windows = st.tuples(
    st.tuples(st.integers(1, 3), st.integers(1, 3), small, small),
    st.integers(1, 4), st.integers(1, 4), st.integers(1, 3), st.integers(0, 2),
).filter(lambda w: w[1] <= w[0][2] + 2 * w[4] and w[2] <= w[0][3] + 2 * w[4])  # fmt: skip


@given(windows, FLOATS)
@few(50)
def test_im2col_holds_one_window_a_row_and_col2im_is_its_transpose(w, dtype):
    """<im2col(x), c> = <x, col2im(c)> for all x and c; likewise for unfold and fold."""
    shape, fh, fw, stride, pad = w
    x = normal(*shape).astype(dtype)
    framed = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    oh = (shape[2] + 2 * pad - fh) // stride + 1
    ow = (shape[3] + 2 * pad - fw) // stride + 1
    rows = [
        framed[n, :, y * stride : y * stride + fh, z * stride : z * stride + fw].ravel()
        for n, y, z in np.ndindex(shape[0], oh, ow)
    ]
    before, col = x.copy(), im2col(x, fh, fw, stride, pad)
    np.testing.assert_array_equal(col, rows)
    assert col.dtype == dtype and not np.shares_memory(col, x)
    np.testing.assert_array_equal(x, before)
    x = normal(*shape)
    for out, back in (
        (im2col(x, fh, fw, stride, pad), lambda c: col2im(c, shape, fh, fw, stride, pad)),
        (unfold(x, fh, fw, stride, pad), lambda c: fold(c, shape, stride, pad)),
    ):
        c = normal(*out.shape, seed=2)
        kept, image = c.copy(), back(c)
        assert image.shape == shape and not np.shares_memory(image, c)
        assert np.sum(out * c) == pytest.approx(np.sum(x * image), abs=1e-10)
        assert back(c.astype(dtype)).dtype == dtype
        np.testing.assert_array_equal(c, kept)


def test_windows_stand_side_by_side_where_nobody_says_otherwise():
    x = normal(1, 2, 4, 5)
    assert unfold(x, 2, 3).shape == (1, 2, 2, 3, 3, 3)
    d = normal(*unfold(x, 2, 3).shape)
    np.testing.assert_array_equal(fold(d, x.shape), fold(d, x.shape, 1, 0))


def test_a_pad_of_uint8_does_not_wrap_around():
    image, pad = np.ones((1, 1, 60, 60)), np.uint8(200)
    col = im2col(image, 1, 1, pad=pad)  # 2 · 200 is 144 in uint8
    assert col2im(col, image.shape, 1, 1, pad=pad).tolist() == image.tolist()

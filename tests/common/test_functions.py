"""Laws of functions, losses, numerical slopes and windows, and the numbers of chapters 3, 4, 7.

What they refuse stands in test_doors.py.
"""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from common import functions as F
from common import gradient as G
from common import util as U
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


# ---- functions --------------------------------------------------------------------------------

Y = np.array([0.1, 0.05, 0.6, 0, 0.05, 0.1, 0, 0.1, 0, 0])
WRONG = np.array([0.1, 0.05, 0.1, 0, 0.05, 0.1, 0, 0.6, 0, 0])
ONE_HOT, COUNTS = np.eye(10)[2], [[1, 2, 1], [2, 4, 2], [1, 2, 1]]
BOWL, CUBE = lambda x: np.sum(x**2), lambda x: x[0] ** 2 * x[1]  # CUBE works on a point only
POINTS = np.array([[3.0, 4.0], [0.0, 2.0]])


def descend(lr):
    x = np.array([-3.0, 4.0])
    for _ in range(100):
        x -= lr * G.numerical_gradient(BOWL, x)
    return x


# What the book prints, or what follows from it by hand.
NUMBERS_OF_THE_BOOK = {
    "step (3.2)": (lambda: F.step_function(np.array([-1, 1, 2])), [0, 1, 1]),
    "sigmoid (3.2)": (lambda: F.sigmoid([-1, 1, 2]), [0.268941, 0.731059, 0.880797]),
    "softmax (3.5)": (lambda: F.softmax([0.3, 2.9, 4.0]), [0.018211, 0.245192, 0.736597]),
    "large scores (3.5)": (lambda: F.softmax([1010, 1000, 990]), [0.999955, 4.54e-5, 2.06e-9]),
    "squares (4.2)": (lambda: F.sum_squared_error(Y, ONE_HOT), 0.0975),
    "squares, wrong (4.2)": (lambda: F.sum_squared_error(WRONG, ONE_HOT), 0.5975),
    "entropy (4.2)": (lambda: F.cross_entropy_error(Y, ONE_HOT), 0.510825),
    "entropy, wrong (4.2)": (lambda: F.cross_entropy_error(WRONG, 2), 2.302584),
    "sure and wrong (4.2)": (lambda: F.cross_entropy_error([[1, 0]], [1]), 16.118096),
    "in float32": (lambda: F.cross_entropy_error(np.float32([[1, 0]]), [1]), 16.118096),
    "sure and right (4.2)": (lambda: F.cross_entropy_error([[1, 0]], [0]), 0),
    "slope (4.4)": (lambda: G.numerical_gradient(BOWL, np.array([3.0, 4.0])), [6, 8]),
    "at a point (4.4)": (lambda: G._numerical_gradient_1d(BOWL, np.array([0.0, 2.0])), [0, 4]),
    "at points (4.4)": (lambda: G.numerical_gradient_2d(CUBE, POINTS), [[24, 9], [0, 0]]),
    "at a row of them (4.4)": (lambda: G.numerical_gradient_2d(BOWL, POINTS[:1]), [[6, 8]]),
    "at none of them (4.4)": (
        lambda: G.numerical_gradient_2d(BOWL, np.zeros((0, 2))), np.zeros((0, 2))),
    "at one of them (4.4)": (lambda: G.numerical_gradient_2d(BOWL, POINTS[0]), [6, 8]),
    "descent (4.4)": (lambda: 1e9 * descend(0.1), [-0.6111108, 0.8148144]),
    "descent, too slow (4.4)": (lambda: descend(1e-10), [-3, 4]),
    "im2col (7.4)": (lambda: U.im2col(np.ones((1, 3, 7, 7)), 5, 5).shape, [9, 75]),
    "im2col, batch (7.4)": (lambda: U.im2col(np.ones((10, 3, 7, 7)), 5, 5).shape, [90, 75]),
    "col2im counts (7.4)": (lambda: U.col2im(np.ones((4, 4)), (1, 1, 3, 3), 2, 2)[0, 0], COUNTS),
    **{f"output size of {size} (7.2)": (lambda size=size: U.conv_output_size(*size), expected)
       for size, expected in {(4, 3): 2, (4, 3, 1, 1): 4, (7, 3, 2): 3, (28, 5, 3, 2): 10,
                              (31, 5, 3, 2): 11, (7, 3, 3): 2, (np.int64(28), 5): 24}.items()},
}  # fmt: skip


@pytest.mark.parametrize("name", NUMBERS_OF_THE_BOOK)
def test_numbers_of_the_book(name):
    call, expected = NUMBERS_OF_THE_BOOK[name]
    np.testing.assert_allclose(call(), expected, rtol=1e-6, atol=5e-7)


def plain_sigmoid(x):
    return 1 / (1 + math.exp(-x)) if x > -700 else 0.0


POINTWISE = {
    F.step_function: lambda x: int(x > 0),
    F.sigmoid: plain_sigmoid,
    F.sigmoid_grad: lambda x: plain_sigmoid(x) * plain_sigmoid(-x),
    F.relu: lambda x: max(x, 0.0),
    F.relu_grad: lambda x: float(x > 0),  # at 0 itself we say 0, like the layer
}
each_function = pytest.mark.parametrize("f", POINTWISE, ids=lambda f: f.__name__)


@each_function
@given(numbers(dims=0))
@few()
def test_pointwise_functions_agree_with_plain_python(f, x):
    before, y = x.copy(), f(x)
    exact = np.reshape([POINTWISE[f](v) for v in x.ravel().tolist()], x.shape)
    assert y.shape == x.shape and not np.shares_memory(x, y)
    assert y.dtype == (int if f is F.step_function else x.dtype)
    assert_near(y, exact, x.dtype)
    np.testing.assert_array_equal(x, before)


def test_functions_at_the_ends():
    ends = np.array([np.inf, -np.inf, 1e-300, -1e300])
    for f, expected in ((F.sigmoid, [1, 0, 0.5, 0]), (F.relu, [np.inf, 0, 1e-300, 0]),
                        (F.relu_grad, [1, 0, 1, 0]), (F.step_function, [1, 0, 1, 0])):  # fmt: skip
        assert f(ends).tolist() == expected
    np.testing.assert_allclose(F.sigmoid(np.array([-700.0, -40])), np.exp([-700.0, -40]))
    np.testing.assert_array_equal(F.softmax([[0, -np.inf], [0, np.inf]]), [[1, 0], [np.nan] * 2])
    assert F.identity_function(ends) is ends
    assert F.mean_squared_error is F.sum_squared_error  # two names of the book


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
    for i, f in enumerate((F.softmax, F.log_softmax)):
        y = f(x)
        assert y.dtype == x.dtype
        assert_near(y, np.reshape([row[i] for row in rows], x.shape), x.dtype)
    np.testing.assert_array_equal(x, before)


@st.composite
def scores_and_shares(draw):
    """Scores of N samples for K classes, and the share of each class: all of one, or many."""
    n, k = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    x = draw(arrays(float, (n, k), elements=st.floats(-20, 20))).astype(draw(FLOATS))
    rows = draw(arrays(float, (n, k), elements=st.floats(0.1, 1)))
    soft = rows / rows.sum(axis=1, keepdims=True)
    return x, draw(st.sampled_from([soft, np.eye(k)[rows.argmax(axis=1)]]))


@given(scores_and_shares())
@few(60)
def test_losses_agree_with_plain_python(case):
    x, t = case
    y, logs = (np.array(part) for part in zip(*map(softmax_row, x.tolist()), strict=True))
    assert_near(F.softmax_loss(x, t), -np.sum(t * logs) / len(x), x.dtype, 64)
    exact = -np.sum(t * np.log(y + 1e-7), axis=1)
    assert F.cross_entropy_error(y, t) == pytest.approx(exact.mean(), rel=1e-9, abs=1e-12)
    assert F.sum_squared_error(y, t) == pytest.approx(0.5 * np.sum((y - t) ** 2))
    for i in range(len(x) if x.shape[1] > 1 else 0):  # one sample without its batch
        assert F.cross_entropy_error(y[i], t[i]) == pytest.approx(exact[i], abs=1e-12)


def test_losses_at_the_ends():
    assert F.softmax_loss(np.array([0.0, 1000]), 0) == 1000  # exact: no 1e-7
    assert F.softmax_loss([2.0], 0) == F.softmax_loss([2.0], [0]) == 0  # one sample with one class
    F.cross_entropy_error([1.001, 0], 0)  # so much rounding is forgiven, and no more: test_doors
    F.cross_entropy_error(np.full((2, 3), 1 / 3), np.full((2, 3), 1 / 3, np.float16))
    assert np.isnan(F.cross_entropy_error([[0.5, np.nan]], [0]))  # nor beside the right class


# ---- slopes by small steps --------------------------------------------------------------------


def test_central_differences_with_a_step_of_1e_4():
    points = []
    G.numerical_gradient(lambda x: points.append(float(x[0])) or 0.0, np.array([2.0]))
    assert sorted(points) == [2 - 1e-4, 2 + 1e-4]
    x = np.array([1.0])
    assert G.numerical_gradient(lambda x: x[0] ** 3, x)[0] - 3 == pytest.approx(1e-8, rel=1e-3)


@given(arrays(float, array_shapes(min_dims=0, max_dims=4, max_side=3), elements=st.floats(-9, 9)))
@few()
def test_any_shape_gives_the_slope_of_every_entry_and_x_comes_back(x):
    weights, before = normal(*x.shape), x.copy()
    found = G.numerical_gradient(lambda x: np.sum(weights * x**2), x)
    assert found.shape == x.shape and found.dtype == x.dtype
    np.testing.assert_allclose(found, 2 * weights * x, atol=1e-6)
    np.testing.assert_array_equal(x, before)


def test_f_sees_the_very_array_and_may_read_it_elsewhere():
    W = np.array([[1.0, 2.0], [3.0, 4.0]])
    np.testing.assert_allclose(G.numerical_gradient(lambda _: BOWL(W), W), 2 * W, atol=1e-8)
    view = W.T[::-1]  # not contiguous: still the very same numbers are nudged
    np.testing.assert_allclose(G.numerical_gradient(lambda _: BOWL(W), view), 2 * view, atol=1e-8)
    G.numerical_gradient(lambda given: 1.0 if given is W else 1 / 0, W)


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
@pytest.mark.parametrize("calls", [0, 1, 2, 3])
def test_an_interrupted_check_leaves_nothing_nudged(error, calls):
    x, left = np.array([1.0, 2.0]), [calls]

    def f(x):
        if left[0] == 0:
            raise error
        left[0] -= 1
        return BOWL(x)

    with pytest.raises(error):
        G.numerical_gradient(f, x)
    assert x.tolist() == [1, 2]


def test_a_step_that_is_lost_beside_a_huge_entry_is_reported():
    for dtype, value in ((np.float32, 1e4), (np.float64, 1e13)):
        x = np.array([1, value], dtype)
        with pytest.warns(RuntimeWarning, match="0.0001"):
            found = G.numerical_gradient(lambda x: float(x[0]), x)
        assert found[0] == pytest.approx(1, rel=0.01)
        assert x.tolist() == np.array([1, value], dtype).tolist()


def test_the_warning_points_at_the_line_that_asked():
    with pytest.warns(RuntimeWarning) as warned:
        G.numerical_gradient(lambda x: x[0], np.array([1e13]))
    assert [w.filename for w in warned] == [__file__]


@pytest.mark.parametrize("dtype", [int, np.uint8, bool, np.float16, complex, object])
def test_an_array_that_cannot_take_a_small_step_is_refused_as_it_is(dtype):
    x = np.array([3, 4]).astype(dtype)
    with pytest.raises(TypeError):
        G.numerical_gradient(BOWL, x)
    assert x.dtype == dtype and (x == np.array([3, 4]).astype(dtype)).all()


def test_float32_nan_and_nothing_at_all():
    found = G.numerical_gradient(BOWL, np.array([3.0, 4.0], np.float32))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, [6, 8], rtol=0.02)
    assert np.isnan(G.numerical_gradient(BOWL, np.array([np.nan, 1.0]))).all()
    assert G.numerical_gradient(BOWL, np.empty((0, 3))).shape == (0, 3)


def test_relative_error():
    assert G.relative_error([3, 4], [3, 4]) == 0
    assert G.relative_error(np.zeros(3), np.zeros(3)) == G.relative_error([], []) == 0
    assert G.relative_error([1, 0], [-1, 0]) == G.relative_error([0.0], [1e-9]) == 1
    assert G.relative_error(np.float32(1.0), 1.1) == pytest.approx(0.1 / 2.1, rel=1e-6)
    assert isinstance(G.relative_error([1], [2]), float)


@given(*[arrays(float, 4, elements=st.floats(-1e3, 1e3))] * 2, st.sampled_from([1e-6, 1, 1e6]))
@few()
def test_relative_error_is_symmetric_and_does_not_ask_for_units(a, b, factor):
    length = math.hypot(*a) + math.hypot(*b)
    if length > 1e-3:
        error = G.relative_error(a * factor, b * factor)
        assert error == pytest.approx(math.dist(a, b) / length, abs=1e-12)
        assert G.relative_error(b * factor, a * factor) == error


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
        np.testing.assert_allclose(U.smooth_curve(x), exact)
        np.testing.assert_array_equal(x, before)
        np.testing.assert_allclose(U.smooth_curve([7] * n), 7)


@pytest.mark.parametrize("shape", [(20, 3), (20, 1, 4, 4), (20,)])
def test_shuffling_keeps_pairs_together_and_leaves_the_arguments(shape):
    x, t = np.arange(np.prod(shape)).reshape(shape), np.arange(20)
    np.random.seed(3)
    xs, ts = U.shuffle_dataset(x, t)
    np.testing.assert_array_equal(xs, x[ts])
    assert sorted(ts) == t.tolist() == list(range(20)) and ts.tolist() != list(range(20))
    np.random.seed(3)
    np.testing.assert_array_equal(ts, np.random.permutation(20))  # the book's draw
    np.testing.assert_array_equal(U.shuffle_dataset(x, t, rng=5)[1], U.shuffle_dataset(x, t, 5)[1])
    xs, ts = U.shuffle_dataset([10, 20, 30], [1, 2, 3], rng=0)
    assert (xs == 10 * ts).all()


def test_where_random_numbers_come_from():
    np.random.seed(4)
    a = U.random_source().random(3)
    np.random.seed(4)
    np.testing.assert_array_equal(a, np.random.rand(3))
    generator = np.random.default_rng(2)
    assert U.random_source(generator) is generator
    np.testing.assert_array_equal(U.random_source(2).random(3), np.random.default_rng(2).random(3))


# ---- windows ----------------------------------------------------------------------------------


small = st.integers(1, 5)
windows = st.tuples(
    st.tuples(st.integers(1, 3), st.integers(1, 3), small, small),
    st.integers(1, 4), st.integers(1, 4), st.integers(1, 3), st.integers(0, 2),
).filter(lambda w: w[1] <= w[0][2] + 2 * w[4] and w[2] <= w[0][3] + 2 * w[4])  # fmt: skip


@given(windows, FLOATS)
@few(50)
def test_col2im_is_the_transpose_of_im2col_and_fold_of_unfold(w, dtype):
    """<im2col(x), c> = <x, col2im(c)> for all x and c; what im2col holds: test_layers.py."""
    shape, *sizes = w
    x = normal(*shape)
    for out, back in (
        (U.im2col(x, *sizes), lambda c: U.col2im(c, shape, *sizes)),
        (U.unfold(x, *sizes), lambda c: U.fold(c, shape, *sizes[2:])),
    ):
        c = normal(*out.shape, seed=2)
        kept, image = c.copy(), back(c)
        assert image.shape == shape and not np.shares_memory(image, c)
        assert not np.shares_memory(out, x)
        assert np.sum(out * c) == pytest.approx(np.sum(x * image), abs=1e-10)
        assert U.im2col(x.astype(dtype), *sizes).dtype == back(c.astype(dtype)).dtype == dtype
        np.testing.assert_array_equal(c, kept)


def test_windows_stand_side_by_side_where_nobody_says_otherwise():
    x = normal(1, 2, 4, 5)
    assert U.unfold(x, 2, 3).shape == (1, 2, 2, 3, 3, 3)
    d = normal(*U.unfold(x, 2, 3).shape)
    np.testing.assert_array_equal(U.fold(d, x.shape), U.fold(d, x.shape, 1, 0))

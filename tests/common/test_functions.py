"""Laws of the activations and losses, and the numbers of chapters 3 and 4."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
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

FEW = settings(max_examples=50, deadline=None, derandomize=True, database=None)
POINTWISE = {f.__name__: f for f in (relu, relu_grad, sigmoid, sigmoid_grad)}
each_function = pytest.mark.parametrize("f", POINTWISE.values(), ids=POINTWISE)

shapes = array_shapes(min_dims=1, max_dims=3, max_side=4)
finite = {"allow_nan": False, "allow_infinity": False}
numbers = st.sampled_from([np.float32, np.float64]).flatmap(
    lambda d: arrays(d, shapes, elements=st.floats(width=np.dtype(d).itemsize * 8, **finite))
)
moderate = arrays(float, shapes, elements=st.floats(-30, 30))


def probabilities(n, k):
    return softmax(np.random.default_rng(4).standard_normal((n, k)))


def slope(f, x, h=1e-6):
    return (f(x + h) - f(x - h)) / (2 * h)


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


def test_step_gives_integers_and_fires_above_zero():
    y = step_function(np.array([[-0.5, 0.0], [1e-300, 2]]))
    assert y.dtype.kind == "i"
    assert y.tolist() == [[0, 0], [1, 1]]
    assert step_function(3) == 1
    with pytest.raises(ValueError, match="step_function: x holds nan"):
        step_function([1, float("nan")])


def test_identity_hands_on_what_came():
    x = np.array([1.0, 2])
    assert identity_function(x) is x


@FEW
@given(numbers)
def test_sigmoid_lies_between_0_and_1_without_overflow(x):
    y = sigmoid(x)
    assert y.dtype == x.dtype and y.shape == x.shape
    assert (y >= 0).all() and (y <= 1).all()
    np.testing.assert_allclose(y + sigmoid(-x), 1, rtol=1e-6)
    assert (np.diff(sigmoid(np.sort(x.ravel()))) >= 0).all()


def test_sigmoid_is_exact_where_the_naive_formula_underflows():
    np.testing.assert_allclose(sigmoid(np.array([-700.0, -40])), np.exp([-700.0, -40]))
    assert sigmoid(np.array([-1e4, 1e4, -np.inf, np.inf])).tolist() == [0, 1, 0, 1]


@FEW
@given(moderate)
def test_the_slopes_are_slopes(x):
    np.testing.assert_allclose(sigmoid_grad(x), slope(sigmoid, x), atol=1e-8)
    x = np.where(abs(x) < 1e-3, 1, x)  # away from the kink
    np.testing.assert_allclose(relu_grad(x), slope(relu, x), atol=1e-8)


def test_the_slope_of_relu_at_0_is_0_and_at_infinity_1():
    assert relu_grad(np.array([-np.inf, -1, 0, 1, np.inf])).tolist() == [0, 0, 0, 1, 1]
    assert sigmoid_grad(np.array([-np.inf, 0, np.inf])).tolist() == [0, 0.25, 0]


@each_function
def test_arguments_stay_shapes_stay_and_dtypes_stay(f):
    for dtype in (np.float16, np.float32, np.float64):
        x = np.linspace(-3, 3, 12, dtype=dtype).reshape(3, 4)
        before = x.copy()
        y = f(x)
        assert y.dtype == dtype and y.shape == x.shape
        assert not np.shares_memory(x, y)
        np.testing.assert_array_equal(x, before)
        np.testing.assert_array_equal(f(x[:, ::2]), y[:, ::2])
        np.testing.assert_array_equal(f(x.T), y.T)
    assert f(np.empty((0, 3))).shape == (0, 3)


@each_function
def test_integers_booleans_lists_and_numbers_are_computed_in_float64(f):
    expected = f(np.array([0.0, 1, 200]))
    assert f(np.array([0, 1, 200], np.uint8)).dtype == np.float64
    np.testing.assert_array_equal(f(np.array([0, 1, 200], np.uint8)), expected)
    np.testing.assert_array_equal(f([0, 1, 200]), expected)
    np.testing.assert_array_equal(f(np.array([False, True])), expected[:2])
    assert f(1) == expected[1]
    assert f(1.0) == expected[1]


ALL = {**POINTWISE, "softmax": softmax, "log_softmax": log_softmax, "step_function": step_function}


@pytest.mark.parametrize("f", ALL.values(), ids=ALL)
@pytest.mark.parametrize("x", ["text", None, [[1.0], [1.0, 2.0]], np.array([1j]), [None, 1]])
def test_what_is_no_number_is_refused(f, x):
    with pytest.raises(TypeError, match=r"^(relu|sigmoid|softmax|step).*(expected|equal)"):
        f(x)


@each_function
def test_nan_stays_nan(f):
    assert np.isnan(f(np.array([np.nan, 1.0]))).tolist() == [True, False]


# ---- softmax ----------------------------------------------------------------------------------


@FEW
@given(numbers)
def test_softmax_gives_shares_that_sum_to_1(x):
    y = softmax(x)
    assert y.dtype == x.dtype and y.shape == x.shape
    assert (y >= 0).all() and (y <= 1).all()
    np.testing.assert_allclose(y.sum(axis=-1), 1, rtol=1e-5)
    top = x.argmax(axis=-1)[..., None]
    assert (np.take_along_axis(y, top, -1)[..., 0] == y.max(axis=-1)).all()


@FEW
@given(moderate, st.floats(-1000, 1000))
def test_softmax_does_not_move_when_all_scores_move(x, c):
    np.testing.assert_allclose(softmax(x + c), softmax(x), rtol=1e-9, atol=1e-12)


@FEW
@given(moderate)
def test_softmax_of_many_rows_is_softmax_row_by_row(x):
    rows = [softmax(row) for row in x.reshape(-1, x.shape[-1])]
    np.testing.assert_allclose(softmax(x).reshape(-1, x.shape[-1]), rows)
    before = x.copy()
    np.testing.assert_allclose(np.exp(log_softmax(x)), softmax(x))
    np.testing.assert_array_equal(x, before)


def test_softmax_of_infinities():
    y = softmax(np.array([[0.0, -np.inf], [0, np.inf], [np.nan, 0]]))
    assert y[0].tolist() == [1, 0]
    assert np.isnan(y[1:]).all()


@pytest.mark.parametrize("f", [softmax, log_softmax, lambda x: softmax_loss(x, 0)])
def test_no_scores_have_no_softmax(f):
    for x in (3.0, [], np.empty((2, 0))):
        with pytest.raises(ValueError, match=r"softmax: scores have shape .* at least one score"):
            f(x)


def test_a_gap_wider_than_float32_is_still_a_softmax():
    assert softmax(np.array([3e38, -3e38], np.float32)).tolist() == [1, 0]


def test_softmax_of_an_empty_batch_is_an_empty_batch():
    assert softmax(np.empty((0, 3))).shape == (0, 3)


# ---- losses -----------------------------------------------------------------------------------

Y = np.array([0.1, 0.05, 0.6, 0, 0.05, 0.1, 0, 0.1, 0, 0])
WRONG = np.array([0.1, 0.05, 0.1, 0, 0.05, 0.1, 0, 0.6, 0, 0])
T = np.eye(10)[2]


def test_numbers_of_chapter_4():
    assert sum_squared_error(Y, T) == pytest.approx(0.0975)
    assert sum_squared_error(WRONG, T) == pytest.approx(0.5975)
    assert cross_entropy_error(Y, T) == pytest.approx(0.510825, abs=1e-6)
    assert cross_entropy_error(WRONG, T) == pytest.approx(2.302584, abs=1e-6)
    assert mean_squared_error is sum_squared_error


def test_every_form_of_label_gives_the_same_cross_entropy():
    y, t = probabilities(3, 3), np.array([2, 0, 1])
    expected = np.mean([-np.log(y[i, k] + 1e-7) for i, k in enumerate(t)])
    forms = [t, t.astype(np.uint8), t.astype(np.int16), t.tolist(), np.eye(3)[t]]
    forms += [np.eye(3, dtype=int)[t], np.eye(3, dtype=bool)[t]]
    for form in forms:
        assert cross_entropy_error(y, form) == pytest.approx(expected, rel=1e-14)
        assert cross_entropy_error(y.tolist(), form) == pytest.approx(expected, rel=1e-14)
    single = -np.log(y[1, 0] + 1e-7)
    for form in (0, np.array(0), np.array([0]), [0], np.eye(3)[0], [1, 0, 0]):
        assert cross_entropy_error(y[1], form) == pytest.approx(single, rel=1e-14)


def test_soft_labels_weigh_each_class():
    y, t = probabilities(2, 3), np.array([[0.2, 0.3, 0.5], [1, 0, 0]])
    expected = -np.sum(t * np.log(y + 1e-7)) / 2
    assert cross_entropy_error(y, t) == pytest.approx(expected)


def test_rows_of_labels_must_sum_to_1_but_for_rounding():
    y = probabilities(2, 3)
    cross_entropy_error(y, np.full((2, 3), 1 / 3, np.float16))
    with pytest.raises(ValueError, match=r"sum to 1; the lowest is 0.3, a sum is off by 0.1"):
        cross_entropy_error(y, np.full((2, 3), 0.3))


@pytest.mark.parametrize(
    ("t", "found"),
    [
        ([[np.inf, -np.inf]], "the lowest is -inf, a sum is off by nan"),
        ([[1e308, 1e308]], "the lowest is 1e+308, a sum is off by inf"),
        (np.array([[6e4, 6e4]], np.float16), "the lowest is 60000, a sum is off by 119999"),
    ],
)
def test_absurd_labels_are_refused_in_words_and_not_by_a_warning(t, found):
    with pytest.raises(ValueError, match=re.escape(found)):
        cross_entropy_error(probabilities(1, 2), t)


def test_one_sample_with_one_class():
    for t in (0, [0], [[1.0]]):
        assert softmax_loss([2.0] if np.ndim(t) < 2 else [[2.0]], t) == 0


def test_certainty_about_the_wrong_class_costs_16_and_never_infinity():
    y = np.array([[1.0, 0.0]])
    assert cross_entropy_error(y, [1]) == pytest.approx(-np.log(1e-7))
    assert cross_entropy_error(y.astype(np.float32), [1]) == pytest.approx(-np.log(1e-7))
    assert cross_entropy_error(y, [0]) == pytest.approx(0, abs=1e-6)


def test_the_loss_from_scores_agrees_with_softmax_and_cross_entropy():
    x = np.random.default_rng(0).standard_normal((4, 5))
    for t in (np.array([0, 4, 2, 2]), np.eye(5)[[0, 4, 2, 2]]):
        assert softmax_loss(x, t) == pytest.approx(cross_entropy_error(softmax(x), t), rel=1e-5)
        rows = [softmax_loss(x[i], t[i]) for i in range(4)]
        assert softmax_loss(x, t) == pytest.approx(np.mean(rows), rel=1e-14)
    assert softmax_loss(np.array([0.0, 1000]), 0) == 1000  # no 1e-7: exact


def test_its_slope_is_y_minus_t_over_n():
    x, t = np.random.default_rng(0).standard_normal((2, 3)), np.array([0, 2])
    numeric = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[i] = 1e-5
        numeric[i] = (softmax_loss(x + step, t) - softmax_loss(x - step, t)) / 2e-5
    np.testing.assert_allclose(numeric, (softmax(x) - np.eye(3)[t]) / 2, atol=1e-9)


@pytest.mark.parametrize("f", [cross_entropy_error, softmax_loss, sum_squared_error])
def test_a_loss_does_not_change_its_arguments(f):
    y = probabilities(3, 4)
    t = np.eye(4)[[1, 0, 3]]
    kept = y.copy(), t.copy()
    f(y, t)
    np.testing.assert_array_equal(y, kept[0])
    np.testing.assert_array_equal(t, kept[1])


@pytest.mark.parametrize("f", [cross_entropy_error, softmax_loss, sum_squared_error])
def test_nan_gives_a_loss_of_nan(f):
    y = probabilities(3, 4)
    y[1, 2] = np.nan
    assert np.isnan(f(y, np.full((3, 4), 0.25)))
    assert np.isnan(f(y, np.eye(4)[[0, 1, 3]]))
    if f is not sum_squared_error:
        assert np.isnan(f(y, [0, 1, 3]))  # nor beside the right class
        assert f(y[[0, 2]], [0, 3]) > 0


BAD = [
    ([[0], [1], [2]], ValueError, r"labels have shape \(3, 1\); .*\(3, 4\).*t.ravel\(\)"),
    ([0, 1], ValueError, r"labels have shape \(2,\); 3 class numbers \(3,\)"),
    (np.eye(3), ValueError, r"labels have shape \(3, 3\); .*\(3, 4\)"),
    ([0, 1, 4], ValueError, "label 4 arrived, but 4 outputs know 0 to 3"),
    ([0, 1, -1], ValueError, "label -1 arrived"),
    ([0.0, 1.0, 2.0], TypeError, r"float64.*t.astype\(int\)"),
    (["0", "1", "2"], TypeError, "class numbers are .*integers"),
    (np.ones((3, 4)), ValueError, "sum to 1; the lowest is 1, a sum is off by 3"),
    ([[0], [1, 2], [3]], TypeError, "labels: rows of different lengths"),
]


@pytest.mark.parametrize("f", [cross_entropy_error, softmax_loss])
@pytest.mark.parametrize(("t", "kind", "message"), BAD)
def test_labels_that_do_not_fit_are_refused(f, t, kind, message):
    with pytest.raises(kind, match=f"^{f.__name__}.*{message}"):
        f(probabilities(3, 4), t)


@pytest.mark.parametrize("f", [cross_entropy_error, softmax_loss])
def test_losses_of_nothing_or_of_too_many_axes_are_refused(f):
    for shape in ((0, 3), (2, 2, 2)):
        with pytest.raises(ValueError, match=r"outputs have shape .*\(N, K\) or \(K,\)"):
            f(np.full(shape, 0.5), np.zeros(shape[:1], int))


def test_cross_entropy_refuses_scores():
    for y in ([[2.0, -1.0]], [[1.5, 0.2]]):
        with pytest.raises(ValueError, match=r"probabilities from 0 to 1.*softmax first"):
            cross_entropy_error(y, [0])
    assert cross_entropy_error(np.array([[1 + 1e-6, 0]]), [0]) == pytest.approx(0, abs=1e-5)
    cross_entropy_error([1.001, 0], 0)  # so much rounding is forgiven, and no more
    with pytest.raises(ValueError, match=r"has 0 to 1\.0011;"):
        cross_entropy_error([1.0011, 0], 0)


def test_squares_need_one_shape():
    with pytest.raises(ValueError, match=r"y has shape \(3, 4\), t \(3,\).*np.eye"):
        sum_squared_error(np.ones((3, 4)), np.ones(3))
    with pytest.raises(ValueError, match=r"\(2, 1\), t \(2,\)"):
        sum_squared_error(np.ones((2, 1)), np.ones(2))  # would become (2, 2)
    assert sum_squared_error(np.array([0], np.uint8), np.array([200], np.uint8)) == 20000


def test_every_function_is_described():
    own = [f for n, f in vars(functions).items() if callable(f) and n[0] != "_"]
    assert all(f.__doc__ for f in own)

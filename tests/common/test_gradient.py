"""Laws of the numerical gradient, and the numbers of chapter 4."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from common.gradient import (
    _numerical_gradient_1d,
    numerical_gradient,
    numerical_gradient_2d,
    relative_error,
)

FEW = settings(max_examples=50, deadline=None, derandomize=True, database=None)


def bowl(x):
    return np.sum(x**2)


@pytest.mark.parametrize(("x", "expected"), [((3, 4), (6, 8)), ((0, 2), (0, 4)), ((3, 0), (6, 0))])
def test_numbers_of_chapter_4(x, expected):
    x = np.array(x, dtype=float)
    np.testing.assert_allclose(numerical_gradient(bowl, x), expected, atol=1e-9)
    np.testing.assert_allclose(_numerical_gradient_1d(bowl, x), expected, atol=1e-9)


def test_central_differences_with_a_step_of_1e_4():
    points = []
    numerical_gradient(lambda x: points.append(float(x[0])) or 0.0, np.array([2.0]))
    assert sorted(points) == [2 - 1e-4, 2 + 1e-4]
    x = np.array([1.0])
    assert numerical_gradient(lambda x: x[0] ** 3, x)[0] - 3 == pytest.approx(1e-8, rel=1e-3)


@FEW
@given(arrays(float, array_shapes(min_dims=0, max_dims=4, max_side=3), elements=st.floats(-9, 9)))
def test_any_shape_gives_the_slope_of_every_entry_and_x_comes_back(x):
    weights = np.random.default_rng(1).standard_normal(x.shape)
    before = x.copy()
    found = numerical_gradient(lambda x: np.sum(weights * x**2), x)
    assert found.shape == x.shape and found.dtype == x.dtype
    np.testing.assert_allclose(found, 2 * weights * x, atol=1e-6)
    np.testing.assert_array_equal(x, before)


def test_f_may_ignore_its_argument_and_read_the_array_elsewhere():
    W = np.array([[1.0, 2.0], [3.0, 4.0]])
    np.testing.assert_allclose(numerical_gradient(lambda _: bowl(W), W), 2 * W, atol=1e-8)
    view = W.T[::-1]  # not contiguous: still the very same numbers are nudged
    np.testing.assert_allclose(numerical_gradient(lambda _: bowl(W), view), 2 * view, atol=1e-8)


def test_f_sees_the_very_array():
    x = np.ones(2)
    numerical_gradient(lambda given: 1.0 if given is x else 1 / 0, x)


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


@pytest.mark.parametrize("dtype", [int, np.uint8, bool, np.float16, complex, object])
def test_arrays_that_cannot_take_a_small_step_are_refused(dtype):
    x = np.array([3, 4]).astype(dtype)
    with pytest.raises(TypeError, match=r"x is an array of \w+; .*np.array\(x, dtype=float\)"):
        numerical_gradient(bowl, x)
    assert x.dtype == dtype and (x == np.array([3, 4]).astype(dtype)).all()


@pytest.mark.parametrize("x", [[3.0, 4.0], 3.0, None, "3"])
def test_what_is_no_array_is_refused(x):
    with pytest.raises(TypeError, match=f"x is {type(x).__name__}; .*array of floats"):
        numerical_gradient(lambda _: 0.0, x)


def test_float32_keeps_its_dtype_and_a_few_digits():
    x = np.array([3.0, 4.0], np.float32)
    found = numerical_gradient(bowl, x)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, [6, 8], rtol=0.02)


def test_the_step_that_was_really_taken_counts():
    """Beside a large entry, h is rounded: 1e9 + 1e-4 is nearer than it looks."""
    assert numerical_gradient(lambda x: float(x[0]), np.array([1e9 / 3]))[0] == 1
    x = np.array([100 / 3], np.float32)
    assert numerical_gradient(lambda x: float(x[0]), x)[0] == 1


def test_a_step_that_is_lost_beside_a_huge_entry_is_reported():
    for dtype, value in ((np.float32, 1e4), (np.float64, 1e13)):
        x = np.array([1, value], dtype)
        with pytest.warns(RuntimeWarning, match=r"step of 0.0001 is lost.*scale x down"):
            found = numerical_gradient(lambda x: float(x[0]), x)
        np.testing.assert_allclose(found, [1, 0], rtol=0.01)
        assert x.tolist() == np.array([1, value], dtype).tolist()


def test_where_the_step_is_lost_a_function_with_noise_has_slope_0_too():
    noise = iter([1.0, 2.0])
    with pytest.warns(RuntimeWarning, match="is lost"):
        assert numerical_gradient(lambda _: next(noise), np.array([1e13])).tolist() == [0]


def test_the_warning_points_at_the_line_that_asked():
    with pytest.warns(RuntimeWarning) as warned:
        numerical_gradient(lambda x: x[0], np.array([1e13]))
    assert [w.filename for w in warned] == [__file__]


def test_a_read_only_array_is_refused():
    x = np.ones(2)
    x.setflags(write=False)
    with pytest.raises(ValueError, match=r"read-only.*x.copy\(\)"):
        numerical_gradient(bowl, x)


@pytest.mark.parametrize(
    ("value", "kind", "message"),
    [
        (np.ones(2), ValueError, r"f returned shape \(2,\); one number.*sum or average"),
        ([], ValueError, r"f returned shape \(0,\)"),
        (None, TypeError, "what f returned.*numbers were expected"),
        ("3", TypeError, "what f returned.*numbers were expected"),
        (1j, TypeError, "what f returned.*numbers were expected"),
    ],
)
def test_a_function_must_return_one_number(value, kind, message):
    x = np.ones(2)
    with pytest.raises(kind, match=f"^numerical_gradient.*{message}"):
        numerical_gradient(lambda _: value, x)
    assert x.tolist() == [1, 1]


def test_one_number_in_any_wrapping_will_do():
    for wrap in (float, np.float32, np.array, lambda v: [v], lambda v: np.array([[v]])):
        x = np.array([2.0])
        found = numerical_gradient(lambda x, wrap=wrap: wrap(float(3 * x[0])), x)
        np.testing.assert_allclose(found, [3], rtol=0.01)


def test_nan_stays_nan():
    assert np.isnan(numerical_gradient(bowl, np.array([np.nan, 1.0]))).all()
    assert np.isnan(numerical_gradient(lambda _: float("nan"), np.array([1.0]))).all()


def test_an_empty_array_has_an_empty_gradient():
    assert numerical_gradient(bowl, np.empty((0, 3))).shape == (0, 3)


def test_2d_treats_each_row_as_a_point():
    X = np.array([[3.0, 4.0], [0.0, 2.0]])
    found = numerical_gradient_2d(lambda x: x[0] ** 2 * x[1], X)  # works on a point only
    np.testing.assert_allclose(found, [[24, 9], [0, 0]], atol=1e-6)
    np.testing.assert_allclose(numerical_gradient_2d(bowl, X[0]), [6, 8])
    np.testing.assert_array_equal(X, [[3, 4], [0, 2]])
    for bad in (np.ones((1, 2, 2)), np.array(3.0)):
        with pytest.raises(ValueError, match=r"X has shape .*rows \(N, D\)"):
            numerical_gradient_2d(bowl, bad)
    for bad in ([[3.0, 4.0]], np.array([[3, 4]])):
        with pytest.raises(TypeError, match="array of floats"):
            numerical_gradient_2d(bowl, bad)


def test_relative_error():
    assert relative_error([3, 4], [3, 4]) == 0
    assert relative_error(np.zeros(3), np.zeros(3)) == 0
    assert relative_error([1, 0], [-1, 0]) == 1
    assert relative_error([0.0], [1e-9]) == 1
    assert relative_error([3.0, 0], [0, 4]) == pytest.approx(5 / 7)
    assert relative_error(np.float32(1.0), 1.1) == pytest.approx(0.1 / 2.1, rel=1e-6)
    assert np.isnan(relative_error([np.nan], [1]))
    assert isinstance(relative_error([1], [2]), float)
    for size in (1e-200, 1e200):  # whose squares are no floats
        assert relative_error([3 * size, 0], [size, 0]) == pytest.approx(0.5)
    assert relative_error([], []) == 0
    assert np.isnan(relative_error([np.inf], [np.inf]))
    with pytest.raises(ValueError, match=r"shapes \(2,\) and \(2, 1\)"):
        relative_error(np.ones(2), np.ones((2, 1)))
    with pytest.raises(TypeError, match="relative_error"):
        relative_error(["a"], ["b"])


@FEW
@given(
    arrays(float, 4, elements=st.floats(-1e3, 1e3)),
    arrays(float, 4, elements=st.floats(-1e3, 1e3)),
    st.sampled_from([1e-100, 1e-6, 1e6, 1e100]),
)
def test_relative_error_is_symmetric_from_0_to_1_and_does_not_ask_for_units(a, b, factor):
    error = relative_error(a, b)
    assert 0 <= error <= 1 + 1e-12
    assert relative_error(b, a) == error
    if max(abs(a).max(), abs(b).max()) > 1e-3:
        assert relative_error(a * factor, b * factor) == pytest.approx(error, abs=1e-9)

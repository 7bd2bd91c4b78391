"""The numerical gradient: measure a slope by taking a small step both ways (book 4.3, 4.4)."""

import warnings

import numpy as np

from .checks import as_array, as_float, expect


def numerical_gradient(f, x):
    """The slope of f at x, along every entry of x: (f(x + h) - f(x - h)) / 2h with h = 1e-4.

    f: a function of x that returns one number. It may also ignore its argument and read the
    very same array elsewhere, as `lambda W: net.loss(x, t)` does: x itself is nudged.
    x: an array of float64 (float32 leaves about 3 digits of the slope). It holds its old values
    afterwards, even if f raises. Returns the gradient, in x's shape and dtype.
    TypeError for integers, which would cut h off; a warning where h is lost beside a huge entry.
    """
    h = 1e-4
    _can_be_nudged(x, h)
    grad = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        value = x[index]
        try:
            x[index] = value + h
            above = _one_number(f(x))
            x[index] = value - h
            below = _one_number(f(x))
        finally:
            x[index] = value
        grad[index] = (above - below) / (2 * h)
    return grad


def numerical_gradient_2d(f, X):
    """The gradient at many points: each row of X (N, D) is one. A single point (D,) works too."""
    if as_array(X, "numerical_gradient_2d").ndim < 2:
        return numerical_gradient(f, X)
    return np.reshape([numerical_gradient(f, x) for x in X], np.shape(X))


_numerical_gradient_1d = numerical_gradient  # the book's name at one point (D,)


def relative_error(a, b):
    """|a - b| / (|a| + |b|), Euclidean lengths: below 1e-6 they agree, above 1e-2 they do not."""
    a, b = (as_float(x, "relative_error").astype(float) for x in (a, b))
    expect(a.shape == b.shape, f"relative_error: {a.shape} and {b.shape} arrived, expected is one.")
    size = np.linalg.norm(a) + np.linalg.norm(b)
    return float(np.linalg.norm(a - b) / size) if size != 0 else 0.0


def _can_be_nudged(x, h):
    """TypeError unless every entry of x can be set; a warning where h is too small to move it."""
    kind = f"an array of {x.dtype}" if isinstance(x, np.ndarray) else type(x).__name__
    fits = type(x) is np.ndarray and x.dtype in (np.float32, np.float64)
    hint = f"a step of {h:.4f} needs an array of floats: np.array(x, dtype=float)"
    expect(fits, f"numerical_gradient: x is {kind}; {hint}.", TypeError)
    expect(x.flags.writeable, "numerical_gradient: x is read-only; pass x.copy().")
    if (x + h == x).any():
        found = f"a step of {h} is lost beside {abs(x).max():g} of {x.dtype}; scale x down"
        warnings.warn(f"numerical_gradient: {found}.", RuntimeWarning, 3)


def _one_number(value):
    """What f returned, as one float."""
    value = as_float(value, "numerical_gradient, what f returned")
    expect(value.size == 1, f"numerical_gradient: f gave {value.shape}; sum or average it to one.")
    return value.item()

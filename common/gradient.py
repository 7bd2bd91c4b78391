"""The numerical gradient: measure a slope by taking a small step both ways (book 4.3, 4.4)."""

import warnings

import numpy as np

from .checks import as_array, as_float


def numerical_gradient(f, x):
    """The slope of f at x, along every entry of x: (f(x + h) - f(x - h)) / 2h with h = 1e-4.

    f: a function of x that returns one number. It may also ignore its argument and read the
    very same array elsewhere, as `lambda W: net.loss(x, t)` does: x itself is nudged.
    x: an array of float64 (float32 works, but only about 3 digits of the slope are left).
    Returns the gradient, in x's shape and dtype. Costs 2 evaluations of f per entry.
    x holds its old values afterwards, even if f raises or is interrupted.
    Raises TypeError for anything but float32 and float64 (an integer array would cut h off to 0),
    ValueError if x is read-only or f returns more than one number. Warns, with a slope of 0, where
    h is lost beside a huge entry.
    """
    if not callable(f):
        raise TypeError(f"numerical_gradient: f is {type(f).__name__}; a function was expected.")
    if type(x) is not np.ndarray or x.dtype not in (np.float32, np.float64):
        kind = f"an array of {x.dtype}" if isinstance(x, np.ndarray) else type(x).__name__
        hint = "a step of 0.0001 needs an array of floats: np.array(x, dtype=float)"
        raise TypeError(f"numerical_gradient: x is {kind}; {hint}.")
    if not x.flags.writeable:
        raise ValueError("numerical_gradient: x is read-only and cannot be nudged; pass x.copy().")
    h = 1e-4
    gradient = np.zeros(x.shape, x.dtype)
    for index in np.ndindex(x.shape):
        value = x[index]
        try:
            x[index] = value + h
            above, f_above = float(x[index]), _one_number(f(x))
            x[index] = value - h
            below, f_below = float(x[index]), _one_number(f(x))
        finally:
            x[index] = value
        if above == below:
            lost = f"a step of {h} is lost beside the entry {value:g} of {x.dtype}"
            warnings.warn(f"numerical_gradient: {lost}; scale x down.", RuntimeWarning, 2)
        else:
            gradient[index] = (f_above - f_below) / (above - below)
    return gradient


def _one_number(value):
    """What f returned, as one float."""
    value = as_float(value, "numerical_gradient, what f returned")
    if value.size != 1:
        expected = "one number was expected, so sum or average it"
        raise ValueError(f"numerical_gradient: f returned shape {value.shape}; {expected}.")
    return value.item()


def numerical_gradient_2d(f, X):
    """The gradient at many points: each row of X (N, D) is one. A single point (D,) works too."""
    shape = as_array(X, "numerical_gradient_2d").shape
    if len(shape) == 1:
        return numerical_gradient(f, X)
    if len(shape) != 2 or 0 in shape:
        raise ValueError(f"numerical_gradient_2d: X has shape {shape}; rows (N, D) expected.")
    return np.array([numerical_gradient(f, x) for x in X])


_numerical_gradient_1d = numerical_gradient  # the book's name at one point (D,)


def relative_error(a, b):
    """How far two gradients are apart: |a - b| / (|a| + |b|) with Euclidean lengths, from 0 to 1.

    Below 1e-6 in float64: they agree. Above 1e-2: one of them is wrong. 0 if both are zero.
    Raises ValueError for different shapes.
    """
    a, b = (as_float(x, "relative_error").astype(float) for x in (a, b))
    if a.shape != b.shape:
        raise ValueError(f"relative_error: shapes {a.shape} and {b.shape} differ.")
    largest = np.abs([a, b]).max(initial=0) or 1.0
    with np.errstate(invalid="ignore"):  # inf / inf
        a, b = a / largest, b / largest  # up to 1: a square can neither overflow nor vanish
        size = np.linalg.norm(a) + np.linalg.norm(b)
        return float(np.linalg.norm(a - b) / size) if size != 0 else 0.0

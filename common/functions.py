"""Activations and losses: plain functions without memory (book 3.2, 3.5, 4.2).

float32 stays float32, integers are computed as float64, what is no number raises TypeError. nan in
gives nan out. Arguments are never changed.
"""

import numpy as np

from .checks import as_array, as_float, expect


def identity_function(x):
    """x as it came: the output activation of a regression (book 3.4.3)."""
    return x


def step_function(x):
    """1 where x > 0, else 0, as integers of x's shape (book 3.2.2). ValueError for nan."""
    x = as_float(x, "step_function")
    expect(not np.isnan(x).any(), "step_function: x holds nan; give numbers above 0 or not.")
    return np.array(x > 0, dtype=int)


def sigmoid(x):
    """1 / (1 + exp(-x)), element by element, between 0 and 1 (book 3.2.4)."""
    x = as_float(x, "sigmoid")
    with np.errstate(over="ignore"):  # far below 0, exp(-x) is inf: 1 / inf is the right 0
        return 1 / (1 + np.exp(-x))


def sigmoid_grad(x):
    """The slope of sigmoid at x, the value *before* the activation (book 4.5)."""
    y = sigmoid(x)
    return (1 - y) * y


def relu(x):
    """max(0, x), element by element (book 3.2.7)."""
    return np.maximum(as_float(x, "relu"), 0)


def relu_grad(x):
    """The slope of relu at x: 1 where x > 0, else 0; at 0 itself we say 0, like the layer."""
    return np.heaviside(as_float(x, "relu_grad"), 0)


def softmax(x):
    """exp(x) / sum(exp(x)) over the last axis: shares that sum to 1, in x's shape (book 3.5).

    The largest score of a row is taken off first: y stays the same and exp cannot overflow.
    A row with nan or +inf has no softmax and comes back as nan. ValueError for a row of no scores.
    """
    e = np.exp(_below_zero(x))
    return e / e.sum(axis=-1, keepdims=True)


def log_softmax(x):
    """log(softmax(x)) over the last axis, exact however small the share: x - log(sum(exp(x)))."""
    x = _below_zero(x)
    return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))


def _below_zero(x):
    """Scores shifted so that the largest of each row is 0."""
    x = as_float(x, "softmax")
    expect(x.ndim and x.shape[-1], f"softmax: scores {x.shape} arrived; give at least one a row.")
    with np.errstate(invalid="ignore"):  # inf - inf
        return x - x.max(axis=-1, keepdims=True)


def sum_squared_error(y, t):
    """½ Σ (y - t)² over *all* entries of y and t, arrays of one shape (book 4.2.1).

    The book also calls it mean_squared_error, though it divides by 2, not by their number.
    """
    y, t = as_float(y, "sum_squared_error, y"), as_float(t, "sum_squared_error, t")
    hint = "class numbers become one-hot rows with np.eye(classes)[t]"
    expect(y.shape == t.shape, f"sum_squared_error: y has shape {y.shape}, t {t.shape}; {hint}.")
    return 0.5 * np.sum((y - t) ** 2)


mean_squared_error = sum_squared_error  # the book's name


def cross_entropy_error(y, t):
    """The mean over the batch of -log(probability of the right class), in nats (book 4.2.2).

    y: probabilities (N, K) or (K,). t: one-hot or soft rows of y's shape, or class numbers (N,).
    1e-7 is added to y so that log(0) does not occur: a sure and wrong answer costs 16.1.
    """
    y = as_float(y, "cross_entropy_error")
    found = f"{y.min(initial=0):g} to {y.max(initial=1):g}; probabilities were expected"
    wrong = ((y < 0) | (y > 1.001)).any()
    expect(not wrong, f"cross_entropy_error: y has {found}, so apply softmax first.")
    return mean_cost(np.log(y + 1e-7), label_rows(t, y, "cross_entropy_error"))


def softmax_loss(X, t):
    """The cross-entropy of softmax(X), in nats: exact, so its slope is (softmax(X) - t) / N."""
    log_y = log_softmax(X)
    return mean_cost(log_y, label_rows(t, log_y, "softmax_loss"))


def mean_cost(log_y, t):
    """-Σ t · log y / N, for labels that label_rows has laid out."""
    return -np.sum(t * log_y) / (len(t) if t.ndim == 2 else 1)


def label_rows(t, y, name):
    """Labels t for outputs y, (N, K) or (K,) for one sample: shares, in y's shape and dtype.

    t: class numbers (N,) of any integer dtype, one-hot rows, or soft labels whose rows sum to 1.
    """
    t, name = as_array(t, name), f"{name}: labels"
    expect(y.ndim in (1, 2) and y.size, f"{name} expect outputs (N, K), {y.shape} arrived.")
    if t.shape == y.shape != (1,):  # one-hot or soft
        t = as_float(t, name)
        low, off = t.min(), np.abs(t.sum(axis=-1) - 1).max()
        found = f"the lowest is {low:g}, a sum is off by {off:g}"
        expect(low >= 0 and off < 1e-3, f"{name} must be shares, of sum 1 in a row; {found}.")
        return t.astype(y.dtype)
    n, k = y.shape if y.ndim == 2 else (1, y.size)
    found = f"{name} have shape {t.shape}; {n} class numbers ({n},) or one-hot rows {y.shape} were"
    hint = "a column is flattened by t.ravel()"
    expect(t.shape == (n,) or t.size == n == 1, f"{found} expected; {hint}.")
    expect(t.dtype.kind in "iu", f"{name} of {t.dtype}: make them t.astype(int).", TypeError)
    fits = t.min() >= 0 and t.max() < k
    expect(fits, f"{name} {t.min()} to {t.max()} arrived; {k} outputs know 0 to {k - 1}.")
    return (t.reshape(n, 1) == np.arange(k)).astype(y.dtype).reshape(y.shape)

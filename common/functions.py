"""Activations and losses: plain functions without memory (book 3.2, 3.5, 4.2).

float32 stays float32; integers are computed as float64; arguments are never changed.
Text, objects and complex numbers raise TypeError. nan in gives nan out.
"""

import numpy as np

from .checks import as_float, as_labels


def identity_function(x):
    """x as it came: the output activation of a regression (book 3.4.3)."""
    return x


def step_function(x):
    """1 where x > 0, else 0, as integers of x's shape (book 3.2.2). ValueError for nan."""
    x = as_float(x, "step_function")
    if np.isnan(x).any():
        raise ValueError("step_function: x holds nan, which is neither above 0 nor below.")
    return np.array(x > 0, dtype=int)


def sigmoid(x):
    """1 / (1 + exp(-x)), element by element, between 0 and 1 (book 3.2.4).

    Written so that exp only ever sees numbers <= 0 and cannot overflow.
    """
    x = as_float(x, "sigmoid")
    return np.exp(np.minimum(x, 0)) / (1 + np.exp(-np.abs(x)))


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
    """exp(x) / sum(exp(x)) over the last axis: shares that sum to 1 (book 3.5).

    x: scores (K,), (N, K) or more axes; y: the same shape.
    The largest score of a row is taken off first: y stays the same and exp cannot overflow.
    A row with nan or +inf has no softmax and comes back as nan. ValueError for a row of no scores.
    """
    e = np.exp(_below_zero(x))
    return e / e.sum(axis=-1, keepdims=True)


def sum_squared_error(y, t):
    """Half the sum of squared differences over *all* entries (book 4.2.1).

    y, t: arrays of one shape. Returns one number. The book also calls it mean_squared_error,
    though it divides by 2 and not by the number of entries.
    """
    y, t = as_float(y, "sum_squared_error, y"), as_float(t, "sum_squared_error, t")
    if y.shape != t.shape:
        hint = "class numbers become one-hot rows with np.eye(classes)[t]"
        raise ValueError(f"sum_squared_error: y has shape {y.shape}, t {t.shape}; {hint}.")
    return 0.5 * np.sum((y - t) ** 2)


mean_squared_error = sum_squared_error  # the book's name


def cross_entropy_error(y, t):
    """The mean over the batch of -log(probability of the right class), in nats (book 4.2.2).

    y: probabilities (N, K) or (K,). t: one-hot or soft rows of y's shape, or class numbers (N,).
    1e-7 is added to y so that log(0) does not occur: a sure and wrong answer costs 16.1.
    Raises ValueError for scores that are no probabilities and for labels that do not fit.
    """
    y = as_float(y, "cross_entropy_error")
    if ((y < 0) | (y > 1.001)).any():
        found = f"{np.nanmin(y):g} to {np.nanmax(y):g}; probabilities from 0 to 1 were expected"
        raise ValueError(f"cross_entropy_error: y has {found}, so apply softmax first.")
    return mean_cost(np.log(y + 1e-7), t, "cross_entropy_error")


def log_softmax(x):
    """log(softmax(x)) over the last axis, exact however small the share: x - log(sum(exp(x)))."""
    x = _below_zero(x)
    return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))


def _below_zero(x):
    """Scores shifted so that the largest of each row is 0."""
    x = as_float(x, "softmax")
    if x.ndim == 0 or x.shape[-1] == 0:
        raise ValueError(f"softmax: scores have shape {x.shape}; give at least one score a row.")
    with np.errstate(invalid="ignore", over="ignore"):  # inf - inf, or a gap too wide to write
        return x - x.max(axis=-1, keepdims=True)


def softmax_loss(X, t):
    """The cross-entropy of softmax(X) from the scores themselves, in nats: the mean over the batch.

    X: scores (N, K) or (K,); t as in cross_entropy_error. Needs no 1e-7, so its slope along X is
    exactly (softmax(X) - t) / N.
    """
    return mean_cost(log_softmax(X), t, "softmax_loss")


def mean_cost(log_y, t, name):
    """-log_y at the right classes, averaged over the batch."""
    t = as_labels(t, log_y.shape, name)  # (N,) or (N, K)
    log_y = log_y.reshape(len(t), -1)  # (N, K)
    log_y = np.where(np.isnan(log_y).any(axis=1, keepdims=True), np.nan, log_y)  # nan counts
    if t.ndim == 1:
        return -log_y[np.arange(len(t)), t].mean()
    return -(t * np.where(t == 0, 0, log_y)).sum(axis=1).mean()  # nothing times infinity is 0

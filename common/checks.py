"""Questions asked at the door: is this an array we can work with, are these labels?

Every answer is the value in the form that the mathematics expects, or an error in one
sentence: what arrived, what was expected, what to do. Nothing is changed in place.
"""

import numpy as np


def as_float(x, name):
    """x as an array of floats. float16/32/64 stay as they are, integers and booleans become float64.

    Raises TypeError for anything else (text, objects, complex numbers, ragged lists).
    """
    try:
        x = np.asarray(x)
    except ValueError:
        raise TypeError(
            f"{name}: the rows have different lengths; give an array with equal rows."
        ) from None
    if x.dtype.kind in "biu":
        return x.astype(np.float64)
    if x.dtype.kind != "f":
        raise TypeError(
            f"{name}: numbers were expected, {x.dtype} arrived; give an array of floats."
        )
    return x


def as_labels(t, shape, name):
    """Labels for outputs of this shape: class numbers (N,) or one row of shares per sample (N, K).

    shape: (N, K), or (K,) for a single sample (then N is 1 in the result).
    Class numbers may be of any integer dtype. One-hot rows, and soft labels whose rows sum
    to 1, come back as floats (N, K).
    Raises ValueError for other shapes, classes that do not exist and rows that are not shares;
    TypeError for class numbers that are not integers.
    """
    t = np.asarray(t)
    if len(shape) not in (1, 2):
        raise ValueError(f"{name}: outputs have shape {shape}; (N, K) or (K,) was expected.")
    one_sample = len(shape) == 1
    n, k = (1, *shape) if one_sample else shape
    if n == 0 or k == 0:
        raise ValueError(f"{name}: outputs have shape {shape}, so there is nothing to compare.")
    if t.shape == shape and not (one_sample and k == 1):
        return _shares(as_float(t, f"{name}, labels"), name).reshape(n, k)
    if t.shape != (n,) and not (one_sample and t.shape == ()):
        raise ValueError(
            f"{name}: labels have shape {t.shape}, outputs {shape}. Expected {n} class numbers "
            f"of shape ({n},) or one-hot rows of shape {shape}; t.ravel() flattens a column."
        )
    if t.dtype.kind not in "iu":
        raise TypeError(
            f"{name}: class numbers are of dtype {t.dtype}; integers were expected: t.astype(int)."
        )
    if t.min() < 0 or t.max() >= k:
        wrong = t.min() if t.min() < 0 else t.max()
        raise ValueError(f"{name}: label {wrong} arrived, but {k} outputs know 0 to {k - 1} only.")
    return t.reshape(n).astype(np.intp)


def _shares(t, name):
    """t if every row holds shares between 0 and 1 that sum to 1."""
    low, high, sums = t.min(), t.max(), t.sum(axis=-1)
    if not (low >= 0 and high <= 1 and np.allclose(sums, 1, atol=1e-3)):
        raise ValueError(
            f"{name}: a row of labels must hold shares from 0 to 1 that sum to 1; these go from "
            f"{low:g} to {high:g} with sums from {sums.min():g} to {sums.max():g}."
        )
    return t


def positive_number(value, name):
    """value as it is if it is one finite number above 0; ValueError otherwise."""
    if not np.isscalar(value) or isinstance(value, (str, bytes)) or not 0 < value < np.inf:
        raise ValueError(f"{name} must be a number above 0 and finite; {value!r} arrived.")
    return value


def share(value, name):
    """value as it is if it lies in [0, 1); ValueError otherwise."""
    if not np.isscalar(value) or isinstance(value, (str, bytes)) or not 0 <= value < 1:
        raise ValueError(f"{name} must be at least 0 and below 1; {value!r} arrived.")
    return value


def whole_number(value, name, least):
    """value as an int if it is a whole number of at least `least`; ValueError otherwise."""
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool) and value >= least:
        return int(value)
    raise ValueError(f"{name} must be a whole number of at least {least}; {value!r} arrived.")


def upstream(dout, shape, layer):
    """dout, the gradient that comes from above, as floats of the shape that forward gave.

    shape is None before the first forward: RuntimeError. Another shape: ValueError.
    """
    name = type(layer).__name__
    if shape is None:
        raise RuntimeError(f"{name}: backward came before forward; call forward(x) first.")
    dout = as_float(dout, f"{name}, dout")
    if dout.shape != shape:
        raise ValueError(
            f"{name}: dout has shape {dout.shape}, but forward gave {shape}; both must agree."
        )
    return dout

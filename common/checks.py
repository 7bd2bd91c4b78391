"""Questions asked at the door: are these numbers, are these labels, does this shape fit?

The answer is the value in the form that the mathematics expects, or an error in one sentence:
what arrived, what was expected, what to do. Nothing is changed in place.
"""

import numpy as np


def as_array(x, name):
    """x as an array, without a copy if it is one. TypeError for rows of different lengths."""
    try:
        return np.asarray(x)
    except ValueError:
        raise TypeError(f"{name}: rows of different lengths arrived; make them equal.") from None


def as_float(x, name):
    """x as an array of floats: float16, 32 and 64 stay, integers and booleans become float64.

    Raises TypeError for text, objects and complex numbers.
    """
    x = as_array(x, name)
    if x.dtype.kind == "f":
        return x
    if x.dtype.kind in "biu":
        return x.astype(np.float64)
    raise TypeError(f"{name}: numbers were expected, {x.dtype} arrived; give an array of floats.")


def as_rows(x, W, name):
    """The batch x as floats, a sample a row (N, D), for weights W (D, M). Images are flattened.

    Raises ValueError for a single sample, an empty batch, and rows of another length.
    """
    x, (d, _) = as_float(x, name), W.shape
    if x.ndim < 2 or x.size == 0:
        raise ValueError(
            f"{name}: x has shape {x.shape}; at least one row (N, {d}) was expected. One sample "
            "becomes a batch of one with x.reshape(1, -1)."
        )
    rows = x.reshape(len(x), -1)  # (N, D)
    n = rows.shape[1]
    if n != d:
        raise ValueError(f"{name}: a row of x {x.shape} has {n} numbers, W {W.shape} expects {d}.")
    return rows


def as_labels(t, shape, name):
    """Labels for outputs of this shape, (N, K) or (K,) for one sample (then N = 1).

    Class numbers of any integer dtype come back as (N,); one-hot rows, and soft labels whose rows
    sum to 1, as floats (N, K). Raises ValueError for other shapes, classes that do not exist and
    rows that are no shares, TypeError for class numbers that are not integers.
    """
    t = as_array(t, f"{name}, labels")
    if len(shape) not in (1, 2) or 0 in shape:
        raise ValueError(f"{name}: outputs have shape {shape}; (N, K) or (K,) was expected.")
    n, k = shape if len(shape) == 2 else (1, *shape)
    if t.shape == shape and shape != (1,):
        return _as_shares(t, name).reshape(n, k)
    if t.shape not in ((n,), shape[:-1]):
        raise ValueError(
            f"{name}: labels have shape {t.shape}, outputs {shape}; {n} class numbers ({n},) or "
            f"one-hot rows {shape} were expected. A column is flattened by t.ravel()."
        )
    if t.dtype.kind not in "iu":
        raise TypeError(f"{name}: class numbers are {t.dtype}; make them integers: t.astype(int).")
    wrong = t[(t < 0) | (t >= k)]
    if wrong.size:
        raise ValueError(f"{name}: label {wrong[0]} arrived, but {k} outputs know 0 to {k - 1}.")
    return t.reshape(n).astype(np.intp)


def _as_shares(t, name):
    """t as floats, if every row holds shares from 0 to 1 that sum to 1."""
    t = as_float(t, f"{name}, labels")
    sums = t.sum(axis=-1)
    if t.min() >= 0 and abs(sums - 1).max() < 1e-3:
        return t
    raise ValueError(
        f"{name}: rows of labels must hold shares from 0 to 1 that sum to 1; these start at "
        f"{t.min():g} and sum to {sums.min():g} to {sums.max():g}."
    )


def number(value, name, least=0, below=np.inf):
    """value, if it is one number of at least `least` and less than `below`; else ValueError."""
    kinds = int, float, np.integer, np.floating
    if isinstance(value, kinds) and not isinstance(value, bool) and least <= value < below:
        return value
    limit = "finite" if below == np.inf else f"below {below}"
    raise ValueError(f"{name} must be a number, at least {least} and {limit}; {value!r} arrived.")


def whole(value, name, least=1):
    """value as an int, if it is a whole number of at least `least`; else ValueError."""
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool) and value >= least:
        return int(value)
    raise ValueError(f"{name} must be a whole number of at least {least}; {value!r} arrived.")


def upstream(dout, shape, layer):
    """dout, the gradient from above, as floats of the shape that forward gave.

    RuntimeError if shape is None (no forward yet), ValueError if the shapes differ.
    """
    name = type(layer).__name__
    if shape is None:
        raise RuntimeError(f"{name}: backward came before forward; call forward first.")
    dout = as_float(dout, f"{name}, dout")
    if dout.shape != shape:
        raise ValueError(f"{name}: dout has shape {dout.shape}, forward gave {shape}; give that.")
    return dout


def shape_of(x):
    """The shape of x, or None while x is None."""
    return None if x is None else x.shape

"""Questions asked at the door: are these numbers, are these labels, does this shape fit?

The answer is the value in the form that the mathematics expects, or an error in one sentence:
what arrived, what was expected, what to do. Nothing is changed in place.
"""

import math
import reprlib

import numpy as np


def shown(value):
    """value in a few words of one line, for an error message."""
    return " ".join(reprlib.repr(value).split())[:120]


def as_array(x, name):
    """x as an array, without a copy if it is one. TypeError for rows of different lengths."""
    if isinstance(x, np.ma.MaskedArray):
        raise TypeError(f"{name}: a masked array arrived; fill its gaps: x.filled(0).")
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


def as_pairs(x, t, name):
    """Samples x and labels t as arrays. ValueError unless they are equally many, at least one."""
    x, t = as_array(x, name), as_array(t, f"{name}, labels")
    if 0 in (x.ndim, x.size) or x.shape[:1] != t.shape[:1]:
        expected = "as many labels as samples, at least one, were expected"
        raise ValueError(f"{name}: x has shape {x.shape}, t {t.shape}; {expected}.")
    return x, t


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
        t = as_float(t, f"{name}, labels").reshape(n, k)
        with np.errstate(over="ignore", invalid="ignore"):  # absurd labels: inf, 1e308
            low, off = t.min(), abs(t.sum(axis=1, dtype=float) - 1).max()
        if low >= 0 and off < 1e-3:
            return t
        found = f"the lowest is {low:g}, a sum is off by {off:g}"
        raise ValueError(f"{name}: rows of labels must be shares that sum to 1; {found}.")
    if t.shape not in ((n,), shape[:-1]):
        expected = f"{n} class numbers ({n},) or one-hot rows {shape} were expected"
        hint = "a column is flattened by t.ravel()"
        raise ValueError(f"{name}: labels have shape {t.shape}; {expected}; {hint}.")
    if t.dtype.kind not in "iu":
        raise TypeError(f"{name}: class numbers are {t.dtype}; make them integers: t.astype(int).")
    wrong = t[(t < 0) | (t >= k)]
    if wrong.size:
        raise ValueError(f"{name}: label {wrong[0]} arrived, but {k} outputs know 0 to {k - 1}.")
    return t.reshape(n).astype(np.intp)


def number(value, name, least=0, below=np.inf):
    """value as a float, if it is a number from `least` to less than `below`; else ValueError."""
    plain = value.item() if isinstance(value, np.generic) else value  # of NumPy, of Python
    if type(plain) in (int, float) and least <= plain < min(below, 1e308):
        return float(plain)
    limit = "and finite" if below == np.inf else f"and below {below}"
    raise ValueError(f"{name} must be a number, at least {least} {limit}; {shown(value)} arrived.")


def whole(value, name, least=1):
    """value as an int, if it is a whole number of at least `least`; else ValueError."""
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool) and value >= least:
        return int(value)
    raise ValueError(f"{name} must be a whole number of at least {least}; {shown(value)} arrived.")


def room(sizes):
    """sizes, if an array of them fits into a memory; else ValueError."""
    if math.prod(map(int, sizes)) > 2**36:  # as float64: 550 GB
        raise ValueError(f"An array of {shown(sizes)} numbers fits into no memory; choose less.")
    return sizes


def upstream(dout, out, layer):
    """dout, the gradient from above, as floats of the shape of out, which forward gave.

    out: an array, its shape, or None before forward: RuntimeError. ValueError for other shapes.
    """
    name, shape = type(layer).__name__, getattr(out, "shape", out)
    if shape is None:
        raise RuntimeError(f"{name}: backward came before forward; call forward first.")
    dout = as_float(dout, f"{name}, dout")
    if dout.shape != shape:
        raise ValueError(f"{name}: dout has shape {dout.shape}, forward gave {shape}; give that.")
    return dout

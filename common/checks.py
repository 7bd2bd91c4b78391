"""Questions asked at the door: are these numbers, does this fit?

The answer is the value, or an error in one sentence: what arrived, what was expected, what to do.
"""

import reprlib

import numpy as np


def shown(value, most=80):
    """value in a few words of one line, for a message."""
    return " ".join(reprlib.repr(value).split())[:most]


def expect(fits, sentence, error=ValueError):
    """Raises the error with this sentence, unless it fits."""
    if not fits:
        raise error(sentence)


def as_array(x, name):
    """x as an array, without a copy if it is one. TypeError for rows of different lengths."""
    try:
        return np.asarray(x)
    except ValueError:
        raise TypeError(f"{name}: rows of different lengths arrived; make them equal.") from None


def as_float(x, name):
    """x as floats: float16, 32, 64 stay, integers and booleans become float64; else TypeError."""
    x = as_array(x, name)
    if x.dtype.kind not in "fbiu":
        raise TypeError(f"{name}: {x.dtype} arrived, numbers were expected; give an array of them.")
    return x if x.dtype.kind == "f" else x.astype(np.float64)


def as_pairs(x, t, name):
    """Samples x and labels t as arrays. ValueError unless they are equally many, at least one."""
    x, t = as_array(x, name), as_array(t, f"{name}, labels")
    fits = x.ndim and x.size and x.shape[:1] == t.shape[:1]
    expect(fits, f"{name}: x has shape {x.shape}, t {t.shape}; a label for each row was expected.")
    return x, t


def as_number(value, name, least=0, below=np.inf):
    """value as a float, if it is a number from `least` to less than `below`; else ValueError."""
    limit = "and finite" if below == np.inf else f"and below {below}"
    kinds = int, float, np.integer, np.floating
    fits = isinstance(value, kinds) and type(value) is not bool and least <= value < below
    expect(fits, f"{name} must be a number, at least {least} {limit}; {shown(value)} arrived.")
    return float(value)


def as_whole(value, name, least=1):
    """value as an int, if it is a whole number of at least `least`; else ValueError."""
    fits = isinstance(value, (int, np.integer)) and type(value) is not bool and value >= least
    expect(fits, f"{name} must be a whole number of at least {least}; {shown(value)} arrived.")
    return int(value)


def upstream(dout, out, layer):
    """dout, the gradient from above, as floats of the shape of out, which forward gave.

    out: an array, its shape, or None before forward: RuntimeError. ValueError for other shapes.
    """
    name, shape = type(layer).__name__, getattr(out, "shape", out)
    expect(shape is not None, f"{name}: backward before forward; call forward.", RuntimeError)
    dout = as_float(dout, f"{name}, dout")
    expect(dout.shape == shape, f"{name}: dout {dout.shape} arrived, but {shape} is expected.")
    return dout

"""First weights: how wide to spread the random numbers that a network starts with (book 6.2)."""

import numpy as np

from .checks import number, room, shown, whole


def weight_std(weight_init_std, fan_in):
    """The standard deviation for a layer with fan_in inputs.

    weight_init_std: a number from 0 up, as it is; "xavier" or "sigmoid": √(1 / fan_in); "he" or
    "relu": √(2 / fan_in); in any case of letters. ValueError for anything else.
    Source: Glorot and Bengio 2010 (in the book's simpler form); He et al. 2015, arXiv:1502.01852.
    """
    gain = {"xavier": 1.0, "sigmoid": 1.0, "he": 2.0, "relu": 2.0}
    if not isinstance(weight_init_std, str):
        return number(weight_init_std, "weight_init_std", below=1e30)
    if weight_init_std.lower() not in gain:
        raise ValueError(f"weight_init_std: a number or {[*gain]}; {weight_init_std!r} arrived.")
    return np.sqrt(gain[weight_init_std.lower()] / room([whole(fan_in, "fan_in")])[0])


def first_params(shapes, weight_init_std, rng, dtype):
    """W1, b1, W2, b2, …: weights from a bell curve around 0 (see weight_std), biases of 0.

    shapes: one for each W, (D, M) or filters (FN, C, FH, FW). Drawn from rng in the order W1, W2.
    """
    if getattr(dtype, "__name__", str(dtype)) not in ("float", "float32", "float64"):
        raise ValueError(f"dtype: float32 or float64 was expected, {shown(dtype)} arrived.")
    params = {}
    for i, shape in enumerate(shapes, start=1):
        sizes = room([whole(size, "the size of a layer") for size in shape])
        outputs, *inputs = sizes if len(sizes) == 4 else reversed(sizes)
        W = weight_std(weight_init_std, np.prod(inputs)) * rng.standard_normal(sizes)
        params[f"W{i}"], params[f"b{i}"] = W.astype(dtype), np.zeros(outputs, dtype)
    return params

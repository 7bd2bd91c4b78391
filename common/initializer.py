"""First weights: how wide to spread the random numbers that a network starts with (book 6.2)."""

import numpy as np

from .checks import as_number, as_whole, expect, shown

GAIN = {"xavier": 1.0, "sigmoid": 1.0, "he": 2.0, "relu": 2.0}


def weight_std(weight_init_std, fan_in):
    """The standard deviation for a layer with fan_in inputs: √(gain / fan_in), or a given number.

    weight_init_std: "xavier" or "sigmoid" (gain 1), "he" or "relu" (gain 2), or a number from 0 up.
    """
    if not isinstance(weight_init_std, str):
        return as_number(weight_init_std, "weight_init_std")
    name = weight_init_std.lower()
    expect(name in GAIN, f"weight_init_std: a number or {[*GAIN]}; {weight_init_std!r} arrived.")
    return np.sqrt(GAIN[name] / as_whole(fan_in, "fan_in"))


def first_params(shapes, weight_init_std, rng, dtype):
    """W1, b1, W2, b2, …: weights drawn in this order from a bell curve around 0, biases of 0.

    shapes: one for each W, (D, M) or filters (FN, C, FH, FW).
    """
    fits = getattr(dtype, "__name__", str(dtype)) in ("float", "float32", "float64")
    expect(fits, f"dtype {shown(dtype)} arrived; make it float32 or float64.")
    params = {}
    for i, shape in enumerate(shapes, start=1):
        sizes = [as_whole(size, "the size of a layer") for size in shape]
        outputs, *inputs = sizes if len(sizes) == 4 else reversed(sizes)
        W = weight_std(weight_init_std, np.prod(inputs)) * rng.standard_normal(sizes)
        params[f"W{i}"], params[f"b{i}"] = W.astype(dtype), np.zeros(outputs, dtype)
    return params

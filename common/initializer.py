"""First weights: how wide to spread the random numbers that a layer starts with (book 6.2)."""

import numpy as np

from .checks import number


def weight_std(weight_init_std, fan_in):
    """The standard deviation for a layer with fan_in inputs.

    weight_init_std: a number from 0 up, as it is; "xavier" or "sigmoid": √(1 / fan_in); "he" or
    "relu": √(2 / fan_in); in any case of letters. ValueError for anything else.
    Source: Glorot and Bengio 2010 (in the book's simpler form); He et al. 2015, arXiv:1502.01852.
    """
    factors = {"xavier": 1.0, "sigmoid": 1.0, "he": 2.0, "relu": 2.0}
    if not isinstance(weight_init_std, str):
        return float(number(weight_init_std, "weight_init_std"))
    if weight_init_std.lower() not in factors:
        raise ValueError(f"weight_init_std: a number or {[*factors]}; {weight_init_std!r} arrived.")
    return np.sqrt(factors[weight_init_std.lower()] / fan_in)


def random_weights(weight_init_std, shape, fan_in, rng, dtype):
    """Weights of this shape, drawn from a bell curve around 0 with the spread of weight_std."""
    return (weight_std(weight_init_std, fan_in) * rng.standard_normal(shape)).astype(dtype)

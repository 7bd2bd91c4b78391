"""What learners hand over, by plan or by mistake: strategies for the property tests.

A `hostile` value is anything: arrays of every dtype and shape, with nan, infinity and the largest
numbers, in every dress (lists, views, read-only, Fortran order), and things that are no numbers.
"""

import copy
import decimal

import numpy as np
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from tests.soak import SOAK


def few(count=40):
    """Settings: the same `count` examples in each run; with DLFS_SOAK=1, 20 times as many, new."""
    return settings(
        max_examples=count * (20 if SOAK else 1),
        derandomize=not SOAK,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


FLOATS = (np.float16, np.float32, np.float64)
OTHERS = (bool, np.int8, np.uint8, np.int64, np.uint64, np.complex64, object, "U3", "M8[s]", ">f8")
shapes = array_shapes(min_dims=0, max_dims=5, min_side=0, max_side=3)


def entries(dtype):
    """Numbers of this dtype, the strangest first."""
    dtype = np.dtype(dtype)
    if dtype.kind == "f":
        bits = 8 * dtype.itemsize
        top = float(np.finfo(dtype).max)
        strange = [
            0.0,
            -0.0,
            1.0,
            -1.0,
            np.nan,
            np.inf,
            -np.inf,
            top,
            -top,
            float(np.finfo(dtype).tiny),
        ]
        return st.sampled_from(strange) | st.floats(width=bits)
    if dtype.kind == "O":
        return st.sampled_from([None, 1, 2.5, "a", 10**30])
    return None  # Hypothesis knows the rest


def numeric(shape=shapes, dtypes=FLOATS + OTHERS):
    """Arrays of every dtype."""
    return st.sampled_from(dtypes).flatmap(lambda d: arrays(d, shape, elements=entries(d)))


def usual(shape, dtype=np.float64, limit=3):
    """Arrays of moderate numbers, as a lesson would use them."""
    tenths = st.integers(-10 * limit, 10 * limit)
    return arrays(np.int64, shape, elements=tenths).map(lambda a: np.asarray(a / 10).astype(dtype))


def spread_out(array):
    """The same numbers in memory that has gaps: a view of every second entry of each axis."""
    wide = np.zeros([2 * side for side in array.shape], array.dtype)
    view = wide[(*(slice(None, None, 2) for _ in array.shape), ...)]
    view[...] = array
    return view


def frozen(array):
    array = array.copy()
    array.setflags(write=False)
    return array


DRESSES = {
    "plain": lambda a: a,
    "list": lambda a: a.tolist(),
    "tuple": lambda a: tuple(a.tolist()) if a.ndim else a.tolist(),
    "Fortran": lambda a: np.array(a, order="F"),
    "spread out": spread_out,
    "backwards": lambda a: a[::-1] if a.ndim else a,
    "read-only": frozen,
    "masked": lambda a: np.ma.masked_array(a, mask=np.zeros(a.shape, bool)),
}


def dressed(values):
    """These arrays in one of the forms in which arrays come."""
    dresses = st.sampled_from(sorted(DRESSES))
    put_on = lambda a, dress: DRESSES[dress](a) if isinstance(a, np.ndarray | np.generic) else a
    return st.builds(put_on, values, dresses)


JUNK = [
    None, "text", "", b"bytes", {}, {1, 2}, {"a": 1}, object, len, Ellipsis, range(3), np.random,
    1j, 10**30, 10**400, -(10**400), decimal.Decimal("0.5"), np.nan, np.inf, True, 2, 2.5, -1,
    [], [[]], [[1, 2], [3]], [1, [2]], ["a", 1], [None], [1j], (1, 2, 3), np.zeros((2, 0)),
    np.float32(0.5), np.float64(0.25), np.int8(3), np.uint8(200), np.bool_(True),
    np.zeros((100, 100)), np.ma.masked_array([1.0, 2.0], [0, 1]),
]  # fmt: skip
MUTABLE = dict, list, set, np.ndarray
junk = st.sampled_from(JUNK).map(lambda v: copy.deepcopy(v) if isinstance(v, MUTABLE) else v)


def hostile(shape=shapes):
    """Anything: three times out of four an array of some kind."""
    arrays_ = dressed(numeric(shape))
    return st.one_of(arrays_, arrays_, dressed(numeric(shape, FLOATS)), junk)


# A size, a rate, a choice: right ones and wrong ones.
scalars = (
    junk | st.integers(-2, 6) | st.floats() | st.sampled_from([np.int64(2), np.uint8(3), 10**12])
)

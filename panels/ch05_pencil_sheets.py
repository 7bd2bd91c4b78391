"""The 2-2-2 network that fits on a sheet of paper, run on the real layers (book 5.7.2).

Each of its numbers has a name as in Python: W1[0, 1] is row 0, column 1 of W1. Between the layers
stand a = x W1 + b1, z = h(a), and the scores s = z W2 + b2.
"""

from typing import NamedTuple

import numpy as np

from common.layers import Affine, Relu, Sigmoid, SoftmaxWithLoss

from .shell import N_

SHAPES = {
    "x": (1, 2), "W1": (2, 2), "b1": (2,), "a": (1, 2), "z": (1, 2), "W2": (2, 2), "b2": (2,),
    "s": (1, 2),
}  # fmt: skip

FORWARD = ("", "a", "z", "s", "L")  # what becomes known at each step, then its gradients
BACKWARD = (("s",), ("W2", "b2"), ("z",), ("a",), ("W1", "b1"), ("x",))
LAST = len(FORWARD) + len(BACKWARD) - 1
REACH = 1.0  # a number can be moved by so much, up and down
CURVE = np.linspace(-REACH, REACH, 41)


def _names():
    for key, shape in SHAPES.items():
        for index in np.ndindex(shape):
            inner = index if key.startswith("W") else index[-1:]
            yield f"{key}[{', '.join(map(str, inner))}]", (key, index)


PLACES = dict(_names())  # name of a number -> its array, and where in it
NUMBERS = tuple(PLACES)


class Sheet(NamedTuple):
    """What is given on a sheet of paper."""

    W1: tuple
    b1: tuple
    W2: tuple
    b2: tuple
    t: int = 1  # the right class
    layer: type = Relu
    x: tuple = ((1.0, 2.0),)


CHAPTERS = Sheet(((1, -2), (1, 0.5)), (0, 0), ((1, -1), (2, 1)), (-3, 3))
SHEETS = {  # what a dropdown calls it, in English -> its numbers
    N_("the chapter's"): CHAPTERS,
    N_("with sigmoid"): CHAPTERS._replace(b2=(-1.5, 0.5), layer=Sigmoid),
    N_("both neurons awake"): Sheet(((1, 1), (1, 0.5)), (0, 0), ((1, -1), (2, 1)), (-7, 1)),
    N_("both neurons silent"): CHAPTERS._replace(b1=(-4, 0), b2=(0, 0)),
    N_("sure, and right"): CHAPTERS._replace(b2=(-5, 3)),
    N_("sure, and wrong"): CHAPTERS._replace(b2=(-1, 3)),
}


class Forward(NamedTuple):
    """What one pass left behind: the four layers, and the arrays that flowed."""

    layers: tuple
    arrays: dict

    @property
    def loss(self):
        return float(self.layers[3].loss)


def forward(sheet, name=None, by=0.0):
    """One pass through the real layers; the number of that name, if there is one, moved."""
    key, index = PLACES.get(name, (None, None))
    arrays = {}

    def put(called, array):
        array = np.array(array, dtype=float)
        if called == key:
            array[index] += by
        arrays[called] = array
        return array

    first = Affine(put("W1", sheet.W1), put("b1", sheet.b1))
    activation = sheet.layer()
    second = Affine(put("W2", sheet.W2), put("b2", sheet.b2))
    last = SoftmaxWithLoss()
    a = put("a", first.forward(put("x", sheet.x)))
    z = put("z", activation.forward(a))
    last.forward(put("s", second.forward(z)), np.array([sheet.t]))
    return Forward((first, activation, second, last), arrays)


def backward(done):
    """name of a number -> its gradient; and the two slopes of the activation."""
    first, activation, second, last = done.layers
    slopes = activation.backward(np.ones((1, 2)))
    ds = last.backward()
    dz = second.backward(ds)
    da = activation.backward(dz)
    dx = first.backward(da)
    arrays = {
        "x": dx, "W1": first.dW, "b1": first.db, "a": da, "z": dz, "W2": second.dW,
        "b2": second.db, "s": ds,
    }  # fmt: skip
    return flat(arrays), slopes[0].tolist()


def flat(arrays):
    """name of a number -> the number."""
    return {name: float(arrays[key][index]) + 0.0 for name, (key, index) in PLACES.items()}


def parts(name):
    """What a gradient is made of: pairs that are multiplied, and then added.

    In a pair stand a value or ("slope", i), and a number whose gradient comes from upstream. The
    gradient of a score is made of something else, and has no pairs.
    """
    key, index = PLACES[name]
    i, j = index if len(index) == 2 else (0, index[0])
    return {
        "s": (),
        "W2": ((f"z[{i}]", f"s[{j}]"),),
        "b2": ((1.0, f"s[{j}]"),),
        "z": ((f"W2[{j}, 0]", "s[0]"), (f"W2[{j}, 1]", "s[1]")),
        "a": ((("slope", j), f"z[{j}]"),),
        "W1": ((f"x[{i}]", f"a[{j}]"),),
        "b1": ((1.0, f"a[{j}]"),),
        "x": ((f"W1[{j}, 0]", "a[0]"), (f"W1[{j}, 1]", "a[1]")),
    }[key]

"""Laws × layers: one table of layers, and the laws that every one of them obeys.

A new layer needs a row in CASES; then all laws hold it. What is particular to one layer stands
below the laws.
"""

import copy
import inspect
import pickle
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import common.util
from common import layers
from common.conv_layers import Convolution, Pooling
from common.layers import (
    Affine,
    BatchNormalization,
    Dropout,
    Relu,
    Sigmoid,
    SoftmaxWithLoss,
    Tanh,
)


def normal(*shape, seed=1):
    return np.random.default_rng(seed).standard_normal(shape)


def away_from_zero(shape):
    """Numbers of both signs with a distance from 0, the kink of Relu."""
    x = normal(*shape)
    return x + 0.1 * np.sign(x)


def far_apart(shape):
    """No two numbers closer than 0.1: a small step changes no maximum."""
    return 0.1 * np.random.default_rng(2).permutation(np.prod(shape)).reshape(shape) - 3


@dataclass
class Case:
    """A layer in one situation: how it is made, what comes in, how forward is called."""

    make: Callable  # dtype -> layer
    shape: tuple  # of x
    run: Callable = lambda layer, x: layer.forward(x)
    params: tuple = ()
    draw: Callable = away_from_zero
    by_rows: bool = True  # a batch gives what its samples give one by one
    other: tuple = None  # another shape that fits; by default a smaller batch


def affine(*shape):
    return lambda dtype: Affine(normal(*shape).astype(dtype), normal(shape[1]).astype(dtype))


def convolution(*shape, b=None, **options):
    def make(dtype):
        bias = normal(shape[0]).astype(dtype) if b is None else b
        return Convolution(normal(*shape).astype(dtype), bias, **options)

    return make


def batch_norm(size, trained=False):
    def make(dtype):
        gamma, beta = (1 + 0.1 * normal(size)).astype(dtype), normal(size, seed=2).astype(dtype)
        if not trained:
            return BatchNormalization(gamma, beta)
        mean, var = normal(size, seed=3).astype(dtype), (1 + 0 * gamma + 0.3).astype(dtype)
        return BatchNormalization(gamma, beta, 0.9, mean, var)

    return make


def with_labels(t):
    return lambda layer, x: layer.forward(x, t)


def in_test(layer, x):
    return layer.forward(x, train_flg=False)


def with_one_mask(layer, x):
    np.random.seed(5)
    return layer.forward(x, train_flg=True)


SOFT = np.array([[0.2, 0.5, 0.3], [1, 0, 0], [0, 0.5, 0.5], [0.1, 0.1, 0.8]], np.float32)
WB = {"params": ("W", "b")}
NORM = {"params": ("gamma", "beta"), "by_rows": False}

CASES = {
    "relu": Case(lambda _: Relu(), (4, 5)),
    "relu, images": Case(lambda _: Relu(), (2, 3, 4, 5)),
    "sigmoid": Case(lambda _: Sigmoid(), (4, 5)),
    "tanh": Case(lambda _: Tanh(), (4, 5)),
    "affine": Case(affine(5, 3), (4, 5), **WB),
    "affine, batch of one": Case(affine(5, 3), (1, 5), other=(3, 5), **WB),
    "affine, images": Case(affine(24, 5), (3, 2, 3, 4), other=(2, 4, 3, 2), **WB),
    "loss, class numbers": Case(
        lambda _: SoftmaxWithLoss(), (4, 3), with_labels(np.array([0, 2, 1, 1])), by_rows=False
    ),
    "loss, one-hot": Case(
        lambda _: SoftmaxWithLoss(), (4, 3), with_labels(np.eye(3)[[0, 2, 1, 1]]), by_rows=False
    ),
    "loss, soft labels": Case(
        lambda _: SoftmaxWithLoss(), (4, 3), with_labels(SOFT), by_rows=False
    ),
    "loss, one sample": Case(lambda _: SoftmaxWithLoss(), (3,), with_labels(2), by_rows=False),
    "dropout, training": Case(lambda _: Dropout(0.4), (4, 5), with_one_mask, by_rows=False),
    "dropout, images": Case(lambda _: Dropout(0.4), (2, 3, 4, 5), with_one_mask, by_rows=False),
    "dropout, test": Case(lambda _: Dropout(0.4), (4, 5), in_test),
    "batch norm, rows": Case(batch_norm(5), (4, 5), **NORM),
    "batch norm, per channel": Case(batch_norm(3), (4, 3, 2, 5), other=(2, 3, 4, 3), **NORM),
    "batch norm, per position": Case(batch_norm(12), (4, 3, 2, 2), **NORM),
    "batch norm, rows, test": Case(batch_norm(5, True), (4, 5), in_test, params=("gamma", "beta")),
    "batch norm, per channel, test": Case(
        batch_norm(3, True), (4, 3, 2, 5), in_test, params=("gamma", "beta")
    ),
    "batch norm, per position, test": Case(
        batch_norm(12, True), (4, 3, 2, 2), in_test, params=("gamma", "beta")
    ),
    "convolution": Case(convolution(2, 1, 3, 3), (3, 1, 5, 5), other=(2, 1, 6, 4), **WB),
    "convolution, channels, not square": Case(convolution(2, 3, 2, 3), (2, 3, 4, 6), **WB),
    "convolution, pad": Case(convolution(2, 2, 3, 3, pad=1), (2, 2, 4, 3), **WB),
    "convolution, stride": Case(convolution(2, 2, 3, 2, stride=2), (2, 2, 7, 6), **WB),
    "convolution, remainder": Case(
        convolution(3, 2, 3, 3, stride=3, pad=1), (2, 2, 6, 9), other=(2, 2, 9, 6), **WB
    ),
    "convolution, 1 x 1": Case(convolution(4, 3, 1, 1), (2, 3, 3, 2), **WB),
    "convolution, whole image": Case(convolution(4, 2, 3, 4), (2, 2, 3, 4), other=(3, 2, 4, 4)),
    "convolution, gaps": Case(convolution(2, 2, 1, 2, stride=3), (2, 2, 7, 8), **WB),
    "convolution, b = 0": Case(convolution(2, 2, 3, 3, b=0), (2, 2, 5, 4), params=("W",)),
    "pooling": Case(lambda _: Pooling(2, 2), (2, 3, 4, 6), draw=far_apart, other=(2, 1, 6, 4)),
    "pooling, overlap": Case(lambda _: Pooling(3, 3, 2), (2, 2, 7, 7), draw=far_apart),
    "pooling, remainder": Case(lambda _: Pooling(2, 3, 3), (2, 2, 7, 8), draw=far_apart),
    "pooling, pad": Case(lambda _: Pooling(3, 2, 1, 1), (2, 2, 4, 5), draw=far_apart),
}
each_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def slope(f, x, h=1e-5):
    """Central differences, written here once more so that nothing of ours is trusted."""
    x = np.array(x, dtype=float)
    found = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        value = x[i]
        x[i] = value + h
        above = f(x.copy())
        x[i] = value - h
        found[i] = (above - f(x.copy())) / (2 * h)
        x[i] = value
    return found


def apart(a, b):
    return np.linalg.norm(a - b) / max(np.linalg.norm(a) + np.linalg.norm(b), 1e-300)


def dout_for(out, dtype=float):
    return np.asarray(normal(*np.shape(out), seed=7) if np.ndim(out) else 0.7, dtype)


def grads(case, layer):
    return {name: getattr(layer, f"d{name}").copy() for name in case.params}


def both_ways(case, layer, x, dout=None):
    """forward, backward: out, dx and the slopes of the parameters."""
    out = case.run(layer, x)
    dx = layer.backward(dout_for(out, out.dtype) if dout is None else dout)
    return np.copy(out), np.copy(dx), grads(case, layer)


def assert_same(found, expected, exact=True):
    check = np.testing.assert_array_equal if exact else np.testing.assert_allclose
    for a, b in zip(found[:2], expected[:2], strict=True):
        check(a, b)
    for name in expected[2]:
        check(found[2][name], expected[2][name])


# ---- laws -------------------------------------------------------------------------------------


@each_case
def test_backward_is_the_slope_of_forward_along_x(case):
    x, layer = case.draw(case.shape), case.make(float)
    dout = dout_for(case.run(layer, x))
    dx = layer.backward(dout)
    assert dx.shape == x.shape
    numeric = slope(lambda x: np.sum(case.run(case.make(float), x) * dout), x)
    assert np.linalg.norm(numeric) > 0.01
    assert apart(dx, numeric) < 1e-6


@each_case
def test_backward_is_the_slope_of_forward_along_every_parameter(case):
    x, layer = case.draw(case.shape), case.make(float)
    _, _, found = both_ways(case, layer, x)
    for name, d in found.items():

        def cost(value, name=name):
            other = case.make(float)
            setattr(other, name, value)
            out = case.run(other, x)
            return np.sum(out * dout_for(out))

        numeric = slope(cost, getattr(layer, name))
        assert d.shape == numeric.shape
        assert apart(d, numeric) < 1e-6, name


@each_case
def test_arguments_and_parameters_are_not_touched(case):
    layer, x = case.make(float), case.draw(case.shape)
    kept = {name: getattr(layer, name).copy() for name in case.params}
    x_before = x.copy()
    out = case.run(layer, x)
    dout = dout_for(out)
    dout_before = dout.copy()
    dx = layer.backward(dout)
    np.testing.assert_array_equal(x, x_before)
    np.testing.assert_array_equal(dout, dout_before)
    for name, before in kept.items():
        np.testing.assert_array_equal(getattr(layer, name), before)
    for mine in (out, dx, *grads(case, layer).values()):
        assert not np.shares_memory(mine, x) and not np.shares_memory(mine, dout)


@each_case
def test_what_came_out_before_stays_when_the_layer_runs_again(case):
    layer, x = case.make(float), case.draw(case.shape)
    out = case.run(layer, x)
    dx = layer.backward(dout_for(out))
    first = np.copy(out), np.copy(dx), {n: getattr(layer, f"d{n}") for n in case.params}
    kept = {n: d.copy() for n, d in first[2].items()}
    both_ways(case, layer, x + 1)
    assert_same((out, dx, first[2]), (*first[:2], kept))


@pytest.mark.parametrize("case", [c for c in CASES.values() if c.by_rows])
def test_a_batch_gives_what_its_samples_give_one_by_one(case):
    x = case.draw(case.shape)
    out, dx, found = both_ways(case, case.make(float), x)
    dout = dout_for(out)
    singles = [
        both_ways(case, case.make(float), x[i : i + 1], dout[i : i + 1]) for i in range(len(x))
    ]
    np.testing.assert_allclose(out, np.concatenate([s[0] for s in singles]))
    np.testing.assert_allclose(dx, np.concatenate([s[1] for s in singles]))
    for name, d in found.items():
        np.testing.assert_allclose(d, sum(s[2][name] for s in singles), atol=1e-12)


@each_case
def test_float32_stays_float32(case):
    layer, x = case.make(np.float32), case.draw(case.shape).astype(np.float32)
    out, dx, found = both_ways(case, layer, x)
    assert dx.dtype == np.float32
    if np.ndim(out):  # a loss is one number: more digits do no harm there
        assert out.dtype == np.float32
    assert {d.dtype for d in found.values()} <= {np.dtype(np.float32)}
    exact = both_ways(case, case.make(float), case.draw(case.shape))
    for a, b in ((out, exact[0]), (dx, exact[1]), *((found[n], exact[2][n]) for n in found)):
        assert apart(a, b) < 1e-5


@each_case
@pytest.mark.parametrize("kind", ["int64", "int8", "uint8", "bool", "list", "float16"])
def test_integers_booleans_and_lists_are_computed_as_floats(case, kind):
    x = np.round(5 * case.draw(case.shape))
    x = {"bool": x > 0, "uint8": abs(x)}.get(kind, np.clip(x, -99, 99))
    given = x.tolist() if kind == "list" else x.astype(kind)
    dout = dout_for(case.run(case.make(float), x))
    found = both_ways(case, case.make(float), given, dout)
    expected = both_ways(case, case.make(float), x.astype(float), dout)
    if kind != "float16":
        assert found[0].dtype == np.float64
        assert_same(found, expected)
    else:
        np.testing.assert_allclose(found[0], expected[0], atol=2e-2, rtol=2e-2)


@each_case
def test_the_memory_layout_does_not_matter(case):
    x = case.draw(case.shape)
    out, dx, found = both_ways(case, case.make(float), x)
    dout = dout_for(out)
    for layout in (gaps, columns_first, backwards, read_only):
        again = both_ways(case, case.make(float), layout(x), layout(dout))
        assert_same(again, (out, dx, found), exact=False)


def gaps(x):
    return np.repeat(x, 2, axis=-1)[..., ::2] if x.ndim else x


def columns_first(x):
    return np.array(x, order="F")


def backwards(x):
    return x[::-1].copy()[::-1] if x.ndim else x


def read_only(x):
    x = x.copy()
    x.setflags(write=False)
    return x


@each_case
def test_parameters_may_be_read_only(case):
    layer, x = case.make(float), case.draw(case.shape)
    expected = both_ways(case, layer, x)
    frozen = case.make(float)
    for name in case.params:
        getattr(frozen, name).setflags(write=False)
    assert_same(both_ways(case, frozen, x), expected)


@each_case
def test_backward_is_linear_in_dout(case):
    layer, x = case.make(float), case.draw(case.shape)
    out, dx, found = both_ways(case, layer, x)
    for factor in (0.0, 2.0, -0.5):
        again = np.copy(layer.backward(factor * dout_for(out)))
        np.testing.assert_allclose(again, factor * dx, atol=1e-15)
        for name in found:
            np.testing.assert_allclose(
                grads(case, layer)[name], factor * found[name], rtol=1e-12, atol=1e-13
            )


@each_case
def test_backward_before_forward_is_refused(case):
    layer = case.make(float)
    name = type(layer).__name__
    with pytest.raises(RuntimeError, match=f"^{name}: backward .*before forward.* call forward"):
        layer.backward(np.ones(case.shape))
    with pytest.raises(RuntimeError, match=f"^{name}: backward"):
        layer.backward(1)


@each_case
def test_a_dout_of_the_wrong_shape_is_refused_with_both_shapes(case):
    layer, x = case.make(float), case.draw(case.shape)
    out, dx, found = both_ways(case, layer, x)
    shape = np.shape(out)
    for wrong in ((*shape, 1), (9, *shape[1:]), shape[1:], (1,)):
        if wrong == shape:
            continue
        message = f"{type(layer).__name__}: dout .*{re.escape(str(wrong))}.*{re.escape(str(shape))}"
        with pytest.raises(ValueError, match=message):
            layer.backward(np.ones(wrong))
        assert_same((out, dx, grads(case, layer)), (out, dx, found))
    with pytest.raises(TypeError, match=type(layer).__name__):
        layer.backward(np.full(shape, "1"))
    again = layer.backward(dout_for(out))
    assert_same((out, again, grads(case, layer)), (out, dx, found))


@each_case
def test_backward_twice_gives_the_same(case):
    layer = case.make(float)
    out, dx, found = both_ways(case, layer, case.draw(case.shape))
    again = layer.backward(dout_for(out))
    assert_same((out, again, grads(case, layer)), (out, dx, found))


@each_case
def test_a_layer_forgets_the_shape_of_the_last_batch(case):
    layer, x = case.make(float), case.draw(case.shape)
    expected = both_ways(case, case.make(float), x)
    other = case.other or (2, *case.shape[1:])
    if isinstance(layer, SoftmaxWithLoss):
        out = layer.forward(normal(6, 8), np.arange(6))
    else:
        out = case.run(layer, case.draw(other))
    layer.backward(dout_for(out))
    assert_same(both_ways(case, layer, x), expected)


STATE = {
    "Relu": "mask", "Sigmoid": "out", "Tanh": "out", "Affine": "x dW db original_x_shape",
    "SoftmaxWithLoss": "loss y t", "Dropout": "mask", "BatchNormalization": "dgamma dbeta",
    "Convolution": "x col dW db", "Pooling": "x arg_max",
}  # fmt: skip


@each_case
def test_state_is_none_before_forward_and_filled_afterwards(case):
    layer = case.make(float)
    names = STATE[type(layer).__name__].split()
    assert {name: getattr(layer, name) for name in names} == dict.fromkeys(names)
    both_ways(case, layer, case.draw(case.shape))
    assert all(getattr(layer, name) is not None for name in names)


@each_case
def test_a_layer_can_be_copied_and_pickled(case):
    layer, x = case.make(float), case.draw(case.shape)
    fresh = copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))
    expected = both_ways(case, layer, x)
    for twin in fresh:
        assert_same(both_ways(case, twin, x), expected)
    for twin in copy.deepcopy(layer), pickle.loads(pickle.dumps(layer)):
        again = twin.backward(dout_for(expected[0]))
        assert_same((expected[0], again, grads(case, twin)), expected)


def snapshot(layer):
    return pickle.dumps(layer)


BAD = {
    "text": np.full((2, 2), "a"),
    "objects": np.array([[None, 1], [2, 3]]),
    "complex numbers": np.ones((2, 2), complex),
    "rows of different lengths": [[1.0, 2.0], [3.0]],
}


@each_case
@pytest.mark.parametrize("bad", BAD)
def test_what_is_no_number_is_refused_and_changes_nothing(case, bad):
    layer = case.make(float)
    both_ways(case, layer, case.draw(case.shape))
    before = snapshot(layer)
    with pytest.raises(TypeError, match=f"^({type(layer).__name__}|softmax|sigmoid): "):
        case.run(layer, BAD[bad])
    assert snapshot(layer) == before


FITS_ONLY = [n for n in CASES if n.split(",")[0] in ("affine", "batch norm", "convolution")]


@pytest.mark.parametrize("name", [*FITS_ONLY, "pooling", "pooling, pad"])
def test_an_x_that_does_not_fit_is_refused_and_changes_nothing(name):
    case = CASES[name]
    layer, x = case.make(float), case.draw(case.shape)
    out, dx, found = both_ways(case, layer, x)
    before = snapshot(layer)
    shapes = [(), (7,), (2, 7), (2, 7, 7), (2, 7, 2, 2, 2), (0, *case.shape[1:])]
    shapes += [] if name.startswith("pooling") else [(2, 11, 5, 5)]
    for wrong in shapes:
        with pytest.raises(ValueError, match=re.escape(str(wrong))) as error:
            case.run(layer, np.ones(wrong))
        assert "expect" in str(error.value)
        assert snapshot(layer) == before
    again = layer.backward(dout_for(out))
    assert_same((out, again, grads(case, layer)), (out, dx, found))


@each_case
def test_nan_is_not_swallowed(case):
    layer, x = case.make(float), case.draw(case.shape)
    x[(0,) * x.ndim] = np.nan
    assert np.isnan(case.run(layer, x)).any()


@pytest.mark.parametrize("name", ["relu", "sigmoid", "tanh", "dropout, training", "dropout, test"])
def test_an_empty_batch_comes_back_empty(name):
    case = CASES[name]
    out, dx, _ = both_ways(case, case.make(float), np.empty((0, 5)))
    assert out.shape == dx.shape == (0, 5)


def test_every_layer_has_a_row_in_the_table():
    offered = {
        name
        for name, item in vars(layers).items()
        if inspect.isclass(item) and hasattr(item, "backward")
    }
    assert offered == {type(case.make(float)).__name__ for case in CASES.values()}


# ---- shape comments ---------------------------------------------------------------------------

SHAPE = re.compile(r"(?<!\w)\(([^()]*)\)")
TARGET = re.compile(r"^(self\.\w+|\w+) (?:[-+*/@]?=) ")


def shape_comments(path):
    """Line number -> (what is assigned or returned, the shapes that the comment allows)."""
    found = {}
    for i, line in enumerate(Path(path).read_text(encoding="utf-8").splitlines(), start=1):
        code, _, comment = line.strip().partition("  # ")
        comment = comment.split("->")[-1].split(":")[0]
        shapes = [shape.rstrip(",").split(", ") for shape in SHAPE.findall(comment)]
        target = TARGET.match(code)
        if shapes and (target or code.startswith("return")):
            shapes = shapes if ") or (" in comment else shapes[-1:]
            found[i] = (target[1] if target else "return", shapes)
    return found


def fits(written, shape, sizes):
    """Whether a shape is what the comment says; letters keep their size within one call."""
    if len(written) != len(shape):
        return False
    for word, size in zip(written, shape, strict=True):
        letters = word.split("·")
        if len(letters) == 1 and not word.isdigit():
            if sizes.setdefault(word, size) != size:
                return False
        elif all(letter in sizes or letter.isdigit() for letter in letters) and (
            np.prod([sizes.get(x) or int(x) for x in letters]) != size
        ):
            return False
    return True


def watch(files, run):
    """Run, and return the lines seen and those whose comment was not true."""
    comments = {str(path): shape_comments(path) for path in files}
    seen, wrong = set(), []

    def trace(frame, event, _):
        lines = comments.get(frame.f_code.co_filename)
        if not lines:
            return None
        sizes, last = {}, [None]

        def check(name, value):
            line = last[0]
            if name == lines[line][0] and value is not None:
                seen.add((frame.f_code.co_filename, line))
                if not any(fits(shape, np.shape(value), sizes) for shape in lines[line][1]):
                    wrong.append((Path(frame.f_code.co_filename).name, line, np.shape(value)))

        def step(frame, event, value):
            if last[0] in lines:
                target = lines[last[0]][0]
                if target == "return" and event == "return":
                    check("return", value)
                elif target.startswith("self."):
                    check(target, getattr(frame.f_locals["self"], target[5:]))
                elif target in frame.f_locals:
                    check(target, frame.f_locals[target])
            last[0] = frame.f_lineno
            return step

        last[0] = None
        return step

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        run()
    finally:
        sys.settrace(before)
    return seen, wrong, comments


def test_the_reader_of_shape_comments_notices_a_wrong_one(tmp_path):
    module = tmp_path / "some.py"
    source = (
        "def f(x, y):\n    z = x.T  # (N, D) -> ({})\n    return z @ y  # (D, N)(N, M) -> ({})\n"
    )
    for first, second, errors in (("D, N", "D, M", 0), ("N, D", "D, M", 1), ("D, N", "M, D", 1)):
        module.write_text(source.format(first, second))
        names = {}
        exec(compile(module.read_text(), str(module), "exec"), names)
        run = lambda f=names["f"]: f(np.ones((2, 3)), np.ones((2, 4)))
        seen, wrong, _ = watch([module], run)
        assert len(seen) == 2
        assert len(wrong) >= errors and bool(wrong) == bool(errors)


def test_the_shapes_at_the_line_ends_are_true():
    def run():
        for case in CASES.values():
            both_ways(case, case.make(float), case.draw(case.shape))
        cols = common.util.im2col(normal(2, 3, 5, 6), 2, 3)
        common.util.col2im(cols, (2, 3, 5, 6), 2, 3)
        layers.cross_entropy_error(SOFT, SOFT)
        common.util.smooth_curve(normal(30))

    home = Path(layers.__file__).parent
    files = [home / f"{name}.py" for name in ("layers", "conv_layers", "functions", "util")]
    seen, wrong, comments = watch(files, run)
    assert not wrong
    assert len(seen) >= 20
    missed = {(f, n) for f, lines in comments.items() for n in lines} - seen
    assert not {(Path(f).name, n) for f, n in missed}


# ---- one layer at a time ----------------------------------------------------------------------


def test_relu_blocks_what_is_not_positive_and_says_so_in_its_mask():
    layer = Relu()
    x = np.array([[1.0, -0.5], [-2.0, 3.0]])
    np.testing.assert_array_equal(layer.forward(x), [[1, 0], [0, 3]])
    np.testing.assert_array_equal(layer.mask, [[False, True], [True, False]])
    layer.forward(np.array([0.0]))
    assert layer.backward(np.array([5.0])) == 0  # at the kink


def test_the_sigmoid_neuron_of_chapter_5():
    w, x = np.array([[2.0], [-3.0]]), np.array([[-1.0, -2.0]])
    affine, sigmoid = Affine(w, np.array([-3.0])), Sigmoid()
    out = sigmoid.forward(affine.forward(x))
    assert out.round(2) == 0.73
    dx = affine.backward(sigmoid.backward(np.ones((1, 1))))
    np.testing.assert_allclose(dx, [[0.39, -0.59]], atol=0.005)
    np.testing.assert_allclose(affine.dW, [[-0.20], [-0.39]], atol=0.005)
    np.testing.assert_allclose(affine.db, [0.20], atol=0.005)


def test_affine_numbers_of_chapter_5():
    layer = Affine(np.zeros((2, 3)), np.array([1.0, 2.0, 3.0]))
    layer.forward(np.zeros((2, 2)))
    layer.backward(np.array([[1, 2, 3], [4, 5, 6]]))
    np.testing.assert_array_equal(layer.db, [5, 7, 9])
    column = Affine(np.array([[0.1, -0.3], [0.5, 0.8]]), np.zeros(2))  # Wᵀ: rows are our convention
    q = column.forward(np.array([[0.2, 0.4]]))
    np.testing.assert_allclose(q, [[0.22, 0.26]])
    np.testing.assert_allclose(column.backward(2 * q), [[-0.112, 0.636]])
    np.testing.assert_allclose(column.dW.T, [[0.088, 0.176], [0.104, 0.208]])


@pytest.mark.parametrize("name", ["affine", "affine, images", "convolution, pad"])
def test_a_first_layer_may_leave_dx_out(name):
    case = CASES[name]
    layer, x = case.make(float), case.draw(case.shape)
    _, _, found = both_ways(case, layer, x)
    again = case.make(float)
    dout = dout_for(case.run(again, x))
    assert again.backward(dout, need_dx=False) is None
    for n in found:
        np.testing.assert_array_equal(getattr(again, f"d{n}"), found[n])


def test_affine_says_what_a_row_has_and_what_W_expects():
    layer = Affine(np.zeros((784, 10)), np.zeros(10))
    with pytest.raises(ValueError, match=r"Affine: a row of x .*100 numbers, W .*expects 784"):
        layer.forward(np.ones((5, 100)))
    with pytest.raises(ValueError, match=r"Affine: x has shape \(784,\).*x.reshape\(1, -1\)"):
        layer.forward(np.ones(784))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Affine(np.ones(3), np.ones(3)), r"Affine: W .*\(3,\).*\(D, M\).*expected"),
        (lambda: Affine(np.ones((3, 2)), np.ones(3)), r"Affine: W .*\(3, 2\), b \(3,\).*expected"),
        (lambda: Affine(np.ones((3, 2)), 0), r"Affine: W .*\(3, 2\), b \(\).*expected"),
        (lambda: Convolution(np.ones((3, 2)), 0), r"Convolution: W .*\(3, 2\).*expected"),
        (lambda: Convolution(np.ones((3, 2, 1, 1)), np.ones(2)), r"b \(2,\).*\(FN,\).*expected"),
        (lambda: Convolution(np.ones((3, 2, 1, 1)), 1), r"b = 0.*expected"),
        (lambda: Convolution(np.ones((3, 2, 1, 1)), 0, stride=0), "stride .*at least 1; 0"),
        (lambda: Convolution(np.ones((3, 2, 1, 1)), 0, stride=1.5), "stride .*whole.*; 1.5"),
        (lambda: Convolution(np.ones((3, 2, 1, 1)), 0, pad=-1), "pad .*at least 0; -1"),
        (lambda: Pooling(0, 2), "pool_h .*at least 1; 0"),
        (lambda: Pooling(2, 2.5), "pool_w .*whole.*; 2.5"),
        (lambda: Pooling(2, 2, stride=0), "stride .*at least 1; 0"),
        (lambda: Pooling(2, 3, pad=2), r"pad 2 must be less than the window 2 x 3"),
        (lambda: Dropout(1), "dropout_ratio .*below 1; 1 arrived"),
        (lambda: Dropout(-0.1), "dropout_ratio .*at least 0.*; -0.1 arrived"),
        (lambda: Dropout(float("nan")), "dropout_ratio .*; nan arrived"),
        (lambda: Dropout("half"), "dropout_ratio .*; 'half' arrived"),
        (lambda: Dropout(0.5, rng="seed"), "rng.*'seed' arrived"),
        (
            lambda: BatchNormalization(np.ones(3), np.ones(2)),
            r"\(D,\).*gamma.*\(3,\), .*beta.*\(2,\)",
        ),
        (lambda: BatchNormalization(1, 0), r"\(D,\).*gamma.*\(\)"),
        (lambda: BatchNormalization(np.ones(3), np.ones(3), 1.5), "momentum .*below 1; 1.5"),
        (
            lambda: BatchNormalization(np.ones(3), np.ones(3), 0.9, np.ones(2), np.ones(3)),
            r"running_mean.*\(2,\).*\(3,\)",
        ),
    ],
)
def test_constructors_refuse_what_cannot_work(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_running_mean_and_variance_come_together():
    with pytest.raises(TypeError, match="BatchNormalization, running_var: numbers were expected"):
        BatchNormalization(np.ones(3), np.ones(3), running_mean=np.ones(3))


@pytest.mark.parametrize(
    "make",
    [
        lambda W, b: Affine(W, b),
        lambda W, b: Convolution(np.reshape(W, (2, 1, 1, 2)).tolist(), b),
        lambda W, b: BatchNormalization(W[0], b),
    ],
)
def test_parameters_given_as_lists_or_text(make):
    """Lists and integers are computed as floats, text is refused."""
    layer = make([[1, 2], [3, 4]], [1, 2])
    x = np.array([[1, 2], [5, 3]])
    x = x.reshape(2, 1, 1, 2) if isinstance(layer, Convolution) else x
    out = layer.forward(x)
    assert out.dtype == np.float64
    assert layer.backward(np.ones(out.shape)).dtype == np.float64
    with pytest.raises(TypeError, match=type(layer).__name__):
        make([["a", "b"], ["c", "d"]], ["a", "b"])


def test_a_layer_holds_the_very_array_that_it_was_given():
    for dtype in (np.float32, np.float64):
        W, b = np.ones((2, 3), dtype), np.zeros(3, dtype)
        assert Affine(W, b).W is W and Affine(W, b).b is b
        filters = np.ones((3, 1, 2, 2), dtype)
        assert Convolution(filters, b).W is filters and Convolution(filters, b).b is b
        gamma = np.ones(3, dtype)
        assert BatchNormalization(gamma, b).gamma is gamma
        assert BatchNormalization(gamma, b).beta is b
        layer = Affine(W, b)
        W += 1
        np.testing.assert_array_equal(layer.forward(np.ones((1, 2), dtype)), [[4, 4, 4]])


# ---- softmax with loss ------------------------------------------------------------------------


def test_loss_numbers_of_chapter_5():
    layer = SoftmaxWithLoss()
    for y, d in (((0.3, 0.2, 0.5), (0.3, -0.8, 0.5)), ((0.01, 0.99, 1e-30), (0.01, -0.01, 0))):
        loss = layer.forward(np.log(np.array([y])), np.array([[0, 1, 0]]))
        assert loss == pytest.approx(-np.log(y[1]))
        np.testing.assert_allclose(layer.y, [y], atol=1e-12)
        np.testing.assert_allclose(layer.backward(), [d], atol=1e-12)
        assert layer.loss == loss


def test_the_loss_is_the_mean_over_the_batch_and_its_slope_carries_1_over_N():
    x, t = normal(4, 3), np.array([0, 2, 1, 1])
    layer = SoftmaxWithLoss()
    whole, dx = layer.forward(x, t), layer.backward()
    singles, slopes = [], []
    for i in range(4):
        singles.append(layer.forward(x[i : i + 1], t[i : i + 1]))
        slopes.append(layer.backward()[0] / 4)
    assert whole == pytest.approx(np.mean(singles))
    np.testing.assert_allclose(dx, slopes)


LABELS = {
    "int8": np.array([0, 2, 1], np.int8),
    "uint8": np.array([0, 2, 1], np.uint8),
    "uint64": np.array([0, 2, 1], np.uint64),
    "list": [0, 2, 1],
    "one-hot": np.eye(3)[[0, 2, 1]],
    "one-hot integers": np.eye(3, dtype=np.uint8)[[0, 2, 1]],
    "one-hot booleans": np.eye(3, dtype=bool)[[0, 2, 1]],
    "one-hot list": [[1, 0, 0], [0, 0, 1], [0, 1, 0]],
}


@pytest.mark.parametrize("kind", LABELS)
def test_every_form_of_label_gives_the_same_loss_and_slope(kind):
    """Three samples and three classes: the shape in which the two forms are easily confused."""
    x, layer = normal(3, 3), SoftmaxWithLoss()
    expected = -np.log(layers.softmax(x)[np.arange(3), [0, 2, 1]]).mean()
    assert layer.forward(x, LABELS[kind]) == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(layer.backward(), (layer.y - np.eye(3)[[0, 2, 1]]) / 3)
    assert np.shape(layer.t) == np.shape(LABELS[kind])


BAD_LABELS = [
    (np.array([[0], [2], [1]]), ValueError, r"labels have shape \(3, 1\).*\(3,\).*t.ravel\(\)"),
    (np.array([0, 2, 1, 1]), ValueError, r"labels have shape \(4,\); .*\(3, 4\)"),
    (np.array([0, 2]), ValueError, r"labels have shape \(2,\); .*\(3, 4\)"),
    (np.eye(3), ValueError, r"labels have shape \(3, 3\); .*\(3, 4\)"),
    (1, ValueError, r"labels have shape \(\); .*\(3, 4\)"),
    (np.array([0, 4, 1]), ValueError, "label 4 arrived, but 4 outputs know 0 to 3"),
    (np.array([0, -1, 1]), ValueError, "label -1 arrived, but 4 outputs know 0 to 3"),
    (np.array([0.0, 2.0, 1.0]), TypeError, r"float64.*t.astype\(int\)"),
    (np.array([True, False, True]), TypeError, r"bool.*integers"),
    (np.array(["a", "b", "c"]), TypeError, "class numbers are"),
    (np.full((3, 4), "a"), TypeError, "labels: numbers were expected"),
    (np.array([None, 1, 2]), TypeError, "class numbers are object"),
    ([[0, 1], [2]], TypeError, "different lengths"),
    (np.full((3, 4), 0.5), ValueError, "sum to 1; the lowest is 0.5, a sum is off by 1"),
    (np.zeros((3, 4)), ValueError, "sum to 1; the lowest is 0, a sum is off by 1"),
    (np.tile([2.0, -1, 0, 0], (3, 1)), ValueError, "the lowest is -1, a sum is off by 0"),
    (np.full((3, 4), np.nan), ValueError, "the lowest is nan"),
]


@pytest.mark.parametrize(("t", "kind", "message"), BAD_LABELS)
def test_labels_that_do_not_fit_are_refused_and_change_nothing(t, kind, message):
    layer = SoftmaxWithLoss()
    layer.forward(normal(3, 4), [0, 1, 2])
    before = snapshot(layer)
    with pytest.raises(kind, match=f"^SoftmaxWithLoss.*{message}"):
        layer.forward(normal(3, 4, seed=2), t)
    assert snapshot(layer) == before


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (2, 3, 4), ()])
def test_scores_that_are_no_batch_of_rows_are_refused(shape):
    with pytest.raises(ValueError, match=re.escape(str(shape))):
        SoftmaxWithLoss().forward(np.ones(shape), np.zeros(shape[:1], int))


def test_float64_labels_and_a_float64_dout_do_not_widen_a_float32_slope():
    layer = SoftmaxWithLoss()
    layer.forward(normal(2, 3).astype(np.float32), np.eye(3)[[0, 1]])
    assert layer.backward(np.float64(2)).dtype == np.float32


def test_the_loss_stays_exact_where_probabilities_underflow():
    layer = SoftmaxWithLoss()
    assert layer.forward(np.array([[0.0, 1000.0]]), [0]) == 1000
    assert layer.forward(np.array([[0.0, -1000.0]]), [0]) == 0
    assert layer.forward(np.array([[0.0, -np.inf]]), np.array([[1.0, 0.0]])) == 0
    assert layer.forward(np.array([[0.0, -np.inf]]), [1]) == np.inf


# ---- dropout ----------------------------------------------------------------------------------


def test_dropout_draws_as_the_book_does_and_multiplies_with_its_mask():
    x, layer = normal(50, 4), Dropout(0.3)
    np.random.seed(3)
    out = layer.forward(x)
    np.random.seed(3)
    mask = np.random.rand(*x.shape) > 0.3
    np.testing.assert_array_equal(layer.mask, mask)
    np.testing.assert_array_equal(out, x * mask)
    np.testing.assert_array_equal(layer.backward(np.ones(x.shape)), mask)


def test_a_draw_of_just_the_ratio_is_dropped_as_in_the_book(monkeypatch):
    monkeypatch.setattr(np.random, "random", lambda shape: np.full(shape, 0.25))
    assert not Dropout(0.25).forward(np.ones(3)).any()
    assert Dropout(0.24).forward(np.ones(3)).all()


def test_dropout_drops_its_share_and_the_test_has_the_same_mean():
    layer = Dropout(0.3, rng=0)
    x = np.ones((400, 100))
    assert layer.forward(x).mean() == pytest.approx(0.7, abs=0.01)
    np.testing.assert_allclose(layer.forward(x, train_flg=False), 0.7)
    np.testing.assert_array_equal(Dropout(0).forward(x), x)


def test_an_rng_of_its_own_leaves_the_global_state_alone():
    x = np.ones((3, 4))
    np.random.seed(0)
    before = np.random.get_state()[1].copy()
    one, two, other = (Dropout(0.5, rng).forward(x) for rng in (7, 7, 8))
    np.testing.assert_array_equal(np.random.get_state()[1], before)
    np.testing.assert_array_equal(one, two)
    assert (one != other).any()
    layer = Dropout(0.5, 7)
    assert (layer.forward(x) != layer.forward(x)).any()  # a seed starts once, not at every forward
    generator = np.random.default_rng(7)
    np.testing.assert_array_equal(Dropout(0.5, generator).forward(x), one)


# ---- batch normalisation ----------------------------------------------------------------------


def by_hand(x, axes):
    mean, var = x.mean(axis=axes, keepdims=True), x.var(axis=axes, keepdims=True)
    return (x - mean) / np.sqrt(var + 1e-6), mean, var


@pytest.mark.parametrize(
    ("shape", "size", "axes"),
    [((6, 4), 4, 0), ((6, 3, 2, 5), 3, (0, 2, 3)), ((6, 3, 2, 2), 12, 0), ((6, 4, 1), 4, 0),
     ((6, 2, 3), 6, 0), ((1, 3, 2, 2), 3, (0, 2, 3)), ((6, 4, 1, 1), 4, 0)],
)  # fmt: skip
def test_batch_norm_normalises_over_the_axes_that_gamma_names(shape, size, axes):
    x = 5 + 3 * normal(*shape)
    layer = BatchNormalization(np.ones(size), np.zeros(size))
    expected, mean, var = by_hand(x, axes)
    np.testing.assert_allclose(layer.forward(x), expected)
    np.testing.assert_allclose(layer.running_mean, 0.1 * mean.ravel())
    np.testing.assert_allclose(layer.running_var, 0.1 * var.ravel())
    assert layer.backward(np.ones(shape)).shape == shape


def test_batch_norm_scales_and_shifts_each_feature():
    gamma, beta, x = np.array([2.0, 3.0]), np.array([-1.0, 1.0]), normal(5, 2)
    out = BatchNormalization(gamma, beta).forward(x)
    np.testing.assert_allclose(out, gamma * by_hand(x, 0)[0] + beta)


def test_running_statistics_move_towards_the_batches_and_serve_the_test():
    layer = BatchNormalization(np.ones(2), np.zeros(2), momentum=0.5)
    a, b = normal(6, 2, seed=1), 4 + normal(6, 2, seed=2)
    layer.forward(a)
    layer.forward(b)
    mean, var = 0.25 * a.mean(0) + 0.5 * b.mean(0), 0.25 * a.var(0) + 0.5 * b.var(0)
    np.testing.assert_allclose(layer.running_mean, mean)
    np.testing.assert_allclose(layer.running_var, var)
    x = normal(1, 2, seed=3)
    out = layer.forward(x, train_flg=False)
    np.testing.assert_allclose(out, (x - mean) / np.sqrt(var + 1e-6))
    np.testing.assert_allclose(layer.running_mean, mean)  # a test teaches nothing


def test_batch_norm_refuses_a_batch_of_one_and_a_test_before_training():
    layer = BatchNormalization(np.ones(2), np.zeros(2))
    with pytest.raises(ValueError, match=r"\(1, 2\).*two values or more.*larger batch"):
        layer.forward(np.ones((1, 2)))
    assert layer.running_mean is None
    with pytest.raises(RuntimeError, match=r"no running mean.*train first"):
        layer.forward(np.ones((3, 2)), train_flg=False)


def test_batch_norm_of_one_feature_asks_for_rows_too():
    with pytest.raises(ValueError, match=r"x has shape \(7,\); rows \(N, 1\)"):
        BatchNormalization(np.ones(1), np.zeros(1)).forward(np.ones(7))


def test_a_batch_too_wide_to_square_has_no_answer():
    layer = BatchNormalization(np.ones(1), np.zeros(1))
    with np.errstate(over="ignore"):
        assert np.isnan(layer.forward(np.array([[1e200], [-1e200]]))).all()


def test_running_statistics_that_were_handed_in_stay_the_callers():
    mean, var = np.array([1, 2]), np.array([1, 1])
    layer = BatchNormalization(np.ones(2), np.zeros(2), running_mean=mean, running_var=var)
    layer.forward(normal(5, 2))
    np.testing.assert_array_equal(mean, [1, 2])
    np.testing.assert_array_equal(var, [1, 1])
    np.testing.assert_allclose(layer.running_mean, [0.9, 1.8] + 0.1 * normal(5, 2).mean(axis=0))


# ---- convolution and pooling against loops ----------------------------------------------------


def convolve(x, W, b, stride, pad):
    """Seven loops, one multiplication."""
    n, c, h, w = x.shape
    fn, _, fh, fw = W.shape
    oh, ow = (h + 2 * pad - fh) // stride + 1, (w + 2 * pad - fw) // stride + 1
    framed = np.zeros((n, c, h + 2 * pad, w + 2 * pad))
    framed[:, :, pad : pad + h, pad : pad + w] = x
    out = np.zeros((n, fn, oh, ow))
    for i, f, y, z in np.ndindex(out.shape):
        for ch, dy, dz in np.ndindex(c, fh, fw):
            out[i, f, y, z] += framed[i, ch, y * stride + dy, z * stride + dz] * W[f, ch, dy, dz]
        out[i, f, y, z] += b[f]
    return out


def pool(x, ph, pw, stride, pad):
    """out, where each winner stands in its window, and dx for a dout of 1, 2, 3, …"""
    n, c, h, w = x.shape
    oh, ow = (h + 2 * pad - ph) // stride + 1, (w + 2 * pad - pw) // stride + 1
    out, where, dx = np.zeros((n, c, oh, ow)), np.zeros((n, c, oh, ow), int), np.zeros(x.shape)
    for number, (i, ch, y, z) in enumerate(np.ndindex(out.shape), start=1):
        best = -np.inf
        for dy, dz in np.ndindex(ph, pw):
            row, column = y * stride + dy - pad, z * stride + dz - pad
            if 0 <= row < h and 0 <= column < w and x[i, ch, row, column] > best:
                best, winner = x[i, ch, row, column], (i, ch, row, column)
                where[i, ch, y, z] = dy * pw + dz
        out[i, ch, y, z] = best
        dx[winner] += number
    return out, where, dx


sides = st.integers(1, 4)
FEW = settings(max_examples=60, deadline=None, derandomize=True, database=None)


@FEW
@given(
    shape=st.tuples(st.integers(1, 3), st.integers(1, 3), sides, sides), fn=st.integers(1, 3),
    fh=sides, fw=sides, stride=st.integers(1, 3), pad=st.integers(0, 2),
)  # fmt: skip
def test_convolution_gives_what_seven_loops_give(shape, fn, fh, fw, stride, pad):
    x, W, b = normal(*shape), normal(fn, shape[1], fh, fw, seed=2), normal(fn, seed=3)
    layer = Convolution(W, b, stride, pad)
    if fh > shape[2] + 2 * pad or fw > shape[3] + 2 * pad:
        with pytest.raises(ValueError, match="does not fit into"):
            layer.forward(x)
        return
    out = layer.forward(x)
    np.testing.assert_allclose(out, convolve(x, W, b, stride, pad), atol=1e-12)
    rows = (layer.col @ layer.col_W).reshape(shape[0], *out.shape[2:], fn)
    np.testing.assert_allclose(rows.transpose(0, 3, 1, 2) + b.reshape(-1, 1, 1), out, atol=1e-12)
    dout = normal(*out.shape, seed=4)
    dx = layer.backward(dout)  # forward is linear in x and in W: its transpose is backward
    zero = np.zeros(fn)
    for v in (normal(*shape, seed=5),):
        a = np.sum(convolve(v, W, zero, stride, pad) * dout)
        assert a == pytest.approx(np.sum(dx * v), abs=1e-10)
    V = normal(*W.shape, seed=6)
    a = np.sum(convolve(x, V, zero, stride, pad) * dout)
    assert a == pytest.approx(np.sum(layer.dW * V), abs=1e-10)
    np.testing.assert_allclose(layer.db, dout.sum(axis=(0, 2, 3)))


@FEW
@given(
    shape=st.tuples(st.integers(1, 2), st.integers(1, 3), sides, sides), ph=sides, pw=sides,
    stride=st.integers(1, 3), pad=st.integers(0, 2), levels=st.integers(1, 50),
)  # fmt: skip
def test_pooling_gives_what_loops_give_with_ties(shape, ph, pw, stride, pad, levels):
    if pad >= min(ph, pw) or ph > shape[2] + 2 * pad or pw > shape[3] + 2 * pad:
        return
    x = np.random.default_rng(1).integers(-levels, 1, shape).astype(float)  # none above 0
    layer = Pooling(ph, pw, stride, pad)
    out, where, dx = pool(x, ph, pw, stride, pad)
    np.testing.assert_array_equal(layer.forward(x), out)
    np.testing.assert_array_equal(layer.arg_max, where.transpose(0, 2, 3, 1).ravel())
    counted = np.arange(1.0, out.size + 1).reshape(out.shape)
    np.testing.assert_array_equal(layer.backward(counted), dx)


IMAGE = np.array([[1, 2, 3, 0], [0, 1, 2, 3], [3, 0, 1, 2], [2, 3, 0, 1]]).reshape(1, 1, 4, 4)
FILTER = np.array([[2, 0, 1], [0, 1, 2], [1, 0, 2]]).reshape(1, 1, 3, 3)


def test_convolution_numbers_of_chapter_7():
    assert Convolution(FILTER, 0).forward(IMAGE).tolist() == [[[[15, 16], [6, 15]]]]
    assert Convolution(FILTER, [3]).forward(IMAGE).tolist() == [[[[18, 19], [9, 18]]]]
    padded = [[7, 12, 10, 2], [4, 15, 16, 10], [10, 6, 15, 6], [8, 10, 4, 3]]
    assert Convolution(FILTER, 0, pad=1).forward(IMAGE)[0, 0].tolist() == padded
    wide = np.tile(IMAGE, (1, 1, 2, 2))[:, :, :7, :7]
    strided = Convolution(FILTER, 0, stride=2).forward(wide)[0, 0]
    assert strided.tolist() == [[15, 17, 15], [17, 15, 17], [15, 17, 15]]


def test_pooling_halves_an_image_and_padding_never_wins():
    x = np.array([[1, 2, 1, 0], [0, 1, 2, 3], [3, 0, 1, 2], [2, 4, 0, 1]]).reshape(1, 1, 4, 4)
    assert Pooling(2, 2).forward(x).tolist() == [[[[2, 3], [4, 2]]]]
    assert (Pooling(2, 2, 1, 1).forward(-np.ones((1, 1, 3, 3))) == -1).all()


def test_a_frame_of_padding_takes_no_slope_whatever_the_pixels_are():
    for value in (-np.inf, 0, np.inf):
        layer = Pooling(2, 2, 1, 1)
        out = layer.forward(np.full((1, 1, 2, 2), value))
        assert (out == value).all()
        np.testing.assert_array_equal(layer.backward(np.ones(out.shape))[0, 0], [[4, 2], [2, 1]])


def test_the_first_maximum_wins_a_tie():
    layer = Pooling(2, 2)
    layer.forward(np.zeros((1, 1, 2, 4)))
    dx = layer.backward(np.array([5.0, 7.0]).reshape(1, 1, 1, 2))
    np.testing.assert_array_equal(dx[0, 0], [[5, 0, 7, 0], [0, 0, 0, 0]])


@pytest.mark.parametrize("layer", [Convolution(np.ones((1, 1, 3, 3)), 0), Pooling(3, 3)])
def test_a_window_that_does_not_fit_is_refused_and_changes_nothing(layer):
    out = layer.forward(normal(1, 1, 5, 5))
    before, dx = snapshot(layer), layer.backward(np.ones(out.shape))
    with pytest.raises(ValueError, match="filter of 3 does not fit into 2 pixels with pad 0"):
        layer.forward(np.ones((1, 1, 4, 2)))
    np.testing.assert_array_equal(layer.backward(np.ones(out.shape)), dx)
    if isinstance(layer, Pooling):
        assert snapshot(layer) == before


def test_convolution_names_the_channels():
    layer = Convolution(np.ones((2, 3, 2, 2)), 0)
    with pytest.raises(ValueError, match=r"\(1, 1, 5, 5\) has 1 channel.*\(2, 3, 2, 2\) expects 3"):
        layer.forward(np.ones((1, 1, 5, 5)))
    with pytest.raises(ValueError, match=r"\(N, C, H, W\).*\(28, 28\) arrived.*reshape"):
        layer.forward(np.ones((28, 28)))


def test_uint8_pixels_do_not_wrap_around():
    pixels = np.full((1, 1, 4, 4), 200, np.uint8)
    assert Convolution(np.ones((1, 1, 2, 2), np.uint8), 0).forward(pixels).max() == 800
    assert Pooling(2, 2, pad=1).forward(pixels).max() == 200
    assert Affine(np.ones((16, 1)), np.zeros(1)).forward(pixels) == 3200
    assert Relu().forward(pixels).dtype == np.float64

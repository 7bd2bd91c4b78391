"""Laws × layers: one table of layers, and the laws that every one of them obeys.

A new layer needs a row in CASES; then all laws hold it. What is particular to one layer stands
below the laws; what layers refuse stands in test_doors.py.
"""

import copy
import inspect
import pickle
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common import layers
from common.conv_layers import Convolution, Pooling
from common.layers import Affine, BatchNormalization, Dropout, Relu, Sigmoid, SoftmaxWithLoss, Tanh
from tests.common.laws import NO_NUMBERS, SHAPES, attempt, far_apart, few, normal


def away_from_zero(*shape):
    """Numbers of both signs with a distance from 0, the kink of Relu."""
    x = normal(*shape)
    return x + 0.1 * np.sign(x)


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
    fits: tuple = ()  # the changes of x in laws.SHAPES that fit, too


def affine(*shape):
    return lambda dtype: Affine(normal(*shape).astype(dtype), normal(shape[1]).astype(dtype))


def convolution(*shape, **options):
    W, b = normal(*shape), normal(shape[0])
    return lambda dtype: Convolution(W.astype(dtype), b.astype(dtype), **options)


def batch_norm(size, trained=False):
    """With running statistics of its own, if it is trained."""
    given = [1 + 0.1 * normal(size), normal(size, seed=2)]
    given += [0.9, normal(size, seed=3), np.full(size, 1.3)] if trained else []
    return lambda dtype: BatchNormalization(*(np.asarray(v, dtype)[()] for v in given))


def with_labels(t, *fits):
    return {"run": lambda layer, x: layer.forward(x, t), "by_rows": False, "fits": fits}


def with_one_mask(layer, x):
    np.random.seed(5)
    return layer.forward(x, train_flg=True)


SOFT = np.array([[0.2, 0.5, 0.3], [1, 0, 0], [0, 0.5, 0.5], [0.1, 0.1, 0.8]], np.float32)
ANY, MORE, WIDER = {"fits": tuple(SHAPES)}, "an axis more", "a column more"
WB, NORM = {"params": ("W", "b")}, {"params": ("gamma", "beta"), "by_rows": False}
CONV, POOL = {**WB, "fits": (WIDER,)}, {"draw": far_apart, "fits": (WIDER,)}
TEST = {"run": lambda layer, x: layer.forward(x, train_flg=False)}
MASK = {"run": with_one_mask, "by_rows": False, **ANY}
CASES = {
    "relu": Case(lambda _: Relu(), (2, 3, 4, 5), **ANY),
    "sigmoid": Case(lambda _: Sigmoid(), (4, 5), **ANY),
    "tanh": Case(lambda _: Tanh(), (4, 5), **ANY),
    "affine": Case(affine(5, 3), (4, 5), **WB),
    "affine, batch of one": Case(affine(5, 3), (1, 5), other=(3, 5), fits=(MORE,), **WB),
    "affine, images": Case(affine(24, 5), (3, 2, 3, 4), other=(2, 4, 3, 2), **WB),
    "loss, class numbers": Case(
        lambda _: SoftmaxWithLoss(), (4, 3), **with_labels([0, 2, 1, 1], WIDER)),
    "loss, one-hot": Case(lambda _: SoftmaxWithLoss(), (3, 3), **with_labels(np.eye(3))),
    "loss, soft labels": Case(lambda _: SoftmaxWithLoss(), (4, 3), **with_labels(SOFT)),
    "loss, one sample": Case(lambda _: SoftmaxWithLoss(), (3,), **with_labels([2], MORE, WIDER)),
    "dropout": Case(lambda _: Dropout(0.4), (2, 3, 4, 5), **MASK),
    "dropout, test": Case(lambda _: Dropout(0.4), (4, 5), **TEST, **ANY),
    "batch norm, rows": Case(batch_norm(5), (4, 5), **NORM),
    "batch norm, per channel": Case(
        batch_norm(3), (4, 3, 2, 5), other=(2, 3, 4, 3), fits=(WIDER,), **NORM),
    "batch norm, per position": Case(batch_norm(12), (4, 3, 2, 2), **NORM),
    "batch norm, rows, test": Case(batch_norm(5, True), (4, 5), **TEST, params=NORM["params"]),
    "batch norm, per channel, test": Case(
        batch_norm(3, True), (4, 3, 2, 5), **TEST, params=NORM["params"], fits=(WIDER,)),
    "convolution": Case(convolution(2, 3, 2, 3), (2, 3, 4, 6), other=(2, 3, 6, 4), **CONV),
    "convolution, pad": Case(convolution(2, 2, 3, 3, pad=1), (2, 2, 4, 3), **CONV),
    "convolution, remainder": Case(
        convolution(3, 2, 3, 2, stride=3, pad=1), (2, 2, 6, 9), other=(2, 2, 9, 6), **CONV),
    "convolution, whole image": Case(
        convolution(4, 2, 3, 4), (2, 2, 3, 4), other=(3, 2, 4, 4), **CONV),
    "convolution, nine images": Case(convolution(2, 2, 2, 2), (9, 2, 3, 4), **CONV),
    "convolution, gaps": Case(convolution(2, 2, 1, 2, stride=3), (2, 2, 7, 8), **CONV),
    "convolution, b = 0": Case(
        lambda dtype: Convolution(far_apart(2, 2, 3, 3).astype(dtype), 0), (2, 2, 5, 4),
        params=("W",), fits=(WIDER,)),
    "pooling": Case(lambda _: Pooling(2, 2), (2, 3, 4, 6), other=(2, 1, 6, 4), **POOL),
    "pooling, overlap": Case(lambda _: Pooling(3, 3, 2), (2, 2, 7, 7), **POOL),
    "pooling, remainder": Case(lambda _: Pooling(2, 3, 3), (2, 2, 7, 8), **POOL),
    "pooling, pad": Case(lambda _: Pooling(3, 2, 1, 1), (2, 2, 4, 5), **POOL),
}  # fmt: skip
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


def back(case, layer, dout):
    """dx and the slopes of the parameters."""
    return [layer.backward(dout), *(getattr(layer, f"d{name}") for name in case.params)]


def both_ways(case, layer, x, dout=None):
    """forward, backward: out, dx and the slopes of the parameters, as copies."""
    out = case.run(layer, x)
    dout = dout_for(out, out.dtype) if dout is None else dout
    return [np.copy(a) for a in (out, *back(case, layer, dout))]


def assert_same(found, expected, **tolerance):
    for a, b in zip(found, expected, strict=True):
        if tolerance:
            np.testing.assert_allclose(a, b, **tolerance)
        else:
            np.testing.assert_array_equal(a, b)


# ---- laws -------------------------------------------------------------------------------------


@each_case
def test_backward_is_the_slope_of_forward(case):
    x, layer = case.draw(*case.shape), case.make(float)
    out, dx, *slopes = both_ways(case, layer, x)
    dout = dout_for(out)

    def cost(value, name):
        other = case.make(float)
        if name != "x":
            setattr(other, name, value)
        return np.sum(case.run(other, value if name == "x" else x) * dout)

    for name, d in zip(("x", *case.params), (dx, *slopes), strict=True):
        at = x if name == "x" else getattr(layer, name)
        numeric = slope(lambda value, name=name: cost(value, name), at)
        assert d.shape == at.shape
        assert np.linalg.norm(numeric) > 0.01
        assert apart(d, numeric) < 1e-6, name


@each_case
def test_backward_is_linear_in_dout_and_may_run_again(case):
    layer = case.make(float)
    out, *expected = both_ways(case, layer, case.draw(*case.shape))
    for factor in (1.0, 0.0, 2.0, -0.5):
        again = back(case, layer, factor * dout_for(out))
        assert_same(again, [factor * d for d in expected], rtol=1e-12, atol=1e-13)


@each_case
def test_arguments_and_parameters_are_not_touched(case):
    layer, x = case.make(float), case.draw(*case.shape)
    dout = dout_for(case.run(layer, x))
    kept = [a.copy() for a in (x, dout, *(getattr(layer, name) for name in case.params))]
    out = case.run(layer, x)
    mine = [out, *back(case, layer, dout)]
    assert_same([x, dout, *(getattr(layer, name) for name in case.params)], kept)
    for a in mine:
        assert not np.shares_memory(a, x) and not np.shares_memory(a, dout)


@each_case
def test_results_stay_and_the_last_batch_is_forgotten_when_the_layer_runs_again(case):
    layer, x = case.make(float), case.draw(*case.shape)
    out = case.run(layer, x)
    first = [out, *back(case, layer, dout_for(out))]
    kept = [np.copy(a) for a in first]
    if isinstance(layer, SoftmaxWithLoss):
        other = layer.forward(normal(6, 8), np.arange(6))
    else:
        other = case.run(layer, case.draw(*(case.other or (2, *case.shape[1:]))))
    layer.backward(dout_for(other))
    assert_same(first, kept)
    assert_same(both_ways(case, layer, x), kept)


@pytest.mark.parametrize("case", [c for c in CASES.values() if c.by_rows])
def test_a_batch_gives_what_its_samples_give_one_by_one(case):
    x = case.draw(*case.shape)
    out, dx, *slopes = both_ways(case, case.make(float), x)
    rows = [slice(i, i + 1) for i in range(len(x))]
    singles = [both_ways(case, case.make(float), x[i], dout_for(out)[i]) for i in rows]
    outs, dxs, *parts = zip(*singles, strict=True)
    assert_same((np.concatenate(outs), np.concatenate(dxs)), (out, dx), rtol=1e-7)
    assert_same([np.sum(part, axis=0) for part in parts], slopes, rtol=1e-7, atol=1e-12)


@each_case
def test_float32_stays_float32(case):
    x = case.draw(*case.shape)
    found = both_ways(case, case.make(np.float32), x.astype(np.float32))
    start = 0 if found[0].ndim else 1  # a loss is one number: more digits do no harm there
    assert {a.dtype for a in found[start:]} == {np.dtype(np.float32)}
    for a, b in zip(found, both_ways(case, case.make(float), x), strict=True):
        assert apart(a, b) < 1e-5


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
    both_ways(case, layer, case.draw(*case.shape))
    assert all(getattr(layer, name) is not None for name in names)


@each_case
def test_a_layer_can_be_copied_and_pickled(case):
    layer, x = case.make(float), case.draw(*case.shape)
    copies = lambda: (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer)))
    fresh, expected = copies(), both_ways(case, layer, x)
    for twin in fresh:
        assert_same(both_ways(case, twin, x), expected)
    for twin in copies():
        assert_same(back(case, twin, dout_for(expected[0])), expected[1:])


@each_case
def test_what_is_refused_changes_nothing(case):
    layer, x = case.make(float), case.draw(*case.shape)
    out, *expected = both_ways(case, layer, x)
    before = pickle.dumps(layer)
    for bad in NO_NUMBERS.values():
        assert attempt(lambda bad=bad: case.run(layer, bad))[1] and attempt(layer.backward, bad)[1]
    assert attempt(layer.backward, np.ones((9, 9, 9)))[1]
    assert pickle.dumps(layer) == before
    if attempt(lambda: case.run(layer, np.ones((2, 7, 2, 2, 2))))[1]:
        assert_same(back(case, layer, dout_for(out)), expected)


def test_every_layer_has_a_row_in_the_table():
    offered = {
        name
        for name, item in vars(layers).items()
        if inspect.isclass(item) and hasattr(item, "backward")
    }
    assert offered == {type(case.make(float)).__name__ for case in CASES.values()}


# ---- one layer at a time ----------------------------------------------------------------------


def test_relu_blocks_what_is_not_positive_and_says_so_in_its_mask():
    layer = Relu()
    np.testing.assert_array_equal(layer.forward([[1.0, -0.5], [-2, 3]]), [[1, 0], [0, 3]])
    np.testing.assert_array_equal(layer.mask, [[False, True], [True, False]])
    layer.forward(np.array([0.0]))
    assert layer.backward(np.array([5.0])) == 0  # at the kink
    layer.forward([-1.0, 1.0])
    with np.errstate(invalid="ignore"):
        dx = layer.backward([np.inf, np.inf])
    assert np.isnan(dx[0]) and dx[1] == np.inf  # 0 · inf


@pytest.mark.parametrize("name", ["affine", "affine, images", "convolution, pad"])
def test_a_first_layer_may_leave_dx_out(name):
    case = CASES[name]
    layer, x = case.make(float), case.draw(*case.shape)
    _, _, *slopes = both_ways(case, case.make(float), x)
    assert layer.backward(dout_for(case.run(layer, x)), need_dx=False) is None
    assert_same([getattr(layer, f"d{n}") for n in case.params], slopes)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_layer_holds_the_very_array_that_it_was_given(dtype):
    W, b, filters = np.ones((2, 3), dtype), np.zeros(3, dtype), np.ones((3, 1, 2, 2), dtype)
    gamma = np.ones(3, dtype)
    affine, norm = Affine(W, b), BatchNormalization(gamma, b)
    convolution = Convolution(filters, b)
    assert affine.W is W and convolution.W is filters and norm.gamma is gamma
    assert affine.b is b and convolution.b is b and norm.beta is b
    W += 1
    np.testing.assert_array_equal(affine.forward(np.ones((1, 2), dtype)), [[4, 4, 4]])


def test_where_nobody_says_otherwise_filters_stop_everywhere_and_pools_at_every_second_pixel():
    assert Convolution(np.ones((1, 1, 2, 2)), 0).forward(np.ones((1, 1, 6, 5))).shape[2:] == (5, 4)
    assert Pooling(2, 2).forward(np.ones((1, 1, 6, 5))).shape[2:] == (3, 2)


@pytest.mark.parametrize("layer", [Relu(), Sigmoid(), Tanh(), Dropout()])
def test_an_empty_batch_comes_back_empty(layer):
    assert layer.forward(np.empty((0, 5))).shape == (0, 5)
    assert layer.backward(np.empty((0, 5))).shape == (0, 5)


# ---- softmax with loss ------------------------------------------------------------------------


def test_loss_numbers_of_chapter_5():
    layer = SoftmaxWithLoss()
    for y, d in (((0.3, 0.2, 0.5), (0.3, -0.8, 0.5)), ((0.01, 0.99, 1e-30), (0.01, -0.01, 0))):
        loss = layer.forward(np.log(np.array([y])), np.array([[0, 1, 0]]))
        assert loss == layer.loss == pytest.approx(-np.log(y[1]))
        np.testing.assert_allclose(layer.y, [y], atol=1e-12)
        np.testing.assert_allclose(layer.backward(), [d], atol=1e-12)
    assert layer.forward(np.array([[0.0, 1000.0]]), [0]) == 1000  # where probabilities underflow
    assert layer.forward(np.array([[0.0, -1000.0]]), [0]) == 0


def test_labels_of_one_row_and_of_as_many_rows_as_classes_are_not_confused():
    x, layer = normal(3, 3), SoftmaxWithLoss()
    expected = -np.log(layers.softmax(x)[np.arange(3), [0, 2, 1]]).mean()
    for t in ([0, 2, 1], np.eye(3)[[0, 2, 1]], np.eye(3, dtype=int)[[0, 2, 1]].tolist()):
        assert layer.forward(x, t) == pytest.approx(expected, rel=1e-12)
        np.testing.assert_allclose(layer.backward(), (layer.y - np.eye(3)[[0, 2, 1]]) / 3)
        assert np.shape(layer.t) == np.shape(t)


def test_a_column_of_one_label_is_a_class_number_as_in_the_books_gradient_check():
    x = normal(1, 3)
    assert SoftmaxWithLoss().forward(x, [[2]]) == SoftmaxWithLoss().forward(x, [2])
    assert SoftmaxWithLoss().forward(normal(1, 1), [[1.0]]) == 0  # a share of the only class


# ---- dropout ----------------------------------------------------------------------------------


def test_dropout_draws_as_the_book_does_and_multiplies_with_its_mask():
    x, layer = normal(50, 4), Dropout(0.3)
    np.random.seed(3)
    out = layer.forward(x)
    np.random.seed(3)
    draws = np.random.rand(*x.shape)
    np.testing.assert_array_equal(layer.mask, draws > 0.3)
    np.testing.assert_array_equal(out, x * (draws > 0.3))
    np.testing.assert_array_equal(layer.backward(np.ones(x.shape)), draws > 0.3)
    np.random.seed(3)
    assert Dropout(draws[0, 0]).forward(np.ones(1)) == 0  # a draw of just the ratio is dropped


def test_dropout_drops_its_share_and_the_test_has_the_same_mean():
    layer, x = Dropout(0.3, rng=0), np.ones((400, 100))
    assert layer.forward(x).mean() == pytest.approx(0.7, abs=0.01)
    np.testing.assert_allclose(layer.forward(x, train_flg=False), 0.7)
    np.testing.assert_array_equal(Dropout(0).forward(x), x)
    assert Dropout(np.float64(0.5)).forward(np.ones(2, np.float32), False).dtype == np.float32


def test_an_rng_of_its_own_leaves_the_global_state_alone():
    x = np.ones((3, 4))
    np.random.seed(0)
    before = np.random.get_state()[1].copy()
    one, two, three, other = (
        Dropout(0.5, rng).forward(x) for rng in (7, 7, np.random.default_rng(7), 8)
    )
    np.testing.assert_array_equal(np.random.get_state()[1], before)
    assert (one == two).all() and (one == three).all() and (one != other).any()
    layer = Dropout(0.5, 7)
    assert (layer.forward(x) != layer.forward(x)).any()  # a seed starts once, not at every forward


# ---- batch normalisation ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "size", "axes"),
    [((6, 4), 4, 0), ((6, 3, 2, 5), 3, (0, 2, 3)), ((6, 3, 2, 2), 12, 0), ((6, 4, 1), 4, 0),
     ((6, 2, 3), 6, 0), ((1, 3, 2, 2), 3, (0, 2, 3)), ((6, 4, 1, 1), 4, 0)],
)  # fmt: skip
def test_batch_norm_normalises_over_the_axes_that_gamma_names(shape, size, axes):
    x = 5 + 3 * normal(*shape)
    mean, var = x.mean(axis=axes, keepdims=True), x.var(axis=axes, keepdims=True)
    layer = BatchNormalization(np.full(size, 2.0), np.full(size, -1.0))
    np.testing.assert_allclose(layer.forward(x), 2 * (x - mean) / np.sqrt(var + 1e-6) - 1)
    np.testing.assert_allclose(layer.running_mean, 0.1 * mean.ravel())
    np.testing.assert_allclose(layer.running_var, 0.1 * var.ravel())
    assert layer.backward(np.ones(shape)).shape == shape


def test_running_statistics_move_towards_the_batches_and_serve_the_test():
    a, b, x = normal(6, 2, seed=1), 4 + normal(6, 2, seed=2), normal(1, 2, seed=3)
    start = np.array([1, 2]), np.array([1, 1])  # of the caller: they stay
    for first in (np.zeros(2), np.zeros(2)), start:
        layer = BatchNormalization(np.ones(2), np.zeros(2), 0.5, *(first if first is start else ()))
        layer.forward(a)
        layer.forward(b)
        mean = 0.25 * first[0] + 0.25 * a.mean(0) + 0.5 * b.mean(0)
        var = 0.25 * first[1] + 0.25 * a.var(0) + 0.5 * b.var(0)
        out = layer.forward(x, train_flg=False)
        np.testing.assert_allclose(out, (x - mean) / np.sqrt(var + 1e-6))
        np.testing.assert_allclose(layer.running_mean, mean)  # a test teaches nothing
        np.testing.assert_allclose(layer.running_var, var)
    assert (start[0].tolist(), start[1].tolist()) == ([1, 2], [1, 1])


def test_a_batch_of_one_row_is_told_that_it_proves_nothing():
    layer = BatchNormalization(np.array([2.0, 3.0]), np.array([-1.0, 1.0]))
    with pytest.warns(RuntimeWarning, match=r"\(1, 2\)"):
        out = layer.forward(np.array([[5.0, 7.0]]))
    np.testing.assert_array_equal(out, [[-1, 1]])  # no spread: beta is all that is left
    np.testing.assert_array_equal(layer.backward(np.ones((1, 2))), [[0, 0]])


# ---- convolution and pooling against loops ----------------------------------------------------


def patches(x, fh, fw, stride, pad, value):
    """Loops over the stops: (i, y, z) and the window there, (C, FH, FW)."""
    frame = ((0, 0), (0, 0), (pad, pad), (pad, pad))
    framed = np.pad(x, frame, constant_values=value)
    sizes = [(framed.shape[2] - fh) // stride + 1, (framed.shape[3] - fw) // stride + 1]
    for i, y, z in np.ndindex(len(x), *sizes):
        yield i, y, z, framed[i, :, y * stride :, z * stride :][:, :fh, :fw]


def convolve(x, W, b, out, stride, pad):
    """out, filled by one sum of products a stop and filter."""
    for i, y, z, patch in patches(x, *W.shape[2:], stride, pad, 0):
        out[i, :, y, z] = np.sum(patch * W, axis=(1, 2, 3)) + b
    return out


sides = st.integers(1, 4)


@few(40)
@given(
    shape=st.tuples(st.integers(1, 3), st.integers(1, 3), sides, sides), fn=st.integers(1, 3),
    fh=sides, fw=sides, stride=st.integers(1, 3), pad=st.integers(0, 2),
)  # fmt: skip
def test_convolution_gives_what_loops_give(shape, fn, fh, fw, stride, pad):
    x, W, b = normal(*shape), normal(fn, shape[1], fh, fw, seed=2), normal(fn, seed=3)
    layer = Convolution(W, b, stride, pad)
    if fh > shape[2] + 2 * pad or fw > shape[3] + 2 * pad:
        assert type(attempt(lambda: layer.forward(x))[1]) is ValueError
        return
    out = layer.forward(x)
    by_loops = lambda x, W, b: convolve(x, W, b, np.full(out.shape, np.nan), stride, pad)
    np.testing.assert_allclose(out, by_loops(x, W, b), atol=1e-12)
    windows = [patch.ravel() for *_, patch in patches(x, fh, fw, stride, pad, 0)]
    np.testing.assert_array_equal(layer.col, windows)
    rows = (layer.col @ layer.col_W).reshape(shape[0], *out.shape[2:], fn)
    np.testing.assert_allclose(rows.transpose(0, 3, 1, 2) + b.reshape(-1, 1, 1), out, atol=1e-12)
    dout = normal(*out.shape, seed=4)
    dx = layer.backward(dout)  # forward is linear in x and in W: its transpose is backward
    v, V = normal(*shape, seed=5), normal(*W.shape, seed=6)
    there = np.sum(by_loops(v, W, 0) * dout), np.sum(by_loops(x, V, 0) * dout)
    assert there == pytest.approx((np.sum(dx * v), np.sum(layer.dW * V)), abs=1e-10)
    np.testing.assert_allclose(layer.db, dout.sum(axis=(0, 2, 3)))


@few(40)
@given(
    shape=st.tuples(st.integers(1, 2), st.integers(1, 3), sides, sides), ph=sides, pw=sides,
    stride=st.integers(1, 3), pad=st.integers(0, 2), levels=st.integers(1, 50),
)  # fmt: skip
def test_pooling_gives_what_loops_give_and_the_first_of_equals_wins(
    shape, ph, pw, stride, pad, levels
):
    if pad >= min(ph, pw) or ph > shape[2] + 2 * pad or pw > shape[3] + 2 * pad:
        return
    x = np.random.default_rng(1).integers(-levels, 1, shape).astype(float)  # none above 0
    layer = Pooling(ph, pw, stride, pad)
    out = layer.forward(x)
    numbers = np.arange(x.size).reshape(x.shape)  # which pixel is which
    dout, dx, best = np.arange(1.0, out.size + 1).reshape(out.shape), np.zeros(x.size), []
    pixels = patches(numbers, ph, pw, stride, pad, -1)
    windows = patches(x, ph, pw, stride, pad, -np.inf)
    for (i, y, z, patch), (*_, names) in zip(windows, pixels, strict=True):
        for c in range(shape[1]):
            best.append(patch[c].argmax())
            assert out[i, c, y, z] == patch[c].max()
            dx[names[c].flat[best[-1]]] += dout[i, c, y, z]
    assert layer.arg_max.tolist() == best
    np.testing.assert_array_equal(layer.backward(dout), dx.reshape(shape))

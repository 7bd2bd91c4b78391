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
from tests.common.laws import (
    BAD_LABELS,
    DRESSES,
    LAYOUTS,
    NO_NUMBERS,
    SHAPES,
    attempt,
    far_apart,
    few,
    normal,
)


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


@each_case
def test_a_batch_may_come_in_any_dress(case):
    x = case.draw(*case.shape)
    dout = dout_for(case.run(case.make(float), x))
    for dress in DRESSES.values():
        given = dress(3 * x)
        expected = both_ways(case, case.make(float), np.array(given, float), dout)
        for layout in LAYOUTS.values():
            found = both_ways(case, case.make(float), given, layout(dout))
            exact = not hasattr(given, "dtype") or given.dtype.kind != "f" or given.itemsize == 8
            assert_same(found, expected, rtol=0, atol=1e-10 if exact else 0.05)


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
    out, *slopes = both_ways(case, layer, x)
    before, dout = pickle.dumps(layer), dout_for(out)
    forward = lambda x: case.run(layer, x)
    for bad in NO_NUMBERS.values():
        assert attempt(forward, bad)[1] and attempt(layer.backward, bad)[1]
    for bad in (change(dout) for change in SHAPES.values()):
        assert bad.shape == dout.shape or attempt(layer.backward, bad)[1]
    assert pickle.dumps(layer) == before
    if attempt(forward, np.ones((2, 7, 2, 2, 2)))[1] and attempt(forward, np.ones(7))[1]:
        assert_same(back(case, layer, dout), slopes)


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


def test_affine_numbers_of_chapter_5():
    layer = Affine(np.array([[0.1, -0.3], [0.5, 0.8]]), np.zeros(2))
    q = layer.forward(np.array([[0.2, 0.4]]))
    np.testing.assert_allclose(q, [[0.22, 0.26]])
    np.testing.assert_allclose(layer.backward(2 * q), [[-0.112, 0.636]])
    np.testing.assert_allclose(layer.dW.T, [[0.088, 0.176], [0.104, 0.208]])
    layer.forward(np.zeros((2, 2)))
    layer.backward(np.array([[1, 2], [4, 5]]))
    np.testing.assert_array_equal(layer.db, [5, 7])


@pytest.mark.parametrize("name", ["affine", "affine, images", "convolution, pad"])
def test_a_first_layer_may_leave_dx_out(name):
    case = CASES[name]
    layer, x = case.make(float), case.draw(*case.shape)
    _, _, *slopes = both_ways(case, case.make(float), x)
    assert layer.backward(dout_for(case.run(layer, x)), need_dx=False) is None
    assert_same([getattr(layer, f"d{n}") for n in case.params], slopes)


def test_a_layer_holds_the_very_array_that_it_was_given():
    for dtype in (np.float32, np.float64):
        W, b, filters = np.ones((2, 3), dtype), np.zeros(3, dtype), np.ones((3, 1, 2, 2), dtype)
        assert Affine(W, b).W is W and Affine(W, b).b is b
        assert Convolution(filters, b).W is filters and Convolution(filters, b).b is b
        norm = BatchNormalization(W[0], b)
        assert norm.gamma.base is W and norm.beta is b
        layer = Affine(W, b)
        W += 1
        np.testing.assert_array_equal(layer.forward(np.ones((1, 2), dtype)), [[4, 4, 4]])


def test_uint8_pixels_do_not_wrap_around():
    pixels = np.full((1, 1, 4, 4), 200, np.uint8)
    assert Convolution(np.ones((1, 1, 2, 2), np.uint8), 0).forward(pixels).max() == 800
    assert Pooling(2, 2, pad=1).forward(pixels).max() == 200
    assert Affine(np.ones((16, 1)), np.zeros(1)).forward(pixels) == 3200
    assert Relu().forward(pixels).dtype == np.float64


@pytest.mark.parametrize("layer", [Relu(), Sigmoid(), Tanh(), Dropout()])
def test_an_empty_batch_comes_back_empty(layer):
    assert layer.forward(np.empty((0, 5))).shape == (0, 5)
    assert layer.backward(np.empty((0, 5))).shape == (0, 5)


# ---- softmax with loss ------------------------------------------------------------------------


def test_loss_numbers_of_chapter_5():
    layer = SoftmaxWithLoss()
    for y, d in (((0.3, 0.2, 0.5), (0.3, -0.8, 0.5)), ((0.01, 0.99, 1e-30), (0.01, -0.01, 0))):
        loss = layer.forward(np.log(np.array([y])), np.array([[0, 1, 0]]))
        assert loss == pytest.approx(-np.log(y[1]))
        np.testing.assert_allclose(layer.y, [y], atol=1e-12)
        np.testing.assert_allclose(layer.backward(), [d], atol=1e-12)
        assert layer.loss == loss
    assert layer.forward(np.array([[0.0, 1000.0]]), [0]) == 1000  # where probabilities underflow
    assert layer.forward(np.array([[0.0, -1000.0]]), [0]) == 0


def test_the_loss_is_the_mean_over_the_batch_and_its_slope_carries_1_over_N():
    x, t, layer = normal(4, 3), np.array([0, 2, 1, 1]), SoftmaxWithLoss()
    whole, dx = layer.forward(x, t), layer.backward()
    singles = [(layer.forward(x[[i]], t[[i]]), layer.backward()[0] / 4) for i in range(4)]
    assert whole == pytest.approx(np.mean([loss for loss, _ in singles]))
    np.testing.assert_allclose(dx, [d for _, d in singles])


def test_as_many_samples_as_classes_are_not_confused_with_one_hot_rows():
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


def test_labels_that_are_refused_change_nothing():
    layer = SoftmaxWithLoss()
    layer.forward(normal(3, 4), [0, 1, 2])
    before = pickle.dumps(layer)
    for t, kind in BAD_LABELS.values():
        with pytest.raises(kind):
            layer.forward(normal(3, 4, seed=2), t)
        assert pickle.dumps(layer) == before


def test_float64_labels_and_a_float64_dout_do_not_widen_a_float32_slope():
    layer = SoftmaxWithLoss()
    layer.forward(normal(2, 3).astype(np.float32), np.eye(3)[[0, 1]])
    assert layer.backward(np.float64(2)).dtype == np.float32


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


def test_a_draw_of_just_the_ratio_is_dropped_as_in_the_book():
    np.random.seed(3)
    ratio = np.random.rand()
    for nearly, kept in ((ratio, 0), (ratio - 1e-9, 1)):
        np.random.seed(3)
        assert Dropout(nearly).forward(np.ones(1)) == kept


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
    one, two, other = (Dropout(0.5, rng).forward(x) for rng in (7, 7, 8))
    np.testing.assert_array_equal(np.random.get_state()[1], before)
    np.testing.assert_array_equal(one, two)
    assert (one != other).any()
    layer = Dropout(0.5, 7)
    assert (layer.forward(x) != layer.forward(x)).any()  # a seed starts once, not at every forward
    np.testing.assert_array_equal(Dropout(0.5, np.random.default_rng(7)).forward(x), one)


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


def test_running_statistics_that_were_handed_in_stay_the_callers():
    mean, var = np.array([1, 2]), np.array([1, 1])
    layer = BatchNormalization(np.ones(2), np.zeros(2), running_mean=mean, running_var=var)
    layer.forward(normal(5, 2))
    np.testing.assert_array_equal(mean, [1, 2])
    np.testing.assert_array_equal(var, [1, 1])
    np.testing.assert_allclose(layer.running_mean, [0.9, 1.8] + 0.1 * normal(5, 2).mean(axis=0))


def test_a_batch_of_one_row_is_told_that_it_proves_nothing():
    layer = BatchNormalization(np.array([2.0, 3.0]), np.array([-1.0, 1.0]))
    with pytest.warns(RuntimeWarning, match=r"\(1, 2\)"):
        out = layer.forward(np.array([[5.0, 7.0]]))
    np.testing.assert_array_equal(out, [[-1, 1]])  # no spread: beta is all that is left
    np.testing.assert_array_equal(layer.backward(np.ones((1, 2))), [[0, 0]])


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


@few(40)
@given(
    shape=st.tuples(st.integers(1, 3), st.integers(1, 3), sides, sides), fn=st.integers(1, 3),
    fh=sides, fw=sides, stride=st.integers(1, 3), pad=st.integers(0, 2),
)  # fmt: skip
def test_convolution_gives_what_seven_loops_give(shape, fn, fh, fw, stride, pad):
    x, W, b = normal(*shape), normal(fn, shape[1], fh, fw, seed=2), normal(fn, seed=3)
    layer = Convolution(W, b, stride, pad)
    if fh > shape[2] + 2 * pad or fw > shape[3] + 2 * pad:
        assert type(attempt(lambda: layer.forward(x))[1]) is ValueError
        return
    out = layer.forward(x)
    np.testing.assert_allclose(out, convolve(x, W, b, stride, pad), atol=1e-12)
    rows = (layer.col @ layer.col_W).reshape(shape[0], *out.shape[2:], fn)
    np.testing.assert_allclose(rows.transpose(0, 3, 1, 2) + b.reshape(-1, 1, 1), out, atol=1e-12)
    dout = normal(*out.shape, seed=4)
    dx = layer.backward(dout)  # forward is linear in x and in W: its transpose is backward
    zero = np.zeros(fn)
    v, V = normal(*shape, seed=5), normal(*W.shape, seed=6)
    there = np.sum(convolve(v, W, zero, stride, pad) * dout)
    assert there == pytest.approx(np.sum(dx * v), abs=1e-10)
    there = np.sum(convolve(x, V, zero, stride, pad) * dout)
    assert there == pytest.approx(np.sum(layer.dW * V), abs=1e-10)
    np.testing.assert_allclose(layer.db, dout.sum(axis=(0, 2, 3)))


@few(40)
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

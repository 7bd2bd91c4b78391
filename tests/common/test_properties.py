"""Hostile input: whatever arrives, a right result or one of our own sentences.

Every public function, class and method of `common` stands under at least one law here (the first
test counts them). Each law hands over values of every kind and compares with an answer that was
found in another way: by plain Python, by loops, or by small steps.

`DLFS_SOAK=1 python -m pytest tests/common` tries 20 times as many, new at each run.
Overflow is arithmetic and not an error: what is too large for its dtype becomes inf, with NumPy's
floating-point warning where np.errstate says so. Everything else that NumPy has to say about
broadcasting, axes, casts or kinds of objects must not reach a learner.
"""

import ast
import copy
import functools
import importlib
import inspect
import math
import pkgutil
import traceback
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

import common
from common import checks, functions, gradient, initializer, util
from common.conv_layers import Convolution, Pooling
from common.layers import Affine, BatchNormalization, Dropout, Relu, Sigmoid, SoftmaxWithLoss, Tanh
from common.multi_layer_net import MultiLayerNet
from common.multi_layer_net_extend import MultiLayerNetExtend
from common.optimizer import SGD, AdaGrad, Adam, Momentum, Nesterov, Optimizer, RMSprop
from common.simple_convnet import SimpleConvNet
from common.trainer import Step, Trainer
from common.two_layer_net import SigmoidTwoLayerNet, TwoLayerNet
from tests.common.strategies import (
    DRESSES,
    FLOATS,
    JUNK,
    dressed,
    few,
    frozen,
    hostile,
    junk,
    numeric,
    scalars,
    shapes,
    spread_out,
    usual,
)

HOME = Path(common.__file__).resolve().parent

# ---- the machinery ----------------------------------------------------------------------------

LAWS = {}  # public name -> the tests that hold it


def holds(*names):
    """Notes that a test holds these public names of `common`."""

    def note(test):
        for name in names:
            LAWS.setdefault(name, []).append(test.__name__)
        return test

    return note


def public_names():
    """What `common` offers: functions, classes, and the public methods that a class defines."""
    names = set()
    for info in pkgutil.iter_modules(common.__path__):
        module = importlib.import_module(f"common.{info.name}")
        for name, thing in vars(module).items():
            if name.startswith("_") or getattr(thing, "__module__", "") != module.__name__:
                continue
            names.add(f"{info.name}.{name}")
            for method, value in vars(thing).items() if inspect.isclass(thing) else ():
                own = inspect.isfunction(value) or isinstance(value, property)
                if own and not method.startswith("_"):
                    names.add(f"{info.name}.{name}.{method}")
    return names


def test_every_public_name_stands_under_a_law():
    offered = public_names()
    assert {"layers.Affine.forward", "util.im2col", "trainer.Trainer.train"} <= offered
    assert offered - set(LAWS) == set(), "write a law for it"
    assert set(LAWS) - offered == set(), "it is gone"


@functools.lru_cache
def own_lines(path):
    """The lines of a file of ours on which an error or a warning of ours is raised."""
    lines = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        warns = isinstance(node, ast.Call) and ast.unparse(node.func) == "warnings.warn"
        if isinstance(node, ast.Raise) or warns:
            lines |= set(range(node.lineno, node.end_lineno + 1))
    return lines


def is_ours(error):
    """Is this error raised by a sentence of `common`, and does it read like one?"""
    last = traceback.extract_tb(error.__traceback__)[-1]
    path, words = Path(last.filename), str(error)
    raised_by_us = path.is_relative_to(HOME) and last.lineno in own_lines(path)
    return raised_by_us and "\n" not in words and words.endswith(".") and 20 < len(words) < 400


def picture(value):
    """All that may not change in an argument."""
    if isinstance(value, np.ndarray):
        numbers = repr(value.tolist()) if value.dtype.hasobject else value.tobytes()
        return type(value), value.dtype, value.shape, value.strides, value.flags.writeable, numbers
    if isinstance(value, (list, tuple)):
        return type(value), [picture(part) for part in value]
    if isinstance(value, dict):
        return {key: picture(part) for key, part in value.items()}
    return repr(value)[:1000] if not isinstance(value, int) else value


OURS = (ValueError, TypeError, RuntimeError, FloatingPointError, RuntimeWarning)


def attempt(f, *args, **options):
    """(value, None) or (None, an error of ours). Fails for a changed argument and other errors."""
    before = picture([args, options])
    value = error = None
    try:
        value = f(*args, **options)
    except Exception as caught:
        if not (isinstance(caught, OURS) and is_ours(caught)):
            raise
        error = caught
    assert picture([args, options]) == before, "an argument changed"
    return value, error


def loosely(f):
    """f where numbers may overflow: the arithmetic of inf and nan without NumPy's warnings."""

    @functools.wraps(f)
    def quiet(*args, **options):
        with np.errstate(over="ignore", invalid="ignore"):
            return f(*args, **options)

    return quiet


def as_numbers(x):
    """x as float64, if it holds numbers for which floats are right; else None."""
    if isinstance(x, np.ma.MaskedArray):
        return None
    try:
        x = np.asarray(x)
    except ValueError:
        return None
    return x.astype(np.float64) if x.dtype.kind in "biuf" else None


def kept_dtype(x):
    """The dtype in which x is computed: floats stay as they are."""
    dtype = np.asarray(x).dtype
    return dtype.newbyteorder("=") if dtype.kind == "f" else np.dtype(np.float64)


def close(a, b, dtype=np.float64, factor=16):
    """Does a, computed in dtype, equal b? nan equals nan."""
    info = np.finfo(dtype)
    with np.errstate(over="ignore"):
        b = np.asarray(b, np.float64).astype(dtype)
    a = np.asarray(a)
    tiny = factor * float(info.smallest_subnormal)
    np.testing.assert_allclose(a, b, rtol=factor * float(info.eps), atol=tiny, equal_nan=True)


def moderate(*values):
    """Only numbers that lessons use: finite, and far from the ends of every dtype."""
    found = [as_numbers(x) for x in values]
    return all(x is not None and (np.abs(x) < 100).all() for x in found)


def kinds(*objects):
    return pytest.mark.parametrize("kind", objects, ids=lambda k: k.__name__)


def test_the_judge_knows_our_sentences_from_foreign_ones():
    for ours in (lambda: util.smooth_curve([]), lambda: checks.whole("a", "size")):
        assert attempt(ours)[1] is not None
    foreign = (
        lambda: np.zeros(2) + np.zeros(3),
        lambda: functions.mean_cost(np.zeros((2, 2)), [0, 1], "x") + np.zeros(3) @ np.zeros(2),
        lambda: util.fold(np.zeros((1, 1, 1, 1, 9, 9)), (1, 1, 2, 2)),
        lambda: 1 / 0,
    )
    for f in foreign:
        with pytest.raises((ValueError, ZeroDivisionError)):
            attempt(f)
    data = np.zeros(2)
    with pytest.raises(AssertionError, match="argument changed"):
        attempt(lambda x: x.fill(1), data)


# ---- checks -----------------------------------------------------------------------------------


@holds("checks.as_array", "checks.as_float")
@given(hostile())
@few(100)
def test_numbers_come_back_as_they_were_and_the_rest_is_refused(x):
    expected = as_numbers(x)
    value, _ = attempt(checks.as_float, x, "x")
    assert (value is None) == (expected is None)
    if expected is not None:
        assert value.dtype.newbyteorder("=") == kept_dtype(x)
        np.testing.assert_array_equal(value.astype(float), expected)
    array, _ = attempt(checks.as_array, x, "x")
    if array is not None:
        assert isinstance(array, np.ndarray) and (array is x or not isinstance(x, np.ndarray))


@holds("checks.as_pairs", "util.shuffle_dataset")
@given(hostile(), hostile(), st.integers(0, 3))
@few(60)
def test_only_samples_that_have_their_labels_are_shuffled(x, t, seed):
    value, _ = attempt(util.shuffle_dataset, x, t, seed)
    pairs, _ = attempt(checks.as_pairs, x, t, "here")
    assert (value is None) == (pairs is None)
    if value is None:
        return
    order = np.random.default_rng(seed).permutation(len(x))
    for new, old in zip(value, (x, t), strict=True):
        old = np.asarray(old)
        assert len(new) == len(old) > 0 and new.dtype == old.dtype
        assert picture(new.copy()) == picture(np.ascontiguousarray(old[order]).copy())
        assert not np.shares_memory(new, old)


@given(st.integers(1, 4), st.data())
@few(30)
def test_shuffling_keeps_every_pair(n, data):
    x, t = (data.draw(dressed(numeric((n, 2), (np.float32, np.int64)))) for _ in range(2))
    value, error = attempt(util.shuffle_dataset, x, t, 1)
    assert (error is not None) == any(isinstance(a, np.ma.MaskedArray) for a in (x, t))
    if value is not None:
        rows = lambda a, b: sorted(repr((*r, *s)) for r, s in zip(a, b, strict=True))
        assert rows(*(v.tolist() for v in value)) == rows(
            np.asarray(x).tolist(), np.asarray(t).tolist()
        )


@holds("checks.number")
@given(scalars, st.sampled_from([0, -1, 0.5]), st.sampled_from([np.inf, 1, 3.5]))
@few(60)
def test_a_number_within_its_limits_comes_back_as_a_float(x, least, below):
    value, _ = attempt(checks.number, x, "rate", least, below)
    plain = x.item() if isinstance(x, np.generic) else x
    right = type(plain) in (int, float) and -1e308 < plain < 1e308 and least <= float(x) < below
    assert (value is not None) == right
    if right:
        assert type(value) is float and value == float(x)


@holds("checks.whole")
@given(scalars, st.sampled_from([0, 1, -3]))
@few(60)
def test_a_whole_number_comes_back_as_an_int(x, least):
    value, _ = attempt(checks.whole, x, "size", least)
    right = isinstance(x, (int, np.integer)) and not isinstance(x, bool) and x >= least
    assert (value is not None) == right
    if right:
        assert type(value) is int and value == x


@holds("checks.shown")
@given(hostile() | scalars)
@few(60)
def test_whatever_arrives_is_shown_in_a_line(x):
    value, error = attempt(checks.shown, x)
    assert error is None and "\n" not in value and 0 < len(value) < 200


@holds("checks.room")
@given(st.lists(st.sampled_from([0, 1, 3, 1000, 2**35, 10**30]), max_size=4))
@few(30)
def test_only_what_a_memory_can_hold_is_let_in(sizes):
    value, error = attempt(checks.room, sizes)
    assert (error is None) == (math.prod(sizes) <= 2**36) and value in (sizes, None)


@holds("checks.upstream")
@given(hostile(), st.none() | shapes)
@few(60)
def test_upstream_slopes_have_the_shape_of_what_forward_gave(dout, shape):
    dout_numbers = as_numbers(dout)
    value, error = attempt(checks.upstream, dout, shape, Relu())
    if shape is None:
        assert type(error) is RuntimeError
    elif dout_numbers is None:
        assert type(error) is TypeError
    else:
        assert (error is None) == (dout_numbers.shape == shape)
        assert error is not None or value.dtype.newbyteorder("=") == kept_dtype(dout)


# ---- functions --------------------------------------------------------------------------------


def sigmoid(x):
    try:
        return 1 / (1 + math.exp(-x))
    except OverflowError:
        return 0.0


def step(x):
    return int(x > 0)


POINTWISE = {
    "step_function": step,
    "sigmoid": sigmoid,
    "sigmoid_grad": lambda x: sigmoid(x) * sigmoid(-x),
    "relu": lambda x: x if x > 0 or x != x else 0.0,
    "relu_grad": lambda x: x if x != x else float(x > 0),
}
pointwise = pytest.mark.parametrize("name", POINTWISE)


@holds(*(f"functions.{name}" for name in POINTWISE))
@pointwise
@given(hostile())
@few(60)
def test_pointwise_functions_agree_with_plain_python(name, x):
    numbers = as_numbers(x)
    value, error = attempt(getattr(functions, name), x)
    if numbers is None:
        assert type(error) is TypeError
    elif name == "step_function" and np.isnan(numbers).any():
        assert type(error) is ValueError
    else:
        assert error is None
        exact = np.reshape([POINTWISE[name](v) for v in numbers.ravel().tolist()], numbers.shape)
        dtype = np.dtype(int) if name == "step_function" else kept_dtype(x)
        assert value.shape == numbers.shape and value.dtype == dtype
        if name == "sigmoid_grad":  # 1 - y has the rounding of 1
            np.testing.assert_allclose(value, exact, atol=4 * np.finfo(dtype).eps)
        elif name == "step_function":
            np.testing.assert_array_equal(value, exact)
        else:
            close(value, exact, dtype)


@holds("functions.identity_function")
@given(hostile())
@few(20)
def test_identity_gives_back_the_very_thing(x):
    assert functions.identity_function(x) is x


def softmax_row(row):
    """(shares, their logarithms) of a row, by plain Python."""
    top = max(row)
    if any(math.isnan(v) for v in row) or math.isinf(top):
        return [math.nan] * len(row), [math.nan] * len(row)
    total = math.fsum(math.exp(v - top) for v in row)
    shares = [math.exp(v - top) / total for v in row]
    return shares, [v - top - math.log(total) for v in row]


@holds("functions.softmax", "functions.log_softmax")
@given(hostile())
@few(100)
def test_softmax_and_its_logarithm_agree_with_plain_python(x):
    numbers = as_numbers(x)
    values = [attempt(f, x) for f in (functions.softmax, functions.log_softmax)]
    if numbers is None or numbers.ndim == 0 or numbers.shape[-1] == 0:
        expected = TypeError if numbers is None else ValueError
        assert all(type(error) is expected for _, error in values)
        return
    rows = [softmax_row(row) for row in numbers.reshape(-1, numbers.shape[-1]).tolist()]
    dtype = kept_dtype(x)
    for i, (value, error) in enumerate(values):
        assert error is None and value.dtype == dtype and value.shape == numbers.shape
        exact = np.reshape([row[i] for row in rows], numbers.shape)
        with np.errstate(over="ignore"):
            exact = exact.astype(dtype)
        eps = float(np.finfo(dtype).eps)
        np.testing.assert_allclose(value, exact, rtol=16 * eps, atol=16 * eps)


def label_rows(t, shape):
    """Labels t for outputs of this shape, as shares (N, K), or None: written once more."""
    if len(shape) not in (1, 2) or 0 in shape or isinstance(t, np.ma.MaskedArray):
        return None
    n, k = (1, *shape)[-2:]
    try:
        t = np.asarray(t)
    except ValueError:
        return None
    if t.shape == shape and shape != (1,):
        if t.dtype.kind not in "biuf":
            return None
        rows = t.astype(float).reshape(n, k).tolist()
        right = all(
            min(row) >= 0 and abs(math.fsum(row) - 1) < 1e-3
            for row in rows
            if all(map(math.isfinite, row))
        )
        return np.array(rows) if right and np.isfinite(rows).all() else None
    if t.shape not in ((n,), shape[:-1]) or t.dtype.kind not in "iu":
        return None
    numbers = [int(v) for v in t.ravel()]
    return np.eye(k)[numbers] if all(0 <= v < k for v in numbers) else None


@st.composite
def outputs_and_labels(draw, scores):
    """Outputs of a network and labels: often right, sometimes nearly, sometimes nonsense."""
    shape = draw(st.sampled_from([(2, 3), (1, 2), (3,), (1,), (2, 1), (4, 2)]))
    y = draw(scores(shape))
    n, k = (1, *shape)[-2:]
    numbers = st.lists(st.integers(0, k - 1), min_size=n, max_size=n)
    right = st.one_of(
        numbers.map(lambda v: v[0] if len(shape) == 1 else v),
        numbers.map(lambda v: np.array(v, np.uint8)),
        numbers.map(lambda v: np.eye(k)[v].reshape(shape)),
        numbers.map(lambda v: np.eye(k, dtype=np.float16)[v].reshape(shape)),
        numbers.map(lambda v: np.eye(k, dtype=bool)[v].reshape(shape)),
        st.just(np.full(shape, 1 / k, np.float32)),
    )
    near = st.one_of(
        numbers.map(lambda v: np.array(v)[:, None]),
        numbers.map(lambda v: [*v, 0]),
        numbers.map(lambda v: np.array(v) + 0.0),
        numbers.map(lambda v: np.array(v) + k),
        numbers.map(lambda v: -1 - np.array(v)),
        numeric(st.just(shape)),
    )
    return y, draw(st.one_of(right, right, dressed(near), hostile()))


def any_scores(shape):
    return st.one_of(dressed(usual(shape)), dressed(numeric(st.just(shape))), hostile())


def cost(log_y, rows):
    """-Σ t·log y / N: what is certain not to happen costs nothing."""
    total = 0.0
    for log_row, row in zip(log_y.tolist(), rows.tolist(), strict=True):
        if any(map(math.isnan, log_row)):
            return math.nan
        total -= sum(t * v for t, v in zip(row, log_row, strict=True) if t)
    return total / len(rows)


def check_loss(value, error, scores, t, dtype):
    """Compares a loss from scores with plain Python."""
    rows = None if scores is None else label_rows(t, scores.shape)
    assert (error is None) == (rows is not None), error
    if rows is None:
        return
    log_y = np.array([softmax_row(row)[1] for row in scores.reshape(len(rows), -1).tolist()])
    exact = cost(log_y, rows)
    if abs(exact) < float(np.finfo(dtype).max) / 16 or not math.isfinite(exact):
        np.testing.assert_allclose(
            float(value),
            exact,
            rtol=100 * float(np.finfo(dtype).eps),
            atol=100 * float(np.finfo(dtype).eps),
        )


@holds(
    "functions.softmax_loss", "functions.mean_cost", "checks.as_labels",
    "layers.SoftmaxWithLoss", "layers.SoftmaxWithLoss.forward", "layers.SoftmaxWithLoss.backward",
)  # fmt: skip
@given(outputs_and_labels(any_scores), st.sampled_from([1, 2.5, np.float32(3), "x", None, [1], 1j]))
@few(150)
def test_the_loss_from_scores_agrees_with_plain_python(pair, dout):
    x, t = pair
    scores = as_numbers(x)
    value, error = attempt(loosely(functions.softmax_loss), x, t)
    dtype = np.float64 if scores is None else kept_dtype(x)
    check_loss(value, error, scores, t, dtype)
    layer = SoftmaxWithLoss()
    assert type(attempt(layer.backward, dout)[1]) is RuntimeError
    again, same_error = attempt(loosely(layer.forward), x, t)
    assert str(again) == str(value) and type(same_error) is type(error)
    if error is not None:
        return
    assert np.asarray(value).dtype == dtype or label_rows(t, scores.shape) is not None
    dx, error = attempt(loosely(layer.backward), dout)
    assert (error is None) == (np.ndim(dout) == 0 and isinstance(dout, (int, float, np.floating)))
    if error is None:
        rows = label_rows(t, scores.shape)
        y = np.array([softmax_row(row)[0] for row in scores.reshape(len(rows), -1).tolist()])
        exact = (dout * (y - rows) / len(rows)).reshape(scores.shape)
        np.testing.assert_allclose(dx, exact, atol=40 * float(np.finfo(dtype).eps))


def any_shares(shape):
    softmax = lambda x: np.exp(x) / np.exp(x).sum(axis=-1, keepdims=True)
    dtypes = st.sampled_from(FLOATS)
    right = st.builds(lambda x, d: softmax(x).astype(d), usual(shape), dtypes)
    return st.one_of(dressed(right), dressed(right), any_scores(shape))


@holds("functions.cross_entropy_error")
@given(outputs_and_labels(any_shares))
@example((np.array([[0.5, np.nan]]), [0]))
@example((np.array([[-2.0, np.nan]]), [0]))  # nan hid the negative from y.min() < 0
@few(120)
def test_cross_entropy_agrees_with_plain_python(pair):
    y, t = pair
    shares = as_numbers(y)
    value, error = attempt(functions.cross_entropy_error, y, t)
    good = shares is not None and not ((shares < 0) | (shares > 1.001)).any()
    rows = label_rows(t, shares.shape) if good else None
    assert (error is None) == (rows is not None) or (good and float(shares.max()) > 1.0009), error
    if rows is not None and error is None:
        exact = cost(np.log(shares.reshape(len(rows), -1) + 1e-7), rows)
        eps = float(np.finfo(kept_dtype(y)).eps)
        np.testing.assert_allclose(
            float(value), exact, rtol=0.02 if eps > 1e-4 else 1e-5, atol=20 * eps
        )


@holds("functions.sum_squared_error", "functions.mean_squared_error")
@given(st.data())
@few(80)
def test_the_squared_error_agrees_with_plain_python(data):
    shape = data.draw(shapes)
    y, t = data.draw(hostile(shape)), data.draw(hostile(shape) | hostile())
    value, error = attempt(loosely(functions.mean_squared_error), y, t)
    a, b = as_numbers(y), as_numbers(t)
    if a is None or b is None:
        assert type(error) is TypeError
    elif a.shape != b.shape:
        assert type(error) is ValueError
    else:
        assert error is None and np.ndim(value) == 0
        pairs = zip(a.ravel().tolist(), b.ravel().tolist(), strict=True)
        with np.errstate(all="ignore"):
            exact = 0.5 * sum((np.float64(v) - w) ** 2 for v, w in pairs)
        dtype = np.result_type(kept_dtype(y), kept_dtype(t))
        assert np.asarray(value).dtype == dtype
        if not np.isfinite(exact) or exact > float(np.finfo(dtype).max) / 4:
            assert not np.isfinite(value) or exact < float(np.finfo(dtype).max)
        else:
            np.testing.assert_allclose(
                float(value),
                exact,
                rtol=100 * float(np.finfo(dtype).eps),
                atol=100 * float(np.finfo(dtype).tiny),
            )


# ---- gradient ---------------------------------------------------------------------------------


@holds("gradient.numerical_gradient", "gradient.numerical_gradient_2d")
@given(hostile() | st.lists(hostile(), max_size=2), st.booleans())
@few(120)
def test_small_steps_measure_the_slope_or_say_why_not(x, by_rows):
    f = lambda v: float(np.sum(np.asarray(v, float) * 2))
    measure = gradient.numerical_gradient_2d if by_rows else gradient.numerical_gradient
    value, error = attempt(loosely(measure), f, x)
    if error is None:
        x = np.asarray(x)
        assert x.dtype in (np.float32, np.float64) and value.shape == x.shape
        assert value.dtype == x.dtype
        if (np.abs(x) < 100).all():
            np.testing.assert_allclose(value, 2, rtol=0.05 if x.dtype == np.float32 else 1e-6)
    elif isinstance(error, RuntimeWarning):
        assert (np.abs(x) > 100).any()
    elif isinstance(x, np.ndarray) and not isinstance(x, np.ma.MaskedArray):
        fits = x.dtype in (np.float32, np.float64) and x.flags.writeable
        assert not fits or (by_rows and (x.ndim not in (1, 2) or 0 in x.shape))


@holds("gradient._numerical_gradient_1d")
@given(hostile(), junk)
@few(60)
def test_the_function_must_be_one_and_return_one_number(returned, f):
    x = np.array([1.0, 2.0])
    value, error = attempt(loosely(gradient.numerical_gradient), lambda _: returned, x)
    numbers = as_numbers(returned)
    assert (error is None) == (numbers is not None and numbers.size == 1)
    if error is None:
        assert value.tolist() == [0, 0] or np.isnan(value).all()
    if not callable(f):
        assert type(attempt(gradient._numerical_gradient_1d, f, x)[1]) is TypeError


LAWS.pop("gradient._numerical_gradient_1d")  # the book's name, private by its underscore


@holds("gradient.relative_error")
@given(st.data())
@example(None)
@few(100)
def test_relative_error_is_a_share_from_0_to_1_for_numbers_of_any_size(data):
    if data is None:
        assert (
            gradient.relative_error(1e200, -1e200) == gradient.relative_error(1e-200, -1e-200) == 1
        )
        return
    shape = data.draw(shapes)
    a, b = data.draw(hostile(shape)), data.draw(hostile(shape) | hostile())
    value, error = attempt(gradient.relative_error, a, b)
    x, y = as_numbers(a), as_numbers(b)
    if x is None or y is None:
        assert type(error) is TypeError
    elif x.shape != y.shape:
        assert type(error) is ValueError
    else:
        assert error is None and type(value) is float
        x, y = x.ravel().tolist(), y.ravel().tolist()
        top = max(map(abs, x + y), default=0.0)
        if not all(map(math.isfinite, x + y)):
            assert math.isnan(value)
        elif top == 0:
            assert value == 0
        else:
            top = max(top, 1e-290)
            x, y = [v / top for v in x], [v / top for v in y]
            length = math.hypot(*x) + math.hypot(*y)
            assert value == pytest.approx(math.dist(x, y) / length, rel=1e-9, abs=1e-15)


# ---- util -------------------------------------------------------------------------------------


@holds("util.smooth_curve")
@given(hostile() | dressed(numeric(st.integers(0, 14).map(lambda n: (n,)), FLOATS)))
@few(100)
def test_a_smooth_curve_lies_between_the_lowest_and_the_highest(x):
    numbers = as_numbers(x)
    value, error = attempt(loosely(util.smooth_curve), x)
    if numbers is None or numbers.ndim != 1 or numbers.size == 0:
        assert type(error) is (TypeError if numbers is None else ValueError)
        return
    assert error is None and value.shape == numbers.shape
    if (np.abs(numbers) < 1e300).all():
        n, half = len(numbers), min(5, len(numbers) - 1)
        w = np.kaiser(2 * half + 1, 2)
        mirror = lambda i: -i if i < 0 else 2 * n - 1 - i if i >= n else i
        exact = [
            sum(w[j + half] * numbers[mirror(i + j)] for j in range(-half, half + 1)) / w.sum()
            for i in range(n)
        ]
        np.testing.assert_allclose(value, exact, rtol=1e-9, atol=1e-9 * np.abs(numbers).max())


@holds("util.random_source")
@given(scalars | hostile())
@few(80)
def test_a_source_of_random_numbers_is_one_or_is_refused(seed):
    value, error = attempt(util.random_source, seed)
    if seed is None:
        assert value is np.random
    elif error is None:
        assert isinstance(value, np.random.Generator)
        again = util.random_source(copy.deepcopy(seed))
        assert value.random() == again.random()
    if type(seed) is int:
        assert (error is None) == (seed >= 0)


sizes = st.integers(-1, 5) | scalars


@holds("util.conv_output_size", "util.stops", "util.image_shape")
@given(sizes, sizes, sizes, sizes)
@few(120)
def test_the_number_of_stops_is_counted(size, window, stride, pad):
    value, _ = attempt(util.conv_output_size, size, window, stride, pad)
    whole = lambda v, least: (
        isinstance(v, (int, np.integer)) and not isinstance(v, bool) and v >= least
    )
    right = whole(size, 1) and whole(window, 1) and whole(stride, 1) and whole(pad, 0)
    right = right and int(size) + 2 * int(pad) >= int(window)
    assert (value is not None) == right
    if right and size < 1000 and pad < 1000:
        assert value == len(range(0, int(size) + 2 * int(pad) - int(window) + 1, int(stride)))
        shape = (1, 1, int(size), int(size))
        assert attempt(util.stops, shape, window, window, stride, pad)[0] == (value, value)
    attempt(util.stops, (size, 1, 2, pad), window, stride, 1, 0)


@given(hostile() | st.lists(sizes, min_size=4, max_size=4))
@few(60)
def test_only_four_whole_sizes_are_the_shape_of_images(shape):
    value, _ = attempt(util.image_shape, shape)
    if value is not None:
        assert value == tuple(np.asarray(shape).tolist()) and all(type(v) is int for v in value)
        assert min(value) > 0 and len(value) == 4


def windows_by_loops(x, fh, fw, stride, pad):
    """Every window, by loops over its numbers: (N, OH, OW, C, FH, FW) as float64."""
    n, c, h, w = x.shape
    tops, lefts = range(-pad, h + pad - fh + 1, stride), range(-pad, w + pad - fw + 1, stride)
    out = np.zeros((n, len(tops), len(lefts), c, fh, fw))
    for i, j, a, b in np.ndindex(len(tops), len(lefts), fh, fw):
        row, column = tops[i] + a, lefts[j] + b
        if 0 <= row < h and 0 <= column < w:
            out[:, i, j, :, a, b] = x[:, :, row, column]
    return out


image_shapes = st.tuples(*[st.integers(1, 2)] * 2, *[st.integers(1, 5)] * 2)
right_sizes = st.tuples(*[st.integers(1, 3)] * 3, st.integers(0, 2))
many_sizes = right_sizes | st.tuples(sizes, sizes, sizes, sizes)


@holds("util.im2col", "util.unfold", "util.pad_images", "util.places")
@given(dressed(numeric(image_shapes)) | hostile(), many_sizes)
@few(150)
@example(np.ones((1, 1, 2, 2), ">f8"), (1, 1, 1, 0))
def test_windows_agree_with_loops(x, window):
    numbers = as_numbers(x)
    value, _ = attempt(util.im2col, x, *window)
    again, _ = attempt(util.unfold, x, *window)
    assert (value is None) == (again is None)
    if value is None:
        right = numbers is not None and numbers.ndim == 4 and numbers.size
        assert not right or attempt(util.stops, numbers.shape, *window)[1] is not None
        return
    exact = windows_by_loops(numbers, *map(int, window))
    assert value.dtype == again.dtype == kept_dtype(x)
    np.testing.assert_array_equal(value, exact.reshape(-1, exact[0, 0, 0].size))
    np.testing.assert_array_equal(again.transpose(0, 4, 5, 1, 2, 3), exact)
    padded = util.pad_images(np.asarray(x), int(window[3]))
    one = windows_by_loops(numbers, *numbers.shape[2:], 1, 0)[:, 0, 0]
    pad = int(window[3])
    inside = padded[:, :, pad : pad + numbers.shape[2], pad : pad + numbers.shape[3]]
    np.testing.assert_array_equal(inside.astype(float), one)
    for i, j, pixels in util.places(padded, *map(int, window[:3])):
        np.testing.assert_array_equal(pixels.astype(float), exact[..., i, j].transpose(0, 3, 1, 2))


@holds("util.col2im", "util.fold")
@given(st.data())
@few(120)
def test_col2im_is_the_transpose_of_im2col_or_says_what_does_not_fit(data):
    shape, window = data.draw(image_shapes), data.draw(right_sizes)
    fh, fw, _, pad = window
    fits = min(shape[2], shape[3]) + 2 * pad >= max(fh, fw)
    if not fits:
        assert attempt(util.col2im, np.zeros((1, 1)), shape, *window)[1] is not None
        return
    exact = windows_by_loops(np.zeros(shape), *window)
    rows = exact.reshape(-1, exact[0, 0, 0].size)
    col = data.draw(dressed(usual(rows.shape)) | dressed(numeric(st.just(rows.shape))) | hostile())
    value, error = attempt(loosely(util.col2im), col, shape, *window)
    numbers = as_numbers(col)
    assert (error is None) == (numbers is not None and numbers.shape == rows.shape)
    if error is None and moderate(col):
        x = np.arange(float(np.prod(shape))).reshape(shape)
        both = (util.im2col(x, *window) * numbers).sum(), (x * value).sum()
        assert both[0] == pytest.approx(
            both[1], rel=0.05 if kept_dtype(col) == np.float16 else 1e-4, abs=2
        )
        assert value.shape == shape and value.dtype.newbyteorder("=") == kept_dtype(col)
    attempt(loosely(util.col2im), col, data.draw(hostile()), *data.draw(many_sizes))


# ---- first weights ----------------------------------------------------------------------------

INITS = (
    st.sampled_from(["he", "HE", "relu", "Xavier", "sigmoid", "hello", 0, 0.01, 2, 1e300, -1])
    | scalars
)


@holds("initializer.weight_std")
@given(INITS, sizes)
@example("he", 10**400)
@few(80)
def test_the_spread_of_first_weights_is_a_number_or_is_refused(std, fan_in):
    value, error = attempt(initializer.weight_std, std, fan_in)
    if error is None:
        names = {"he": 2, "relu": 2, "xavier": 1, "sigmoid": 1}
        exact = math.sqrt(names[std.lower()] / fan_in) if isinstance(std, str) else float(std)
        assert value == pytest.approx(exact) and 0 <= value < np.inf
    elif isinstance(std, str) and std.lower() in ("he", "relu", "xavier", "sigmoid"):
        assert attempt(checks.whole, fan_in, "fan_in")[1] is not None or fan_in > 2**36


DTYPES = st.sampled_from(
    [np.float32, float, "float32", np.float16, None, int, "x", 3, complex, {}, [1], object]
)


@holds("initializer.first_params")
@given(st.lists(st.tuples(sizes, sizes) | st.just((2, 3, 2, 2)), max_size=2), INITS, DTYPES)
@few(100)
def test_first_parameters_are_finite_and_of_the_dtype_that_was_asked_for(shapes, std, dtype):
    sizes_fit = all(type(v) is int and 0 < v < 1000 for shape in shapes for v in shape)
    value, error = attempt(initializer.first_params, shapes, std, np.random.default_rng(1), dtype)
    if error is None:
        assert len(value) == 2 * len(shapes)
        for i, shape in enumerate(shapes, start=1):
            W, b = value[f"W{i}"], value[f"b{i}"]
            assert W.shape == tuple(map(int, shape)) and not b.any()
            assert b.shape == (shape[0] if len(shape) == 4 else shape[1],)
            assert W.dtype == b.dtype == np.dtype(dtype) and np.isfinite(W).all()
    elif sizes_fit and dtype in (float, "float32"):
        assert attempt(checks.number, std, "std", below=1e30)[1] is not None


# ---- optimizers -------------------------------------------------------------------------------

RATES = {
    SGD: ["lr"],
    Momentum: ["lr", "momentum"],
    Nesterov: ["lr", "momentum"],
    AdaGrad: ["lr"],
    RMSprop: ["lr", "decay_rate"],
    Adam: ["lr", "beta1", "beta2"],
}
OPTIMIZERS = [f"optimizer.{kind.__name__}" for kind in RATES]


@holds("optimizer.Optimizer", *OPTIMIZERS)
@kinds(Optimizer, *RATES)
@given(st.lists(scalars | st.floats(0, 1), max_size=3))
@few(40)
def test_rates_are_numbers_in_their_range_or_are_refused(kind, values):
    values = values[: len(RATES.get(kind, ["lr"]))]
    value, error = attempt(kind, *values)
    limits = [1e308, 1, 1]
    right = [
        attempt(checks.number, v, "rate", below=b)[1] is None
        for v, b in zip(values, limits, strict=False)
    ]
    assert (error is None) == all(right)
    if value is not None and values:
        assert value.lr == float(values[0]) and type(value.lr) is float


def by_formula(kind, w, slopes, lr):
    """Where one number goes, step by step."""
    v = h = m = 0.0
    for t, g in enumerate(slopes, start=1):
        if kind is SGD:
            w -= lr * g
        elif kind is Momentum:
            v = 0.9 * v - lr * g
            w += v
        elif kind is Nesterov:
            w += 0.81 * v - 1.9 * lr * g
            v = 0.9 * v - lr * g
        elif kind is Adam:
            m, h = m + 0.1 * (g - m), h + 0.001 * (g * g - h)
            w -= lr * math.sqrt(1 - 0.999**t) / (1 - 0.9**t) * m / (math.sqrt(h) + 1e-7)
        else:
            h = h + g * g if kind is AdaGrad else 0.99 * h + 0.01 * g * g
            w -= lr * g / (math.sqrt(h) + 1e-7)
    return w


@holds(*(f"{name}.change" for name in OPTIMIZERS))
@kinds(*RATES)
@given(st.data())
@few(40)
def test_steps_follow_the_formula_for_arrays_views_and_plain_numbers(kind, data):
    shape = data.draw(shapes)
    dtype = data.draw(st.sampled_from(FLOATS[1:]))
    dress = data.draw(st.sampled_from([DRESSES["Fortran"], spread_out, np.copy]))
    start, w = (
        data.draw(usual(shape, dtype)),
        data.draw(st.sampled_from([-7.0, 2, np.float32(0.5)])),
    )
    kinds_of_slopes = (np.int8, np.uint8, np.float32, np.float64, bool)
    slopes = [
        data.draw(usual(shape, data.draw(st.sampled_from(kinds_of_slopes)))) for _ in range(3)
    ]
    steps = [
        data.draw(st.sampled_from([0.5, -2, True, np.uint8(200), np.array(3, np.int8)]))
        for _ in slopes
    ]
    W = dress(start)
    params, optimizer = {"W": W, "x": w}, kind(lr=0.1)
    for g, s in zip(slopes, steps, strict=True):
        before = picture([g, s])
        optimizer.update(
            params, {"W": g.tolist() if g.size and data.draw(st.booleans()) else g, "x": s}
        )
        assert picture([g, s]) == before
    assert params["W"] is W and W.dtype == dtype
    assert params["x"] == pytest.approx(
        by_formula(kind, float(w), list(map(float, steps)), 0.1), rel=1e-5
    )
    exact = [
        by_formula(kind, float(start[i]), [float(g[i]) for g in slopes], 0.1)
        for i in np.ndindex(shape)
    ]
    np.testing.assert_allclose(W, np.reshape(exact, shape), rtol=1e-4, atol=1e-5)


@holds("optimizer.Optimizer.update")
@kinds(*RATES)
@given(hostile(), hostile(), st.booleans(), st.booleans())
@few(60)
def test_a_refused_step_changes_nothing(kind, p, g, same_shape, late):
    W, optimizer = np.ones(2), kind()
    if late:
        optimizer.update({"W": W}, {"W": np.ones(2)})
    if same_shape:
        try:
            g = np.resize(np.asarray(g), np.shape(p))
        except (ValueError, TypeError):
            assume(False)
    params, grads = {"W": W, "p": p}, {"W": np.ones(2), "p": g}
    before, kept = (
        picture([params, grads]),
        picture({k: v for k, v in vars(optimizer).items() if k != "_left"}),
    )
    try:
        loosely(optimizer.update)(params, grads)
    except OURS as error:
        if not is_ours(error):
            raise
        assert picture([params, grads]) == before
        assert picture({k: v for k, v in vars(optimizer).items() if k != "_left"}) == kept
        return
    assert picture(grads) == before[1][1] and not (late and kind.memory)
    assert as_numbers(g) is not None
    if isinstance(p, np.ndarray):
        assert p.dtype.kind == "f" and params["p"] is p
    else:
        assert isinstance(p, (int, float, np.number)) and isinstance(
            params["p"], (float, np.floating)
        )


@kinds(*RATES)
@given(junk, junk)
@few(20)
def test_params_and_grads_are_dicts_with_the_same_keys(kind, params, grads):
    fit = isinstance(params, dict) and isinstance(grads, dict) and params.keys() == grads.keys()
    assume(not (fit and params))
    _, error = attempt(kind().update, params, grads)
    assert error is not None or params == grads == {}
    _, error = attempt(kind().update, {"W": np.ones(2)}, grads)
    assert error is not None
    _, error = attempt(kind().update, {"W": np.ones(2), "b": np.ones(1)}, {"W": np.ones(2)})
    assert type(error) is ValueError


# ---- layers -----------------------------------------------------------------------------------


def seeded(layer, seed=3):
    layer.rng = np.random.default_rng(seed)
    return layer


def filled(*shape, dtype=np.float64):
    return (np.random.default_rng(sum(shape)).standard_normal(shape) + 0.1).astype(dtype)


# Layer -> (how it is made for rows of 6 numbers or images (2, H, W), the axes that x may have)
LAYERS = {
    "relu": (lambda d: Relu(), None),
    "sigmoid": (lambda d: Sigmoid(), None),
    "tanh": (lambda d: Tanh(), None),
    "dropout": (lambda d: seeded(Dropout(0.4)), None),
    "affine": (lambda d: Affine(filled(6, 3, dtype=d), filled(3, dtype=d)), (6,)),
    "norm": (lambda d: BatchNormalization(filled(6, dtype=d), filled(6, dtype=d)), (6,)),
    "norm, images": (
        lambda d: BatchNormalization(filled(2, dtype=d), filled(2, dtype=d)),
        "images",
    ),
    "convolution": (
        lambda d: Convolution(filled(3, 2, 2, 2, dtype=d), filled(3, dtype=d), 1, 1),
        "images",
    ),
    "convolution, stride": (
        lambda d: Convolution(filled(3, 2, 1, 2, dtype=d), 0, stride=2),
        "images",
    ),
    "pooling": (lambda d: Pooling(2, 2), "images"),
    "pooling, overlapping": (lambda d: Pooling(2, 3, stride=1, pad=1), "images"),
}
each_layer = pytest.mark.parametrize("name", LAYERS)
METHODS = [
    f"layers.{n}.{m}"
    for n in ("Relu", "Sigmoid", "Tanh", "Affine", "Dropout", "BatchNormalization")
    for m in ("forward", "backward")
]
METHODS += [
    f"conv_layers.{n}.{m}" for n in ("Convolution", "Pooling") for m in ("forward", "backward")
]


@st.composite
def fitting(draw, axes, dtype=np.float64):
    """A batch of two or more that fits a layer; no two numbers alike, none near 0."""
    if axes is None:
        shape = draw(st.sampled_from([(2,), (2, 3), (3, 1, 2), (2, 2, 3, 3)]))
    elif axes == "images":
        shape = (draw(st.integers(2, 3)), 2, draw(st.integers(2, 5)), draw(st.integers(3, 5)))
    else:
        shape = (draw(st.integers(2, 4)), *draw(st.sampled_from([axes, (2, 3), (1, 3, 2)])))
    order = np.random.default_rng(draw(st.integers(0, 99))).permutation(math.prod(shape))
    return ((order.reshape(shape) - order.size // 2 + 0.5) / 10).astype(dtype)


@holds(*METHODS)
@each_layer
@given(st.data())
@few(25)
def test_backward_is_the_slope_of_forward_along_any_direction(name, data):
    make, axes = LAYERS[name]
    x = data.draw(fitting(axes))
    layer = make(np.float64)
    out = layer.forward(x)
    weights = filled(*out.shape)
    dx = layer.backward(weights)
    assert dx.shape == x.shape
    rng = np.random.default_rng(1)
    slopes = {"x": (x, dx)}
    for key in ("W", "b", "gamma", "beta"):
        if np.ndim(getattr(layer, key, 0)):
            slopes[key] = getattr(layer, key), getattr(layer, f"d{key}")
    for key, (at, slope) in slopes.items():
        direction, h = rng.standard_normal(at.shape), 1e-6
        there = []
        for sign in (1, -1):
            other, moved = make(np.float64), at + sign * h * direction
            if key != "x":
                setattr(other, key, moved)
            there.append(float((other.forward(moved if key == "x" else x) * weights).sum()))
        measured = (there[0] - there[1]) / (2 * h)
        assert measured == pytest.approx(float((slope * direction).sum()), rel=1e-4, abs=1e-5)


@each_layer
@given(st.data())
@few(25)
def test_memory_order_and_dtype_of_a_batch_change_no_result(name, data):
    make, axes = LAYERS[name]
    dtype = data.draw(st.sampled_from([np.float32, np.float64]))
    x = data.draw(fitting(axes, dtype))
    layer = make(dtype)
    out = layer.forward(x.copy())
    dout = filled(*out.shape, dtype=dtype)
    dx = layer.backward(dout.copy())
    assert out.dtype == dx.dtype == dtype
    for dress in (np.asfortranarray, spread_out, frozen, lambda a: a[::-1].copy()[::-1]):
        again = make(dtype)
        value, error = attempt(again.forward, dress(x))
        assert error is None
        tolerance = 1e-4 if dtype == np.float32 else 1e-10
        np.testing.assert_allclose(value, out, rtol=tolerance, atol=tolerance)
        value, error = attempt(again.backward, dress(dout))
        assert error is None
        np.testing.assert_allclose(value, dx, rtol=tolerance, atol=tolerance)
    if "norm" not in name and "dropout" not in name:
        rows = [make(dtype).forward(x[i : i + 1]) for i in range(len(x))]
        np.testing.assert_allclose(np.concatenate(rows), out, rtol=1e-4, atol=1e-5)


@each_layer
@given(st.data())
@few(50)
def test_a_layer_computes_what_fits_and_refuses_the_rest(name, data):
    make, axes = LAYERS[name]
    shape = data.draw(fitting(axes)).shape
    x = data.draw(hostile(st.just(shape)) | hostile())
    layer = make(np.float64)
    assert type(attempt(layer.backward, np.ones(shape))[1]) is RuntimeError
    value, error = attempt(loosely(layer.forward), x)
    numbers = as_numbers(x)
    if numbers is None:
        assert type(error) is TypeError
        return
    if error is not None:
        assert numbers.shape[1:] != shape[1:] or 0 in numbers.shape or len(numbers) < 2
        assert axes is not None
        return
    assert value.dtype.newbyteorder("=") == (
        kept_dtype(x) if axes is None or "pool" in name else np.float64
    )
    if np.isfinite(numbers).all() and moderate(x):
        assert np.isfinite(value).all()
        attempt(layer.forward, x)  # and no floating-point warning
        exact = seeded(make(np.float64)).forward(numbers)
        if "dropout" not in name:
            np.testing.assert_allclose(value, exact, rtol=5e-3, atol=5e-3)
    dout = data.draw(hostile(st.just(np.shape(value))) | hostile())
    dx, error = attempt(loosely(layer.backward), dout)
    slopes = as_numbers(dout)
    assert (error is None) == (slopes is not None and slopes.shape == np.shape(value))
    assert error is not None or np.shape(dx) == numbers.shape


@holds("layers.Affine", "conv_layers.Convolution", "layers.BatchNormalization")
@given(st.data())
@few(100)
def test_parameters_fit_together_or_are_refused(data):
    kind, shape, b_shape = data.draw(
        st.sampled_from(
            [
                (Affine, (2, 3), (3,)),
                (Convolution, (2, 1, 2, 2), (2,)),
                (BatchNormalization, (3,), (3,)),
            ]
        )
    )
    W = data.draw(numeric(st.just(shape)) | hostile())
    b = data.draw(numeric(st.just(b_shape)) | hostile() | st.just(0))
    more = data.draw(st.lists(sizes | st.floats(0, 1), max_size=2)) if kind is not Affine else []
    layer, _ = attempt(kind, W, b, *more)
    if layer is None:
        numbers = as_numbers(W), as_numbers(b)
        fits = all(n is not None for n in numbers) and (numbers[0].shape, numbers[1].shape) == (
            shape,
            b_shape,
        )
        assert not fits or more
    elif kind is not BatchNormalization and isinstance(W, np.ndarray) and W.dtype.kind == "f":
        assert layer.W is W  # the very array that an optimizer will change


@given(hostile(st.just((3,))), hostile(st.just((3,))))
@few(60)
def test_running_statistics_are_numbers_and_a_variance_is_not_negative(mean, var):
    layer, error = attempt(BatchNormalization, np.ones(3), np.zeros(3), 0.9, mean, var)
    if error is None and mean is not None:
        attempt(loosely(layer.forward), np.ones((2, 3)), train_flg=False)
        assert not (as_numbers(var) < 0).any() and as_numbers(mean).shape == (3,)
    if mean is var is None:
        assert type(attempt(layer.forward, np.ones((2, 3)), train_flg=False)[1]) is RuntimeError


@holds("layers.Relu", "layers.Sigmoid", "layers.Tanh", "layers.Dropout", "conv_layers.Pooling")
@given(scalars | st.floats(0, 1), hostile(), sizes, sizes, sizes)
@few(100)
def test_settings_of_layers_without_parameters_are_right_or_refused(
    ratio, seed, height, stride, pad
):
    layer, error = attempt(Dropout, ratio, seed)
    if error is None:
        assert 0 <= layer.dropout_ratio < 1
        x = np.ones((2, 3), np.float32)
        assert layer.forward(x, False).dtype == layer.forward(x, True).dtype == np.float32
    pool, error = attempt(Pooling, height, 2, stride, pad)
    fits = all(
        attempt(checks.whole, v, "size", least)[1] is None
        for v, least in ((height, 1), (stride, 1), (pad, 0))
    )
    assert (error is None) == (fits and int(pad) < min(int(height), 2))
    if pool is not None:
        attempt(pool.forward, np.ones((1, 1, 4, 4)))


@holds(
    "conv_layers.Convolution.col", "conv_layers.Convolution.col_W", "conv_layers.Pooling.arg_max"
)
@given(fitting("images"))
@few(15)
def test_the_views_of_the_book_agree_with_loops(x):
    layer, pool = LAYERS["convolution"][0](float), Pooling(2, 3, stride=1)
    assert layer.col is None and pool.arg_max is None
    out, best = layer.forward(x), pool.forward(x)
    rows = out.transpose(0, 2, 3, 1).reshape(-1, len(layer.W))
    np.testing.assert_allclose(layer.col @ layer.col_W + layer.b, rows)
    windows = windows_by_loops(x, 2, 3, 1, 0)
    windows = windows.reshape(*windows.shape[:4], -1)
    assert pool.arg_max.tolist() == windows.argmax(axis=-1).ravel().tolist()
    np.testing.assert_array_equal(best, windows.max(axis=-1).transpose(0, 3, 1, 2))


def test_a_spread_too_wide_to_square_gives_no_answer_rather_than_0():
    layer = BatchNormalization([1.0, 1.0], [0.0, 0.0])
    out = loosely(layer.forward)(np.array([[1e200, 1.0], [-1e200, 2.0]]))
    assert np.isnan(out[:, 0]).all() and np.isfinite(out[:, 1]).all()


# ---- networks ---------------------------------------------------------------------------------

NETS = {
    "TwoLayerNet": lambda **k: TwoLayerNet(4, 3, 2, 0.5, rng=1, **k),
    "SigmoidTwoLayerNet": lambda **k: SigmoidTwoLayerNet(4, 3, 2, 0.5, rng=1, **k),
    "MultiLayerNet": lambda **k: MultiLayerNet(
        4, [3, 3], 2, "tanh", weight_decay_lambda=0.1, rng=1, **k
    ),
    "MultiLayerNetExtend": lambda **k: MultiLayerNetExtend(
        4, [3], 2, "sigmoid", use_batchnorm=True, rng=1, **k
    ),
    "SimpleConvNet": lambda **k: SimpleConvNet(
        (1, 4, 4), {"filter_num": 2, "filter_size": 3}, 3, 2, 0.5, rng=1, **k
    ),
}
each_net = pytest.mark.parametrize("name", NETS)


def batch_shape(name, n):
    return (n, 1, 4, 4) if name == "SimpleConvNet" else (n, 4)


@holds(
    "network.Network",
    "network.Network.loss",
    "network.Network.gradient",
    "network.Network.numerical_gradient",
    "two_layer_net.TwoLayerNet.lastLayer",
)
@each_net
@given(st.data())
@few(12)
def test_the_gradient_of_a_network_is_the_slope_of_its_loss(name, data):
    n = data.draw(st.integers(2, 4))
    net, scale = NETS[name](), data.draw(st.sampled_from([0.1, 1, 3]))
    x = scale * filled(*batch_shape(name, n))
    t = data.draw(st.lists(st.integers(0, 1), min_size=n, max_size=n))
    t = t if data.draw(st.booleans()) else np.eye(2)[t]
    assert getattr(net, "lastLayer", net.last_layer) is net.last_layer
    grads, error = attempt(net.gradient, x, t)
    assert error is None and grads.keys() == net.params.keys()
    numerical, error = attempt(net.numerical_gradient, x, t)
    assert error is None
    for key in grads:
        np.testing.assert_allclose(grads[key], numerical[key], rtol=1e-3, atol=1e-5)


@holds("network.Network.predict", "network.Network.accuracy")
@each_net
@given(st.data())
@few(40)
def test_a_network_answers_batches_and_refuses_the_rest(name, data):
    shape = batch_shape(name, data.draw(st.integers(1, 3)))
    x = data.draw(dressed(usual(shape)) | hostile(st.just(shape)) | hostile())
    t = data.draw(st.lists(st.integers(0, 1), min_size=shape[0], max_size=shape[0]) | hostile())
    batch_size = data.draw(st.integers(1, 3) | scalars)
    net = NETS[name]()
    if name == "MultiLayerNetExtend":
        net.gradient(filled(*batch_shape(name, 3)), [0, 1, 0])
    kept = picture(net.params)
    scores, error = attempt(loosely(net.predict), x)
    numbers = as_numbers(x)
    fits = (
        numbers is not None
        and numbers.ndim > 1
        and numbers.size
        and len(numbers[0].ravel()) == math.prod(shape[1:])
    )
    fits = fits and (name != "SimpleConvNet" or numbers.shape[1:] == shape[1:])
    assert (error is None) == bool(fits)
    share, error = attempt(loosely(net.accuracy), x, t, batch_size)
    rows = label_rows(t, (len(numbers), 2)) if fits else None
    usable = rows is not None and attempt(checks.whole, batch_size, "size")[1] is None
    if usable and len(numbers) == 1 and np.ndim(t) == 0:
        usable = False
    assert (error is None) == usable
    if usable:
        right = [
            not np.isnan(s).any() and s.argmax() == r.argmax()
            for s, r in zip(scores, rows, strict=True)
        ]
        assert share == sum(right) / len(right)
        one = np.concatenate(
            [loosely(net.predict)(np.asarray(x)[i : i + 1]) for i in range(len(x))]
        )
        if moderate(x):
            np.testing.assert_allclose(one, scores, rtol=1e-2, atol=1e-2)
    for method in (net.loss, net.gradient):
        attempt(loosely(method), x, t)
    assert picture(net.params) == kept


@holds("network.Network.save_params", "network.Network.load_params")
@each_net
@pytest.mark.parametrize("dtype", FLOATS[1:])
def test_parameters_come_back_and_a_name_that_is_none_is_refused(name, dtype, tmp_path):
    net, other = NETS[name](dtype=dtype), NETS[name](dtype=dtype)
    for p in net.params.values():
        p += 1
    net.save_params(tmp_path / "a.npz")
    other.load_params(tmp_path / "a.npz")
    assert all(
        (other.params[k] == p).all() and other.params[k].dtype == dtype
        for k, p in net.params.items()
    )
    for bad in [name for name in JUNK if len(f"{name}") < 200 and "\n" not in f"{name}"]:
        assert attempt(net.save_params, bad)[1] is not None
        assert attempt(net.load_params, bad)[1] is not None
    kept = picture(other.params)
    for bad in (b"", b"PK\x03\x04", b"text", bytes(range(256))):
        (tmp_path / "a.npz").write_bytes(bad)
        assert attempt(other.load_params, tmp_path / "a.npz")[1] is not None
    np.savez(tmp_path / "a.npz", **{k: np.array(["x"]) for k in net.params})
    assert attempt(other.load_params, tmp_path / "a.npz")[1] is not None
    assert picture(other.params) == kept


few_sizes = st.integers(1, 4) | sizes


@holds(
    "two_layer_net.TwoLayerNet",
    "two_layer_net.SigmoidTwoLayerNet",
    "two_layer_net.SigmoidTwoLayerNet.predict",
)
@kinds(TwoLayerNet, SigmoidTwoLayerNet)
@given(
    few_sizes,
    few_sizes,
    few_sizes,
    st.just(0.01) | INITS,
    st.just(1) | hostile(),
    st.just(float) | DTYPES,
)
@few(60)
def test_two_layers_are_built_or_the_setting_is_refused(kind, d, h, k, std, rng, dtype):
    net, _ = attempt(kind, d, h, k, std, rng=rng, dtype=dtype)
    if net is not None:
        scores, error = attempt(net.predict, np.ones((2, d), net.params["W1"].dtype))
        assert error is None and scores.shape == (2, k) and scores.dtype == net.params["W1"].dtype
        if kind is SigmoidTwoLayerNet:
            np.testing.assert_allclose(scores.sum(axis=1), 1, rtol=0.01)


@holds("multi_layer_net.MultiLayerNet", "multi_layer_net_extend.MultiLayerNetExtend")
@given(
    few_sizes, st.lists(few_sizes, max_size=2) | hostile(), few_sizes,
    st.sampled_from(["relu", "Sigmoid", "tanh"]) | junk, st.just("he") | INITS,
    st.just(0) | scalars, st.booleans(), st.just(0.5) | scalars, st.booleans(),
    st.just(None) | scalars,
)  # fmt: skip
@few(120)
def test_deep_networks_are_built_or_the_setting_is_refused(
    d, hidden, k, activation, std, decay, drop, ratio, norm, ratio2
):
    net, _ = attempt(
        MultiLayerNetExtend, d, hidden, k, activation, std, decay, drop, ratio, norm, ratio2, rng=1
    )
    plain, error = attempt(MultiLayerNet, d, hidden, k, activation, std, decay, rng=1)
    assert error is None or net is None
    if net is not None:
        assert [net.params[f"W{i + 1}"].shape[0] for i in range(len(hidden) + 1)] == [d, *hidden]
        _, error = attempt(loosely(net.gradient), np.ones((2, d)), [0, 0])
        assert error is None
    if plain is not None:
        assert plain.predict(np.ones((1, d))).shape == (1, k)


CONV = st.dictionaries(
    st.sampled_from(["filter_num", "filter_size", "pad", "stride", "filters", 3]), sizes, max_size=2
)


@holds("simple_convnet.SimpleConvNet")
@given(
    st.just((1, 8, 8)) | st.lists(sizes, min_size=3, max_size=3) | hostile(),
    CONV | junk,
    st.just(3) | sizes,
    st.just(2) | sizes,
)
@few(120)
def test_a_convolutional_network_is_built_or_the_setting_is_refused(input_dim, conv, hidden, k):
    net, _ = attempt(SimpleConvNet, input_dim, conv, hidden, k, rng=1)
    if net is not None:
        scores, error = attempt(net.predict, np.ones((2, *input_dim)))
        assert error is None and scores.shape == (2, k)


# ---- trainer ----------------------------------------------------------------------------------

DATA = (filled(6, 4), np.array([0, 1, 0, 1, 1, 0]))
NAMES = st.sampled_from(["SGD", "Adam", "rmsprpo", "sgdd", SGD, Adam]) | junk
SETTINGS = st.sampled_from([None, {}, {"lr": 0.1}, {"lr": -1}, {"rate": 1}, {3: 4}]) | junk


@holds(
    "trainer.Trainer",
    "trainer.Trainer.train",
    "trainer.Trainer.train_step",
    "trainer.Trainer.steps",
    "trainer.Step",
)
@given(
    st.just(2) | sizes, st.just(3) | sizes, st.just("sgd") | NAMES, st.just({"lr": 0.1}) | SETTINGS,
    st.none() | sizes, st.just(1) | hostile(), st.booleans(),
)  # fmt: skip
@few(120)
def test_a_run_is_taken_to_its_end_or_the_setting_is_refused(
    epochs, batch, optimizer, param, some, rng, watched
):
    net = TwoLayerNet(4, 3, 2, rng=1)
    trainer, _ = attempt(
        Trainer, net, *DATA, *DATA, epochs, batch, optimizer, param, some, False, rng
    )
    if trainer is None or trainer.max_iter > 100 or trainer.batch_size > 100:
        return
    steps, error = attempt(lambda: list(trainer.steps())) if watched else attempt(trainer.train)
    assert error is None and trainer.current_iter == trainer.max_iter
    assert len(trainer.train_loss_list) == trainer.max_iter == int(epochs) * max(6 // int(batch), 1)
    assert len(trainer.train_acc_list) == len(trainer.test_acc_list) == int(epochs)
    assert np.isfinite(trainer.train_loss_list).all()
    if watched:
        assert all(isinstance(s, Step) for s in steps) and steps[-1].step == trainer.max_iter
        assert [s.loss for s in steps] == trainer.train_loss_list


@given(junk, hostile(), hostile(), st.booleans())
@few(60)
def test_a_trainer_names_the_network_or_the_data_that_does_not_fit(network, x, t, swap):
    assert type(attempt(Trainer, network, *DATA, *DATA)[1]) is TypeError
    pairs = (*DATA, x, t) if swap else (x, t, *DATA)
    net = TwoLayerNet(4, 3, 2, rng=1)
    trainer, _ = attempt(Trainer, net, *pairs, epochs=1, mini_batch_size=2, verbose=False)
    if trainer is not None:
        kept = picture([x, t])
        attempt(loosely(trainer.train))
        assert picture([x, t]) == kept


def test_a_run_that_diverges_ends_in_one_sentence_and_no_warning():
    net = MultiLayerNet(4, [8, 8], 2, rng=1)
    trainer = Trainer(
        net,
        *DATA,
        *DATA,
        epochs=99,
        mini_batch_size=3,
        optimizer_param={"lr": 1e200},
        verbose=False,
    )
    assert type(attempt(trainer.train)[1]) is FloatingPointError


# ---- what these laws found, each as the smallest example ---------------------------------------

ragged = [[1, 2], [3]]
SENTENCES = {
    "ragged points": lambda: gradient.numerical_gradient_2d(np.sum, ragged),
    "a function that is none": lambda: gradient.numerical_gradient(3, np.zeros(2)),
    "ragged hidden sizes": lambda: MultiLayerNet(3, ragged, 2),
    "ragged image sizes": lambda: SimpleConvNet([1, [2], 3]),
    "a setting that is no dict": lambda: SimpleConvNet(conv_param=3),
    "settings of mixed kinds": lambda: SimpleConvNet(conv_param={1: 2, "a": 3}),
    "a layer for no memory": lambda: TwoLayerNet(10**10, 10**10, 2),
    "a pad for no memory": lambda: util.im2col(np.zeros((1, 1, 1, 1)), 1, 1, pad=10**9),
    "a dtype that is none": lambda: TwoLayerNet(3, 3, 2, dtype="x"),
    "weights beyond float32": lambda: TwoLayerNet(3, 3, 2, 1e300, dtype=np.float32),
    "fan_in of 0": lambda: initializer.weight_std("he", 0),
    "labels of inf": lambda: functions.softmax_loss([[1, 2]], [[np.inf, -np.inf]]),
    "labels of 1e308": lambda: functions.softmax_loss([[1, 2]], [[1e308, 1e308]]),
    "hidden entries": lambda: functions.relu(np.ma.masked_array([1.0, 2.0], [0, 1])),
    "a rate beyond all floats": lambda: SGD(10**400),
    "params that are no dict": lambda: SGD().update(3, 4),
    "grads that are no dict": lambda: SGD().update({"W": np.ones(2)}, None),
    "a parameter of text": lambda: SGD().update({"W": "x"}, {"W": 1.0}),
    "a parameter of None": lambda: Adam().update({"W": None}, {"W": 1.0}),
    "a complex parameter": lambda: SGD().update({"W": 1j}, {"W": 1.0}),
    "a parameter in a list": lambda: SGD().update({"W": [1.0, 2.0]}, {"W": [1.0, 2.0]}),
    "a negative variance": lambda: BatchNormalization([1], [0], 0.9, [0], [-1]),
    "a network that is none": lambda: Trainer(3, *DATA, *DATA),
    "an optimizer that is none": lambda: Trainer(TwoLayerNet(4, 3, 2), *DATA, *DATA, optimizer=int),
    "a rate of another name": lambda: Trainer(
        TwoLayerNet(4, 3, 2), *DATA, *DATA, optimizer_param={"rate": 1}
    ),
    "rates that are no dict": lambda: Trainer(
        TwoLayerNet(4, 3, 2), *DATA, *DATA, optimizer_param=3
    ),
    "a shape of None": lambda: util.col2im([[1]], None, 1, 1),
    "a shape with a word": lambda: util.col2im([[1]], (1, 1, "a", 1), 1, 1),
    "a seed of floats": lambda: util.random_source(np.ones(2)),
    "a message of many lines": lambda: SGD(np.zeros((100, 100))),
}


@pytest.mark.parametrize("f", SENTENCES.values(), ids=SENTENCES)
def test_a_foreign_message_became_a_sentence(f):
    assert attempt(f)[1] is not None


def test_silent_errors_that_these_laws_found():
    assert np.isnan(functions.cross_entropy_error([[0.5, np.nan]], [0]))  # nan at another class
    many = np.zeros((9000, 1000), np.float16)  # the sum of the losses is beyond float16
    assert functions.softmax_loss(many, np.zeros(9000, int)) == pytest.approx(math.log(1000), 0.01)
    image = np.ones((1, 1, 60, 60))
    col = util.im2col(image, 1, 1, pad=np.uint8(200))  # 2 · 200 wrapped around in uint8
    assert util.col2im(col, image.shape, 1, 1, pad=np.uint8(200)).tolist() == image.tolist()
    small = [np.array([1, 2, 20, 20], np.uint8), *np.array([18, 18, 1, 1], np.uint8)]
    exact = util.im2col(np.ones((1, 2, 20, 20)), 18, 18, 1, 1)  # 2 · 18 · 18 numbers a row
    assert util.im2col(np.ones((1, 2, 20, 20)), *small[1:]).tolist() == exact.tolist()
    assert (
        util.col2im(exact, *small).tolist()
        == util.col2im(exact, (1, 2, 20, 20), 18, 18, 1, 1).tolist()
    )
    params = {"x": 1.0}
    AdaGrad(lr=1).update(params, {"x": np.array(200, np.uint8)})  # 200 · 200 did so too
    assert params["x"] == pytest.approx(0, abs=1e-6)
    layer = Dropout(np.float64(0.5))
    assert layer.forward(np.ones(2, np.float32), train_flg=False).dtype == np.float32
    layer = Relu()
    layer.forward([-1.0, 1.0])
    assert layer.backward([np.inf, np.inf]).tolist() == [0, np.inf]  # 0 · inf is nan
    assert gradient.relative_error(1e200, -1e200) == gradient.relative_error(1e-200, -1e-200) == 1

"""Whatever arrives at a door of `common`: a right result, or a sentence of ours.

A door is an argument of a function, a method or a constructor. Each stands in one of the tables
below; the last test counts the public names.
"""

from pathlib import Path

import numpy as np
import pytest

from common import functions, gradient, util
from common import layers as nn
from common.initializer import first_params, weight_std
from common.multi_layer_net import MultiLayerNet
from common.multi_layer_net_extend import MultiLayerNetExtend
from common.optimizer import SGD, AdaGrad, Adam, Momentum, Nesterov, RMSprop
from common.simple_convnet import SimpleConvNet
from common.trainer import Trainer
from common.two_layer_net import SigmoidTwoLayerNet, TwoLayerNet
from tests.common import laws
from tests.common.laws import attempt, far_apart, leaves, read_only
from tests.common.test_layers import CASES, dout_for

ROWS, IMAGES, SCORES = far_apart(4, 5), far_apart(2, 2, 4, 6), far_apart(3, 4)
SHARES = functions.softmax(SCORES)
FILTERS, SPREAD = far_apart(3, 2, 2, 2), np.array([1.0, 2, 3, 4, 5])
X, T = far_apart(6, 4), np.array([0, 1, 0, 1, 1, 0])


def there_and_back(layer, x):
    out = layer.forward(x)
    dx = layer.backward(far_apart(*np.shape(out)))
    slopes = [vars(layer)[d] for d in ("dW", "db", "dgamma", "dbeta") if d in vars(layer)]
    return out, dx, slopes


norm = lambda gamma=SPREAD, beta=SPREAD, momentum=0.9, mean=None, var=None: nn.BatchNormalization(
    gamma, beta, momentum, mean, var
)
two_layers = lambda: TwoLayerNet(4, 3, 2, 0.5, rng=1)


def small_convnet(**options):
    options = {"input_dim": (1, 6, 6), "conv_param": {"filter_num": 2, "filter_size": 3}, **options}
    return SimpleConvNet(**{"hidden_size": 3, "output_size": 2, "rng": 1, **options})


def trained(x=X, t=T, x_test=X, t_test=T, **options):
    trainer = Trainer(two_layers(), x, t, x_test, t_test, **{**QUIET, **options})
    return trainer.train(), trainer.train_loss_list, trainer.train_acc_list, trainer.test_acc_list


QUIET = {"epochs": 2, "mini_batch_size": 2, "verbose": False, "rng": 1}


def steps(kind, *rates, grad=(1.0, 1.0, 1.0)):
    """Where two steps lead."""
    optimizer, params = kind(*rates), {"W": np.ones(3)}
    for _ in range(2):
        optimizer.update(params, {"W": grad})
    return params


# ---- where numbers are expected ---------------------------------------------------------------


def at_layers():
    """The x and the dout of each layer in each situation of test_layers.py."""
    for situation, case in CASES.items():
        kind, x = type(case.make(float)), case.draw(*case.shape)
        forward = lambda x, case=case: case.run(case.make(float), x)

        def backward(dout, case=case, x=x):
            layer = case.make(float)
            case.run(layer, x)
            return layer.backward(dout)

        name = f"{kind.__module__.removeprefix('common.')}.{kind.__name__}"
        yield f"{name}.forward x: {situation}", (forward, x, case.fits)
        yield f"{name}.backward dout: {situation}", (backward, dout_for(forward(x)), ())


ANY, WIDER = tuple(laws.SHAPES), ("a column more",)
# Name and argument -> (call with this argument, numbers that are right, shapes that are right too)
NUMBERS = {
    "functions.step_function x": (functions.step_function, ROWS, ANY),
    "functions.sigmoid x": (functions.sigmoid, ROWS, ANY),
    "functions.sigmoid_grad x": (functions.sigmoid_grad, ROWS, ANY),
    "functions.relu x": (functions.relu, ROWS, ANY),
    "functions.relu_grad x": (functions.relu_grad, ROWS, ANY),
    "functions.softmax x": (functions.softmax, ROWS, ANY[1:]),
    "functions.log_softmax x": (functions.log_softmax, ROWS, ANY[1:]),
    "functions.sum_squared_error y": (lambda y: functions.sum_squared_error(y, ROWS), ROWS, ()),
    "functions.mean_squared_error t": (lambda t: functions.mean_squared_error(ROWS, t), ROWS, ()),
    "functions.cross_entropy_error y": (
        lambda y: functions.cross_entropy_error(y, [0, 2, 1]), SHARES, WIDER),
    "functions.softmax_loss X": (
        lambda x: functions.softmax_loss(x, [0, 2, 1]), SCORES, WIDER),
    "gradient.numerical_gradient what f returns": (
        lambda f: gradient.numerical_gradient(lambda _: f, np.ones(1)), np.ones(1),
        ("a number", "an axis more", "an axis less")),
    "gradient.relative_error a": (lambda a: gradient.relative_error(a, ROWS), ROWS, ()),
    "gradient.relative_error b": (lambda b: gradient.relative_error(ROWS, b), ROWS, ()),
    "util.smooth_curve x": (util.smooth_curve, far_apart(20), WIDER),
    "util.im2col input_data": (lambda x: util.im2col(x, 2, 3, 1, 1), IMAGES, WIDER),
    "util.unfold x": (lambda x: util.unfold(x, 2, 3, 1, 1), IMAGES, WIDER),
    "util.col2im col": (
        lambda col: util.col2im(col, (1, 2, 4, 3), 2, 2), far_apart(6, 8), ()),
    **dict(at_layers()),
    "layers.Affine W": (
        lambda W: there_and_back(nn.Affine(W, far_apart(3)), ROWS), far_apart(5, 3), ()),
    "layers.Affine b": (
        lambda b: there_and_back(nn.Affine(far_apart(5, 3), b), ROWS), far_apart(3), ()),
    "conv_layers.Convolution W": (
        lambda W: there_and_back(nn.Convolution(W, far_apart(3)), IMAGES), FILTERS, WIDER),
    "conv_layers.Convolution b": (
        lambda b: there_and_back(nn.Convolution(FILTERS, b), IMAGES), far_apart(3), ()),
    "layers.BatchNormalization gamma": (lambda v: there_and_back(norm(v), ROWS), SPREAD, ()),
    "layers.BatchNormalization beta": (lambda v: there_and_back(norm(beta=v), ROWS), SPREAD, ()),
    "layers.BatchNormalization running_mean": (
        lambda v: norm(mean=[v] if v is None else v, var=SPREAD).forward(ROWS, False), SPREAD, ()),
    "layers.BatchNormalization running_var": (
        lambda v: norm(mean=SPREAD, var=[v] if v is None else v).forward(ROWS, False), SPREAD, ()),
    **{f"optimizer.{kind.__name__} grads": (
        lambda grad, kind=kind: steps(kind, grad=grad), np.array([3.0, -2, 1]), ())
       for kind in (SGD, Momentum, Nesterov, AdaGrad, RMSprop, Adam)},
    "network.Network.predict x": (lambda x: two_layers().predict(x), X, ()),
    "network.Network.predict x, images": (
        lambda x: small_convnet().predict(x), far_apart(2, 1, 6, 6), WIDER),
    "two_layer_net.SigmoidTwoLayerNet.predict x": (
        lambda x: SigmoidTwoLayerNet(4, 3, 2, rng=1).predict(x), X, ()),
    "network.Network.loss x": (lambda x: two_layers().loss(x, T), X, ()),
    "network.Network.gradient x": (lambda x: two_layers().gradient(x, T), X, ()),
    "network.Network.numerical_gradient x": (
        lambda x: two_layers().numerical_gradient(x, T), X, ()),
}  # fmt: skip


def check_numbers(name):
    call, good, fits = NUMBERS[name]
    for label, dress in laws.DRESSES.items():
        value = dress(good)
        found, error = attempt(call, value)
        expected, why = attempt(call, np.array(value, float))
        assert type(error) is type(why) and (error is None or label == "pixels"), f"{error!r}"
        if error is None:
            laws.assert_close(found, expected, {"float16": 0.05}.get(label, 1e-5), label)
    for label, value in laws.NO_NUMBERS.items():
        assert type(attempt(call, value)[1]) is TypeError, label
    for label, change in laws.SHAPES.items():
        value = change(good)
        if value.shape == good.shape:
            continue
        found, error = attempt(call, value)
        assert type(error) is (type(None) if label in fits else ValueError), f"{label}: {found}"
    for strange in (np.nan, np.inf, -np.inf, 1e300):
        value = good.copy()
        value.flat[::2] = strange  # not only where Relu blocks, or where a filter never stops
        found, error = attempt(call, value)
        assert error or not np.isnan(strange) or np.isnan(leaves(found)).any(), "nan is swallowed"


# ---- where a size, a rate, a word or a setting is expected ------------------------------------


is_whole = lambda least=1: lambda v: (
    isinstance(v, (int, np.integer)) and v is not True and v >= least
)  # fmt: skip
is_rate = lambda below=np.inf: (
    lambda v: (
        isinstance(v, (int, float, np.integer, np.floating)) and v is not True and 0 <= v < below
    )
)
is_seed = lambda v: v is None or (isinstance(v, (int, np.integer)) and v >= 0)
is_empty = lambda v: None if repr(v) == "[]" else repr(v) in ("None", "{}")
only = lambda number: lambda v: is_whole(0)(v) and v == number
nothing = lambda v: False

ONE_IMAGE, COL, COL_SHAPE = far_apart(1, 1, 5, 5), far_apart(4, 1), (1, 1, 2, 2)
# Name -> (call with these sizes, sizes that are right, the least that each may be)
SIZES = {
    "util.conv_output_size": (util.conv_output_size, [5, 1, 1, 0], [1, 1, 1, 0]),
    "util.im2col": (lambda *a: util.im2col(ONE_IMAGE, *a), [2, 2, 1, 0], [1, 1, 1, 0]),
    "util.unfold": (lambda *a: util.unfold(ONE_IMAGE, *a), [2, 2, 1, 0], [1, 1, 1, 0]),
    "conv_layers.Convolution": (
        lambda *a: there_and_back(nn.Convolution(far_apart(1, 1, 2, 2), 0, *a), ONE_IMAGE),
        [1, 0], [1, 0]),
    "conv_layers.Pooling": (
        lambda *a: there_and_back(nn.Pooling(*a), ONE_IMAGE), [3, 3, 2, 0], [1, 1, 1, 0]),
    "two_layer_net.TwoLayerNet": (
        lambda *sizes: TwoLayerNet(*sizes, rng=1).params, [4, 3, 2], [1, 1, 1]),
    "two_layer_net.SigmoidTwoLayerNet": (
        lambda *sizes: SigmoidTwoLayerNet(*sizes, rng=1).params, [4, 3, 2], [1, 1, 1]),
    "multi_layer_net.MultiLayerNet": (
        lambda d, h, k: MultiLayerNet(d, [h], k, rng=1).params, [4, 3, 2], [1, 1, 1]),
    "initializer.weight_std fan_in": (lambda n: weight_std("he", n), [2], [1]),
    "initializer.first_params": (
        lambda *sizes: first_params([sizes], 1, np.random.default_rng(1), float), [4, 3], [1, 1]),
    "simple_convnet.SimpleConvNet": (
        lambda fn, size, pad, stride, hidden, k: small_convnet(
            conv_param={"filter_num": fn, "filter_size": size, "pad": pad, "stride": stride},
            hidden_size=hidden, output_size=k).params,
        [2, 3, 1, 1, 3, 2], [1, 1, 0, 1, 1, 1]),
    "simple_convnet.SimpleConvNet input_dim": (
        lambda *dim: small_convnet(input_dim=dim, conv_param={"filter_size": 1}).params,
        [1, 6, 6], [1, 2, 2]),
    "network.Network.accuracy batch_size": (lambda n: two_layers().accuracy(X, T, n), [3], [1]),
    "trainer.Trainer epochs": (lambda n: trained(epochs=n), [1], [1]),
    "trainer.Trainer mini_batch_size": (lambda n: trained(mini_batch_size=n), [1], [1]),
}  # fmt: skip
RATES = {kind: [np.inf] for kind in (SGD, AdaGrad)}
RATES |= {kind: [np.inf, 1] for kind in (Momentum, Nesterov, RMSprop)} | {Adam: [np.inf, 1, 1]}
# Name and argument -> (call with this argument, whether a value is right; None: either way)
SETTINGS = {
    **{f"{name} {i}": (
        lambda v, f=f, i=i, given=given: f(*given[:i], v, *given[i + 1 :]), is_whole(least[i]))
       for name, (f, given, least) in SIZES.items() for i in range(len(given))},
    **{f"optimizer.{kind.__name__} {i}": (
        lambda v, kind=kind, i=i: steps(kind, *(0.1, 0.5)[:i], v), is_rate(below))
       for kind, limits in RATES.items() for i, below in enumerate(limits)},
    "util.col2im filter_h": (lambda v: util.col2im(COL, COL_SHAPE, v, 1), only(1)),
    "util.col2im filter_w": (lambda v: util.col2im(COL, COL_SHAPE, 1, v), only(1)),
    "util.col2im stride": (lambda v: util.col2im(COL, COL_SHAPE, 1, 1, v), only(1)),
    "util.col2im pad": (lambda v: util.col2im(COL, COL_SHAPE, 1, 1, 1, v), only(0)),
    "util.col2im input_shape": (lambda v: util.col2im(COL, v, 1, 1), nothing),
    "util.col2im W": (lambda v: util.col2im(COL, (1, 1, 2, v), 1, 1), only(2)),
    "util.random_source rng": (lambda v: util.random_source(v) is None, is_seed),
    "util.shuffle_dataset rng": (lambda v: util.shuffle_dataset(X, T, v) is None, is_seed),
    "util.shuffle_dataset x": (lambda v: util.shuffle_dataset(v, T), nothing),
    "util.shuffle_dataset t": (lambda v: util.shuffle_dataset(X, v), nothing),
    "layers.Dropout rng": (lambda v: nn.Dropout(0.5, v) is None, is_seed),
    "layers.Dropout dropout_ratio": (lambda v: nn.Dropout(v, 1).forward(ROWS), is_rate(1)),
    "layers.BatchNormalization momentum": (lambda v: norm(momentum=v).momentum, is_rate(1)),
    "initializer.weight_std": (lambda v: weight_std(v, 3), is_rate()),
    "multi_layer_net.MultiLayerNet weight_init_std": (
        lambda v: MultiLayerNet(2, [2], 2, weight_init_std=v, rng=1).params, is_rate()),
    "multi_layer_net.MultiLayerNet weight_decay_lambda": (
        lambda v: MultiLayerNet(4, [2], 2, weight_decay_lambda=v, rng=1).loss(X, T), is_rate()),
    "multi_layer_net.MultiLayerNet activation": (lambda v: MultiLayerNet(2, [2], 2, v), nothing),
    "multi_layer_net.MultiLayerNet hidden_size_list": (
        lambda v: MultiLayerNet(2, v, 2, rng=1) is None,
        lambda v: repr(v) in ("[]", "{}", "[2]", "array([1, 2])")),
    "multi_layer_net_extend.MultiLayerNetExtend dropout_ration": (
        lambda v: MultiLayerNetExtend(2, [2], 2, use_dropout=True, dropout_ration=v) is None,
        is_rate(1)),
    "simple_convnet.SimpleConvNet input_dim": (lambda v: small_convnet(input_dim=v), nothing),
    "simple_convnet.SimpleConvNet conv_param": (
        lambda v: SimpleConvNet(conv_param=v, rng=1) is None, is_empty),
    "network.Network rng": (lambda v: TwoLayerNet(2, 2, 2, rng=v) is None, is_seed),
    "network.Network dtype": (
        lambda v: TwoLayerNet(2, 2, 2, dtype=v), lambda v: None if v is None else False),
    **{f"network.Network.{act} {i}": (
        lambda v, act=act, i=i: getattr(two_layers(), act)(*[X, T][:i], v, *[X, T][i + 1 :]),
        nothing)
       for act in ("loss", "gradient", "numerical_gradient", "accuracy") for i in (0, 1)},
    "gradient.numerical_gradient f": (
        lambda v: gradient.numerical_gradient(v, np.ones(2)), nothing),
    "gradient.numerical_gradient x": (
        lambda v: gradient.numerical_gradient(lambda _: 0.0, v),
        lambda v: isinstance(v, np.ndarray) and v.dtype == float),
    "gradient.numerical_gradient_2d X": (
        lambda v: gradient.numerical_gradient_2d(lambda _: 0.0, v),
        lambda v: (isinstance(v, np.ndarray) and v.dtype == float) or (
            None if isinstance(v, float) or repr(v) == "[]" else False)),
    "optimizer.SGD.update params": (lambda v: SGD().update(v, {"W": 1.0}), nothing),
    "optimizer.Adam.update grads": (lambda v: Adam().update({"W": 1.0}, v), nothing),
    "trainer.Trainer rng": (lambda v: trained(rng=v) is None, is_seed),
    "trainer.Trainer network": (lambda v: Trainer(v, X, T, X, T).train(), nothing),
    "trainer.Trainer optimizer": (lambda v: trained(optimizer=v), nothing),
    "trainer.Trainer optimizer_param": (lambda v: trained(optimizer_param=v) is None, is_empty),
    "trainer.Trainer evaluate_sample_num_per_epoch": (
        lambda v: trained(evaluate_sample_num_per_epoch=v), lambda v: v is None or is_whole()(v)),
    **{f"trainer.Trainer {x}": (lambda v, x=x: trained(**{x: v}), nothing)
       for x in ("x", "t", "x_test", "t_test")},
}  # fmt: skip


def check_setting(name):
    call, right = SETTINGS[name]
    for value in laws.SCALARS:
        found, error = attempt(call, value, named=(COL.shape, (1,)))
        assert right(value) in (None, error is None), f"{value!r}: {found!r} {error!r}"
        if error is None and isinstance(value, np.generic):
            laws.assert_close(found, call(value.item()), 1e-6, f"{value!r}")


# ---- where labels are expected ----------------------------------------------------------------

THREE = far_apart(3, 4)


TAKING_LABELS = {
    "functions.cross_entropy_error t": lambda t: functions.cross_entropy_error(SHARES, t),
    "functions.softmax_loss t": lambda t: functions.softmax_loss(SCORES, t),
    "layers.SoftmaxWithLoss.forward t": lambda t: there_and_back_again(SCORES, t),
    **{f"network.Network.{act} t": (
        lambda t, act=act: getattr(TwoLayerNet(4, 3, 4, 0.5, rng=1), act)(THREE, t))
       for act in ("loss", "gradient", "numerical_gradient", "accuracy")},
}  # fmt: skip


def there_and_back_again(x, t):
    layer = nn.SoftmaxWithLoss()
    return layer.forward(x, t), layer.backward()


def check_labels(name):
    call = TAKING_LABELS[name]
    expected = call([0, 2, 1])
    for label, t in laws.LABELS.items():
        found, error = attempt(call, t)
        assert error is None, f"{label}: {error}"
        laws.assert_close(found, expected, name=label)
    for label, (t, kind) in laws.BAD_LABELS.items():
        error = attempt(call, t)[1]
        early = label in ("one for all", "rows of different lengths")  # asked before the labels
        assert type(error) is kind or (early and error), f"{label}: {error!r}"


# ---- what goes wrong in the middle ------------------------------------------------------------


def damaged(write):
    def call():
        net, path = two_layers(), Path("mine.npz")
        net.save_params(path)
        write(path)
        before = laws.picture(net.params)
        try:
            net.load_params("mine.npz")
        finally:
            assert laws.picture(net.params) == before and not Path("made").exists()

    return call


def rebound():
    net = two_layers()
    net.params["W2"] = net.params["W2"] + 1
    net.predict(X)


def one_optimizer_for_two_runs():
    optimizer = Momentum()
    for _ in range(2):
        optimizer.update({"W": np.ones(2)}, {"W": np.ones(2)})


def masks_that_change():
    net = MultiLayerNetExtend(4, [3], 2, use_dropout=True)
    net.numerical_gradient(X, T)


# Name -> (kind of error, what the sentence should name, what leads to it)
MISHAPS = {
    "a file of another network": (
        ValueError, "mine.npz", damaged(lambda p: np.savez(p, W1=np.ones(2)))),
    "a file of text": (ValueError, "mine.npz", damaged(lambda p: p.write_text("hello"))),
    "an empty file": (ValueError, "mine.npz", damaged(lambda p: p.write_bytes(b""))),
    "half a file": (
        ValueError, "mine.npz", damaged(lambda p: p.write_bytes(p.read_bytes()[:300]))),
    "a pickle, which would make a folder": (
        ValueError, "mine.npz", damaged(lambda p: p.write_bytes(b"cos\nmkdir\n(S'made'\ntR."))),
    "words in a file": (ValueError, "mine.npz", damaged(lambda p: np.savez(p, W1=["a"]))),
    "objects in a file": (ValueError, "mine.npz", damaged(lambda p: np.savez(p, W1=[None]))),
    "a file with one parameter of another kind": (
        ValueError, "mine.npz", damaged(lambda p: np.savez(p, **{
            **two_layers().params, "W1": np.zeros((4, 3)), "b2": 1j * np.ones(2)}))),
    **{f"network.Network.{act}_params {name}": (
        ValueError, name, lambda act=act, name=name: getattr(two_layers(), f"{act}_params")(name))
       for act in ("save", "load") for name in ("mine.pkl", "mine", "npz", 3, None)},
    "a parameter that is a new array": (RuntimeError, "params['W2']", rebound),
    "an optimizer that served already": (RuntimeError, "Momentum", one_optimizer_for_two_runs),
    "a numerical gradient with dropout": (RuntimeError, "dropout", masks_that_change),
    "a test before any training": (
        RuntimeError, "no running mean", lambda: norm().forward(ROWS, train_flg=False)),
    "a single row for batch norm": (RuntimeWarning, (1, 5), lambda: norm().forward(ROWS[:1])),
    "a running mean without its variance": (
        TypeError, "BatchNormalization", lambda: norm(mean=SPREAD)),
    "a learning rate far too large": (
        FloatingPointError, "loss", lambda: trained(optimizer_param={"lr": 1e200}, epochs=50)),
    "a rate of another name": (TypeError, "rate", lambda: trained(optimizer_param={"rate": 1})),
    "an unknown optimizer": (ValueError, "sdg", lambda: trained(optimizer="sdg")),
    "a dtype of integers": (ValueError, "int", lambda: TwoLayerNet(4, 3, 2, dtype=int)),
    "a key of another name": (
        ValueError, "filters", lambda: small_convnet(conv_param={"filters": 3})),
    "an image too small for the filter": (ValueError, 4, lambda: SimpleConvNet((1, 4, 4))),
    "images of other channels": (
        ValueError, (2, 1, 5, 5),
        lambda: nn.Convolution(FILTERS, 0).forward(np.ones((2, 1, 5, 5)))),
    "a filter that is larger than the image": (
        ValueError, 1, lambda: nn.Convolution(FILTERS, 0).forward(np.ones((2, 2, 5, 1)))),
    "a padding as wide as the pool": (ValueError, "(2, 3).", lambda: nn.Pooling(2, 3, pad=2)),
    "a row too short": (
        ValueError, "has 3 numbers", lambda: nn.Affine(ROWS.T, np.ones(4)).forward(ROWS[:, 2:])),
    "a list for one row": (
        ValueError, (4,), lambda: nn.Affine(np.ones((1, 3)), np.ones(3)).forward(np.ones(4))),
    "losses of images": (
        ValueError, (2, 2, 2), lambda: functions.softmax_loss(np.eye(2)[[T[:2]] * 2], np.eye(2)[
            [T[:2]] * 2])),
    "a class that is not there": (
        ValueError, "0 to 3", lambda: functions.softmax_loss(SCORES, [0, 1, 4])),
    "a rate below 0": (ValueError, "and finite", lambda: SGD(-1)),
    "a share above 1": (ValueError, "and below 1", lambda: Momentum(0.1, 2)),
    "a list for batch norm of one feature": (
        ValueError, (7,), lambda: norm([1], [0]).forward(np.ones(7))),
    "rows of three for batch norm of one feature": (
        ValueError, (4, 3), lambda: norm([1], [0]).forward(np.ones((4, 3)))),
    "five in the middle for batch norm of five": (
        ValueError, (2, 5, 3), lambda: norm().forward(np.ones((2, 5, 3)))),
    "a slope at whole numbers": (
        TypeError, "int64", lambda: gradient.numerical_gradient(np.sum, np.array([1, 2]))),
    "a slope at a list": (TypeError, "list", lambda: gradient.numerical_gradient(sum, [1.0])),
    "a b that is a number but not 0": (
        ValueError, FILTERS.shape, lambda: nn.Convolution(FILTERS, 1)),
    "scores instead of shares": (
        ValueError, -1, lambda: functions.cross_entropy_error([[2.5, -1]], [0])),
    "shares above 1": (ValueError, 1.0011, lambda: functions.cross_entropy_error([1.0011, 0], 0)),
    "a step lost beside a huge entry": (
        RuntimeWarning, "1e+13", lambda: gradient.numerical_gradient(np.sum, np.array([1e13]))),
    "a read-only x": (
        ValueError, "read-only", lambda: gradient.numerical_gradient(np.sum, read_only(X))),
    **{f"backward before forward: {name}": (
        RuntimeError, type(case.make(float)).__name__,
        lambda case=case: case.make(float).backward(ROWS))
       for name, case in CASES.items()},
    **{f"optimizer.{kind.__name__}.update {what}": (
        error, named, lambda kind=kind, p=p, g=g: kind().update({"W": p}, g))
       for kind in RATES
       for what, error, named, p, g in (
           ("a slope of another shape", ValueError, (2, 1), np.ones(2), {"W": np.ones((2, 1))}),
           ("a slope of another name", ValueError, "w", np.ones(2), {"w": np.ones(2)}),
           ("a slope too many", ValueError, "b", np.ones(2), {"W": np.ones(2), "b": np.ones(2)}),
           ("whole numbers", TypeError, "int64", np.array([1, 2]), {"W": np.ones(2)}),
           ("a list", TypeError, "W", [1.0, 2.0], {"W": np.ones(2)}),
           ("a word", TypeError, "W", "x", {"W": 1.0}),
           ("a read-only W", TypeError, "read-only", read_only(X[0]), {"W": np.ones(4)}))},
}  # fmt: skip


def check_mishap(name):
    kind, named, call = MISHAPS[name]
    error = attempt(call, named=(named,))[1]
    assert isinstance(error, kind), f"{error!r}"


TABLES = {
    check_numbers: NUMBERS, check_setting: SETTINGS, check_labels: TAKING_LABELS,
    check_mishap: MISHAPS,
}  # fmt: skip
DOORS = {name: check for check, table in TABLES.items() for name in table}
assert len(DOORS) == sum(map(len, TABLES.values())), "two rows have one name"


@pytest.mark.parametrize("name", DOORS)
def test_a_right_result_or_a_sentence_of_ours(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    DOORS[name](name)


# These have no argument that could be wrong, or are held in the files that they are named after.
HELD_ELSEWHERE = """
conv_layers.Convolution.col conv_layers.Convolution.col_W conv_layers.Pooling.arg_max
functions.identity_function functions.label_rows functions.mean_cost optimizer.Optimizer
optimizer.Optimizer.update optimizer.slopes trainer.Step trainer.Trainer.steps
trainer.Trainer.train trainer.Trainer.train_step two_layer_net.TwoLayerNet.lastLayer
util.cells util.fold util.image_shape util.output_sides util.pad_images util.places util.stops
"""


def test_every_public_name_stands_at_a_door():
    doors = {door.split()[0] for door in DOORS}
    doors |= {door.rpartition(".")[0] for door in doors if door.count(".") == 2}
    offered = {name for name in laws.public_names() if not name.endswith(".change")}
    offered -= {name for name in offered if name.startswith("checks.")}
    held = doors | set(HELD_ELSEWHERE.split())
    assert {"layers.Affine.forward", "util.im2col", "trainer.Trainer.train"} <= offered
    assert not offered - held, "give it a row in a table above"

"""What the errors of `common` say, word for word: an error is read by somebody who is stuck.

Every `raise` has its row here, and a new one needs a row: that is the moment to read the sentence
as the one who will meet it.
"""

import ast
import traceback
from pathlib import Path

import numpy as np
import pytest

import common
from common import checks
from common.functions import (
    cross_entropy_error,
    softmax,
    softmax_loss,
    step_function,
    sum_squared_error,
)
from common.gradient import numerical_gradient, numerical_gradient_2d, relative_error
from common.initializer import weight_std
from common.layers import (
    Affine,
    BatchNormalization,
    Convolution,
    Dropout,
    Pooling,
    Relu,
    Sigmoid,
    SoftmaxWithLoss,
    Tanh,
)
from common.multi_layer_net import MultiLayerNet
from common.multi_layer_net_extend import MultiLayerNetExtend
from common.optimizer import SGD, AdaGrad, Adam, Momentum, Nesterov, RMSprop
from common.simple_convnet import SimpleConvNet
from common.trainer import Trainer
from common.two_layer_net import TwoLayerNet
from common.util import (
    col2im,
    conv_output_size,
    im2col,
    random_source,
    shuffle_dataset,
    smooth_curve,
    unfold,
)

ones = np.ones
SAMPLES = ones((4, 3)), np.zeros(4, int)


def frozen(x):
    x.setflags(write=False)
    return x


def lost(x=1e13):
    x = np.array([x])
    numerical_gradient(lambda x: x[0], x)


def rebound():
    net = TwoLayerNet(4, 3, 2, rng=0)
    net.params["W2"] = net.params["W2"] + 1
    net.predict(ones((2, 4)))


def damaged():
    Path("text.npz").write_text("hello")
    TwoLayerNet(4, 3, 2).load_params("text.npz")


def other_shapes():
    np.savez("other.npz", W1=ones(2))
    first = MultiLayerNet(4, [], 2)
    first.load_params("other.npz")


def used_twice():
    optimizer = Momentum()
    for _ in range(2):
        optimizer.update({"W": ones(2)}, {"W": ones(2)})


def trainer(**options):
    x, t = ones((4, 3)), np.zeros(4, int)
    options = {"verbose": False, "mini_batch_size": 2, "x": x, "t": t, "rng": 0, **options}
    x, t = options.pop("x"), options.pop("t")
    return Trainer(TwoLayerNet(3, 2, 2, rng=0), x, t, ones((4, 3)), np.zeros(4, int), **options)


def runaway():
    t = trainer()
    t.network.loss = lambda *args, **kwargs: np.inf
    t.network.gradient = lambda x, t: t_zero
    t_zero = {key: 0 * p for key, p in t.network.params.items()}
    t.train()


SENTENCES = [
    # checks: the first word is the one who asks
    (
        lambda: Relu().forward([[1.0], [1.0, 2.0]]),
        "Relu: rows of different lengths arrived; make them equal.",
    ),
    (
        lambda: Relu().forward(np.ma.array([1.0, 2.0])),
        "Relu: a masked array arrived; fill its gaps: x.filled(0).",
    ),
    (
        lambda: Relu().forward(["a"]),
        "Relu: numbers were expected, <U1 arrived; give an array of floats.",
    ),
    (
        lambda: shuffle_dataset(ones((3, 2)), ones(2)),
        "shuffle_dataset: x has shape (3, 2), t (2,); as many labels as samples, at least one, "
        "were expected.",
    ),
    (
        lambda: cross_entropy_error(np.full((2, 2, 2), 0.5), 0),
        "cross_entropy_error: outputs have shape (2, 2, 2); (N, K) or (K,) was expected.",
    ),
    (
        lambda: cross_entropy_error(np.full((1, 2), 0.5), [[0.5, -1.5]]),
        "cross_entropy_error: rows of labels must be shares that sum to 1; the lowest is -1.5, a "
        "sum is off by 2.",
    ),
    (
        lambda: cross_entropy_error(np.full((3, 2), 0.5), [0, 1]),
        "cross_entropy_error: labels have shape (2,); 3 class numbers (3,) or one-hot rows (3, 2) "
        "were expected; a column is flattened by t.ravel().",
    ),
    (
        lambda: cross_entropy_error(np.full((2, 2), 0.5), [0.0, 1.0]),
        "cross_entropy_error: class numbers are float64; make them integers: t.astype(int).",
    ),
    (
        lambda: cross_entropy_error(np.full((2, 2), 0.5), [2, 1]),
        "cross_entropy_error: label 2 arrived, but 2 outputs know 0 to 1.",
    ),
    (lambda: SGD(-1), "SGD: lr must be a number, at least 0 and finite; -1 arrived."),
    (
        lambda: Dropout("half"),
        "Dropout: dropout_ratio must be a number, at least 0 and below 1; 'half' arrived.",
    ),
    (
        lambda: conv_output_size(4, 2.5),
        "filter_size must be a whole number of at least 1; 2.5 arrived.",
    ),
    (
        lambda: TwoLayerNet(10**6, 10**6, 2),
        "An array of [1000000, 1000000] numbers fits into no memory; choose less.",
    ),
    (lambda: Tanh().backward(1), "Tanh: backward came before forward; call forward first."),
    (
        lambda: checks.upstream(ones((2, 1)), (2,), Tanh()),
        "Tanh: dout has shape (2, 1), forward gave (2,); give that.",
    ),
    # functions
    (
        lambda: step_function(np.nan),
        "step_function: x holds nan, which is neither above 0 nor below.",
    ),
    (
        lambda: sum_squared_error(ones((2, 3)), ones(2)),
        "sum_squared_error: y has shape (2, 3), t (2,); class numbers become one-hot rows with "
        "np.eye(classes)[t].",
    ),
    (
        lambda: cross_entropy_error([[2.5, -1]], [0]),
        "cross_entropy_error: y has -1 to 2.5; probabilities from 0 to 1 were expected, so apply "
        "softmax first.",
    ),
    (lambda: softmax([]), "softmax: scores have shape (0,); give at least one score a row."),
    # gradient
    (
        lambda: numerical_gradient(3, ones(1)),
        "numerical_gradient: f is int; a function was expected.",
    ),
    (
        lambda: numerical_gradient(np.sum, np.array([1, 2], np.int16)),
        "numerical_gradient: x is an array of int16; a step of 0.0001 needs an array of floats: "
        "np.array(x, dtype=float).",
    ),
    (
        lambda: numerical_gradient(np.sum, [1.0]),
        "numerical_gradient: x is list; a step of 0.0001 needs an array of floats: "
        "np.array(x, dtype=float).",
    ),
    (
        lambda: numerical_gradient(np.sum, frozen(ones(2))),
        "numerical_gradient: x is read-only and cannot be nudged; pass x.copy().",
    ),
    (
        lost,
        "numerical_gradient: a step of 0.0001 is lost beside the entry 1e+13 of float64; scale x "
        "down.",
    ),
    (
        lambda: numerical_gradient(lambda x: 2 * x, ones(3)),
        "numerical_gradient: f returned shape (3,); one number was expected, so sum or average it.",
    ),
    (
        lambda: numerical_gradient_2d(np.sum, ones((1, 2, 3))),
        "numerical_gradient_2d: X has shape (1, 2, 3); rows (N, D) expected.",
    ),
    (
        lambda: relative_error(ones(2), ones((2, 1))),
        "relative_error: shapes (2,) and (2, 1) differ.",
    ),
    # layers
    (
        lambda: Affine(ones((3, 2)), ones(3)),
        "Affine: W has shape (3, 2), b (3,); (D, M) and (M,) were expected.",
    ),
    (
        lambda: Affine(ones((3, 2)), ones(2)).forward(ones(3)),
        "Affine: x has shape (3,), rows (N, 3) are expected; one sample becomes a batch of one "
        "with x.reshape(1, -1).",
    ),
    (
        lambda: Affine(ones((3, 2)), ones(2)).forward(ones((5, 2, 2))),
        "Affine: a row of x (5, 2, 2) has 4 numbers, W (3, 2) expects 3.",
    ),
    (
        lambda: BatchNormalization(ones(3), ones(2)),
        "BatchNormalization: one shape (D,) was expected; {'gamma': (3,), 'beta': (2,)} arrived.",
    ),
    (
        lambda: BatchNormalization(ones(1), ones(1), 0.9, ones(1), [-1]),
        "BatchNormalization: a running_var below 0 arrived; give variances.",
    ),
    (
        lambda: BatchNormalization(ones(3), ones(3)).forward(ones((5, 4))),
        "BatchNormalization: x has shape (5, 4); rows (N, 3), or images whose C or C·H·W is 3, "
        "were expected.",
    ),
    (
        lambda: BatchNormalization(ones(3), ones(3)).forward(ones((1, 3))),
        "BatchNormalization: x has shape (1, 3); each feature needs two values or more, so use a "
        "larger batch.",
    ),
    (
        lambda: BatchNormalization(ones(3), ones(3)).forward(ones((5, 3)), False),
        "BatchNormalization: no running mean and variance yet; train first (train_flg=True), or "
        "hand both to the constructor.",
    ),
    (
        lambda: Convolution(ones((3, 2)), 0),
        "Convolution: W has shape (3, 2), b (); (FN, C, FH, FW) and (FN,), or b = 0, were "
        "expected.",
    ),
    (
        lambda: Convolution(ones((1, 3, 2, 2)), 0).forward(ones((2, 1, 5, 5))),
        "Convolution: x (2, 1, 5, 5) has 1 channels, W (1, 3, 2, 2) expects 3.",
    ),
    (
        lambda: Pooling(2, 3, pad=2),
        "Pooling: pad 2 must be less than the window 2 x 3.",
    ),
    # util
    (
        lambda: smooth_curve(ones((2, 2))),
        "smooth_curve: x has shape (2, 2); a list of numbers was expected.",
    ),
    (lambda: random_source("a"), "rng: a seed or a Generator was expected; 'a' arrived."),
    (
        lambda: conv_output_size(3, 5, pad=0),
        "A filter of 5 does not fit into 3 pixels with pad 0; use a smaller filter or a larger "
        "pad.",
    ),
    (
        lambda: im2col(ones((28, 28)), 2, 2),
        "Images (N, C, H, W) were expected, (28, 28) arrived; one gray picture is "
        "x.reshape(1, 1, H, W).",
    ),
    (
        lambda: col2im(ones((4, 5)), [1, 1, 3, 3], 2, 2),
        "col2im: col has shape (4, 5); images (1, 1, 3, 3) and filters 2 x 2 expect (4, 4).",
    ),
    # networks
    (
        lambda: TwoLayerNet(4, 3, 2, "hi"),
        "weight_init_std: a number or ['xavier', 'sigmoid', 'he', 'relu']; 'hi' arrived.",
    ),
    (
        lambda: TwoLayerNet(4, 3, 2, dtype="int8"),
        "dtype: float32 or float64 was expected, 'int8' arrived.",
    ),
    (
        lambda: MultiLayerNet(4, [3], 2, "rulu"),
        "activation 'rulu': one of ['relu', 'sigmoid', 'tanh'] expected.",
    ),
    (
        lambda: MultiLayerNet(4, 3, 2),
        "hidden_size_list 3: a list expected.",
    ),
    (
        lambda: SimpleConvNet(conv_param={"size": 3}),
        "conv_param knows ['filter_num', 'filter_size', 'pad', 'stride']; ['size'] arrived.",
    ),
    (
        lambda: SimpleConvNet(conv_param=["pad"]),
        "conv_param knows ['filter_num', 'filter_size', 'pad', 'stride']; [['pad']] arrived.",
    ),
    (
        lambda: SimpleConvNet((28, 28)),
        "input_dim: (C, H, W) was expected; (28, 28) arrived.",
    ),
    (
        lambda: MultiLayerNetExtend(4, [3], 2, use_dropout=True).numerical_gradient(
            ones((2, 4)), [0, 1]
        ),
        "numerical_gradient: dropout draws a new mask for every loss, so differences mean "
        "nothing; check a network without dropout.",
    ),
    (
        rebound,
        "params['W2'] is a new array, unknown to its layer; change it in place: "
        "params['W2'][...] = values.",
    ),
    (damaged, "text.npz is no readable .npz of numbers; save_params writes one."),
    (
        other_shapes,
        "other.npz holds {'W1': (2,)}; this network expects {'W1': (4, 2), 'b1': (2,)}.",
    ),
    (
        lambda: TwoLayerNet(4, 3, 2).save_params("mine.pkl"),
        "mine.pkl: parameters live in .npz files; choose a name with .npz.",
    ),
    # optimizers and the training loop
    (
        lambda: SGD().update([1.0], {}),
        "SGD: dicts were expected, [[1.0], {}] arrived.",
    ),
    (
        lambda: Adam().update({"W": ones(2)}, {"w": ones(3)}),
        "Adam: params {'W': (2,)} and grads {'w': (3,)} must agree.",
    ),
    (
        lambda: SGD().update({"W": np.array([1], np.int8)}, {"W": [1]}),
        "SGD: W holds int8; make it np.array(W, float).",
    ),
    (
        lambda: SGD().update({"W": [1.0]}, {"W": [1.0]}),
        "SGD: W holds float64; make it np.array(W, float).",
    ),
    (
        lambda: SGD().update({"W": frozen(ones(2))}, {"W": ones(2)}),
        "SGD: W is read-only; make it np.array(W, float).",
    ),
    (
        used_twice,
        "Momentum: W is not what this optimizer left; it remembers its steps, so make a new "
        "optimizer for each network and run.",
    ),
    (
        lambda: trainer(optimizer_param={"rate": 1}),
        "Trainer: SGD cannot take {'rate': 1}.",
    ),
    (
        lambda: Trainer({}, *SAMPLES, *SAMPLES),
        "Trainer: a network has ['accuracy', 'gradient', 'loss', 'params'], {} has not.",
    ),
    (
        lambda: trainer(optimizer="sdg"),
        "Trainer: optimizer 'sdg' is unknown; choose from ['sgd', 'momentum', 'nesterov', "
        "'adagrad', 'rmsprop', 'adam'].",
    ),
    (
        runaway,
        "The loss became inf at step 1; try a smaller learning rate, or first weights closer to 0.",
    ),
]
# Who asks for numbers -> how to hand over text instead.
ASKS_FOR_NUMBERS = {
    "step_function": lambda x: step_function(x),
    "softmax": softmax,
    "sum_squared_error, y": lambda x: sum_squared_error(x, [1.0]),
    "sum_squared_error, t": lambda x: sum_squared_error([1.0], x),
    "cross_entropy_error": lambda x: cross_entropy_error(x, 0),
    "cross_entropy_error, labels": lambda x: cross_entropy_error([0.5, 0.5], [*x, *x]),
    "numerical_gradient, what f returned": lambda x: numerical_gradient(lambda _: x, ones(1)),
    "relative_error": lambda x: relative_error(x, x),
    "Relu": lambda x: Relu().forward(x),
    "Relu, dout": lambda x: through(Relu(), x),
    "sigmoid": lambda x: Sigmoid().forward(x),
    "Tanh": lambda x: Tanh().forward(x),
    "Affine": lambda x: Affine(ones((1, 1)), ones(1)).forward(x),
    "Affine, W": lambda x: Affine(x, ones(1)),
    "Affine, b": lambda x: Affine(ones((1, 1)), x),
    "Dropout": lambda x: Dropout().forward(x),
    "SoftmaxWithLoss, labels": lambda x: SoftmaxWithLoss().forward(ones(2), [*x, *x]),
    "BatchNormalization": lambda x: BatchNormalization(ones(1), ones(1)).forward(x),
    "BatchNormalization, gamma": lambda x: BatchNormalization(x, ones(1)),
    "BatchNormalization, beta": lambda x: BatchNormalization(ones(1), x),
    "BatchNormalization, running_mean": lambda x: BatchNormalization(ones(1), ones(1), 0.9, x),
    "BatchNormalization, running_var": lambda x: BatchNormalization(
        ones(1), ones(1), 0.9, ones(1), x
    ),
    "Convolution": lambda x: Convolution(ones((1, 1, 1, 1)), 0).forward(x),
    "Convolution, W": lambda x: Convolution(x, 0),
    "Convolution, b": lambda x: Convolution(ones((1, 1, 1, 1)), x),
    "Pooling": lambda x: Pooling(2, 2).forward(x),
    "smooth_curve": smooth_curve,
    "images": lambda x: unfold(x, 2, 2),
    "col2im": lambda x: col2im(x, (1, 1, 2, 2), 1, 1),
    "SGD, grads['W']": lambda x: SGD().update({"W": ones(1)}, {"W": x}),
}
# Who asks for a whole number, and the least -> how to hand over another.
ASKS_FOR_WHOLE = {
    ("input_size", 1): lambda n: conv_output_size(n, 1),
    ("filter_size", 1): lambda n: conv_output_size(9, n),
    ("stride", 1): lambda n: conv_output_size(9, 3, n),
    ("pad", 0): lambda n: conv_output_size(9, 3, 1, n),
    ("Convolution: stride", 1): lambda n: Convolution(ones((1, 1, 1, 1)), 0, n),
    ("Convolution: pad", 0): lambda n: Convolution(ones((1, 1, 1, 1)), 0, 1, n),
    ("Pooling: pool_h", 1): lambda n: Pooling(n, 2),
    ("Pooling: pool_w", 1): lambda n: Pooling(2, n),
    ("Pooling: stride", 1): lambda n: Pooling(2, 2, n),
    ("Pooling: pad", 0): lambda n: Pooling(2, 2, 2, n),
    ("the size of a layer", 1): lambda n: TwoLayerNet(4, n, 2),
    ("fan_in", 1): lambda n: weight_std("he", n),
    ("filter_num", 1): lambda n: SimpleConvNet(conv_param={"filter_num": n}),
    ("accuracy: batch_size", 1): lambda n: TwoLayerNet(1, 1, 1).accuracy(ones((1, 1)), [0], n),
    ("Trainer: epochs", 1): lambda n: trainer(epochs=n),
    ("Trainer: mini_batch_size", 1): lambda n: trainer(mini_batch_size=n),
    ("Trainer: evaluate_sample_num_per_epoch", 1): lambda n: trainer(
        evaluate_sample_num_per_epoch=n
    ),
}
# Who asks for a number, and below what -> how to hand over another.
ASKS_FOR_A_NUMBER = {
    ("Dropout: dropout_ratio", "below 1"): Dropout,
    ("BatchNormalization: momentum", "below 1"): lambda v: BatchNormalization(ones(1), ones(1), v),
    ("SGD: lr", "finite"): SGD,
    ("AdaGrad: lr", "finite"): AdaGrad,
    ("Momentum: momentum", "below 1"): lambda v: Momentum(0.1, v),
    ("Nesterov: momentum", "below 1"): lambda v: Nesterov(0.1, v),
    ("RMSprop: decay_rate", "below 1"): lambda v: RMSprop(0.1, v),
    ("Adam: beta1", "below 1"): lambda v: Adam(0.1, v),
    ("Adam: beta2", "below 1"): lambda v: Adam(0.1, 0.9, v),
    ("weight_init_std", "below 1e+30"): lambda v: TwoLayerNet(4, 3, 2, v),
    ("weight_decay_lambda", "finite"): lambda v: MultiLayerNet(4, [3], 2, weight_decay_lambda=v),
}
# Who asks for rows of one length -> how to hand over others.
ASKS_FOR_ROWS = {
    "predict": lambda x: TwoLayerNet(4, 3, 2).predict(x),
    "accuracy": lambda x: TwoLayerNet(4, 3, 2).accuracy(x, [0, 1]),
    "accuracy, labels": lambda t: TwoLayerNet(4, 3, 2).accuracy(ones((2, 4)), t),
    "softmax_loss, labels": lambda t: softmax_loss(ones((2, 2)), t),
    "shuffle_dataset": lambda x: shuffle_dataset(x, [0, 1]),
    "hidden_size_list": lambda x: MultiLayerNet(4, x, 2),
    "input_dim": SimpleConvNet,
    "images, their shape": lambda x: col2im(ones((4, 4)), x, 2, 2),
    "SGD, W": lambda x: SGD().update({"W": x}, {"W": [1.0]}),
    "numerical_gradient_2d": lambda x: numerical_gradient_2d(np.sum, x),
    "Trainer, training data": lambda x: trainer(x=x),
    "Trainer, training data, labels": lambda t: trainer(t=t),
    "Trainer, test data": lambda x: Trainer(None, *SAMPLES, x, [0, 1]),
    "Trainer, test data, labels": lambda t: Trainer(None, *SAMPLES, ones((2, 3)), t),
}
# Who asks for labels of two classes -> how to hand over others.
ASKS_FOR_LABELS = {
    "cross_entropy_error": lambda t: cross_entropy_error(np.full((1, 2), 0.5), t),
    "softmax_loss": lambda t: softmax_loss(ones((1, 2)), t),
    "SoftmaxWithLoss": lambda t: SoftmaxWithLoss().forward(ones((1, 2)), t),
    "accuracy": lambda t: TwoLayerNet(4, 3, 2).accuracy(ones((1, 4)), t),
}
ERRORS = TypeError, ValueError, RuntimeError, FloatingPointError, Warning


def through(layer, dout):
    layer.forward(ones(1))
    layer.backward(dout)


def what_is_said(act):
    with pytest.raises(ERRORS) as error:
        act()
    return str(error.value)


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(("act", "sentence"), SENTENCES, ids=[s[:40] for _, s in SENTENCES])
def test_a_sentence_is_said_word_for_word(act, sentence):
    assert what_is_said(act) == sentence


@pytest.mark.parametrize("name", ASKS_FOR_NUMBERS)
def test_whoever_asks_for_numbers_says_who_asks(name):
    expected = f"{name}: numbers were expected, <U1 arrived; give an array of floats."
    assert what_is_said(lambda: ASKS_FOR_NUMBERS[name](["a"])) == expected


@pytest.mark.parametrize(("name", "least"), ASKS_FOR_WHOLE)
def test_whoever_asks_for_a_whole_number_says_which(name, least):
    for bad in (least - 1, 2.5):
        expected = f"{name} must be a whole number of at least {least}; {bad} arrived."
        assert what_is_said(lambda bad=bad: ASKS_FOR_WHOLE[name, least](bad)) == expected


@pytest.mark.parametrize(("name", "limit"), ASKS_FOR_A_NUMBER)
def test_whoever_asks_for_a_number_says_which(name, limit):
    for bad in [-1, None, *([1e30] if limit != "finite" else [])]:
        expected = f"{name} must be a number, at least 0 and {limit}; {bad!r} arrived."
        assert what_is_said(lambda bad=bad: ASKS_FOR_A_NUMBER[name, limit](bad)) == expected


@pytest.mark.parametrize("name", ASKS_FOR_ROWS)
def test_whoever_asks_for_rows_says_who_asks(name):
    expected = f"{name}: rows of different lengths arrived; make them equal."
    assert what_is_said(lambda: ASKS_FOR_ROWS[name]([[1.0], [1.0, 2.0]])) == expected


@pytest.mark.parametrize("name", ASKS_FOR_LABELS)
def test_whoever_asks_for_labels_says_who_asks(name):
    expected = f"{name}: label 2 arrived, but 2 outputs know 0 to 1."
    assert what_is_said(lambda: ASKS_FOR_LABELS[name]([2])) == expected


def test_what_arrived_is_shown_in_one_line_however_much_it_is():
    assert checks.shown(np.array([[1], [2]])) == "array([[1], [2]])"
    assert len(checks.shown([["abcdef " * 9] * 9] * 9)) == 120
    assert "\n" not in checks.shown(ones((50, 50)))


def test_where_a_memory_ends():
    assert checks.room([2**18, 2**18]) == [2**18, 2**18]
    with pytest.raises(ValueError, match="fits into no memory"):
        checks.room([2**36 + 1])


def test_where_the_numbers_end():
    assert checks.number(1e307, "") == 1e307
    for bad in (1e308, 10**400, -1e-300, np.float32(np.inf), np.True_):
        with pytest.raises(ValueError, match="must be a number"):
            checks.number(bad, "")
    assert checks.number(0, "") == checks.number(np.int8(0), "") == 0
    assert type(checks.number(np.float32(1), "")) is type(checks.number(3, "")) is float


HOME = Path(common.__file__).parent


def raises():
    """Where an error or a warning is spoken: (file, first line, last line)."""
    found = set()
    for path in HOME.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            warns = isinstance(node, ast.Call) and ast.unparse(node.func) == "warnings.warn"
            if isinstance(node, ast.Raise) or warns:
                found.add((path.name, node.lineno, node.end_lineno))
    return found


def test_no_sentence_is_missing():
    places = raises()
    assert len(places) > 40
    for act, _ in SENTENCES:
        with pytest.raises(ERRORS) as error:
            act()
        last = [f for f in traceback.extract_tb(error.tb) if Path(f.filename).parent == HOME][-1]
        name = Path(last.filename).name
        places -= {p for p in places if p[0] == name and p[1] <= last.lineno <= p[2]}
    assert not places, "an error without a row in SENTENCES"

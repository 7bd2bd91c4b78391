"""Code typed from the book runs: its names, arguments, defaults and attributes are ours too.

One table holds the signatures. Below stand scripts in the shape of the book's, in our own words.
"""

import builtins
import importlib
import inspect
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import common
import dataset.mnist
from common import layers as nn
from common.multi_layer_net import MultiLayerNet
from common.multi_layer_net_extend import MultiLayerNetExtend
from common.simple_convnet import SimpleConvNet
from common.two_layer_net import TwoLayerNet
from tests.common.laws import normal

ROOT = Path(__file__).resolve().parents[2]

# Module -> name -> its arguments, as the book's readers write them. What follows a | is ours.
# Names that share their arguments stand together.
NET = "input_size, hidden_size_list, output_size, activation='relu', weight_init_std='relu', weight_decay_lambda=0"  # noqa: E501
TWO = "input_size, hidden_size, output_size, weight_init_std=0.01 | rng=None, dtype=float64"
WINDOW = "filter_h, filter_w, stride=1, pad=0"
MINE = "rng=None, dtype=float64"


def methods(net):
    return {
        f"{net}.predict": "x, train_flg=False",
        f"{net}.loss": "x, t, train_flg=False",
        f"{net}.accuracy": "x, t, batch_size=100",
        f"{net}.gradient {net}.numerical_gradient": "x, t",
        f"{net}.save_params {net}.load_params": "file_name='params.npz'",
    }


SIGNATURES = {
    "functions": {
        "identity_function step_function sigmoid sigmoid_grad relu relu_grad softmax": "x",
        "mean_squared_error sum_squared_error cross_entropy_error": "y, t",
        "softmax_loss": "X, t",
    },
    "gradient": {
        "numerical_gradient _numerical_gradient_1d": "f, x", "numerical_gradient_2d": "f, X",
    },
    "layers": {
        "Relu Sigmoid SoftmaxWithLoss": "", "Affine": "W, b",
        "Dropout": "dropout_ratio=0.5 | rng=None",
        "BatchNormalization": "gamma, beta, momentum=0.9, running_mean=None, running_var=None",
        "Convolution": "W, b, stride=1, pad=0", "Pooling": "pool_h, pool_w, stride=2, pad=0",
        "Relu.forward Sigmoid.forward Affine.forward Convolution.forward Pooling.forward": "x",
        "SoftmaxWithLoss.forward": "x, t", "SoftmaxWithLoss.backward": "dout=1",
        "Dropout.forward BatchNormalization.forward": "x, train_flg=True",
        "Relu.backward Sigmoid.backward Dropout.backward BatchNormalization.backward "
        "Pooling.backward": "dout",
        "Affine.backward Convolution.backward": "dout | need_dx=True",
    },
    "optimizer": {
        "SGD AdaGrad": "lr=0.01", "Momentum Nesterov": "lr=0.01, momentum=0.9",
        "RMSprop": "lr=0.01, decay_rate=0.99", "Adam": "lr=0.001, beta1=0.9, beta2=0.999",
        "SGD.update Momentum.update Nesterov.update AdaGrad.update RMSprop.update Adam.update":
        "params, grads",
    },
    "trainer": {
        "Trainer": "network, x_train, t_train, x_test, t_test, epochs=20, mini_batch_size=100, "
        "optimizer='SGD', optimizer_param=None, evaluate_sample_num_per_epoch=None, verbose=True "
        "| rng=None",
        "Trainer.train_step Trainer.train": "",
    },
    "multi_layer_net": {"MultiLayerNet": f"{NET} | {MINE}", **methods("MultiLayerNet")},
    "multi_layer_net_extend": {
        "MultiLayerNetExtend": f"{NET}, use_dropout=False, dropout_ration=0.5, use_batchnorm=False "
        f"| dropout_ratio=None, {MINE}",
        **methods("MultiLayerNetExtend"),
    },
    "two_layer_net": {
        "TwoLayerNet SigmoidTwoLayerNet": TWO,
        **methods("TwoLayerNet"), **methods("SigmoidTwoLayerNet"),
    },
    "simple_convnet": {
        "SimpleConvNet": "input_dim=(1, 28, 28), conv_param=None, hidden_size=100, output_size=10, "
        f"weight_init_std=0.01 | {MINE}",
        **methods("SimpleConvNet"),
    },
    "util": {
        "smooth_curve": "x", "shuffle_dataset": "x, t | rng=None",
        "conv_output_size": "input_size, filter_size, stride=1, pad=0",
        "im2col": f"input_data, {WINDOW}", "col2im": f"col, input_shape, {WINDOW}",
    },
}  # fmt: skip


def arguments(function):
    """The arguments of a function, method or class as one line."""
    found = []
    for name, p in inspect.signature(function).parameters.items():
        default = getattr(p.default, "__name__", repr(p.default))
        found += [name if p.default is p.empty else f"{name}={default}"] if name != "self" else []
    return ", ".join(found)


@pytest.mark.parametrize("module", SIGNATURES)
def test_names_and_arguments_are_the_books(module):
    for names, expected in SIGNATURES[module].items():
        for name in names.split():
            function = importlib.import_module(f"common.{module}")
            for part in name.split("."):
                function = getattr(function, part)
            assert arguments(function) == expected.replace(" | ", ", ").lstrip(", "), name


@pytest.mark.parametrize("module", SIGNATURES)
def test_a_star_import_brings_what_scripts_expect(module):
    names = {}
    exec(f"from common.{module} import *", names)
    expected = " ".join(SIGNATURES[module])
    if module == "layers":
        expected += " im2col col2im " + " ".join(SIGNATURES["functions"])
    if module == "multi_layer_net_extend":
        expected += " MultiLayerNet"
    public = {name for name in expected.split() if "." not in name and name[0] != "_"}
    assert public <= set(names)
    assert names["np"] is np
    assert not (set(names) - {"__builtins__"}) & set(dir(builtins))  # Python's own stay


# ---- attributes -------------------------------------------------------------------------------

X4, T3 = normal(6, 4, seed=0), np.array([0, 1, 2, 0, 1, 2])


def test_networks_and_the_order_of_their_layers():
    net = MultiLayerNet(4, [5, 6], 3)
    assert (net.input_size, net.hidden_size_list, net.output_size) == (4, [5, 6], 3)
    assert net.hidden_layer_num == 2
    assert [*net.params] == ["W1", "b1", "W2", "b2", "W3", "b3"]
    names = ["Affine1", "Activation_function1", "Affine2", "Activation_function2", "Affine3"]
    assert [*net.layers] == names
    assert isinstance(net.last_layer, nn.SoftmaxWithLoss)
    net = MultiLayerNetExtend(4, [5], 3, use_dropout=True, use_batchnorm=True)
    names = ["Affine1", "BatchNorm1", "Activation_function1", "Dropout1", "Affine2"]
    assert [*net.layers] == names
    assert set(net.params) == {"W1", "b1", "gamma1", "beta1", "W2", "b2"}
    assert net.layers["BatchNorm1"].gamma is net.params["gamma1"]
    assert [*TwoLayerNet(4, 5, 3).layers] == ["Affine1", "Relu1", "Affine2"]
    net = SimpleConvNet()
    assert [*net.layers] == ["Conv1", "Relu1", "Pool1", "Affine1", "Relu2", "Affine2"]
    shapes = [net.params[f"W{i}"].shape for i in (1, 2, 3)]
    assert shapes == [(30, 1, 5, 5), (4320, 100), (100, 10)]


def test_words_of_the_book_in_any_case_and_spelling():
    for spelling in ("dropout_ration", "dropout_ratio"):
        net = MultiLayerNetExtend(4, [5], 3, use_dropout=True, **{spelling: 0.2})
        assert net.layers["Dropout1"].dropout_ratio == 0.2
    assert MultiLayerNetExtend(4, [5], 3, use_dropout=True).layers["Dropout1"].dropout_ratio == 0.5
    for word in ("relu", "ReLU", "he", "HE", "sigmoid", "Xavier", 0.1):
        assert MultiLayerNet(4, [5], 3, weight_init_std=word).params["W1"].shape == (4, 5)
    for word in ("relu", "ReLU", "sigmoid", "Sigmoid", "tanh"):
        net = MultiLayerNet(4, [5], 3, activation=word)
        assert type(net.layers["Activation_function1"]).__name__.lower() == word.lower()


def test_the_data_has_the_books_names():
    names = "init_mnist download_mnist img_dim img_size train_num test_num key_file dataset_dir"
    assert set(names.split()) <= set(vars(dataset.mnist))
    book = "normalize=True, flatten=True, one_hot_label=False"
    assert arguments(dataset.mnist.load_mnist).startswith(book)


# ---- scripts in the shape of the book's --------------------------------------------------------


SCRIPT = """
import numpy as np
from collections import OrderedDict
from common.functions import *
from common.gradient import numerical_gradient
from common.layers import *
from common.optimizer import *
from common.trainer import Trainer
from common.util import smooth_curve, shuffle_dataset
from common.multi_layer_net import MultiLayerNet
from common.multi_layer_net_extend import MultiLayerNetExtend
from common.simple_convnet import SimpleConvNet
from dataset.mnist import load_mnist

class Typed:
    def __init__(self, input_size, hidden_size, output_size, weight_init_std=0.01):
        self.params = {}
        self.params['W1'] = weight_init_std * np.random.randn(input_size, hidden_size)
        self.params['b1'] = np.zeros(hidden_size)
        self.params['W2'] = weight_init_std * np.random.randn(hidden_size, output_size)
        self.params['b2'] = np.zeros(output_size)
        self.layers = OrderedDict()
        self.layers['Affine1'] = Affine(self.params['W1'], self.params['b1'])
        self.layers['Relu1'] = Relu()
        self.layers['Affine2'] = Affine(self.params['W2'], self.params['b2'])
        self.lastLayer = SoftmaxWithLoss()
    def predict(self, x):
        for layer in self.layers.values():
            x = layer.forward(x)
        return x
    def loss(self, x, t):
        return self.lastLayer.forward(self.predict(x), t)
    def accuracy(self, x, t):
        return np.sum(np.argmax(self.predict(x), axis=1) == t) / float(x.shape[0])
    def gradient(self, x, t):
        self.loss(x, t)
        dout = self.lastLayer.backward(1)
        for layer in reversed(list(self.layers.values())):
            dout = layer.backward(dout)
        first, last = self.layers['Affine1'], self.layers['Affine2']
        return {'W1': first.dW, 'b1': first.db, 'W2': last.dW, 'b2': last.db}

(x_train, t_train), (x_test, t_test) = load_mnist(flatten=False)
np.random.seed(0)
typed = Typed(input_size=784, hidden_size=20, output_size=10)
network = SimpleConvNet(input_dim=(1, 28, 28),
                        conv_param={'filter_num': 3, 'filter_size': 5, 'pad': 0, 'stride': 1},
                        hidden_size=10, output_size=10, weight_init_std=0.01)
for net in (typed, network):
    trainer = Trainer(net, x_train[:100], t_train[:100], x_test[:50], t_test[:50],
                      epochs=10, mini_batch_size=50,
                      optimizer='Adam', optimizer_param={'lr': 0.01},
                      evaluate_sample_num_per_epoch=20)
    trainer.train()
    assert trainer.train_loss_list[-1] < 0.9 * trainer.train_loss_list[0]
network.save_params("params.npz")
network.load_params("params.npz")
for key in ('W1', 'b1', 'W2', 'b2'):
    typed.params[key] -= 0.1 * typed.gradient(x_train[:9], t_train[:9])[key]
grad = numerical_gradient(lambda W: typed.loss(x_train[:9], t_train[:9]), typed.params['b2'])
print(np.abs(grad - typed.gradient(x_train[:9], t_train[:9])['b2']).mean() < 1e-8,
      len(trainer.train_loss_list), len(smooth_curve(np.array(trainer.train_loss_list))))
"""


@pytest.mark.slow
def test_a_script_runs_in_its_own_folder(tmp_path):
    folder = tmp_path / "ch07"
    folder.mkdir()
    (folder / "train_convnet.py").write_text(SCRIPT)
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT), "DLFS_MNIST": "sample"}
    for cwd, name in ((folder, "train_convnet.py"), (tmp_path, "ch07/train_convnet.py")):
        done = subprocess.run(
            [sys.executable, name], cwd=cwd, env=surroundings, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        assert done.stdout.splitlines()[-1] == "True 20 20"


def test_common_names_its_files_in_the_order_to_read():
    files = {path.stem for path in Path(common.__file__).parent.glob("*.py")} - {"__init__"}
    words = set(common.__doc__.replace(",", " ").replace(".", " ").replace(":", " ").split())
    assert files - words <= {"checks", "initializer", "multi_layer_net_extend"}

"""nbval bites: break `common` in one place, and the chapters that teach it turn red.

Stored outputs only prove something if a wrong `common` changes them. Each row of the table below
is one mistake, written as code that is added to the end of a module in a copy of the project. The
chapters named in the row must then fail, and pass without it. A chapter that teaches something
new adds its rows here.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.soak import SOAK

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("common", "dataset", "panels", "exercises", "chapters", "scripts")
CH03 = "ch03_neural_net"
CH04 = "ch04_learning"
CH05 = "ch05_backprop"
CH06 = "ch06_training"
CH07 = "ch07_cnn"

pytestmark = pytest.mark.slow


class Mutation(NamedTuple):
    mistake: str
    module: str
    code: str
    chapters: tuple
    late: bool = False  # noticed after many seconds: tried with DLFS_SOAK=1 (`make soak`) only


MUTATIONS = [
    Mutation(
        "softmax without subtracting the maximum",
        "functions",
        "def softmax(x):\n"
        "    with np.errstate(all='ignore'):\n"
        "        return np.exp(x) / np.exp(x).sum(axis=-1, keepdims=True)\n",
        (CH03,),
    ),
    Mutation(
        "softmax over the whole batch",
        "functions",
        "def softmax(x):\n    e = np.exp(x - np.max(x))\n    return e / e.sum()\n",
        (CH03,),
    ),
    Mutation(
        "softmax to the base 2",
        "functions",
        "def softmax(x):\n"
        "    e = 2.0 ** (x - np.max(x, axis=-1, keepdims=True))\n"
        "    return e / e.sum(axis=-1, keepdims=True)\n",
        (CH03,),
    ),
    Mutation(
        "sigmoid with the wrong sign",
        "functions",
        "def sigmoid(x):\n    return 1 / (1 + np.exp(x))\n",
        (CH03,),
    ),
    Mutation(
        "sigmoid twice as steep",
        "functions",
        "def sigmoid(x):\n    return 1 / (1 + np.exp(-2 * x))\n",
        (CH03,),
    ),
    Mutation(
        "slope of sigmoid without its second factor",
        "functions",
        "def sigmoid_grad(x):\n    return sigmoid(x)\n",
        (CH03,),
    ),
    Mutation(
        "relu with its mask inverted",
        "functions",
        "def relu(x):\n    return np.minimum(0, x)\n",
        (CH03,),
    ),
    Mutation(
        "relu that lets the negative through",
        "functions",
        "def relu(x):\n    return np.where(x > 0, x, 0.01 * x)\n",
        (CH03,),
    ),
    Mutation(
        "step that fires below its threshold",
        "functions",
        "def step_function(x):\n    return (np.asarray(x) < 0).astype(int)\n",
        (CH03,),
    ),
    Mutation(
        "step that gives truth values",
        "functions",
        "def step_function(x):\n    return np.asarray(x) > 0\n",
        (CH03,),
    ),
    Mutation(
        "identity that is not",
        "functions",
        "def identity_function(x):\n    return 2 * x\n",
        (CH03,),
    ),
    Mutation(
        "convolution with its filter upside down",
        "conv_layers",
        "def upside_down(self, x, forward=Convolution.forward):\n"
        "    self.W[...] = self.W[:, :, ::-1, ::-1].copy()\n"
        "    out = forward(self, x)\n"
        "    self.W[...] = self.W[:, :, ::-1, ::-1].copy()\n"
        "    return out\n\n\n"
        "Convolution.forward = upside_down\n",
        (CH07,),
    ),
    Mutation(
        "slopes of filters divided by the batch size again",
        "conv_layers",
        "def again(self, dout, need_dx=True, backward=Convolution.backward):\n"
        "    dx = backward(self, dout, need_dx)\n"
        "    self.dW = self.dW / len(dout)\n"
        "    return dx\n\n\n"
        "Convolution.backward = again\n",
        (CH07,),
    ),
    Mutation(
        "pooling that gives its slope to all ties",
        "conv_layers",
        "def to_all(self, dout):\n"
        "    dx = np.zeros(self.x.shape)\n"
        "    for pixels, dpixels in zip(self._places(self.x), self._places(dx)):\n"
        "        dpixels += dout * (pixels == self.out)\n"
        "    return dx\n\n\n"
        "Pooling.backward = to_all\n",
        (CH07,),
    ),
    Mutation(
        "padding that is always zero, under a maximum too",
        "util",
        "def pad_images(x, pad, value=0):\n"
        "    return np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))\n",
        (CH07,),
    ),
    Mutation(
        "im2col with its rows in the wrong order",
        "util",
        "def im2col(input_data, filter_h, filter_w, stride=1, pad=0):\n"
        "    windows = unfold(input_data, filter_h, filter_w, stride, pad)\n"
        "    rows = windows.transpose(0, 5, 4, 1, 2, 3)\n"
        "    return rows.reshape(-1, rows[0, 0, 0].size)\n",
        (CH07,),
    ),
    Mutation(
        "col2im that overwrites where windows overlap",
        "util",
        "def fold(windows, input_shape, stride=1, pad=0):\n"
        "    n, c, h, w = input_shape\n"
        "    padded = np.zeros((n, c, h + 2 * pad, w + 2 * pad))\n"
        "    for i, j, pixels in places(padded, *windows.shape[2:4], stride):\n"
        "        pixels[...] = windows[:, :, i, j]\n"
        "    return padded[:, :, pad : pad + h, pad : pad + w]\n",
        (CH07,),
    ),
    Mutation(
        "an output size that counts padding once",
        "util",
        "def conv_output_size(input_size, filter_size, stride=1, pad=0):\n"
        "    return (input_size + pad - filter_size) // stride + 1\n",
        (CH07,),
    ),
    Mutation(
        "an accuracy that drops the last incomplete batch",
        "network",
        "def dropping(self, x, t, batch_size=100):\n"
        "    right = 0\n"
        "    for i in range(len(x) // batch_size):\n"
        "        part = slice(i * batch_size, (i + 1) * batch_size)\n"
        "        right += np.sum(self.predict(x[part]).argmax(axis=1) == t[part])\n"
        "    return float(right / len(x))\n\n\n"
        "import numpy as np  # noqa: E402\n"
        "Network.accuracy = dropping\n",
        (CH07,),
        late=True,
    ),
    Mutation(
        "sigmoid's slope without its second factor",
        "layers",
        "Sigmoid.backward = lambda self, dout: dout * self.out\n",
        (CH05,),
    ),
    Mutation(
        "relu that lets every gradient back",
        "layers",
        "Relu.backward = lambda self, dout: dout\n",
        (CH05,),
    ),
    Mutation(
        "affine that averages its bias gradient",
        "layers",
        "def averaged(self, dout, need_dx=True, backward=Affine.backward):\n"
        "    dx = backward(self, dout, need_dx)\n"
        "    self.db = self.db / len(dout)\n"
        "    return dx\n\n\n"
        "Affine.backward = averaged\n",
        (CH05,),
    ),
    Mutation(
        "softmax with loss that forgets the batch size",
        "layers",
        "def summed(self, dout=1, backward=SoftmaxWithLoss.backward):\n"
        "    return backward(self, dout) * len(self.t)\n\n\n"
        "SoftmaxWithLoss.backward = summed\n",
        (CH05,),
    ),
    Mutation(
        "a relative error that is always 0",
        "gradient",
        "def relative_error(a, b):\n    return 0.0\n",
        (CH05,),
        late=True,
    ),
    Mutation(
        "a gradient of the first layer only half as long",
        "two_layer_net",
        "def halved(self, x, t, gradient=TwoLayerNet.gradient):\n"
        "    grads = gradient(self, x, t)\n"
        "    return {**grads, 'W1': grads['W1'] / 2}\n\n\n"
        "TwoLayerNet.gradient = halved\n",
        (CH05,),
    ),
    Mutation(
        "momentum that rolls uphill",
        "optimizer",
        "def uphill(self, key, grad):\n"
        "    self.v[key] = self.momentum * self.v[key] + self.lr * grad\n"
        "    return self.v[key]\n\n\n"
        "Momentum.change = uphill\n",
        (CH06,),
    ),
    Mutation(
        "Adam without its bias correction",
        "optimizer",
        "def cold(self, key, grad):\n"
        "    self.m[key] = self.m[key] + (1 - self.beta1) * (grad - self.m[key])\n"
        "    self.v[key] = self.v[key] + (1 - self.beta2) * (grad * grad - self.v[key])\n"
        "    return -self.lr * self.m[key] / (np.sqrt(self.v[key]) + 1e-7)\n\n\n"
        "Adam.change = cold\n",
        (CH06,),
    ),
    Mutation(
        "batch normalisation by the test batch's own statistics",
        "layers",
        "def own(self, x, train_flg=True, forward=BatchNormalization.forward):\n"
        "    return forward(self, x, True)\n\n\n"
        "BatchNormalization.forward = own\n",
        (CH06,),
    ),
    Mutation(
        "dropout that is active at test time",
        "layers",
        "def always(self, x, train_flg=True, forward=Dropout.forward):\n"
        "    return forward(self, x, True)\n\n\n"
        "Dropout.forward = always\n",
        (CH06,),
        late=True,
    ),
    Mutation(
        "weight decay that pulls biases, too",
        "network",
        "def all_decay(self, x, t, gradient=Network.gradient):\n"
        "    grads = gradient(self, x, t)\n"
        "    lam = self.weight_decay_lambda\n"
        "    return {k: g + lam * self.params[k] * (k[0] == 'b') for k, g in grads.items()}\n\n\n"
        "Network.gradient = all_decay\n",
        (CH06,),
        late=True,
    ),
    Mutation(
        "He as 2 over the root of n",
        "initializer",
        "def too_wide(weight_init_std, fan_in, right=weight_std):\n"
        "    he = str(weight_init_std).lower() in ('he', 'relu')\n"
        "    return 2 / np.sqrt(fan_in) if he else right(weight_init_std, fan_in)\n\n\n"
        "weight_std = too_wide\n",
        (CH06,),
    ),
    Mutation(
        "squares without their half",
        "functions",
        "def sum_squared_error(y, t):\n    return np.sum((y - t) ** 2)\n",
        (CH04,),
    ),
    Mutation(
        "cross-entropy summed over the batch",
        "functions",
        "_mean = cross_entropy_error\n"
        "def cross_entropy_error(y, t):\n"
        "    return _mean(y, t) * (len(y) if y.ndim == 2 else 1)\n",
        (CH04,),
    ),
    Mutation(
        "cross-entropy with a larger 1e-7",
        "functions",
        "def cross_entropy_error(y, t):\n"
        "    return mean_cost(np.log(y + 1e-3), t, 'cross_entropy_error')\n",
        (CH04,),
    ),
    Mutation(
        "a numerical gradient by forward differences",
        "gradient",
        "def numerical_gradient(f, x):\n"
        "    slopes = np.zeros_like(x)\n"
        "    for i in np.ndindex(x.shape):\n"
        "        value, here = x[i], f(x)\n"
        "        x[i] = value + 1e-4\n"
        "        slopes[i], x[i] = (f(x) - here) / 1e-4, value\n"
        "    return slopes\n",
        (CH04,),
    ),
    Mutation(
        "a numerical gradient that takes integers",
        "gradient",
        "_strict = numerical_gradient\n"
        "def numerical_gradient(f, x):\n"
        "    return _strict(f, np.array(x, dtype=float) if x.dtype.kind == 'i' else x)\n",
        (CH04,),
    ),
    Mutation(
        "SGD that takes any learning rate",
        "optimizer",
        "class SGD(SGD):\n    def __init__(self, lr=0.01):\n        super().__init__(abs(lr))\n",
        (CH04,),
    ),
    Mutation(
        "a trainer that never looks at the last sample of a batch",
        "trainer",
        "class Trainer(Trainer):\n"
        "    def __init__(self, *args, **kwargs):\n"
        "        super().__init__(*args, **kwargs)\n"
        "        self.batch_size -= 1\n",
        (CH04,),
        late=True,
    ),
    Mutation(
        "a sigmoid layer whose slope is twice too large",
        "layers",
        "class Sigmoid(Sigmoid):\n"
        "    def backward(self, dout):\n"
        "        return 2 * super().backward(dout)\n",
        (CH04,),
    ),
]
TESTED = sorted({chapter for mutation in MUTATIONS for chapter in mutation.chapters})
# The checkout's own chapters pass in the same `make test`; one in a copy shows that nothing is left
# out. With DLFS_SOAK=1 it is every chapter.
UNBROKEN = TESTED if SOAK else TESTED[:1]


@pytest.fixture
def project(tmp_path):
    """A copy of the project that can be broken."""
    for part in PARTS:
        ignored = shutil.ignore_patterns("*.pyc.*", ".ipynb_checkpoints")  # half-written files
        shutil.copytree(ROOT / part, tmp_path / part, ignore=ignored)
    for name in ("pyproject.toml", "conftest.py"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


# pytest, without a package whose grammars for web addresses take most of a second to build.
PYTEST = "import sys; sys.modules['rfc3987_syntax'] = None; import pytest; sys.exit(pytest.main())"


def surroundings(project):
    """Return an environment in which the copy is imported, whatever else is installed."""
    mine = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "COV_"))}
    return {**mine, "PYTHONPATH": str(project), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


def nbval(project, chapter):
    """Run one chapter of the copy as `make test` runs it; stop at its first red cell."""
    options = ["--nbval", "-x", "-q", "--color=no"]
    options += ["-p", "nbval.plugin", "-p", "pytest_timeout", "-p", "no:cacheprovider"]
    return subprocess.run(
        [sys.executable, "-c", PYTEST, *options, f"chapters/{chapter}.ipynb"],
        cwd=project, env=surroundings(project), capture_output=True, text=True,
    )  # fmt: skip


def test_the_copy_is_imported_and_not_the_installed_project(project):
    code = "import common, dataset, panels, exercises as e; print(common, dataset, panels, e)"
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=project / "chapters", env=surroundings(project), capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert run.stdout.count(str(project)) == 4


@pytest.mark.parametrize("chapter", UNBROKEN)
def test_an_unbroken_copy_passes(project, chapter):
    run = nbval(project, chapter)
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize(
    ("mutation", "chapter"),
    [
        pytest.param(mutation, chapter, id=f"{chapter}-{mutation.mistake.replace(' ', '-')}")
        for mutation in MUTATIONS
        for chapter in mutation.chapters
        if SOAK or not mutation.late
    ],
)
def test_a_broken_common_turns_the_chapter_red(project, mutation, chapter):
    path = project / "common" / f"{mutation.module}.py"
    path.write_text(path.read_text(encoding="utf-8") + "\n\n" + mutation.code, encoding="utf-8")
    run = nbval(project, chapter)
    assert run.returncode == pytest.ExitCode.TESTS_FAILED, run.stdout
    # A cell that ran, and said something else or failed in its own words.
    assert "Cell outputs differ" in run.stdout or "caused an exception" in run.stdout
    assert "KernelNotReady" not in run.stdout


def test_the_table_holds_at_least_eight_mistakes():
    always = [mutation for mutation in MUTATIONS if not mutation.late]
    assert len({mutation.mistake for mutation in always}) >= 8
    assert {chapter for mutation in always for chapter in mutation.chapters} == set(TESTED)

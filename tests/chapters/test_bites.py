"""Break `common` in one place, and the chapters that teach it turn red.

Stored outputs only prove something if a wrong `common` changes them. Each row is one mistake,
written as code that is added to the end of a module of `common` in a copy of the project, against
the names that the book uses. The chapter is then run cell by cell until one says something else
than what is stored, or fails: nbval compares the same text. `make test` tries the mistakes that a
chapter notices soon.
"""

import os
import re
import shutil
import textwrap

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError

from scripts.kernels import plain_environment
from scripts.notebooks import CHAPTERS, client, differences
from scripts.refresh_notebooks import tidy_outputs

ROOT = CHAPTERS.parent
PATHS = {path.stem[:4]: path for path in sorted(CHAPTERS.glob("*.ipynb"))}
PARTS = ("common", "dataset", "panels", "exercises", "chapters")

# Chapter and module; the mistake; its code. In these the mistake is noticed soon.
SOON = """
ch03 functions: relu with its mask inverted
    def relu(x): return np.minimum(0, x)
ch03 functions: sigmoid with the wrong sign
    def sigmoid(x): return 1 / (1 + np.exp(x))
ch04 functions: squares without their half
    def sum_squared_error(y, t): return np.sum((y - t) ** 2)
ch04 functions: cross-entropy summed over the batch
    mean = cross_entropy_error
    def cross_entropy_error(y, t): return mean(y, t) * (len(y) if y.ndim == 2 else 1)
ch05 layers: relu that lets every gradient back
    Relu.backward = lambda self, dout: dout
ch06 optimizer: momentum that rolls uphill
    class Momentum(Momentum):
        def update(self, params, grads):
            super().update(params, {key: -grad for key, grad in grads.items()})
ch06 optimizer: Adam without its bias correction
    class Adam(Adam):
        def update(self, params, grads):
            self.means = getattr(self, "means", {})
            for key, grad in grads.items():
                m, v = self.means.get(key, (0, 0))
                m = self.beta1 * m + (1 - self.beta1) * grad
                v = self.beta2 * v + (1 - self.beta2) * grad**2
                self.means[key] = m, v
                params[key] -= self.lr * m / (np.sqrt(v) + 1e-7)
ch07 conv_layers: convolution with its filter upside down
    class Convolution(Convolution):
        def forward(self, x):
            right, self.W = self.W, self.W[:, :, ::-1, ::-1].copy()
            out = super().forward(x)
            self.W = right
            return out
"""
# In these it takes longer: make soak and the nightly run try them.
LATE = """
ch03 functions: softmax without subtracting the maximum
    def softmax(x):
        with np.errstate(all="ignore"):
            return np.exp(x) / np.exp(x).sum(axis=-1, keepdims=True)
ch03 functions: softmax over the whole batch
    def softmax(x): return np.exp(x - np.max(x)) / np.exp(x - np.max(x)).sum()
ch03 functions: softmax to the base 2
    right = softmax
    def softmax(x): return right(np.log(2) * x)
ch03 functions: sigmoid twice as steep
    def sigmoid(x): return 1 / (1 + np.exp(-2 * x))
ch03 functions: slope of sigmoid without its second factor
    def sigmoid_grad(x): return sigmoid(x)
ch03 functions: relu that lets the negative through
    def relu(x): return np.where(x > 0, x, 0.01 * x)
ch03 functions: step that fires below its threshold
    def step_function(x): return (np.asarray(x) < 0).astype(int)
ch03 functions: step that gives truth values
    def step_function(x): return np.asarray(x) > 0
ch03 functions: identity that is not
    def identity_function(x): return 2 * x
ch04 functions: cross-entropy with a larger 1e-7
    right = cross_entropy_error
    def cross_entropy_error(y, t): return right(y + 1e-3, t)
ch04 gradient: a numerical gradient by forward differences
    def numerical_gradient(f, x):
        slopes = np.zeros_like(x)
        for i in np.ndindex(x.shape):
            value, here = x[i], f(x)
            x[i] = value + 1e-4
            slopes[i], x[i] = (f(x) - here) / 1e-4, value
        return slopes
ch04 gradient: a numerical gradient that takes integers
    strict = numerical_gradient
    def numerical_gradient(f, x):
        return strict(f, np.array(x, dtype=float) if x.dtype.kind == "i" else x)
ch04 optimizer: SGD that takes any learning rate
    class SGD(SGD):
        def __init__(self, lr=0.01): super().__init__(abs(lr))
ch04 trainer: a trainer that never looks at the last sample of a batch
    class Trainer(Trainer):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.batch_size -= 1
ch04 layers: a sigmoid layer whose slope is twice too large
    class Sigmoid(Sigmoid):
        def backward(self, dout): return 2 * super().backward(dout)
ch05 layers: sigmoid's slope without its second factor
    Sigmoid.backward = lambda self, dout: dout * self.out
ch05 layers: affine that averages its bias gradient
    class Affine(Affine):
        def backward(self, dout, *args, **kwargs):
            dx = super().backward(dout, *args, **kwargs)
            self.db = self.db / len(dout)
            return dx
ch05 layers: softmax with loss that forgets the batch size
    class SoftmaxWithLoss(SoftmaxWithLoss):
        def backward(self, dout=1): return super().backward(dout) * len(self.t)
ch05 gradient: a relative error that is always 0
    def relative_error(a, b): return 0.0
ch05 two_layer_net: a gradient of the first layer only half as long
    class TwoLayerNet(TwoLayerNet):
        def gradient(self, x, t):
            grads = super().gradient(x, t)
            return {**grads, "W1": grads["W1"] / 2}
ch06 layers: batch normalisation by the test batch's own statistics
    class BatchNormalization(BatchNormalization):
        def forward(self, x, train_flg=True): return super().forward(x, True)
ch06 layers: dropout that is active at test time
    class Dropout(Dropout):
        def forward(self, x, train_flg=True): return super().forward(x, True)
ch06 network: weight decay that pulls biases, too
    gradient = Network.gradient
    def all_decay(self, x, t):
        grads, lam = gradient(self, x, t), self.weight_decay_lambda
        return {k: g + lam * self.params[k] * (k[0] == "b") for k, g in grads.items()}
    Network.gradient = all_decay
ch06 initializer: He as 2 over the root of n
    right = weight_std
    def weight_std(weight_init_std, fan_in):
        wide = np.sqrt(2) if str(weight_init_std).lower() in ("he", "relu") else 1
        return wide * right(weight_init_std, fan_in)
ch07 conv_layers: slopes of filters divided by the batch size again
    class Convolution(Convolution):
        def backward(self, dout, *args, **kwargs):
            dx = super().backward(dout, *args, **kwargs)
            self.dW = self.dW / len(dout)
            return dx
ch07 conv_layers: pooling that gives its slope to all ties
    class Pooling(Pooling):
        def forward(self, x):
            self.seen, self.largest = x, super().forward(x)
            return self.largest
        def backward(self, dout):
            dx, s = np.zeros(self.seen.shape), self.stride
            height, width = s * dout.shape[2], s * dout.shape[3]
            for i, j in np.ndindex(self.pool_h, self.pool_w):
                part = np.s_[:, :, i : i + height : s, j : j + width : s]
                dx[part] += dout * (self.seen[part] == self.largest)
            return dx
ch07 conv_layers: padding that is zero under a maximum, too
    class Pooling(Pooling):
        def forward(self, x):
            pad, self.pad = self.pad, 0
            out = super().forward(np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad))))
            self.pad = pad
            return out
ch07 util: an output size that counts padding once
    def conv_output_size(input_size, filter_size, stride=1, pad=0):
        return (input_size + pad - filter_size) // stride + 1
ch07 util: im2col with its rows in the wrong order
    right = im2col
    def im2col(input_data, filter_h, filter_w, stride=1, pad=0):
        rows = right(input_data, filter_h, filter_w, stride, pad)
        width = conv_output_size(input_data.shape[3], filter_w, stride, pad)
        by_place = rows.reshape(len(input_data), -1, width, rows.shape[1])
        return by_place.swapaxes(1, 2).reshape(rows.shape)
ch07 util: col2im that averages where windows overlap
    right = col2im
    def col2im(col, *place, **options):
        count = right(np.ones_like(col), *place, **options)
        return right(col, *place, **options) / np.maximum(count, 1)
ch07 network: an accuracy that drops the last incomplete batch
    import numpy as np
    def dropping(self, x, t, batch_size=100):
        right = 0
        for i in range(len(x) // batch_size):
            part = slice(i * batch_size, (i + 1) * batch_size)
            right += np.sum(self.predict(x[part]).argmax(axis=1) == t[part])
        return float(right / len(x))
    Network.accuracy = dropping
"""


def rows(table, marks=()):
    """One parameter set a mistake: chapter, module, code."""
    for row in re.split(r"\n(?=ch)", table.strip()):
        head, _, code = row.partition("\n")
        where, _, mistake = head.partition(": ")
        name = f"{where[:4]}-{mistake.replace(' ', '-')}"
        yield pytest.param(*where.split(), textwrap.dedent(code), id=name, marks=marks)


def first_red(folder, path):
    """The number of the first cell that does not say what is stored, or None."""
    stored, fresh = (nbformat.read(path, as_version=4) for _ in range(2))
    runner = client(fresh, folder=folder / "chapters")
    with runner.setup_kernel(env={**os.environ, "PYTHONPATH": str(folder)}):
        for number, cell in enumerate(fresh.cells):
            try:
                runner.execute_cell(cell, number)
            except CellExecutionError:
                return number
            if cell.cell_type == "code":
                cell.outputs = tidy_outputs(cell.outputs, None)
                if differences(stored.cells[number], cell):
                    return number
    return None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("chapter", "module", "code"), [*rows(SOON), *rows(LATE, marks=pytest.mark.long)]
)
def test_a_broken_common_turns_the_chapter_red(tmp_path, chapter, module, code):
    for part in PARTS:
        ignored = shutil.ignore_patterns("*.pyc.*", ".ipynb_checkpoints")  # half-written files
        shutil.copytree(ROOT / part, tmp_path / part, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)  # companion looks for it
    with (tmp_path / "common" / f"{module}.py").open("a", encoding="utf-8") as file:
        file.write(f"\n\n{code}\n")
    with plain_environment():
        red = first_red(tmp_path, PATHS[chapter])
    cells = nbformat.read(PATHS[chapter], as_version=4).cells
    first = next(number for number, cell in enumerate(cells) if cell.cell_type == "code")
    assert red and red > first, "nothing was noticed" if red is None else "the imports fail"


def test_each_chapter_notices_a_mistake():
    untold = set(PATHS) - {row.values[0] for row in rows(SOON)}
    assert not untold, f"tests/chapters/test_bites.py: SOON has no mistake of {sorted(untold)}."

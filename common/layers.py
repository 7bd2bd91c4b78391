"""Layers: forward computes, backward sends the slope of the loss back (book, chapters 5 and 6).

Every d-name is the slope of the loss along the thing it names and has that thing's shape: dx for
x, dW for W, dout for what forward returned. Arguments are never changed. A layer raises ValueError
for shapes that do not fit and RuntimeError for backward before forward.
"""

import numpy as np

from .checks import as_float, as_labels, number, upstream
from .conv_layers import Convolution, Pooling  # one import line serves all layers
from .functions import *  # scripts typed from the book expect them here
from .util import col2im, im2col, random_source


class Relu:
    """max(0, x): lets positive values through, blocks the others (book 5.5.1).

    forward:  x of any shape -> the same shape; mask is True where x <= 0
    backward: dout -> dx, 0 where the mask is True; at x = 0 itself the slope is taken as 0
    """

    def __init__(self):
        self.mask = None

    def forward(self, x):
        x = as_float(x, "Relu")
        self.mask = x <= 0
        return np.maximum(x, 0)

    def backward(self, dout):
        return np.where(self.mask, 0, upstream(dout, self.mask, self))


class Sigmoid:
    """1 / (1 + exp(-x)): squeezes any number into 0 to 1 (book 5.5.2).

    forward:  x of any shape -> out, the same shape
    backward: dout -> dx = dout · out · (1 - out): the output alone is enough
    """

    def __init__(self):
        self.out = None

    def forward(self, x):
        self.out = sigmoid(x)
        return self.out

    def backward(self, dout):
        return upstream(dout, self.out, self) * (1 - self.out) * self.out


class Tanh:
    """The hyperbolic tangent: squeezes any number into -1 to 1; a neighbour of sigmoid (book 6.2).

    forward:  x of any shape -> out, the same shape
    backward: dout -> dx = dout · (1 - out²)
    """

    def __init__(self):
        self.out = None

    def forward(self, x):
        self.out = np.tanh(as_float(x, "Tanh"))
        return self.out

    def backward(self, dout):
        return upstream(dout, self.out, self) * (1 - self.out**2)


class Affine:
    """x·W + b for a batch of rows (book 5.6). W: (D, M); b: (M,).

    forward:  x (N, D) -> (N, M); images (N, C, H, W) are flattened to D = C·H·W first
    backward: dout (N, M) -> dx in x's shape; sets dW (D, M) and db (M,), summed over the batch;
              need_dx=False leaves dx out (None): a first layer has nobody to hand it to
    """

    def __init__(self, W, b):
        self.W, self.b = as_float(W, "Affine, W"), as_float(b, "Affine, b")
        if self.W.ndim != 2 or self.b.shape != self.W.shape[1:]:
            found = f"W has shape {self.W.shape}, b {self.b.shape}"
            raise ValueError(f"Affine: {found}; (D, M) and (M,) were expected.")
        self.x = self.original_x_shape = self.dW = self.db = None

    def forward(self, x):
        x, d = as_float(x, "Affine"), len(self.W)
        if x.ndim < 2 or x.size == 0:
            hint = "one sample becomes a batch of one with x.reshape(1, -1)"
            raise ValueError(f"Affine: x has shape {x.shape}, rows (N, {d}) are expected; {hint}.")
        rows = x.reshape(len(x), -1)  # (N, D)
        if rows.shape[1] != d:
            found = f"a row of x {x.shape} has {rows.shape[1]} numbers"
            raise ValueError(f"Affine: {found}, W {self.W.shape} expects {d}.")
        self.x, self.original_x_shape = rows, x.shape
        return self.x @ self.W + self.b  # (N, D)(D, M) -> (N, M)

    def backward(self, dout, need_dx=True):
        out_shape = None if self.x is None else (len(self.x), len(self.b))
        dout = upstream(dout, out_shape, self)
        self.dW = self.x.T @ dout  # (D, N)(N, M) -> (D, M)
        self.db = dout.sum(axis=0)  # (N, M) -> (M,)
        if not need_dx:
            return None
        return (dout @ self.W.T).reshape(self.original_x_shape)  # (N, M)(M, D) -> as x came


class SoftmaxWithLoss:
    """Softmax and cross-entropy in one, whose backward is simply y - t (book 5.6.3).

    forward:  scores x (N, K) or (K,); labels t one-hot, soft, or class numbers
              -> loss, one number: the mean over the batch, in nats; keeps y = softmax(x)
    backward: dout, a number -> dx = dout · (y - t) / N in x's shape
    The logarithm is exact (see log_softmax), so that the slope is exact as well.
    """

    def __init__(self):
        self.loss = self.y = self.t = None

    def forward(self, x, t):
        log_y = log_softmax(x)  # (N, K) or (K,)
        self.loss = mean_cost(log_y, t, "SoftmaxWithLoss")
        self.y, self.t = np.exp(log_y), np.asarray(t)
        return self.loss

    def backward(self, dout=1):
        dout = float(upstream(dout, None if self.y is None else (), self))
        t = as_labels(self.t, self.y.shape, "SoftmaxWithLoss")  # (N,) or (N, K)
        dx = self.y.reshape(len(t), -1).copy()  # (N, K)
        if t.ndim == 1:
            dx[np.arange(len(t)), t] -= 1
        else:
            dx -= t
        return (dx * (dout / len(t))).reshape(self.y.shape)


class Dropout:
    """Switches off a random share of the values while training (book 6.4.3).

    dropout_ratio: the share that is dropped, from 0 up to but not 1. rng: see util.random_source.
    forward:  x of any shape -> training: x · mask; test: x · (1 - dropout_ratio), its mean
    backward: dout -> dx = dout · mask, where mask is whatever forward multiplied with
    """

    def __init__(self, dropout_ratio=0.5, rng=None):
        self.dropout_ratio = number(dropout_ratio, "Dropout: dropout_ratio", below=1)
        self.rng = None if rng is None else random_source(rng)
        self.mask = self.out_shape = None

    def forward(self, x, train_flg=True):
        x = as_float(x, "Dropout")
        self.out_shape = x.shape
        self.mask = 1.0 - self.dropout_ratio
        if train_flg:
            self.mask = random_source(self.rng).random(x.shape) > self.dropout_ratio
        return x * self.mask

    def backward(self, dout):
        return upstream(dout, self.out_shape, self) * self.mask


class BatchNormalization:
    """Gives every feature mean 0 and variance 1 over the batch, then scale gamma, shift beta.

    Book 6.3. gamma, beta: (D,) for rows (N, D). For images (N, C, H, W): C entries normalise each
    channel over N, H and W; C·H·W entries normalise each position by itself, the book's way.
    forward:  x -> the same shape; training uses the batch's mean and variance (+ 1e-6) and moves
              running ones, which start at 0: running = momentum · running + (1 - momentum) · batch;
              test uses the running ones
    backward: dout -> dx; sets dgamma and dbeta, (D,)
    Raises ValueError for a batch of one (no spread), RuntimeError for a test before any training.
    Source: Ioffe and Szegedy 2015, arXiv:1502.03167.
    """

    def __init__(self, gamma, beta, momentum=0.9, running_mean=None, running_var=None):
        arrived = {"gamma": gamma, "beta": beta}
        if running_mean is not None or running_var is not None:
            arrived |= {"running_mean": running_mean, "running_var": running_var}
        arrived = {k: as_float(v, f"BatchNormalization, {k}") for k, v in arrived.items()}
        shapes = {key: value.shape for key, value in arrived.items()}
        if len(set(shapes.values())) > 1 or len(shapes["gamma"]) != 1:
            raise ValueError(f"BatchNormalization: one shape (D,) was expected; {shapes} arrived.")
        if np.any(arrived.get("running_var", 0) < 0):
            raise ValueError("BatchNormalization: a running_var below 0 arrived; give variances.")
        self.gamma, self.beta = arrived["gamma"], arrived["beta"]
        self.running_mean, self.running_var = map(arrived.get, ("running_mean", "running_var"))
        self.momentum = number(momentum, "BatchNormalization: momentum", below=1)
        self.input_shape = self.xn = self.std = self.train_flg = self.dgamma = self.dbeta = None

    def _rows(self, x):
        """x as rows (M, D), one column for each entry of gamma."""
        d = len(self.gamma)
        if x.ndim == 4 and x.shape[1] == d and x.size:  # per channel
            return x.transpose(0, 2, 3, 1).reshape(-1, d)  # (N·H·W, C)
        if x.ndim > 1 and x.size and x[0].size == d:
            return x.reshape(-1, d)  # (N, D)
        expected = f"rows (N, {d}), or images whose C or C·H·W is {d}, were expected"
        raise ValueError(f"BatchNormalization: x has shape {x.shape}; {expected}.")

    def _unrows(self, rows):
        """Rows (M, D) back in the shape that came in."""
        n, c, *sides = self.input_shape
        if len(sides) != 2 or c != len(self.gamma):
            return rows.reshape(self.input_shape)
        return rows.reshape(n, *sides, c).transpose(0, 3, 1, 2)  # (N, C, H, W)

    def forward(self, x, train_flg=True):
        x = as_float(x, "BatchNormalization")
        rows = self._rows(x)  # (M, D)
        if train_flg and len(rows) < 2:
            hint = "each feature needs two values or more, so use a larger batch"
            raise ValueError(f"BatchNormalization: x has shape {x.shape}; {hint}.")
        if train_flg:
            mean, var = rows.mean(axis=0), rows.var(axis=0)  # (D,)
            var = np.where(var < np.inf, var, np.nan)  # too wide to square: no answer, not 0
            if self.running_mean is None:
                self.running_mean = self.running_var = 0
            self.running_mean = self.momentum * self.running_mean + (1 - self.momentum) * mean
            self.running_var = self.momentum * self.running_var + (1 - self.momentum) * var
        elif self.running_mean is None:
            hint = "train first (train_flg=True), or hand both to the constructor"
            raise RuntimeError(f"BatchNormalization: no running mean and variance yet; {hint}.")
        else:
            mean, var = self.running_mean, self.running_var
        self.std = np.sqrt(var + 1e-6)  # (D,)
        self.xn = (rows - mean) / self.std  # (M, D)
        self.input_shape, self.train_flg = x.shape, train_flg
        return self._unrows(self.gamma * self.xn + self.beta)

    def backward(self, dout):
        dout = self._rows(upstream(dout, self.input_shape, self))  # (M, D)
        self.dbeta = dout.sum(axis=0)  # (D,)
        self.dgamma = (dout * self.xn).sum(axis=0)  # (D,)
        dxn = dout * self.gamma  # (M, D)
        if self.train_flg:  # mean and variance move with x too: take their part off
            dxn = dxn - dxn.mean(axis=0) - self.xn * (dxn * self.xn).mean(axis=0)
        return self._unrows(dxn / self.std)

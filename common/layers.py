"""Layers: forward computes, backward sends the slope of the loss back (book, chapters 5 and 6).

Every d-name is the slope of the loss along the thing it names and has that thing's shape: dx for
x, dW for W, dout for what forward returned. Arguments are never changed. A layer raises ValueError
for shapes that do not fit and RuntimeError for backward before forward.
"""

import numpy as np

from .checks import as_float, as_labels, number, shape_of, upstream
from .conv_layers import Convolution, Pooling  # one import line serves all layers
from .functions import *  # scripts typed from the book expect them here
from .functions import log_softmax, mean_cost, sigmoid
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
        return upstream(dout, shape_of(self.mask), self) * ~self.mask


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
        return upstream(dout, shape_of(self.out), self) * (1 - self.out) * self.out


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
        return upstream(dout, shape_of(self.out), self) * (1 - self.out**2)


class Affine:
    """x·W + b for a batch of rows (book 5.6). W: (D, M); b: (M,).

    forward:  x (N, D) -> (N, M); images (N, C, H, W) are flattened to D = C·H·W first
    backward: dout (N, M) -> dx in x's shape; sets dW (D, M) and db (M,), summed over the batch;
              need_dx=False leaves dx out (None): a first layer has nobody to hand it to
    """

    def __init__(self, W, b):
        if np.ndim(W) != 2 or np.shape(b) != np.shape(W)[1:]:
            raise ValueError(
                f"Affine: W has shape {np.shape(W)}, b {np.shape(b)}; (D, M) and (M,) expected."
            )
        self.W, self.b = W, b
        self.x = self.original_x_shape = None
        self.dW = self.db = None

    def forward(self, x):
        x = as_float(x, "Affine")
        if x.ndim < 2 or x.size == 0:
            raise ValueError(
                f"Affine: x has shape {x.shape}; a batch of rows (N, D) was expected. One sample "
                "becomes a batch of one with x.reshape(1, -1)."
            )
        rows = x.reshape(len(x), -1)  # (N, D)
        if rows.shape[1] != len(self.W):
            raise ValueError(
                f"Affine: a row of x {x.shape} has {rows.shape[1]} numbers, W {self.W.shape} "
                f"expects {len(self.W)}."
            )
        self.original_x_shape, self.x = x.shape, rows
        return rows @ self.W + self.b  # (N, D)(D, M) -> (N, M)

    def backward(self, dout, need_dx=True):
        out_shape = None if self.x is None else (len(self.x), len(self.b))
        dout = upstream(dout, out_shape, self)
        self.dW = self.x.T @ dout  # (D, N)(N, M) -> (D, M)
        self.db = dout.sum(axis=0)  # (N, M) -> (M,)
        if not need_dx:
            return None
        return (dout @ self.W.T).reshape(self.original_x_shape)  # (N, M)(M, D) -> (N, D)


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
        log_y = log_softmax(x)  # (N, K)
        self.loss = mean_cost(log_y, t, "SoftmaxWithLoss")
        self.y, self.t = np.exp(log_y), np.asarray(t)
        return self.loss

    def backward(self, dout=1):
        if self.y is None or np.ndim(dout) != 0:
            upstream(dout, None if self.y is None else (), self)
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
        self.rng = random_source(rng)
        self.mask = self.out_shape = None

    def forward(self, x, train_flg=True):
        x = as_float(x, "Dropout")
        self.out_shape = x.shape
        self.mask = 1.0 - self.dropout_ratio
        if train_flg:
            self.mask = self.rng.random(x.shape) > self.dropout_ratio
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
        if np.ndim(gamma) != 1 or np.shape(gamma) != np.shape(beta):
            raise ValueError(
                f"BatchNormalization: gamma has shape {np.shape(gamma)}, beta {np.shape(beta)}; "
                "both must be (D,)."
            )
        self.gamma, self.beta = gamma, beta
        self.momentum = number(momentum, "BatchNormalization: momentum", below=1)
        self.running_mean, self.running_var = running_mean, running_var
        self.input_shape = self.xn = self.std = self.train_flg = None
        self.dgamma = self.dbeta = None

    def _rows(self, x):
        """x as rows (M, D), one column for each entry of gamma."""
        d = len(self.gamma)
        if x.ndim == 4 and x.shape[1] == d:  # per channel
            return x.transpose(0, 2, 3, 1).reshape(-1, d)  # (N·H·W, C)
        if x.ndim > 1 and x.size and x[0].size == d:
            return x.reshape(-1, d)  # (N, D)
        raise ValueError(
            f"BatchNormalization: x has shape {x.shape}, gamma {self.gamma.shape}; expected rows "
            "(N, D), or images with C or C·H·W entries in gamma."
        )

    def _unrows(self, rows):
        """Rows (M, D) back in the shape that came in."""
        if self.input_shape[1:] == (len(self.gamma),) or self.input_shape[1] != len(self.gamma):
            return rows.reshape(self.input_shape)
        n, c, h, w = self.input_shape
        return rows.reshape(n, h, w, c).transpose(0, 3, 1, 2)

    def forward(self, x, train_flg=True):
        x = as_float(x, "BatchNormalization")
        rows = self._rows(x)  # (M, D)
        if train_flg and len(rows) < 2:
            raise ValueError(
                f"BatchNormalization: x {x.shape} gives each feature one value; training needs at "
                "least two, so hand in a larger batch."
            )
        if train_flg:
            mean, var = rows.mean(axis=0), rows.var(axis=0)  # (D,)
            self._move_running(mean, var)
        elif self.running_mean is None or self.running_var is None:
            raise RuntimeError(
                "BatchNormalization: no running mean and variance yet; train first "
                "(train_flg=True), or hand both to the constructor."
            )
        else:
            mean, var = self.running_mean, self.running_var
        self.std = np.sqrt(var + 1e-6)  # (D,)
        self.xn = (rows - mean) / self.std  # (M, D)
        self.input_shape, self.train_flg = x.shape, train_flg
        return self._unrows(self.gamma * self.xn + self.beta)

    def _move_running(self, mean, var):
        if self.running_mean is None or self.running_var is None:
            self.running_mean, self.running_var = np.zeros_like(mean), np.zeros_like(var)
        for running, batch in ((self.running_mean, mean), (self.running_var, var)):
            running *= self.momentum
            running += (1 - self.momentum) * batch

    def backward(self, dout):
        dout = self._rows(upstream(dout, self.input_shape, self))  # (M, D)
        self.dbeta = dout.sum(axis=0)  # (D,)
        self.dgamma = (dout * self.xn).sum(axis=0)  # (D,)
        dxn = dout * self.gamma  # (M, D)
        if self.train_flg:  # mean and variance move with x too: take their part off
            dxn = dxn - dxn.mean(axis=0) - self.xn * (dxn * self.xn).mean(axis=0)
        return self._unrows(dxn / self.std)

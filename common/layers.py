"""Layers: forward computes, backward sends the slope of the loss back (book, chapters 5 and 6).

Every d-name is the slope of the loss along the thing it names, in its shape: dx for x, dW for W,
dout for what forward returned. Arguments are never changed. A layer raises TypeError for what is no
number, ValueError for shapes that do not fit, RuntimeError for backward before forward.
"""

import warnings

import numpy as np

from .checks import as_float, as_number, expect, upstream
from .conv_layers import Convolution, Pooling  # one import line serves all layers
from .functions import *  # scripts typed from the book expect them here
from .util import col2im, im2col, random_source


class Relu:
    """max(0, x): lets positive values through, blocks the others (book 5.5.1).

    forward:  x of any shape -> the same shape; mask is True where x <= 0
    backward: dout -> dx, 0 where the mask is True, x = 0 included (but inf times 0 is nan)
    """

    def __init__(self):
        self.mask = None

    def forward(self, x):
        x = as_float(x, "Relu")
        self.mask = x <= 0
        return np.maximum(x, 0)

    def backward(self, dout):
        return upstream(dout, self.mask, self) * ~self.mask


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
    backward: dout (N, M) -> dx in x's shape, or None if nobody needs it; sets dW (D, M), db (M,)
    """

    def __init__(self, W, b):
        self.W, self.b = as_float(W, "Affine, W"), as_float(b, "Affine, b")
        fits = self.W.ndim == 2 and self.b.shape == self.W.shape[1:]
        expect(fits, f"Affine: W {self.W.shape}, b {self.b.shape} arrived; give (D, M) and (M,).")
        self.x = self.original_x_shape = self.dW = self.db = None

    def forward(self, x):
        x = as_float(x, "Affine")
        found = f"a row of x {x.shape} has {x[:1].size if x.ndim else 1} numbers"
        fits = x.ndim > 1 and x[:1].size == len(self.W)
        expect(fits, f"Affine: {found}, W {self.W.shape} expects rows (N, {len(self.W)}).")
        self.x, self.original_x_shape = x.reshape(len(x), -1), x.shape  # (N, D)
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

    forward:  scores x (N, K) or (K,); labels t one-hot, soft, or class numbers -> loss, the mean
              over the batch in nats, exact (see log_softmax); keeps y = softmax(x) and t
    backward: dout, a number -> dx = dout · (y - t) / N in x's shape
    """

    def __init__(self):
        self.loss = self.y = self.t = self.rows = None

    def forward(self, x, t):
        log_y = log_softmax(x)  # (N, K) or (K,)
        self.rows = label_rows(t, log_y, "SoftmaxWithLoss")  # t as shares, in the same shape
        self.loss, self.y, self.t = mean_cost(log_y, self.rows), np.exp(log_y), np.asarray(t)
        return self.loss

    def backward(self, dout=1):
        dout = float(upstream(dout, None if self.y is None else (), self))
        n = len(self.y) if self.y.ndim == 2 else 1
        return (self.y - self.rows) * (dout / n)


class Dropout:
    """Switches off a random share of the values while training (book 6.4.3).

    forward:  x of any shape -> training: x · mask; test: x · (1 - dropout_ratio), its mean
    backward: dout -> dx = dout · mask, where mask is whatever forward multiplied with
    """

    def __init__(self, dropout_ratio=0.5, rng=None):
        self.dropout_ratio = as_number(dropout_ratio, "Dropout: dropout_ratio", below=1)
        self.rng = None if rng is None else random_source(rng)
        self.mask = self.out_shape = None

    def forward(self, x, train_flg=True):
        x = as_float(x, "Dropout")
        self.out_shape, self.mask = x.shape, 1.0 - self.dropout_ratio
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
              running ones, from 0: running = momentum · running + (1 - momentum) · batch; test uses
              those. A training batch of one brings a warning
    backward: dout -> dx; sets dgamma and dbeta, (D,)
    """

    def __init__(self, gamma, beta, momentum=0.9, running_mean=None, running_var=None):
        stats = [] if running_mean is running_var is None else [running_mean, running_var]
        given = [as_float(a, "BatchNormalization") for a in (gamma, beta, *stats)]
        shapes = {a.shape: a.ndim for a in given}
        expect([*shapes.values()] == [1], f"BatchNormalization: expected is (D,), not {[*shapes]}.")
        self.momentum = as_number(momentum, "BatchNormalization: momentum", below=1)
        self.gamma, self.beta, self.running_mean, self.running_var = [*given, None, None][:4]
        self.input_shape = self.xn = self.std = self.train_flg = self.dgamma = self.dbeta = None

    def forward(self, x, train_flg=True):
        x, d = as_float(x, "BatchNormalization"), len(self.gamma)
        fits = x.ndim > 1 and x.size and d in (x[0].size, x.shape[1] if x.ndim == 4 else 0)
        expected = f"rows (N, {d}), or images whose C or C·H·W is {d}, were expected"
        expect(fits, f"BatchNormalization: x has shape {x.shape}; {expected}.")
        rows = x.reshape(len(x), d, -1)  # (N, D, P): P = H·W where a channel is one feature, else 1
        if train_flg:
            mean, var = rows.mean(axis=(0, 2)), rows.var(axis=(0, 2))  # (D,)
            if rows.size == d:
                reason = f"x {x.shape} is a batch of one, so its slopes prove nothing; use more"
                warnings.warn(f"BatchNormalization: {reason}.", RuntimeWarning, 2)
            if self.running_mean is None:
                self.running_mean = self.running_var = 0
            self.running_mean = self.momentum * self.running_mean + (1 - self.momentum) * mean
            self.running_var = self.momentum * self.running_var + (1 - self.momentum) * var
        else:
            missing = "BatchNormalization: no running mean and variance; train first, or give both."
            expect(self.running_mean is not None, missing, RuntimeError)
            mean, var = self.running_mean, self.running_var
        self.std = np.sqrt(var + 1e-6)[:, np.newaxis]  # (D, 1)
        self.xn = (rows - mean[:, np.newaxis]) / self.std  # (N, D, P)
        self.input_shape, self.train_flg = x.shape, train_flg
        out = self.gamma[:, np.newaxis] * self.xn + self.beta[:, np.newaxis]  # (N, D, P)
        return out.reshape(x.shape)

    def backward(self, dout):
        dout = upstream(dout, self.input_shape, self).reshape(np.shape(self.xn))  # (N, D, P)
        self.dbeta = dout.sum(axis=(0, 2))  # (D,)
        self.dgamma = (dout * self.xn).sum(axis=(0, 2))  # (D,)
        dxn = dout * self.gamma[:, np.newaxis]  # (N, D, P)
        if self.train_flg:  # mean and variance move with x too: take their part off
            over = {"axis": (0, 2), "keepdims": True}
            dxn = dxn - dxn.mean(**over) - self.xn * (dxn * self.xn).mean(**over)
        return (dxn / self.std).reshape(self.input_shape)

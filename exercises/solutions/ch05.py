"""Solutions of chapter 5. Others may be as good: the checks look at results, not at the way."""

import numpy as np

paper_gradients = {
    "x": 5,  # the plus node passes on what arrives: upstream 1 × z
    "y": 5,
    "z": -3,  # the times node swaps: upstream 1 × (x + y)
}


class MaxLayer:
    def forward(self, x, y):
        self.first = x >= y
        return x if self.first else y

    def backward(self, dout):
        return (dout, 0) if self.first else (0, dout)


def quotient(x, y):
    s, p = x + y, x * y  # forwards: two nodes, and a third
    f = s / p
    ds, dp = 1 / p, -s / p**2  # backwards through the division
    dx = ds + dp * y  # x went two ways: through + and through ×
    dy = ds + dp * x
    return f, dx, dy


def relu_backward(dout, mask):
    return np.where(mask, 0, dout)  # a new array; dout stays as it was


def sigmoid_backward(dout, out):
    return dout * out * (1 - out)


class Tanh:
    def __init__(self):
        self.out = None

    def forward(self, x):
        self.out = np.tanh(x)
        return self.out

    def backward(self, dout):
        return dout * (1 - self.out**2)


def affine_backward(dout, x, W):
    dx = dout @ W.T  # (N, M)(M, D) -> (N, D)
    dW = x.T @ dout  # (D, N)(N, M) -> (D, M)
    db = dout.sum(axis=0)  # (N, M) -> (M,)
    return dx, dW, db


def length_gradients(W, x):
    q = W @ x  # (m, n)(n,) -> (m,)
    dq = 2 * q
    dW = np.outer(dq, x)  # (m,) and (n,) -> (m, n)
    dx = W.T @ dq  # (n, m)(m,) -> (n,)
    return dW, dx


def softmax_loss_backward(y, t):
    dx = y.copy()  # (N, K)
    if t.ndim == 2:
        dx -= t
    else:
        dx[np.arange(len(t)), t] -= 1  # in each row, the right class
    return dx / len(y)


def sgd_step(params, grads, lr):
    for key in params:
        params[key] -= lr * grads[key]

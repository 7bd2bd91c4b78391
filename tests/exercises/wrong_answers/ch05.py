"""Wrong answers of chapter 5, as readers write them: exercise -> the mistake -> the answer.

Written without looking at the checks. Each must be told ✗, with a message that no other mistake
in the same exercise gets.
"""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


# --- MaxLayer


class MaxBoth:
    def forward(self, x, y):
        return max(x, y)

    def backward(self, dout):
        return dout, dout


class MaxLoser:
    def forward(self, x, y):
        self.mask = x < y
        return max(x, y)

    def backward(self, dout):
        return (dout, 0) if self.mask else (0, dout)


class MaxDeaf:
    def forward(self, x, y):
        self.x, self.y = x, y
        return max(x, y)

    def backward(self, dout):
        return (1, 0) if self.x > self.y else (0, 1)


class MaxHalf:
    def forward(self, x, y):
        return max(x, y)

    def backward(self, dout):
        return 0.5 * dout, 0.5 * dout


class MaxLikeMul:
    def forward(self, x, y):
        self.x, self.y = x, y
        return max(x, y)

    def backward(self, dout):
        return dout * self.y, dout * self.x


class MaxTimesInput:
    def forward(self, x, y):
        self.x, self.y = x, y
        return max(x, y)

    def backward(self, dout):
        if self.x > self.y:
            return dout * self.x, 0
        return 0, dout * self.y


class MaxOneResult:
    def forward(self, x, y):
        return max(x, y)

    def backward(self, dout):
        return dout


class MaxForgets:
    def forward(self, x, y):
        return max(x, y)

    def backward(self, dout):
        return (dout, 0) if self.x > self.y else (0, dout)


class MinLayer:
    def forward(self, x, y):
        self.first = x < y
        return min(x, y)

    def backward(self, dout):
        return (dout, 0) if self.first else (0, dout)


class MaxSharedState:
    state = {}  # noqa: RUF012

    def forward(self, x, y):
        self.state["first"] = x >= y
        return max(x, y)

    def backward(self, dout):
        return (dout, 0) if self.state["first"] else (0, dout)


# --- quotient


def quotient_one_way(x, y):
    s, p = x + y, x * y
    return s / p, 1 / p, 1 / p


def quotient_other_way(x, y):
    s, p = x + y, x * y
    dp = -s / p**2
    return s / p, dp * y, dp * x


def quotient_unswapped(x, y):
    s, p = x + y, x * y
    ds, dp = 1 / p, -s / p**2
    return s / p, ds + dp * x, ds + dp * y


def quotient_sign(x, y):
    s, p = x + y, x * y
    ds, dp = 1 / p, s / p**2
    return s / p, ds + dp * y, ds + dp * x


def quotient_no_square(x, y):
    s, p = x + y, x * y
    ds, dp = 1 / p, -s / p
    return s / p, ds + dp * y, ds + dp * x


def quotient_only_value(x, y):
    return (x + y) / (x * y)


def quotient_multiplied(x, y):
    s, p = x + y, x * y
    ds, dp = 1 / p, -s / p**2
    return s / p, ds * dp * y, ds * dp * x


# --- relu_backward


def relu_in_place(dout, mask):
    dout[mask] = 0
    return dout


def relu_one_if(dout, mask):
    if mask:
        return 0
    return dout


# --- affine_backward


def affine(dx=None, dW=None, db=None):
    def answer(dout, x, W):
        return (
            dout @ W.T if dx is None else dx(dout, x, W),
            x.T @ dout if dW is None else dW(dout, x, W),
            dout.sum(axis=0) if db is None else db(dout, x, W),
        )

    return answer


def affine_in_place(dout, x, W):
    dx, dW, db = np.dot(dout, W.T), np.dot(x.T, dout), np.sum(dout, axis=0)
    x[...] = dx
    return x, dW, db


# --- length_gradients


def lengths(dW=None, dx=None):
    def answer(W, x):
        q = np.dot(W, x)
        return (
            2 * q.reshape(-1, 1) * x if dW is None else dW(W, x, q),
            2 * np.dot(W.T, q) if dx is None else dx(W, x, q),
        )

    return answer


# --- softmax_loss_backward


def one_hot_only(y, t):
    batch_size = t.shape[0]
    return (y - t) / batch_size


def numbers_only(y, t):
    dx = y.copy()
    dx[np.arange(t.shape[0]), t] -= 1
    return dx / t.shape[0]


def loss_in_place(y, t):
    if t.ndim == 2:
        return (y - t) / len(y)
    y[np.arange(len(y)), t] -= 1
    return y / len(y)


def both(scale=lambda y, t: len(y), sign=1):
    def answer(y, t):
        one_hot = t if t.ndim == 2 else np.eye(y.shape[1])[t]
        return sign * (y - one_hot) / scale(y, t)

    return answer


def by_size(y, t):
    if t.size == y.size:
        return (y - t) / len(y)
    return y / len(y)


# --- sgd_step


def step_rebinding(params, grads, lr):
    for key in params:
        params[key] = params[key] - lr * grads[key]


def step_local(params, grads, lr):
    for key, p in params.items():
        p = p - lr * grads[key]


def step_uphill(params, grads, lr):
    for key in params:
        params[key] += lr * grads[key]


def step_unscaled(params, grads, lr):
    for key in params:
        params[key] -= grads[key]


def step_scaling_grads(params, grads, lr):
    for key in params:
        grads[key] *= lr
        params[key] -= grads[key]


def step_weights_only(params, grads, lr):
    params["W"] -= lr * grads["W"]


def step_by_optimizer(params, grads, lr):
    params -= lr * grads


# --- Tanh


def tanh_layer(backward, forward=np.tanh):
    class Layer:
        def forward(self, x):
            self.x = x
            self.out = forward(x)
            return self.out

        def backward(self, dout):
            return backward(self, dout)

    return Layer


class TanhInPlace:
    def forward(self, x):
        self.out = np.tanh(x)
        return self.out

    def backward(self, dout):
        dout *= (1 - self.out**2).astype(dout.dtype)
        return dout


class TanhSharedState:
    kept = {}  # noqa: RUF012

    def forward(self, x):
        self.kept["out"] = np.tanh(x)
        return self.kept["out"]

    def backward(self, dout):
        return dout * (1 - self.kept["out"] ** 2)


class TanhForgets:
    def forward(self, x):
        return np.tanh(x)

    def backward(self, dout):
        return dout * (1 - self.out**2)


WRONG = {
    "paper_gradients": {
        "own value instead of the other": {"x": -3, "y": -3, "z": 5},
        "upstream lost": {"x": 1, "y": 1, "z": -3},
        "plus as times": {"x": -20, "y": 5, "z": -3},
        "signs": {"x": -5, "y": -5, "z": 3},
        "sign of z": {"x": 5, "y": 5, "z": 3},
        "values": {"x": 1, "y": -4, "z": 5},
        "halves": {"x": 2.5, "y": 2.5, "z": -3},
        "one missing": {"x": 5, "y": 5},
        "something else": {"x": 7, "y": 5, "z": -3},
    },
    "MaxLayer": {
        "both": MaxBoth,
        "loser": MaxLoser,
        "no upstream": MaxDeaf,
        "halves": MaxHalf,
        "like a times node": MaxLikeMul,
        "times the input": MaxTimesInput,
        "one result": MaxOneResult,
        "nothing kept in forward": MaxForgets,
        "min": MinLayer,
        "state of the class": MaxSharedState,
    },
    "quotient": {
        "only through plus": quotient_one_way,
        "only through times": quotient_other_way,
        "not swapped": quotient_unswapped,
        "sign of the division": quotient_sign,
        "no square": quotient_no_square,
        "only the value": quotient_only_value,
        "ways multiplied": quotient_multiplied,
    },
    "relu_backward": {
        "in place": relu_in_place,
        "mask inverted": lambda dout, mask: np.where(mask, dout, 0),
        "all pass": lambda dout, mask: dout.copy(),
        "only local": lambda dout, mask: (~mask).astype(float),
        "relu of the gradient": lambda dout, mask: dout * (dout > 0),
        "entries left out": lambda dout, mask: dout[~mask],
        "if": relu_one_if,
    },
    "sigmoid_backward": {
        "sigmoid of the output": lambda dout, out: dout * sigmoid(out) * (1 - sigmoid(out)),
        "no upstream": lambda dout, out: out * (1 - out),
        "slope of tanh": lambda dout, out: dout * (1 - out * out),
        "sign": lambda dout, out: dout * out * (out - 1),
        "one factor": lambda dout, out: dout * (1.0 - out),
        "other factor": lambda dout, out: dout * out,
        "added": lambda dout, out: dout + out * (1 - out),
    },
    "Tanh": {
        "slope of sigmoid": tanh_layer(lambda self, dout: dout * (1 - self.out) * self.out),
        "no upstream": tanh_layer(lambda self, dout: 1 - self.out**2),
        "input squared": tanh_layer(lambda self, dout: dout * (1 - self.x**2)),
        "plus": tanh_layer(lambda self, dout: dout * (1 + self.out**2)),
        "no square": tanh_layer(lambda self, dout: dout * (1 - self.out)),
        "tanh of the output": tanh_layer(lambda self, dout: dout * (1 - np.tanh(self.out) ** 2)),
        "sigmoid": tanh_layer(lambda self, dout: dout * (1 - self.out) * self.out, sigmoid),
        "dout changed": TanhInPlace,
        "out not kept": TanhForgets,
        "state of the class": TanhSharedState,
    },
    "affine_backward": {
        "dx not transposed": affine(dx=lambda dout, x, W: np.dot(dout, W)),
        "dx the other way round": affine(dx=lambda dout, x, W: np.dot(W, dout.T)),
        "dW not transposed": affine(dW=lambda dout, x, W: np.dot(x, dout)),
        "dW the other way round": affine(dW=lambda dout, x, W: np.dot(dout.T, x)),
        "db along the other axis": affine(db=lambda dout, x, W: np.sum(dout, axis=1)),
        "db one number": affine(db=lambda dout, x, W: np.sum(dout)),
        "db a mean": affine(db=lambda dout, x, W: np.mean(dout, axis=0)),
        "db not summed": affine(db=lambda dout, x, W: dout),
        "db a row of one": affine(db=lambda dout, x, W: dout.sum(0, keepdims=True)),
        "divided by N": affine(
            dW=lambda dout, x, W: x.T @ dout / len(x), db=lambda dout, x, W: dout.sum(0) / len(x)
        ),
        "x overwritten": affine_in_place,
        "two results": lambda dout, x, W: (dout @ W.T, x.T @ dout),
        "dx with the wrong sign": affine(dx=lambda dout, x, W: -dout @ W.T),
    },
    "length_gradients": {
        "2 q Wt": lengths(dx=lambda W, x, q: 2 * np.dot(q, W.T)),
        "x qt": lengths(dW=lambda W, x, q: 2 * np.outer(x, q)),
        "no 2": lengths(lambda W, x, q: np.outer(q, x), lambda W, x, q: W.T @ q),
        "entry by entry": lengths(dW=lambda W, x, q: 2 * q * x),
        "W for q": lengths(dW=lambda W, x, q: 2 * W * x),
        "order": lambda W, x: lengths()(W, x)[::-1],
        "only dW": lambda W, x: 2 * np.outer(W @ x, x),
    },
    "softmax_loss_backward": {
        "one-hot only": one_hot_only,
        "class numbers only": numbers_only,
        "y changed": loss_in_place,
        "no 1/N": both(lambda y, t: 1),
        "t.size": both(lambda y, t: t.size),
        "classes": both(lambda y, t: y.shape[1]),
        "sign": both(sign=-1),
        "nothing taken off for class numbers": by_size,
    },
    "sgd_step": {
        "rebound": step_rebinding,
        "local name": step_local,
        "uphill": step_uphill,
        "no learning rate": step_unscaled,
        "gradients scaled in place": step_scaling_grads,
        "weights only": step_weights_only,
        "dicts subtracted": step_by_optimizer,
    },
}

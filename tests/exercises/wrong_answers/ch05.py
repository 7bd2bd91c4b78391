"""Wrong answers of chapter 5, as readers write them: a class an exercise, a name a mistake."""

# ruff: noqa: RUF012, for these classes are lists of names

import numpy as np


class paper_gradients:
    own_value_instead_of_the_other = {"x": -3, "y": -3, "z": 5}
    upstream_lost = {"x": 1, "y": 1, "z": -3}
    plus_as_times = {"x": -20, "y": 5, "z": -3}
    signs = {"x": -5, "y": -5, "z": 3}
    sign_of_z = {"x": 5, "y": 5, "z": 3}
    values = {"x": 1, "y": -4, "z": 5}
    halves = {"x": 2.5, "y": 2.5, "z": -3}
    something_else = {"x": 7, "y": 5, "z": -3}


def max_layer(backward):
    class Layer:
        def forward(self, x, y):
            self.x, self.y = x, y
            return max(x, y)

        def backward(self, dout):
            return backward(self, dout)

    return Layer


class MaxLayer:
    both = max_layer(lambda self, dout: (dout, dout))
    loser = max_layer(lambda self, dout: (dout, 0) if self.x < self.y else (0, dout))
    no_upstream = max_layer(lambda self, dout: (1, 0) if self.x > self.y else (0, 1))
    halves = max_layer(lambda self, dout: (0.5 * dout, 0.5 * dout))
    like_a_times_node = max_layer(lambda self, dout: (dout * self.y, dout * self.x))
    one_result = max_layer(lambda self, dout: dout)

    @max_layer
    def times_the_input(self, dout):
        return (dout * self.x, 0) if self.x > self.y else (0, dout * self.y)

    class NothingKeptInForward:
        def forward(self, x, y):
            return max(x, y)

        def backward(self, dout):
            return (dout, 0) if self.x > self.y else (0, dout)

    class Min:
        def forward(self, x, y):
            self.first = x < y
            return min(x, y)

        def backward(self, dout):
            return (dout, 0) if self.first else (0, dout)

    class StateOfTheClass:
        state = {}

        def forward(self, x, y):
            self.state["first"] = x >= y
            return max(x, y)

        def backward(self, dout):
            return (dout, 0) if self.state["first"] else (0, dout)


class quotient:
    def only_through_plus(x, y):
        s, p = x + y, x * y
        return s / p, 1 / p, 1 / p

    def only_through_times(x, y):
        s, p = x + y, x * y
        dp = -s / p**2
        return s / p, dp * y, dp * x

    def not_swapped(x, y):
        s, p = x + y, x * y
        ds, dp = 1 / p, -s / p**2
        return s / p, ds + dp * x, ds + dp * y

    def sign_of_the_division(x, y):
        s, p = x + y, x * y
        ds, dp = 1 / p, s / p**2
        return s / p, ds + dp * y, ds + dp * x

    def no_square(x, y):
        s, p = x + y, x * y
        ds, dp = 1 / p, -s / p
        return s / p, ds + dp * y, ds + dp * x

    only_the_value = lambda x, y: (x + y) / (x * y)

    def ways_multiplied(x, y):
        s, p = x + y, x * y
        ds, dp = 1 / p, -s / p**2
        return s / p, ds * dp * y, ds * dp * x


class relu_backward:
    def in_place(dout, mask):
        dout[mask] = 0
        return dout

    mask_inverted = lambda dout, mask: np.where(mask, dout, 0)
    all_pass = lambda dout, mask: dout.copy()
    only_local = lambda dout, mask: (~mask).astype(float)
    relu_of_the_gradient = lambda dout, mask: dout * (dout > 0)
    entries_left_out = lambda dout, mask: dout[~mask]

    def by_if(dout, mask):
        if mask:
            return 0
        return dout


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


class sigmoid_backward:
    sigmoid_of_the_output = lambda dout, out: dout * sigmoid(out) * (1 - sigmoid(out))
    no_upstream = lambda dout, out: out * (1 - out)
    slope_of_tanh = lambda dout, out: dout * (1 - out * out)
    sign = lambda dout, out: dout * out * (out - 1)
    one_factor = lambda dout, out: dout * (1.0 - out)
    other_factor = lambda dout, out: dout * out
    added = lambda dout, out: dout + out * (1 - out)


def tanh_layer(backward, forward=np.tanh):
    class Layer:
        def forward(self, x):
            self.x = x
            self.out = forward(x)
            return self.out

        def backward(self, dout):
            return backward(self, dout)

    return Layer


class Tanh:
    slope_of_sigmoid = tanh_layer(lambda self, dout: dout * (1 - self.out) * self.out)
    no_upstream = tanh_layer(lambda self, dout: 1 - self.out**2)
    input_squared = tanh_layer(lambda self, dout: dout * (1 - self.x**2))
    plus = tanh_layer(lambda self, dout: dout * (1 + self.out**2))
    no_square = tanh_layer(lambda self, dout: dout * (1 - self.out))
    tanh_of_the_output = tanh_layer(lambda self, dout: dout * (1 - np.tanh(self.out) ** 2))
    sigmoid = tanh_layer(lambda self, dout: dout * (1 - self.out) * self.out, sigmoid)

    class DoutChanged:
        def forward(self, x):
            self.out = np.tanh(x)
            return self.out

        def backward(self, dout):
            dout *= (1 - self.out**2).astype(dout.dtype)
            return dout

    class OutNotKept:
        def forward(self, x):
            return np.tanh(x)

        def backward(self, dout):
            return dout * (1 - self.out**2)

    class StateOfTheClass:
        kept = {}

        def forward(self, x):
            self.kept["out"] = np.tanh(x)
            return self.kept["out"]

        def backward(self, dout):
            return dout * (1 - self.kept["out"] ** 2)


def affine(dx=None, dW=None, db=None):
    def answer(dout, x, W):
        return (
            dout @ W.T if dx is None else dx(dout, x, W),
            x.T @ dout if dW is None else dW(dout, x, W),
            dout.sum(axis=0) if db is None else db(dout, x, W),
        )

    return answer


class affine_backward:
    dx_not_transposed = affine(dx=lambda dout, x, W: np.dot(dout, W))
    dx_the_other_way_round = affine(dx=lambda dout, x, W: np.dot(W, dout.T))
    dW_not_transposed = affine(dW=lambda dout, x, W: np.dot(x, dout))
    dW_the_other_way_round = affine(dW=lambda dout, x, W: np.dot(dout.T, x))
    db_along_the_other_axis = affine(db=lambda dout, x, W: np.sum(dout, axis=1))
    db_one_number = affine(db=lambda dout, x, W: np.sum(dout))
    db_a_mean = affine(db=lambda dout, x, W: np.mean(dout, axis=0))
    db_not_summed = affine(db=lambda dout, x, W: dout)
    db_a_row_of_one = affine(db=lambda dout, x, W: dout.sum(0, keepdims=True))
    divided_by_N = affine(
        dW=lambda dout, x, W: x.T @ dout / len(x), db=lambda dout, x, W: dout.sum(0) / len(x)
    )

    def x_overwritten(dout, x, W):
        dx, dW, db = np.dot(dout, W.T), np.dot(x.T, dout), np.sum(dout, axis=0)
        x[...] = dx
        return x, dW, db

    two_results = lambda dout, x, W: (dout @ W.T, x.T @ dout)
    dx_with_the_wrong_sign = affine(dx=lambda dout, x, W: -dout @ W.T)


def lengths(dW=None, dx=None):
    def answer(W, x):
        q = np.dot(W, x)
        return (
            2 * q.reshape(-1, 1) * x if dW is None else dW(W, x, q),
            2 * np.dot(W.T, q) if dx is None else dx(W, x, q),
        )

    return answer


class length_gradients:
    two_q_Wt = lengths(dx=lambda W, x, q: 2 * np.dot(q, W.T))
    x_qt = lengths(dW=lambda W, x, q: 2 * np.outer(x, q))
    no_2 = lengths(lambda W, x, q: np.outer(q, x), lambda W, x, q: W.T @ q)
    entry_by_entry = lengths(dW=lambda W, x, q: 2 * q * x)
    W_for_q = lengths(dW=lambda W, x, q: 2 * W * x)
    order = lambda W, x: lengths()(W, x)[::-1]
    only_dW = lambda W, x: 2 * np.outer(W @ x, x)


def both(scale=lambda y, t: len(y), sign=1):
    def answer(y, t):
        one_hot = t if t.ndim == 2 else np.eye(y.shape[1])[t]
        return sign * (y - one_hot) / scale(y, t)

    return answer


class softmax_loss_backward:
    def one_hot_only(y, t):
        batch_size = t.shape[0]
        return (y - t) / batch_size

    def class_numbers_only(y, t):
        dx = y.copy()
        dx[np.arange(t.shape[0]), t] -= 1
        return dx / t.shape[0]

    def y_changed(y, t):
        if t.ndim == 2:
            return (y - t) / len(y)
        y[np.arange(len(y)), t] -= 1
        return y / len(y)

    no_1_N = both(lambda y, t: 1)
    t_size = both(lambda y, t: t.size)
    classes = both(lambda y, t: y.shape[1])
    sign = both(sign=-1)

    def nothing_taken_off_for_class_numbers(y, t):
        if t.size == y.size:
            return (y - t) / len(y)
        return y / len(y)


class sgd_step:
    def rebound(params, grads, lr):
        for key in params:
            params[key] = params[key] - lr * grads[key]

    def local_name(params, grads, lr):
        for key, p in params.items():
            p = p - lr * grads[key]

    def uphill(params, grads, lr):
        for key in params:
            params[key] += lr * grads[key]

    def no_learning_rate(params, grads, lr):
        for key in params:
            params[key] -= grads[key]

    def gradients_scaled_in_place(params, grads, lr):
        for key in params:
            grads[key] *= lr
            params[key] -= grads[key]

    def weights_only(params, grads, lr):
        params["W"] -= lr * grads["W"]

    def dicts_subtracted(params, grads, lr):
        params -= lr * grads

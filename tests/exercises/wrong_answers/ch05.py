"""Wrong answers of chapter 5, as readers write them: a class an exercise, a name a mistake."""

# ruff: noqa: F841, RET504, RUF012, RUF059, for readers write so, in lists of names

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
    y_times_its_value = {"x": 5, "y": -20, "z": -3}
    minus_for_the_negative_one = {"x": 5, "y": -5, "z": -3}
    z_by_its_own_value = {"x": 5, "y": 5, "z": 5}
    f_for_z = {"x": 5, "y": 5, "z": -15}
    a_tuple = (5, 5, -3)
    words = {"x": 5, "y": 5, "z": "minus 3"}
    other_names = {"dx": 5, "dy": 5, "dz": -3}
    the_example_before = {"x": -4, "y": -4, "z": 3}
    strings = {"x": "5", "y": "5", "z": "-3"}


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

    class SecondWinsATie:
        def forward(self, x, y):
            self.mask = x > y
            return max(x, y)

        def backward(self, dout):
            return (dout, 0) if self.mask else (0, dout)

    class BothWinATie:
        def forward(self, x, y):
            self.x, self.y, self.out = x, y, max(x, y)
            return self.out

        def backward(self, dout):
            return dout * (self.x == self.out), dout * (self.y == self.out)

    class NobodyWinsATie:
        def forward(self, x, y):
            self.d = x - y
            return max(x, y)

        def backward(self, dout):
            return dout * (self.d > 0), dout * (self.d < 0)

    class SharedTie:
        def forward(self, x, y):
            self.shares = np.array([x >= y, y >= x]) / (1 + (x == y))
            return max(x, y)

        def backward(self, dout):
            return self.shares * dout

    class MaskOnlyEverSet:
        def __init__(self):
            self.first = False

        def forward(self, x, y):
            if x >= y:
                self.first = True
            return max(x, y)

        def backward(self, dout):
            return (dout, 0) if self.first else (0, dout)

    class LargerWithoutItsSign:
        def forward(self, x, y):
            self.first = abs(x) >= abs(y)
            return x if self.first else y

        def backward(self, dout):
            return (dout, 0) if self.first else (0, dout)

    class NotOfABool:
        def forward(self, x, y):
            self.first = x >= y
            return max(x, y)

        def backward(self, dout):
            return dout * self.first, dout * ~self.first

    class Prints:
        def forward(self, x, y):
            self.first = x >= y
            print(max(x, y))

        def backward(self, dout):
            print((dout, 0) if self.first else (0, dout))

    class NoReturn:
        def forward(self, x, y):
            self.first = x >= y
            return max(x, y)

        def backward(self, dout):
            dx, dy = (dout, 0) if self.first else (0, dout)

    class NoSelf:
        def forward(x, y):
            return max(x, y)

        def backward(dout):
            return dout, 0

    class WhoWon:
        def forward(self, x, y):
            self.first = x >= y
            return self.first

        def backward(self, dout):
            return (dout, 0) if self.first else (0, dout)

    class NoneForTheLoser:
        def forward(self, x, y):
            self.first = x >= y
            return max(x, y)

        def backward(self, dout):
            return (dout, None) if self.first else (None, dout)

    class EqualIfNearlyEqual:
        def forward(self, x, y):
            self.first = x > y or np.isclose(x, y)
            return max(x, y)

        def backward(self, dout):
            return (dout, 0) if self.first else (0, dout)


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

    def twice_through_plus(x, y):
        s, p = x + y, x * y
        ds, dp = 1 / p, -s / p**2
        return s / p, ds + ds + dp * y, ds + ds + dp * x

    def local_gradients_of_the_division(x, y):
        s, p = x + y, x * y
        return s / p, 1 / p, -s / p**2

    def sign_lost_on_paper(x, y):
        return 1 / x + 1 / y, 1 / x**2, 1 / y**2

    def brackets(x, y):
        return x + y / x * y, -1 / x**2, -1 / y**2

    def prints(x, y):
        print((x + y) / (x * y), -1 / x**2, -1 / y**2)

    def no_arguments():
        return 0.75, -0.25, -0.0625

    def whole_numbers(x, y):
        return (x + y) // (x * y), -1 / x**2, -1 / y**2


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

    def ones_where_blocked(dout, mask):
        dx = dout.copy()
        dx[mask] = 1
        return dx

    def mask_as_numbers(dout, mask):
        return np.array(mask, dtype=float)

    def mask_turned_in_place(dout, mask):
        mask[...] = ~mask
        return dout * mask

    def flattened(dout, mask):
        return np.array([0 if m else d for d, m in zip(dout.ravel(), mask.ravel(), strict=True)])

    def whole_numbers(dout, mask):
        dx = np.zeros(dout.shape, dtype=int)
        dx[~mask] = dout[~mask]
        return dx

    def minus_a_mask(dout, mask):
        return dout * -mask

    def forgotten(dout, mask):
        dx = dout.copy()
        dx[mask] = 0

    mean = lambda dout, mask: np.where(mask, 0, dout) / len(dout)
    blocked_by_either = lambda dout, mask: np.where(mask | (dout < 0), 0, dout)


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
    bracket = lambda dout, out: dout * out * 1 - out
    at_dout = lambda dout, out: dout * dout * (1 - dout)
    for_all_together = lambda dout, out: np.sum(dout * out * (1 - out))
    per_column = lambda dout, out: (dout * out * (1 - out)).sum(axis=0)
    product_of_matrices = lambda dout, out: dout @ (out * (1 - out)).T
    one_argument = lambda out: out * (1 - out)
    squared = lambda dout, out: dout * (1 - out) ** 2

    def dout_changed(dout, out):
        np.multiply(dout, out * (1 - out), out=dout, casting="unsafe")
        return dout

    def prints(dout, out):
        print(dout * out * (1 - out))

    def whole_numbers(dout, out):
        dx = np.zeros_like(dout)
        dx[...] = dout * out * (1 - out)
        return dx


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

    class OnlyTheFirstTime:
        def __init__(self):
            self.out = None

        def forward(self, x):
            if self.out is None:
                self.out = np.tanh(x)
            return self.out

        def backward(self, dout):
            return dout * (1 - self.out**2)

    class OutChangedByBackward:
        def forward(self, x):
            self.out = np.tanh(x)
            return self.out

        def backward(self, dout):
            self.out **= 2
            return dout * (1 - self.out)

    class XOverwritten:
        def forward(self, x):
            self.out = np.tanh(x)
            x[...] = self.out
            return self.out

        def backward(self, dout):
            return dout * (1 - self.out**2)

    class SlopeForward:
        def forward(self, x):
            self.slope = 1 - np.tanh(x) ** 2
            return self.slope

        def backward(self, dout):
            return dout * self.slope

    class LocalName:
        def forward(self, x):
            out = np.tanh(x)
            return out

        def backward(self, dout):
            return dout * (1 - out**2)  # noqa: F821

    class NothingFromForward:
        def forward(self, x):
            self.out = np.tanh(x)

        def backward(self, dout):
            return dout * (1 - self.out**2)

    class NothingFromBackward:
        def forward(self, x):
            self.out = np.tanh(x)
            return self.out

        def backward(self, dout):
            print(dout * (1 - self.out**2))

    class MadeOfWholeNumbers:
        def forward(self, x):
            self.out = np.zeros_like(x)
            self.out[:] = np.tanh(x)
            return self.out

        def backward(self, dout):
            return dout * (1 - self.out**2)

    class XForBackward:
        def forward(self, x):
            return np.tanh(x)

        def backward(self, dout, x):
            return dout * (1 - np.tanh(x) ** 2)

    minus = tanh_layer(lambda self, dout: dout * (self.out**2 - 1))
    bracket = tanh_layer(lambda self, dout: dout - self.out**2)

    class BackwardSpoilsWhatForwardKept:
        def forward(self, x):
            self.out = np.tanh(x)
            return self.out.copy()

        def backward(self, dout):
            self.out = 1 - self.out**2
            return dout * self.out


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
    dW_a_mean = affine(dW=lambda dout, x, W: x.T @ dout / len(x))
    dx_a_mean = affine(dx=lambda dout, x, W: dout @ W.T / len(x))
    three_means = lambda dout, x, W: [part / len(x) for part in affine()(dout, x, W)]
    another_order = lambda dout, x, W: (x.T @ dout, dout @ W.T, dout.sum(axis=0))
    entry_by_entry = affine(dx=lambda dout, x, W: dout * W.T)
    db_of_the_first_row = affine(db=lambda dout, x, W: dout[0])
    whole_numbers = affine(dW=lambda dout, x, W: (x.T @ dout).astype(x.dtype))
    method = lambda self, dout, x, W: affine()(dout, x, W)

    def right_where_shapes_differ(dout, x, W):
        dx = dout @ W if dout.shape[1] == W.shape[0] else dout @ W.T
        return dx, x.T @ dout, dout.sum(axis=0)

    def dout_divided(dout, x, W):
        dout /= len(dout)
        return affine()(dout, x, W)

    db_of_the_last_row = affine(db=lambda dout, x, W: dout[-1])


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
    no_2_in_dx = lengths(dx=lambda W, x, q: W.T @ q)
    no_2_in_dW = lengths(dW=lambda W, x, q: np.outer(q, x))
    column = lengths(dx=lambda W, x, q: (2 * W.T @ q)[:, np.newaxis])
    one_number = lengths(dW=lambda W, x, q: 2 * np.dot(q, x))
    reshaped = lengths(dW=lambda W, x, q: 2 * np.outer(x, q).reshape(W.shape))
    minus = lengths(lambda W, x, q: -2 * np.outer(q, x), lambda W, x, q: -2 * W.T @ q)
    x_for_q = lengths(dx=lambda W, x, q: 2 * W.T @ x)

    def a_step_as_well(W, x):
        dW, dx = lengths()(W, x)
        W -= 0.1 * dW
        return dW, dx

    def prints(W, x):
        print(*lengths()(W, x))


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

    twice = both(lambda y, t: len(y) ** 2)

    def large_numbers_are_classes(y, t):
        if t.max() > 1:
            t = np.eye(y.shape[1])[t]
        return (y - t) / len(y)

    def squeezed(y, t):
        t = np.squeeze(t)
        t = np.eye(y.shape[1])[t] if t.ndim == 1 else t
        return (y - t) / len(y)

    def ten_classes(y, t):
        t = np.eye(10)[t] if t.ndim == 1 else t
        return (y - t) / len(y)

    def only_one_branch_divides(y, t):
        if t.ndim == 2:
            return (y - t) / len(y)
        dx = y.copy()
        dx[np.arange(len(t)), t] -= 1
        return dx

    def every_class_in_every_row(y, t):
        dx = y.copy()
        if t.ndim == 2:
            dx -= t
        else:
            for k in t:
                dx[:, k] -= 1
        return dx / len(y)

    def a_column_of_labels(y, t):
        return (y - (t if t.ndim == 2 else t.reshape(-1, 1))) / len(y)

    def the_loss(y, t):
        t = t if t.ndim == 2 else np.eye(y.shape[1])[t]
        return -np.sum(t * np.log(y + 1e-7)) / len(y)

    def whole_numbers(y, t):
        t = np.array(t if t.ndim == 2 else np.eye(y.shape[1], dtype=int)[t])
        t[...] = (y - t) / len(y)
        return t

    def slope_of_the_logarithm(y, t):
        t = t if t.ndim == 2 else np.eye(y.shape[1])[t]
        return -t / y / len(y)

    def forgotten(y, t):
        t = t if t.ndim == 2 else np.eye(y.shape[1])[t]
        dx = (y - t) / len(y)

    def nothing_taken_off_for_class_numbers(y, t):
        if t.size == y.size:
            return (y - t) / len(y)
        return y / len(y)

    def only_the_one_divided(y, t):
        if t.ndim == 2:
            return (y - t) / len(y)
        dx = y.copy()
        dx[np.arange(len(y)), t] -= 1 / len(y)
        return dx

    def only_the_labels_divided(y, t):
        t = t if t.ndim == 2 else np.eye(y.shape[1])[t]
        return y - t / len(y)


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

    def given_back(params, grads, lr):
        return {key: params[key] - lr * grads[key] for key in params}

    def the_first_only(params, grads, lr):
        for key in params:
            params[key] -= lr * grads[key]
            return

    def biases_only(params, grads, lr):
        for key in ("b1", "b2"):
            params[key] -= lr * grads[key]

    def names_of_another_chapter(params, grads, lr):
        for key in ("W", "b"):
            params[key] -= lr * grads[key]

    def replaced(params, grads, lr):
        for key in params:
            params[key][...] = lr * grads[key]

    def along_itself(params, grads, lr):
        for key in params:
            params[key] -= lr * params[key]

    def one_rate_for_all_times(params, grads, lr):
        for key in params:
            params[key] -= 0.1 * grads[key]

    def attributes(params, grads, lr):
        params.W1 -= lr * grads.W1

    def keys_subtracted(params, grads, lr):
        for key in params:
            key -= lr * grads[key]

    def every_second_pair(params, grads, lr):
        for key in ("W1", "b1"):
            params[key] -= lr * grads[key]

    def paired_by_their_places(params, grads, lr):
        for p, g in zip(params.values(), grads.values(), strict=True):
            p -= lr * g

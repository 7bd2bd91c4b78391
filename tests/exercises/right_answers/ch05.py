"""Right answers of chapter 5 that differ from the solution: a class an exercise, a name a way."""

# ruff: noqa: B905, C408, RET504, RUF012, SIM118, for readers write so

import numpy as np


class paper_gradients:
    floats = {"x": 5.0, "y": 5.0, "z": -3.0}
    another_order = dict(z=-3, y=5, x=5)
    numbers_of_numpy = {"x": np.float32(5), "y": np.int64(5), "z": np.array(-3)}
    reckoned = {"x": 1 * 5, "y": 1 * 5, "z": 1 + (-4)}


class MaxLayer:
    class ByIf:
        def __init__(self):
            self.x = None
            self.y = None

        def forward(self, x, y):
            self.x, self.y = x, y
            if x >= y:
                return x
            else:
                return y

        def backward(self, dout):
            if self.x < self.y:
                dx, dy = 0, dout
            else:
                dx, dy = dout, 0
            return dx, dy

    class Mask:
        def __init__(self):
            self.mask = None
            self.name = "max"

        def forward(self, a, b):
            self.mask = int(a >= b)
            return self.mask * a + (1 - self.mask) * b

        def backward(self, dout):
            return dout * self.mask, dout * (1 - self.mask)

    class Numpy:
        def forward(self, x, y):
            self.winner = np.argmax([x, y])
            return np.maximum(x, y)

        def backward(self, dout):
            grads = np.zeros(2)
            grads[self.winner] = dout
            return grads

    class AList:
        def forward(self, *both):
            self.index = both.index(max(both))
            return max(both)

        def backward(self, dout):
            return [dout if i == self.index else 0.0 for i in range(2)]

    class ComparedWithTheResult:
        def forward(self, x, y):
            self.first, self.out = x, max(x, y)
            return self.out

        def backward(self, dout=1):
            if self.first == self.out:
                return (dout, 0)
            return (0, dout)

    class Where:
        def forward(self, x, y):
            self.cond = np.array(x) >= np.array(y)
            return np.where(self.cond, x, y)

        def backward(self, dout):
            return np.where(self.cond, dout, 0), np.where(self.cond, 0, dout)


class quotient:
    def simplified(x, y):
        f = 1 / x + 1 / y
        return f, -1 / x**2, -1 / y**2

    def step_by_step(x, y):
        s = x + y
        p = x * y
        f = s / p
        df = 1.0
        ds = df * (1 / p)
        dp = df * (-s / (p * p))
        dx_plus, dy_plus = ds, ds
        dx_times, dy_times = dp * y, dp * x
        return f, dx_plus + dx_times, dy_plus + dy_times

    def by_the_quotient_rule(x, y):
        def rule(u, v, du, dv):
            return (du * v - u * dv) / v**2

        s, p = x + y, x * y
        return [s / p, rule(s, p, 1, y), rule(s, p, 1, x)]

    def with_a_dict_of_gradients(x, y):
        d = dict.fromkeys("xysp", 0.0)
        s, p = np.add(x, y), np.multiply(x, y)
        d["s"] += 1 / p
        d["p"] += -s * float(p) ** -2
        d["x"] += d["s"] + d["p"] * y
        d["y"] += d["s"] + d["p"] * x
        return np.array([s / p, d["x"], d["y"]])

    def measured(x, y, h=1e-4):
        f = lambda x, y: (x + y) / (x * y)
        dx = (f(x + h, y) - f(x - h, y)) / (2 * h)
        dy = (f(x, y + h) - f(x, y - h)) / (2 * h)
        return f(x, y), dx, dy


class relu_backward:
    times = lambda dout, mask: dout * ~mask
    one_minus = lambda dout, mask: (1 - mask) * dout
    logical_not = lambda dout, mask: np.multiply(dout, np.logical_not(mask))
    in_single_precision = lambda dout, mask: np.where(mask, 0, dout.astype(np.float32))

    def copy_first(dout, mask):
        dx = dout.copy()
        dx[mask] = 0
        return dx

    def into_zeros(dout, mask):
        dx = np.zeros(dout.shape)
        dx[~mask] = dout[~mask]
        return dx

    def loops(dout, mask):
        dx = np.zeros_like(dout)
        for i in range(dout.shape[0]):
            for j in range(dout.shape[1]):
                if not mask[i, j]:
                    dx[i][j] = dout[i][j]
        return dx

    def rows_of_lists(dout, mask):
        return [[0 if m else d for d, m in zip(*rows)] for rows in zip(dout, mask)]


class sigmoid_backward:
    local_first = lambda dout, out: (1.0 - out) * out * dout
    multiplied_out = lambda dout, out: dout * (out - out**2)
    in_single_precision = lambda dout, out: np.float32(dout * (1 - out)) * np.float32(out)
    through_x = lambda dout, out: dout / (2 + out / (1 - out) + (1 - out) / out)

    def in_steps(dout, out):
        local = np.ones_like(out)
        local -= out
        local *= out
        return np.multiply(dout, local)

    def loops(dout, out):
        dx = np.zeros(out.shape)
        for i, row in enumerate(out):
            for j, y in enumerate(row):
                dx[i, j] = dout[i, j] * y * (1 - y)
        return dx


class Tanh:
    class XKept:
        def forward(self, x):
            self.x = x
            return np.tanh(x)

        def backward(self, dout):
            return dout / np.cosh(self.x) ** 2

    class FromExp:
        def __init__(self):
            self.y = None
            self.params, self.grads = [], []

        def forward(self, x):
            y = (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))
            self.y = y
            return y

        def backward(self, dout):
            dx = dout * (1.0 - self.y * self.y)
            return dx

    class SlopeKept:
        def forward(self, x):
            out = np.tanh(x)
            self.slope = 1 - np.square(out)
            return out

        def backward(self, dout=1):
            return np.multiply(self.slope, dout)

    class FromSigmoid:
        def forward(self, x):
            self.out = 2 / (1 + np.exp(-2 * x)) - 1
            return self.out

        def backward(self, dout):
            dx = dout.copy()
            return dx * (1 + self.out) * (1 - self.out)

    class InSinglePrecision:
        def forward(self, x):
            self.out = np.tanh(x.astype(np.float32))
            return self.out

        def backward(self, dout):
            return (dout * (1 - self.out**2)).astype("float32")

    class Lists:
        def forward(self, x):
            self.rows = [[np.tanh(one) for one in row] for row in x]
            return self.rows

        def backward(self, dout):
            return [[d * (1 - y**2) for d, y in zip(*pair)] for pair in zip(dout, self.rows)]


class affine_backward:
    as_in_the_book = lambda dout, x, W: (np.dot(dout, W.T), np.dot(x.T, dout), np.sum(dout, axis=0))
    einsum = lambda dout, x, W: [
        np.einsum("nm,dm->nd", dout, W),
        np.einsum("nd,nm->dm", x, dout),
        np.einsum("nm->m", dout),
    ]
    transposed_afterwards = lambda dout, x, W: (
        (W @ dout.T).T,
        (dout.T @ x).T,
        np.ones(len(x)) @ dout,
    )

    def loops(dout, x, W):
        (N, D), M = x.shape, dout.shape[1]
        dx, dW, db = np.zeros((N, D)), np.zeros((D, M)), np.zeros(M)
        for n in range(N):
            for m in range(M):
                db[m] += dout[n, m]
                for d in range(D):
                    dx[n, d] += dout[n, m] * W[d, m]
                    dW[d, m] += x[n, d] * dout[n, m]
        return dx, dW, db

    def row_after_row(dout, x, W):
        dW = sum(np.outer(one, slope) for one, slope in zip(x, dout))
        return np.array([W @ slope for slope in dout]), dW, sum(dout)

    def lists(dout, x, W):
        dx, dW = dout.dot(W.transpose()), x.transpose().dot(dout)
        db = [dout[:, m].sum() for m in range(dout.shape[1])]
        return dx.tolist(), dW.tolist(), db


class length_gradients:
    columns_and_rows = lambda W, x: (
        2 * (W @ x)[:, None] * x[None, :],
        2 * W.T @ (W @ x),
    )
    einsum = lambda W, x: (
        2 * np.einsum("ik,k,j->ij", W, x, x),
        2 * np.einsum("ij,ik,k->j", W, W, x),
    )

    def as_matrices(W, x):
        q = W @ x.reshape(-1, 1)
        return 2 * q @ x.reshape(1, -1), (2 * W.T @ q).ravel()

    def row_form(W, x):
        q = np.dot(W, x)
        dq = q + q
        return [np.outer(dq, x), dq @ W]

    def loops(W, x):
        m, n = W.shape
        q = [sum(W[i][j] * x[j] for j in range(n)) for i in range(m)]
        dW = [[2 * q[i] * x[j] for j in range(n)] for i in range(m)]
        dx = [sum(2 * q[i] * W[i][j] for i in range(m)) for j in range(n)]
        return dW, dx


class softmax_loss_backward:
    def to_one_hot(y, t):
        if t.ndim == 1:
            t = np.eye(y.shape[1])[t]
        return (y - t) / y.shape[0]

    def as_in_the_book(y, t):
        batch_size = t.shape[0]
        if t.size == y.size:
            dx = (y - t) / batch_size
        else:
            dx = y.copy()
            dx[np.arange(batch_size), t] -= 1
            dx = dx / batch_size
        return dx

    def to_class_numbers(y, t):
        if len(t.shape) == 2:
            t = t.argmax(axis=1)
        dx = np.array(y)
        for i, k in enumerate(t):
            dx[i, k] -= 1.0
        dx /= len(dx)
        return dx

    def compared(y, t):
        hot = t == 1 if t.shape == y.shape else np.arange(y.shape[1]) == t[:, np.newaxis]
        return np.where(hot, y - 1, y) / len(t)

    def rows_of_lists(y, t):
        N, K = y.shape
        label = (lambda n, k: t[n, k]) if np.ndim(t) > 1 else (lambda n, k: k == t[n])
        return [[(y[n, k] - label(n, k)) / N for k in range(K)] for n in range(N)]

    def zeros_filled(y, t):
        one_hot = np.zeros_like(y)
        if t.ndim != 1:
            one_hot[:] = t
        else:
            one_hot[range(len(t)), t] = 1
        return np.multiply(1 / len(y), y - one_hot).astype(np.float32)


class sgd_step:
    def get(params, grads, lr):
        for key in params.keys():
            p = params.get(key)
            p -= lr * grads.get(key)

    def names_of_the_book(params, grads, lr):
        for key in ("W1", "b1", "W2", "b2"):
            params[key] -= lr * grads[key]

    def copied_gradients(params, grads, lr):
        steps = dict(grads)
        for key, value in params.items():
            steps[key] = lr * steps[key].copy()
            value[...] = value - steps[key]
        return params

    def slices(params, grads, lr):
        for key, g in grads.items():
            params[key][:] = params[key] - lr * g

    def ufuncs(params, grads, lr):
        for key in sorted(grads):
            np.subtract(params[key], np.multiply(lr, grads[key]), out=params[key])

    def plus_a_negative(params, grads, lr):
        [params[key].__iadd__(-lr * grads[key]) for key in params]

    def copyto(params, grads, lr):
        new = {key: params[key] - lr * grads[key] for key in params}
        for key in new:
            np.copyto(params[key], new[key])

    def entry_by_entry(params, grads, lr):
        for key in params:
            for index in np.ndindex(params[key].shape):
                params[key][index] -= lr * grads[key][index]

    def zipped(params, grads, lr):
        for p, g in zip(params.values(), grads.values()):
            p -= lr * g

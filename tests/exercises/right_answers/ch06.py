"""Right answers of chapter 6 that differ from the solution: a class an exercise, a name a way."""

import copy
import math
from collections import OrderedDict, namedtuple

import numpy as np

from common.layers import BatchNormalization, Dropout
from common.optimizer import Adam, Momentum


class momentum_step:
    def in_one_line(W, v, dW, lr, momentum):
        return W + momentum * v - lr * dW, momentum * v - lr * dW

    def on_copies(W, v, dW, lr, momentum):
        W, v = W.copy(), v.copy()
        v *= momentum
        v -= lr * dW
        W += v
        return W, v

    def as_a_list(W, v, dW, lr, momentum):
        v_new = np.add(np.multiply(momentum, v), -lr * dW)
        return [np.add(W, v_new), v_new]

    def entry_by_entry(W, v, dW, lr, momentum):
        new_W, new_v = np.zeros_like(W), np.zeros_like(v)
        for place in np.ndindex(W.shape):
            new_v[place] = momentum * v[place] - lr * dW[place]
            new_W[place] = W[place] + new_v[place]
        return new_W, new_v

    def flat_lists(W, v, dW, lr, momentum):
        vs = [momentum * a - lr * b for a, b in zip(v.flatten(), dW.flatten(), strict=True)]
        Ws = [w + one for w, one in zip(W.flatten(), vs, strict=True)]
        return np.array(Ws).reshape(W.shape).tolist(), np.array(vs).reshape(W.shape).tolist()

    def velocity_uphill_inside(W, v, dW, lr, momentum):
        downhill = -(momentum * -v + lr * dW)
        return W - -downhill, downhill

    def stacked(W, v, dW, lr, momentum):
        v = momentum * v - lr * dW
        return np.stack([W + v, v])

    def float32(W, v, dW, lr, momentum):
        v = (momentum * v - lr * dW).astype(np.float32)
        return W.astype("float32") + v, v

    def named(W, v, dW, lr, momentum):
        Step = namedtuple("Step", "weights velocity")
        v = v * momentum + dW * (-lr)
        return Step(weights=v + W, velocity=v)

    def the_shipped_class(W, v, dW, lr, momentum):
        optimizer = Momentum(lr=lr, momentum=momentum)
        params = {"W": W.copy()}
        optimizer.v = {"W": v.copy()}
        optimizer.update(params, {"W": dW})
        return params["W"], optimizer.v["W"]

    def positive_velocity(W, v, dW, lr, momentum):
        """the speed downhill, turned round at the end"""
        down = lr * dW - momentum * v
        return W - down, -down


class adam_step:
    def in_place(W, m, v, dW, t, lr, beta1, beta2):
        m += (1 - beta1) * (dW - m)
        v += (1 - beta2) * (dW**2 - v)
        return W - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + 1e-7), m, v

    def the_books_learning_rate(W, m, v, dW, t, lr, beta1, beta2):
        lr_t = lr * np.sqrt(1.0 - beta2**t) / (1.0 - beta1**t)
        m = m + (1 - beta1) * (dW - m)
        v = v + (1 - beta2) * (dW**2 - v)
        return W - lr_t * m / (np.sqrt(v) + 1e-7), m, v

    def on_copies(W, m, v, dW, t, lr, beta1, beta2):
        W, m, v = W.copy(), m.copy(), v.copy()
        m *= beta1
        m += (1 - beta1) * dW
        v *= beta2
        v += (1 - beta2) * dW * dW
        m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
        W -= lr * m_hat / (v_hat**0.5 + 1e-7)
        return W, m, v

    def by_names(W, m, v, dW, t, lr, beta1, beta2):
        new_m = np.multiply(beta1, m) + np.multiply(1 - beta1, dW)
        new_v = np.multiply(beta2, v) + np.multiply(1 - beta2, np.square(dW))
        corrected_m = np.divide(new_m, 1 - np.power(beta1, t))
        corrected_v = np.divide(new_v, 1 - np.power(beta2, t))
        step = lr * corrected_m / np.add(np.sqrt(corrected_v), 1e-7)
        return np.subtract(W, step), new_m, new_v

    def entry_by_entry(W, m, v, dW, t, lr, beta1, beta2):
        W, m, v = copy.deepcopy((W, m, v))
        for i in np.ndindex(*W.shape):
            m[i] = beta1 * m[i] + (1 - beta1) * dW[i]
            v[i] = beta2 * v[i] + (1 - beta2) * dW[i] ** 2
            W[i] -= lr * m[i] / (1 - beta1**t) / (math.sqrt(v[i] / (1 - beta2**t)) + 1e-7)
        return W, m, v

    def as_a_list(W, m, v, dW, t, lr, beta1, beta2):
        m = beta1 * m + dW - beta1 * dW
        v = beta2 * v + abs(dW) ** 2 * (1 - beta2)
        fair = [m / (1 - beta1**t), v / (1 - beta2**t)]
        return [W + -lr * fair[0] / (1e-7 + np.sqrt(fair[1])), m, v]

    def float32(W, m, v, dW, t, lr, beta1, beta2):
        W, m, v, dW = (np.asarray(a, dtype=np.float32) for a in (W, m, v, dW))
        m = beta1 * m + (1 - beta1) * dW
        v = beta2 * v + (1 - beta2) * dW**2
        return W - lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + 1e-7), m, v

    def powers_in_a_loop(W, m, v, dW, t, lr, beta1, beta2):
        one, other = 1.0, 1.0
        for _ in range(t):
            one, other = one * beta1, other * beta2
        mean, square = beta1 * m + (1 - beta1) * dW, beta2 * v + (1 - beta2) * dW**2
        root = np.sqrt(square / (1 - other))
        return W - lr / (1 - one) * mean / (root + 1e-7), mean, square

    def the_shipped_class(W, m, v, dW, t, lr, beta1, beta2):
        adam = Adam(lr=lr, beta1=beta1, beta2=beta2)
        adam.m, adam.v, adam.iter = {"W": m.copy()}, {"W": v.copy()}, t - 1
        params = {"W": W.copy()}
        adam.update(params, {"W": dW})
        return params["W"], adam.m["W"], adam.v["W"]


class he_weights:
    normal = lambda i, o, rng: rng.normal(0, np.sqrt(2 / i), (i, o))
    by_name = lambda i, o, rng: rng.normal(loc=0.0, scale=(2.0 / i) ** 0.5, size=[i, o])
    divided = lambda i, o, rng: rng.standard_normal((i, o)) / np.sqrt(i / 2)
    books = lambda i, o, rng: np.sqrt(2.0 / i) * rng.standard_normal(size=(i, o))
    turned = lambda i, o, rng: (math.sqrt(2 / i) * rng.standard_normal((o, i))).T
    uniform = lambda i, o, rng: rng.uniform(-np.sqrt(6 / i), np.sqrt(6 / i), (i, o))

    def one_by_one(fan_in, fan_out, rng):
        std = (2 / fan_in) ** 0.5
        return [[rng.normal(0, std) for _ in range(fan_out)] for _ in range(fan_in)]

    def filled(fan_in, fan_out, rng):
        W = np.zeros((fan_in, fan_out))
        for row in range(fan_in):
            W[row] = rng.standard_normal(fan_out)
        W *= np.sqrt(2 / fan_in)
        return W

    def float32(fan_in, fan_out, rng):
        return rng.standard_normal((fan_in, fan_out), dtype=np.float32) * np.sqrt(2 / fan_in)

    def reshaped(fan_in, fan_out, rng):
        draws = rng.standard_normal(fan_in * fan_out)
        return draws.reshape(fan_in, fan_out) * np.sqrt(2) / np.sqrt(fan_in)

    def box_muller(fan_in, fan_out, rng):
        """a bell curve made by hand from rng's even numbers"""
        a, b = 1 - rng.random((fan_in, fan_out)), rng.random((fan_in, fan_out))
        return np.sqrt(2 / fan_in) * np.sqrt(-2 * np.log(a)) * np.cos(2 * np.pi * b)


class relu_growth:
    loop = lambda std, n, depth: math.prod([math.sqrt(n / 2) * std] * depth)
    power = lambda std, n, depth: (n * std**2 / 2) ** (depth / 2)
    exp = lambda std, n, depth: math.exp(depth * math.log(std * math.sqrt(n / 2)))
    numpy = lambda std, n, depth: np.power(np.sqrt(n / 2.0) * std, depth)
    he = lambda std, fan_in, depth: (std / np.sqrt(2 / fan_in)) ** depth
    array = lambda std, n, depth: np.array(std * (0.5 * n) ** 0.5) ** depth
    float32 = lambda std, n, depth: np.float32(np.sqrt(n * std * std / 2) ** depth)

    def step_by_step(std, fan_in, depth):
        size = 1
        for _layer in range(depth):
            size = size * fan_in * std**2 / 2
        return np.sqrt(size)

    def recursion(std, fan_in, depth):
        factor = std * math.sqrt(fan_in / 2)
        return factor if depth == 1 else factor * relu_growth.recursion(std, fan_in, depth - 1)


class batch_norm:
    def the_books_steps(x, gamma, beta):
        mu = x.mean(axis=0)
        xc = x - mu
        var = np.mean(xc**2, axis=0)
        std = np.sqrt(var + 10e-7)
        return gamma * (xc / std) + beta

    def column_by_column(x, gamma, beta):
        out = np.empty(x.shape)
        for j in range(x.shape[1]):
            column = x[:, j]
            out[:, j] = (
                gamma[j] * (column - column.mean()) / math.sqrt(column.var() + 1e-6) + beta[j]
            )
        return out

    def plain_python(x, gamma, beta):
        rows, n = x.tolist(), len(x)
        out = [[0.0] * len(gamma) for _ in rows]
        for j in range(len(gamma)):
            mean = sum(row[j] for row in rows) / n
            var = sum((row[j] - mean) ** 2 for row in rows) / n
            for i in range(n):
                out[i][j] = gamma[j] * (rows[i][j] - mean) / (var + 1e-6) ** 0.5 + beta[j]
        return out

    def mean_of_squares(x, gamma, beta):
        var = (x**2).mean(0) - x.mean(0) ** 2
        return (x - x.mean(0)) * (gamma / np.sqrt(var + 1e-6)) + beta

    def keepdims(x, gamma, beta):
        mean, var = np.mean(x, axis=0, keepdims=True), np.var(x, axis=0, keepdims=True)
        return np.multiply(gamma, (x - mean) / np.sqrt(var + 0.000001)) + beta

    def from_std(x, gamma, beta):
        return (x - x.mean(axis=0)) / (x.std(axis=0) ** 2 + 1e-6) ** 0.5 * gamma + beta

    def float32(x, gamma, beta):
        x = x.astype(np.float32)
        return gamma * (x - x.mean(0)) / np.sqrt(x.var(0) + 1e-6) + beta

    def turned(x, gamma, beta):
        columns = [(c - c.mean()) / np.sqrt(c.var() + 1e-6) for c in x.T]
        return (np.array(columns).T) * gamma + beta

    def the_shipped_layer(x, gamma, beta):
        return BatchNormalization(gamma, beta).forward(x, train_flg=True)

    def on_a_copy(x, gamma, beta):
        x = np.array(x, dtype=float)
        x -= x.sum(axis=0) / x.shape[0]
        x /= np.sqrt((x * x).sum(axis=0) / x.shape[0] + 1e-6)
        return gamma[None, :] * x + beta[np.newaxis]

    def scale_and_shift(x, gamma, beta):
        slope = gamma / np.sqrt(np.var(x, axis=0) + 1e-6)
        return x * slope + (beta - slope * np.mean(x, axis=0))


class batch_norm_at_test:
    def in_steps(x, gamma, beta, running_mean, running_var):
        xc = x - running_mean
        xn = xc / (np.sqrt(running_var + 10e-7))
        return gamma * xn + beta

    def as_one_line(x, gamma, beta, running_mean, running_var):
        scale = gamma / np.sqrt(running_var + 1e-6)
        return x * scale + (beta - running_mean * scale)

    def other_epsilon(x, gamma, beta, running_mean, running_var):
        return gamma * (x - running_mean) / np.sqrt(running_var + 1e-7) + beta

    def row_by_row(x, gamma, beta, running_mean, running_var):
        out = []
        for row in x:
            out.append(gamma * (row - running_mean) / (running_var + 1e-6) ** 0.5 + beta)
        return np.array(out)

    def nested_loops(x, gamma, beta, running_mean, running_var):
        out = np.zeros(x.shape)
        for i in range(len(x)):
            for j in range(len(gamma)):
                xn = (x[i, j] - running_mean[j]) / math.sqrt(running_var[j] + 1e-6)
                out[i][j] = gamma[j] * xn + beta[j]
        return out

    def float32(x, gamma, beta, running_mean, running_var):
        x, mean, var = (np.float32(a) for a in (x, running_mean, running_var))
        return np.float32(gamma) * (x - mean) / np.sqrt(var + np.float32(1e-6)) + np.float32(beta)

    def the_shipped_layer(x, gamma, beta, running_mean, running_var):
        layer = BatchNormalization(gamma, beta, running_mean=running_mean, running_var=running_var)
        return layer.forward(x, train_flg=False)

    def as_lists(x, gamma, beta, running_mean, running_var):
        std = np.sqrt(running_var + 1e-6)
        return (gamma * (x - running_mean) / std + beta).tolist()


class decayed_gradients:
    def in_three(grads, params, lam):
        new = {}
        for key in grads:
            if key[0] == "W":
                new[key] = grads[key] + lam * params[key]
            else:
                new[key] = grads[key]
        return new

    def on_a_deep_copy(grads, params, lam):
        new = copy.deepcopy(grads)
        for key in new:
            if "W" in key:
                new[key] += lam * params[key]
        return new

    def numbered(grads, params, lam):
        out = {}
        for i in range(1, len(params) // 2 + 1):
            out["W" + str(i)] = grads["W" + str(i)] + lam * params[f"W{i}"]
            out["b" + str(i)] = grads["b" + str(i)].copy()
        return out

    def in_one_line(grads, params, lam):
        return {k: grads[k] + lam * params[k] * k.startswith("W") for k in grads}

    def ordered(grads, params, lam):
        out = OrderedDict(grads)
        out.update((k, grads[k] + np.multiply(lam, p)) for k, p in params.items() if k[:1] == "W")
        return out

    def by_the_bias(grads, params, lam):
        pairs = [(k, g if k[0] == "b" else lam * params[k] + g) for k, g in grads.items()]
        return dict(pairs)

    def merged(grads, params, lam):
        weights = [key for key in params if key.startswith("W")]
        return {**grads, **{key: grads[key] + lam * params[key] for key in weights}}

    def by_the_axes(grads, params, lam):
        decay = {True: lam, False: 0.0}
        return {k: grads[k] + decay[params[k].ndim > 1] * params[k] for k in params}

    def lists(grads, params, lam):
        out = {}
        for key, grad in sorted(grads.items()):
            out[key] = (grad + (lam * params[key] if key.startswith("W") else 0)).tolist()
        return out

    def float32(grads, params, lam):
        return {
            k: np.float32(g) + np.float32(lam) * np.float32(params[k]) if k[0] == "W" else g
            for k, g in grads.items()
        }


class BookDropout:
    class Where:
        def __init__(self, ratio, rng):
            self.ratio, self.rng, self.mask = ratio, rng, None

        def forward(self, x, train_flg=True):
            if train_flg:
                self.mask = self.rng.random(x.shape) >= self.ratio
                return np.where(self.mask, x, 0.0)
            else:
                return x * (1.0 - self.ratio)

        def backward(self, dout):
            return np.where(self.mask, dout, 0)

    class Uniform:
        def __init__(self, ratio, rng):
            self.dropout_ratio = ratio
            self.rng = rng
            self.keep = 1 - ratio

        def forward(self, x, train_flg):
            if train_flg == True:  # noqa: E712
                self.mask = (self.rng.uniform(0, 1, x.shape) < self.keep).astype(int)
                return self.mask * x
            return self.keep * x

        def backward(self, dout):
            return self.mask * dout

    class Copies:
        def __init__(self, ratio, rng):
            self.ratio, self.rng = ratio, rng

        def forward(self, x, train_flg):
            out = x.copy()
            if train_flg:
                self.dropped = self.rng.random(x.shape) < self.ratio
                out[self.dropped] = 0
            else:
                out *= 1 - self.ratio
            return out

        def backward(self, dout):
            dx = dout.copy()
            dx[self.dropped] = 0
            return dx

    class Star:
        def __init__(self, ratio, rng):
            self.ratio, self.rng = ratio, rng

        def forward(self, x, train_flg):
            self.scale = 1 - self.ratio
            if train_flg:
                self.scale = self.rng.random(size=(*x.shape,)) > self.ratio
            return np.multiply(x, self.scale)

        def backward(self, dout):
            return np.multiply(dout, self.scale)

    class Binomial:
        def __init__(self, ratio, rng):
            self.ratio, self.rng = ratio, rng

        def forward(self, x, train_flg):
            if not train_flg:
                return (1 - self.ratio) * x
            self.mask = self.rng.binomial(1, 1 - self.ratio, x.shape)
            return x * self.mask

        def backward(self, dout):
            return dout * self.mask

    class Float32:
        def __init__(self, ratio, rng):
            self.ratio, self.rng = np.float32(ratio), rng

        def forward(self, x, train_flg):
            x = x.astype(np.float32)
            if not train_flg:
                return x * (1 - self.ratio)
            self.mask = (self.rng.random(x.shape, dtype=np.float32) > self.ratio).astype("float32")
            return x * self.mask

        def backward(self, dout):
            return dout.astype(np.float32) * self.mask

    class Flat:
        """Value by value, and lists come out."""

        def __init__(self, ratio, rng):
            self.ratio, self.rng = ratio, rng

        def _speaks(self):
            return 1.0 if self.rng.random() > self.ratio else 0.0

        def forward(self, x, train_flg):
            if not train_flg:
                return (x - self.ratio * x).tolist()
            self.mask = np.array([self._speaks() for _ in range(x.size)]).reshape(x.shape)
            return (x * self.mask).tolist()

        def backward(self, dout):
            return (dout * self.mask).tolist()

    class Shipped(Dropout):
        pass

    class closure:
        def __init__(self, ratio, rng):
            self.__dict__.update(ratio=ratio, rng=rng)
            self.backward = None

        def forward(self, x, train_flg):
            if train_flg:
                mask = (self.rng.random(x.shape) > self.ratio).astype(int)
                self.backward = lambda dout: mask * dout
                return mask * x
            return (1 - self.ratio) * x


class InvertedDropout:
    class AtTheEnd:
        def __init__(self, ratio, rng):
            self.ratio, self.rng = ratio, rng

        def forward(self, x, train_flg):
            if train_flg:
                self.mask = self.rng.random(x.shape) > self.ratio
                return x * self.mask / (1 - self.ratio)
            return x

        def backward(self, dout):
            return dout * self.mask / (1 - self.ratio)

    class Where:
        def __init__(self, ratio, rng):
            self.keep, self.rng = 1 - ratio, rng

        def forward(self, x, train_flg=True):
            if not train_flg:
                return x.copy()
            self.factor = np.where(self.rng.random(x.shape) < self.keep, 1 / self.keep, 0)
            return self.factor * x

        def backward(self, dout):
            return self.factor * dout

    class Ones:
        def __init__(self, ratio, rng):
            self.ratio, self.rng, self.mask = ratio, rng, 1.0

        def forward(self, x, train_flg):
            self.mask = np.ones(x.shape)
            if train_flg:
                self.mask[self.rng.random(x.shape) < self.ratio] = 0
                self.mask /= 1 - self.ratio
            return x * self.mask

        def backward(self, dout):
            return dout * self.mask

    class Choice:
        def __init__(self, ratio, rng):
            self.ratio = ratio
            self.rng = rng

        def forward(self, x, train_flg):
            if train_flg is False:
                return x * 1
            self.mask = self.rng.choice([0.0, 1.0], size=x.shape, p=[self.ratio, 1 - self.ratio])
            return x * self.mask * (1 / (1 - self.ratio))

        def backward(self, dout):
            return dout * self.mask * (1 / (1 - self.ratio))

    class Float32:
        def __init__(self, ratio, rng):
            self.ratio, self.rng = ratio, rng

        def forward(self, x, train_flg):
            if not train_flg:
                return np.asarray(x, dtype=np.float32)
            self.mask = (self.rng.random(x.shape) > self.ratio).astype(np.float32)
            self.mask /= np.float32(1 - self.ratio)
            return x.astype(np.float32) * self.mask

        def backward(self, dout):
            return dout.astype(np.float32) * self.mask

    class Rows:
        """One row after the other."""

        def __init__(self, ratio, rng):
            self.ratio, self.rng = ratio, rng

        def forward(self, x, train_flg):
            if not train_flg:
                return x + 0
            self.mask = np.array([self.rng.random(np.shape(row)) > self.ratio for row in x])
            return x * self.mask / (1 - self.ratio)

        def backward(self, dout):
            return np.array(dout) * self.mask / (1 - self.ratio)

    class unit_by_unit:
        def __init__(self, ratio, rng):
            self.ratio, self.rng = ratio, rng

        def forward(self, x, train_flg):
            if not train_flg:
                return x + 0
            self.factors = np.zeros(x.shape)
            for i in np.ndindex(x.shape):
                if self.rng.random() >= self.ratio:
                    self.factors[i] = 1 / (1 - self.ratio)
            return np.multiply(x, self.factors)

        def backward(self, dout):
            return np.multiply(dout, self.factors)


class split_validation:
    def validation_last(x, t, share, rng):
        n = len(x)
        n_val = int(n * share)
        idx = rng.permutation(n)
        train, val = idx[: n - n_val], idx[n - n_val :]
        return x[train], t[train], x[val], t[val]

    def shuffled_places(x, t, share, rng):
        places = np.arange(x.shape[0])
        rng.shuffle(places)
        cut = int(x.shape[0] * share)
        return x[places][cut:], t[places][cut:], x[places][:cut], t[places][:cut]

    def chosen(x, t, share, rng):
        val = rng.choice(len(x), size=int(len(x) * share), replace=False)
        keep = np.ones(len(x), dtype=bool)
        keep[val] = False
        return x[keep], t[keep], x[val], t[val]

    def pairs(x, t, share, rng):
        both = list(zip(x, t, strict=True))
        order = rng.permutation(len(both))
        both = [both[i] for i in order]
        n = int(len(both) * share)
        x_val, t_val = [one for one, _ in both[:n]], [label for _, label in both[:n]]
        return [one for one, _ in both[n:]], [label for _, label in both[n:]], x_val, t_val

    def split(x, t, share, rng):
        order = rng.permutation(len(t))
        val, train = np.split(order, [int(len(t) * share)])
        return x[train], t[train], x[val], t[val]

    def sorted_by_luck(x, t, share, rng):
        order = np.argsort(rng.random(len(x)))
        n = math.floor(len(x) * share)
        return [x[order[n:]], t[order[n:]], x[order[:n]], t[order[:n]]]

    def take_and_delete(x, t, share, rng):
        val = rng.permutation(len(x))[: int(len(x) * share)]
        return np.delete(x, val, axis=0), np.delete(t, val), x.take(val, axis=0), np.take(t, val)

    def drawn_without_replacement(x, t, share, rng):
        pick = rng.choice(len(x), size=len(x), replace=False)
        held = int(len(x) * share)
        rows = pick[held:], pick[:held]
        return tuple(a[r] for r in rows for a in (x, t))


class log_uniform:
    natural = lambda low, high, size, rng: np.exp(np.log(10) * rng.uniform(low, high, size))
    stretched = lambda low, high, size, rng: 10.0 ** (low + (high - low) * rng.random(size))
    power = lambda low, high, size, rng: np.power(10, rng.uniform(low, high, size=size))
    listed = lambda low, high, size, rng: [10 ** rng.uniform(low, high) for _ in range(size)]
    between_logs = lambda low, high, size, rng: np.exp(
        rng.uniform(np.log(10.0**low), np.log(10.0**high), size)
    )
    float32 = lambda low, high, size, rng: np.float32(10 ** rng.uniform(low, high, (size,)))
    from_above = lambda low, high, size, rng: 10 ** (high - rng.random(size) * (high - low))

    def filled(low, high, size, rng):
        numbers = np.zeros(size)
        for i in range(size):
            exponent = low + rng.random() * (high - low)
            numbers[i] = math.pow(10, exponent)
        return numbers


class reported_accuracy:
    def loop(trials):
        best = trials[0]
        for trial in trials:
            if trial["validation"] > best["validation"]:
                best = trial
        return best["test"]

    def last_of_equals(trials):
        return sorted(trials, key=lambda trial: trial["validation"])[-1]["test"]

    def argmax(trials):
        scores = np.array([trial["validation"] for trial in trials])
        return trials[int(np.argmax(scores))]["test"]

    def arrays(trials):
        validation = np.array([one["validation"] for one in trials])
        test = np.array([one["test"] for one in trials])
        return test[validation.argmax()]

    def sentinel(trials):
        best, answer = -np.inf, None
        for t in trials:
            if t["validation"] >= best:
                best, answer = t["validation"], t["test"]
        return answer

    def two_lists(trials):
        validation = [t["validation"] for t in trials]
        return [t["test"] for t in trials][validation.index(max(validation))]

    def sorts_them(trials):
        trials.sort(key=lambda t: t["validation"], reverse=True)
        return trials[0]["test"]

    def float32(trials):
        return np.float32(max(trials, key=lambda trial: trial.get("validation")).get("test"))


SYMPTOMS = {
    "the loss is nan after a few steps": "learning rate too large",
    "the loss stays at 2.303, each layer's activations smaller": "weights too narrow",
    "all units of a layer are still equal after 100 steps": "weights all equal",
    "training accuracy 1.00, test accuracy 0.79": "overfitting",
    "the same image, asked twice, gets two answers": "dropout at test time",
    "one image alone gets the same answer, whatever it shows": "batch statistics at test time",
    "0.95 when the network was chosen, 0.87 on new digits": "tuned on the test set",
}


def written(how, kind=dict):
    return kind((symptom, how.format(cause)) for symptom, cause in SYMPTOMS.items())


class diagnosis:
    capitals = written("{}", lambda pairs: {symptom: cause.upper() for symptom, cause in pairs})
    spaces = written(" {}\n")
    copied_with_backticks = written("`{}`")
    full_stops = written("{}.")
    another_order = written("{}", lambda pairs: dict(sorted(pairs)))
    ordered = written("{}", OrderedDict)

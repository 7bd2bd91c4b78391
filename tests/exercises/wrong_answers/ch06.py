"""Wrong answers of chapter 6, as readers write them: a class an exercise, a name a mistake."""

import copy

import numpy as np

from exercises.solutions import ch06 as right


class momentum_step:
    def uphill(W, v, dW, lr, momentum):
        v = momentum * v + lr * dW
        return W + v, v

    def minus_minus(W, v, dW, lr, momentum):
        v = momentum * v - lr * dW
        return W - v, v

    def in_place(W, v, dW, lr, momentum):
        v *= momentum
        v -= lr * dW
        W += v
        return W, v

    W_only = lambda W, v, dW, lr, momentum: W + momentum * v - lr * dW
    old_v = lambda W, v, dW, lr, momentum: (W + v, momentum * v - lr * dW)

    def no_friction(W, v, dW, lr, momentum):
        v = v - lr * dW
        return W + v, v

    forgets = lambda W, v, dW, lr, momentum: (W + momentum * v - lr * dW, v)

    def nesterovs(W, v, dW, lr, momentum):
        v = momentum * v - lr * dW
        return W + momentum * v - lr * dW, v

    def other_libraries(W, v, dW, lr, momentum):
        v = momentum * v + dW
        return W - lr * v, v

    def v_first(W, v, dW, lr, momentum):
        v = momentum * v - lr * dW
        return v, W + v

    def all_damped(W, v, dW, lr, momentum):
        v = momentum * (v - lr * dW)
        return W + v, v

    def starts_anew(W, v, dW, lr, momentum):
        v = np.zeros_like(W)
        v = momentum * v - lr * dW
        return W + v, v

    def always_9_tenths(W, v, dW, lr, momentum=0.9):
        v = 0.9 * v - lr * dW
        return W + v, v

    def rate_twice(W, v, dW, lr, momentum):
        v = momentum * v - lr * dW
        return W + lr * v, v

    def tables_only(W, v, dW, lr, momentum):
        new_W, new_v = W.copy(), v.copy()
        for i in range(W.shape[0]):
            for j in range(W.shape[1]):
                new_v[i, j] = momentum * v[i, j] - lr * dW[i, j]
                new_W[i, j] += new_v[i, j]
        return new_W, new_v

    def prints(W, v, dW, lr, momentum):
        v = momentum * v - lr * dW
        print(W + v, v)

    def by_name(W, v, dW, lr, momentum):
        v = momentum * v - lr * dW
        return {"W": W + v, "v": v}


def adam(W, m, v, dW, t, lr, beta1, beta2, raw=False, root=True):
    m = m + (1 - beta1) * (dW - m)
    v = v + (1 - beta2) * (dW * dW - v)
    a, b = (m, v) if raw else (m / (1 - beta1**t), v / (1 - beta2**t))
    return W - lr * a / ((b**0.5 if root else b) + 1e-7), m, v


class adam_step:
    no_correction = lambda *args: adam(*args, raw=True)
    no_root = lambda *args: adam(*args, root=False)

    def constant_correction(W, m, v, dW, t, lr, beta1, beta2):
        return adam(W, m, v, dW, 1, lr, beta1, beta2)

    def only_m(W, m, v, dW, t, lr, beta1, beta2):
        m = beta1 * m + (1 - beta1) * dW
        v = beta2 * v + (1 - beta2) * dW**2
        return W - lr * m / (1 - beta1**t) / (np.sqrt(v) + 1e-7), m, v

    def corrected_state(W, m, v, dW, t, lr, beta1, beta2):
        m = (beta1 * m + (1 - beta1) * dW) / (1 - beta1**t)
        v = (beta2 * v + (1 - beta2) * dW**2) / (1 - beta2**t)
        return W - lr * m / (np.sqrt(v) + 1e-7), m, v

    def no_square(W, m, v, dW, t, lr, beta1, beta2):
        m = beta1 * m + (1 - beta1) * dW
        v = beta2 * v + (1 - beta2) * dW
        return W - lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + 1e-7), m, v

    def nothing_added(W, m, v, dW, t, lr, beta1, beta2):
        m = beta1 * m + (1 - beta1) * dW
        v = beta2 * v + (1 - beta2) * dW**2
        return W - lr * m / (1 - beta1**t) / np.sqrt(v / (1 - beta2**t)), m, v

    def added_under_the_root(W, m, v, dW, t, lr, beta1, beta2):
        m = beta1 * m + (1 - beta1) * dW
        v = beta2 * v + (1 - beta2) * dW**2
        return W - lr * m / (1 - beta1**t) / np.sqrt(v / (1 - beta2**t) + 1e-7), m, v

    def tenth_of_it(W, m, v, dW, t, lr, beta1, beta2):
        m = beta1 * m + (1 - beta1) * dW
        v = beta2 * v + (1 - beta2) * dW**2
        return W - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + 1e-8), m, v

    def times_t(W, m, v, dW, t, lr, beta1, beta2):
        m = beta1 * m + (1 - beta1) * dW
        v = beta2 * v + (1 - beta2) * dW**2
        return W - lr * m / (1 - beta1 * t) / (np.sqrt(v / (1 - beta2 * t)) + 1e-7), m, v

    def forgets(W, m, v, *more):
        return adam(W, m, v, *more)[0], m, v

    def W_last(*args):
        W, m, v = adam(*args)
        return m, v, W

    def correction_without_root(W, m, v, dW, t, lr, beta1, beta2):
        m = beta1 * m + (1 - beta1) * dW
        v = beta2 * v + (1 - beta2) * dW**2
        return W - lr * m / (1 - beta1**t) / (np.sqrt(v) / (1 - beta2**t) + 1e-7), m, v


class he_weights:
    two_over_root = lambda i, o, rng: rng.standard_normal((i, o)) * 2 / np.sqrt(i)
    variance = lambda i, o, rng: rng.normal(0, 2 / i, (i, o))
    fan_out = lambda i, o, rng: rng.normal(0, np.sqrt(2 / o), (i, o))
    xavier = lambda i, o, rng: rng.standard_normal((i, o)) / np.sqrt(i)
    half_a_root = lambda i, o, rng: rng.standard_normal((i, o)) * np.sqrt(2) / i
    transposed = lambda i, o, rng: rng.normal(0, np.sqrt(2 / i), (o, i))
    uniform = lambda i, o, rng: rng.random((i, o)) * np.sqrt(2 / i)
    always_0_01 = lambda i, o, rng: 0.01 * rng.standard_normal((i, o))
    other_dice = lambda i, o, rng: np.random.randn(i, o) * np.sqrt(2 / i)
    own_seed = lambda i, o, rng: np.random.default_rng(0).normal(0, np.sqrt(2 / i), (i, o))
    zeros = lambda i, o, rng: np.zeros((i, o))
    equal_units = lambda i, o, rng: rng.normal(0, np.sqrt(2 / i), (i, 1)) * np.ones((1, o))
    one_unit = lambda i, o, rng: rng.standard_normal(i) * np.sqrt(2 / i)
    around_1 = lambda i, o, rng: rng.normal(1, np.sqrt(2 / i), (i, o)) - 0.8
    glorot = lambda i, o, rng: rng.standard_normal((i, o)) * np.sqrt(2 / (i + o))
    upside_down = lambda i, o, rng: rng.standard_normal((i, o)) * np.sqrt(i / 2)
    sorted_draws = lambda i, o, rng: np.sort(rng.normal(0, np.sqrt(2 / i), (i, o)))
    with_a_bias = lambda i, o, rng: rng.standard_normal((i, o)) * np.sqrt(2 / (i + 1))

    def same_again(fan_in, fan_out, rng):
        return copy.deepcopy(rng).standard_normal((fan_in, fan_out)) * np.sqrt(2 / fan_in)


class relu_growth:
    no_half = lambda s, n, d: (s * np.sqrt(n)) ** d
    square = lambda s, n, d: (n * s**2 / 2) ** d
    times_depth = lambda s, n, d: d * np.sqrt(n * s**2 / 2)
    one_layer = lambda s, n, d: np.sqrt(n / 2) * s
    no_square = lambda s, n, d: np.sqrt(n * s / 2) ** d
    half_outside = lambda s, n, d: (np.sqrt(n) * s / 2) ** d
    no_fan = lambda s, n, d: (s / np.sqrt(2)) ** d
    half_once = lambda s, n, d: (s * np.sqrt(n)) ** d / np.sqrt(2)

    def by_experiment(std, fan_in, depth):
        rng = np.random.default_rng()
        z = start = rng.standard_normal((100, fan_in))
        for _layer in range(depth):
            z = np.maximum(0, z @ (rng.standard_normal((fan_in, fan_in)) * std))
        return np.sqrt(np.mean(z**2) / np.mean(start**2))

    def a_layer_short(std, fan_in, depth):
        size = 1.0
        for _layer in range(1, depth):
            size *= np.sqrt(fan_in * std**2 / 2)
        return size

    each_layer = lambda s, n, d: [np.sqrt(n * s**2 / 2) ** i for i in range(1, d + 1)]
    prints = lambda s, n, d: print(np.sqrt(n * s**2 / 2) ** d)


class batch_norm:
    def rows(x, gamma, beta):
        x = (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + 1e-6)
        return gamma * x + beta

    all = lambda x, gamma, beta: gamma * (x - x.mean()) / np.sqrt(x.var() + 1e-6) + beta

    def ddof(x, gamma, beta):
        return gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0, ddof=1) + 1e-6) + beta

    variance = lambda x, gamma, beta: gamma * (x - x.mean(axis=0)) / (x.var(axis=0) + 1e-6) + beta
    no_epsilon = lambda x, gamma, beta: gamma * (x - x.mean(axis=0)) / x.std(axis=0) + beta

    def in_place(x, gamma, beta):
        x -= x.mean(axis=0)
        return gamma * x / np.sqrt(np.mean(x**2, axis=0) + 1e-6) + beta

    no_gamma = lambda x, gamma, beta: (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-6)
    swapped = lambda x, gamma, beta: right.batch_norm(x, beta, gamma)

    def whole_numbers(x, gamma, beta):
        out = np.zeros_like(x)
        for j in range(x.shape[1]):
            column = x[:, j] - x[:, j].mean()
            out[:, j] = gamma[j] * column / np.sqrt(np.mean(column**2) + 1e-6) + beta[j]
        return out

    added_to_the_spread = lambda x, gamma, beta: gamma * (x - x.mean(0)) / (x.std(0) + 1e-6) + beta

    def another_epsilon(x, gamma, beta):
        return gamma * (x - x.mean(0)) / np.sqrt(x.var(0) + 1e-7) + beta

    shift_first = lambda x, gamma, beta: gamma * (right.batch_norm(x, 1, 0) + beta)
    no_middle = lambda x, gamma, beta: gamma * x / np.sqrt(x.var(axis=0) + 1e-6) + beta
    one_spread = lambda x, gamma, beta: gamma * (x - x.mean(0)) / np.sqrt(x.var() + 1e-6) + beta

    def gives_back_nothing(x, gamma, beta):
        xn = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-6)
        gamma * xn + beta

    def statistics_of_the_first_call(x, gamma, beta, kept={}):  # noqa: B006
        mu = kept.setdefault(("mu", x.shape), x.mean(0))
        var = kept.setdefault(("var", x.shape), x.var(0))
        return gamma * (x - mu) / np.sqrt(var + 1e-6) + beta


def norm(x, mean, var, gamma, beta):
    return gamma * (x - mean) / np.sqrt(var + 1e-6) + beta


class batch_norm_at_test:
    def by_itself(x, gamma, beta, running_mean, running_var):
        return norm(x, x.mean(axis=0), x.var(axis=0), gamma, beta)

    def own_variance(x, gamma, beta, running_mean, running_var):
        return norm(x, running_mean, x.var(axis=0), gamma, beta)

    def moves_running(x, gamma, beta, running_mean, running_var):
        running_mean *= 0.9
        running_mean += 0.1 * x.mean(axis=0)
        return norm(x, running_mean, running_var, gamma, beta)

    def no_root(x, gamma, beta, running_mean, running_var):
        return gamma * (x - running_mean) / running_var + beta

    no_norm = lambda x, gamma, beta, running_mean, running_var: gamma * x + beta

    def no_gamma(x, gamma, beta, running_mean, running_var):
        return (x - running_mean) / np.sqrt(running_var + 1e-6)

    def nothing_added(x, gamma, beta, running_mean, running_var):
        return gamma * (x - running_mean) / np.sqrt(running_var) + beta

    def added_to_the_spread(x, gamma, beta, running_mean, running_var):
        return gamma * (x - running_mean) / (np.sqrt(running_var) + 1e-6) + beta

    def alone_or_not(x, gamma, beta, running_mean, running_var):
        if len(x) > 1:
            running_mean, running_var = x.mean(axis=0), x.var(axis=0)
        return norm(x, running_mean, running_var, gamma, beta)

    def swapped(x, gamma, beta, running_mean, running_var):
        return norm(x, running_mean, running_var, beta, gamma)

    def flat_when_alone(x, gamma, beta, running_mean, running_var):
        return np.squeeze(norm(x, running_mean, running_var, gamma, beta))

    def whole_numbers(x, gamma, beta, running_mean, running_var):
        out = np.zeros_like(x)
        for i in range(len(x)):
            out[i] = norm(x[i], running_mean, running_var, gamma, beta)
        return out

    def no_mean(x, gamma, beta, running_mean, running_var):
        return norm(x, 0, running_var, gamma, beta)

    def moved_first(x, gamma, beta, running_mean, running_var):
        running_mean = 0.9 * running_mean + 0.1 * x.mean(axis=0)
        running_var = 0.9 * running_var + 0.1 * x.var(axis=0)
        return norm(x, running_mean, running_var, gamma, beta)

    two_results = lambda x, gamma, beta, mean, var: (norm(x, mean, var, gamma, beta), mean)


class decayed_gradients:
    all = lambda grads, params, lam: {key: grads[key] + lam * params[key] for key in grads}

    def twice(grads, params, lam):
        return {k: g + 2 * lam * params[k] if k[0] == "W" else g for k, g in grads.items()}

    def half(grads, params, lam):
        return {k: g + lam / 2 * params[k] if k[0] == "W" else g for k, g in grads.items()}

    def backwards(grads, params, lam):
        return {k: g - lam * params[k] if k[0] == "W" else g for k, g in grads.items()}

    def in_place(grads, params, lam):
        for key in grads:
            if "W" in key:
                grads[key] += lam * params[key]
        return grads

    def penalty(grads, params, lam):
        return {
            k: g + 0.5 * lam * np.sum(params[k] ** 2) if k[0] == "W" else g
            for k, g in grads.items()
        }

    first = lambda grads, params, lam: grads | {"W1": grads["W1"] + lam * params["W1"]}
    nothing = lambda grads, params, lam: dict(grads)

    def two_layers(grads, params, lam):
        decayed = dict(grads)
        for key in ("W1", "W2"):
            decayed[key] = grads[key] + lam * params[key]
        return decayed

    def the_books_net(grads, params, lam):
        decayed = {}
        for key in ("W1", "b1", "W2", "b2"):
            decayed[key] = grads[key] + (lam * params[key] if key[0] == "W" else 0)
        return decayed

    def no_biases(grads, params, lam):
        return {k: grads[k] + lam * params[k] for k in grads if k.startswith("W")}

    def of_the_slopes(grads, params, lam):
        return {k: g * (1 + lam) if k[0] == "W" else g for k, g in grads.items()}

    def decay_alone(grads, params, lam):
        return {k: lam * params[k] if k[0] == "W" else g for k, g in grads.items()}

    def params_shrink(grads, params, lam):
        for key in params:
            if key[0] == "W":
                params[key] *= 1 - lam
        return dict(grads)

    def signs(grads, params, lam):
        return {k: g + lam * np.sign(params[k]) if k[0] == "W" else g for k, g in grads.items()}

    def listed(grads, params, lam):
        return [g + lam * params[k] if k[0] == "W" else g for k, g in grads.items()]

    def returns_too_soon(grads, params, lam):
        decayed = {}
        for key, grad in grads.items():
            decayed[key] = grad + lam * params[key] if key[0] == "W" else grad
            return decayed
        return None


class BookDropout:
    class Always(right.BookDropout):
        def forward(self, x, train_flg):
            return super().forward(x, True)

    class Unscaled(right.BookDropout):
        def forward(self, x, train_flg):
            return super().forward(x, True) if train_flg else x

    class ByRatio(right.BookDropout):
        def forward(self, x, train_flg):
            return super().forward(x, True) if train_flg else x * self.ratio

    class Inside(right.BookDropout):
        def forward(self, x, train_flg):
            if not train_flg:
                return x * (1 - self.ratio)
            self.mask = self.rng.random(x.shape) < self.ratio
            return x * self.mask

    class PerColumn(right.BookDropout):
        def forward(self, x, train_flg):
            if not train_flg:
                return x * (1 - self.ratio)
            self.mask = self.rng.random(x.shape[1]) > self.ratio
            return x * self.mask

    class Frozen(right.BookDropout):
        def __init__(self, ratio, rng):
            super().__init__(ratio, rng)
            self.mask = None

        def forward(self, x, train_flg):
            if not train_flg:
                return x * (1 - self.ratio)
            if self.mask is None:
                self.mask = self.rng.random(x.shape) > self.ratio
            return x * self.mask

    class OpenBack(right.BookDropout):
        def backward(self, dout):
            return dout

    class FreshBack(right.BookDropout):
        def backward(self, dout):
            return dout * (self.rng.random(dout.shape) > self.ratio)

    class Overwrites(right.BookDropout):
        def forward(self, x, train_flg):
            if not train_flg:
                return x * (1 - self.ratio)
            self.mask = self.rng.random(x.shape) > self.ratio
            x *= self.mask
            return x

    inverted = right.InvertedDropout

    class OtherDice(right.BookDropout):
        def forward(self, x, train_flg):
            if not train_flg:
                return x * (1 - self.ratio)
            self.mask = np.random.rand(*x.shape) > self.ratio
            return x * self.mask

    class OwnSeed(right.BookDropout):
        def __init__(self, ratio, rng):
            super().__init__(ratio, np.random.default_rng(0))

    class TurnedRound(right.BookDropout):
        def forward(self, x, train_flg):
            return super().forward(x, not train_flg)

    class LastMask(right.BookDropout):
        def forward(self, x, train_flg):
            return super().forward(x, True) if train_flg else x * self.mask

    class SilentAtTest(right.BookDropout):
        def forward(self, x, train_flg):
            return super().forward(x, True) if train_flg else None

    class OneForAll(right.BookDropout):
        def forward(self, x, train_flg):
            if not train_flg:
                return x * (1 - self.ratio)
            type(self).mask = self.rng.random(x.shape) > self.ratio
            return x * self.mask

    class ScaledBack(right.BookDropout):
        def backward(self, dout):
            return dout * self.mask * (1 - self.ratio)

    class TurnedBack(right.BookDropout):
        def backward(self, dout):
            return dout * ~self.mask

    class TablesOnly(right.BookDropout):
        def forward(self, x, train_flg):
            if not train_flg:
                return x * (1 - self.ratio)
            self.mask = self.rng.random((x.shape[0], x.shape[1])) > self.ratio
            return x * self.mask

    class FirstMask(right.BookDropout):
        def forward(self, x, train_flg):
            if not train_flg:
                return x * (1 - self.ratio)
            mask = self.rng.random(x.shape) > self.ratio
            self.mask = getattr(self, "mask", mask)
            return x * mask

    class AlwaysHalf(right.BookDropout):
        def forward(self, x, train_flg):
            if not train_flg:
                return x / 2
            self.mask = self.rng.random(x.shape) > 0.5
            return x * self.mask

    class Survivors(right.BookDropout):
        def forward(self, x, train_flg):
            out = super().forward(x, train_flg)
            return out[self.mask] if train_flg else out

    class Sorted(right.BookDropout):
        def forward(self, x, train_flg):
            if not train_flg:
                return x * (1 - self.ratio)
            self.mask = np.sort(self.rng.random(x.shape)) > self.ratio
            return x * self.mask

    class NotKept:
        def __init__(self, ratio, rng):
            self.ratio, self.rng = ratio, rng

        def forward(self, x, train_flg):
            if not train_flg:
                return x * (1 - self.ratio)
            mask = self.rng.random(x.shape) > self.ratio
            return x * mask

        def backward(self, dout):
            return dout * self.mask

    class exact_share:
        def __init__(self, ratio, rng):
            self.ratio, self.rng = ratio, rng

        def forward(self, x, train_flg):
            if not train_flg:
                return x * (1 - self.ratio)
            mask = np.ones(x.size)
            mask[: int(self.ratio * x.size)] = 0
            self.mask = self.rng.permutation(mask).reshape(x.shape)
            return x * self.mask

        def backward(self, dout):
            return dout * self.mask


class InvertedDropout:
    the_books = right.BookDropout

    class Twice(right.InvertedDropout):
        def forward(self, x, train_flg):
            return super().forward(x, True) if train_flg else x * (1 - self.ratio)

    class ByRatio(right.InvertedDropout):
        def forward(self, x, train_flg):
            if not train_flg:
                return x
            self.mask = (self.rng.random(x.shape) > self.ratio) / self.ratio
            return x * self.mask

    class Smaller(right.InvertedDropout):
        def forward(self, x, train_flg):
            if not train_flg:
                return x
            self.mask = (self.rng.random(x.shape) > self.ratio) * (1 - self.ratio)
            return x * self.mask

    class Always(right.InvertedDropout):
        def forward(self, x, train_flg):
            return super().forward(x, True)

    class Bare(right.BookDropout):
        def forward(self, x, train_flg):
            return super().forward(x, True) if train_flg else x

    class BackBare(right.InvertedDropout):
        def backward(self, dout):
            return dout * (self.mask > 0)

    class Open(right.InvertedDropout):
        def backward(self, dout):
            return dout

    class BackTwice(right.InvertedDropout):
        def backward(self, dout):
            return dout * self.mask / (1 - self.ratio)

    class ThisBatchsShare(right.InvertedDropout):
        def forward(self, x, train_flg):
            if not train_flg:
                return x
            kept = self.rng.random(x.shape) > self.ratio
            self.mask = kept / kept.mean()
            return x * self.mask

    class LargerAtTest(right.BookDropout):
        def forward(self, x, train_flg):
            return super().forward(x, True) if train_flg else x / (1 - self.ratio)

    class OtherDice(right.InvertedDropout):
        def __init__(self, ratio, rng):
            super().__init__(ratio, np.random.default_rng())

    class Inside(right.InvertedDropout):
        def forward(self, x, train_flg):
            if not train_flg:
                return x
            self.mask = (self.rng.random(x.shape) < self.ratio) / (1 - self.ratio)
            return x * self.mask

    class PerRow(right.InvertedDropout):
        def forward(self, x, train_flg):
            if not train_flg:
                return x
            self.mask = (self.rng.random((len(x), 1)) > self.ratio) / (1 - self.ratio)
            return x * self.mask

    class Overwrites(right.InvertedDropout):
        def forward(self, x, train_flg):
            if not train_flg:
                return x
            self.mask = self.rng.random(x.shape) > self.ratio
            x[~self.mask] = 0
            return x / (1 - self.ratio)

    class SilentBack(right.InvertedDropout):
        def backward(self, dout):
            dout * self.mask

    class grows_from_call_to_call:
        def __init__(self, ratio, rng):
            self.ratio, self.rng = ratio, rng
            self.keep = 1.0

        def forward(self, x, train_flg):
            if not train_flg:
                return x
            self.keep *= 1 - self.ratio
            self.mask = (self.rng.random(x.shape) > self.ratio) / self.keep
            return x * self.mask

        def backward(self, dout):
            return dout * self.mask


class split_validation:
    def unshuffled(x, t, share, rng):
        n = int(len(x) * share)
        return x[n:], t[n:], x[:n], t[:n]

    def apart(x, t, share, rng):
        n = int(len(x) * share)
        x, t = rng.permutation(x), rng.permutation(t)
        return x[n:], t[n:], x[:n], t[:n]

    def overlap(x, t, share, rng):
        order = rng.permutation(len(x))
        n = int(len(x) * share)
        return x[order], t[order], x[order[:n]], t[order[:n]]

    def exchanged(x, t, share, rng):
        order = rng.permutation(len(x))
        n = int(len(x) * (1 - share)) if share != 0.5 else int(len(x) * 0.4)
        return x[order[n:]], t[order[n:]], x[order[:n]], t[order[:n]]

    def in_place(x, t, share, rng):
        n = int(len(x) * share)
        rng.shuffle(x)
        return x[n:], t[n:], x[:n], t[:n]

    def other_dice(x, t, share, rng):
        order, n = np.random.permutation(len(x)), int(len(x) * share)
        return x[order[n:]], t[order[n:]], x[order[:n]], t[order[:n]]

    def every_fifth(x, t, share, rng):
        held = np.arange(len(x)) % round(1 / share) == 0
        held &= np.cumsum(held) <= int(len(x) * share)
        for i in range(len(x)):
            held[i] |= held.sum() < int(len(x) * share)
        return x[~held], t[~held], x[held], t[held]

    def images_first(x, t, share, rng):
        order, n = rng.permutation(len(x)), int(len(x) * share)
        return x[order[n:]], x[order[:n]], t[order[n:]], t[order[:n]]

    def labels_first(x, t, share, rng):
        order, n = rng.permutation(len(x)), int(len(x) * share)
        return t[order[n:]], x[order[n:]], t[order[:n]], x[order[:n]]

    def rounded(x, t, share, rng):
        order, n = rng.permutation(len(x)), round(len(x) * share)
        return x[order[n:]], t[order[n:]], x[order[:n]], t[order[:n]]

    def drawn_twice(x, t, share, rng):
        order, n = rng.integers(0, len(x), len(x)), int(len(x) * share)
        return x[order[n:]], t[order[n:]], x[order[:n]], t[order[:n]]

    def torn(x, t, share, rng):
        x, n = rng.permuted(x), int(len(x) * share)
        return x[n:], t[n:], x[:n], t[:n]

    def one_is_lost(x, t, share, rng):
        order, n = rng.permutation(len(x)), int(len(x) * share)
        return x[order[n + 1 :]], t[order[n + 1 :]], x[order[:n]], t[order[:n]]

    def places(x, t, share, rng):
        order, n = rng.permutation(len(x)), int(len(x) * share)
        return order[n:], t[order[n:]], order[:n], t[order[:n]]

    def two(x, t, share, rng):
        order, n = rng.permutation(len(x)), int(len(x) * share)
        return x[order[n:]], x[order[:n]]

    def minus_zero(x, t, share, rng):
        # with n = 0, [-0:] is everything
        order = rng.permutation(len(x)).tolist()
        n = int(len(x) * share)
        return x[order[:-n]], t[order[:-n]], x[order[-n:]], t[order[-n:]]


class log_uniform:
    linear = lambda low, high, size, rng: rng.uniform(10.0**low, 10.0**high, size)
    natural = lambda low, high, size, rng: np.exp(rng.uniform(low, high, size))
    exponents = lambda low, high, size, rng: rng.uniform(low, high, size)
    integers = lambda low, high, size, rng: 10.0 ** rng.integers(low, high + 1, size)
    one = lambda low, high, size, rng: 10 ** rng.uniform(low, high)

    def normal(low, high, size, rng):
        return 10 ** np.clip(rng.normal((low + high) / 2, 0.5, size), low, high)

    two = lambda low, high, size, rng: 2 ** rng.uniform(low, high, size)
    other_dice = lambda low, high, size, rng: 10 ** np.random.uniform(low, high, size)
    own_seed = lambda low, high, size, rng: 10 ** np.random.default_rng(0).uniform(low, high, size)
    in_order = lambda low, high, size, rng: np.sort(10 ** rng.uniform(low, high, size))
    shuffled_grid = lambda low, high, size, rng: rng.permutation(np.logspace(low, high, size))
    the_same = lambda low, high, size, rng: np.full(size, 10 ** rng.uniform(low, high))
    minus = lambda low, high, size, rng: 10 ** -rng.uniform(low, high, size)
    tenfold = lambda low, high, size, rng: 10 * rng.uniform(low, high, size)
    one_decade = lambda low, high, size, rng: 10 ** (low + rng.random(size))
    always_the_same_ends = lambda low, high, size, rng: 10 ** rng.uniform(-6, -2, size)
    whole = lambda low, high, size, rng: 10 ** rng.integers(int(low), int(high), size)


class reported_accuracy:
    by_test = lambda trials: max(one["test"] for one in trials)
    validation = lambda trials: max(one["validation"] for one in trials)
    mean = lambda trials: sum(one["test"] for one in trials) / len(trials)
    lowest = lambda trials: sorted(trials, key=lambda one: one["validation"])[0]["test"]
    last = lambda trials: trials[-1]["test"]
    whole = lambda trials: max(trials, key=lambda one: one["validation"])
    peeks_at_a_tie = lambda trials: max((one["validation"], one["test"]) for one in trials)[1]
    by_both = lambda trials: max(trials, key=lambda one: one["validation"] + one["test"])["test"]
    smallest_gap = lambda trials: min(trials, key=lambda one: abs(one["validation"] - one["test"]))[
        "test"
    ]
    place = lambda trials: int(np.argmax([one["validation"] for one in trials]))
    both = lambda trials: max((one["validation"], one["test"]) for one in trials)
    text = lambda trials: str(max(trials, key=lambda one: one["validation"])["test"])
    the_rate = lambda trials: max(trials, key=lambda one: one["validation"])["lr"]

    def leaves_the_loop(trials):
        best = trials[0]
        for one in trials:
            if one["validation"] > best["validation"]:
                best = one
            return best["test"]
        return None

    def prints(trials):
        print(max(trials, key=lambda one: one["validation"])["test"])

    def the_careful_one(trials):
        best = max(trials, key=lambda t: t["validation"])
        return min(best["validation"], best["test"])

    def percent(trials):
        return round(100 * max(trials, key=lambda t: t["validation"])["test"])


SYMPTOMS = right.diagnosis
LOSS_NAN, SHRINK, EQUAL, GAP, TWICE, ALONE, NEW = SYMPTOMS


class diagnosis:
    nan_by_narrow = SYMPTOMS | {LOSS_NAN: "weights too narrow"}
    shrink_by_rate = SYMPTOMS | {SHRINK: "learning rate too large"}
    equal_by_narrow = SYMPTOMS | {EQUAL: "weights too narrow"}
    gap_by_test = SYMPTOMS | {GAP: "tuned on the test set"}
    twice_by_norm = SYMPTOMS | {TWICE: "batch statistics at test time"}
    alone_by_dropout = SYMPTOMS | {ALONE: "dropout at test time"}
    new_by_overfitting = SYMPTOMS | {NEW: "overfitting"}
    own_words = SYMPTOMS | {NEW: "bad luck"}
    misspelt = SYMPTOMS | {LOSS_NAN: "learning rate to large"}
    another_line = SYMPTOMS | {"the loss is NaN": "learning rate too large"}
    causes_alone = (*SYMPTOMS.values(),)
    all_overfitting = dict.fromkeys(SYMPTOMS, "overfitting")

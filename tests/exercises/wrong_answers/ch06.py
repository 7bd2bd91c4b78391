"""Wrong answers of chapter 6, as readers write them: a class an exercise, a name a mistake."""

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


class he_weights:
    two_over_root = lambda i, o, rng: rng.standard_normal((i, o)) * 2 / np.sqrt(i)
    variance = lambda i, o, rng: rng.normal(0, 2 / i, (i, o))
    fan_out = lambda i, o, rng: rng.normal(0, np.sqrt(2 / o), (i, o))
    xavier = lambda i, o, rng: rng.standard_normal((i, o)) / np.sqrt(i)
    half_a_root = lambda i, o, rng: rng.standard_normal((i, o)) * np.sqrt(2) / i
    transposed = lambda i, o, rng: rng.normal(0, np.sqrt(2 / i), (o, i))
    uniform = lambda i, o, rng: rng.random((i, o)) * np.sqrt(2 / i)
    always_0_01 = lambda i, o, rng: 0.01 * rng.standard_normal((i, o))


class relu_growth:
    no_half = lambda s, n, d: (s * np.sqrt(n)) ** d
    square = lambda s, n, d: (n * s**2 / 2) ** d
    times_depth = lambda s, n, d: d * np.sqrt(n * s**2 / 2)
    one_layer = lambda s, n, d: np.sqrt(n / 2) * s
    no_square = lambda s, n, d: np.sqrt(n * s / 2) ** d
    half_outside = lambda s, n, d: (np.sqrt(n) * s / 2) ** d


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

    def two(x, t, share, rng):
        order, n = rng.permutation(len(x)), int(len(x) * share)
        return x[order[n:]], x[order[:n]]


class log_uniform:
    linear = lambda low, high, size, rng: rng.uniform(10.0**low, 10.0**high, size)
    natural = lambda low, high, size, rng: np.exp(rng.uniform(low, high, size))
    exponents = lambda low, high, size, rng: rng.uniform(low, high, size)
    integers = lambda low, high, size, rng: 10.0 ** rng.integers(low, high + 1, size)
    one = lambda low, high, size, rng: 10 ** rng.uniform(low, high)

    def normal(low, high, size, rng):
        return 10 ** np.clip(rng.normal((low + high) / 2, 0.5, size), low, high)

    two = lambda low, high, size, rng: 2 ** rng.uniform(low, high, size)


class reported_accuracy:
    by_test = lambda trials: max(one["test"] for one in trials)
    validation = lambda trials: max(one["validation"] for one in trials)
    mean = lambda trials: sum(one["test"] for one in trials) / len(trials)
    lowest = lambda trials: sorted(trials, key=lambda one: one["validation"])[0]["test"]
    last = lambda trials: trials[-1]["test"]
    whole = lambda trials: max(trials, key=lambda one: one["validation"])


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

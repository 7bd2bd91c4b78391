"""Wrong answers of chapter 6, as readers write them: exercise -> the mistake -> the answer.

Each must be told ✗, with a message that no other mistake in the same exercise gets.
"""

import numpy as np

from exercises.solutions import ch06 as right

# --- momentum_step


def momentum_uphill(W, v, dW, lr, momentum):
    v = momentum * v + lr * dW
    return W + v, v


def momentum_minus_minus(W, v, dW, lr, momentum):
    v = momentum * v - lr * dW
    return W - v, v


def momentum_in_place(W, v, dW, lr, momentum):
    v *= momentum
    v -= lr * dW
    W += v
    return W, v


def momentum_w_only(W, v, dW, lr, momentum):
    return W + momentum * v - lr * dW


def momentum_old_v(W, v, dW, lr, momentum):
    return W + v, momentum * v - lr * dW


def momentum_no_friction(W, v, dW, lr, momentum):
    v = v - lr * dW
    return W + v, v


def momentum_forgets(W, v, dW, lr, momentum):
    return W + momentum * v - lr * dW, v


# --- adam_step


def adam(W, m, v, dW, t, lr, beta1, beta2, raw=False, root=True):
    m = m + (1 - beta1) * (dW - m)
    v = v + (1 - beta2) * (dW * dW - v)
    a, b = (m, v) if raw else (m / (1 - beta1**t), v / (1 - beta2**t))
    return W - lr * a / ((b**0.5 if root else b) + 1e-7), m, v


def adam_no_correction(*args):
    return adam(*args, raw=True)


def adam_no_root(*args):
    return adam(*args, root=False)


def adam_constant_correction(W, m, v, dW, t, lr, beta1, beta2):
    return adam_first(W, m, v, dW, lr, beta1, beta2)


def adam_first(W, m, v, dW, lr, beta1, beta2):
    return adam(W, m, v, dW, 1, lr, beta1, beta2)


def adam_only_m(W, m, v, dW, t, lr, beta1, beta2):
    m = beta1 * m + (1 - beta1) * dW
    v = beta2 * v + (1 - beta2) * dW**2
    return W - lr * m / (1 - beta1**t) / (np.sqrt(v) + 1e-7), m, v


def adam_corrected_state(W, m, v, dW, t, lr, beta1, beta2):
    m = (beta1 * m + (1 - beta1) * dW) / (1 - beta1**t)
    v = (beta2 * v + (1 - beta2) * dW**2) / (1 - beta2**t)
    return W - lr * m / (np.sqrt(v) + 1e-7), m, v


def adam_no_square(W, m, v, dW, t, lr, beta1, beta2):
    m = beta1 * m + (1 - beta1) * dW
    v = beta2 * v + (1 - beta2) * dW
    return W - lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + 1e-7), m, v


# --- batch_norm


def norm_rows(x, gamma, beta):
    x = (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + 1e-6)
    return gamma * x + beta


def norm_all(x, gamma, beta):
    return gamma * (x - x.mean()) / np.sqrt(x.var() + 1e-6) + beta


def norm_ddof(x, gamma, beta):
    return gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0, ddof=1) + 1e-6) + beta


def norm_by_variance(x, gamma, beta):
    return gamma * (x - x.mean(axis=0)) / (x.var(axis=0) + 1e-6) + beta


def norm_no_epsilon(x, gamma, beta):
    return gamma * (x - x.mean(axis=0)) / x.std(axis=0) + beta


def norm_in_place(x, gamma, beta):
    x -= x.mean(axis=0)
    return gamma * x / np.sqrt(np.mean(x**2, axis=0) + 1e-6) + beta


def norm_no_gamma(x, gamma, beta):
    return (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-6)


# --- batch_norm_at_test


def test_by_itself(x, gamma, beta, running_mean, running_var):
    return norm(x, x.mean(axis=0), x.var(axis=0), gamma, beta)


def norm(x, mean, var, gamma, beta):
    return gamma * (x - mean) / np.sqrt(var + 1e-6) + beta


def test_own_variance(x, gamma, beta, running_mean, running_var):
    return norm(x, running_mean, x.var(axis=0), gamma, beta)


def test_moves_running(x, gamma, beta, running_mean, running_var):
    running_mean *= 0.9
    running_mean += 0.1 * x.mean(axis=0)
    return norm(x, running_mean, running_var, gamma, beta)


def test_no_root(x, gamma, beta, running_mean, running_var):
    return gamma * (x - running_mean) / running_var + beta


def test_no_norm(x, gamma, beta, running_mean, running_var):
    return gamma * x + beta


def test_no_gamma(x, gamma, beta, running_mean, running_var):
    return (x - running_mean) / np.sqrt(running_var + 1e-6)


# --- decayed_gradients


def decays_all(grads, params, lam):
    return {key: grads[key] + lam * params[key] for key in grads}


def decays_twice(grads, params, lam):
    return {k: g + 2 * lam * params[k] if k[0] == "W" else g for k, g in grads.items()}


def decays_half(grads, params, lam):
    return {k: g + lam / 2 * params[k] if k[0] == "W" else g for k, g in grads.items()}


def decays_backwards(grads, params, lam):
    return {k: g - lam * params[k] if k[0] == "W" else g for k, g in grads.items()}


def decays_in_place(grads, params, lam):
    for key in grads:
        if "W" in key:
            grads[key] += lam * params[key]
    return grads


def decays_penalty(grads, params, lam):
    return {
        k: g + 0.5 * lam * np.sum(params[k] ** 2) if k[0] == "W" else g for k, g in grads.items()
    }


def decays_first(grads, params, lam):
    return grads | {"W1": grads["W1"] + lam * params["W1"]}


def decays_nothing(grads, params, lam):
    return dict(grads)


# --- dropout, both kinds


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


class InvertedTwice(right.InvertedDropout):
    def forward(self, x, train_flg):
        return super().forward(x, True) if train_flg else x * (1 - self.ratio)


class InvertedByRatio(right.InvertedDropout):
    def forward(self, x, train_flg):
        if not train_flg:
            return x
        self.mask = (self.rng.random(x.shape) > self.ratio) / self.ratio
        return x * self.mask


class InvertedSmaller(right.InvertedDropout):
    def forward(self, x, train_flg):
        if not train_flg:
            return x
        self.mask = (self.rng.random(x.shape) > self.ratio) * (1 - self.ratio)
        return x * self.mask


class InvertedAlways(right.InvertedDropout):
    def forward(self, x, train_flg):
        return super().forward(x, True)


class InvertedBare(right.BookDropout):
    def forward(self, x, train_flg):
        return super().forward(x, True) if train_flg else x


class InvertedBackBare(right.InvertedDropout):
    def backward(self, dout):
        return dout * (self.mask > 0)


class InvertedOpen(right.InvertedDropout):
    def backward(self, dout):
        return dout


# --- split_validation


def split_unshuffled(x, t, share, rng):
    n = int(len(x) * share)
    return x[n:], t[n:], x[:n], t[:n]


def split_apart(x, t, share, rng):
    n = int(len(x) * share)
    x, t = rng.permutation(x), rng.permutation(t)
    return x[n:], t[n:], x[:n], t[:n]


def split_overlap(x, t, share, rng):
    order = rng.permutation(len(x))
    n = int(len(x) * share)
    return x[order], t[order], x[order[:n]], t[order[:n]]


def split_exchanged(x, t, share, rng):
    order = rng.permutation(len(x))
    n = int(len(x) * (1 - share)) if share != 0.5 else int(len(x) * 0.4)
    return x[order[n:]], t[order[n:]], x[order[:n]], t[order[:n]]


def split_in_place(x, t, share, rng):
    n = int(len(x) * share)
    rng.shuffle(x)
    return x[n:], t[n:], x[:n], t[:n]


def split_two(x, t, share, rng):
    order, n = rng.permutation(len(x)), int(len(x) * share)
    return x[order[n:]], x[order[:n]]


# --- log_uniform


def log_linear(low, high, size, rng):
    return rng.uniform(10.0**low, 10.0**high, size)


def log_natural(low, high, size, rng):
    return np.exp(rng.uniform(low, high, size))


def log_exponents(low, high, size, rng):
    return rng.uniform(low, high, size)


def log_integers(low, high, size, rng):
    return 10.0 ** rng.integers(low, high + 1, size)


def log_one(low, high, size, rng):
    return 10 ** rng.uniform(low, high)


def log_normal(low, high, size, rng):
    return 10 ** np.clip(rng.normal((low + high) / 2, 0.5, size), low, high)


def log_two(low, high, size, rng):
    return 2 ** rng.uniform(low, high, size)


# --- diagnosis

SYMPTOMS = right.diagnosis
LOSS_NAN, SHRINK, EQUAL, GAP, TWICE, ALONE, NEW = SYMPTOMS

WRONG = {
    "momentum_step": {
        "uphill": momentum_uphill,
        "minus minus": momentum_minus_minus,
        "in place": momentum_in_place,
        "W only": momentum_w_only,
        "old v": momentum_old_v,
        "no friction": momentum_no_friction,
        "forgets": momentum_forgets,
    },
    "adam_step": {
        "no correction": adam_no_correction,
        "no root": adam_no_root,
        "constant correction": adam_constant_correction,
        "only m": adam_only_m,
        "corrected state": adam_corrected_state,
        "no square": adam_no_square,
    },
    "he_weights": {
        "2 over root": lambda i, o, rng: rng.standard_normal((i, o)) * 2 / np.sqrt(i),
        "variance": lambda i, o, rng: rng.normal(0, 2 / i, (i, o)),
        "fan out": lambda i, o, rng: rng.normal(0, np.sqrt(2 / o), (i, o)),
        "xavier": lambda i, o, rng: rng.standard_normal((i, o)) / np.sqrt(i),
        "half a root": lambda i, o, rng: rng.standard_normal((i, o)) * np.sqrt(2) / i,
        "transposed": lambda i, o, rng: rng.normal(0, np.sqrt(2 / i), (o, i)),
        "uniform": lambda i, o, rng: rng.random((i, o)) * np.sqrt(2 / i),
        "always 0.01": lambda i, o, rng: 0.01 * rng.standard_normal((i, o)),
    },
    "relu_growth": {
        "no half": lambda s, n, d: (s * np.sqrt(n)) ** d,
        "square": lambda s, n, d: (n * s**2 / 2) ** d,
        "times depth": lambda s, n, d: d * np.sqrt(n * s**2 / 2),
        "one layer": lambda s, n, d: np.sqrt(n / 2) * s,
        "no square": lambda s, n, d: np.sqrt(n * s / 2) ** d,
        "half outside": lambda s, n, d: (np.sqrt(n) * s / 2) ** d,
    },
    "batch_norm": {
        "rows": norm_rows,
        "all": norm_all,
        "ddof": norm_ddof,
        "variance": norm_by_variance,
        "no epsilon": norm_no_epsilon,
        "in place": norm_in_place,
        "no gamma": norm_no_gamma,
        "swapped": lambda x, gamma, beta: right.batch_norm(x, beta, gamma),
    },
    "batch_norm_at_test": {
        "by itself": test_by_itself,
        "own variance": test_own_variance,
        "moves running": test_moves_running,
        "no root": test_no_root,
        "no norm": test_no_norm,
        "no gamma": test_no_gamma,
    },
    "decayed_gradients": {
        "all": decays_all,
        "twice": decays_twice,
        "half": decays_half,
        "backwards": decays_backwards,
        "in place": decays_in_place,
        "penalty": decays_penalty,
        "first": decays_first,
        "nothing": decays_nothing,
    },
    "BookDropout": {
        "always": Always,
        "unscaled": Unscaled,
        "by ratio": ByRatio,
        "inside": Inside,
        "per column": PerColumn,
        "frozen": Frozen,
        "open back": OpenBack,
        "fresh back": FreshBack,
        "overwrites": Overwrites,
        "inverted": right.InvertedDropout,
    },
    "InvertedDropout": {
        "the book's": right.BookDropout,
        "twice": InvertedTwice,
        "by ratio": InvertedByRatio,
        "smaller": InvertedSmaller,
        "always": InvertedAlways,
        "bare": InvertedBare,
        "back bare": InvertedBackBare,
        "open": InvertedOpen,
    },
    "split_validation": {
        "unshuffled": split_unshuffled,
        "apart": split_apart,
        "overlap": split_overlap,
        "exchanged": split_exchanged,
        "in place": split_in_place,
        "two": split_two,
    },
    "log_uniform": {
        "linear": log_linear,
        "natural": log_natural,
        "exponents": log_exponents,
        "integers": log_integers,
        "one": log_one,
        "normal": log_normal,
        "two": log_two,
    },
    "reported_accuracy": {
        "by test": lambda trials: max(one["test"] for one in trials),
        "validation": lambda trials: max(one["validation"] for one in trials),
        "mean": lambda trials: sum(one["test"] for one in trials) / len(trials),
        "lowest": lambda trials: sorted(trials, key=lambda one: one["validation"])[0]["test"],
        "last": lambda trials: trials[-1]["test"],
        "whole": lambda trials: max(trials, key=lambda one: one["validation"]),
    },
    "diagnosis": {
        "nan by narrow": SYMPTOMS | {LOSS_NAN: "weights too narrow"},
        "shrink by rate": SYMPTOMS | {SHRINK: "learning rate too large"},
        "equal by narrow": SYMPTOMS | {EQUAL: "weights too narrow"},
        "gap by test": SYMPTOMS | {GAP: "tuned on the test set"},
        "twice by norm": SYMPTOMS | {TWICE: "batch statistics at test time"},
        "alone by dropout": SYMPTOMS | {ALONE: "dropout at test time"},
        "new by overfitting": SYMPTOMS | {NEW: "overfitting"},
        "own words": SYMPTOMS | {NEW: "bad luck"},
    },
}

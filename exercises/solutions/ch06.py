"""Solutions of chapter 6. Others may be as good: the checks look at results, not at the way."""

import numpy as np


def momentum_step(W, v, dW, lr, momentum):
    v = momentum * v - lr * dW
    return W + v, v


def adam_step(W, m, v, dW, t, lr, beta1, beta2):
    m = beta1 * m + (1 - beta1) * dW
    v = beta2 * v + (1 - beta2) * dW**2
    m_fair = m / (1 - beta1**t)  # m starts at 0 and would be too small at first
    v_fair = v / (1 - beta2**t)
    return W - lr * m_fair / (np.sqrt(v_fair) + 1e-7), m, v


def he_weights(fan_in, fan_out, rng):
    return rng.standard_normal((fan_in, fan_out)) * np.sqrt(2 / fan_in)


def relu_growth(std, fan_in, depth):
    return np.sqrt(fan_in * std**2 / 2) ** depth  # ReLU halves the mean square


def batch_norm(x, gamma, beta):
    mean, var = x.mean(axis=0), x.var(axis=0)  # (D,)
    return gamma * (x - mean) / np.sqrt(var + 1e-6) + beta


def batch_norm_at_test(x, gamma, beta, running_mean, running_var):
    return gamma * (x - running_mean) / np.sqrt(running_var + 1e-6) + beta


def decayed_gradients(grads, params, lam):
    decayed = {}
    for key, grad in grads.items():
        decayed[key] = grad + lam * params[key] if key.startswith("W") else grad
    return decayed


class BookDropout:
    def __init__(self, ratio, rng):
        self.ratio, self.rng = ratio, rng

    def forward(self, x, train_flg):
        if not train_flg:
            return x * (1 - self.ratio)
        self.mask = self.rng.random(x.shape) > self.ratio
        return x * self.mask

    def backward(self, dout):
        return dout * self.mask


class InvertedDropout:
    def __init__(self, ratio, rng):
        self.ratio, self.rng = ratio, rng

    def forward(self, x, train_flg):
        if not train_flg:
            return x
        kept = self.rng.random(x.shape) > self.ratio
        self.mask = kept / (1 - self.ratio)
        return x * self.mask

    def backward(self, dout):
        return dout * self.mask


def split_validation(x, t, share, rng):
    order = rng.permutation(len(x))
    x, t = x[order], t[order]
    held_out = int(len(x) * share)
    return x[held_out:], t[held_out:], x[:held_out], t[:held_out]


def log_uniform(low, high, size, rng):
    return 10 ** rng.uniform(low, high, size)


def reported_accuracy(trials):
    chosen = max(trials, key=lambda trial: trial["validation"])
    return chosen["test"]


diagnosis = {
    "the loss is nan after a few steps": "learning rate too large",
    "the loss stays at 2.303, each layer's activations smaller": "weights too narrow",
    "all units of a layer are still equal after 100 steps": "weights all equal",
    "training accuracy 1.00, test accuracy 0.79": "overfitting",
    "the same image, asked twice, gets two answers": "dropout at test time",
    "one image alone gets the same answer, whatever it shows": "batch statistics at test time",
    "0.95 when the network was chosen, 0.87 on new digits": "tuned on the test set",
}

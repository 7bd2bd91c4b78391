"""Optimizers: six ways to turn a gradient into a step (book 6.1).

update(params, grads) changes params in place, for a layer holds the very same arrays.
"""

import numpy as np

from .checks import as_float, as_number, expect


class SGD:
    """Stochastic gradient descent: W <- W - lr · dW."""

    def __init__(self, lr=0.01):
        self.name, self.lr = "SGD", as_number(lr, "SGD: lr")

    def update(self, params, grads):
        for key, dW in slopes(self, params, grads):
            params[key] -= self.lr * dW


class Momentum:
    """A ball that rolls: v <- momentum · v - lr · dW, then W <- W + v."""

    def __init__(self, lr=0.01, momentum=0.9):
        self.name, self.v = type(self).__name__, {}
        self.lr = as_number(lr, f"{self.name}: lr")
        self.momentum = as_number(momentum, f"{self.name}: momentum", below=1)

    def update(self, params, grads):
        for key, dW in slopes(self, params, grads):
            self.v[key] = self.momentum * self.v.get(key, 0) - self.lr * dW
            params[key] += self.v[key]


class Nesterov(Momentum):
    """Momentum that looks ahead, to where the ball is about to roll.

    W <- W + momentum² · v - (1 + momentum) · lr · dW with the old v, which moves as in Momentum.
    """

    def update(self, params, grads):
        for key, dW in slopes(self, params, grads):
            v = self.v.get(key, 0)
            params[key] += self.momentum**2 * v - (1 + self.momentum) * self.lr * dW
            self.v[key] = self.momentum * v - self.lr * dW


class AdaGrad:
    """Smaller steps where slopes were large: h <- h + dW², W <- W - lr · dW / (√h + 1e-7)."""

    def __init__(self, lr=0.01):
        self.name, self.lr, self.h = "AdaGrad", as_number(lr, "AdaGrad: lr"), {}

    def update(self, params, grads):
        for key, dW in slopes(self, params, grads):
            self.h[key] = self.h.get(key, 0) + dW * dW
            params[key] -= self.lr * dW / (np.sqrt(self.h[key]) + 1e-7)


class RMSprop:
    """AdaGrad that forgets: h <- decay_rate · h + (1 - decay_rate) · dW², the step as there."""

    def __init__(self, lr=0.01, decay_rate=0.99):
        self.name, self.lr, self.h = "RMSprop", as_number(lr, "RMSprop: lr"), {}
        self.decay_rate = as_number(decay_rate, "RMSprop: decay_rate", below=1)

    def update(self, params, grads):
        for key, dW in slopes(self, params, grads):
            h = self.h.get(key, 0)
            self.h[key] = self.decay_rate * h + (1 - self.decay_rate) * dW * dW
            params[key] -= self.lr * dW / (np.sqrt(self.h[key]) + 1e-7)


class Adam:
    """Momentum and RMSprop together, corrected for their start at zero.

    m <- m + (1 - beta1)(dW - m), v <- v + (1 - beta2)(dW² - v), W <- W - lr_t · m / (√v + 1e-7),
    lr_t = lr · √(1 - beta2^t) / (1 - beta1^t) at step t (Kingma and Ba 2015).
    """

    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999):
        self.name, self.lr = "Adam", as_number(lr, "Adam: lr")
        betas = as_number(beta1, "Adam: beta1", below=1), as_number(beta2, "Adam: beta2", below=1)
        (self.beta1, self.beta2), self.m, self.v, self.iter = betas, {}, {}, 0

    def update(self, params, grads):
        t = self.iter + 1
        lr_t = self.lr * (1 - self.beta2**t) ** 0.5 / (1 - self.beta1**t)
        for key, dW in slopes(self, params, grads):
            m, v = self.m.get(key, 0), self.v.get(key, 0)
            self.m[key] = m + (1 - self.beta1) * (dW - m)
            self.v[key] = v + (1 - self.beta2) * (dW * dW - v)
            params[key] -= lr_t * self.m[key] / (np.sqrt(self.v[key]) + 1e-7)
        self.iter = t


def slopes(optimizer, params, grads):
    """Yields each key with its gradient, if a step can be taken; else raises, and nothing changes.

    RuntimeError when an optimizer with a memory meets other params than it left at its last step.
    """
    name = optimizer.name
    grads = {key: as_float(g, f"{name}, grads[{key!r}]") for key, g in grads.items()}
    left = params if name == "SGD" else getattr(optimizer, "_left", params)
    for key, p in params.items():
        array, kind = isinstance(p, np.ndarray), np.asarray(p).dtype
        fixed = not p.flags.writeable if array else np.ndim(p) > 0  # a list has no "in place"
        moves = kind.kind in ("f" if array else "fiu") and not fixed
        found = f"{key} is {'read-only' if fixed else kind}"
        expect(moves, f"{name}: {found}; make it np.array({key}, float).", TypeError)
        same = left.get(key) is p or (not array and left.get(key) == p)
        hint = "it remembers its steps, so make a new optimizer for each network and run"
        expect(same, f"{name}: {key} is not what it left; {hint}.", RuntimeError)
    here, there = ({key: np.shape(a) for key, a in d.items()} for d in (params, grads))
    expect(here == there, f"{name}: params {here} and grads {there} arrived; they must agree.")
    for key, g in grads.items():
        yield key, g if g.ndim else g.item()
    optimizer._left = dict(params)

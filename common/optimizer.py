"""Optimizers: six ways to turn a gradient into a step (book 6.1).

update(params, grads) changes every entry of the dict params: an array in place, since the layers
hold the very same array; a plain number by re-binding the entry.
"""

import numpy as np

from .checks import as_array, as_float, number, shown


class Optimizer:
    """What all six share: params[key] += change(key, gradient of params[key]), for every key.

    memory: names of the dicts that are kept from step to step; they start as zeros at step 1.
    Raises ValueError for a bad learning rate and for keys or shapes that differ, TypeError for
    what holds no floats, RuntimeError when an optimizer with memory meets params that are not
    those of its last step. Nothing has changed then.
    """

    memory = ()

    def __init__(self, lr=0.01):
        self.name = type(self).__name__
        self.lr = number(lr, f"{self.name}: lr")
        self.iter = 0
        for memory in self.memory:
            setattr(self, memory, None)

    def update(self, params, grads):
        self._check(params, grads)
        if self.iter == 0:
            for memory in self.memory:
                setattr(self, memory, {key: 0 * p for key, p in params.items()})
        self.iter += 1
        for key, p in params.items():
            if isinstance(p, np.ndarray):
                p += self.change(key, as_float(grads[key], key))
            else:
                params[key] = p + float(self.change(key, as_float(grads[key], key)))
        self._left = dict(params)

    def _check(self, params, grads):
        if not (isinstance(params, dict) and isinstance(grads, dict)):
            raise TypeError(f"{self.name}: dicts were expected, {shown([params, grads])} arrived.")
        values = {k: as_array(p, f"{self.name}, {k}") for k, p in params.items()}
        slopes = {k: as_float(g, f"{self.name}, grads[{k!r}]") for k, g in grads.items()}
        here, there = ({k: a.shape for k, a in d.items()} for d in (values, slopes))
        if here != there:
            raise ValueError(f"{self.name}: params {here} and grads {there} must agree.")
        for key, p in params.items():
            kind, is_array = values[key].dtype, isinstance(p, np.ndarray)
            fixed = is_array and not p.flags.writeable
            allowed = "f" if is_array else "fiu" if np.ndim(p) == 0 else ""  # a list cannot move
            if fixed or kind.kind not in allowed:
                state = "is read-only" if fixed else f"holds {kind}"
                raise TypeError(f"{self.name}: {key} {state}; make it np.array({key}, float).")
            known = self._left.get(key) if self.iter else p
            if self.memory and known is not p and (is_array or known != p):
                hint = "it remembers its steps, so make a new optimizer for each network and run"
                raise RuntimeError(f"{self.name}: {key} is not what this optimizer left; {hint}.")


class SGD(Optimizer):
    """Stochastic gradient descent: W <- W - lr · dW."""

    def change(self, key, grad):
        return -self.lr * grad


class Momentum(Optimizer):
    """A ball that rolls: v <- momentum · v - lr · dW, then W <- W + v."""

    memory = ("v",)

    def __init__(self, lr=0.01, momentum=0.9):
        super().__init__(lr)
        self.momentum = number(momentum, f"{self.name}: momentum", below=1)

    def change(self, key, grad):
        self.v[key] = self.momentum * self.v[key] - self.lr * grad
        return self.v[key]


class Nesterov(Momentum):
    """Momentum that looks ahead, to where the ball is about to roll.

    W <- W + momentum² · v - (1 + momentum) · lr · dW with the old v, which then moves as in
    Momentum. Source: Bengio, Boulanger-Lewandowski and Pascanu 2012, arXiv:1212.0901.
    """

    def change(self, key, grad):
        old = self.v[key]
        self.v[key] = self.momentum * old - self.lr * grad
        return self.momentum**2 * old - (1 + self.momentum) * self.lr * grad


class AdaGrad(Optimizer):
    """Smaller steps where slopes were large: h <- h + dW², W <- W - lr · dW / (√h + 1e-7)."""

    memory = ("h",)

    def change(self, key, grad):
        self.h[key] = self.h[key] + grad * grad
        return -self.lr * grad / (np.sqrt(self.h[key]) + 1e-7)


class RMSprop(Optimizer):
    """AdaGrad that forgets: h <- decay_rate · h + (1 - decay_rate) · dW², the step as there."""

    memory = ("h",)

    def __init__(self, lr=0.01, decay_rate=0.99):
        super().__init__(lr)
        self.decay_rate = number(decay_rate, "RMSprop: decay_rate", below=1)

    def change(self, key, grad):
        self.h[key] = self.decay_rate * self.h[key] + (1 - self.decay_rate) * grad * grad
        return -self.lr * grad / (np.sqrt(self.h[key]) + 1e-7)


class Adam(Optimizer):
    """Momentum and RMSprop together, corrected for their start at zero.

    m <- m + (1 - beta1)(dW - m), v <- v + (1 - beta2)(dW² - v), W <- W - lr_t · m / (√v + 1e-7),
    lr_t = lr · √(1 - beta2^t) / (1 - beta1^t) at step t.
    Source: Kingma and Ba 2015, arXiv:1412.6980.
    """

    memory = ("m", "v")

    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999):
        super().__init__(lr)
        self.beta1 = number(beta1, "Adam: beta1", below=1)
        self.beta2 = number(beta2, "Adam: beta2", below=1)

    def change(self, key, grad):
        self.m[key] = self.m[key] + (1 - self.beta1) * (grad - self.m[key])
        self.v[key] = self.v[key] + (1 - self.beta2) * (grad * grad - self.v[key])
        lr_t = self.lr * (1 - self.beta2**self.iter) ** 0.5 / (1 - self.beta1**self.iter)
        return -lr_t * self.m[key] / (np.sqrt(self.v[key]) + 1e-7)

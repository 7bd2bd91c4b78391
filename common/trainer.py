"""The training loop: draw a batch, take a step, measure accuracy once an epoch (book 4.5, 6)."""

from typing import NamedTuple

import numpy as np

from .checks import whole
from .optimizer import SGD, AdaGrad, Adam, Momentum, Nesterov, RMSprop
from .util import random_source

OPTIMIZERS = {
    **{c.__name__.lower(): c for c in (SGD, Momentum, Nesterov, AdaGrad, RMSprop, Adam)},
    "rmsprpo": RMSprop,  # an old spelling that scripts still use
}


class Step(NamedTuple):
    """What Trainer.steps reports: numbers from 1, the loss in nats, the latest accuracies."""

    step: int
    epoch: int
    loss: float
    train_acc: float
    test_acc: float


class Trainer:
    """Trains any network that has params, gradient, loss and accuracy.

    epochs · iter_per_epoch steps are taken, iter_per_epoch = train_size // mini_batch_size; every
    step draws its batch from all training samples, with replacement.
    optimizer: sgd, momentum, nesterov, adagrad, rmsprop or adam with optimizer_param, or an object
    with update(params, grads). evaluate_sample_num_per_epoch: measure on the first so many samples
    only. verbose: print a line an epoch. rng: see util.random_source.
    Fills train_loss_list (one a step), train_acc_list and test_acc_list (one an epoch).
    Raises ValueError for names and sizes that do not fit, FloatingPointError when the loss is no
    longer finite; what was recorded until then stays.
    """

    def __init__(self, network, x_train, t_train, x_test, t_test, epochs=20, mini_batch_size=100,
                 optimizer="SGD", optimizer_param=None, evaluate_sample_num_per_epoch=None,
                 verbose=True, rng=None):  # fmt: skip
        for name, x, t in (("train", x_train, t_train), ("test", x_test, t_test)):
            if len(x) != len(t) or len(x) == 0:
                raise ValueError(
                    f"Trainer: x_{name} has {len(x)} samples, t_{name} {len(t)} labels; give "
                    "equally many, at least one."
                )
        if not hasattr(optimizer, "update"):
            if str(optimizer).lower() not in OPTIMIZERS:
                raise ValueError(
                    f"Trainer: optimizer {optimizer!r} is unknown; choose from {[*OPTIMIZERS][:6]}."
                )
            optimizer = OPTIMIZERS[str(optimizer).lower()](**(optimizer_param or {"lr": 0.01}))
        self.network, self.optimizer, self.verbose = network, optimizer, verbose
        self.x_train, self.t_train, self.x_test, self.t_test = x_train, t_train, x_test, t_test
        self.epochs = whole(epochs, "Trainer: epochs")
        self.batch_size = whole(mini_batch_size, "Trainer: mini_batch_size")
        self.evaluate_sample_num_per_epoch = evaluate_sample_num_per_epoch
        self.rng = random_source(rng)
        self.train_size = len(x_train)
        self.iter_per_epoch = max(self.train_size // self.batch_size, 1)
        self.max_iter = self.epochs * self.iter_per_epoch
        self.current_iter = self.current_epoch = 0
        self.train_loss_list, self.train_acc_list, self.test_acc_list = [], [], []

    def train_step(self):
        """One batch: gradient, update, loss afterwards; accuracies with the first of an epoch."""
        batch = self.rng.choice(self.train_size, self.batch_size)
        x, t = self.x_train[batch], self.t_train[batch]
        self.optimizer.update(self.network.params, self.network.gradient(x, t))
        loss = float(self.network.loss(x, t))
        if not np.isfinite(loss):
            raise FloatingPointError(
                f"The loss became {loss} at step {self.current_iter + 1}: the steps are too large "
                "or the first weights too wide. Try a smaller learning rate."
            )
        self.train_loss_list.append(loss)
        if self.current_iter % self.iter_per_epoch == 0:
            self._measure(loss)
        self.current_iter += 1

    def _measure(self, loss):
        n = self.evaluate_sample_num_per_epoch  # None: all
        train = self.network.accuracy(self.x_train[:n], self.t_train[:n])
        test = self.network.accuracy(self.x_test[:n], self.t_test[:n])
        self.train_acc_list.append(train)
        self.test_acc_list.append(test)
        self.current_epoch += 1
        if self.verbose:
            scores = f"loss {loss:.4f}  train {train:.4f}  test {test:.4f}"
            print(f"epoch {self.current_epoch:3d}  {scores}")

    def steps(self):
        """The loop for somebody who watches: a Step after each step, until all are taken."""
        while self.current_iter < self.max_iter:
            self.train_step()
            latest = (
                r[-1] for r in (self.train_loss_list, self.train_acc_list, self.test_acc_list)
            )
            yield Step(self.current_iter, self.current_epoch, *latest)

    def train(self):
        """All steps that are left. Returns the accuracy on the whole test set."""
        for _ in self.steps():
            continue
        accuracy = self.network.accuracy(self.x_test, self.t_test)
        if self.verbose:
            print(f"final test accuracy {accuracy:.4f}")
        return accuracy

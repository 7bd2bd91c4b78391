"""The training loop: draw a batch, take a step, measure accuracy once an epoch (book 4.5, 6)."""

from typing import NamedTuple

import numpy as np

from .checks import as_pairs, shown, whole
from .optimizer import SGD, AdaGrad, Adam, Momentum, Nesterov, RMSprop
from .util import random_source

OPTIMIZERS = {c.__name__.lower(): c for c in (SGD, Momentum, Nesterov, AdaGrad, RMSprop, Adam)}


class Step(NamedTuple):
    """What Trainer.steps reports: numbers from 1, the loss in nats, the latest accuracies."""

    step: int
    epoch: int
    loss: float
    train_acc: float
    test_acc: float


def _optimizer(optimizer, param):
    """The optimizer of this name or class, made with these arguments; or one already made."""
    if hasattr(optimizer, "update") and not isinstance(optimizer, type):
        return optimizer
    name = str(optimizer).lower().replace("rmsprpo", "rmsprop")  # scripts still misspell it
    kind = optimizer if isinstance(optimizer, type) else OPTIMIZERS.get(name)
    if not hasattr(kind, "update"):
        found = f"optimizer {shown(optimizer)} is unknown"
        raise ValueError(f"Trainer: {found}; choose from {[*OPTIMIZERS]}.")
    try:
        return kind(**({"lr": 0.01} if param is None else param))
    except TypeError as error:
        raise TypeError(f"Trainer: {kind.__name__} cannot take {shown(param)}.") from error


class Trainer:
    """Trains any network that has params, gradient, loss and accuracy.

    epochs · iter_per_epoch steps are taken, iter_per_epoch = train_size // mini_batch_size; every
    step draws its batch from all training samples, with replacement.
    optimizer: sgd, momentum, nesterov, adagrad, rmsprop or adam, or a class, with optimizer_param;
    or an object with update(params, grads). verbose: print a line an epoch. rng: see random_source.
    evaluate_sample_num_per_epoch: measure accuracy on the first so many samples only.
    Fills train_loss_list (one a step), train_acc_list and test_acc_list (one an epoch).
    Raises ValueError for names and sizes that do not fit, FloatingPointError when the loss is no
    longer finite; what was recorded until then stays.
    """

    def __init__(self, network, x_train, t_train, x_test, t_test, epochs=20, mini_batch_size=100,
                 optimizer="SGD", optimizer_param=None, evaluate_sample_num_per_epoch=None,
                 verbose=True, rng=None):  # fmt: skip
        self.x_train, self.t_train = as_pairs(x_train, t_train, "Trainer, training data")
        self.x_test, self.t_test = as_pairs(x_test, t_test, "Trainer, test data")
        if missing := {"params", "gradient", "loss", "accuracy"} - set(dir(network)):
            raise TypeError(f"Trainer: a network has {sorted(missing)}, {shown(network)} has not.")
        self.network, self.verbose = network, verbose
        self.optimizer = _optimizer(optimizer, optimizer_param)
        self.epochs = whole(epochs, "Trainer: epochs")
        self.batch_size = whole(mini_batch_size, "Trainer: mini_batch_size")
        if evaluate_sample_num_per_epoch is not None:
            whole(evaluate_sample_num_per_epoch, "Trainer: evaluate_sample_num_per_epoch")
        self.evaluate_sample_num_per_epoch = evaluate_sample_num_per_epoch
        self.rng = None if rng is None else random_source(rng)
        self.train_size = len(self.x_train)
        self.iter_per_epoch = max(self.train_size // self.batch_size, 1)
        self.max_iter = self.epochs * self.iter_per_epoch
        self.current_iter = self.current_epoch = 0
        self.train_loss_list, self.train_acc_list, self.test_acc_list = [], [], []

    def train_step(self):
        """One batch: gradient, update, loss afterwards; accuracies with the first of an epoch."""
        batch = random_source(self.rng).choice(self.train_size, self.batch_size)
        x, t = self.x_train[batch], self.t_train[batch]
        with np.errstate(over="ignore", invalid="ignore"):  # said in words below
            self.optimizer.update(self.network.params, self.network.gradient(x, t))
            step, loss = self.current_iter + 1, float(self.network.loss(x, t))
        if not np.isfinite(loss):
            hint = "try a smaller learning rate, or first weights closer to 0"
            raise FloatingPointError(f"The loss became {loss} at step {step}; {hint}.")
        if self.current_iter % self.iter_per_epoch == 0:
            self._measure(loss)
        self.train_loss_list.append(loss)
        self.current_iter = step

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
            records = self.train_loss_list, self.train_acc_list, self.test_acc_list
            yield Step(self.current_iter, self.current_epoch, *(r[-1] for r in records))

    def train(self):
        """All steps that are left. Returns the accuracy on the whole test set."""
        for _ in self.steps():
            continue
        accuracy = self.network.accuracy(self.x_test, self.t_test)
        if self.verbose:
            print(f"final test accuracy {accuracy:.4f}")
        return accuracy

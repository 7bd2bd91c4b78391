"""The training loop: draw a batch, take a step, measure accuracy once an epoch (book 4.5, 6)."""

from collections import namedtuple

import numpy as np

from .checks import as_pairs, as_whole, expect, shown
from .optimizer import SGD, AdaGrad, Adam, Momentum, Nesterov, RMSprop
from .util import random_source

OPTIMIZERS = {c.__name__.lower(): c for c in (SGD, Momentum, Nesterov, AdaGrad, RMSprop, Adam)}

Step = namedtuple("Step", "step epoch loss train_acc test_acc")  # what Trainer.steps reports


class Trainer:
    """Trains any network that has params, gradient, loss and accuracy.

    Takes epochs · iter_per_epoch steps, iter_per_epoch = train_size // mini_batch_size; each draws
    its batch from all training samples, with replacement. Fills train_loss_list (one a step),
    train_acc_list, test_acc_list (one an epoch, on evaluate_sample_num_per_epoch samples, or all).
    optimizer: a name of OPTIMIZERS or a class, made with optimizer_param, or an object with update.
    """

    def __init__(self, network, x_train, t_train, x_test, t_test, epochs=20, mini_batch_size=100,
                 optimizer="SGD", optimizer_param=None, evaluate_sample_num_per_epoch=None,
                 verbose=True, rng=None):  # fmt: skip
        self.x_train, self.t_train = as_pairs(x_train, t_train, "Trainer, training data")
        self.x_test, self.t_test = as_pairs(x_test, t_test, "Trainer, test data")
        self.network, self.verbose = network, verbose
        name = str(optimizer).lower().replace("rmsprpo", "rmsprop")  # scripts still misspell it
        self.optimizer = OPTIMIZERS.get(name, optimizer)
        known = hasattr(self.optimizer, "update")
        expect(known, f"Trainer: optimizer {shown(optimizer)}; choose from {[*OPTIMIZERS]}.")
        rates = {"lr": 0.01} if optimizer_param is None else optimizer_param
        if isinstance(self.optimizer, type):
            self.optimizer = self.optimizer(**rates)
        self.epochs = as_whole(epochs, "Trainer: epochs")
        self.batch_size = as_whole(mini_batch_size, "Trainer: mini_batch_size")
        n = evaluate_sample_num_per_epoch
        self.evaluate_sample_num_per_epoch = None if n is None else as_whole(n, "Trainer: samples")
        self.rng = None if rng is None else random_source(rng)
        self.train_size = len(self.x_train)
        self.iter_per_epoch = max(self.train_size // self.batch_size, 1)
        self.max_iter = self.epochs * self.iter_per_epoch
        self.current_iter = self.current_epoch = 0
        self.train_loss_list, self.train_acc_list, self.test_acc_list = [], [], []

    def train_step(self):
        """One batch: gradient, update, loss afterwards; accuracies at the first of an epoch."""
        batch = random_source(self.rng).choice(self.train_size, self.batch_size)
        x, t = self.x_train[batch], self.t_train[batch]
        with np.errstate(over="ignore", invalid="ignore"):  # said in words below
            self.optimizer.update(self.network.params, self.network.gradient(x, t))
            step, loss = self.current_iter + 1, float(self.network.loss(x, t))
        hint = "try a smaller learning rate, or first weights closer to 0"
        diverged = f"The loss became {loss} at step {step}; {hint}."
        expect(np.isfinite(loss), diverged, FloatingPointError)
        if self.current_iter % self.iter_per_epoch == 0:
            n = self.evaluate_sample_num_per_epoch  # None: all
            train = self.network.accuracy(self.x_train[:n], self.t_train[:n])
            test = self.network.accuracy(self.x_test[:n], self.t_test[:n])
            self.train_acc_list.append(train)
            self.test_acc_list.append(test)
            self.current_epoch += 1
            if self.verbose:
                scores = f"loss {loss:.4f}  train {train:.4f}  test {test:.4f}"
                print(f"epoch {self.current_epoch:3d}  {scores}")
        self.train_loss_list.append(loss)
        self.current_iter = step

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

"""What every network of the book does, once: predict, loss, accuracy, gradient, save, load."""

import copy
import os

import numpy as np

from .checks import as_array, as_pairs, as_whole, expect
from .gradient import numerical_gradient
from .layers import Affine, BatchNormalization, Convolution, Dropout, label_rows


class Network:
    """A chain of layers with a loss at its end.

    A subclass sets params (dict of arrays), layers (dict, in order) and last_layer. The n-th Affine
    or Convolution holds the very arrays params["Wn"] and params["bn"], the n-th BatchNormalization
    params["gamman"] and params["betan"]. Losses are in nats, accuracies shares from 0 to 1.
    """

    weight_decay_lambda = 0
    chunk = 500  # samples that predict takes at a time, so that memory stays bounded

    def predict(self, x, train_flg=False):
        """The scores (N, K) of a batch x; large ones pass in chunks, which changes no row."""
        x = as_array(x, "predict")
        if train_flg or x.ndim < 2 or len(x) <= self.chunk:
            return self._forward(x, train_flg)
        starts = range(0, len(x), self.chunk)
        return np.concatenate([self._forward(x[i : i + self.chunk], False) for i in starts])

    def loss(self, x, t, train_flg=False):
        """The mean loss over the batch, plus ½ λ ΣW² over the weights (not the biases)."""
        loss = self.last_layer.forward(self._forward(x, train_flg), t)
        if self.weight_decay_lambda == 0:
            return loss
        squares = sum(np.sum(W**2) for key, W in self.params.items() if key.startswith("W"))
        return loss + 0.5 * self.weight_decay_lambda * squares

    def accuracy(self, x, t, batch_size=100):
        """The share of samples whose largest score is at the right class; nan is never right."""
        size = as_whole(batch_size, "accuracy: batch_size")
        x, t = as_pairs(x, t, "accuracy")
        right = 0
        for i in range(0, len(x), size):  # the last batch may be shorter
            y = self.predict(x[i : i + size])  # (n, K)
            labels = label_rows(t[i : i + size], y, "accuracy")  # (n, K)
            right += np.sum((y.argmax(axis=1) == labels.argmax(axis=1)) & ~np.isnan(y).any(axis=1))
        return float(right / len(x))

    def gradient(self, x, t):
        """The slope of the loss along every parameter, by backpropagation; keys as in params."""
        self.loss(x, t, train_flg=True)
        dout = self.last_layer.backward(1)
        first, *others = self.layers.values()
        for layer in reversed(others):
            dout = layer.backward(dout)
        if isinstance(first, (Affine, Convolution)):
            first.backward(dout, need_dx=False)  # nobody asks how the data should change
        else:
            first.backward(dout)
        grads = {key: getattr(layer, f"d{name}") for key, layer, name in self._owners()}
        for key in grads:
            if self.weight_decay_lambda and key.startswith("W"):
                grads[key] = grads[key] + self.weight_decay_lambda * self.params[key]
        return grads

    def numerical_gradient(self, x, t):
        """The same by small steps: two losses per parameter. RuntimeError with dropout."""
        dropout = any(isinstance(a, Dropout) and a.dropout_ratio > 0 for a in self.layers.values())
        expect(not dropout, "dropout draws a mask for each loss: use a net without.", RuntimeError)
        twin = copy.deepcopy(self)  # its weights are nudged, its running statistics move
        loss = lambda _: twin.loss(x, t, train_flg=True)
        return {key: numerical_gradient(loss, p) for key, p in twin.params.items()}

    def _forward(self, x, train_flg):
        for key, layer, name in self._owners():
            if getattr(layer, name) is not self.params[key]:
                hint = f"change it in place: params['{key}'][...] = values"
                raise RuntimeError(f"params['{key}'] is a new array, unknown to its layer; {hint}.")
        for layer in self.layers.values():
            two_ways = isinstance(layer, (Dropout, BatchNormalization))
            x = layer.forward(x, train_flg) if two_ways else layer.forward(x)
        return x

    def _owners(self):
        """Where each parameter lives: its key in params, its layer, its name there."""
        count = {"W": 0, "b": 0, "gamma": 0, "beta": 0}
        for layer in self.layers.values():
            for name in count:
                if hasattr(layer, name):
                    count[name] += 1
                    yield f"{name}{count[name]}", layer, name

    def save_params(self, file_name="params.npz"):
        """Write params as .npz, not as pickle, which can run foreign code; whole or not at all."""
        expect(str(file_name).endswith(".npz"), f"{file_name}: choose a name that ends in .npz.")
        with open(f"{file_name}.part", "wb") as file:
            np.savez(file, **self.params)
        os.replace(file.name, file_name)

    def load_params(self, file_name="params.npz"):
        """Fill params in place from an .npz file. ValueError, and no change, if it does not fit."""
        expect(str(file_name).endswith(".npz"), f"{file_name}: choose a file that ends in .npz.")
        with open(file_name, "rb") as file:
            try:
                found = {k: p.astype(float) for k, p in np.load(file, allow_pickle=False).items()}
            except Exception:  # zipfile, zlib and numpy each have their own kinds
                raise ValueError(f"{file_name} is no .npz of numbers; make one.") from None
        here, there = ({k: p.shape for k, p in d.items()} for d in (self.params, found))
        expect(here == there, f"{file_name} holds {there}; this network expects {here}.")
        for key, p in self.params.items():
            p[...] = found[key]

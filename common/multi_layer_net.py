"""A fully connected network of any depth (book 6.1.8, 6.2)."""

from itertools import pairwise

import numpy as np

from .checks import number, whole
from .initializer import random_weights
from .layers import Affine, Relu, Sigmoid, SoftmaxWithLoss, Tanh
from .network import Network
from .util import random_source

ACTIVATIONS = {"relu": Relu, "sigmoid": Sigmoid, "tanh": Tanh}


class MultiLayerNet(Network):
    """affine - activation for each hidden layer, then affine and softmax with loss.

    hidden_size_list: for example [100, 100, 100]. activation: relu, sigmoid or tanh.
    weight_init_std: a number, "he"/"relu" or "xavier"/"sigmoid" (see initializer.weight_std).
    weight_decay_lambda: λ of the weight decay ½ λ ΣW²; biases are left alone.
    """

    def __init__(self, input_size, hidden_size_list, output_size, activation="relu",
                 weight_init_std="relu", weight_decay_lambda=0, rng=None,
                 dtype=np.float64):  # fmt: skip
        if str(activation).lower() not in ACTIVATIONS:
            raise ValueError(f"activation: one of {[*ACTIVATIONS]} expected; {activation!r} came.")
        self.activation = ACTIVATIONS[str(activation).lower()]
        self.input_size, self.output_size = input_size, output_size
        self.hidden_size_list = list(hidden_size_list)
        self.hidden_layer_num = len(self.hidden_size_list)
        self.weight_decay_lambda = number(weight_decay_lambda, "weight_decay_lambda")
        self.rng, self.dtype = random_source(rng), dtype
        self.params, self.layers, self.last_layer = {}, {}, SoftmaxWithLoss()

        sizes = [input_size, *self.hidden_size_list, output_size]
        sizes = [whole(size, "the size of a layer") for size in sizes]
        for i, shape in enumerate(pairwise(sizes), start=1):
            W = random_weights(weight_init_std, shape, shape[0], self.rng, dtype)
            b = np.zeros(shape[1], dtype)
            self.params[f"W{i}"], self.params[f"b{i}"] = W, b
            self.layers[f"Affine{i}"] = Affine(W, b)
            if i <= self.hidden_layer_num:
                self._after_affine(i, shape[1])

    def _after_affine(self, i, size):
        """Adds what follows the affine layer of hidden layer i."""
        self.layers[f"Activation_function{i}"] = self.activation()

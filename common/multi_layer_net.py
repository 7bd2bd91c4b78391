"""A fully connected network of any depth (book 6.1.8, 6.2)."""

from itertools import pairwise

import numpy as np

from .checks import as_number, expect, shown
from .initializer import first_params
from .layers import Affine, Relu, Sigmoid, SoftmaxWithLoss, Tanh
from .network import Network
from .util import random_source

ACTIVATIONS = {"relu": Relu, "sigmoid": Sigmoid, "tanh": Tanh}


class MultiLayerNet(Network):
    """affine - activation for each hidden layer, then affine and softmax with loss.

    hidden_size_list: for example [100, 100, 100]. activation: relu, sigmoid or tanh.
    weight_init_std: see initializer.weight_std. weight_decay_lambda: λ of ½ λ ΣW², without biases.
    """

    def __init__(self, input_size, hidden_size_list, output_size, activation="relu",
                 weight_init_std="relu", weight_decay_lambda=0, rng=None,
                 dtype=np.float64):  # fmt: skip
        known = str(activation).lower() in ACTIVATIONS
        expect(known, f"activation: {shown(activation)} arrived; choose from {[*ACTIVATIONS]}.")
        self.activation = ACTIVATIONS[str(activation).lower()]
        self.input_size, self.output_size = input_size, output_size
        self.hidden_size_list, self.hidden_layer_num = list(hidden_size_list), len(hidden_size_list)
        self.weight_decay_lambda = as_number(weight_decay_lambda, "weight_decay_lambda")
        self.rng = None if rng is None else random_source(rng)

        sizes = [input_size, *self.hidden_size_list, output_size]
        self.params = first_params(pairwise(sizes), weight_init_std, random_source(self.rng), dtype)
        self.layers, self.last_layer = {}, SoftmaxWithLoss()
        for i in range(1, len(sizes)):
            self.layers[f"Affine{i}"] = Affine(self.params[f"W{i}"], self.params[f"b{i}"])
            if i <= self.hidden_layer_num:
                self._after_affine(i)

    def _after_affine(self, i):
        """Adds what follows the affine layer of hidden layer i."""
        self.layers[f"Activation_function{i}"] = self.activation()

"""The two-layer network in two forms: from layers (book 5.7) and from functions (book 4.5)."""

import numpy as np

from .checks import as_rows
from .initializer import first_params
from .layers import Affine, Relu, SoftmaxWithLoss, sigmoid, softmax, softmax_loss
from .network import Network
from .util import random_source


class TwoLayerNet(Network):
    """affine - relu - affine, then softmax with loss. predict gives scores (N, K)."""

    def __init__(self, input_size, hidden_size, output_size, weight_init_std=0.01, rng=None,
                 dtype=np.float64):  # fmt: skip
        shapes = (input_size, hidden_size), (hidden_size, output_size)
        self.params = first_params(shapes, weight_init_std, random_source(rng), dtype)
        self.layers = {
            "Affine1": Affine(self.params["W1"], self.params["b1"]),
            "Relu1": Relu(),
            "Affine2": Affine(self.params["W2"], self.params["b2"]),
        }
        self.last_layer = SoftmaxWithLoss()

    @property
    def lastLayer(self):
        """The book's other spelling of last_layer: the same layer, read or replaced."""
        return self.last_layer

    @lastLayer.setter
    def lastLayer(self, layer):
        self.last_layer = layer


class SigmoidTwoLayerNet(Network):
    """The network of chapter 4: sigmoid inside, and predict gives probabilities (N, K).

    Without layer objects: forward is two lines, and gradient is these two lines walked backwards.
    """

    def __init__(self, input_size, hidden_size, output_size, weight_init_std=0.01, rng=None,
                 dtype=np.float64):  # fmt: skip
        shapes = (input_size, hidden_size), (hidden_size, output_size)
        self.params = first_params(shapes, weight_init_std, random_source(rng), dtype)
        self.layers = {}

    def _walk(self, x):
        """What is met on the way: x as rows (N, D), hidden values (N, H), scores (N, K)."""
        p, x = self.params, as_rows(x, self.params["W1"], "SigmoidTwoLayerNet")
        z1 = sigmoid(x @ p["W1"] + p["b1"])  # (N, D)(D, H) -> (N, H)
        return x, z1, z1 @ p["W2"] + p["b2"]  # scores: (N, H)(H, K) -> (N, K)

    def _forward(self, x, train_flg):
        return softmax(self._walk(x)[-1])

    def loss(self, x, t, train_flg=False):
        """The cross-entropy of a batch, the mean over its samples, in nats."""
        return softmax_loss(self._walk(x)[-1], t)

    def gradient(self, x, t):
        """The slope of the loss along every parameter, fast; chapter 5 explains each line."""
        x, z1, scores = self._walk(x)
        head = SoftmaxWithLoss()
        head.forward(scores, t)
        da2 = head.backward()  # (N, K)
        da1 = da2 @ self.params["W2"].T * z1 * (1 - z1)  # (N, K)(K, H) -> (N, H)
        return {
            "W1": x.T @ da1,  # (D, N)(N, H) -> (D, H)
            "b1": da1.sum(axis=0),
            "W2": z1.T @ da2,  # (H, N)(N, K) -> (H, K)
            "b2": da2.sum(axis=0),
        }

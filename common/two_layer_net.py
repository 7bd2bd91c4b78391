"""The two-layer network in two forms: from layers (book 5.7) and from functions (book 4.5)."""

import numpy as np

from .initializer import random_weights
from .layers import Affine, Relu, SoftmaxWithLoss, cross_entropy_error, sigmoid, softmax
from .network import Network
from .util import random_source


def _params(input_size, hidden_size, output_size, weight_init_std, rng, dtype):
    rng, sizes = random_source(rng), ((input_size, hidden_size), (hidden_size, output_size))
    W1, W2 = (random_weights(weight_init_std, s, s[0], rng, dtype) for s in sizes)
    return {
        "W1": W1,
        "b1": np.zeros(hidden_size, dtype),
        "W2": W2,
        "b2": np.zeros(output_size, dtype),
    }


class TwoLayerNet(Network):
    """affine - relu - affine, then softmax with loss. predict gives scores (N, K)."""

    def __init__(
        self, input_size, hidden_size, output_size, weight_init_std=0.01, rng=None, dtype=np.float64
    ):
        self.params = _params(input_size, hidden_size, output_size, weight_init_std, rng, dtype)
        self.layers = {
            "Affine1": Affine(self.params["W1"], self.params["b1"]),
            "Relu1": Relu(),
            "Affine2": Affine(self.params["W2"], self.params["b2"]),
        }
        self.last_layer = self.lastLayer = SoftmaxWithLoss()  # the book spells it both ways


class SigmoidTwoLayerNet(Network):
    """The network of chapter 4: sigmoid inside, and predict gives probabilities (N, K).

    Without layer objects: forward is two lines, and gradient is these two lines walked backwards.
    """

    def __init__(
        self, input_size, hidden_size, output_size, weight_init_std=0.01, rng=None, dtype=np.float64
    ):
        self.params = _params(input_size, hidden_size, output_size, weight_init_std, rng, dtype)
        self.layers = {}

    def _hidden(self, x):
        return sigmoid(x @ self.params["W1"] + self.params["b1"])  # (N, D)(D, H) -> (N, H)

    def _forward(self, x, train_flg):
        return softmax(self._hidden(x) @ self.params["W2"] + self.params["b2"])  # -> (N, K)

    def loss(self, x, t, train_flg=False):
        """The cross-entropy of a batch, the mean over its samples, in nats."""
        return cross_entropy_error(self._forward(x, train_flg), t)

    def gradient(self, x, t):
        """The slope of the loss along every parameter, fast; chapter 5 explains each line."""
        z1 = self._hidden(x)  # (N, H)
        head = SoftmaxWithLoss()
        head.forward(z1 @ self.params["W2"] + self.params["b2"], t)
        da2 = head.backward()  # (N, K)
        da1 = da2 @ self.params["W2"].T * z1 * (1 - z1)  # (N, K)(K, H) -> (N, H)
        return {
            "W1": x.T @ da1,  # (D, N)(N, H) -> (D, H)
            "b1": da1.sum(axis=0),
            "W2": z1.T @ da2,  # (H, N)(N, K) -> (H, K)
            "b2": da2.sum(axis=0),
        }

"""The two-layer network in two forms: with relu (book 5.7) and with sigmoid (book 4.5)."""

import numpy as np

from .initializer import first_params
from .layers import Affine, Relu, Sigmoid, SoftmaxWithLoss, softmax
from .network import Network
from .util import random_source


class TwoLayerNet(Network):
    """affine - relu - affine, then softmax with loss. predict gives scores (N, K)."""

    activation = Relu

    def __init__(self, input_size, hidden_size, output_size, weight_init_std=0.01, rng=None,
                 dtype=np.float64):  # fmt: skip
        shapes = (input_size, hidden_size), (hidden_size, output_size)
        self.params = p = first_params(shapes, weight_init_std, random_source(rng), dtype)
        self.layers = {
            "Affine1": Affine(p["W1"], p["b1"]),
            f"{self.activation.__name__}1": self.activation(),
            "Affine2": Affine(p["W2"], p["b2"]),
        }
        self.last_layer = SoftmaxWithLoss()

    # The book's other spelling of last_layer: the same layer, read or replaced.
    lastLayer = property(lambda net: net.last_layer, lambda net, to: setattr(net, "last_layer", to))


class SigmoidTwoLayerNet(TwoLayerNet):
    """affine - sigmoid - affine, then softmax with loss. predict gives probabilities (N, K)."""

    activation = Sigmoid

    def predict(self, x, train_flg=False):
        return softmax(super().predict(x, train_flg))

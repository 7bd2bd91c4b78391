"""The first convolutional network (book 7.5)."""

import numpy as np

from .initializer import random_weights
from .layers import Affine, Convolution, Pooling, Relu, SoftmaxWithLoss
from .network import Network
from .util import conv_output_size, random_source


class SimpleConvNet(Network):
    """conv - relu - pool - affine - relu - affine, then softmax with loss.

    input_dim: (C, H, W). conv_param: filter_num, filter_size, pad and stride of the convolution;
    what is left out keeps its default 30, 5, 0, 1. The pooling window is 2 x 2, stride 2.
    """

    def __init__(self, input_dim=(1, 28, 28), conv_param=None, hidden_size=100, output_size=10,
                 weight_init_std=0.01, rng=None, dtype=np.float64):  # fmt: skip
        conv = {"filter_num": 30, "filter_size": 5, "pad": 0, "stride": 1}
        if unknown := set(conv_param or {}) - set(conv):
            raise ValueError(f"conv_param knows {[*conv]}; {sorted(unknown)} arrived.")
        conv.update(conv_param or {})
        fn, size, pad, stride = conv.values()
        c, height, width = input_dim
        conv_out = [conv_output_size(side, size, stride, pad) for side in (height, width)]
        pooled = fn * np.prod([conv_output_size(side, 2, 2) for side in conv_out])

        shapes = (fn, c, size, size), (pooled, hidden_size), (hidden_size, output_size)
        fan_ins = c * size * size, pooled, hidden_size
        biases = fn, hidden_size, output_size
        rng, self.params = random_source(rng), {}
        for i in range(3):
            W = random_weights(weight_init_std, shapes[i], fan_ins[i], rng, dtype)
            self.params[f"W{i + 1}"], self.params[f"b{i + 1}"] = W, np.zeros(biases[i], dtype)

        p = self.params
        self.layers = {
            "Conv1": Convolution(p["W1"], p["b1"], stride, pad),
            "Relu1": Relu(),
            "Pool1": Pooling(2, 2, stride=2),
            "Affine1": Affine(p["W2"], p["b2"]),
            "Relu2": Relu(),
            "Affine2": Affine(p["W3"], p["b3"]),
        }
        self.last_layer = SoftmaxWithLoss()

"""The first convolutional network (book 7.5)."""

import numpy as np

from .checks import as_whole, expect
from .initializer import first_params
from .layers import Affine, Convolution, Pooling, Relu, SoftmaxWithLoss
from .network import Network
from .util import output_sides, random_source


class SimpleConvNet(Network):
    """conv - relu - pool - affine - relu - affine, then softmax with loss.

    input_dim: (C, H, W). conv_param: filter_num, filter_size, pad and stride of the convolution;
    what is left out keeps its default 30, 5, 0, 1. The pooling window is 2 x 2, stride 2.
    """

    def __init__(self, input_dim=(1, 28, 28), conv_param=None, hidden_size=100, output_size=10,
                 weight_init_std=0.01, rng=None, dtype=np.float64):  # fmt: skip
        conv = {"filter_num": 30, "filter_size": 5, "pad": 0, "stride": 1}
        given = conv if conv_param is None else conv | conv_param
        expect(len(given) == 4, f"conv_param knows {[*conv]}; {[*given][4:]} arrived.")
        fn, size, pad, stride = given.values()
        sides = output_sides((1, *input_dim), size, size, stride, pad)  # conv: OH, OW
        sides = output_sides((1, 1, *sides), 2, 2, stride=2, pad=0)  # pool
        flat = as_whole(fn, "filter_num") * sides[0] * sides[1]
        shapes = (fn, input_dim[0], size, size), (flat, hidden_size), (hidden_size, output_size)
        self.params = p = first_params(shapes, weight_init_std, random_source(rng), dtype)
        self.layers = {
            "Conv1": Convolution(p["W1"], p["b1"], stride, pad),
            "Relu1": Relu(),
            "Pool1": Pooling(2, 2, stride=2),
            "Affine1": Affine(p["W2"], p["b2"]),
            "Relu2": Relu(),
            "Affine2": Affine(p["W3"], p["b3"]),
        }
        self.last_layer = SoftmaxWithLoss()

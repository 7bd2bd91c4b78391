"""The first convolutional network (book 7.5)."""

import numpy as np

from .checks import as_array, shown, whole
from .initializer import first_params
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
        given = {} if conv_param is None else conv_param
        unknown = [key for key in given if key not in conv] if isinstance(given, dict) else [given]
        if unknown:
            raise ValueError(f"conv_param knows {[*conv]}; {shown(unknown)} arrived.")
        fn, size, pad, stride = (conv | given).values()
        if as_array(input_dim, "input_dim").shape != (3,):
            raise ValueError(f"input_dim: (C, H, W) was expected; {shown(input_dim)} arrived.")
        channels, *sides = input_dim
        sides = [conv_output_size(side, size, stride, pad) for side in sides]  # conv: OH, OW
        sides = [conv_output_size(side, 2, stride=2) for side in sides]  # pool
        shapes = (
            (whole(fn, "filter_num"), channels, size, size),
            (fn * sides[0] * sides[1], hidden_size),
            (hidden_size, output_size),
        )
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

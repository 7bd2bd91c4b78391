"""MultiLayerNet with batch normalisation and dropout in between (book 6.3, 6.4)."""

import numpy as np

from .layers import BatchNormalization, Dropout
from .multi_layer_net import MultiLayerNet


class MultiLayerNetExtend(MultiLayerNet):
    """affine - [batch norm] - activation - [dropout] for each hidden layer, then affine and loss.

    The first six arguments are MultiLayerNet's. dropout_ration, the book's spelling, and
    dropout_ratio both name the share of values that dropout switches off.
    """

    def __init__(self, input_size, hidden_size_list, output_size, activation="relu",
                 weight_init_std="relu", weight_decay_lambda=0, use_dropout=False,
                 dropout_ration=0.5, use_batchnorm=False, dropout_ratio=None, rng=None,
                 dtype=np.float64):  # fmt: skip
        self.use_dropout, self.use_batchnorm = use_dropout, use_batchnorm
        self.dropout_ratio = dropout_ration if dropout_ratio is None else dropout_ratio
        super().__init__(input_size, hidden_size_list, output_size, activation, weight_init_std,
                         weight_decay_lambda, rng, dtype)  # fmt: skip

    def _after_affine(self, i):
        if self.use_batchnorm:
            b = self.params[f"b{i}"]
            gamma, beta = np.ones_like(b), np.zeros_like(b)
            self.params[f"gamma{i}"], self.params[f"beta{i}"] = gamma, beta
            self.layers[f"BatchNorm{i}"] = BatchNormalization(gamma, beta)
        super()._after_affine(i)
        if self.use_dropout:
            self.layers[f"Dropout{i}"] = Dropout(self.dropout_ratio, self.rng)

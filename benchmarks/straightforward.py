"""SimpleConvNet and TwoLayerNet as one writes them first: the yardstick that `common` is held to.

float64, im2col by loops over the filter with a transposed copy, the batch as rows, pooling by
im2col and argmax, and a gradient for the input image that nobody uses. All of it is right, and
the test suite holds it to the same numbers as `common`.
"""

import numpy as np


def im2col(x, fh, fw, stride=1):
    """(N, C, H, W) -> (N·OH·OW, C·fh·fw): one row per window."""
    n, c, h, w = x.shape
    out_h, out_w = (h - fh) // stride + 1, (w - fw) // stride + 1
    col = np.zeros((n, c, fh, fw, out_h, out_w))
    for i in range(fh):
        for j in range(fw):
            col[:, :, i, j] = x[
                :, :, i : i + stride * out_h : stride, j : j + stride * out_w : stride
            ]
    return col.transpose(0, 4, 5, 1, 2, 3).reshape(n * out_h * out_w, -1)


def col2im(col, shape, fh, fw, stride=1):
    """The transpose of im2col."""
    n, c, h, w = shape
    out_h, out_w = (h - fh) // stride + 1, (w - fw) // stride + 1
    col = col.reshape(n, out_h, out_w, c, fh, fw).transpose(0, 3, 4, 5, 1, 2)
    x = np.zeros(shape)
    for i in range(fh):
        for j in range(fw):
            x[:, :, i : i + stride * out_h : stride, j : j + stride * out_w : stride] += col[
                :, :, i, j
            ]
    return x


class Convolution:
    def __init__(self, W, b):
        self.W, self.b = W, b

    def forward(self, x):
        fn, _, fh, fw = self.W.shape
        n, _, h, w = x.shape
        self.shape, self.col = x.shape, im2col(x, fh, fw)
        out = self.col @ self.W.reshape(fn, -1).T + self.b
        return out.reshape(n, h - fh + 1, w - fw + 1, fn).transpose(0, 3, 1, 2)

    def backward(self, dout):
        fn, _, fh, fw = self.W.shape
        dout = dout.transpose(0, 2, 3, 1).reshape(-1, fn)
        self.db = dout.sum(axis=0)
        self.dW = (self.col.T @ dout).T.reshape(self.W.shape)
        return col2im(dout @ self.W.reshape(fn, -1), self.shape, fh, fw)


class Pooling:
    def forward(self, x):
        n, c, h, w = x.shape
        self.shape = x.shape
        col = im2col(x, 2, 2, 2).reshape(-1, 4)
        self.arg_max = col.argmax(axis=1)
        return col.max(axis=1).reshape(n, h // 2, w // 2, c).transpose(0, 3, 1, 2)

    def backward(self, dout):
        rows = np.zeros((dout.size, 4))
        rows[np.arange(dout.size), self.arg_max] = dout.transpose(0, 2, 3, 1).ravel()
        return col2im(rows.reshape(-1, dout.shape[1] * 4), self.shape, 2, 2, 2)


class Relu:
    def forward(self, x):
        self.mask = x <= 0
        out = x.copy()
        out[self.mask] = 0
        return out

    def backward(self, dout):
        dout = dout.copy()
        dout[self.mask] = 0
        return dout


class Affine:
    def __init__(self, W, b):
        self.W, self.b = W, b

    def forward(self, x):
        self.shape = x.shape
        self.x = x.reshape(len(x), -1)
        return self.x @ self.W + self.b

    def backward(self, dout):
        self.dW, self.db = self.x.T @ dout, dout.sum(axis=0)
        return (dout @ self.W.T).reshape(self.shape)


class Net:
    """The layers of a network of `common`, rebuilt straightforwardly with float64 copies of its
    parameters."""

    def __init__(self, network):
        p = {key: value.astype(np.float64) for key, value in network.params.items()}
        if "W3" in p:
            front = [Convolution(p["W1"], p["b1"]), Relu(), Pooling()]
            self.layers = [*front, Affine(p["W2"], p["b2"]), Relu(), Affine(p["W3"], p["b3"])]
        else:
            self.layers = [Affine(p["W1"], p["b1"]), Relu(), Affine(p["W2"], p["b2"])]

    def gradient(self, x, t):
        for layer in self.layers:
            x = layer.forward(x)
        y = np.exp(x - x.max(axis=1, keepdims=True))
        y /= y.sum(axis=1, keepdims=True)
        y[np.arange(len(t)), t] -= 1
        dout = y / len(t)
        for layer in reversed(self.layers):
            dout = layer.backward(dout)
        weighted = [layer for layer in self.layers if hasattr(layer, "W")]
        grads = {}
        for i, layer in enumerate(weighted, start=1):
            grads[f"W{i}"], grads[f"b{i}"] = layer.dW, layer.db
        return grads

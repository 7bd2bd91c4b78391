"""Solutions of chapter 7. Others may be as good: the checks look at results, not at the way."""

import numpy as np


def output_size(size, filter_size, stride, pad):
    room = size + 2 * pad - filter_size  # how far the filter can travel
    return room // stride + 1, room % stride


def convolve(x, w, stride):
    fh, fw = w.shape
    oh = (x.shape[0] - fh) // stride + 1
    ow = (x.shape[1] - fw) // stride + 1
    out = np.zeros((oh, ow))
    for i in range(oh):
        for j in range(ow):
            top, left = i * stride, j * stride
            out[i, j] = np.sum(x[top : top + fh, left : left + fw] * w)
    return out


vertical_edges = np.array([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]])


def max_pool(x, size, pad):
    x = np.pad(x.astype(float), pad, constant_values=-np.inf)  # never the largest
    oh, ow = x.shape[0] // size, x.shape[1] // size
    blocks = x[: oh * size, : ow * size].reshape(oh, size, ow, size)
    return blocks.max(axis=(1, 3))


def windows_as_rows(x, fh, fw):
    _, h, w = x.shape
    rows = []
    for i in range(h - fh + 1):
        for j in range(w - fw + 1):
            rows.append(x[:, i : i + fh, j : j + fw].ravel())
    return np.array(rows)


def add_windows(rows, height, width, fh, fw):
    image = np.zeros((height, width))
    row = iter(rows)
    for i in range(height - fh + 1):
        for j in range(width - fw + 1):
            image[i : i + fh, j : j + fw] += next(row).reshape(fh, fw)
    return image


def pool_backward(x, dout):
    dx = np.zeros(x.shape)
    for i in range(dout.shape[0]):
        for j in range(dout.shape[1]):
            window = x[2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
            row, column = divmod(window.argmax(), 2)  # the first of equal ones
            dx[2 * i + row, 2 * j + column] = dout[i, j]
    return dx


def filter_gradient(col, dout):
    fn = dout.shape[1]
    rows = dout.transpose(0, 2, 3, 1).reshape(-1, fn)  # (N·OH·OW, FN), ordered like col
    return {"dW": rows.T @ col, "db": rows.sum(axis=0)}


parameter_count = {
    "Conv1": 16 * 3 * 3 * 3 + 16,
    "Relu1": 0,
    "Pool1": 0,
    "Affine1": 16 * 16 * 16 * 50 + 50,  # 32 x 32 pixels, halved by pooling
    "Affine2": 50 * 10 + 10,
}


def accuracy_in_batches(predict, x, t, batch_size):
    right = 0
    for i in range(0, len(x), batch_size):  # the last batch may be shorter
        scores = predict(x[i : i + batch_size])
        right += np.sum(scores.argmax(axis=1) == t[i : i + batch_size])
    return right / len(x)

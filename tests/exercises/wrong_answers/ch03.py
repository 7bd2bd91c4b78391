"""Wrong answers of chapter 3, as readers write them: exercise -> the mistake -> the answer.

Written without looking at the checks. Each must be told ✗, with a message that no other mistake
in the same exercise gets.
"""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def relu(x):
    return np.maximum(0, x)


def softmax(x):
    return np.exp(x) / np.sum(np.exp(x), axis=-1, keepdims=True)


def xor(first, second, output):
    return {"first": first, "second": second, "output": output}


# --- stable_sigmoid


def sigmoid_by_mask(x):
    x[x < -700] = -700
    return 1 / (1 + np.exp(-x))


def sigmoid_by_if(x):
    if x > 0:
        return 1 / (1 + np.exp(-x))
    return np.exp(x) / (1 + np.exp(x))


def sigmoid_where(x):
    return np.where(x > 0, 1 / (1 + np.exp(-x)), np.exp(x) / (np.exp(x) + 1))


# --- leaky_relu


def leaky_in_place(x, slope=0.01):
    x[x < 0] *= slope
    return x


def leaky_on_a_copy(x, slope=0.01):
    y = x.copy()
    y[x < 0] = slope * x[x < 0]
    return y


def leaky_by_if(x, slope=0.01):
    if x > 0:
        return x
    return slope * x


# --- forward


def forward_all_sigmoid(x, weights, biases):
    for W, b in zip(weights, biases, strict=True):
        x = sigmoid(x @ W + b)
    return x


def forward_softmax(x, weights, biases):
    for W, b in zip(weights[:-1], biases[:-1], strict=True):
        x = sigmoid(x @ W + b)
    return softmax(x @ weights[-1] + biases[-1])


def forward_no_bias(x, weights, biases):
    for W in weights[:-1]:
        x = sigmoid(x @ W)
    return x @ weights[-1]


def forward_linear(x, weights, biases):
    for W, b in zip(weights, biases, strict=True):
        x = x @ W + b
    return x


def forward_late_bias(x, weights, biases):
    for W, b in zip(weights[:-1], biases[:-1], strict=True):
        x = sigmoid(x @ W) + b
    return x @ weights[-1] + biases[-1]


def forward_three(x, weights, biases):
    z1 = sigmoid(x @ weights[0] + biases[0])
    z2 = sigmoid(z1 @ weights[1] + biases[1])
    return z2 @ weights[2] + biases[2]


def forward_transposed(x, weights, biases):
    for W, b in zip(weights[:-1], biases[:-1], strict=True):
        x = sigmoid(x @ W.T + b)
    return x @ weights[-1].T + biases[-1]


def forward_relu(x, weights, biases):
    for W, b in zip(weights[:-1], biases[:-1], strict=True):
        x = relu(x @ W + b)
    return x @ weights[-1] + biases[-1]


def forward_first_only(x, weights, biases):
    return x @ weights[0] + biases[0]


# --- scores_in_columns


def columns_as_rows(X, W1, b1, W2, b2):
    return relu(X @ W1 + b1) @ W2 + b2


def columns_flat_bias(X, W1, b1, W2, b2):
    return W2 @ relu(W1 @ X + b1) + b2


def columns_no_relu(X, W1, b1, W2, b2):
    return W2 @ (W1 @ X + b1[:, None]) + b2[:, None]


def columns_relu_twice(X, W1, b1, W2, b2):
    return relu(W2 @ relu(W1 @ X + b1[:, None]) + b2[:, None])


def columns_sigmoid(X, W1, b1, W2, b2):
    return W2 @ sigmoid(W1 @ X + b1[:, None]) + b2[:, None]


def columns_no_bias(X, W1, b1, W2, b2):
    return W2 @ relu(W1 @ X)


def columns_by_rows(X, W1, b1, W2, b2):
    return relu(X.T @ W1.T + b1) @ W2.T + b2


# --- softmax_batch


def softmax_in_place(X):
    X -= X.max(axis=1, keepdims=True)
    return np.exp(X) / np.exp(X).sum(axis=1, keepdims=True)


def softmax_one_sum(X):
    e = np.exp(X - X.max(axis=1, keepdims=True))
    return e / e.sum()


def softmax_no_axis(X):
    e = np.exp(X - np.max(X))
    return e / np.sum(e)


def softmax_columns(X):
    e = np.exp(X - X.max(axis=0))
    return e / e.sum(axis=0)


def softmax_one_max(X):
    e = np.exp(X - X.max())
    return e / e.sum(axis=1, keepdims=True)


def softmax_no_keepdims(X):
    e = np.exp(X - X.max(axis=1))
    return e / e.sum(axis=1)


def softmax_no_division(X):
    return np.exp(X - X.max(axis=1, keepdims=True))


# --- batched_accuracy


def starts(x, batch_size):
    return range(0, len(x), batch_size)


def hits(predict, x, t, i, n, axis=1):
    return predict(x[i : i + n]).argmax(axis=axis) == t[i : i + n]


def accuracy_drops_last(predict, x, t, n):
    right = 0
    for i in range(len(x) // n):
        right += hits(predict, x, t, i * n, n).sum()
    return right / len(x)


def accuracy_ignores_last(predict, x, t, n):
    shares = [hits(predict, x, t, i * n, n).mean() for i in range(len(x) // n)]
    return sum(shares) / len(shares)


def accuracy_of_means(predict, x, t, n):
    return np.mean([hits(predict, x, t, i, n).mean() for i in starts(x, n)])


def accuracy_full_batches(predict, x, t, n):
    return sum(hits(predict, x, t, i, n).sum() / n for i in starts(x, n)) / len(starts(x, n))


def accuracy_count(predict, x, t, n):
    return sum(hits(predict, x, t, i, n).sum() for i in starts(x, n))


def accuracy_wrong_ones(predict, x, t, n):
    return sum((~hits(predict, x, t, i, n)).sum() for i in starts(x, n)) / len(x)


def accuracy_axis_0(predict, x, t, n):
    return sum(hits(predict, x, t, i, n, axis=0).sum() for i in starts(x, n)) / len(x)


def accuracy_all_at_once(predict, x, t, n):
    return (predict(x).argmax(axis=1) == t).mean()


SHAPES = {
    "(2, 3) @ (3, 4)": (2, 4),
    "(3, 2) @ (2,)": (3,),
    "(2,) @ (2, 3)": (3,),
    "(4,) @ (4,)": (),
    "(3, 4) @ (3, 4)": "error",
    "(100, 784) @ (784, 50)": (100, 50),
}
LAYERS = {
    "the price of a house": "identity",
    "which of 20 kinds of clothes": "softmax",
    "spam or not, by one neuron": "sigmoid",
    "tomorrow's temperature": "identity",
    "which of ten digits": "softmax",
}

WRONG = {
    "xor_neurons": {
        "OR": xor((1, 1, -0.5), (-1, -1, 3), (1, 1, -1.5)),
        "AND": xor((1, 1, -0.5), (1, 1, -1.5), (1, 1, -1.5)),
        "NAND": xor((-1, -1, 3), (-1, -1, 1.5), (1, 1, -1.5)),
        "XNOR": xor((1, 1, -0.5), (-1, -1, 1.5), (-1, -1, 1.5)),
        "never": xor((1, 1, -0.5), (-1, -1, 1.5), (1, 1, -2)),
        "always": xor((1, 1, -0.5), (-1, -1, 1.5), (1, 1, 0.5)),
        "only the first input": xor((1, 0, -0.5), (1, 0, -0.5), (1, 0, -0.5)),
        "only the second input": xor((0, 1, -0.5), (1, 0, -0.5), (1, 0, -0.5)),
        "no bias": xor((1, 1), (-1, -1, 1.5), (1, 1, -1.5)),
    },
    "stable_sigmoid": {
        "the formula as it stands": sigmoid,
        "the other form": lambda x: np.exp(x) / (1 + np.exp(x)),
        "both, chosen too late": sigmoid_where,
        "if on an array": sigmoid_by_if,
        "mirrored": lambda x: 1 / (1 + np.exp(np.abs(x))),
        "in place": sigmoid_by_mask,
        "clipped too early": lambda x: 1 / (1 + np.exp(-np.clip(x, -20, 20))),
    },
    "leaky_relu": {
        "ReLU": lambda x, slope=0.01: relu(x),
        "deaf to slope": lambda x, slope=0.01: np.maximum(0.01 * x, x),
        "wrong sign": lambda x, slope=0.01: np.where(x < 0, -slope * x, x),
        "sides exchanged": lambda x, slope=0.01: np.where(x < 0, x, slope * x),
        "constant": lambda x, slope=0.01: np.where(x > 0, x, slope),
        "in place": leaky_in_place,
        "integers": leaky_on_a_copy,
        "if on an array": leaky_by_if,
        "a list": lambda x, slope=0.01: [v if v > 0 else slope * v for v in x.ravel()],
    },
    "product_shapes": {
        "reversed": SHAPES | {"(2, 3) @ (3, 4)": (4, 2)},
        "column": SHAPES | {"(3, 2) @ (2,)": (3, 1)},
        "row": SHAPES | {"(2,) @ (2, 3)": (1, 3)},
        "one": SHAPES | {"(4,) @ (4,)": (1,)},
        "outer": SHAPES | {"(4,) @ (4,)": (4, 4)},
        "times": SHAPES | {"(4,) @ (4,)": (4,)},
        "element by element": SHAPES | {"(3, 4) @ (3, 4)": (3, 4)},
        "second transposed": SHAPES | {"(3, 4) @ (3, 4)": (3, 3)},
        "first transposed": SHAPES | {"(3, 4) @ (3, 4)": (4, 4)},
        "a shape for an error": SHAPES | {"(3, 4) @ (3, 4)": (12,)},
        "an error for a shape": SHAPES | {"(3, 2) @ (2,)": "error"},
        "no comma": SHAPES | {"(3, 2) @ (2,)": (3)},
        "too large": SHAPES | {"(100, 784) @ (784, 50)": (100, 784, 50)},
    },
    "forward": {
        "sigmoid at the end": forward_all_sigmoid,
        "softmax at the end": forward_softmax,
        "no bias": forward_no_bias,
        "no activation": forward_linear,
        "late bias": forward_late_bias,
        "three layers only": forward_three,
        "transposed": forward_transposed,
        "relu": forward_relu,
        "first layer only": forward_first_only,
    },
    "scores_in_columns": {
        "row form": columns_as_rows,
        "flat bias": columns_flat_bias,
        "no relu": columns_no_relu,
        "relu twice": columns_relu_twice,
        "sigmoid": columns_sigmoid,
        "no bias": columns_no_bias,
        "transposed": columns_by_rows,
    },
    "output_layers": {
        "price, sigmoid": LAYERS | {"the price of a house": "sigmoid"},
        "price, softmax": LAYERS | {"the price of a house": "softmax"},
        "clothes, sigmoid": LAYERS | {"which of 20 kinds of clothes": "sigmoid"},
        "clothes, identity": LAYERS | {"which of 20 kinds of clothes": "identity"},
        "spam, softmax": LAYERS | {"spam or not, by one neuron": "softmax"},
        "spam, identity": LAYERS | {"spam or not, by one neuron": "identity"},
        "a word of its own": LAYERS | {"which of ten digits": "argmax"},
    },
    "softmax_batch": {
        "no axis": softmax_no_axis,
        "one sum": softmax_one_sum,
        "columns": softmax_columns,
        "one maximum": softmax_one_max,
        "overflow": softmax,
        "no keepdims": softmax_no_keepdims,
        "no division": softmax_no_division,
        "in place": softmax_in_place,
    },
    "pixel_distance": {
        "wraps around": lambda a, b: np.mean(np.abs(a - b)),
        "sum": lambda a, b: np.sum(np.abs(a.astype(int) - b)) * 1.0,
        "no abs": lambda a, b: np.mean(a.astype(float) - b),
        "late abs": lambda a, b: np.abs(np.mean(a.astype(float) - b)),
        "squares": lambda a, b: np.mean((a.astype(float) - b) ** 2),
        "int8": lambda a, b: np.mean(np.abs(a.astype("int8") - b.astype("int8"))),
        "per row": lambda a, b: np.abs(a.astype(float) - b).mean(axis=1),
    },
    "batched_accuracy": {
        "drops the last": accuracy_drops_last,
        "ignores the last": accuracy_ignores_last,
        "mean of means": accuracy_of_means,
        "full batches": accuracy_full_batches,
        "count": accuracy_count,
        "wrong ones": accuracy_wrong_ones,
        "axis 0": accuracy_axis_0,
        "all at once": accuracy_all_at_once,
    },
}

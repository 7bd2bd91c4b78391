"""Wrong answers of chapter 3, as readers write them: a class an exercise, a name a mistake."""

import numpy as np


def xor(first, second, output):
    return {"first": first, "second": second, "output": output}


class xor_neurons:
    OR = xor((1, 1, -0.5), (-1, -1, 3), (1, 1, -1.5))
    AND = xor((1, 1, -0.5), (1, 1, -1.5), (1, 1, -1.5))
    NAND = xor((-1, -1, 3), (-1, -1, 1.5), (1, 1, -1.5))
    XNOR = xor((1, 1, -0.5), (-1, -1, 1.5), (-1, -1, 1.5))
    never = xor((1, 1, -0.5), (-1, -1, 1.5), (1, 1, -2))
    always = xor((1, 1, -0.5), (-1, -1, 1.5), (1, 1, 0.5))
    only_the_first_input = xor((1, 0, -0.5), (1, 0, -0.5), (1, 0, -0.5))
    only_the_second_input = xor((0, 1, -0.5), (1, 0, -0.5), (1, 0, -0.5))
    no_bias = xor((1, 1), (-1, -1, 1.5), (1, 1, -1.5))


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


class stable_sigmoid:
    the_formula_as_it_stands = sigmoid
    the_other_form = lambda x: np.exp(x) / (1 + np.exp(x))

    def both_chosen_too_late(x):
        return np.where(x > 0, 1 / (1 + np.exp(-x)), np.exp(x) / (np.exp(x) + 1))

    def if_on_an_array(x):
        if x > 0:
            return 1 / (1 + np.exp(-x))
        return np.exp(x) / (1 + np.exp(x))

    mirrored = lambda x: 1 / (1 + np.exp(np.abs(x)))

    def in_place(x):
        x[x < -700] = -700
        return 1 / (1 + np.exp(-x))

    clipped_too_early = lambda x: 1 / (1 + np.exp(-np.clip(x, -20, 20)))


def relu(x):
    return np.maximum(0, x)


class leaky_relu:
    ReLU = lambda x, slope=0.01: relu(x)
    deaf_to_slope = lambda x, slope=0.01: np.maximum(0.01 * x, x)
    wrong_sign = lambda x, slope=0.01: np.where(x < 0, -slope * x, x)
    sides_exchanged = lambda x, slope=0.01: np.where(x < 0, x, slope * x)
    constant = lambda x, slope=0.01: np.where(x > 0, x, slope)

    def in_place(x, slope=0.01):
        x[x < 0] *= slope
        return x

    def integers(x, slope=0.01):
        y = x.copy()
        y[x < 0] = slope * x[x < 0]
        return y

    def if_on_an_array(x, slope=0.01):
        if x > 0:
            return x
        return slope * x

    a_list = lambda x, slope=0.01: [v if v > 0 else slope * v for v in x.ravel()]


SHAPES = {
    "(2, 3) @ (3, 4)": (2, 4),
    "(3, 2) @ (2,)": (3,),
    "(2,) @ (2, 3)": (3,),
    "(4,) @ (4,)": (),
    "(3, 4) @ (3, 4)": "error",
    "(100, 784) @ (784, 50)": (100, 50),
}


class product_shapes:
    reversed = SHAPES | {"(2, 3) @ (3, 4)": (4, 2)}
    column = SHAPES | {"(3, 2) @ (2,)": (3, 1)}
    row = SHAPES | {"(2,) @ (2, 3)": (1, 3)}
    one = SHAPES | {"(4,) @ (4,)": (1,)}
    outer = SHAPES | {"(4,) @ (4,)": (4, 4)}
    times = SHAPES | {"(4,) @ (4,)": (4,)}
    element_by_element = SHAPES | {"(3, 4) @ (3, 4)": (3, 4)}
    second_transposed = SHAPES | {"(3, 4) @ (3, 4)": (3, 3)}
    first_transposed = SHAPES | {"(3, 4) @ (3, 4)": (4, 4)}
    a_shape_for_an_error = SHAPES | {"(3, 4) @ (3, 4)": (12,)}
    an_error_for_a_shape = SHAPES | {"(3, 2) @ (2,)": "error"}
    no_comma = SHAPES | {"(3, 2) @ (2,)": (3)}
    too_large = SHAPES | {"(100, 784) @ (784, 50)": (100, 784, 50)}


def softmax(x):
    return np.exp(x) / np.sum(np.exp(x), axis=-1, keepdims=True)


class forward:
    def sigmoid_at_the_end(x, weights, biases):
        for W, b in zip(weights, biases, strict=True):
            x = sigmoid(x @ W + b)
        return x

    def softmax_at_the_end(x, weights, biases):
        for W, b in zip(weights[:-1], biases[:-1], strict=True):
            x = sigmoid(x @ W + b)
        return softmax(x @ weights[-1] + biases[-1])

    def no_bias(x, weights, biases):
        for W in weights[:-1]:
            x = sigmoid(x @ W)
        return x @ weights[-1]

    def no_activation(x, weights, biases):
        for W, b in zip(weights, biases, strict=True):
            x = x @ W + b
        return x

    def late_bias(x, weights, biases):
        for W, b in zip(weights[:-1], biases[:-1], strict=True):
            x = sigmoid(x @ W) + b
        return x @ weights[-1] + biases[-1]

    def three_layers_only(x, weights, biases):
        z1 = sigmoid(x @ weights[0] + biases[0])
        z2 = sigmoid(z1 @ weights[1] + biases[1])
        return z2 @ weights[2] + biases[2]

    def transposed(x, weights, biases):
        for W, b in zip(weights[:-1], biases[:-1], strict=True):
            x = sigmoid(x @ W.T + b)
        return x @ weights[-1].T + biases[-1]

    def relu(x, weights, biases):
        for W, b in zip(weights[:-1], biases[:-1], strict=True):
            x = relu(x @ W + b)
        return x @ weights[-1] + biases[-1]

    first_layer_only = lambda x, weights, biases: x @ weights[0] + biases[0]


class scores_in_columns:
    row_form = lambda X, W1, b1, W2, b2: relu(X @ W1 + b1) @ W2 + b2
    flat_bias = lambda X, W1, b1, W2, b2: W2 @ relu(W1 @ X + b1) + b2
    no_relu = lambda X, W1, b1, W2, b2: W2 @ (W1 @ X + b1[:, None]) + b2[:, None]
    relu_twice = lambda X, W1, b1, W2, b2: relu(W2 @ relu(W1 @ X + b1[:, None]) + b2[:, None])
    sigmoid = lambda X, W1, b1, W2, b2: W2 @ sigmoid(W1 @ X + b1[:, None]) + b2[:, None]
    no_bias = lambda X, W1, b1, W2, b2: W2 @ relu(W1 @ X)
    transposed = lambda X, W1, b1, W2, b2: relu(X.T @ W1.T + b1) @ W2.T + b2


LAYERS = {
    "the price of a house": "identity",
    "which of 20 kinds of clothes": "softmax",
    "spam or not, by one neuron": "sigmoid",
    "tomorrow's temperature": "identity",
    "which of ten digits": "softmax",
}


class output_layers:
    price_sigmoid = LAYERS | {"the price of a house": "sigmoid"}
    price_softmax = LAYERS | {"the price of a house": "softmax"}
    clothes_sigmoid = LAYERS | {"which of 20 kinds of clothes": "sigmoid"}
    clothes_identity = LAYERS | {"which of 20 kinds of clothes": "identity"}
    spam_softmax = LAYERS | {"spam or not, by one neuron": "softmax"}
    spam_identity = LAYERS | {"spam or not, by one neuron": "identity"}
    a_word_of_its_own = LAYERS | {"which of ten digits": "argmax"}


class softmax_batch:
    def no_axis(X):
        e = np.exp(X - np.max(X))
        return e / np.sum(e)

    def one_sum(X):
        e = np.exp(X - X.max(axis=1, keepdims=True))
        return e / e.sum()

    def columns(X):
        e = np.exp(X - X.max(axis=0))
        return e / e.sum(axis=0)

    def one_maximum(X):
        e = np.exp(X - X.max())
        return e / e.sum(axis=1, keepdims=True)

    overflow = softmax

    def no_keepdims(X):
        e = np.exp(X - X.max(axis=1))
        return e / e.sum(axis=1)

    no_division = lambda X: np.exp(X - X.max(axis=1, keepdims=True))

    def in_place(X):
        X -= X.max(axis=1, keepdims=True)
        return np.exp(X) / np.exp(X).sum(axis=1, keepdims=True)


class pixel_distance:
    wraps_around = lambda a, b: np.mean(np.abs(a - b))
    sum = lambda a, b: np.sum(np.abs(a.astype(int) - b)) * 1.0
    no_abs = lambda a, b: np.mean(a.astype(float) - b)
    late_abs = lambda a, b: np.abs(np.mean(a.astype(float) - b))
    squares = lambda a, b: np.mean((a.astype(float) - b) ** 2)
    int8 = lambda a, b: np.mean(np.abs(a.astype("int8") - b.astype("int8")))
    per_row = lambda a, b: np.abs(a.astype(float) - b).mean(axis=1)


def hits(predict, x, t, i, n, axis=1):
    return predict(x[i : i + n]).argmax(axis=axis) == t[i : i + n]


def starts(x, batch_size):
    return range(0, len(x), batch_size)


class batched_accuracy:
    def drops_the_last(predict, x, t, n):
        right = 0
        for i in range(len(x) // n):
            right += hits(predict, x, t, i * n, n).sum()
        return right / len(x)

    def ignores_the_last(predict, x, t, n):
        shares = [hits(predict, x, t, i * n, n).mean() for i in range(len(x) // n)]
        return sum(shares) / len(shares)

    def mean_of_means(predict, x, t, n):
        return np.mean([hits(predict, x, t, i, n).mean() for i in starts(x, n)])

    def full_batches(predict, x, t, n):
        return sum(hits(predict, x, t, i, n).sum() / n for i in starts(x, n)) / len(starts(x, n))

    count = lambda predict, x, t, n: sum(hits(predict, x, t, i, n).sum() for i in starts(x, n))

    def wrong_ones(predict, x, t, n):
        return sum((~hits(predict, x, t, i, n)).sum() for i in starts(x, n)) / len(x)

    def axis_0(predict, x, t, n):
        return sum(hits(predict, x, t, i, n, axis=0).sum() for i in starts(x, n)) / len(x)

    all_at_once = lambda predict, x, t, n: (predict(x).argmax(axis=1) == t).mean()

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
    one_input_too_many = xor((1, 1, -0.5), (-1, -1, 1.5, 0), (1, 1, -1.5))
    first_and_not_second = xor((1, 0, -0.5), (0, 1, -0.5), (1, -1, -0.5))
    second_and_not_first = xor((1, 0, -0.5), (0, 1, -0.5), (-1, 1, -0.5))
    NOR_at_the_end = xor((1, 1, -0.5), (1, 1, -1.5), (-1, -1, 0.5))


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
    clipped = lambda x: 1 / (1 + np.exp(-np.clip(x, -500, 500)))

    def silenced(x):
        with np.errstate(over="ignore"):
            return 1 / (1 + np.exp(-x))

    def always_the_small_side(x):
        e = np.exp(-np.abs(x))
        return e / (1 + e)

    def always_the_large_side(x):
        return 1 / (1 + np.exp(-np.abs(x)))

    def exponent_the_wrong_way(x):
        return 1 / (1 + np.exp(np.minimum(x, 0)))

    def whole_numbers(x):
        out = np.zeros_like(x)
        e = np.exp(-np.abs(x))
        out[x >= 0] = 1 / (1 + e[x >= 0])
        out[x < 0] = e[x < 0] / (1 + e[x < 0])
        return out

    def a_loop_over_rows(x):
        return np.array(
            [1 / (1 + np.exp(-v)) if v >= 0 else np.exp(v) / (1 + np.exp(v)) for v in x]
        )

    def largest_taken_off(x):
        e = np.exp(x - np.max(x))
        return e / (1 + e)

    def both_sides_added(x):
        e = np.exp(-abs(x))
        return (x >= 0) * 1 / (1 + e) + (x <= 0) * e / (1 + e)

    def the_same_branch_twice(x):
        e = np.exp(-np.abs(x))
        return np.where(x >= 0, e / (1 + e), 1 / (1 + e))

    tanh = lambda x: np.tanh(x)

    def zero_is_neither_positive_nor_negative(x):
        x = np.asarray(x, float)
        out = np.zeros(x.shape)
        out[x > 0] = 1 / (1 + np.exp(-x[x > 0]))
        out[x < 0] = np.exp(x[x < 0]) / (1 + np.exp(x[x < 0]))
        return out

    def exp_of_what_just_does_not_overflow(x):
        x = np.asarray(x, float)
        out, safe = np.exp(np.minimum(x, 0)), x > -500
        out[safe] = 1 / (1 + np.exp(-x[safe]))
        return out


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
    above_the_slope = lambda x, slope=0.01: np.where(x > slope, x, slope * x)
    only_the_leak = lambda x, slope=0.01: np.where(x > 0, 0, slope * x)
    added = lambda x, slope=0.01: np.where(x > 0, x, x + slope)
    divided = lambda x, slope=0.01: np.where(x > 0, x, x / slope)
    leak_everywhere = lambda x, slope=0.01: np.maximum(0, x) + slope * x
    max_of_python = lambda x, slope=0.01: max(slope * x, x)
    of_the_whole = lambda x, slope=0.01: x if np.all(x > 0) else slope * x

    def like_x(x, slope=0.01):
        out = np.zeros_like(x)
        for i in np.ndindex(x.shape):
            out[i] = x[i] if x[i] > 0 else slope * x[i]
        return out.astype(float)

    def rounded(x, slope=0.01):
        return np.where(x > 0, x, np.round(slope * x, 2))

    def rows_only(x, slope=0.01):
        return np.array([v if v > 0 else slope * v for v in x])

    def zero_is_no_wish(x, slope=0.01):
        slope = slope or 0.01
        return np.where(x > 0, x, slope * x)


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
    a_number_for_a_number = SHAPES | {"(4,) @ (4,)": 1}
    inner_numbers = SHAPES | {"(2, 3) @ (3, 4)": (3, 3)}
    shorter = SHAPES | {"(3, 2) @ (2,)": (2,)}
    as_an_array = SHAPES | {"(2,) @ (2, 3)": np.array([2, 3])}
    a_word = SHAPES | {"(4,) @ (4,)": "scalar"}
    as_text = SHAPES | {"(100, 784) @ (784, 50)": "(784, 784)"}
    none_at_all = SHAPES | {"(3, 4) @ (3, 4)": False}


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

    def identity_too_early(x, weights, biases):
        for i in range(len(weights)):
            x = x @ weights[i] + biases[i]
            if i < len(weights) - 2:
                x = sigmoid(x)
        return x

    def reads_x_each_time(x, weights, biases):
        for W, b in zip(weights, biases, strict=True):
            z = sigmoid(x @ W + b)
        return z

    def one_bias_for_all(x, weights, biases):
        for W in weights[:-1]:
            x = sigmoid(x @ W + biases[0][0])
        return x @ weights[-1] + biases[-1]

    def no_last_bias(x, weights, biases):
        for W, b in zip(weights[:-1], biases[:-1], strict=True):
            x = sigmoid(x @ W + b)
        return x @ weights[-1]

    def empties_the_lists(x, weights, biases):
        W, b = weights.pop(), biases.pop()
        for V, c in zip(weights, biases, strict=True):
            x = sigmoid(x @ V + c)
        return x @ W + b

    def times(x, weights, biases):
        for W, b in zip(weights[:-1], biases[:-1], strict=True):
            x = sigmoid(x * W + b)
        return x * weights[-1] + biases[-1]

    def columns(x, weights, biases):
        for W, b in zip(weights[:-1], biases[:-1], strict=True):
            x = sigmoid(W @ x + b)
        return weights[-1] @ x + biases[-1]

    def at_least_two_layers(x, weights, biases):
        z = sigmoid(x @ weights[0] + biases[0])
        for W, b in zip(weights[1:-1], biases[1:-1], strict=True):
            z = sigmoid(z @ W + b)
        return z @ weights[-1] + biases[-1]


class scores_in_columns:
    row_form = lambda X, W1, b1, W2, b2: relu(X @ W1 + b1) @ W2 + b2
    flat_bias = lambda X, W1, b1, W2, b2: W2 @ relu(W1 @ X + b1) + b2
    no_relu = lambda X, W1, b1, W2, b2: W2 @ (W1 @ X + b1[:, None]) + b2[:, None]
    relu_twice = lambda X, W1, b1, W2, b2: relu(W2 @ relu(W1 @ X + b1[:, None]) + b2[:, None])
    sigmoid = lambda X, W1, b1, W2, b2: W2 @ sigmoid(W1 @ X + b1[:, None]) + b2[:, None]
    no_bias = lambda X, W1, b1, W2, b2: W2 @ relu(W1 @ X)
    transposed = lambda X, W1, b1, W2, b2: relu(X.T @ W1.T + b1) @ W2.T + b2
    first_bias_missing = lambda X, W1, b1, W2, b2: W2 @ relu(W1 @ X) + b2[:, None]
    second_bias_missing = lambda X, W1, b1, W2, b2: W2 @ relu(W1 @ X + b1[:, None])
    second_bias_flat = lambda X, W1, b1, W2, b2: W2 @ relu(W1 @ X + b1[:, None]) + b2
    weights_exchanged = lambda X, W1, b1, W2, b2: W1 @ relu(W2 @ X + b1[:, None]) + b2[:, None]
    bias_late = lambda X, W1, b1, W2, b2: W2 @ (relu(W1 @ X) + b1[:, None]) + b2[:, None]
    bias_summed = lambda X, W1, b1, W2, b2: W2 @ relu(W1 @ X + b1.sum()) + b2.sum()
    one_image_only = lambda X, W1, b1, W2, b2: W2 @ relu(W1 @ X[:, 0] + b1) + b2
    leaky = lambda X, W1, b1, W2, b2: (
        W2 @ np.maximum(0.01 * (W1 @ X + b1[:, None]), W1 @ X + b1[:, None]) + b2[:, None]
    )
    softmax_at_the_end = lambda X, W1, b1, W2, b2: softmax(
        W2 @ relu(W1 @ X + b1[:, None]) + b2[:, None]
    )
    relu_at_the_end_only = lambda X, W1, b1, W2, b2: relu(W2 @ (W1 @ X + b1[:, None]) + b2[:, None])


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
    temperature_relu = LAYERS | {"tomorrow's temperature": "relu"}
    temperature_softmax = LAYERS | {"tomorrow's temperature": "softmax"}
    digits_sigmoid = LAYERS | {"which of ten digits": "sigmoid"}
    digits_identity = LAYERS | {"which of ten digits": "identity"}
    spam_as_a_number = LAYERS | {"spam or not, by one neuron": 1}


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

    def keepdims_of_one(X):
        e = np.exp(X - X.max(axis=1, keepdims=True))
        return e / e.sum(axis=1)

    def integers_in_integers_out(X):
        out = np.zeros_like(X)
        for i in range(len(X)):
            e = np.exp(X[i] - X[i].max())
            out[i] = e / e.sum()
        return out

    def shares_without_exp(X):
        X = X - X.min(axis=1, keepdims=True)
        return X / X.sum(axis=1, keepdims=True)

    def cut_off(X):
        e = np.exp(np.minimum(X, 700))
        return e / e.sum(axis=1, keepdims=True)

    def only_above_zero(X):
        e = np.exp(X - np.maximum(X.max(axis=1, keepdims=True), 0))
        return e / e.sum(axis=1, keepdims=True)

    def normalised(X):
        X = X / X.max(axis=1, keepdims=True)
        return np.exp(X) / np.exp(X).sum(axis=1, keepdims=True)

    def logarithms(X):
        X = X - X.max(axis=1, keepdims=True)
        return X - np.log(np.exp(X).sum(axis=1, keepdims=True))

    def as_many_rows_as_columns(X):
        out = np.zeros(X.shape)
        for i in range(min(X.shape[1], len(X))):
            out[i] = np.exp(X[i] - X[i].max()) / np.exp(X[i] - X[i].max()).sum()
        return out


class pixel_distance:
    wraps_around = lambda a, b: np.mean(np.abs(a - b))
    sum = lambda a, b: np.sum(np.abs(a.astype(float) - b))
    no_abs = lambda a, b: np.mean(a.astype(float) - b)
    late_abs = lambda a, b: np.abs(np.mean(a.astype(float) - b))
    squares = lambda a, b: np.mean((a.astype(float) - b) ** 2)
    int8 = lambda a, b: np.mean(np.abs(a.astype("int8") - b.astype("int8")))
    per_row = lambda a, b: np.abs(a.astype(float) - b).mean(axis=1)
    whole_numbers = lambda a, b: np.abs(a.astype(int) - b.astype(int)).mean()
    rounded_down = lambda a, b: int(np.abs(a.astype(float) - b).mean())
    darker_ones_only = lambda a, b: np.clip(a.astype(float) - b, 0, None).mean()
    euclidean = lambda a, b: np.sqrt(np.sum((a.astype(float) - b) ** 2))
    divided_by_rows = lambda a, b: np.abs(a.astype(float) - b).sum() / len(a)
    scaled = lambda a, b: np.abs(a / 255 - b / 255).mean()
    largest = lambda a, b: np.abs(a.astype(float) - b).max()
    the_second_as_int8 = lambda a, b: np.abs(a - b.astype(np.int8)).mean()
    each_pixel = lambda a, b: np.abs(a.astype(float) - b)

    def in_place(a, b):
        a -= b
        return np.abs(a).mean()

    def zero_is_the_least(a, b):
        return np.maximum(a - b, b - a).mean()


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

    def one_by_one(predict, x, t, n):
        return sum(predict(x[i : i + 1]).argmax() == t[i] for i in range(len(x))) / len(x)

    def images_as_rows(predict, x, t, n):
        return sum(predict(image).argmax() == label for image, label in zip(x, t, strict=True)) / 12

    def labels_from_the_start(predict, x, t, n):
        right = 0
        for i in starts(x, n):
            p = predict(x[i : i + n]).argmax(axis=1)
            right += np.sum(p == t[: len(p)])
        return right / len(x)

    def last_batch_only(predict, x, t, n):
        for i in starts(x, n):
            right = hits(predict, x, t, i, n).sum()
        return right / len(x)

    def starts_at_the_largest(predict, x, t, n):
        right = 0
        for i in starts(x, n):
            for scores, label in zip(predict(x[i : i + n]), t[i : i + n], strict=True):
                best, winner = 0, 0
                for k, score in enumerate(scores):
                    if score > best:
                        best, winner = score, k
                right += winner == label
        return right / len(x)

    def divides_by_batches(predict, x, t, n):
        return sum(hits(predict, x, t, i, n).sum() for i in starts(x, n)) / len(starts(x, n))

    def per_cent(predict, x, t, n):
        return 100 * sum(hits(predict, x, t, i, n).sum() for i in starts(x, n)) / len(x)

    def rounds_down(predict, x, t, n):
        return sum(hits(predict, x, t, i, n).sum() for i in starts(x, n)) // len(x)

    def overlapping(predict, x, t, n):
        return sum(hits(predict, x, t, i, n).sum() for i in range(len(x))) / len(x)

    def reads_the_input(predict, x, t, n):
        return (x.argmax(axis=1) == t).mean()

    def the_last_of_each_batch_lost(predict, x, t, batch_size):
        hits = 0
        for i in range(0, len(x), batch_size):
            images, labels = x[i : i + batch_size - 1], t[i : i + batch_size - 1]
            hits += (predict(images).argmax(axis=1) == labels).sum() if len(labels) else 0
        return hits / len(x)

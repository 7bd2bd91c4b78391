"""Right answers of chapter 3 that differ from the solution: a class an exercise, a name a way."""

import math
from functools import reduce

import numpy as np

from common.functions import identity_function, relu, sigmoid, softmax


def xor(first, second, output):
    return {"first": first, "second": second, "output": output}


class xor_neurons:
    hidden_exchanged = xor((-1, -1, 1.5), (1, 1, -0.5), (1, 1, -1.5))
    by_nor_and_and = xor((-1, -1, 0.5), (1, 1, -1.5), (-1, -1, 0.5))
    one_side_each = xor([1, -1, -0.5], [-1, 1, -0.5], [1, 1, -0.5])
    arrays = xor(np.array([1, 1, -0.5]), np.array([-1, -1, 1.5]), np.array([0.5, 0.5, -0.7]))
    or_but_not_and = xor((2, 2, -1), (1.0, 1.0, -1.5), (1, -2, -0.5))
    rows_of_an_array = xor(*np.array([[1, 1, -0.5], [-1, -1, 1.5], [1, 1, -1.5]], dtype="float32"))
    another_order = dict(reversed(xor((3, 3, -1), (-3, -3, 5), (3, 3, -5)).items())) | xor(
        (1, 1, 0), (-2, -2, 3), (2, 2, -3)
    )


class stable_sigmoid:
    def masks(x):
        out = np.zeros(x.shape)
        positive = x >= 0
        out[positive] = 1 / (1 + np.exp(-x[positive]))
        e = np.exp(x[~positive])
        out[~positive] = e / (1 + e)
        return out

    def where_of_safe_ones(x):
        left = np.exp(np.minimum(x, 0))
        right = np.exp(-np.maximum(x, 0))
        return np.where(x < 0, left / (1 + left), 1 / (1 + right))

    def element_by_element(x):
        def one(v):
            if v >= 0:
                return 1 / (1 + math.exp(-v))
            return math.exp(v) / (1 + math.exp(v))

        return np.array([one(v) for v in x.ravel()]).reshape(x.shape)

    def an_index_loop(x):
        y = np.empty_like(x, dtype=float)
        for i in np.ndindex(x.shape):
            if x[i] > 0:
                y[i] = 1.0 / (1.0 + np.exp(-x[i]))
            else:
                y[i] = np.exp(x[i]) / (1.0 + np.exp(x[i]))
        return y

    vectorized = np.vectorize(
        lambda v: 1 / (1 + math.exp(-v)) if v >= 0 else 1 - 1 / (1 + math.exp(v))
    )
    by_tanh = lambda x: 0.5 * (1 + np.tanh(x / 2))
    by_logaddexp = lambda x: np.exp(-np.logaddexp(0, -x))

    def small_side(x):
        small = np.exp(-abs(x)) / (1 + np.exp(-abs(x)))
        return np.where(x > 0, 1 - small, small)

    def the_where_of_exp(x):
        e = np.exp(-x, where=x > 0, out=np.zeros(x.shape))
        f = np.exp(x, where=x <= 0, out=np.zeros(x.shape))
        return (x > 0) / (1 + e) + (x <= 0) * f / (1 + f)

    def float32(x):
        e = np.exp(-np.abs(x.astype(np.float32)))
        return np.where(x >= 0, 1 / (1 + e), e / (1 + e)).astype(np.float32)


class leaky_relu:
    maximum = lambda x, slope=0.01: np.maximum(x, slope * x)
    two_halves = lambda x, slope=0.01: np.maximum(0, x) + slope * np.minimum(0, x)
    by_masks = lambda x, slope=0.01: (x > 0) * x + (x <= 0) * slope * x
    a_factor = lambda x, slope=0.01: x * np.where(x >= 0, 1, slope)

    def a_copy_of_floats(x, slope=0.01):
        y = x.astype(float)
        y[y < 0] *= slope
        return y

    def a_loop(x, slope=0.01):
        out = np.zeros(x.shape)
        for index, value in np.ndenumerate(x):
            out[index] = value if value > 0 else slope * value
        return out

    def flat(x, slope=0.01):
        return np.array([v if v > 0 else slope * v for v in x.flatten()]).reshape(x.shape)

    def with_relu(x, slope=0.01):
        return relu(x) - slope * relu(-x)

    def rows_as_lists(x, slope=0.01):
        if x.ndim == 0:
            return float(max(x, slope * x))
        return [leaky_relu.rows_as_lists(np.asarray(part), slope) for part in x]

    def in_float32(x, slope=0.01):
        x = np.array(x, dtype=np.float32)
        x[x < 0] = x[x < 0] * slope
        return x


SHAPES = {
    "(2, 3) @ (3, 4)": (2, 4),
    "(3, 2) @ (2,)": (3,),
    "(2,) @ (2, 3)": (3,),
    "(4,) @ (4,)": (),
    "(3, 4) @ (3, 4)": "error",
    "(100, 784) @ (784, 50)": (100, 50),
}


def each(answers, change):
    return {key: change(value) for key, value in answers.items()}


class product_shapes:
    lists = each(SHAPES, lambda shape: shape if shape == "error" else list(shape))
    arrays = each(SHAPES, lambda shape: np.array(shape) if shape and shape != "error" else shape)
    as_text = each(SHAPES, str)
    by_numpy = SHAPES | {"(4,) @ (4,)": np.dot(np.ones(4), np.ones(4)).shape}
    an_empty_list = SHAPES | {"(4,) @ (4,)": [], "(3, 2) @ (2,)": [3]}
    capital_letters = SHAPES | {"(3, 4) @ (3, 4)": "Error"}
    another_order = each(dict(reversed(SHAPES.items())), lambda shape: shape)
    without_parentheses = SHAPES | {"(2, 3) @ (3, 4)": "2, 4", "(3, 2) @ (2,)": "(3,)"}
    numpys_numbers = each(SHAPES, lambda n: n if n == "error" else tuple(map(np.int64, n)))


class forward:
    def by_index(x, weights, biases):
        for i in range(len(weights) - 1):
            x = sigmoid(np.dot(x, weights[i]) + biases[i])
        return np.dot(x, weights[-1]) + biases[-1]

    def enumerated(x, weights, biases):
        z = x
        for i, (W, b) in enumerate(zip(weights, biases, strict=True)):
            a = z @ W + b
            z = a if i == len(weights) - 1 else sigmoid(a)
        return z

    def the_last_sum(x, weights, biases):
        for W, b in zip(weights, biases, strict=True):
            a = x @ W + b
            x = sigmoid(a)
        return a

    def recursive(x, weights, biases):
        a = x @ weights[0] + biases[0]
        if len(weights) == 1:
            return identity_function(a)
        return forward.recursive(sigmoid(a), weights[1:], biases[1:])

    def split(x, weights, biases):
        *hidden, last = list(zip(weights, biases, strict=True))
        for W, b in hidden:
            x = np.matmul(x, W)
            x += b
            x = 1 / (1 + np.exp(-x))
        return np.matmul(x, last[0]) + last[1]

    def while_there_are_layers(x, weights, biases):
        layer, n = 0, len(biases)
        while layer < n - 1:
            x = sigmoid(x.dot(weights[layer]) + biases[layer])
            layer += 1
        return x.dot(weights[layer]) + biases[layer]

    def reduced(x, weights, biases):
        pairs = list(zip(weights, biases, strict=True))
        z = reduce(lambda z, pair: sigmoid(z @ pair[0] + pair[1]), pairs[:-1], x)
        return identity_function(z @ weights[-1] + biases[-1])

    def with_helpers(x, weights, biases):
        def fully_connected(x, W, b, h=sigmoid):
            return h(x @ W + b)

        functions = [sigmoid] * (len(weights) - 1) + [identity_function]
        for W, b, h in zip(weights, biases, functions, strict=True):
            x = fully_connected(x, W, b, h)
        return x

    def the_last_is_told_by_itself(x, weights, biases):
        for W, b in zip(weights, biases, strict=True):
            x = x @ W + b
            if W is not weights[-1]:
                x = sigmoid(x)
        return x

    in_float32 = lambda x, weights, biases: forward.by_index(
        x.astype("float32"),
        [W.astype("float32") for W in weights],
        [b.astype("float32") for b in biases],
    )


class scores_in_columns:
    def reshaped(X, W1, b1, W2, b2):
        Z = np.maximum(0, W1 @ X + b1.reshape(-1, 1))
        return W2 @ Z + b2.reshape(-1, 1)

    def lying_down(X, W1, b1, W2, b2):
        return (relu(X.T @ W1.T + b1) @ W2.T + b2).T

    def newaxis(X, W1, b1, W2, b2):
        hidden = np.dot(W1, X) + b1[:, np.newaxis]
        hidden = hidden * (hidden > 0)
        return np.dot(W2, hidden) + b2[:, np.newaxis]

    def image_by_image(X, W1, b1, W2, b2):
        columns = [W2 @ relu(W1 @ image + b1) + b2 for image in X.T]
        return np.array(columns).T

    def turned_for_the_bias(X, W1, b1, W2, b2):
        a = ((W1 @ X).T + b1).T
        return ((W2 @ np.where(a > 0, a, 0)).T + b2).T

    def repeated(X, W1, b1, W2, b2):
        N = X.shape[1]
        B1, B2 = np.tile(b1, (N, 1)).T, np.outer(b2, np.ones(N))
        return W2 @ relu(W1 @ X + B1) + B2

    def a_bias_as_a_weight(X, W1, b1, W2, b2):
        one = np.ones((1, X.shape[1]))
        Z = relu(np.hstack([W1, b1[:, None]]) @ np.vstack([X, one]))
        return np.column_stack([W2, b2]) @ np.vstack([Z, one])

    def columns_filled_in(X, W1, b1, W2, b2):
        out = np.zeros((len(b2), X.shape[1]))
        for n in range(X.shape[1]):
            out[:, n] = W2 @ np.maximum(W1 @ X[:, n] + b1, 0) + b2
        return out

    by_einsum = lambda X, W1, b1, W2, b2: (
        np.einsum("kh,hn->kn", W2, relu(np.einsum("hd,dn->hn", W1, X) + b1[:, None])) + b2[:, None]
    )


LAYERS = {
    "the price of a house": "identity",
    "which of 20 kinds of clothes": "softmax",
    "spam or not, by one neuron": "sigmoid",
    "tomorrow's temperature": "identity",
    "which of ten digits": "softmax",
}


FUNCTIONS = {"identity": identity_function, "sigmoid": sigmoid, "softmax": softmax}


class output_layers:
    capital_letters = each(LAYERS, str.capitalize)
    another_order = each(dict(reversed(LAYERS.items())), str)
    a_space_too_many = LAYERS | {"which of ten digits": " softmax "}
    functions = each(LAYERS, FUNCTIONS.get)
    the_books_name = LAYERS | {"the price of a house": "identity_function"}


class softmax_batch:
    commons = lambda X: softmax(X)

    def the_last_axis(X):
        e = np.exp(X - np.max(X, axis=-1, keepdims=True))
        return e / np.sum(e, axis=-1, keepdims=True)

    def transposed(X):
        X = X.T
        X = X - np.max(X, axis=0)
        return (np.exp(X) / np.sum(np.exp(X), axis=0)).T

    def reshaped(X):
        e = np.exp(X - X.max(axis=1).reshape(-1, 1))
        return e / e.sum(1)[:, None]

    def row_by_row(X):
        out = np.zeros_like(X, dtype=float)
        for i, row in enumerate(X):
            exp_row = np.exp(row - np.max(row))
            out[i] = exp_row / np.sum(exp_row)
        return out

    def a_list_of_rows(X):
        def one(a):
            exp_a = np.exp(a - np.max(a))
            return exp_a / np.sum(exp_a)

        return [one(a) for a in X]

    def along_an_axis(X):
        def one(row):
            e = np.exp(row - row.max())
            return e / e.sum()

        return np.apply_along_axis(one, 1, X)

    def by_logarithms(X):
        shifted = X - X.max(1, keepdims=True)
        return np.exp(shifted - np.log(np.exp(shifted).sum(1, keepdims=True)))

    def without_numpy(X):
        rows = []
        for row in X:
            top = max(row)
            e = [math.exp(a - top) for a in row]
            rows.append([one / sum(e) for one in e])
        return np.array(rows)

    def float32(X):
        X = X.astype(np.float32)
        X -= X.max(axis=1, keepdims=True)
        np.exp(X, out=X)
        X /= X.sum(axis=1, keepdims=True)
        return X


class pixel_distance:
    whole_numbers_with_a_sign = lambda a, b: np.mean(np.abs(a.astype(float) - b))
    no_cast = lambda a, b: (np.maximum(a, b) - np.minimum(a, b)).mean()
    the_larger_minus_the_smaller = lambda a, b: np.where(a > b, a - b, b - a).mean()
    dtype_of_subtract = lambda a, b: float(np.abs(np.subtract(a, b, dtype=float)).mean())
    summed = lambda a, b: np.sum(np.abs(a * 1.0 - b)) / a.size

    def a_loop(a, b):
        total = 0.0
        for p, q in zip(a.ravel(), b.ravel(), strict=True):
            total += abs(float(p) - float(q))
        return total / a.size

    def rows_and_columns(a, b):
        rows, columns = a.shape
        s = 0
        for i in range(rows):
            for j in range(columns):
                s += max(a[i, j], b[i, j]) - 1.0 * min(a[i, j], b[i, j])
        return s / (rows * columns)

    def integers_only_for_pixels(a, b):
        if a.dtype == np.uint8:
            a, b = a.astype(int), b.astype(np.int16)
        return np.abs(a - b).mean()

    def float32(a, b):
        return np.mean(np.abs(np.float32(a) - np.float32(b)))

    def root_of_squares(a, b):
        d = np.array(a, dtype=np.float64) - np.array(b, dtype=np.float64)
        return np.sqrt(d**2).mean()


class batched_accuracy:
    def while_images_are_left(predict, x, t, batch_size):
        start = hits = 0
        while start < len(x):
            y = predict(x[start : start + batch_size])
            hits += (np.argmax(y, axis=1) == t[start : start + batch_size]).sum()
            start += batch_size
        return hits / len(x)

    def the_books_loop(predict, x, t, batch_size):
        accuracy_cnt = 0
        for i in range(0, len(x), batch_size):
            x_batch = x[i : i + batch_size]
            y_batch = predict(x_batch)
            p = np.argmax(y_batch, axis=1)
            accuracy_cnt += np.sum(p == t[i : i + batch_size])
        return float(accuracy_cnt) / len(x)

    def all_answers_first(predict, x, t, batch_size):
        parts = [predict(x[i : i + batch_size]) for i in range(0, len(x), batch_size)]
        return np.mean(np.concatenate(parts).argmax(axis=1) == t)

    def split(predict, x, t, batch_size):
        places = range(batch_size, len(x), batch_size)
        right = 0
        for xb, tb in zip(np.split(x, places), np.split(t, places), strict=True):
            right += np.count_nonzero(predict(xb).argmax(1) == tb)
        return right / x.shape[0]

    def full_ones_and_a_rest(predict, x, t, batch_size):
        n, right = len(x) // batch_size, 0
        for i in range(n):
            part = slice(i * batch_size, (i + 1) * batch_size)
            right += sum(predict(x[part]).argmax(axis=1) == t[part])
        if n * batch_size < len(x):
            right += sum(predict(x[n * batch_size :]).argmax(axis=1) == t[n * batch_size :])
        return right / len(t)

    def weighted_means(predict, x, t, batch_size):
        total = 0
        for i in range(0, len(x), batch_size):
            tb = t[i : i + batch_size]
            hits = predict(x[i : i + batch_size]).argmax(axis=1) == tb
            total += hits.mean() * len(tb)
        return total / len(x)

    def parts_of_about_one_size(predict, x, t, batch_size):
        n = math.ceil(len(x) / batch_size)
        right = 0
        for xb, tb in zip(np.array_split(x, n), np.array_split(t, n), strict=True):
            right += np.sum(predict(xb).argmax(axis=1) == tb)
        return right / len(x)

    def digit_by_digit(predict, x, t, batch_size):
        right = []
        for i in range(0, len(x), batch_size):
            for scores, label in zip(
                predict(x[i : i + batch_size]), t[i : i + batch_size], strict=True
            ):
                right.append(int(np.argmax(scores)) == label)
        return sum(right) / len(right)

    def perhaps_an_empty_batch(predict, x, t, batch_size):
        right = 0
        for i in range(len(x) // batch_size + 1):
            part = slice(i * batch_size, (i + 1) * batch_size)
            right += np.sum(np.argmax(predict(x[part]), axis=1) == t[part])
        return right / len(x)

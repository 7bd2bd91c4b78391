"""Wrong answers of chapter 4, as readers write them: a class an exercise, a name a mistake."""

import numpy as np

from common.gradient import numerical_gradient


def cross_entropy_no_delta(y, t):
    if t.ndim == 2:
        t = np.argmax(t, axis=1)
    return -np.mean(np.log(y[np.arange(len(t)), t]))


class cross_entropy_batch:
    def sum_for_class_numbers(y, t):
        if y.shape == t.shape:
            return -np.sum(t * np.log(y + 1e-7)) / y.shape[0]
        return -np.sum(np.log(y[np.arange(y.shape[0]), t] + 1e-7))

    def sum(y, t):
        if t.ndim == 2:
            t = np.argmax(t, axis=1)
        return -np.sum(np.log(y[np.arange(len(t)), t] + 1e-7))

    one_hot_only = lambda y, t: -np.sum(t * np.log(y + 1e-7)) / len(y)
    class_numbers_only = lambda y, t: -np.mean(np.log(y[range(len(y)), t] + 1e-7))
    no_delta = cross_entropy_no_delta
    no_sign = lambda y, t: -cross_entropy_no_delta(y + 1e-7, t)

    def mean_over_entries(y, t):
        if t.ndim == 1:
            t = np.eye(y.shape[1])[t]
        return -np.mean(t * np.log(y + 1e-7))

    def columns(y, t):
        if t.ndim == 2:
            t = np.argmax(t, axis=1)
        return -np.mean(np.log(y[:, t] + 1e-7))

    def base_10(y, t):
        if t.ndim == 2:
            t = np.argmax(t, axis=1)
        return -np.mean(np.log10(y[np.arange(len(t)), t] + 1e-7))

    all_classes = lambda y, t: -np.sum(np.log(y + 1e-7)) / len(y)

    def not_averaged(y, t):
        if t.ndim == 2:
            t = np.argmax(t, axis=1)
        return -np.log(y[np.arange(len(t)), t] + 1e-7)

    def smaller_delta(y, t):
        if t.ndim == 2:
            t = t.argmax(axis=1)
        return -np.log(y[np.arange(len(t)), t] + 1e-10).mean()

    def delta_outside(y, t):
        if t.ndim == 2:
            t = t.argmax(axis=1)
        return -(np.log(y[np.arange(len(t)), t]) + 1e-3).mean()

    def told_by_the_largest(y, t):
        if t.max() <= 1:
            return -np.sum(t * np.log(y + 1e-7)) / len(y)
        return -np.mean(np.log(y[np.arange(len(t)), t] + 1e-7))

    def told_by_the_length(y, t):
        if len(t) == y.shape[1]:
            t = np.argmax(t, axis=0)
        return -np.mean(np.log(y[np.arange(len(y)), t] + 1e-7))

    def first_row_only(y, t):
        if t.ndim == 2:
            t = t.argmax(axis=1)
        return -np.log(y[0, t[0]] + 1e-7)

    def changes_y(y, t):
        y += 1e-7
        if t.ndim == 2:
            t = t.argmax(axis=1)
        return -np.log(y[np.arange(len(t)), t]).mean()

    def largest_probability(y, t):
        return -np.mean(np.log(y.max(axis=1) + 1e-7))

    def divided_by_classes(y, t):
        if t.ndim == 1:
            t = np.eye(y.shape[1])[t]
        return -np.sum(t * np.log(y + 1e-7)) / y.shape[1]

    def squares(y, t):
        if t.ndim == 1:
            t = np.eye(y.shape[1])[t]
        return 0.5 * np.sum((y - t) ** 2) / len(y)

    def wrong_axis(y, t):
        if t.ndim == 2:
            t = t.argmax(axis=0)
        return -np.mean(np.log(y[np.arange(len(y)), t[: len(y)]] + 1e-7))

    def accuracy(y, t):
        return np.mean(y.argmax(axis=1) == (t if t.ndim == 1 else t.argmax(axis=1)))

    def deletes_zeros(y, t):
        if t.ndim == 2:
            t = t.argmax(axis=1)
        right = y[np.arange(len(t)), t]
        return -np.log(right[right > 0]).mean()

    def in_bits(y, t):
        t = t.argmax(axis=1) if t.ndim == 2 else t
        return -np.log2(y[np.arange(len(y)), t] + 1e-7).mean()

    def one_hot_if_there_are_as_many_as_classes(y, t):
        if len(t) == y.shape[1]:
            return -np.sum(t * np.log(y + 1e-7)) / len(y)
        t = t.argmax(axis=1) if t.ndim == 2 else t
        return -np.log(y[np.arange(len(y)), t] + 1e-7).mean()


SIZES = {
    "forward, float64": 1e-8,
    "central, float64": 1e-5,
    "forward, float32": 3e-4,
    "central, float32": 5e-3,
}


class step_sizes:
    as_small_as_can_be = SIZES | {"forward, float64": 1e-14}
    too_large = SIZES | {"central, float64": 1e-2}
    float64s_step_in_float32 = SIZES | {"forward, float32": 1e-8}
    forwards_step_for_central = SIZES | {"central, float64": 1e-8}
    large_in_float32 = SIZES | {"central, float32": 0.5}
    zero = SIZES | {"central, float32": 0}
    text = SIZES | {"forward, float64": "1e-8"}
    below_zero = SIZES | {"forward, float64": -1e-8}
    all_the_same = dict.fromkeys(SIZES, 1e-4)
    no_step = SIZES | {"forward, float32": 1e-20}
    endless = SIZES | {"central, float64": np.inf}
    float64s_best_in_float32 = SIZES | {"central, float32": 1e-5}
    exponents = SIZES | {"central, float64": -5}
    a_pair = SIZES | {"central, float32": (1e-3, 1e-2)}
    another_name = SIZES | {"central float32": 5e-3}


def pairwise_gradient(f, x, up_by, down_by, width):
    grad = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        up, down = x.astype(float), x.astype(float)
        up[i] += up_by
        down[i] -= down_by
        grad[i] = (f(up) - f(down)) / width
    return grad


class safe_gradient:
    def integers(f, x, h=1e-4):
        x, grad = x.copy(), np.zeros_like(x)
        for i in np.ndindex(x.shape):
            keep = x[i]
            x[i] = keep + h
            up = f(x)
            x[i] = keep - h
            grad[i] = (up - f(x)) / (2 * h)
            x[i] = keep
        return grad

    def floats_in_integers_out(f, x, h=1e-4):
        grad = np.zeros_like(x)
        for i in np.ndindex(x.shape):
            up, down = x.astype(float), x.astype(float)
            up[i] += h
            down[i] -= h
            grad[i] = (f(up) - f(down)) / (2 * h)
        return grad

    h_instead_of_2h = lambda f, x: pairwise_gradient(f, x, 1e-4, 1e-4, 1e-4)
    forward = lambda f, x: pairwise_gradient(f, x, 1e-4, 0, 1e-4)
    h_too_small = lambda f, x: pairwise_gradient(f, x, 1e-50, 1e-50, 2e-50)

    def changes_x(f, x, h=1e-4):
        grad = np.zeros(x.shape)
        for i in np.ndindex(x.shape):
            x[i] += h
            up = f(x)
            x[i] -= 2 * h
            grad[i] = (up - f(x)) / (2 * h)
        return grad

    def not_restored(f, x, h=1e-4):
        x, grad = x.astype(float), np.zeros(x.shape)
        for i in np.ndindex(x.shape):
            value = x[i]
            x[i] = value + h
            up = f(x)
            x[i] = value - h
            grad[i] = (up - f(x)) / (2 * h)
        return grad

    def one_axis_only(f, x, h=1e-4):
        x, grad = x.astype(float), np.zeros(x.shape)
        for i in range(x.size):
            value = x[i]
            x[i] = value + h
            up = f(x)
            x[i] = value - h
            grad[i] = (up - f(x)) / (2 * h)
            x[i] = value
        return grad

    all_at_once = lambda f, x: (f(x + 1e-4) - f(x - 1e-4)) / 2e-4
    sign = lambda f, x: -pairwise_gradient(f, x, 1e-4, 1e-4, 2e-4)

    def backward(f, x, h=1e-4):
        return pairwise_gradient(f, x, 0, 1e-4, 1e-4)

    def half_h(f, x, h=1e-4):
        return pairwise_gradient(f, x, 1e-4, 1e-4, 4e-4)

    def rows_and_columns_only(f, x, h=1e-4):
        x, grad = np.array(x, dtype=float), np.zeros(x.shape)
        rows = x if x.ndim > 1 else x[np.newaxis]
        slopes = grad if x.ndim > 1 else grad[np.newaxis]
        for i in range(rows.shape[0]):
            for j in range(rows.shape[1]):
                value = rows[i, j]
                rows[i, j] = value + h
                up = f(x)
                rows[i, j] = value - h
                slopes[i, j] = (up - f(x)) / (2 * h)
                rows[i, j] = value
        return grad

    def flat_result(f, x):
        return pairwise_gradient(f, x, 1e-4, 1e-4, 2e-4).ravel()

    def by_value(f, x, h=1e-4):
        x, grad = x.astype(float), np.zeros(x.shape)
        for value in x.ravel().tolist():
            i = tuple(np.argwhere(x == value)[0])
            x[i] = value + h
            up = f(x)
            x[i] = value - h
            grad[i] = (up - f(x)) / (2 * h)
            x[i] = value
        return grad

    def first_entry(f, x, h=1e-4):
        for i in np.ndindex(x.shape):
            up, down = x.astype(float), x.astype(float)
            up[i] += h
            down[i] -= h
            return (f(up) - f(down)) / (2 * h)
        return None

    def refuses_integers(f, x):
        return numerical_gradient(f, x)

    def a_step_in_proportion(f, x):
        x = np.array(x, float)
        gradient = np.zeros_like(x)
        for index in np.ndindex(x.shape):
            step = np.zeros_like(x)
            step[index] = h = 1e-4 * abs(x[index])
            gradient[index] = (f(x + step) - f(x - step)) / (2 * h)
        return gradient


class safe_descent:
    def changes_the_start(f, init_x, lr, step_num):
        x = init_x
        for _ in range(step_num):
            x -= lr * numerical_gradient(f, x)
        return x

    def copies_integers(f, init_x, lr, step_num):
        x = init_x.copy()
        for _ in range(step_num):
            x -= lr * numerical_gradient(f, x)
        return x

    def uphill(f, init_x, lr, step_num):
        x = init_x.astype(float)
        for _ in range(step_num):
            x += lr * numerical_gradient(f, x)
        return x

    def deaf_to_lr(f, init_x, lr, step_num):
        x = init_x.astype(float)
        for _ in range(step_num):
            x -= 0.01 * numerical_gradient(f, x)
        return x

    def no_lr(f, init_x, lr, step_num):
        x = init_x.astype(float)
        for _ in range(step_num):
            x -= numerical_gradient(f, x)
        return x

    def old_slope(f, init_x, lr, step_num):
        x = init_x.astype(float)
        slope = numerical_gradient(f, x)
        for _ in range(step_num):
            x -= lr * slope
        return x

    def one_step_less(f, init_x, lr, step_num):
        x = init_x.astype(float)
        for _ in range(1, step_num):
            x -= lr * numerical_gradient(f, x)
        return x

    def one_step_more(f, init_x, lr, step_num):
        x = init_x.astype(float)
        for _ in range(step_num + 1):
            x -= lr * numerical_gradient(f, x)
        return x

    def returns_early(f, init_x, lr, step_num):
        x = init_x.astype(float)
        for _ in range(step_num):
            x -= lr * numerical_gradient(f, x)
            return x
        return x

    def height(f, init_x, lr, step_num):
        x = init_x.astype(float)
        for _ in range(step_num):
            x -= lr * numerical_gradient(f, x)
        return f(x)

    def float32(f, init_x, lr, step_num):
        x = init_x.astype(np.float32)
        for _ in range(step_num):
            x -= lr * numerical_gradient(f, x)
        return x

    def returns_in_the_loop(f, init_x, lr, step_num):
        x = np.array(init_x, dtype=float)
        for _ in range(step_num):
            x -= lr * numerical_gradient(f, x)
            return x
        return None

    def refuses_integers(f, init_x, lr, step_num):
        x = init_x
        for _ in range(step_num):
            x = x - lr * numerical_gradient(f, x)
        return x

    def two_coordinates(f, init_x, lr, step_num):
        x = np.array([float(init_x[0]), float(init_x[1])])
        for _ in range(step_num):
            x = x - lr * numerical_gradient(f, x)
        return x

    def a_hundred_steps(f, init_x, lr, step_num):
        x = init_x * 1.0
        for _ in range(100):
            x = x - lr * numerical_gradient(f, x)
        return x

    def the_whole_path(f, init_x, lr, step_num):
        path = [init_x * 1.0]
        for _ in range(step_num):
            path.append(path[-1] - lr * numerical_gradient(f, path[-1]))
        return np.array(path)

    def whole_numbers(f, init_x, lr, step_num):
        x = init_x.copy()
        for _ in range(step_num):
            x = (x - lr * numerical_gradient(f, x.astype(float))).astype(init_x.dtype)
        return x

    def only_signs(f, init_x, lr, step_num):
        x = init_x * 1.0
        for _ in range(step_num):
            x = x - lr * np.sign(numerical_gradient(f, x))
        return x

    def one_coordinate_after_the_other(f, init_x, lr, step_num):
        x = init_x * 1.0
        for _ in range(step_num):
            for k in range(len(x)):
                x[k] -= lr * numerical_gradient(f, x)[k]
        return x

    def gives_back_the_start(f, init_x, lr, step_num):
        x = init_x.astype(float)
        for _ in range(step_num):
            init_x - lr * numerical_gradient(f, x)
        return x


class oscillating_rate:
    zero = 0
    negative = -0.9
    infinite = np.inf
    small = 0.1
    lands_at_once = 0.5001
    slow_along_the_valley = 0.55
    nearly_1 = 0.99
    for_ever = 1.0
    diverges = 1.1
    text = "0.9"
    two_rates = (0.9, 0.8)
    beyond_all_numbers = 1e12
    a_little_too_slow = 0.63
    a_little_too_wild = 0.975


STARTS = {
    "right above": (4, 4),
    "left above": (-4, 4),
    "left below": (-5, -4),
    "right below": (4, -3),
}


class four_starts:
    one_start_for_two = STARTS | {"left above": (-4, -4)}
    starts_at_the_goal = STARTS | {"right above": (3, 2)}
    too_far = STARTS | {"left below": (-50, -50)}
    three_numbers = STARTS | {"right below": (4, -3, 0)}
    on_the_summit = STARTS | {"right above": (-0.270845, -0.923039)}
    mirrored = STARTS | {"right below": (4, 3)}
    nan = STARTS | {"left above": (np.nan, 4)}
    the_minimum_itself = STARTS | {"left below": (-3.78, -3.28)}
    one_number = STARTS | {"left below": -4}
    words = STARTS | {"right above": "4 and 4"}
    exchanged = STARTS | {"left above": (4, -4)}
    another_name = STARTS | {"top left": (-4, 4)}
    a_little_too_near = STARTS | {"right above": (3.7, 2.7)}


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x):
    return np.exp(x) / np.sum(np.exp(x), axis=-1, keepdims=True)


def predict(p, x, hidden=sigmoid, last=softmax, skip=False):
    z1 = hidden(x @ p["W1"] + p["b1"])
    return last((x if skip else z1) @ p["W2"] + p["b2"])


def one_sum(a):
    e = np.exp(a - a.max())
    return e / e.sum()


class mended_predict:
    reads_x = lambda p, x: predict(p, x, skip=True)
    no_sigmoid = lambda p, x: predict(p, x, hidden=lambda a: a)
    no_softmax = lambda p, x: predict(p, x, last=lambda a: a)
    sigmoid_at_the_end = lambda p, x: predict(p, x, last=sigmoid)
    one_sum = lambda p, x: predict(p, x, last=one_sum)
    no_biases = lambda p, x: softmax(sigmoid(x @ p["W1"]) @ p["W2"])
    classes = lambda p, x: predict(p, x).argmax(axis=1)
    sigmoid_twice = lambda p, x: predict(p, x, last=lambda a: softmax(sigmoid(a)))
    transposed = lambda p, x: softmax(sigmoid(x @ p["W1"].T + p["b1"]) @ p["W2"].T + p["b2"])
    relu = lambda p, x: predict(p, x, hidden=lambda a: np.maximum(0, a))
    no_first_bias = lambda p, x: softmax(sigmoid(x @ p["W1"]) @ p["W2"] + p["b2"])
    no_second_bias = lambda p, x: softmax(sigmoid(x @ p["W1"] + p["b1"]) @ p["W2"])
    down_the_columns = lambda p, x: predict(p, x, last=lambda a: softmax(a.T).T)
    softmax_between = lambda p, x: predict(p, x, hidden=softmax)
    exchanged = lambda p, x: predict(p, x, hidden=softmax, last=sigmoid)
    columns = lambda p, x: softmax(p["W2"] @ sigmoid(p["W1"] @ x + p["b1"]) + p["b2"])
    not_divided = lambda p, x: predict(p, x, last=np.exp)
    late_bias = lambda p, x: softmax((sigmoid(x @ p["W1"]) + p["b1"]) @ p["W2"] + p["b2"])
    sigmoid_of_x = lambda p, x: softmax((sigmoid(x) @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"])
    first_row = lambda p, x: predict(p, x)[0]
    one_bias_for_both = lambda p, x: predict(p | {"b2": p["b1"][: len(p["b2"])]}, x)
    rounded = lambda p, x: predict(p, x).round(2)
    hidden_layer_handed_back_too = lambda p, x: (sigmoid(x @ p["W1"] + p["b1"]), predict(p, x))


class draw_batch:
    def images_for_labels(x, t, size):
        mask = np.random.choice(len(x), size)
        return x[mask], x[mask]

    def drawn_twice(x, t, size):
        return x[np.random.choice(len(x), size)], t[np.random.choice(len(x), size)]

    always_the_first = lambda x, t, size: (x[:size], t[:size])

    def from_the_first(x, t, size):
        mask = np.random.choice(size, size)
        return x[mask], t[mask]

    def always_ten(x, t, size):
        mask = np.random.choice(len(x), 10)
        return x[mask], t[mask]

    def never_the_last(x, t, size):
        mask = np.random.choice(len(x) - 1, size)
        return x[mask], t[mask]

    def exchanged(x, t, size):
        mask = np.random.choice(len(x), size)
        return t[mask], x[mask]

    def neighbours(x, t, size):
        start = np.random.randint(len(x))
        places = np.arange(start, start + size) % len(x)
        return x[places], t[places]

    def seeded(x, t, size):
        places = np.random.default_rng(1).choice(len(x), size)
        return x[places], t[places]

    def never_the_first(x, t, size):
        places = np.random.randint(1, len(x), size)
        return x[places], t[places]

    def every_other_one(x, t, size):
        places = 2 * np.random.choice(len(x) // 2, size)
        return x[places], t[places]

    def rounded(x, t, size):
        places = np.round(np.random.rand(size) * (len(x) - 1)).astype(int)
        return x[places], t[places]

    def parts_of_the_data(x, t, size):
        part = np.random.choice(len(x) // size) * size
        order = part + np.random.permutation(size)
        return x[order], t[order]

    def one_image_many_times(x, t, size):
        places = np.full(size, np.random.choice(len(x)))
        return x[places], t[places]

    def shuffles_the_callers(x, t, size):
        np.random.shuffle(x)
        return x[:size], t[:size]

    def pixels(x, t, size):
        places = np.random.choice(x.shape[1], size)
        return x[:, places], t[places]

    def of_the_labels(x, t, size):
        places = np.random.choice(t.max(), size)
        return x[places], t[places]

    def places_only(x, t, size):
        places = np.random.choice(len(x), size)
        return places, t[places]

    def scaled(x, t, size):
        places = np.random.choice(len(x), size)
        return x[places] / 255, t[places]

    def too_many_labels(x, t, size):
        places = np.random.choice(len(x), size)
        return x[places], t

    images_only = lambda x, t, size: x[np.random.choice(len(x), size)]


def learning(update, size=None, once=False, labels=None, early=False, more=0):
    def learn(net, x, t, lr, steps, batch_size):
        losses, batch = [], None
        for _ in range(steps + more):
            if batch is None or not once:
                batch = np.random.choice(len(x), size or batch_size)
            tb = t[: len(batch)] if labels == "first" else t[batch]
            grads = net.gradient(x[batch], tb)
            if early:
                losses.append(net.loss(x[batch], tb))
            for key in net.params:
                net.params[key][...] = update(net.params[key], grads[key], lr)
            if not early:
                losses.append(net.loss(x[batch], tb))
        return losses

    return learn


def down(p, g, lr):
    return p - lr * g


def measured(loss, draw=lambda x, i, size: np.random.choice(len(x), size)):
    """The right loop, with another loss of (net, x, t, batch) or another way to draw."""

    def learn(net, x, t, lr, steps, batch_size):
        losses = []
        for i in range(steps):
            batch = draw(x, i, batch_size)
            grads = net.gradient(x[batch], t[batch])
            for key in net.params:
                net.params[key] -= lr * grads[key]
            losses.append(loss(net, x, t, batch))
        return losses

    return learn


def own(net, x, t, batch):
    return net.loss(x[batch], t[batch])


class learn:
    uphill = learning(lambda p, g, lr: p + lr * g)
    no_learning_rate = learning(lambda p, g, lr: p - g)
    fixed_learning_rate = learning(lambda p, g, lr: p - 0.01 * g)
    no_update = learning(lambda p, g, lr: p)
    replaced = learning(lambda p, g, lr: -lr * g)
    divided_again = learning(lambda p, g, lr: p - lr * g / 5)
    signs_only = learning(lambda p, g, lr: p - lr * np.sign(g))
    loss_before = learning(down, early=True)
    loss_of_all_data = measured(lambda net, x, t, batch: net.loss(x, t))
    loss_of_one_image = measured(lambda net, x, t, batch: net.loss(x[batch[:1]], t[batch[:1]]))
    loss_of_swapped_arguments = measured(lambda net, x, t, batch: net.loss(t[batch], x[batch]))
    accuracies = measured(lambda net, x, t, batch: net.accuracy(x[batch], t[batch]))
    in_order = measured(own, lambda x, i, n: np.arange(i * n, i * n + n) % len(x))
    first_half = measured(own, lambda x, i, n: np.random.choice(len(x) // 2, n))
    a_run_of_neighbours = measured(
        own, lambda x, i, n: (np.random.choice(len(x)) + 2 * np.arange(n)) % len(x)
    )

    def loss_of_a_fresh_batch(net, x, t, lr, steps, batch_size):
        fresh = measured(
            lambda net, x, t, _batch: own(net, x, t, np.random.choice(len(x), batch_size))
        )
        return fresh(net, x, t, lr, steps, batch_size)

    def a_new_array(net, x, t, lr, steps, batch_size):
        losses = []
        for _ in range(steps):
            batch = np.random.choice(len(x), batch_size)
            grads = net.gradient(x[batch], t[batch])
            for key in net.params:
                net.params[key] = net.params[key] - lr * grads[key]
            losses.append(net.loss(x[batch], t[batch]))
        return losses

    def a_name_moves_away(net, x, t, lr, steps, batch_size):
        losses = []
        for step in range(steps):
            batch = np.random.choice(len(x), batch_size)
            grads = net.gradient(x[batch], t[batch])
            for p, g in zip(net.params.values(), grads.values(), strict=True):
                if step == 0:
                    p -= lr * g
                else:
                    p = p - lr * g
            losses.append(net.loss(x[batch], t[batch]))
        return losses

    def updates_twice(net, x, t, lr, steps, batch_size):
        losses = []
        for _ in range(steps):
            batch = np.random.choice(len(x), batch_size)
            grads = net.gradient(x[batch], t[batch])
            for key in net.params:
                net.params[key] -= lr * grads[key]
                net.params[key] -= lr * grads[key]
            losses.append(net.loss(x[batch], t[batch]))
        return losses

    def a_gradient_for_each_key(net, x, t, lr, steps, batch_size):
        losses = []
        for _ in range(steps):
            batch = np.random.choice(len(x), batch_size)
            for key in net.params:
                net.params[key] -= lr * net.gradient(x[batch], t[batch])[key]
            losses.append(net.loss(x[batch], t[batch]))
        return losses

    def sums_so_far(net, x, t, lr, steps, batch_size):
        return np.cumsum(measured(own)(net, x, t, lr, steps, batch_size)).tolist()

    def all_data(net, x, t, lr, steps, batch_size):
        losses = []
        for _ in range(steps):
            grads = net.gradient(x, t)
            for key in net.params:
                net.params[key] -= lr * grads[key]
            losses.append(net.loss(x, t))
        return losses

    one_batch_for_ever = learning(down, once=True)
    other_labels = learning(down, labels="first")
    fixed_size = learning(down, size=7)
    one_step_more = learning(down, more=1)

    def last_loss_only(net, x, t, lr, steps, batch_size):
        return learning(down)(net, x, t, lr, steps, batch_size)[-1]

    def nothing_returned(net, x, t, lr, steps, batch_size):
        learning(down)(net, x, t, lr, steps, batch_size)

    def weights_only(net, x, t, lr, steps, batch_size):
        losses = []
        for _ in range(steps):
            batch = np.random.choice(len(x), batch_size)
            grads = net.gradient(x[batch], t[batch])
            for key in ("W1", "W2"):
                net.params[key] -= lr * grads[key]
            losses.append(net.loss(x[batch], t[batch]))
        return losses

    def no_gradient(net, x, t, lr, steps, batch_size):
        return [net.loss(x[:batch_size], t[:batch_size]) for _ in range(steps)]


class reading_steps:
    float = lambda n, size, last: [i for i in range(last) if i % (n / size) == 0]
    zero_steps = lambda n, size, last: [i for i in range(last) if i % (n // size) == 0]
    rounded_up = lambda n, size, last: list(range(0, last, -(-n // size)))
    rounded = lambda n, size, last: list(range(0, last, max(round(n / size), 1)))
    at_the_end = lambda n, size, last: [i for i in range(last) if (i + 1) % max(n // size, 1) == 0]
    not_the_first = lambda n, size, last: list(range(0, last, max(n // size, 1)))[1:]
    one_too_far = lambda n, size, last: list(range(0, last + 1, max(n // size, 1)))
    every_batch_size = lambda n, size, last: list(range(0, last, size))
    exact_places = lambda n, size, last: np.arange(0, last, max(n / size, 1))
    a_number = lambda n, size, last: len(range(0, last, max(n // size, 1)))
    nothing_for_small_sets = lambda n, size, last: (
        [i for i in range(last) if i % (n // size) == 0] if n >= size else []
    )
    once_for_small_sets = lambda n, size, last: list(range(0, last, n // size or last))
    epochs = lambda n, size, last: list(range(len(range(0, last, max(n // size, 1)))))
    true_or_false = lambda n, size, last: [i % max(n // size, 1) == 0 for i in range(last)]
    one_epoch_too_few = lambda n, size, last: list(range(0, last, max(n // size, 1)))[:-1]
    one_too_wide = lambda n, size, last: list(range(0, last, n // size + 1))
    from_one = lambda n, size, last: list(range(1, last, max(n // size, 1)))
    images = lambda n, size, last: list(range(0, last, n))

    def finished_epochs(train_size, batch_size, max_iter):
        per_epoch = max(train_size // batch_size, 1)
        return [k * per_epoch for k in range(max_iter // per_epoch)]

    def the_last_step_forgotten(train_size, batch_size, max_iter):
        return list(range(0, max_iter - 1, max(train_size // batch_size, 1)))

    def always_the_first(train_size, batch_size, max_iter):
        per_epoch = max(train_size // batch_size, 1)
        return [0, *range(per_epoch, max_iter, per_epoch)]

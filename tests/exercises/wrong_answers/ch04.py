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
        start = np.random.randint(len(x) - size + 1)
        return x[start : start + size], t[start : start + size]

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
                net.params[key] = update(net.params[key], grads[key], lr)
            if not early:
                losses.append(net.loss(x[batch], tb))
        return losses

    return learn


def down(p, g, lr):
    return p - lr * g


class learn:
    uphill = learning(lambda p, g, lr: p + lr * g)
    no_learning_rate = learning(lambda p, g, lr: p - g)
    fixed_learning_rate = learning(lambda p, g, lr: p - 0.1 * g)
    no_update = learning(lambda p, g, lr: p)
    replaced = learning(lambda p, g, lr: -lr * g)
    loss_before = learning(down, early=True)

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
            net.params["W"] -= lr * net.gradient(x[batch], t[batch])["W"]
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

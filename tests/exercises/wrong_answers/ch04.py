"""Wrong answers of chapter 4, as readers write them: exercise -> the mistake -> the answer.

Each must be told ✗, with a message that no other mistake in the same exercise gets.
"""

import numpy as np

from common.gradient import numerical_gradient


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x):
    return np.exp(x) / np.sum(np.exp(x), axis=-1, keepdims=True)


# --- cross_entropy_batch


def cross_entropy_if_shapes(y, t):
    if y.shape == t.shape:
        return -np.sum(t * np.log(y + 1e-7)) / y.shape[0]
    return -np.sum(np.log(y[np.arange(y.shape[0]), t] + 1e-7))


def cross_entropy_sum(y, t):
    if t.ndim == 2:
        t = np.argmax(t, axis=1)
    return -np.sum(np.log(y[np.arange(len(t)), t] + 1e-7))


def cross_entropy_no_delta(y, t):
    if t.ndim == 2:
        t = np.argmax(t, axis=1)
    return -np.mean(np.log(y[np.arange(len(t)), t]))


def cross_entropy_no_sign(y, t):
    return -cross_entropy_no_delta(y + 1e-7, t)


def cross_entropy_per_entry(y, t):
    if t.ndim == 1:
        t = np.eye(y.shape[1])[t]
    return -np.mean(t * np.log(y + 1e-7))


def cross_entropy_columns(y, t):
    if t.ndim == 2:
        t = np.argmax(t, axis=1)
    return -np.mean(np.log(y[:, t] + 1e-7))


def cross_entropy_base_10(y, t):
    if t.ndim == 2:
        t = np.argmax(t, axis=1)
    return -np.mean(np.log10(y[np.arange(len(t)), t] + 1e-7))


def cross_entropy_one_by_one(y, t):
    if t.ndim == 2:
        t = np.argmax(t, axis=1)
    return -np.log(y[np.arange(len(t)), t] + 1e-7)


# --- safe_gradient


def gradient_of_ints(f, x, h=1e-4):
    x, grad = x.copy(), np.zeros_like(x)
    for i in np.ndindex(x.shape):
        keep = x[i]
        x[i] = keep + h
        up = f(x)
        x[i] = keep - h
        grad[i] = (up - f(x)) / (2 * h)
        x[i] = keep
    return grad


def gradient_int_result(f, x, h=1e-4):
    grad = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        up, down = x.astype(float), x.astype(float)
        up[i] += h
        down[i] -= h
        grad[i] = (f(up) - f(down)) / (2 * h)
    return grad


def pairwise_gradient(f, x, up_by, down_by, width):
    grad = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        up, down = x.astype(float), x.astype(float)
        up[i] += up_by
        down[i] -= down_by
        grad[i] = (f(up) - f(down)) / width
    return grad


def gradient_in_place(f, x, h=1e-4):
    grad = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        x[i] += h
        up = f(x)
        x[i] -= 2 * h
        grad[i] = (up - f(x)) / (2 * h)
    return grad


def gradient_not_restored(f, x, h=1e-4):
    x, grad = x.astype(float), np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        value = x[i]
        x[i] = value + h
        up = f(x)
        x[i] = value - h
        grad[i] = (up - f(x)) / (2 * h)
    return grad


def gradient_one_axis(f, x, h=1e-4):
    x, grad = x.astype(float), np.zeros(x.shape)
    for i in range(x.size):
        value = x[i]
        x[i] = value + h
        up = f(x)
        x[i] = value - h
        grad[i] = (up - f(x)) / (2 * h)
        x[i] = value
    return grad


# --- safe_descent


def descent_in_place(f, init_x, lr, step_num):
    x = init_x
    for _ in range(step_num):
        x -= lr * numerical_gradient(f, x)
    return x


def descent_of_ints(f, init_x, lr, step_num):
    x = init_x.copy()
    for _ in range(step_num):
        x -= lr * numerical_gradient(f, x)
    return x


def descent_uphill(f, init_x, lr, step_num):
    x = init_x.astype(float)
    for _ in range(step_num):
        x += lr * numerical_gradient(f, x)
    return x


def descent_deaf(f, init_x, lr, step_num):
    x = init_x.astype(float)
    for _ in range(step_num):
        x -= 0.01 * numerical_gradient(f, x)
    return x


def descent_without_lr(f, init_x, lr, step_num):
    x = init_x.astype(float)
    for _ in range(step_num):
        x -= numerical_gradient(f, x)
    return x


def descent_old_slope(f, init_x, lr, step_num):
    x = init_x.astype(float)
    slope = numerical_gradient(f, x)
    for _ in range(step_num):
        x -= lr * slope
    return x


def descent_from_one(f, init_x, lr, step_num):
    x = init_x.astype(float)
    for _ in range(1, step_num):
        x -= lr * numerical_gradient(f, x)
    return x


def descent_one_more(f, init_x, lr, step_num):
    x = init_x.astype(float)
    for _ in range(step_num + 1):
        x -= lr * numerical_gradient(f, x)
    return x


def descent_early_return(f, init_x, lr, step_num):
    x = init_x.astype(float)
    for _ in range(step_num):
        x -= lr * numerical_gradient(f, x)
        return x
    return x


def descent_height(f, init_x, lr, step_num):
    x = init_x.astype(float)
    for _ in range(step_num):
        x -= lr * numerical_gradient(f, x)
    return f(x)


# --- mended_predict


def predict(p, x, hidden=sigmoid, last=softmax, skip=False):
    z1 = hidden(x @ p["W1"] + p["b1"])
    return last((x if skip else z1) @ p["W2"] + p["b2"])


def one_sum(a):
    e = np.exp(a - a.max())
    return e / e.sum()


# --- draw_batch


def batch_of_images(x, t, size):
    mask = np.random.choice(len(x), size)
    return x[mask], x[mask]


def batch_drawn_twice(x, t, size):
    return x[np.random.choice(len(x), size)], t[np.random.choice(len(x), size)]


def batch_first(x, t, size):
    return x[:size], t[:size]


def batch_from_first(x, t, size):
    mask = np.random.choice(size, size)
    return x[mask], t[mask]


def batch_of_ten(x, t, size):
    mask = np.random.choice(len(x), 10)
    return x[mask], t[mask]


def batch_without_last(x, t, size):
    mask = np.random.choice(len(x) - 1, size)
    return x[mask], t[mask]


def batch_exchanged(x, t, size):
    mask = np.random.choice(len(x), size)
    return t[mask], x[mask]


def batch_of_neighbours(x, t, size):
    start = np.random.randint(len(x) - size + 1)
    return x[start : start + size], t[start : start + size]


def batch_images_only(x, t, size):
    return x[np.random.choice(len(x), size)]


# --- learn


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


def learn_everything(net, x, t, lr, steps, batch_size):
    losses = []
    for _ in range(steps):
        grads = net.gradient(x, t)
        for key in net.params:
            net.params[key] -= lr * grads[key]
        losses.append(net.loss(x, t))
    return losses


def learn_last_loss(net, x, t, lr, steps, batch_size):
    return learning(down)(net, x, t, lr, steps, batch_size)[-1]


def learn_nothing_back(net, x, t, lr, steps, batch_size):
    learning(down)(net, x, t, lr, steps, batch_size)


def learn_only_weights(net, x, t, lr, steps, batch_size):
    losses = []
    for _ in range(steps):
        batch = np.random.choice(len(x), batch_size)
        net.params["W"] -= lr * net.gradient(x[batch], t[batch])["W"]
        losses.append(net.loss(x[batch], t[batch]))
    return losses


def learn_without_gradient(net, x, t, lr, steps, batch_size):
    return [net.loss(x[:batch_size], t[:batch_size]) for _ in range(steps)]


SIZES = {
    "forward, float64": 1e-8,
    "central, float64": 1e-5,
    "forward, float32": 3e-4,
    "central, float32": 5e-3,
}
STARTS = {
    "right above": (4, 4),
    "left above": (-4, 4),
    "left below": (-5, -4),
    "right below": (4, -3),
}

WRONG = {
    "cross_entropy_batch": {
        "sum for class numbers": cross_entropy_if_shapes,
        "sum": cross_entropy_sum,
        "one-hot only": lambda y, t: -np.sum(t * np.log(y + 1e-7)) / len(y),
        "class numbers only": lambda y, t: -np.mean(np.log(y[range(len(y)), t] + 1e-7)),
        "no delta": cross_entropy_no_delta,
        "no sign": cross_entropy_no_sign,
        "mean over entries": cross_entropy_per_entry,
        "columns": cross_entropy_columns,
        "base 10": cross_entropy_base_10,
        "all classes": lambda y, t: -np.sum(np.log(y + 1e-7)) / len(y),
        "not averaged": cross_entropy_one_by_one,
    },
    "step_sizes": {
        "as small as can be": SIZES | {"forward, float64": 1e-14},
        "too large": SIZES | {"central, float64": 1e-2},
        "float64's step in float32": SIZES | {"forward, float32": 1e-8},
        "forward's step for central": SIZES | {"central, float64": 1e-8},
        "large in float32": SIZES | {"central, float32": 0.5},
        "zero": SIZES | {"central, float32": 0},
        "text": SIZES | {"forward, float64": "1e-8"},
    },
    "safe_gradient": {
        "integers": gradient_of_ints,
        "floats in, integers out": gradient_int_result,
        "h instead of 2h": lambda f, x: pairwise_gradient(f, x, 1e-4, 1e-4, 1e-4),
        "forward": lambda f, x: pairwise_gradient(f, x, 1e-4, 0, 1e-4),
        "h too small": lambda f, x: pairwise_gradient(f, x, 1e-50, 1e-50, 2e-50),
        "changes x": gradient_in_place,
        "not restored": gradient_not_restored,
        "one axis only": gradient_one_axis,
        "all at once": lambda f, x: (f(x + 1e-4) - f(x - 1e-4)) / 2e-4,
        "sign": lambda f, x: -pairwise_gradient(f, x, 1e-4, 1e-4, 2e-4),
    },
    "safe_descent": {
        "changes the start": descent_in_place,
        "copies integers": descent_of_ints,
        "uphill": descent_uphill,
        "deaf to lr": descent_deaf,
        "no lr": descent_without_lr,
        "old slope": descent_old_slope,
        "one step less": descent_from_one,
        "one step more": descent_one_more,
        "returns early": descent_early_return,
        "height": descent_height,
    },
    "oscillating_rate": {
        "zero": 0,
        "negative": -0.9,
        "infinite": np.inf,
        "small": 0.1,
        "lands at once": 0.5001,
        "slow along the valley": 0.55,
        "nearly 1": 0.99,
        "for ever": 1.0,
        "diverges": 1.1,
        "text": "0.9",
    },
    "four_starts": {
        "one start for two": STARTS | {"left above": (-4, -4)},
        "starts at the goal": STARTS | {"right above": (3, 2)},
        "too far": STARTS | {"left below": (-50, -50)},
        "three numbers": STARTS | {"right below": (4, -3, 0)},
        "on the summit": STARTS | {"right above": (-0.270845, -0.923039)},
        "mirrored": STARTS | {"right below": (4, 3)},
        "nan": STARTS | {"left above": (np.nan, 4)},
    },
    "mended_predict": {
        "reads x": lambda p, x: predict(p, x, skip=True),
        "no sigmoid": lambda p, x: predict(p, x, hidden=lambda a: a),
        "no softmax": lambda p, x: predict(p, x, last=lambda a: a),
        "sigmoid at the end": lambda p, x: predict(p, x, last=sigmoid),
        "one sum": lambda p, x: predict(p, x, last=one_sum),
        "no biases": lambda p, x: softmax(sigmoid(x @ p["W1"]) @ p["W2"]),
        "classes": lambda p, x: predict(p, x).argmax(axis=1),
        "sigmoid twice": lambda p, x: predict(p, x, last=lambda a: softmax(sigmoid(a))),
        "transposed": lambda p, x: softmax(sigmoid(x @ p["W1"].T + p["b1"]) @ p["W2"].T + p["b2"]),
    },
    "draw_batch": {
        "images for labels": batch_of_images,
        "drawn twice": batch_drawn_twice,
        "always the first": batch_first,
        "from the first": batch_from_first,
        "always ten": batch_of_ten,
        "never the last": batch_without_last,
        "exchanged": batch_exchanged,
        "neighbours": batch_of_neighbours,
        "images only": batch_images_only,
    },
    "learn": {
        "uphill": learning(lambda p, g, lr: p + lr * g),
        "no learning rate": learning(lambda p, g, lr: p - g),
        "fixed learning rate": learning(lambda p, g, lr: p - 0.1 * g),
        "no update": learning(lambda p, g, lr: p),
        "replaced": learning(lambda p, g, lr: -lr * g),
        "loss before": learning(down, early=True),
        "all data": learn_everything,
        "one batch for ever": learning(down, once=True),
        "other labels": learning(down, labels="first"),
        "fixed size": learning(down, size=7),
        "one step more": learning(down, more=1),
        "last loss only": learn_last_loss,
        "nothing returned": learn_nothing_back,
        "weights only": learn_only_weights,
        "no gradient": learn_without_gradient,
    },
    "reading_steps": {
        "float": lambda n, size, last: [i for i in range(last) if i % (n / size) == 0],
        "zero steps": lambda n, size, last: [i for i in range(last) if i % (n // size) == 0],
        "rounded up": lambda n, size, last: list(range(0, last, -(-n // size))),
        "rounded": lambda n, size, last: list(range(0, last, max(round(n / size), 1))),
        "at the end": lambda n, size, last: [
            i for i in range(last) if (i + 1) % max(n // size, 1) == 0
        ],
        "not the first": lambda n, size, last: list(range(0, last, max(n // size, 1)))[1:],
        "one too far": lambda n, size, last: list(range(0, last + 1, max(n // size, 1))),
        "every batch_size": lambda n, size, last: list(range(0, last, size)),
    },
}

"""Right answers of chapter 4 that differ from the solution: a class an exercise, a name a way."""

import math
import random
from fractions import Fraction

import numpy as np

from common.functions import cross_entropy_error, sigmoid, softmax
from common.gradient import numerical_gradient
from common.optimizer import SGD


class cross_entropy_batch:
    commons = lambda y, t: cross_entropy_error(y, t)

    def the_books(y, t):
        if y.ndim == 1:
            t = t.reshape(1, t.size)
            y = y.reshape(1, y.size)
        if t.size == y.size:
            t = t.argmax(axis=1)
        batch_size = y.shape[0]
        return -np.sum(np.log(y[np.arange(batch_size), t] + 1e-7)) / batch_size

    def all_made_one_hot(y, t):
        if t.ndim == 1:
            t = np.eye(y.shape[1])[t]
        return -np.sum(t * np.log(y + 1e-7)) / len(y)

    def one_hot_by_places(y, t):
        rows = np.zeros_like(y)
        if len(t.shape) == 1:
            rows[range(len(t)), t] = 1
        else:
            rows = t
        return np.mean(-np.sum(rows * np.log(y + 1e-7), axis=1))

    def a_loop(y, t):
        total = 0.0
        for probabilities, label in zip(y, t, strict=True):
            k = label if t.ndim == 1 else np.argmax(label)
            total -= math.log(probabilities[k] + 1e-7)
        return total / len(y)

    def a_comprehension(y, t):
        labels = t.argmax(1) if t.shape == y.shape else t
        return np.mean([-np.log(row[int(k)] + 1e-7) for row, k in zip(y, labels, strict=True)])

    def by_a_mask(y, t):
        if t.ndim == 1:
            t = t[:, np.newaxis] == np.arange(y.shape[1])
        return -np.log(y[t == 1] + 1e-7).mean()

    def taken_along(y, t):
        t = t if t.ndim == 1 else np.argmax(t, axis=1)
        return -np.log(np.take_along_axis(y, t[:, None].astype(int), axis=1) + 1e-7).mean()

    def float32(y, t):
        y = y.astype(np.float32)
        t = t.argmax(axis=1) if t.ndim == 2 else t
        return np.float32(-np.mean(np.log(y[np.arange(len(y)), t] + np.float32(1e-7))))


SIZES = {
    "forward, float64": 1e-8,
    "central, float64": 1e-5,
    "forward, float32": 3e-4,
    "central, float32": 5e-3,
}
EPS, EPS32 = np.finfo(float).eps, np.finfo(np.float32).eps


def steps(*sizes):
    return dict(zip(SIZES, sizes, strict=True))


class step_sizes:
    roots_of_epsilon = steps(EPS**0.5, EPS ** (1 / 3), EPS32**0.5, EPS32 ** (1 / 3))
    powers = steps(10**-8, 10**-5, 10**-3.5, 10**-2)
    numpys_numbers = steps(*np.array([2e-8, 6e-6, 5e-4, 4e-3], dtype=np.float32))
    single_arrays = steps(*map(np.array, (1e-8, 5e-6, 2e-4, 3e-3)))
    fractions = steps(*(Fraction(1, n) for n in (10**8, 10**5, 3000, 250)))
    another_order = dict(reversed(SIZES.items())) | {"forward, float64": 5e-9}
    of_the_panel = steps(1.25892541e-08, 3.98107171e-06, 3.16227766e-04, 3.16227766e-03)


def slope_along(f, x, index, h=1e-4):
    up, down = x.astype(float), x.astype(float)
    up[index] += h
    down[index] -= h
    return (f(up) - f(down)) / (2 * h)


class safe_gradient:
    copies_for_each = lambda f, x: np.array(
        [slope_along(f, x, index) for index in np.ndindex(x.shape)]
    ).reshape(x.shape)
    commons = lambda f, x: numerical_gradient(f, x.astype(float))

    def an_iterator(f, x):
        h, x = 1e-4, np.array(x, dtype=np.float64)
        grad = np.zeros_like(x)
        it = np.nditer(x, flags=["multi_index"])
        while not it.finished:
            idx = it.multi_index
            tmp_val = x[idx]
            x[idx] = tmp_val + h
            fxh1 = f(x)
            x[idx] = tmp_val - h
            fxh2 = f(x)
            grad[idx] = (fxh1 - fxh2) / (2 * h)
            x[idx] = tmp_val
            it.iternext()
        return grad

    def unit_steps(f, x):
        x, h = x * 1.0, 1e-5
        grad = np.empty(x.shape)
        for i in range(x.size):
            e = np.zeros(x.size)
            e[i] = h
            e = e.reshape(x.shape)
            grad.flat[i] = (f(x + e) - f(x - e)) / (2 * h)
        return grad

    def flat(f, x, h=1e-4):
        shape = x.shape
        place = x.astype(float).flatten()
        slopes = []
        for i in range(len(place)):
            value = place[i]
            place[i] = value + h
            above = f(place.reshape(shape))
            place[i] = value - h
            below = f(place.reshape(shape))
            place[i] = value
            slopes.append((above - below) / (2 * h))
        return np.array(slopes).reshape(shape)

    def nudged_back(f, x):
        x = x.astype(float).copy()
        grad = np.zeros(x.shape)
        for index, value in np.ndenumerate(x.copy()):
            values = []
            for step in (1e-3, -1e-3):
                x[index] = value + step
                values.append(f(x))
            x[index] = value
            grad[index] = (values[0] - values[1]) / 2e-3
        return grad

    def recursive_lists(f, x):
        def along(index):
            if len(index) == x.ndim:
                return slope_along(f, x, index)
            return [along((*index, i)) for i in range(x.shape[len(index)])]

        return along(())

    def complicated_but_exact(f, x, h=1e-6):
        x = np.asarray(x, dtype=float).copy()
        gradient = np.full(x.shape, np.nan)
        for index in np.ndindex(*x.shape):
            keep, x[index] = x[index], x[index] + h
            above = f(x)
            x[index] = keep - h
            gradient[index], x[index] = (above - f(x)) / (h + h), keep
        return gradient


class safe_descent:
    def a_new_place_each_time(f, init_x, lr, step_num):
        x = init_x * 1.0
        for _ in range(step_num):
            x = x - lr * numerical_gradient(f, x)
        return x

    def a_copy(f, init_x, lr, step_num):
        x = init_x.astype(float).copy()
        while step_num > 0:
            x -= numerical_gradient(f, x) * lr
            step_num -= 1
        return x

    def a_path(f, init_x, lr, step_num):
        path = [np.array(init_x, dtype=np.float64)]
        for _ in range(step_num):
            path.append(path[-1] - lr * numerical_gradient(f, path[-1]))
        return path[-1]

    def recursive(f, init_x, lr, step_num):
        x = np.array(init_x, float)
        if step_num == 0:
            return x
        return safe_descent.recursive(f, x - lr * numerical_gradient(f, x), lr, step_num - 1)

    def by_the_optimizer(f, init_x, lr, step_num):
        params, optimizer = {"x": init_x.astype(float)}, SGD(lr=lr)
        for _ in range(step_num):
            optimizer.update(params, {"x": numerical_gradient(f, params["x"])})
        return params["x"]

    def a_slope_of_its_own(f, init_x, lr, step_num):
        x = np.array([float(value) for value in init_x])
        for _ in range(step_num):
            grad = np.array([slope_along(f, x, i) for i in range(len(x))])
            x = x - lr * grad
        return x

    def a_list(f, init_x, lr=0.01, step_num=100):
        x = np.asarray(init_x, dtype=float)
        for _ in range(step_num):
            x = x + -lr * numerical_gradient(f, x)
        return x.tolist()

    def keeps_the_caller_s_kind(f, init_x, lr, step_num):
        start = init_x.copy()
        x = start.astype("float64")
        for _i in range(step_num):
            g = numerical_gradient(f, x)
            x[:] = x - lr * g
        return x


class oscillating_rate:
    three_quarters = 0.75
    numpys = np.float64(0.8)
    in_an_array = np.array(0.9)
    a_fraction = Fraction(19, 20)
    float32 = np.float32(0.85)
    nearly_the_slowest = 0.64
    nearly_for_ever = 0.97


STARTS = {
    "right above": (4, 4),
    "left above": (-4, 4),
    "left below": (-5, -4),
    "right below": (4, -3),
}


def starts(*places):
    return dict(zip(STARTS, places, strict=True))


class four_starts:
    corners = starts((5, 5), (-5, 5), (-5, -5), (5, -5))
    lists = starts([4.0, 4.0], [-4.0, 4.5], [-5.0, -4.0], [4.0, -3.0])
    arrays = starts(*np.array([[1.5, 1.5], [-1.5, 5], [-2.5, -2.5], [3, -4]]))
    numpys_numbers = STARTS | {"right above": (np.float32(1.5), np.int64(1))}
    as_text = STARTS | {"right below": "(4, -3)"}
    near_the_middle = starts((1, 1), (-1, 1), (-1, -2), (2, -1))


class mended_predict:
    def the_books(params, x):
        W1, W2 = params["W1"], params["W2"]
        b1, b2 = params["b1"], params["b2"]
        a1 = np.dot(x, W1) + b1
        z1 = sigmoid(a1)
        a2 = np.dot(z1, W2) + b2
        return softmax(a2)

    def in_one_line(params, x):
        return softmax(sigmoid(x @ params["W1"] + params["b1"]) @ params["W2"] + params["b2"])

    def by_order(params, x):
        W1, b1, W2, b2 = params.values()
        return softmax(sigmoid(x @ W1 + b1) @ W2 + b2)

    def own_functions(params, x):
        z = 1 / (1 + np.exp(-(x @ params["W1"] + params["b1"])))
        e = np.exp(z @ params["W2"] + params["b2"])
        return e / e.sum(axis=1, keepdims=True)

    def row_by_row(params, x):
        rows = []
        for image in x:
            z1 = sigmoid(image @ params["W1"] + params["b1"])
            rows.append(softmax(z1 @ params["W2"] + params["b2"]))
        return np.array(rows)

    def a_loop_over_layers(params, x):
        for n, h in ((1, sigmoid), (2, softmax)):
            x = h(x @ params[f"W{n}"] + params[f"b{n}"])
        return x

    def float32(params, x):
        p = {key: value.astype(np.float32) for key, value in params.items()}
        return mended_predict.the_books(p, x.astype(np.float32))

    def standing_up(params, x):
        z1 = sigmoid(params["W1"].T @ x.T + params["b1"][:, None])
        return softmax((params["W2"].T @ z1 + params["b2"].reshape(-1, 1)).T)


GENERATOR = np.random.default_rng()


class draw_batch:
    def default_rng(x, t, size):
        mask = np.random.default_rng().choice(len(x), size)
        return x[mask], t[mask]

    def a_generator_outside(x, t, size):
        places = GENERATOR.integers(0, len(x), size=size)
        return x[places], t[places]

    def without_replacement(x, t, size):
        mask = np.random.choice(x.shape[0], size, replace=False)
        return [x[mask], t[mask]]

    def randint(x, t, size):
        batch = np.random.randint(0, len(x), size)
        return x[batch, :], t[batch]

    def the_standard_library(x, t, size):
        places = random.choices(range(len(x)), k=size)
        return np.array([x[i] for i in places]), np.array([t[i] for i in places])

    def sampled_lists(x, t, size):
        pairs = random.sample(list(zip(x, t, strict=True)), size)
        return [image for image, _label in pairs], [label for _image, label in pairs]

    def the_first_of_a_permutation(x, t, size):
        order = np.random.permutation(len(t))
        x, t = x[order], t[order]
        return x[:size], t[:size]

    def shuffled_places(x, t, size):
        places = np.arange(len(x))
        np.random.shuffle(places)
        return np.take(x, places[:size], axis=0), np.take(t, places[:size], axis=0)

    def one_at_a_time(x, t, size):
        x_batch, t_batch = [], []
        for _ in range(size):
            i = np.random.choice(len(x))
            x_batch.append(x[i])
            t_batch.append(t[i])
        return np.array(x_batch), np.array(t_batch)

    def in_order_of_the_data(x, t, size):
        mask = np.sort(np.random.choice(np.arange(len(x)), size))
        return x[mask], t[mask]

    def by_chance_of_uniform(x, t, size):
        mask = (np.random.rand(size) * len(x)).astype(int)
        return x[mask], t[mask]


class learn:
    def the_books_keys(net, x, t, lr, steps, batch_size):
        train_loss_list = []
        train_size = x.shape[0]
        for _ in range(steps):
            batch_mask = np.random.choice(train_size, batch_size)
            x_batch = x[batch_mask]
            t_batch = t[batch_mask]
            grad = net.gradient(x_batch, t_batch)
            for key in ("W1", "b1", "W2", "b2"):
                net.params[key] -= lr * grad[key]
            loss = net.loss(x_batch, t_batch)
            train_loss_list.append(loss)
        return train_loss_list

    def by_the_optimizer(net, x, t, lr, steps, batch_size):
        losses, optimizer = [], SGD(lr)
        for _ in range(steps):
            xb, tb = draw_batch.randint(x, t, batch_size)
            optimizer.update(net.params, net.gradient(xb, tb))
            losses.append(float(net.loss(xb, tb)))
        return losses

    def arrays_of_losses(net, x, t, lr, steps, batch_size):
        losses = np.zeros(steps)
        rng = np.random.default_rng()
        for i in range(steps):
            batch = rng.choice(len(x), batch_size, replace=False)
            grads = net.gradient(x[batch], t[batch])
            for key, grad in grads.items():
                net.params[key][...] = net.params[key] - lr * grad
            losses[i] = net.loss(x[batch], t[batch])
        return losses

    def in_pairs(net, x, t, lr, steps, batch_size):
        def step():
            batch = np.random.choice(len(x), batch_size)
            grads = net.gradient(x[batch], t[batch])
            for p, g in zip(net.params.values(), grads.values(), strict=True):
                p -= lr * g
            return net.loss(x[batch], t[batch])

        return [step() for _ in range(steps)]

    def np_subtract(net, x, t, lr, steps, batch_size):
        losses, done = [], 0
        while done < steps:
            batch = random.choices(range(len(x)), k=batch_size)
            grads = net.gradient(x[batch], t[batch])
            for name, value in net.params.items():
                np.subtract(value, lr * grads[name], out=value)
            losses += [net.loss(x[batch], t[batch])]
            done += 1
        return losses

    def watched(net, x, t, lr, steps, batch_size):
        losses = []
        for i in range(steps):
            batch = np.random.permutation(len(x))[:batch_size]
            before = net.loss(x[batch], t[batch])
            grads = net.gradient(x[batch], t[batch])
            for key in net.params:
                net.params[key] += -lr * grads[key]
            after = net.loss(x[batch], t[batch])
            if i % 100 == 0:
                net.accuracy(x, t)
                net.loss(x, t)
            losses.append(after)
            assert np.isfinite(before)
        return losses

    def the_loss_from_predict(net, x, t, lr, steps, batch_size):
        losses = []
        for _ in range(steps):
            batch = np.random.choice(len(x), batch_size)
            grads = net.gradient(x[batch], t[batch])
            for key in grads:
                net.params[key] -= lr * grads[key]
            losses.append(cross_entropy_error(net.predict(x[batch]), t[batch]))
        return losses

    def changed_by_a_name(net, x, t, lr, steps, batch_size):
        losses, params = [], net.params
        for _ in range(steps):
            batch = np.random.choice(len(x), batch_size)
            grads = net.gradient(x=x[batch], t=t[batch])
            for n in (1, 2):
                W, b = params[f"W{n}"], params[f"b{n}"]
                W -= lr * grads[f"W{n}"]
                b -= lr * grads[f"b{n}"]
            losses.append(net.loss(x=x[batch], t=t[batch]))
        return tuple(losses)


class reading_steps:
    a_range = lambda n, size, last: range(0, last, max(n // size, 1))
    numpy = lambda n, size, last: np.arange(0, last, max(1, n // size))

    def a_loop(train_size, batch_size, max_iter):
        iter_per_epoch = train_size // batch_size
        if iter_per_epoch == 0:
            iter_per_epoch = 1
        steps = []
        for i in range(max_iter):
            if i % iter_per_epoch == 0:
                steps.append(i)
        return steps

    def counted(train_size, batch_size, max_iter):
        per_epoch = int(max(train_size / batch_size, 1))
        steps, i = [], 0
        while i < max_iter:
            steps += [i]
            i += per_epoch
        return tuple(steps)

    def by_divmod(train_size, batch_size, max_iter):
        whole, _rest = divmod(train_size, batch_size)
        return [i for i in range(max_iter) if whole < 2 or i % whole == 0]

    def a_countdown(train_size, batch_size, max_iter):
        left, steps = 0, []
        for i in range(max_iter):
            if left == 0:
                steps.append(i)
                left = math.floor(train_size / batch_size) or 1
            left -= 1
        return steps

    def masked(train_size, batch_size, max_iter):
        i = np.arange(max_iter)
        return i[i % max(train_size // batch_size, 1) == 0]

"""Wrong answers of chapter 7, as readers write them: a class an exercise, a name a mistake."""

# ruff: noqa: RUF012, B006, for readers write so

import numpy as np

from common.util import im2col


class output_size:
    one_too_few = lambda n, f, s, p: ((n + 2 * p - f) // s, (n + 2 * p - f) % s)
    padding_once = lambda n, f, s, p: ((n + p - f) // s + 1, (n + p - f) % s)
    no_padding = lambda n, f, s, p: ((n - f) // s + 1, (n - f) % s)

    def rounded_up(size, filter_size, stride, pad):
        room = size + 2 * pad - filter_size
        return int(np.ceil(room / stride)) + 1, room % stride

    decimals = lambda n, f, s, p: ((n + 2 * p - f) / s + 1, (n + 2 * p - f) % s)
    exchanged = lambda n, f, s, p: ((n + 2 * p - f) % s, (n + 2 * p - f) // s + 1)
    size_only = lambda n, f, s, p: (n + 2 * p - f) // s + 1
    remainder_of_the_image = lambda n, f, s, p: (
        (n + 2 * p - f) // s + 1,
        (n + 2 * p) % s,
    )
    rounded = lambda n, f, s, p: (round((n + 2 * p - f) / s) + 1, (n + 2 * p - f) % s)
    nothing_remains = lambda n, f, s, p: ((n + 2 * p - f) // s + 1, 0)
    remainder_without_padding = lambda n, f, s, p: ((n + 2 * p - f) // s + 1, (n - f) % s)
    frame_not_counted = lambda n, f, s, p: (
        (n + 2 * p - f) // s + 1,
        max((n + 2 * p - f) % s - p, 0),
    )
    what_is_missing = lambda n, f, s, p: ((n + 2 * p - f) // s + 1, s - (n + 2 * p - f) % s)
    bracket = lambda n, f, s, p: (n + 2 * p - f // s + 1, (n + 2 * p - f) % s)
    two_arguments = lambda n, f: (n - f + 1, 0)
    another_order = lambda n, f, p, s: ((n + 2 * p - f) // s + 1, (n + 2 * p - f) % s)

    def refuses_remainders(size, filter_size, stride, pad):
        if (size + 2 * pad - filter_size) % stride:
            raise ValueError("The filter does not fit.")
        return (size + 2 * pad - filter_size) // stride + 1, 0

    def prints(size, filter_size, stride, pad):
        print((size + 2 * pad - filter_size) // stride + 1)


def slide(x, w, stride, start, total=np.sum, dtype=float):
    fh, fw = w.shape
    oh, ow = (x.shape[0] - fh) // stride + 1, (x.shape[1] - fw) // stride + 1
    out = np.zeros((oh, ow), dtype=dtype)
    for i in range(oh):
        for j in range(ow):
            top, left = start(i, stride), start(j, stride)
            out[i, j] = total(x[top : top + fh, left : left + fw] * w)
    return out


def by_stride(i, stride):
    return i * stride


def by_one(i, stride):
    return i


class convolve:
    flipped = lambda x, w, stride: slide(x, w[::-1, ::-1], stride, by_stride)
    stride_ignored = lambda x, w, stride: slide(x, w, 1, by_stride)
    windows_one_apart = lambda x, w, stride: slide(x, w, stride, by_one)
    mean = lambda x, w, stride: slide(x, w, stride, by_stride, np.mean)
    integers = lambda x, w, stride: slide(x, w, stride, by_stride, dtype=int)

    def square(x, w, stride):
        fh, fw = w.shape
        size = (x.shape[0] - fh) // stride + 1
        out = np.zeros((size, size))
        for i in range(size):
            for j in range(size):
                window = x[i * stride : i * stride + fh, j * stride : j * stride + fw]
                out[i, j] = np.sum(window * w)
        return out

    def matrix_product(x, w, stride):
        fh, fw = w.shape
        oh, ow = (x.shape[0] - fh) // stride + 1, (x.shape[1] - fw) // stride + 1
        out = np.zeros((oh, ow))
        for i in range(oh):
            for j in range(ow):
                window = x[i * stride : i * stride + fh, j * stride : j * stride + fw]
                out[i, j] = np.dot(window, w).sum()
        return out

    turned = lambda x, w, stride: slide(x, w, stride, by_stride).T
    like_the_picture = lambda x, w, stride: slide(x, w, stride, by_stride, dtype=x.dtype)
    padded = lambda x, w, stride: slide(np.pad(x, 1), w, stride, by_stride)
    one_row = lambda x, w, stride: slide(x, w, stride, by_stride).ravel()
    short = lambda x, w, stride: slide(x, w, stride, by_stride)[:-1, :-1]
    positive = lambda x, w, stride: np.maximum(0, slide(x, w, stride, by_stride))

    def position_for_index(x, w, stride):
        fh, fw = w.shape
        out = np.zeros(((x.shape[0] - fh) // stride + 1, (x.shape[1] - fw) // stride + 1))
        for i in range(0, x.shape[0] - fh + 1, stride):
            for j in range(0, x.shape[1] - fw + 1, stride):
                out[i, j] = np.sum(x[i : i + fh, j : j + fw] * w)
        return out

    def stride_only_down(x, w, stride):
        fh, fw = w.shape
        return [
            [np.sum(x[i : i + fh, j : j + fw] * w) for j in range(x.shape[1] - fw + 1)]
            for i in range(0, x.shape[0] - fh + 1, stride)
        ]

    def width_first(x, w, stride):
        W, H = x.shape
        fh, fw = w.shape
        out = np.zeros(((H - fh) // stride + 1, (W - fw) // stride + 1))
        for i, j in np.ndindex(*out.shape):
            top, left = i * stride, j * stride
            out[i, j] = np.sum(x[top : top + fh, left : left + fw] * w)
        return out

    def picture_overwritten(x, w, stride):
        out = slide(x, w, stride, by_stride)
        x[: len(out), : len(out[0])] = out
        return out


class vertical_edges:
    horizontal = np.array([[-1, -1, -1], [0, 0, 0], [1, 1, 1]])
    reversed = np.array([[1, 0, -1]] * 3)
    blur = np.ones((3, 3)) / 9
    column = np.array([[0, 0, 1]] * 3)
    point = np.array([[0, -1, 0], [-1, 4, -1], [0, -1, 0]])
    line = np.array([[-1, 1, 0], [0, 0, 0], [1, -1, 0]])
    zeros = np.zeros((3, 3))
    one_row = np.array([-1, 0, 1])
    second_slope = [[-1, 2, -1]] * 3
    four_axes = np.array([[[[-1, 0, 1]] * 3]])
    words = [["-1", "0", "1"]] * 3
    not_a_number = np.full((3, 3), np.nan)
    nearly = [[-1, 0, 1], [-1, 0, 1], [-1, 0, 2]]
    right_and_left_alike = [[1, -2, 1], [2, -4, 2], [1, -2, 1]]


def pool(x, size, pad, fill=-np.inf, best=np.max):
    x = np.pad(np.asarray(x, float), pad, constant_values=fill)
    oh, ow = x.shape[0] // size, x.shape[1] // size
    out = np.zeros((oh, ow))
    for i in range(oh):
        for j in range(ow):
            out[i, j] = best(x[i * size : (i + 1) * size, j * size : (j + 1) * size])
    return out


class max_pool:
    zero_padding = lambda x, size, pad: pool(x, size, pad, fill=0)
    no_padding = lambda x, size, pad: pool(x, size, 0)
    average = lambda x, size, pad: pool(x, size, pad, 0, np.mean)
    smallest = lambda x, size, pad: pool(x, size, pad, np.inf, np.min)

    def stride_1(x, size, pad):
        x = np.pad(np.asarray(x, float), pad, constant_values=-np.inf)
        oh, ow = x.shape[0] - size + 1, x.shape[1] - size + 1
        out = np.zeros((oh, ow))
        for i in range(oh):
            for j in range(ow):
                out[i, j] = x[i : i + size, j : j + size].max()
        return out

    def does_not_divide(x, size, pad):
        x = np.pad(x * 1.0, pad, constant_values=-np.inf)
        return x.reshape(x.shape[0] // size, size, x.shape[1] // size, size).max(axis=(1, 3))

    a_billion_below = lambda x, size, pad: pool(x, size, pad, fill=-1e9)
    smallest_of_32_bits = lambda x, size, pad: pool(x, size, pad, fill=np.iinfo(np.int32).min)
    minus_one = lambda x, size, pad: pool(x, size, pad, fill=-1)
    whole_numbers = lambda x, size, pad: pool(x, size, pad).astype(int)
    not_a_number = lambda x, size, pad: pool(x, size, pad, fill=np.nan)
    one_side = lambda x, size, pad: pool(
        np.pad(x * 1.0, ((0, pad), (0, pad)), constant_values=-np.inf), size, 0
    )
    relu_as_well = lambda x, size, pad: np.maximum(pool(x, size, pad), 0)
    place_of_the_largest = lambda x, size, pad: pool(x, size, pad, best=np.argmax)

    def integers_stay(x, size, pad):
        x = np.pad(x, pad, constant_values=-np.inf)
        return pool(x, size, 0)

    def rounded_up(x, size, pad):
        x = np.pad(x * 1.0, pad, constant_values=-np.inf)
        h, w = x.shape
        return [
            [x[i : i + size, j : j + size].max() for j in range(0, w, size)]
            for i in range(0, h, size)
        ]

    def picture_moved(x, size, pad):
        x -= x.max()
        return pool(x, size, pad, fill=0)

    def one_below_the_smallest(x, size, pad):
        x = np.pad(x, pad, constant_values=x.min() - x.dtype.type(1))  # -128 - 1 is 127
        oh, ow = x.shape[0] // size, x.shape[1] // size
        return x[: oh * size, : ow * size].reshape(oh, size, ow, size).max(axis=(1, 3))


class windows_as_rows:
    def down_first(x, fh, fw):
        _, h, w = x.shape
        return np.array(
            [
                x[:, i : i + fh, j : j + fw].ravel()
                for j in range(w - fw + 1)
                for i in range(h - fh + 1)
            ]
        )

    columns = lambda x, fh, fw: im2col(x[None], fh, fw).T

    def channels_last(x, fh, fw):
        _, h, w = x.shape
        return np.array(
            [
                x[:, i : i + fh, j : j + fw].transpose(1, 2, 0).ravel()
                for i in range(h - fh + 1)
                for j in range(w - fw + 1)
            ]
        )

    per_channel = lambda x, fh, fw: np.vstack([im2col(x[None, [c]], fh, fw) for c in range(len(x))])

    def too_few(x, fh, fw):
        _, h, w = x.shape
        return np.array(
            [x[:, i : i + fh, j : j + fw].ravel() for i in range(h - fh) for j in range(w - fw)]
        )

    column_by_column = lambda x, fh, fw: im2col(x.transpose(0, 2, 1)[None], fw, fh)
    whole_numbers = lambda x, fh, fw: im2col(x[None], fh, fw).astype(int)
    first_channel = lambda x, fh, fw: im2col(x[None, :1], fh, fw)
    sides_exchanged = lambda x, fh, fw: im2col(x[None], fw, fh)
    read_like_fortran = lambda x, fh, fw: [
        x[:, i : i + fh, j : j + fw].ravel("F")
        for i in range(x.shape[1] - fh + 1)
        for j in range(x.shape[2] - fw + 1)
    ]
    side_by_side = lambda x, fh, fw: [
        x[:, i : i + fh, j : j + fw].ravel()
        for i in range(0, x.shape[1] - fh + 1, fh)
        for j in range(0, x.shape[2] - fw + 1, fw)
    ]

    def one_range_for_both(x, fh, fw):
        stops = range(x.shape[1] - fh + 1)
        return np.array([x[:, i : i + fh, j : j + fw].ravel() for i in stops for j in stops])

    def one_range_too_long(x, fh, fw):
        stops = range(x.shape[2] - fw + 1)
        return np.array([x[:, i : i + fh, j : j + fw].ravel() for i in stops for j in stops])

    def picture_used_up(x, fh, fw):
        rows = im2col(x[None], fh, fw)
        x[...] = 0
        return rows

    def forgotten(x, fh, fw):
        rows = []
        for i in range(x.shape[1] - fh + 1):
            for j in range(x.shape[2] - fw + 1):
                rows.append(x[:, i : i + fh, j : j + fw].ravel())


def windows_summed(rows, height, width, fh, fw, put=np.add, down_first=False):
    image = np.zeros((height, width))
    places = [(i, j) for i in range(height - fh + 1) for j in range(width - fw + 1)]
    places = sorted(places, key=lambda place: place[::-1]) if down_first else places
    for (i, j), row in zip(places, rows, strict=True):
        part = image[i : i + fh, j : j + fw]
        part[...] = put(part, row.reshape(fh, fw))
    return image


class add_windows:
    overwrites = lambda *a: windows_summed(*a, put=lambda old, new: new)
    mean = lambda rows, *sizes: windows_summed(rows, *sizes) / windows_summed(rows * 0 + 1, *sizes)
    largest = lambda *a: windows_summed(*a, put=np.maximum)
    down_first = lambda *a: windows_summed(*a, down_first=True)
    counts = lambda rows, *sizes: windows_summed(np.ones(rows.shape), *sizes)
    subtracts = lambda *a: windows_summed(*a, put=np.subtract)
    whole_numbers = lambda rows, *sizes: windows_summed(rows.astype(int), *sizes)
    sums_of_rows = lambda rows, *sizes: windows_summed(
        np.repeat(rows.sum(axis=1)[:, None], rows.shape[1], axis=1), *sizes
    )
    one_row_for_all = lambda rows, *sizes: windows_summed([rows[0] for _ in rows], *sizes)
    reshaped = lambda rows, height, width, fh, fw: rows.reshape(height, width)
    four_axes = lambda *a: windows_summed(*a)[None, None]
    columns_first = lambda rows, h, w, fh, fw: windows_summed(
        rows.reshape(-1, fw, fh).transpose(0, 2, 1).reshape(len(rows), -1), h, w, fh, fw
    )

    def numbered_by_the_height(rows, height, width, fh, fw):
        image = np.zeros((height, width))
        for i in range(height - fh + 1):
            for j in range(width - fw + 1):
                row = rows[i * (height - fh + 1) + j]
                image[i : i + fh, j : j + fw] += row.reshape(fh, fw)
        return image

    def square_picture(rows, height, width, fh, fw):
        image = np.zeros((height, height))
        image += windows_summed(rows, height, width, fh, fw)
        return image

    def rows_doubled(rows, *sizes):
        rows *= 2
        return windows_summed(rows, *sizes) / 2

    def same_paper_again(rows, height, width, fh, fw, paper={}):
        p, ow = paper.setdefault((height, width), np.zeros((height, width))), width - fw + 1
        for k, r in enumerate(rows):
            i, j = divmod(k, ow)
            p[i : i + fh, j : j + fw] += r.reshape(fh, fw)
        return p.copy()


def route(x, dout, share):
    dx = np.zeros(x.shape)
    for i in range(len(dout)):
        for j in range(len(dout[0])):
            window = x[2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
            dx[2 * i : 2 * i + 2, 2 * j : 2 * j + 2] = share(window) * dout[i, j]
    return dx


def last_of_ties(window):
    wins = np.zeros(4)
    wins[np.flatnonzero(window.ravel() == window.max())[-1]] = 1
    return wins.reshape(2, 2)


class pool_backward:
    all_ties = lambda x, dout: route(x, dout, lambda w: w == w.max())
    shared = lambda x, dout: route(x, dout, lambda w: (w == w.max()) / (w == w.max()).sum())
    average = lambda x, dout: route(x, dout, lambda w: 0.25)
    everybody = lambda x, dout: route(x, dout, lambda w: 1)
    last_tie = lambda x, dout: route(x, dout, last_of_ties)
    smallest = lambda x, dout: route(x, dout, lambda w: np.eye(4)[w.argmin()].reshape(2, 2))
    transposed = lambda x, dout: route(x, dout, lambda w: np.eye(4)[w.argmax()].reshape(2, 2).T)
    down_before_right = lambda x, dout: route(
        x, dout, lambda w: np.eye(4)[w.T.argmax()].reshape(2, 2).T
    )
    upper_left = lambda x, dout: route(x, dout, lambda w: np.array([[1, 0], [0, 0]]))
    ones = lambda x, dout: route(x, dout * 0 + 1, lambda w: np.eye(4)[w.argmax()].reshape(2, 2))
    dtype_of_the_picture = lambda x, dout: route(
        x, dout, lambda w: np.eye(4)[w.argmax()].reshape(2, 2)
    ).astype(x.dtype)
    largest_without_sign = lambda x, dout: route(
        x, dout, lambda w: np.eye(4)[np.abs(w).argmax()].reshape(2, 2)
    )
    minus = lambda x, dout: -route(x, dout, lambda w: np.eye(4)[w.argmax()].reshape(2, 2))

    def search_from_a_billion_below(x, dout):
        def first_larger(window):
            best, place = -1e9, 0
            for k, pixel in enumerate(window.ravel()):
                if pixel > best:
                    best, place = pixel, k
            return np.eye(4)[place].reshape(2, 2)

        return route(x, dout, first_larger)

    def picture_overwritten(x, dout):
        x[...] = route(x, dout, lambda w: np.eye(4)[w.argmax()].reshape(2, 2))
        return x

    times_the_pixel = lambda x, dout: (
        x * route(x, dout, lambda w: np.eye(4)[w.argmax()].reshape(2, 2))
    )


def grads(col, dout, factor=1.0):
    rows = dout.transpose(0, 2, 3, 1).reshape(len(col), -1)
    return {"dW": factor * rows.T @ col, "db": factor * rows.sum(0)}


class filter_gradient:
    one_over_N_twice = lambda col, dout: grads(col, dout, 1 / len(dout))
    mean_over_windows = lambda col, dout: grads(col, dout, 1 / len(col))

    def reshape_only(col, dout):
        rows = dout.reshape(len(col), -1)
        return {"dW": rows.T @ col, "db": rows.sum(0)}

    turned = lambda col, dout: {**grads(col, dout), "dW": grads(col, dout)["dW"].T}
    db_per_image = lambda col, dout: {**grads(col, dout), "db": dout.sum(axis=(2, 3))}
    db_mean = lambda col, dout: {**grads(col, dout), "db": dout.mean(axis=(0, 2, 3))}
    no_db = lambda col, dout: {"dW": grads(col, dout)["dW"]}
    minus = lambda col, dout: grads(col, dout, -1)
    filters_as_rows_at_once = lambda col, dout: {
        **grads(col, dout),
        "dW": dout.reshape(dout.shape[1], -1) @ col,
    }
    down_before_right = lambda col, dout: grads(col, dout.transpose(0, 1, 3, 2))
    db_one_number = lambda col, dout: {**grads(col, dout), "db": dout.sum()}
    db_a_row_of_one = lambda col, dout: {**grads(col, dout), "db": grads(col, dout)["db"][None]}
    dW_over_N = lambda col, dout: {**grads(col, dout), "dW": grads(col, dout, 1 / len(dout))["dW"]}
    two_results = lambda col, dout: tuple(grads(col, dout).values())
    other_names = lambda col, dout: dict(zip("Wb", grads(col, dout).values(), strict=True))
    product_at_once = lambda col, dout: {"dW": dout @ col, "db": dout.sum(axis=(0, 2, 3))}

    def batch_divided_in_place(col, dout):
        dout /= len(dout)
        return grads(col, dout)

    def prints(col, dout):
        print(grads(col, dout))


COUNT = {"Conv1": 448, "Relu1": 0, "Pool1": 0, "Affine1": 204850, "Affine2": 510}


class parameter_count:
    one_channel = COUNT | {"Conv1": 160}
    no_bias = COUNT | {"Conv1": 432}
    a_bias_per_place = COUNT | {"Conv1": 432 + 16 * 1024}
    pooling_learns = COUNT | {"Pool1": 4}
    before_pooling = COUNT | {"Affine1": 16 * 32 * 32 * 50 + 50}
    no_padding = COUNT | {"Affine1": 16 * 225 * 50 + 50}
    one_map = COUNT | {"Affine1": 16 * 16 * 50 + 50}
    no_bias_in_affine = COUNT | {"Affine1": 204800}
    no_bias_at_the_end = COUNT | {"Affine2": 500}
    no_biases = COUNT | {"Conv1": 432, "Affine1": 204800, "Affine2": 500}
    words = COUNT | {"Affine2": "many"}
    relu_learns = COUNT | {"Relu1": 16}
    one_channel_and_no_bias = COUNT | {"Conv1": 144}
    one_bias = COUNT | {"Conv1": 433}
    three_biases_a_filter = COUNT | {"Conv1": 480}
    the_picture_flattened = COUNT | {"Affine1": 3 * 32 * 32 * 50 + 50}
    before_pooling_and_no_bias = COUNT | {"Affine1": 16 * 32 * 32 * 50}
    a_bias_for_each_input = COUNT | {"Affine1": 4096 * 51}
    the_same_at_the_end = COUNT | {"Affine2": 550}
    sum_for_product = COUNT | {"Affine2": 60}
    pooled_twice = COUNT | {"Affine1": 16 * 8 * 8 * 50 + 50}
    a_list = (448, 0, 0, 204850, 510)
    with_the_total = COUNT | {"all": 205808}


def accuracy_drops_last(predict, x, t, batch_size):
    right = 0.0
    for i in range(len(x) // batch_size):
        y = predict(x[i * batch_size : (i + 1) * batch_size]).argmax(axis=1)
        right += np.sum(y == t[i * batch_size : (i + 1) * batch_size])
    return right / len(x)


def accuracy_count(predict, x, t, batch_size):
    return np.sum(predict(x).argmax(axis=1) == t)


class accuracy_in_batches:
    drops_the_last = accuracy_drops_last
    ignores_the_last = lambda predict, x, t, size: (
        accuracy_drops_last(predict, x, t, size) * len(x) / max(len(x) // size * size, 1)
    )

    def mean_of_means(predict, x, t, batch_size):
        shares = []
        for i in range(0, len(x), batch_size):
            y = predict(x[i : i + batch_size]).argmax(axis=1)
            shares.append(np.mean(y == t[i : i + batch_size]))
        return sum(shares) / len(shares)

    def full_batches(predict, x, t, batch_size):
        return accuracy_count(predict, x, t, 1) / (np.ceil(len(x) / batch_size) * batch_size)

    count = accuracy_count
    wrong_ones = lambda predict, x, t, size: 1 - accuracy_count(predict, x, t, 1) / len(x)
    axis_0 = lambda predict, x, t, batch_size: np.sum(predict(x).argmax(axis=0) == t) / len(x)

    def all_at_once(predict, x, t, batch_size):
        return np.mean(predict(x).argmax(axis=1) == t)

    def percent(predict, x, t, batch_size):
        starts = range(0, len(x), batch_size)
        parts = [slice(i, i + batch_size) for i in starts]
        right = sum((predict(x[part]).argmax(axis=1) == t[part]).sum() for part in parts)
        return 100 * right / len(x)

    def only_the_last_batch(predict, x, t, batch_size):
        for i in range(0, len(x), batch_size):
            y = predict(x[i : i + batch_size]).argmax(axis=1)
            right = np.sum(y == t[i : i + batch_size])
        return right / len(x)

    def back_after_the_first(predict, x, t, batch_size):
        for i in range(0, len(x), batch_size):
            y = predict(x[i : i + batch_size]).argmax(axis=1)
            return np.mean(y == t[i : i + batch_size])
        return 0

    def all_labels(predict, x, t, batch_size):
        right = 0
        for i in range(0, len(x), batch_size):
            right += np.sum(predict(x[i : i + batch_size]).argmax(axis=1) == t)
        return right / len(x)

    def one_hot_labels(predict, x, t, batch_size):
        right = 0
        for i in range(0, len(x), batch_size):
            y = predict(x[i : i + batch_size])
            right += np.sum(y.argmax(axis=1) == t[i : i + batch_size].argmax(axis=1))
        return right / len(x)

    def picture_by_picture(predict, x, t, batch_size):
        return sum(predict(one).argmax() == label for one, label in zip(x, t, strict=True)) / len(x)

    def whole_number(predict, x, t, batch_size):
        return accuracy_count(predict, x, t, batch_size) // len(x)

    def no_batch_size(predict, x, t):
        return accuracy_count(predict, x, t, len(x)) / len(x)

    def scores_sorted_in_place(predict, x, t, batch_size):
        order = t.argsort()
        x[...], t[...] = x[order], t[order]
        return accuracy_count(predict, x, t, batch_size) / len(x)

    def prints(predict, x, t, batch_size):
        print(accuracy_count(predict, x, t, batch_size) / len(x))

    def equal_parts_too_large(predict, x, t, batch_size):
        n = max(1, len(x) // batch_size)  # 250 by 100: two batches of 125
        right = 0
        for a, b in zip(np.array_split(x, n), np.array_split(t, n), strict=True):
            right += (predict(a).argmax(1) == b).sum()
        return right / len(x)

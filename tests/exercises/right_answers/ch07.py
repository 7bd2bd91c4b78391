"""Right answers of chapter 7 that differ from the solution: a class an exercise, a name a way."""

# ruff: noqa: B905, C408, RUF012, RUF059, for readers write so

import math

import numpy as np

from common.conv_layers import Convolution, Pooling
from common.util import col2im, im2col


class output_size:
    in_divmod = lambda size, filter_size, stride, pad: divmod(
        size + 2 * pad - filter_size + stride, stride
    )
    in_int = lambda n, f, s, p: [int((n + 2 * p - f) / s) + 1, (n - f + 2 * p) % s]

    def counted(size, filter_size, stride, pad):
        stops, start = 0, 0
        while start + filter_size <= size + 2 * pad:
            stops += 1
            start += stride
        end = start - stride + filter_size
        return stops, size + 2 * pad - end

    def in_floor(size, filter_size, stride, pad):
        OH = np.floor(1 + (size + 2 * pad - filter_size) / stride)
        rest = size + 2 * pad - filter_size - (OH - 1) * stride
        return np.array([OH, rest])

    def by_range(size, filter_size, stride=1, pad=0):
        starts = range(0, size + 2 * pad - filter_size + 1, stride)
        return len(starts), size + 2 * pad - (starts[-1] + filter_size)

    def by_walking(size, filter_size, stride, pad):
        end, stops = filter_size, 1
        while end + stride <= size + 2 * pad:
            end, stops = end + stride, stops + 1
        return [stops, size + 2 * pad - end]


class convolve:
    by_common = lambda x, w, stride: Convolution(w[None, None], np.zeros(1), stride=stride).forward(
        x[None, None] * 1.0
    )[0, 0]

    def list_of_rows(x, w, stride):
        H, W = x.shape
        FH, FW = w.shape
        return [
            [(x[i : i + FH, j : j + FW] * w).sum() for j in range(0, W - FW + 1, stride)]
            for i in range(0, H - FH + 1, stride)
        ]

    def four_loops(x, w, stride):
        H, W = x.shape
        FH, FW = w.shape
        OH, OW = 1 + (H - FH) // stride, 1 + (W - FW) // stride
        out = [[0] * OW for _ in range(OH)]
        for i in range(OH):
            for j in range(OW):
                for a in range(FH):
                    for b in range(FW):
                        out[i][j] += x[i * stride + a][j * stride + b] * w[a][b]
        return out

    def rows_of_windows(x, w, stride):
        windows = np.lib.stride_tricks.sliding_window_view(x, w.shape)[::stride, ::stride]
        return np.tensordot(windows, w, 2)

    def by_im2col(x, w, stride):
        col = im2col(x[np.newaxis, np.newaxis].astype(np.float32), *w.shape, stride)
        OW = (x.shape[1] - w.shape[1]) // stride + 1
        return (col @ w.ravel()).reshape(-1, OW)

    def filter_shifted(x, w, stride):
        FH, FW = w.shape
        H, W = x.shape
        out = 0.0
        for a in range(FH):
            for b in range(FW):
                out = out + w[a, b] * x[a : H - FH + 1 + a, b : W - FW + 1 + b]
        return out[::stride, ::stride]


class vertical_edges:
    sobel = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
    narrow = np.array([[-1.0, 1.0, 0.0]] * 3)
    narrow_on_the_right = ((0, -1, 1), (0, -1, 1), (0, -1, 1))
    one_row = [[0, 0, 0], [-0.5, 0, 0.5], [0, 0, 0]]
    thirds = np.float32([[-1 / 3, 0, 1 / 3]] * 3)
    two_against_one = np.array([[-2, 1, 1], [-2, 1, 1], [-2, 1, 1]])
    uneven = [[-0.7, 0.1, 0.6], [-0.2, 0.1, 0.1], [-3, 1, 2]]


class max_pool:
    lowest_of_its_kind = lambda x, size, pad: max_pool._blocks(
        np.pad(
            x,
            pad,
            constant_values=np.iinfo(x.dtype).min if x.dtype.kind == "i" else np.finfo(x.dtype).min,
        ),
        size,
    )
    smallest_pixel = lambda x, size, pad: max_pool._blocks(
        np.pad(x, pad, constant_values=x.min()), size
    )
    nan = lambda x, size, pad: max_pool._blocks(
        np.pad(x.astype(float), pad, constant_values=np.nan), size, np.nanmax
    )
    by_common = lambda x, size, pad: Pooling(size, size, stride=size, pad=pad).forward(
        x[None, None].astype(float)
    )[0, 0]
    in_single_precision = lambda x, size, pad: max_pool._blocks(
        np.pad(x.astype(np.float32), ((pad, pad), (pad, pad)), constant_values=-np.inf), size
    )

    def _blocks(x, size, best=np.max):
        H, W = x.shape
        out = []
        for i in range(H // size):
            out.append([])
            for j in range(W // size):
                out[-1].append(best(x[i * size : (i + 1) * size, j * size : (j + 1) * size]))
        return np.array(out)

    def windows_cut_at_the_edge(x, size, pad):
        """No frame at all: of a window only what lies on the picture is looked at."""
        H, W = x.shape
        OH, OW = (H + 2 * pad) // size, (W + 2 * pad) // size
        out = np.zeros((OH, OW), dtype=x.dtype)
        for i in range(OH):
            for j in range(OW):
                top, left = i * size - pad, j * size - pad
                window = x[max(top, 0) : max(top + size, 0), max(left, 0) : max(left + size, 0)]
                out[i, j] = window.max()
        return out

    def frame_filled_later(x, size, pad):
        H, W = x.shape
        big = np.full((H + 2 * pad, W + 2 * pad), float("-inf"))
        big[pad : pad + H, pad : pad + W] = x
        h, w = big.shape[0] // size * size, big.shape[1] // size * size
        return np.array(
            [
                [np.max(big[i : i + size, j : j + size]) for j in range(0, w, size)]
                for i in range(0, h, size)
            ]
        )

    def searched(x, size, pad):
        H, W = x.shape
        OH, OW = (H + 2 * pad) // size, (W + 2 * pad) // size
        out = [[-math.inf] * OW for _ in range(OH)]
        for i in range(H):
            for j in range(W):
                a, b = (i + pad) // size, (j + pad) // size
                if a < OH and b < OW and x[i, j] > out[a][b]:
                    out[a][b] = x[i, j]
        return out

    def edge_repeated(x, size, pad):
        """a repeated edge pixel stands in the block of the pixel itself, as pad < size"""
        p = np.pad(x, pad, mode="edge")
        oh, ow = p.shape[0] // size, p.shape[1] // size
        return p[: oh * size, : ow * size].reshape(oh, size, ow, size).max((1, 3))

    def masked(x, size, pad):
        p = np.pad(x.astype(float), pad, constant_values=np.nan)
        oh, ow = p.shape[0] // size, p.shape[1] // size
        y = np.empty((oh, ow))
        for i in range(oh):
            for j in range(ow):
                y[i, j] = np.nanmax(p[i * size : (i + 1) * size, j * size : (j + 1) * size])
        return y


class windows_as_rows:
    by_common = lambda x, fh, fw: im2col(x[np.newaxis], fh, fw)
    flattened = lambda x, fh, fw: [
        x[:, i : i + fh, j : j + fw].flatten()
        for i in range(x.shape[1] - fh + 1)
        for j in range(x.shape[2] - fw + 1)
    ]

    def filled(x, fh, fw):
        C, H, W = x.shape
        OH, OW = H - fh + 1, W - fw + 1
        col = np.zeros((OH * OW, C * fh * fw), dtype=x.dtype)
        for i in range(OH):
            for j in range(OW):
                col[i * OW + j] = x[:, i : i + fh, j : j + fw].reshape(-1)
        return col

    def number_by_number(x, fh, fw):
        C, H, W = x.shape
        rows = []
        for i in range(H - fh + 1):
            for j in range(W - fw + 1):
                row = []
                for c in range(C):
                    for a in range(fh):
                        for b in range(fw):
                            row.append(float(x[c, i + a, j + b]))
                rows.append(row)
        return rows

    def of_views(x, fh, fw):
        view = np.lib.stride_tricks.sliding_window_view(x, (fh, fw), axis=(1, 2))
        C, OH, OW = view.shape[:3]
        return view.transpose(1, 2, 0, 3, 4).reshape(OH * OW, C * fh * fw)

    def stacked(x, fh, fw):
        channels = [im2col(one[None, None], fh, fw) for one in x.astype(np.float32)]
        return np.hstack(channels)


class add_windows:
    by_common = lambda rows, height, width, fh, fw: col2im(
        rows, (1, 1, height, width), fh, fw
    ).squeeze((0, 1))

    def numbered(rows, height, width, fh, fw):
        image = np.zeros((height, width))
        OW = width - fw + 1
        for n in range(len(rows)):
            i, j = n // OW, n % OW
            image[i : i + fh, j : j + fw] = image[i : i + fh, j : j + fw] + rows[n].reshape(fh, fw)
        return image

    def number_by_number(rows, height, width, fh, fw):
        image = [[0.0] * width for _ in range(height)]
        OH, OW = height - fh + 1, width - fw + 1
        for i in range(OH):
            for j in range(OW):
                for a in range(fh):
                    for b in range(fw):
                        image[i + a][j + b] += rows[i * OW + j][a * fw + b]
        return image

    def filter_by_filter(rows, height, width, fh, fw):
        OH, OW = height - fh + 1, width - fw + 1
        blocks = rows.reshape(OH, OW, fh, fw)
        image = np.zeros((height, width), dtype=rows.dtype)
        for a in range(fh):
            for b in range(fw):
                image[a : a + OH, b : b + OW] += blocks[:, :, a, b]
        return image

    def by_indices(rows, height, width, fh, fw):
        places = im2col(np.arange(height * width).reshape(1, 1, height, width), fh, fw).astype(int)
        image = np.zeros(height * width, dtype=np.float32)
        np.add.at(image, places.ravel(), rows.ravel())
        return image.reshape(height, width)

    def by_counting(rows, height, width, fh, fw):
        places = im2col(np.arange(height * width).reshape(1, 1, height, width), fh, fw).astype(int)
        image = np.bincount(places.ravel(), weights=rows.ravel(), minlength=height * width)
        return image.reshape(height, width)

    def bincount(rows, height, width, fh, fw):
        numbers = np.arange(height * width).reshape(height, width)
        where = np.lib.stride_tricks.sliding_window_view(numbers, (fh, fw)).reshape(-1)
        return np.bincount(where, np.ravel(rows), height * width).reshape(height, width)


class pool_backward:
    def by_common(x, dout):
        layer = Pooling(2, 2, stride=2)
        layer.forward(x[None, None].astype(float))
        return layer.backward(dout[None, None])[0, 0]

    def unravelled(x, dout):
        dx = np.zeros_like(x, dtype=float)
        h, w = dout.shape
        for i in range(h):
            for j in range(w):
                window = x[i * 2 : (i + 1) * 2, j * 2 : (j + 1) * 2]
                a, b = np.unravel_index(np.argmax(window), window.shape)
                dx[i * 2 + a, j * 2 + b] += dout[i, j]
        return dx

    def searched(x, dout):
        dx = [[0.0] * len(x[0]) for _ in x]
        for i in range(0, len(x), 2):
            for j in range(0, len(x[0]), 2):
                best, place = x[i, j], (i, j)
                for a, b in [(i, j + 1), (i + 1, j), (i + 1, j + 1)]:
                    if x[a, b] > best:
                        best, place = x[a, b], (a, b)
                dx[place[0]][place[1]] = dout[i // 2][j // 2]
        return dx

    def in_rows(x, dout):
        h, w = dout.shape
        rows = x.reshape(h, 2, w, 2).transpose(0, 2, 1, 3).reshape(-1, 4)
        back = np.zeros(rows.shape, np.float32)
        back[np.arange(len(rows)), rows.argmax(axis=1)] = dout.ravel()
        return back.reshape(h, w, 2, 2).transpose(0, 2, 1, 3).reshape(x.shape)

    def if_after_if(x, dout):
        dx = np.zeros(x.shape)
        for i, row in enumerate(dout):
            for j, d in enumerate(row):
                a, b, c, e = x[2 * i : 2 * i + 2, 2 * j : 2 * j + 2].ravel()
                m = max(a, b, c, e)
                if a == m:
                    dx[2 * i, 2 * j] = d
                elif b == m:
                    dx[2 * i, 2 * j + 1] = d
                elif c == m:
                    dx[2 * i + 1, 2 * j] = d
                else:
                    dx[2 * i + 1, 2 * j + 1] = d
        return dx


class filter_gradient:
    as_in_the_book = lambda col, dout: {
        "db": np.sum(dout.transpose(0, 2, 3, 1).reshape(-1, dout.shape[1]), axis=0),
        "dW": np.dot(col.T, dout.transpose(0, 2, 3, 1).reshape(-1, dout.shape[1])).T,
    }
    axes_moved = lambda col, dout: {
        "dW": np.moveaxis(dout, 1, 0).reshape(dout.shape[1], -1) @ col,
        "db": dout.sum(axis=(0, 2, 3)),
    }

    def einsum(col, dout):
        N, FN, OH, OW = dout.shape
        col = col.reshape(N, OH, OW, -1)
        return dict(dW=np.einsum("nfhw,nhwk->fk", dout, col), db=np.einsum("nfhw->f", dout))

    def loops(col, dout):
        N, FN, OH, OW = dout.shape
        dW, db = np.zeros((FN, col.shape[1])), np.zeros(FN)
        row = 0
        for n in range(N):
            for i in range(OH):
                for j in range(OW):
                    for f in range(FN):
                        dW[f] += dout[n, f, i, j] * col[row]
                        db[f] += dout[n, f, i, j]
                    row += 1
        return {"dW": dW, "db": db}

    def filter_after_filter(col, dout):
        dW = [dout[:, f].ravel() @ col for f in range(dout.shape[1])]
        db = [dout[:, f].sum() for f in range(dout.shape[1])]
        return {"dW": dW, "db": db}

    def in_single_precision(col, dout):
        rows = dout.transpose(0, 2, 3, 1).reshape(len(col), -1).astype(np.float32)
        return {"dW": rows.T @ col.astype(np.float32), "db": rows.sum(0)}


class parameter_count:
    numbers = {"Conv1": 448, "Relu1": 0, "Pool1": 0, "Affine1": 204850, "Affine2": 510}
    floats = {"Affine2": 510.0, "Conv1": 448.0, "Relu1": 0.0, "Pool1": 0.0, "Affine1": 204850.0}
    products = dict(
        Conv1=16 * (3 * 3 * 3 + 1),
        Relu1=0,
        Pool1=0,
        Affine1=(16 * 16 * 16 + 1) * 50,
        Affine2=(50 + 1) * 10,
    )
    of_numpy = {
        "Conv1": np.prod((16, 3, 3, 3)) + 16,
        "Relu1": np.int64(0),
        "Pool1": np.array(0),
        "Affine1": np.zeros((4096, 50)).size + np.zeros(50).size,
        "Affine2": np.float32(510),
    }


class accuracy_in_batches:
    def book(predict, x, t, batch_size=100):
        acc = 0.0
        for i in range(int(np.ceil(x.shape[0] / batch_size))):
            tx = x[i * batch_size : (i + 1) * batch_size]
            tt = t[i * batch_size : (i + 1) * batch_size]
            y = np.argmax(predict(tx), axis=1)
            acc += np.sum(y == tt)
        return acc / x.shape[0]

    def collected(predict, x, t, batch_size):
        answers = []
        for i in range(0, len(x), batch_size):
            answers.extend(predict(x[i : i + batch_size]).argmax(axis=1).tolist())
        return np.mean(np.array(answers) == t)

    def weighed(predict, x, t, size):
        total = 0
        for start in range(0, len(t), size):
            end = min(start + size, len(t))
            share = np.mean(predict(x[start:end]).argmax(1) == t[start:end])
            total += share * (end - start) / len(t)
        return total

    def while_some_are_left(predict, x, t, batch_size):
        right = n = 0
        while n < len(x):
            scores = predict(x[n : n + batch_size])
            for row, label in zip(scores, t[n:]):
                if list(row).index(max(row)) == label:
                    right += 1
            n += len(scores)
        return float(right) / n

    def split(predict, x, t, batch_size):
        cuts = np.arange(batch_size, len(x), batch_size)
        pairs = zip(np.split(x, cuts), np.split(t, cuts))
        return sum((predict(a).argmax(axis=-1) == b).sum() for a, b in pairs) / len(x)

    def the_rest_apart(predict, x, t, batch_size):
        n, rest = divmod(len(x), batch_size)
        count = lambda x, t: np.count_nonzero(np.argmax(predict(x), 1) == t)
        right = sum(
            count(
                x[k * batch_size : (k + 1) * batch_size], t[k * batch_size : (k + 1) * batch_size]
            )
            for k in range(n)
        )
        if rest > 0:
            right += count(x[-rest:], t[-rest:])
        return np.float32(right / len(x))

    def ceil_of_batches(predict, x, t, batch_size):
        n, right = math.ceil(len(x) / batch_size), 0
        for px, pt in zip(np.array_split(x, n), np.array_split(t, n), strict=True):
            right += np.count_nonzero(predict(px).argmax(1) == pt)
        return right / len(t)

"""Checks of chapter 7, convolutional networks. How a check is made: see exercises/verdict.py."""

from gettext import gettext as _

import numpy as np

from common.util import im2col

from .solutions import ch07 as solutions
from .verdict import Mistake, Wrong, case, exercise, judge

RNG = np.random.default_rng(7)
X, W = np.round(RNG.normal(size=(5, 7)), 2), np.round(RNG.normal(size=(2, 3)), 2)


@exercise(hint=_("How many pixels of room has the filter, once it lies in the upper left corner?"))
def check_output_size(answer):
    def sizes(function):
        return lambda size, f, stride, pad: function(size + 2 * pad - f, stride, size, pad, f)

    return judge(
        answer,
        solutions.output_size,
        praise=_("Right, remainder included: the pixels that no window sees."),
        cases=[
            case(4, 3, 1, 0, of="4, 3, 1, 0"),
            case(7, 3, 2, 0, of="7, 3, 2, 0"),
            case(28, 5, 3, 2, of="28, 5, 3, 2"),
            case(7, 3, 3, 0, of=_("7, 3, 3, 0: a remainder")),
            case(5, 5, 4, 0, of=_("a filter as large as the image")),
        ],
        mistakes=[
            Mistake(
                sizes(lambda room, s, *_rest: (room // s, room % s)),
                _("One too few: the place where the filter starts counts as well."),
                _("In how many places can a filter stand that has no room to move at all?"),
            ),
            Mistake(
                lambda size, f, s, p: ((size + p - f) // s + 1, (size + p - f) % s),
                _("Padding is counted once; it is added on both sides."),
                _("How wide is an image of 4 with one pixel of padding left and right?"),
            ),
            Mistake(
                lambda size, f, s, p: ((size - f) // s + 1, (size - f) % s),
                _("The padding plays no part in your answer."),
                _("Does a filter have more room in an image with a frame around it?"),
            ),
            Mistake(
                sizes(lambda room, s, *_rest: (-(-room // s) + 1, room % s)),
                _("Where the division leaves a remainder you round up: that window hangs out."),
                _("7 pixels, a filter of 3, stride 3: where does the second window end?"),
            ),
            Mistake(
                sizes(lambda room, s, *_rest: (room / s + 1, room % s)),
                _("The size has decimals where the stride does not divide the room."),
                _("There is no third of a window. Which division of Python gives whole numbers?"),
            ),
            Mistake(
                sizes(lambda room, s, *_rest: (room % s, room // s + 1)),
                _("Size and remainder have changed places."),
                _("The size comes first."),
            ),
            Mistake(
                sizes(lambda room, s, size, pad, f: (room // s + 1, (size + 2 * pad) % s)),
                _("The size is right; the remainder is that of the image, not of the room."),
                _("Which number is divided by the stride in the formula?"),
            ),
            Mistake(
                sizes(lambda room, s, *_rest: room // s + 1),
                _("The size alone comes back; the remainder is asked for, too."),
                _("`return a, b` gives back two numbers."),
            ),
        ],
    )


def _slide(x, w, stride, cell):
    """A convolution whose sums are made by cell(window, w)."""
    fh, fw = w.shape
    size = ((x.shape[0] - fh) // stride + 1, (x.shape[1] - fw) // stride + 1)
    places = np.ndindex(*size)
    return np.array(
        [cell(x[i * stride :, j * stride :][:fh, :fw], w) for i, j in places], dtype=float
    ).reshape(size)


@exercise(hint=_("Where does the window begin that belongs to out[i, j]? Where does it end?"))
def check_convolve(answer):
    def sums(x, w):
        return np.sum(x * w)

    def window_at_output_index(x, w, stride):
        size = _slide(x, w, stride, sums).shape
        return _slide(x, w, 1, sums)[: size[0], : size[1]]

    def square_output(x, w, stride):
        right = _slide(x, w, stride, sums)
        return right[:, : len(right)]

    def sides_exchanged(x, w, stride):
        fw, fh = w.shape
        size = ((x.shape[0] - fh) // stride + 1, (x.shape[1] - fw) // stride + 1)
        out = np.zeros(size)
        for i, j in np.ndindex(*size):
            out[i, j] = np.sum(x[i * stride :, j * stride :][:fh, :fw] * w)
        return out

    return judge(
        answer,
        solutions.convolve,
        praise=_("Right: window times filter, entry by entry, summed, and on by one stride."),
        cases=[
            case(X, W, 1, of=_("an image of 5 × 7, a filter of 2 × 3")),
            case(X, W, 2, of=_("stride 2"), hint=_("Which of your numbers depend on `stride`?")),
            case(np.round(10 * X).astype(int), W, 1, of=_("an image of integers")),
            case(X, np.array([[0.5]]), 3, of=_("a filter of 1 × 1, stride 3")),
        ],
        mistakes=[
            Mistake(
                lambda x, w, stride: _slide(x, w[::-1, ::-1], stride, sums),
                _("The filter is turned upside down: mathematicians do so, networks do not."),
                _("Lay the filter on the window as it is."),
            ),
            Mistake(
                lambda x, w, stride: _slide(x, w, 1, sums),
                _("The stride is not used: your filter visits every place."),
                _("With stride 2, which column does the second window begin at?"),
            ),
            Mistake(
                window_at_output_index,
                _("The output has the right size, but neighbouring windows are one pixel apart."),
                _("`out[i, j]` belongs to a window that begins at `i * stride`, not at `i`."),
            ),
            Mistake(
                lambda x, w, stride: _slide(x, w, stride, lambda x, w: np.mean(x * w)),
                _("A mean where a sum belongs."),
                _("How many products are there, and does the formula divide by it?"),
            ),
            Mistake(
                lambda x, w, stride: _slide(x, w, stride, lambda x, w: (x @ w.T).sum()),
                _("`@` makes a matrix product of window and filter; entries should meet entries."),
                _("Which operator multiplies two arrays of one shape entry by entry?"),
            ),
            Mistake(
                lambda x, w, stride: np.round(_slide(x, w, stride, sums)) * 1.0,
                _("Your sums are cut to whole numbers."),
                _("Which dtype has the array that you write the sums into?"),
            ),
            Mistake(
                square_output,
                _("Your output is square; the image is wider than high, and so is the output."),
                _("How many stops does the filter make down, and how many to the right?"),
            ),
            Mistake(
                sides_exchanged,
                _("The filter's height and width are exchanged."),
                _("`w.shape` says rows first."),
            ),
        ],
    )


FLAT = np.full((5, 7), 3.0)
RIGHT_INK = np.tile([0.0, 0, 0, 1, 1, 1, 1], (5, 1))
LOWER_INK = np.repeat([0.0, 0, 1, 1, 1], 7).reshape(5, 7)
POINT = np.pad([[1.0]], ((2, 2), (3, 3)))


def _edges_found(filter):
    """Does a filter answer to vertical edges and to nothing else? Wrong says what it does."""
    try:
        w = np.asarray(filter, dtype=float)
    except (TypeError, ValueError):
        raise Wrong(
            _("The filter is no table of numbers."), _("Three rows of three numbers each.")
        ) from None
    if w.shape != (3, 3) or not np.isfinite(w).all():
        raise Wrong(
            _("A filter of 3 × 3 finite numbers is asked for; this has the shape {shape}.").format(
                shape=w.shape
            ),
            _("Three rows of three numbers each."),
        )

    def strength(picture):
        return _slide(picture, w, 1, lambda x, w: np.sum(x * w))

    upright, lying, flat = strength(RIGHT_INK), strength(LOWER_INK), strength(FLAT)
    small = 1e-6 * max(1.0, abs(w).max())
    if abs(w).max() == 0:
        raise Wrong(
            _("A filter of zeros answers 0 to everything."),
            _("What should the left column weigh, and what the right one?"),
        )
    if abs(flat).max() > small:
        words = _("It answers {value:.3g} to a plain grey picture, where there is no edge.")
        if np.allclose(w, w[0, 0]):
            words = _("All nine weights are equal: this blurs, and answers {value:.3g} to grey.")
        raise Wrong(
            words.format(value=flat.flat[0]),
            _("What must the nine numbers sum to, if a window of equal pixels is to give 0?"),
        )
    if abs(upright).max() <= small and abs(lying).max() > small:
        raise Wrong(
            _("It finds horizontal edges, and is blind to vertical ones."),
            _("Along which direction do the pixels differ at a vertical edge?"),
        )
    if abs(upright).max() <= small:
        raise Wrong(
            _("It answers 0 to a vertical edge: what left and right weigh cancels out."),
            _("The left column should weigh against the right one."),
        )
    if abs(lying).max() > small:
        raise Wrong(
            _("It finds vertical edges, and answers to horizontal ones as well."),
            _("What must each *column* have in common from top to bottom, or sum up to?"),
        )
    if upright.max() <= small or upright.max() < -upright.min() - small:
        raise Wrong(
            _("It finds vertical edges with the sign reversed: paper, then ink answers negative."),
            _("On which side is the ink, and which sign does it meet there?"),
        )
    return {"finds vertical edges": True}


@exercise(hint=_("Compare what lies on the right with what lies on the left: one side minus one."))
def check_vertical_edges(answer):
    return judge(
        answer,
        solutions.vertical_edges,
        via=_edges_found,
        praise=_("Right: 0 on plain grey, 0 on horizontal edges, positive from paper to ink."),
    )


@exercise(hint=_("With which number can you frame the image, so that it never is the largest?"))
def check_max_pool(answer):
    def pooled(fill, choose):
        def pool(x, size, pad):
            x = np.pad(x.astype(float), pad, constant_values=fill)
            oh, ow = x.shape[0] // size, x.shape[1] // size
            blocks = x[: oh * size, : ow * size].reshape(oh, size, ow, size)
            return choose(blocks, axis=(1, 3))

        return pool

    def stride_1(x, size, pad):
        x = np.pad(x.astype(float), pad, constant_values=-np.inf)
        windows = np.lib.stride_tricks.sliding_window_view(x, (size, size))
        return windows.max(axis=(2, 3))

    negative = -np.abs(X[:4, :6]) - 0.1
    return judge(
        answer,
        solutions.max_pool,
        praise=_("Right, even where all pixels are negative: padding never wins."),
        cases=[
            case(X[:4, :6], 2, 0, of=_("4 × 6, pooled 2 × 2")),
            case(negative, 2, 1, of=_("negative pixels with padding")),
            case(np.abs(X), 3, 2, of=_("3 × 3 with padding 2")),
            case(
                np.array([[-5, -2], [-3, -4]]),
                2,
                1,
                of=_("integers"),
                hint=_("Which dtype can hold a number that is smaller than all others?"),
            ),
            case(X, 2, 0, of=_("5 × 7: the last row and column fill no window")),
        ],
        mistakes=[
            Mistake(
                pooled(0, np.max),
                _("The padding of zeros wins against negative pixels."),
                _("Is 0 smaller than every pixel that may come? Which number is?"),
            ),
            Mistake(
                lambda x, size, pad: pooled(0, np.max)(x, size, 0),
                _("The padding is not used."),
                _("How large is the output for 4 × 4 pixels with padding 1?"),
            ),
            Mistake(
                pooled(0, np.mean),
                _("This is average pooling."),
                _("Asked for is the largest of each window."),
            ),
            Mistake(
                pooled(np.inf, np.min),
                _("This keeps the smallest of each window."),
                _("Asked for is the largest of each window."),
            ),
            Mistake(
                stride_1,
                _("Your windows overlap; here each begins where the last one ended."),
                _("By how many pixels does the window move on?"),
            ),
        ],
    )


@exercise(hint=_("Which window becomes the second row: the one on the right, or the one below?"))
def check_windows_as_rows(answer):
    def rows(x, fh, fw):
        return im2col(x[np.newaxis], fh, fw)

    def down_first(x, fh, fw):
        oh, ow = x.shape[1] - fh + 1, x.shape[2] - fw + 1
        return rows(x, fh, fw).reshape(oh, ow, -1).transpose(1, 0, 2).reshape(oh * ow, -1)

    def channels_last(x, fh, fw):
        col = rows(x, fh, fw)
        return col.reshape(len(col), len(x), -1).transpose(0, 2, 1).reshape(len(col), -1)

    def channel_rows(x, fh, fw):
        return np.concatenate([rows(one[np.newaxis], fh, fw) for one in x])

    def transposed_windows(x, fh, fw):
        col = rows(x, fh, fw).reshape(-1, len(x), fh, fw)
        return col.transpose(0, 1, 3, 2).reshape(len(col), -1)

    def apart(x, fh, fw):
        c, h, w = x.shape
        x = x[:, : h // fh * fh, : w // fw * fw].reshape(c, h // fh, fh, w // fw, fw)
        return x.transpose(1, 3, 0, 2, 4).reshape(-1, c * fh * fw)

    x = np.arange(2.0 * 4 * 5).reshape(2, 4, 5)
    return judge(
        answer,
        solutions.windows_as_rows,
        praise=_("Right: one window a row, to the right first, then down; channel by channel."),
        cases=[
            case(x[:1], 2, 3, of=_("one channel of 4 × 5, a filter of 2 × 3")),
            case(x, 2, 3, of=_("two channels")),
            case(x, 4, 5, of=_("a filter as large as the image")),
        ],
        mistakes=[
            Mistake(
                down_first,
                _("The rows are in the wrong order: your filter walks down before it walks right."),
                _("The result is read back as (OH, OW): which of the two indices runs fastest?"),
            ),
            Mistake(
                lambda x, fh, fw: rows(x, fh, fw).T,
                _("Each window became a column; asked for is one window a row."),
                _("With which shape can a filter of C·FH·FW numbers be multiplied?"),
            ),
            Mistake(
                channels_last,
                _("In a row the channels alternate pixel by pixel; they should follow each other."),
                _("A filter is (C, FH, FW). In which order does `ravel` read it?"),
            ),
            Mistake(
                channel_rows,
                _("Each channel got rows of its own; a window goes through all channels at once."),
                _("How many numbers does one filter multiply at one stop?"),
            ),
            Mistake(
                transposed_windows,
                _("Each window is read column by column; filters are read row by row."),
                _("Is there a transpose between your slice and your `ravel`?"),
            ),
            Mistake(
                apart,
                _("Your windows lie side by side; with stride 1 they overlap."),
                _("The second window begins one pixel further on."),
            ),
            Mistake(
                lambda x, fh, fw: rows(x[:, :-1, :-1], fh, fw),
                _("The last row and the last column of windows are missing."),
                _("In how many places can a filter of 2 stand on 4 pixels?"),
            ),
        ],
    )


@exercise(hint=_("Lay a window of ones back at each place: what must the middle pixel say?"))
def check_add_windows(answer):
    def folded(rows, height, width, fh, fw, put):
        image = np.zeros((height, width))
        places = ((i, j) for i in range(height - fh + 1) for j in range(width - fw + 1))
        for (i, j), row in zip(places, rows, strict=True):
            put(image[i : i + fh, j : j + fw], row.reshape(fh, fw))
        return image

    def add(window, row):
        window += row

    def write(window, row):
        window[...] = row

    def largest(window, row):
        np.maximum(window, row, out=window)

    def count(rows, *sizes):
        return folded(np.ones_like(rows), *sizes, add)

    def down_first(rows, height, width, fh, fw):
        order = np.arange(len(rows)).reshape(height - fh + 1, width - fw + 1).T.ravel()
        back = np.empty_like(rows)
        back[order] = rows
        return folded(back, height, width, fh, fw, add)

    three = np.arange(1.0, 25).reshape(6, 4)
    return judge(
        answer,
        solutions.add_windows,
        praise=_("Right: where windows overlap, their numbers add up."),
        cases=[
            case(np.ones((4, 4)), 3, 3, 2, 2, of=_("windows of ones on 3 × 3")),
            case(three, 3, 4, 2, 2, of=_("windows of 2 × 2 on 3 × 4")),
            case(np.arange(36.0).reshape(6, 6) - 9, 5, 3, 3, 2, of=_("windows of 3 × 2 on 5 × 3")),
        ],
        mistakes=[
            Mistake(
                lambda *args: folded(*args, write),
                _("The last window overwrites the others; where they overlap, numbers are lost."),
                _("A pixel that was copied four times on the way out: what reaches it back?"),
            ),
            Mistake(
                lambda *args: folded(*args, add) / count(*args),
                _("This takes the mean where windows overlap; slopes from several ways add up."),
                _("What did chapter 5 say about a value that is used twice?"),
            ),
            Mistake(
                lambda *args: folded(*args, largest),
                _("This keeps the largest where windows overlap."),
                _("What did chapter 5 say about a value that is used twice?"),
            ),
            Mistake(
                down_first,
                _("The rows are laid back in the wrong order: down before right."),
                _("im2col walked to the right first."),
            ),
            Mistake(
                lambda *args: count(*args),
                _("This counts the windows over each pixel, whatever stands in the rows."),
                _("Where in your function do the numbers of `rows` enter?"),
            ),
            Mistake(
                lambda rows, height, width, fh, fw: folded(
                    rows.reshape(-1, fw, fh).transpose(0, 2, 1).reshape(len(rows), -1),
                    height, width, fh, fw, add,
                ),
                _("Each row is laid back column by column."),
                _("In which order does `reshape` read a row?"),
            ),
        ],
    )  # fmt: skip


@exercise(hint=_("Who decided the window's maximum? Only there does a nudge change anything."))
def check_pool_backward(answer):
    def by_mask(share):
        def backward(x, dout):
            h, w = dout.shape
            blocks = x.reshape(h, 2, w, 2)
            wins = blocks == blocks.max(axis=(1, 3), keepdims=True)
            return (share(wins) * dout[:, None, :, None]).reshape(x.shape)

        return backward

    def place(choose):
        def backward(x, dout):
            dx = np.zeros(x.shape)
            for i, j in np.ndindex(*dout.shape):
                window = x[2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
                row, column = divmod(int(choose(window)), 2)
                dx[2 * i + row, 2 * j + column] = dout[i, j]
            return dx

        return backward

    x = np.array([[1.0, 3, 2, 2], [0, 2, 2, -1], [5, 4, -1, -3], [4, 5, -4, -2]])
    dout = np.array([[0.5, -2.0], [3.0, 0.25]])
    return judge(
        answer,
        solutions.pool_backward,
        praise=_("Right: each slope goes to one pixel, the first that was largest."),
        cases=[
            case(X[:4, :6], np.arange(1.0, 7).reshape(2, 3), of=_("no two pixels equal")),
            case(x, dout, of=_("windows with equal pixels")),
            case(x.astype(int), dout, of=_("integer pixels"), hint=_("Which dtype has `dx`?")),
        ],
        mistakes=[
            Mistake(
                by_mask(lambda wins: wins),
                _("Where pixels tie, each of them gets the whole slope: one became several."),
                _("The slope came once from above. How often may it go on?"),
            ),
            Mistake(
                by_mask(lambda wins: wins / wins.sum(axis=(1, 3), keepdims=True)),
                _("Ties share the slope; this project, like the book, gives it to the first."),
                _("What does `argmax` answer if two are equal?"),
            ),
            Mistake(
                by_mask(lambda wins: np.full(wins.shape, 0.25)),
                _("This is the backward of average pooling: all four pixels get a quarter."),
                _("Would the maximum change, if one of the smaller pixels were nudged?"),
            ),
            Mistake(
                by_mask(lambda wins: np.ones(wins.shape)),
                _("All four pixels of a window get the slope, winners and losers."),
                _("Would the maximum change, if one of the smaller pixels were nudged?"),
            ),
            Mistake(
                place(lambda window: 3 - window.ravel()[::-1].argmax()),
                _("Where pixels tie, yours goes to the last of them; agreed is the first."),
                _("What does `argmax` answer if two are equal?"),
            ),
            Mistake(
                place(np.argmin),
                _("The slopes go to the smallest pixels."),
                _("Which pixel did forward let through?"),
            ),
            Mistake(
                lambda x, dout: place(np.argmax)(x, dout) * x,
                _("The slope is multiplied by the pixel; the largest passes with a factor of 1."),
                _("If the largest pixel grows by 0.1, by how much does the maximum grow?"),
            ),
        ],
    )


@exercise(hint=_("Bring dout into rows ordered like col: which axis must go to the end?"))
def check_filter_gradient(answer):
    def rows_of(dout):
        return dout.transpose(0, 2, 3, 1).reshape(-1, dout.shape[1])

    def gradient(rows, col):
        return {"dW": rows.T @ col, "db": rows.sum(axis=0)}

    def scaled(factor):
        def scale(col, dout):
            right = gradient(rows_of(dout), col)
            return {key: value * factor(dout) for key, value in right.items()}

        return scale

    rng = np.random.default_rng(17)
    col = rng.normal(size=(2 * 3 * 2, 4))
    return judge(
        answer,
        solutions.filter_gradient,
        praise=_("Right: sums over all windows of all images; 1/N came in with dout."),
        cases=[
            case(col, rng.normal(size=(2, 3, 3, 2)), of=_("2 images, 3 filters, output 3 × 2")),
            case(col[:6], rng.normal(size=(1, 5, 3, 2)), of=_("a batch of one, 5 filters")),
        ],
        mistakes=[
            Mistake(
                scaled(lambda dout: 1 / len(dout)),
                _("1/N twice: SoftmaxWithLoss has already divided dout by the batch size."),
                _("Which layer of chapter 5 divides by N? Should a second one do it again?"),
            ),
            Mistake(
                scaled(lambda dout: 1 / (dout.size // dout.shape[1])),
                _("You take the mean over all windows; a weight that is used often adds up."),
                _("What did chapter 5 say about a value that is used twice?"),
            ),
            Mistake(
                lambda col, dout: gradient(dout.reshape(-1, dout.shape[1]), col),
                _("`reshape` alone mixes filters and places: rows no longer belong to windows."),
                _("The filters are axis 1 of dout. They must be the last axis before reshaping."),
            ),
            Mistake(
                lambda col, dout: {
                    "dW": col.T @ rows_of(dout),
                    "db": rows_of(dout).sum(axis=0),
                },
                _("`dW` is turned on its side: (K, FN) instead of (FN, K)."),
                _("Which shape have the filters as rows?"),
            ),
            Mistake(
                lambda col, dout: {
                    "dW": rows_of(dout).T @ col,
                    "db": dout.sum(axis=0).sum(axis=1).sum(axis=0),
                },
                _("`db` is summed over the wrong axes: filters are mixed up."),
                _("One bias a filter: which three axes of dout are summed away?"),
            ),
            Mistake(
                lambda col, dout: {"dW": rows_of(dout).T @ col, "db": dout.sum(axis=(2, 3))},
                _("`db` has a row for each image; a bias is shared by the whole batch."),
                _("Over which axis is still to be summed?"),
            ),
            Mistake(
                lambda col, dout: {
                    "dW": rows_of(dout).T @ col,
                    "db": rows_of(dout).mean(axis=0),
                },
                _("`dW` is right; `db` is a mean where a sum belongs."),
                _("Each window adds the bias once."),
            ),
        ],
    )


@exercise(hint=_("Follow the shape first: 3 × 32 × 32, then? A layer's biases are parameters too."))
def check_parameter_count(answer):
    right = solutions.parameter_count

    def counted(given):
        counts = {}
        for key in right:
            value = given.get(key) if isinstance(given, dict) else None
            if isinstance(value, (bool, np.bool_)) or not isinstance(
                value, (int, float, np.integer, np.floating)
            ):
                raise Wrong(
                    _("`{key}` needs a number.").format(key=key),
                    _("All five layers are asked for; some have no parameters at all."),
                )
            counts[key] = float(value)
        return counts

    def but(key, value, message, hint):
        return Mistake({**right, key: value}, message, hint)

    affine = 50 * 16 * 16 * 16
    return judge(
        answer,
        right,
        via=counted,
        praise=_("Right: nearly all of them sit in the first affine layer."),
        mistakes=[
            but(
                "Conv1", 16 * 3 * 3 + 16,
                _("`Conv1`: each filter goes through all three channels."),
                _("How many numbers does a filter of 3 × 3 multiply in a colour image?"),
            ),
            but(
                "Conv1", 16 * 27,
                _("`Conv1`: the biases are missing."),
                _("One bias for each filter."),
            ),
            but(
                "Conv1", 16 * 27 + 16 * 32 * 32,
                _("`Conv1`: a filter has one bias, the same at all places."),
                _("The bias is shared like the weights."),
            ),
            but(
                "Pool1", 4,
                _("`Pool1`: a maximum has nothing to learn."),
                _("Which number in a pooling layer could a gradient change?"),
            ),
            but(
                "Affine1", affine * 4 + 50,
                _("`Affine1`: you counted the maps before pooling."),
                _("How many rows and columns are left after a 2 × 2 pooling?"),
            ),
            but(
                "Affine1", 50 * 16 * 15 * 15 + 50,
                _("`Affine1`: with padding 1 a 3 × 3 filter loses no pixels at the edge."),
                _("(32 + 2 − 3) / 1 + 1 = ?"),
            ),
            but(
                "Affine1", 50 * 16 * 16 + 50,
                _("`Affine1`: all 16 maps are flattened, not one."),
                _("What is the shape after pooling, and how many numbers is that?"),
            ),
            but(
                "Affine1", affine,
                _("`Affine1`: its 50 biases are missing."),
                _("x·W + b: what shape has b?"),
            ),
            but(
                "Affine2", 500,
                _("`Affine2`: its 10 biases are missing."),
                _("x·W + b: what shape has b?"),
            ),
            Mistake(
                {"Conv1": 432, "Relu1": 0, "Pool1": 0, "Affine1": affine, "Affine2": 500},
                _("The biases are missing everywhere."),
                _("One for each filter, one for each neuron."),
            ),
        ],
    )  # fmt: skip


@exercise(hint=_("How many batches do 250 samples make with a batch size of 100?"))
def check_accuracy_in_batches(answer):
    def right_ones(predict, x, t, axis=1):
        return predict(x).argmax(axis=axis) == t

    def over(batches, end):
        def accuracy(predict, x, t, size):
            right = 0
            for i in range(batches(len(x), size)):
                part = slice(i * size, (i + 1) * size)
                right += right_ones(predict, x[part], t[part]).sum()
            return right / end(len(x), size)

        return accuracy

    def mean_of_means(predict, x, t, size):
        starts = range(0, len(x), size)
        return np.mean(
            [right_ones(predict, x[i : i + size], t[i : i + size]).mean() for i in starts]
        )

    def axis_0(predict, x, t, size):
        y = predict(x)
        return np.sum(y.argmax(axis=0) == t[: y.shape[1]]) / len(x)

    def predict(x):
        return x * 1.0  # the images of this exercise are scores already

    rng = np.random.default_rng(27)
    t = rng.integers(0, 4, size=25)
    x = np.eye(4)[np.where(rng.random(25) < 0.7, t, (t + 1) % 4)]
    x[20:] = np.eye(4)[t[20:]]  # the last, incomplete batch is all right
    full, rounded_up = (lambda n, size: n // size), (lambda n, size: -(-n // size))
    return judge(
        answer,
        solutions.accuracy_in_batches,
        praise=_("Right: every sample counts once, in whichever batch it comes."),
        cases=[
            case(predict, x[:20], t[:20], 10, of=_("20 samples in batches of 10")),
            case(predict, x, t, 10, of=_("25 samples in batches of 10")),
            case(
                predict, x[:5], t[:5], 10,
                of=_("5 samples, a batch size of 10"),
                hint=_("5 // 10 is 0: how many rounds does your loop make?"),
            ),
            case(predict, x, t, 1, of=_("batches of one")),
        ],
        mistakes=[
            Mistake(
                over(full, lambda n, size: n),
                _("The last, incomplete batch is dropped but counted: 50 right answers give 0.0."),
                _("`range(0, len(x), batch_size)` begins a batch even if it is not full."),
            ),
            Mistake(
                over(full, lambda n, size: max(n // size * size, 1)),
                _("The last, incomplete batch is left out altogether."),
                _("An accuracy of 25 samples should know all 25."),
            ),
            Mistake(
                mean_of_means,
                _("The mean of the batches' accuracies: a small last batch weighs too much."),
                _("Add up right answers, and divide once at the end."),
            ),
            Mistake(
                over(rounded_up, lambda n, size: -(-n // size) * size),
                _("You divide by full batches; the last one holds fewer samples."),
                _("How many samples were there in all?"),
            ),
            Mistake(
                over(rounded_up, lambda n, size: 1),
                _("This is the number of right answers, not their share."),
                _("A share lies between 0 and 1."),
            ),
            Mistake(
                lambda predict, x, t, size: 1 - right_ones(predict, x, t).mean(),
                _("This is the share of wrong answers."),
                _("Compare with `==`."),
            ),
            Mistake(
                axis_0,
                _("argmax runs down the columns; each sample is a row."),
                _("Which axis of (N, K) holds the classes?"),
            ),
        ],
    )  # fmt: skip

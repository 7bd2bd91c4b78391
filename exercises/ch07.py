"""Checks of chapter 7, convolutional networks. How a check is made: see exercises/verdict.py."""

from collections.abc import Mapping
from gettext import gettext as _

import numpy as np

from common.util import im2col

from .solutions import ch07 as solutions
from .verdict import N_, Mistake, Verdict, Wrong, case, exercise, judge

RNG = np.random.default_rng(7)
X, W = np.round(RNG.normal(size=(5, 7)), 2), np.round(RNG.normal(size=(2, 3)), 2)


FLAT = np.full((5, 7), 3.0)
RIGHT_INK = np.tile([0.0, 0, 0, 1, 1, 1, 1], (5, 1))
LOWER_INK = np.repeat([0.0, 0, 1, 1, 1], 7).reshape(5, 7)


def _edges_found(filter):
    """Does a filter answer to vertical edges and to nothing else? Wrong says what it does."""
    rows = _("Three rows of three numbers each.")
    try:
        w = np.asarray(filter)
        if w.dtype.kind not in "biuf":
            raise TypeError
    except (TypeError, ValueError):
        raise Wrong(_("The filter is no table of numbers."), rows) from None
    if w.shape != (3, 3):
        raise Wrong(
            _("A filter of 3 × 3 is asked for; this has the shape {shape}.").format(shape=w.shape),
            rows,
        )
    if not np.isfinite(w).all():
        raise Wrong(_("The filter holds {bad}.").format(bad=w[~np.isfinite(w)][0]), rows)

    def strength(picture):
        return _slide(picture, w, 1, lambda x, w: np.sum(x * w))

    upright, lying, flat = strength(RIGHT_INK)[0], strength(LOWER_INK), strength(FLAT)
    small = 1e-6 * abs(w).max()
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
            _("A row of the filter lies on pixels that are all alike there. What must it sum to?"),
        )
    if upright.max() <= small:
        raise Wrong(
            _("It finds vertical edges with the sign reversed: paper, then ink answers negative."),
            _("On which side is the ink, and which sign does it meet there?"),
        )
    if upright.min() < -small:
        raise Wrong(
            _("Paper on the left, ink on the right: it answers {most:.3g} in one place of that "
              "edge and {least:.3g} in the next.").format(most=upright.max(), least=upright.min()),
            _("One column of the window may lie on ink, or two. What comes out each time?"),
        )  # fmt: skip
    return {"finds vertical edges": True}


@exercise(hint=N_("Compare what lies on the right with what lies on the left: one side minus one."))
def check_vertical_edges(answer):
    entries = np.ravel(np.array(answer, dtype=object)) if isinstance(answer, (list, tuple)) else []
    missing = sum(one is None or one is ... for one in entries)
    if 0 < missing < len(entries):
        words = _("not answered yet: {count} of {all} numbers")
        return Verdict(None, words.format(count=missing, all=len(entries)))
    return judge(
        answer,
        solutions.vertical_edges,
        via=_edges_found,
        praise=_("Right: 0 on plain grey, 0 on horizontal edges, positive from paper to ink."),
    )


@exercise(hint=N_("How many pixels of room has the filter, once it lies in the upper left corner?"))
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
            case(11, 4, 3, 2, of=_("11, 4, 3, 2: padding and a remainder")),
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
                sizes(lambda room, s, *_rest: (room // s + 1, 0)),
                _("The size is right; the remainder is 0 in yours, whatever remains."),
                _("7 pixels, a filter of 3, stride 3: does a window see the last pixel?"),
            ),
            Mistake(
                sizes(lambda room, s, size, pad, f: (room // s + 1, (size - f) % s)),
                _("The size is right; the remainder leaves the padding out."),
                _("Which number is divided by the stride in the formula?"),
            ),
            Mistake(
                sizes(lambda room, s, size, pad, f: (room // s + 1, max(0, room % s - pad))),
                _("The size is right; of the remainder you leave out what belongs to the padding."),
                _("The filter walks over the padded picture. Which of its pixels are left over?"),
            ),
            Mistake(
                sizes(lambda room, s, *_rest: (round(room / s) + 1, room % s)),
                _("Where the division leaves a large remainder, you round up: a window hangs out."),
                _("11 pixels of room, stride 3: after how many steps is no room left for another?"),
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


@exercise(hint=N_("Where does the window begin that belongs to out[i, j]? Where does it end?"))
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
            case(
                np.round(10 * X.T).astype(int),
                W,
                1,
                of=_("an image of 7 × 5 integers"),
                hint=_("The filter still holds fractions. Which dtype has the array of your sums?"),
            ),
            case(X, W[:, :1], 3, of=_("a filter of 2 × 1, stride 3")),
        ],
        mistakes=[
            Mistake(
                lambda x, w, stride: _slide(x, w[::-1, ::-1], stride, sums),
                _("The filter is turned by 180°: mathematicians do so, networks do not."),
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
                lambda x, w, stride: np.trunc(_slide(x, w, stride, sums)),
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
            Mistake(
                lambda x, w, stride: _slide(x, w, stride, sums)[:-1, :-1],
                _("The last row and the last column of windows are missing."),
                _("In how many places can a filter of 2 stand on 5 pixels?"),
            ),
            Mistake(
                lambda x, w, stride: _slide(x, w, stride, sums).T,
                _("Rows and columns of your output are swapped."),
                _("Which axis of x does the filter walk along when it moves to the right?"),
            ),
        ],
    )


@exercise(
    hint=N_(
        "Which block belongs to out[i, j]? And with which number can you frame the image, so that "
        "it never is the largest?"
    )
)
def check_max_pool(answer):
    def pooled(fill, choose):
        def pool(x, size, pad):
            x = np.pad(x.astype(float), pad, constant_values=fill)
            oh, ow = x.shape[0] // size, x.shape[1] // size
            blocks = x[: oh * size, : ow * size].reshape(oh, size, ow, size)
            return choose(blocks, axis=(1, 3))

        return pool

    def blocks(x, size, pad):
        x = np.pad(x.astype(float), pad, constant_values=-np.inf)
        starts = [range(0, side - size + 1, size) for side in x.shape]
        return [[x[i : i + size, j : j + size] for j in starts[1]] for i in starts[0]]

    def rounded_up(x, size, pad):
        x = np.pad(x.astype(float), pad, constant_values=-np.inf)
        more = [(0, -side % size) for side in x.shape]
        return pooled(-np.inf, np.max)(np.pad(x, more, constant_values=-np.inf), size, 0)

    def stride_1(x, size, pad):
        x = np.pad(x.astype(float), pad, constant_values=-np.inf)
        windows = np.lib.stride_tricks.sliding_window_view(x, (size, size))
        return windows.max(axis=(2, 3))

    negative = -np.abs(X[:4, :6]) - 0.1
    number = _("How small may a pixel be? Is there a number that is smaller than all of them?")
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
            case(
                np.array([[-128, 3, 0, -1], [2, 5, -7, 0], [-128, 4, 127, -9]], np.int8),
                2,
                1,
                of=_("integers of 8 bits, padding"),
                hint=_("Which dtype can hold a number that is smaller than all others?"),
            ),
            case(X.T, 2, 0, of=_("7 × 5: the last row and column fill no window")),
            case(1e38 * (negative / 2), 2, 1, of=_("pixels about -1e38, padding"), hint=number),
            case(
                np.array([[-5, -2], [-3, -4]]) * 10**12,
                2,
                1,
                of=_("integers about -10**12, padding"),
                hint=number,
            ),
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
                lambda x, size, pad: np.maximum(0, pooled(-np.inf, np.max)(x, size, pad)),
                _("Where the largest pixel is negative, 0 comes out."),
                _("Which number does your search, or your array of maxima, begin with?"),
            ),
            Mistake(
                lambda x, size, pad: [
                    [one.argmax() for one in row] for row in blocks(x, size, pad)
                ],
                _("This is the place of the largest pixel in its block, not the pixel itself."),
                _("What does argmax answer, and what max?"),
            ),
            Mistake(
                stride_1,
                _("Your windows overlap; here each begins where the last one ended."),
                _("By how many pixels does the window move on?"),
            ),
            Mistake(
                rounded_up,
                _("Rows and columns at the end that fill no block get a block all the same."),
                _("The text leaves them out. How many whole blocks are there?"),
            ),
        ],
    )


@exercise(
    hint=N_("How many windows are there, down and to the right, and which becomes the second row?")
)
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

    def fortran(x, fh, fw):
        col = rows(x, fh, fw).reshape(-1, len(x), fh, fw)
        return col.transpose(0, 3, 2, 1).reshape(len(col), -1)

    def apart(x, fh, fw):
        c, h, w = x.shape
        x = x[:, : h // fh * fh, : w // fw * fw].reshape(c, h // fh, fh, w // fw, fw)
        return x.transpose(1, 3, 0, 2, 4).reshape(-1, c * fh * fw)

    x = 0.25 + np.arange(3.0 * 4 * 6).reshape(3, 4, 6)
    return judge(
        answer,
        solutions.windows_as_rows,
        praise=_("Right: one window a row, to the right first, then down; channel by channel."),
        cases=[
            case(x[:1], 2, 3, of=_("one channel of 4 × 6, a filter of 2 × 3")),
            case(
                x,
                2,
                3,
                of=_("three channels"),
                hint=_("How many numbers of each channel stand in a row, and which come first?"),
            ),
            case(
                x[::-1] / 2,
                2,
                3,
                of=_("three other channels"),
                hint=_("Does your answer still hold something of the picture before?"),
            ),
            case(x.reshape(2, 6, 6)[:, :, :4], 2, 1, of=_("6 × 4, a filter of 2 × 1")),
            case(x, 4, 6, of=_("a filter as large as the image")),
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
                fortran,
                _("A row reads its window the other way: channels first, then down, then right."),
                _("A filter is (C, FH, FW). In which order does `ravel` read it?"),
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


@exercise(hint=N_("Lay a window of ones back at each place: what must the middle pixel say?"))
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

    three = 0.5 + np.arange(1.0, 25).reshape(6, 4)
    return judge(
        answer,
        solutions.add_windows,
        praise=_("Right: where windows overlap, their numbers add up."),
        cases=[
            case(np.ones((4, 4)), 3, 3, 2, 2, of=_("windows of ones on 3 × 3")),
            case(three, 3, 4, 2, 2, of=_("windows of 2 × 2 on 3 × 4")),
            case(np.arange(36.0).reshape(6, 6) - 9, 5, 3, 3, 2, of=_("windows of 3 × 2 on 5 × 3")),
            case(three.reshape(2, 12) / 8, 3, 5, 3, 4, of=_("windows of 3 × 4 on 3 × 5")),
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
                lambda rows, *sizes: folded(np.trunc(rows), *sizes, add),
                _("Your numbers are cut to whole ones."),
                _("Which dtype has the array that you lay the windows into?"),
            ),
            Mistake(
                lambda rows, *sizes: folded(
                    rows.sum(axis=1, keepdims=True) + 0 * rows, *sizes, add
                ),
                _("Each pixel of a window gets the sum of the whole row."),
                _("A row has one number for each pixel of its window. Which belongs to which?"),
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


@exercise(
    hint=N_(
        "Bring dout into rows ordered like col: which axis must go to the end? And which axes are "
        "summed away for db?"
    )
)
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
    col = rng.normal(size=(3 * 4 * 2, 5))
    return judge(
        answer,
        solutions.filter_gradient,
        batch=1,
        praise=_("Right: sums over all windows of all images; 1/N came in with dout."),
        cases=[
            case(col, rng.normal(size=(3, 2, 4, 2)), of=_("3 images, 2 filters, output 4 × 2")),
            case(col[:6], rng.normal(size=(1, 4, 3, 2)), of=_("a batch of one, 4 filters")),
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
                    "dW": dout.reshape(dout.shape[1], -1) @ col,
                    "db": rows_of(dout).sum(axis=0),
                },
                _("`dW`: `reshape` alone mixes filters and images; dout is (N, FN, OH, OW)."),
                _("Which axis must come first before dout is reshaped to FN rows?"),
            ),
            Mistake(
                lambda col, dout: gradient(rows_of(dout.transpose(0, 1, 3, 2)), col),
                _("The places of dout come in another order than the rows of col: down first."),
                _("im2col walks to the right first. Which of OH and OW must run faster?"),
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


@exercise(hint=N_("Who decided the window's maximum? Only there does a nudge change anything."))
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
    ties = np.array([[1.0, 7, 0, 0, -3, -4], [7, 0, 0, 0, -3, -3]])  # (0, 1) comes before (1, 0)
    return judge(
        answer,
        solutions.pool_backward,
        praise=_("Right: each slope goes to one pixel, the first that was largest."),
        cases=[
            case(X[:4, :6], np.arange(1.0, 7).reshape(2, 3), of=_("no two pixels equal")),
            case(x, dout, of=_("windows with equal pixels")),
            case(
                x.astype(int),
                dout,
                of=_("integer pixels"),
                hint=_("The slopes still hold fractions. Which dtype has your array of them?"),
            ),
            case(
                ties, np.array([[0.5, 2.0, -1.5]]), of=_("windows with two, four and three equals")
            ),
            case(
                -1e38 * (np.abs(X[:4, :6]) + 0.1),
                np.arange(1.0, 7).reshape(2, 3),
                of=_("pixels about -1e38"),
                hint=_("How small may a pixel be? With which one does a search best begin?"),
            ),
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
                place(lambda window: [0, 2, 1, 3][window.T.argmax()]),
                _("Where pixels tie, yours goes column by column; the first is meant row by row."),
                _("Which pixel comes first: the one to the right, or the one below?"),
            ),
            Mistake(
                place(np.argmin),
                _("The slopes go to the smallest pixels."),
                _("Which pixel did forward let through?"),
            ),
            Mistake(
                place(lambda window: 0),
                _("The slope always goes to the upper left pixel of a window."),
                _("Which of the four decided the maximum?"),
            ),
            Mistake(
                place(lambda window: [0, 2, 1, 3][window.argmax()]),
                _("Row and column of the winner are exchanged."),
                _("argmax counts row by row: which place of a window has number 1?"),
            ),
            Mistake(
                lambda x, dout: place(np.argmax)(x, np.ones(dout.shape)),
                _("The winners get 1, whatever arrives: dout plays no part."),
                _("1 is the local gradient. What is it multiplied by?"),
            ),
            Mistake(
                lambda x, dout: place(np.argmax)(x, dout) * x,
                _("The slope is multiplied by the pixel; the largest passes with a factor of 1."),
                _("If the largest pixel grows by 0.1, by how much does the maximum grow?"),
            ),
        ],
    )


def _each_count(given):
    """Are these counts right? Wrong names the first layer whose count is not, and why if it can."""
    if not isinstance(given, Mapping):
        raise Wrong(_("A dict is expected, with a count for each of the five layers."))
    conv, maps, affine = 16 * 3 * 3 * 3, 16 * 16 * 16, 16 * 16 * 16 * 50
    hints = {
        "Conv1": _("How many numbers has one filter, how many filters are there, and what has b?"),
        "Relu1": _("Which number in max(0, x) could a gradient change?"),
        "Pool1": _("Which number in a pooling layer could a gradient change?"),
        "Affine1": _("What is the shape after pooling, how many numbers is that, and what has b?"),
        "Affine2": _("How many numbers come in, how many go out, and what has b?"),
    }  # fmt: skip
    known = {
        ("Conv1", 16 * 9 + 16): (
            _("`Conv1`: each filter goes through all three channels."),
            _("How many numbers does a filter of 3 × 3 multiply in a colour image?"),
        ),
        ("Conv1", 16 * 9): (
            _("`Conv1`: each filter goes through all three channels, and the biases are missing."),
            _("How many numbers does a filter of 3 × 3 multiply in a colour image?"),
        ),
        ("Conv1", conv): (
            _("`Conv1`: the biases are missing."),
            _("One bias for each filter."),
        ),
        ("Conv1", conv + 1): (
            _("`Conv1`: one bias for the whole layer; each filter has its own."),
            _("What shape has b in a convolution layer with 16 filters?"),
        ),
        ("Conv1", conv + 16 * 3): (
            _("`Conv1`: a bias for each channel of a filter; a filter adds one number to its sum."),
            _("The sum over all channels is one number. How often is a bias added to it?"),
        ),
        ("Conv1", conv + 16 * 32 * 32): (
            _("`Conv1`: a filter has one bias, the same at all places."),
            _("The bias is shared like the weights."),
        ),
        ("Affine1", 4 * affine + 50): (
            _("`Affine1`: you counted the maps before pooling."),
            _("How many rows and columns are left after a 2 × 2 pooling?"),
        ),
        ("Affine1", 4 * affine): (
            _("`Affine1`: you counted the maps before pooling, and left out the biases."),
            _("How many rows and columns are left after a 2 × 2 pooling?"),
        ),
        ("Affine1", 50 * 16 * 15 * 15 + 50): (
            _("`Affine1`: with padding 1 a 3 × 3 filter loses no pixels at the edge."),
            _("(32 + 2 − 3) / 1 + 1 = ?"),
        ),
        ("Affine1", 50 * 16 * 16 + 50): (
            _("`Affine1`: all 16 maps are flattened, not one."),
            hints["Affine1"],
        ),
        ("Affine1", 50 * 3 * 32 * 32 + 50): (
            _("`Affine1`: you counted the picture; what comes in are the maps behind pooling."),
            hints["Affine1"],
        ),
        ("Affine1", affine): (
            _("`Affine1`: its 50 biases are missing."),
            _("x·W + b: what shape has b?"),
        ),
        ("Affine1", affine + maps): (
            _("`Affine1`: a bias for each input; there is one for each output."),
            _("x·W + b: what shape has b?"),
        ),
        ("Affine2", 500): (
            _("`Affine2`: its 10 biases are missing."),
            _("x·W + b: what shape has b?"),
        ),
        ("Affine2", 550): (
            _("`Affine2`: a bias for each input; there is one for each output."),
            _("x·W + b: what shape has b?"),
        ),
    }
    counts = {key: _count(key, given[key]) for key in hints}
    right = solutions.parameter_count
    if counts == {**right, "Conv1": conv, "Affine1": affine, "Affine2": 500}:
        raise Wrong(
            _("The biases are missing everywhere."), _("One for each filter, one for each neuron.")
        )
    for key, count in counts.items():
        if count != right[key]:
            words = _("`{key}` has another number of parameters than {count:,.12g}.")
            if right[key] == 0:
                words = _("`{key}` has nothing to learn, and so no parameters at all.")
            words, hint = known.get((key, count), (words, hints[key]))
            raise Wrong(words.format(key=key, count=count), hint)
    return counts


def _count(key, value):
    """The number that stands for a layer, whatever kind of number it is."""
    if np.ndim(value) or np.array(value).dtype.kind not in "iuf":
        raise Wrong(
            _("`{key}` needs a number.").format(key=key),
            _("All five layers are asked for; some have no parameters at all."),
        )
    return float(value)


@exercise(
    hint=N_("Follow the shape first: 3 × 32 × 32, then? A layer's biases are parameters too.")
)
def check_parameter_count(answer):
    return judge(
        answer,
        solutions.parameter_count,
        via=_each_count,
        praise=_("Right: nearly all of them sit in the first affine layer."),
    )


@exercise(
    hint=N_(
        "How many batches do 250 samples make with a batch size of 100? What is added up, and what "
        "is it divided by in the end?"
    )
)
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

    too_many = []

    def samples(count, size, hint=""):
        def predict(x):
            x = np.asarray(x)
            if x.ndim != 2:
                raise ValueError(f"predict takes pictures, (n, 4); here come {x.shape}.")
            if len(x) > size:
                too_many.append((len(x), size))
            return np.roll(x, 1, axis=1)  # the pictures of this exercise are shifted scores

        words = _("{count} samples in batches of {size}").format(count=count, size=size)
        return case(predict, x[:count], t[:count], size, of=words, hint=hint)

    rng = np.random.default_rng(27)
    t = rng.integers(0, 4, size=25)
    x = rng.normal(size=(25, 4)) - 1  # scores of any size, none of them a share
    x[np.arange(25), np.where(rng.random(25) < 0.7, t, (t + 2) % 4)] += 6
    x[20:] = 3 * np.eye(4)[t[20:]] - 2  # the last, incomplete batch is all right
    x = np.roll(x, -1, axis=1)
    counted = _(
        "What says that a row of scores is right? Which rows are counted, and by what is their "
        "number divided?"
    )
    full, rounded_up = (lambda n, size: n // size), (lambda n, size: -(-n // size))
    verdict = judge(
        answer,
        solutions.accuracy_in_batches,
        praise=_("Right: every sample counts once, in whichever batch it comes."),
        cases=[
            samples(20, 10, counted),
            samples(25, 10),
            samples(5, 10, _("Which batches do 5 samples make, and how long are they?")),
            samples(25, 1),
            samples(18, 7),
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
    )
    if verdict and too_many:
        raise Wrong(
            _(
                "The share is right; but with a batch size of {size}, predict got {n} at once."
            ).format(n=too_many[0][0], size=too_many[0][1]),
            _("What is batch_size for? Think of 10,000 pictures, and of the rows of im2col."),
        )
    return verdict

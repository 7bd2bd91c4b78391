"""Tools around the networks: smoothing, shuffling, and the windows of an image (book 4.5, 6, 7.4).

unfold lays out every window that a filter sees; fold is its transpose and adds windows back into
an image. im2col and col2im are the same two in the book's layout, one window a row.
"""

import numpy as np

from .checks import as_array, as_float, as_pairs, room, shown, whole


def smooth_curve(x):
    """A smoother x (N,), for plots: each value becomes a weighted mean of up to 11 neighbours.

    The weights are a Kaiser window (beta 2), the ends are mirrored (book 6.1).
    """
    x = as_float(x, "smooth_curve")
    if x.ndim != 1 or x.size == 0:
        raise ValueError(f"smooth_curve: x has shape {x.shape}; a list of numbers was expected.")
    half = min(5, x.size - 1)
    weights = np.kaiser(2 * half + 1, 2)
    mirrored = np.concatenate([x[half:0:-1], x, x[: -half - 1 : -1]])  # (half + N + half,)
    return np.convolve(weights / weights.sum(), mirrored, mode="valid")


def random_source(rng=None):
    """Where random numbers come from: NumPy's global state, or a Generator of its own.

    rng: None (np.random.seed governs), a seed, or a np.random.Generator.
    """
    if rng is None:
        return np.random
    if isinstance(rng, np.random.Generator) or (isinstance(rng, (int, np.integer)) and rng >= 0):
        return np.random.default_rng(rng)
    raise ValueError(f"rng: a seed or a Generator was expected; {shown(rng)} arrived.")


def shuffle_dataset(x, t, rng=None):
    """Copies of x and t with their rows in one and the same random order."""
    x, t = as_pairs(x, t, "shuffle_dataset")
    order = random_source(rng).permutation(len(x))
    return x[order], t[order]


def conv_output_size(input_size, filter_size, stride=1, pad=0):
    """How many stops a filter makes along one axis: (input + 2 pad - filter) // stride + 1.

    Where the division leaves a remainder, the last pixels are not visited.
    Raises ValueError for sizes below 1, a negative pad, and a filter that does not fit.
    """
    room = whole(input_size, "input_size") + 2 * whole(pad, "pad", 0)
    room -= whole(filter_size, "filter_size")
    if room < 0:
        size = f"{shown(input_size)} pixels with pad {shown(pad)}"
        hint = "use a smaller filter or a larger pad"
        raise ValueError(f"A filter of {shown(filter_size)} does not fit into {size}; {hint}.")
    return room // whole(stride, "stride") + 1


def image_shape(shape):
    """shape, if it is (N, C, H, W) with nothing empty; else ValueError."""
    sizes = as_array(shape, "images, their shape")
    if sizes.shape == (4,) and sizes.dtype.kind in "iu" and sizes.min() > 0:
        return tuple(sizes.tolist())
    hint = "one gray picture is x.reshape(1, 1, H, W)"
    raise ValueError(f"Images (N, C, H, W) were expected, {shown(shape)} arrived; {hint}.")


def stops(shape, filter_h, filter_w, stride, pad):
    """(OH, OW): how many stops a filter makes down and across images of shape (N, C, H, W)."""
    n, c, h, w = image_shape(shape)
    out = conv_output_size(h, filter_h, stride, pad), conv_output_size(w, filter_w, stride, pad)
    room((n, c, h + 2 * int(pad), w + 2 * int(pad), filter_h, filter_w))
    return out


def pad_images(x, pad, value=0):
    """x (N, C, H, W) with a frame of `pad` pixels of this value; x itself where pad is 0."""
    frame = (0, 0), (0, 0), (pad, pad), (pad, pad)
    return np.pad(x, frame, constant_values=value) if pad else x


def places(images, filter_h, filter_w, stride):
    """For each place (i, j) in a window: a view of the pixels there, one a stop, (N, C, OH, OW)."""
    last_h, last_w = images.shape[2] - filter_h, images.shape[3] - filter_w
    for i in range(filter_h):  # over the few places of a window, not over the many stops
        for j in range(filter_w):
            yield i, j, images[:, :, i : last_h + i + 1 : stride, j : last_w + j + 1 : stride]


def unfold(x, filter_h, filter_w, stride=1, pad=0):
    """Every window of the images x (N, C, H, W), one for each stop: (N, C, FH, FW, OH, OW)."""
    x = as_float(x, "images")
    out_h, out_w = stops(x.shape, filter_h, filter_w, stride, pad)
    windows = np.empty((*x.shape[:2], filter_h, filter_w, out_h, out_w), x.dtype.type)
    for i, j, pixels in places(pad_images(x, pad), *windows.shape[2:4], stride):
        windows[:, :, i, j] = pixels
    return windows


def fold(windows, input_shape, stride=1, pad=0):
    """The transpose of unfold: (N, C, FH, FW, OH, OW) added back into images (N, C, H, W).

    A pixel that several windows saw receives the sum of all of them.
    """
    n, c, h, w = input_shape
    padded = np.zeros((n, c, h + 2 * pad, w + 2 * pad), windows.dtype)
    for i, j, pixels in places(padded, *windows.shape[2:4], stride):
        pixels += windows[:, :, i, j]
    return padded[:, :, pad : pad + h, pad : pad + w]


def im2col(input_data, filter_h, filter_w, stride=1, pad=0):
    """One row per window: images (N, C, H, W) -> (N·OH·OW, C·FH·FW) (book 7.4.2)."""
    windows = unfold(input_data, filter_h, filter_w, stride, pad)
    n, c, fh, fw, out_h, out_w = windows.shape
    rows = windows.transpose(0, 4, 5, 1, 2, 3)  # (N, OH, OW, C, FH, FW)
    return rows.reshape(n * out_h * out_w, c * fh * fw)


def col2im(col, input_shape, filter_h, filter_w, stride=1, pad=0):
    """The transpose of im2col: rows (N·OH·OW, C·FH·FW) added back into images (N, C, H, W)."""
    out_h, out_w = stops(input_shape, filter_h, filter_w, stride, pad)
    n, c, _, _ = input_shape = image_shape(input_shape)
    col, expected = as_float(col, "col2im"), (n * out_h * out_w, c * int(filter_h) * int(filter_w))
    if col.shape != expected:
        images = f"images {tuple(input_shape)} and filters {filter_h} x {filter_w}"
        raise ValueError(f"col2im: col has shape {col.shape}; {images} expect {expected}.")
    rows = col.reshape((n, out_h, out_w, c, filter_h, filter_w))
    return fold(rows.transpose(0, 3, 4, 5, 1, 2), input_shape, stride, int(pad))

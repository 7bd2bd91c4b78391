"""Tools around the networks: smoothing, shuffling, and the windows of an image (book 4.5, 6, 7.4).

unfold and fold lay out windows and add them back; im2col and col2im do so in the book's layout.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from .checks import as_float, as_pairs, as_whole, expect, shown


def smooth_curve(x):
    """A smoother x (N,), for plots: Kaiser-weighted means of up to 11 neighbours (book 6.1)."""
    x = as_float(x, "smooth_curve")
    expect(x.ndim == 1 and x.size, f"smooth_curve: a list of numbers expected, {x.shape} arrived.")
    half = min(5, x.size - 1)
    weights = np.kaiser(2 * half + 1, 2)
    mirrored = np.concatenate([x[half:0:-1], x, x[: -half - 1 : -1]])  # (half + N + half,)
    return np.convolve(weights / weights.sum(), mirrored, mode="valid")


def random_source(rng=None):
    """The source of random numbers for rng: None (np.random.seed governs), a seed, a Generator."""
    if rng is None:
        return np.random
    fits = isinstance(rng, np.random.Generator) or (isinstance(rng, (int, np.integer)) and rng >= 0)
    expect(fits, f"rng: a seed or a Generator was expected; {shown(rng)} arrived.")
    return np.random.default_rng(rng)


def shuffle_dataset(x, t, rng=None):
    """Copies of x and t with their rows in one and the same random order."""
    x, t = as_pairs(x, t, "shuffle_dataset")
    order = random_source(rng).permutation(len(x))
    return x[order], t[order]


def conv_output_size(input_size, filter_size, stride=1, pad=0):
    """How many stops a filter makes along one axis: (input + 2 pad - filter) // stride + 1."""
    size, filter_size = as_whole(input_size, "input_size"), as_whole(filter_size, "filter_size")
    stride, pad = as_whole(stride, "stride"), as_whole(pad, "pad", 0)
    found = f"A filter of {filter_size} does not fit into {size} pixels with pad {pad}"
    expect(filter_size <= size + 2 * pad, f"{found}; use a smaller filter or a larger pad.")
    return (size + 2 * pad - filter_size) // stride + 1


def output_sides(shape, filter_h, filter_w, stride, pad):
    """(OH, OW): how many stops a filter makes down and across images of shape (N, C, H, W)."""
    fits = len(shape) == 4 and all(isinstance(s, (int, np.integer)) and s > 0 for s in shape)
    hint = "one gray picture is x.reshape(1, 1, H, W)"
    expect(fits, f"Images (N, C, H, W) were expected, {shown(shape)} arrived; {hint}.")
    h, w = shape[2:]
    return conv_output_size(h, filter_h, stride, pad), conv_output_size(w, filter_w, stride, pad)


def pad_images(x, pad, value=0):
    """x (N, C, H, W) with a frame of `pad` pixels of this value; x itself where pad is 0."""
    frame = (0, 0), (0, 0), (pad, pad), (pad, pad)
    return np.pad(x, frame, constant_values=value) if pad else x


def cells(images, filter_h, filter_w, stride):
    """For each cell of a window: the pixels that it sees, a view (N, C, OH, OW), one a stop.

    A window has few cells and makes many stops: this is the loop to write in Python.
    """
    end_h, end_w = images.shape[2] - filter_h + 1, images.shape[3] - filter_w + 1
    for i, j in np.ndindex(filter_h, filter_w):
        yield images[:, :, i : end_h + i : stride, j : end_w + j : stride]


def unfold(x, filter_h, filter_w, stride=1, pad=0):
    """Every window of the images x (N, C, H, W), one for each stop: (N, C, FH, FW, OH, OW)."""
    x = as_float(x, "images")
    output_sides(x.shape, filter_h, filter_w, stride, pad)  # do they fit?
    windows = sliding_window_view(pad_images(x, pad), (filter_h, filter_w), axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride]  # (N, C, OH, OW, FH, FW): a view, not a copy
    return windows.transpose(0, 1, 4, 5, 2, 3).copy()


def fold(windows, input_shape, stride=1, pad=0):
    """The transpose of unfold: windows (N, C, FH, FW, OH, OW) added up in images (N, C, H, W)."""
    n, c, h, w = input_shape
    padded, window = np.zeros((n, c, h + 2 * pad, w + 2 * pad), windows.dtype), windows.shape[2:4]
    for (i, j), pixels in zip(np.ndindex(window), cells(padded, *window, stride), strict=True):
        pixels += windows[:, :, i, j]
    return padded[:, :, pad : pad + h, pad : pad + w]


def im2col(input_data, filter_h, filter_w, stride=1, pad=0):
    """One row per window: images (N, C, H, W) -> (N·OH·OW, C·FH·FW) (book 7.4.2)."""
    windows = unfold(input_data, filter_h, filter_w, stride, pad)
    n, k = len(windows), windows[0, :, :, :, 0, 0].size  # K = C·FH·FW
    return windows.reshape(n, k, -1).transpose(0, 2, 1).reshape(-1, k)  # (N, K, P) -> (N·P, K)


def col2im(col, input_shape, filter_h, filter_w, stride=1, pad=0):
    """The transpose of im2col: rows (N·OH·OW, C·FH·FW) added back into images (N, C, H, W)."""
    col = as_float(col, "col2im")
    out_h, out_w = output_sides(input_shape, filter_h, filter_w, stride, pad)
    n, c, _, _ = input_shape
    expected = (n * out_h * out_w, c * filter_h * filter_w)
    found = f"col2im: col {col.shape} arrived, stride {stride}, pad {pad}"
    expect(col.shape == expected, f"{found} expect {expected}.")
    rows = col.reshape(n, out_h, out_w, c, filter_h, filter_w)
    return fold(rows.transpose(0, 3, 4, 5, 1, 2), input_shape, stride, int(pad))

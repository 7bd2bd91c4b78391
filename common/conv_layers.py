"""Convolution and pooling: layers that keep an image an image (book 7.2 to 7.4)."""

import numpy as np

from .checks import as_float, shown, upstream, whole
from .util import fold, im2col, image_shape, pad_images, places, stops, unfold


class Convolution:
    """Slides FN filters over images of C channels and takes a weighted sum at each stop.

    Book 7.4.3. W: filters (FN, C, FH, FW); b: (FN,), or the number 0. stride, pad: in pixels.
    forward:  x (N, C, H, W) -> (N, FN, OH, OW), OH = (H + 2 pad - FH) // stride + 1, OW likewise
    backward: dout (N, FN, OH, OW) -> dx (N, C, H, W); sets dW (FN, C, FH, FW) and db (FN,);
              need_dx=False leaves dx out (None): a first layer has nobody to hand it to
    All windows of an image are the columns of one matrix, so one product does all the sums.
    The filter is not flipped: strictly, this is a cross-correlation.
    """

    def __init__(self, W, b, stride=1, pad=0):
        self.W, self.b = as_float(W, "Convolution, W"), as_float(b, "Convolution, b")
        no_b = self.b.ndim == 0 and self.b == 0
        if self.W.ndim != 4 or not (no_b or self.b.shape == self.W.shape[:1]):
            found = f"W has shape {self.W.shape}, b {self.b.shape}"
            expected = "(FN, C, FH, FW) and (FN,), or b = 0, were expected"
            raise ValueError(f"Convolution: {found}; {expected}.")
        self.stride = whole(stride, "Convolution: stride")
        self.pad = whole(pad, "Convolution: pad", 0)
        self.x = self.windows = self.out_shape = self.dW = self.db = None

    def forward(self, x):
        x = as_float(x, "Convolution")
        n, c, _, _ = image_shape(x.shape)
        fn, channels, fh, fw = self.W.shape
        if c != channels:
            expected = f"W {self.W.shape} expects {channels}"
            raise ValueError(f"Convolution: x {x.shape} has {c} channels, {expected}.")
        windows = unfold(x, fh, fw, self.stride, self.pad)  # (N, C, FH, FW, OH, OW)
        self.x, self.windows = x, windows.reshape(n, c * fh * fw, -1)  # (N, K, P): C·FH·FW, OH·OW
        self.out_shape = n, fn, *windows.shape[4:]
        out = self.W.reshape(fn, -1) @ self.windows  # (FN, K)(N, K, P) -> (N, FN, P)
        out += np.reshape(self.b, (-1, 1))
        return out.reshape(self.out_shape)

    def backward(self, dout, need_dx=True):
        dout = upstream(dout, self.out_shape, self)
        n, fn, out_h, out_w = dout.shape
        dout = dout.reshape(n, fn, out_h * out_w)  # (N, FN, P)
        dW = dout @ self.windows.transpose(0, 2, 1)  # (N, FN, P)(N, P, K) -> (N, FN, K)
        self.dW = dW.sum(axis=0).reshape(self.W.shape)
        self.db = dout.sum(axis=2).sum(axis=0)  # (N, FN, P) -> (FN,)
        if not need_dx:
            return None
        dwindows = self.W.reshape(fn, -1).T @ dout  # (K, FN)(N, FN, P) -> (N, K, P)
        dwindows = dwindows.reshape(n, *self.W.shape[1:], out_h, out_w)
        return fold(dwindows, self.x.shape, self.stride, self.pad)  # (N, C, H, W)

    @property
    def col(self):
        """The windows in the book's layout, one a row: (N·OH·OW, C·FH·FW); None before forward."""
        return None if self.x is None else im2col(self.x, *self.W.shape[2:], self.stride, self.pad)

    @property
    def col_W(self):
        """The filters as columns: (C·FH·FW, FN)."""
        return self.W.reshape(len(self.W), -1).T


class Pooling:
    """Keeps the largest value of each window; nothing to learn (book 7.3, 7.4.4).

    pool_h, pool_w, stride, pad: in pixels. The padding is minus infinity, so it never wins.
    forward:  x (N, C, H, W) -> (N, C, OH, OW), OH = (H + 2 pad - pool_h) // stride + 1
    backward: dout (N, C, OH, OW) -> dx (N, C, H, W): each slope goes to the pixel that won, the
              first one where several are equal
    """

    def __init__(self, pool_h, pool_w, stride=2, pad=0):
        self.pool_h = whole(pool_h, "Pooling: pool_h")
        self.pool_w = whole(pool_w, "Pooling: pool_w")
        self.stride, self.pad = whole(stride, "Pooling: stride"), whole(pad, "Pooling: pad", 0)
        if pad >= min(pool_h, pool_w):
            window = f"{shown(pool_h)} x {shown(pool_w)}"
            raise ValueError(f"Pooling: pad {shown(pad)} must be less than the window {window}.")
        self.x = self.out = None

    def _places(self, images):
        """For each place in a window, in reading order: the pixels there, (N, C, OH, OW)."""
        return [pixels for _, _, pixels in places(images, self.pool_h, self.pool_w, self.stride)]

    def forward(self, x):
        x = as_float(x, "Pooling")
        stops(x.shape, self.pool_h, self.pool_w, self.stride, self.pad)  # do they fit?
        first, *others = self._places(pad_images(x, self.pad, -np.inf))
        out = first.copy()
        for pixels in others:
            np.maximum(out, pixels, out=out)
        self.x, self.out = x, out
        return out

    def backward(self, dout):
        dout = upstream(dout, self.out, self)
        padded = pad_images(self.x, self.pad, np.nan)  # which equals nothing and never wins
        dx = np.zeros(padded.shape, dout.dtype)
        apart = self.stride >= max(self.pool_h, self.pool_w)  # no pixel stands in two windows
        open_ = np.ones(dout.shape, bool)  # windows whose winner is still to be found
        for pixels, dpixels in zip(self._places(padded), self._places(dx), strict=True):
            wins = (pixels == self.out) & open_
            if apart:
                np.multiply(dout, wins, out=dpixels)
            else:
                dpixels += dout * wins
            open_ ^= wins
        h, w = self.x.shape[2:]
        return dx[:, :, self.pad : self.pad + h, self.pad : self.pad + w]  # (N, C, H, W)

    @property
    def arg_max(self):
        """Where each maximum stood in its window, counted in reading order: (N·OH·OW·C,)."""
        if self.x is None:
            return None
        values = np.stack(self._places(pad_images(self.x, self.pad, -np.inf)), axis=-1)
        return values.argmax(axis=-1).transpose(0, 2, 3, 1).ravel()

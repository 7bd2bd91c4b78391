"""Convolution and pooling: layers that keep an image an image (book 7.2 to 7.4)."""

import numpy as np

from .checks import as_float, as_whole, expect, upstream
from .util import cells, fold, im2col, output_sides, pad_images, unfold


class Convolution:
    """Slides FN filters over images of C channels and takes a weighted sum at each stop.

    Book 7.4.3. W: filters (FN, C, FH, FW); b: (FN,), or the number 0. stride, pad: in pixels.
    forward:  x (N, C, H, W) -> (N, FN, OH, OW), OH = (H + 2 pad - FH) // stride + 1, OW likewise
    backward: dout (N, FN, OH, OW) -> dx (N, C, H, W), or None if nobody needs it; sets dW, db
    The windows are the columns of one matrix. No filter is flipped: this is a cross-correlation.
    """

    def __init__(self, W, b, stride=1, pad=0):
        self.W, self.b = as_float(W, "Convolution, W"), as_float(b, "Convolution, b")
        no_b = self.b.ndim == 0 and self.b == 0
        fits = self.W.ndim == 4 and (no_b or self.b.shape == self.W.shape[:1])
        found = f"W {self.W.shape}, b {self.b.shape}"
        expect(fits, f"Convolution: {found} arrived; give (FN, C, FH, FW) and (FN,), or b = 0.")
        self.stride, self.pad = as_whole(stride, "stride"), as_whole(pad, "pad", 0)
        self.x = self.windows = self.col_W = self.out_shape = self.dW = self.db = None

    def forward(self, x):
        x = as_float(x, "Convolution")
        fn, channels, fh, fw = self.W.shape
        windows = unfold(x, fh, fw, self.stride, self.pad)  # (N, C, FH, FW, OH, OW)
        n, c = x.shape[:2]
        found = f"x {x.shape} has {c} channels"
        expect(c == channels, f"Convolution: {found}, W {self.W.shape} expects {channels}.")
        self.x, self.windows = x, windows.reshape(n, c * fh * fw, -1)  # (N, K, P): C·FH·FW, OH·OW
        self.out_shape = n, fn, *windows.shape[4:]
        self.col_W = self.W.reshape(fn, -1).T  # (K, FN)
        out = self.col_W.T @ self.windows  # (FN, K)(N, K, P) -> (N, FN, P)
        out += np.reshape(self.b, (-1, 1))
        return out.reshape(self.out_shape)

    def backward(self, dout, need_dx=True):
        dout = upstream(dout, self.out_shape, self)
        n, fn, out_h, out_w = dout.shape
        dout = dout.reshape(n, fn, out_h * out_w)  # (N, FN, P)
        dW = self.windows @ dout.transpose(0, 2, 1)  # (N, K, P)(N, P, FN) -> (N, K, FN)
        self.dW = dW.sum(axis=0).T.reshape(self.W.shape)
        self.db = dout.sum(axis=2).sum(axis=0)  # (N, FN, P) -> (FN,)
        if not need_dx:
            return None
        dx = np.empty(self.x.shape, dout.dtype)
        for k in range(0, n, 4):  # four images at a time stay in the processor's cache
            dwindows = self.col_W @ dout[k : k + 4]  # of each image: K x FN times FN x P
            dwindows = dwindows.reshape(-1, *self.W.shape[1:], out_h, out_w)
            dx[k : k + 4] = fold(dwindows, self.x[k : k + 4].shape, self.stride, self.pad)
        return dx

    @property
    def col(self):
        """The windows in the book's layout, one a row: (N·OH·OW, C·FH·FW); None before forward."""
        return None if self.x is None else im2col(self.x, *self.W.shape[2:], self.stride, self.pad)


class Pooling:
    """Keeps the largest value of each window; nothing to learn (book 7.3, 7.4.4).

    pool_h, pool_w, stride, pad: in pixels. The padding is minus infinity, so it never wins.
    forward:  x (N, C, H, W) -> (N, C, OH, OW), OH = (H + 2 pad - pool_h) // stride + 1
    backward: dout (N, C, OH, OW) -> dx (N, C, H, W): each slope goes to the first maximum
    """

    def __init__(self, pool_h, pool_w, stride=2, pad=0):
        sizes = {"pool_h": pool_h, "pool_w": pool_w, "stride": stride}
        self.window = tuple(as_whole(size, name) for name, size in sizes.items())
        self.pool_h, self.pool_w, self.stride = self.window
        self.pad, self.x, self.out = as_whole(pad, "pad", 0), None, None
        expect(pad < min(pool_h, pool_w), f"Pooling: pad {pad} must be below {self.window[:2]}.")

    def forward(self, x):
        x = as_float(x, "Pooling")
        sides = output_sides(x.shape, *self.window, self.pad)
        out = np.full((*x.shape[:2], *sides), -np.inf, x.dtype)  # (N, C, OH, OW)
        for pixels in cells(pad_images(x, self.pad, -np.inf), *self.window):
            np.maximum(out, pixels, out=out)
        self.x, self.out = x, out
        return out

    def backward(self, dout):
        dout = upstream(dout, self.out, self)
        padded = pad_images(self.x, self.pad, np.nan)  # which equals nothing and never wins
        dx = np.zeros(padded.shape, dout.dtype)
        apart = self.stride >= max(self.pool_h, self.pool_w)  # no pixel stands in two windows
        open_ = np.ones(dout.shape, bool)  # windows whose winner is still to be found
        places = zip(cells(padded, *self.window), cells(dx, *self.window), strict=True)
        for pixels, dpixels in places:
            wins = (pixels == self.out) & open_
            if apart:
                np.multiply(dout, wins, out=dpixels)  # 15 % of a network's gradient are won here
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
        windows = unfold(pad_images(self.x, self.pad, -np.inf), *self.window)
        values = windows.reshape(*self.x.shape[:2], -1, *self.out.shape[2:])
        return values.argmax(axis=2).transpose(0, 2, 3, 1).ravel()

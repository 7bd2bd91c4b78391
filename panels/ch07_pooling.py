"""Move an image by a few pixels: what changes in it, in a feature map, and after pooling (7.3)."""

from functools import partial
from gettext import gettext as _
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from common.functions import softmax
from common.layers import Pooling, Relu

from .ch03_classify import Bars
from .ch07_feature_maps import as_images, as_networks
from .shell import Panel, Stepper, artists, choice, slider
from .shell.style import INK, NORMAL, add_axes, edge, ink_limits

FAR = 4  # pixels


class Shifted(NamedTuple):
    number: int
    label: int
    right: int
    down: int
    window: int
    filter: int
    pictures: tuple  # (image, map, pooled map), each (2, rows, columns): before and after
    overlaps: tuple  # the share that stays, of each of the three
    probabilities: np.ndarray  # (2, 10)


def shift(x, right, down):
    """Images (N, C, H, W) moved by whole pixels; what comes in at the edge is 0."""
    height, width = x.shape[2:]
    if abs(right) >= width or abs(down) >= height:
        text = _("A shift of {right} and {down} pixels moves the image of {h} × {w} out of sight.")
        raise ValueError(text.format(right=right, down=down, h=height, w=width))
    moved = np.zeros_like(x)
    moved[:, :, max(down, 0) : height + min(down, 0), max(right, 0) : width + min(right, 0)] = x[
        :, :, max(-down, 0) : height - max(down, 0), max(-right, 0) : width - max(right, 0)
    ]
    return moved


def overlap(pair):
    """The share of two pictures that both have: Σ min / Σ max; 1 if both are empty."""
    largest = np.maximum(*pair).sum()
    return float(np.minimum(*pair).sum() / largest) if largest else 1.0


def compute_pooling(number, right, down, window, filter, *, images, labels, network):
    x = images[number : number + 1]
    both = np.concatenate([x, shift(x, right, down)])  # (2, 1, H, W)
    maps = Relu().forward(network.layers["Conv1"].forward(both))[:, filter - 1 : filter]
    pooled = Pooling(window, window, stride=window).forward(maps)
    pictures = tuple(array[:, 0] for array in (both, maps, pooled))
    return Shifted(
        number=number,
        label=int(labels[number]),
        right=right,
        down=down,
        window=window,
        filter=filter,
        pictures=pictures,
        overlaps=tuple(map(overlap, pictures)),
        probabilities=softmax(network.predict(both)),
    )


def draw_pooling(figure, data):
    art = artists(figure, _lay_out)
    names = (
        _("image {n}").format(n=data.number),
        _("answer of filter {n}, ReLU").format(n=data.filter),
        _("pooled {w} × {w}").format(w=data.window) if data.window > 1 else _("not pooled"),
    )
    for k, pair in enumerate(data.pictures):
        height, width = pair.shape[1:]
        art.titles[k].set_text(f"{names[k]}\n" + _("overlap {s:.0%}").format(s=data.overlaps[k]))
        for row in (0, 1):
            image = art.images[k][row]
            image.set_data(pair[row])
            image.set_clim(*ink_limits(pair, signed=False))
            image.set_extent((0, width, height, 0))
            image.axes.set(xlim=(0, width), ylim=(height, 0))
    for row in (0, 1):
        art.bars[row].show(data.probabilities[row], int(data.probabilities[row].argmax()))


def _lay_out(figure):
    titles, images = [], []
    for k in range(3):
        pair = []
        for row in (0, 1):
            box = (0.05 + 0.2 * k, 0.46 - 0.43 * row, 0.18, 0.4)
            axes = add_axes(figure, box, frame=False)
            pair.append(axes.imshow(np.zeros((2, 2)), cmap=INK))
            axes.set_aspect("equal", anchor="NW")
            edge(axes)
            if row == 0:
                titles.append(axes.set_title("", fontsize=NORMAL, loc="left"))
        images.append(pair)
    figure.text(0.012, 0.66, _("before"), rotation=90, va="center", fontsize=NORMAL)
    figure.text(0.012, 0.23, _("after"), rotation=90, va="center", fontsize=NORMAL)
    bars = [Bars(add_axes(figure, (0.71, 0.59 - 0.45 * row, 0.28, 0.27))) for row in (0, 1)]
    bars[0].bars[0].axes.set_xlabel("")
    return SimpleNamespace(titles=titles, images=images, bars=bars)


def describe_pooling(data):
    before, after = data.probabilities.argmax(axis=1)
    first, second = data.probabilities.max(axis=1)
    return _(
        "Image {n}, a {label}, moved {right} to the right and {down} down. In its old place stays "
        "{a:.0%} of the image, {b:.0%} of filter {filter}'s answer, {c:.0%} of it {pooling}. "
        "The network reads {before} ({first:.1%}) before and {after} ({second:.1%}) after."
    ).format(
        n=data.number,
        label=data.label,
        right=data.right,
        down=data.down,
        a=data.overlaps[0],
        b=data.overlaps[1],
        c=data.overlaps[2],
        filter=data.filter,
        pooling=_("after {w} × {w} pooling").format(w=data.window)
        if data.window > 1
        else _("without pooling"),
        before=before,
        after=after,
        first=first,
        second=second,
    )


def pooling_panel(images, labels, network, *, hide=(), **start):
    """Images (N, 1, H, W), labels (N,), and one SimpleConvNet."""
    network = next(iter(as_networks(network).values()))
    images, labels = as_images(images, labels)
    count = len(network.params["W1"])
    sizes = {_("none"): 1, "2 × 2": 2, "3 × 3": 3, "4 × 4": 4}
    panel = Panel(
        title=_("Move the image"),
        controls={
            "number": Stepper(_("image number"), len(images) - 1),
            "right": slider(_("to the right"), -FAR, FAR, 1, 1),
            "down": slider(_("down"), -FAR, FAR, 1, 0),
            "window": choice(_("pooling"), sizes, 2),
            "filter": slider(_("filter"), 1, count, 1, 1),
        },
        compute=partial(compute_pooling, images=images, labels=labels, network=network),
        draw=draw_pooling,
        describe=describe_pooling,
        figsize=(10.4, 4.5),
        presets={
            _("not moved"): {"right": 0, "down": 0},
            _("one pixel, no pooling"): {"right": 1, "down": 0, "window": 1},
            _("one pixel, pooled 4 × 4"): {"right": 1, "down": 0, "window": 4},
            _("four pixels"): {"right": 4, "down": 0, "window": 2},
        },
        hide=hide,
    )
    return panel.start(start)

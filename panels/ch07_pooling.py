"""Move an image by a few pixels: what changes in it, in a feature map, and after pooling (7.3)."""

from functools import partial
from gettext import gettext as _
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
from matplotlib.collections import PolyCollection

from common.functions import softmax
from common.layers import Pooling, Relu

from .cells import Pixels, Shares, place
from .ch07_feature_maps import as_images, as_networks
from .outlines import Words
from .shell import Panel, Stepper, artists, choice, layout_of, slider
from .shell.style import GREEN, NORMAL, add_axes, ink_limits

FAR = 4  # pixels


class Shifted(NamedTuple):
    number: int
    label: int
    right: int
    down: int
    window: int
    filter: int
    pictures: tuple  # (image, map, pooled map), each (2, rows, columns): before and after
    shared: tuple  # of each of the three what both have, (rows, columns)
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
        shared=tuple(np.minimum(*pair) for pair in pictures),
        overlaps=tuple(map(overlap, pictures)),
        probabilities=softmax(network.predict(both)),
    )


def draw_pooling(figure, data):
    art = artists(figure, _lay_out)
    names = (
        _("image {n}").format(n=data.number),
        _("filter {n}").format(n=data.filter),
        _("pooled {w} × {w}").format(w=data.window) if data.window > 1 else _("not pooled"),
    )
    for k, (pair, both) in enumerate(zip(data.pictures, data.shared, strict=True)):
        art.pixels[k][0].title.set_text(names[k])
        limits = ink_limits(pair, signed=False)
        for pixels, picture in zip(art.pixels[k], (*pair, both), strict=True):
            pixels.show(picture, *limits)
    height, width = data.shared[1].shape
    for pixels in art.pixels[1]:  # lines around what is pooled together
        pixels.rule(*((data.window / height, data.window / width) if data.window > 1 else (1, 1)))
    for bars, shares in zip(art.bars, data.probabilities, strict=True):
        bars.show(shares, int(shares.argmax()), data.label)
    art.overlaps.set_verts(
        [[(0, k + 0.2), (share, k + 0.2), (share, k + 0.8), (0, k + 0.8)]
         for k, share in enumerate(data.overlaps)]
    )  # fmt: skip
    left, top, width, height = art.box
    art.shares.show(
        [(f"{share:.0%}", (left + share * width + 0.25, top + height * (k + 0.5) / 3))
         for k, share in enumerate(data.overlaps)]
    )  # fmt: skip


def _lay_out(figure):
    side, gap, bars, overlaps = {
        "normal": (
            1.35, 0.12, ((5.15, 0.3, 3.9, 1.0), (5.15, 1.85, 3.9, 1.0)), (5.95, 3.42, 2.5, 1.12),
        ),
        "narrow": (
            1.0, 0.08, ((0.05, 3.9, 1.6, 0.85), (1.95, 3.9, 1.6, 0.85)), (0.85, 5.4, 2.1, 0.8),
        ),
        "lecture": (
            0.83, 0.08, ((3.4, 0.3, 1.8, 0.9), (5.5, 0.3, 1.8, 0.9)), (4.2, 1.88, 2.6, 1.06),
        ),
    }[layout_of(figure)]  # fmt: skip
    pixels = []
    for k in range(3):
        x, ys = 0.35 + k * (side + gap), [0.3 + row * (side + gap) for row in range(3)]
        names = ["", "moved image" if k == 0 else "", ""]
        pixels.append(
            [
                Pixels(figure, (x, y, side, side), label=one)
                for y, one in zip(ys, names, strict=True)
            ]
        )
        pixels[k][0].entitled()
    for y, name in zip(ys, (_("before"), _("after"), _("in both")), strict=True):
        x, y = place(figure, (0.17, y + side / 2, 0, 0))[:2]
        figure.text(x, y, name, rotation=90, va="center", ha="center", fontsize=NORMAL)
    axes = add_axes(figure, place(figure, overlaps), title=_("in both, of all that is in either"))
    axes.set(xlim=(0, 1), ylim=(3, 0), xticks=[])
    axes.set_yticks([0.5, 1.5, 2.5], [_("image"), _("answer"), _("pooled")])
    axes.tick_params(left=False)
    axes.spines["bottom"].set_visible(False)
    names = _("before, in %"), _("after, in %")
    return SimpleNamespace(
        pixels=pixels,
        bars=[Shares(figure, box, name) for box, name in zip(bars, names, strict=True)],
        overlaps=axes.add_collection(PolyCollection([], facecolor=GREEN, animated=True)),
        shares=Words(figure),
        box=overlaps,
    )


def describe_pooling(data):
    before, after = data.probabilities.argmax(axis=1)
    first, second = data.probabilities.max(axis=1)
    return _(
        "Image {n}, a {label}, moved {right} to the right and {down} down. In both, of all that is "
        "in either: {a:.0%} of the image, {b:.0%} of filter {filter}'s answer, {c:.0%} of it "
        "{pooling}. The network reads {before} ({first:.1%}) before and {after} ({second:.1%}) "
        "after."
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
        figsize=(9.1, 4.65),
        narrow=(3.6, 6.25),
        lecture=(7.3, 3.08),
        touch={"moved image": lambda hand, values: _drag(hand, values, panel.data)},
        presets={
            _("not moved"): {"right": 0, "down": 0},
            _("one pixel, no pooling"): {"right": 1, "down": 0, "window": 1},
            _("one pixel, pooled 4 × 4"): {"right": 1, "down": 0, "window": 4},
            _("four pixels"): {"right": 4, "down": 0, "window": 2},
        },
        stops=[{"right": 1, "down": 0, "window": size} for size in sizes.values()],
        hide=hide,
    )
    return panel.start(start)


def _drag(hand, values, data):
    """Ink that is grabbed goes with the hand; elsewhere the middle comes towards it."""
    if hand.x is None:
        return {"right": values["right"] + hand.dx, "down": values["down"] - hand.dy}
    image, before = data.pictures[0][0], (hand.before["down"], hand.before["right"])
    now, down = (np.array(place[::-1]) * image.shape for place in ((hand.x, hand.y), hand.down))
    row, column = np.floor(down - before).astype(int)  # of the image as it is
    inside = 0 <= row < len(image) and 0 <= column < image.shape[1]
    if inside and image[row, column] > 0:
        now = before + now - down
    else:
        now = now - np.array(image.shape) / 2
    return {"right": round(float(now[1])), "down": round(float(now[0]))}

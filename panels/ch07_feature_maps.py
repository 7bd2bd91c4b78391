"""One image on its way through a convolutional network, layer by layer (book 7.6).

`networks` is, here and in `ch07_pooling`, a SimpleConvNet or a dict of them by name, such as
{"trained": …, "before training": …}.
"""

from functools import partial
from gettext import gettext as _
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
from matplotlib.patches import Rectangle

from common.functions import softmax
from common.simple_convnet import SimpleConvNet

from .ch03_classify import Bars
from .shell import Panel, Stepper, artists, choice, slider
from .shell.style import INK, NORMAL, ORANGE, SMALL, add_axes, edge, ink_limits

STAGES = {  # what is shown -> the layer whose output it is, and how a sentence calls it
    _("the filters"): (None, _("The filters")),
    _("1 convolution"): ("Conv1", _("After the convolution")),
    _("2 ReLU"): ("Relu1", _("After ReLU")),
    _("3 pooling"): ("Pool1", _("After pooling")),
    _("4 affine, ReLU"): ("Relu2", _("After affine and ReLU")),
    _("5 affine: scores"): ("Affine2", _("The scores")),
}
MISREAD = 3  # how many mistakes become presets


class Walk(NamedTuple):
    title: str  # of the image
    image: np.ndarray  # (28, 28)
    label: int | None
    network: str
    stage: str
    layer: str | None
    maps: np.ndarray  # what is shown, (maps, rows, columns) or (numbers,)
    filter: int  # the chosen one, from 1
    weights: np.ndarray  # its numbers, (FH, FW)
    answer: np.ndarray  # its map after the convolution, (OH, OW)
    place: tuple  # where the answer is largest: row, column
    probabilities: np.ndarray  # (10,)


def as_networks(networks):
    """-> dict of SimpleConvNets with one channel. ValueError for anything else."""
    if isinstance(networks, SimpleConvNet):
        networks = {_("trained"): networks}
    if not isinstance(networks, dict) or not networks:
        raise ValueError(
            _("networks is {kind}; a SimpleConvNet, or a dict of them, is expected.").format(
                kind=type(networks).__name__
            )
        )
    for name, network in networks.items():
        if not isinstance(network, SimpleConvNet) or network.params["W1"].shape[1] != 1:
            text = _("The network {name} is no SimpleConvNet for images of one channel.")
            raise ValueError(text.format(name=repr(name)))
    return networks


def as_images(images, labels):
    """-> images (N, 1, H, W) as floats and labels (N,). ValueError for shapes that do not fit."""
    x, t = np.asarray(images), np.asarray(labels)
    if x.ndim != 4 or x.shape[1] != 1 or len(x) == 0:
        text = _("images has shape {shape}; (N, 1, H, W) is expected: load_mnist(flatten=False).")
        raise ValueError(text.format(shape=x.shape))
    t = t.argmax(axis=1) if t.ndim == 2 else t
    if t.shape != (len(x),):
        text = _("labels has shape {shape}, but there are {count} images.")
        raise ValueError(text.format(shape=np.shape(labels), count=len(x)))
    return (x / np.float32(255) if x.dtype == np.uint8 else x), t


def outputs(network, x):
    """What each layer gives for the images x: name -> array."""
    found = {}
    for name, layer in network.layers.items():
        found[name] = x = layer.forward(x)
    return found


def compute_feature_maps(number, network, stage, filter, source, *, images, labels, networks, seen):
    """The chosen image through the chosen network. seen(): the drawing, (28, 28), or None."""
    drawn = seen() if source else None
    image = images[number, 0] if drawn is None else drawn.astype(images.dtype)
    title = _("image {n}, label {t}").format(n=number, t=labels[number])
    net = networks[network]
    found = outputs(net, image[np.newaxis, np.newaxis])
    answer = found["Conv1"][0, filter - 1]
    layer = STAGES[stage][0]
    return Walk(
        title=title if drawn is None else _("your drawing"),
        image=image,
        label=int(labels[number]) if drawn is None else None,
        network=network,
        stage=stage,
        layer=layer,
        maps=net.params["W1"][:, 0] if layer is None else found[layer][0],
        filter=filter,
        weights=net.params["W1"][filter - 1, 0],
        answer=answer,
        place=tuple(int(i) for i in np.unravel_index(answer.argmax(), answer.shape)),
        probabilities=softmax(found["Affine2"])[0],
    )


def mosaic(maps):
    """Maps (M, H, W) side by side with gaps of nan; a vector becomes maps of one pixel."""
    maps = maps.reshape(-1, 1, 1) if maps.ndim == 1 else maps
    count, height, width = maps.shape
    gap = 1 if height > 1 else 0
    columns = {30: 6, 10: 5}.get(count, int(np.ceil(np.sqrt(count))))
    rows = -(-count // columns)
    canvas = np.full((rows * (height + gap) + gap, columns * (width + gap) + gap), np.nan)
    for i, one in enumerate(maps):
        top, left = (gap + place * (size + gap) for place, size in zip(
            divmod(i, columns), (height, width), strict=True))  # fmt: skip
        canvas[top : top + height, left : left + width] = one
    return canvas, columns, gap


def draw_feature_maps(figure, data):
    art = artists(figure, _lay_out)
    art.image.set_data(data.image)
    art.titles[0].set_text(data.title)
    art.window.set_xy((data.place[1] - 0.5, data.place[0] - 0.5))
    fh, fw = data.weights.shape
    art.window.set(height=fh, width=fw)
    canvas, columns, gap = mosaic(data.maps)
    _show(art.mosaic, canvas, signed=data.layer in (None, "Conv1", "Affine2"))
    art.titles[1].set_text(f"{data.stage}: {_shape(data.maps)}")
    height, width = data.maps.shape[1:] if data.maps.ndim == 3 else (0, 0)
    row, column = divmod(data.filter - 1, columns)
    art.chosen.set_visible(bool(height))
    art.chosen.set_xy(
        (column * (width + gap) + gap / 2 - 0.5, row * (height + gap) + gap / 2 - 0.5)
    )
    art.chosen.set(width=width + gap, height=height + gap)
    low, high = art.mosaic.get_clim()
    art.range.set_text(_("white: {low:.2g}, black: {high:.2g}").format(low=low, high=high))
    _show(art.weights, data.weights, signed=True)
    art.titles[2].set_text(_("filter {n}").format(n=data.filter))
    _show(art.answer, data.answer, signed=True)
    art.answer_window.set_xy((data.place[1] - 0.5, data.place[0] - 0.5))
    art.bars.show(data.probabilities, int(data.probabilities.argmax()), data.label)


def _show(image, values, signed):
    """Puts values into an image, with its axes as large as they are."""
    height, width = values.shape
    image.set_data(values)
    image.set_extent((-0.5, width - 0.5, height - 0.5, -0.5))
    image.axes.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5))
    image.set_clim(*ink_limits(values, signed=signed))


def _shape(maps):
    if maps.ndim == 1:
        return _("{n} numbers").format(n=len(maps))
    return _("{n} of {h} × {w}").format(n=len(maps), h=maps.shape[1], w=maps.shape[2])


def _lay_out(figure):
    def picture(box):
        axes = add_axes(figure, box, frame=False)
        title = axes.set_title("", fontsize=NORMAL, loc="left")
        return axes, axes.imshow(np.zeros((2, 2)), cmap=INK), title

    axes, image, first = picture((0.005, 0.3, 0.25, 0.6))
    edge(axes)
    _show(image, np.zeros((28, 28)), signed=False)
    image.set_clim(0, 1)
    frame = {"fill": False, "edgecolor": ORANGE, "linewidth": 2.5}
    window = axes.add_patch(Rectangle((0, 0), 5, 5, **frame))
    axes, shown, second = picture((0.275, 0.08, 0.39, 0.82))
    edge(axes)
    axes.set_facecolor("#CFE0EE")  # the gaps between maps: no shade of ink
    chosen = axes.add_patch(Rectangle((0, 0), 5, 5, **frame))
    limits = figure.text(0.275, 0.02, "", fontsize=SMALL, color="#444444")
    axes, weights, third = picture((0.695, 0.6, 0.13, 0.3))
    edge(axes)
    axes, answer, fourth = picture((0.845, 0.6, 0.15, 0.3))
    edge(axes)
    fourth.set_text(_("its answer"))
    answer_window = axes.add_patch(Rectangle((0, 0), 1, 1, **frame))
    bars = Bars(add_axes(figure, (0.7, 0.13, 0.29, 0.33)))
    figure.text(
        0.005, 0.1, _("framed: where the chosen\nfilter answers most strongly"),
        fontsize=SMALL, color="#444444", linespacing=1.4,
    )  # fmt: skip
    return SimpleNamespace(
        image=image, window=window, mosaic=shown, chosen=chosen, range=limits, weights=weights,
        answer=answer, answer_window=answer_window, bars=bars,
        titles=[first, second, third],
    )  # fmt: skip


def describe_feature_maps(data):
    prediction = int(data.probabilities.argmax())
    if data.label is None:
        verdict = _("your drawing is read as {p} with {share:.1%}")
    elif data.label == prediction:
        verdict = _("{title}, is read as {p} with {share:.1%}: right")
    else:
        verdict = _("{title}, is read as {p} with {share:.1%}: wrong")
    words = [
        _("Network {name}: ").format(name=data.network)
        + verdict.format(title=data.title, p=prediction, share=data.probabilities[prediction])
        + "."
    ]
    if data.layer in ("Relu1", "Pool1", "Relu2"):
        text = _("{stage}: {shape}, {zeros:.0%} of the values are 0.")
    else:
        text = _("{stage}: {shape}, from {low:.2f} to {high:.2f}.")
    words.append(
        text.format(
            stage=STAGES[data.stage][1],
            shape=_shape(data.maps),
            zeros=np.mean(data.maps == 0),
            low=data.maps.min(),
            high=data.maps.max(),
        )
    )
    text = _("Filter {n} answers most strongly, {value:.2f}, at row {row}, column {column}.")
    row, column = data.place
    words.append(text.format(n=data.filter, value=data.answer.max(), row=row, column=column))
    return " ".join(words)


def feature_maps_panel(images, labels, networks, *, drawing=None, hide=(), **start):
    """Images (N, 1, H, W), labels (N,), networks: see the top of this file.

    drawing: a panel made by draw_panel; then "my drawing" can be chosen, and is followed live.
    """
    networks, (images, labels) = as_networks(networks), as_images(images, labels)
    first = next(iter(networks))
    answers = networks[first].predict(images)
    read, sure = answers.argmax(axis=1), softmax(answers).max(axis=1)
    mistakes = np.flatnonzero(read != labels)
    mistakes = mistakes[np.argsort(-sure[mistakes], kind="stable")][:MISREAD]
    stages, count = list(STAGES), len(networks[first].params["W1"])
    presets = {
        _("misread: {t} as {p} (image {n})").format(t=labels[n], p=read[n], n=n): {
            "number": int(n),
            "network": first,
            "stage": stages[2],
            "source": False,
        }
        for n in mistakes
    }
    for i, name in enumerate(networks):
        title = _("filters: {name}").format(name=name)
        presets[title] = {"network": name, "stage": stages[0], "source": False}
        if i:
            title = _("maps: {name}").format(name=name)
            presets[title] = {"network": name, "stage": stages[2], "source": False}
    hide = [hide] if isinstance(hide, str) else list(hide)
    hide += ["source"] if drawing is None else []
    sources = {_("test image"): False, _("my drawing"): True}
    panel = Panel(
        title=_("Through the layers of a convolutional network"),
        controls={
            "number": Stepper(_("image number"), len(images) - 1),
            "network": choice(_("network"), list(networks)),
            "stage": choice(_("show"), stages, stages[2]),
            "filter": slider(_("filter"), 1, count, 1, 1),
            "source": choice(_("image"), sources, False),
        },
        compute=partial(
            compute_feature_maps, images=images, labels=labels, networks=networks,
            seen=lambda: None if drawing is None else drawing.data.seen,
        ),
        draw=draw_feature_maps,
        describe=describe_feature_maps,
        figsize=(10.4, 4.3),
        presets=presets,
        hide=hide,
    )  # fmt: skip
    if drawing is not None:
        drawing.followers.append(lambda: panel._update() if panel.values["source"] else None)
    return panel.start(start)

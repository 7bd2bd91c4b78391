"""One image on its way through a convolutional network, layer by layer (book 7.6).

`networks` is, here and in `ch07_pooling`, a SimpleConvNet or a dict of them by name, such as
{"trained": …, "before training": …}.
"""

from functools import partial
from gettext import gettext as _
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from common.functions import softmax
from common.simple_convnet import SimpleConvNet

from .cells import Pixels, Shares, around, arrangement
from .outlines import Lines, Words
from .shell import N_, Panel, Stepper, artists, choice, layout_of, slider
from .shell.style import SMALL, ink_limits

STAGES = {  # what is shown -> the layer whose output it is, and how a sentence calls it
    N_("the filters"): (None, N_("The filters")),
    N_("1 convolution"): ("Conv1", N_("After the convolution")),
    N_("2 ReLU"): ("Relu1", N_("After ReLU")),
    N_("3 pooling"): ("Pool1", N_("After pooling")),
    N_("4 affine, ReLU"): ("Relu2", N_("After affine and ReLU")),
    N_("5 affine: scores"): ("Affine2", N_("The scores")),
}
MISREAD = 3  # how many mistakes become presets


class Walk(NamedTuple):
    number: int  # of the image
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
    net = networks[network]
    found = outputs(net, image[np.newaxis, np.newaxis])
    answer = found["Conv1"][0, filter - 1]
    layer = STAGES[stage][0]
    return Walk(
        number=number,
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


def image_name(data):
    """How picture and sentence call the image."""
    if data.label is None:
        return _("your drawing")
    return _("image {n}, label {t}").format(n=data.number, t=data.label)


def draw_feature_maps(figure, data):
    art = artists(figure, _lay_out)
    art.image.title.set_text(image_name(data))
    art.image.show(data.image, 0, 1)
    around(art.window, *data.place, *data.weights.shape, data.image.shape)
    art.maps.title.set_text(f"{data.stage}: {_shape(data.maps)}")
    low, high = ink_limits(data.maps, signed=data.layer in (None, "Conv1", "Affine2"))
    pictures = data.maps if data.maps.ndim == 3 else data.maps.reshape(-1, 1, 1)
    shape = arrangement(len(pictures), *art.box[2:])
    scores = data.layer == "Affine2"  # few enough to be read: their ink is paler
    art.maps.show_all(pictures, low, high + (1.2 * (high - low) if scores else 0), shape)
    art.chosen.set_visible(data.maps.ndim == 3)
    around(art.chosen, *divmod(data.filter - 1, shape[1]), 1, 1, shape)
    art.scores.show(_scores(data.maps, shape, art.box) if scores else [])
    art.range.set_text(
        _("the larger a score, the darker")
        if scores
        else _("white: {low:.2g}, black: {high:.2g}").format(low=low, high=high).replace("-", "−")
    )
    art.weights.title.set_text(_("filter {n}").format(n=data.filter))
    art.weights.show(data.weights, *ink_limits(data.weights, signed=True))
    art.answer.show(data.answer, *ink_limits(data.answer, signed=True))
    around(art.here, *data.place, 1, 1, data.answer.shape)
    art.bars.show(data.probabilities, int(data.probabilities.argmax()), data.label)


def _scores(scores, shape, box):
    """Each digit and its score, in the middle of its cell."""
    (rows, columns), (left, top, width, height) = shape, box
    for i, score in enumerate(scores):
        row, column = divmod(i, columns)
        x, y = left + width * (column + 0.5) / columns, top + height * (row + 0.5) / rows
        yield f"{i}:", (x, y - 0.1)
        yield f"{score:.1f}".replace("-", "−"), (x, y + 0.1)


def _shape(maps):
    if maps.ndim == 1:
        return _("{n} numbers").format(n=len(maps))
    return _("{n} of {h} × {w}").format(n=len(maps), h=maps.shape[1], w=maps.shape[2])


def _lay_out(figure):
    image, maps, weights, answer, bars = {
        "normal": (
            (0.05, 0.3, 2.4, 2.4), (2.8, 0.3, 4.5, 3.75), (7.65, 0.3, 1.65, 1.65),
            (7.65, 2.4, 1.65, 1.65), (0.05, 3.05, 2.4, 1.05),
        ),
        "narrow": (
            (0.05, 0.3, 1.65, 1.65), (0.05, 2.35, 3.5, 2.92), (0.05, 5.9, 1.5, 1.5),
            (2.0, 5.9, 1.5, 1.5), (1.9, 0.3, 1.65, 1.45),
        ),
        "lecture": (
            (0.05, 0.3, 1.5, 1.5), (1.9, 0.3, 3.15, 2.48), (5.4, 0.3, 1.14, 1.14),
            (5.4, 1.8, 1.14, 1.14), (0.05, 2.12, 1.5, 0.72),
        ),
    }[layout_of(figure)]  # fmt: skip
    shown = Pixels(figure, image, label="digit").entitled()
    asked = Pixels(figure, answer, _("where it answers"), label="answer")
    all_maps = Pixels(figure, maps, label="maps").entitled()
    return SimpleNamespace(
        image=shown,
        window=shown.frame(),
        maps=all_maps,
        box=maps,
        chosen=all_maps.frame(),
        scores=Words(figure),
        range=Lines(figure, maps[0], maps[1] + maps[3] + 0.05, SMALL, color="#444444"),
        weights=Pixels(figure, weights).entitled(),
        answer=asked,
        here=asked.frame(),
        bars=Shares(figure, bars),
    )


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
        + verdict.format(title=image_name(data), p=prediction, share=data.probabilities[prediction])
        + "."
    ]
    if data.layer in ("Relu1", "Pool1", "Relu2"):
        text = _("{stage}: {shape}, {zeros:.0%} of the values are 0.")
    else:
        text = _("{stage}: {shape}, from {low:.2f} to {high:.2f}.")
    words.append(
        text.format(
            stage=_(STAGES[data.stage][1]),
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
            "stage": choice(_("show"), {_(stage): stage for stage in stages}, stages[2]),
            "filter": slider(_("filter"), 1, count, 1, 1),
            "source": choice(_("image"), sources, False),
        },
        compute=partial(
            compute_feature_maps, images=images, labels=labels, networks=networks,
            seen=lambda: None if drawing is None else drawing.data.seen,
        ),
        draw=draw_feature_maps,
        describe=describe_feature_maps,
        figsize=(9.4, 4.35),
        narrow=(3.6, 7.45),
        lecture=(6.7, 3.08),
        touch={"maps": lambda hand, values: _pick(hand, values, panel)},
        hover={"answer": _tell},
        presets=presets,
        stops=[{"stage": stage} for stage in stages],
        hide=hide,
    )  # fmt: skip
    if drawing is not None:
        drawing.followers.append(lambda: panel._update() if panel.values["source"] else None)
    return panel.start(start)


def _pick(hand, values, panel):
    """The filter whose map is under the hand."""
    data, box = panel.data, panel.figure._panel_artists.box
    if data.maps.ndim == 1:
        return {}  # behind the affine layers there are no maps
    rows, columns = arrangement(len(data.maps), *box[2:])
    if hand.x is None:
        chosen = values["filter"] + hand.dx - hand.dy * columns
    else:
        chosen = int(hand.y * rows) * columns + int(hand.x * columns) + 1
    return {"filter": chosen} if 1 <= chosen <= len(data.maps) else {}


def _tell(x, y, data):
    """The filter's answer at one place."""
    rows, columns = data.answer.shape
    row, column = min(int(y * rows), rows - 1), min(int(x * columns), columns - 1)
    text = _("row {row}, column {column}: {value:.2f}")
    return text.format(row=row, column=column, value=data.answer[row, column])

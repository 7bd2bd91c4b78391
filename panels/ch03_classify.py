"""A network reads handwritten digits: its probabilities, hidden layers and mistakes (book 3.6).

`network` is, here and in `ch03_draw`, either the dict of weights of a network with two hidden
sigmoid layers (W1 b1 W2 b2 W3 b3, as `load_weights` gives it), or a function that makes
probabilities (N, 10) of images (N, 784), such as `lambda x: softmax(net.predict(x))`. Of a
function the hidden layers are not known, and none are shown.
"""

from collections import Counter
from functools import partial
from gettext import gettext as _
from gettext import ngettext
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from common.functions import sigmoid, softmax

from .shell import Panel, Stepper, artists, toggle
from .shell.style import BLUE, GREY, INK, NORMAL, ORANGE, SMALL, add_axes, edge

CHUNK = 1000  # images at a time, so that memory stays small
PAIRS = 5  # how many confused pairs are listed


class Answers(NamedTuple):
    """What a network says about a whole set of images; made once for a panel."""

    images: np.ndarray  # (N, 784), 0 to 1
    labels: np.ndarray  # (N,)
    probabilities: np.ndarray  # (N, 10)
    predictions: np.ndarray  # (N,)
    mistakes: np.ndarray  # the numbers of the images that were misread
    pairs: list  # ((digit, digit), times read one way, times the other), most often first


class Classified(NamedTuple):
    number: int
    total: int
    image: np.ndarray  # (28, 28)
    label: int
    prediction: int
    probabilities: np.ndarray  # (10,)
    hidden: tuple  # the outputs of the hidden layers, () if not known
    mistakes: int
    place: int  # which mistake this is, from 1, or 0 if all images are looked through
    pairs: list


def read_digits(network, x):
    """-> (tuple of hidden outputs, probabilities (N, 10)) for images x (N, 784)."""
    if callable(network):
        probabilities = np.asarray(network(x))
        _check_probabilities(probabilities, len(x))
        return (), probabilities
    missing = [key for key in ("W1", "b1", "W2", "b2", "W3", "b3") if key not in network]
    if missing:
        text = _("The network's weights lack {names}; expected W1 b1 W2 b2 W3 b3.")
        raise ValueError(text.format(names=", ".join(missing)))
    z1 = sigmoid(x @ network["W1"] + network["b1"])  # (N, 784)(784, 50) -> (N, 50)
    z2 = sigmoid(z1 @ network["W2"] + network["b2"])  # (N, 50)(50, 100) -> (N, 100)
    return (z1, z2), softmax(z2 @ network["W3"] + network["b3"])  # -> (N, 10)


def _check_probabilities(y, count):
    if y.shape != (count, 10):
        text = _("The network made numbers of shape {shape} of {count} images; expected {wanted}.")
        raise ValueError(text.format(shape=y.shape, count=count, wanted=(count, 10)))
    if (y < 0).any() or (np.abs(y.sum(axis=1) - 1) > 1e-3).any():
        raise ValueError(
            _("The network's ten numbers are no probabilities; let it return softmax(scores).")
        )


def answer_all(images, labels, network):
    """Reads all images once. ValueError for shapes that do not fit together."""
    x = np.asarray(images)
    x = x / np.float32(255) if x.dtype == np.uint8 else x  # pixels as they are stored
    x = x.reshape(len(x), -1) if x.size else x
    t = np.asarray(labels)
    t = t.argmax(axis=1) if t.ndim == 2 else t
    if x.ndim != 2 or len(x) == 0 or x.shape[1] != 784:
        text = _("images has shape {shape}; expected (N, 784) with at least one image.")
        raise ValueError(text.format(shape=np.shape(images)))
    if t.shape != (len(x),):
        text = _("labels has shape {shape}, but there are {count} images.")
        raise ValueError(text.format(shape=np.shape(labels), count=len(x)))
    y = np.concatenate([read_digits(network, x[i : i + CHUNK])[1] for i in range(0, len(x), CHUNK)])
    p = y.argmax(axis=1)
    mistakes = np.flatnonzero(p != t)
    ways = Counter(zip(t[mistakes].tolist(), p[mistakes].tolist(), strict=True))
    both = {tuple(sorted(way)) for way in ways}
    pairs = [(pair, ways[pair], ways[pair[::-1]]) for pair in both]
    pairs.sort(key=lambda entry: (-entry[1] - entry[2], entry[0]))
    return Answers(x, t, y, p, mistakes, pairs)


def compute_classify(number, only_mistakes, *, answers, network):
    """One image; with `only_mistakes` the first misread one from `number` on."""
    place = 0
    if only_mistakes:
        if len(answers.mistakes) == 0:
            text = _("None of the {count} images is misread.")
            raise ValueError(text.format(count=len(answers.labels)))
        index = int(np.searchsorted(answers.mistakes, number)) % len(answers.mistakes)
        number, place = int(answers.mistakes[index]), index + 1
    x = answers.images[number]
    return Classified(
        number=number,
        total=len(answers.labels),
        image=x.reshape(28, 28),
        label=int(answers.labels[number]),
        prediction=int(answers.predictions[number]),
        probabilities=answers.probabilities[number],
        hidden=tuple(z[0] for z in read_digits(network, x[np.newaxis])[0]),
        mistakes=len(answers.mistakes),
        place=place,
        pairs=answers.pairs[:PAIRS],
    )


def draw_classify(figure, data):
    art = artists(figure, partial(_lay_out, sizes=[len(z) for z in data.hidden]))
    art.image.set_data(data.image)
    text = _("image {number}, label {label}").format(number=data.number, label=data.label)
    art.title.set_text(text)
    art.bars.show(data.probabilities, data.prediction, data.label)
    for strip, z in zip(art.strips, data.hidden, strict=True):
        strip.set_data(_as_rows(z))
    lines = [
        ngettext("{a} and {b}: {n} time", "{a} and {b}: {n} times", one + other).format(
            a=a, b=b, n=one + other
        )
        + "\n   "
        + _("{a} as {b}: {one}, {b} as {a}: {other}").format(a=a, b=b, one=one, other=other)
        for (a, b), one, other in data.pairs
    ]
    art.confused.set_text("\n".join(lines) or _("none: every digit is read right"))


def _as_rows(z):
    """A layer's outputs as a strip of rows of 25, the last row filled up with nan."""
    rows = -(-len(z) // 25)
    padded = np.full(rows * 25, np.nan)
    padded[: len(z)] = z
    return padded.reshape(rows, 25)


def _lay_out(figure, sizes):
    picture = add_axes(figure, (0.01, 0.13, 0.27, 0.72), frame=False)
    title = picture.set_title("", fontsize=NORMAL, loc="left")
    image = picture.imshow(np.zeros((28, 28)), cmap=INK, vmin=0, vmax=1)
    bars = Bars(add_axes(figure, (0.33, 0.15, 0.38 if sizes else 0.4, 0.7 if not sizes else 0.36)))
    strips = []
    for i, size in enumerate(sizes):
        box = (0.33 + 0.2 * i, 0.73, 0.18, 0.13)
        title_text = _("hidden layer {n}: {size} outputs").format(n=i + 1, size=size)
        axes = add_axes(figure, box, frame=False)
        axes.set_title(title_text, fontsize=SMALL, loc="left")
        edge(axes)
        strips.append(
            axes.imshow(_as_rows(np.zeros(size)), cmap=INK, vmin=0, vmax=1, aspect="auto")
        )
    if sizes:
        figure.text(0.33, 0.67, _("white: 0, black: 1"), fontsize=SMALL - 1, color=GREY)
    words = add_axes(figure, (0.77, 0.1, 0.22, 0.75), frame=False)
    words.set_title(_("most confused pairs"), fontsize=NORMAL, loc="left")
    confused = words.text(0, 0.98, "", va="top", fontsize=SMALL, linespacing=1.35)
    return SimpleNamespace(title=title, image=image, bars=bars, strips=strips, confused=confused)


class Bars:
    """Ten probabilities as bars; the answer is dark, the label is framed."""

    def __init__(self, axes):
        axes.set(xlim=(-0.6, 9.6), ylim=(0, 1.12), xticks=range(10), yticks=[0, 0.5, 1])
        axes.set_xlabel(_("digit"), fontsize=SMALL)
        self.title = axes.set_title("", fontsize=NORMAL, loc="left")
        self.bars = axes.bar(range(10), np.zeros(10), width=0.7)
        self.texts = [
            axes.text(i, 0, "", ha="center", va="bottom", fontsize=SMALL) for i in range(10)
        ]

    def show(self, probabilities, prediction=None, label=None):
        framed = _("probability (framed: the label)")
        self.title.set_text(_("probability") if label is None else framed)
        for digit, (bar, text, y) in enumerate(
            zip(self.bars, self.texts, probabilities, strict=True)
        ):
            bar.set_height(y)
            bar.set_facecolor(BLUE if digit == prediction else "#BFBFBF")
            bar.set_edgecolor(ORANGE if digit == label else GREY)
            bar.set_linewidth(2.5 if digit == label else 0.5)
            text.set_text(f"{y:.0%}" if y >= 0.01 else "")
            text.set_y(y + 0.02)


def describe_classify(data):
    share = data.probabilities[data.prediction]
    answer = _("Image {number}: predicted {prediction} with {share:.1%}, label {label}: {verdict}.")
    answer = answer.format(
        number=data.number,
        prediction=data.prediction,
        share=share,
        label=data.label,
        verdict=_("right") if data.prediction == data.label else _("wrong"),
    )
    if data.place:
        count = _("This is mistake {place} of {mistakes} in {total} images.")
    else:
        count = _("Of {total} images {mistakes} are misread ({accuracy:.1%} right).")
    return f"{answer} " + count.format(
        total=data.total,
        place=data.place,
        mistakes=data.mistakes,
        accuracy=1 - data.mistakes / data.total,
    )


def classify_panel(images, labels, network, *, hide=(), **start):
    """Looks through images (N, 784) with labels (N,); `network`: see the top of this file."""
    answers = answer_all(images, labels, network)
    number = Stepper(_("image number"), len(answers.labels) - 1)
    only_mistakes = toggle(_("only mistakes"))

    def follow(change):
        number.stops = answers.mistakes.tolist() if change["new"] else None
        if number.stops and number.value not in number.stops:
            number.go(1)

    only_mistakes.observe(follow, names="value")
    panel = Panel(
        title=_("Which digit is it?"),
        controls={"number": number, "only_mistakes": only_mistakes},
        compute=partial(compute_classify, answers=answers, network=network),
        draw=draw_classify,
        describe=describe_classify,
        figsize=(9.2, 3.7),
        hide=hide,
    )
    return panel.start(start)

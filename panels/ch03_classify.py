"""A network reads handwritten digits: its probabilities, hidden layers and mistakes (book 3.6).

`network` is, here and in `ch03_draw`, either the dict of weights of a network with two hidden
sigmoid layers (W1 b1 W2 b2 W3 b3, as `load_weights` gives it), or a function that makes
probabilities (N, 10) of images (N, 784), such as `lambda x: softmax(net.predict(x))`. Of a
function the hidden layers are not known, and none are shown.
"""

from functools import partial
from gettext import gettext as _
from typing import NamedTuple

import numpy as np

from common.functions import sigmoid, softmax

from .ch03_classify_picture import ANY, SAMPLES, draw_classify
from .ch03_classify_picture import Bars as Bars
from .shell import Panel, Several, Stepper, choice, toggle

CHUNK = 1000  # images at a time, so that memory stays small


class Answers(NamedTuple):
    """What a network says about a whole set of images; made once for a panel."""

    images: np.ndarray  # (N, 784), 0 to 1
    labels: np.ndarray  # (N,)
    probabilities: np.ndarray  # (N, 10)
    predictions: np.ndarray  # (N,)
    table: np.ndarray  # (10, 10) how often a digit, the row, was read as one, the column


class Classified(NamedTuple):
    number: int  # -1 if no image is in question
    total: int
    image: np.ndarray  # (28, 28)
    label: int
    prediction: int
    probabilities: np.ndarray  # (10,)
    hidden: tuple  # the outputs of the hidden layers, () if not known
    mistakes: int
    cell: tuple  # (label, prediction) of the images in question, or ANY
    only_mistakes: bool
    place: int  # which of them this is, from 1, or 0 if all images are looked through
    count: int  # how many they are
    samples: np.ndarray  # (n, 28, 28) the image and those that follow it among them
    table: np.ndarray  # (10, 10)


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
    table = np.zeros((10, 10), dtype=int)
    np.add.at(table, (t, p), 1)
    return Answers(x, t, y, p, table)


def in_question(answers, cell, only_mistakes):
    """The numbers of the images with this label and prediction."""
    chosen = np.ones(len(answers.labels), dtype=bool)
    for wanted, given in zip(cell, (answers.labels, answers.predictions), strict=True):
        chosen &= (given == wanted) | (wanted == ANY)
    if only_mistakes:
        chosen &= answers.labels != answers.predictions
    return np.flatnonzero(chosen)


def compute_classify(cell, only_mistakes, number, *, answers, network):
    """The image of that number, or the first one in question from there on."""
    numbers = in_question(answers, cell, only_mistakes)
    everything = len(numbers) == len(answers.labels)
    total, mistakes = len(answers.labels), int((answers.labels != answers.predictions).sum())
    if only_mistakes and cell == (ANY, ANY) and not len(numbers):
        raise ValueError(_("None of the {count} images is misread.").format(count=total))
    index = int(np.searchsorted(numbers, number)) % max(len(numbers), 1)
    following = np.roll(numbers, -index)[:SAMPLES]
    samples = answers.images[following].reshape(-1, 28, 28)
    known = {"total": total, "mistakes": mistakes, "cell": cell, "table": answers.table}
    known["only_mistakes"] = only_mistakes
    if not len(numbers):
        hidden = tuple(0 * z[0] for z in read_digits(network, answers.images[:1])[0])
        return Classified(
            -1, image=np.zeros((28, 28)), label=-1, prediction=-1, probabilities=np.zeros(10),
            hidden=hidden, place=0, count=0, samples=samples, **known,
        )  # fmt: skip
    number = int(numbers[index])
    x = answers.images[number]
    return Classified(
        number=number,
        image=samples[0],
        label=int(answers.labels[number]),
        prediction=int(answers.predictions[number]),
        probabilities=answers.probabilities[number],
        hidden=tuple(z[0] for z in read_digits(network, x[np.newaxis])[0]),
        place=0 if everything else index + 1,
        count=len(numbers),
        samples=samples,
        **known,
    )


def grab_cell(hand, values):
    """A click chooses label and prediction, a second one lets them go. Keys walk in the table."""
    label, read = values["cell"]
    if hand.x is not None:
        cell = (int(np.clip(round(hand.y), 0, 9)), int(np.clip(round(hand.x), 0, 9)))
        return {"cell": (ANY, ANY) if cell == hand.before["cell"] else cell}
    if ANY in (label, read):
        return {"cell": (max(label, 0), max(read, 0))}
    return {"cell": ((label - hand.dy) % 10, (read + hand.dx) % 10)}


def describe_classify(data):
    which = [
        _("any label") if data.cell[0] == ANY else _("label {n}").format(n=data.cell[0]),
        _("whatever they are read as")
        if data.cell[1] == ANY
        else _("read as {n}").format(n=data.cell[1]),
        *([_("misread")] if data.only_mistakes else []),
    ]
    if data.number < 0:
        text = _("Images with {which}: none of {total}.")
        return text.format(which=", ".join(which), total=data.total)
    answer = _("Image {number}: predicted {prediction} with {share:.1%}, label {label}: {verdict}.")
    answer = answer.format(
        number=data.number,
        prediction=data.prediction,
        share=data.probabilities[data.prediction],
        label=data.label,
        verdict=_("right") if data.prediction == data.label else _("wrong"),
    )
    if data.cell != (ANY, ANY):
        count = _("Images with {which}: {count} of {total}; this is number {place} of them.")
    elif data.only_mistakes:
        count = _("This is mistake {place} of {mistakes} in {total} images.")
    else:
        count = _("Of {total} images {mistakes} are misread ({accuracy:.1%} right).")
    return f"{answer} " + count.format(
        which=", ".join(which),
        count=data.count,
        total=data.total,
        place=data.place,
        mistakes=data.mistakes,
        accuracy=1 - data.mistakes / data.total,
    )


def classify_panel(images, labels, network, *, hide=(), **start):
    """Looks through images (N, 784) with labels (N,); `network`: see the top of this file."""
    answers = answer_all(images, labels, network)
    digits = {_("any"): ANY, **{str(digit): digit for digit in range(10)}}
    parts = [choice(_("label"), digits, ANY), choice(_("read as"), digits, ANY)]
    cell = Several(_("images with"), parts, widths=(150, 160))
    cell.layout.flex = "0 1 320px"  # what follows has room beside it
    only_mistakes = toggle(_("only mistakes"))
    number = Stepper(_("image number"), len(answers.labels) - 1)

    def follow(change):
        stops = in_question(answers, cell.value, only_mistakes.value).tolist()
        number.stops = stops if len(stops) < len(answers.labels) else None
        if stops and number.value not in stops:
            number.go(1)

    for control in (cell, only_mistakes):
        control.observe(follow, names="value")
    panel = Panel(
        title=_("Which digit is it?"),
        controls={"cell": cell, "only_mistakes": only_mistakes, "number": number},
        compute=partial(compute_classify, answers=answers, network=network),
        draw=draw_classify,
        describe=describe_classify,
        figsize=(9.4, 4.2),
        narrow=(3.6, 7.8),
        lecture=(7.2, 2.9),
        touch={"table": grab_cell},
        stops=[{"only_mistakes": True}, {"cell": (7, 1)}],
        hide=hide,
    )
    return panel.start(start)

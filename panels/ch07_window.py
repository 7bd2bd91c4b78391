"""A filter on one window of a digit: pixels × weights, their sum, bias, ReLU (book 7.2, 7.6).

The window is dragged over the digit; the map of all answers stands beside it, filled as far as the
window has come in reading order. The filters are those that a network has learned, with their
biases, and some made by hand, whose answer to a digit lies between -1 and 1.
"""

from functools import partial
from gettext import gettext as _
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from common.layers import Convolution, Relu

from .cells import Pixels, Table, around, arrangement, not_yet
from .ch07_feature_maps import as_images, as_networks, image_name
from .outlines import Lines, hundredths
from .shell import Panel, Scrubber, Stepper, artists, choice, layout_of, toggle
from .shell.style import ink_limits


class Windowed(NamedTuple):
    number: int
    label: int | None  # None: a drawing
    image: np.ndarray  # (H, W)
    name: str | int  # of a filter made by hand, number of a learned one
    filter: int  # its place among `filters`
    filters: np.ndarray  # (F, FH, FW), all to choose from
    learned: bool  # are there any that a network has learned?
    pixels: np.ndarray  # (FH, FW), in the window
    products: np.ndarray  # (FH, FW), pixels × weights
    bias: float
    sum: float  # of the products and the bias
    relu: bool
    map: np.ndarray  # (OH, OW), the answers at all places, as the layers of `common` give them
    step: int  # which place, in reading order
    row: int
    column: int


def hand_made(height, width):
    """name -> filter (height, width); all positive weights of a filter add up to 1."""
    y, x = np.mgrid[0:height, 0:width] - np.reshape([(height - 1) / 2, (width - 1) / 2], (2, 1, 1))
    made = {
        "vertical edges": np.sign(x),
        "horizontal edges": np.sign(y),
        "upright strokes": _balanced(np.abs(x) < 1),
        "spots": _balanced(np.maximum(np.abs(y), np.abs(x)) < 1),
        "blur": np.ones((height, width)),
    }
    return {name: one / max(one[one > 0].sum(), 1) for name, one in made.items()}


def name_of(filter):
    """How words call a filter: one made by hand by its name, a learned one by its number."""
    names = {
        "vertical edges": _("vertical edges"),
        "horizontal edges": _("horizontal edges"),
        "upright strokes": _("upright strokes"),
        "spots": _("spots"),
        "blur": _("blur"),
    }
    return names.get(filter) or _("filter {n}").format(n=filter)


def _balanced(inside):
    """1 inside, and outside so much less than 0 that plain ink and plain paper both give 0."""
    outside = inside.sum() / max((~inside).sum(), 1)
    return np.where(inside, 1.0, -outside)


def compute_window(number, filter, step, relu, source, *, images, labels, filters, biases, seen):
    """One filter on one image by the layers of `common`, and one window of it in detail.

    filters: name or number -> (FH, FW).  seen(): the drawing, (28, 28), or None.
    """
    drawn = seen() if source else None
    image = images[number, 0] if drawn is None else drawn.astype(images.dtype)
    weights, bias = filters[filter].astype(image.dtype), biases.get(filter, 0.0)
    layer = Convolution(weights[np.newaxis, np.newaxis], np.array([bias], image.dtype))
    sums = layer.forward(image[np.newaxis, np.newaxis])
    answers = (Relu().forward(sums) if relu else sums)[0, 0]
    row, column = divmod(step, answers.shape[1])
    pixels = image[row : row + weights.shape[0], column : column + weights.shape[1]]
    return Windowed(
        number=number,
        label=int(labels[number]) if drawn is None else None,
        image=image,
        name=filter,
        filter=list(filters).index(filter),
        filters=np.array([*filters.values()]),
        learned=1 in filters,
        pixels=pixels,
        products=pixels * weights,
        bias=float(bias),
        sum=float(sums[0, 0, row, column]),
        relu=relu,
        map=answers,
        step=step,
        row=row,
        column=column,
    )


def draw_window(figure, data):
    art = artists(figure, partial(_lay_out, data=data))
    size, window = data.image.shape, data.pixels.shape
    art.image.title.set_text(image_name(data))
    art.image.show(data.image, 0, 1)
    around(art.window, data.row, data.column, *window, size)
    art.map.show(data.map, *ink_limits(data.map, signed=not data.relu))
    not_yet(art.veil, data.step, data.map.shape)
    around(art.here, data.row, data.column, 1, 1, data.map.shape)
    art.map.title.set_text(_("answers, ReLU") if data.relu else _("answers"))
    if art.filters:
        row, column = divmod(data.filter, art.shape[1])
        around(art.chosen, row, column, 1, 1, art.shape)
    art.weights.title.set_text(f"× {name_of(data.name)}")
    for table, values in (
        (art.pixels, data.pixels),
        (art.weights, data.filters[data.filter]),
        (art.products, data.products),
    ):
        table.show(values, shown=[hundredths, partial(hundredths, digits=1)])
    art.story.set_text("\n".join(_story(data)))


def _story(data):
    """From the products to the answer, a line a step."""
    plus, minus = _parts(data.products)
    lines = [
        _("products > 0: {x}").format(x=_three(plus)),
        _("products < 0: {x}").format(x=_three(minus)),
        _("bias: {x}").format(x=_three(data.bias)),
        _("sum: {x}").format(x=_three(data.sum)),
    ]
    if data.relu:
        lines.append(_("max(0, sum): {x}").format(x=_three(max(0.0, data.sum))))
    return lines


def _parts(products):
    """The sums of what is positive and of what is negative."""
    return float(products[products > 0].sum()), float(products[products < 0].sum())


def _three(value):
    return f"{value:.3f}".replace("-0.000", "0.000").replace("-", "−")


def _lay_out(figure, data):
    layout = layout_of(figure)
    boxes = {
        "normal": {
            "image": (0.05, 0.3, 2.4, 2.4), "filters": (2.8, 0.3, 3.5, 2.4),
            "map": (6.65, 0.3, 2.4, 2.4), "pixels": (0.05, 3.15, 1.8, 1.8),
            "weights": (2.15, 3.15, 1.8, 1.8), "products": (4.25, 3.15, 1.8, 1.8),
            "story": (6.35, 3.3),
        },
        "narrow": {
            "image": (0.03, 0.3, 1.7, 1.7), "map": (1.86, 0.3, 1.7, 1.7),
            "filters": (0.03, 2.35, 3.54, 0.89), "pixels": (0.03, 3.6, 1.74, 1.74),
            "weights": (1.83, 3.6, 1.74, 1.74), "products": (0.03, 5.7, 1.74, 1.74),
            "story": (1.87, 5.85),
        },
        "lecture": {
            "image": (0.05, 0.3, 1.25, 1.25), "map": (0.05, 1.9, 1.25, 1.25),
            "pixels": (1.5, 0.3, 1.8, 1.8), "weights": (3.48, 0.3, 1.8, 1.8),
            "products": (5.45, 0.3, 1.8, 1.8), "story": (1.5, 2.17),
            "filters": (3.75, 2.5, 3.5, 0.6),
        },
    }[layout]  # fmt: skip
    image = Pixels(figure, boxes["image"], label="digit").entitled()
    answers = Pixels(figure, boxes["map"], label="map").entitled()
    art = SimpleNamespace(
        image=image,
        window=image.frame(),
        map=answers,
        veil=answers.veil(),
        here=answers.frame(),
        filters=None,
        pixels=Table(figure, boxes["pixels"], _("pixels"), ink=True),
        weights=Table(figure, boxes["weights"], ink=True).entitled(),
        products=Table(figure, boxes["products"], _("= products"), ink=True),
        story=Lines(figure, *boxes["story"], spacing=1.2 if layout == "lecture" else 1.5),
    )
    if "filters" in boxes:
        art.shape = arrangement(len(data.filters), *boxes["filters"][2:])
        title = _("filters: by hand, then learned") if data.learned else _("filters")
        art.filters = Pixels(figure, boxes["filters"], title, label="filters")
        scale = np.abs(data.filters).max(axis=(1, 2), keepdims=True)
        art.filters.show_all(data.filters / np.where(scale, scale, 1), -1, 1, art.shape)
        art.chosen = art.filters.frame()
    return art


def describe_window(data):
    image, (plus, minus) = image_name(data), _parts(data.products)
    words = [
        _(
            "{image}, {filter} at row {row}, column {column}: {n} products add up to {sum}, "
            "{plus} from those above 0 and {minus} from those below."
        ).format(
            image=image[:1].upper() + image[1:],
            filter=name_of(data.name),
            row=data.row,
            column=data.column,
            n=data.products.size,
            sum=_three(plus + minus),
            plus=_three(plus),
            minus=_three(minus),
        )
    ]
    if data.bias:
        text = _("With the bias of {bias} it is {total}.")
        words.append(text.format(bias=_three(data.bias), total=_three(data.sum)))
    if data.relu:
        words.append(_("ReLU lets it pass.") if data.sum > 0 else _("ReLU makes it 0."))
    return " ".join([*words, _judged(data)])


def _judged(data):
    """What the answer is among all answers of the map."""
    here, low, high = data.map[data.row, data.column], data.map.min(), data.map.max()
    if low == high:
        text = _("All {n} places answer alike.")
    elif here == high:
        text = _("None of the {n} places answers more.")
    elif here == low:
        text = _("None of the {n} places answers less.")
    else:
        text = _("{share:.0%} of the {n} places answer less.")
    return text.format(n=data.map.size, share=np.mean(data.map < here))


def filter_panel(images, labels, network=None, *, drawing=None, hide=(), **start):
    """Images (N, 1, H, W), labels (N,), and a SimpleConvNet, whose filters can then be chosen.

    filter: the name of one made by hand, or the number of a learned one, from 1. drawing: a panel
    made by draw_panel; then "my drawing" can be chosen, and is followed live.
    """
    images, labels = as_images(images, labels)
    filters, biases = hand_made(5, 5), {}
    if network is not None:
        params = next(iter(as_networks(network).values())).params
        filters = hand_made(*params["W1"].shape[2:])
        filters |= dict(enumerate(params["W1"][:, 0], 1))
        biases = dict(enumerate(params["b1"], 1))
    window = next(iter(filters.values())).shape
    shape = tuple(np.subtract(images.shape[2:], window) + 1)
    compute = partial(
        compute_window,
        images=images,
        labels=labels,
        filters=filters,
        biases=biases,
        seen=lambda: None if drawing is None else drawing.data.seen,
    )
    first = {"number": 0, "filter": next(iter(filters)), "source": False, "relu": True, **start}
    strongest, weakest = _ends(compute(step=0, **{**first, "relu": False}))
    hide = [hide] if isinstance(hide, str) else list(hide)
    hide += ["source"] if drawing is None else []
    panel = Panel(
        title=_("A filter on a window of a digit"),
        controls={
            "number": Stepper(_("image number"), len(images) - 1),
            "filter": choice(_("filter"), {name_of(filter): filter for filter in filters}),
            "relu": toggle(_("ReLU"), True),
            "source": choice(_("image"), {_("test image"): False, _("my drawing"): True}, False),
            "step": Scrubber(_("window (from 0)"), int(np.prod(shape)) - 1, interval=80),
        },
        compute=compute,
        draw=draw_window,
        describe=describe_window,
        figsize=(9.1, 5.0),
        narrow=(3.6, 7.5),
        lecture=(7.3, 3.2),
        touch={
            "digit": partial(_drag, shape=shape, window=window),
            "map": partial(_point, shape=shape),
            "filters": lambda hand, values: _pick(hand, panel),
        },
        hover={"map": _tell},
        stops=[
            {"step": step, "relu": relu} for step in (strongest, weakest) for relu in (True, False)
        ],
        presets=_presets(first, strongest, weakest, "relu" not in hide),
        hide=hide,
    )
    if drawing is not None:
        drawing.followers.append(lambda: panel._update() if panel.values["source"] else None)
    return panel.start({"step": strongest, **start})


def _ends(data):
    """Where a map answers most, and where least."""
    return int(data.map.argmax()), int(data.map.argmin())


def _presets(first, strongest, weakest, relu):
    """Places of the first image worth looking at."""
    name, shown = name_of(first["filter"]), {key: first[key] for key in ("number", "filter")}
    signed = {**shown, "source": first["source"], "relu": False}
    presets = {
        _("{name}: its strongest answer").format(name=name): {**signed, "step": strongest},
        _("{name}: the opposite").format(name=name): {**signed, "step": weakest},
    }
    if relu:
        presets[_("the same after ReLU")] = {**signed, "step": weakest, "relu": True}
    return presets


# ---- what hands do


def _drag(hand, values, shape, window):
    """The window keeps under the hand where it was grabbed; elsewhere its middle comes there."""
    rows, columns = shape
    row, column = divmod(values["step"], columns)
    if hand.x is None:
        row, column = row - hand.dy, column + hand.dx
    else:
        size = np.add(shape, window) - 1  # pixels
        now, down = (np.array(place[::-1]) * size for place in ((hand.x, hand.y), hand.down))
        corner = np.array(divmod(hand.before["step"], columns))
        if ((corner <= down) & (down < corner + window)).all():
            row, column = np.round(corner + now - down)
        else:
            row, column = np.floor(now) - (np.array(window) - 1) // 2
    row, column = (int(np.clip(x, 0, end - 1)) for x, end in ((row, rows), (column, columns)))
    return {"step": row * columns + column}


def _point(hand, values, shape):
    """The answer under the hand; arrow keys go on by one."""
    rows, columns = shape
    row, column = divmod(values["step"], columns)
    if hand.x is None:
        row, column = row - hand.dy, column + hand.dx
    else:
        row, column = int(hand.y * rows), int(hand.x * columns)
    row, column = (int(np.clip(x, 0, end - 1)) for x, end in ((row, rows), (column, columns)))
    return {"step": row * columns + column}


def _pick(hand, panel):
    """The filter under the hand."""
    rows, columns = panel.figure._panel_artists.shape
    if hand.x is None:
        place = panel.data.filter + hand.dx - hand.dy * columns
    else:
        place = int(hand.y * rows) * columns + int(hand.x * columns)
    filters = list(panel.compute.keywords["filters"])
    return {"filter": filters[place]} if 0 <= place < len(filters) else {}


def _tell(x, y, data):
    rows, columns = data.map.shape
    row, column = min(int(y * rows), rows - 1), min(int(x * columns), columns - 1)
    text = _("row {row}, column {column}: {value}")
    return text.format(row=row, column=column, value=_three(float(data.map[row, column])))

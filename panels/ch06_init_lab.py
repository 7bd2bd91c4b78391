"""The init lab: what the spread of the first weights does to every layer (book 6.2, 6.3).

1000 rows of standard normal numbers go through `depth` layers that are not trained, and a
standard normal signal goes back through them. Beside what is measured stands what theory expects:
with n inputs, weights of variance σ² and inputs of mean square q, the sums before the activation
have the variance n·σ²·q, and a bell curve of that variance is put through the activation.
The random numbers are those of the chapter's own experiments with the same seed.
Source: Poole et al. 2016, arXiv:1606.05340; Schoenholz et al. 2017, arXiv:1611.01232.
"""

from functools import lru_cache
from gettext import gettext as _
from types import SimpleNamespace
from typing import NamedTuple

import ipywidgets as widgets
import numpy as np
import traitlets
from matplotlib.collections import LineCollection, PolyCollection

from common.functions import relu, sigmoid
from common.initializer import weight_std
from common.layers import Affine, BatchNormalization, Relu, Sigmoid, Tanh

from .ch04_training import HE, XAVIER, FirstWeights
from .shell import Panel, Several, artists, choice, new_figure, slider, toggle
from .shell.style import BLACK, GREY, LOOKS, NORMAL, SMALL, add_axes

SAMPLES = 1000
MEASURED = 100  # units of a layer that are looked at
DEEPEST = 10
WIDTHS = (10, 30, 100, 200)
FLAT = 0.05  # a slope below this, in size, counts as saturated (as in chapter 3)
BINS = 30
GRADIENT_RANGE = (-12.0, 3.0)  # of log10 |gradient|
TOP = 0.3  # share of values at which a bar is cut off
Z = np.linspace(-8, 8, 801)  # a bell curve: places and their shares
SHARES = np.exp(-(Z**2) / 2) / np.exp(-(Z**2) / 2).sum()


class Activation(NamedTuple):
    layer: type
    function: object
    slope_of: object  # the slope from the output
    low: float  # the range that is drawn
    high: float


ACTIVATIONS = {
    "sigmoid": Activation(Sigmoid, sigmoid, lambda z: z * (1 - z), 0.0, 1.0),
    "tanh": Activation(Tanh, np.tanh, lambda z: 1 - z * z, -1.0, 1.0),
    "ReLU": Activation(Relu, relu, lambda z: (z > 0).astype(z.dtype), 0.0, 3.0),
}


class Layer(NamedTuple):
    """What is measured in one layer, over all rows and at most MEASURED units."""

    histogram: np.ndarray  # (BINS,) shares of the activations in the drawn range
    mean: float
    std: float
    row_to_row: float  # the part of the std that one and the same unit shows, from row to row
    saturated: float  # share of activations with a slope below FLAT
    dead: float  # share of units that are saturated for every single row
    outside: float  # share of activations outside of the drawn range
    gradients: np.ndarray  # (BINS,) shares of log10 |gradient| in GRADIENT_RANGE
    gradient_std: float  # of the gradient of the sums before the activation
    zero: float  # share of gradients that are exactly 0
    gradients_outside: float  # share of the other gradients outside of GRADIENT_RANGE


class Net(NamedTuple):
    """A network of the lab: its settings, what is measured and what theory expects."""

    weights: object  # "Xavier", "He" or a number
    std: float
    activation: str
    depth: int
    width: int
    seed: int
    batch_norm: bool
    layers: tuple
    expected: np.ndarray  # (depth,) std of the activations
    expected_gradient: np.ndarray  # (depth,)


class InitLab(NamedTuple):
    net: Net
    kept: Net | None  # A, to compare with; it has the seed of the net


def compute_init_lab(weights, activation, network, batch_norm, kept=()):
    """network: (depth, width, seed). kept: () or the (weights, activation, network, batch_norm)
    of a network A, which is drawn with the same seed."""
    net = _run(weights, activation, *network, batch_norm)
    if not kept:
        return InitLab(net, None)
    weights, activation, shape, batch_norm = kept
    return InitLab(net, _run(weights, activation, *shape[:2], network[2], batch_norm))


@lru_cache(maxsize=4)
def _run(weights, activation, depth, width, seed, batch_norm):
    """Forwards and backwards once, in float32, through the layers of `common`."""
    rng = np.random.default_rng(seed)
    std = float(weight_std(weights, width))
    x = rng.standard_normal((SAMPLES, width)).astype(np.float32)
    blocks, outputs = [], []
    for _i in range(depth):
        W = (std * rng.standard_normal((width, width))).astype(np.float32)
        block = [Affine(W, np.zeros(width, np.float32))]
        if batch_norm:
            block.append(BatchNormalization(np.ones(width, np.float32), np.zeros_like(W[0])))
        block.append(ACTIVATIONS[activation].layer())
        for layer in block:
            x = layer.forward(x)
        blocks.append(block)
        outputs.append(x)
    signal = np.random.default_rng([seed, 1]).standard_normal(x.shape, dtype=np.float32)
    gradients = [None] * depth
    for i in reversed(range(depth)):
        affine, *normalise, bend = blocks[i]
        signal = bend.backward(signal)
        for layer in normalise:
            signal = layer.backward(signal)
        gradients[i] = signal  # of the sums x·W + b
        if i:
            signal = signal @ affine.W.T  # all of its backward that is needed here
    measured = tuple(
        measure(z, gradient, ACTIVATIONS[activation])
        for z, gradient in zip(outputs, gradients, strict=True)
    )
    expected, expected_gradient = theory(std, activation, depth, width, batch_norm)
    return Net(
        weights, std, activation, depth, width, seed, batch_norm, measured, expected,
        expected_gradient,
    )  # fmt: skip


def measure(z, gradient, activation):
    """One layer's numbers from its activations z and the gradient of its sums."""
    z, gradient = z[:, :MEASURED], gradient[:, :MEASURED]
    flat = np.abs(activation.slope_of(z)) < FLAT
    inside, outside = _histogram(z, activation.low, activation.high)
    size = np.abs(gradient[gradient != 0])
    logs = np.log10(size)
    spread, far = _histogram(logs, *GRADIENT_RANGE)
    share = size.size / gradient.size
    return Layer(
        histogram=inside,
        mean=float(z.mean(dtype=float)),
        std=float(z.std(dtype=float)),
        row_to_row=float(np.sqrt(z.var(axis=0, dtype=float).mean())),
        saturated=float(flat.mean()),
        dead=float(flat.all(axis=0).mean()),
        outside=outside,
        gradients=spread * share,
        gradient_std=float(gradient.std(dtype=float)),
        zero=1 - share,
        gradients_outside=far * share,
    )


def _histogram(values, low, high):
    """Shares in BINS equal bins from low to high, and the share of what lies outside."""
    if not values.size:
        return np.zeros(BINS), 0.0
    places = (values.ravel() - low) * (BINS / (high - low))
    inside = (places >= 0) & (places <= BINS)  # nan is not inside, either
    numbers = np.minimum(places[inside].astype(np.intp), BINS - 1)
    counts = np.bincount(numbers, minlength=BINS) / values.size
    return counts, float(1 - inside.mean())


def theory(std, activation, depth, width, batch_norm):
    """What to expect of very wide layers: std of activations and of gradients, one a layer."""
    kind = ACTIVATIONS[activation]
    gain = width * std**2
    square = spread = 1.0  # the mean square of what a layer takes in, and its standard deviation
    spreads, slopes, divisors = [], [], []
    for _i in range(depth):
        variance = gain * (spread**2 if batch_norm else square)  # batch norm takes the mean off
        bent = kind.function((1.0 if batch_norm else np.sqrt(variance)) * Z)
        square = float(SHARES @ bent**2)
        spread = np.sqrt(max(square - float(SHARES @ bent) ** 2, 0))
        spreads.append(spread)
        slopes.append(float(SHARES @ kind.slope_of(bent) ** 2))
        divisors.append(variance + 1e-6 if batch_norm else 1.0)
    back, backs = 1.0, []
    for slope, divisor in zip(slopes[::-1], divisors[::-1], strict=True):
        backs.append(np.sqrt(back * slope / divisor))
        back = backs[-1] ** 2 * gain
    return np.array(spreads), np.array(backs[::-1])


def draw_init_lab(figure, data):
    art = artists(figure, _lay_out)
    net, kept = data.net, data.kept
    slots, reach = max(net.depth, kept.depth if kept else 0), _reach(net, kept)
    if art.frame != (slots, reach):
        art.background.set_data(_background(slots, reach, tuple(figure.get_size_inches())))
        _place(art, slots, reach)
        art.frame = slots, reach
    kind = ACTIVATIONS[net.activation]
    _draw_bars(art.activations, [one.histogram for one in net.layers])
    _draw_bars(art.gradients, [one.gradients for one in net.layers])
    _draw_outline(art.kept, [one.histogram for one in kept.layers] if kept else [])
    _draw_outline(art.kept_back, [one.gradients for one in kept.layers] if kept else [])
    art.title.set_text(
        _("activations of each layer, drawn from {low:g} to {high:g}").format(
            low=kind.low, high=kind.high
        )
    )
    pitch = _characters(slots)
    for text, rows in zip(art.numbers, (ROWS[:UPPER], ROWS[UPPER:]), strict=True):
        text.set_text("\n".join(_row(net, name, share, pitch) for _label, name, share in rows))
    for line, line_back, one in ((art.std, art.back, net), (art.std_kept, art.back_kept, kept)):
        layers = one.layers if one else ()
        steps = np.arange(1, len(layers) + 1)
        line.set_data(steps, _visible([layer.std for layer in layers]))
        line_back.set_data(steps, _visible([layer.gradient_std for layer in layers]))
    steps = np.arange(1, net.depth + 1)
    art.theory.set_data(steps, _visible(net.expected))
    art.theory_back.set_data(steps, _visible(net.expected_gradient))
    art.key.set_visible(kept is not None)


def _row(net, name, is_share, pitch):
    """One line of the table: a column of `pitch` characters for each layer."""
    values = [getattr(layer, name) for layer in net.layers]
    words = [f"{100 * value:.0f}" if is_share else short(value) for value in values]
    return "".join(word.center(pitch) for word in words)


def _reach(net, kept):
    """The powers of ten, up and down, that the spreads are drawn over."""
    layers = [*net.layers, *(kept.layers if kept else ())]
    spreads = _visible([value for one in layers for value in (one.std, one.gradient_std)])
    return 3 if np.abs(np.log10(spreads)).max() < 3 else 12


def _visible(values):
    """Zeros and what is beyond 1e±15 at the edge of a logarithmic axis."""
    return np.clip(np.nan_to_num(values, nan=1e15, posinf=1e15), 1e-15, 1e15)


def _draw_bars(collection, histograms):
    collection.set_verts([_staircase(i, shares) for i, shares in enumerate(histograms)])


def _draw_outline(collection, histograms):
    collection.set_segments([_staircase(i, shares) for i, shares in enumerate(histograms)])


def _staircase(slot, shares):
    """The outline of a histogram that stands in its layer's slot."""
    edges = slot + np.repeat(np.linspace(0, 0.92, BINS + 1), 2)
    heights = np.concatenate([[0], np.repeat(np.minimum(shares, TOP), 2), [0]])
    return np.column_stack([edges, heights])


ROWS = (  # of the table: label, its value in a Layer, share or number
    ("mean", "mean", False),
    ("std", "std", False),
    ("row to row", "row_to_row", False),
    ("% saturated", "saturated", True),
    ("% dead units", "dead", True),
    ("% outside", "outside", True),
    ("gradient std", "gradient_std", False),
    ("% gradient 0", "zero", True),
    ("% outside", "gradients_outside", True),
)
UPPER = 6  # rows that stand under the activations


def short(value):
    """Two or three digits, in at most seven characters."""
    if not np.isfinite(value):
        return str(value)
    if value == 0 or 0.01 <= abs(value) < 1000:
        return f"{value:.2f}" if abs(value) < 100 else f"{value:.0f}"
    mantissa, power = f"{value:.0e}".split("e")
    return f"{mantissa}e{int(power)}"


LEFT = 0.115  # of the histograms, a share of the figure
MONO = {"family": "DejaVu Sans Mono", "fontsize": SMALL - 1, "linespacing": 1.35}
TABLES = (0.325, 0.135)  # where the two parts of the table begin, from below


def _characters(slots):
    """How many characters of the table one layer's slot is wide."""
    return int(88 // slots)


def _limits(reach):
    return 10.0 ** (-1.1 * reach), 10.0 ** (1.1 * reach)


def _width(figure, slots):
    """The width of the histograms at which the table's columns stand beneath them."""
    text = figure.text(0, 0, "0" * 200, **MONO)
    pitch = text.get_window_extent(figure.canvas.get_renderer()).width / 200
    text.remove()
    return _characters(slots) * slots * pitch / figure.bbox.width


def _axes(figure, slots, reach):
    """The three pairs of axes, empty: activations, gradients, spread."""
    width = _width(figure, slots)
    forward = add_axes(figure, (LEFT, 0.7, width, 0.235))
    backward = add_axes(figure, (LEFT, 0.385, width, 0.205))
    spread = add_axes(figure, (0.775, 0.12, 0.215, 0.68))
    for axes in (forward, backward):
        axes.set(xlim=(0, slots), ylim=(0, TOP))
    spread.set(yscale="log", ylim=_limits(reach), xlim=(0.5, slots + 0.5))
    return forward, backward, spread


@lru_cache(maxsize=2 * DEEPEST)
def _background(slots, reach, size):
    """All that does not change while values do, as one image: it would cost most of the time."""
    figure = new_figure(size)
    forward, backward, spread = _axes(figure, slots, reach)
    for axes in (forward, backward):
        axes.set(yticks=[0, 0.1, 0.2, 0.3], yticklabels=["0", "10", "20", "30+"])
        axes.set_ylabel(_("% of values"), fontsize=SMALL)
        axes.set_xticks(np.arange(slots) + 0.46, [str(i + 1) for i in range(slots)])
    backward.set_title(
        _("size of the gradients, drawn from 10⁻¹² to 10³"), fontsize=NORMAL, loc="left"
    )
    spread.set_xlabel(_("layer"), fontsize=SMALL)
    spread.set_ylabel(_("standard deviation"), fontsize=SMALL)
    spread.set(yticks=10.0 ** np.arange(-reach, reach + 1, reach // 3), xticks=range(1, slots + 1))
    spread.minorticks_off()
    spread.grid(color="#E5E5E5", linewidth=0.6)
    lines = [*_spread_lines(spread)[:4]]
    spread.legend(
        lines,
        [_("activations"), _("gradients"), _("… in theory"), _("… in theory")],
        fontsize=SMALL - 1, frameon=False, loc="lower left", bbox_to_anchor=(-0.25, 1.0), ncols=2,
        columnspacing=0.8, handlelength=1.8, borderaxespad=0,
    )  # fmt: skip
    for place, rows in zip(TABLES, (ROWS[:UPPER], ROWS[UPPER:]), strict=True):
        labels = "\n".join(label for label, _name, _share in rows)
        figure.text(LEFT - 0.01, place, labels, ha="right", va="top", **MONO)
    figure.canvas.draw()
    return np.asarray(figure.canvas.buffer_rgba()).copy()


def _spread_lines(axes):
    """Lines for: activations, gradients, both in theory, both of network A."""

    def line(color, style, marker="", **look):
        options = {"markersize": 6, "linewidth": 1.4, "markerfacecolor": color, **look}
        return axes.plot([], [], color=color, linestyle=style, marker=marker, **options)[0]

    looks = LOOKS["value"], LOOKS["gradient"]
    return (
        *(line(one.color, "", one.marker) for one in looks),
        *(line(one.color, one.linestyle) for one in looks),
        *(line(one.color, "", one.marker, markerfacecolor="none", markersize=9) for one in looks),
    )


def _lay_out(figure):
    size = tuple(figure.get_size_inches())
    background = figure.figimage(_background(DEEPEST, 12, size), origin="upper", zorder=-1)
    forward, backward, spread = _axes(figure, DEEPEST, 12)
    for axes in (forward, backward, spread):
        axes.set_axis_off()
    std, back, theory, theory_back, std_kept, back_kept = _spread_lines(spread)
    outline = {"colors": BLACK, "linewidths": 1.1}
    return SimpleNamespace(
        frame=None,
        background=background,
        axes=(forward, backward, spread),
        title=forward.set_title("", fontsize=NORMAL, loc="left"),
        activations=forward.add_collection(PolyCollection([], facecolor=LOOKS["value"].color)),
        gradients=backward.add_collection(PolyCollection([], facecolor=LOOKS["gradient"].color)),
        kept=forward.add_collection(LineCollection([], **outline)),
        kept_back=backward.add_collection(LineCollection([], **outline)),
        numbers=[figure.text(LEFT, place, "", va="top", **MONO) for place in TABLES],
        std=std,
        back=back,
        theory=theory,
        theory_back=theory_back,
        std_kept=std_kept,
        back_kept=back_kept,
        key=figure.text(
            0.99, 0.945, _("black outlines, hollow marks: A"), ha="right", fontsize=SMALL,
            color=GREY,
        ),
    )  # fmt: skip


def _place(art, slots, reach):
    """Fits the axes to so many layers."""
    forward, backward, spread = art.axes
    width = _width(forward.figure, slots)
    for axes in (forward, backward):
        _x, bottom, _width_before, height = axes.get_position().bounds
        axes.set_position((LEFT, bottom, width, height))
        axes.set_xlim(0, slots)
    spread.set(xlim=(0.5, slots + 0.5), ylim=_limits(reach))


def describe_init_lab(data):
    net, last = data.net, data.net.layers[-1]
    text = _("{net}: from layer 1 to layer {depth} the spread (std) of the activations goes from "
             "{first} to {last}, that of the gradients, backwards, from {top} to {bottom}. "
             "{verdict}").format(
        net=_name(net), depth=net.depth, first=short(net.layers[0].std), last=short(last.std),
        top=short(last.gradient_std), bottom=short(net.layers[0].gradient_std),
        verdict=judge(net)[1],
    )  # fmt: skip
    if data.kept:
        text += " " + _("A, with the same seed, is {net}: activations end at {std}, gradients at "
                        "{gradient}.").format(
            net=_name(data.kept), std=short(data.kept.layers[-1].std),
            gradient=short(data.kept.layers[0].gradient_std),
        )  # fmt: skip
    return text


def _name(net):
    rule = net.weights if isinstance(net.weights, str) else f"std {net.weights:.3g}"
    norm = _(", batch norm") if net.batch_norm else ""
    return _("{activation}, {rule}, {depth} layers of {width}{norm} (seed {seed})").format(
        activation=net.activation, rule=rule, depth=net.depth, width=net.width, norm=norm,
        seed=net.seed,
    )  # fmt: skip


# What the verdict goes by. "A layer leaves" is meant from the first layer to the last, on average.
KEPT = 0.75  # a layer that leaves less of a spread shrinks it; one that makes 1/KEPT, enlarges it
HALF = 2  # … if it comes to at least so many times from the first layer to the last;
APART = 3  # what comes to so many times does, however many layers it takes
LOST = 100  # that many times smaller in the end: vanished; larger: exploded
SATURATED = 0.25  # the share of flat values, or of dead units, from which on a layer is called so
FLAT_HEAP = 0.05  # of the range of a sigmoid or tanh: a heap this narrow is a spike
ALIKE = 0.25  # if less of the spread than this is from row to row, rows are answered alike


def course(spreads):
    """-> (word, factor): what layers do to a spread, in the order in which the signal passes."""
    first, last = spreads[0], spreads[-1]
    if last == 0:
        return "lost", 0.0
    if len(spreads) == 1 or first == 0:
        return "kept", 1.0
    factor = float(last / first) ** (1 / (len(spreads) - 1))
    if last * LOST < first:
        return "vanishes", factor
    if last > LOST * first:
        return "explodes", factor
    if last * (HALF if factor < KEPT else APART) < first:
        return "shrinks", factor
    if last > (HALF if factor > 1 / KEPT else APART) * first:
        return "grows", factor
    return "kept" if max(spreads) <= APART * min(spreads) else "uneven", factor


def judge(net):
    """-> (words, sentences): how well signals get through, from what was measured.

    words: what is found forwards and then, behind "back", on the way back; nothing if all is well.
    """
    spreads = [layer.std for layer in net.layers]
    backs = [layer.gradient_std for layer in net.layers[::-1]]
    if not np.isfinite([*spreads, *backs]).all():
        return ("overflow",), _("Somewhere numbers became too large for float32.")
    forward, found = _forward(net, spreads)
    if net.depth == 1:
        return forward, " ".join(
            [*found, _("A single layer: nothing can fade or grow from one to the next.")]
        )
    word, factor = course(backs)
    if word == "kept" and not forward:
        return (), _("Healthy: signals keep about their size from layer to layer, both ways.")
    if not forward:
        found.append(_("Forwards all is well."))
    ends = {"low": short(min(backs)), "high": short(max(backs))}
    found.append(_back_in_words(word, factor=short(factor), **ends))
    if "saturated" in forward and word in ("kept", "grows", "explodes"):
        found.append(_("The values that are not flat hand theirs on through large weights."))
    return (*forward, *(() if word == "kept" else ("back", word))), " ".join(found)


def _forward(net, spreads):
    """-> (words, sentences): what is wrong with the activations."""
    last, kind, words, found = net.layers[-1], ACTIVATIONS[net.activation], [], []
    bounded = net.activation != "ReLU"
    name = "saturated" if bounded else "dead"  # half of ReLU's values are flat, and should be
    shares = [getattr(layer, name) for layer in net.layers]
    worst = int(np.argmax(shares))
    if shares[worst] >= SATURATED:
        words.append(name)
        found.append(_in_words(name, share=shares[worst], layer=worst + 1))
    alike = last.row_to_row < ALIKE * last.std
    flat = bounded and last.std < FLAT_HEAP * (kind.high - kind.low)
    word, factor = course(spreads)
    if word == "uneven" and flat:
        word = "kept"
    if word != "kept":
        words.append(word)
        ends = {"low": short(min(spreads)), "high": short(max(spreads))}
        found.append(_in_words(word, factor=short(factor), **ends))
    values = {"mean": last.mean + 0.0, "std": short(last.std), "rows": short(last.row_to_row)}
    if flat and word == "kept":
        words.append("flat")
        found.append(_in_words("flat and alike" if alike else "flat", **values))
    elif alike and word != "lost":
        words.append("alike")
        found.append(_in_words("alike", **values))
    return tuple(words), found


def _in_words(word, **values):
    """What is found in the activations, as a sentence."""
    text = {
        "saturated": _("Saturated: {share:.0%} of layer {layer}'s values sit where the activation "
                       "is flat."),
        "dead": _("Dead: {share:.0%} of layer {layer}'s units give 0 for every row."),
        "lost": _("Lost: the last layer gives one and the same number everywhere."),
        "vanishes": _("Vanishing: on average a layer leaves {factor} of the activations' spread."),
        "shrinks": _("Shrinking: on average a layer leaves {factor} of the activations' spread."),
        "grows": _("Growing: on average a layer makes the activations' spread {factor} times "
                   "as large."),
        "explodes": _("Exploding: on average a layer makes the activations' spread {factor} times "
                      "as large."),
        "uneven": _("Uneven: the activations' spread varies between {low} and {high}."),
        "flat and alike": _("Flat: nearly all activations are {mean:.2f}, whatever comes in, so "
                            "the units might as well be one."),
        "flat": _("Flat: nearly all activations of the last layer are {mean:.2f}; their spread is "
                  "{std}."),
        "alike": _("Alike: of the last layer's spread of {std} only {rows} is from row to row; "
                   "the rest is there whatever comes in."),
    }[word]  # fmt: skip
    return text.format(**values)


def _back_in_words(word, **values):
    """What becomes of the gradients, as a sentence."""
    text = {
        "lost": _("No gradient comes back."),
        "vanishes": _(
            "The gradients vanish on their way back: on average a layer leaves {factor} of them."
        ),
        "shrinks": _(
            "The gradients fade on their way back: on average a layer leaves {factor} of them."
        ),
        "kept": _("The gradients keep about their size on their way back."),
        "grows": _("The gradients grow on their way back: on average {factor} times with a layer."),
        "explodes": _(
            "The gradients explode on their way back: on average {factor} times with a layer."
        ),
        "uneven": _("The gradients vary on their way back, between {low} and {high}."),
    }[word]
    return text.format(**values)


class Keep(widgets.Button):
    """A button that keeps the settings of the moment as A, or, pressed again, forgets them."""

    value = traitlets.Tuple()

    def __init__(self):
        self.read = tuple  # the panel tells what to keep
        super().__init__()
        self.on_click(lambda button: self.press())
        self.observe(self._name_it, names="value")
        self._name_it()

    def press(self):
        self.value = () if self.value else self.read()

    def _name_it(self, _change=None):
        self.description = _("Forget A") if self.value else _("Keep as A")
        self.tooltip = _("Compare what comes next with the network of this moment, same seed")


def init_lab_panel(*, hide=(), **start):
    """First weights, activation, depth, width and seed of a network, with or without batch norm."""
    network = Several(
        _("network"),
        [
            slider(_("layers"), 1, DEEPEST, 1, 5),
            choice(_("units in each"), WIDTHS, 100),
            slider(_("seed"), 0, 20, 1, 0),
        ],
        widths=(230, 200, 230),
    )
    keep = Keep()
    five = {"network": (5, 100, 0), "batch_norm": False}
    cases = {
        _("sigmoid, std 1"): ("sigmoid", 1.0),
        _("sigmoid, std 0.01"): ("sigmoid", 0.01),
        _("sigmoid, Xavier"): ("sigmoid", XAVIER),
        _("sigmoid, He (no match)"): ("sigmoid", HE),
        _("tanh, Xavier"): ("tanh", XAVIER),
        _("ReLU, std 0.01"): ("ReLU", 0.01),
        _("ReLU, Xavier"): ("ReLU", XAVIER),
        _("ReLU, He"): ("ReLU", HE),
    }
    presets = {
        name: {"activation": activation, "weights": weights, **five}
        for name, (activation, weights) in cases.items()
    }
    presets[_("ReLU, std 0.01, batch norm")] = {
        "activation": "ReLU", "weights": 0.01, "network": (5, 100, 0), "batch_norm": True,
    }  # fmt: skip
    panel = Panel(
        title=_("Init lab"),
        controls={
            "weights": FirstWeights(_("first weights"), 1.0),
            "activation": choice(_("activation"), ACTIVATIONS.keys()),
            "batch_norm": toggle(_("batch norm")),
            "kept": keep,
            "network": network,
        },
        compute=compute_init_lab,
        draw=draw_init_lab,
        describe=describe_init_lab,
        figsize=(10.4, 5.4),
        presets=presets,
        hide=hide,
    )
    names = ("weights", "activation", "network", "batch_norm")
    keep.read = lambda: tuple(panel.values[name] for name in names)
    return panel.start(start)

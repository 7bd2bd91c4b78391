"""The network of the init lab: measured, set against theory, and judged (book 6.2, 6.3).

1000 rows of standard normal numbers go through `depth` layers that are not trained, and a
standard normal signal goes back through them. Beside what is measured stands what theory expects:
with n inputs, weights of variance σ² and inputs of mean square q, the sums before the activation
have the variance n·σ²·q, and a bell curve of that variance is put through the activation.
The random numbers are those of the chapter's own experiments with the same seed.
Source: Poole et al. 2016, arXiv:1606.05340; Schoenholz et al. 2017, arXiv:1611.01232.
"""

from functools import lru_cache
from gettext import gettext as _
from typing import NamedTuple

import numpy as np

from common.functions import relu, sigmoid
from common.initializer import weight_std
from common.layers import Affine, BatchNormalization, Relu, Sigmoid, Tanh

from .shell import N_

SAMPLES = 1000
MEASURED = 100  # units of a layer that are looked at
DEEPEST = 10
FLAT = 0.05  # a slope below this, in size, counts as saturated (as in chapter 3)
BINS = 30
GRADIENT_RANGE = (-12.0, 3.0)  # of log10 |gradient|; what lies beyond is counted at the ends
Z = np.linspace(-8, 8, 801)  # a bell curve: places and their shares
SHARES = np.exp(-(Z**2) / 2) / np.exp(-(Z**2) / 2).sum()


class Activation(NamedTuple):
    layer: type
    function: object
    slope_of: object  # the slope from the output
    low: float  # the range that is drawn
    high: float


ACTIVATIONS = {
    N_("sigmoid"): Activation(Sigmoid, sigmoid, lambda z: z * (1 - z), 0.0, 1.0),
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
def _drawn(width, seed):
    """-> x, the signal from above, and W of every layer, standard normal: shared by all stds."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((SAMPLES, width)).astype(np.float32)
    weights = rng.standard_normal((DEEPEST, width, width)).astype(np.float32)
    signal = np.random.default_rng([seed, 1]).standard_normal(x.shape, dtype=np.float32)
    return x, signal, weights


@lru_cache(maxsize=4)
def _run(weights, activation, depth, width, seed, batch_norm):
    """Forwards and backwards once, in float32, through the layers of `common`."""
    std = float(weight_std(weights, width))
    x, signal, normal = _drawn(width, seed)
    ones, zeros = np.ones(width, np.float32), np.zeros(width, np.float32)
    blocks, outputs = [], []
    for W in np.float32(std) * normal[:depth]:
        block = [Affine(W, zeros), ACTIVATIONS[activation].layer()]
        if batch_norm:
            block.insert(1, BatchNormalization(ones, zeros))
        for layer in block:
            x = layer.forward(x)
        blocks.append(block)
        outputs.append(x)
    gradients = []
    for affine, *others in blocks[::-1]:
        for layer in others[::-1]:
            signal = layer.backward(signal)
        gradients.append(signal)  # of the sums x·W + b
        signal = signal @ affine.W.T  # all of its backward that is needed here
    measured = tuple(
        measure(z, gradient, ACTIVATIONS[activation])
        for z, gradient in zip(outputs, gradients[::-1], strict=True)
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
    apart = z - z[0]  # near 0 float32 tells more digits apart
    shifts = apart.mean(axis=0)
    means = z[0] + shifts.astype(float)
    row_to_row, between = _size(apart - shifts), float(means.std())
    inside = _histogram(z, activation.low, activation.high)
    size = np.abs(gradient[gradient != 0])
    share = size.size / gradient.size
    logs = np.clip(np.log10(size), *GRADIENT_RANGE)
    return Layer(
        histogram=inside,
        mean=float(means.mean()),
        std=float(np.hypot(row_to_row, between)),
        row_to_row=row_to_row,
        saturated=float(flat.mean()),
        dead=float(flat.all(axis=0).mean()),
        outside=max(0.0, float(1 - inside.sum())),  # not −0%
        gradients=_histogram(logs, *GRADIENT_RANGE) * share,
        gradient_std=_size(gradient - gradient.mean()),
        zero=1 - share,
    )


def _size(values):
    """The root of the mean square; nothing is squared that would be too large for float32."""
    largest = np.abs(values).max() or np.float32(1)
    scaled = (values / largest).ravel()
    return float(largest) * float(np.sqrt(scaled @ scaled / scaled.size))


def _histogram(values, low, high):
    """Shares in BINS equal bins from low to high; what lies outside is in none."""
    places = (values.ravel() - low) * (BINS / (high - low)) + 1
    slots = np.fmin(np.fmax(places, 0), BINS + 1).astype(np.intp)  # nan is at the upper end
    counts = np.bincount(slots, minlength=BINS + 2)
    counts[BINS] += np.count_nonzero((slots > BINS) & (values.ravel() <= high))  # high itself
    return counts[1:-1] / max(values.size, 1)


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
        found.append(_("The values that are not flat hand them on through large weights."))
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


def short(value):
    """Two or three digits, in at most seven characters."""
    if not np.isfinite(value):
        return str(value)
    if value == 0 or 0.01 <= abs(value) < 1000:
        return f"{value:.2f}" if abs(value) < 100 else f"{value:.0f}"
    mantissa, power = f"{value:.0e}".split("e")
    return f"{mantissa}e{int(power)}"

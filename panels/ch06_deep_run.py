"""The deep lab: everything that decides whether a deep network learns, in one place (book 6).

A network of `common` with up to six hidden layers learns real digits. While it does, its loss and
its accuracy are read on digits that stay the same, and each layer is looked into: how its answers
spread, what is left of the gradient that comes back to it, how large a step its weights take.
All runs start from the seeds of the chapter, so what differs between two is what was changed.
What is judged is in ch06_deep_diagnosis.py, how it is drawn in ch06_deep_picture.py.
"""

from gettext import gettext as _
from typing import NamedTuple

import numpy as np

from common.layers import Affine, BatchNormalization
from common.multi_layer_net_extend import MultiLayerNetExtend
from common.trainer import OPTIMIZERS
from common.util import random_source

STEPS, BATCH = 300, 100
READ_AT = (*range(10), *range(10, STEPS + 1, 10))  # steps after which everything is measured
SEED_OF_WEIGHTS, SEED_OF_BATCHES = 0, 1  # those of the chapter's experiments
MEASURED = 1000  # training and test digits that losses and accuracies are read on
LOOKED_AT = 100  # training digits that are sent through the layers to look into them
BINS = 24
FLAT = 0.05  # an activation's slope, relative to its steepest, below which a value counts as flat
RANGES = {"sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0), "ReLU": (0.0, 3.0)}  # that are drawn
DEEPEST = 6
USUAL = (3e-4, 3e-2)  # of its own length a step moves the weights by, where networks learn well


class Setting(NamedTuple):
    """What a reader chooses."""

    lr: float
    weights: object  # "Xavier", "He" or a number, the standard deviation
    activation: str
    depth: int  # hidden layers
    width: int  # units in each of them
    batch_norm: bool
    optimizer: str


class Reading(NamedTuple):
    """What is measured after a step; arrays have an entry for each hidden layer."""

    step: int
    loss: float  # of fixed training digits, in nats
    train: float  # accuracies on fixed digits, 0 to 1
    test: float
    heights: np.ndarray  # (depth, BINS) shares of the activations in the drawn range
    spread: np.ndarray  # how far a unit's answers lie apart from digit to digit: std, a unit's mean
    flat: np.ndarray  # share of answers where the activation is flat
    dead: np.ndarray  # share of units that are flat for every digit
    gradient: np.ndarray  # std of the gradient of the sums x·W + b
    moved: np.ndarray  # (depth + 1,) length of the last step against that of the weights


class Run(NamedTuple):
    """One run; the lists grow with it."""

    setting: Setting
    batches: list  # the loss of each step's batch, before the step
    readings: list


class DeepLab(NamedTuple):
    progress: float
    run: Run
    previous: Run | None  # the last run that had other settings
    broken_at: int  # the step at which the loss stopped being a number, -1 if it did not
    done: bool
    moment: int  # the number of the reading that is shown


def untrained(setting):
    """The network with its first weights."""
    return MultiLayerNetExtend(
        784, [setting.width] * setting.depth, 10, setting.activation, setting.weights,
        use_batchnorm=setting.batch_norm, rng=SEED_OF_WEIGHTS, dtype=np.float32,
    )  # fmt: skip


def learn(net, setting, digits):
    """Takes a step and yields the loss of its batch before it; ends when that is no number."""
    rng = random_source(SEED_OF_BATCHES)
    optimizer = OPTIMIZERS[setting.optimizer.lower()](lr=setting.lr)
    loss = 0.0
    while np.isfinite(loss):
        batch = rng.choice(len(digits.x_train), BATCH)
        grads = net.gradient(digits.x_train[batch], digits.t_train[batch])
        loss = float(net.last_layer.loss)
        if np.isfinite(loss):
            optimizer.update(net.params, grads)
        yield loss


def scores(net, digits, untrained=False):
    """-> loss on training digits, accuracy on them and on test digits: always the same digits."""
    right = []
    for x, t in (digits[2:], digits[:2]):
        y, t = net.predict(x[:MEASURED], untrained), t[:MEASURED]  # (N, 10)
        right.insert(0, float(np.mean((y.argmax(axis=1) == t) & np.isfinite(y).all(axis=1))))
    return float(net.last_layer.forward(y, t)), *right


def read(net, setting, digits, step, moved):
    """A Reading of the network as it is; it leaves no trace in it."""
    norms = [layer for layer in net.layers.values() if isinstance(layer, BatchNormalization)]
    running = [(norm.running_mean, norm.running_var) for norm in norms]
    # an untrained network has no statistics yet but those of the batch
    told = scores(net, digits, untrained=bool(norms) and running[0][0] is None)
    inside = look_inside(net, setting, digits.x_train[:LOOKED_AT], digits.t_train[:LOOKED_AT])
    for norm, (mean, var) in zip(norms, running, strict=True):
        norm.running_mean, norm.running_var = mean, var
    return Reading(step, *told, *inside, moved)


def look_inside(net, setting, x, t):
    """A batch forwards and backwards: what each hidden layer answers, and what comes back to it."""
    net.loss(x, t, train_flg=True)
    dout, gradients = net.last_layer.backward(1), []
    for layer in reversed(net.layers.values()):
        if isinstance(layer, Affine):
            gradients.insert(0, dout)  # (N, H), of its sums x·W + b; at the end the scores'
        dout = layer.backward(dout)
    affine = [layer for layer in net.layers.values() if isinstance(layer, Affine)]
    answers = np.array([layer.x for layer in affine[1:]])  # (depth, N, H)
    gradients = np.array(gradients[:-1])
    flat = slope(answers, setting.activation) < FLAT
    return (
        _histograms(answers, *RANGES[setting.activation]),
        np.sqrt(answers.var(axis=1, dtype=float).mean(axis=1)),
        flat.mean(axis=(1, 2)),
        flat.all(axis=1).mean(axis=1),
        gradients.std(axis=(1, 2), dtype=float),
    )


def slope(answers, activation):
    """The activation's slope, told from what it answers, relative to its steepest; nan is flat."""
    slopes = {"sigmoid": 4 * answers * (1 - answers), "tanh": 1 - answers**2, "ReLU": answers > 0}
    return np.where(np.isfinite(answers), slopes[activation], 0)


def _histograms(values, low, high):
    """A row of shares in BINS equal bins for each layer; what lies outside counts at the ends."""
    places = np.nan_to_num((values - low) * (BINS / (high - low)), nan=-1, posinf=BINS)
    bins = np.clip(places, 0, BINS - 1).astype(int).reshape(len(values), -1)
    return np.array([np.bincount(row, minlength=BINS) / row.size for row in bins])


def run_deep_lab(lr, weights, network, optimizer, moment, *, digits, memory):
    """Trains, and yields a DeepLab before the first step and after each.

    network: (activation, hidden layers, units in each, batch norm?).
    moment: the number of the reading that is looked at; the newest one if there are fewer.
    memory: a dict that holds the newest run as "newest" and the one before as "previous".
    """
    setting = Setting(lr, weights, *network, optimizer)
    net = untrained(setting)
    run = Run(setting, [], [read(net, setting, digits, 0, np.zeros(setting.depth + 1))])
    newest = memory.get("newest")
    again = newest is not None and newest.setting == setting
    state = DeepLab(0.0, run, memory.get("previous") if again else newest, -1, False, 0)
    yield state
    memory.update(newest=run, previous=state.previous)
    steps = learn(net, setting, digits)
    for step in range(1, STEPS + 1):
        before = [W.copy() for W in matrices(net)] if step in READ_AT else []
        loss = next(steps)
        run.batches.append(loss)
        if before and np.isfinite(loss):
            moved = [
                np.linalg.norm(W - W0) / max(np.linalg.norm(W0), 1e-30)
                for W, W0 in zip(matrices(net), before, strict=True)
            ]
            reading = read(net, setting, digits, step, np.array(moved))
            loss = reading.loss
            if np.isfinite(loss):
                run.readings.append(reading)
        if not np.isfinite(loss):
            state = state._replace(broken_at=step)
        done = step == STEPS or state.broken_at > 0
        seen = min(moment, len(run.readings) - 1)
        yield state._replace(progress=step / STEPS, done=done, moment=seen)
        if done:
            return


def matrices(net):
    return [W for key, W in net.params.items() if key.startswith("W")]


def sleeping(reading, setting):
    """The share of each layer that hardly learns: flat answers; for ReLU, half of which are, units
    that are flat for every digit."""
    return reading.dead if setting.activation == "ReLU" else reading.flat


def first_weights(setting):
    own = not isinstance(setting.weights, str)
    return f"std {setting.weights:.2g}" if own else setting.weights


def words_of(setting, unlike=None):
    """The setting in words; if another is given, only what differs from it."""
    norm = _("batch norm") if setting.batch_norm else ""
    if unlike and unlike.batch_norm and not setting.batch_norm:
        norm = _("no batch norm")
    words = {
        "activation": _(setting.activation),
        "weights": first_weights(setting),
        "lr": f"lr {setting.lr:.2g}",
        "depth": _("{n} hidden layers").format(n=setting.depth),
        "width": _("{n} units in each").format(n=setting.width),
        "batch_norm": norm,
        "optimizer": setting.optimizer,
    }
    told = [
        word for name, word in words.items()
        if word and (unlike is None or getattr(setting, name) != getattr(unlike, name))
    ]  # fmt: skip
    return ", ".join(told)

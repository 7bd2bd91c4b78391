"""The training lab: a network with one hidden layer learns digits while its curves grow.

Every run starts from the seeds of section 4.5.2: same first weights (but for their spread), same
batches. So what differs between two runs is what was changed. What is reported is measured on fixed
digits, for the loss of a batch flatters the network that has just been fitted to it. A run that
fails is explained from what was measured along the way (`explain`), not from the settings alone.
"""

from functools import partial
from gettext import gettext as _
from typing import NamedTuple

import numpy as np

from common.multi_layer_net import MultiLayerNet
from common.trainer import Trainer

from .ch04_training_view import SEEN, SIZES, describe_training, draw_training
from .first_weights import HE, XAVIER, FirstWeights  # noqa: F401, chapter 6 takes both from here
from .shell import RunPanel, choice, log_slider, slider

STEPS = 2000
EVERY = 25  # steps between two readings of loss and accuracy
MEASURED = 1000  # digits that each reading looks at, of the training and of the test set
SEED_OF_WEIGHTS, SEED_OF_BATCHES = 0, 1
RECENT = 4  # the newest readings: a loss that has not settled goes up and down between them
WIDE = 4.0  # nats; above it an untrained network claims to know: its first weights are too wide
FLAT = 0.05  # relative to an activation's largest slope: below it a neuron hardly learns

ACTIVATIONS = ("sigmoid", "ReLU", "tanh")
OPTIMIZERS = ("SGD", "Momentum", "Nesterov", "AdaGrad", "RMSprop", "Adam")
BATCHES = (1, 10, 50, 100, 500)


class Digits(NamedTuple):
    """Checked data: images (N, 784) as float32 from 0 to 1, labels (N,)."""

    x_train: np.ndarray
    t_train: np.ndarray
    x_test: np.ndarray
    t_test: np.ndarray


class Curves(NamedTuple):
    """What one run has measured; the lists grow while it runs."""

    settings: tuple  # of the run
    batches: list  # the loss of each step's batch, after the step, in nats
    read_at: list  # steps at which the three below were read, on digits that stay the same
    losses: list  # of training digits, in nats
    train: list  # accuracies, 0 to 1
    test: list
    answers: list  # what it said to each of the examples

    @property
    def label(self):
        """How the run was set."""
        rate, spread, activation, hidden, batch, optimizer = self.settings
        sizes = _("{n} neurons").format(n=hidden), _("batch {n}").format(n=batch)
        return ", ".join((rate, spread, activation, *sizes, optimizer))


class Training(NamedTuple):
    progress: float
    step: int
    epoch: float
    total: int  # steps that the run has
    lr: float
    batch: int
    curves: Curves
    previous: Curves | None  # of the run before
    every: int  # steps between two readings
    weights: np.ndarray  # (n, 28, 28) of some hidden neurons, at the newest reading
    examples: np.ndarray  # (K, 28, 28) the first test digit of each kind
    labels: np.ndarray  # (K,) which digits they are
    first_loss: float  # of the untrained network, on the same training digits
    broken_at: int  # the step at which the loss stopped being a number, -1 if it did not
    leapt_at: int  # the first step whose batch had a loss far above the untrained one, or -1
    asleep: float  # share of hidden neurons that hardly answer to any nudge, 0 to 1
    verdict: str  # "not started", "learning", "trained", "stuck", "diverged"
    reason: str  # in words


def check_digits(x_train, t_train, x_test, t_test):
    """The arrays as Digits. ValueError in words for whatever cannot be trained on."""
    parts = [*_check_part(x_train, t_train, "train"), *_check_part(x_test, t_test, "test")]
    return Digits(*parts)


def _check_part(x, t, name):
    x, t = np.asarray(x), np.asarray(t)
    if x.dtype.kind not in "fiub" or x.ndim < 2 or len(x) == 0 or x[0].size != 784:
        text = _("x_{name} is {kind} of shape {shape}; images (N, 784) are expected.")
        raise ValueError(text.format(name=name, kind=x.dtype, shape=x.shape))
    x = (x / np.float32(255) if x.dtype == np.uint8 else x).reshape(len(x), -1)
    if not np.isfinite(x).all():
        bad = int(np.argwhere(~np.isfinite(x))[0, 0])
        text = _("x_{name} holds numbers that are nan or inf, first in image {bad}; remove it.")
        raise ValueError(text.format(name=name, bad=bad))
    if np.abs(x).max() > 20:
        text = _("x_{name} goes up to {top:g}; divide pixels by 255 first.")
        raise ValueError(text.format(name=name, top=np.abs(x).max()))
    if t.shape == (len(x), 10):
        t = t.argmax(axis=1)
    if t.shape != (len(x),):
        text = _("t_{name} has shape {shape}; {count} labels, or one-hot rows of 10, are expected.")
        raise ValueError(text.format(name=name, shape=t.shape, count=len(x)))
    if t.dtype.kind not in "iu" or t.min() < 0 or t.max() > 9:
        text = _("t_{name} holds {kind} from {low} to {high}; the digits 0 to 9 are expected.")
        raise ValueError(text.format(name=name, kind=t.dtype, low=t.min(), high=t.max()))
    return x.astype(np.float32), t.astype(int)


def run_training(lr, activation, hidden, batch, optimizer, weights, *, digits, memory, steps=STEPS):
    """Trains and yields a Training before the first step and after every step.

    weights: Xavier, He, or a number, the standard deviation of the first weights.
    memory: a dict that holds the newest run's curves as "newest".
    """
    net = MultiLayerNet(
        784,
        [hidden],
        10,
        activation=activation.lower(),
        weight_init_std=weights,
        rng=SEED_OF_WEIGHTS,
        dtype=np.float32,
    )
    batch = min(batch, len(digits.x_train))
    per_epoch = max(len(digits.x_train) // batch, 1)
    trainer = Trainer(
        net, *digits, epochs=-(-steps // per_epoch), mini_batch_size=batch, optimizer=optimizer,
        optimizer_param={"lr": lr}, verbose=False, rng=SEED_OF_BATCHES,
        evaluate_sample_num_per_epoch=1,  # the lab reads accuracies itself, every few steps
    )  # fmt: skip
    spread = weights if isinstance(weights, str) else f"std {weights:.2g}"
    settings = f"lr {lr:.3g}", spread, activation, hidden, batch, optimizer
    curves = Curves(settings, [], [], [], [], [], [])
    few = digits.x_train[:MEASURED], digits.t_train[:MEASURED]
    labels, places = np.unique(digits.t_test, return_index=True)
    examples = digits.x_test[places]
    state = Training(
        progress=0.0,
        step=0,
        epoch=0.0,
        total=steps,
        lr=lr,
        batch=batch,
        curves=curves,
        previous=memory.get("newest"),
        every=EVERY,
        weights=_pictures(net),
        examples=examples.reshape(-1, 28, 28),
        labels=labels,
        first_loss=float(net.loss(*few)),
        broken_at=-1,
        leapt_at=-1,
        asleep=sleeping_share(net, digits.x_test[:100], activation),
        verdict="not started",
        reason="",
    )

    def read(step):
        curves.read_at.append(step)
        curves.losses.append(float(net.loss(*few)))
        curves.train.append(net.accuracy(*few))
        curves.test.append(net.accuracy(digits.x_test[:MEASURED], digits.t_test[:MEASURED]))
        curves.answers.append(tuple(net.predict(examples).argmax(axis=1).tolist()))

    read(0)
    yield state
    memory["newest"] = curves
    state = state._replace(verdict="learning")
    watched = trainer.steps()
    for step in range(1, steps + 1):
        try:
            curves.batches.append(next(watched).loss)
        except FloatingPointError:
            state = state._replace(broken_at=step)
        if (step % EVERY == 0 or step == steps) and state.broken_at < 0:
            read(step)
            state = state._replace(weights=_pictures(net))
        state = state._replace(
            step=step, progress=step / steps, epoch=step * batch / len(digits.x_train)
        )
        last = step == steps or state.broken_at > 0
        if last:
            state = state._replace(asleep=sleeping_share(net, digits.x_test[:100], activation))
        if last or step % EVERY == 0:
            state = state._replace(leapt_at=first_leap(state))
            verdict, reason = explain(state, last)
            state = state._replace(verdict=verdict, reason=reason)
        yield state
        if last:
            return


def _pictures(net):
    """The weights of the first hidden neurons, each laid out as the paper that it looks at."""
    return net.params["W1"].T[:SEEN].reshape(-1, 28, 28).copy()


def sleeping_share(net, x, activation):
    """The share of hidden neurons whose slope is next to nothing for every one of the images x."""
    a = x @ net.params["W1"] + net.params["b1"]  # (N, D)(D, H) -> (N, H)
    if activation == "ReLU":
        flat = a <= 0
    else:
        z = np.tanh(a / 2 if activation == "sigmoid" else a)
        flat = 1 - z**2 < FLAT  # for both, relative to the largest slope
    return float((flat | ~np.isfinite(a)).all(axis=0).mean())


def explain(state, last):
    """-> (verdict, reason): how the run goes, and what a failure is likely to come from."""
    start, now = state.first_loss, state.curves.losses[-1]
    likely = _likely_cause(state)
    leap = ""
    if state.leapt_at > 0:
        top = state.curves.batches[state.leapt_at - 1]
        text = _("from {start:.3g} the loss of a batch leapt to {top:.3g} at step {step}")
        leap = text.format(start=start, top=top, step=state.leapt_at)
    if state.broken_at > 0:
        text = _("the loss was no number any more at step {step}; likely {cause}")
        return "diverged", text.format(step=state.broken_at, cause=likely)
    high = max(2 * start, 5)
    if now > high and leap:
        text = _("{leap}, and that of the network is above {high:.3g}; likely {cause}")
        return "diverged", text.format(leap=leap, high=high, cause=likely)
    if not last:
        return "learning", ""
    if state.curves.test[-1] < 0.5:
        return "stuck", _why_stuck(state, leap, likely)
    if start > WIDE:
        text = _(
            "the untrained loss was {start:.3g} instead of 2.3: the first weights are too wide, "
            "and steps were spent on mending that"
        )
        return "trained", text.format(start=start)
    if leap:
        return "trained", _("{leap}: the learning rate is a bold one").format(leap=leap)
    gap = state.curves.train[-1] - state.curves.test[-1]
    if gap > 0.05:
        text = _("training digits are read {gap:.1f} points better than new ones: overfitting")
        return "trained", text.format(gap=100 * gap)
    return "trained", ""


def _likely_cause(state):
    """The untrained loss tells bad first weights from a bad learning rate."""
    if state.first_loss > WIDE:
        text = _(
            "the first weights are too wide (the untrained loss is {start:.3g} instead of 2.3): "
            "choose a smaller spread, Xavier or He"
        )
        return text.format(start=state.first_loss)
    return _("the learning rate {lr:.3g} is too large: divide it by 10").format(lr=state.lr)


def first_leap(state):
    """The first step whose batch had a loss far above the untrained one, -1 if there is none.

    Losses of small batches vary by chance, so they are averaged over at least 50 digits.
    """
    losses = state.curves.batches
    width = min(-(-50 // state.batch), len(losses))
    if width == 0:
        return -1
    means = np.convolve(losses, np.full(width, 1 / width), mode="valid")
    over = np.flatnonzero(means > 1.2 * state.first_loss + 1)
    return int(over[0]) + width if len(over) else -1


def _why_stuck(state, leap, likely):
    now, recent = state.curves.losses[-1], state.curves.losses[-RECENT:]
    before = _("{leap}; ").format(leap=leap) if leap else ""
    if state.asleep > 0.5:
        text = _("{share:.0%} of the hidden neurons answer to no digit any more; likely {cause}")
        return before + text.format(share=state.asleep, cause=likely)
    if now > 2.6 or np.ptp(recent) > 0.5:
        text = _("the loss, now {now:.3g}, does not settle; likely {cause}")
        return before + text.format(now=now, cause=likely)
    text = _(
        "the loss has only come from {start:.4g} to {now:.4g}; the learning rate {lr:.3g} is "
        "too small, or the first weights are too narrow, for {steps:,} steps"
    )
    return text.format(start=state.first_loss, now=now, lr=state.lr, steps=state.step)


def training_panel(x_train, t_train, x_test, t_test, *, hide=(), **start):
    """The lab for these digits: images (N, 784), labels (N,) or one-hot (N, 10).

    There are six controls. Where one is hidden (`hide="optimizer"`), presets take its place.
    """
    digits = check_digits(x_train, t_train, x_test, t_test)
    book = {"lr": 0.1, "weights": 0.01, "activation": "sigmoid", "hidden": 50, "batch": 100}
    panel = RunPanel(
        title=_("Training lab"),
        run=partial(run_training, digits=digits, memory={}),
        controls={
            "lr": log_slider(_("learning rate"), -4, 2, 0.25, 0.1),
            "activation": choice(_("activation"), {_(name): name for name in ACTIVATIONS}),
            "hidden": slider(_("hidden neurons"), 5, 200, 5, 50),
            "batch": choice(_("digits in a batch"), BATCHES, 100),
            "optimizer": choice(_("optimizer"), OPTIMIZERS),
            "weights": FirstWeights(_("first weights"), 0.01),
        },
        draw=draw_training,
        describe=describe_training,
        **SIZES,
        presets={
            _("as in the book"): book,
            _("steps too small"): {**book, "lr": 0.001},
            _("steps too large"): {**book, "lr": 100.0},
            _("first weights too wide"): {**book, "activation": "ReLU", "weights": 10.0},
            _("ReLU and He"): {**book, "activation": "ReLU", "weights": HE},
        }
        if hide
        else None,
        stops=[
            *({**book, "lr": lr} for lr in (0.001, 1.0, 10.0)),
            {**book, "weights": 10.0},
            {**book, "batch": 1},
            {**book, "activation": "ReLU", "weights": HE},
            *({**book, "lr": 1.0, "hidden": hidden} for hidden in (5, 200)),
        ],
        hide=hide,
    )
    return panel.start(start)

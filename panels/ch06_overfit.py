"""The overfitting lab: few samples, a large network, and two ways to hold it back (book 6.4).

Every run starts from the same first weights and takes the same batches, so two runs differ only in
what was set.
"""

from functools import partial
from gettext import gettext as _
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from common.multi_layer_net_extend import MultiLayerNetExtend
from common.trainer import Trainer

from .ch04_training import check_digits
from .shell import RunPanel, artists, choice, slider
from .shell.style import BLACK, GREY, LIGHT, LOOKS, NORMAL, SMALL, add_axes

HIDDEN = [100] * 6  # with the last one: seven layers of weights
BATCH = 100
FIRST_WEIGHTS, BATCHES = 0, 1  # seeds: those of the chapter's experiments
DECAYS = (0.0, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1.0)
SAMPLES = (100, 300, 1000)
RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3)


class Curves(NamedTuple):
    label: str
    train: list  # accuracies after each epoch, 0 to 1; the first is the untrained network's
    test: list


class Overfit(NamedTuple):
    progress: float
    epoch: int
    epochs: int
    samples: int
    curves: Curves
    previous: Curves | None  # of the run before
    size: float  # mean square root of the weights, against that of the first weights
    broken_at: int  # the epoch in which the loss stopped being a number, -1 if it did not


def run_overfit(decay, dropout, samples, lr, epochs, *, digits, memory):
    """Trains, and yields an Overfit before the first epoch and after each.

    digits: `ch04_training.Digits`. memory: a dict that holds the newest run's curves as "newest".
    """
    if samples > len(digits.x_train):
        text = _("{count} samples are asked for; there are {there}.")
        raise ValueError(text.format(count=samples, there=len(digits.x_train)))
    net = MultiLayerNetExtend(
        784, HIDDEN, 10, weight_decay_lambda=decay, use_dropout=dropout > 0, dropout_ratio=dropout,
        rng=FIRST_WEIGHTS, dtype=np.float32,
    )  # fmt: skip
    x, t = digits.x_train[:samples], digits.t_train[:samples]
    trainer = Trainer(
        net, x, t, digits.x_test, digits.t_test, epochs=epochs,
        mini_batch_size=min(BATCH, samples), optimizer="SGD", optimizer_param={"lr": lr},
        evaluate_sample_num_per_epoch=1, verbose=False, rng=BATCHES,
    )  # fmt: skip
    words = [_("λ = {decay:g}").format(decay=decay), _("dropout {r:.2f}").format(r=dropout)]
    words += [_("{n} samples").format(n=samples), f"lr {lr:g}"]
    curves = Curves(", ".join(words), [], [])
    first = _weight_size(net)

    def read():
        curves.train.append(net.accuracy(x, t))
        curves.test.append(net.accuracy(digits.x_test, digits.t_test))

    read()
    state = Overfit(0.0, 0, epochs, samples, curves, memory.get("newest"), 1.0, -1)
    yield state
    memory["newest"] = curves
    for epoch in range(1, epochs + 1):
        try:
            for _step in range(trainer.iter_per_epoch):
                trainer.train_step()
        except FloatingPointError:
            state = state._replace(broken_at=epoch)
        read()
        size = _weight_size(net) / first
        state = state._replace(progress=epoch / epochs, epoch=epoch, size=size)
        yield state
        if state.broken_at > 0:
            return


def _weight_size(net):
    weights = [W for key, W in net.params.items() if key.startswith("W")]
    return float(np.sqrt(sum(np.sum(W.astype(float) ** 2) for W in weights)))


def draw_overfit(figure, data):
    art = artists(figure, _lay_out)
    epochs = np.arange(len(data.curves.train))
    art.train.set_data(epochs, data.curves.train)
    art.test.set_data(epochs, data.curves.test)
    for fill in art.fills:
        fill.remove()
    shade = {"color": BLACK, "alpha": 0.1, "linewidth": 0}
    art.fills[:] = [art.both.fill_between(epochs, data.curves.train, data.curves.test, **shade)]
    gap = np.subtract(data.curves.train, data.curves.test)
    art.gap.set_data(epochs, gap)
    before = data.previous
    then = np.arange(len(before.train)) if before else []
    art.train_before.set_data(then, before.train if before else [])
    art.test_before.set_data(then, before.test if before else [])
    art.gap_before.set_data(then, np.subtract(before.train, before.test) if before else [])
    art.key.set_visible(before is not None)
    for axes in (art.both, art.right):
        axes.set_xlim(0, max(data.epochs, 1))
    art.both.set_title(data.curves.label, fontsize=NORMAL, loc="left")


def _lay_out(figure):
    both = add_axes(figure, (0.07, 0.16, 0.52, 0.74), xlabel=_("epoch"))
    both.set_ylabel(_("accuracy"), fontsize=SMALL)
    both.set(ylim=(0, 1.02), yticks=[0, 0.25, 0.5, 0.75, 1])
    right = add_axes(
        figure, (0.69, 0.16, 0.285, 0.74), title=_("gap: training − test"), xlabel=_("epoch")
    )
    right.set(ylim=(-0.1, 0.5), yticks=[0, 0.1, 0.2, 0.3, 0.4, 0.5])
    right.axhline(0, color=GREY, linewidth=0.8)
    for axes in (both, right):
        axes.grid(axis="y", color=LIGHT, linewidth=0.6)

    def line(axes, color, style, width=2.0, label=None):
        return axes.plot([], [], linestyle=style, color=color, linewidth=width, label=label)[0]

    faint = "#AAAAAA"
    before = line(both, faint, "-", 1.4), line(both, faint, "--", 1.4)
    gap_before = line(right, faint, "-", 1.4)
    train = line(both, *LOOKS["training"][:2], label=_("training samples"))
    test = line(both, *LOOKS["test"][:2], label=_("test digits"))
    both.legend(handles=[train, test], fontsize=SMALL, frameon=False, loc="lower right",
                handlelength=2.8)  # fmt: skip
    return SimpleNamespace(
        both=both,
        right=right,
        train=train,
        test=test,
        train_before=before[0],
        test_before=before[1],
        gap=line(right, BLACK, "-"),
        gap_before=gap_before,
        fills=[],
        key=right.text(0.98, 0.02, _("grey: the run before"), color=GREY, fontsize=SMALL,
                       ha="right", va="bottom", transform=right.transAxes),
    )  # fmt: skip


def describe_overfit(data):
    curves = data.curves
    if data.epoch == 0:
        text = _("Ready: {label}, {epochs} epochs. Untrained, {test:.0%} of the test digits are "
                 "right.")  # fmt: skip
        return text.format(label=curves.label, epochs=data.epochs, test=curves.test[0])
    if data.broken_at > 0:
        text = _("Diverged: the loss was no number any more in epoch {epoch} ({label}); the "
                 "learning rate or λ is too large.")  # fmt: skip
        return text.format(epoch=data.broken_at, label=curves.label)
    text = _("{label}: after {epoch} epochs {train:.0%} of the {n} training samples and "
             "{test:.0%} of the test digits are right, a gap of {gap:.0%}. The weights are "
             "{size:.2f} times as large as at the start. {verdict}").format(
        label=curves.label, epoch=data.epoch, train=curves.train[-1], n=data.samples,
        test=curves.test[-1], gap=curves.train[-1] - curves.test[-1], size=data.size,
        verdict=_verdict(data),
    )  # fmt: skip
    if data.previous:
        before = _("The run before ({label}): test {test:.0%}, gap {gap:.0%}.")
        text += " " + before.format(
            label=data.previous.label,
            test=data.previous.test[-1],
            gap=data.previous.train[-1] - data.previous.test[-1],
        )
    return text


# What the verdict goes by: accuracies, 0 to 1.
NOTHING = 0.2  # of the training samples, below which next to nothing has been learnt
LEARNT = 0.9  # from which on they are learnt, so that a gap says something
RISING, LATELY = 0.03, 10  # the rise within so many epochs that counts as learning
BEGINS, OPEN = 0.05, 0.1  # the gap between training and test
BY_HEART = 0.99


def _verdict(data):
    curve, train = data.curves.train, data.curves.train[-1]
    gap = train - data.curves.test[-1]
    before = max(data.epoch - LATELY, 0)
    rise = train - curve[before]
    if train < NOTHING and data.epoch < data.epochs:
        return _("So far it has learnt next to nothing.")
    if train < NOTHING:
        return _("It has not learnt the training samples either: held back too much, or too few "
                 "or too small steps.")  # fmt: skip
    if train < LEARNT and rise > RISING:
        text = _("Still learning: since epoch {epoch}, {rise:.0%} more of the samples have come "
                 "right.")  # fmt: skip
        return text.format(epoch=before, rise=rise)
    if train < LEARNT:
        text = _("It knows less than {learnt:.0%} of its samples, and hardly more than in epoch "
                 "{epoch}.")  # fmt: skip
        return text.format(learnt=LEARNT, epoch=before)
    if gap < BEGINS:
        return _("Training and test stay close together.")
    if gap < OPEN:
        return _("A gap begins to open.")
    if train >= BY_HEART:
        return _("It knows its samples by heart, and less about digits: overfitting.")
    return _("The gap is open; more samples, λ or dropout can narrow it.")


def overfit_panel(x_train, t_train, x_test, t_test, *, hide=(), **start):
    """The lab for these digits: images (N, 784), labels (N,) or one-hot (N, 10)."""
    digits = check_digits(x_train, t_train, x_test, t_test)
    held = {"samples": 300, "lr": 0.01, "epochs": 200}
    names = {(_("0 (none)") if value == 0 else f"{value:g}"): value for value in DECAYS}
    panel = RunPanel(
        title=_("Overfitting lab"),
        run=partial(run_overfit, digits=digits, memory={}),
        controls={
            "decay": choice(_("weight decay λ"), names, 0.0),
            "dropout": slider(_("dropout ratio"), 0.0, 0.9, 0.05, 0.0),
            "samples": choice(_("training samples"), SAMPLES, 300),
            "lr": choice(_("learning rate"), RATES, 0.01),
            "epochs": slider(_("epochs"), 10, 300, 10, 200),
        },
        draw=draw_overfit,
        describe=describe_overfit,
        figsize=(9.6, 3.7),
        presets={
            _("nothing held back"): {"decay": 0.0, "dropout": 0.0, **held},
            _("weight decay 0.1"): {"decay": 0.1, "dropout": 0.0, **held},
            _("dropout 0.15"): {"decay": 0.0, "dropout": 0.15, **held},
            _("dropout 0.2, larger steps"): {"decay": 0.0, "dropout": 0.2, **held, "lr": 0.1},
            _("both, too much of it"): {"decay": 0.3, "dropout": 0.5, **held},
            _("more samples instead"): {"decay": 0.0, "dropout": 0.0, **held, "samples": 1000},
        },
        hide=hide,
    )
    return panel.start(start)

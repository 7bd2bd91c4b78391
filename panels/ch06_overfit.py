"""The overfitting lab: few samples, a large network, and two ways to hold it back (book 6.4).

Every run starts from the same first weights and takes the same batches, so two runs differ only in
what was set.
"""

from functools import partial
from gettext import gettext as _
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
from matplotlib.collections import PolyCollection

from common.multi_layer_net_extend import MultiLayerNetExtend
from common.trainer import Trainer

from .ch04_training import check_digits
from .shell import RunPanel, artists, choice, layout_of, slider
from .shell.style import BLACK, GREY, LIGHT, NORMAL, SMALL, add_axes, look

HIDDEN = [100] * 6  # with the last one: seven layers of weights
BATCH = 100
FIRST_WEIGHTS, BATCHES = 0, 1  # seeds: those of the chapter's experiments
DECAYS = (0.0, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1.0)
SAMPLES = (100, 300, 1000)
RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3)


class Curves(NamedTuple):
    settings: tuple  # of the run
    train: list  # accuracies after each epoch, 0 to 1; the first is the untrained network's
    test: list

    @property
    def label(self):
        """How the run was set."""
        decay, dropout, samples, lr = self.settings
        words = [_("λ = {decay:g}").format(decay=decay), _("dropout {r:.2f}").format(r=dropout)]
        return ", ".join([*words, _("{n} samples").format(n=samples), f"lr {lr:g}"])


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
    curves = Curves((decay, dropout, samples, lr), [], [])
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


PLANS = {  # size in inches; the two axes, in shares of it
    "normal": ((9.6, 3.7), (0.062, 0.09, 0.55, 0.75), (0.68, 0.09, 0.295, 0.75)),
    "lecture": ((7.2, 2.95), (0.083, 0.1, 0.52, 0.71), (0.69, 0.1, 0.28, 0.71)),
    "narrow": ((3.6, 5.4), (0.16, 0.53, 0.78, 0.33), (0.16, 0.065, 0.78, 0.38)),
}


def draw_overfit(figure, data):
    art = artists(figure, _lay_out)
    for lines, curves in ((art.now, data.curves), (art.before, data.previous)):
        train, test = (curves.train, curves.test) if curves else ([], [])
        for line, values in zip(lines, (train, test, np.subtract(train, test)), strict=True):
            line.set_data(np.arange(len(values)), values)
    train, test = data.curves.train, data.curves.test
    epochs = np.arange(len(train))
    around = np.concatenate([epochs, epochs[::-1]]), np.concatenate([train, test[::-1]])
    art.shade.set_verts([np.column_stack(around)])
    art.ends.set_data([epochs[-1]] * 2, [train[-1], test[-1]])
    still = data.curves.label, data.epochs, data.previous is not None
    if still != art.still:  # what stands still is drawn anew
        art.still = still
        for axes in (art.both, art.right):
            axes.set_xlim(0, max(data.epochs, 1))
        words = data.curves.label.split(", ")
        lines = 2 if layout_of(figure) == "narrow" else 1
        art.both.set_title(_in_lines(words, lines), fontsize=NORMAL, loc="left", pad=24)
        art.key.set_text(_("grey: the run before") if data.previous else "")


def _in_lines(words, lines):
    half = -(-len(words) // lines)
    return "\n".join(", ".join(words[i : i + half]) for i in range(0, len(words), half))


def _lay_out(figure):
    _size, *boxes = PLANS[layout_of(figure)]
    both, right = (
        add_axes(figure, box, label=name)
        for box, name in zip(boxes, ("curves", "gap"), strict=True)
    )
    both.set(ylim=(0, 1.02), yticks=[0, 0.5, 1], yticklabels=["0", "50 %", "100 %"])
    right.set(ylim=(-0.1, 0.5), yticks=[0, 0.25, 0.5], yticklabels=["0", "25 %", "50 %"])
    right.set_title(_("gap: training − test"), fontsize=NORMAL, loc="left")
    right.axhline(0, color=GREY, linewidth=0.8)
    for axes in (both, right):
        axes.grid(axis="y", color=LIGHT, linewidth=0.6)
        axes.text(0.99, 0.02, _("epoch"), transform=axes.transAxes, fontsize=SMALL, ha="right")
    names = {"training": _("training samples"), "test": _("test digits")}

    def lines(**shared):
        looks = [(both, {**look(role), **shared}) for role in names]
        looks.append((right, {"color": BLACK, **shared}))
        return [axes.plot([], [], animated=True, **own)[0] for axes, own in looks]

    before, now = lines(color="#AAAAAA", linewidth=1.4), lines(linewidth=2.0)
    handles = [both.plot([], [], label=name, **look(role))[0] for role, name in names.items()]
    both.legend(handles=handles, fontsize=SMALL, frameon=False, loc="lower left", ncols=2,
                bbox_to_anchor=(0, 1.0), borderaxespad=0, borderpad=0.3, handlelength=2.4,
                columnspacing=1.2)  # fmt: skip
    shade = PolyCollection([], facecolor=BLACK, alpha=0.1, animated=True, zorder=1)
    dots = {"marker": "o", "linestyle": "", "color": BLACK, "markersize": 5, "animated": True}
    return SimpleNamespace(
        both=both, right=right, now=now, before=before, still=None,
        shade=both.add_collection(shade),
        ends=both.plot([], [], clip_on=False, **dots)[0],
        key=right.text(0.99, 0.98, "", color=GREY, fontsize=SMALL, ha="right", va="top",
                       transform=right.transAxes),
    )  # fmt: skip


def tell_epoch(x, _y, data):
    """What stood there, for a pointer on the curves."""
    epoch = min(max(round(x), 0), data.epoch)
    train, test = data.curves.train[epoch], data.curves.test[epoch]
    text = _("epoch {epoch}: training {train:.0%}, test {test:.0%}, gap {gap:.0%}")
    return text.format(epoch=epoch, train=train, test=test, gap=train - test)


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
        figsize=PLANS["normal"][0],
        narrow=PLANS["narrow"][0],
        lecture=PLANS["lecture"][0],
        hover={"curves": tell_epoch, "gap": tell_epoch},
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

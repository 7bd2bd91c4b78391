"""What the deep lab says about a run: what is wrong, read off what was measured, and what to move.

The causes are looked for in the order in which they hide each other: first weights that are too
wide, gradients that do not arrive, steps that are too large, steps that are too small.
"""

from gettext import gettext as _
from typing import NamedTuple

import numpy as np

from .ch04_training import HE, XAVIER
from .ch06_deep_run import STEPS, USUAL, first_weights, sleeping, words_of
from .ch06_init_net import course, short

LEARNT, LITTLE = 0.8, 0.5  # accuracies on training digits: has learnt, has hardly learnt
WIDE = 4.0  # nats; above it an untrained network claims to know: its first weights are too wide
FADES = 0.5  # a layer that leaves less of the gradient, on average, keeps it from arriving
SOME, SLEEPS = 0.25, 0.5  # shares of a layer that are worth a word; that put it to sleep
EVEN = 1.25  # a layer that makes signals or gradients larger or smaller by less keeps them
LEAP = (1.2, 1.0)  # a batch's loss above 1.2 times the untrained one and 1 more: a leap
FALLING = 0.05  # nats that the loss has come down by in the last third: it is on its way


class Diagnosis(NamedTuple):
    """The cause in a word, in a sentence that names what to move, and these moves, each by itself.

    word: "under way", "learnt", "wide", "fades", "large", "small" or "slow".
    """

    word: str
    text: str
    moves: tuple = ()


def diagnose(run, broken_at, done):
    """What the run comes to."""
    first, last = run.readings[0], run.readings[-1]
    if not done:
        return Diagnosis("under way", "")
    if broken_at < 0 and last.train >= LEARNT:
        return Diagnosis("learnt", _learnt(run))
    if first.loss > WIDE:
        return _too_wide(run)
    word, factor = course(first.gradient[::-1])
    if last.train < LITTLE and (word in ("lost", "vanishes") or factor < FADES):
        return _fades(run, factor)
    if broken_at > 0 or leap_of(run):
        return _too_large(run)
    return _too_small(run)


def leap_of(run):
    """The first step whose batch had a loss far above the untrained one; 0 if there is none."""
    high = LEAP[0] * run.readings[0].loss + LEAP[1]
    return next((i + 1 for i, loss in enumerate(run.batches) if not loss <= high), 0)


def _learnt(run):
    first, last = run.readings[0], run.readings[-1]
    if first.loss > WIDE:
        text = _("It learns, though the untrained loss was {loss}: steps were spent on first "
                 "weights that are too wide.")  # fmt: skip
        return text.format(loss=short(first.loss))
    return _("It learns: {inside}.").format(inside=_inside(last))


def _inside(reading):
    """What becomes of signals and gradients from layer to layer, in words."""
    if len(reading.spread) == 1:
        return _("with one hidden layer nothing fades or grows on the way")
    text = _("signals {spread}, gradients on their way back {gradient}")
    spread, gradient = course(reading.spread)[1], course(reading.gradient[::-1])[1]
    return text.format(spread=_a_layer(spread), gradient=_a_layer(gradient))


def _a_layer(factor):
    """What happens in a layer, on average, in words."""
    if 1 / EVEN <= factor <= EVEN:
        return _("keep about their size")
    if not factor:
        return _("are lost")
    text = _("grow by {n} a layer") if factor > 1 else _("shrink by {n} a layer")
    return text.format(n=f"{max(factor, 1 / factor):.2g}")


def _network(setting, **changes):
    """The value of the control, with these changes."""
    kept = setting._replace(**changes)
    return kept.activation, kept.depth, kept.width, kept.batch_norm


def _too_wide(run):
    setting, first = run.setting, run.readings[0]
    asleep = sleeping(first, setting)
    worst, growth = int(np.argmax(asleep)), course(first.spread)[1]
    if setting.activation == "ReLU" and growth > EVEN:
        seen = _("; signals {grow}").format(grow=_a_layer(growth))
    elif asleep[worst] >= SOME:
        seen = _("; {share:.0%} of layer {n}'s answers are flat")
        seen = seen.format(share=asleep[worst], n=worst + 1)
    else:
        seen = ""
    text = _("The first weights are too wide: the untrained loss is {loss}, and knowing nothing "
             "costs 2.3{seen}. {advice}")  # fmt: skip
    rule = HE if setting.activation == "ReLU" else XAVIER
    moves = {"weights": rule}
    advice = _("Choose {rule}.")
    if setting.activation == "sigmoid" and setting.depth > 1 and not setting.batch_norm:
        moves["network"] = _network(setting, batch_norm=True)
        advice = _("Choose {rule}, and with it batch norm.")
    text = text.format(loss=short(first.loss), seen=seen, advice=advice.format(rule=rule))
    return Diagnosis("wide", text, (moves,))


def _fades(run, factor):
    setting, gradient = run.setting, run.readings[0].gradient
    times = f"{1 / factor:.2g}" if factor else "∞"
    text = _("The gradient does not arrive: on its way back it shrinks by {n} a layer, from {top} "
             "to {bottom}. {advice}")  # fmt: skip
    normed = {"network": _network(setting, batch_norm=True)}
    if setting.activation == "sigmoid":
        moves = normed, {"network": _network(setting, activation="tanh"), "weights": XAVIER}
        advice = _("A sigmoid's slope is at most 1/4, and no rule for first weights makes up for "
                   "that. Switch batch norm on, or choose tanh with Xavier.")  # fmt: skip
    else:
        rule = HE if setting.activation == "ReLU" else XAVIER
        moves = {"weights": rule}, normed
        advice = _("{weights} is too small for {activation}. Choose {rule}, or switch batch norm "
                   "on.")  # fmt: skip
        weights = first_weights(setting)
        advice = advice.format(weights=weights, activation=_(setting.activation), rule=rule)
    text = text.format(n=times, top=short(gradient[-1]), bottom=short(gradient[0]), advice=advice)
    return Diagnosis("fades", text, moves)


def _too_large(run):
    setting, step = run.setting, leap_of(run)
    text = _("The steps are too large{leap}{fallen}. Divide the learning rate by 10.")
    asleep, before = (sleeping(run.readings[i], setting) for i in (-1, 0))
    worst, leap, fallen = int(np.argmax(asleep)), "", ""
    if step and np.isfinite(run.batches[step - 1]):
        leap = _(": at step {step} the loss of a batch leapt to {loss}")
        leap = leap.format(step=step, loss=short(run.batches[step - 1]))
    if asleep[worst] >= SLEEPS > before[worst]:
        fallen = _(", and {share:.0%} of layer {n} has fallen asleep")
        fallen = fallen.format(share=asleep[worst], n=worst + 1)
    return Diagnosis("large", text.format(leap=leap, fallen=fallen), ({"lr": setting.lr / 10},))


def _too_small(run):
    lr, readings = run.setting.lr, run.readings
    moved = float(np.median(readings[-1].moved))
    then = next(reading.loss for reading in readings if 3 * reading.step >= 2 * STEPS)
    fall = then - readings[-1].loss
    if moved >= USUAL[0] and fall > FALLING:
        text = _("It is on its way: in the last third the loss has come down by {fall:.2f}. "
                 "Multiply the learning rate by 3.")  # fmt: skip
        return Diagnosis("slow", text.format(fall=fall), ({"lr": 3 * lr},))
    text = _("The steps are too small: the last one moved a typical layer's weights by {share} "
             "of their length. Multiply the learning rate by 10.")  # fmt: skip
    return Diagnosis("small", text.format(share=short(moved)), ({"lr": 10 * lr},))


def describe_deep_lab(data):
    run, reading = data.run, data.run.readings[data.moment]
    right = _("the loss is {loss}, {train:.0%} of the training digits and {test:.0%} of the test "
              "digits are right").format(
        loss=_loss(reading.loss), train=reading.train, test=reading.test
    )  # fmt: skip
    if data.moment < len(run.readings) - 1:
        text = _("Looked back at step {step} of {setting}: {right}; {inside}.")
        words = words_of(run.setting)
        return text.format(step=reading.step, setting=words, right=right, inside=_inside(reading))
    if data.progress == 0:
        text = _("Ready: {setting}. Untrained, {right}; {inside}.")
        return text.format(setting=words_of(run.setting), right=right, inside=_inside(reading))
    if data.broken_at > 0:
        text = _("{setting}: at step {step} the loss was no number any more.")
        text = text.format(setting=words_of(run.setting), step=data.broken_at)
    else:
        text = _("{setting}: after {step} steps {right}.")
        text = text.format(setting=words_of(run.setting), step=reading.step, right=right)
    text = f"{text} {diagnose(run, data.broken_at, data.done).text}".strip()
    if data.previous:
        before = data.previous.readings[-1]
        told = _("The run before ({what}): {test:.0%} of the test digits.")
        what = words_of(data.previous.setting, unlike=run.setting)
        text += " " + told.format(what=what, test=before.test)
    return text


def _loss(loss):
    return f"{loss:.2f}" if loss < 1000 else f"{loss:.1g}"

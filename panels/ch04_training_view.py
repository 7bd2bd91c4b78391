"""The training lab's picture and words: how well it reads, by which weights, and ten digits.

Above are loss and accuracy; below them what is behind these numbers: the weights of some hidden
neurons, each as a picture on the paper that it looks at, and ten test digits with what the network
has said to each of them since the first step.
"""

from gettext import gettext as _
from textwrap import fill
from types import SimpleNamespace

import numpy as np
from matplotlib.collections import PathCollection
from matplotlib.textpath import TextPath
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import Affine2D, IdentityTransform

from .shell import artists, layout_of
from .shell.style import (
    BLACK,
    BLUE,
    GREY,
    INK,
    LIGHT,
    LOOKS,
    NORMAL,
    RED,
    SMALL,
    add_axes,
    edge,
    ink_limits,
)

SIZES = {"figsize": (9.4, 5.3), "narrow": (3.6, 8.8), "lecture": (7.2, 2.75)}
PLACES = {  # of each layout the axes: left, bottom, width, height in inches
    "normal": {
        "loss": (0.42, 3.38, 4.02, 1.4),
        "accuracy": (5.3, 3.38, 3.6, 1.4),
        "weights": (0.42, 0.12, 4.02, 2.4),
        "answers": (5.3, 0.42, 3.6, 2.1),
    },
    "narrow": {
        "loss": (0.38, 6.95, 2.95, 1.2),
        "accuracy": (0.52, 5.15, 2.6, 1.05),
        "answers": (0.52, 2.9, 2.6, 1.85),
        "weights": (0.05, 0.06, 3.5, 2.07),
    },
    "lecture": {
        "loss": (0.36, 1.55, 2.3, 0.72),
        "accuracy": (0.36, 0.5, 2.3, 0.7),
        "weights": (2.95, 0.3, 1.2, 1.97),
        "answers": (4.85, 0.5, 1.98, 1.77),
    },
}
SHEETS = ((3, 2), (5, 3))  # pictures of weights, side by side and one below the other
SEEN = 15  # neurons, at most
GAP = 3  # pixels of paper between two pictures
SHADES = {True: 0.06, False: 0.32}  # of an answer's field: right or wrong
NUMERAL = 9  # pixels that a numeral and its margins take
STEPS_OF_LOSS = (2.8, 4.0, 6.0, 10.0)  # where the axis of the loss may end, and ten times that


def _glyph(text):
    """A numeral or a mark as a path around its middle, 1 point large."""
    path = TextPath((0, 0), text, size=1)
    middle = path.get_extents().corners().mean(axis=0)
    return path.transformed(Affine2D().translate(*-middle))


GLYPHS = {text: _glyph(text) for text in "0123456789✓✗"}  # hundreds are drawn as quickly as one


def draw_training(figure, data):
    art = artists(figure, _lay_out)
    _show_run(art.now, data.curves)
    if art.previous is not data.previous:  # still while a run goes on
        art.previous = data.previous
        for line in art.before.values():
            line.set_data([], [])
        if data.previous is not None:
            _show_run(art.before, data.previous)
    label = data.curves.label
    if data.previous is not None:
        label += _("; grey: the run before")
    art.settings.set_text(fill(label, 44) if art.layout == "narrow" else label)
    top = _top_of_losses(data)
    if art.loss.get_ylim()[1] != top:
        art.loss.set_ylim(0, top)
    if art.loss.get_xlim()[1] != data.total:
        for axes in (art.loss, art.accuracy, art.answers):
            axes.set_xlim(0, data.total)
        art.pixels = art.answers.bbox.width / data.total  # a step
    art.bad.set_visible(data.verdict == "diverged")
    if data.verdict == "diverged":
        place = data.broken_at if data.broken_at > 0 else data.leapt_at
        art.bad.set_xdata([place, place])
    _show_weights(art, data)
    _show_answers(art, data)


def _top_of_losses(data):
    """High enough for this run but for its peaks, and for the one before if that is not far off."""
    tops = [2.6, min(data.first_loss, 1e6)]
    for losses in (data.curves.batches, data.curves.losses):
        if losses:
            tops.append(min(np.percentile(losses, 98), 1e6))
    if data.previous is not None and data.previous.losses:
        before = np.percentile(data.previous.losses, 98)
        tops += [before] if before < 2 * max(tops) else []
    power = 10 ** max(np.floor(np.log10(max(tops) / 2.8)), 0)
    return next((x * power for x in STEPS_OF_LOSS if x * power >= max(tops)), 28 * power)


def _show_run(lines, curves):
    def within(losses):
        return np.minimum(np.nan_to_num(losses, nan=1e9, posinf=1e9), 1e9)

    lines["batch"].set_data(np.arange(1, len(curves.batches) + 1), within(curves.batches))
    lines["loss"].set_data(curves.read_at, within(curves.losses))
    lines["train"].set_data(curves.read_at, curves.train)
    lines["test"].set_data(curves.read_at, curves.test)


def _show_weights(art, data):
    count, side = data.weights.shape[:2]
    across, down = next(sheet for sheet in SHEETS if sheet[0] * sheet[1] >= count)
    if art.layout == "lecture":
        across, down = down, across
    sheet = np.full((down, side + GAP, across, side + GAP), np.nan, dtype=np.float32)
    for place, picture in enumerate(data.weights):
        row, column = divmod(place, across)
        sheet[row, GAP:, column, GAP:] = picture
    low, high = ink_limits(data.weights, signed=True)
    art.weights.set_data(sheet.reshape(down * (side + GAP), -1)[GAP:, GAP:])
    width, height = art.weights.axes.bbox.size
    share = across * height / (down * width)  # of the room's width, if all its height is filled
    art.weights.set_extent((0, min(share, 1.0), 1 - min(1 / share, 1.0), 1))
    art.weights.set_clim(low, high)
    title = _("{n} neurons") if art.layout == "lecture" else _("weights of {n} neurons")
    art.weights_title.set_text(title.format(n=len(data.weights)))
    art.scale.set_text(_("black {high:+.2g}").format(high=high))


def _show_answers(art, data):
    """A row a digit, a field a reading, shaded by right or wrong; a numeral where an answer begins,
    as far as there is room: first where it lasted.
    """
    count = len(data.labels)
    if art.examples is not data.examples:
        art.examples = data.examples
        art.digits.set_data(data.examples.reshape(-1, data.examples.shape[-1]))
        art.digits.set_extent((0, 1, count, 0))
        for axes in (art.digits.axes, art.answers):
            axes.set_ylim(count, 0)
        title = _("what it says to {n} test digits").format(n=count)
        art.answers.set_title(title, fontsize=NORMAL, loc="left")
    steps = np.asarray(data.curves.read_at)
    told = np.reshape(data.curves.answers, (-1, count))
    every = data.every
    fields = np.full((count, 6, -(-data.total // every) + 1), np.nan, dtype=np.float32)
    shades = np.where(told == data.labels, SHADES[True], SHADES[False]).T
    fields[:, :5, : len(told)] = shades[:, np.newaxis]
    art.fields.set_data(fields.reshape(-1, fields.shape[-1]))
    half = every / 2
    art.fields.set_extent((-half, half + every * (fields.shape[-1] - 1), count, 0))
    words, colors = [], []  # (x, y, glyph)
    room = int(np.ceil(NUMERAL / (art.pixels * every)))  # fields
    for row, answers in enumerate(told.T):
        starts = np.flatnonzero(np.diff(answers, prepend=-1))
        lasted = np.diff(starts, append=len(answers))
        free = np.ones(len(answers) + room, dtype=bool)
        for start in starts[np.argsort(-lasted, kind="stable")]:
            if free[max(start - room + 1, 0) : start + room].all():
                free[start] = False
                x = steps[start] - half + NUMERAL / 2 / art.pixels
                words.append((x, row + 0.45, str(answers[start])))
                colors.append(BLACK)
        right = answers[-1] == data.labels[row]
        words.append((1.045 * data.total, row + 0.45, str(answers[-1])))
        words.append((1.09 * data.total, row + 0.45, "✓" if right else "✗"))
        colors += [BLACK, BLUE if right else RED]
    art.words.set_paths([GLYPHS[glyph] for _x, _y, glyph in words])
    art.words.set_offsets([place for *place, _glyph in words])
    art.words.set_facecolor(colors)


def _lay_out(figure):
    width, height = figure.get_size_inches()
    layout = layout_of(figure)
    places = PLACES[layout]

    def axes_at(name, **words):
        left, bottom, wide, high = places[name]
        return add_axes(
            figure, (left / width, bottom / height, wide / width, high / height), **words
        )

    loss = axes_at("loss", title=_("loss, nats"), xlabel="" if layout == "lecture" else _("step"))
    accuracy = axes_at("accuracy", title=_("read right"))
    for axes in (loss, accuracy):
        axes.xaxis.set_major_locator(MaxNLocator(4))
    accuracy.set(ylim=(0, 1.02), yticks=[0, 0.5, 0.9], yticklabels=["0", "0.5", "0.9"])
    accuracy.grid(axis="y", color=LIGHT, linewidth=0.6)
    stacked = layout == "lecture"  # the accuracy below the loss
    accuracy.tick_params(labelbottom=stacked)
    accuracy.set_xlabel(_("step") if stacked else "", fontsize=SMALL)
    loss.tick_params(labelbottom=not stacked)
    loss.axhline(np.log(10), color=GREY, linewidth=0.8, linestyle=":")
    loss.text(0.99, np.log(10), _("knowing nothing"), fontsize=SMALL, color=GREY,
              transform=loss.get_yaxis_transform(), ha="right", va="bottom")  # fmt: skip
    before, now = _lines(loss, accuracy, now=False), _lines(loss, accuracy, now=True)
    of_loss = ("batch",) if stacked else ("loss", "batch")
    for axes, names in ((loss, of_loss), (accuracy, ("train", "test"))):
        axes.legend(
            handles=[now[name] for name in names], fontsize=SMALL, ncols=2, columnspacing=0.8,
            handlelength=1.4 if stacked else 1.8, handletextpad=0.4, frameon=False,
            loc="lower right", bbox_to_anchor=(1.02, 0.96), borderaxespad=0.2,
        )  # fmt: skip
    weights = axes_at("weights")
    edge(weights)
    for spine in weights.spines.values():
        spine.set_visible(False)
    sheet = weights.imshow(np.zeros((2, 2)), cmap=INK, interpolation="nearest", animated=True,
                           extent=(0, 1, 0, 1), aspect="auto")  # fmt: skip
    weights.set(xlim=(0, 1), ylim=(0, 1))
    y, side = (-0.02, "top") if stacked else (1.03, "bottom")
    scale = weights.text(1, y, "", fontsize=SMALL, transform=weights.transAxes, ha="right",
                         va=side, animated=True)  # fmt: skip
    answers = axes_at("answers", xlabel=_("step"))
    answers.xaxis.set_major_locator(MaxNLocator(4))
    answers.set_yticks([])
    answers.spines["left"].set_visible(False)
    fields = answers.imshow(np.zeros((2, 2)), cmap=INK, vmin=0, vmax=1, interpolation="nearest",
                            aspect="auto", animated=True)  # fmt: skip
    side = places["answers"][3] / 10 / width
    left, bottom, _wide, high = places["answers"]
    paper = figure.add_axes((left / width - 1.25 * side, bottom / height, side, high / height))
    paper.set_axis_off()
    digits = paper.imshow(np.zeros((2, 2)), cmap=INK, vmin=0, vmax=1, aspect="auto")
    words = PathCollection([], [SMALL**2], offset_transform=answers.transData, linewidth=0,
                           clip_on=False, animated=True, zorder=4)  # fmt: skip
    words.set_transform(IdentityTransform())
    answers.add_collection(words, autolim=False)
    left = 0.05 if layout == "narrow" else places["loss"][0]
    return SimpleNamespace(
        layout=layout, loss=loss, accuracy=accuracy, answers=answers,
        settings=figure.text(
            left / width, 1 - 0.06 / height, "", fontsize=SMALL, color=GREY, va="top"
        ),
        before=before, now=now, previous=None, examples=None,
        bad=loss.axvline(0, color=RED, linewidth=1.5, linestyle=":", animated=True),
        weights=sheet, weights_title=weights.set_title("", fontsize=NORMAL, loc="left"),
        scale=scale, fields=fields, digits=digits, words=words,
    )  # fmt: skip


def _lines(loss, accuracy, *, now):
    roles = {"loss": "training", "train": "training", "test": "test"}
    made = {
        name: (loss if name == "loss" else accuracy).plot(
            [], [], linestyle=LOOKS[role].linestyle, linewidth=2 if now else 1.6, animated=now,
            color=LOOKS[role].color if now else "#BBBBBB", zorder=3 if now else 2,
            label=_("test") if role == "test" else _("training"),
        )[0]
        for name, role in roles.items()
    }  # fmt: skip
    (made["batch"],) = loss.plot(
        [], [], color="#A9CCE3", linewidth=0.6, visible=now, label=_("batch"),
        animated=now,
    )  # fmt: skip
    return made


def describe_training(data):
    if data.step == 0:
        text = _("Ready: {label}. Untrained, the loss is {loss:.3g}.")
        return text.format(label=data.curves.label, loss=data.first_loss)
    step = data.curves.read_at[-1]  # what is told was measured then
    where = _("After {step:,} steps ({epoch:.1f} epochs)")
    where = where.format(step=step, epoch=data.epoch * step / data.step)
    accuracies = _("{train:.1%} of the training digits and {test:.1%} of the test digits are right")
    right = accuracies.format(train=data.curves.train[-1], test=data.curves.test[-1])
    word = {
        "learning": _("Learning"),
        "trained": _("Trained"),
        "stuck": _("Stuck"),
        "diverged": _("Diverged"),
    }[data.verdict]
    reason = f" {data.reason[0].upper()}{data.reason[1:]}." if data.reason else ""
    text = _("{word}. {where} the loss is {loss:.3g}; {right}.{reason}").format(
        word=word, where=where, loss=data.curves.losses[-1], right=right, reason=reason
    )
    text += f" {_about_answers(data)}"
    if data.previous is not None and data.previous.test:
        before = _("The run before ({label}): {test:.1%} of the test digits.")
        label, test = data.previous.label, data.previous.test[-1]
        text += " " + before.format(label=label, test=test)
    return text


def _about_answers(data):
    told, right = np.array(data.curves.answers[-1]), data.labels
    counts = np.bincount(told, minlength=10)
    if counts.max() > max(len(told) / 2, 1):
        text = _("To {count} of the {n} digits on show it says {answer}.")
        return text.format(count=counts.max(), n=len(told), answer=counts.argmax())
    wrong = np.flatnonzero(told != right)
    if len(wrong) == 0:
        return _("All {n} digits on show are right.").format(n=len(told))
    if len(wrong) > 3:
        text = _("Of the {n} digits on show {count} are right.")
        return text.format(n=len(told), count=len(told) - len(wrong))
    pairs = [_("{digit} as {answer}").format(digit=right[i], answer=told[i]) for i in wrong]
    text = _("Of the {n} digits on show it reads {mistakes}, the others right.")
    return text.format(n=len(told), mistakes=", ".join(pairs))

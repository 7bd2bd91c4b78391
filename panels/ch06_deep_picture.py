"""The picture of the deep lab: the curves above, each layer beneath them, the run before in grey.

All that a run changes is animated: it is drawn over a still background, so that a picture takes a
few milliseconds and the time is the training's.
"""

import textwrap
from gettext import gettext as _
from types import SimpleNamespace

import numpy as np
from matplotlib.collections import PolyCollection

from .ch06_deep_run import BINS, DEEPEST, RANGES, STEPS, USUAL, sleeping, words_of
from .shell import artists, layout_of
from .shell.style import BLACK, GREY, LIGHT, LOOKS, RED, SMALL, add_axes

TOPS = (2.6, 5.0, 10.0, 30.0, 100.0)  # of the axis of the loss
FAINT = "#AAAAAA"  # the run before
FLOW, MOVED = (-10.0, 3.0), (-9.0, 1.0)  # powers of ten that the two charts on the right show
BOXES = {  # of loss, accuracy, answers, flow and steps: shares of the figure
    "normal": (
        (0.065, 0.59, 0.42, 0.29),
        (0.56, 0.59, 0.42, 0.29),
        (0.065, 0.105, 0.25, 0.325),
        (0.4, 0.105, 0.245, 0.325),
        (0.735, 0.105, 0.245, 0.325),
    ),
    "narrow": (
        (0.13, 0.82, 0.81, 0.1),
        (0.13, 0.645, 0.81, 0.1),
        (0.13, 0.45, 0.81, 0.11),
        (0.13, 0.245, 0.81, 0.11),
        (0.13, 0.05, 0.81, 0.11),
    ),
    "lecture": (
        (0.065, 0.58, 0.41, 0.24),
        (0.56, 0.58, 0.41, 0.24),
        (0.065, 0.155, 0.245, 0.23),
        (0.4, 0.155, 0.245, 0.23),
        (0.735, 0.155, 0.245, 0.23),
    ),
}


def draw_deep_lab(figure, data):
    art = artists(figure, _lay_out)
    run, previous = data.run, data.previous
    reading = run.readings[data.moment]
    _fit(art, run, previous)
    _curves(art.now, run)
    _curves(art.before, previous)
    _layers(art.now, run.setting, reading)
    _layers(art.before, previous and previous.setting, reading_at(previous, reading.step))
    looked_back = data.moment < len(run.readings) - 1
    for mark, values in zip(
        art.marks, ([reading.loss], [reading.train, reading.test]), strict=True
    ):
        mark.set_data([reading.step] * len(values), np.minimum(values, 1e6))
    for cursor in art.cursors:
        cursor.set_xdata([reading.step, reading.step])
        cursor.set_visible(looked_back)
    art.broken.set_visible(data.broken_at > 0)
    if data.broken_at > 0:
        art.broken.set_x(data.broken_at + 3)
        art.broken.set_text(_("✗ no number any more, step {step}").format(step=data.broken_at))
    for text, share in zip(art.shares, sleeping(reading, run.setting), strict=False):
        text.set_text(f"{share:.0%}")
    for text in art.shares[run.setting.depth :]:
        text.set_text("")


def reading_at(run, step):
    """The run's last reading up to that step; None without a run."""
    if run is None:
        return None
    return [reading for reading in run.readings if reading.step <= step][-1]


def _fit(art, run, previous):
    """Limits, ticks and words that seldom change; what is fitted already costs nothing."""
    kind, depth = run.setting.activation, run.setting.depth
    fitted = _top(run, previous), run.setting, previous and previous.setting
    if art.fitted == fitted:
        return
    art.fitted = fitted
    low, high = RANGES[kind]
    art.loss.set_ylim(0, fitted[0])
    art.answers.set_ylim(low, high)
    art.answers.set_yticks([low, (low + high) / 2, high])
    art.asleep.set_text(_("dead") if kind == "ReLU" else _("flat"))
    for axes, more in ((art.answers, 0), (art.flow, 0), (art.moved, 1)):
        axes.set_xlim(0.45, depth + more + 0.55)
        names = [str(i + 1) for i in range(depth)] + [_("out")] * more
        axes.set_xticks(range(1, depth + more + 1), names)
    for i, text in enumerate(art.shares):
        text.set_x(min(i + 1, depth))
    art.setting.set_text(words_of(run.setting))
    art.key.set_text("")
    if previous:
        what = words_of(previous.setting, unlike=run.setting)
        text = _("grey: the run before, with {what}").format(what=what)
        art.key.set_text(textwrap.fill(text, art.key_width))


def _top(run, previous):
    """Of the axis of the loss: high enough for what is read after the first leaps, if that can be
    shown beside the run before."""
    ends = [[r.loss for r in one.readings if r.step >= 20] for one in (run, previous) if one]
    tops = [1.04 * max(losses) for losses in ends if losses and max(losses) < TOPS[-1]]
    most = max(min(max(tops, default=0), 3 * min(tops, default=0)), TOPS[0])
    return next(top for top in TOPS if top >= most)


def _curves(lines, run):
    readings = run.readings if run else ()
    steps = [reading.step for reading in readings]
    for name in ("loss", "train", "test"):
        lines[name].set_data(steps, [min(getattr(reading, name), 1e6) for reading in readings])
    if "batches" in lines:
        batches = np.nan_to_num(run.batches, nan=1e6, posinf=1e6)
        lines["batches"].set_data(np.arange(len(batches)), np.minimum(batches, 1e6))


def _layers(lines, setting, reading):
    """Violins of what units answer; spreads, gradients and steps on powers of ten."""
    if reading is None:
        lines["answers"].set_verts([])
        for name in ("spread", "gradient", "moved"):
            lines[name].set_data([], [])
        return
    low, high = RANGES[setting.activation]
    lines["answers"].set_verts(
        [_violin(i + 1, row, low, high) for i, row in enumerate(reading.heights)]
    )
    layers = np.arange(1, setting.depth + 2)
    lines["spread"].set_data(layers[:-1], _within(reading.spread, FLOW))
    lines["gradient"].set_data(layers[:-1], _within(reading.gradient, FLOW))
    moved = reading.moved if reading.step else ()
    lines["moved"].set_data(layers[: len(moved)], _within(moved, MOVED))


def _violin(place, shares, low, high):
    """A histogram on its side, the same to the left and to the right; its area is not the share."""
    half = 0.42 * np.sqrt(np.minimum(shares / 0.4, 1))
    edges = np.repeat(np.linspace(low, high, BINS + 1), 2)[1:-1]
    outline = np.repeat(half, 2)
    return np.column_stack(
        [
            np.concatenate([place - outline, (place + outline)[::-1]]),
            np.concatenate([edges, edges[::-1]]),
        ]
    )


def _within(values, powers):
    """On the edge of the axis what lies beyond it, zeros and infinities."""
    low, high = 10.0 ** powers[0], 10.0 ** powers[1]
    return np.clip(np.nan_to_num(values, nan=high, posinf=high), low * 2, high / 2)


def _lay_out(figure):
    layout = layout_of(figure)
    boxes = dict(zip(("loss", "accuracy", "answers", "flow", "moved"), BOXES[layout], strict=True))
    titles = {
        "loss": _("loss (nats)"),
        "accuracy": _("share read right"),
        "answers": _("what units answer"),
        "flow": _("signal ●, gradient ■"),
        "moved": _("last step ÷ weights"),
    }
    axes = {name: add_axes(figure, boxes[name], title=titles[name], label=name) for name in boxes}
    loss, accuracy, answers, flow, moved = axes.values()
    accuracy.set(ylim=(0, 1.02), yticks=[0, 0.5, 1])
    for one in (loss, accuracy):
        one.set(xlim=(0, STEPS), xticks=range(0, STEPS + 1, 100))
        one.grid(axis="y", color=LIGHT, linewidth=0.6)
    loss.axhline(np.log(10), color=GREY, linewidth=0.9, linestyle=":")
    words = {"fontsize": SMALL, "color": GREY}
    loss.text(STEPS, np.log(10), _("knowing nothing"), ha="right", va="bottom", **words)
    for one, (low, high) in ((flow, FLOW), (moved, MOVED)):
        one.set(yscale="log", ylim=(10.0**low, 10.0**high))
        powers = np.arange(low + low % 3, high + 1, 3)
        one.set_yticks(10.0**powers, [f"$10^{{{power:.0f}}}$" for power in powers])
        one.minorticks_off()
        one.grid(axis="y", color=LIGHT, linewidth=0.6)
    moved.axhspan(*USUAL, color="#E3F1EA", linewidth=0)
    if layout != "lecture":
        for one in axes.values():
            name = _("step") if one in (loss, accuracy) else _("layer")
            one.set_xlabel("" if one is answers else name, fontsize=SMALL, labelpad=1)
    before, now = _lines(axes, now=False), _lines(axes, now=True)
    for one, names in ((loss, ("loss", "batches")), (accuracy, ("train", "test"))):
        one.legend(
            handles=[now[name] for name in names], fontsize=SMALL, handlelength=1.5, ncols=2,
            columnspacing=0.8, handletextpad=0.4, frameon=False, loc="lower right",
            bbox_to_anchor=(1.03, 0.95), borderpad=0.2,
        )  # fmt: skip
    moving = {"animated": True, "fontsize": SMALL}
    under = {"y": -22 / _pixels(answers), "va": "top"}  # beneath the layers' numbers
    across = {"transform": answers.get_xaxis_transform(), "ha": "center", **under, **moving}
    beside = {"transform": answers.transAxes, "ha": "right", "fontsize": SMALL, **under}
    dot = {"color": BLACK, "markersize": 5, "zorder": 5, "animated": True, "clip_on": False}
    line = {"color": BLACK, "linewidth": 1, "animated": True}
    height, left = figure.get_figheight() * figure.dpi, boxes["loss"][0]
    places = {
        "normal": (0.985, 4, "right"),
        "narrow": (0.03, 4, "left"),
        "lecture": (0.985, 3, "right"),
    }
    x, down, side = places[layout]
    return SimpleNamespace(
        **axes,
        fitted=None,
        before=before,
        now=now,
        shares=[answers.text(i + 1, s="", **across) for i in range(DEEPEST)],
        asleep=answers.text(-0.02, s="", **beside),
        marks=[one.plot([], [], "o", **dot)[0] for one in (loss, accuracy)],
        cursors=[one.axvline(0, **line) for one in (loss, accuracy)],
        broken=loss.text(0, 0.3, "", color=RED, transform=loss.get_xaxis_transform(), **moving),
        setting=figure.text(left, 1 - 4 / height, "", fontsize=SMALL, va="top",
                            visible=layout == "normal"),
        key=figure.text(x, 1 - down / height, "", va="top", ha=side, **words),
        key_width={"normal": 99, "narrow": 44, "lecture": 80}[layout],
    )  # fmt: skip


def _pixels(axes):
    """The height of axes."""
    return axes.get_position().height * axes.figure.get_figheight() * axes.figure.dpi


def _lines(axes, now):
    """The artists of this run, or of the one before."""

    def line(where, look, label=None, **options):
        own = LOOKS[look]
        marker = own.marker if where in ("flow", "moved") else ""
        style = {"linestyle": own.linestyle, "marker": marker, "label": label, **options}
        if now:
            style |= {"color": own.color, "linewidth": 2, "markersize": 6, "zorder": 3}
        else:
            style |= {"color": FAINT, "linewidth": 1.6, "markersize": 7, "markerfacecolor": "none"}
        return axes[where].plot([], [], animated=True, **style)[0]

    violins = {"facecolors": LOOKS["value"].color, "edgecolors": "none", "zorder": 2}
    outlines = {"facecolors": "none", "edgecolors": FAINT, "linewidths": 1.4, "zorder": 3}
    violins = PolyCollection([], animated=True, **(violins if now else outlines))
    lines = {
        "loss": line("loss", "training", _("training")),
        "train": line("accuracy", "training", _("training")),
        "test": line("accuracy", "test", _("test")),
        "spread": line("flow", "value"),
        "gradient": line("flow", "gradient"),
        "moved": line("moved", "training", linestyle="-", marker="D"),
        "answers": axes["answers"].add_collection(violins),
    }
    if now:
        pale = {"color": "#A9CCE3", "linewidth": 0.8, "animated": True, "zorder": 1}
        (lines["batches"],) = axes["loss"].plot([], [], label=_("each batch"), **pale)
    return lines

"""Softmax by hand: scores, their powers of e, and the shares (book 3.5).

Only the gaps between scores count. What is added to all of them moves no share, unless the powers
leave what a float can hold: with the largest score taken off first they never do.
"""

from functools import partial
from gettext import gettext as _
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from common.functions import softmax

from .shell import Panel, Several, artists, layout_of, slider, toggle
from .shell.style import BLACK, BLUE, GREY, NORMAL, RED, SMALL, add_axes

CLASSES = 3
REACH = 11.0  # of the axis of the scores, to both sides of what is added to all
LARGEST = np.finfo(float).max


class Softmax(NamedTuple):
    scores: np.ndarray  # (3,)
    added: float  # to all of them
    shift: bool  # whether the largest is taken off before the powers
    exponents: np.ndarray  # (3,)
    powers: np.ndarray  # (3,) e to the exponents; inf and 0 where a float ends
    total: float
    shares: np.ndarray  # (3,) the powers by their sum
    right: np.ndarray  # (3,) softmax of `common`
    off: float  # how far the worst share lies from the right one; nan if one is nan
    moved: float  # how far a right share is from what it is with nothing added


def compute_softmax(scores, added, gaps, shift):
    """Shares of the scores times `gaps`, plus `added`."""
    plain = gaps * np.array(scores)
    scores = plain + added
    exponents = scores - scores.max() if shift else scores
    powers = np.exp(exponents)
    shares, right = powers / powers.sum(), softmax(scores)
    return Softmax(
        scores=scores,
        added=added,
        shift=shift,
        exponents=exponents,
        powers=powers,
        total=float(powers.sum()),
        shares=shares,
        right=right,
        off=float(np.abs(shares - right).max()),
        moved=float(np.abs(right - softmax(plain)).max()),
    )


def is_sound(data):
    return data.off < 1e-6  # nan is not


def draw_softmax(figure, data):
    art = artists(figure, _lay_out)
    leads = data.scores == data.scores.max()
    for tick, text in art.ticks:
        text.set_text(_plain(data.added + tick))
    for k, row in enumerate(art.rows):
        score, share = data.scores[k] - data.added, data.shares[k]
        color = BLUE if leads[k] else "#9A9A9A"
        row.score.set_data([0, score], [0, 0])
        row.score.set_color(color)
        row.knob.set_data([score], [0])
        row.knob.set_markerfacecolor(color)
        row.name.set_text(f"a{k} = {_plain(data.scores[k])}")
        row.power.set_text(f"exp({_plain(data.exponents[k])}) = {_short(data.powers[k])}")
        row.power.set_color(BLACK if 0 < data.powers[k] <= LARGEST else RED)
        row.share.set_width(share if np.isfinite(share) else 0)
        row.share.set_facecolor(color)
        row.wanted.set(width=data.right[k], visible=not is_sound(data))
        row.words.set_text(_short(share) + (" ◀" if leads[k] and is_sound(data) else ""))
        row.words.set_color(BLACK if is_sound(data) else RED)
    art.total.set_text(_("sum {total}").format(total=_short(data.total)))
    art.total.set_color(BLACK if 0 < data.total <= LARGEST else RED)
    art.whole.set_text(_("sum {total}").format(total=_short(data.shares.sum())))
    art.whole.set_color(BLACK if is_sound(data) else RED)


def _lay_out(figure):
    width, height = figure.get_size_inches()
    narrow = layout_of(figure) == "narrow"
    bars = 1.25, width - 1.4  # left end and width of the scores
    powers, shares, words = 1.25, bars, 0.1
    foot = 0.75 if narrow else 0.6
    room = (height - foot - 0.45) / CLASSES
    if not narrow:
        bars, powers = (1.25, 0.4 * width - 1.25), 0.42 * width
        shares = 0.65 * width, 0.35 * width - 1.0
        words = width - 0.92

    def axes(x, y, w, h, **options):
        return add_axes(figure, (x / width, y / height, w / width, h / height), **options)

    page = axes(0, 0, width, height, frame=False)
    page.set(xlim=(0, width), ylim=(0, height))

    def write(x, y, text, **options):
        words = {"fontsize": NORMAL, "va": "center", "animated": True, **options}
        return page.text(x, y, text, **words)

    top = height - 0.22
    heads = (bars[0], _("scores: drag them")), (powers, _("powers")), (shares[0], _("shares"))
    if narrow:
        heads = ((0.1, _("scores (drag), powers, shares")),)
    for x, text in heads:
        write(x, top, text, animated=False, fontweight="bold")
    rows, touched = [], []
    for k in range(CLASSES):
        upper = height - 0.45 - (k + (0.2 if narrow else 0.5)) * room
        middle, lower = (upper - 0.29 * room, upper - 0.53 * room) if narrow else (upper, upper)
        field = axes(bars[0], upper - 0.2, bars[1], 0.4, label=f"score a{k}", frame=False)
        field.set(xlim=(-REACH, REACH), ylim=(-1, 1))
        field.axvline(0, color=GREY, linewidth=1)
        field.axhspan(-0.9, 0.9, color="#F0F0F0", zorder=0)
        (score,) = field.plot([], [], linewidth=14, solid_capstyle="butt", animated=True)
        (knob,) = field.plot([], [], "o", markersize=18, markeredgecolor="white",
                             markeredgewidth=2, zorder=3, animated=True, clip_on=False)  # fmt: skip
        share = axes(shares[0], lower - 0.14, shares[1], 0.28, frame=False)
        share.set(xlim=(0, 1), ylim=(-1, 1))
        share.axhspan(-1, 1, color="#F0F0F0", zorder=0)
        (bar,) = share.barh([0], [0], height=2, animated=True)
        (wanted,) = share.barh([0], [0], height=1.9, fill=False, edgecolor=BLACK, linestyle="--",
                               linewidth=1.5, animated=True)  # fmt: skip
        touched.append(field)
        rows.append(
            SimpleNamespace(
                score=score,
                knob=knob,
                share=bar,
                wanted=wanted,
                name=write(0.1, upper, ""),
                power=write(powers, middle, ""),
                words=write(words, lower, ""),
            )
        )
    scale, sums = (0.55, 0.2) if narrow else (0.45, 0.22)
    place = bars[1] / (2 * REACH)
    ticks = [
        (tick, write(bars[0] + (tick + REACH) * place, scale, "", ha="center", fontsize=SMALL))
        for tick in (-10, 0, 10)
    ]
    return SimpleNamespace(
        rows=rows,
        ticks=ticks,
        total=write(0.1 if narrow else powers, sums, ""),
        whole=write(0.55 * width if narrow else shares[0], sums, ""),
    )


def _short(number):
    """Few digits, the sign as it is printed."""
    if number != number:
        return "nan"
    return f"{number:.3g}".replace("e+", "e").replace("-", "−") if number else "0"


def _plain(number):
    """A score or an exponent: to two decimals, those that count."""
    text = f"{number:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text.replace("-", "−")


def describe_softmax(data):
    trouble = _trouble(data)
    if trouble:
        return trouble
    if data.added and data.moved < 1e-9:
        text = _("{added} added to all scores changes no share.")
    elif data.shift:
        text = _("With the largest score taken off, the largest power is exp(0) = 1.")
    else:
        text = _("The largest power is exp({exponent}) = {power}.")
    text = text.format(
        added=_plain(data.added),
        exponent=_plain(data.exponents.max()),
        power=_short(data.powers.max()),
    )
    shares = _("Shares: {shares}.").format(shares=", ".join(map(_short, data.shares)))
    return f"{shares} {_odds(data)} {text}"


def _odds(data):
    """The leader's share beside the next one, by the gap of their scores."""
    *_rest, second, first = np.argsort(data.scores, kind="stable")
    gap = data.scores[first] - data.scores[second]
    if gap < 1e-9:
        return _("Class {a} and class {b} lead with equal scores.").format(
            a=min(first, second), b=max(first, second)
        )
    text = _("Class {a} leads class {b} by {gap}: its share is exp({gap}) = {odds} times as large.")
    odds = data.shares[first] / data.shares[second]
    odds = f"{odds:.2f}" if odds < 1000 else _short(odds)
    return text.format(a=first, b=second, gap=_plain(gap), odds=odds)


def _trouble(data):
    """What a float could not hold, in words; "" if the shares are right."""
    if is_sound(data):
        return ""
    if not np.isfinite(data.powers).all():
        text = _(
            "exp({exponent}) is larger than any float, {largest}, and becomes inf; inf / inf is "
            "nan. The shares exist (dashed): take the largest score off first."
        )
    elif not np.isfinite(data.total):
        text = _(
            "Each power still fits into a float, but their sum becomes inf, and every share 0. "
            "The shares exist (dashed): take the largest score off first."
        )
    elif data.total == 0:
        text = _(
            "All powers are smaller than any float and become 0; 0 / 0 is nan. "
            "The shares exist (dashed): take the largest score off first."
        )
    else:
        text = _(
            "Powers as small as {power} have lost digits, and a share is off by {off}. "
            "The right ones are dashed: take the largest score off first."
        )
    return text.format(
        exponent=_plain(data.exponents.max()),
        largest=f"{LARGEST:.1e}".replace("e+", "e"),
        power=_short(data.powers.max()),
        off=_short(data.off),
    )


def grab_score(hand, values, k):
    """The k-th score's bar ends where the hand is; arrow keys move it by a tenth."""
    scores = list(values["scores"])
    if hand.down is None:
        scores[k] += 0.1 * (hand.dx + hand.dy)
    elif values["gaps"]:
        scores[k] = hand.x / values["gaps"]
    return {"scores": tuple(scores)}


def softmax_panel(*, hide=(), **start):
    """Three scores, what is added to all of them, and what their gaps are multiplied by."""
    chapters = {"scores": (0.3, 2.9, 4.0), "added": 0, "gaps": 1.0, "shift": True}
    large = {"scores": (5.0, 0.0, -5.0), "added": 1000, "gaps": 2.0}
    parts = [slider(f"a{k}", -5.0, 5.0, 0.1, x) for k, x in enumerate(chapters["scores"])]
    panel = Panel(
        title=_("Softmax: from scores to shares"),
        controls={
            "scores": Several(_("scores"), parts, widths=[220] * CLASSES),
            "added": slider(_("added to all"), -1000, 1000, 10, 0),
            "gaps": slider(_("all gaps times"), 0.0, 2.0, 0.1, 1.0),
            "shift": toggle(_("take the largest off first"), True),
        },
        compute=compute_softmax,
        draw=draw_softmax,
        describe=describe_softmax,
        figsize=(9.2, 2.7),
        narrow=(3.6, 5.0),
        lecture=(7.2, 2.6),
        touch={f"score a{k}": partial(grab_score, k=k) for k in range(CLASSES)},
        presets={
            _("0.3, 2.9 and 4.0"): chapters,
            _("the same, 500 added to all"): {**chapters, "added": 500},
            _("the same, gaps twice as large"): {**chapters, "gaps": 2.0},
            _("1010, 1000, 990 as written"): {**large, "shift": False},
            _("1010, 1000, 990, largest off"): {**large, "shift": True},
            _("−1000 added as written"): {**chapters, "added": -1000, "shift": False},
        },
        hide=hide,
    )
    return panel.start(start)

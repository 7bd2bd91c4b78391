"""Words for plain matplotlib figures, stored beside the picture for those who cannot see it.

`import companion` asks for them, so that the cells which plot need nothing more. They are read off
the figure: labels, titles, and where each line begins and ends. A figure that deserves a better
sentence is given one by `figure.set_label("…")`.
"""

from gettext import gettext as _

import numpy as np
from matplotlib.ticker import FixedFormatter, FuncFormatter

from .shell import N_

KINDS = {"Quiver": N_("{n} arrows"), "PathCollection": N_("{n} points")}


def describe_figures(display_formatter):
    """Let IPython store `words` as the `alt` of every figure that it shows as a PNG."""

    def bundle(figure, **kwargs):
        return {}, {"image/png": {"alt": words(figure)}}

    display_formatter.mimebundle_formatter.for_type_by_name("matplotlib.figure", "Figure", bundle)


def words(figure):
    """What the figure shows: its own label, or what is drawn on its axes."""
    if figure.get_label():
        return figure.get_label()
    pictures = [axes for axes in figure.axes if axes.images]
    if pictures:  # a gallery
        titles = ", ".join(filter(None, (axes.get_title() for axes in pictures)))
        return _("{n} pictures: {titles}.").format(n=len(pictures), titles=titles or "–")
    return " ".join(_of_axes(axes) for axes in figure.axes) or _("An empty figure.")


def _of_axes(axes):
    x, y = axes.get_xlabel(), axes.get_ylabel()
    labels = _("{y} by {x}").format(y=y, x=x) if x and y else x or y
    head = ", ".join(filter(None, (axes.get_title(), labels))) or _names(axes) or _("A drawing")
    named = [line for line in axes.lines if not line.get_label().startswith("_")]
    parts = [f"{line.get_label()} {_course(line)}" for line in named]
    others = len(axes.lines) - len(named)
    if others == 1:
        parts += [_course(line) for line in axes.lines if line not in named]
    elif others:
        parts.append(_("{n} lines").format(n=others))
    for one in axes.collections:
        if kind := KINDS.get(type(one).__name__):
            parts.append(_(kind).format(n=len(one.get_offsets())))
    parts += [_tallest(bars) for bars in axes.containers if len(bars)]
    parts += [text.get_text().replace("\n", " ") for text in axes.texts if text.get_text()]
    return f"{head}: {'; '.join(parts)}." if parts else f"{head}."


def _names(axes):
    """What stands in place of numbers beneath the axes."""
    words_there = isinstance(axes.xaxis.get_major_formatter(), FixedFormatter | FuncFormatter)
    return ", ".join(tick.get_text() for tick in axes.get_xticklabels()) if words_there else ""


def _course(line):
    """Where a line begins and ends, and how low and high it goes between."""
    x, y = (np.asarray(values, dtype=float).ravel() for values in line.get_data(orig=False))
    if len(y) == 0 or not np.isfinite(y).any():
        return _("without a point")
    y0, y1, low, high = map(_short, (y[0], y[-1], np.nanmin(y), np.nanmax(y)))
    if low == high:
        return _("at {y} throughout").format(y=low)
    text = _("from {y0} at {x0} to {y1} at {x1}")
    text = text.format(y0=y0, x0=_short(x[0]), y1=y1, x1=_short(x[-1]))
    if {y0, y1} != {low, high}:
        text += _(", between {low} and {high}").format(low=low, high=high)
    return text


def _tallest(bars):
    """How many bars there are, and where the tallest stands."""
    one = max(bars, key=lambda bar: bar.get_height())
    height, place = _short(one.get_height()), _short(one.get_x() + one.get_width() / 2)
    text = _("{n} bars, the tallest at {place}, {height} high")
    return text.format(n=len(bars), place=place, height=height)


def _short(number):
    return f"{number:,.0f}" if 1000 <= abs(number) < 1e6 else f"{number + 0.0:.3g}"

"""What all pictures share: colours for every eye, one look for each name, axes without clutter.

The colours are Okabe and Ito's, told apart with any colour vision, and line styles and markers
stand beside them. Source: M. Okabe and K. Ito, "Color Universal Design", 2008. The figures of the
chapters have the same cycle from companion.mplstyle, and `look` from `companion`.
"""

from pathlib import Path
from typing import Any, NamedTuple

import matplotlib
import numpy as np

BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
PURPLE, SKY, YELLOW, BLACK = "#CC79A7", "#56B4E9", "#F0E442", "#000000"
GREY, LIGHT = "#767676", "#D9D9D9"
CYCLE = (BLUE, RED, GREEN, PURPLE, ORANGE, SKY)
SMALL, NORMAL = 10, 11  # points; at 80 dpi 11 and 12 pixels
INK = "gray_r"  # of pixels, filters, feature maps: the larger a number, the darker, as ink on paper


class Look(NamedTuple):
    """How one name is drawn, wherever it is drawn."""

    color: str
    linestyle: Any
    marker: str


LOOKS = {
    "SGD": Look(BLACK, "-", "o"),
    "Momentum": Look(RED, "--", "s"),
    "Nesterov": Look(PURPLE, "-.", "D"),
    "AdaGrad": Look(GREEN, (0, (8, 1.5)), "^"),
    "RMSprop": Look(ORANGE, (0, (3, 1, 1, 1)), "v"),
    "Adam": Look(BLUE, "-", "P"),
    "step": Look(BLACK, "-", "s"),
    "sigmoid": Look(BLUE, "-", "o"),
    "ReLU": Look(RED, "--", "^"),
    "tanh": Look(GREEN, "-.", "D"),
    "Leaky ReLU": Look(PURPLE, ":", "v"),
    "identity": Look(SKY, (0, (5, 1)), "P"),
    "std 0.01": Look(BLACK, ":", "s"),
    "Xavier": Look(BLUE, "--", "o"),
    "He": Look(RED, "-", "^"),
    "training": Look(BLUE, "-", "o"),
    "validation": Look(GREEN, "-.", "D"),
    "test": Look(RED, "--", "s"),
    "value": Look(BLUE, "-", "o"),
    "gradient": Look(RED, "--", "s"),
    "CNN": Look(PURPLE, "-", "D"),
    "dense": Look(BLACK, "--", "o"),
}


def look(name, *, marker=False):
    """Keywords for `plot` and `semilogx`: colour and line style of `name`, its marker if asked."""
    own = LOOKS[name]._asdict()
    return own if marker else {key: own[key] for key in ("color", "linestyle")}


def ink_limits(values, *, signed):
    """vmin and vmax for INK: 0 is white; signed: 0 is grey, and white is minus what black is."""
    largest = float(np.nanmax(np.abs(values))) or 1.0
    return -largest if signed else 0.0, largest


def use_one_look():
    """Give matplotlib's own figures, those of the chapters, these colours and sizes."""
    sheet = Path(__file__).with_name("companion.mplstyle")
    matplotlib.rc_file(sheet, use_default_template=False)


def add_axes(figure, box, *, title="", xlabel="", ylabel="", frame=True, label=""):
    """Axes in `box` = (left, bottom, width, height), shares of the figure, with quiet lines.

    label: the name by which a panel's `touch` and `hover` know them.
    """
    axes = figure.add_axes(box, label=label)
    axes.set_title(title, fontsize=NORMAL, loc="left")
    axes.set_xlabel(xlabel, fontsize=SMALL)
    axes.set_ylabel(ylabel, fontsize=SMALL)
    axes.tick_params(labelsize=SMALL, colors="#333333", length=3)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    if not frame:
        axes.set_axis_off()
    return axes


def edge(axes):
    """A thin line around a picture: where paper ends is seen."""
    axes.set_axis_on()
    axes.set(xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set(visible=True, color="#BBBBBB")

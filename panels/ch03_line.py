"""A neuron's line, w1 x1 + w2 x2 + b = 0, as a thing to hold: what is seen of it, knobs, moves.

A neuron is its three numbers (w1, w2, b). Shifting a line changes b alone, turning it keeps the
length of its weights.
"""

import numpy as np

from .shell.style import NORMAL

ENDS = 0.38  # where the knobs to turn by sit, as a share of the line from its middle
NEAR = 0.3  # a hand this close to such a knob turns the line


def normal_of(neuron):
    length = np.hypot(*neuron[:2])
    return np.array(neuron[:2]) / (length or 1.0)


def seen(neuron, limits):
    """The ends of what a square shows of the line w1 x1 + w2 x2 + b = 0, (2, 2) or (0, 2)."""
    normal, length = normal_of(neuron), np.hypot(*neuron[:2])
    if length == 0:
        return np.empty((0, 2))
    point, along = -neuron[2] / length * normal, np.array([-normal[1], normal[0]])
    first, last = -np.inf, np.inf
    for x, v in zip(point, along, strict=True):
        if abs(v) > 1e-12:
            a, b = sorted((edge - x) / v for edge in limits)
            first, last = max(first, a), min(last, b)
        elif not limits[0] < x < limits[1]:
            return np.empty((0, 2))
    return point + np.outer([first, last], along) if first < last else np.empty((0, 2))


class Handled:
    """A neuron's line with a knob to shift it by, two to turn it by, and an arrow to its side."""

    def __init__(self, axes, color, style, name, place):
        self.place = place
        own = {"color": color, "animated": True}
        (self.line,) = axes.plot([], [], linestyle=style, **own)
        (self.arrow,) = axes.plot([], [], linewidth=2, markersize=8, zorder=3, **own)
        (self.ends,) = axes.plot([], [], "o", markersize=9, zorder=3, markeredgewidth=2, **own)
        (self.knob,) = axes.plot([], [], "o", markersize=17, zorder=3, **own)
        words = {"fontsize": NORMAL, "fontweight": "bold", "color": "white", "animated": True}
        self.name = axes.text(0, 0, name, ha="center", va="center_baseline", zorder=5, **words)
        self.parts = (self.line, self.arrow, self.ends, self.knob, self.name)

    def show(self, ends, normal, held):
        for part in self.parts:
            part.set_visible(len(ends) > 0)
        if not len(ends):
            return
        middle, along = ends.mean(axis=0), ends[1] - ends[0]
        self.line.set_data(*ends.T)
        self.line.set_linewidth(3 if held else 2)
        knob = middle + self.place * along
        self.arrow.set_data(*np.array([knob, knob + 0.27 * normal]).T)
        angle = np.degrees(np.arctan2(normal[1], normal[0]))
        self.arrow.set(marker=(3, 0, angle - 90), markevery=[1])
        self.ends.set_data(*np.array([middle - ENDS * along, middle + ENDS * along]).T)
        self.ends.set_markerfacecolor(self.line.get_color() if held else "white")
        self.knob.set_data(knob[:1], knob[1:])
        self.name.set_position(knob)


def moved(neuron, hand, limits):
    """The neuron (w1, w2, b) after a hand has been at its line; () if it has no line.

    The line comes to the hand: held near an end it turns about its middle, elsewhere it shifts.
    The arrow keys left and right turn it by 5°, up and down shift it by 0.05.
    """
    neuron = np.array(neuron)
    w, normal, ends = neuron[:2], normal_of(neuron), seen(neuron, limits)
    if not w.any():
        return ()
    centre = np.full(2, sum(limits) / 2)
    nearest = centre - (w @ centre + neuron[2]) / (w @ w) * w
    middle = ends.mean(axis=0) if len(ends) else nearest
    if hand.down is None:
        upwards = 1 if normal[1] > 1e-9 or (normal[1] > -1e-9 and normal[0] > 0) else -1
        angle, shift = -np.radians(5) * hand.dx, 0.05 * upwards * hand.dy * normal
    elif len(ends) and _at_an_end(ends, hand.down):
        angle, shift = _angle_to(hand, middle, ends[1] - ends[0]), np.zeros(2)
    else:
        angle, shift = 0.0, np.array([hand.x, hand.y]) - middle
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    turned = turn @ w
    b = neuron[2] + (w - turned) @ middle - turned @ shift
    digits = max(2, 2 - int(np.floor(np.log10(np.hypot(*w)))))
    return (np.round([*turned, b], digits) + 0.0).tolist()  # -0.0 becomes 0.0


def _at_an_end(ends, place):
    knobs = ends.mean(axis=0) + np.outer((ENDS, -ENDS), ends[1] - ends[0])
    return np.hypot(*(knobs - place).T).min() < NEAR


def _angle_to(hand, middle, along):
    """From the line to the hand, without a jump on the way round."""
    here, down, line = (
        np.arctan2(y, x)
        for x, y in (np.array([hand.x, hand.y]) - middle, hand.down - middle, along)
    )
    askew = (down - line + np.pi / 2) % np.pi - np.pi / 2  # where the line was held
    return here - down + askew

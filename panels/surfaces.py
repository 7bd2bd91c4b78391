"""Four landscapes to walk downhill on: for chapter 4's descent and chapter 6's optimizers.

Each is a function of two numbers with its gradient, its second derivatives, and the points where
the gradient is zero and the function lowest.
"""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np

from .shell import N_

X_RANGE, Y_RANGE = (-8.5, 8.5), (-5.5, 5.5)  # the part of the plane that is drawn


class Surface(NamedTuple):
    formula: str
    height: Callable  # (x, y) -> f, for numbers and arrays
    gradient: Callable  # (x, y) -> (df/dx, df/dy)
    curvature: Callable  # (x, y) -> the 2 x 2 second derivatives, for numbers
    minima: tuple  # of points (x, y); none if f falls without end


def _himmelblau_gradient(x, y):
    first, second = x**2 + y - 11, x + y**2 - 7
    return 4 * x * first + 2 * second, 2 * first + 4 * y * second


SURFACES = {
    N_("bowl"): Surface(
        formula="x² + y²",
        height=lambda x, y: x**2 + y**2,
        gradient=lambda x, y: (2 * x, 2 * y),
        curvature=lambda x, y: np.diag([2.0, 2.0]),
        minima=((0.0, 0.0),),
    ),
    N_("long valley"): Surface(
        formula="x²/20 + y²",
        height=lambda x, y: x**2 / 20 + y**2,
        gradient=lambda x, y: (x / 10, 2 * y),
        curvature=lambda x, y: np.diag([0.1, 2.0]),
        minima=((0.0, 0.0),),
    ),
    N_("saddle"): Surface(
        formula="x² − y²",
        height=lambda x, y: x**2 - y**2,
        gradient=lambda x, y: (2 * x, -2 * y),
        curvature=lambda x, y: np.diag([2.0, -2.0]),
        minima=(),
    ),
    "Himmelblau": Surface(
        formula="(x² + y − 11)² + (x + y² − 7)²",
        height=lambda x, y: (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2,
        gradient=_himmelblau_gradient,
        curvature=lambda x, y: np.array(
            [[12 * x**2 + 4 * y - 42, 4 * (x + y)], [4 * (x + y), 12 * y**2 + 4 * x - 26]]
        ),
        minima=(
            (3.0, 2.0),
            (-2.805118, 3.131313),
            (-3.779310, -3.283186),
            (3.584428, -1.848127),
        ),
    ),
}


def draw_surface(axes, name):
    """Contours of the surface on these axes, higher ground lighter, and a star at each minimum.

    Heights are spaced by their square roots, so that the lines stay apart near a minimum too.
    Returns what was drawn: call `.remove()` on each to take it away again.
    """
    x, y, heights = _grid(name)
    signed_root = np.sign(heights) * np.sqrt(np.abs(heights))
    levels = np.linspace(signed_root.min(), signed_root.max(), 18)
    look = {"levels": levels, "zorder": 0}
    filled = axes.contourf(x, y, signed_root, cmap="Blues_r", alpha=0.55, **look)
    lines = axes.contour(x, y, signed_root, colors="#8aa3b8", linewidths=0.6, **look)
    stars = np.reshape(SURFACES[name].minima, (-1, 2))
    (minima,) = axes.plot(*stars.T, "*", color="black", markersize=10, markerfacecolor="white")
    axes.set(xlim=X_RANGE, ylim=Y_RANGE, aspect="equal")
    return [filled, lines, minima]


@cache
def _grid(name):
    x, y = np.meshgrid(np.linspace(*X_RANGE, 103), np.linspace(*Y_RANGE, 67))
    return x, y, SURFACES[name].height(x, y)

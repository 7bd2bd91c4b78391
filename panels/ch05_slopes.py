"""Slopes by small steps, each with its error bar (book 4.3 and 5.7.3).

No step is right for every function: too long a step sees the curve bend, too short a one drowns in
the last digit. So a whole ladder of steps is tried. Each rung knows how far it may be wrong, and
the surest one counts.
"""

from typing import NamedTuple

import numpy as np

EPS = np.finfo(float).eps
MARGIN = 64  # so many last digits may be wrong in a result, and nobody is blamed
RATIO = 4.0  # from one step of the ladder to the next
NO_KINK = 0.05  # an error bar, as a share of the jump, that settles that there is no kink


class Slope(NamedTuple):
    """value ± error; at a kink the slopes to the left and to the right, and no value (nan)."""

    value: float
    error: float
    left: float
    right: float

    @property
    def is_kink(self):
        return np.isnan(self.value) and np.isfinite(self.left)

    @property
    def steepest(self):
        return np.nanmax(np.abs([self.value, self.left, self.right, 0.0]))


NOTHING = Slope(np.nan, np.inf, np.nan, np.nan)


def slope(f, x, claim, noise=0.0):
    """The slope of f at x, both numbers. f gives nan where it has no value.

    claim: what the slope is said to be. Of the steps of the ladder those count first that can
    confirm it; so nobody is condemned by a step that a better one contradicts.
    noise: by how much one last digit on the way to f moves it.
    """
    h = ladder(x)
    up, down = x + h, x - h
    here = f(x)
    above, below = np.array([[f(float(one)) for one in side] for side in (up, down)])
    with np.errstate(all="ignore"):
        central = (above - below) / (up - down)
        left, right = (here - below) / (x - down), (above - here) / (up - x)
        size = np.maximum(np.abs(above), np.abs(below))
        still = (above == here) & (below == here)  # perhaps it moves, in digits that are not kept
        size[still] = np.maximum(size[still], max(1.0, abs(x)))
        digits = MARGIN * (EPS * size + noise) / h
        # The error of a central difference shrinks with h², so that two of them tell the next.
        value = central[1:] + (central[1:] - central[:-1]) / (RATIO**2 - 1)
        apart = np.abs(np.diff(central))
        shaken = np.fmax.accumulate((apart * h[1:])[::-1])[::-1]  # by rounding, at any shorter step
        error = np.maximum(apart, shaken / h[1:]) + digits[1:]
        jump = right - left  # shrinks with h, unless there is a kink
        stays = np.abs(jump[1:]) > 0.5 * np.abs(jump[:-1])
        bent = stays & (np.abs(jump[1:]) > 4 * digits[1:])
        error[bent | ~np.isfinite(value + error)] = np.inf
        unsure = np.abs(np.diff(jump)) + digits[1:]
        unsure[~bent | ~np.isfinite(unsure)] = np.inf
        unsure = np.maximum(unsure[1:], unsure[:-1])  # one rung alone is an accident
    known = np.abs(value[error < 0.1 * np.abs(value)])
    worth = 1e-6 * max([abs(claim), *known])  # a wider error bar would confirm too much
    confirms = (np.abs(value - claim) <= error) & (error <= worth)
    if confirms.any():
        best = int(np.argmin(np.where(confirms, error, np.inf)))
    else:
        best = _valley(error, digits[1:])
    corner = 1 + int(np.argmin(unsure))
    sides = float(left[corner + 1]), float(right[corner + 1])
    height = abs(sides[1] - sides[0])
    is_sharp = unsure[corner - 1] < 0.2 * height and height > 1e-3 * np.abs(sides).max()
    if is_sharp and (best < corner or error[best] > max(NO_KINK * height, 1e-3 * abs(value[best]))):
        return Slope(np.nan, np.inf, *sides)
    if not np.isfinite(error[best]):
        return NOTHING
    return Slope(float(value[best]), float(error[best]), np.nan, np.nan)


def _valley(error, digits):
    """Where error bars that shrink, as steps grow, grow again: further off lies something else."""
    finite = np.flatnonzero(np.isfinite(error))
    best = finite[-1] if len(finite) else 0
    if error[best] > 4 * digits[best]:  # the shortest step is still too long for this function
        error[:] = np.inf
    for i in finite[::-1]:
        if error[i] > 10 * error[best] or not np.isfinite(error[i : best + 1]).all():
            break
        best = i if error[i] < error[best] else best
    return int(best)


def ladder(x):
    """Steps that fit anything from far below x (as far as its digits go) to far above it."""
    longest = np.log2(max(1.0, abs(x))) + 4
    shortest = np.log2(min(1.0, abs(x))) - 36 if x else -60.0
    shortest = max(shortest, np.log2(np.spacing(abs(x))) + 6)
    count = int((longest - shortest) / np.log2(RATIO)) + 1
    return 2.0 ** (np.floor(longest) - np.log2(RATIO) * np.arange(count))

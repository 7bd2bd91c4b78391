"""Numbers as chapter 5's panels write them: short, and so that a pocket calculator agrees."""

import re
from contextlib import suppress

import numpy as np

MOST_DIGITS = 17  # with so many a float is exact


def short(value, digits=3):
    """A number for a label: whole ones in full, others with so many digits, tiny ones with fewer.

    With more than three digits, for a sentence, tiny ones keep theirs.
    """
    if not np.isfinite(value):
        return "?"
    if abs(value - round(value)) < 1e-9 * max(1, abs(value)) and abs(value) < 1e6:
        text = str(round(value))
    elif 10.0**-digits <= abs(value) < 10**digits - 0.5:
        text = f"{value:.{digits if abs(value) >= 0.01 or digits > 3 else 2}g}"
    elif 1 <= abs(value) < 1e6:
        text = f"{value:.0f}"
    else:
        mantissa, exponent = f"{value:.{digits - 1 if digits > 3 else 0}e}".split("e")
        text = f"{mantissa}e{int(exponent)}"
    return text.replace("-", "−")


def read(text):
    """The number that `short` wrote."""
    return float(text.replace("−", "-"))


def operand(value, digits=3):
    """A number inside a formula: negative ones stand in parentheses."""
    return f"({short(value, digits)})" if value < 0 else short(value, digits)


def written(formula, function, given, result, shown=3):
    """The formula with numbers in it, so that a pocket calculator comes to what is shown.

    None if it never does: then the layer does something else.
    """
    digits = digits_for(function, given, result, shown)
    if digits is None:
        return None
    text = formula.format(*(operand(value, digits) for value in given))
    return re.sub(r"\(\((−[^()]*)\)\)", r"(\1)", text)  # exp((−1))


def digits_for(function, given, result, shown=3):
    """How many digits of what is given lead to so many of the result: as few as possible."""
    for digits in range(shown, MOST_DIGITS + 1):
        rounded = [read(short(value, digits)) for value in given]
        with suppress(ArithmeticError, TypeError), np.errstate(all="ignore"):
            if short(function(*rounded), shown) == short(result, shown):
                return digits
    return None

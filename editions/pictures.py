"""The pictures of a panel's states: SVG, sharp at any size, and pixels in them WebP without loss.

A line that several of them share is stored once.
"""

import base64
import io
import re
from functools import lru_cache

import matplotlib
import numpy as np
from PIL import Image

from panels.shell.picture import DPI, svg

PIXELS = re.compile(r"data:image/png;base64,\s*([A-Za-z0-9+/=\s]+)")
PLACES = re.compile(r"(\d+\.\d\d)\d+")


def pictures(panel, drawn, layout):
    """The states' pictures, made of shared lines: of each how many to pass over, to take, …"""
    lines, numbers, seen = {}, {}, []
    panel.lay_out(layout)
    for state in drawn:
        if state.data is None:  # a message: the picture stays
            seen.append(-1)
            continue
        with np.errstate(all="ignore"), matplotlib.rc_context({"svg.hashsalt": "live"}):
            panel.draw(panel.figure, state.data)
        steps, after = [], None  # small numbers, alike from picture to picture: they pack well
        for line in written(panel.figure):
            number = lines.setdefault(line, len(lines))
            if number != after:
                steps += number - (after or 0), 0
            steps[-1] += 1
            after = number + 1
        seen.append(numbers.setdefault(tuple(steps), len(numbers)))
    width = round(panel.figure.get_figwidth() * DPI)
    panel.lay_out("normal")
    return {"width": width, "lines": list(lines), "pictures": list(numbers), "seen": seen}


def written(figure):
    """The lines of a figure's SVG, places in hundredths of a point and pixels as WebP."""
    with np.errstate(all="ignore"), matplotlib.rc_context({"svg.hashsalt": "live"}):
        lines = PIXELS.sub(lambda png: recoded(png[1]), svg(figure).decode()).splitlines()
    exact = ("transform", "base64")  # what is multiplied, and what is no number
    return [
        line if any(word in line for word in exact) else PLACES.sub(r"\1", line) for line in lines
    ]


@lru_cache(1000)
def recoded(png):
    """Pixels as a PNG in letters, as a WebP without loss: a third of the size."""
    stream = io.BytesIO()
    Image.open(io.BytesIO(base64.b64decode(png))).save(stream, "webp", lossless=True, exact=True)
    return f"data:image/webp;base64,{base64.b64encode(stream.getvalue()).decode()}"

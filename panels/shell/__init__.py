"""What all interactive figures share. A panel is one file, `panels/chNN_idea.py`, one idea:

    compute_x(**values) -> NamedTuple   NumPy and `common` only; every number of the panel
    draw_x(figure, data)                matplotlib's object API (no pyplot); computes nothing
    describe_x(data) -> str             one or two sentences: what the picture shows
    x_panel(*, hide=(), **start)        Panel(title=…, controls={…}, compute=…, …).start(start)

The names in `controls` are compute's arguments; arrays go in by `functools.partial`. At most six
controls are visible. A control checks its value; for what no control can know, compute raises a
ValueError, `_("…")` in words for a student: it becomes the message line, and picture, data and
sentence stay. Any other exception is a bug: it is named there, and raised. Work of more than
0.2 s is a RunPanel's. `draw` gets the same figure every time, emptied when its layout changes
(`layout_of`): what it shows is kept by `artists`, and what moves is made with animated=True.
What a hand can grab in the picture: touch.py.
"""

from .controls import (
    Scrubber,
    Several,
    Stepper,
    choice,
    log_slider,
    slider,
    toggle,
)
from .page import N_
from .panel import Panel
from .picture import DPI, Picture, artists, layout_of, new_figure, png
from .run import RunPanel
from .touch import Hand
from .typed import Number, NumberGrid, number

__all__ = [
    "DPI",
    "N_",
    "Hand",
    "Number",
    "NumberGrid",
    "Panel",
    "Picture",
    "RunPanel",
    "Scrubber",
    "Several",
    "Stepper",
    "artists",
    "choice",
    "layout_of",
    "log_slider",
    "new_figure",
    "number",
    "png",
    "slider",
    "toggle",
]

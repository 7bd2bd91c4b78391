"""A figure without a window, its PNG, the <img> of a panel, and the still pictures of chapters."""

import base64
import html
import io

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

DPI = 80


def new_figure(size):
    """A figure of size = (width, height) in inches."""
    figure = Figure(figsize=size, dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def artists(figure, lay_out):
    """What `lay_out(figure)` returned at the first draw: axes, lines, texts to be updated.

    For figures that take more than 60 ms to draw anew; the others call `figure.clear()`.
    """
    if not hasattr(figure, "_panel_artists"):
        figure._panel_artists = lay_out(figure)
    return figure._panel_artists


def png(figure):
    """The figure as the bytes of a PNG, the same ones each time."""
    stream = io.BytesIO()
    options = {"compress_level": 3}
    figure.canvas.print_png(stream, metadata={"Software": None}, pil_kwargs=options)
    return stream.getvalue()


def as_text(picture):
    """The bytes of a PNG as pages and notebooks store them."""
    return base64.b64encode(picture).decode("ascii")


def image(picture, alt):
    """The <img> of a PNG, with words for those who do not see it."""
    return f'<img alt="{html.escape(alt)}" src="data:image/png;base64,{as_text(picture)}">'


class Picture:
    """A figure and the sentence that says what it shows."""

    def __init__(self, figure, sentence):
        self.png, self.sentence = png(figure), sentence

    def __repr__(self):
        return self.sentence

    def _repr_mimebundle_(self, **kwargs):
        data = {"text/plain": self.sentence, "image/png": as_text(self.png)}
        return data, {"image/png": {"alt": self.sentence, "unconfined": True}}  # scrolls

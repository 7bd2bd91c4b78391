"""A figure without a window, its PNG and its SVG, and the still pictures of chapters.

While a control moves, pictures are PNGs; once the hand is still the page asks for an SVG, which is
sharp at any size.
"""

import base64
import io

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from PIL import Image, ImageDraw, ImageFont

DPI = 80
MARGIN, LINE = 12, 20  # pixels: beside the words of a stored picture, and from line to line


def new_figure(size):
    """A figure of size = (width, height) in inches."""
    figure = Figure(figsize=size, dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def resize(figure, size, layout):
    """Empties the figure for another layout: "normal", "narrow" or "lecture"."""
    figure.clear()
    figure.set_size_inches(size)
    figure._panel_layout = layout
    for kept in ("_panel_artists", "_panel_still"):
        vars(figure).pop(kept, None)


def layout_of(figure):
    """How a figure's parts are to be laid out: "normal", "narrow" or "lecture"."""
    return getattr(figure, "_panel_layout", "normal")


def artists(figure, lay_out, key=None):
    """What `lay_out(figure)` returned at the first draw: axes, lines, texts to be updated.

    Those made with animated=True move: they are drawn over a copy of all that stands still. When
    `key` is another one than before, all is laid out anew.
    """
    if getattr(figure, "_panel_artists", None) is None or figure._panel_key != key:
        figure.clear()
        figure._panel_artists, figure._panel_key = lay_out(figure), key
    return figure._panel_artists


def png(figure):
    """The figure as the bytes of a PNG, the same ones each time."""
    canvas = figure.canvas
    if figure.stale or not hasattr(figure, "_panel_still"):
        canvas.draw()
        figure._panel_moving = figure.findobj(lambda artist: artist.get_animated())
        figure._panel_still = canvas.copy_from_bbox(figure.bbox)
        figure.stale = False  # until something that stands still is changed
    canvas.restore_region(figure._panel_still)
    seen = filter(lambda artist: artist.get_visible(), figure._panel_moving)
    for artist in sorted(seen, key=lambda artist: artist.get_zorder()):
        artist.draw(canvas.get_renderer())
    stream = io.BytesIO()
    pixels = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    pixels.save(stream, "png", compress_level=3)
    return stream.getvalue()


def svg(figure):
    """The figure as the bytes of an SVG: words as paths, pictures in it at twice their size."""
    stream = io.BytesIO()
    own = [artist for artist in figure.get_children() if artist.get_animated()]
    for artist in own:  # else the figure's own moving texts would be left out
        artist.set_animated(False)
    nothing = {"Date": None, "Creator": None}
    figure.savefig(stream, format="svg", dpi=2 * DPI, metadata=nothing)
    for artist in own:
        artist.set_animated(True)
    figure.set_dpi(DPI)
    figure.stale = False  # what stands still is what it was before
    return stream.getvalue()


def with_words(picture, title, sentence):
    """The PNG with its title above and its sentence below: a panel for readers without a kernel.

    Words that the font has no letters for stay out of it, and beside it: a panel's alt has them.
    """
    letters = get_font(findfont("DejaVu Sans")).get_charmap()
    if not letters.keys() >= set(map(ord, title + sentence)):
        return picture
    drawn = Image.open(io.BytesIO(picture)).convert("RGB")
    bold, plain = (
        ImageFont.truetype(findfont(FontProperties(family="DejaVu Sans", weight=weight)), 14)
        for weight in ("bold", "normal")
    )
    lines = [(line, bold) for line in _lines(title, bold, drawn.width)]
    above = LINE * len(lines) + MARGIN
    lines += [(line, plain) for line in _lines(sentence, plain, drawn.width)]
    page = Image.new("RGB", (drawn.width, drawn.height + LINE * len(lines) + 2 * MARGIN), "white")
    page.paste(drawn, (0, above))
    pen = ImageDraw.Draw(page)
    for i, (line, font) in enumerate(lines):
        y = MARGIN // 2 + LINE * i + (drawn.height + MARGIN // 2 if font is plain else 0)
        pen.text((MARGIN, y), line, "#1a1a1a", font)
    stream = io.BytesIO()
    page.save(stream, "png", compress_level=6)
    return stream.getvalue()


def _lines(text, font, width):
    """`text` in lines that fit."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= width - 2 * MARGIN:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def as_text(picture):
    """The bytes of a PNG as pages and notebooks store them."""
    return base64.b64encode(picture).decode("ascii")


class Picture:
    """A figure and the sentence that says what it shows."""

    def __init__(self, figure, sentence):
        self.png, self.sentence = png(figure), sentence

    def __repr__(self):
        return self.sentence

    def _repr_mimebundle_(self, **kwargs):
        data = {"text/plain": self.sentence, "image/png": as_text(self.png)}
        return data, {"image/png": {"alt": self.sentence, "unconfined": True}}  # scrolls

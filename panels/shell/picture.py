"""A figure without a window, its PNG, the <img> of a panel, and the still pictures of chapters."""

import base64
import html
import io

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont
from PIL import Image, ImageDraw, ImageFont

DPI = 80
MARGIN, LINE = 12, 20  # pixels: beside the words of a stored picture, and from line to line


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


def with_words(picture, title, sentence):
    """The PNG with its title above and its sentence below: a panel for readers without a kernel."""
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

"""Draws README's picture, which moves: `make picture` writes docs/panel.webp.

It shows chapter 4's training lab during the book's own run, a frame for each reading of loss and
accuracy. docs/panel.png is the last frame, for readers whose system asks for less motion.
"""

import io
from pathlib import Path

from PIL import Image

from dataset.mnist import load_mnist
from panels.ch04_training import EVERY, training_panel
from panels.shell.picture import LINE, with_words

DOCS = Path(__file__).resolve().parents[1] / "docs"
EACH, LAST = 110, 3000  # milliseconds that a frame stays
LEVELS = 8  # a colour's three numbers are multiples of it: a third of the bytes, and grey is grey


def frames():
    """The pictures, all of one size. At the start and the end they have the panel's sentence."""
    (x_train, t_train), (x_test, t_test) = load_mnist(normalize=True)
    panel = training_panel(x_train, t_train, x_test, t_test)
    for data in panel._steps():
        if data.step % EVERY == 0:
            panel._show(data)
            words = panel.sentence if data.progress in (0, 1) else ""
            drawn = Image.open(io.BytesIO(with_words(panel.picture, panel.title, words)))
            if data.step == 0:
                size = drawn.width, drawn.height + LINE  # the last sentence fills two lines
            page = Image.new("RGB", size, "white")
            page.paste(drawn)
            yield page.point(lambda value: min(255, (value + LEVELS // 2) // LEVELS * LEVELS))


def main():
    first, *others = frames()
    times = [EACH] * len(others) + [LAST]
    moving, still = DOCS / "panel.webp", DOCS / "panel.png"
    options = {"lossless": True, "quality": 60, "method": 4}  # how hard it is packed
    first.save(moving, save_all=True, append_images=others, duration=times, loop=0, **options)
    others[-1].save(still, optimize=True)
    for path in (moving, still):
        print(f"{path.stat().st_size / 1000:.0f} kB in docs/{path.name}")


if __name__ == "__main__":
    main()

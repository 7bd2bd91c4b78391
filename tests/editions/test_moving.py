"""README's picture is small, moves long enough to be read, and is what the panel draws today."""

import base64
import io

import pytest
from PIL import Image, ImageSequence

from editions import moving
from scripts.notebooks import look_alike


def png(picture):
    stream = io.BytesIO()
    picture.convert("RGB").save(stream, "png")
    return base64.b64encode(stream.getvalue())


@pytest.mark.slow
def test_the_moving_picture_shows_what_the_panel_draws_today():
    path, times, pictures = moving.DOCS / "panel.webp", [], []
    with Image.open(path) as stored:
        assert stored.width <= 800
        for frame in ImageSequence.Iterator(stored):
            pictures.append(png(frame))
            times.append(frame.info["duration"])  # known once it is drawn
    assert path.stat().st_size < 1e6
    assert len(times) > 20 and 6000 <= sum(times) <= 12000, "milliseconds"
    fresh = list(map(png, moving.frames()))
    assert len(fresh) == len(pictures) and all(map(look_alike, pictures, fresh))
    assert look_alike(base64.b64encode((moving.DOCS / "panel.png").read_bytes()), fresh[-1])
    assert not look_alike(fresh[0], fresh[-1])

"""The picture on the page: swapped when it is decoded, sharp once the hand is still, touchable."""

from pathlib import Path

import anywidget
import traitlets


class View(anywidget.AnyWidget):
    """A picture's bytes and its words; `areas` are the axes that can be touched (see touch.py)."""

    _esm = Path(__file__).with_name("view.js")
    image = traitlets.Bytes(b"").tag(sync=True)
    mime = traitlets.Unicode("image/png").tag(sync=True)
    alt = traitlets.Unicode().tag(sync=True)
    width = traitlets.Int().tag(sync=True)  # pixels, where there is room
    areas = traitlets.List().tag(sync=True)

    def show(self, image, *, mime="image/png", **others):
        """One change, one message."""
        with self.hold_sync():
            self.image, self.mime = image, mime
            for name, value in others.items():
                setattr(self, name, value)

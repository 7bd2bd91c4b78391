"""What stands around a panel's picture on the page: lines of text, and what the browser adds."""

import os
from functools import wraps
from gettext import gettext as _
from pathlib import Path

import anywidget
import ipywidgets as widgets
import traitlets

from .typed import NUMBERS


def N_(text):
    """Mark words that `_` looks up when they are shown, in the language of that moment."""
    return text


def in_english(draw):
    """The words that `draw` looks up stay English: no font for others need be there."""

    @wraps(draw)
    def drawn(*args, **options):
        before = os.environ.get("LANGUAGE")
        os.environ["LANGUAGE"] = "en"
        try:
            return draw(*args, **options)
        finally:
            if before is None:
                del os.environ["LANGUAGE"]
            else:
                os.environ["LANGUAGE"] = before

    return drawn


class Helper(anywidget.AnyWidget):
    """What the browser adds to a panel: style, accessible names, live text, the lecture size."""

    _esm = NUMBERS + "".join(
        Path(__file__).with_name(name).read_text(encoding="utf-8")
        for name in ("sizes.js", "panel.js")
    )
    _css = Path(__file__).with_name("panel.css")
    title = traitlets.Unicode().tag(sync=True)
    busy = traitlets.Bool(False).tag(sync=True)
    layout_name = traitlets.Unicode("normal").tag(sync=True)
    words = traitlets.Dict().tag(sync=True)

    def __init__(self, title):
        words = {
            "enter": _("Lecture size (F)"),
            "leave": _("Leave the lecture size (F or Escape)"),
            "value": _("value"),
            "play": _("play"),
            "pause": _("pause"),
            "back": _("back to start"),
        }
        super().__init__(title=title, words=words)


def line(kind, content=""):
    """An empty line of a panel, which panel.css knows by its kind."""
    widget = widgets.HTML(content)
    widget.add_class(f"panel-{kind}")
    return widget

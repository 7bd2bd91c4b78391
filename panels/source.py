"""A file of this project in a cell, folded until it is opened: `companion.show_file`.

The notebook stores its name and what it is. The lines are those that this kernel imports.
"""

import ast
import html
from gettext import gettext as _
from pathlib import Path

import anywidget
import traitlets
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

PROJECT = Path(__file__).resolve().parents[1]


class Source(anywidget.AnyWidget):
    """Files, each behind its name."""

    _esm = "export default { render({ model, el }) { el.innerHTML = model.get('page'); } };"
    _css = Path(__file__).with_name("source.css")
    page = traitlets.Unicode().tag(sync=True)
    _ipython_display_ = None  # by which ipywidgets 7 would show it without a word

    def __init__(self, said, page):
        self.said = said
        super().__init__(page=page)

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        return {**data, "text/plain": self.said}, metadata


def show_file(*names):
    """Show files of the project, such as "common/layers.py", folded and in colour."""
    files = [(name, *_read(name)) for name in names]
    said = "\n".join(f"{name}: {about}" for name, about, _code in files)
    return Source(said, "".join(_folded(*file) for file in files))


def _read(name):
    """What a file says that it is, and its lines."""
    code = (PROJECT / name).read_text(encoding="utf-8")
    return ast.get_docstring(ast.parse(code)).splitlines()[0], code


def _folded(name, about, code):
    lines = _("{n} lines").format(n=code.count("\n"))
    lit = highlight(code, PythonLexer(), HtmlFormatter(nowrap=True))
    label = html.escape(name)
    return (
        f'<details class="source"><summary><code>{label}</code> ({lines}): {html.escape(about)}'
        f'</summary><pre tabindex="0" aria-label="{label}">{lit}</pre></details>'
    )

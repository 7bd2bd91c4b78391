"""Build the book, the chapters as web pages that need no Python: `make book`.

Nothing is run: the pages show the stored outputs. `Stage` copies chapters, documents and code into
one folder as Sphinx wants them, and leaves the originals as they are; editions/conf.py tells Sphinx
how pages are made of it. Panels answer from the frames of editions/live.py, unless `--fast`.
"""

import argparse
import base64
import html
import os
import re
import shutil
import sys
from importlib import metadata
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote

import nbformat
from nbformat.v4 import new_markdown_cell
from PIL import Image
from sphinx.cmd.build import build_main

from exercises.verdict import solution_source
from scripts.notebooks import exercises

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
MATHJAX = "sphinx-mathjax-offline"
LOOK_UP = ("glossary", "map")  # of docs/: for readers. All others are for teachers, ...
INTERNAL = {"mutation", "soak"}  # ... and these for those who work on the project: no pages
PLACES = {"README.md": "index.md", "common": "code/index.md"}
LINK = re.compile(r"(!?)\[((?:[^][]|\[[^][]*\])*)\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(?:([\d.]+) )?(.+)", re.M)
HOSTED = """\
[Open in Colab](https://colab.research.google.com/github/{0}/blob/HEAD/chapters/{1})
[Open in Binder](https://mybinder.org/v2/gh/{0}/HEAD?labpath=chapters/{1})
"""
TREE = "\n```{{toctree}}\n:caption: {}\n:maxdepth: 2\n{}\n```\n"


def address():
    """The repository's address: Source in pyproject.toml, or where a workflow builds, or ""."""
    urls = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"].get("urls", {})
    server, name = map(os.environ.get, ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY"))
    found = urls.get("Source") or (f"{server}/{name}" if server and name else "")
    return found.rstrip("/").removesuffix(".git")


def slug(heading):
    """A heading's anchor in the pages, made of its words or of its anchor in JupyterLab."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def without_pictures(path):
    """A notebook's text for a download, a quarter of its size: it draws again where it runs."""
    notebook = nbformat.read(path, as_version=4)
    for output in (each for cell in notebook.cells for each in cell.get("outputs", [])):
        if output.get("data", {}).pop("image/png", None):
            output.metadata.clear()
    return nbformat.writes(notebook)


class Stage:
    """The folder that Sphinx reads, and where a link of ours leads there."""

    def __init__(self, folder, live):
        self.folder, self.live, self.address = folder, live, address()
        paths = sorted((ROOT / "chapters").glob("*.ipynb"))
        self.chapters = {path.name: nbformat.read(path, as_version=4) for path in paths}
        self.documents = sorted({path.stem for path in (ROOT / "docs").glob("*.md")} - INTERNAL)
        self.code = set((ROOT / "common").glob("[!_]*.py"))  # and what pages link to
        for name in self.chapters:
            self.chapter(ROOT / "chapters" / name)
        for name in self.documents:
            path = ROOT / "docs" / f"{name}.md"
            self.page(path.name, self.markdown(path.read_text("utf-8"), path))
        self.page("solutions.md", self.solutions())
        self.page("index.md", self.contents())
        for path in sorted(self.code):
            name = path.relative_to(ROOT)
            text = f"# {name.as_posix()}\n\n````python\n{path.read_text('utf-8')}````"
            self.page(f"code/{name.with_suffix('.md').as_posix()}", text)
        self.page("code/index.md", "# The code\n" + TREE.format("Files", "\n".join(
            path.relative_to(ROOT).with_suffix("").as_posix() for path in sorted(self.code))))

    def page(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")

    # ---- links

    def markdown(self, text, origin):
        """Let the links in a file's Markdown lead to pages, or to the repository, or be words."""
        return LINK.sub(lambda link: self.link(*link.groups(), origin) or link[0], text)

    def link(self, picture, text, target, origin):
        name, _, anchor = unquote(target).partition("#")
        if ":" in target:
            return None
        path = (origin.parent / name).resolve() if name else origin
        short = path.relative_to(ROOT).as_posix()
        page = PLACES.get(short, path.name)
        if picture:
            shutil.copy(path, self.folder)
        elif path.name in self.chapters:  # "3.6" leads to that section
            number = re.search(r"[\d.]*$", text)[0]
            anchor = anchor or self.sections(path.name).get(number, "")
        elif path.suffix == ".py" and path.is_file():
            self.code.add(path)
            page, anchor = f"code/{short.removesuffix('.py')}.md", ""
        elif page == path.name and path.stem not in self.documents:
            if not self.address:
                return text
            page = f"{self.address}/blob/HEAD/{short}"
        return f"{picture}[{text}]({page}{anchor and '#' + slug(anchor)})"

    def sections(self, name):
        cells = (cell for cell in self.chapters[name].cells if cell.cell_type == "markdown")
        found = [match for cell in cells for match in HEADING.finditer(cell.source)]
        return {match[1]: f"{match[1]} {match[2]}" for match in found if match[1]}

    # ---- pages

    def chapter(self, path):
        notebook, cells = self.chapters[path.name], []
        self.page(f"downloads/{path.name}", without_pictures(path))
        for cell in notebook.cells:
            cells.append(cell)
            if cell.cell_type == "markdown":
                cell.source = self.markdown(cell.source, path)
                continue
            for number, output in enumerate(cell.outputs):
                if "image/png" in output.get("data", {}):
                    output.data = {"text/html": self.picture(path.stem, cell.id, number, output)}
            if cell.source.startswith("companion.show_file"):
                files = re.sub(r"^(\S+): ", r"- [\1](../\1): ", cell.outputs.pop().data["text/plain"], flags=re.M)
                cells.append(new_markdown_cell(self.markdown(files, path)))
        hosted = re.fullmatch(r"https://github\.com/([\w.-]+/[\w.-]+)", self.address)
        buttons = HOSTED.format(hosted[1], path.name) if hosted else ""
        buttons += f"{{download}}`Download the notebook <downloads/{path.name}>`"
        title, rest = cells[0].source.split("\n\n", 1)
        cells[0].source = f"{title}\n\n```{{container}} run-it\n{buttons}\n```\n\n{rest}"
        self.page(path.name, nbformat.writes(nbformat.from_dict({**notebook, "cells": cells})))

    def picture(self, chapter, cell, number, output):
        """A stored picture with its words, in the place of a panel that answers without Python."""
        image = Image.open(BytesIO(base64.b64decode(output.data["image/png"])))
        file = f"_static/pictures/{chapter}-{cell}-{number}.webp"
        image.convert("RGB").save(self.folder / file, lossless=True)
        words = html.escape(output.metadata["image/png"]["alt"])
        size = 'width="{}" height="{}"'.format(*image.size)
        shown = f'<img src="{file}" alt="{words}" {size} loading="lazy">'
        name = self.live.get((chapter, cell))
        live = f'class="live-panel" data-panel="{name}" data-src="_static/live/{name}.js"'
        return f"<div {live if name else 'class=picture'}>{shown}</div>"

    def solutions(self):
        lines = ["# Solutions\n\nOne way to solve each exercise. Others may be as good: try first."]
        for name, notebook in self.chapters.items():
            lines.append("\n## " + HEADING.search(notebook.cells[0].source)[0].lstrip("# "))
            for answer, cell, _ in exercises(notebook):
                before = notebook.cells[: notebook.cells.index(cell)]
                headings = [h for c in before for h in re.findall("^#### (.+)", c.source, re.M)]
                code = solution_source(name.split("_")[0], answer)
                lines.append(f"\n### {headings[-1]}\n\n```python\n{code}\n```\n")
                lines.append(f"[To the exercise]({name}#{slug(headings[-1])})")
        return "\n".join(lines)

    def contents(self):
        """README's first words and its table, and below them the contents."""
        text = (ROOT / "README.md").read_text("utf-8")
        table = text[text.index("## What is in it") : text.index("<details>")]
        teachers = [name for name in self.documents if name not in LOOK_UP]
        parts = {
            "Chapters": self.chapters,
            "To look up": ["solutions", *LOOK_UP, "code/index"],
            "For teachers": sorted(teachers, key=lambda name: name != "teaching"),
        }
        trees = [TREE.format(caption, "\n".join(names)) for caption, names in parts.items()]
        first = self.markdown(text[: text.index("```")] + table, ROOT / "README.md")
        return f"{first}\n## Contents\n" + "".join(trees)


def build(folder, fast=False):
    """Write the book as web pages to `folder`; what Sphinx reads stays beside it."""
    source = folder.with_name(f"{folder.name}-source")
    for old in (folder, source):
        shutil.rmtree(old, ignore_errors=True)
    static = source / "_static"
    (static / "pictures").mkdir(parents=True)
    shutil.copy(HERE / "book.css", static)
    shutil.copy(next(f for f in metadata.files(MATHJAX) if f.name == "tex-svg.js").locate(), static)
    live = {}
    if not fast:
        from editions.live import export

        live = export(static / "live")
    Stage(source, live)
    files = ["html_js_files=live/live.js", "html_css_files=book.css,live/live.css"] if live else []
    sphinx("html", source, folder, files)


def sphinx(builder, source, folder, settings=()):
    options = [f"html_static_path={source / '_static'}", *settings]
    options = [part for option in options for part in ("-D", option)]
    trees = f"{source}-trees"
    if build_main(["-qW", "-b", builder, "-c", str(HERE), "-d", trees, *options, str(source), str(folder)]):
        raise SystemExit("Sphinx could not make the book: the lines above say why.")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fast", action="store_true", help="panels as pictures, in seconds")
    parser.add_argument("--pdf", action="store_true", help="write build/book.pdf, too")
    wanted = parser.parse_args()
    book = ROOT / "build" / "book"
    build(book, wanted.fast)
    size = sum(path.stat().st_size for path in book.rglob("*") if path.is_file())
    print(f"{book.relative_to(ROOT) / 'index.html'}: {size / 1e6:.1f} MB in all")


if __name__ == "__main__":
    main()

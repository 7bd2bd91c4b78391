"""What Sphinx reads: chapters, documents and code in one folder, with links that lead to pages.

The originals are left as they are. editions/book.py makes pages of the folder. The Korean book has
what is translated, and leads to the English book for the rest.
"""

import base64
import html
import re
from io import BytesIO

import nbformat
from nbformat.v4 import new_markdown_cell
from PIL import Image

from editions.cut import caption, is_panel
from editions.languages import CHAPTERS, ROOT, say
from editions.links import HEADING, Links, slug
from exercises.verdict import solution_source
from scripts.notebooks import exercises

LOOK_UP = ("glossary", "map")  # of docs/: for readers; all others are for teachers
FILE = re.compile(r"^(\S+): ", re.M)  # as companion.show_file says it
HOSTED = """\
[{2}](https://colab.research.google.com/github/{0}/blob/HEAD/{1})
[{3}](https://mybinder.org/v2/gh/{0}/HEAD?labpath={1})
"""
TREE = "\n```{{toctree}}\n:caption: {}\n:maxdepth: 2\n{}\n```\n"


def without_pictures(path):
    """A notebook's text for a download, a quarter of its size: it draws again where it runs."""
    notebook = nbformat.read(path, as_version=4)
    for output in (each for cell in notebook.cells for each in cell.get("outputs", [])):
        if output.get("data", {}).pop("image/png", None):
            output.metadata.clear()
    return nbformat.writes(notebook)


class Stage(Links):
    """The folder that Sphinx reads, written; `live` names the panels that answer by themselves."""

    def __init__(self, folder, live, language="en"):
        super().__init__(folder, language)
        self.live = live
        for name in self.chapters:
            self.chapter(CHAPTERS[language] / name)
        for name in self.documents:
            if name not in self.foreign:
                path = self.own(f"docs/{name}.md")
                self.page(path.name, self.markdown(path.read_text("utf-8"), path))
        self.page("solutions.md", self.solutions())
        self.page("index.md", self.contents())
        if language == "en":
            self.files()

    def files(self):
        files = [path.relative_to(ROOT).as_posix() for path in sorted(self.code)]
        for name in files:
            text = (ROOT / name).read_text("utf-8")
            self.page(f"code/{name[:-3]}.md", f"# {name}\n\n````python\n{text}````")
        tree = TREE.format("Files", "\n".join(name[:-3] for name in files))
        self.page("code/index.md", f"# The code\n{tree}")

    def say(self, text):
        return say(text, self.language)

    def page(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")

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
                files = FILE.sub(r"- [\1](../\1): ", cell.outputs.pop().data["text/plain"])
                cells.append(new_markdown_cell(self.markdown(files, path)))
        hosted = re.fullmatch(r"https://github\.com/([\w.-]+/[\w.-]+)", self.address)
        words = [self.say(f"Open in {host}") for host in ("Colab", "Binder")]
        there = path.relative_to(ROOT).as_posix()
        buttons = HOSTED.format(hosted[1], there, *words) if hosted else ""
        buttons += f"{{download}}`{self.say('Download the notebook')} <downloads/{path.name}>`"
        title, rest = cells[0].source.split("\n\n", 1)
        cells[0].source = f"{title}\n\n```{{container}} run-it\n{buttons}\n```\n\n{rest}"
        self.page(path.name, nbformat.writes(nbformat.from_dict({**notebook, "cells": cells})))

    def picture(self, chapter, cell, number, output):
        """A stored picture with its words, in the place of a panel that answers without Python."""
        png, above = output.data["image/png"], "" if self.language == "en" else "../"
        image = Image.open(BytesIO(base64.b64decode(png)))
        file = f"_static/pictures/{chapter}-{cell}-{number}.webp"
        if above and png == self.stored(chapter, cell, number):
            file = above + file  # the English book's
        else:
            image.convert("RGB").save(self.folder / file, lossless=True)
        words = html.escape(output.metadata["image/png"]["alt"])
        size = 'width="{}" height="{}"'.format(*image.size)
        shown = f'<img src="{file}" alt="{words}" {size} loading="lazy">'
        if above and is_panel(output):  # its words are not drawn into it
            title, sentence = map(html.escape, caption(output))
            shown = f'<p class="said"><b>{title}</b></p>{shown}<p class="said">{sentence}</p>'
        name = self.live.get((chapter, cell))
        live = f'class="live-panel" data-panel="{name}" data-src="{above}_static/live/{name}.js"'
        return f"<div {live if name else 'class=picture'}>{shown}</div>"

    def stored(self, chapter, cell, number):
        """The same picture of the English chapter, as stored."""
        found = (one for one in self.english[f"{chapter}.ipynb"].cells if one.id == cell)
        return next(found).outputs[number].get("data", {}).get("image/png")

    def solutions(self):
        first = "One way to solve each exercise. Others may be as good: try first."
        lines = [f"# {self.say('Solutions')}\n\n{self.say(first)}"]
        for name, notebook in self.chapters.items():
            lines.append("\n## " + HEADING.search(notebook.cells[0].source)[0].lstrip("# "))
            english = self.headings(name)
            for answer, cell, _ in exercises(notebook):
                before = notebook.cells[: notebook.cells.index(cell)]
                headings = [h for c in before for h in re.findall("^#### (.+)", c.source, re.M)]
                code = solution_source(name.split("_")[0], answer)
                lines.append(f"\n### {headings[-1]}\n\n```python\n{code}\n```\n")
                there = english[slug(headings[-1])]
                lines.append(f"[{self.say('To the exercise')}]({name}#{there})")
        return "\n".join(lines)

    def contents(self):
        """README's first words and its table, and below them the contents."""
        path = self.own("README.md")
        text = path.read_text("utf-8")
        end = text.index("<details>")
        table = text[text.rindex("\n## ", 0, end) + 1 : end]
        teachers = [name for name in self.documents if name not in LOOK_UP]
        english = {
            "Chapters": self.chapters,
            "To look up": ["solutions", *LOOK_UP, "code/index"],
            "For teachers": sorted(teachers, key=lambda name: name != "teaching"),
        }
        parts = {
            caption: [name for name in names if name.split("/")[0] not in self.foreign]
            for caption, names in english.items()
        }
        trees = [
            TREE.format(self.say(caption), "\n".join(names))
            for caption, names in parts.items()
            if names
        ]
        # Of a picture that moves the book shows the one for those who want it still.
        picture = r'<picture>.*?srcset="([^"]+)".*? alt="([^"]+)".*?</picture>'
        start = re.sub(picture, r"![\2](\1)", text[: text.index("```")], flags=re.S)
        first = self.markdown(start + table, path)
        return f"{first}\n\n## {self.say('Contents')}\n" + "".join(trees)

"""Write each chapter as a live lecture to build/lecture: `make lecture` opens them in JupyterLab.

The notebooks have the slides of the decks (cut.py) in the words of jupyterlab-rise: slide,
subslide, notes, skip. Every code cell of the chapter is in them, in its order, so that all run.
Code that a deck folds is in sight here, where it can be changed and run again.
"""

import re
import shutil
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from editions.cut import cut

ROOT = Path(__file__).resolve().parents[1]
LECTURES = ROOT / "build" / "lecture"
# How jupyterlab-rise shows them; "simple", its own theme, asks another host for fonts.
RISE = {
    "theme": "white",
    "transition": "none",
    "center": False,
    "scroll": True,
    "slideNumber": "c/t",
}


def lecture(notebook, chapter):
    """The notebook of a lecture, without outputs; `chapter` is "chNN"."""
    cells = []
    for slide in cut(notebook, chapter):
        kind = "slide" if slide.level < 3 and "--" not in slide.name else "subslide"
        cells.append(prose(f"{'#' * min(slide.level, 2)} {slide.title}", kind))
        for part in slide.parts:
            if part.kind in ("code", "fold", "skip") and part.cell.cell_type == "code":
                told = {"slideshow": {"slide_type": "skip"}} if part.kind == "skip" else {}
                kept = {"tags": part.cell.metadata.get("tags", [])}
                cells.append(new_code_cell(part.source, metadata={**kept, **told}))
            elif part.kind == "ask":
                cells.append(prose("> " + part.source.replace("\n", "\n> ")))
            elif part.kind == "text":
                cells.append(prose(part.source))
        solution = [f"A solution:\n\n```python\n{slide.answer}\n```"] if slide.answer else []
        if notes := "\n\n".join([*slide.notes, *solution]):
            cells.append(prose(notes, "notes"))
    return new_notebook(cells=cells, metadata={**notebook.metadata, "rise": RISE})


def prose(text, kind=None):
    """A cell of Markdown. Links lead to where they did, from another folder."""
    text = re.sub(r"\]\(\.\./", "](../../", text)
    return new_markdown_cell(text, metadata={"slideshow": {"slide_type": kind}} if kind else {})


def main(folder=LECTURES):
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(Path(__file__).with_name("rise.css"), folder)  # which RISE looks for
    for path in sorted((ROOT / "chapters").glob("ch*.ipynb")):
        notebook = lecture(nbformat.read(path, as_version=4), path.stem[:4])
        nbformat.write(notebook, folder / path.name)
    print(f"Lectures in {folder}")


if __name__ == "__main__":
    main()

"""Judge a class's notebooks: `make grade FOLDER=…`; docs/grading.md is for who grades.

Every notebook below the folder, one process an answer (exercises/alone.py). What comes out are
grades.csv and grades.html in the same folder.
"""

import argparse
import csv
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from gettext import gettext as _
from pathlib import Path
from typing import NamedTuple

import nbformat

from scripts.notebooks import CHAPTERS, answer_name, exercises

from . import alone, grade_page

LARGEST = 50_000_000  # bytes of a notebook that is read


class Row(NamedTuple):
    student: str
    notebook: str
    chapter: str
    exercise: str
    mark: str
    mistake: str  # its name, the same for all who make it
    message: str  # what the check says of this answer


def clean(text):
    """Return text that any file can hold: a file's name may be in no encoding at all."""
    return text.encode("utf-8", "backslashreplace").decode()


def templates():
    """Return chapter -> exercise -> the template's source, in the order of the chapters."""
    found = {}
    for path in sorted(CHAPTERS.glob("ch*.ipynb")):
        stored = exercises(nbformat.read(path, as_version=4))
        found[path.stem.split("_")[0]] = {name: answer.source for name, answer, _ in stored}
    return found


def read(path):
    """Return a notebook's code cells: of each, the source and the answer that its tag names."""
    if path.stat().st_size > LARGEST:
        raise ValueError(_("it is larger than {most} MB").format(most=LARGEST // 10**6))
    cells = nbformat.read(path, as_version=4).get("cells", [])
    code = [cell for cell in cells if cell.cell_type == "code"]
    return [{"source": cell.source, "answer": answer_name(cell)} for cell in code]


def handed_in(folder):
    """Return the notebooks below a folder, without what Jupyter and macOS leave beside them."""
    paths = (path for path in sorted(folder.rglob("*.ipynb")) if path.is_file())
    return [p for p in paths if not any(n.startswith(".") for n in p.relative_to(folder).parts)]


def tasks(path, folder, chapters):
    """Yield for each answer its row, still without a mark, and what its process is asked."""
    place = path.relative_to(folder)
    student = place.parts[0] if len(place.parts) > 1 else place.stem
    blank = Row(clean(student), clean(str(place)), "", "", alone.UNSURE, "", "")
    try:
        cells = read(path)
    except Exception as error:  # whatever can be wrong with a file
        words = _("The notebook cannot be read: {error}")
        words = words.format(error=" ".join(f"{type(error).__name__}: {error}".split())[:300])
        yield blank._replace(message=clean(words)), None
        return
    text = "\n".join(cell["source"] for cell in cells)
    tagged = {cell["answer"] for cell in cells}
    met = [c for c in chapters if tagged & set(chapters[c]) or f"exercises.{c}" in text]
    if not met:
        yield blank._replace(message=_("The notebook holds no exercise of any chapter.")), None
    for chapter in met:
        for name, template in chapters[chapter].items():
            asked = {"chapter": chapter, "name": name, "template": template, "cells": cells}
            yield blank._replace(chapter=chapter, exercise=name), asked


def judge(row, asked, prefix=()):
    """Return the row with its mark."""
    if asked is None:
        return row
    mark, message, mistake = map(clean, alone.ask(asked, prefix))
    name = (mistake or message) if mark == "✗" else ""
    return row._replace(mark=mark, message=message, mistake=name)


def grade(folder, workers=2):
    """Judge what is in the folder, write both tables, and return the rows."""
    prefix, chapters, rows = alone.apart(), templates(), []
    network = _("Answers are run without network.") if prefix else _(
        "This system does not let answers be kept from the network: they are run with it."
    )  # fmt: skip
    print(network)
    judged = lambda path: [judge(*one, prefix) for one in tasks(path, folder, chapters)]
    with (
        warnings.catch_warnings(),
        open(folder / "grades.csv", "w", encoding="utf-8-sig", newline="") as file,
        ThreadPoolExecutor(workers) as pool,
    ):
        warnings.simplefilter("ignore")  # about what other tools left out of a file
        table = csv.writer(file)  # grows with every notebook
        table.writerow(Row._fields)
        for group in pool.map(judged, handed_in(folder)):
            table.writerows(group)
            file.flush()
            rows += group
            words = grade_page.counts(group) if group[0].exercise else group[0].message
            print(f"{group[0].notebook}: {words}", flush=True)
    mistakes = grade_page.frequent(rows)
    page = grade_page.page(rows, mistakes, network)
    (folder / "grades.html").write_text(page, encoding="utf-8")
    for students, exercise, mistake in mistakes[:5]:
        print(f"{students} × {exercise}: {mistake}")
    return rows


def main():
    parser = argparse.ArgumentParser(prog="make grade FOLDER=…", description=__doc__)
    parser.add_argument("folder", type=Path, help="notebooks, or a folder for each student")
    parser.add_argument("--workers", type=int, default=2, help="notebooks at a time")
    chosen = parser.parse_args()
    folder = chosen.folder.expanduser()
    sys.stdout.reconfigure(errors="replace")  # a console may know no ✓
    if not folder.is_dir():
        sys.exit(_("There is no folder {folder}.").format(folder=folder))
    try:
        rows = grade(folder, chosen.workers)
    except KeyboardInterrupt:
        sys.exit(_("Stopped: grades.csv holds what was judged."))
    except PermissionError as error:
        sys.exit(_("The table cannot be written: {error}").format(error=error))
    if not rows:
        sys.exit(_("There is no notebook below {folder}.").format(folder=folder))
    print(folder / "grades.html")


if __name__ == "__main__":
    main()

"""Panels that answer without Python: what they show is drawn now, and chosen in the page later.

`export(folder)` writes NAME.js for each panel that a cell of the chapters shows, and live.js and
live.css, which bring these to life. `python -m editions.live FOLDER` does so and tells their sizes.
"""

import ast
import base64
import gzip
import hashlib
import io
import json
import re
import shutil
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stdout
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

import matplotlib
import nbformat

from panels.shell import Panel, RunPanel
from panels.shell.frames import run_states, states

from .languages import CHAPTERS as FOLDERS
from .languages import NAMES, speaking
from .pictures import pictures
from .stops import content, retold

CHAPTERS = FOLDERS["en"]
LAYOUTS = ("normal", "narrow")  # NAME.js, and NAME-narrow.js for a page below 700 pixels
EACH = (9, 5)  # values of a control around each base: the fewer where a file becomes too large
MOST = 240  # states of a panel: bases come first, then what is around the start
LARGE, ROOM = 600_000, 240_000  # letters: of one file, and of both that a panel may have


def export(folder, chapters=None, layouts=LAYOUTS, wanted=None, workers=2):
    """Writes the panels' files; returns (chapter's stem, cell's id) -> NAME. wanted: cells' ids."""
    folder = Path(folder)
    copy_scripts(folder)
    paths = chapters or sorted(CHAPTERS.glob("*.ipynb"), reverse=True)
    jobs = [(path, folder, layouts, wanted) for path in paths]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        return {key: name for found in pool.map(_chapter, jobs) for key, name in found.items()}


def copy_scripts(folder):
    """What brings the files to life."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("live.js", "live.css"):
        shutil.copy(Path(__file__).with_name(name), folder)


def _chapter(job):
    path, folder, layouts, wanted = job
    names = {}
    for cell, panels in shown(path):
        if wanted is None or cell in wanted:
            panel, *others = panels.values()
            names[path.stem, cell] = write(panel, folder, layouts, *others)
            print(f"{path.stem} {cell}: {names[path.stem, cell]}", flush=True)
    return names


def shown(path):
    """Runs a chapter's cells as a reader does, those that show a panel once for each language;
    yields their ids, and the panels: language -> panel.
    """
    sys.path.insert(0, str(path.parent))
    matplotlib.use("Agg")
    names = {"__name__": "__main__", "display": lambda *shown, **options: None}
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type != "code" or "raises-exception" in cell.metadata.get("tags", []):
            continue
        values = {}
        for language in NAMES:
            with redirect_stdout(io.StringIO()), speaking(language):
                values[language] = result(cell, names if language == "en" else dict(names))
            matplotlib.pyplot.close("all")
            if not isinstance(values["en"], Panel):
                break
        else:
            yield cell.id, values


def result(cell, names):
    """What a cell ends with, run among these names."""
    tree = ast.parse(cell.source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, cell.id, "exec"), names)
    return last and eval(compile(ast.Expression(last.value), cell.id, "eval"), names)


def write(panel, folder, layouts=LAYOUTS, korean=None):
    """Writes a panel's file for each layout, named by what it holds; returns the name. korean: the
    same panel, made while Korean was spoken, tells the Korean words.
    """
    runs = isinstance(panel, RunPanel)
    for each in EACH:
        found = (run_states if runs else states)(panel, each)
        found = list(islice(found, MOST // 3 if runs else MOST))
        data, drawn = content(panel, found)
        if korean:
            with speaking("ko"):
                data["ko"] = retold(korean, found, data)
        texts = {}
        for layout in layouts:  # the others if they find room: a page shows the first one else
            text = packed({**data, **pictures(panel, drawn, layout)})
            if not texts or len(text) + len(texts[layouts[0]]) <= ROOM:
                texts[layout] = text
            if 2 * len(text) > ROOM:
                break
        if runs or len(texts[layouts[0]]) <= LARGE:
            break
    label = re.sub(r"\W+", "-", panel.title.lower(), flags=re.ASCII).strip("-")
    name = f"{label}-{hashlib.sha256(''.join(texts.values()).encode()).hexdigest()[:8]}"
    for layout, text in texts.items():
        suffix = "" if layout == "normal" else f"-{layout}"
        save(folder / f"{name}{suffix}.js", name, text)
    return name


def save(path, name, text):
    path.write_text(f'livePanel("{name}","{text}")', encoding="utf-8")


def packed(data):
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()


def main(folder):
    began = time.time()
    names = export(folder)
    found = {name: list(Path(folder).glob(f"{name}*.js")) for name in sorted(set(names.values()))}
    sizes = {name: sum(path.stat().st_size for path in paths) for name, paths in found.items()}
    for (chapter, cell), name in names.items():
        print(f"{chapter} {cell:20} {sizes[name] / 1e3:7.0f} kB {name}")
    print(f"{len(sizes)} panels, {sum(sizes.values()) / 1e6:.1f} MB, {time.time() - began:.0f} s")


if __name__ == "__main__":
    main(*sys.argv[1:])

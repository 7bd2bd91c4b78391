"""Panels that answer without Python: what they show is drawn now, and chosen in the page later.

`export(folder)` writes NAME.js for each panel that a cell of the chapters shows, and live.js and
live.css, which bring these to life. `python -m editions.live FOLDER` does so and tells their sizes.

A state is known by its key, the places of the controls' values among their stops: "0,3,1". Pictures
are SVG, sharp at any size; a line that several of them share is stored once.
"""

import ast
import base64
import builtins
import gzip
import hashlib
import json
import re
import shutil
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from gettext import gettext as _
from multiprocessing import get_context
from pathlib import Path

import matplotlib
import nbformat
import numpy as np

from panels.shell import NumberGrid, Panel, RunPanel, Scrubber, Several, Stepper
from panels.shell.frames import in_sight, named, run_states, states
from panels.shell.picture import DPI, svg

CHAPTERS = Path(__file__).resolve().parents[1] / "chapters"
LAYOUTS = ("normal",)
EACH = 9  # values of a control around each base


def export(folder, chapters=None, layouts=LAYOUTS, wanted=None, workers=2):
    """Writes the panels' files; returns (chapter's stem, cell's id) -> NAME. wanted: cells' ids."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("live.js", "live.css"):
        shutil.copy(Path(__file__).with_name(name), folder)
    paths = chapters or sorted(CHAPTERS.glob("*.ipynb"), reverse=True)
    jobs = [(path, folder, layouts, wanted) for path in paths]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        return {key: name for found in pool.map(_chapter, jobs) for key, name in found.items()}


def _chapter(job):
    path, folder, layouts, wanted = job
    return {
        (path.stem, cell): write(panel, folder, layouts)
        for cell, panel in shown(path)
        if wanted is None or cell in wanted
    }


def shown(path):
    """Runs a chapter's cells as a reader does; yields the ids and panels of those that show one."""
    sys.path.insert(0, str(path.parent))
    matplotlib.use("Agg")
    builtins.display = lambda *shown, **options: None
    names = {"__name__": "__main__"}
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type != "code" or "raises-exception" in cell.metadata.get("tags", []):
            continue
        tree = ast.parse(cell.source)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, cell.id, "exec"), names)
        value = last and eval(compile(ast.Expression(last.value), cell.id, "eval"), names)
        matplotlib.pyplot.close("all")
        if isinstance(value, Panel):
            yield cell.id, value


def write(panel, folder, layouts=LAYOUTS):
    """Writes a panel's file for each layout, named by what it holds; returns the name."""
    find = run_states if isinstance(panel, RunPanel) else states
    data, drawn = content(panel, list(find(panel, EACH)))
    texts = {layout: packed({**data, **pictures(panel, drawn, layout)}) for layout in layouts}
    label = re.sub(r"\W+", "-", panel.title.lower(), flags=re.ASCII).strip("-")
    name = f"{label}-{hashlib.sha256(''.join(texts.values()).encode()).hexdigest()[:8]}"
    for layout, text in texts.items():
        suffix = "" if layout == layouts[0] else f"-{layout}"
        (folder / f"{name}{suffix}.js").write_text(f'livePanel("{name}","{text}")')
    return name


def packed(data):
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()


def content(panel, found):
    """All that the page needs but the pictures; and the states, each once, that want one."""
    once = {repr(flat(panel, state.values)): state for state in reversed(found)}
    drawn = list(reversed(once.values()))
    controls, stops = [], []
    for column in zip(*(parts(panel, state.values) for state in drawn), strict=True):
        label, widget, moved, _value = column[0]
        values = {repr(value): value for *_part, value in column}
        control, order = described(label, widget, moved, list(values.values()))
        controls.append(control)
        stops.append([list(values)[place] for place in order])
    places = [{text: place for place, text in enumerate(one)} for one in stops]

    def key(values):
        each = zip(places, flat(panel, values), strict=True)
        return tuple(place.get(repr(value), -1) for place, value in each)

    keys = {key(state.values): number for number, state in enumerate(drawn)}
    ways = {}  # what was asked for and ends elsewhere, for one control follows another
    for state in found:
        ways.setdefault(key(state.asked), keys[key(state.values)])
    if isinstance(panel, RunPanel):
        last = {at[:-1]: number for at, number in sorted(keys.items())}  # of each run
        ways |= {(*at, on): n for at, n in last.items() for on in range(len(stops[-1]))}
    ways = {at: number for at, number in ways.items() if at not in keys and -1 not in at}
    whole = {**keys, **ways}
    bases = []
    names = [_("as at the start"), *panel.presets, *[None] * len(panel.stops)]
    for name, values in zip(names, named(panel), strict=True):
        end = {"progress": drawn[0].values["progress"]} if isinstance(panel, RunPanel) else {}
        base = whole.get(key({**values, **end}))
        if end and base is not None:
            base = last[key(drawn[base].values)[:-1]]
        if base is not None and base not in [number for _name, number in bases]:
            bases.append((name, base))
    sentences = {state.words: None for state in drawn}
    sentences = {words: number for number, words in enumerate(sentences)}
    return {
        "title": panel.title,
        "controls": controls,
        "bases": bases,
        "keys": list(keys),
        "ways": [[*at, number] for at, number in ways.items()],
        "sentences": list(sentences),
        "said": [sentences[state.words] for state in drawn],
        "words": {
            "preset": panel._preset_choice.description,
            "own": _("own values"),
            "play": _("Play"),
            "pause": _("Pause"),
            "previous": _("previous"),
            "next": _("next"),
            "note": _("One control at a time here; in the notebook all of them at once."),
        },
    }, drawn


def pictures(panel, drawn, layout):
    """The states' pictures, made of shared lines: of each the ends of the rows of lines in it."""
    lines, numbers, seen = {}, {}, []
    panel.lay_out(layout)
    for state in drawn:
        if state.data is None:  # a message: the picture stays
            seen.append(-1)
            continue
        with np.errstate(all="ignore"), matplotlib.rc_context({"svg.hashsalt": "live"}):
            panel.draw(panel.figure, state.data)
            drawing = svg(panel.figure).decode().splitlines()
        rows = []
        for line in drawing:
            number = lines.setdefault(line, len(lines))
            if rows and rows[-1] == number:
                rows[-1] += 1
            else:
                rows += number, number + 1
        seen.append(numbers.setdefault(tuple(rows), len(numbers)))
    width = round(panel.figure.get_figwidth() * DPI)
    panel.lay_out("normal")
    return {"width": width, "lines": list(lines), "pictures": list(numbers), "seen": seen}


def parts(panel, values):
    """The parts of a state: label, widget, whether a hand moves it, value."""
    moved = dict(in_sight(panel))
    for name, value in values.items():
        widget, moves = panel.controls.get(name), name in moved or name == "progress"
        if isinstance(widget, Several):
            for part, one in zip(widget.parts, value, strict=True):
                yield part.description, part, moves, one
        elif isinstance(widget, NumberGrid) and np.size(value) <= 4:
            for (row, column), one in np.ndenumerate(value):
                yield widget._place({"row": row, "column": column}), None, moves, float(one)
        else:
            yield getattr(widget, "description", "") or _("run"), widget, moves, value


def flat(panel, values):
    return [value for *_part, value in parts(panel, values)]


def described(label, widget, moved, values):
    """A control as the page makes it; and the order of its values."""
    order = list(range(len(values)))
    options = list(getattr(widget, "_options_full", ()))
    kind = "range"
    if options:
        kind, known = "select", [value for _label, value in options]
        order.sort(key=lambda i: known.index(values[i]))
        words = [options[known.index(value)][0] for value in values]
    elif all(isinstance(value, bool) for value in values):
        kind, words = "check", [str(value) for value in values]
        order.sort(key=lambda i: values[i])
    elif all(isinstance(value, (int, float, str)) for value in values):
        kind = "select" if any(isinstance(value, str) for value in values) else "range"
        order.sort(key=lambda i: (not isinstance(values[i], str), values[i]))
        form = getattr(widget, "readout_format", "d" if isinstance(values[0], int) else "g")
        words = [v if isinstance(v, str) else number(v, form) for v in values]
    elif widget is not None and hasattr(widget, "few"):  # shown, or hidden
        kind, label, words = "check", widget.hide.description, [str(bool(v)) for v in values]
        order.sort(key=lambda i: bool(values[i]))
    else:  # a table, a drawing, what was kept: presets alone change it
        moved, words = False, [""] * len(values)
    control = {
        "label": label,
        "kind": kind if moved else "fixed",
        "stops": [words[i] for i in order],
    }
    if isinstance(widget, Stepper):
        control["steps"] = True
    if isinstance(widget, Scrubber) or (widget is None and label == _("run")):
        control["play"] = max(250, getattr(getattr(widget, "play", None), "interval", 0))
    return control, order


def number(value, form):
    return format(value, form if form != "g" else ".4g").replace("-", "−")


def main(folder):
    began = time.time()
    names = export(folder)
    files = sorted(set(names.values()))
    sizes = {
        name: sum(p.stat().st_size for p in Path(folder).glob(f"{name}*.js")) for name in files
    }
    for (chapter, cell), name in names.items():
        print(f"{chapter} {cell:20} {sizes[name] / 1e3:7.0f} kB {name}")
    print(f"{len(files)} panels, {sum(sizes.values()) / 1e6:.1f} MB, {time.time() - began:.0f} s")


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Run the chapters in clean kernels and store what they print: `make notebooks`.

    python scripts/refresh_notebooks.py [--check] [notebook ...]

Without names, every chapter, in both languages. Stored outputs come from here only, so two runs
give the same bytes: no widget state, no timings, no exact Python version, no paths of this machine.
A cell that errs without the tag `raises-exception`, or that writes to stderr, stops the run with
nothing written.
With `--check` nothing is written at all: texts and pictures are compared with the stored ones.
"""

import argparse
import os
import sys
from pathlib import Path

import nbformat
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from scripts.notebooks import (
    ANSI,
    FOLDERS,
    UNCOMPARED,
    WIDGET_VIEW,
    all_differences,
    complaints,
    run,
    tags,
    words,
)

METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "pygments_lexer": "ipython3",
    },
}


def tidy(notebook):
    """Bring `notebook` into the form that is stored, in place, and return it."""
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata = nbformat.from_dict(METADATA)
    seen, count = set(), 0
    for position, cell in enumerate(notebook.cells):
        name = cell.get("id")
        cell["id"] = name if name and name not in seen else f"cell-{position:03d}"
        seen.add(cell["id"])
        cell.source = cell.source.rstrip()
        keep = {key: value for key, value in cell.metadata.items() if key in ("tags", "jupyter")}
        cell.metadata = nbformat.from_dict({key: value for key, value in keep.items() if value})
        if cell.cell_type == "code":
            count += 1
            cell.execution_count = count
            cell.outputs = tidy_outputs(cell.outputs, count)
    return notebook


def tidy_outputs(outputs, count):
    """Return a cell's outputs without what differs from run to run, each stream in one piece."""
    kept, streams = [], {}
    for output in outputs:
        kind = output.output_type
        if kind == "stream":
            if output.name in streams:
                streams[output.name].text += output.text
                continue
            streams[output.name] = output
        elif kind == "error":
            output.traceback = own_frames(output.traceback)
        else:
            output.data.pop(WIDGET_VIEW, None)
            if not output.data:
                continue
            for mime in ("image/png", "image/jpeg"):
                if mime in output.data:
                    output.data[mime] = "".join(output.data[mime].split())
            output.metadata = nbformat.from_dict(
                {mime: value for mime, value in output.metadata.items() if mime in output.data}
            )
            if kind == "execute_result":
                output.execution_count = count
        kept.append(output)
    return kept


def own_frames(traceback):
    """Return the parts of a traceback that tell of the cell: others name this machine's files."""
    frames = [part for part in traceback[:-1] if ANSI.sub("", part).startswith("Cell ")]
    return [*frames, traceback[-1]] if traceback else []


def keep_times(stored, fresh):
    """Let uncompared cells keep what they printed, unless more than its numbers is new.

    They print how long something took: no two runs agree, and a file that changes at every
    run hides the changes that matter.
    """
    for old, new in zip(stored.cells, fresh.cells, strict=True):
        if UNCOMPARED in tags(new) and words(old) == words(new):
            new.outputs = tidy_outputs(old.outputs, new.execution_count)


def write(notebook, path):
    """Write `notebook` to `path` in one step: an interrupted run leaves the old file whole."""
    beside = path.with_name(path.name + ".new")
    beside.write_text(nbformat.writes(notebook).rstrip() + "\n", encoding="utf-8", newline="\n")
    os.replace(beside, path)


def refresh(path, check=False):
    """Run one notebook; return a list of complaints, empty when all is well (and written)."""
    stored = nbformat.read(path, as_version=4)
    try:
        fresh = tidy(run(stored, path.resolve().parent))
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        return [ANSI.sub("", str(error)).strip()]
    found = complaints(fresh)
    if not found and check:
        return all_differences(stored, fresh)
    if not found:
        keep_times(stored, fresh)
        write(fresh, path)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: every chapter")
    parser.add_argument("--check", action="store_true", help="compare with what is stored")
    chosen = parser.parse_args()
    paths = chosen.notebooks or [path for each in FOLDERS for path in sorted(each.glob("*.ipynb"))]
    if not paths:
        sys.exit(f"There is no notebook in {', '.join(map(str, FOLDERS))}.")
    failed = False
    for path in paths:
        found = refresh(path, chosen.check)
        verdict = "FAILED" if found else "same as stored" if chosen.check else "refreshed"
        print(f"{path.name}: {verdict}", *(f"  {line}" for line in found), sep="\n", flush=True)
        failed = failed or bool(found)
    sys.exit(failed)


if __name__ == "__main__":
    main()

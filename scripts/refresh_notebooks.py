"""Run the chapters in clean kernels and store what they print: `make notebooks`.

    python scripts/refresh_notebooks.py [--check] [notebook ...]

Without names, every chapter. Stored outputs come from here only, so two runs give the same bytes:
no widget state, no timings, no exact Python version, no paths of this machine. A cell that errs
without the tag `raises-exception`, or that writes to stderr, stops the run with nothing written.
With `--check` nothing is written at all: texts and pictures are compared with the stored ones.
"""

import argparse
import base64
import contextlib
import copy
import difflib
import io
import math
import os
import re
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from PIL import Image, ImageChops

from scripts.kernels import START_TIMEOUT, settings

ROOT = Path(__file__).resolve().parents[1]
CHAPTERS = ROOT / "chapters"
# Seconds: long, because a machine may be busy. What is asked of a hanging cell is that it ends.
CELL_TIMEOUT = 300
MESSAGE_TIMEOUT = 60
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
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
SHIFT, UNLIKE = 4, 40  # how far pictures may differ: in points of size, in brightness of 255
ANSI = re.compile(r"\x1b\[[0-9;]*m")


@contextlib.contextmanager
def plain_environment():
    """Set what a kernel inherits to the same for everybody, for the time of a `with` block."""
    before = dict(os.environ)
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(
            IPYTHONDIR=folder,  # nobody's start-up files, nobody's history
            JUPYTER_RUNTIME_DIR=folder,
            JUPYTER_PREFER_ENV_PATH="1",  # the kernel of this Python, not a user's own "python3"
            LANGUAGE="en",
            OPENBLAS_NUM_THREADS="1",
        )
        os.environ.pop("DLFS_MNIST", None)  # chapters are stored as they run on the sample
        os.environ.pop("MPLBACKEND", None)
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


def run(notebook, folder=CHAPTERS, timeout=CELL_TIMEOUT):
    """Return a copy of `notebook` with the outputs of a clean kernel working in `folder`."""
    notebook = copy.deepcopy(notebook)
    with plain_environment():
        client = NotebookClient(
            notebook,
            timeout=timeout,
            kernel_name="python3",
            resources={"metadata": {"path": str(folder)}},
            startup_timeout=START_TIMEOUT,
            iopub_timeout=MESSAGE_TIMEOUT,
            raise_on_iopub_timeout=True,  # rather than to store a cell without its last outputs
            extra_arguments=["--log-level=ERROR"],
            record_timing=False,
            store_widget_state=False,
            config=settings(),
        )
        client.execute()
    return notebook


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


def complaints(notebook):
    """Return what must not be stored: errors outside `raises-exception` cells, and stderr."""
    found = []
    for position, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                if "raises-exception" not in cell.metadata.get("tags", []):
                    found.append(f"cell {position}: {output.ename}: {ANSI.sub('', output.evalue)}")
            elif output.output_type == "stream" and output.name == "stderr":
                found.append(f"cell {position} writes to stderr: {output.text.strip()}")
        if "raises-exception" in cell.metadata.get("tags", []) and not any(
            output.output_type == "error" for output in cell.get("outputs", [])
        ):
            found.append(f"cell {position}: tagged raises-exception, and nothing was raised")
    return found


def texts(cell):
    """Return what a code cell says, as text: everything but pictures."""
    said = []
    for output in cell.get("outputs", []):
        if output.output_type == "stream":
            said.append(f"{output.name}: {output.text}")
        elif output.output_type == "error":
            said.append(f"{output.ename}: {ANSI.sub('', output.evalue)}")
        else:
            said += [
                f"{mime}: {value}"
                for mime, value in sorted(output.data.items())
                if not mime.startswith("image/") and mime != WIDGET_VIEW
            ]
    return said


def pictures(cell):
    """Return a code cell's pictures: of each, the words for who cannot see it, and its PNG."""
    return [
        (output.metadata.get("image/png", {}).get("alt", ""), output.data["image/png"])
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]


def about_the_same(one, other):
    """Compare two sentences whose numbers a processor that rounds otherwise may change a little."""
    number = r"-?\d[\d,]*(?:\.\d+)?"
    if re.sub(number, "#", one) != re.sub(number, "#", other):
        return False
    values = [
        [float(n.replace(",", "")) for n in re.findall(number, text)] for text in (one, other)
    ]
    return all(math.isclose(a, b, rel_tol=0.2, abs_tol=0.02) for a, b in zip(*values, strict=True))


def look_alike(one, other):
    """Compare two PNGs as loosely as releases of Matplotlib differ, and no more so.

    Both are cut to one size and blurred, for letters may stand a point beside.
    """
    one, other = (Image.open(io.BytesIO(base64.b64decode(png))) for png in (one, other))
    if max(abs(a - b) for a, b in zip(one.size, other.size, strict=True)) > SHIFT:
        return False
    box = (0, 0, *map(min, one.size, other.size))
    blurred = (image.convert("RGB").crop(box).reduce(16) for image in (one, other))
    return max(most for _, most in ImageChops.difference(*blurred).getextrema()) <= UNLIKE


def differences(stored, fresh):
    """Return the lines in which two runs of one notebook say or show different things.

    Cells that nbval does not compare print how long something took: they differ in numbers only.
    """
    found = []
    for position, (old, new) in enumerate(zip(stored.cells, fresh.cells, strict=True)):
        if old.cell_type != "code":
            continue
        said = words if "nbval-ignore-output" in old.metadata.get("tags", []) else texts
        before, after = ("\n".join(said(cell)).splitlines() for cell in (old, new))
        lines = list(difflib.unified_diff(before, after, "stored", "now", lineterm="", n=0))
        shown = [pictures(cell) for cell in (old, new)]
        for (alt, _), (now, _) in zip(*shown, strict=False):
            if not about_the_same(alt, now):
                lines += [f"-alt: {alt}", f"+alt: {now}"]
        if len(shown[0]) != len(shown[1]):
            lines.append(f"pictures: {len(shown[0])} stored, {len(shown[1])} now")
        elif not all(look_alike(a, b) for (_, a), (_, b) in zip(*shown, strict=True)):
            lines.append("a picture looks different")
        if lines:
            found += [f"cell {position}:", *(f"    {line}" for line in lines)]
    return found


def words(cell):
    """Return what a cell says, without its numbers."""
    return [re.sub(r"\s*\d[\d.,e+-]*", " #", text) for text in texts(cell)]


def keep_times(stored, fresh):
    """Let uncompared cells keep what they printed, unless more than its numbers is new.

    They print how long something took: no two runs agree, and a file that changes at every
    run hides the changes that matter.
    """
    for old, new in zip(stored.cells, fresh.cells, strict=True):
        if "nbval-ignore-output" in new.metadata.get("tags", []) and words(old) == words(new):
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
        fresh = tidy(run(stored))
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        return [ANSI.sub("", str(error)).strip()]
    found = complaints(fresh)
    if not found and check:
        return differences(stored, fresh)
    if not found:
        keep_times(stored, fresh)
        write(fresh, path)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: every chapter")
    parser.add_argument("--check", action="store_true", help="compare with what is stored")
    chosen = parser.parse_args()
    paths = chosen.notebooks or sorted(CHAPTERS.glob("*.ipynb"))
    if not paths:
        sys.exit(f"There is no notebook in {CHAPTERS}.")
    failed = False
    for path in paths:
        found = refresh(path, chosen.check)
        verdict = "FAILED" if found else "same as stored" if chosen.check else "refreshed"
        print(f"{path.name}: {verdict}", *(f"  {line}" for line in found), sep="\n", flush=True)
        failed = failed or bool(found)
    sys.exit(failed)


if __name__ == "__main__":
    main()

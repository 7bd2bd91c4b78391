"""One way to run a notebook, and one to compare what it says and shows with what is stored.

`make notebooks` and the tests share it: nbval's items (conftest.py) compare with `differences` what
nbval leaves out.
"""

import base64
import copy
import difflib
import io
import math
import re
from itertools import pairwise
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat.v4 import new_markdown_cell, new_notebook
from PIL import Image, ImageChops

from scripts.kernels import START_TIMEOUT, plain_environment, settings

CHAPTERS = Path(__file__).resolve().parents[1] / "chapters"
FOLDERS = (CHAPTERS, CHAPTERS.with_name("chapters_ko"))  # English, Korean
# Seconds: long, because a machine may be busy. What is asked of a hanging cell is that it ends.
CELL_TIMEOUT = 300
MESSAGE_TIMEOUT = 60
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
UNCOMPARED = "nbval-ignore-output"
SHIFT, UNLIKE = 4, 40  # how far pictures may differ: in points of size, in brightness of 255
ANSI = re.compile(r"\x1b\[[0-9;]*m")


# ---- running


def client(notebook, folder=CHAPTERS, timeout=CELL_TIMEOUT):
    """Return what runs `notebook` in a clean kernel that works in `folder`."""
    return NotebookClient(
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


def run(notebook, folder=CHAPTERS, timeout=CELL_TIMEOUT):
    """Return a copy of `notebook` with the outputs of a clean kernel working in `folder`."""
    notebook = copy.deepcopy(notebook)
    with plain_environment():
        client(notebook, folder, timeout).execute()
    return notebook


# ---- exercises


def tags(cell):
    return cell.metadata.get("tags", [])


def answer_name(cell):
    """Return NAME of the tag `answer-NAME`, or None."""
    return next((t.removeprefix("answer-") for t in sorted(tags(cell)) if t[:7] == "answer-"), None)


def exercises(notebook):
    """Yield each exercise: its name, the cell of the answer and the cell of the verdict."""
    for answer, verdict in pairwise(notebook.cells):
        if name := answer_name(answer):
            yield name, answer, verdict


def is_right(verdict):
    """Whether the cell of a verdict says that the answer is right."""
    return any("text/plain: ✓" in text for text in texts(verdict))


# ---- links


def linking(paths):
    """Return a notebook of the cells that link to our files; of each link: cell, place, file."""
    notebooks = [nbformat.read(path, as_version=4) for path in paths]
    prose = [c.source for each in notebooks for c in each.cells if c.cell_type == "markdown"]
    cells = [new_markdown_cell(source) for source in prose if re.search(r"\]\((\.\./|ch)", source)]
    links = [
        (number, place, link)
        for number, cell in enumerate(cells)
        for place, link in enumerate(re.findall(r"\]\(([^)]+)\)", cell.source))
        if ":" not in link
    ]
    return new_notebook(cells=cells, metadata=notebooks[0].metadata), links


# ---- comparing


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


def words(cell):
    """Return what a cell says, without its numbers."""
    return [re.sub(r"\s*\d[\d.,e+-]*", " #", text) for text in texts(cell)]


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
    """Return the lines in which two runs of one code cell say or show different things.

    Cells that nbval does not compare print how long something took: they differ in numbers only.
    """
    said = words if UNCOMPARED in tags(stored) else texts
    before, after = ("\n".join(said(cell)).splitlines() for cell in (stored, fresh))
    lines = list(difflib.unified_diff(before, after, "stored", "now", lineterm="", n=0))
    old, new = pictures(stored), pictures(fresh)
    for (alt, _), (now, _) in zip(old, new, strict=False):
        if not about_the_same(alt, now):
            lines += [f"-alt: {alt}", f"+alt: {now}"]
    if len(old) != len(new):
        lines.append(f"pictures: {len(old)} stored, {len(new)} now")
    elif not all(look_alike(a, b) for (_, a), (_, b) in zip(old, new, strict=True)):
        lines.append("a picture looks different")
    return lines


def all_differences(stored, fresh):
    """Return `differences` of all code cells of two runs of one notebook, below their numbers."""
    found = []
    for position, (old, new) in enumerate(zip(stored.cells, fresh.cells, strict=True)):
        if old.cell_type == "code" and (lines := differences(old, new)):
            found += [f"cell {position}:", *(f"    {line}" for line in lines)]
    return found


def complaints(notebook):
    """Return what must not be stored: errors outside `raises-exception` cells, and stderr."""
    found = []
    for position, cell in enumerate(notebook.cells):
        announced, raised = "raises-exception" in tags(cell), False
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                raised = True
                if not announced:
                    found.append(f"cell {position}: {output.ename}: {ANSI.sub('', output.evalue)}")
            elif output.output_type == "stream" and output.name == "stderr":
                found.append(f"cell {position} writes to stderr: {output.text.strip()}")
        if announced and not raised:
            found.append(f"cell {position}: tagged raises-exception, and nothing was raised")
    return found

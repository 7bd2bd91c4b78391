"""A chapter says the same wherever and however often it is run, and nbval's run misses nothing.

That each cell says and shows what is stored, and that each exercise can be solved, is held by
nbval's own run of the chapters (conftest.py).
"""

import base64
import copy
import io
import os
import re
import shutil
import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from PIL import Image

from exercises.verdict import solution_source
from scripts.notebooks import CHAPTERS, all_differences, complaints, exercises, is_right, run
from scripts.refresh_notebooks import tidy

ROOT = CHAPTERS.parent
PATHS = sorted(CHAPTERS.glob("*.ipynb"))

pytestmark = pytest.mark.slow


def with_cells(notebook, cells):
    """A copy of `notebook` with these cells, each with a name of its own."""
    made = copy.deepcopy(notebook)
    made.cells = copy.deepcopy(cells)
    for number, cell in enumerate(made.cells):
        cell["id"] = f"cell-{number:04d}"
    return made


@pytest.mark.long
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_run_in_another_folder_and_a_second_one_after_the_solutions_say_the_same(path, tmp_path):
    """Nothing is read from the folder of chapters; what a run leaves behind changes nothing."""
    stored = nbformat.read(path, as_version=4)
    solved = []
    for name, answer, verdict in exercises(copy.deepcopy(stored)):
        answer.source = solution_source(path.stem.split("_")[0], name)
        solved += [answer, verdict]
    ran = run(with_cells(stored, [*stored.cells, *solved, *stored.cells]), folder=tmp_path).cells
    size = len(stored.cells)
    first, between, again = ran[:size], ran[size:-size], ran[-size:]
    for once in (first, again):
        fresh = tidy(with_cells(stored, once))
        assert not all_differences(stored, fresh)
        assert not complaints(fresh)
    assert all(is_right(verdict) for *_, verdict in exercises(with_cells(stored, between)))


def picture(shade, alt):
    """An output with a grey picture, and the words for who cannot see it."""
    stream = io.BytesIO()
    Image.new("L", (32, 32), shade).save(stream, format="png")
    data = {"text/plain": "It fires.", "image/png": base64.b64encode(stream.getvalue()).decode()}
    return [new_output("display_data", data, metadata={"image/png": {"alt": alt}})]


def test_nbvals_run_of_a_chapter_misses_nothing(tmp_path):
    """Broken text, words, pictures and solutions are red, each in the cell that it is in."""
    (now,) = picture(255, "A bar of 7.0.")
    draw = f"from IPython.display import display\ndisplay({dict(now.data)}, raw=True, metadata="
    draw += f"{ {'image/png': dict(now.metadata['image/png'])} })"
    clock = "from time import perf_counter\nprint('loops', perf_counter(), 'ms')"
    took = [new_output("stream", name="stdout", text="loops 7.5 ms\n")]
    two = [new_output("stream", name="stdout", text="2\n")]
    cells = [  # source, stored outputs, tags, whether it passes
        (draw, picture(255, "A bar of 7.1."), [], True),
        (draw, picture(255, "A bar of 70."), [], False),
        (draw, picture(90, "A bar of 7.0."), [], False),
        (clock, took, ["nbval-ignore-output"], True),
        (clock.replace("loops", "turns"), took, ["nbval-ignore-output"], False),
        ("print(1 + 1)", two, [], True),
        ("print(1 + 2)", two, [], False),
        ("def softmax_batch(X): ...", [], ["exercise", "answer-softmax_batch"], True),
        ("verdict = None", [], ["verdict"], True),
    ]
    notebook = new_notebook(
        cells=[
            new_code_cell(source, outputs=outputs, metadata={"tags": tags}, execution_count=i + 1)
            for i, (source, outputs, tags, _) in enumerate(cells)
        ]
    )
    nbformat.write(notebook, tmp_path / "ch03_broken.ipynb")
    shutil.copy(ROOT / "conftest.py", tmp_path)
    command = [sys.executable, "-m", "pytest", "--nbval", "-q", "-rf", "-p", "no:cacheprovider"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    red = [f"Cell {i}" for i, (*_, passes) in enumerate(cells) if not passes]
    red.append("solution of softmax_batch")
    assert re.findall(r"^FAILED ch03_broken.ipynb::(.+?)(?: - .*)?$", ran.stdout, re.M) == red

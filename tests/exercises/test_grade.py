"""Handed-in notebooks: every answer gets its mark, and a wild one costs no other anything."""

import csv
import socket
import sys

import pytest
from nbformat.v4 import new_code_cell, new_notebook, writes

from exercises import grade
from tests.exercises.test_exercises import CHAPTERS, checks

OPEN = "def leaky_relu(x, slope=0.01): ..."
RIGHT = "def leaky_relu(x, slope=0.01):\n    return np.where(x > 0, x, slope * x)"
ABOVE = "import numpy as np", "lost = 0 * np.ones(1)", "1 / 0", "ZERO = 0", "def pick(x): return x"
CLASS = {  # a student -> the answer's cell, its mark, and what is said of it
    "relu": (RIGHT.replace("slope * x", "0"), "✗", "This is ReLU"),
    "names": (RIGHT.replace("np", "ZERO + pick(np)"), "✓", "Right"),
    "leans": (RIGHT.replace("slope *", "lost +"), "?", "It needs `lost`"),
    "beside": (f"{OPEN}\n", "✓", "Right"),  # the template stands, an untagged cell has the answer
    "open": (OPEN, "○", "not answered"),
    "renamed": (RIGHT.replace("leaky_relu", "leaky"), "✗", "no value to `leaky_relu`"),
    "floods": (f"%%time\nprint('x' * 10**8)\n{RIGHT}", "✓", "Right"),
    "exits": (f"{RIGHT}\nexit()", "✗", "SystemExit"),
    "ends": ("import os; os._exit(0)", "?", "before there was a verdict"),
    "loops": ("while True: pass", "✗", "does not come to an end"),
}
if sys.platform == "linux":  # elsewhere nothing limits the memory
    CLASS["eats"] = "x = []\nwhile True: x.append(bytearray(10**7))", "✗", "MemoryError"
BROKEN = {"half": '{"cells": [', "nothing": "", "list": "[]", "no_cells": '{"nbformat": 4}'}


def write(folder, student, source):
    beside = RIGHT if student == "beside" else ""
    cells = [*map(new_code_cell, [*ABOVE, source, beside, "check_leaky_relu(leaky_relu)"])]
    cells[-3].metadata["tags"] = ["answer-leaky_relu"]
    (folder / student).mkdir()
    (folder / student / "any.ipynb").write_text(writes(new_notebook(cells=cells)), "utf-8")


@pytest.mark.slow
def test_each_answer_gets_its_mark_and_a_wild_one_costs_no_other_anything(tmp_path, monkeypatch):
    monkeypatch.setattr(grade, "templates", lambda: {"ch03": {"leaky_relu": OPEN}})
    for student, (source, *_) in CLASS.items():
        write(tmp_path, student, source)
    for name, text in BROKEN.items():
        (tmp_path / f"{name}.ipynb").write_text(text, "utf-8")
    grade.grade(tmp_path)
    table = csv.DictReader((tmp_path / "grades.csv").read_text("utf-8-sig").splitlines())
    said = {row["student"]: row for row in table}
    for name in (*CLASS, *BROKEN):
        _, mark, words = CLASS.get(name, ("", "?", "The notebook cannot be read"))
        assert said[name]["mark"] == mark and words in said[name]["message"], said[name]


@pytest.mark.slow
def test_where_the_system_allows_it_an_answer_reaches_no_network(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as one:
        call = f"import socket; socket.create_connection({one.getsockname()})\n"
        write(tmp_path, "calls", call + RIGHT)
        (path,) = grade.handed_in(tmp_path)
        ((row, asked),) = grade.tasks(path, tmp_path, {"ch03": {"leaky_relu": OPEN}})
        assert grade.judge(row, asked).mark == "✓"  # as it is without
        if not (prefix := grade.alone.apart()):
            pytest.skip("this system lets nobody be kept from the network")
        assert "OSError" in grade.judge(row, asked, prefix).mistake


def test_every_exercise_is_found_in_its_chapter():
    assert {c: {*n} for c, n in grade.templates().items()} == {c: {*checks(c)} for c in CHAPTERS}


def test_the_classes_mistakes_are_counted_by_student_whatever_their_numbers():
    told = [("a", "It is 3."), ("<b>", "It is -4.5."), ("<b>", "It is 1."), ("c", "Why?")]
    rows = [grade.Row(who, "", "ch03", "relu", "✗", words, words) for who, words in told]
    found = grade.grade_page.frequent([*rows, rows[0]._replace(student="d", mark="?")])
    assert found == [(2, "ch03 relu", "It is 3."), (1, "ch03 relu", "Why?")]
    page = grade.grade_page.page(rows, found, "")
    assert "&lt;b&gt;" in page and "<b>" not in page and "It is -4.5." in page

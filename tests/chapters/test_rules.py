"""Every chapter is well kept: the rules that nbval does not know.

Each rule takes a notebook and returns what it finds wrong, in words. What a chapter says when it
is run is nbval's: conftest.py.
"""

import copy
import importlib
import re
import statistics

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell

from scripts.notebooks import CHAPTERS, answer_name, complaints, exercises, is_right, tags
from scripts.refresh_notebooks import tidy

PATHS = sorted(CHAPTERS.glob("*.ipynb"))
STORED = {path: nbformat.read(path, as_version=4) for path in PATHS}
UNCOMPARED = {"nbval-ignore-output", "nbval-skip"}
KNOWN_TAGS = {"exercise", "verdict", "raises-exception", "slide-skip", *UNCOMPARED}
SOAK_PAGE = CHAPTERS.parent / "docs" / "soak.md"

every_chapter = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)


def test_there_is_a_chapter():
    assert "ch03_neural_net" in [path.stem for path in PATHS]


RULES = {}


def rule(check):
    RULES[check.__name__] = check
    return check


def code_cells(notebook):
    return [(i, cell) for i, cell in enumerate(notebook.cells) if cell.cell_type == "code"]


def is_uncompared(cell):
    return not UNCOMPARED.isdisjoint(tags(cell))


@rule
def errors_are_announced_and_stderr_is_silent(notebook):
    return complaints(notebook)


@rule
def markers_are_tags_that_we_know(notebook):
    found = [f"cell {i}: a comment" for i, cell in code_cells(notebook) if "NBVAL" in cell.source]
    for i, cell in enumerate(notebook.cells):
        unknown = {t for t in set(tags(cell)) - KNOWN_TAGS if not re.fullmatch(r"answer-\w+", t)}
        found += [f"cell {i}: tag {tag}" for tag in sorted(unknown)]
    return found


@rule
def cells_are_short(notebook):
    lengths = {i: len(cell.source.splitlines()) for i, cell in code_cells(notebook)}
    found = [f"cell {i}: {length} lines" for i, length in lengths.items() if length > 20]
    median = statistics.median(lengths.values()) if lengths else 0
    return found + ([f"the median is {median} lines"] if median > 5 else [])


@rule
def lines_are_narrow(notebook):
    return [
        f"cell {i}: {line}"
        for i, cell in code_cells(notebook)
        for line in cell.source.splitlines()
        if len(line) > 78
    ]


@rule
def at_most_three_code_cells_stand_in_a_row(notebook):
    kinds = "".join("c" if cell.cell_type == "code" else "m" for cell in notebook.cells)
    return [f"from cell {run.start()} on" for run in re.finditer("c{4,}", kinds)]


@rule
def there_are_15_to_35_words_of_prose_for_a_line_of_code(notebook):
    prose = " ".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    words = sum(any(letter.isalpha() for letter in word) for word in prose.split())
    source = "\n".join(cell.source for _, cell in code_cells(notebook))
    lines = sum(bool(line.strip()) for line in source.splitlines())
    ratio = words / max(lines, 1)
    return [] if 15 <= ratio <= 35 else [f"{words} words, {lines} lines: {ratio:.1f}"]


@rule
def code_is_free_of_set_up(notebook):
    banned = re.compile(r"%matplotlib|sys\.path|rcParams|^\s*[!%]|;\s*$", re.MULTILINE)
    return [
        f"cell {i}: {found[0].strip()}"
        for i, cell in code_cells(notebook)
        if (found := banned.search(cell.source))
    ]


@rule
def the_first_code_cell_asks_whether_the_kernel_is_ready(notebook):
    (_, first), *_ = code_cells(notebook)
    return [] if first.source.split("\n")[0] == "import companion" else ["no `import companion`"]


@rule
def each_picture_has_words_for_who_cannot_see_it(notebook):
    return [
        f"cell {i}"
        for i, cell in code_cells(notebook)
        for output in cell.outputs
        if "image/png" in output.get("data", {})
        and not output.metadata.get("image/png", {}).get("alt")
    ]


@rule
def each_exercise_is_followed_by_its_verdict(notebook):
    found = []
    for i, cell in code_cells(notebook):
        if "exercise" in tags(cell):
            name = answer_name(cell)
            after = notebook.cells[i + 1] if i + 1 < len(notebook.cells) else new_markdown_cell()
            if not name or "verdict" not in tags(after):
                found.append(f"cell {i}: no answer- tag, or no verdict after it")
            elif after.source.strip() != f"check_{name}({name})":
                found.append(f"cell {i + 1}: {after.source.strip()}")
            elif is_right(after):
                found.append(f"cell {i}: stored with its answer")
        elif answer_name(cell):
            found.append(f"cell {i}: an answer- tag without the tag exercise")
    return found


@every_chapter
@pytest.mark.parametrize("name", RULES)
def test_a_chapter_keeps_the_rules(path, name):
    assert not RULES[name](STORED[path]), f"chapters/{path.name}: {name.replace('_', ' ')}"


@every_chapter
def test_a_chapter_is_stored_as_make_notebooks_stores_it(path):
    expected = nbformat.writes(tidy(copy.deepcopy(STORED[path]))).rstrip() + "\n"
    assert path.read_text(encoding="utf-8") == expected
    assert path.stat().st_size < 1_500_000


@every_chapter
def test_a_chapter_asks_each_of_its_exercises_in_their_order(path):
    checks = vars(importlib.import_module(f"exercises.{path.stem[:4]}"))
    written = [name.removeprefix("check_") for name in checks if name.startswith("check_")]
    asked = [name for name, *_ in exercises(STORED[path])]
    assert asked == written, f"chapters/{path.name} and exercises/{path.stem[:4]}.py"
    ends = [cell.source.split("\n")[-1] for _, cell in code_cells(STORED[path])[-2:]]
    assert f"progress({int(path.stem[2:4])})" in ends


def test_each_cell_that_is_not_compared_has_its_reason_in_the_documentation():
    page = SOAK_PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[(\w+)\]\(\.\./chapters/\1\.ipynb\) \| `(.+)` \| (.+) \|$", page, re.M)
    uncompared = [
        (path.stem, cell.source.split("\n")[0])
        for path, notebook in STORED.items()
        for _, cell in code_cells(notebook)
        if is_uncompared(cell)
    ]
    assert [(chapter, begins) for chapter, begins, _ in rows] == uncompared, "docs/soak.md"
    assert all(len(reason.split()) >= 5 for *_, reason in rows)

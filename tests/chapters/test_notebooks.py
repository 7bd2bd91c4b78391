"""Every chapter is well kept, can be solved, and says the same whenever and wherever it is run.

That each cell prints what is stored is held by nbval (`make test` collects the chapters too), that
nbval would notice a broken `common` by test_nbval_bites.py. Here stand the rules that nbval does
not know, each with a notebook that breaks it, and a run that is compared in what nbval leaves out:
pictures, their words for who cannot see them, and the words of cells that print a time.
"""

import ast
import copy
import functools
import itertools
import re
import statistics
import tempfile
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from scripts.refresh_notebooks import complaints, differences, run, texts, tidy
from tests.soak import SOAK

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))
KNOWN_TAGS = {"exercise", "verdict", "raises-exception", "nbval-ignore-output", "nbval-skip"}
UNCOMPARED = {"nbval-ignore-output", "nbval-skip"}

every_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


@functools.cache
def stored(path):
    return nbformat.read(path, as_version=4)


def test_there_is_a_chapter():
    assert "ch03_neural_net" in [path.stem for path in CHAPTERS]


# ---- rules: each takes a notebook and returns what it finds wrong, in words

RULES = {}


def rule(check):
    RULES[check.__name__] = check
    return check


def code_cells(notebook):
    return [(i, cell) for i, cell in enumerate(notebook.cells) if cell.cell_type == "code"]


def tags(cell):
    return set(cell.metadata.get("tags", []))


@rule
def every_code_cell_has_run(notebook):
    """A code cell without a number passes nbval with nothing compared."""
    numbers = [cell.execution_count for _, cell in code_cells(notebook)]
    return [] if numbers == list(range(1, len(numbers) + 1)) else [f"numbers are {numbers}"]


@rule
def no_widget_state_is_stored(notebook):
    found = ["metadata.widgets"] if "widgets" in notebook.metadata else []
    return found + [
        f"cell {i}: {mime}"
        for i, cell in code_cells(notebook)
        for output in cell.outputs
        for mime in output.get("data", {})
        if "widget" in mime
    ]


@rule
def errors_are_announced_and_stderr_is_silent(notebook):
    return complaints(notebook)


@rule
def nearly_every_cell_is_compared(notebook):
    cells = code_cells(notebook)
    skipped = [i for i, cell in cells if tags(cell) & UNCOMPARED]
    return [] if len(skipped) * 40 <= len(cells) else [f"not compared: {skipped} of {len(cells)}"]


@rule
def what_is_not_compared_prints_a_time(notebook):
    return [
        f"cell {i}"
        for i, cell in code_cells(notebook)
        if tags(cell) & UNCOMPARED and "perf_counter()" not in cell.source
    ]


@rule
def markers_are_tags_that_we_know(notebook):
    found = [f"cell {i}: a comment" for i, cell in code_cells(notebook) if "NBVAL" in cell.source]
    for i, cell in enumerate(notebook.cells):
        unknown = {t for t in tags(cell) - KNOWN_TAGS if not re.fullmatch(r"answer-\w+", t)}
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
def no_output_tells_an_address(notebook):
    return [
        f"cell {i}: {found[0]}"
        for i, cell in code_cells(notebook)
        if (found := re.search(r"\b(at|object) 0x[0-9a-f]+", "\n".join(texts(cell))))
    ]


@rule
def beside_each_picture_something_is_said(notebook):
    """nbval compares no pictures: a picture alone would hide a broken function."""
    found = []
    for i, cell in code_cells(notebook):
        drawn = any("image/png" in output.get("data", {}) for output in cell.outputs)
        said = [text for text in texts(cell) if not text.startswith("text/plain: <Figure")]
        if drawn and not said:
            found.append(f"cell {i}")
    return found


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
            elif any("text/plain: ✓" in text for text in texts(after)):
                found.append(f"cell {i}: stored with its answer")
        elif answer_name(cell):
            found.append(f"cell {i}: an answer- tag without the tag exercise")
    return found


def answer_name(cell):
    """Return NAME of the tag `answer-NAME`, or None."""
    return next((t.removeprefix("answer-") for t in sorted(tags(cell)) if t[:7] == "answer-"), None)


@every_chapter
@pytest.mark.parametrize("name", RULES)
def test_a_chapter_keeps_the_rules(path, name):
    assert not RULES[name](stored(path))


@every_chapter
def test_a_chapter_is_stored_as_make_notebooks_stores_it(path):
    expected = nbformat.writes(tidy(copy.deepcopy(stored(path)))).rstrip() + "\n"
    assert path.read_text(encoding="utf-8") == expected
    assert path.stat().st_size < 1_500_000


# ---- the rules bite: a notebook that keeps them all, and one change that breaks each


def good_notebook():
    """A notebook that keeps every rule."""
    verdict = new_output("execute_result", {"text/plain": "○ not answered yet"}, execution_count=3)
    panel = new_output(
        "execute_result",
        {"text/plain": "The neuron fires.", "image/png": "iVBORw0KGgo="},
        execution_count=4,
        metadata={"image/png": {"alt": "A line in the plane."}},
    )
    cells = [
        new_markdown_cell("word " * 150),
        new_code_cell("import companion\nimport numpy as np", execution_count=1),
        new_code_cell(
            "def f(x):\n    ...", metadata={"tags": ["exercise", "answer-f"]}, execution_count=2
        ),
        new_code_cell(
            "check_f(f)", metadata={"tags": ["verdict"]}, execution_count=3, outputs=[verdict]
        ),
        new_markdown_cell("Now move the line."),
        new_code_cell("neuron_panel()", execution_count=4, outputs=[panel]),
    ]
    return new_notebook(cells=cells)


def says(text):
    return new_output("stream", name="stdout", text=text)


# Rule -> ways to break it; each changes a good notebook in place.
BREAKS = [
    ("every_code_cell_has_run", lambda nb: nb.cells[5].update(execution_count=None)),
    ("every_code_cell_has_run", lambda nb: nb.cells[5].update(execution_count=7)),
    ("no_widget_state_is_stored", lambda nb: nb.metadata.update(widgets={})),
    (
        "no_widget_state_is_stored",
        lambda nb: (
            nb.cells[5].outputs[0].data.update({"application/vnd.jupyter.widget-view+json": {}})
        ),
    ),
    (
        "errors_are_announced_and_stderr_is_silent",
        lambda nb: nb.cells[5].outputs.append(new_output("stream", name="stderr", text="warned")),
    ),
    (
        "errors_are_announced_and_stderr_is_silent",
        lambda nb: nb.cells[5].outputs.append(new_output("error", ename="E", evalue="wrong")),
    ),
    (
        "errors_are_announced_and_stderr_is_silent",
        lambda nb: nb.cells[5].metadata.update(tags=["raises-exception"]),
    ),
    (
        "nearly_every_cell_is_compared",
        lambda nb: nb.cells[5].metadata.update(tags=["nbval-ignore-output"]),
    ),
    (
        "what_is_not_compared_prints_a_time",
        lambda nb: nb.cells[5].metadata.update(tags=["nbval-skip"]),
    ),
    ("markers_are_tags_that_we_know", lambda nb: nb.cells[5].metadata.update(tags=["exercice"])),
    (
        "markers_are_tags_that_we_know",
        lambda nb: nb.cells[5].update(source="# NBVAL_SKIP\nneuron_panel()"),
    ),
    ("cells_are_short", lambda nb: nb.cells[5].update(source="x = 1\n" * 21)),
    ("cells_are_short", lambda nb: [cell.update(source="x = 1\n" * 6) for cell in nb.cells]),
    ("lines_are_narrow", lambda nb: nb.cells[5].update(source="x = " + "1" * 75)),
    ("at_most_three_code_cells_stand_in_a_row", lambda nb: nb.cells.pop(4)),
    ("there_are_15_to_35_words_of_prose_for_a_line_of_code", lambda nb: nb.cells.pop(0)),
    (
        "there_are_15_to_35_words_of_prose_for_a_line_of_code",
        lambda nb: nb.cells[0].update(source="word " * 300),
    ),
    *(
        ("code_is_free_of_set_up", lambda nb, line=line: nb.cells[5].update(source=line))
        for line in ("%matplotlib inline", "import sys\nsys.path.append('..')", "f(x);", "!ls")
    ),
    (
        "the_first_code_cell_asks_whether_the_kernel_is_ready",
        lambda nb: nb.cells[1].update(source="import numpy as np"),
    ),
    (
        "no_output_tells_an_address",
        lambda nb: nb.cells[5].outputs.append(says("<function f at 0x7f12ab>")),
    ),
    (
        "beside_each_picture_something_is_said",
        lambda nb: nb.cells[5].outputs[0].data.update({"text/plain": "<Figure size 640x480>"}),
    ),
    (
        "each_picture_has_words_for_who_cannot_see_it",
        lambda nb: nb.cells[5].outputs[0].update(metadata={}),
    ),
    (
        "each_picture_has_words_for_who_cannot_see_it",
        lambda nb: (
            nb.cells[5].outputs[0].data.update({"text/plain": "<Figure size 640x480>"}),
            nb.cells[5].outputs[0].update(metadata={}),
        ),
    ),
    (
        "each_exercise_is_followed_by_its_verdict",
        lambda nb: nb.cells[3].update(source="check_g(f)"),
    ),
    ("each_exercise_is_followed_by_its_verdict", lambda nb: nb.cells.pop(3)),
    (
        "each_exercise_is_followed_by_its_verdict",
        lambda nb: nb.cells[3].outputs[0].data.update({"text/plain": "✓ right"}),
    ),
    (
        "each_exercise_is_followed_by_its_verdict",
        lambda nb: nb.cells[2].metadata.update(tags=["answer-f"]),
    ),
]


def test_a_good_notebook_keeps_every_rule():
    assert not [name for name, check in RULES.items() if check(good_notebook())]


@pytest.mark.parametrize(("name", "spoil"), BREAKS, ids=[name for name, _ in BREAKS])
def test_a_rule_notices_what_it_forbids(name, spoil):
    notebook = good_notebook()
    spoil(notebook)
    assert RULES[name](notebook)


def test_every_rule_is_shown_to_bite():
    assert {name for name, _ in BREAKS} == set(RULES)


def test_each_cell_that_is_not_compared_has_its_reason_in_the_documentation():
    page = (ROOT / "docs" / "soak.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[(\w+)\]\(\.\./chapters/\1\.ipynb\) \| `(.+)` \| (.+) \|$", page, re.M)
    uncompared = [
        (path.stem, cell.source.split("\n")[0])
        for path in CHAPTERS
        for _, cell in code_cells(stored(path))
        if tags(cell) & UNCOMPARED
    ]
    assert [(chapter, begins) for chapter, begins, _ in rows] == uncompared
    assert all(len(reason.split()) >= 5 for *_, reason in rows)


# ---- elsewhere, solved, and once more


def solution_source(chapter, name):
    """Return the source of NAME in the chapter's solutions: a function, a class or a value."""
    path = ROOT / "exercises" / "solutions" / f"{chapter}.py"
    source = path.read_text(encoding="utf-8")
    for node in ast.parse(source).body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        names = [getattr(node, "name", None), *(getattr(target, "id", None) for target in targets)]
        if name in names:
            return ast.get_source_segment(source, node)
    raise LookupError(f"{path.relative_to(ROOT)} has no solution named {name}")


def solved(path):
    """Return the chapter's answers and verdicts, with the solutions in the answer cells."""
    cells = copy.deepcopy(stored(path).cells)
    for answer, verdict in itertools.pairwise(cells):
        if name := answer_name(answer):
            answer.source = solution_source(path.stem.split("_")[0], name)
            yield from (answer, verdict)


@functools.cache
def in_one_kernel(path):
    """Run the chapter in an empty folder, then its exercises, solved, and then the chapter again.

    Returns the three as they ran. The third takes as long as the first: unless DLFS_SOAK=1
    (`make soak`) only the first chapter is run again.
    """
    parts = [copy.deepcopy(stored(path).cells), list(solved(path))]
    if SOAK or path == CHAPTERS[0]:
        parts.append(copy.deepcopy(stored(path).cells))
    whole = copy.deepcopy(stored(path))
    whole.cells = [cell for part in parts for cell in part]
    for number, cell in enumerate(whole.cells):
        cell["id"] = f"cell-{number:04d}"
    with tempfile.TemporaryDirectory() as elsewhere:
        ran = run(whole, folder=elsewhere)
    notebooks = []
    for part in parts:
        notebook = copy.deepcopy(stored(path))
        notebook.cells, ran.cells = ran.cells[: len(part)], ran.cells[len(part) :]
        notebooks.append(tidy(notebook))
    return notebooks


@every_chapter
def test_a_run_in_another_folder_says_the_same(path):
    first, *_ = in_one_kernel(path)
    assert not differences(stored(path), first)
    assert not complaints(first)


@every_chapter
def test_the_solutions_get_every_verdict_right(path):
    _, exercises, *_ = in_one_kernel(path)
    verdicts = {
        cell.source: "\n".join(texts(cell))
        for _, cell in code_cells(exercises)
        if "verdict" in tags(cell)
    }
    assert len(verdicts) >= 6
    assert not {source: text for source, text in verdicts.items() if "text/plain: ✓" not in text}


@pytest.mark.parametrize("path", CHAPTERS if SOAK else CHAPTERS[:1], ids=lambda path: path.stem)
def test_a_second_run_in_the_same_kernel_says_the_same(path):
    """What the first run left behind, and solved exercises, change nothing."""
    *_, again = in_one_kernel(path)
    assert not differences(stored(path), again)
    assert not complaints(again)

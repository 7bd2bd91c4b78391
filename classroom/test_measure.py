"""What a class costs: measuring works, and the page's conclusions follow from what was measured."""

import sys

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError

from classroom import measure

PAGE = measure.PAGE.read_text(encoding="utf-8")


def test_the_pages_conclusions_follow_from_its_tables():
    measured = measure.between(PAGE, "measured")
    assert measure.replaced(PAGE, measured) == PAGE
    chapters, crowds = measure.read(measured)
    assert {measure.SERVER, *(f"`{path.stem}`" for path in measure.CHAPTERS)} == set(chapters)
    assert crowds and all(
        row[2] / count == pytest.approx(row[3], abs=1) for count, row in crowds.items()
    )


def test_the_arithmetic_is_right_and_tables_are_read_as_they_are_written():
    alone = {
        measure.SERVER: [2.0, None, 3.0, 100, 90],
        "`a`": [1.0, 9.0, 10.0, 400, 200],
        "`b`": [1.0, 20.0, 18.0, 1000, 150],
        "`c`": [1.0, 4.0, 5.0, 300, 150],
    }
    rows = [(name, *row) for name, row in alone.items()]
    text = measure.tables(rows, [("2", 20, 38, 1990, 995)], "b", "this machine")
    assert measure.read(text) == (alone, {2: [20, 38, 1990, 995]})
    page = measure.replaced(PAGE, text)
    assert measure.between(page, "measured") == text
    said = measure.between(page, "derived")
    assert f"{100 + 40 + 1000 + 400:,} MiB" in said
    assert (
        f"| 30 | {(2048 + 30 * 1540) / 1024:.1f}: **48** | {30 * 2 * 18 / 5400:.2f}: **4**" in said
    )
    assert f"**8** | {300 * 18 / 8:.0f} | {300 * 3 / 8:.0f} |" in said


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells what is shared")
def test_kernels_are_measured(tmp_path):
    cells = [
        nbformat.v4.new_code_cell("import time\nblock = b'1' * 300 * 2**20\ndel block"),
        nbformat.v4.new_code_cell("end = time.process_time() + 0.5"),
        nbformat.v4.new_code_cell("while time.process_time() < end: pass"),
    ]
    path = tmp_path / "tiny.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    ready, ran, used, peak, after = measure.alone(path)
    assert ready > 0 and ran >= 0.5 and used >= 0.5
    assert peak > 300 > after > 10
    ran, used, most, each = measure.together(path, 2)
    assert ran >= 0.5 and used >= 1 and most > 20 and each == most / 2
    cells[1].source = "1 / 0"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    with pytest.raises(CellExecutionError):
        measure.together(path, 1)


def test_thirty_kernels_at_once_would_choose_the_same_port_as_often_as_the_page_says():
    pairs, ports = 30 * 29 / 2, 28_232
    assert 1 / 4 < 1 - (1 - 25 / ports) ** pairs < 2 / 5
    said = "when thirty kernels start at once, two of them choose the same one time in three"
    assert said in " ".join(PAGE.split())

"""Chapter 5's table of the run on the full set is what scripts/reproduce_ch05.py gives."""

import importlib.util
import os
import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
MNIST = Path(os.environ.get("DLFS_DATA_DIR") or ROOT.parent / "shared" / "mnist")

spec = importlib.util.spec_from_file_location("reproduce_ch05", ROOT / "scripts/reproduce_ch05.py")
reproduce_ch05 = importlib.util.module_from_spec(spec)
spec.loader.exec_module(reproduce_ch05)


@pytest.mark.slow
@pytest.mark.skipif(not MNIST.is_dir(), reason="the full MNIST set is not at hand (DLFS_DATA_DIR)")
def test_the_readings_in_the_prose_come_from_the_script(monkeypatch):
    monkeypatch.setenv("DLFS_DATA_DIR", str(MNIST))
    cells = nbformat.read(ROOT / "chapters" / "ch05_backprop.ipynb", as_version=4).cells
    prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    rows = re.findall(r"^\| (\d+) \| (0\.\d{3}) \| (0\.\d{3}) \|$", prose, flags=re.MULTILINE)
    told = {int(step): (float(train), float(test)) for step, train, test in rows}
    measured = {step: accuracies for step, *accuracies in reproduce_ch05.train()}
    assert len(measured) == 17 and len(told) == 6
    for step, accuracies in told.items():
        # 10,000 float32 steps may end a few digits apart where another processor rounds otherwise
        assert measured[step] == pytest.approx(accuracies, abs=0.004)
    assert measured[9600][1] >= 0.96

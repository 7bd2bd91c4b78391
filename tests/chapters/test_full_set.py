"""What chapters 4, 5 and 6 say about the full set is so, wherever the full set is at hand."""

import os
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest

from common.multi_layer_net_extend import MultiLayerNetExtend
from common.trainer import Trainer
from dataset.mnist import load_mnist
from dataset.weights import read_npz
from scripts import record_loss, reproduce_ch05
from scripts.notebooks import CHAPTERS

MNIST = Path(os.environ.get("DLFS_DATA_DIR") or CHAPTERS.parents[1] / "shared" / "mnist")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.long,
    pytest.mark.skipif(not MNIST.is_dir(), reason="the full set is not at hand (DLFS_DATA_DIR)"),
]


@pytest.fixture(autouse=True)
def at_hand(monkeypatch):
    monkeypatch.setenv("DLFS_DATA_DIR", str(MNIST))


def told(chapter, pattern):
    """What the prose of a chapter says: the numbers that the pattern finds."""
    cells = nbformat.read(CHAPTERS / f"{chapter}.ipynb", as_version=4).cells
    prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return [tuple(map(float, row)) for row in re.findall(pattern, prose, flags=re.MULTILINE)]


def test_the_losses_that_chapter_4_draws_come_from_its_script():
    _net, losses = record_loss.train(steps=1000)
    stored = read_npz(Path(record_loss.FILE))["losses"]
    assert stored.shape == (10_000,) and Path(record_loss.FILE).stat().st_size < 60_000
    np.testing.assert_allclose(losses, stored[:1000], rtol=1e-3)


def test_the_readings_of_chapter_5_come_from_its_script():
    rows = told("ch05_backprop", r"^\| (\d+) \| (0\.\d{3}) \| (0\.\d{3}) \|$")
    measured = {step: accuracies for step, *accuracies in reproduce_ch05.train()}
    assert len(measured) == 17 and len(rows) == 6
    for step, *accuracies in rows:
        # 10,000 float32 steps may end a few digits apart where another processor rounds otherwise
        assert measured[step] == pytest.approx(accuracies, abs=0.004)
    assert measured[9600][1] >= 0.96


def test_300_digits_of_the_full_set_reach_what_chapter_6_says():
    pattern = r"on the full set this experiment ends at (0\.\d\d) to (0\.\d\d)"
    (wanted,) = told("ch06_training", pattern)
    (x, t), test = load_mnist(full=True)
    reached = []
    for first in (0, 300, 600):
        few = slice(first, first + 300)
        net = MultiLayerNetExtend(784, [100] * 6, 10, rng=0, dtype=np.float32)
        quick = {"verbose": False, "rng": 1, "evaluate_sample_num_per_epoch": 1}
        Trainer(net, x[few], t[few], *test, 200, **quick).train()
        reached.append(net.accuracy(*test))
    assert (min(reached), max(reached)) == pytest.approx(wanted, abs=0.012)

"""What chapter 6 says about the full set is so, wherever the full set is at hand."""

import os
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest

from common.multi_layer_net_extend import MultiLayerNetExtend
from common.trainer import Trainer
from dataset.mnist import load_mnist

ROOT = Path(__file__).resolve().parents[2]
MNIST = Path(os.environ.get("DLFS_DATA_DIR") or ROOT.parent / "shared" / "mnist")


@pytest.mark.slow
@pytest.mark.skipif(not MNIST.is_dir(), reason="the full MNIST set is not at hand (DLFS_DATA_DIR)")
def test_300_digits_of_the_full_set_reach_what_the_prose_says(monkeypatch):
    monkeypatch.setenv("DLFS_DATA_DIR", str(MNIST))
    cells = nbformat.read(ROOT / "chapters" / "ch06_training.ipynb", as_version=4).cells
    prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    (told,) = re.findall(r"on the full set this experiment ends at (0\.\d\d) to (0\.\d\d)", prose)
    (x, t), test = load_mnist(full=True)
    reached = []
    for first in (0, 300, 600):
        few = slice(first, first + 300)
        net = MultiLayerNetExtend(784, [100] * 6, 10, rng=0, dtype=np.float32)
        quick = {"verbose": False, "rng": 1, "evaluate_sample_num_per_epoch": 1}
        Trainer(net, x[few], t[few], *test, 200, **quick).train()
        reached.append(net.accuracy(*test))
    assert [min(reached), max(reached)] == pytest.approx([float(end) for end in told], abs=0.012)

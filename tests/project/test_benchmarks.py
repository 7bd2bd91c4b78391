"""The yardstick computes what `common` computes, and the benchmark still runs."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks import straightforward
from common.gradient import relative_error
from common.simple_convnet import SimpleConvNet
from common.two_layer_net import TwoLayerNet

ROOT = Path(__file__).resolve().parents[2]
CONVNET = SimpleConvNet((1, 10, 10), {"filter_size": 3}, 7, 4, 0.3, rng=0)
AFFINE = TwoLayerNet(12, 5, 4, 0.3, rng=0)


@pytest.mark.parametrize(("net", "shape"), [(CONVNET, (1, 10, 10)), (AFFINE, (12,))])
def test_straightforward_and_common_give_the_same_gradients(net, shape):
    rng = np.random.default_rng(1)
    x, t = rng.normal(size=(6, *shape)), rng.integers(0, 4, 6)
    ours, plain = net.gradient(x, t), straightforward.Net(net).gradient(x, t)
    assert ours.keys() == plain.keys()
    assert all(relative_error(ours[key], plain[key]) < 1e-12 for key in ours)


@pytest.mark.slow
def test_a_row_of_the_benchmark_prints_its_ratio():
    command = [sys.executable, "benchmarks/run.py", "--rounds", "2", "TwoLayerNet"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert re.search(r"^TwoLayerNet.gradient / straightforward .*\d\.\d\d \(", done.stdout, re.M)
    assert "im2col" not in done.stdout

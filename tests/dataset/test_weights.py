"""The shipped weights reach the accuracy that their files state, on digits they never saw."""

import importlib.util
import os
from pathlib import Path

import numpy as np
import pytest

from dataset.mnist import load_mnist
from dataset.weights import load_facts, load_weights, weights_dir

ROOT = Path(__file__).resolve().parents[2]
MNIST = Path(os.environ.get("DLFS_DATA_DIR") or ROOT.parent / "shared" / "mnist")

spec = importlib.util.spec_from_file_location("train_weights", ROOT / "scripts/train_weights.py")
train_weights = importlib.util.module_from_spec(spec)
spec.loader.exec_module(train_weights)


@pytest.fixture(params=train_weights.RECIPES)
def trained(request):
    """A network with its stored weights, the facts of their file, and whether it wants images."""
    make, _, _, images = train_weights.RECIPES[request.param]
    net, stored = make(), load_weights(request.param)
    assert {key: p.shape for key, p in stored.items()} == {
        k: p.shape for k, p in net.params.items()
    }
    for key, p in net.params.items():
        p[...] = stored[key]
    return net, load_facts(request.param), images


def test_every_weights_file_has_a_recipe_that_makes_it():
    assert {file.stem for file in weights_dir.glob("*.npz")} == set(train_weights.RECIPES)


def test_accuracy_on_the_sample_is_what_the_file_states(trained):
    net, facts, images = trained
    _, (x, t) = load_mnist(flatten=not images, full=False)
    # One digit of 1,000 may fall on the other side where another processor rounds differently.
    assert net.accuracy(x, t) == pytest.approx(facts["sample_test_accuracy"], abs=0.0011)


@pytest.mark.skipif(not MNIST.is_dir(), reason="the full MNIST set is not at hand (DLFS_DATA_DIR)")
def test_accuracy_on_the_full_test_set_is_what_the_file_states(trained, monkeypatch):
    net, facts, images = trained
    monkeypatch.setenv("DLFS_DATA_DIR", str(MNIST))
    _, (x, t) = load_mnist(flatten=not images, full=True)
    assert net.accuracy(x, t) == pytest.approx(facts["test_accuracy"], abs=0.0005)


def test_chapter_3_needs_at_least_95_percent():
    assert load_facts("ch03_sigmoid")["test_accuracy"] >= 0.95
    assert (weights_dir / "ch03_sigmoid.npz").stat().st_size <= 200_000


def test_chapter_7_needs_at_least_98_5_percent_in_two_megabytes():
    assert load_facts("ch07_convnet")["test_accuracy"] >= 0.985
    assert (weights_dir / "ch07_convnet.npz").stat().st_size <= 2_000_000


def test_weights_are_plain_float32(trained):
    net, _, _ = trained
    assert all(p.dtype == np.float32 and np.isfinite(p).all() for p in net.params.values())

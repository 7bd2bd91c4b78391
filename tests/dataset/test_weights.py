"""Laws of weights: what is saved comes back, nothing else does, the shipped ones are as good."""

import errno
import importlib
import io
import pickle
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from dataset import mnist, weights
from dataset.weights import load_facts, load_weights, save_weights, weights_dir

train_weights = importlib.import_module("scripts.train_weights")


@pytest.mark.parametrize("full", [False, pytest.param(True, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", train_weights.RECIPES)
def test_shipped_weights_are_as_good_as_their_file_says(name, full, request):
    if full:
        request.getfixturevalue("originals")
    make, _, _, images = train_weights.RECIPES[name]
    net, stored = make(), load_weights(name)
    for key, p in net.params.items():
        assert stored[key].shape == p.shape
        p[...] = stored[key]
    _, (x, t) = mnist.load_mnist(flatten=not images, full=full)
    # One digit of 1,000 may fall on the other side where another processor rounds differently.
    fact, near = ("test_accuracy", 0.0005) if full else ("sample_test_accuracy", 0.0011)
    assert net.accuracy(x, t) == pytest.approx(load_facts(name)[fact], abs=near)


def test_each_file_has_a_recipe_and_the_chapters_get_what_they_promise_in_small_files():
    assert {file.stem for file in weights_dir.glob("*.npz")} == set(train_weights.RECIPES)
    for name, least, most in ("ch03_sigmoid", 0.95, 200_000), ("ch07_convnet", 0.985, 2_000_000):
        assert load_facts(name)["test_accuracy"] >= least
        assert (weights_dir / f"{name}.npz").stat().st_size <= most


PARAMS = {"W1": np.arange(6.0).reshape(2, 3), "b1": np.zeros(3, ">f8").T, "scale": 2}


def test_weights_come_back_as_float32_with_their_facts(monkeypatch, tmp_path):
    monkeypatch.setattr(weights, "weights_dir", tmp_path)
    facts = {"accuracy": np.float32(0.5), "sizes": [784, 10], "note": "überall"}
    save_weights("net", PARAMS, **facts)
    loaded = load_weights("net")
    assert list(loaded) == list(PARAMS)
    for key, value in PARAMS.items():
        assert loaded[key].dtype == np.float32 and loaded[key].flags.c_contiguous
        np.testing.assert_array_equal(loaded[key], value)
    assert load_facts("net") == facts
    path = tmp_path / "net.npz"
    assert load_weights(path).keys() == load_weights(str(path)).keys()
    save_weights(tmp_path / "again.npz", PARAMS, **dict(reversed(facts.items())))
    assert path.read_bytes() == (tmp_path / "again.npz").read_bytes()
    with zipfile.ZipFile(path) as archive:  # no time of day, which would differ at the next run
        assert {entry.date_time[:3] for entry in archive.infolist()} == {(1980, 1, 1)}


@pytest.mark.parametrize("name", ["typo", "typo.npz", "../net", "", "\0", "x" * 400, 3, None, "."])
def test_an_unknown_name_is_answered_with_the_known_ones(name, monkeypatch, tmp_path, says):
    monkeypatch.setattr(weights, "weights_dir", tmp_path)
    with says(ValueError, repr(str(name)), "none yet"):
        load_weights(name)
    for known in ("b_net", "a_net"):
        save_weights(known, PARAMS)
    with says(ValueError, repr(str(name)), "There are: a_net, b_net."):
        load_facts(name)


def test_a_full_disk_does_not_cost_the_old_weights(tmp_path, monkeypatch, says):
    path = tmp_path / "net.npz"
    save_weights(path, PARAMS)
    before, write = path.read_bytes(), Path.write_bytes

    def write_half(path, content):
        write(path, content[: len(content) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", write_half)
    with says(OSError, str(path), "No space left on device", "untouched"):
        save_weights(path, {"W1": np.ones(3)})
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [before]
    with says(OSError, "cannot be written"):
        save_weights(path / "no folder" / "net.npz", PARAMS)


class Code:
    """Unpickling it ends the tests."""

    def __reduce__(self):
        return sys.exit, ("a file's bytes were run as code",)


def npz(save=np.savez, **arrays):
    stream = io.BytesIO()
    save(stream, **arrays)
    return stream.getvalue()


NO_WEIGHTS = {
    "code in an array": npz(W1=np.array([Code()], dtype=object)),
    "code in place of the file": pickle.dumps(Code()),
    "words": npz(W1=np.array(["abc"])),
    "nan": npz(W1=np.full(3, np.nan)),
    "a header that announces less": npz(W1=np.ones((90, 90))).replace(b"(90, 90)", b"(10, 90)"),
    "empty": b"",
    "a page": b"<html>no such page</html>",
}


@pytest.mark.parametrize("kind", NO_WEIGHTS)
def test_a_file_that_holds_no_weights_is_refused_and_runs_no_code(kind, tmp_path, says):
    path = tmp_path / "net.npz"
    path.write_bytes(NO_WEIGHTS[kind])
    with says(ValueError, str(path)):
        load_weights(path)

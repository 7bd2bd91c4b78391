"""Laws of load_mnist: the book's shapes, a sample that is what it says, files that are refused."""

import gzip
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from dataset import mnist, weights

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("normalize", [True, False])
@pytest.mark.parametrize("flatten", [True, False])
@pytest.mark.parametrize("one_hot", [True, False])
def test_shapes_types_and_digits_are_the_books(normalize, flatten, one_hot):
    sample = weights.read_npz(mnist.sample_file)
    for part, n in ("train", 4000), ("test", 1000):
        parts = mnist.load_mnist(normalize, flatten, one_hot)
        x, t = parts[part == "test"]
        pixels, digits = sample[f"x_{part}"], sample[f"t_{part}"]
        assert x.shape == ((n, 784) if flatten else (n, 1, 28, 28))
        assert x.dtype == (np.float32 if normalize else np.uint8)
        np.testing.assert_array_equal(np.rint(x.reshape(n, -1) * (255 if normalize else 1)), pixels)
        assert x.max() == (1 if normalize else 255)
        assert t.dtype == (np.float64 if one_hot else np.uint8)
        np.testing.assert_array_equal(t, np.eye(10)[digits] if one_hot else digits)
        for array in (*parts[0], *parts[1]):
            array[...] = 7  # the caller's own: the next call gives others


def test_the_sample_needs_neither_network_nor_its_libraries():
    code = (
        "import sys; from dataset.mnist import load_mnist; load_mnist();"
        "sys.exit(bool({'pooch', 'requests', 'tqdm'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


@pytest.mark.parametrize("name", ["normalize", "flatten", "one_hot_label", "full"])
def test_an_argument_that_is_not_a_truth_value_is_refused(name, says):
    for value in ("no", 1.0, [], np.ones(3)):
        with says(TypeError, f"load_mnist: {name} is ", "expected True"):
            mnist.load_mnist(**{name: value})
    for value in (0, np.False_):
        assert len(mnist.load_mnist(**{name: value})[0][0]) == 4000


def test_the_environment_chooses_between_sample_and_full(monkeypatch, says):
    monkeypatch.setattr(mnist, "_read_full", lambda: pytest.fail("asked for the full set"))
    for word in ("", "sample"):
        monkeypatch.setenv("DLFS_MNIST", word)
        assert len(mnist.load_mnist()[0][0]) == 4000
    monkeypatch.setenv("DLFS_MNIST", "full")
    assert len(mnist.load_mnist(full=False)[0][0]) == 4000
    with pytest.raises(pytest.fail.Exception, match="full set"):
        mnist.load_mnist()
    monkeypatch.setenv("DLFS_MNIST", "Full")
    with says(ValueError, "DLFS_MNIST", "'Full'", "'full' or 'sample'"):
        mnist.load_mnist()


def test_the_sample_is_small_stratified_and_mixed():
    path = Path(mnist.sample_file)
    assert path.stat().st_size < 1_000_000
    (_, t_train), (_, t_test) = mnist.load_mnist()
    assert t_train[0] == 5
    assert np.bincount(t_train).tolist() == [400] * 10
    assert np.bincount(t_test).tolist() == [100] * 10
    for batch in t_train.reshape(-1, 100):
        assert np.bincount(batch, minlength=10).min() >= 1
    sample = weights.read_npz(path)
    assert "original training set" in str(sample["provenance"])
    index = np.concatenate([sample["index_train"], sample["index_test"]])
    assert len(set(index)) == 5000 and index.min() >= 0 and index.max() < 60000


@pytest.mark.parametrize("damage", ["missing", "cut", "other arrays", "other types"])
def test_a_damaged_sample_is_reported(damage, monkeypatch, tmp_path, says):
    path, sample = tmp_path / "sample.npz", weights.read_npz(mnist.sample_file)
    if damage != "missing":
        np.savez(path, **sample | {"t_test": np.ones(1000 if damage == "other types" else 3)})
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:400_000])
    monkeypatch.setattr(mnist, "sample_file", str(path))
    with says(OSError if damage == "missing" else ValueError, str(path), "estore"):
        mnist.load_mnist()


def test_the_full_set_is_the_original_and_the_sample_is_from_its_training_set(
    monkeypatch, originals
):
    monkeypatch.setenv("DLFS_MNIST", "full")
    (x_train, t_train), (x_test, t_test) = mnist.load_mnist(normalize=False, flatten=False)
    assert len(x_train) == mnist.train_num == 60000 and x_test.shape == (10000, *mnist.img_dim)
    assert t_train[:5].tolist() == [5, 0, 4, 1, 9] and t_test[:5].tolist() == [7, 2, 1, 0, 4]
    assert x_train.mean() / 255 == pytest.approx(0.130660, abs=1e-6)  # as the literature has it
    sample = weights.read_npz(mnist.sample_file)
    for part in ("train", "test"):
        index = sample[f"index_{part}"]
        np.testing.assert_array_equal(x_train[index].reshape(-1, 784), sample[f"x_{part}"])
        np.testing.assert_array_equal(t_train[index], sample[f"t_{part}"])


def test_a_wrong_original_is_named_with_what_it_holds(monkeypatch, says):
    """If ever one had the right SHA-256."""
    raw = bytes([0, 0, 8, 1, 0, 0, 0, 30]) + bytes(range(10)) * 3  # an IDX file of 30 labels
    monkeypatch.setattr(mnist, "original", lambda *_: gzip.compress(raw))
    assert mnist._read_idx("train_label", 30).tolist() == [*range(10)] * 3
    magic, size = b"\1" + raw[1:], raw[:7] + b"\x1d" + raw[8:]
    wrong = [gzip.compress(one) for one in (magic, size, raw[:-1], raw + b"\0", b"")]
    for packed in [*wrong, gzip.compress(raw)[:-1], b"<html>no such page</html>"]:
        monkeypatch.setattr(mnist, "original", lambda *_, packed=packed: packed)
        with says(ValueError, "train-labels-idx1-ubyte.gz holds", "0000080100", "replace it"):
            mnist._read_idx("train_label", 30)

"""What the tests of dataset share: quiet surroundings, the original files, how an error reads."""

import contextlib
import os
from pathlib import Path

import pytest

from dataset import download, mnist

ROOT = Path(__file__).resolve().parents[2]
ORIGINALS = Path(os.environ.get("DLFS_DATA_DIR") or ROOT.parent / "shared" / "mnist")


@pytest.fixture(autouse=True)
def alone(monkeypatch, tmp_path):
    """No test sees the user's settings or cache, and none can reach the real mirrors."""
    for name in ("DLFS_MNIST", "DLFS_DATA_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DLFS_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(download, "mirrors", [])


@pytest.fixture
def originals(monkeypatch):
    """The full set is at hand, or the test is skipped."""
    if not all(Path(ORIGINALS, name).is_file() for name in mnist.key_file.values()):
        pytest.skip("MNIST's original files are neither in DLFS_DATA_DIR nor in ../shared/mnist")
    monkeypatch.setenv("DLFS_DATA_DIR", str(ORIGINALS))


@pytest.fixture
def says():
    """with says(kind, *words): the error is of this kind, in a sentence or two with these words."""

    @contextlib.contextmanager
    def says(kind, *words):
        with pytest.raises(kind) as caught:
            yield
        error, text = caught.value, str(caught.value)
        assert type(error) is kind
        assert all(word in text for word in words), text
        assert text.endswith(".") and "\n" not in text and len(text) < 700
        assert error.__suppress_context__ or not error.__context__  # the machinery is hidden

    return says

"""Weights that we trained, and how .npz files are read and written.

The weights lie in dataset/weights. An .npz file is a zip of NumPy arrays; nothing here uses pickle,
so opening a file never runs code.
"""

import contextlib
import io
import json
import os
import zipfile
from pathlib import Path

import numpy as np

weights_dir = Path(__file__).resolve().parent / "weights"


def load_weights(name):
    """The parameters stored under `name`, as a dict of float32 arrays: {"W1": …, "b1": …}.

    `name` is a file of dataset/weights without its ".npz", or the path of any file that
    `save_weights` wrote (a Path, or a string that ends in ".npz").

    Raises ValueError for an unknown name or a damaged file, OSError for an unreadable one.
    """
    path = _find(name)
    arrays = read_npz(path)
    arrays.pop("facts", None)
    return {key: _as_float32(f"{path}: {key}", array) for key, array in arrays.items()}


def load_facts(name):
    """What `save_weights` was told about these weights, for example {"test_accuracy": 0.97}."""
    path = _find(name)
    text = str(read_npz(path).get("facts", "{}"))
    try:
        return dict(json.loads(text))
    except (TypeError, ValueError, RecursionError):
        raise ValueError(f"{path}: its facts cannot be read; save the weights again.") from None


def save_weights(name, params, **facts):
    """Store a network's `params` as float32, with `facts` about them (words and numbers).

    The file appears whole or not at all: what stood there stays until the new one is complete.
    Raises ValueError or TypeError for what cannot be kept, OSError if the disk refuses.
    """
    if not isinstance(params, dict) or not params or "facts" in params:
        raise ValueError(
            f"save_weights: params is of type {type(params).__name__}, expected a dict of arrays, "
            "at least one, and none called 'facts': pass network.params."
        )
    arrays = {key: _as_float32(f"save_weights: {key}", value) for key, value in params.items()}
    arrays["facts"] = np.array(json.dumps(facts, sort_keys=True, default=float))
    write_npz(_path_of(name), arrays)


def read_npz(path):
    """All arrays of the .npz file at `path`, as a dict.

    Raises ValueError if the file is damaged, OSError if it cannot be read.
    """
    try:
        with np.load(io.BytesIO(Path(path).read_bytes()), allow_pickle=False) as archive:
            if archive.zip.testzip():  # NumPy compares no check sum where a header announces less
                raise ValueError("a check sum is wrong")
            return {name: np.asarray(archive[name]) for name in archive.files}
    except Exception as error:  # zipfile, zlib and NumPy report damage in a dozen different ways
        kind = OSError if getattr(error, "errno", None) else ValueError
        raise kind(
            f"{path} cannot be read ({type(error).__name__}): it is not a sound .npz file of plain "
            "arrays. Restore it from the repository, or make it again."
        ) from None


def write_npz(path, arrays):
    """Write a dict of arrays as .npz, all or nothing. OSError if the disk refuses.

    The same arrays give the same bytes on every system whose zlib packs alike.
    """
    path, content = Path(path), io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for key, array in arrays.items():
            entry = zipfile.ZipInfo(f"{key}.npy")  # dated 1980, whatever the day
            entry.create_system, entry.external_attr = 3, 0o644 << 16  # as Unix has them
            plain = io.BytesIO()
            np.save(plain, array, allow_pickle=False)
            archive.writestr(entry, plain.getvalue(), zipfile.ZIP_DEFLATED, compresslevel=9)

    unfinished = path.with_name(f"{path.name}.part")
    try:
        unfinished.write_bytes(content.getvalue())
        os.replace(unfinished, path)
    except OSError as error:
        with contextlib.suppress(OSError):  # where nothing can be written, nothing was left
            unfinished.unlink()
        raise OSError(
            f"{path} cannot be written ({error.strerror}); what was there before is untouched. "
            "Choose a folder with room that you may write to."
        ) from None


def _path_of(name):
    return Path(name) if str(name).endswith(".npz") else weights_dir / f"{name}.npz"


def _find(name):
    path = _path_of(name)
    if not os.path.isfile(path):
        known = ", ".join(sorted(file.stem for file in weights_dir.glob("*.npz"))) or "none yet"
        raise ValueError(f"No weights are called {str(name)!r}. There are: {known}.")
    return path


def _as_float32(name, value):
    """A copy as float32. ValueError, which begins with `name`, if these are no finite numbers."""
    array = np.asarray(value)
    if array.dtype.kind not in "fiu":
        raise ValueError(f"{name} has dtype {array.dtype}, expected numbers.")
    with np.errstate(over="ignore"):
        array = np.array(array, dtype=np.float32, order="C")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} is not finite in float32: train with a smaller learning rate.")
    return array

"""Weights that we trained, and how .npz files are read and written.

The weights lie in dataset/weights. An .npz file is a zip of NumPy arrays; nothing here uses pickle,
so opening a file never runs code.
"""

import contextlib
import io
import json
import os
import uuid
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
    arrays = _read(name)
    return {key: array for key, array in arrays.items() if key != "facts"}


def load_facts(name):
    """What `save_weights` was told about these weights, for example {"test_accuracy": 0.97}."""
    return json.loads(str(_read(name).get("facts", "{}")))


def save_weights(name, params, **facts):
    """Store a network's `params` as float32, with `facts` about them (words and numbers).

    The same arrays and facts give the same bytes. The file appears whole or not at all: whatever
    stood there before stays until the new file is complete.

    Raises ValueError for parameters that cannot be kept, OSError if the disk refuses.
    """
    if not isinstance(params, dict) or not params:
        raise ValueError(
            f"save_weights: params is {type(params).__name__} {params!r:.40}, expected a dict "
            "with at least one array: pass network.params."
        )
    arrays = {key: _as_float32(key, value) for key, value in params.items()}
    arrays["facts"] = np.array(json.dumps(facts, sort_keys=True, default=_plain))
    write_npz(_path_of(name), arrays)


def read_npz(path):
    """All arrays of the .npz file at `path`, as a dict. ValueError if the file is damaged."""
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise OSError(
            f"{path} cannot be read ({error.strerror or error}): restore it from the repository."
        ) from None
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            count = int.from_bytes(content[-12:-10], "little")  # what the zip's last record says
            if count != len(archive.files):
                raise ValueError("zipfile passes over entries that it cannot find")
            return {key: archive[key] for key in archive.files}
    except Exception:  # zipfile, zlib and NumPy report damage in a dozen different ways
        raise ValueError(
            f"{path} is damaged: its {len(content)} bytes are not a sound .npz file of plain "
            "arrays. Restore it from the repository, or make it again."
        ) from None


def write_npz(path, arrays):
    """Write a dict of arrays as .npz: the same arrays give the same bytes, all or nothing.

    `np.savez_compressed` stamps the time of day into its files; here the date is always the same,
    so that a file made twice can be compared. (Another build of zlib may pack differently.)
    """
    path, content = Path(path), io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for key, array in arrays.items():
            entry = zipfile.ZipInfo(f"{key}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o644 << 16  # the same on every system
            plain = io.BytesIO()
            np.lib.format.write_array(plain, np.asarray(array, order="C"), allow_pickle=False)
            archive.writestr(entry, plain.getvalue(), zipfile.ZIP_DEFLATED, compresslevel=9)

    unfinished = path.with_name(f"{path.name}.{uuid.uuid4().hex}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(content.getvalue())
        os.replace(unfinished, path)
    except OSError as error:
        why = error.strerror or error
        raise OSError(
            f"{path} cannot be written ({why}); what was there before is untouched. "
            "Choose a folder with room that you may write to."
        ) from None
    finally:
        with contextlib.suppress(OSError):  # where nothing can be written, nothing was left
            unfinished.unlink()


def _read(name):
    path = _path_of(name)
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in weights_dir.glob("*.npz"))) or "none yet"
        raise ValueError(f"load_weights: no weights are called {name!r}. There are: {known}.")
    return read_npz(path)


def _path_of(name):
    if isinstance(name, Path) or (isinstance(name, str) and name.endswith(".npz")):
        return Path(name)
    if isinstance(name, str) and name.replace("-", "_").isidentifier():
        return weights_dir / f"{name}.npz"
    raise ValueError(
        f"weights: the name is {name!r}, expected a word such as 'ch03_sigmoid', "
        "or a path that ends in .npz."
    )


def _as_float32(key, value):
    if not isinstance(key, str) or not key.isidentifier() or key == "facts":
        raise ValueError(f"save_weights: the key {key!r} is not a name such as 'W1'.")
    array = np.asarray(value)
    if array.dtype.kind not in "fiu":
        raise ValueError(f"save_weights: {key} has dtype {array.dtype}, expected numbers.")
    with np.errstate(over="ignore"):
        array = array.astype(np.float32)
    if not np.isfinite(array).all():
        raise ValueError(
            f"save_weights: {key} has entries that are nan, inf or too large for float32; "
            "train again with a smaller learning rate."
        )
    return array


def _plain(value):
    """A NumPy number or array as plain Python, for json."""
    if isinstance(value, (np.generic, np.ndarray)):
        return value.tolist()
    raise ValueError(f"save_weights: the fact {value!r} is neither a word nor a number.")

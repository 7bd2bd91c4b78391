"""Weights that we trained, and how .npz files are read and written.

The weights lie in dataset/weights. An .npz file is a zip of NumPy arrays; nothing here uses pickle,
so opening a file never runs code. What a file says about its size is checked before it is believed:
no file, however small, makes more than LARGEST bytes.
"""

import contextlib
import io
import json
import math
import os
import struct
import uuid
import zipfile
from pathlib import Path

import numpy as np

weights_dir = Path(__file__).resolve().parent / "weights"
LARGEST = 50_000_000  # bytes of a file, and of all that is packed in it
MOST = 10_000_000  # numbers in a file
LONGEST = 100_000  # letters of the facts


def load_weights(name):
    """The parameters stored under `name`, as a dict of float32 arrays: {"W1": …, "b1": …}.

    `name` is a file of dataset/weights without its ".npz", or the path of any file that
    `save_weights` wrote (a Path, or a string that ends in ".npz").

    Raises ValueError for an unknown name or a damaged file, OSError for an unreadable one.
    """
    path = _find(name)
    arrays = read_npz(path)
    arrays.pop("facts", None)
    if not arrays:
        raise ValueError(f"{path} holds no weights: make it again by save_weights.")
    return {key: _as_float32(f"{path}: {key}", array) for key, array in arrays.items()}


def load_facts(name):
    """What `save_weights` was told about these weights, for example {"test_accuracy": 0.97}."""
    path = _find(name)
    text = read_npz(path).get("facts", np.array("{}"))
    facts = None
    if text.dtype.kind == "U" and text.ndim == 0 and text.itemsize <= 4 * LONGEST:
        with contextlib.suppress(ValueError, RecursionError):  # then they are not readable
            facts = json.loads(str(text))
    if not isinstance(facts, dict):
        raise ValueError(f"{path}: its facts cannot be read; make it again by save_weights.")
    return facts


def save_weights(name, params, **facts):
    """Store a network's `params` as float32, with `facts` about them (words and numbers).

    The same arrays and facts give the same bytes. The file appears whole or not at all: whatever
    stood there before stays until the new file is complete.

    Raises ValueError for parameters that cannot be kept, OSError if the disk refuses.
    """
    if not isinstance(params, dict) or not params:
        raise ValueError(
            f"save_weights: params is {type(params).__name__} {brief(params)}, expected a dict "
            "with at least one array: pass network.params."
        )
    for key in params:
        if not isinstance(key, str) or not key.isidentifier() or key == "facts":
            raise ValueError(f"save_weights: the key {brief(key)} is not a name such as 'W1'.")
    arrays = {key: _as_float32(f"save_weights: {key}", value) for key, value in params.items()}
    count = sum(array.size for array in arrays.values())
    text = json.dumps(facts, sort_keys=True, default=_plain)
    if count > MOST or len(text) > LONGEST:
        raise ValueError(
            f"save_weights: {count:,} numbers with facts of {len(text):,} letters are too much; "
            f"{MOST:,} and {LONGEST:,} can be kept."
        )
    arrays["facts"] = np.array(text)
    write_npz(_path_of(name), arrays)


def read_npz(path):
    """All arrays of the .npz file at `path`, as a dict: plain numbers or words, no more than MOST.

    Raises ValueError if the file is damaged or too large, OSError if it cannot be read.
    """
    try:
        with open(path, "rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise OSError(
            f"{path} cannot be read ({error.strerror or error}): restore it from the repository."
        ) from None
    if len(content) > LARGEST:
        raise ValueError(f"{path} has more than {LARGEST:,} bytes: no file of ours is so large.")
    try:
        return _unpack(content)
    except Exception:  # zipfile, zlib and NumPy report damage in a dozen different ways
        raise ValueError(
            f"{path} is damaged: its {len(content)} bytes are not a sound .npz file of plain "
            "arrays. Restore it from the repository, or make it again."
        ) from None


def _unpack(content):
    """The arrays of an .npz file; an exception of one kind or another if anything in it is odd."""
    end = struct.unpack("<4s4H2LH", content[-22:])  # a zip's last record
    sign, _disk, _first, _here, count, size, start, _comment = end
    sound = sign == b"PK\5\6" and start + size + 22 == len(content) and size <= 100_000
    if not sound or content[-42:-38] == b"PK\6\7":  # as zips of more than 4 GB have it
        raise ValueError("this is no zip, or one with a directory too long to be ours")
    arrays = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        if len(entries) != count:
            raise ValueError("zipfile passes over entries that it cannot find")
        if sum(entry.file_size for entry in entries) > LARGEST:
            raise ValueError("too large")
        for entry in entries:
            name = entry.filename.removesuffix(".npy")
            if name == entry.filename or not name.isidentifier() or name in arrays:
                raise ValueError("no name of an array, or one that comes twice")
            if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise ValueError("zipfile does not bound what bz2 and lzma unpack")
            with archive.open(entry) as stream:
                _check_header(stream, entry.file_size)
            with archive.open(entry) as stream:  # read to its end, where its check sum is compared
                arrays[name] = np.lib.format.read_array(stream, allow_pickle=False)
    if sum(array.size for array in arrays.values() if array.dtype.kind != "U") > MOST:
        raise ValueError("too many numbers")
    return arrays


def _check_header(stream, size):
    """ValueError unless the header of a member announces what fills it: plain numbers or words."""
    if np.lib.format.read_magic(stream) != (1, 0):
        raise ValueError("later versions are for structured arrays")
    shape, _fortran, dtype = np.lib.format.read_array_header_1_0(stream)
    expected = math.prod(shape) * dtype.itemsize
    if dtype.kind not in "biufU" or not dtype.itemsize or expected != size - stream.tell():
        raise ValueError("no plain numbers or words, or more or fewer than announced")


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


def brief(value):
    """How a value is written, on one line and in few letters: for messages."""
    try:
        text = " ".join(repr(value).split())
    except Exception:
        text = f"a {type(value).__name__} that cannot be written"
    return text if len(text) <= 60 else f"{text[:59]}…"


def _find(name):
    path = _path_of(name)
    if not os.path.isfile(path):
        known = ", ".join(sorted(file.stem for file in weights_dir.glob("*.npz"))) or "none yet"
        raise ValueError(f"load_weights: no weights are called {brief(name)}. There are: {known}.")
    return path


def _path_of(name):
    if isinstance(name, Path) or (isinstance(name, str) and name.endswith(".npz")):
        return Path(name)
    if isinstance(name, str) and name.replace("-", "_").isidentifier():
        return weights_dir / f"{name}.npz"
    raise ValueError(
        f"weights: the name is {brief(name)}, expected a word such as 'ch03_sigmoid', "
        "or a path that ends in .npz."
    )


def _as_float32(name, value):
    """A copy as float32. ValueError, which begins with `name`, if these are no finite numbers."""
    try:
        array = np.asarray(value)
    except ValueError:
        array = np.empty(0, dtype=object)
    if array.dtype.kind not in "fiu":
        raise ValueError(f"{name} has dtype {array.dtype}, expected numbers.")
    with np.errstate(over="ignore"):
        array = np.array(array, dtype=np.float32, order="C")
    if not np.isfinite(array).all():
        raise ValueError(
            f"{name} has entries that are nan, inf or too large for float32; "
            "train again with a smaller learning rate."
        )
    return array


def _plain(value):
    """A NumPy number or array as plain Python, for json."""
    if isinstance(value, (np.generic, np.ndarray)):
        return value.tolist()
    raise ValueError(f"save_weights: the fact {brief(value)} is neither a word nor a number.")

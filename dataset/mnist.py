"""MNIST: handwritten digits of 28×28 pixels, and which digit each of them shows.

    (x_train, t_train), (x_test, t_test) = load_mnist()

gives the sample that comes with this project: 4,000 digits to train on and 1,000 to test on, all
from the training set of MNIST. `load_mnist(full=True)`, or DLFS_MNIST=full in the environment,
gives the whole set: 60,000 and 10,000. Its four files are looked for
1. in the folder that DLFS_DATA_DIR names, if it is set,
2. in the cache: the folder that DLFS_CACHE_DIR names, or the usual one of your system,
3. on the network; what arrives is kept in the cache.
Each file is compared with the SHA-256 of the original before it is used.
"""

import contextlib
import gzip
import math
import os
import reprlib
import zlib

import numpy as np

from dataset.download import original
from dataset.weights import read_npz

img_dim = (1, 28, 28)
img_size = 784
train_num = 60000
test_num = 10000
dataset_dir = os.path.dirname(os.path.abspath(__file__))
sample_file = os.path.join(dataset_dir, "sample.npz")

key_file = {
    "train_img": "train-images-idx3-ubyte.gz",
    "train_label": "train-labels-idx1-ubyte.gz",
    "test_img": "t10k-images-idx3-ubyte.gz",
    "test_label": "t10k-labels-idx1-ubyte.gz",
}
key_sha256 = {
    "train_img": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    "train_label": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    "test_img": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    "test_label": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
}


def load_mnist(normalize=True, flatten=True, one_hot_label=False, full=None):
    """The digits and their labels: (x_train, t_train), (x_test, t_test).

    normalize: x is float32 from 0 to 1; otherwise uint8 from 0 (paper) to 255 (ink).
    flatten: x is (N, 784); otherwise (N, 1, 28, 28).
    one_hot_label: t is float64 (N, 10) with a single 1 in each row; otherwise uint8 (N,).
    full: True the whole set, False the sample, None what DLFS_MNIST says (unset: the sample).

    The arrays are new at each call: what you do to them changes nothing for the next one.

    Raises
      ValueError  DLFS_MNIST has an unknown value, or a file is not what it should be
      TypeError   an argument is neither True nor False
      OSError     a file cannot be downloaded, read or written
    """
    full = _asked_for_full() if full is None else full
    options = {"normalize": normalize, "flatten": flatten, "one_hot_label": one_hot_label}
    for name, value in {**options, "full": full}.items():
        if not isinstance(value, (int, np.bool_)):  # bool is an int
            raise TypeError(f"load_mnist: {name} is {reprlib.repr(value)}, expected True or False.")

    parts = []
    for x, t in _read_full() if full else _read_sample():  # to train on, to test on
        x = x.reshape(-1, img_size) if flatten else x.reshape(-1, *img_dim)
        x = np.divide(x, 255, dtype=np.float32) if normalize else x.copy()
        t = np.eye(10)[t] if one_hot_label else t.copy()  # (N,) -> (N, 10)
        parts.append((x, t))
    return tuple(parts)


def download_mnist():
    """Make sure that the four original files are here; those that are missing are downloaded."""
    for key in key_file:
        original(key_file[key], key_sha256[key])


def init_mnist():
    """Make sure that the four original files are here and that every digit can be read."""
    _read_full()


def _asked_for_full():
    word = os.environ.get("DLFS_MNIST", "")
    if word not in ("", "sample", "full"):
        raise ValueError(
            f"The environment variable DLFS_MNIST is {reprlib.repr(word)}, expected 'full' or "
            "'sample': correct it, or unset it for the sample."
        )
    return word == "full"


def _read_sample():
    """The parts to train on and to test on, as they lie in the file: uint8, (N, 784) with (N,)."""
    arrays = read_npz(sample_file)
    parts = [arrays.get(name, np.empty(0)) for name in ("x_train", "t_train", "x_test", "t_test")]
    found = ", ".join(f"{array.dtype} {array.shape}" for array in parts)
    expected = "uint8 (4000, 784), uint8 (4000,), uint8 (1000, 784), uint8 (1000,)"
    if found != expected:
        raise ValueError(f"{sample_file} holds {found}, expected {expected}: restore the file.")
    return parts[:2], parts[2:]


def _read_full():
    """The parts to train on and to test on: uint8, (N, 28, 28) with (N,)."""
    return (
        (_read_idx("train_img", train_num, 28, 28), _read_idx("train_label", train_num)),
        (_read_idx("test_img", test_num, 28, 28), _read_idx("test_label", test_num)),
    )


def _read_idx(key, *shape):
    """The array of this shape in an original file, which must be a gz-packed IDX file of bytes.

    Such a file begins with 0 0, the type 8, the number of dimensions and their sizes.
    """
    header = bytes([0, 0, 8, len(shape)]) + np.array(shape, ">u4").tobytes()
    size = len(header) + math.prod(shape)
    packed, content = original(key_file[key], key_sha256[key]), b""
    with contextlib.suppress(OSError, EOFError, zlib.error):  # no sound gz file: nothing in it
        content = gzip.decompress(packed)
    if not content.startswith(header) or len(content) != size:
        raise ValueError(
            f"{key_file[key]} holds {len(content)} bytes that begin with "
            f"{content[: len(header)].hex()}, expected {size} that begin with {header.hex()}: "
            "replace it by the original."
        )
    return np.frombuffer(content, np.uint8, offset=len(header)).reshape(shape)

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

import os
import zlib

import numpy as np

from dataset.download import original
from dataset.weights import brief, read_npz

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
key_bytes = {"train_img": 9912422, "train_label": 28881, "test_img": 1648877, "test_label": 4542}
key_shape = {
    "train_img": (train_num, 28, 28),
    "train_label": (train_num,),
    "test_img": (test_num, 28, 28),
    "test_label": (test_num,),
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
    options = {"normalize": normalize, "flatten": flatten, "one_hot_label": one_hot_label}
    for name, value in options.items():
        if not _is_truth(value):
            raise TypeError(f"load_mnist: {name} is {brief(value)}, expected True or False.")
    parts = _read_full() if _is_full(full) else _read_sample()
    x_train, x_test = (_as_input(parts[key], normalize, flatten) for key in ("x_train", "x_test"))
    t_train, t_test = (_as_labels(parts[key], one_hot_label) for key in ("t_train", "t_test"))
    return (x_train, t_train), (x_test, t_test)


def download_mnist():
    """Make sure that the four original files are here; those that are missing are downloaded."""
    for key in key_file:
        _original(key)


def init_mnist():
    """Make sure that the four original files are here and that every digit can be read."""
    _read_full()


def _is_truth(value):
    return isinstance(value, (bool, int, np.bool_)) and value in (0, 1)


def _is_full(full):
    if full is None:
        word = os.environ.get("DLFS_MNIST", "")
        if word not in ("", "sample", "full"):
            raise ValueError(
                f"The environment variable DLFS_MNIST is {brief(word)}, expected 'full' or "
                "'sample': correct it, or unset it for the sample."
            )
        return word == "full"
    if not _is_truth(full):
        raise TypeError(f"load_mnist: full is {brief(full)}, expected True, False or None.")
    return full


def _as_input(images, normalize, flatten):
    x = images.reshape(-1, img_size) if flatten else images.reshape(-1, *img_dim)
    x = x.astype(np.float32 if normalize else np.uint8)  # a copy in both cases
    if normalize:
        x /= 255
    return x


def _as_labels(labels, one_hot_label):
    return np.eye(10)[labels] if one_hot_label else labels.copy()  # (N,) -> (N, 10)


def _read_sample():
    parts = read_npz(sample_file)
    for name, shape in (
        ("x_train", (4000, img_size)),
        ("t_train", (4000,)),
        ("x_test", (1000, img_size)),
        ("t_test", (1000,)),
    ):
        found = parts.get(name, np.empty(0))
        if found.shape != shape or found.dtype != np.uint8:
            raise ValueError(
                f"{sample_file}: {name} is {found.dtype} {found.shape}, expected uint8 {shape}. "
                "Restore the file from the repository."
            )
        if len(shape) == 1 and found.max() > 9:
            raise ValueError(
                f"{sample_file}: {name} has a label {found.max()}, expected 0 to 9. "
                "Restore the file from the repository."
            )
    return parts


def _read_full():
    names = {"train_img": "x_train", "train_label": "t_train"}
    names |= {"test_img": "x_test", "test_label": "t_test"}
    return {name: _parse_idx(_original(key), key) for key, name in names.items()}


def _original(key):
    return original(key_file[key], key_sha256[key], key_bytes[key])


def _parse_idx(packed, key):
    """The uint8 array in a gz-packed IDX file: 0 0, type 8, dimensions, their sizes, the data."""
    shape = key_shape[key]
    header = bytes([0, 0, 8, len(shape)]) + np.array(shape, ">u4").tobytes()
    size = len(header) + int(np.prod(shape))
    unpacker = zlib.decompressobj(wbits=31)  # 31: gz, with its check sum
    try:
        content = unpacker.decompress(packed, size + 1)  # no more, whatever the file claims
    except zlib.error as error:
        raise ValueError(
            f"{key_file[key]} is not a sound gz file ({error}): replace it by the original."
        ) from None

    start = content[: len(header)]
    if start != header:
        fault = f"begins with {start.hex() or 'nothing'}, expected {header.hex()}"
    elif len(content) > size:
        fault = f"unpacks to more than the expected {size} bytes"
    elif len(content) < size or not unpacker.eof:
        fault = f"breaks off after {len(content)} unpacked bytes, expected {size} and a check sum"
    elif unpacker.unused_data:
        fault = f"goes on for {len(unpacker.unused_data)} bytes behind its end"
    elif len(shape) == 1 and max(content[len(header) :]) > 9:
        fault = f"has a label {max(content[len(header) :])}, expected 0 to 9"
    else:
        return np.frombuffer(content, np.uint8, offset=len(header)).reshape(shape)
    raise ValueError(f"{key_file[key]} {fault}: replace it by the original.")

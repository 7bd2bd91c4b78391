"""MNIST: handwritten digits of 28×28 pixels, with the digit that each one shows.

    (x_train, t_train), (x_test, t_test) = load_mnist()

gives the sample that comes with this project: 4,000 digits to train on and 1,000 to test on, all
from the training set of MNIST. `load_mnist(full=True)`, or DLFS_MNIST=full in the environment,
gives the whole set: 60,000 and 10,000. Its four files are looked for
1. in the folder named by DLFS_DATA_DIR, if that is set,
2. in the cache: the folder named by DLFS_CACHE_DIR, or the usual one of your system,
3. on the network, and what arrives is kept in the cache.

Every file is compared with the known SHA-256 of the original before it is used.
"""

import hashlib
import os
import zlib
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np

from dataset.weights import read_npz

img_dim = (1, 28, 28)
img_size = 784
train_num = 60000
test_num = 10000
key_file = {
    "train_img": "train-images-idx3-ubyte.gz",
    "train_label": "train-labels-idx1-ubyte.gz",
    "test_img": "t10k-images-idx3-ubyte.gz",
    "test_label": "t10k-labels-idx1-ubyte.gz",
}
dataset_dir = os.path.dirname(os.path.abspath(__file__))
sample_file = os.path.join(dataset_dir, "sample.npz")

# of each original: SHA-256, bytes, shape of the array in it
originals = {
    "train-images-idx3-ubyte.gz": (
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        9912422,
        (train_num, 28, 28),
    ),
    "train-labels-idx1-ubyte.gz": (
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        28881,
        (train_num,),
    ),
    "t10k-images-idx3-ubyte.gz": (
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        1648877,
        (test_num, 28, 28),
    ),
    "t10k-labels-idx1-ubyte.gz": (
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        4542,
        (test_num,),
    ),
}
mirrors = [
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "http://yann.lecun.com/exdb/mnist/",
]
timeout = 20  # seconds without a byte


def load_mnist(normalize=True, flatten=True, one_hot_label=False, full=None):
    """The digits and their labels: (x_train, t_train), (x_test, t_test).

    normalize: x is float32 between 0 and 1; otherwise uint8, 0 (paper) to 255 (ink).
    flatten: x is (N, 784); otherwise (N, 1, 28, 28).
    one_hot_label: t is float64 (N, 10) with a single 1 in each row; otherwise uint8 (N,).
    full: True the whole set, False the sample, None whatever DLFS_MNIST says (else the sample).

    The arrays are new at each call: what you do to them changes nothing for the next one.

    Raises
      ValueError  DLFS_MNIST has an unknown value, or a file is not what it should be
      TypeError   an argument is neither True nor False
      OSError     a file cannot be found, downloaded, read or written
    """
    arguments = {"normalize": normalize, "flatten": flatten, "one_hot_label": one_hot_label}
    for name, value in arguments.items():
        if not isinstance(value, (bool, int, np.bool_)):
            raise TypeError(f"load_mnist: {name} is {value!r}, expected True or False.")
    arrays = _read_originals() if _is_full(full) else _read_sample()
    x_train, t_train, x_test, t_test = arrays
    return (
        (_as_input(x_train, normalize, flatten), _as_labels(t_train, one_hot_label)),
        (_as_input(x_test, normalize, flatten), _as_labels(t_test, one_hot_label)),
    )


def download_mnist():
    """Make sure that the four original files are here: downloads those that are missing."""
    for file_name in key_file.values():
        _original(file_name)


def init_mnist():
    """Make sure that the four original files are here and can be read, digit by digit."""
    _read_originals()


def _is_full(full):
    if full is None:
        word = os.environ.get("DLFS_MNIST", "")
        if word not in ("", "sample", "full"):
            raise ValueError(
                f"The environment variable DLFS_MNIST is {word!r}, expected 'full' or 'sample' "
                "(the sample is also what you get without it): correct it or unset it."
            )
        return word == "full"
    if not isinstance(full, (bool, np.bool_)):
        raise TypeError(f"load_mnist: full is {full!r}, expected True, False or None.")
    return bool(full)


def _as_input(images, normalize, flatten):
    x = images.reshape(-1, img_size) if flatten else images.reshape(-1, *img_dim)
    return x.astype(np.float32) / np.float32(255) if normalize else x.copy()


def _as_labels(labels, one_hot_label):
    return np.eye(10)[labels] if one_hot_label else labels.copy()  # (N,) -> (N, 10)


def _read_sample():
    arrays = read_npz(sample_file)
    expected = {"x_train": (4000, 784), "t_train": (4000,)}
    expected |= {"x_test": (1000, 784), "t_test": (1000,)}
    for name, shape in expected.items():
        array = arrays.get(name)
        if array is None or array.shape != shape or array.dtype != np.uint8:
            found = "missing" if array is None else f"{array.dtype} {array.shape}"
            raise ValueError(
                f"{sample_file}: {name} is {found}, expected uint8 {shape}. "
                "Restore the file from the repository."
            )
    return [arrays[name] for name in expected]


def _read_originals():
    return [_parse_idx(_original(name), name) for name in key_file.values()]


# ---- one original file: find it, or fetch it ----


def _original(file_name):
    """The bytes of one original file, compared with its SHA-256."""
    folder = os.environ.get("DLFS_DATA_DIR")
    if folder:
        if not os.path.isdir(folder):
            raise OSError(
                f"DLFS_DATA_DIR names {folder}, and there is no such folder: "
                "correct it or unset it."
            )
        path = Path(folder, file_name)
        if path.exists():
            content, fault = _inspect(path)
            if fault:
                raise ValueError(
                    f"{path} is not the original file of MNIST: {fault}. It was left as it is; "
                    "put the original there, remove it, or unset DLFS_DATA_DIR."
                )
            return content

    path = _cache_dir() / file_name
    if path.exists():
        content, fault = _inspect(path)
        if not fault:
            return content
    _download(path)
    content, fault = _inspect(path)
    if fault:
        raise ValueError(f"{path} changed while it was read: {fault}. Call again.")
    return content


def _inspect(path):
    """The bytes of the file and what is wrong with them, or None."""
    sha256, size, _ = originals[path.name]
    try:
        with open(path, "rb") as file:
            content = file.read(size + 1)
    except OSError as error:
        raise OSError(
            f"{path} cannot be read ({error.strerror}): give yourself the right to read it, "
            "or remove it."
        ) from None
    if len(content) != size:
        found = f"{len(content)} bytes" if len(content) < size else "more bytes"
        return content, f"it has {found}, expected {size}"
    found = hashlib.sha256(content).hexdigest()
    return content, None if found == sha256 else f"its SHA-256 is {found}, expected {sha256}"


def _cache_dir():
    import pooch  # here and not above: the sample needs no network and starts faster without

    return Path(os.environ.get("DLFS_CACHE_DIR") or pooch.os_cache("deep-learning-from-scratch"))


class _MirrorFailed(Exception):
    """One mirror did not deliver; the message says why, in a few words."""


class _ResumingDownloader:
    """A downloader for pooch that keeps what has arrived and asks only for the rest."""

    def __init__(self, size):
        self.size = size
        self.arrived = bytearray()

    def __call__(self, url, output_file, pooch):
        import requests
        from urllib3.exceptions import HTTPError

        try:
            self._receive(url, requests)
        except requests.Timeout:
            raise _MirrorFailed(f"no answer within {timeout} seconds") from None
        except (OSError, HTTPError, ValueError) as error:
            if self.arrived:
                why = f"cut off after {len(self.arrived)} of {self.size} bytes"
            else:
                why = f"no connection, {type(error).__name__}"
            raise _MirrorFailed(why) from None
        Path(output_file).write_bytes(self.arrived)

    def _receive(self, url, requests):
        from tqdm.auto import tqdm

        start, size = len(self.arrived), self.size
        headers = {"Accept-Encoding": "identity", "Range": f"bytes={start}-"}
        with requests.get(url, headers=headers, stream=True, timeout=timeout) as response:
            if response.status_code == 206:
                part = response.headers.get("Content-Range")
                if part != f"bytes {start}-{size - 1}/{size}":
                    raise _MirrorFailed(f"sent {part}, expected all bytes from {start} of {size}")
            elif response.status_code == 200:
                length = response.headers.get("Content-Length", str(size))
                if length != str(size):
                    raise _MirrorFailed(f"sent a file of {length} bytes, expected {size}")
                self.arrived.clear()
            else:
                raise _MirrorFailed(f"answered {response.status_code} {response.reason}")

            name = url.rpartition("/")[2]
            bar = tqdm(total=size, initial=len(self.arrived), desc=name, unit="B", unit_scale=True)
            with bar:
                # raw: some servers call .gz an encoding, and requests would unpack it
                for chunk in response.raw.stream(2**16, decode_content=False):
                    self.arrived += chunk
                    bar.update(len(chunk))
                    if len(self.arrived) > size:
                        self.arrived.clear()
                        raise _MirrorFailed(f"sent more than the expected {size} bytes")
        if len(self.arrived) < size:
            raise OSError("the connection was closed early")


def _download(path):
    """Fetch one original from the first mirror that delivers it; a bad file never gets a name."""
    import pooch

    sha256, size, _ = originals[path.name]
    downloader, reasons = _ResumingDownloader(size), []
    for attempt, mirror in enumerate(mirrors * 2):
        if attempt >= len(mirrors) and not downloader.arrived:
            break  # a second round is only worth while to complete what was cut
        try:
            pooch.retrieve(mirror + path.name, sha256, path.name, path.parent, None, downloader)
            path.chmod(0o644)  # pooch's files are private; a shared cache is read by others too
            return
        except _MirrorFailed as error:
            reasons.append(f"{urlsplit(mirror).hostname}: {error}")
        except ValueError:
            downloader.arrived.clear()
            reasons.append(f"{urlsplit(mirror).hostname}: sent a file with another SHA-256")
        except OSError as error:
            raise OSError(
                f"{path} cannot be written ({error.strerror}): make room, or set "
                "DLFS_CACHE_DIR to a folder that you may write to, and call again."
            ) from None
    if path.exists() and _inspect(path)[1]:
        path.unlink()  # the damaged file that made us download
    raise OSError(
        f"{path.name} could not be downloaded ({'; '.join(reasons)}). Try again later, or put the "
        "four original .gz files into a folder and set DLFS_DATA_DIR to it; "
        "load_mnist(full=False) needs no network."
    )


# ---- the format of the originals ----


def _parse_idx(packed, file_name):
    """The uint8 array in a gz-packed IDX file: zeros, type 8, sizes in 4 bytes each, the data."""
    shape = originals[file_name][2]
    header = bytes([0, 0, 8, len(shape)]) + np.array(shape, ">u4").tobytes()
    size = len(header) + int(np.prod(shape))
    unpacker = zlib.decompressobj(wbits=31)  # 31: gz, with its check sum
    try:
        content = unpacker.decompress(packed, size + 1)  # never more, whatever the file claims
    except zlib.error as error:
        raise ValueError(f"{file_name} is not a sound gz file ({error}); replace it.") from None

    if content[: len(header)] != header:
        fault = f"begins with {content[: len(header)].hex()}, expected {header.hex()}"
    elif len(content) > size:
        fault = f"holds more than the expected {size} bytes"
    elif len(content) < size or not unpacker.eof:
        fault = f"ends after {len(content)} of {size} bytes"
    elif unpacker.unused_data:
        fault = f"has {len(unpacker.unused_data)} bytes behind its end"
    else:
        array = np.frombuffer(content, np.uint8, offset=len(header)).reshape(shape)
        if len(shape) > 1 or array.max(initial=0) <= 9:
            return array
        fault = f"has the label {array.max()}, expected 0 to 9"
    raise ValueError(f"{file_name} {fault}; replace it by the original.")

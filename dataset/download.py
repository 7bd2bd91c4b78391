"""The four original files of MNIST: found on the disk or fetched from the network, and verified.

`original` gives the bytes of a file whose size and SHA-256 are known, or an error that says what
to do. Its places, in this order: the folder DLFS_DATA_DIR, which is yours and never changed here;
the cache; the mirrors. A file that was cut off is completed where it broke off, by the same mirror
or by the next. Only whole and verified files come into the cache, so those that are there already
are not fetched again, and two programs that download at once do not disturb each other.
"""

import contextlib
import hashlib
import os
import stat
from pathlib import Path
from urllib.parse import urlsplit

mirrors = [
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "http://yann.lecun.com/exdb/mnist/",
]
timeout = 20  # seconds without a byte


def original(file_name, sha256, size):
    """The bytes of one original file.

    Raises ValueError if DLFS_DATA_DIR holds another file of that name; OSError if a file cannot
    be read, written or downloaded.
    """
    folder = os.path.expanduser(os.environ.get("DLFS_DATA_DIR", ""))
    if folder and not os.path.isdir(folder):
        raise OSError(f"DLFS_DATA_DIR is {folder!r}, not a folder: correct it or unset it.")
    if folder:
        path = Path(folder, file_name)
        content, fault = _inspect(path, sha256, size)
        if fault and content is not None:
            raise ValueError(
                f"{path} is not the original file of MNIST: it {fault}. It was left as it is; "
                "put the original there, take it away, or unset DLFS_DATA_DIR."
            )
        if content is not None:
            return content

    path = _cache_dir() / file_name
    content, fault = _inspect(path, sha256, size)
    if fault:
        _download(path, sha256, size)
        content, fault = _inspect(path, sha256, size)
    if fault:
        raise OSError(f"{path} {fault}, although it was sound a moment ago: call again.")
    return content


def _inspect(path, sha256, size):
    """The bytes of a file (None: there is no file), and what is wrong with them (None: nothing)."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # a pipe would be waited for, without end
            raise OSError("it is a folder or a device")
        with open(path, "rb") as file:
            content = file.read(size + 1)
    except OSError as error:
        missing = isinstance(error, (FileNotFoundError, NotADirectoryError))
        if missing and not os.path.islink(path):
            return None, "is missing"
        why = error.strerror or error
        raise OSError(
            f"{path} cannot be read ({why}): allow it, take it away, or name another folder."
        ) from None
    if len(content) != size:
        found = f"more than {size}" if len(content) > size else len(content)
        return content, f"has {found} bytes, expected {size}"
    found = hashlib.sha256(content).hexdigest()
    return content, None if found == sha256 else f"has SHA-256 {found}, expected {sha256}"


def _cache_dir():
    import pooch  # here, because the sample needs no network and should come quickly

    named = os.environ.get("DLFS_CACHE_DIR")
    folder = os.path.expanduser(named or pooch.os_cache("deep-learning-from-scratch"))
    if named and folder.startswith("~"):
        raise OSError(f"DLFS_CACHE_DIR is {named!r}, a home that is not known: correct it.")
    return Path(folder)


def _download(path, sha256, size):
    """Put one original in the cache, whole and verified, from the first mirror that has it."""
    import pooch

    downloader, reasons = _Downloader(size), []
    for mirror in mirrors:
        for _ in range(3):
            start = len(downloader.arrived)
            try:
                # pooch tries the folder, compares the SHA-256, then moves the file to its place
                url = mirror + path.name
                pooch.retrieve(url, sha256, path.name, path.parent, downloader=downloader)
                return
            except _MirrorFailed as error:
                reason, again = str(error), len(downloader.arrived) > start  # go on from there
            except ValueError:
                reason, again = "sent another file of the same size", start > 0  # or a bad start
                downloader.arrived.clear()
            except OSError as error:
                why = (error.__cause__ or error).strerror or error
                raise OSError(
                    f"{path} cannot be written ({why}): make room, or set DLFS_CACHE_DIR to a "
                    "folder that you may write to, and call again."
                ) from None
            reasons.append(f"{urlsplit(mirror).netloc} {reason}")
            if not again:
                break
    if os.path.exists(path) and _inspect(path, sha256, size)[1]:
        with contextlib.suppress(OSError):  # where it cannot be removed it is still never used
            path.unlink()  # a damaged file, for which no better one came
    raise OSError(
        f"{path.name} could not be downloaded ({'; '.join(reasons)}). Try again later, or put the "
        "four original .gz files into a folder and set DLFS_DATA_DIR to its name. "
        "The sample, load_mnist(full=False), needs no network."
    )


class _MirrorFailed(Exception):
    """A mirror did not deliver; the message says what it did instead."""


class _Downloader:
    """What pooch calls to fetch a URL: keeps what has arrived, and asks only for the rest."""

    def __init__(self, size):
        self.size = size
        self.arrived = bytearray()

    def __call__(self, url, output_file, _):
        import requests
        from urllib3.exceptions import HTTPError

        start = len(self.arrived)
        headers = {"Accept-Encoding": "identity", "Range": f"bytes={start}-"}
        try:
            with requests.get(url, headers=headers, stream=True, timeout=timeout) as response:
                self._receive(response, url.rpartition("/")[2])
        except (OSError, HTTPError, ValueError) as error:  # of requests, urllib3 and sockets
            why = f"cannot be reached ({type(error).__name__})"
            if len(self.arrived) > start:
                why = f"broke off after {len(self.arrived)} of {self.size} bytes"
            raise _MirrorFailed(why) from None
        Path(output_file).write_bytes(self.arrived)
        os.chmod(output_file, 0o644)  # a cache may be shared: let others read it

    def _receive(self, response, name):
        from tqdm.auto import tqdm

        start, size = len(self.arrived), self.size
        if response.status_code not in (200, 206):
            raise _MirrorFailed(f"answered {response.status_code} {response.reason}")
        if response.status_code == 206:
            part = response.headers.get("Content-Range")
            if part != f"bytes {start}-{size - 1}/{size}":
                raise _MirrorFailed(f"sent {part}, expected the bytes from {start} on of {size}")
        else:
            length = response.headers.get("Content-Length", str(size))
            if length != str(size):
                raise _MirrorFailed(f"offered a file of {length} bytes, expected {size}")
            start = 0  # all of it comes again
            self.arrived.clear()
        with tqdm(total=size, initial=start, desc=name, unit="B", unit_scale=True) as bar:
            # raw, because some servers call .gz an encoding and requests would unpack it
            for chunk in response.raw.stream(2**16, decode_content=False):
                self.arrived += chunk
                bar.update(len(chunk))
                if len(self.arrived) > size:
                    self.arrived.clear()
                    raise _MirrorFailed(f"sent more than the expected {size} bytes")
        if len(self.arrived) < size:
            raise OSError("closed early")

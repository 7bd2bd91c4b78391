"""The four original files of MNIST: found on the disk or fetched from the network, and verified.

The places, in this order: the folder DLFS_DATA_DIR, which is yours and never changed here; the
cache; the mirrors. pooch downloads into a file of its own, compares the SHA-256, and moves the
file to its place in the cache in one step: what has its name there is whole, and two programs that
download at once do not disturb each other.
"""

import contextlib
import hashlib
import os
from pathlib import Path
from urllib.parse import urlsplit

mirrors = [
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "http://yann.lecun.com/exdb/mnist/",
]
timeout = 20  # seconds without a byte


def original(file_name, sha256):
    """The bytes of the original file of this name, whose SHA-256 is known.

    Raises ValueError if DLFS_DATA_DIR holds another file of that name; OSError if a file cannot
    be read, written or downloaded.
    """
    folder = os.path.expanduser(os.environ.get("DLFS_DATA_DIR", ""))
    if folder and not os.path.isdir(folder):
        raise OSError(f"DLFS_DATA_DIR is {folder!r}, not a folder: correct it or unset it.")
    path = Path(folder, file_name)
    if not folder or not path.exists():
        return _from_the_cache(file_name, sha256)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise OSError(f"{path} cannot be read ({error.strerror}): allow it.") from None
    if (found := hashlib.sha256(content).hexdigest()) != sha256:
        raise ValueError(
            f"{path} is no original file of MNIST: its {len(content)} bytes have SHA-256 {found}, "
            f"expected {sha256}. It was left as it is; put the original there, take it away, or "
            "unset DLFS_DATA_DIR."
        )
    return content


def _from_the_cache(file_name, sha256):
    """The bytes of one original; what is not there comes from the first mirror that sends it.

    Raises OSError, which says what each mirror did instead, or why the cache cannot be used.
    """
    import pooch  # here, because the sample needs no network and should come quickly
    from requests import HTTPError, RequestException

    cache = os.environ.get("DLFS_CACHE_DIR") or pooch.os_cache("deep-learning-from-scratch")
    path = Path(cache).expanduser() / file_name
    # "identity": a .gz is not to be packed once more, and unpacked, on its way
    http = pooch.HTTPDownloader(True, timeout=timeout, headers={"Accept-Encoding": "identity"})

    def fetch(url, unfinished, _pooch):
        http(url, unfinished, None)
        os.chmod(unfinished, 0o644)  # a cache may be shared: let others read it

    reasons = []
    for mirror in mirrors:
        try:
            pooch.retrieve(mirror + file_name, sha256, file_name, path.parent, downloader=fetch)
            return path.read_bytes()
        except HTTPError as error:
            reason = f"answered {error.response.status_code} {error.response.reason}"
        except RequestException as error:
            reason = f"cannot be reached, or broke off ({type(error).__name__})"
        except ValueError:
            reason = "sent another file"
        except OSError as error:
            raise OSError(
                f"{path} cannot be written ({(error.__cause__ or error).strerror}): make room, or "
                "set DLFS_CACHE_DIR to a folder that you may write to, and call again."
            ) from None
        reasons.append(f"{urlsplit(mirror).netloc} {reason}")
    with contextlib.suppress(OSError):  # where it cannot be removed it is still never used
        path.unlink()  # a damaged file, for which no better one came
    raise OSError(
        f"{file_name} could not be downloaded ({'; '.join(reasons)}). Try again later, or put the "
        "four original .gz files into a folder and set DLFS_DATA_DIR to its name. "
        "The sample, load_mnist(full=False), needs no network."
    )

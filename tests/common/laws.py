"""The judge, and what it judges: values that learners hand over, by plan or by mistake.

Whatever arrives, `common` gives a right result or says one of its own sentences. NumPy's words
about broadcasting, axes, casts or kinds of objects must not reach a learner; its arithmetic of inf
and nan may.
"""

import functools
import importlib
import inspect
import pkgutil
import re
import traceback
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, Phase, settings

import common
from tests.soak import SOAK

HOME = Path(common.__file__).resolve().parent


def few(count=30):
    """Settings: the same `count` examples in each run; with DLFS_SOAK=1, 20 times as many, new."""
    return settings(
        max_examples=count * (20 if SOAK else 1),
        derandomize=not SOAK,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


# ---- what arrives -----------------------------------------------------------------------------


def normal(*shape, seed=1):
    return np.random.default_rng(seed).standard_normal(shape)


def far_apart(*shape):
    """Numbers of both signs; no two closer than 0.1, none nearer to 0: no kink, no tie."""
    order = np.random.default_rng(2).permutation(int(np.prod(shape)))
    return (order.reshape(shape) - order.size // 2 + 0.5) / 5


def with_gaps(a):
    """The same numbers in memory that has gaps: a view of every second entry of each axis."""
    wide = np.zeros([2 * side for side in a.shape], a.dtype)
    view = wide[(*(slice(None, None, 2) for _ in a.shape), ...)]
    view[...] = a
    return view


def read_only(a):
    a = a.copy()
    a.setflags(write=False)
    return a


LAYOUTS = {
    "Fortran order": lambda a: np.array(a, order="F"),
    "with gaps": with_gaps,
    "backwards": lambda a: a[::-1].copy()[::-1] if a.ndim else a,
    "read-only": read_only,
}
# Right numbers in another dress: the result must be that of the same numbers as float64.
DRESSES = {
    **LAYOUTS,
    "a list": lambda a: a.tolist(),
    "a tuple": lambda a: tuple(a.tolist()) if a.ndim else a.tolist(),
    "integers": lambda a: np.rint(a).astype(np.int64),
    "pixels": lambda a: (60 * np.abs(a)).clip(0, 255).astype(np.uint8),
    "booleans": lambda a: a > 0,
    "float32": lambda a: a.astype(np.float32),
    "float16": lambda a: a.astype(np.float16),
}
NO_NUMBERS = {
    "nothing": None,
    "text": "3",
    "words": np.array([["a", "b"], ["c", "d"]]),
    "bytes": b"12",
    "a dict": {"a": 1},
    "a function": len,
    "a generator": (i for i in (1, 2)),
    "a missing number": [[1.0, None]],
    "complex numbers": np.ones((2, 2)) * 1j,
    "rows of different lengths": [[1.0, 2.0], [3.0]],
}
SHAPES = {
    "a number": lambda a: np.array(2.0),
    "empty": lambda a: np.empty((0, *a.shape[1:])),
    "an axis more": lambda a: a[None],
    "an axis less": lambda a: a[0] if a.ndim else a,
    "a column more": lambda a: np.concatenate([a, a[..., :1]], axis=-1) if a.ndim else a,
}
# For a size, a rate, a word, a setting.
SCALARS = [
    None, "text", "3", [], [2], {}, 1j, np.nan, np.inf, -np.inf, -1, -0.5, 0, 0.5, 1, 1.0, 2,
    2.0, 2.5, True, np.int64(2), np.uint8(2), np.float32(0.5), np.array([1, 2]), np.zeros((50, 50)),
    [[1.0, 2.0], [3.0]],
]  # fmt: skip
# Labels of three samples for four classes, all saying [0, 2, 1] ...
LABELS = {
    **{kind: np.array([0, 2, 1], kind) for kind in ("int8", "uint8", "int32", "int64", "uint64")},
    "list": [0, 2, 1],
    "one-hot": np.eye(4)[[0, 2, 1]],
    "one-hot, float32": np.eye(4, dtype=np.float32)[[0, 2, 1]],
    "one-hot, integers": np.eye(4, dtype=int)[[0, 2, 1]],
    "one-hot, booleans": np.eye(4, dtype=bool)[[0, 2, 1]],
    "one-hot, list": np.eye(4)[[0, 2, 1]].tolist(),
    "one-hot, read-only": read_only(np.eye(4)[[0, 2, 1]]),
}
# ... and what are no labels for them.
BAD_LABELS = {
    "a column": (np.array([[0], [2], [1]]), ValueError),
    "one more": ([0, 2, 1, 1], ValueError),
    "one less": ([0, 2], ValueError),
    "one for all": (1, ValueError),
    "none": ([], ValueError),
    "a class less": (np.eye(3), ValueError),
    "a class that is unknown": ([0, 4, 1], ValueError),
    "a class below 0": (np.array([0, -1, 1]), ValueError),
    "rows that sum to 2": (np.full((3, 4), 0.5), ValueError),
    "rows of zeros": (np.zeros((3, 4)), ValueError),
    "rows that are nearly shares": (np.full((3, 4), 0.2505), ValueError),
    "a share below 0": (np.tile([2.0, -1, 0, 0], (3, 1)), ValueError),
    "shares of nan": (np.full((3, 4), np.nan), ValueError),
    "floats": (np.array([0.0, 2.0, 1.0]), TypeError),
    "booleans": (np.array([True, False, True]), TypeError),
    "letters": (np.array(["a", "b", "c"]), TypeError),
    "rows of letters": (np.full((3, 4), "a"), TypeError),
    "a missing number": ([None, 1, 2], TypeError),
    "rows of different lengths": ([[0, 1], [2], [1]], TypeError),
}


def as_numbers(x):
    """x as float64, if it holds numbers for which floats are right; else None."""
    try:
        x = np.asarray(x)
    except ValueError:
        return None
    return x.astype(np.float64) if x.dtype.kind in "biuf" else None


# ---- the judge --------------------------------------------------------------------------------


def public_names():
    """What `common` offers: functions, classes, and the public methods that a class defines."""
    names = {}
    for info in pkgutil.iter_modules(common.__path__):
        module = importlib.import_module(f"common.{info.name}")
        for name, thing in vars(module).items():
            if name.startswith("_") or getattr(thing, "__module__", "") != module.__name__:
                continue
            names[f"{info.name}.{name}"] = thing
            for method, value in vars(thing).items() if inspect.isclass(thing) else ():
                own = inspect.isfunction(value) or isinstance(value, property)
                if own and not method.startswith("_"):
                    names[f"{info.name}.{name}.{method}"] = value
    return names


@functools.cache
def words_of_ours():
    """The names that a reader can find: of functions, classes and methods, and their arguments."""
    known = {"FN", "FH", "FW", "OH", "OW", "filter_num", "the", "images", "samples"}
    for name, thing in public_names().items():
        known |= set(name.split(".")[1:])
        known |= set(inspect.signature(thing).parameters if callable(thing) else ())
    return known


def traces(value):
    """The words by which a sentence can name a value: its kind, its shape, the value itself."""
    yield from (type(value).__name__, str(value), " ".join(repr(value).split())[:12])
    if isinstance(value, (list, tuple, np.ndarray)):
        yield "different lengths"  # its own, or beside others
    if isinstance(value, list) and value:
        yield repr(value[0])  # of many sizes, the first that is wrong
    if isinstance(value, str):
        yield repr(value[:1])  # where a list is expected, a text is a list of letters
    try:
        value = np.asarray(value)
    except ValueError:
        return
    yield from (str(value.shape), str(value.dtype))
    if value.dtype.kind in "biuf" and value.size:
        yield from (f"{v:g}" for v in (value.min(), value.max()))
        yield "below 0" if value.min() < 0 else "nan"


ADVICE = re.compile(
    r"\b(expect|must|give|make|choose|pass|use|call|apply|train|try|change|agree|know|fill|become|"
    r"scale|sum|check|save|need|or|differ|neither|cannot|has not)"
)


def judge(error, arrived, named):
    """Fails unless this error is a sentence of ours, which says what arrived and what to do."""
    words, last = str(error), traceback.extract_tb(error.__traceback__)[-1]
    place = Path(last.filename)
    by_python = isinstance(error, (TypeError, AttributeError)) and PYTHONS.search(words)
    if by_python and place.name != "checks.py":
        return
    said_by_us = place.parent == HOME and last.line.startswith(("raise ", "warnings.warn("))
    if not (isinstance(error, OURS) and said_by_us):
        raise AssertionError(f"a foreign error: {error!r}") from error
    tokens = re.findall(r"[^\W\d]\w*", words)
    shouted = {w for w in tokens if re.search("[A-Z]{2}", w)} - words_of_ours()
    known = words.startswith(tuple(map(str, (*arrived, *named)))) or tokens[0] in words_of_ours()
    said = [*map(str, named), *(part for value in arrived for part in traces(value))]
    assert "\n" not in words and 20 < len(words) < 400 and words.endswith("."), words
    assert not shouted, f"{shouted} is no name of ours: {words}"
    assert known or tokens[0][0].isupper(), f"it begins like no sentence: {words}"
    assert "None" not in tokens or any(a is None for a in (*arrived, *named)), words
    assert ADVICE.search(words), f"it does not say what to do: {words}"
    assert not said or any(re.search(rf"(?<![^\W_]){re.escape(part)}", words) for part in said), (
        f"{said} is not in: {words}"
    )


OURS = (ValueError, TypeError, RuntimeError, FloatingPointError, RuntimeWarning)
# What Python says itself of a thing of the wrong kind is clear enough, and names the kind.
PYTHONS = re.compile(
    r"is not (callable|iterable)|has no (len|attribute)|unexpected keyword argument|must be a "
    r"mapping|must be an iterable|unsupported operand type|update expected at most 1 argument"
)


def picture(value):
    """All that may not change in an argument."""
    if isinstance(value, np.ndarray):
        numbers = repr(value.tolist()) if value.dtype.hasobject else value.tobytes()
        return value.dtype, value.shape, value.strides, value.flags.writeable, numbers
    if isinstance(value, (list, tuple)):
        return type(value), [picture(part) for part in value]
    if isinstance(value, dict):
        return {key: picture(part) for key, part in value.items()}
    return repr(value)


def attempt(f, *args, named=()):
    """(result, None) or (None, an error of ours). Fails for a changed argument, a foreign error.

    named: what an error should name besides the arguments.
    """
    before = picture(args)
    result = error = None
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            result = f(*args)
    except Exception as caught:
        judge(caught, args, named)
        error = caught
    assert picture(args) == before, "an argument changed"
    return result, error


def leaves(result):
    """All numbers of a result, in one row."""
    if isinstance(result, dict):
        result = list(result.values())
    if isinstance(result, (list, tuple)):
        return np.concatenate([np.empty(0), *map(leaves, result)])
    return np.ravel(np.asarray(result, float))


def assert_close(found, expected, size=1e-10, name=""):
    """Equal but for rounding: the error is small beside the largest number."""
    found, expected = leaves(found), leaves(expected)
    top = max(1.0, np.abs(expected[np.isfinite(expected)]).max(initial=0))
    np.testing.assert_allclose(found, expected, rtol=size, atol=size * top, err_msg=name)

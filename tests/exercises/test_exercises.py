"""Every exercise answers: ✓ to its solution, its own words to each mistake, and it never raises.

Chapters are found by themselves: `exercises/chNN.py` with `exercises/solutions/chNN.py` and
`tests/exercises/{right,wrong}_answers/chNN.py`. How a check works is tried on one of its own.
"""

import functools
import gc
import importlib
import os
import re
import signal
import threading
import time
import types
import warnings
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from exercises import bounded, verdict
from exercises.progress import progress
from exercises.verdict import Mistake, Verdict, case, exercise, judge

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = sorted(path.stem for path in (ROOT / "exercises").glob("ch*.py"))
source = functools.cache(verdict.solution_source)


def checks(chapter):
    module = vars(importlib.import_module(f"exercises.{chapter}"))
    return {name[6:]: check for name, check in module.items() if name.startswith("check_")}


def answers(kind, chapter):
    """Exercise -> name -> answer, of right_answers or wrong_answers: a class an exercise."""
    module = importlib.import_module(f"tests.exercises.{kind}.{chapter}")
    return {
        name: {which: one for which, one in vars(held).items() if which[0] != "_"}
        for name, held in vars(module).items()
        if isinstance(held, type) and held.__module__ == module.__name__
    }


EACH = pytest.mark.parametrize(
    ("chapter", "name"), [(chapter, name) for chapter in CHAPTERS for name in checks(chapter)]
)


@pytest.fixture(autouse=True)
def quick(monkeypatch, request):
    """Loops for ever are waited for: a second is enough here. Solutions are read once.

    Right answers have their full time: this process may have to collect much garbage just then.
    """
    if request.function not in (
        test_right_answers_as_readers_write_them_are_right,
        test_the_solution_is_right_as_it_stands_and_pasted_into_a_notebook,
    ):
        monkeypatch.setattr(bounded, "TIME_LIMIT", 1.0)
    monkeypatch.setattr(verdict, "solution_source", source)


@pytest.fixture
def same_random_numbers():
    """They go on as if nothing had been checked."""
    np.random.seed(5)
    yield
    after = np.random.rand()
    np.random.seed(5)
    assert np.random.rand() == after


class Contrary:
    """An object that refuses every question about itself."""

    def __getattr__(self, name):
        raise ZeroDivisionError(name)

    def __call__(self, *args):
        return self

    def __repr__(self):
        raise ValueError("no")

    def __array__(self, *args, **kwargs):
        raise MemoryError


NEVER_RIGHT = [
    0, "x", [], {}, Contrary(), lambda *_args: 1 / 0, lambda *_args: [1, 2],
    lambda *args: np.full(np.shape(args[0]), np.nan), lambda *_args: np.zeros((7, 3, 2)),
    lambda *args: args[0] if args else None,
]  # fmt: skip


def test_every_exercise_has_its_solution_and_answers_right_and_wrong():
    assert CHAPTERS
    for chapter in CHAPTERS:
        for kind, least in (("right_answers", 4), ("wrong_answers", 8)):
            file = f"tests/exercises/{kind}/{chapter}.py"
            assert (ROOT / file).exists(), f"{file} is missing."
            held = answers(kind, chapter)
            odd = set(held) ^ set(checks(chapter)) or [n for n in held if len(held[n]) < least]
            assert not odd, f"{file}: {least} answers or more to each exercise: {odd}"
        file = f"exercises/solutions/{chapter}.py"
        assert (ROOT / file).exists(), f"{file} is missing."


@EACH
def test_the_solution_is_right_as_it_stands_and_pasted_into_a_notebook(chapter, name):
    check = checks(chapter)[name]
    solutions = vars(importlib.import_module(f"exercises.solutions.{chapter}"))
    notebook = {key: value for key, value in solutions.items() if key not in checks(chapter)}
    exec(source(chapter, name), notebook)
    for answer in (solutions[name], notebook[name]):
        got = check(answer)
        assert got.ok is True, got
        assert got and repr(got).startswith("✓ ") and got.hint == ""


@EACH
def test_right_answers_as_readers_write_them_are_right(chapter, name):
    for which, answer in answers("right_answers", chapter)[name].items():
        got = checks(chapter)[name](answer)
        assert got.ok is True, f"{which}: {got}"


@EACH
def test_each_mistake_gets_words_of_its_own_which_name_it(chapter, name):
    """`entry [0] is 3, expected is 2` is no diagnosis: at most a third may be told only that."""
    said = {}
    for mistake, answer in answers("wrong_answers", chapter)[name].items():
        got = checks(chapter)[name](answer)
        assert got.ok is False, f"{mistake}: {got}"
        assert repr(got).startswith("✗ ") and got.hint, mistake
        assert got.solution not in (got.message, "")
        assert got.message not in said, f"{mistake} and {said[got.message]}: {got.message}"
        said[got.message] = mistake
    merely = [text for text in said if "expected is" in text or "is expected" in text]
    assert len(merely) <= len(said) / 3, merely


@EACH
def test_an_unanswered_template_is_not_wrong_but_open(chapter, name):
    solution = getattr(importlib.import_module(f"exercises.solutions.{chapter}"), name)
    empty = [None, ...]
    if isinstance(solution, dict):
        empty += [dict.fromkeys(solution, ...), solution | {next(iter(solution)): ...}]
    elif callable(solution) and not isinstance(solution, type):
        empty += [lambda *_args: None, lambda *_args: ..., raises(NotImplementedError())]
    for answer in empty:
        got = checks(chapter)[name](answer)
        assert got.ok is None and not got, got
        assert repr(got).startswith("○ not answered yet") and got.hint


@EACH
def test_junk_is_never_right_and_leaves_no_trace(chapter, name, recwarn, same_random_numbers):
    for answer in NEVER_RIGHT:
        got = checks(chapter)[name](answer)
        assert got.ok is not True and got.message, got
        assert "\n" not in repr(got) and got._repr_html_()
    checks(chapter)[name](lambda *_args: np.log(np.zeros(2)) + np.random.rand(2))
    assert not recwarn.list
    assert np.geterr()["divide"] == "warn"


def test_progress_shows_what_each_check_of_a_chapter_said_last():
    for name in checks("ch03"):
        verdict.SAID["ch03"][name] = None
    assert repr(progress(3)).count("○") == len(checks("ch03")), "not checked yet"
    checks("ch03")["leaky_relu"](lambda x, slope=0.01: np.maximum(0, x))
    checks("ch03")["product_shapes"]({})
    for answer in (abs, importlib.import_module("exercises.solutions.ch03").stable_sigmoid):
        checks("ch03")["stable_sigmoid"](answer)
    lines = repr(progress(3)).split("\n")
    assert lines[0] == "Chapter 3: 1 of 10 exercises solved"
    assert lines[2:5] == ["✓  2 stable_sigmoid", "✗  3 leaky_relu", "○  4 product_shapes"]
    table = ElementTree.fromstring(f"<div>{progress(3)._repr_html_()}</div>")
    told = ["".join(row.itertext()) for row in table.iter("tr")]
    assert told[1] == "1xor_neurons○ not checked yet" and told[3].startswith(
        "3leaky_relu✗ This is ReLU"
    )


def double(x, factor=2.0):
    return factor * x


@pytest.fixture
def check(monkeypatch):
    monkeypatch.setattr(verdict, "solution_source", lambda *_names: "def double(x): ...")

    @exercise(hint="Twice as much.")
    def check_double(answer):
        return judge(
            answer,
            double,
            cases=[
                case(np.array([[1.0, -2.0], [3.0, 5.0], [0.5, 0.0]]), of="a batch"),
                case(np.array([[1, 2]]), of="integers", hint="Whole numbers?"),
            ],
            mistakes=[
                Mistake(lambda x: x + 2, "Two is added.", "Add or multiply?"),
                Mistake(lambda x: np.ones((2, 2)) @ x, "A product of matrices.", "Which product?"),
            ],
            praise="Twice.",
            batch=0,
        )

    return check_double


def third_line(x):
    y = 2 * x
    return y[10**6]


def no_return(x):
    y = 2 * x  # noqa: F841


async def waits(x):
    return 2 * x


class NoSelf:
    def forward(x):
        return 2 * x


class Local:
    def forward(self, x):
        self.x = 2 * x
        return x * factor  # noqa: F821

    def keep(self, x):
        self.factor = 2


class Forgets:
    def forward(self, x):
        return 2 * self.mask


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        (NoSelf, "(the first parameter of a method is `self`)"),
        (Local, "(what the layer keeps is called `self.factor`)"),
        (Forgets, "(no method keeps anything as `self.mask`)"),
    ],
)
def test_a_forgotten_self_is_named(layer, words, monkeypatch):
    monkeypatch.setattr(verdict, "solution_source", lambda *_names: "class Layer: ...")
    sound = type("Layer", (), {"forward": lambda self, x: 2 * x})

    @exercise()
    def check_layer(answer):
        return judge(answer, sound, [case(1.0)], via=lambda Layer, x: Layer().forward(x))

    assert check_layer(sound).ok
    assert words in check_layer(layer).message


def test_a_dict_is_open_until_each_name_has_its_value(monkeypatch):
    monkeypatch.setattr(verdict, "solution_source", lambda *_names: "sizes = ...")
    sizes = {"W1": (784, 50), "b1": (50,)}

    @exercise()
    def check_sizes(answer):
        return judge(answer, sizes)

    for right in (sizes, {"b1": [50], "W1": np.array([784, 50])}, {"W1": "(784, 50)", "b1": (50,)}):
        assert check_sizes(right).ok, right
    for half in ({"W1": (784, 50)}, {"W1": (784, 50), "b1": ...}, {"W1": (1, 1), "b1": None}):
        assert repr(check_sizes(half)) == "○ not answered yet: `b1`"
    assert "by the name 'b_1'" in check_sizes(sizes | {"b_1": (50,)}).message
    assert "`W1[0]` is 50, expected is 784" in check_sizes({"W1": (50, 784), "b1": (50,)}).message


def test_half_a_layer_and_half_a_filter_are_open():
    half = type(
        "Half", (), {"forward": lambda self, x: np.tanh(x), "backward": lambda self, dout: ...}
    )
    assert repr(checks("ch05")["Tanh"](half)) == "○ not answered yet: `backward`"
    edges = checks("ch07")["vertical_edges"]([[-1, ..., 1]] * 3)
    assert repr(edges) == "○ not answered yet: 3 of 9 numbers"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda x: x + 2.0, "Two is added."),
        (lambda x: -2 * x, "wrong sign"),
        (lambda x: 2 * x / 3, "0.3333 times what is expected (the batch has 3 rows"),
        (lambda x: 4 * x, "2 times what is expected (for a batch)"),
        (lambda x: 2 * x.T, "shape (2, 3), expected is (3, 2)"),
        (lambda x: [*(2 * x).tolist()[:-1], [1]], "a list of 3"),
        (lambda x: 2 * x + 4e-6, "Entry [0, 0] of the result is 2.000004, expected is 2 "),
        (lambda x: 1.00001 * 2 * x, "expected is"),  # not: 1 times what is expected
        (lambda x: print(2 * x), "prints, and gives back nothing"),
        (lambda x: print(2 * x) if len(x) > 1 else 1 / 0, "prints, and gives back nothing"),
        (no_return, "calculates, and gives back nothing"),
        (lambda x: (yield 2 * x), "holds `yield`"),
        (lambda x: (2 * row for row in x), "a generator"),
        (lambda x: 2 * x + 0j, "complex"),
        (lambda x: NoSelf, "The result is a class, a NumPy array of numbers is expected"),
        (lambda x: x > 1, "holds True or False, where numbers are expected"),
        (lambda x: 2 * x / (x != 0), "nan"),
        (lambda x: 2 * x + (x == 5), "Entry [1, 1] of the result is 11, expected is 10"),
        (lambda x: 2 * x if x.dtype == float else x * 2 + 1, "the case before it is right"),
        (lambda x, y: x, "Your function is `<lambda>(x, y)`, and it is called with one argument"),
        (lambda x: np.ones((4, 4)) @ x, "A frequent reason: A product of matrices."),
        (third_line, f"Line {third_line.__code__.co_firstlineno + 2} of your answer, `return y[10"),
        (waits, "is `async`"),
        (5, "A function is expected here; this is a single value, 5"),
    ],
)
def test_common_slips_are_named_without_a_table(check, answer, words, recwarn):
    got = check(answer)
    assert got.ok is False
    assert words in got.message
    if answer is waits:
        gc.collect()  # a coroutine that nobody awaited would warn
    assert not recwarn.list


def test_a_case_has_its_own_hint_and_another_error_is_not_the_known_mistake(check):
    assert "A class is expected" in checks("ch05")["Tanh"](5).message
    assert check(lambda x: 2 * x if x.dtype == float else x).hint == "Whole numbers?"
    whole = checks("ch03")["pixel_distance"](lambda a, b: int(abs(a.astype(float) - b).mean()))
    assert "`int`" in whole.hint and "is cut to whole numbers" in whole.message
    leak = checks("ch03")["leaky_relu"](
        lambda x, slope=0.01: np.where(x > 0, x, slope * x - (not slope))
    )
    assert "is -1, expected is 0 " in leak.message  # not: -0
    nought = checks("ch07")["accuracy_in_batches"](lambda *_args: 0)
    assert "is 0, expected is 0.75" in nought.message  # not: cut to whole numbers
    assert "called with 5 arguments" in checks("ch06")["momentum_step"](lambda W: W).message
    decay = checks("ch06")["decayed_gradients"](lambda grads, params, lam: grads.clear() or params)
    assert "changes `grads`: the caller's own dict, or an array in it, is" in decay.message
    calls = []
    later = check(lambda x: calls.append(x) or 2 * x + (len(calls) > 2))
    assert "called again with the same arguments" in later.message
    assert check(lambda x: np.ones((4, 4)) @ x).mistake == "A product of matrices."
    assert check(third_line).mistake.startswith("IndexError: ")  # which line, is one reader's
    other = check(lambda x: 1 / 0)
    assert "ZeroDivisionError" in other.message and "frequent reason" not in other.message


def raises(error):
    def answer(*_args):
        raise error

    return answer


class Unprintable(BaseException):
    def __str__(self):
        raise KeyboardInterrupt


recurses = lambda x: recurses(x)
JUNK = [
    np.nan, np.array([]), {1}, Contrary, Contrary(), np, (i for i in range(3)), lambda: 1 / 0,
    lambda *a, must: a, lambda x: "x", lambda x: np.array([None, "x"], object), lambda x: len,
    lambda x: (yield), lambda x: Contrary(), lambda x: np.zeros(10**15), recurses,
    raises(KeyboardInterrupt()), raises(GeneratorExit()), raises(SystemExit(3)),
    raises(StopIteration()), raises(MemoryError()), raises(Unprintable()),
    raises(ValueError("x" * 10**6)), raises(ValueError("two\nlines")),
]  # fmt: skip


@pytest.mark.parametrize("junk", JUNK, ids=range(len(JUNK)))
def test_whatever_an_answer_is_or_raises_becomes_a_short_sentence(check, junk):
    got = check(junk)
    assert got.ok is False and got.message
    assert len(repr(got)) < 400 and "\n" not in repr(got)


NESTED = functools.reduce(lambda inside, _: [inside, inside], range(40), 1.0)  # 2**40 long


@pytest.mark.parametrize(
    "answer",
    [
        lambda x: np.zeros(250_000_000),  # takes memory only when it is copied
        lambda x: np.broadcast_to(1.0, (10**6, 10**6)),
        lambda x: {"a": NESTED},
    ],
    ids=["zeros", "broadcast", "nested"],
)
def test_a_gigantic_result_is_named_and_not_compared(check, answer, monkeypatch):
    monkeypatch.setattr(verdict, "MOST", 500)
    monkeypatch.setattr(verdict, "_agree", lambda *_: pytest.fail("compared"))
    assert "far too many" in check(answer).message


def for_ever(*_args):
    while True:
        _args = _args[:]


def deaf_for_ever(*_args):
    while True:
        try:
            sum(range(100))
        except:  # noqa: E722
            _args = ()


class NoThread(threading.Thread):
    def start(self):
        raise RuntimeError("can't start new thread")


def test_where_there_are_no_threads_a_check_runs_in_the_main_one(check, monkeypatch):
    """As in a browser's Python."""
    machinery = types.SimpleNamespace(**vars(threading) | {"Thread": NoThread})
    monkeypatch.setattr(bounded, "threading", machinery)
    seen = []
    assert check(lambda x: seen.append(threading.current_thread()) or 2 * x).ok
    assert set(seen) == {threading.main_thread()}
    assert "ZeroDivisionError" in check(raises(ZeroDivisionError())).message


def test_numpy_is_put_back_whatever_an_answer_does_to_it(check):
    def answer(x):
        np.add, np.random.rand = np.subtract, None
        return 2 * x

    add, rand = np.add, np.random.rand
    assert check(answer).ok
    assert np.add is add and np.random.rand is rand


def test_of_a_flood_of_prints_a_page_is_shown(check, capsys):
    assert check(lambda x: print("0123456789\n" * 10**5) or 2 * x).ok
    out = capsys.readouterr().out
    assert bounded.PRINTED < len(out) < bounded.PRINTED + 100 and "prints more" in out


@pytest.mark.parametrize("answer", [for_ever, deaf_for_ever])
def test_a_loop_for_ever_is_stopped_and_leaves_no_thread(check, answer, monkeypatch):
    monkeypatch.setattr(bounded, "TIME_LIMIT", 0.1)
    monkeypatch.setattr(bounded, "GRACE", 30.0)  # a busy machine stops a deaf one late
    before = threading.active_count()
    got = check(answer)
    assert got.ok is False
    assert re.search(r"stopped after (0\.[1-9]\d?|[1-9]\d?) seconds", got.message), got
    assert threading.active_count() == before


def test_an_answer_that_gets_no_processor_is_not_called_endless(check, monkeypatch):
    """A sleep stands for a machine that is busy with others: the clock goes on, no work is done."""
    monkeypatch.setattr(bounded, "TIME_LIMIT", 0.1)
    monkeypatch.setattr(bounded, "BUSY", 100)
    assert check(lambda x: 2 * x + 0 * (time.sleep(0.2) or 0)).ok is True


def test_one_long_call_does_not_hold_the_notebook(check, monkeypatch):
    for name, value in {"TIME_LIMIT": 0.05, "GRACE": 0.05, "BUSY": 1}.items():
        monkeypatch.setattr(bounded, name, value)
    ends, threads = threading.Event(), []
    got = check(lambda x: threads.append(threading.current_thread()) or ends.wait(3))
    assert "does not come to an end" in got.message
    assert "restart the kernel" in got.hint
    ends.set()
    threads[0].join()


@pytest.mark.skipif(os.name != "posix", reason="interrupts are sent as POSIX has them")
def test_an_interrupted_check_leaves_the_notebook_as_it_was(check, same_random_numbers):
    """The kernel's interrupt reaches the cell; the answer's thread and random numbers do not."""

    def answer(x):
        np.random.rand(3)
        os.kill(os.getpid(), signal.SIGINT)
        for_ever(x)

    handler = signal.signal(signal.SIGINT, signal.default_int_handler)  # `make test &` has none
    threads = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        check(answer)
    signal.signal(signal.SIGINT, handler)
    assert threading.active_count() == threads
    assert check(double).ok


def test_prints_are_seen_warnings_are_not_and_overflow_is_no_error(check, capsys):
    def answer(x):
        print("here", x.shape)
        warnings.warn("noise", stacklevel=1)
        return 2 * x + 0 * np.exp(-np.abs(x) * 1e6) * np.log(np.ones(1))

    with warnings.catch_warnings(record=True) as seen, np.errstate(all="raise"):
        warnings.simplefilter("always")
        assert check(answer).ok
    assert not seen
    assert "here (3, 2)" in capsys.readouterr().out


def test_answers_see_the_same_random_numbers_in_every_case(check):
    @exercise()
    def check_mask(answer):
        return judge(answer, lambda x: x * (np.random.rand(*x.shape) > 0.5), [case(np.arange(9.0))])

    assert check_mask(lambda x: np.where(np.random.rand(*x.shape) > 0.5, x, 0)).ok
    half = check_mask(lambda x: np.where(np.random.rand(*x.shape) > 0.5, x / 2, 0))
    assert half.message == "The result is 0.5 times what is expected."  # no word of a batch


def test_the_page_shows_the_message_in_one_line_and_folds_the_rest():
    shown = Verdict(False, "`a < b` & c", "x <y>", 'print("<b>")')._repr_html_()
    page = ElementTree.fromstring(shown)
    text, tags = "".join(page.itertext()), [part.tag for part in page.iter()]
    assert all(part in text for part in ("✗", "a < b", "& c", "x <y>", 'print("<b>")'))
    assert tags.count("details") == tags.count("summary") == 2 and "code" in tags
    assert "open" not in shown  # folded until asked for
    # no colour but the theme's own, light or dark
    assert all(part.startswith("inherit") for part in shown.split("color: ")[1:])
    assert "details" not in Verdict(True, "Right.")._repr_html_()
    assert repr(Verdict(None, "first\nsecond")) == "○ first second"

"""Every exercise answers: ✓ to its solution, its own words to each mistake, and it never raises.

Chapters are found by themselves: `exercises/chNN.py` with `exercises/solutions/chNN.py` and
`tests/wrong_answers/chNN.py`.
"""

import gc
import importlib
import importlib.util
import os
import random
import signal
import sys
import threading
import time
import types
import warnings
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from exercises import verdict
from exercises.verdict import Mistake, Verdict, Wrong, case, exercise, judge

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = sorted(path.stem for path in (ROOT / "exercises").glob("ch*.py"))


def checks(chapter):
    module = importlib.import_module(f"exercises.{chapter}")
    return {
        name.removeprefix("check_"): check
        for name, check in vars(module).items()
        if name.startswith("check_")
    }


def wrong_answers(chapter):
    path = Path(__file__).parent / "wrong_answers" / f"{chapter}.py"
    spec = importlib.util.spec_from_file_location(f"wrong_answers_{chapter}", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # so that exceptions can quote its lines
    spec.loader.exec_module(module)
    return module.WRONG


EXERCISES = [(chapter, name) for chapter in CHAPTERS for name in checks(chapter)]
EACH = pytest.mark.parametrize(("chapter", "name"), EXERCISES)


def check_of(chapter, name):
    return checks(chapter)[name]


def solution_of(chapter, name):
    return getattr(importlib.import_module(f"exercises.solutions.{chapter}"), name)


@pytest.fixture(autouse=True)
def short_limit(monkeypatch):
    """Loops for ever are waited for: a second is enough here."""
    monkeypatch.setattr(verdict, "TIME_LIMIT", 1.0)


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


def for_ever(*_args):
    while True:
        _args = _args[:]


def deaf_for_ever(*_args):
    while True:
        try:
            sum(range(100))
        except:  # noqa: E722
            _args = ()


def changes(*args):
    for arg in args:
        if isinstance(arg, np.ndarray) and arg.size:
            arg += 1
    return args[0]


def leaves(*_args):
    sys.exit(3)


def recurses(*args):
    return recurses(*args)


def endless_list():
    inside = []
    inside.append(inside)
    return inside


JUNK = {
    "zero": 0,
    "text": "x",
    "nan": np.nan,
    "array": np.zeros((7, 3, 2)),
    "empty list": [],
    "list in itself": endless_list(),
    "empty dict": {},
    "set": {1},
    "class": Contrary,
    "contrary": Contrary(),
    "module": np,
    "generator": (i for i in range(3)),
    "no arguments, raises": lambda: 1 / 0,
    "raises": lambda *_args: 1 / 0,
    "too many arguments": lambda *a, must: a,
    "gives text": lambda *_args: "x",
    "gives a list": lambda *_args: [1, 2],
    "gives nan": lambda *_args: np.nan,
    "gives nan array": lambda *args: np.full(np.shape(args[0]), np.nan),
    "gives wrong shape": lambda *_args: np.zeros((7, 3, 2)),
    "gives empty": lambda *_args: np.array([]),
    "gives complex": lambda *_args: np.ones((2, 2)) * 1j,
    "gives objects": lambda *_args: np.array([None, "x"], dtype=object),
    "gives a function": lambda *_args: len,
    "gives itself": Contrary().__call__,
    "gives its argument": lambda *args: args[0] if args else None,
    "gives a generator": lambda *_args: (yield),
    "changes": changes,
    "exits": leaves,
    "recurses": recurses,
    "needs memory": lambda *_args: np.zeros(10**15),
}
UNANSWERED = {
    "None": None,
    "dots": ...,
    "gives None": lambda *_args: None,
    "gives dots": lambda *_args: ...,
}


def test_every_chapter_has_solutions_and_wrong_answers():
    assert CHAPTERS
    for chapter in CHAPTERS:
        names = set(checks(chapter))
        assert names, chapter
        assert set(wrong_answers(chapter)) == names
        for name in names:
            assert verdict.solution_source(chapter, name)


@EACH
def test_the_solution_is_right(chapter, name):
    got = check_of(chapter, name)(solution_of(chapter, name))
    assert got.ok is True, got
    assert repr(got).startswith("✓ ")
    assert got
    assert got.hint == ""


@EACH
def test_the_solution_is_right_as_source_in_a_notebook_with_the_chapters_names(chapter, name):
    names = {}
    module = importlib.import_module(f"exercises.solutions.{chapter}")
    names.update({key: value for key, value in vars(module).items() if key not in checks(chapter)})
    exec(verdict.solution_source(chapter, name), names)
    assert check_of(chapter, name)(names[name]).ok is True


@EACH
def test_each_mistake_gets_words_of_its_own(chapter, name):
    check, said = check_of(chapter, name), {}
    for mistake, answer in wrong_answers(chapter)[name].items():
        got = check(answer)
        assert got.ok is False, f"{mistake}: {got}"
        assert repr(got).startswith("✗ ")
        assert got.hint, mistake
        assert got.solution not in (got.message, "")
        others = [one for one, message in said.items() if message == got.message]
        assert not others, f"{mistake} and {others}: {got.message}"
        said[mistake] = got.message
    assert len(said) >= 5


@EACH
def test_mistakes_are_named_and_not_merely_noticed(chapter, name):
    """`entry [0] is 3, expected is 2` is no diagnosis: at most a third may be told only that."""
    said = [check_of(chapter, name)(one).message for one in wrong_answers(chapter)[name].values()]
    merely = [message for message in said if "expected is" in message or "is expected" in message]
    assert len(merely) <= len(said) / 3, merely


@EACH
@pytest.mark.parametrize("junk", JUNK)
def test_junk_never_raises_and_is_never_right(chapter, name, junk):
    got = check_of(chapter, name)(JUNK[junk])
    assert isinstance(got, Verdict)
    assert got.ok is not True
    assert got.message
    assert "\n" not in repr(got)
    assert got._repr_html_()


@EACH
def test_an_unanswered_template_is_not_wrong_but_open(chapter, name):
    check, solution = check_of(chapter, name), solution_of(chapter, name)
    open_ones = dict(UNANSWERED) if callable(solution) else {"None": None, "dots": ...}
    if isinstance(solution, dict):
        open_ones["dict"] = dict.fromkeys(solution, ...)
    if isinstance(solution, type):
        open_ones = {"None": None, "dots": ...}
    for kind, answer in open_ones.items():
        got = check(answer)
        assert got.ok is None, f"{kind}: {got}"
        assert repr(got).startswith("○ not answered yet")
        assert got.hint
        assert not got


@EACH
def test_a_check_leaves_the_notebook_as_it_was(chapter, name, recwarn):
    np.random.seed(5)
    random.seed(5)
    check_of(chapter, name)(lambda *_args: np.log(np.zeros(2)) + np.random.rand(2))
    check_of(chapter, name)(solution_of(chapter, name))
    after = np.random.rand()
    np.random.seed(5)
    assert after == np.random.rand()
    assert not recwarn.list
    assert np.geterr()["divide"] == "warn"


# --- the machinery, on an exercise of its own ------------------------------------------------


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
            mistakes=[Mistake(lambda x: x + 2, "Two is added.", "Add or multiply?")],
            praise="Twice.",
        )

    return check_double


def test_right(check):
    assert check(double) == Verdict(True, "Twice.", "", "def double(x): ...")
    assert check(lambda x: x + x).ok


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda x: x + 2.0, "Two is added."),
        (lambda x: -2 * x, "wrong sign"),
        (lambda x: 2 * x / 3, "0.3333 times what is expected (the batch has 3 rows"),
        (lambda x: 6 * x, "3 times what is expected (the batch has 3 rows"),
        (lambda x: 4 * x, "2 times what is expected (for a batch)"),
        (lambda x: 2 * x.T, "shape (2, 3), expected is (3, 2)"),
        (lambda x: (2 * x).tolist(), "a list of 3"),
        (lambda x: 2 * x + 0j, "complex"),
        (lambda x: 2 * x / (x != 0), "nan"),
        (lambda x: 2 * x + (x == 5), "Entry [1, 1] of the result is 11, expected is 10"),
        (lambda x: 2 * x if x.dtype == float else x * 2 + 1, "the case before it is right"),
        (lambda x, y: x, "Your function is `<lambda>(x, y)`, and it is called with one argument"),
        (lambda x: x.nonsense, "AttributeError"),
        (5, "A function is expected here; this is a single value, 5"),
    ],
)  # fmt: skip
def test_common_slips_are_named_without_a_table(check, answer, words):
    got = check(answer)
    assert got.ok is False
    assert words in got.message


def test_the_line_of_an_exception_is_named(check):
    def answer(x):
        y = 2 * x
        return y[10**6]

    first = answer.__code__.co_firstlineno
    assert f"Line {first + 2} of your answer, `return y[10**6]`, raises IndexError" in (
        check(answer).message
    )


def test_an_object_that_refuses_every_question_gets_an_answer(check):
    assert "cannot be used" in check(Contrary()).message


def test_a_changed_argument_is_named(check):
    def answer(x):
        x *= 2
        return x

    assert "changes `x`" in check(answer).message


def test_a_case_gives_its_own_hint(check):
    got = check(lambda x: 2 * x if x.dtype == float else x)
    assert got.hint == "Whole numbers?"


def test_an_error_for_another_reason_is_only_perhaps_the_known_mistake(monkeypatch):
    monkeypatch.setattr(verdict, "solution_source", lambda *_names: "s")

    @exercise()
    def check_x(answer):
        return judge(
            answer,
            lambda x: x,
            cases=[case(np.ones(3))],
            mistakes=[Mistake(lambda x: np.ones((2, 2)) @ x, "transposed.", "T")],
        )

    got = check_x(lambda x: np.ones((4, 4)) @ x)
    assert "raises ValueError" in got.message
    assert "A frequent reason: transposed." in got.message
    elsewhere = check_x(lambda x: 1 / 0).message
    assert "frequent" not in elsewhere


@pytest.mark.parametrize("answer", [for_ever, deaf_for_ever])
def test_a_loop_for_ever_is_stopped_and_leaves_no_thread(check, answer, monkeypatch):
    monkeypatch.setattr(verdict, "TIME_LIMIT", 0.2)
    monkeypatch.setattr(verdict, "GRACE", 30.0)  # a busy machine stops a deaf one late
    before, start = threading.active_count(), time.process_time()
    got = check(answer)
    assert got.ok is False
    assert "does not come to an end" in got.message
    assert time.process_time() - start < 5
    assert threading.active_count() == before


def test_a_loop_in_a_strange_object_is_stopped_too(check, monkeypatch):
    class Endless:
        __array__ = for_ever

    monkeypatch.setattr(verdict, "TIME_LIMIT", 0.2)
    assert check(lambda x: Endless()).ok is False


def test_an_answer_that_gets_no_processor_is_not_called_endless(check, monkeypatch):
    """A sleep stands for a machine that is busy with others: the clock goes on, no work is done."""
    monkeypatch.setattr(verdict, "TIME_LIMIT", 0.2)
    monkeypatch.setattr(verdict, "BUSY", 100)

    def answer(x):
        time.sleep(0.5)
        return 2 * x

    assert check(answer).ok is True


def test_one_long_call_does_not_hold_the_notebook(check, monkeypatch):
    monkeypatch.setattr(verdict, "TIME_LIMIT", 0.1)
    monkeypatch.setattr(verdict, "GRACE", 0.1)
    got = check(lambda x: time.sleep(1.5))
    assert "does not come to an end" in got.message
    assert "restart the kernel" in got.hint
    time.sleep(1.6)  # it ends by itself: nothing runs on into the next test


def nested(depth):
    """A small object that is 2**depth long when it is written out."""
    inside = [1.0]
    for _ in range(depth):
        inside = [inside, inside]
    return inside


@pytest.mark.parametrize(
    "answer",
    [
        lambda x: np.zeros(250_000_000),  # takes memory only when it is copied
        lambda x: np.broadcast_to(1.0, (10**6, 10**6)),
        lambda x: [0.0] * 200_000,
        lambda x: {"a": dict.fromkeys(range(200_000))},
        lambda x: nested(40),
    ],
    ids=["zeros", "broadcast", "list", "dict", "nested"],
)
def test_a_gigantic_result_is_named_and_not_compared(check, answer, monkeypatch):
    copies = []
    monkeypatch.setattr(verdict, "_agree", copies.append)  # nothing is compared
    got = check(answer)
    assert got.ok is False
    assert "far too many" in got.message
    assert not copies


def raises(error):
    def answer(x):
        raise error

    return answer


class Unprintable(BaseException):
    def __str__(self):
        raise KeyboardInterrupt


@pytest.mark.parametrize(
    "error",
    [
        KeyboardInterrupt(), GeneratorExit(), BaseException("x"), SystemExit(), StopIteration(),
        MemoryError(), RecursionError(), ValueError("x" * 10**6), ValueError("two\nlines"),
        Unprintable(),
    ],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
def test_whatever_an_answer_raises_becomes_a_short_sentence(check, error):
    got = check(raises(error))
    assert got.ok is False
    assert "raise" in got.message or "cannot be used" in got.message
    assert len(repr(got)) < 400
    assert "\n" not in repr(got)


def test_an_async_answer_is_named_and_warns_of_nothing(check, recwarn):
    async def answer(x):
        return 2 * x

    assert "is `async`" in check(answer).message
    gc.collect()
    assert not recwarn.list


@pytest.mark.skipif(os.name != "posix", reason="interrupts are sent as POSIX has them")
def test_an_interrupted_check_leaves_the_notebook_as_it_was(check):
    """The kernel's interrupt reaches the cell; the answer's thread and random numbers do not."""

    def answer(x):
        np.random.rand(3)
        os.kill(os.getpid(), signal.SIGINT)
        for_ever(x)

    threads = threading.active_count()
    np.random.seed(5)
    with pytest.raises(KeyboardInterrupt):
        check(answer)
    after = np.random.rand()
    np.random.seed(5)
    assert np.random.rand() == after
    assert threading.active_count() == threads
    assert check(double).ok


def test_an_interrupt_while_the_thread_starts_leaves_the_random_numbers_too(check, monkeypatch):
    """On a busy machine the answer may be well on its way before its start has returned."""

    class Interrupted(threading.Thread):
        def start(self):
            super().start()
            self.join()
            raise KeyboardInterrupt

    machinery = types.SimpleNamespace(Event=threading.Event, Thread=Interrupted)
    monkeypatch.setattr(verdict, "threading", machinery)
    np.random.seed(5)
    with pytest.raises(KeyboardInterrupt):
        check(lambda x: np.random.rand(3))
    after = np.random.rand()
    np.random.seed(5)
    assert np.random.rand() == after


def test_a_stop_that_comes_late_is_not_printed(check, monkeypatch):
    """It would stand under the cell as an exception in a thread."""

    class Late(threading.Event):
        def set(self):
            super().set()
            raise verdict._Stop

    seen = []
    monkeypatch.setattr(threading, "excepthook", seen.append)
    machinery = types.SimpleNamespace(Event=Late, Thread=threading.Thread)
    monkeypatch.setattr(verdict, "threading", machinery)
    assert check(double).ok
    assert not seen


def test_prints_of_an_answer_are_seen(check, capsys):
    def answer(x):
        print("here", x.shape)
        return 2 * x

    assert check(answer).ok
    assert "here (3, 2)" in capsys.readouterr().out


def test_warnings_of_an_answer_stay_inside(check):
    def answer(x):
        warnings.warn("noise", stacklevel=1)
        np.log(np.zeros(3))
        return 2 * x

    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        assert check(answer).ok
    assert not seen


def test_a_notebook_that_raises_on_overflow_checks_like_any_other(check):
    with np.errstate(all="raise"):
        assert check(lambda x: 2 * x + 0 * np.exp(-np.abs(x) * 1e6)).ok


def test_answers_see_the_same_random_numbers_in_every_case(monkeypatch):
    monkeypatch.setattr(verdict, "solution_source", lambda *_names: "s")

    @exercise()
    def check_mask(answer):
        return judge(answer, lambda x: x * (np.random.rand(*x.shape) > 0.5), [case(np.arange(9.0))])

    assert check_mask(lambda x: np.where(np.random.rand(*x.shape) > 0.5, x, 0)).ok
    assert not check_mask(lambda x: np.where(np.random.rand(*x.shape) > 0.9, x, 0)).ok


def test_classes_are_played_with(monkeypatch):
    monkeypatch.setattr(verdict, "solution_source", lambda *_names: "s")

    class Double:
        def forward(self, x):
            return 2 * x

        def backward(self, dout):
            return 2 * dout

    class Half(Double):
        def backward(self, dout):
            return dout / 2

    class Broken(Double):
        def backward(self, dout):
            return dout.nonsense

    def play(Layer, x):
        layer = Layer()
        return {"out": layer.forward(x), "dx": layer.backward(np.ones_like(x))}

    @exercise()
    def check_layer(answer):
        return judge(answer, Double, [case(np.array([1.0, 3.0]))], via=play)

    assert check_layer(Double).ok
    assert "`dx` is 0.25 times" in check_layer(Half).message
    assert "return dout.nonsense" in check_layer(Broken).message
    assert "A class is expected" in check_layer(Double()).message


def test_a_check_may_say_its_own_words(monkeypatch):
    monkeypatch.setattr(verdict, "solution_source", lambda *_names: "s")

    @exercise(hint="general")
    def check_x(answer):
        raise Wrong("own words", "own hint" if answer else "")

    assert check_x(1)[:3] == (False, "own words", "own hint")
    assert check_x(0)[:3] == (False, "own words", "general")


class Reader(HTMLParser):
    """Collects tags and text, and checks that tags are closed in order."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.text = [], [], ""
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def test_the_page_shows_the_message_and_folds_hint_and_solution():
    shown = Verdict(False, "`a < b` & c", "x <y>", 'print("<b>")')._repr_html_()
    page = Reader(shown)
    assert page.tags.count("details") == page.tags.count("summary") == 2
    for part in ("✗", "a < b", "& c", "x <y>", 'print("<b>")'):
        assert part in page.text
    assert "code" in page.tags
    assert "open" not in shown  # folded until asked for
    colours = [part for part in shown.split("color: ")[1:] if not part.startswith("inherit")]
    assert not colours  # the theme's own, light or dark
    assert "details" not in Reader(Verdict(True, "Right.")._repr_html_()).tags


@pytest.mark.parametrize(("ok", "mark"), [(True, "✓"), (False, "✗"), (None, "○")])
def test_a_verdict_is_one_line_and_not_a_matter_of_colour(ok, mark):
    one = Verdict(ok, "first\nsecond")
    assert repr(one) == f"{mark} first second"
    assert mark in one._repr_html_()

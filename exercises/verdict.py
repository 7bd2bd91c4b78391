"""What an exercise answers, and what a check is made of. A guide for those who write checks.

A notebook's template has the tags `exercise` and `answer-<name>`, and its body is `...`; the next
cell, `check_<name>(<name>)`, has the tag `verdict`. In `exercises/chNN.py` stands the check:

    @exercise(hint=_("Which entries of x are negative?"))
    def check_leaky_relu(answer):
        return judge(
            answer,
            solutions.leaky_relu,
            cases=[
                case(np.array([-2.0, 0.0, 3.0]), of=_("a row of three numbers")),
                case(np.array([-2, 0, 3]), of=_("integers"), hint=_("Which dtype is made?")),
            ],
            mistakes=[Mistake(lambda x: np.maximum(0, x), _("that is ReLU"), _("A leak lets …"))],
        )

and in `exercises/solutions/chNN.py` the solution: a function, class or value named `leaky_relu`.

- `judge` calls the answer and the solution with fresh copies of each case's arguments, with NumPy's
  global generator in the same state. All results agree: ✓. Otherwise the first `Mistake` that
  agrees with the answer in *every* case names what went wrong; one that raises agrees with an
  answer that raises the same kind of exception (said as "a frequent reason"). Otherwise judge looks
  by itself for: a changed argument, a wrong number of arguments, `print` or `yield` instead of
  `return`, a forgotten `self`, an exception (with the reader's line), a string instead of an
  array, a wrong shape, NaN, a turned sign, swapped rows and columns, a constant factor such as a
  missing 1/N; it names the case and gives that case's hint.
- A right answer in any dress is right: a list for an array, an array for a tuple, float32 for
  float64. What is drawn at random is judged by what it obeys, not by the very numbers.
- Write down what the text demands, and have a case that fails without it: ties, sizes that are not
  square, values beyond any sentinel, fractions, a generator that is handed in, duplicates.
- Choose cases that tell mistakes apart: no symmetric matrices, no square ones, no x with equal
  entries; one batch of one; one of integers. The plainest case comes first.
- `via` says how an answer is tried when calling it is not all: `via=lambda Layer, x, dout: …` plays
  with a class and returns a dict, {"out": …, "dx": …}, whose keys appear in the messages. One with
  `via.direct = True` calls the answer with the case's arguments and only reads the result. If the
  solution is no function (numbers, a dict, weights), the answer itself is compared, or what
  `via` makes of it; a `Mistake` then holds a wrong value.
- Anything else a check wants to say: `raise Wrong(message, hint)`, in `via` or in the check itself.
- A message says which mistake was made, never what to write instead; the hint asks the question
  that leads there. Both may hold `code` in backticks. Every mistake deserves its own words: what
  readers write goes into `tests/exercises/wrong_answers/chNN.py`: a class an exercise, a name a
  mistake; each must get its own message. `tests/exercises/right_answers/chNN.py` holds what else
  is right, as readers write it: each must get ✓.

`exercise` runs the whole check by exercises/bounded.py: loops for ever end, exceptions, warnings
and floods of prints stay inside, and NumPy and its random numbers are left as they were.
"""

import ast
import contextlib
import copy
import dis
import functools
import html
import importlib
import inspect
import linecache
import re
import traceback
from collections.abc import Mapping
from fractions import Fraction
from gettext import gettext as _
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from common.checks import shown

from . import bounded

LARGEST = 100_000_000  # bytes of an array that is compared, and ...
MOST = 100_000  # entries of lists and dicts, however deep
SAID = {}  # chapter -> exercise -> its last verdict in this kernel, None before the first


def N_(text):
    """Mark words that `_` looks up when they are shown, in the language of that moment."""
    return text


class Verdict(NamedTuple):
    """What a check says: ok is True (✓), False (✗) or None (○, not answered yet).

    `mistake` names what went wrong as in any other reader's answer, without the line and the case;
    "" where the message does so.
    """

    ok: Any
    message: str
    hint: str = ""
    solution: str = ""
    mistake: str = ""

    def __bool__(self):
        return self.ok is True

    def __repr__(self):
        return " ".join(f"{self.mark} {self.message}".split())

    @property
    def mark(self):
        return "○" if self.ok is None else "✓" if self.ok else "✗"

    def _repr_html_(self):
        """Message in sight, hint and solution folded; the theme's own colours, and no others."""
        folded = ""
        if self.hint:
            folded += _folded(_("Hint"), f"<p>{inline(self.hint)}</p>")
        if self.solution:
            label = _("One way to write it") if self.ok else _("Solution")
            code = html.escape(self.solution, quote=False)
            folded += _folded(
                label, f'<pre style="color: inherit; background: transparent">{code}</pre>'
            )
        return (
            '<div class="verdict" style="border-left: 0.25em solid currentColor; '
            'padding: 0.1em 0 0.1em 0.9em; max-width: 46em">'
            f"<p><strong>{self.mark}</strong> {inline(self.message)}</p>{folded}</div>"
        )


class Mistake(NamedTuple):
    """A wrong answer that readers write, and the words that name it."""

    wrong: Any
    message: str
    hint: str = ""


class Case(NamedTuple):
    """One set of arguments to try an answer with; made by `case`."""

    args: tuple
    of: str
    hint: str


class Wrong(Exception):
    """Raised inside a check to end it with ✗, a message, a hint and the mistake's name."""

    def __init__(self, message, hint="", mistake=""):
        super().__init__(message)
        self.message, self.hint, self.mistake = message, hint, mistake


class Outcome(NamedTuple):
    """What came of one call: a value or an error, which arguments were changed, was it printed."""

    value: Any
    error: BaseException | None = None
    changed: tuple = ()
    printed: bool = False


def case(*args, of="", hint=""):
    """Return a Case: arguments, what they are in words, the hint if this case alone fails."""
    return Case(args, of, hint)


def exercise(hint=""):
    """Make `check_x` bounded and unable to raise; add the exercise's hint and its solution."""

    def decorate(check):
        chapter, name = check.__module__.split(".")[-1], check.__name__.removeprefix("check_")
        said = SAID.setdefault(chapter, {})
        said[name] = None

        @functools.wraps(check)
        def checked(answer):
            verdict = _bounded(check, answer)
            said[name] = verdict._replace(
                hint="" if verdict else verdict.hint or (hint and _(hint)),
                solution=solution_source(chapter, name),
            )
            return said[name]

        return checked

    return decorate


def solution_source(chapter, name):
    """Return the source of the solution `name` of "chNN": a function, a class or an assignment."""
    module = importlib.import_module(f"{__package__}.solutions.{chapter}")
    text = Path(module.__file__).read_text(encoding="utf-8")
    for node in ast.parse(text).body:
        targets = node.targets if isinstance(node, ast.Assign) else [node]
        if name in (getattr(target, "name", getattr(target, "id", None)) for target in targets):
            return ast.get_source_segment(text, node)
    raise LookupError(f"exercises/solutions/{chapter}.py: no solution named {name}.")


def judge(answer, solution, cases=(), mistakes=(), via=None, **options):
    """Return the Verdict on `answer`: does it do what `solution` does, in every case?

    options: praise (said after ✓), rtol and atol (how far numbers may be apart; 1e-6 and 1e-9),
    may_change=True (changing arguments is what the exercise asks for), batch=i (the rows of
    argument i are a batch: a result that is N or 1/N times too large is told to look at 1/N).
    """
    praise = options.pop("praise", _("Right."))
    may_change, batch = options.pop("may_change", False), options.pop("batch", None)
    near = {"rtol": options.pop("rtol", 1e-6), "atol": options.pop("atol", 1e-9)}
    if options:
        raise TypeError(f"judge: unknown options {sorted(options)}.")
    cases = cases or (case(),)
    if _empty(answer):
        return Verdict(None, _("not answered yet"))
    pair = isinstance(solution, dict) and isinstance(answer, Mapping)
    if pair and (missing := unanswered(answer, solution)) is not None:
        return missing
    if via is None:
        via = _call if callable(solution) else lambda value: value
    _expect_kind(answer, solution)
    direct = via is _call or getattr(via, "direct", False)
    if direct:
        _expect_arguments(answer, cases[0].args)

    outcomes = [_attempt(via, answer, one) for one in cases]
    if isinstance(outcomes[0].error, NotImplementedError):
        return Verdict(None, _("not answered yet"))
    given = [one.value for one in outcomes if one.error is None]
    if given and all(map(_empty, given)):  # whatever the other cases raise
        return _gives_nothing(answer, any(one.printed for one in outcomes))
    for outcome in outcomes:
        if isinstance(outcome.error, Wrong):
            raise outcome.error
        if outcome.changed and not may_change:
            position = outcome.changed[0]
            kind = type(cases[0].args[position]).__name__.removeprefix("nd")
            if kind == "dict":
                raise Wrong(
                    _("Your function changes `{name}`: the caller's own dict, or an array in it, "
                      "is overwritten.").format(name=_argument_name(answer, direct, position)),
                    _("Which line writes into it (`d[k] = …`, `d[k] += …`)? A new dict that is "
                      "made of an old one holds the same arrays."),
                )  # fmt: skip
            raise Wrong(
                _("Your function changes `{name}`: the caller's own {kind} is overwritten.").format(
                    name=_argument_name(answer, direct, position), kind=kind
                ),
                _("Which line writes into it (`x[…] = …`, `x += …`)? Make a new {kind}.").format(
                    kind=kind
                ),
            )
    wanted = [_attempt(via, solution, one) for one in cases]
    failing = [i for i, one in enumerate(outcomes) if not _agree(one, wanted[i], near)]
    if not failing:
        if not _agree(_attempt(via, answer, cases[0]), wanted[0], near):
            raise Wrong(
                _("Right at first; called again with the same arguments, it gives something else."),
                _("What outlives a call: a name outside, a default argument that is changed?"),
            )
        return Verdict(True, praise)
    for mistake in mistakes:
        others = (_attempt(via, mistake.wrong, one) for one in cases)
        if all(_agree(one, other, near) for one, other in zip(outcomes, others, strict=True)):
            words = _perhaps(answer, outcomes, mistake.message)
            raise Wrong(words, mistake.hint, mistake.message)
    first = failing[0]
    words = _describe(answer, outcomes[first], wanted[first], cases[first], near, batch)
    hint = cases[first].hint or _plain_hint(outcomes[first], wanted[first], near)
    error = outcomes[first].error
    name = raised(answer, error) if error is not None else words
    raise Wrong(_with_case(words, cases[first], first), hint, name)


def unanswered(answer, names):
    """Return the Verdict ○ that tells which of `names` have no value yet; None if all have one.

    Wrong for a name that is none of them: it is a slip of the pen, not an answer.
    """
    odd = [name for name in answer if name not in names]
    missing = [name for name in names if name not in answer or _empty(answer[name])]
    if odd:
        raise Wrong(
            _("No value is asked for by the name {odd}; the names are {names}.").format(
                odd=shown(odd[0]), names=", ".join(f"`{name}`" for name in names)
            ),
            _("Keep the template's names as they are: which one is spelt in another way?"),
        )
    if missing:
        names = ", ".join(f"`{name}`" for name in missing)
        return Verdict(None, _("not answered yet: {names}").format(names=names))
    return None


# --- running an answer -----------------------------------------------------------------------


def _bounded(check, answer):
    """Return check(answer): in time, whatever the answer raises, prints, patches or breaks."""

    def work():
        try:
            return check(answer)
        except Wrong as wrong:
            return Verdict(False, wrong.message, wrong.hint, mistake=wrong.mistake)
        except bounded.Stop:
            raise
        except BaseException as error:  # SystemExit and KeyboardInterrupt become words, too
            return Verdict(False, _last_words(answer, error))

    try:
        return bounded.run(work)
    except bounded.Endless as endless:
        message = _(
            "Your answer does not come to an end: it was stopped after {seconds:.2g} seconds."
        )
        hint = _("Which condition ends your loop, and what in the loop's body makes it come true?")
        if not endless.stopped:
            message = _(
                "Your answer does not come to an end: it is at work for {seconds:.2g} seconds."
            )
            hint += " " + _("It still sits in one long call: restart the kernel to be rid of it.")
        return Verdict(False, message.format(seconds=endless.seconds), hint)


def _call(answer, *args):
    return answer(*args)


def _attempt(via, answer, one):
    """Return the Outcome of one case, tried on copies of its arguments."""
    args, before, printed = copy.deepcopy(one.args), bounded.originals(), bounded.printed()
    np.random.seed(0)
    try:
        value = _snapshot(via(answer, *args))
    except bounded.Stop:
        raise
    except BaseException as error:
        return Outcome(None, error)
    finally:
        bounded.put_back(before)
    changed = [i for i, arg in enumerate(args) if not _untouched(arg, one.args[i])]
    return Outcome(value, None, tuple(changed), bounded.printed() > printed)


def _snapshot(value, room=None):
    """Return `value` with its arrays copied: later calls must not change it.

    Wrong for what is far too large to be right: copying it would fill the memory.
    """
    room = [MOST] if room is None else room  # how many more entries may come
    many = isinstance(value, (dict, tuple, list))
    room[0] -= len(value) if many else 0
    if room[0] < 0 or (isinstance(value, np.ndarray) and value.nbytes > LARGEST):
        count = _("more than {n:,}").format(n=MOST) if many else f"{value.size:,}"
        raise Wrong(_("The result holds {count} values: far too many.").format(count=count))
    if isinstance(value, dict):
        return {key: _snapshot(part, room) for key, part in value.items()}
    if many:
        return (list if isinstance(value, list) else tuple)(_snapshot(one, room) for one in value)
    return value.copy() if isinstance(value, np.ndarray) else value


def _untouched(now, before):
    """Is an argument after the call what it was before? Only plain data can tell."""
    if isinstance(before, np.ndarray):
        same = isinstance(now, np.ndarray) and now.shape == before.shape
        return same and now.dtype == before.dtype and now.tobytes() == before.tobytes()
    if isinstance(before, dict):
        return list(now) == list(before) and all(_untouched(now[k], before[k]) for k in before)
    if isinstance(before, (list, tuple)):
        return len(now) == len(before) and all(map(_untouched, now, before))
    return True


def _gives_nothing(answer, printed):
    """The Verdict on an answer whose every result is None: an open template, or a slip?"""
    if printed:
        raise Wrong(
            _("Your function prints, and gives back nothing (None): the caller gets no value."),
            _("Printing shows a value to you. Which word hands it to the caller?"),
        )
    if is_template(answer):
        return Verdict(None, _("not answered yet: the answer gives back nothing (None)"))
    raise Wrong(
        _("Your function calculates, and gives back nothing (None)."),
        _("A function that ends without `return` gives back None. What should the caller get?"),
    )


def is_template(answer):
    """Does a function's body hold nothing but `...`, `pass` or `return None`? A class is open."""
    if not inspect.isfunction(answer):
        return True
    empty = {"RESUME", "NOP", "LOAD_CONST", "POP_TOP", "RETURN_VALUE", "RETURN_CONST", "CACHE"}
    return all(one.opname in empty for one in dis.get_instructions(answer))


# --- comparing -------------------------------------------------------------------------------


def _empty(value):
    """Is this a template's None or `...`, alone or everywhere in a dict, list or tuple?"""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return len(value) > 0 and all(map(_empty, value))
    return value is None or value is ...


def _agree(one, other, near):
    if one.error is not None or other.error is not None:
        return _complaint(one.error) == _complaint(other.error)
    return not _difference(one.value, other.value, near)


def _difference(got, want, near, name=""):
    """Return what is wrong with `got`, in words; an empty string if nothing is."""
    its = f"`{name}`" if name else _("the result")
    if isinstance(want, dict):
        if not isinstance(got, Mapping):
            return _("{its} is {kind}, a dict is expected").format(its=its, kind=_kind(got))
        for key, part in want.items():
            if key not in got:
                return _("{its} has no entry `{key}`").format(its=its, key=key)
            if words := _difference(got[key], part, near, str(key)):
                return words
        for key in got:
            if key not in want:
                return _("{its} has an entry too many, `{key}`").format(its=its, key=shown(key))
        return ""
    if isinstance(want, (tuple, list)):
        got = _listed(got)
        if not isinstance(got, (tuple, list)) or len(got) != len(want):
            return _("{its} is {kind}, {count} values are expected").format(
                its=its, kind=_kind(got), count=len(want)
            )
        name = name or _("result")
        for i, (one, part) in enumerate(zip(got, want, strict=True)):
            if words := _difference(one, part, near, f"{name}[{i}]"):
                return words
        return ""
    if not isinstance(want, (bool, int, float, complex, np.generic, np.ndarray)):
        same = type(got) is type(want) and bool(got == want)
        return "" if same else _("{its} is `{got}`").format(its=its, got=shown(got))
    return _number_difference(got, want, near, its)


def _listed(value):
    """Return an array, a range or a written-out tuple such as "(2, 3)" as a list or a tuple."""
    if isinstance(value, str):
        with contextlib.suppress(ValueError, SyntaxError):
            return ast.literal_eval(value.strip())
    written = isinstance(value, range) or (isinstance(value, np.ndarray) and value.ndim > 0)
    return list(value) if written else value


def _number_difference(got, want, near, its):
    if got is None or got is ...:
        return _("{its} is None").format(its=its)
    want, arrived = np.asarray(want), got
    got = float(got) if isinstance(got, Fraction) else got
    if want.ndim and isinstance(got, (list, tuple)):
        got = _as_array(got)
    single = isinstance(got, (bool, int, float, complex, np.generic))
    numbers = isinstance(got, np.ndarray) or (want.ndim == 0 and single)
    if not numbers or np.asarray(got).dtype.kind not in "biufc":
        expected = _("a NumPy array of numbers") if want.ndim else _("a number")
        return _("{its} is {kind}, {expected} is expected").format(
            its=its, kind=_kind(arrived), expected=expected
        )
    got = np.asarray(got)
    if got.dtype.kind == "c" and want.dtype.kind != "c":
        return _("{its} holds complex numbers").format(its=its)
    if got.shape != want.shape:
        return _("{its} has the shape {got}, expected is {want}").format(
            its=its, got=got.shape, want=want.shape
        )
    near = _nearness(got, near)
    if np.allclose(got, want, equal_nan=True, **near):
        return ""
    return _slip(got, want, near, its)


def _as_array(rows):
    """Return a list of numbers, or of rows, as the array it stands for; itself if it is none."""
    try:
        array = np.array(rows)
    except (ValueError, TypeError, OverflowError):  # rows of different lengths
        return rows
    return array if array.dtype.kind in "biufc" else rows


def _nearness(got, near):
    """Return how far `got` may be off: numbers that passed through float32 have seven digits."""
    with np.errstate(all="ignore"):
        single, half = got.astype(np.float32), got.astype(np.float16)
    made = got.dtype.kind == "f" and np.array_equal(single, got, equal_nan=True)
    if not made or np.array_equal(half, got, equal_nan=True):
        return near
    size = np.max(np.abs(got), where=np.isfinite(got), initial=0.0)
    return {"rtol": max(near["rtol"], 1e-4), "atol": max(near["atol"], 1e-6 * float(size))}


TIMES = N_("{its} is {factor:.4g} times what is expected")


def _slip(got, want, near, its):
    """Return in words how numbers of the right shape differ from those expected."""
    finite = np.isfinite(np.asarray(got, dtype=complex))
    if not finite.all() and np.isfinite(want).all():
        bad = got[~finite].flat[0]
        return _("{its} holds {bad}, where finite numbers are expected").format(its=its, bad=bad)
    if got.dtype.kind == "b" and want.dtype.kind != "b":
        return _("{its} holds True or False, where numbers are expected").format(its=its)
    if np.allclose(got, -1.0 * want, **near):
        return _("{its} has the right size and the wrong sign").format(its=its)
    if got.ndim == 2 and got.shape[0] == got.shape[1] and np.allclose(got.T, want, **near):
        return _("{its} has its rows and columns swapped").format(its=its)
    whole = want.dtype.kind == "f" and got.dtype.kind in "iu" and (got.ndim or got)
    if whole and any(np.array_equal(got, cut(want)) for cut in (np.trunc, np.floor)):
        return _("{its} is cut to whole numbers").format(its=its)
    nonzero = np.abs(want) > 1e-12
    if nonzero.any() and finite.all():
        factors = got[nonzero] / want[nonzero]
        factor = factors.flat[0]
        told = factor != 0 and f"{factor:.4g}" != "1" and (nonzero.sum() > 1 or _plain(factor))
        if told and np.allclose(got, factor * want, **near):
            return _(TIMES).format(its=its, factor=factor)
    where = np.argwhere(~np.isclose(got, want, equal_nan=True, **near))[0]
    if len(where):
        its = _("entry [{spot}] of {its}").format(spot=", ".join(map(str, where)), its=its)
    one, other = got[tuple(where)] + 0.0, want[tuple(where)] + 0.0  # -0 becomes 0
    digits = next((n for n in (6, 9, 12) if f"{one:.{n}g}" != f"{other:.{n}g}"), 17)
    return _("{its} is {got}, expected is {want}").format(
        its=its, got=f"{one:.{digits}g}", want=f"{other:.{digits}g}"
    )


def _plain(factor):
    """Is it a whole number or one over a whole number? Any two numbers have some factor."""
    return any(abs(one - np.round(one)) < 1e-4 < abs(one) for one in (factor, 1 / factor))


# --- words -----------------------------------------------------------------------------------


def _expect_kind(answer, solution):
    if inspect.isclass(solution) and not inspect.isclass(answer):
        raise Wrong(_("A class is expected here; this is {kind}.").format(kind=_kind(answer)))
    if callable(solution) and not callable(answer):
        raise Wrong(
            _("A function is expected here; this is {kind}.").format(kind=_kind(answer)),
            _("Hand over the function itself, not what it gives back: no parentheses after it."),
        )
    if inspect.isgeneratorfunction(answer):
        raise Wrong(
            _("Your function holds `yield`: a call of it gives a generator, and no value yet."),
            _("Which word ends a function and hands one value to the caller?"),
        )
    if inspect.iscoroutinefunction(answer):
        raise Wrong(
            _("Your function is `async`: a call of it waits to be awaited, and gives no numbers."),
            _("Keep the first line of the template as it is."),
        )


def _expect_arguments(answer, args):
    try:
        signature = inspect.signature(answer)
    except (TypeError, ValueError):  # some built-in functions do not tell
        return
    try:
        signature.bind(*args)
    except TypeError:
        raise Wrong(
            _("Your function is `{name}{signature}`, and it is called with {count}.").format(
                name=getattr(answer, "__name__", "answer"),
                signature=signature,
                count=_("one argument")
                if len(args) == 1
                else _("{n} arguments").format(n=len(args)),
            ),
            _("Keep the first line of the template as it is."),
        ) from None


def _argument_name(answer, direct, position):
    if direct:
        try:
            return list(inspect.signature(answer).parameters)[position]
        except (IndexError, TypeError, ValueError):
            pass
    return _("argument {number}").format(number=position + 1)


def _describe(answer, outcome, want, one, near, batch):
    if outcome.error is not None:
        return error_words(answer, outcome.error)
    words = _difference(outcome.value, want.value, near)
    rows = 1 if batch is None else len(one.args[batch])
    before, after = (re.escape(part.strip()) for part in re.split(r"\{.*?\}", _(TIMES))[-2:])
    factor = re.search(rf"{before} (\S+?) ?{after}", words)
    if rows > 1 and factor and factor[1] in (f"{rows:.4g}", f"{1 / rows:.4g}"):
        words += " " + _("(the batch has {rows} rows: look at 1/N)").format(rows=rows)
    return words[0].upper() + words[1:] if words[0] != "`" else words


def _plain_hint(outcome, want, near):
    """A hint for what is wrong whatever the exercise is about; "" where only its own can help."""
    if outcome.error is not None:
        return _("Which values and shapes arrive in the line that is named? Print them before it.")
    pairs = [(outcome.value, want.value)]
    if isinstance(want.value, dict) and isinstance(outcome.value, Mapping):
        pairs = [(outcome.value.get(key), part) for key, part in want.value.items()]
    elif isinstance(want.value, tuple) and isinstance(outcome.value, (tuple, list)):
        pairs = zip(outcome.value, want.value, strict=False)
    got, right = next((pair for pair in pairs if _difference(*pair, near)), (None, None))
    if not (isinstance(right, np.ndarray) or np.isscalar(right)) or not _is_numbers(got):
        return ""
    got, right = np.asarray(got), np.asarray(right)
    if got.shape != right.shape:
        return _("Print the shapes of what comes in and of what goes out. Which line changes them?")
    if np.isfinite(right).all() and not np.isfinite(got).all():
        return _(
            "What makes nan or inf here: a division by 0, a log of 0, an exp of a large number?"
        )
    cut = any(np.array_equal(got, round_(right)) for round_ in (np.trunc, np.floor, np.rint))
    if right.dtype.kind == "f" and got.dtype.kind in "iu" and cut:
        return _("Which line makes whole numbers: `int`, `//`, an array made like integers?")
    return ""


def _is_numbers(value):
    return isinstance(value, (int, float, np.number, np.ndarray)) and (
        np.asarray(value).dtype.kind in "biuf"
    )


def _with_case(words, one, index):
    words = words.rstrip(".")
    if not one.of:
        return words + "."
    if index:
        return _("{words} (for {case}; the case before it is right).").format(
            words=words, case=_(one.of)
        )
    return _("{words} (for {case}).").format(words=words, case=_(one.of))


def raised(answer, error):
    """Name an exception, wherever it arose."""
    text = _short(_message(error))
    words = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return words + _about_self(answer, error, text)


def error_words(answer, error):
    """Name an exception and, if it arose in the reader's code, the line there."""
    words = raised(answer, error)
    code = getattr(inspect.unwrap(answer) if callable(answer) else answer, "__code__", None)
    home = getattr(code, "co_filename", None) or _class_file(answer)
    for frame, line in reversed(list(traceback.walk_tb(error.__traceback__))):
        if home and frame.f_code.co_filename == home:
            source = linecache.getline(home, line).strip()
            return _("Line {line} of your answer, `{source}`, raises {words}").format(
                line=line, source=_short(source, 70), words=words
            )
    return _("Your answer ({kind}) cannot be used here: {words}").format(
        kind=_kind(answer), words=words
    )


def _message(error):
    try:
        return re.sub(r", with gufunc signature \S+", "", str(error))
    except Exception:
        return _("(an exception that cannot be printed)")


def _complaint(error):
    """What an exception is about, whatever the sizes in it: those of two answers may differ."""
    return type(error), re.sub(r"\d+", "#", _message(error)) if error is not None else ""


def _about_self(answer, error, text):
    """Say it if a class has forgotten `self`: as a parameter, before a name, or in forward."""
    if not inspect.isclass(answer):
        return ""
    methods = [value for value in vars(answer).values() if inspect.isfunction(value)]
    if isinstance(error, TypeError):
        called = re.search(r"(\w+)\(\) (?:takes|got|missing)", text)
        for method in methods:
            if called and method.__name__ == called[1]:
                names = list(inspect.signature(method).parameters)
                if names[:1] != ["self"]:
                    return " " + _("(the first parameter of a method is `self`)")
    kept = {
        one.argval
        for method in methods
        for one in dis.get_instructions(method)
        if one.opname == "STORE_ATTR"
    }
    if isinstance(error, NameError) and (name := getattr(error, "name", None)) in kept:
        return " " + _("(what the layer keeps is called `self.{name}`)").format(name=name)
    if isinstance(error, AttributeError) and "object has no attribute" in text:
        name = getattr(error, "name", None)
        if name and getattr(error, "obj", None).__class__ is answer and name not in kept:
            return " " + _("(no method keeps anything as `self.{name}`)").format(name=name)
    return ""


def _last_words(answer, error):
    """Say something about an exception even if the answer refuses every question about itself."""
    try:
        return error_words(answer, error)
    except Exception:
        return _("Your answer cannot be used here: {words}").format(words=type(error).__name__)


def _perhaps(answer, outcomes, message):
    """Return a mistake's message; where every call ends in an exception, as a likely reason."""
    if any(one.error is None for one in outcomes):
        return message
    return _("{error}. A frequent reason: {message}").format(
        error=error_words(answer, outcomes[0].error).rstrip("."), message=message
    )


def _class_file(answer):
    """Return the file (or cell) in which a class has its methods."""
    for value in vars(answer).values() if inspect.isclass(answer) else ():
        if inspect.isfunction(value):
            return value.__code__.co_filename
    return None


def _kind(value):
    """Name a value's kind with its article: "a list of 3", "an array of shape (2, 3)"."""
    if value is None or value is ...:
        return "None"
    if isinstance(value, np.ndarray):
        if value.dtype.kind not in "biufc":
            return _("an array of the dtype {dtype}").format(dtype=value.dtype)
        return _("an array of shape {shape}").format(shape=value.shape)
    if isinstance(value, (bool, int, float, np.generic)):
        return _("a single value, {value}").format(value=_short(str(value), 40))
    if isinstance(value, (list, tuple, dict)):
        return _("a {kind} of {count}").format(kind=type(value).__name__, count=len(value))
    if inspect.isclass(value):
        return _("a class")
    if inspect.isfunction(value):
        return _("a function")
    if inspect.isgenerator(value):
        return _("a generator (made by `yield` or by parentheses around a `for`)")
    return _("of the type `{kind}`").format(kind=type(value).__name__)


def _short(text, width=160):
    text = " ".join(text.split())
    return text if len(text) <= width else text[: width - 1] + "…"


def inline(text):
    """Return text for an HTML page: escaped, `code` in backticks set as code."""
    parts = html.escape(text, quote=False).split("`")
    style = 'style="color: inherit; background: transparent"'
    marked = [f"<code {style}>{part}</code>" if i % 2 else part for i, part in enumerate(parts)]
    return "".join(marked) if len(parts) % 2 else html.escape(text, quote=False)


def _folded(label, inside):
    return f"<details><summary>{label}</summary>{inside}</details>"

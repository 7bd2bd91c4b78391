"""Judge one answer in a process of its own: exercises/grade.py starts one for each.

From stdin comes, as JSON, which exercise is asked and a notebook's code cells. The answer is run
with what it names (exercises/parts.py), and the chapter's own check judges it; its verdict goes to
stdout, as JSON.

An answer that runs wild by mistake is held: by exercises/bounded.py, by limits on the process where
the system has them, and by whoever waits for it. One that means to cheat is not: it runs in the
process of its check.
"""

import contextlib
import importlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import types
from gettext import gettext as _
from pathlib import Path

from . import bounded, parts, verdict

MEMORY = 2**30  # bytes of addresses
PROCESSOR = 30  # seconds: the cell and its check have bounded.TIME_LIMIT each
FILE = 10**7  # bytes of each file that is written
WAIT = 90  # seconds: more than its own limits, for an answer that does not obey
UNSURE = "?"  # an answer that a person has to look at
MARKS = ("✓", "✗", "○", UNSURE)
# From util-linux: no network, and whatever an answer starts ends with it.
APART = ("unshare", "--map-root-user", "--net", "--pid", "--fork", "--kill-child", "--")
PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TEMP", "LANG", "LANGUAGE", "LC_ALL")


def apart():
    """Return the command that keeps a process from the network; empty if the system forbids it."""
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        tried = subprocess.run([*APART, "true"], capture_output=True, timeout=30)
        return [shutil.which(APART[0]), *APART[1:]] if tried.returncode == 0 else []
    return []


def ask(asked, prefix=()):
    """Return mark, message and the mistake's name; `prefix` is what `apart` gave."""
    surroundings = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    surroundings |= {"PYTHONPATH": str(Path(__file__).resolve().parents[1]), "MPLBACKEND": "Agg"}
    surroundings |= {"OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        tempfile.TemporaryFile() as request,
        tempfile.TemporaryFile() as said,
    ):
        request.write(json.dumps(asked).encode())
        request.seek(0)
        process = subprocess.Popen(
            [*prefix, sys.executable, "-m", "exercises.alone"],
            cwd=folder, env=surroundings | {"HOME": folder}, start_new_session=True,
            stdin=request, stdout=said, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            process.wait(WAIT)
        except subprocess.TimeoutExpired:
            return "✗", _("It was stopped after {n} seconds.").format(n=WAIT), ""
        finally:
            end(process)
        said.seek(0)
        try:
            told = json.loads(said.read(100_000))
            mark, *words = (str(told[key]) for key in ("mark", "message", "mistake"))
        except (ValueError, TypeError, KeyError, RecursionError):
            words = _(
                "Python ended before there was a verdict: it crashed, the answer ended it, "
                "or it took {n} seconds of processor time."
            )
            return UNSURE, words.format(n=PROCESSOR), ""
        return (mark if mark in MARKS else UNSURE), *words


def end(process):
    """Kill a process and, where there are such, its group."""
    with contextlib.suppress(OSError):  # there is none any more
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()


def limit():
    """Let this process take no more than the limits above, where the system has such limits."""
    with contextlib.suppress(ImportError):
        import resource

        for what, most in (("AS", MEMORY), ("CPU", PROCESSOR), ("FSIZE", FILE)):
            with contextlib.suppress(AttributeError, ValueError, OSError):
                resource.setrlimit(getattr(resource, f"RLIMIT_{what}"), (most, most))


def run(code, space):
    """Return the exception that code ends in, or None."""
    try:
        exec(code, space)
    except bounded.Stop:
        raise
    except BaseException as error:  # exit() as well
        return error


def judged(chapter, name, template, cells):
    """Return what is said about one answer: mark, message and the mistake's name."""
    place, cut = parts.find(name, template, cells)
    if place is None:
        there = any(cell["answer"] == name for cell in cells)
        gone = _("not answered: no cell has the tag `answer-{name}`, and none sets `{name}`")
        return "○", _("not answered yet") if there else gone.format(name=name), ""
    if isinstance(cut[place], Exception):
        words = _("The cell cannot be read as Python: {words}")
        return "✗", words.format(words=verdict.raised(None, cut[place])), ""
    answer = parts.part(parts.statements(cells[place]["source"]), f"<cell {place}>", True)
    above = [one for here in cut[:place] if isinstance(here, list) for one in here]
    chosen, space = parts.needed(answer, above), {"__name__": "__main__"}
    try:
        errors = bounded.run(lambda: [run(one.code, space) for one in [*chosen, answer]])
    except bounded.Endless as endless:
        words = _("The cell does not come to an end: it was given {seconds:.2g} seconds.")
        return "✗", words.format(seconds=endless.seconds), ""
    if errors[-1] is not None:
        cell = types.FunctionType(answer.code, {})
        mark, mistake = "✗", verdict.raised(cell, errors[-1])
        words = verdict.error_words(cell, errors[-1])
    elif name not in space:
        return "✗", _("The cell gives no value to `{name}`.").format(name=name), ""
    else:
        check = getattr(importlib.import_module(f"exercises.{chapter}"), f"check_{name}")
        got = check(space[name])
        mark, words, mistake = got.mark, got.message, got.mistake
    for gone in set().union(*(one.sets for one in above)) - set(space):
        if f"NameError: name '{gone}'" in words and f"`self.{gone}`" not in words:
            reason = _("It needs `{name}`, set by a line that is not run here, or that fails here.")
            return UNSURE, reason.format(name=gone), ""
    return UNSURE if "ModuleNotFoundError: " in words else mark, words, mistake


def main():
    said = os.fdopen(os.dup(1), "w", encoding="utf-8")
    for stream in (1, 2):  # what an answer prints goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
    limit()
    mark, message, mistake = judged(**json.load(sys.stdin))
    json.dump({"mark": mark, "message": message, "mistake": mistake}, said)
    said.flush()
    os._exit(0)  # whatever an answer left running


if __name__ == "__main__":
    main()

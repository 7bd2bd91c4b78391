"""Repeat for long what must never fail by chance: `make soak`.

    python scripts/soak.py [--parts chapters fresh long tests] [--rounds N] [--round N] [--seed N]
                           [--python PYTHON ...] [--numpy VERSION ...] [--write]

chapters  strict nbval over all chapters, in rounds. Each round has another order and other
          processes, hash seed, number of threads, processor to calculate for, load, locale, time
          zone, folder and home: whatever differs between two readers. All of it follows from the
          seed and the number of the round, so that one round can be repeated alone.
fresh     each chapter run once more and compared with what is stored: texts and pictures.
long      property, fuzz, panel, chapter and browser tests with DLFS_SOAK=1: with all their cases.
tests     the tests, without those of a browser, with each Python and NumPy in turn. Only run
          where it is named.

`--python` and `--numpy` (such as 1.26, or `newest`) make an environment for each pair from
requirements.lock, in a temporary folder; rounds and tests go through the environments in turn.
`--write` stores the result in docs/soak.md. The exit code is 1 if anything failed.
"""

import argparse
import contextlib
import datetime
import itertools
import os
import platform
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("chapters", "fresh", "long", "tests")
LONG = (
    *("properties", "dataset", "weights", "panel_abuse", "notebooks", "nbval_bites"),
    *("browser", "classroom"),
)
APART = ("setup", "nbval_bites", "browser", "classroom")  # slow, and the same for every Python
LEFT = (".venv", ".*_cache", ".hypothesis", "__pycache__", "build", "mutants")  # not copied
BEGIN, END = "<!-- scripts/soak.py writes from here -->", "<!-- to here -->"

# Work until the parent, whose number is the argument, is gone.
SPIN = "import os, sys\nwhile os.getppid() == int(sys.argv[1]):\n    sum(range(10**5))"


class Round(NamedTuple):
    """What differs from round to round."""

    number: int
    shares: list  # of the chapters: a process each
    hash_seed: int
    threads: str  # "": as many as NumPy chooses
    processor: str  # whose arithmetic OpenBLAS uses; "": this one's
    load: int  # processes that keep cores busy
    locale: str
    zone: str
    folder: str

    def __str__(self):
        shares = " + ".join(" ".join(name.split("_")[0] for name in share) for share in self.shares)
        return (
            f"{shares}; hash seed {self.hash_seed}; threads {self.threads or 'free'}; "
            f"{self.processor or 'own'} arithmetic; load {self.load}; {self.locale}; {self.zone}"
        )


def plan(seed, number, chapters):
    """Return round `number` of the soak with this seed."""
    draw = random.Random(f"{seed} {number}")
    order = draw.sample(chapters, len(chapters))
    processes = min(draw.choice([1, 2, 2, 3]), len(order))
    load = draw.choice([0, 1, 2, 2, 2])
    return Round(
        number=number,
        shares=[order[i::processes] for i in range(processes)],
        hash_seed=draw.randrange(2**32),
        # Threads wait for each other in loops: where no core is free, that takes for ever.
        threads=draw.choice(["1", "2", ""]) if load < 2 else "1",
        processor=draw.choice(["", "", "Haswell", "Nehalem"]),
        load=load,
        locale=draw.choice(["C", "C.UTF-8", "de_DE.UTF-8", "ko_KR.UTF-8", "tr_TR.UTF-8"]),
        zone=draw.choice(["UTC", "Asia/Seoul", "America/St_Johns", "Pacific/Kiritimati"]),
        folder=draw.choice(["deep learning", "밑바닥 딥러닝", "naïve Übung", "x"]),
    )


class Result(NamedTuple):
    """A line of the summary."""

    what: str
    where: str
    how: str
    counts: str
    seconds: float
    passed: bool

    def __str__(self):
        verdict = "passed" if self.passed else "FAILED"
        return (
            f"| {self.what} | {self.where} | {self.how} "
            f"| {self.counts} | {self.seconds:.0f} | {verdict} |"
        )


HEAD = "| what | where | how | tests | seconds | result |\n| --- | --- | --- | --- | ---: | --- |"


# ---- environments


def make_environment(python, numpy, folder):
    """Make a virtual environment from the lock, with another NumPy if one is named.

    Returns its Python, or None where there is no such NumPy for this Python.
    """

    def pip(*arguments):
        command = [str(inside), "-m", "pip", "--disable-pip-version-check", "install", "-q"]
        done = subprocess.run([*command, *arguments], capture_output=True, text=True)
        absent = "No matching distribution found for numpy" in done.stderr
        if done.returncode and not absent:
            sys.exit(f"{python} with NumPy {numpy or 'of the lock'}:\n{done.stderr}")
        return not absent

    subprocess.run([python, "-m", "venv", str(folder)], check=True)
    inside = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    wanted = ["-U", "numpy"] if numpy == "newest" else [f"numpy=={numpy}.*"]
    if numpy and not pip("--only-binary", "numpy", *wanted):
        return None
    pip("--require-hashes", "-r", str(ROOT / "requirements.lock"))
    if numpy:
        pip("--only-binary", "numpy", *wanted)
    return str(inside)


def asked(python, code):
    """Return what another Python prints."""
    run = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    return run.stdout.strip()


def versions(python):
    code = "import sys, numpy as np; print(*sys.version_info[:3], sep='.'); print(np.__version__)"
    return "Python {}, NumPy {}".format(*asked(python, code).split())


def environments(pythons, numpys, folder):
    """Return {versions: Python} of what is asked for: of this environment, if nothing is."""
    if not pythons and not numpys:
        return {versions(sys.executable): sys.executable}
    found = {}
    pairs = itertools.product(pythons or [sys.executable], numpys or [""])
    for number, (python, numpy) in enumerate(pairs):
        inside = make_environment(python, numpy, folder / f"environment {number}")
        if not inside:
            print(f"{Path(python).name} has no NumPy {numpy}", flush=True)
        elif versions(inside) not in found:
            found[versions(inside)] = inside
            print(f"made {versions(inside)}", flush=True)
    return found


# ---- running


@contextlib.contextmanager
def busy(count):
    """Keep `count` cores busy for the time of a `with` block."""
    processes = []
    try:
        for _ in range(count):
            processes.append(subprocess.Popen([sys.executable, "-c", SPIN, str(os.getpid())]))
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.wait()


def surroundings(tree, **ours):
    """Return the variables of a process that uses the project in `tree`, and nobody's settings."""
    settings = r"PYTHON|PYTEST|COV_|OPENBLAS|OMP_|MKL_|NPY_|JUPYTER|IPYTHON|MPL|LC_|LANG|TZ$"
    kept = {key: value for key, value in os.environ.items() if not re.match(settings, key)}
    path = os.pathsep.join([str(tree), str(tree / "chapters")])
    ours["PYTHONPATH"] = path
    return kept | {key: value for key, value in ours.items() if value}


def side_by_side(commands, cwd, env, logs, patience=7200):
    """Run commands at once, each into its log; return whether all ended well, and in time."""
    running = []
    try:
        for command, log in zip(commands, logs, strict=True):
            with log.open("w", encoding="utf-8") as out:
                running.append(subprocess.Popen(command, cwd=cwd, env=env, stdout=out, stderr=out))
        codes = [process.wait(patience) for process in running]  # all of them
        return not any(codes)
    except subprocess.TimeoutExpired:
        return False
    finally:
        for process in running:
            process.kill()
            process.wait()


def pytest(python, *arguments):
    """Return the command that runs pytest."""
    return [python, "-m", "pytest", "-q", "--color=no", "-p", "no:cacheprovider", *arguments]


def one_round(this, python, tree, logs):
    """Run the chapters once as the round says; return whether all passed, and the logs."""
    with tempfile.TemporaryDirectory(prefix="soak ") as folder, busy(this.load):
        place, home = Path(folder, this.folder), Path(folder, "somebody's höme")
        shutil.copytree(tree, place, ignore=shutil.ignore_patterns(".git"))
        home.mkdir()
        env = surroundings(
            place, HOME=str(home), USERPROFILE=str(home), PYTHONHASHSEED=str(this.hash_seed),
            OPENBLAS_NUM_THREADS=this.threads, OPENBLAS_CORETYPE=this.processor,
            LC_ALL=this.locale, LANGUAGE=this.locale[:2], TZ=this.zone,
        )  # fmt: skip
        options = ["-p", "no:xdist", "--nbval", f"--rootdir={place}"]
        commands = [
            pytest(python, *options, *(str(place / "chapters" / f"{name}.ipynb") for name in share))
            for share in this.shares
        ]
        written = [logs / f"round-{this.number}-{i}.log" for i in range(len(commands))]
        return side_by_side(commands, folder, env, written), written


def test_files(tree, names):
    return [str(path) for name in names if (path := tree / "tests" / f"test_{name}.py").exists()]


def counted(logs):
    """Return what the last lines of the logs say, added up, such as `1 failed, 430 passed`."""
    words = {}
    for log in logs:
        last = log.read_text("utf-8", errors="replace").strip().rpartition("\n")[2]
        for count, word in re.findall(r"(\d+) (\w+)", last.partition(" in ")[0]):
            words[word] = words.get(word, 0) + int(count)
    return ", ".join(f"{words[word]} {word}" for word in sorted(words))


def told(logs, lines=60):
    """Return the part of the logs that says what failed."""
    texts = [log.read_text("utf-8", errors="replace") for log in logs]
    failed = [text.partition("= FAILURES =")[2] or text for text in texts]
    return "\n".join("\n".join(text.splitlines()[:lines]) for text in failed)


def work(chosen, envs, tree, logs):
    """Do all parts that were chosen: yield (what, where, how, whether it passed, logs)."""
    names = list(envs)
    here = versions(sys.executable)
    chapters = sorted(path.stem for path in (tree / "chapters").glob("*.ipynb"))
    if "chapters" in chosen.parts:
        for number in [chosen.round] if chosen.round else range(1, chosen.rounds + 1):
            this, name = plan(chosen.seed, number, chapters), names[(number - 1) % len(names)]
            yield f"round {number}", name, str(this), *one_round(this, envs[name], tree, logs)
    if "fresh" in chosen.parts:
        command = [sys.executable, "scripts/refresh_notebooks.py", "--check"]
        written = [logs / "fresh.log"]
        passed = side_by_side([command], tree, surroundings(tree), written)
        yield "fresh", here, f"{len(chapters)} chapters compared", passed, written
    if "long" in chosen.parts:
        files = test_files(ROOT, LONG)
        command = pytest(sys.executable, "-n2", "--timeout=3600", "--durations=5", *files)
        env, written = surroundings(ROOT, DLFS_SOAK="1"), [logs / "long.log"]
        passed = side_by_side([command], ROOT, env, written)
        yield "long", here, ", ".join(Path(file).stem for file in files), passed, written
    if "tests" in chosen.parts:
        apart = [f"--ignore={file}" for file in test_files(tree, APART)]
        for i, name in enumerate(names):
            command = pytest(envs[name], "-n2", "--timeout=1800", *apart, "tests")
            written = [logs / f"tests-{i}.log"]
            env = surroundings(tree, OPENBLAS_NUM_THREADS="1")
            yield "tests", name, "", side_by_side([command], tree, env, written), written


def report(chosen, results):
    """Return the summary in Markdown."""
    options = ["--seed", str(chosen.seed), "--rounds", str(chosen.rounds), "--parts", *chosen.parts]
    for python in chosen.python:
        name = asked(python, "import sys; print('python%d.%d' % sys.version_info[:2])")
        options += ["--python", name]
    for numpy in chosen.numpy:
        options += ["--numpy", numpy]
    git = ["git", "describe", "--always", "--dirty"]
    commit = subprocess.run(git, cwd=ROOT, capture_output=True, text=True).stdout.strip()
    failed = sum(not result.passed for result in results)
    minutes = sum(result.seconds for result in results) / 60
    return "\n".join(
        [
            f'`make soak ARGS="{" ".join(options)} --write"`, '
            f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d}, commit {commit}, "
            f"{platform.system()}, {os.cpu_count()} cores: "
            f"{len(results) - failed} passed, {failed} failed, in {minutes:.0f} minutes.",
            "",
            HEAD,
            *map(str, results),
        ]
    )


def store(text, path):
    """Put `text` between the marks in the file."""
    before, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    path.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")


def options(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS[:3]))
    parser.add_argument("--rounds", type=int, default=20, help="of the chapters (default: 20)")
    parser.add_argument("--round", type=int, help="only this round: to repeat one that failed")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="of the plan")
    parser.add_argument("--python", action="append", default=[], help="a Python to run with, too")
    parser.add_argument("--numpy", action="append", default=[], help="such as 1.26, or newest")
    parser.add_argument("--write", action="store_true", help="store the result in docs/soak.md")
    return parser.parse_args(arguments)


def main(arguments=None, root=ROOT):
    chosen = options(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # end as if by Ctrl-C: clean up
    logs = root / "build" / "soak"
    logs.mkdir(parents=True, exist_ok=True)
    results = []
    print(f"seed {chosen.seed}; logs in {logs}", flush=True)
    with tempfile.TemporaryDirectory(prefix="soak ") as folder:
        tree = Path(folder) / "tree"  # what is soaked stays as it is, whoever edits meanwhile
        shutil.copytree(root, tree, ignore=shutil.ignore_patterns(*LEFT))
        envs = environments(chosen.python, chosen.numpy, Path(folder))
        if not envs:
            sys.exit("There is no environment to run with.")
        start = time.monotonic()
        for what, where, how, passed, written in work(chosen, envs, tree, logs):
            seconds = time.monotonic() - start
            results.append(Result(what, where, how, counted(written), seconds, passed))
            print(results[-1], flush=True)
            if not passed:
                again = f"--seed {chosen.seed} --round {what.split()[-1]} --parts chapters"
                print(told(written))
                print(f"Again: python scripts/soak.py {again}" if "round" in what else "")
            start = time.monotonic()
    text = report(chosen, results)
    print(f"\n{text}")
    if chosen.write:
        store(text, root / "docs" / "soak.md")
    return int(not results or not all(result.passed for result in results))


if __name__ == "__main__":
    sys.exit(main())

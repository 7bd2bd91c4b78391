"""Run the chapters in rounds, each in other surroundings: whatever differs between two readers.

    python scripts/soak.py [--rounds N] [--round N] [--seed N]
                           [--python PYTHON ...] [--numpy VERSION ...]

Each round is nbval's run of all chapters (conftest.py) in a copy of the project, in an order, with
a hash seed, a number of threads, a processor to calculate for, a load, a locale, a time zone and a
folder that follow from the seed and the number of the round: so one round can be repeated alone.
`--python` and `--numpy` (such as 1.26, or `newest`) make an environment for each pair from
requirements.lock, in a temporary folder; the rounds go through them in turn.
"""

import argparse
import itertools
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LEFT = (".git", ".venv", ".*_cache", ".hypothesis", "__pycache__", "build", "mutants")  # not copied
VERSIONS = "import sys, numpy; print('Python %d.%d.%d' % sys.version_info[:3], numpy.__version__)"
# Work until the parent, whose number is the argument, is gone.
SPIN = "import os, sys\nwhile os.getppid() == int(sys.argv[1]):\n    sum(range(10**5))"


def drawn(seed, number):
    """What round `number` differs in: the order of the chapters and their spread, and the rest."""
    draw = random.Random(f"{seed} {number}")
    chapters = sorted(path.name for path in (ROOT / "chapters").glob("*.ipynb"))
    draw.shuffle(chapters)
    load = draw.choice([0, 1, 2, 2, 2])
    return {
        "chapters": chapters,
        "processes": draw.choice(["0", "2", "2", "3"]),
        "load": load,
        "folder": draw.choice(["deep learning", "밑바닥 딥러닝", "naïve Übung", "x"]),
        "PYTHONHASHSEED": str(draw.randrange(2**32)),
        # Threads wait for each other in loops: where no core is free, that takes for ever.
        "OPENBLAS_NUM_THREADS": draw.choice(["1", "2", ""]) if load < 2 else "1",
        # Whose arithmetic OpenBLAS uses: this processor's own, or another's.
        "OPENBLAS_CORETYPE": draw.choice(["", "", "Haswell", "Nehalem"]),
        "LC_ALL": draw.choice(["C", "C.UTF-8", "de_DE.UTF-8", "ko_KR.UTF-8", "tr_TR.UTF-8"]),
        "TZ": draw.choice(["UTC", "Asia/Seoul", "America/St_Johns", "Pacific/Kiritimati"]),
    }


def play(this, python, tree, log):
    """Run the chapters as the round says; return whether all passed, and what pytest counts."""
    settings = r"PYTHON|PYTEST|COV_|OPENBLAS|OMP_|MKL_|NPY_|JUPYTER|IPYTHON|MPL|DLFS_|LC_|LANG|TZ$"
    kept = {name: value for name, value in os.environ.items() if not re.match(settings, name)}
    with tempfile.TemporaryDirectory(prefix="soak ") as folder, ExitStack() as busy:
        place, home = Path(folder, this["folder"]), Path(folder, "somebody's höme")
        shutil.copytree(tree, place)
        home.mkdir()
        ours = {name: value for name, value in this.items() if name.isupper() and value}
        ours["PYTHONPATH"] = os.pathsep.join([str(place), str(place / "chapters")])
        environment = {**kept, **ours, "HOME": str(home), "USERPROFILE": str(home)}
        for _ in range(this["load"]):
            spin = subprocess.Popen([sys.executable, "-c", SPIN, str(os.getpid())])
            busy.callback(spin.wait)
            busy.callback(spin.kill)
        options = ["--nbval", "-q", "--color=no", "-p", "no:cacheprovider", "-n", this["processes"]]
        paths = [str(place / "chapters" / name) for name in this["chapters"]]
        with log.open("w", encoding="utf-8") as out:
            command = [python, "-m", "pytest", *options, *paths]
            ended = subprocess.run(command, cwd=place, env=environment, stdout=out, stderr=out)
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() or ["nothing said"]
    return not ended.returncode, lines[-1].partition(" in ")[0]


def environments(pythons, numpys, folder):
    """Return {versions: Python}: of each pair that exists, or of this environment."""
    found = {}
    for number, (python, numpy) in enumerate(itertools.product(pythons, numpys)):
        inside = python
        if pythons != [sys.executable] or numpys != [""]:
            place = folder / f"environment {number}"
            subprocess.run([python, "-m", "venv", str(place)], check=True)
            inside = str(place / ("Scripts" if os.name == "nt" else "bin") / "python")
            pip = [inside, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
            locked = [*pip, "--require-hashes", "-r", str(ROOT / "requirements.lock")]
            wanted = {"": [], "newest": ["-U", "numpy"]}.get(numpy, [f"numpy=={numpy}.*"])
            other = [*pip, "--only-binary", "numpy", *wanted]
            if numpy and subprocess.run(other).returncode:  # before the rest: is there one?
                print(f"{python} has no NumPy {numpy}")
                continue
            subprocess.run(locked, check=True)
            if numpy:
                subprocess.run(other, check=True)
        said = subprocess.run([inside, "-c", VERSIONS], capture_output=True, text=True, check=True)
        found.setdefault(said.stdout.strip(), inside)
    return found or sys.exit("There is no environment to run with.")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--round", type=int, help="only this round: to repeat one that failed")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--python", action="append", help="a Python to run with")
    parser.add_argument("--numpy", action="append", help="such as 1.26, or newest")
    chosen = parser.parse_args()
    logs = ROOT / "build" / "soak"
    logs.mkdir(parents=True, exist_ok=True)
    failed = 0
    print(f"seed {chosen.seed}; logs in {logs}", flush=True)
    with tempfile.TemporaryDirectory(prefix="soak ") as folder:
        tree = Path(folder) / "tree"  # what is soaked stays as it is, whoever edits meanwhile
        shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(*LEFT))
        envs = environments(chosen.python or [sys.executable], chosen.numpy or [""], Path(folder))
        numbers = [chosen.round] if chosen.round else range(1, chosen.rounds + 1)
        for number in numbers:
            versions, python = list(envs.items())[(number - 1) % len(envs)]
            this, start = drawn(chosen.seed, number), time.monotonic()
            passed, counts = play(this, python, tree, logs / f"round-{number}.log")
            failed += not passed
            how = "; ".join(f"{name} {value}" for name, value in this.items() if value)
            seconds = time.monotonic() - start
            print(f"| {number} | {versions} | {how} | {counts} | {seconds:.0f} |", flush=True)
            if not passed:
                print(f"Again: python scripts/soak.py --seed {chosen.seed} --round {number}")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()

"""Carry out the steps of the student's image without Docker, in a folder that stands for its root.

    python3 classroom/image.py build FOLDER
    python3 classroom/image.py serve FOLDER    start its server, ask whether it is well, and stop it

COPY, ENV, RUN, CMD and HEALTHCHECK are read from the Dockerfile, up to the stage `student`. /opt,
/srv and /tmp lie in FOLDER; so does the list of accounts, to which only root can add. The base
image is not here: this system's programs and its Python (or PYTHON) stand for it.
"""

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
AS_ROOT = os.geteuid() == 0


def steps(target="student"):
    """Return the steps up to the end of a stage: pairs such as ("RUN", "useradd …")."""
    lines = (PROJECT / "classroom" / "Dockerfile").read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.startswith("#"))
    found, inside = [], True
    for line in filter(str.strip, text.replace("\\\n", " ").splitlines()):
        word, rest = line.split(maxsplit=1)
        inside = inside and not (word == "FROM" and found and found[-1][0] == "CMD")
        if inside:
            found.append((word, " ".join(rest.split())))
    assert [rest for word, rest in found if word == "FROM"][-1].endswith(f" AS {target}")
    return found


def build(root, carry_out=True):
    """Carry out the steps; return the environment, and CMD and HEALTHCHECK as lists."""
    environment, started = {"PATH": os.environ["PATH"], "HOME": str(root / "root")}, {}

    for name in ("etc", "root", "tmp") if carry_out else ():
        (root / name).mkdir(parents=True)

    def inside(text):
        return re.sub(r"(?<![\w.])/(?=(?:opt|srv|tmp)/)", f"{root}/", text)

    for word, rest in steps():
        if word == "ENV":
            for name, value in (pair.split("=", 1) for pair in shlex.split(inside(rest))):
                environment[name] = value.replace("$PATH", environment["PATH"])
        elif word in ("CMD", "HEALTHCHECK"):
            started[word] = json.loads(inside(rest[rest.index("[") :]))
        elif not carry_out:
            continue
        elif word == "COPY":
            *sources, to = rest.split()
            for source in sources:
                copy(PROJECT / source, Path(inside(to)) / (source if to.endswith("/") else ""))
        elif word == "RUN" and rest.startswith("useradd "):
            command = rest.replace("useradd", f"useradd --prefix {shlex.quote(str(root))}", 1)
            if AS_ROOT:
                for name in ("passwd", "group", "shadow", "gshadow"):
                    (root / "etc" / name).touch()
                subprocess.run(command, shell=True, check=True)
        elif word == "RUN":
            kept = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")}
            subprocess.run(inside(rest), shell=True, check=True, env=kept | environment)
    return environment, started["CMD"], started["HEALTHCHECK"]


def copy(source, to):
    to.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")  # .dockerignore
        shutil.copytree(source, to, ignore=ignored)
    else:
        shutil.copy(source, to)


def serve(root, environment, command, check):
    """Start the server by the image's command as the image's user, and wait until it is well."""
    with socket.socket() as some:
        some.bind(("127.0.0.1", 0))
        port = str(some.getsockname()[1])
    command, check = ([part.replace("8888", port) for part in each] for each in (command, check))
    home, number = root / "srv" / "student", {}
    if AS_ROOT:
        account = (root / "etc" / "passwd").read_text().splitlines()[-1].split(":")
        home, number = Path(f"{root}{account[5]}"), {"user": int(account[2]), "extra_groups": ()}
        number["group"] = int(account[3])
    home.mkdir(parents=True, exist_ok=True)
    environment = environment | {"HOME": str(home)}
    running = subprocess.Popen(command, env=environment, cwd=home, **number)
    try:
        end = time.monotonic() + 120
        while subprocess.run(check, env=environment, stderr=subprocess.DEVNULL).returncode:
            assert running.poll() is None, "the server has ended"
            assert time.monotonic() < end, "the server is not well after 120 seconds"
            time.sleep(0.5)
        (chapters,) = home.glob("*/chapters")
        assert len(list(chapters.glob("ch*.ipynb"))) >= 5, "the chapters are not handed out"
    finally:
        running.terminate()
        running.wait(60)


if __name__ == "__main__":
    folder = Path(sys.argv[2]).resolve()
    planned = build(folder, carry_out=sys.argv[1] == "build")
    if sys.argv[1] == "serve":
        serve(folder, *planned)
        print("The student's server was well, with the chapters in its home.")

"""Do students get at this Python and this project? install.sh asks before it installs anything.

    python3 -I classroom/may_run.py /opt/class

Run by root, with the Python in question: as an account that owns nothing it starts that Python,
opens a file of the project and looks into the folder. Anybody else serves themselves only.
"""

import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
NOBODY = 65534


def nobody():
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


def works(*command):
    """True if an ordinary account can carry this out."""
    try:
        done = subprocess.run(command, preexec_fn=nobody, cwd="/", capture_output=True)
    except PermissionError:
        return False
    return done.returncode == 0


def closed(path):
    """Return the outermost folder on the way to `path` that is closed to others, or `path`."""
    return next((p for p in (*path.parents[::-1], path) if not p.stat().st_mode & 0o001), path)


def main(place):
    try:
        subprocess.run(["true"], preexec_fn=nobody, check=True)
    except (OSError, subprocess.SubprocessError):
        return None  # this system gives nobody else's account to try with
    python = Path(sys.executable)
    if not works(python, "-I", "-c", "import encodings, ssl, venv"):
        shut = closed(python) if closed(python) != python else closed(python.resolve())
        first = f"Remove {place}, and name" if place in python.parents else "Name"
        return (
            f"students could not run {python}: {shut} is closed to other accounts. {first} a "
            "Python that everybody may run, for instance: "
            f"PYTHON=/usr/bin/python3 sh {PROJECT}/classroom/install.sh {place}"
        )
    for needed, where in [(PROJECT / "pyproject.toml", "/opt/companion"), (place, "/opt/class")]:
        if not works("test", "-r", needed):
            return (
                f"students could not read {needed}: {closed(needed)} is closed to other accounts. "
                f"Choose a place that everybody may read, for instance {where}."
            )
    return None


if __name__ == "__main__" and os.geteuid() == 0:
    refusal = main(Path(sys.argv[1]).resolve())
    sys.exit(refusal and f"Nothing is installed: {refusal}")

"""Can this kernel run the chapters? They ask by `import companion`.

If something is missing, the cell shows one sentence that says what, which
Python the kernel runs and what to do, instead of a bare ModuleNotFoundError.
The syntax is old on purpose: a Python that is too old has to read it.
"""

import gettext
import importlib.util
import logging
import os
import sys

PYTHON = (3, 10)
PACKAGES = ("common", "dataset", "panels", "exercises")
# The oldest releases that the chapters run with: those of pyproject.toml.
DEPENDENCIES = {
    "numpy": (1, 26),
    "matplotlib": (3, 8),
    "ipywidgets": (8,),
    "anywidget": (0, 9),
    "pooch": (1, 8),
    "tqdm": (4, 66),
}
HERE = os.path.dirname(os.path.abspath(__file__))


class KernelNotReady(ImportError):
    """This kernel cannot run the chapters; the message tells what to do."""

    def _render_traceback_(self):
        """Tell IPython to show the message alone: a traceback is no help."""
        return [str(self)]


def project_folder():
    """Return the folder that holds `common`.

    One up in a checkout, this one when the project is installed as a wheel.
    """
    above = os.path.dirname(HERE)
    checkout = os.path.isfile(os.path.join(above, "pyproject.toml"))
    return above if checkout else HERE


def location(name):
    """Return the folder or file that `import name` would read, or None."""
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return None
    if spec is None:
        return None
    folders = list(spec.submodule_search_locations or [])
    return folders[0] if folders else spec.origin


def dotted(numbers):
    """(3, 10) -> "3.10"."""
    return ".".join(str(number) for number in numbers)


def leading_numbers(version):
    """Return the numbers that a version starts with: "8.1.0rc1" -> (8, 1)."""
    found = []
    for part in version.split("."):
        if not part.isdigit():
            break
        found.append(int(part))
    return tuple(found)


def missing():
    """Return what this kernel lacks, in words; empty if it is ready."""
    if sys.version_info < PYTHON:
        return [f"Python {dotted(PYTHON)} or newer"]
    from importlib import metadata  # not there before Python 3.8

    lacks = []
    absent = [name for name in PACKAGES if location(name) is None]
    if absent:
        lacks.append(f"this project's packages ({', '.join(absent)})")
    for name in [name for name in PACKAGES if name not in absent]:
        ours = os.path.join(project_folder(), name)
        found = location(name)
        if os.path.realpath(found) != os.path.realpath(ours):
            lacks.append(f"this project's `{name}` (hidden by {found})")
    for name, oldest in DEPENDENCIES.items():
        if location(name) is None:
            lacks.append(name)
            continue
        try:
            version = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
        if leading_numbers(version) < oldest:
            lacks.append(f"{name} {dotted(oldest)} or newer (has {version})")
    return lacks


def sentence(lacks):
    """Return the one sentence for a kernel that lacks `lacks`."""
    root = project_folder()
    kernel = f"Python {dotted(sys.version_info[:3])}, {sys.executable}"
    if sys.version_info < PYTHON:
        remedy = f"install a newer Python and run `make lab` in {root}"
    else:
        inside = os.path.realpath(os.getcwd()) == os.path.realpath(HERE)
        project = ".." if inside else f'"{root}"'
        remedy = (
            f"run `make lab` in {root}, or choose the kernel of its .venv, "
            f"or run `%pip install -e {project}` in a cell here "
            "and restart the kernel"
        )
    return (
        f"This kernel ({kernel}) cannot run the chapters yet, "
        f"because it lacks {', '.join(lacks)}; {remedy}."
    )


def check():
    """Raise KernelNotReady unless this kernel can run the chapters."""
    lacks = missing()
    if lacks:
        raise KernelNotReady(sentence(lacks))


check()

# Labels, results and verdicts pass through gettext. A catalogue goes to
# locale/<language>/LC_MESSAGES/companion.mo; without one they stay English.
gettext.bindtextdomain("companion", os.path.join(project_folder(), "locale"))
gettext.textdomain("companion")


def describe_pictures():
    """Store words beside each plotted picture, where a notebook shows one."""
    from IPython import get_ipython
    from panels.alt_text import describe_figures

    shell = get_ipython()
    if shell is not None:
        describe_figures(shell.display_formatter)


describe_pictures()

from panels.shell import style  # noqa: E402

style.use_one_look()
look = style.look  # look("Adam"): how Adam is drawn in every figure
INK = style.INK  # the colour map of pixels: 0 is paper, large is dark

# Matplotlib looks for fonts at its first start, and says so on stderr where
# that takes five seconds: nothing to read about in the middle of a chapter.
FONTS = "Matplotlib is building the font cache; this may take a moment."
logging.getLogger("matplotlib.font_manager").addFilter(
    lambda record: record.getMessage() != FONTS
)

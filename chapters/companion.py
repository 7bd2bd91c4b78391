"""Can this kernel run the chapters? They ask by `import companion`.

If something is missing, the cell shows one sentence that says what, which
Python the kernel runs and what to do, instead of a bare ModuleNotFoundError.
The syntax is old on purpose: a Python that is too old has to read it.
"""

import ast
import gettext
import glob
import importlib
import importlib.util
import json
import logging
import os
import sys

PYTHON = (3, 10)
PACKAGES = ("common", "dataset", "panels", "exercises")
# The oldest releases that the chapters run with: those of pyproject.toml.
DEPENDENCIES = {
    "numpy": (1, 26),
    "matplotlib": (3, 7),
    "ipywidgets": (7, 7, 1),
    "anywidget": (0, 9, 10),
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


def home(name):
    """Return the folder that the package is imported from."""
    return os.path.dirname(os.path.realpath(location(name)))


def hidden(absent):
    """Return the packages that are somebody else's, in words.

    Ours are those beside the chapters. Where none are, as in a copy of the
    chapters alone, they are those installed, all four in one folder.
    """
    ours = os.path.realpath(project_folder())
    found = [name for name in PACKAGES if name not in absent]
    if all(os.path.isdir(os.path.join(ours, name)) for name in PACKAGES):
        right = ours
    else:
        right = home("panels") if "panels" in found else None
    return [
        f"this project's `{name}` (hidden by {location(name)})"
        for name in found
        if right and home(name) != right
    ]


def unknown_names():
    """Return what the chapters import and the installed project has not.

    It is then older than the chapters, or another one.
    """
    unknown = []
    for module, name in sorted(wanted_names()):
        try:
            if not hasattr(importlib.import_module(module), name):
                importlib.import_module(f"{module}.{name}")
        except ImportError:
            unknown.append(f"`{name}` of `{module}`")
    if not unknown:
        return []
    more = f" and {len(unknown) - 1} more" if unknown[1:] else ""
    return [f"{unknown[0]}{more} (the project in {home('panels')} is older)"]


def wanted_names():
    """Return what this file and the chapters beside it import from us."""
    with open(os.path.abspath(__file__), encoding="utf-8") as file:
        sources = [file.read()]
    for path in glob.glob(os.path.join(glob.escape(HERE), "ch*.ipynb")):
        with open(path, encoding="utf-8") as file:
            cells = json.load(file)["cells"]
        sources += ["".join(cell["source"]) for cell in cells]
    wanted = set()
    for source in sources:
        try:
            tree = ast.parse(source)
        except SyntaxError:  # prose, or half an answer
            continue
        for node in ast.walk(tree):
            module = getattr(node, "module", None) or ""
            if module.split(".")[0] in PACKAGES:
                wanted.update((module, each.name) for each in node.names)
    return wanted


def missing():
    """Return what this kernel lacks, in words; empty if it is ready."""
    if sys.version_info < PYTHON:
        return [f"Python {dotted(PYTHON)} or newer"]
    from importlib import metadata  # not there before Python 3.8

    lacks = []
    absent = [name for name in PACKAGES if location(name) is None]
    if absent:
        lacks.append(f"this project's packages ({', '.join(absent)})")
    strange = hidden(absent)
    lacks.extend(strange)
    if not absent and not strange and home("panels") != project_folder():
        lacks.extend(unknown_names())
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
    inside = os.path.realpath(os.getcwd()) == os.path.realpath(HERE)
    project = ".." if inside else f'"{root}"'
    if sys.version_info < PYTHON:
        remedy = f"install a newer Python and run `make lab` in {root}"
    elif root == HERE:  # a copy of the chapters alone
        remedy = (
            "run `%pip install FOLDER` in a cell here, with the folder of "
            "the project that the chapters are from, and restart the kernel"
        )
    else:
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


def speak(language):
    """Labels, results and verdicts are in this language, and else English.

    They pass through gettext; locale/<language>/LC_MESSAGES/companion.mo is
    where it finds them, in a checkout beside `panels`, in a wheel inside it.
    """
    os.environ["LANGUAGE"] = language
    beside = os.path.join(project_folder(), "locale")
    inside = os.path.join(home("panels"), "panels", "locale")
    gettext.bindtextdomain(
        "companion", beside if os.path.isdir(beside) else inside
    )
    gettext.textdomain("companion")


check()
speak(os.environ.get("DLFS_LANG", "en"))


def describe_pictures():
    """Store words beside each plotted picture, where a notebook shows one."""
    from IPython import get_ipython
    from panels.alt_text import describe_figures

    shell = get_ipython()
    if shell is not None:
        describe_figures(shell.display_formatter)


describe_pictures()

from panels.shell import style  # noqa: E402
from panels.source import show_file  # noqa: E402, F401

style.use_one_look()
look = style.look  # look("Adam"): how Adam is drawn in every figure
INK = style.INK  # the colour map of pixels: 0 is paper, large is dark

# Matplotlib looks for fonts at its first start, and says so on stderr where
# that takes five seconds: nothing to read about in the middle of a chapter.
FONTS = "Matplotlib is building the font cache; this may take a moment."
logging.getLogger("matplotlib.font_manager").addFilter(
    lambda record: record.getMessage() != FONTS
)

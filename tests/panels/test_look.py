"""One look: a name is drawn alike in every picture, in the panels' and in the chapters' figures."""

import ast
import itertools
from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import numpy as np

import companion
from panels.shell import style

TOGETHER = [  # names that one picture shows beside each other
    ("SGD", "Momentum", "Nesterov", "AdaGrad", "RMSprop", "Adam"),
    ("step", "sigmoid", "ReLU", "tanh", "Leaky ReLU", "identity"),
    ("std 0.01", "Xavier", "He"),
    ("training", "validation", "test"),
    ("value", "gradient"),
]
ROOT = Path(__file__).parents[2]
NO_PIXELS = {"ch03_neuron.py"}  # the plane of all inputs, shaded where the neuron fires


def test_names_that_stand_together_differ_without_their_colours_too():
    assert sorted(style.LOOKS) == sorted(itertools.chain(*TOGETHER))
    for names in TOGETHER:
        for one, other in itertools.combinations((style.LOOKS[name] for name in names), 2):
            assert one.color != other.color
            assert one.marker != other.marker
            assert one.linestyle != other.linestyle or one.linestyle == "-"
    assert companion.look("He") == {"color": style.RED, "linestyle": "-"}
    assert companion.look("He", marker=True)["marker"] == "^"


def test_figures_of_the_chapters_have_the_colours_of_the_panels():
    with plt.rc_context():
        plt.rcdefaults()
        style.use_one_look()
        cycle = plt.rcParams["axes.prop_cycle"].by_key()["color"]
        assert plt.rcParams["font.size"] == style.NORMAL
        assert plt.rcParams["xtick.labelsize"] == style.SMALL
    assert cycle == list(style.CYCLE)


def sources():
    for path in [*ROOT.glob("panels/**/*.py"), *ROOT.glob("chapters/*.ipynb")]:
        if path.suffix == ".py":
            yield path.name, path.read_text(encoding="utf-8")
        else:
            cells = nbformat.read(path, as_version=4).cells
            yield from ((path.name, cell.source) for cell in cells if cell.cell_type == "code")


def test_pixels_filters_and_maps_are_ink_on_paper_in_every_picture():
    drawn = {}
    for name, code in sources():
        for call in ast.walk(ast.parse(code)):
            if getattr(getattr(call, "func", None), "attr", "") in (
                "imshow",
                "matshow",
                "pcolormesh",
            ):
                words = {word.arg: ast.unparse(word.value) for word in call.keywords}
                drawn.setdefault(name, set()).add(words.get("cmap", "").split(".")[-1])
    wrong = {name for name, maps in drawn.items() if maps != {"INK"}}
    assert wrong == NO_PIXELS, f"cmap=style.INK, or companion.INK, is for all pixels: {drawn}"
    paper, ink = (plt.get_cmap(style.INK)(x)[:3] for x in (0.0, 1.0))
    assert (paper, ink) == ((1, 1, 1), (0, 0, 0))
    assert style.ink_limits(np.array([-1.0, 2.0]), signed=True) == (-2.0, 2.0)
    assert style.ink_limits(np.array([0.0, np.nan]), signed=False) == (0.0, 1.0)

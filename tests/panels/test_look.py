"""One look: a name is drawn alike in every picture, in the panels' and in the chapters' figures."""

import itertools
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from colorspacious import cspace_convert, deltaE
from matplotlib.colors import to_rgb

import companion
from panels.shell import style

TOGETHER = [  # names that one picture shows beside each other
    ("SGD", "Momentum", "Nesterov", "AdaGrad", "RMSprop", "Adam"),
    ("step", "sigmoid", "ReLU", "tanh", "Leaky ReLU", "identity"),
    ("std 0.01", "Xavier", "He"),
    ("training", "validation", "test"),
    ("value", "gradient"),
    ("CNN", "dense"),
]
ROOT = Path(__file__).parents[2]


def test_names_that_stand_together_differ_without_their_colours_too():
    assert sorted(style.LOOKS) == sorted(itertools.chain(*TOGETHER))
    for names in TOGETHER:
        for one, other in itertools.combinations((style.LOOKS[name] for name in names), 2):
            assert one.color != other.color
            assert one.marker != other.marker
            assert one.linestyle != other.linestyle or one.linestyle == "-"
    assert companion.look("He") == {"color": style.RED, "linestyle": "-"}
    assert companion.look("He", marker=True)["marker"] == "^"


FEWER = [  # G. Machado et al., 2009; severity 100: one of the three kinds of cones is missing
    {"name": "sRGB1+CVD", "cvd_type": kind, "severity": 100}
    for kind in ("deuteranomaly", "protanomaly", "tritanomaly")
]


@pytest.mark.parametrize("seen", ["sRGB1", *FEWER], ids=["all", "no M", "no L", "no S"])
def test_names_that_stand_together_differ_in_colour_for_every_eye(seen):
    """10 in CAM02-UCS is told apart at a glance; 1 is just noticed side by side."""
    for names in (*TOGETHER, style.CYCLE):
        for pair in itertools.combinations(names, 2):
            colours = [to_rgb(style.LOOKS[n].color if n in style.LOOKS else n) for n in pair]
            one, other = np.clip(cspace_convert(colours, seen, "sRGB1"), 0, 1)
            assert deltaE(one, other, input_space="sRGB1") > 10, pair


def test_figures_of_the_chapters_have_the_colours_of_the_panels():
    with plt.rc_context():
        plt.rcdefaults()
        style.use_one_look()
        cycle = plt.rcParams["axes.prop_cycle"].by_key()["color"]
        assert plt.rcParams["font.size"] == style.NORMAL
        assert plt.rcParams["xtick.labelsize"] == style.SMALL
    assert cycle == list(style.CYCLE)

"""A preset shows what its name says, its sentence judges it as the book and the chapter do, and the
numbers are those that the chapter prints for it.
"""

import re
from decimal import Decimal

import nbformat
import pytest

from dataset.mnist import load_mnist
from panels.ch04_training import training_panel
from scripts.notebooks import CHAPTERS, texts
from tests.panels.table import shared

PROMISES = {
    "neuron_panel": {
        "AND": "fires (y = 1) at (1, 1). It computes AND.",
        "OR": "It computes OR.",
        "NAND": "It computes NAND.",
        "XOR: not possible with one line": "no straight line gets the fourth",
    },
    "loss_panel": {
        "certain and wrong": "Without the 1e-7 in the code, log 0 would make it infinite.",
    },
    "step_size_panel": {
        "h far too large": "forward 0.067",
        "h far too small": "is lost beside x: both differences are 0",
        "a good h for float64": "central 0.540302, exact 0.540302",
        "the same h in float32": "h = 1.0e-05 in float32: forward 0.53",
        "a quadratic": "no truncation error at all",
    },
    "descent_panel": {
        "the bowl, lr 10": "the learning rate is too large here",
        "the bowl, lr 1e-10": "Crawling: it has moved by 1e-07",
        "the valley, zigzag": "Oscillating: it jumps from side to side, and comes lower",
        "the saddle, from its ridge": "this is a saddle point and no minimum",
        "Himmelblau's four minima": "Converged: it has come to rest at a minimum.",
    },
    "gradient_check_panel": {
        "sound": "Agree: W1, b1, W2, b2. Both ways give the same gradient.",
        "sound, in float32": "float32 has too few digits",
        "a fault that no check sees": "Agree: W1, b1, W2, b2. Nobody asks for the dx",
    },
    "race_panel": {
        "the book's four": "AdaGrad at step 31, SGD at step 43, Momentum at step 57.",
        "SGD alone, a little slower": "to a minimum (and to stay there): SGD at step",
        "a rate too large for SGD": "Run away, beyond all bounds: SGD at step",
        "off the ridge of the saddle": "This ground has no lowest point to arrive at.",
    },
    "init_lab_panel": {
        "sigmoid, std 1": "Saturated",
        "sigmoid, std 0.01": "Flat: nearly all activations are 0.50",
        "tanh, Xavier": "Healthy",
        "ReLU, std 0.01": "Vanishing",
        "ReLU, He": "Healthy",
        "ReLU, std 0.01, batch norm": "Healthy",
    },
    "convolution_panel": {
        "bias 3": "18 19; 9 18",
        "padding 1": "7 12 10 2; 4 15 16 10; 10 6 15 6; 8 10 4 3",
        "stride 2 on 7 × 7": "15 17 15; 17 15 17; 15 17 15",
        "stride 3 on 7 × 7: a remainder": "1 row below and 1 column on the right",
        "a filter for vertical edges": "4 × 4: 0 27 27 0; 0 27 27 0; 0 27 27 0; 0 27 27 0.",
        "overlaps: 3 × 3, filter 2 × 2": "A pixel is seen by up to 4 windows.",
    },
    "feature_maps_panel": {
        "filters: other": "Network other: image 0, label 4, is read as",
        "maps: other": "After ReLU: 30 of 24 × 24",
    },
    "pooling_panel": {"not moved": "stays 100% of the image, 100% of filter 1's answer, 100% of"},
}


@pytest.mark.slow
@pytest.mark.parametrize("name", PROMISES)
def test_a_preset_shows_what_its_name_says(name):
    panel = shared(name)
    for preset, words in PROMISES[name].items():
        assert words in panel.reset().preset(preset).sentence, preset


TOLD = [  # chapter; what is typed, printed or said there; the panel with the same numbers; how set
    ("ch03_neural_net", r"print\(Y\)\n.*\[(\S+) (\S+)\]", "three_layers_panel", {}),
    ("ch03_neural_net", r"It hardly moves: from (\S+) to", "three_layers_panel", {"x1": -5.0}),
    (
        "ch03_neural_net",
        r"It hardly moves: from \S+ to ([\d.]+),",
        "three_layers_panel",
        {"x1": 5.0},
    ),
    ("ch04_learning", r"\(by_hand, 4\)\)\n.*: (\S+)", "loss_panel", "first answer: a 2 with 0.6"),
    ("ch04_learning", r": (\S+)\n\S+\nsurely wrong", "loss_panel", "first answer: a 2 with 0.6"),
    ("ch04_learning", r"\n(\S+)\nsurely wrong", "loss_panel", "second answer: a 7 with 0.6"),
    ("ch04_learning", r"\nsurely wrong: (\S+)", "loss_panel", "certain and wrong"),
    ("ch04_learning", r"lr 0.1: \((\S+), (\S+)\)", "descent_panel", "the bowl, lr 0.1"),
    ("ch04_learning", r"lr 10: \((\S+), (\S+)\)", "descent_panel", "the bowl, lr 10"),
    ("ch04_learning", r"lr 1e-10: \((\S+), (\S+)\)", "descent_panel", "the bowl, lr 1e-10"),
    ("ch04_learning", r"end: loss ([\d.]+), test (\S+)", "training_panel", "as in the book"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("chapter", "pattern", "name", "how"), TOLD)
def test_a_panel_shows_the_numbers_that_its_chapter_prints(chapter, pattern, name, how):
    cells = nbformat.read(CHAPTERS / f"{chapter}.ipynb", as_version=4).cells
    told = re.search(pattern, "\n".join(s for cell in cells for s in (cell.source, *texts(cell))))
    assert told, "the chapter does not say this any more"
    if name == "training_panel":  # on the chapter's digits, and run
        digits = [part for pair in load_mnist() for part in pair]
        panel = training_panel(*digits, hide="optimizer").preset(how).run_now()
    else:
        panel = shared(name).reset()
        panel = panel.preset(how) if isinstance(how, str) else panel.set(**how)
    shown = re.findall(r"(-?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?)(%?)", panel.sentence)
    shown = [Decimal(n.replace(",", "")).scaleb(-2 if percent else 0) for n, percent in shown]
    for number in map(Decimal, told.groups()):  # the same to the digits of the rougher one
        ends = [max(number.as_tuple().exponent, one.as_tuple().exponent) for one in shown]
        near = [abs(number - one).scaleb(-end) for one, end in zip(shown, ends, strict=True)]
        assert min(near) <= 0.5, (number, panel.sentence)

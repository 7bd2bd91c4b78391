"""A preset shows what its name says, its sentence judges it as the book and the chapter do, and the
numbers are those that the chapter prints for it.
"""

import re
from decimal import Decimal

import nbformat
import pytest

from dataset.mnist import load_mnist
from panels.ch04_training import training_panel
from panels.ch06_deep_diagnosis import diagnose
from panels.ch06_deep_lab import deep_lab_panel
from panels.ch06_overfit import describe_overfit as describe
from panels.ch06_overfit import run_overfit
from panels.shell.frames import named
from scripts.notebooks import CHAPTERS, texts
from tests.panels.table import shared
from tests.panels.test_ch06 import ALL_DIGITS

PROMISES = {
    "neuron_panel": {
        "AND": "fires (y = 1) at (1, 1). It computes AND.",
        "OR": "It computes OR.",
        "NAND": "It computes NAND.",
        "XOR: not possible with one line": "no straight line gets the fourth",
    },
    "xor_panel": {
        "one line alone": "(0, 1) on one spot",
        "right lines, wrong output": "could part",
    },
    "matrix_panel": {"(2, 3)(2, 2): they do not fit": "(2, 3)(2, 2) do not fit"},
    "softmax_panel": {"1010, 1000, 990 as written": "inf / inf", "−1000 added as written": "0 / 0"},
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
    "graph_panel": {
        "forward done": "200 × 1.1 = 220.",
        "backward done": "apple 2.2, number 110, tax 200. Small steps measure the same.",
    },
    "graph_panel of a fork": {"backward done": "f = 12; gradients: x 7, y 3."},
    "gradient_check_panel": {
        "sound": "Agree: W1, b1, W2, b2. Both ways give the same gradient.",
        "sound, in float32": "float32 has too few digits",
        "a fault that no check sees": "Agree: W1, b1, W2, b2. Nobody asks for the dx",
    },
    "race_panel": {
        "the book's four": "AdaGrad at step 32, SGD at step 43, Momentum at step 57.",
        "all six, one rate for all": "RMSprop at step 56, Momentum at step 57",
        "SGD alone, a little slower": "to a minimum (and to stay there): SGD at step",
        "a rate too large for SGD": "Run away, beyond all bounds: SGD at step",
        "off the ridge of the saddle": "This ground has no lowest point to arrive at.",
    },
    "roads_panel": {
        "the rows all moved by 2": "dL/dx is −0.42 0.52 −0.10:",
        "the rows twice as far apart": "dL/dx is −0.21 0.26 −0.05:",
        "slopes that are all alike": "through the spread 0.00 0.00 0.00. The three roads cancel",
        "slopes that only stretch": "through the mean 0.00 0.00 0.00, through the spread 0.46",
    },
    "convolution_panel": {
        "bias 3": "18 19; 9 18",
        "padding 1": "7 12 10 2; 4 15 16 10; 10 6 15 6; 8 10 4 3",
        "stride 2 on 7 × 7": "15 17 15; 17 15 17; 15 17 15",
        "stride 3 on 7 × 7: a remainder": "1 row below and 1 column on the right",
        "a filter for vertical edges": "4 × 4: 0 27 27 0; 0 27 27 0; 0 27 27 0; 0 27 27 0.",
    },
    "col2im_panel": {
        "overlaps: 3 × 3, filter 2 × 2": "1 2 1; 2 4 2; 1 2 1. A pixel is seen by up to 4 windows",
    },
    "filter_panel": {
        "vertical edges: its strongest answer": "None of the 576 places answers more.",
        "vertical edges: the opposite": "None of the 576 places answers less.",
        "the same after ReLU": "ReLU makes it 0",
    },
    "feature_maps_panel": {
        "filters: other": "Network other: image 0, label 4, is read as",
        "maps: other": "After ReLU: 30 of 24 × 24",
    },
    "pooling_panel": {"not moved": "either: 100% of the image, 100% of filter 1's answer, 100% of"},
}


@pytest.mark.slow
@pytest.mark.parametrize("name", PROMISES)
def test_a_preset_shows_what_its_name_says(name):
    panel = shared(name)
    for preset, words in PROMISES[name].items():
        assert words in panel.reset().preset(preset).sentence, preset


TRUTH_7 = shared("loss_panel").stops[-1]
TOLD = [  # chapter; what is typed, printed or said there; the panel with the same numbers; how set
    ("ch03_neural_net", r"nudge at 4 only ([\d.]+) is left", "activations_panel", {"a": 4.0}),
    ("ch03_neural_net", r"print\(Y\)\n.*\[(\S+) (\S+)\]", "three_layers_panel", {}),
    ("ch03_neural_net", r"It hardly moves: from (\S+) to", "three_layers_panel", {"x1": -5.0}),
    ("ch03_neural_net", r"hardly moves: from \S+ to ([\d.]+),", "three_layers_panel", {"x1": 5.0}),
    ("ch03_neural_net", r"begins with (\d+)", "matrix_panel", "the same, the other way round"),
    ("ch03_neural_net", r"\n\[(\S+) (\S+) (\S+)\] 1\.0\n", "softmax_panel", {}),
    ("ch03_neural_net", r"grows from (\S+) to", "softmax_panel", {}),
    ("ch03_neural_net", r"from 3\S+ to (\S+)\.", "softmax_panel", "the same, gaps twice as large"),
    ("ch04_learning", r"\(by_hand, 4\)\)\n.*: (\S+)", "loss_panel", "first answer: a 2 with 0.6"),
    ("ch04_learning", r": (\S+)\n\S+\nsurely wrong", "loss_panel", "first answer: a 2 with 0.6"),
    ("ch04_learning", r"\n(\S+)\nsurely wrong", "loss_panel", "second answer: a 7 with 0.6"),
    ("ch04_learning", r"\nsurely wrong: (\S+)", "loss_panel", "certain and wrong"),
    ("ch04_learning", r"costs (\S+) instead of", "loss_panel", TRUTH_7),
    ("ch04_learning", r"instead of (2.30): a", "loss_panel", "second answer: a 7 with 0.6"),
    ("ch04_learning", r"lr 0.1: \((\S+), (\S+)\)", "descent_panel", "the bowl, lr 0.1"),
    ("ch04_learning", r"lr 10: \((\S+), (\S+)\)", "descent_panel", "the bowl, lr 10"),
    ("ch04_learning", r"lr 1e-10: \((\S+), (\S+)\)", "descent_panel", "the bowl, lr 1e-10"),
    ("ch04_learning", r"end: loss ([\d.]+), test (\S+)", "training_panel", "as in the book"),
    ("ch05_backprop", r"Affine2 dW \[\[([\d.]+),", "pencil_panel", {"step": 6}),
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
        assert panel.values in named(panel), "a page without Python shows it, too"
    shown = re.findall(r"(-?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?)(%?)", panel.sentence)
    shown = [Decimal(n.replace(",", "")).scaleb(-2 if percent else 0) for n, percent in shown]
    for number in map(Decimal, told.groups()):  # the same to the digits of the rougher one
        ends = [max(number.as_tuple().exponent, one.as_tuple().exponent) for one in shown]
        near = [abs(number - one).scaleb(-end) for one, end in zip(shown, ends, strict=True)]
        assert min(near) <= 0.5, (number, panel.sentence)


# Chapter 6: its sentence stands beside the panel's, and its printed numbers are the panel's.

CELLS = nbformat.read(CHAPTERS / "ch06_training.ipynb", as_version=4).cells
PROSE = "\n".join(cell.source for cell in CELLS if cell.cell_type == "markdown")
PRINTED = {cell.id: "\n".join(texts(cell)) for cell in CELLS if cell.cell_type == "code"}
INIT_LAB = """\
sigmoid, std 1 | cell-061 | saturated, and still the gradients keep | flat. The gradients keep
sigmoid, std 0.01 | cell-063 | is the gradient of the *narrow* sigmoid | one. The gradients vanish
sigmoid, Xavier | cell-065 | answers all rows alike and lets the gradients vanish | Alike: of
sigmoid, Xavier | cell-065 | leaves less than a quarter | way back: on average a layer leaves 0.23
sigmoid, He (no match) | cell-069 | With He it is three tenths, and no cure | a layer leaves 0.30
tanh, Xavier | cell-067 | tanh with Xavier is healthy, too. | Healthy:
ReLU, std 0.01 | cell-072 | With 0.01 both vanish. | Vanishing: on average a layer leaves 0.07
ReLU, Xavier | cell-073a | of the gradients: shrinking | Shrinking: on average a layer leaves 0.74
ReLU, He | cell-074 | ReLU with He is healthy | Healthy:
ReLU, std 0.01, batch norm |  | healthy spreads in every layer | Healthy:"""
OVERFIT = """\
nothing held back | cell-119 | learn each of them by heart | It knows its samples by heart
weight decay 0.1 | cell-127 | no longer reaches 1.00 on its samples | The gap is open
both, too much of it |  | stop the learning altogether | It has not learnt
more samples instead |  | test accuracy, by about seven points | It knows its samples by heart"""

DEEP_LAB = """\
ReLU, std 0.01: asleep | the gradient backwards by 14 | back it shrinks by 14 a layer
ReLU, woken by He | With He both lines are nearly level | It learns: signals grow by 1.3 a layer
ReLU, woken by batch norm and lr 0.1 | its presets show where it leads | It learns: signals keep
ReLU, std 1: beyond all numbers | grows by six a layer | grow by 6.3 a layer. Choose He.
ReLU, He, steps too small | green band | weights by 3e-6 of their length. Multiply
ReLU, He, steps too large | loss leaps at step 14 | at step 14 the loss of a batch leapt
ReLU, He, a tenth of them: lr 0.1 | green band | It learns: signals keep
sigmoid, He: asleep | shrinks by 3 a layer is down to an eightieth | shrinks by 3 a layer, from
sigmoid, woken by batch norm and lr 0.1 | its presets show where it leads | It learns: signals keep
sigmoid, woken by Adam | And Adam wakes it. | It learns: signals keep"""


@pytest.mark.slow
def test_the_deep_lab_says_what_the_chapter_says_and_what_it_advises_mends():
    lab = deep_lab_panel(*ALL_DIGITS)
    assert "signals shrink by 16 a layer" in lab.sentence and "forwards by 16 a layer" in PROSE
    assert [*lab.presets] == [row.split(" | ")[0] for row in DEEP_LAB.splitlines()]
    for row in DEEP_LAB.splitlines():
        preset, said, answered = row.split(" | ")
        data = lab.preset(preset).run_now().data
        assert said in PROSE and answered in lab.sentence, preset
        for moves in diagnose(data.run, data.broken_at, done=True).moves:
            lab.preset(preset).set(**moves).run_now()
            assert lab.data.run.readings[-1].test > data.run.readings[-1].test + 0.15, preset


@pytest.mark.slow
def test_the_init_lab_has_the_chapters_numbers_and_judges_as_it_does():
    panel = shared("init_lab_panel")
    assert set(panel.presets) == {row.split(" | ")[0] for row in INIT_LAB.splitlines()}
    for row in INIT_LAB.splitlines():
        preset, cell, said, answered = row.split(" | ")
        layers = panel.reset().preset(preset).data.net.layers
        lines = [
            f"{i}: mean {z.mean:.3f}, std {z.std:.3f}, row to row {z.row_to_row:.3f}, "
            f"saturated {z.saturated:.0%}, outside {z.outside:.0%}"
            for i, z in enumerate(layers, 1)
        ]
        squares = "std 0.01 " + " ".join(f"{z.mean**2 + z.std**2:8.1e}" for z in layers)
        numbers = squares if cell == "cell-072" else "\n".join(lines)
        assert not cell or numbers in PRINTED[cell], preset
        assert said in PROSE and answered in panel.sentence, preset


def test_the_race_ends_where_the_chapters_paths_end():
    runners = shared("race_panel").reset().preset("the book's four").data.runners
    for name, (x, y) in ((runner.name, runner.points[30]) for runner in runners):
        assert f"{name:8} ends at ({x:.2f}, {y:.2f})" in PRINTED["cell-042"]


@pytest.mark.slow
def test_the_overfitting_lab_ends_as_the_chapter_does_and_speaks_of_a_gap_in_time():
    ends, memory, presets = {}, {}, shared("overfit_panel").presets
    for row in OVERFIT.splitlines():
        preset, cell, said, answered = row.split(" | ")
        early = []
        for state in run_overfit(**presets[preset], digits=ALL_DIGITS, memory=memory):
            train, test, sentence = state.curves.train[-1], state.curves.test[-1], describe(state)
            early += [sentence] if train < 0.9 else []
        assert ("The run before" in sentence) == bool(ends)
        ends[preset] = test, train - test
        assert not cell or f"training {train:.2f}, test {test:.2f}" in PRINTED[cell]
        assert said in PROSE and answered in sentence, preset
        assert not [text for text in early if "gap is open" in text or "overfitting" in text]
        assert preset.startswith("both") or "Still learning: since epoch 11" in early[21]
    (plain, wide), (more, narrow) = ends["nothing held back"], ends["more samples instead"]
    assert more - plain == pytest.approx(0.07, abs=0.01) and narrow < wide

"""A preset shows what its name says, and its sentence judges it as the book and the chapter do."""

import pytest

from tests.panels.table import shared

PROMISES = {
    "neuron_panel": {
        "AND": "fires (y = 1) at (1, 1). It computes AND.",
        "OR": "It computes OR.",
        "NAND": "It computes NAND.",
        "XOR: not possible with one line": "no straight line gets the fourth",
    },
    "loss_panel": {
        "first answer: a 2 with 0.6": "0.0975 with slope -0.49; the cross-entropy is 0.5108",
        "second answer: a 7 with 0.6": "0.5975 with slope -1.33; the cross-entropy is 2.3026",
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
        "the bowl, lr 0.1": "from (-3, 4): (-6.11e-10, 8.15e-10), f = 1.04e-18.",
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

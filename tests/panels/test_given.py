"""Arrays and networks that a panel cannot use are refused in one sentence that names them."""

import numpy as np
import pytest

from common.simple_convnet import SimpleConvNet
from panels.ch03_classify import classify_panel
from panels.ch04_training import training_panel
from panels.ch06_search import search_panel
from panels.ch07_feature_maps import feature_maps_panel
from panels.ch07_pooling import pooling_panel
from tests.panels.table import DIGITS, IMAGES, LABELS, MAPS, NETS, WEIGHTS, is_one_sentence

X, T = MAPS, LABELS[: len(MAPS)]
HOLED = IMAGES.copy()
HOLED[7, 300] = np.nan


def digits(place, part):
    return [*DIGITS[:place], part, *DIGITS[place + 1 :]]


CASES = [
    (classify_panel, (IMAGES[:, :700], LABELS, WEIGHTS), "images"),
    (classify_panel, (IMAGES[:0], LABELS[:0], WEIGHTS), "at least one image"),
    (classify_panel, ([], [], WEIGHTS), "at least one image"),
    (classify_panel, (IMAGES[0], LABELS[:1], WEIGHTS), "images"),
    (classify_panel, (IMAGES, LABELS[:5], WEIGHTS), "labels"),
    (classify_panel, (IMAGES, LABELS, {"W1": 1}), "b1, W2, b2, W3, b3"),
    (classify_panel, (IMAGES, LABELS, lambda x: x[:, :10] * 0 + 3), "softmax"),
    (classify_panel, (IMAGES, LABELS, lambda x: x), "(1000, 10)"),
    (training_panel, digits(0, HOLED), "first in image 7"),
    (training_panel, digits(2, IMAGES[:, :700]), "(1000, 700)"),
    (training_panel, digits(2, IMAGES * 255), "by 255"),
    (training_panel, digits(2, IMAGES[:0]), "x_test"),
    (training_panel, digits(1, LABELS[:5]), "1000 labels"),
    (training_panel, digits(1, LABELS[:, np.newaxis]), "1000 labels"),
    (training_panel, digits(3, LABELS + 5), "t_test"),
    (training_panel, digits(3, LABELS / 2), "t_test"),
    (search_panel, (IMAGES[:9], LABELS[:9], *DIGITS[2:]), "400 training images"),
] + [
    (panel, arrays, words)
    for panel in (feature_maps_panel, pooling_panel)
    for arrays, words in (
        ((IMAGES, LABELS, NETS), "flatten=False"),
        ((X[:0], T[:0], NETS), "flatten=False"),
        ((X, T[:5], NETS), "labels"),
        ((X, T, {}), "a dict of them"),
        ((X, T, "net"), "a dict of them"),
        ((X, T, {"it": 5}), "'it' is no SimpleConvNet"),
        ((X, T, SimpleConvNet((3, 28, 28))), "one channel"),
    )
]


@pytest.mark.parametrize(("panel", "arrays", "words"), CASES)
def test_what_does_not_fit_is_named_in_one_sentence(panel, arrays, words):
    with pytest.raises(ValueError) as caught:
        panel(*arrays)
    assert is_one_sentence(str(caught.value)) and words in str(caught.value)

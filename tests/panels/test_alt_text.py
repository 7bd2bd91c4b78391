"""A plotted picture is stored with words that are true: they are read off the figure itself."""

import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter
from matplotlib.figure import Figure

from panels.alt_text import describe_figures, words


@pytest.fixture
def axes():
    return Figure().subplots()


def test_each_line_is_told_by_its_ends_and_a_level_one_by_its_height(axes):
    axes.plot([0, 5, 49], [0.1, 0.4, 0.921], label="training digits")
    axes.plot([0, 5, 49], [0.1, 0.95, 0.9], label="test digits")
    axes.axhline(2.3, label="knowing nothing")
    axes.plot([1, 9600], [-0.0, 1])
    axes.set(xlabel="epoch", ylabel="accuracy")
    assert words(axes.figure) == (
        "accuracy by epoch: training digits from 0.1 at 0 to 0.921 at 49; "
        "test digits from 0.1 at 0 to 0.9 at 49, between 0.1 and 0.95; "
        "knowing nothing at 2.3 throughout; from 0 at 1 to 1 at 9,600."
    )


@pytest.mark.parametrize("hole", [np.nan, np.inf])
def test_numbers_that_are_none_do_not_stop_the_words(axes, hole):
    axes.plot([0, 1, 2], [1, hole, 3], label="loss")
    axes.plot([], [], label="nothing")
    axes.plot([0, 1], [hole, hole], label="hole")
    text = words(axes.figure)
    assert text.startswith("A drawing: loss from 1 at 0 to 3 at 2")
    assert text.endswith("nothing without a point; hole without a point.")


def test_points_arrows_bars_texts_and_ticks_are_counted_and_read(axes):
    axes.quiver([0, 1], [0, 1], [1, 1], [1, 1])
    axes.scatter([1, 2, 3], [1, 2, 3])
    axes.hist([1, 2, 3, 3], 4, range=(1, 3))
    axes.text(0, 0, "ink\nhere")
    axes.set_title("layer 1")
    told = "layer 1: 2 arrows; 3 points; 4 bars, the tallest at 2.75, 2 high; ink here."
    assert words(axes.figure) == told
    other = Figure().subplots()
    other.plot([0, 1], [[0, 1], [1, 0]])
    other.set_xticks([0, 1], ["input", "output"])
    assert words(other.figure) == "input, output: 2 lines."


def test_a_gallery_is_told_by_its_titles_and_a_sentence_of_its_own_comes_first():
    assert words(Figure()) == "An empty figure."
    figure = Figure()
    for i, axes in enumerate(figure.subplots(1, 2)):
        axes.imshow(np.zeros((2, 2)))
        axes.set_title(i)
    assert words(figure) == "2 pictures: 0, 1."
    figure.set_label("A house under the sun.")
    assert words(figure) == "A house under the sun."


def test_ipython_stores_the_words_beside_the_picture(axes):
    formatter = DisplayFormatter()
    describe_figures(formatter)
    png = formatter.formatters["image/png"]
    png.for_type(Figure, lambda figure: "iVBORw0KGgo=")  # as matplotlib's inline backend does
    axes.plot([0, 1], [2, 3])
    data, metadata = formatter.format(axes.figure)
    assert data["image/png"] == "iVBORw0KGgo="
    assert metadata == {"image/png": {"alt": "A drawing: from 2 at 0 to 3 at 1."}}

"""Laws that every panel keeps, and the numbers that chapter 3's panels show.

A new panel becomes a row of PANELS; a new kind of control, a case in `grid`.
"""

import asyncio
import html
import itertools
import json
import logging
import re
import time
from pathlib import Path
from typing import NamedTuple

import ipywidgets as widgets
import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter

from common.functions import sigmoid, softmax
from common.simple_convnet import SimpleConvNet
from dataset.mnist import load_mnist
from dataset.weights import load_weights
from panels import ch03_activations, ch03_classify, ch03_draw, ch03_neuron, ch03_three_layers
from panels.ch03_activations import activations_panel, compute_activations
from panels.ch03_classify import classify_panel, read_digits
from panels.ch03_draw import EMPTY, STROKES, Canvas, compute_draw, draw_panel, prepare
from panels.ch03_neuron import GATES, compute_neuron, neuron_panel
from panels.ch03_three_layers import compute_three_layers, three_layers_panel
from panels.ch04_descent import descent_panel
from panels.ch04_loss import loss_panel
from panels.ch04_step_size import step_size_panel
from panels.ch04_training import FirstWeights, training_panel
from panels.ch05_affine_shapes import affine_shapes_panel
from panels.ch05_gradient_check import gradient_check_panel
from panels.ch05_graph import graph_panel
from panels.ch05_relu_switch import relu_switch_panel
from panels.ch06_init_lab import Keep, init_lab_panel
from panels.ch06_overfit import overfit_panel
from panels.ch06_race import race_panel
from panels.ch06_search import search_panel
from panels.ch07_convolution import convolution_panel
from panels.ch07_feature_maps import feature_maps_panel
from panels.ch07_pooling import pooling_panel
from panels.shell import (
    NumberGrid,
    Panel,
    RunPanel,
    Scrubber,
    Stepper,
    choice,
    log_slider,
    number,
    slider,
    toggle,
)
from panels.shell import Several
from panels.shell.style import add_axes
from scripts import kernels

# One row for each panel: how to build it. Arrays are made once and shared.

WEIGHTS = load_weights("ch03_sigmoid")
IMAGES, LABELS = load_mnist()[1]
DIGITS = (IMAGES, LABELS, IMAGES, LABELS)  # to train on; few, as nothing is trained here


CNN_IMAGES = IMAGES.reshape(-1, 1, 28, 28)
CONVNETS = {
    name: SimpleConvNet(rng=seed, dtype=np.float32, weight_init_std="he")
    for seed, name in enumerate(("one", "other"))
}
DRAWN = draw_panel(WEIGHTS)


def toy_panel(**options):
    """A panel with one control of each kind that chapter 3 does not use."""
    return Panel(
        title='A <toy> & its "grid"',
        controls={
            "step": Scrubber("step", 5),
            "rate": log_slider("rate", -3, 3, 1, 1.0),
            "table": NumberGrid("numbers", np.arange(6).reshape(2, 3)),
            "count": number("count", 2),
        },
        compute=compute_toy,
        draw=draw_toy,
        describe=lambda data: f"step {data.step}, sum {data.total} <b>",
        presets={"twice": {"rate": 10.0, "count": 4}},
        **options,
    )


class Toy(NamedTuple):
    step: int
    total: float


def compute_toy(step, rate, table, count):
    if count < 0:
        raise ValueError(f"count is {count}; it counts things, so choose 0 or more.")
    return Toy(step, np.exp(rate) * np.sum(table) * count)  # exp(1000) is infinite


def draw_toy(figure, data):
    figure.clear()
    add_axes(figure, (0.1, 0.1, 0.8, 0.8)).plot(data.step, np.nan_to_num(data.total), "o")


class Run(NamedTuple):
    progress: float
    total: int


def run_toy(steps):
    """A run that can go wrong in two ways."""
    yield Run(0.0, 0)
    for i in range(steps):
        if i == 50:
            raise ValueError("50 steps are too many.")
        if i == 30 and steps == 40:
            raise KeyError("a bug")
        time.sleep(0.003)
        yield Run((i + 1) / steps, i + 1)


def toy_run_panel(title="Toy run", run=run_toy, **options):
    return RunPanel(
        title=title,
        controls={"steps": slider("steps", 1, 100, 1, 20)},
        run=run,
        draw=lambda figure, data: (figure.clear(), figure.text(0.5, 0.5, str(data.total))),
        describe=lambda data: f"{data.total} steps ({data.progress:.0%})",
        figsize=(2, 1),
        **options,
    )


PANELS = {
    "neuron": neuron_panel,
    "activations": activations_panel,
    "three layers": three_layers_panel,
    # image 0 happens to be a mistake, which would look the same among mistakes
    "classify": lambda **options: classify_panel(IMAGES, LABELS, WEIGHTS, number=1, **options),
    "draw": lambda **options: draw_panel(WEIGHTS, **options),
    "loss": loss_panel,
    "step size": step_size_panel,
    "descent": descent_panel,
    "training": lambda **options: training_panel(*DIGITS, **options),
    "graph": lambda **options: graph_panel("apple", **options),
    "graph with a fork": lambda **options: graph_panel("fork", **options),
    "graph of five inputs": lambda **options: graph_panel("sigmoid neuron", **options),
    "gradient check": gradient_check_panel,
    "relu switch": relu_switch_panel,
    "affine shapes": affine_shapes_panel,
    "race": race_panel,
    "init lab": init_lab_panel,
    "overfit": lambda **options: overfit_panel(*DIGITS, **options),
    "search": lambda **options: search_panel(*DIGITS, **options),
    "convolution": convolution_panel,
    "feature maps": lambda **options: feature_maps_panel(
        CNN_IMAGES, LABELS, CONVNETS, drawing=DRAWN, **options
    ),
    "pooling": lambda **options: pooling_panel(CNN_IMAGES, LABELS, CONVNETS, **options),
    "toy": toy_panel,
}


@pytest.fixture(params=PANELS)
def build(request):
    return PANELS[request.param]


@pytest.fixture(scope="module")
def shared():
    """Each panel built once, for the tests that put it back as it was."""
    return {name: make() for name, make in PANELS.items()}


@pytest.fixture(params=PANELS)
def panel(request, shared):
    """A panel as it starts, built once for all tests that put it back by `reset`."""
    panel = shared[request.param]
    yield panel.reset()
    panel.reset()


def grid(control):
    """Every value that a control can take (a sample, where there is no end of them)."""
    if isinstance(control, widgets.FloatLogSlider):
        count = round((control.max - control.min) / control.step) + 1
        return [float(control.base**x) for x in np.linspace(control.min, control.max, count)]
    if isinstance(control, (widgets.FloatSlider, widgets.IntSlider)):
        count = round((control.max - control.min) / control.step) + 1
        values = np.round(control.min + np.arange(count) * control.step, 9)
        return [type(control.value)(value) for value in values]
    if isinstance(control, Keep):
        return [(), ("He", "ReLU", (3, 30, 0), False), ("Xavier", "tanh", (10, 10, 1), True)]
    if getattr(control, "description", "") == "stride and padding":
        return [(1, 0), (2, 0), (1, 1), (3, 1), (2, 2), (3, 2)]
    if isinstance(control, Several):  # each part over its grid, the others as they are
        grids, now = [grid(part) for part in control.parts], control.value
        moved = [(*now[:i], x, *now[i + 1 :]) for i, row in enumerate(grids) for x in row]
        return [tuple(row[0] for row in grids), *moved, tuple(row[-1] for row in grids)]
    if isinstance(control, FirstWeights):
        return [*grid(control.std), *grid(control.rule)[1:]]
    if isinstance(control, (Scrubber, Stepper)):
        return list(range(control.min, control.max + 1))
    if isinstance(control, widgets.Dropdown):
        return [value for _label, value in control._options_full]
    if isinstance(control, widgets.Checkbox):
        return [False, True]
    if isinstance(control, widgets.IntText):
        return [0, 1, 2, 10**6]
    if isinstance(control, widgets.FloatText):
        return [0.0, 1.0, -1.0, 1e300]
    if isinstance(control, NumberGrid):
        shape = np.shape(control.value)
        return [control.value] + [np.full(shape, x).tolist() for x in (0.0, 1.5, -1e300)]
    if isinstance(control, Canvas):
        dot = bytes([0] * 300 + [9] + [0] * 483)
        line = bytes(([255] + [0] * 27) * 28)
        return [EMPTY, bytes([255] * 784), dot, line, *map(ch03_draw.example_digit, STROKES)]
    raise TypeError(f"add a case for {type(control).__name__}")


def same(one, other):
    """Two results of compute, compared in depth."""
    return _plain(one) == _plain(other)


def _plain(value):
    if isinstance(value, np.ndarray):
        return (value.dtype.str, value.shape, value.tobytes())
    if isinstance(value, dict):
        return [(key, _plain(entry)) for key, entry in value.items()]
    if isinstance(value, (tuple, list)):
        return [_plain(entry) for entry in value]
    return repr(value)


def try_values(panel, values):
    """compute and describe as the shell calls them: data (None for a bad value), sentence."""
    with np.errstate(all="ignore"):
        try:
            data = panel.compute(**values)
        except ValueError as error:
            reason = str(error)
            data = None
        sentence = reason if data is None else panel.describe(data)
    assert isinstance(sentence, str)
    assert len(sentence) > 10
    assert "{" not in sentence, "a part of the sentence was not filled in"
    return data, sentence


# Sweeps. Warnings are errors in this test suite, so a sweep also shows that there is none.


@pytest.mark.parametrize("name", PANELS)
def test_every_value_of_every_control_computes_and_is_described(shared, name):
    panel = shared[name]
    grids = {key: grid(control) for key, control in panel.controls.items()}
    lowest = {key: values[0] for key, values in grids.items()}
    highest = {key: values[-1] for key, values in grids.items()}
    for base in (panel.values, lowest, highest):
        for key, values in grids.items():
            for value in values:
                try_values(panel, {**base, key: value})
    rng = np.random.default_rng(1)
    for _i in range(150):  # odd combinations
        try_values(panel, {key: v[rng.integers(len(v))] for key, v in grids.items()})


@pytest.mark.parametrize("name", PANELS)
def test_every_corner_is_drawn(shared, name):
    panel = shared[name]
    ends = [[values[0], values[-1]] for values in map(grid, panel.controls.values())]
    for corner in itertools.product(*ends):
        panel.set(**dict(zip(panel.controls, corner, strict=True)))
        assert "bug" not in panel.message
    panel.reset()


@pytest.mark.parametrize("name", PANELS)
def test_every_control_changes_data_sentence_and_picture(shared, name):
    panel = shared[name]
    for key, control in panel.controls.items():
        panel.reset()
        data, sentence, picture = panel.data, panel.sentence, panel.picture
        for value in grid(control)[::-1]:
            panel.set(**{key: value})
            if panel.picture != picture and panel.sentence != sentence:
                break
        else:
            pytest.fail(f"{key} never changes the picture and the sentence")
        assert not same(panel.data, data)
    panel.reset()


# The shell, for each panel.


def test_a_panel_says_what_it_shows(panel):
    assert panel.message == ""
    assert panel.alt == f"{panel.title}. {panel.sentence}"
    source = panel._picture_html.value
    assert f'alt="{html.escape(panel.alt)}"' in source
    assert re.search(r'src="data:image/png;base64,[A-Za-z0-9+/=]+"', source)
    assert panel._sentence_html.value == html.escape(panel.sentence)
    assert panel.picture.startswith(b"\x89PNG")


def test_at_most_six_controls_are_visible_and_each_has_a_label(panel):
    assert 1 <= len(panel.visible_controls) <= 6
    for control in panel.visible_controls:
        assert control.description.strip()


def test_presets_apply_at_once_and_are_named(shared):
    for panel in shared.values():
        for name in panel.presets:
            pictures = []
            panel._picture_html.observe(pictures.append, names="value")
            panel.preset(name)
            panel._picture_html.unobserve_all()
            assert len(pictures) <= 1, "several controls, one picture"
            assert panel.message == ""
            assert panel._preset_choice.value == name
            for key, value in panel.presets[name].items():
                assert np.array_equal(panel.values[key], value)
        panel.reset()
        with pytest.raises(ValueError, match="no preset"):
            panel.preset("no such name")


def test_of_two_equal_presets_the_chosen_one_is_named():
    panel = toy_panel()
    panel.presets["also twice"] = panel.presets["twice"]
    panel._preset_choice.options = [*panel._preset_choice.options, "also twice"]
    for name in ("also twice", "twice", "also twice"):
        panel.preset(name)
        assert panel._preset_choice.value == name


def test_the_preset_dropdown_follows_and_leads():
    panel = neuron_panel()
    panel.controls["w1"].value = 0.3
    assert panel._preset_choice.value == "own values"
    panel._preset_choice.value = "NAND"
    assert panel.values["b"] == 1.5
    assert "NAND" in panel.sentence
    panel._preset_choice.value = "as at the start"
    assert panel.values["b"] == -1.5
    panel.controls["w1"].value = 1 - 1e-13  # what a browser makes of steps of 0.1
    assert panel._preset_choice.value != "own values"


@pytest.mark.parametrize("name", PANELS)
def test_hidden_controls_keep_their_values(shared, name):
    panel, build = shared[name].reset(), PANELS[name]
    *_others, last = panel.controls
    value = grid(panel.controls[last])[0]
    hidden = build(hide=[*panel.controls, "presets"])
    assert hidden.visible_controls == []
    assert hidden.values == panel.values
    assert hidden.sentence == panel.sentence
    hidden.set(**{last: value})
    assert np.array_equal(hidden.values[last], value)


def test_hide_takes_one_name_or_several():
    for hide in ("w1", ["w1"], ("w1", "presets")):
        panel = neuron_panel(hide=hide)
        shown = [key for key, c in panel.controls.items() if c in panel.visible_controls]
        assert shown == ["w2", "b", "activation"]
        assert (panel._preset_choice in panel.visible_controls) == ("presets" not in hide)
    with pytest.raises(ValueError, match="nonsense is no control"):
        neuron_panel(hide=["nonsense"])


def test_start_values_are_arguments_and_what_reset_goes_back_to():
    panel = neuron_panel(w1=0.5, w2=0.5, b=-0.7, activation="sigmoid")
    assert (panel.data.w1, panel.data.b, panel.data.activation) == (0.5, -0.7, "sigmoid")
    panel.preset("NAND")
    panel.reset()
    assert panel.values == {"w1": 0.5, "w2": 0.5, "b": -0.7, "activation": "sigmoid"}
    with pytest.raises(ValueError, match="w3 is no control"):
        neuron_panel(w3=1.0)
    with pytest.raises(ValueError, match=r"the nearest it can be is 2\.0"):
        neuron_panel(w1=99.0)
    with pytest.raises(ValueError, match="activation cannot be relu"):
        neuron_panel(activation="relu")


def test_a_value_that_a_control_cannot_take_changes_nothing():
    panel = neuron_panel()
    before = (panel.values, panel.data, panel.sentence, panel.picture)
    for bad in ({"w1": 99.0}, {"w1": "abc"}, {"w1": None}, {"b": 1.0, "activation": "none"}):
        with pytest.raises(ValueError, match="cannot be"):
            panel.set(**bad)
        assert (panel.values, panel.sentence, panel.picture) == (before[0], *before[2:])
        assert same(panel.data, before[1])


def test_a_bad_value_becomes_a_message_and_nothing_is_lost():
    panel = toy_panel()
    before = (panel.data, panel.sentence, panel.picture)
    panel.controls["count"].value = -3
    assert "count is -3" in panel.message
    assert 'role="alert"' in panel._message_html.value
    assert (panel.data, panel.sentence, panel.picture) == before
    assert panel.values["count"] == -3, "what was typed stays, to be corrected"
    panel.controls["count"].value = 3
    assert panel.message == panel._message_html.value == ""
    assert panel.data.total == pytest.approx(np.e * 45)


def test_a_typed_word_in_a_table_becomes_a_message():
    panel = toy_panel()
    table = panel.controls["table"]
    table.problem = 'row 1, column 2: "<abc>" is not a number.'
    assert panel.message == table.problem
    assert "&lt;abc&gt;" in panel._message_html.value
    panel.set(count=3)
    assert panel.message == table.problem, "it is still there, so it is still said"
    table.problem = ""
    assert panel.message == ""
    with pytest.raises(ValueError, match="table cannot be"):
        panel.set(table=[[1.0, 2.0]])
    table.problem = "half typed"
    panel.reset()
    assert panel.message == table.problem == "", "Reset also takes back what was half typed"


@pytest.mark.parametrize("part", ["compute", "draw", "describe"])
def test_a_bug_is_named_and_raised_and_nothing_is_lost(panel, part):
    before = (panel.data, panel.sentence, panel.picture)

    def broken(*args, **kwargs):
        raise KeyError("oh <dear>")

    working = getattr(panel, part)
    setattr(panel, part, broken)
    key, control = next(iter(panel.controls.items()))
    old = panel.values[key]
    new = next(value for value in grid(control)[::-1] if not np.array_equal(value, old))
    with pytest.raises(KeyError):
        panel.set(**{key: new})
    assert "KeyError" in panel.message
    assert "<dear>" not in panel._message_html.value
    assert (panel.sentence, panel.picture) == before[1:]
    assert same(panel.data, before[0])
    setattr(panel, part, working)
    panel.set(**{key: old})
    assert panel.message == ""
    assert panel.picture == before[2]


@pytest.mark.parametrize("error", [ValueError, KeyError])
def test_a_panel_that_is_broken_from_the_start_raises(error):
    def broken(step, rate, table, count):
        raise error("from the start")

    with pytest.raises(error, match="from the start"):
        Panel(
            title="t",
            controls=dict(toy_panel().controls),
            compute=broken,
            draw=draw_toy,
            describe=str,
        )


def test_infinity_becomes_words_and_no_warning():
    panel = toy_panel()
    panel.set(rate=1000.0)
    assert "sum inf" in panel.sentence
    panel.set(rate=1000.0, count=0)
    assert "sum nan" in panel.sentence


def test_the_mime_bundle_has_widget_sentence_and_picture(build):
    panel = build()
    data, metadata = DisplayFormatter().format(panel)  # what IPython does for Out[]
    assert set(data) == {
        "application/vnd.jupyter.widget-view+json",
        "text/plain",
        "image/png",
    }
    assert data["text/plain"] == panel.sentence
    assert metadata["image/png"]["alt"] == panel.alt
    assert json.dumps(data)
    again = DisplayFormatter().format(build())[0]
    assert again["image/png"] == data["image/png"], "two runs store the same bytes"
    assert b"Software" not in panel.picture
    assert b"tEXt" not in panel.picture


def test_one_figure_without_a_layout_engine(panel):
    figure, count = panel.figure, len(panel.figure.axes)
    key, control = next(iter(panel.controls.items()))
    for value in (grid(control)[0], grid(control)[-1], panel.values[key]):
        panel.set(**{key: value})
    assert panel.figure is figure
    assert figure.get_layout_engine() is None
    assert figure.dpi == 80
    assert len(figure.axes) == count, "axes pile up"


def test_no_word_and_no_number_sticks_out_of_the_picture(panel):
    renderer, room = panel.figure.canvas.get_renderer(), panel.figure.bbox.padded(0.5)
    for axes in panel.figure.axes:
        words = [axes.title, axes._left_title, axes._right_title, *axes.texts]
        parts = [text for text in words if text.get_text()]
        if axes.axison:
            parts += [axes.xaxis, axes.yaxis]
        for part in filter(lambda part: axes.get_visible() and part.get_visible(), parts):
            box = part.get_tightbbox(renderer)
            inside = box is None or all(room.contains(*corner) for corner in box.corners())
            assert inside, (part, box)


def test_names_in_presets_are_checked():
    with pytest.raises(ValueError, match="speed is no control"):
        Panel(
            title="t",
            controls=dict(toy_panel().controls),
            compute=compute_toy,
            draw=draw_toy,
            describe=str,
            presets={"fast": {"speed": 1}},
        )


# Controls.


def test_sliders_know_whole_numbers_and_digits():
    assert isinstance(slider("n", 0, 5, 1, 2), widgets.IntSlider)
    assert isinstance(slider("n", 0, 5, 1, 2.0), widgets.FloatSlider)
    assert slider("x", 0.0, 1.0, 0.05, 0.5).readout_format == ".2f"
    assert slider("x", 0.0, 1.0, 0.1, 0.5).readout_format == ".1f"
    assert choice("c", {"one": 1, "two": 2}, 2).value == 2
    assert toggle("t", True).value is True
    assert isinstance(number("n", 1.0), widgets.FloatText)


def test_a_stepper_goes_round_and_visits_its_stops():
    stepper = Stepper("n", 9)
    stepper.go(-1)
    assert stepper.value == 9
    stepper.go(1)
    assert stepper.value == 0
    stepper.stops = [3, 7]
    visited = [stepper.go(1) or stepper.value for _i in range(3)]
    assert visited == [3, 7, 3]
    stepper.go(-1)
    assert stepper.value == 7
    stepper.stops = []
    stepper.go(1)
    assert stepper.value == 7


def test_a_scrubber_moves_its_slider_and_follows_it():
    scrubber = Scrubber("step", 5)
    scrubber.value = 3
    assert scrubber.slider.value == 3
    scrubber.slider.value = 4
    assert scrubber.value == 4
    scrubber.max = 2
    assert scrubber.value == 2


# Panels that run.


def test_a_run_panel_shows_the_state_before_the_first_step():
    panel = toy_run_panel()
    assert (panel.sentence, panel.state, panel.running) == ("0 steps (0%)", "not run yet", False)
    panel.controls["steps"].value = 10
    assert panel.sentence == "0 steps (0%)"
    assert panel._button.description == "Run"


def test_a_run_ends_with_its_last_state():
    async def go():
        panel = toy_run_panel()
        seen = []
        panel._progress_html.observe(lambda change: seen.append(change["new"]), names="value")
        task = panel.run()
        assert panel.running
        assert panel._button.description == "Stop"
        assert panel.run() is task, "a second call does not start a second run"
        await task
        return panel, seen

    panel, seen = asyncio.run(go())
    assert (panel.sentence, panel.state, panel.running) == ("20 steps (100%)", "done", False)
    assert panel._button.description == "Run"
    assert "100%" in panel._progress_html.value
    assert 'aria-label="progress"' in panel._progress_html.value
    assert len(seen) >= 2


def test_progress_is_shown_while_it_runs_and_other_work_goes_on(monkeypatch):
    monkeypatch.setattr(RunPanel, "FRAME", 0.02)

    async def go():
        panel, others = toy_run_panel(), 0
        panel.set(steps=45)
        sentences = set()
        panel.run()
        while panel.running:
            others += 1
            sentences.add(panel.sentence)
            await asyncio.sleep(0.001)
        return sentences, others

    sentences, others = asyncio.run(go())
    assert len(sentences) >= 3
    assert others >= 3


def test_stop_ends_within_half_a_second_and_keeps_what_was_reached(monkeypatch):
    monkeypatch.setattr(RunPanel, "DOUBLE_CLICK", 0.0)

    def endless(steps):
        for i in itertools.count():
            yield Run(min(i / 10**9, 1.0), i)

    async def go():
        panel = toy_run_panel(run=endless)
        panel._button.click()
        await asyncio.sleep(0.15)
        asked = time.monotonic()
        panel._button.click()
        await asyncio.wait_for(panel._task, 5)
        took = time.monotonic() - asked
        reached = panel.data.total
        panel._button.click()  # and once more
        await asyncio.sleep(0.05)
        running = panel.running
        panel.stop()
        await asyncio.wait_for(panel._task, 5)
        return panel, took, reached, running

    panel, took, reached, running = asyncio.run(go())
    assert took < 0.5
    assert reached > 0
    assert running, "it runs again after a stop"
    assert (panel.state, panel.message) == ("stopped", "")


def test_a_double_click_starts_one_run():
    async def go():
        panel = toy_run_panel()
        panel._button.click()
        panel._button.click()
        running = panel.running
        await panel._task
        return panel, running

    panel, running = asyncio.run(go())
    assert running
    assert panel.state == "done"


def test_a_run_that_meets_a_bad_value_says_so_and_keeps_its_picture():
    async def go():
        panel = toy_run_panel()
        panel.set(steps=60)
        panel.run()
        await panel._task
        return panel

    panel = asyncio.run(go())
    assert panel.message == "50 steps are too many."
    assert (panel.state, panel.running) == ("ended by a problem", False)


def test_a_run_with_a_bug_names_and_logs_it(caplog):
    async def go():
        panel = toy_run_panel()
        panel.set(steps=40)
        panel.run()
        await panel._task
        panel.set(steps=5)
        panel.run()
        await panel._task
        return panel

    with caplog.at_level(logging.ERROR, logger="panels"):
        panel = asyncio.run(go())
    assert "Toy run" in caplog.text
    assert "KeyError" in caplog.text
    assert panel.message == ""
    assert panel.sentence == "5 steps (100%)", "it runs again after a bug"


def test_a_stop_that_comes_a_moment_too_late_starts_no_new_run(monkeypatch):
    async def go():
        panel = toy_run_panel()
        await panel.run()
        panel._button.click()
        late = panel.running
        monkeypatch.setattr(RunPanel, "DOUBLE_CLICK", 0.0)  # as if time had passed
        panel._button.click()
        again = panel.running
        await panel._task
        return late, again

    assert asyncio.run(go()) == (False, True)


def test_values_changed_after_a_run_wait_for_the_next():
    panel = toy_run_panel().run_now()
    assert panel.sentence == "20 steps (100%)"
    panel.set(steps=10)
    assert panel.sentence == "20 steps (100%)"
    assert "Run uses them" in panel.state
    panel.run_now()
    assert panel.sentence == "10 steps (100%)"
    with pytest.raises(KeyError):
        panel.set(steps=40).run_now()
    assert "KeyError" in panel.message
    assert not panel.running


def test_a_panel_built_again_stops_its_own_older_run():
    async def go():
        old, other = toy_run_panel(), toy_run_panel("Another run")
        for panel in (old, other):
            panel.set(steps=45)
            panel.run()
        await asyncio.sleep(0)
        toy_run_panel()
        await asyncio.gather(old._task, other._task)
        return old.state, other.state

    assert asyncio.run(go()) == ("stopped", "done")


def test_run_now_takes_over_from_a_run():
    async def go():
        panel = toy_run_panel()
        panel.set(steps=45)
        task = panel.run()
        await asyncio.sleep(0.05)
        panel.set(steps=7)
        panel.run_now()
        await task
        return panel

    panel = asyncio.run(go())
    assert (panel.sentence, panel.state, panel.running) == ("7 steps (100%)", "done", False)


CELL = f"""
import sys, itertools, time
from typing import NamedTuple
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from panels.shell import RunPanel

class Run(NamedTuple):
    progress: float
    total: int

panel = RunPanel(
    title="Endless",
    controls={{}},
    run=lambda: (Run(min(i / 10**9, 1.0), i) for i in itertools.count()),
    draw=lambda figure, data: None,
    describe=lambda data: str(data.total),
)
"""


def test_a_kernel_answers_during_a_run_stops_it_and_restarts_in_the_middle_of_one():
    manager, client = kernels.start(Path(__file__).parent)

    def ask(code, expression):
        asked = time.monotonic()
        reply = client.execute(code, user_expressions={"x": expression}, reply=True, timeout=30)
        assert reply["content"]["status"] == "ok", reply["content"]
        text = reply["content"]["user_expressions"]["x"]["data"]["text/plain"]
        return text, time.monotonic() - asked

    try:
        for _i in range(2):  # the second time in a restarted kernel
            ask(CELL, "1")
            assert ask("panel._button.click()", "panel.running")[0] == "True"
            steps, took = ask("", "panel.data.total")
            assert took < 0.5
            time.sleep(0.3)
            assert int(ask("", "panel.data.total")[0]) > int(steps)
            ask("time.sleep(0.4); panel._button.click()", "1")
            asked = time.monotonic()
            while ask("", "panel.running")[0] == "True":
                assert time.monotonic() - asked < 0.5
            assert ask("", "panel.state")[0] == "'stopped'"
            assert ask("panel.run()", "panel.running")[0] == "True"
            manager.restart_kernel(now=True)
            client.wait_for_ready(timeout=30)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_an_interrupt_stops_a_run_and_nothing_else():
    manager, client = kernels.start(Path(__file__).parent)

    def ask(code, expression):
        reply = client.execute(code, user_expressions={"x": expression}, reply=True, timeout=60)
        assert reply["content"]["status"] == "ok", reply["content"]
        asked = reply["parent_header"]["msg_id"]
        while True:  # until the kernel has done with it, so that no interrupt meets the rest
            news = client.get_iopub_msg(timeout=60)
            idle = news["content"].get("execution_state") == "idle"
            if idle and news["parent_header"]["msg_id"] == asked:
                return reply["content"]["user_expressions"]["x"]["data"]["text/plain"]

    def wait_for(state):
        limit = time.monotonic() + 30
        while (now := ask("1", "panel.state")) != repr(state):
            assert time.monotonic() < limit, now

    try:
        ask(CELL, "1")
        for _i in range(2):
            ask("panel.run()", "1")
            before = int(ask("1", "panel.data.total"))
            while int(ask("1", "panel.data.total")) == before:
                pass
            manager.interrupt_kernel()
            time.sleep(1)  # a question that came first would be interrupted in the run's place
            wait_for("stopped")
        # A run that a cell waits for is stopped, too, and the cell tells of the interrupt.
        sent = client.execute("print(1); panel.run_now()")
        while client.get_iopub_msg(timeout=30)["msg_type"] != "stream":
            pass
        time.sleep(1)
        manager.interrupt_kernel()
        while (reply := client.get_shell_msg(timeout=30))["parent_header"]["msg_id"] != sent:
            pass
        assert reply["content"]["ename"] == "KeyboardInterrupt"
        wait_for("stopped")
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_a_run_without_progress_is_refused():
    def run(steps):
        yield Toy(1, 2.0)

    with pytest.raises(TypeError, match="field progress"):
        toy_run_panel(run=run)


# Chapter 3's numbers.


def test_neuron_presets_are_the_gates():
    panel = neuron_panel()
    for name, gate in GATES.items():
        if name == "XOR":
            continue
        panel.preset(name)
        assert panel.data.fires == gate
        assert f"It computes {name}." in panel.sentence
    (xor,) = [name for name in panel.presets if name.startswith("XOR")]
    panel.preset(xor)
    assert panel.data.right["XOR"] == 3
    assert "no straight line gets the fourth" in panel.sentence


def test_no_neuron_computes_xor():
    weights = np.arange(-20, 21, 4) / 10
    for w1, w2, b in itertools.product(weights, weights, np.arange(-30, 31, 5) / 10):
        assert compute_neuron(w1, w2, b, "step").right["XOR"] < 4


def test_a_corner_on_the_line_does_not_fire():
    data = compute_neuron(0.1, 0.2, -0.3, "step")  # in floats 0.1 + 0.2 - 0.3 is above 0
    assert data.fires == (0, 0, 0, 0)
    assert compute_neuron(0.0, 0.0, 1.0, "sigmoid").fires == (1, 1, 1, 1)


@pytest.mark.parametrize("activation", ch03_neuron.ACTIVATIONS)
def test_the_neuron_colours_the_plane_with_its_outputs(activation):
    data = compute_neuron(0.7, -1.2, 0.3, activation)
    at = [np.abs(ch03_neuron.PLANE - x).argmin() for x in (0, 1)]
    corners = [data.plane[at[x2], at[x1]] for x1, x2 in ch03_neuron.INPUTS]
    np.testing.assert_allclose(corners, data.outputs, atol=1e-12)
    for x1, x2 in data.line:
        assert 0.7 * x1 - 1.2 * x2 + 0.3 == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("name", "scale", "share"),
    [
        ("sigmoid", 1.0, 0.003892),  # beyond ±2.887, where the slope is 0.05
        ("sigmoid", 3.0, 0.335915),
        ("tanh", 1.0, 0.029177),  # beyond ±2.18
        ("ReLU", 2.0, 0.5),
        ("step", 1.0, 1.0),
        ("identity", 5.0, 0.0),
        ("Leaky ReLU", 5.0, 0.0),
    ],
)
def test_saturated_shares(name, scale, share):
    assert compute_activations(name, scale, False).saturated == pytest.approx(share, abs=1e-3)


@pytest.mark.parametrize("name", ch03_activations.ACTIVATIONS)
def test_slopes_are_those_of_the_functions(name):
    h, slope = ch03_activations.ACTIVATIONS[name]
    x = np.array([-3.0, -1.0, -0.2, 0.2, 1.0, 3.0])
    central = (h(x + 1e-6) - h(x - 1e-6)) / 2e-6
    np.testing.assert_allclose(slope(x), central, atol=1e-8)


def test_three_layers_reproduce_section_3_4():
    data = compute_three_layers(1.0, 0.5, "sigmoid", "identity", 0)
    np.testing.assert_allclose(data.sums[0], [0.3, 0.7, 1.1])
    np.testing.assert_allclose(data.values[1], [0.574443, 0.668188, 0.750260], atol=1e-6)
    np.testing.assert_allclose(data.values[3], [0.316827, 0.696279], atol=1e-6)
    panel = three_layers_panel()
    assert panel.sentence == "X = [1.0, 0.5] goes in, Y = [0.316827, 0.696279] comes out."
    panel.set(step=1)
    assert "A1 = X W1 + B1 = [0.300000, 0.700000, 1.100000]" in panel.sentence
    panel.set(step=0, output="softmax")
    assert panel.data.values[3].sum() == pytest.approx(1)


def test_the_drawn_network_has_every_weight_and_value():
    panel = three_layers_panel()
    texts = [text.get_text() for text in panel.figure.axes[0].texts]
    weights = [*ch03_three_layers.WEIGHTS, *ch03_three_layers.BIASES]
    wanted = sorted(f"{w:.1f}" for part in weights for w in part.ravel())
    assert sorted(text for text in texts if re.fullmatch(r"0\.\d", text)) == wanted
    for words in ("z1\n0.574", "a3 = 1.100", "y1\n0.317", "y2\n0.696"):
        assert words in texts


def test_classify_reads_like_the_network():
    panel = classify_panel(IMAGES, LABELS, WEIGHTS)
    z1 = sigmoid(IMAGES @ WEIGHTS["W1"] + WEIGHTS["b1"])
    z2 = sigmoid(z1 @ WEIGHTS["W2"] + WEIGHTS["b2"])
    y = softmax(z2 @ WEIGHTS["W3"] + WEIGHTS["b3"])
    for i in (0, 7, 999):
        panel.set(number=i)
        assert panel.data.prediction == y[i].argmax()
        assert panel.data.label == LABELS[i]
        np.testing.assert_allclose(panel.data.probabilities, y[i], atol=1e-6)
        np.testing.assert_allclose(panel.data.hidden[1], z2[i], atol=1e-6)
        verdict = "right" if y[i].argmax() == LABELS[i] else "wrong"
        assert f"label {LABELS[i]}: {verdict}" in panel.sentence
    wrong = y.argmax(axis=1) != LABELS
    assert panel.data.mistakes == wrong.sum()


def test_classify_counts_confused_pairs():
    images = np.eye(4, 784)
    said = np.array([3, 5, 3, 8])

    def network(x):
        return np.eye(10)[said[x[:, :4].argmax(axis=1)]]

    panel = classify_panel(images, [5, 3, 3, 9], network)
    assert panel.data.pairs == [((3, 5), 1, 1), ((8, 9), 0, 1)]
    assert panel.data.hidden == ()
    panel.set(only_mistakes=True)
    panel.controls["number"].go(1)
    panel.controls["number"].go(1)
    assert (panel.data.number, panel.data.mistakes) == (3, 3)
    assert "predicted 8 with 100.0%, label 9: wrong" in panel.sentence


def test_classify_without_mistakes_says_so():
    panel = classify_panel(np.eye(3, 784), [3, 3, 3], lambda x: np.eye(10)[[3] * len(x)])
    before = panel.sentence
    panel.controls["only_mistakes"].value = True
    assert panel.message == "None of the 3 images is misread."
    assert panel.sentence == before


def test_classify_takes_images_as_they_are_stored():
    one_hot = np.eye(10)[LABELS]
    pixels = np.round(IMAGES * 255).astype(np.uint8).reshape(-1, 1, 28, 28)
    np.testing.assert_allclose(
        classify_panel(pixels, one_hot, WEIGHTS).data.probabilities,
        classify_panel(IMAGES, LABELS, WEIGHTS).data.probabilities,
        atol=1e-5,
    )


@pytest.mark.parametrize(
    ("images", "labels", "network", "words"),
    [
        (IMAGES[:, :700], LABELS, WEIGHTS, r"expected \(N, 784\)"),
        (IMAGES[:0], LABELS[:0], WEIGHTS, "at least one image"),
        ([], [], WEIGHTS, "at least one image"),
        (IMAGES[0], LABELS[:1], WEIGHTS, r"expected \(N, 784\)"),
        (IMAGES, LABELS[:5], WEIGHTS, "but there are 1000 images"),
        (IMAGES, LABELS, {"W1": 1}, "lack b1, W2, b2, W3, b3"),
        (IMAGES, LABELS, lambda x: x[:, :10] * 0 + 3, "softmax"),
        (IMAGES, LABELS, lambda x: x, r"expected \(1000, 10\)"),
    ],
)
def test_classify_refuses_what_does_not_fit(images, labels, network, words):
    with pytest.raises(ValueError, match=words):
        classify_panel(images, labels, network)


def test_a_drawing_is_prepared_like_mnist():
    for name in STROKES:
        drawn = np.frombuffer(ch03_draw.example_digit(name), np.uint8).reshape(28, 28) / 255
        for shift in ((0, 0), (-3, 3), (3, -2)):
            seen = prepare(np.roll(drawn, shift, axis=(0, 1)))
            rows, columns = np.nonzero(seen.any(axis=1))[0], np.nonzero(seen.any(axis=0))[0]
            height, width = rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
            assert max(height, width) == 20
            centre = [(seen.sum(axis=1 - i) * np.arange(28)).sum() / seen.sum() for i in (0, 1)]
            np.testing.assert_allclose(centre, 13.5, atol=0.51)
            assert seen.max() == 1
            assert seen.min() >= 0
            np.testing.assert_allclose(seen, prepare(drawn), atol=1e-6)


def test_draw_hands_the_prepared_picture_to_any_network():
    taken = []

    def network(x):
        taken.append(x)
        return np.full((1, 10), 0.1)

    panel = draw_panel(network)
    np.testing.assert_array_equal(taken[-1].reshape(28, 28), panel.data.seen)
    assert taken[-1].shape == (1, 784)
    panel = draw_panel(WEIGHTS)
    expected = read_digits(WEIGHTS, panel.data.seen.reshape(1, 784))[1][0]
    np.testing.assert_allclose(panel.data.probabilities, expected)
    panel.set(drawing=EMPTY)
    assert panel.sentence == "Nothing is drawn yet."
    assert panel.data.prediction == -1
    with pytest.raises(ValueError, match="10 bytes instead of 784"):
        panel.set(drawing=bytes(10))


def test_the_canvas_takes_what_a_browser_sends():
    panel = draw_panel(WEIGHTS)
    panel.controls["drawing"].set_state({"value": memoryview(EMPTY)})
    assert panel.values["drawing"] == EMPTY
    assert panel.sentence == "Nothing is drawn yet."


def test_a_flat_stroke_keeps_its_proportions():
    drawing = np.zeros((28, 28), np.uint8)
    drawing[3:5, 2:12] = 255
    seen = compute_draw(drawing.tobytes(), network=WEIGHTS).seen
    assert np.count_nonzero(seen.any(axis=0)) == 20
    assert np.count_nonzero(seen.any(axis=1)) == 4
    assert ch03_classify.PAIRS == 5

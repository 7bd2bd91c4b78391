"""What the shell does for every panel: values in, messages, presets; and each kind of control."""

import threading

import ipywidgets as widgets
import numpy as np
import pytest
import traitlets

from panels.ch04_training import HE, OWN, XAVIER, FirstWeights
from panels.ch07_convolution import convolution_panel
from panels.shell import Scrubber, Several, Stepper, choice, number, slider, toggle
from tests.panels.table import compute_toy, is_one_sentence, same, toy_panel


def state(panel):
    return panel.data, panel.sentence, panel.picture


# ---- values in


def test_start_values_are_arguments_and_what_reset_goes_back_to():
    panel = toy_panel().start({"rate": 100.0, "count": 3})
    assert (panel.data.total, panel._preset_choice.value) == (np.exp(100) * 45, "as at the start")
    panel.preset("twice")
    assert panel.reset().values["count"] == 3


@pytest.mark.parametrize("bad", [{"rate": 1e9}, {"rate": "abc"}, {"rate": None}, {"step": 6},
                                 {"count": 7, "table": [[1.0, 2.0]]}, {"count": 10**400},
                                 {"speed": 1}])  # fmt: skip
def test_values_that_a_control_cannot_take_are_named_and_change_nothing(bad):
    panel = toy_panel()
    before, values = state(panel), panel.values
    with pytest.raises(ValueError) as caught:
        panel.set(**bad)
        raise ValueError(panel.message)  # what a field of numbers lets pass is a message
    assert is_one_sentence(str(caught.value)) or "speed" in str(caught.value)
    assert any(name in str(caught.value) for name in bad)
    assert state(panel.reset())[1:] == before[1:] and panel.values == values
    with pytest.raises(ValueError):
        toy_panel().start(bad)


def test_a_bad_value_becomes_a_message_and_nothing_is_lost():
    panel = toy_panel()
    before = state(panel)
    panel.controls["count"].value = -3
    assert "count is -3" in panel.message
    assert 'role="alert"' in panel._message_html.value
    assert state(panel) == before
    assert panel.values["count"] == -3, "what was typed stays, to be corrected"
    panel.controls["count"].value = 3
    assert panel.message == panel._message_html.value == ""
    assert panel.data.total == pytest.approx(np.e * 45)


@pytest.mark.parametrize("control", [slider("size", 0, 1, 0.1, 0.5), choice("size", [0.5])])
@pytest.mark.parametrize("value", [float("nan"), None])
def test_no_number_and_no_choice_are_said_with_the_label_of_the_control(control, value):
    panel = toy_panel(controls={"size": control}, compute=lambda size: compute_toy(0, size, 1, 1),
                      presets=None).reset()  # fmt: skip
    before = state(panel)
    try:
        control.value = value
    except traitlets.TraitError:
        return  # the control checks it by itself
    assert "“size”" in panel.message and is_one_sentence(panel.message)
    assert state(panel) == before
    assert panel.reset().message == ""


def test_what_is_half_typed_into_a_table_is_said_until_it_is_mended():
    panel = toy_panel()
    table = panel.controls["table"]
    table.problem = 'row 1, column 2: "<abc>" is not a number.'
    assert panel.message == table.problem
    assert "&lt;abc&gt;" in panel._message_html.value, "no word of the browser becomes a page"
    panel.set(count=3)
    assert panel.message == table.problem
    table.problem = ""
    assert panel.message == ""
    table.problem = "half typed " * 100
    assert len(panel.message) <= 300
    panel.reset()
    assert panel.message == table.problem == "", "Reset also takes back what was half typed"


def test_infinity_becomes_words_and_no_warning():
    assert "sum inf" in toy_panel().set(rate=1000.0).sentence
    assert "sum nan" in toy_panel().set(rate=1000.0, count=0).sentence


# ---- bugs and interrupts


@pytest.mark.parametrize("error", [KeyError, KeyboardInterrupt])
@pytest.mark.parametrize("part", ["compute", "draw", "describe"])
def test_a_bug_or_an_interrupt_is_raised_and_leaves_a_panel_that_works(part, error):
    panel = toy_panel()
    first, working = state(panel), getattr(panel, part)

    def broken(*args, **kwargs):
        raise error("oh <dear>")

    ways = [
        lambda: panel.controls["count"].set_state({"value": 7}),
        lambda: panel.set(count=8, rate=0.1),
        lambda: panel.preset("twice"),
        lambda: setattr(panel._preset_choice, "value", "also twice"),
    ]
    for way in ways:
        setattr(panel, part, broken)
        with pytest.raises(error):
            way()
        assert ("KeyError" in panel.message) == (error is KeyError)
        assert "<dear>" not in panel._message_html.value
        assert same(panel.data, first[0]) and state(panel)[1:] == first[1:]
        setattr(panel, part, working)
        assert panel.set(count=3).data.total == panel.compute(**panel.values).total
        assert panel.reset().message == ""
        assert state(panel)[1:] == first[1:]


@pytest.mark.parametrize("error", [ValueError, KeyError])
def test_a_panel_that_is_broken_from_the_start_breaks_the_cell(error):
    def broken(**values):
        raise error("from the start")

    with pytest.raises(error, match="from the start"):
        toy_panel(compute=broken)


# ---- presets, reset, hide


def test_the_list_of_presets_follows_and_leads():
    panel = toy_panel()
    panel.controls["rate"].value = 0.1
    assert panel._preset_choice.value == "own values"
    panel._preset_choice.value = "twice"
    assert panel.values["count"] == 4
    panel.controls["rate"].value = 10 - 1e-12  # what a browser makes of steps of 0.1
    assert panel._preset_choice.value == "twice"
    for name in ("also twice", "twice", "also twice"):  # of two equal ones the chosen one
        assert panel.preset(name)._preset_choice.value == name
    panel._preset_choice.value = "as at the start"
    assert panel.values["count"] == 2
    panel._preset_choice.value = "own values"
    assert panel._preset_choice.value == "as at the start"
    for index in (None, 99, "abc"):
        try:
            panel._preset_choice.set_state({"index": index})
        except traitlets.TraitError:
            continue
        assert panel._preset_choice.value == "as at the start"
    with pytest.raises(ValueError, match="thrice is no preset"):
        panel.preset("thrice")


def test_hide_takes_one_name_or_several_and_presets_or_reset():
    for hide in ("rate", ["rate"], ("rate", "presets")):
        panel = toy_panel(hide=hide)
        names = [key for key, c in panel.controls.items() if c in panel.visible_controls]
        assert names == ["step", "table", "count"]
        assert (panel._preset_choice in panel.visible_controls) == ("presets" not in hide)
        assert panel.set(rate=100.0).values["rate"] == 100.0
    panel = toy_panel(presets=None)
    panel.set(count=5)
    panel.children[1].children[-1].click()
    assert panel.values["count"] == 2, "without presets there is a Reset button"
    for wrong in ({"hide": ["speed"]}, {"presets": {"fast": {"speed": 1}}}):
        with pytest.raises(ValueError, match="speed is no control"):
            toy_panel(**wrong)


def test_a_panel_shown_twice_is_one_panel():
    panel = toy_panel()
    first = panel._repr_mimebundle_()[0]
    assert panel._repr_mimebundle_()[0] == first
    then = panel.set(count=5)._repr_mimebundle_()[0]
    assert [key for key in first if then[key] == first[key]] == [
        "application/vnd.jupyter.widget-view+json"
    ]


def test_a_cell_and_the_browser_may_change_values_at_once():
    panel = toy_panel()
    changes = {"rate": [0.01, 0.1, 1.0, 10.0] * 5, "count": range(1, 21)}

    def change(control, values):
        for value in values:
            control.value = value

    others = [
        threading.Thread(target=change, args=(panel.controls[name], values))
        for name, values in changes.items()
    ]
    for thread in others:
        thread.start()
    for thread in others:
        thread.join()
    assert (panel.values["rate"], panel.values["count"]) == (10.0, 20)
    assert same(panel.data, panel.compute(**panel.values))


# ---- controls


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
    for stops, moves, places in (
        (None, (-1, 1), [9, 0]),
        ([3, 7], (1, 1, 1, -1), [3, 7, 3, 7]),
        ([], (1,), [7]),
    ):
        stepper.stops = stops
        assert [stepper.go(move) or stepper.value for move in moves] == places


def test_a_scrubber_moves_its_slider_and_follows_it():
    scrubber = Scrubber("step", 5)
    scrubber.value = 3
    assert scrubber.field.value == 3
    scrubber.field.value = 4
    assert scrubber.value == 4
    scrubber.end_at(2)
    assert scrubber.value == 2


def test_several_controls_change_together_or_not_at_all():
    control = Several("start", [slider("x", 0, 9, 1, 1), choice("y", ["a", "b"])], (100, 100))
    seen = []
    control.observe(lambda change: seen.append(change["new"]), names="value")
    control.value = (2, "b")
    control.parts[0].value = 3
    assert seen == [(2, "b"), (3, "b")]
    for bad in ((1,), ("x", "a"), (5, "c")):
        with pytest.raises(traitlets.TraitError):
            control.value = bad
        assert control.value == (3, "b") and [part.value for part in control.parts] == [3, "b"]


def test_first_weights_are_one_control_with_words_and_numbers():
    control = FirstWeights("first weights", 0.01)
    assert control.value == 0.01 and not control.std.disabled
    control.rule.value = HE
    assert control.value == HE and control.std.disabled
    control.value = 1.0
    assert (control.rule.value, control.std.value) == (OWN, 1.0)
    control.value = XAVIER
    assert control.rule.value == XAVIER
    control.rule.value = OWN
    assert control.value == 1.0
    for bad in ("Glorot", 1e9, 0.0, float("nan")):
        with pytest.raises(traitlets.TraitError):
            control.value = bad


def test_a_table_takes_another_size_but_no_ragged_one():
    panel = convolution_panel()
    assert panel.set(image=[[1.0] * 9] * 8).data.out.shape == (6, 7)
    for bad in ([[1.0], [1.0, 2.0]], [[1.0] * 10], [], [[]]):
        with pytest.raises(ValueError, match="equally long"):
            panel.set(image=bad)
    panel.controls["image"].value = [[1.0, 2.0]]
    assert "does not fit" in panel.message
    panel.controls["filter"].value = [[2.0]]
    assert panel.message == ""
    assert panel.data.out.tolist() == [[2.0, 4.0]]

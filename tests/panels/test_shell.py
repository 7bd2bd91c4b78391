"""What the shell does for every panel: values in, messages, presets; and each kind of control."""

import html
import re
import sys
import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest
import traitlets

from panels import shell
from panels.shell import Scrubber, Stepper, choice, slider
from panels.source import show_file
from tests.panels.table import compute_toy, is_one_sentence, same, toy_panel, toy_run_panel

NAN = float("nan")


def state(panel):
    return panel.data, panel.sentence, panel.picture


# ---- values in


def test_start_values_are_arguments_and_what_reset_goes_back_to():
    panel = toy_panel().start({"rate": 100.0, "count": 3})
    assert (panel._view.alt, panel._view.image) == (panel.alt, panel.picture)
    assert (panel.data.total, panel._preset_choice.value) == (np.exp(100) * 45, "as at the start")
    panel.preset("twice")
    assert panel.reset().values["count"] == 3


BAD = [{"rate": 1e9}, {"rate": "abc"}, {"rate": None}, {"step": 6}, {"speed": 1},
       {"count": 7, "table": [[1.0, 2.0]]}]  # fmt: skip


@pytest.mark.parametrize("bad", BAD)
def test_values_that_a_control_cannot_take_are_named_and_change_nothing(bad):
    panel = toy_panel()
    before, values = state(panel), panel.values
    for way in (lambda: panel.set(**bad), lambda: toy_panel().start(bad)):
        with pytest.raises(ValueError) as caught:
            way()
        assert is_one_sentence(str(caught.value)) and [*bad][-1] in str(caught.value)
    assert state(panel)[1:] == before[1:] and panel.values == values


def test_a_bad_value_becomes_a_message_and_nothing_is_lost():
    panel = toy_panel()
    before = state(panel)
    panel.controls["count"].value = -3
    assert "count is -3" in panel.message and 'role="alert"' in panel._message_html.value
    assert state(panel) == before
    assert panel.values["count"] == -3, "what was typed stays, to be corrected"
    panel.controls["count"].value = 3
    assert panel.message == panel._message_html.value == ""
    assert panel.data.total == pytest.approx(np.e * 45)
    panel.controls["count"].value = float("inf")
    assert "“count” holds inf" in panel.message and is_one_sentence(panel.message)


@pytest.mark.parametrize(
    ("control", "value"), [(slider("size", 0, 1, 0.1, 0.5), NAN), (choice("size", [0.5]), None)]
)
def test_no_number_and_no_choice_are_said_with_the_label_of_the_control(control, value):
    compute = lambda size: compute_toy(0, size, 1, 1)
    panel = toy_panel(controls={"size": control}, compute=compute, presets=None)
    before = state(panel)
    control.value = value
    assert "“size”" in panel.message and is_one_sentence(panel.message)
    assert state(panel) == before
    assert panel.reset().message == ""


def test_what_is_half_typed_into_a_table_is_said_until_it_is_mended():
    panel = toy_panel()
    table = panel.controls["table"]
    table.refused = {"row": 0, "column": 1, "text": "<abc>"}
    assert "“numbers, row 1, column 2”: “<abc>” is no number" in panel.message
    assert "&lt;abc&gt;" in panel._message_html.value, "no word of the browser becomes a page"
    assert panel.set(count=3).message == table.problem
    table.refused = {}
    assert panel.message == ""
    table.refused = {"row": 0, "column": 1, "text": "half typed " * 100}
    assert len(panel.message) <= 300
    panel.reset()
    assert panel.message == table.problem == "", "Reset also takes back what was half typed"


@pytest.mark.parametrize(
    ("text", "whole", "words"),
    [
        ("1,500", False, "can be read in two ways; write it without the comma."),
        ("a lot", False, "“a lot” is no number; write it like 0.5, 1/3 or 1e-3."),
        ("1/3", True, "takes whole numbers; “1/3” is none."),
    ],
)
def test_what_is_typed_beside_a_slider_and_is_no_number_is_refused_in_words(text, whole, words):
    panel = toy_panel()
    before = state(panel)
    panel._helper._handle_custom_msg({"refused": text, "label": "rate", "whole": whole}, [])
    assert panel.message.startswith("“rate”") and panel.message.endswith(words)
    assert state(panel) == before
    panel._helper._handle_custom_msg({}, [])
    assert panel.message == "", "the field has been left, or mended"


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

    for way in (
        lambda: panel.controls["count"].set_state({"value": 7}),
        lambda: panel.set(count=8, rate=0.1),
        lambda: panel.preset("twice"),
        lambda: setattr(panel._preset_choice, "value", "also twice"),
    ):
        setattr(panel, part, broken)
        with pytest.raises(error):
            way()
        assert ("KeyError" in panel.message) == (error is KeyError)
        assert "<dear>" not in panel._message_html.value
        assert same(panel.data, first[0]) and state(panel)[1:] == first[1:]
        setattr(panel, part, working)
        assert panel.set(count=3).data.total == panel.compute(**panel.values).total
        assert panel.reset().message == "" and state(panel)[1:] == first[1:]


@pytest.mark.parametrize("error", [ValueError, KeyError])
def test_a_panel_that_is_broken_from_the_start_breaks_the_cell(error):
    def broken(**values):
        raise error("from the start")

    with pytest.raises(error, match="from the start"):
        toy_panel(compute=broken)


# ---- presets, hide, threads


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
    with pytest.raises(ValueError, match="thrice is no preset"):
        panel.preset("thrice")


def test_hide_takes_one_name_or_several_and_without_presets_there_is_reset():
    for hide in ("rate", ["rate"], ("rate", "presets")):
        panel = toy_panel(hide=hide)
        names = [key for key, c in panel.controls.items() if c in panel.visible_controls]
        assert names == ["step", "table", "count"]
        assert (panel._preset_choice in panel.visible_controls) == ("presets" not in hide)
        assert panel.set(rate=100.0).values["rate"] == 100.0
    panel = toy_panel(presets=None).set(count=5)
    panel.children[1].children[-1].click()
    assert panel.values["count"] == 2
    for wrong in ({"hide": ["speed"]}, {"presets": {"fast": {"speed": 1}}}):
        with pytest.raises(ValueError, match="speed is no control"):
            toy_panel(**wrong)


def test_a_cell_and_the_browser_may_change_values_at_once():
    panel = toy_panel()
    slow = threading.Thread(target=setattr, args=(panel.controls["rate"], "value", 10.0))
    panel.draw = lambda *_: time.sleep(0.2 if threading.current_thread() is slow else 0)
    slow.start()
    time.sleep(0.05)  # it has computed, and draws
    panel.controls["count"].value = 20
    slow.join()
    assert same(panel.data, panel.compute(**panel.values)), "the last word is the last change"


# ---- controls


def test_sliders_know_whole_numbers_and_digits_and_scrubbers_their_end():
    whole, mixed = slider("n", 0, 5, 1, 2), slider("n", 0, 5, 1, 2.0)
    assert (type(whole.value), type(mixed.value)) == (int, float)
    assert slider("x", 0.0, 1.0, 0.05, 0.5).readout_format == ".2f"
    scrubber = Scrubber("step", 5, 4)
    scrubber.end_at(2)
    assert scrubber.value == scrubber.field.value == scrubber.max == 2


def test_a_stepper_goes_round_and_visits_its_stops():
    stepper = Stepper("n", 9)
    for stops, moves, places in (
        (None, (-1, 1), [9, 0]),
        ([3, 7], (1, 1, 1, -1), [3, 7, 3, 7]),
        ([], (1,), [7]),
    ):
        stepper.stops = stops
        assert [stepper.go(move) or stepper.value for move in moves] == places


def test_several_controls_change_together_or_not_at_all():
    control = shell.Several("start", [slider("x", 0, 9, 1, 1), choice("y", ["a", "b"])], (50, 50))
    seen = []
    control.observe(lambda change: seen.append(change["new"]), names="value")
    control.value = (2, "b")
    control.parts[0].value = 3
    assert seen == [(2, "b"), (3, "b")]
    for bad in ((1,), ("x", "a"), (5, "c")):
        with pytest.raises(traitlets.TraitError):
            control.value = bad
        assert control.value == (3, "b") and [part.value for part in control.parts] == [3, "b"]


def test_colab_is_told_where_these_widgets_come_from(monkeypatch):
    colab = SimpleNamespace(_widgets=SimpleNamespace(_installed_url="https://colab/manager.js"))
    colab.enable_custom_widget_manager = lambda: None
    monkeypatch.setitem(sys.modules, "google.colab.output", colab)
    for widget in (toy_panel(), show_file("common/util.py")):
        data, metadata = widget._repr_mimebundle_()
        told = metadata["application/vnd.jupyter.widget-view+json"]["colab"]
        assert told["custom_widget_manager"]["url"] == colab._widgets._installed_url
        assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == widget.model_id


def test_a_file_is_shown_folded_and_stored_as_one_line():
    shown = show_file("common/util.py")
    text = html.unescape(re.sub(r"<[^>]+>", "", shown.page))
    assert "def im2col(input_data, filter_h" in text and "<details open" not in shown.page


# ---- without a kernel


def test_frames_are_the_start_the_presets_the_stops_and_what_lies_around_them_each_once():
    panel = toy_panel(stops=[{"count": 7}]).start({"step": 1})
    shown, values = state(panel), panel.values
    frames = list(panel.frames())
    assert [frame.values for frame in frames[:3]] == [
        values, {**values, **panel.presets["twice"]}, {**values, "count": 7}
    ]  # fmt: skip
    assert len({str(frame.values) for frame in frames}) == len(frames)
    assert {frame.values["step"] for frame in frames} == set(range(6))
    for frame in frames:
        assert panel.set(**frame.values).sentence == frame.words and b"<svg" in frame.picture[:400]
    panel.set(**values)
    assert state(panel)[1:] == shown[1:] and panel.values == values


def test_frames_of_a_run_are_its_states_on_the_way():
    panel = toy_run_panel().run_now()
    before, words = panel.values, [frame.words for frame in panel.frames()]
    assert (words[0], words[-1]) == ("0 steps (0%)", "20 steps (100%)")
    assert 8 <= len(words) <= 11 and len(set(words)) == len(words)
    assert (panel.values, panel.sentence) == (before, words[-1])

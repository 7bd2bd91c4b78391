"""Panels under abuse: absurd values, haste, two runs at once, interrupts; and none of it leaks.

Values are sent as a browser sends them, by `set_state` of the widgets that a control is made of.
"""

import asyncio
import gc
import itertools
import json
import logging
import re
import threading
import time
from functools import partial
from pathlib import Path

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
import pytest
import traitlets

from panels.shell import panel as shell
from panels.ch03_draw import Canvas
from panels.ch04_training import training_panel
from panels.ch05_graph import graph_panel
from panels.ch05_nodes import AddLayer, Graph, MulLayer
from panels.ch06_overfit import overfit_panel
from panels.ch06_search import search_panel
from panels.shell import NumberGrid, RunPanel
from scripts import kernels
from tests.panels.test_panels import DIGITS, PANELS, grid, same, toy_panel, toy_run_panel

ROOT = Path(__file__).resolve().parents[2]
OWN_GRAPH = partial(Graph, {"x": -2, "y": 5, "z": -4})
MADE = {
    **PANELS,
    "graph of one's own": lambda **options: graph_panel(
        OWN_GRAPH([("q", AddLayer(), "x", "y"), ("f", MulLayer(), "q", "z")]), step=-1, **options
    ),
    "toy run": toy_run_panel,
}
WORD = "word" * 5000
NOTHING = [None, "", "abc", WORD, [], [1.0, 2.0], {}, {"a": 1}, b"abc", 1j, object()]
NUMBERS = [
    float("nan"), "nan", 1e308, float("inf"), 10**400, 10**20, 2**63, "9" * 5000, 0.1 + 0.2, True,
    0, 1e-320, -1, -1e308, float("-inf"), -(10**400),
]  # fmt: skip
TABLES = [
    [[float("nan")] * 2] * 2,
    [[float("inf")] * 3] * 3,
    [[1.0, 2.0], [3.0]],
    [],
    [[]],
    [[[1.0]]],
    [["a"]],
    [[None, None], [1, 2]],
    [[10**400] * 2] * 2,
    [[1e308] * 3] * 3,
    [[1e308, -1e308], [-1e308, 1e308]],
    [[5e-324] * 4] * 4,
    [[0.0] * 100] * 100,
]
PICTURES = [bytes(783), bytes(785), memoryview(bytes(3)), [0] * 784, 784, memoryview(b"\xff" * 784)]


def leaves(widget):
    """The widgets of a control that a browser sends values of."""
    if isinstance(widget, widgets.Box):
        for child in widget.children:
            yield from leaves(child)
    elif not isinstance(widget, (widgets.Label, widgets.HTML)):
        yield widget


def absurd(leaf):
    """What no honest browser sends."""
    if isinstance(leaf, widgets.Dropdown):
        return [{"index": value} for value in [99, -1, *NUMBERS, *NOTHING]]
    if isinstance(leaf, widgets.Button):
        return []
    values = [*NUMBERS, *NOTHING]
    if isinstance(leaf, NumberGrid):
        values = [*values, *TABLES]
        words = [{"problem": text} for text in (WORD, "<b>", None, 3, "two\nlines", "")]
        return [{"value": value} for value in values] + words
    if isinstance(leaf, Canvas):
        values = [*values, *PICTURES]
    return [{"value": value} for value in values]


def is_typed(leaf):
    """May anything be entered, so that a drawing of it is something new?"""
    return isinstance(leaf, (widgets.FloatText, widgets.IntText, NumberGrid, Canvas))


def is_one_sentence(text):
    return 0 < len(text) <= 300 and "\n" not in text and "bug" not in text and "{" not in text


@pytest.fixture(scope="module")
def made():
    return {name: make() for name, make in MADE.items()}


def undraw(panel, patch):
    """Pictures cost most of the time: until the patch is over, the panel makes none."""
    numbers = itertools.count()
    patch.setattr(panel, "draw", lambda figure, data: None)
    patch.setattr(shell, "png", lambda figure: f"picture {next(numbers)}".encode())


@pytest.fixture
def undrawn(monkeypatch):
    return partial(undraw, patch=monkeypatch)


def state(panel):
    return panel.sentence, panel.picture


def test_every_panel_of_every_chapter_is_here():
    built = {name for make in MADE.values() for name in (make.__name__, *make.__code__.co_names)}
    for path in sorted((ROOT / "chapters").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        code = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")
        called = set(re.findall(r"\b(\w+_panel)\(", code))
        assert called, path
        assert called <= built


# ---- absurd values ----


@pytest.mark.parametrize("name", MADE)
def test_absurd_values_are_refused_or_answered_by_a_sentence(name, made, monkeypatch):
    panel = made[name].reset()
    first, drawn = state(panel), set()
    for control in panel.controls.values():
        for leaf in leaves(control):
            with monkeypatch.context() as patch:
                if not is_typed(leaf) or type(leaf) in drawn:  # the ends of sliders are drawn
                    undraw(panel, patch)  # by test_every_corner_is_drawn
                drawn.add(type(leaf))
                for sent in absurd(leaf):
                    _send(panel, leaf, sent)
                panel.reset()
            assert panel.message == ""
    panel._redraw()
    assert state(panel) == first


def _send(panel, leaf, sent):
    data, picture, message = panel.data, panel.picture, panel.message
    values = panel.values
    try:
        leaf.set_state(dict(sent))
    except traitlets.TraitError:  # refused by the widget: nothing has changed
        assert panel.data is data and panel.picture is picture and panel.message == message
        assert repr(panel.values) == repr(values)
        return
    if panel.message:
        assert is_one_sentence(panel.message), (sent, panel.message)
        assert panel.data is data and panel.picture is picture, sent
    elif not isinstance(panel, RunPanel):
        with np.errstate(all="ignore"):
            assert same(panel.data, panel.compute(**panel.values)), sent


@pytest.mark.parametrize("name", MADE)
def test_no_number_and_no_choice_are_named_and_forgotten(name, made):
    """What sliders and lists let pass, nan and None, is said in words, with the control's name."""
    panel = made[name].reset()
    first = state(panel)
    for control in panel.controls.values():
        for leaf in leaves(control):
            if isinstance(leaf, widgets.Dropdown):
                leaf.set_state({"index": None})
                if leaf.value is not None:  # the control has put its choice back
                    assert panel.message == ""
                else:
                    assert panel.message.startswith("Nothing is chosen for “"), leaf
            elif isinstance(leaf, (widgets.FloatSlider, widgets.FloatText, widgets.FloatLogSlider)):
                leaf.set_state({"value": float("nan")})
                if not np.isnan(leaf.value):
                    assert panel.message == ""
                    continue
                assert "holds nan, where a finite number is expected" in panel.message, leaf
            else:
                continue
            assert state(panel) == first
            panel.reset()
            assert panel.message == ""
            assert panel._preset_choice.value != panel._own_name
    assert state(panel) == first


def test_a_run_with_an_absurd_value_is_not_begun():
    async def go():
        panel = toy_run_panel()
        panel.controls["pause"] = widgets.FloatSlider(value=float("nan"))
        panel.controls["pause"].description = "pause"
        first = state(panel)
        await panel.run()
        return panel, first

    panel, first = asyncio.run(go())
    assert panel.message == "“pause” holds nan, where a finite number is expected."
    assert (state(panel), panel.state, panel.running) == (first, "ended by a problem", False)
    del panel.controls["pause"]
    assert panel.run_now().sentence == "20 steps (100%)"


def test_set_says_in_few_words_what_it_cannot_do():
    panel = toy_panel()
    first = state(panel)
    for name, value in itertools.product(panel.controls, [*NOTHING, 10**5000, -(10**400), TABLES]):
        said = panel.message
        try:
            panel.set(**{name: value})
            said = panel.message
        except ValueError as error:
            said = str(error)
        assert f"{name} cannot be" in said or "a finite number is expected" in said
        assert len(said) < 400
        assert "\n" not in said
        assert state(panel.reset()) == first


@pytest.mark.parametrize("name", MADE)
def test_presets_and_reset_work_after_abuse(name, made, undrawn):
    panel = made[name].reset()
    undrawn(panel)
    for goal in [*panel.presets, None]:
        for control in panel.controls.values():
            for leaf in leaves(control):
                bad = {"index": None} if isinstance(leaf, widgets.Dropdown) else {"value": "nan"}
                if not isinstance(leaf, widgets.Button):
                    try:
                        leaf.set_state(bad)
                    except traitlets.TraitError:
                        continue
        panel.preset(goal) if goal else panel.reset()
        wanted = panel.presets.get(goal, panel._start)
        assert all(shell.same(panel.values[key], value) for key, value in wanted.items())
        panel.reset()
        assert panel.message == ""


def test_the_list_of_presets_takes_absurd_choices():
    panel = toy_panel()
    first = state(panel)
    for index in (None, 99, -1, "abc", 0, float("nan")):
        try:
            panel._preset_choice.set_state({"index": index})
        except traitlets.TraitError:
            continue
        assert panel._preset_choice.value == "as at the start"
    assert (panel.message, *state(panel)) == ("", *first)


def test_words_of_the_browser_do_not_become_a_page(made):
    panel = made["toy"].reset()
    panel.controls["table"].set_state({"problem": "<script>alert(1)</script>" + WORD})
    assert "<script>" not in panel._message_html.value
    assert len(panel._message_html.value) < 500
    panel.reset()


# ---- haste ----


@pytest.mark.parametrize("name", MADE)
def test_a_hundred_changes_in_a_row_end_with_the_data_of_the_last(name, made, undrawn):
    panel = made[name].reset()
    undrawn(panel)
    rng = np.random.default_rng(3)
    grids = {key: grid(control) for key, control in panel.controls.items()}
    few = {key: [v[i] for i in rng.integers(len(v), size=3)] for key, v in grids.items()}
    keys = list(few)
    for i in range(100):
        key = keys[i % len(keys)]
        panel.controls[key].value = few[key][int(rng.integers(3))]
    if panel.message:
        panel.reset()
    with np.errstate(all="ignore"):
        assert same(panel.data, panel.compute(**panel.values))
        assert panel.sentence == panel.describe(panel.data)
    panel.reset()


def test_a_cell_and_the_browser_may_change_values_at_once():
    panel = toy_panel()
    slope, count = panel.controls["rate"], panel.controls["count"]

    def change(control, values):
        for value in values:
            control.value = value

    others = [
        threading.Thread(target=change, args=(slope, [0.01, 0.1, 1.0, 10.0] * 5)),
        threading.Thread(target=change, args=(count, range(1, 21))),
    ]
    for thread in others:
        thread.start()
    for thread in others:
        thread.join()
    assert panel.values["rate"] == 10.0
    assert panel.values["count"] == 20
    assert same(panel.data, panel.compute(**panel.values))


# ---- runs ----


def test_starting_twice_and_stopping_twice_is_starting_and_stopping():
    async def go():
        panel = toy_run_panel()
        panel.stop()  # nothing runs
        first, second = panel.run(), panel.run()
        assert first is second
        await asyncio.sleep(0.03)
        panel.stop()
        panel.stop()
        third = panel.run()  # not stopped yet: the old run, and no second one beside it
        assert third is first
        await first
        assert (panel.state, panel.running) == ("stopped", False)
        panel.stop()
        await panel.run()
        return panel

    panel = asyncio.run(go())
    assert (panel.state, panel.sentence, panel.message) == ("done", "20 steps (100%)", "")


def test_a_button_pressed_forty_times_leaves_a_panel_that_works(monkeypatch):
    monkeypatch.setattr(RunPanel, "DOUBLE_CLICK", 0.0)

    async def go():
        panel = toy_run_panel()
        for i in range(40):
            panel._button._handle_custom_msg({"event": "click"}, [])
            if i % 3 == 0:
                await asyncio.sleep(0.002)
        panel.stop()
        if panel._task:
            await panel._task
        assert not panel.running
        await panel.run()
        return panel

    panel = asyncio.run(go())
    assert (panel.state, panel.sentence) == ("done", "20 steps (100%)")


def short_training():
    panel = training_panel(*DIGITS, activation="ReLU", weights="He", hidden=20)
    panel._generator_of = partial(panel._generator_of, steps=60)
    return panel


RUNS = {
    "training": short_training,
    "overfit": lambda: overfit_panel(*DIGITS, epochs=10, samples=100, dropout=0.2, lr=0.1),
    "search": lambda: search_panel(*DIGITS, lr=0.1),
}


@pytest.mark.parametrize("names", [("training", "overfit"), ("search", "overfit")])
def test_two_panels_that_train_at_once_do_what_each_does_alone(names, undrawn):
    alone = []
    for name in names:
        panel = RUNS[name]()
        undrawn(panel)
        alone.append(panel.run_now().data)

    async def go():
        panels = [RUNS[name]() for name in names]
        for panel in panels:
            undrawn(panel)
            panel.SLICE = 0.0  # they take turns after every step
        tasks = [panel.run() for panel in panels]
        turns = 0
        while not all(task.done() for task in tasks):
            np.random.seed(turns)  # a cell of the notebook draws numbers, too
            np.random.rand(3)
            turns += all(panel.running for panel in panels)
            await asyncio.sleep(0)
        return panels, turns

    np.random.seed(11)
    panels, turns = asyncio.run(go())
    assert turns > 5, "they did not run at once"
    for panel, data in zip(panels, alone, strict=True):
        assert (panel.state, panel.message) == ("done", "")
        assert same(panel.data, data)


def test_two_panels_of_one_kind_train_at_once(undrawn):
    async def go():
        panels = [short_training(), short_training()]
        for panel in panels:
            undrawn(panel)
            panel.SLICE = 0.0
        await asyncio.gather(*(panel.run() for panel in panels))
        return panels

    one, other = asyncio.run(go())
    assert one.state == other.state == "done"
    assert same(one.data, other.data)


def test_a_run_leaves_the_notebooks_random_numbers_alone(undrawn):
    panel = RUNS["overfit"]()
    undrawn(panel)
    np.random.seed(5)
    panel.run_now()
    after = np.random.rand()
    np.random.seed(5)
    assert np.random.rand() == after


@pytest.mark.parametrize("part", ["compute", "draw", "describe"])
def test_an_interrupt_in_a_callback_leaves_a_panel_that_works(part):
    panel = toy_panel()
    first, working = state(panel), getattr(panel, part)

    def interrupted(*args, **kwargs):
        raise KeyboardInterrupt

    ways = [
        lambda: panel.controls["count"].set_state({"value": 7}),
        lambda: panel.set(count=8, rate=0.1),
        lambda: panel.preset("twice"),
        lambda: setattr(panel._preset_choice, "value", "twice"),
    ]
    for way in ways:
        setattr(panel, part, interrupted)
        with pytest.raises(KeyboardInterrupt):
            way()
        assert state(panel) == first
        setattr(panel, part, working)
        panel.set(count=3)
        assert panel.data.total == panel.compute(**panel.values).total
        panel.preset("twice")
        assert panel.reset().message == ""
        assert state(panel) == first


@pytest.mark.parametrize("step", [0, 1, 10])
def test_an_interrupt_in_the_middle_of_a_run_leaves_a_panel_that_works(step):
    panel = toy_run_panel()
    whole = panel._generator_of

    def interrupted(steps):
        yield from itertools.islice(whole(steps), step)
        raise KeyboardInterrupt

    panel._generator_of = interrupted
    with pytest.raises(KeyboardInterrupt):
        panel.run_now()
    assert (panel.state, panel.running, panel.message) == ("stopped", False, "")
    assert panel._button.description == "Run"
    panel._generator_of = whole
    assert panel.run_now().sentence == "20 steps (100%)"


KERNEL = f"""
import sys
sys.path[:0] = [{str(ROOT)!r}, {str(Path(__file__).parents[2] / "tests" / "panels")!r}]
from functools import partial
from panels.ch04_training import training_panel
from panels.ch06_overfit import overfit_panel
from dataset.mnist import load_mnist
(x, t), (x_test, t_test) = load_mnist(full=False)
one = training_panel(x[:300], t[:300], x_test[:100], t_test[:100])
other = overfit_panel(x[:300], t[:300], x_test[:100], t_test[:100], samples=100)
"""


def test_an_interrupted_kernel_goes_on_with_both_of_its_panels():
    manager, client = kernels.start(ROOT)

    def ask(code, expression="1"):
        reply = client.execute(code, user_expressions={"x": expression}, reply=True, timeout=60)
        assert reply["content"]["status"] == "ok", reply["content"]
        return reply["content"]["user_expressions"]["x"]["data"]["text/plain"]

    def wait_for(expression):
        limit = time.monotonic() + 60
        while ask("1", expression) != "True":
            assert time.monotonic() < limit, expression

    try:
        ask(KERNEL)
        ask(KERNEL)  # Run All twice: each cell makes its panel anew
        ask("one.run(); other.run()")
        wait_for("one.data.step > 0 and other.data.epoch > 0 and one.running and other.running")
        time.sleep(0.5)  # the kernel is between two questions
        manager.interrupt_kernel()
        time.sleep(0.5)
        wait_for("not one.running and not other.running")
        assert ask("1", "(one.state, other.state, one.message)") == "('stopped', 'stopped', '')"
        ask("one._generator_of = partial(one._generator_of, steps=30)")
        ask("other.set(epochs=10)")
        ask("one.run(); other.run()")
        wait_for("one.state == other.state == 'done'")
        assert ask("1", "(one.data.step, other.data.epoch)") == "(30, 10)"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


# ---- shown twice, closed, built again ----


def test_a_panel_shown_twice_is_one_panel():
    panel = toy_panel()
    first, second = (panel._repr_mimebundle_()[0] for _ in range(2))
    assert first == second
    panel.set(count=5)
    assert panel._repr_mimebundle_()[0] != first
    view = "application/vnd.jupyter.widget-view+json"
    assert panel._repr_mimebundle_()[0][view] == first[view]


@pytest.mark.parametrize("part", ["the panel", "its parts, too"])
def test_a_panel_closed_while_it_runs_ends_its_run(part, caplog):
    def close(panel):
        panel.close()
        for child in panel.children if part != "the panel" else ():
            child.close()

    async def go():
        panel = toy_run_panel()
        task = panel.run()
        await asyncio.sleep(0.02)
        close(panel)
        close(panel)
        await asyncio.wait_for(task, 10)
        return panel

    panel = asyncio.run(go())
    assert not panel.running
    assert panel.data.progress < 1
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_a_panel_whose_making_failed_is_forgotten_in_silence():
    with pytest.raises(TypeError):
        RunPanel()
    gc.collect()  # pytest makes an error of what a destructor raises


def test_fifty_panels_leave_no_figure_and_no_thread_behind():
    def build():
        panel = toy_run_panel()
        panel.run_now()
        return panel

    build()
    figures, threads = plt.get_fignums(), threading.active_count()
    for _ in range(50):
        build()
    assert plt.get_fignums() == figures
    assert threading.active_count() == threads

"""Panels that work for a while: Run, progress, Stop, runs at once, interrupts.

What a press of Run does in a page is shown there: tests/browser.
"""

import asyncio
import itertools
import logging
import threading
import time
from functools import partial
from pathlib import Path

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
import pytest

from panels.shell import RunPanel
from tests.panels.table import PANELS, Toy, endless, same, toy_run_panel

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


def run(panel, **values):
    async def go():
        await panel.set(**values).run()
        return panel

    return asyncio.run(go())


def end(panel):
    return panel.sentence, panel.state, panel.running


def test_before_the_first_step_a_panel_shows_its_state_and_at_the_end_the_last():
    panel, seen = toy_run_panel(), []
    panel.controls["steps"].value = 10
    assert end(panel) == ("0 steps (0%)", "not run yet", False)
    panel._progress_html.observe(lambda change: seen.append(change["new"]), names="value")
    assert end(run(panel)) == ("10 steps (100%)", "done", False)
    assert "0% running" in seen[0] and "100% done" in seen[-1]
    assert panel.set(steps=20).sentence == "10 steps (100%)", "a run's picture stays"
    assert "Run uses them" in panel.state
    assert end(panel.run_now()) == ("20 steps (100%)", "done", False)


def test_progress_is_shown_while_it_runs_and_other_work_goes_on(monkeypatch):
    monkeypatch.setattr(RunPanel, "FRAME", 0.02)
    monkeypatch.setattr(RunPanel, "DRAWING", 1.0)  # its steps sleep: all that works is drawing

    async def go():
        panel, others, sentences = toy_run_panel(), 0, set()
        task = panel.set(steps=45).run()
        assert panel._button.description == "Stop" and panel.run() is task, "there is one run"
        while panel.running:
            others += 1
            sentences.add(panel.sentence)
            await asyncio.sleep(0.001)
        return len(sentences), others

    assert min(asyncio.run(go())) >= 3


def test_stop_ends_within_half_a_second_keeps_what_was_reached_and_run_runs_again(monkeypatch):
    async def go():
        panel = toy_run_panel(run=endless)
        panel._button.click()
        panel._button.click()
        assert panel.running, "a double click starts one run, and does not stop it"
        monkeypatch.setattr(RunPanel, "DOUBLE_CLICK", 0.0)  # as if time had passed
        for _i in range(2):
            await asyncio.sleep(0.1)
            asked = time.monotonic()
            panel._button.click()
            await asyncio.wait_for(panel._task, 5)
            assert time.monotonic() - asked < 0.5
            assert panel.data.total > 0
            assert (panel.state, panel.message, panel.running) == ("stopped", "", False)
            panel._button.click()
        panel.stop()
        await panel._task
        monkeypatch.undo()
        panel = toy_run_panel()
        await panel.run()
        panel._button.click()
        assert not panel.running, "that press was meant for Stop"

    asyncio.run(go())


def test_a_bad_value_in_a_run_is_said_and_a_bug_is_logged_and_it_runs_again(caplog):
    panel = run(toy_run_panel(), steps=60)
    assert panel.message == "50 steps are too many."
    assert end(panel)[1:] == ("ended by a problem", False)
    with caplog.at_level(logging.ERROR, logger="panels"):
        run(panel, steps=40)
    assert "Toy run" in caplog.text and "KeyError" in caplog.text and "KeyError" in panel.message
    assert end(run(panel, steps=5)) == ("5 steps (100%)", "done", False)
    assert panel.message == ""
    panel.controls["pause"] = widgets.FloatSlider(value=float("nan"), description="pause")
    assert "nan" in run(panel).message, "a run with a value that is none is not begun"
    with pytest.raises(TypeError, match="field progress"):
        toy_run_panel(run=lambda steps: iter([Toy(1, 2.0)]))


@pytest.mark.parametrize("way", ["run_now", "built again", "closed", "closed with its parts"])
def test_a_panel_that_is_gone_or_runs_anew_ends_its_run_and_no_other(way, caplog):
    async def go():
        runs = iter([endless(9), endless(9), itertools.islice(endless(9), 8)])
        panel, other = toy_run_panel(run=lambda steps: next(runs)), toy_run_panel("Another")
        tasks = [panel.run(), other.run()]
        await asyncio.sleep(0.02)
        if way == "run_now":
            assert panel.run_now().data.total == 7, "it takes over from the run"
        elif way == "built again":
            toy_run_panel()
        else:
            panel.close()
            for child in panel.children if "parts" in way else ():
                child.close()
        await asyncio.wait_for(asyncio.gather(*tasks), 10)
        return panel.state, other.state

    assert asyncio.run(go()) == ("done" if way == "run_now" else "stopped", "done")
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


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
    assert end(panel)[1:] == ("stopped", False) and panel.message == ""
    panel._generator_of = whole
    assert panel.run_now().sentence == "20 steps (100%)"


def test_panels_leave_no_figure_and_no_thread_behind():
    before = plt.get_fignums(), threading.active_count()
    for _ in range(20):
        toy_run_panel().set(steps=1).run_now()
    assert (plt.get_fignums(), threading.active_count()) == before


def training():
    panel = PANELS["training_panel"](activation="ReLU", weights="He", hidden=20)
    panel._generator_of = partial(panel._generator_of, steps=60)
    return panel


RUNS = [
    training,
    training,  # two of one kind
    lambda: PANELS["overfit_panel"](epochs=10, samples=100, dropout=0.2, lr=0.1),
    lambda: PANELS["search_panel"](lr=0.1),
]


def test_panels_that_train_at_once_do_what_each_does_alone_whatever_a_cell_draws(monkeypatch):
    monkeypatch.setattr(RunPanel, "SLICE", 0.0)  # they take turns after every step
    monkeypatch.setattr(RunPanel, "FRAME", 10.0)  # pictures cost most of the time
    np.random.seed(5)
    alone = [make().run_now().data for make in RUNS]
    drawn = np.random.rand()
    np.random.seed(5)
    assert np.random.rand() == drawn, "a run leaves the notebook's random numbers alone"

    async def go():
        panels, turns = [make() for make in RUNS], 0
        tasks = [panel.run() for panel in panels]
        while not all(task.done() for task in tasks):
            np.random.seed(turns)  # a cell of the notebook draws numbers, too
            turns += all(panel.running for panel in panels)
            await asyncio.sleep(0)
        return panels, turns

    panels, turns = asyncio.run(go())
    assert turns > 5, "they did not run at once"
    for panel, data in zip(panels, alone, strict=True):
        assert (panel.state, panel.message) == ("done", "")
        assert same(panel.data, data)

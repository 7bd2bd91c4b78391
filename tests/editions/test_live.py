"""Panels that answer without Python: what the files hold, and what a page makes of them."""

import importlib.resources
import random

import pytest

from editions import live, pictures
from editions.languages import speaking
from editions.stops import content, retold
from panels.ch03_activations import activations_panel
from panels.ch05_graph import graph_panel
from panels.shell.frames import few, in_sight, run_states, states
from tests.browser import lab
from tests.panels.table import toy_run_panel

MAKERS = {
    "graph": lambda: graph_panel("fork"),
    "folded": lambda: graph_panel("sigmoid neuron", hide=["w0", "x0", "w1", "x1", "b"]),
    "sweep": activations_panel,
    "run": toy_run_panel,
}
AXE = importlib.resources.files("axe_playwright_python") / "axe.min.js"
WAIT = 30_000  # milliseconds


@pytest.fixture(scope="module")
def made():
    """name -> a panel, what its page gets, and the states that were drawn for it."""
    found = {}
    for name, make in MAKERS.items():
        panel = make()
        find = run_states if name == "run" else states
        data, drawn = content(panel, list(find(panel, live.EACH[0])))
        found[name] = panel, {**data, **live.pictures(panel, drawn, "normal")}, drawn
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", MAKERS)
def test_pictures_and_words_belong_to_the_values(made, name):
    panel, data, drawn = made[name]
    for number in random.Random(0).sample(range(len(drawn)), min(6, len(drawn))):
        steps, at, lines = iter(data["pictures"][data["seen"][number]]), 0, []
        for over in steps:
            start, at = at + over, at + over + next(steps)
            lines += data["lines"][start:at]
        if name == "run":
            panel._show(drawn[number].data)
        else:
            panel.set(**drawn[number].values)
        assert pictures.written(panel.figure) == lines
        assert data["sentences"][data["said"][number]] == panel.sentence


@pytest.mark.slow
@pytest.mark.parametrize("name", MAKERS)
def test_each_stop_is_reached_from_the_start(made, name):
    _panel, data, _drawn = made[name]
    reached = {tuple(key) for key in data["keys"]} | {tuple(way[:-1]) for way in data["ways"]}
    start = data["keys"][data["bases"][0][1]]
    for i, control in enumerate(data["controls"]):
        for stop in range(len(control["stops"])):
            assert (*start[:i], stop, *start[i + 1 :]) in reached, control["label"]


@pytest.mark.slow
def test_a_graph_is_walked_wholly_whatever_else_is_moved(made):
    panel, _data, drawn = made["graph"]
    panel.reset()  # typed numbers are walked around where they are
    seen = [state.values for state in drawn]
    for name, control in in_sight(panel):
        for value in few(control, live.EACH[0]):
            for step in range(panel.controls["step"].max + 1):
                assert {**panel.start_values, name: value, "step": step} in seen or name == "step"


@pytest.mark.slow
def test_a_panel_tells_the_same_states_in_korean():
    panel, found = graph_panel("fork"), []
    with speaking("en"):
        found = list(states(panel, live.EACH[0]))
        data, _drawn = content(panel, found)
    with speaking("ko"):
        korean = graph_panel("fork")
        told = data | retold(korean, found, data)
        korean.set(**found[-1].values)
    assert told["sentences"][told["said"][-1]] == korean.sentence != found[-1].words
    assert told["title"] == korean.title and told["words"]["play"] == "재생"
    assert told["keys"] == data["keys"] and told["bases"][0][0] == "처음 그대로"


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.skipif(not lab.find_chromium(), reason="no Chromium here")
def test_in_a_page_from_a_file_each_kind_of_control_changes_picture_and_words(made, tmp_path):
    names = ["graph", "sweep", "run"]
    live.copy_scripts(tmp_path)
    for name in names:
        live.save(tmp_path / f"{name}.js", name, live.packed(made[name][1]))
    boxes = "".join(
        f'<div class="live-panel" data-panel="{name}" data-src="{name}.js">'
        '<img alt="as stored" src="data:image/png;base64,"></div>'
        for name in names
    )
    (tmp_path / "page.html").write_text(
        '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>panels</title>'
        f'<link rel="stylesheet" href="live.css"><body><main><h1>Panels</h1>{boxes}</main>'
        '<script src="live.js"></script>'
    )
    with lab.browser(width=1000) as chromium:
        page, asked = chromium.new_page(), []
        page.on("request", lambda request: asked.append(request.url))
        page.goto((tmp_path / "page.html").as_uri())
        graph, sweep, run = (page.locator(".live-panel").nth(i) for i in range(3))

        def changed(box, act):
            """What is said, after picture, words and their alt have changed."""
            box.scroll_into_view_if_needed()
            image, said = box.locator("img"), box.locator(".live-sentence")
            box.locator(".live-sentence").wait_for(timeout=WAIT)
            page.wait_for_function("i => i.src.startsWith('blob:')", arg=image.element_handle())
            before = image.get_attribute("src"), said.inner_text()
            act()
            page.wait_for_function(
                "([i, src]) => i.src !== src", arg=[image.element_handle(), before[0]]
            )
            words = said.inner_text()
            assert words != before[1] and image.get_attribute("alt").endswith(words)
            return words

        first = graph.get_by_label("step", exact=True)
        words = changed(graph, lambda: (first.focus(), page.keyboard.press("Home")))
        assert words.startswith("Step 0 of")
        assert first.get_attribute("aria-valuetext") == "0"
        changed(graph, lambda: graph.get_by_role("button", name="next: step").press("Enter"))
        changed(graph, lambda: graph.get_by_role("combobox").select_option("backward done"))
        changed(sweep, lambda: sweep.get_by_label("compare with the others").press("Space"))
        changed(sweep, lambda: sweep.get_by_role("combobox").select_option("ReLU"))
        assert not sweep.get_by_label("compare with the others").is_checked()
        assert sweep.locator(".live-note").is_visible()
        changed(run, lambda: run.get_by_role("button", name="Play").click())
        page.add_script_tag(content=AXE.read_text(encoding="utf-8"))
        found = page.evaluate("axe.run()")["violations"]
        assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []
        assert all(url.startswith(("file:", "blob:", "data:")) for url in asked)

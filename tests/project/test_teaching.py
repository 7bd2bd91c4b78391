"""docs/teaching.md keeps its word, in both languages: its sections, panels, presets and exercises
are there, and what it quotes is what a panel says when it is set to what the page names.
docs/mistakes.md is current.
"""

import gettext
import json
import re

import numpy as np
import pytest

from common.simple_convnet import SimpleConvNet
from dataset.mnist import load_mnist
from dataset.weights import load_weights
from panels.ch05_graph import graph_panel
from panels.ch05_graphs import GRAPHS
from panels.ch05_trace import trace
from panels.shell import RunPanel
from scripts import mistakes
from tests.panels.table import FOUND, PANELS

PAGES = {
    language: (mistakes.ROOT / path).read_text(encoding="utf-8")
    for language, path in {"en": "docs/teaching.md", "ko": "docs/ko/teaching.md"}.items()
}
PARTS = {
    language: dict(re.findall(r"^## (?:Chapter )?(\d+)장?:(.*?)(?=^## |\Z)", page, re.M | re.S))
    for language, page in PAGES.items()
}
NAMED = re.compile(r'\*\*(.+?)\*\*|`(.+?)`|(?:says|패널은) "(.+?)"')  # panel, state, its sentence
NOTEBOOKS = {str(int(p.stem[2:4])): p.name for p in (mistakes.ROOT / "chapters").glob("ch*.ipynb")}
EACH = pytest.mark.parametrize("chapter", sorted(NOTEBOOKS))
LABS = ("training_panel", "deep_lab_panel", "map_panel", "overfit_panel", "search_panel")


def by_title(chapter):
    """Title -> panel, as the chapter builds it: with all digits, and the network of chapter 7."""
    digits = [array for pair in load_mnist() for array in pair]
    test = digits[2].reshape(-1, 1, 28, 28), digits[3]
    net, raw = (SimpleConvNet(rng=seed, dtype=np.float32) for seed in (0, 2016))
    for name, values in load_weights("ch07_convnet").items():
        net.params[name][...] = values
    real = dict.fromkeys(LABS, digits) | {"filter_panel": test, "pooling_panel": (*test, net)}
    real["feature_maps_panel"] = (*test, {"trained": net, "before training": raw})
    names = [name for name, make in FOUND.items() if f"ch{chapter:0>2}" in make.__module__]
    names.append("draw_panel")  # chapter 7 has it, too
    made = [FOUND[name](*real[name]) if name in real else PANELS[name]() for name in names]
    if chapter == "5":
        made += map(graph_panel, [*GRAPHS, trace("1 / (1 + exp(-x))", x=1)])
    return {one.title: one for one in made}


def put(panel, wish):
    """A preset by its name, or a control by its label (`b = -4`), if it is on show."""
    label, _, value = wish.partition(" = ")
    if not value:
        assert any(wish in getattr(c, "_options_labels", ()) for c in panel.visible_controls), wish
        panel.preset(wish)
    else:
        (name,) = (k for k, c in panel.controls.items() if c.description == label)
        assert panel.controls[name] in panel.visible_controls, wish
        options = dict(getattr(panel.controls[name], "_options_full", [("on", True)]))
        panel.set(**{name: options[value] if value in options else float(value)})


@pytest.fixture(params=PAGES)
def language(request, monkeypatch):
    """Panels speak it, as where `companion` is imported."""
    monkeypatch.setenv("LANGUAGE", request.param)
    before = gettext.textdomain()
    gettext.bindtextdomain("companion", mistakes.ROOT / "locale")
    gettext.textdomain("companion")
    yield request.param
    gettext.textdomain(before)


@EACH
@pytest.mark.slow
def test_panels_set_to_what_the_page_names_say_what_it_quotes(chapter, language):
    panels, panel = by_title(chapter), None
    for title, wish, words in NAMED.findall(PARTS[language][chapter]):
        if title:
            panel = panels[title].reset()
        elif wish:
            put(panel, wish)
        else:
            said = (panel.run_now() if isinstance(panel, RunPanel) else panel).sentence
            assert words in said, (panel.title, panel.values)
        assert not panel.message, (panel.title, wish)


@EACH
def test_both_pages_name_panels_states_and_sentences_in_the_same_order(chapter):
    named = [NAMED.findall(PARTS[language][chapter]) for language in PAGES]
    english, korean = ([[bool(part) for part in one] for one in found] for found in named)
    assert english == korean


@EACH
@pytest.mark.parametrize("language", PAGES)
def test_each_section_is_in_its_chapter_and_each_exercise_is_homework_once(chapter, language):
    page, part = PAGES[language], PARTS[language].get(chapter)
    assert part, f"docs/teaching.md wants two lessons for chapter {chapter}"
    folder = {"en": "../chapters", "ko": "../../chapters_ko"}[language]
    path = mistakes.ROOT / folder.split("/")[-1] / NOTEBOOKS[chapter]
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    headings = re.findall(r"^#+ (.+)$", "\n".join("".join(c["source"]) for c in cells), re.M)
    place = re.escape(f": {folder}/{NOTEBOOKS[chapter]}#")
    links = dict(re.findall(rf"^\[(.+)\]{place}(.+)$", page, re.M))
    for label in re.findall(r"\[(\d[. ][^]]+|[A-Z가-힣][^]]+)\](?!: \.\.|\()", part):
        (heading,) = (h for h in headings if h.replace(" ", "-") == links[label])
        assert heading == label or heading.startswith(f"{label} ")
    lists = re.findall(r"(?:Homework: exercises|숙제: 연습 문제) ([^.]+)\.", part)
    named = re.findall(r"\d+", " ".join(re.sub(r"\([^)]*\)", "", one) for one in lists))
    exercises = re.findall(r"^(?:Exercise|연습 문제) (\d+)", "\n".join(headings), re.M)
    assert sorted(map(int, named)) == list(map(int, exercises))


def test_the_page_of_mistakes_is_what_the_checks_say():
    said = mistakes.page() == mistakes.PAGE.read_text(encoding="utf-8")
    assert said, "docs/mistakes.md is older than exercises/: .venv/bin/python scripts/mistakes.py"

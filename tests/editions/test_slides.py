"""The decks of slides: nothing of a chapter is lost, and every slide can be read from afar."""

import importlib.resources
import os
import re
from pathlib import Path

import nbformat
import pytest

from editions import live
from editions.cut import cut, slug
from editions.languages import CHAPTERS as FOLDERS
from editions.lecture import lecture
from panels.ch05_graph import graph_panel
from panels.ch05_pencil import pencil_panel
from panels.ch06_init_lab import init_lab_panel
from panels.ch06_race import race_panel
from panels.ch07_convolution import convolution_panel
from scripts.notebooks import CHAPTERS, tags
from tests.browser import lab

NEEDS = "what editions need is not installed: make slides"
slides = pytest.importorskip("editions.slides", exc_type=ImportError, reason=NEEDS)
PATHS = sorted(CHAPTERS.glob("ch*.ipynb"))
FOLDER = {FOLDERS["en"]: ".", FOLDERS["ko"]: "ko"}
AXE = importlib.resources.files("axe_playwright_python") / "axe.min.js"
MEASURE = Path(__file__).with_name("measure.js").read_text(encoding="utf-8")
BOTH = [*PATHS, *sorted(FOLDERS["ko"].glob("ch*.ipynb"))]
every_chapter = pytest.mark.parametrize("path", BOTH, ids=lambda p: f"{p.parent.name}/{p.stem}")
chapter_5 = pytest.mark.parametrize("path", PATHS[2:3], ids=lambda path: path.stem)


def in_chromium(test):
    return pytest.mark.slow(pytest.mark.browser(test))


def read(path):
    notebook, english = (nbformat.read(p, as_version=4) for p in (path, CHAPTERS / path.name))
    cells = [cell for cell in notebook.cells if "slide-skip" not in tags(cell)]
    return cells, cut(notebook, path.stem[:4], english)


@every_chapter
def test_every_heading_has_a_slide_of_its_name(path):
    cells, slides = read(CHAPTERS / path.name)[0], read(path)[1]
    prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    headings = [slug(heading) for heading in re.findall(r"^#+ (.+)$", prose, re.MULTILINE)]
    names = [slide.name for slide in slides]
    assert len(set(names)) == len(names)
    assert [name for name in names if "--" not in name] == headings
    assert all(slide.shown or slide.folded for slide in slides[1:])
    assert slug("5.1 Computational *graphs*, `a - b`") == "51-computational-graphs-a---b"


@every_chapter
def test_nothing_of_a_chapter_is_lost(path):
    cells, slides = read(path)
    said = [*(text for s in slides for text in s.notes)]
    said += [text for s in slides for part in s.parts for text in (part.source, part.beside)]
    told = " ".join("\n".join([*said, *(slide.title for slide in slides)]).split())
    for cell in cells:
        outputs = [output.text for output in cell.get("outputs", []) if "text" in output]
        for line in "\n".join([cell.source, *outputs]).splitlines():
            assert " ".join(line.lstrip("# ").split()) in told, line


@every_chapter
def test_a_live_lecture_runs_every_cell_of_the_chapter_in_its_order(path):
    notebook = nbformat.read(path, as_version=4)
    live = lecture(notebook, path.stem[:4])
    sources = [[c.source for c in n.cells if c.cell_type == "code"] for n in (notebook, live)]
    assert sources[0] == sources[1]
    kinds = [cell.metadata.get("slideshow", {}).get("slide_type") for cell in live.cells]
    assert kinds[0] == "slide" and {"subslide", "notes", "skip", None} < set(kinds)


@pytest.fixture(scope="module")
def decks(tmp_path_factory):
    if lab.find_chromium() is None:
        refuse = pytest.fail if os.environ.get("DLFS_REQUIRE_BROWSER") == "1" else pytest.skip
        refuse("no Chromium on the PATH (on Debian and Ubuntu: apt install chromium)")
    folder = tmp_path_factory.mktemp("slides")
    slides.main(folder, fast=True)
    with lab.browser(1280, 720) as chromium:
        yield folder, chromium


@pytest.fixture
def deck(decks, path):
    folder, chromium = decks
    page, asked = chromium.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((folder / FOLDER[path.parent] / f"{path.stem}.html").as_uri())
    page.wait_for_function("Reveal.isReady()")
    page.evaluate("MathJax.startup.promise.then(() => document.fonts.ready).then(() => 1)")
    yield page
    page.close()
    assert all(url.startswith(("file:", "data:", "blob:", "about:")) for url in asked), asked


@in_chromium
@every_chapter
def test_every_slide_fits_and_can_be_read(deck, path):
    deck.evaluate(MEASURE)
    count = deck.evaluate("Reveal.getTotalSlides()")
    assert count == len(read(path)[1]) + 1  # the agenda
    found = [deck.evaluate("number => wrong(number)", number) for number in range(count)]
    assert [complaint for each in found for complaint in each] == []


@in_chromium
@chapter_5
def test_keys_open_code_solution_and_notes_and_links_lead_to_slides(deck, path):
    deck.evaluate("location.hash = '#/exercise-1-on-paper'")
    deck.wait_for_function("Reveal.getCurrentSlide().id === 'exercise-1-on-paper'")
    code, answer = (deck.locator(f"section.present .fold[id^={key}-]") for key in "ca")
    deck.keyboard.press("c")
    assert code.is_visible() and "check_paper_gradients" in code.text_content()
    deck.keyboard.press("a")
    assert answer.is_visible() and not code.is_visible()
    deck.keyboard.press("a")
    assert not answer.is_visible()
    deck.evaluate("location.hash = '#/512-everything-is-local'")
    with deck.expect_popup() as opened:
        deck.keyboard.press("s")
    notes = opened.value.locator(".speaker-controls-notes")
    notes.get_by_text("four thousand different things").wait_for()
    for there in ("ko", "en"):
        deck.keyboard.press("t")
        deck.wait_for_url(f"**{'/ko/' if there == 'ko' else '/'}{path.stem}.html#/512-everything*")
        deck.wait_for_function("window.Reveal?.isReady()")
        assert deck.evaluate("document.documentElement.lang") == there


def bring_to_life(folder, page, path, *made):
    """Opens a deck in which these panels are alive, the first one's slide; returns the numbers."""
    live.copy_scripts(folder / "live")
    cells = [p.cell.id for slide in read(path)[1] for p in slide.parts if p.kind == "panel"]
    names = [live.write(panel, folder / "live", ("lecture",)) for panel in made]
    alive = dict(zip([(path.stem, cell) for cell in cells], names, strict=False))
    text = slides.deck(nbformat.read(path, 4), path.stem, alive)
    (folder / "alive.html").write_text(text, encoding="utf-8")
    page.goto((folder / "alive.html").as_uri())
    page.wait_for_function("Reveal.isReady()")
    page.evaluate(MEASURE)
    has = "Reveal.getSlides().map((s, i) => s.querySelector('.live-panel') ? i : -1)"
    numbers = [number for number in page.evaluate(has) if number >= 0]
    page.evaluate("number => Reveal.slide(number)", numbers[0])
    page.locator("section.present .live-awake img[src^=blob]").wait_for()
    assert page.evaluate("number => wrong(number)", numbers[0]) == []
    return numbers


@in_chromium
@chapter_5
def test_a_panel_answers_on_its_slide_and_gives_the_keys_back(decks, deck, path):
    (at,) = bring_to_life(decks[0], deck, path, graph_panel("apple"))
    parts = "[...document.querySelectorAll('.live-awake img, .live-sentence')]"
    shows = f"{parts}.map((part) => part.src + part.textContent)"
    before = deck.evaluate(shows)
    deck.keyboard.press("Tab")  # the list of places to go to
    deck.keyboard.press("Tab")
    deck.keyboard.press("ArrowRight")
    deck.wait_for_function(f"before => {shows}.every((now, i) => now !== before[i])", arg=before)
    assert deck.evaluate("Reveal.getIndices().h") == at
    deck.keyboard.press("Escape")
    assert deck.evaluate("document.activeElement === document.body && !Reveal.isOverview()")
    before = deck.evaluate(shows)
    deck.locator("section.present .live-slider button").nth(1).click()
    deck.wait_for_function(f"before => {shows}.every((now, i) => now !== before[i])", arg=before)
    deck.wait_for_function("document.activeElement === document.body")
    deck.keyboard.press("Space")
    assert deck.evaluate("Reveal.getIndices().h") == at + 1


@in_chromium
@chapter_5
def test_panels_with_much_to_control_or_to_say_fit_their_slides(decks, deck, path, monkeypatch):
    monkeypatch.setattr(live, "EACH", (3,))
    monkeypatch.setattr(live, "MOST", 60)
    pencil = pencil_panel(hide=["sheet", "show", "answers"])  # as the chapter begins
    made = pencil, race_panel(), graph_panel("sigmoid neuron"), convolution_panel()
    for at in bring_to_life(decks[0], deck, path, *made, init_lab_panel()):
        deck.evaluate("number => Reveal.slide(number)", at)
        deck.locator("section.present .live-awake img[src^=blob]").wait_for()
        assert deck.evaluate("number => wrong(number)", at) == []


@in_chromium
@every_chapter
def test_axe_finds_nothing_serious(deck, path):
    deck.add_script_tag(content=AXE.read_text(encoding="utf-8"))
    for number in range(0, deck.evaluate("Reveal.getTotalSlides()"), 9):
        deck.evaluate("number => Reveal.slide(number, 0, 99)", number)
        found = deck.evaluate("axe.run().then((told) => told.violations)")
        assert [v["id"] for v in found if v["impact"] in ("serious", "critical")] == []

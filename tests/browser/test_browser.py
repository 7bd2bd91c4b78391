"""Chapters in a real browser: every panel answers to keyboard and mouse, and can be read.

One server, one page that its tests share, from gentle to rough: a notebook of all panels and of an
exercise of each chapter (lab.every_panel), with each kind of control by keyboard and by mouse
(hands.py), and a control of each panel by keyboard. The first chapter is run in full, beside it.
With DLFS_SOAK=1 (`make soak`) each chapter is opened in full, with every control by keyboard.

Without a Chromium these tests are skipped, unless the environment variable DLFS_REQUIRE_BROWSER
is 1: then they fail.
"""

import functools
import importlib
import importlib.resources
import itertools
import os
import re
import time

import pytest

from exercises.verdict import solution_source
from scripts.notebooks import exercises, linking, tags
from tests.browser import lab
from tests.browser.hands import KEYS, STEPS, take
from tests.browser.lab import at_its_end, name_of
from tests.soak import SOAK

# An hour: one sweep of one chapter on a machine that does much else besides.
pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(3600 if SOAK else 400)]
PAGES = [*lab.CHAPTERS, lab.ALL] if SOAK else [lab.ALL]


def test_continuous_integration_requires_a_browser():
    assert "DLFS_REQUIRE_BROWSER=1 make test" in (lab.ROOT / ".ci" / "run").read_text("utf-8")


@pytest.fixture(scope="module")
def server():
    if lab.find_chromium() is None:
        refuse = pytest.fail if os.environ.get("DLFS_REQUIRE_BROWSER") == "1" else pytest.skip
        refuse("no Chromium on the PATH (on Debian and Ubuntu: apt install chromium)")
    with lab.jupyterlab() as running:
        yield running


@pytest.fixture(scope="module")
def chromium(server):
    with lab.browser() as running:
        yield running


@pytest.fixture(scope="module", params=PAGES, ids=lambda path: path.stem)
def page(request, server, chromium):
    with lab.open_notebook(server, chromium, request.param) as opened:
        yield opened


USED = set()  # (test, kind of control)


def few(test, kind, elements):
    """Of the controls of a kind one, if the test has not used that kind; with DLFS_SOAK=1 all."""
    new = (test, kind) not in USED
    if elements:
        USED.add((test, kind))
    return elements if SOAK else elements[:new]


# ---- what `make lab` shows


def test_make_lab_opens_the_first_chapter_alone_and_every_link_leads_on(server, chromium):
    with lab.open_page(server, chromium) as page:
        page.goto(f"{server.base}/?token={server.token}")
        shown = functools.partial(
            page.wait_for_function, "path => lab.isOpen(path)", timeout=60_000
        )
        shown(arg=f"chapters/{lab.CHAPTERS[0].name}")
        assert not page.locator("#jp-left-stack").is_visible()
        links = {file.split("#")[0]: place for *place, file in linking(lab.CHAPTERS)[1]}
        for file, place in links.items():  # to each file one
            page.evaluate("link => lab.follow(...link)", [f"chapters/{lab.LINKS}", *place])
            shown(arg=os.path.normpath(f"chapters/{file}"))
        assert page.locator(".jp-MarkdownViewer").count() == 2  # README and glossary, to be read
        assert page.locator(".Toastify__toast").all_inner_texts() == []


# ---- all cells


def test_all_cells_run_and_no_panel_is_blank(page):
    cells = page.notebook.cells
    meant = [i for i, cell in enumerate(cells) if "raises-exception" in tags(cell)]
    outputs = page.page.evaluate("lab.outputs()")
    assert [i for i, kind in outputs if kind == "error"] == meant
    assert [i for i, kind in outputs if kind == "stderr"] == []
    assert page.page.evaluate("lab.cellsWithPanel()") == page.panel_cells
    assert page.complaints == []
    for panel in page.panels():
        panel.show()
        state = panel.state()
        assert state["sentence"] and not state["message"], panel.title
        width, height, colours, alt = panel.ask("look")
        assert width > 300 and height > 150 and colours > 20 and alt > 20, panel.title


@pytest.mark.skipif(SOAK, reason="the first chapter is a page of its own")
def test_the_first_chapter_runs_in_full(server, chromium):
    with lab.open_notebook(server, chromium, lab.CHAPTERS[0]) as opened:
        test_all_cells_run_and_no_panel_is_blank(opened)


# ---- every control, in two ways


class Keyboard:
    """How somebody without a mouse changes a control."""

    def __init__(self, page):
        self.press = page.keyboard.press
        self.type = page.keyboard.type
        self.arrows = itertools.cycle(["ArrowRight", "ArrowUp", "ArrowLeft", "ArrowDown"])

    def slider(self, handle):
        handle.focus()
        self.press("ArrowLeft" if at_its_end(handle) else "ArrowRight")

    def readout(self, field):
        field.focus()
        self.press("Control+a")
        handle = field.evaluate_handle(
            "e => e.closest('.widget-inline-hbox').querySelector('.noUi-handle')"
        )
        shown, now = field.inner_text().replace("−", "-"), handle.get_attribute("aria-valuenow")
        if abs(float(shown) - float(now)) > 0.01 * abs(float(now)):  # its handle counts exponents
            text = f"{float(shown) / 2:g}"
        else:
            text = handle.get_attribute("aria-valuemin" if at_its_end(handle) else "aria-valuemax")
        self.type(text)
        self.press("Enter")

    def choice(self, select):
        select.focus()
        last = select.evaluate("e => e.selectedIndex === e.options.length - 1")
        self.press("ArrowUp" if last else "ArrowDown")

    def checkbox(self, box):
        box.focus()
        self.press("Space")

    def number(self, field):
        field.focus()
        self.press("ArrowUp")
        self.press("Enter")

    def cell(self, field):
        field.focus()
        self.press("Control+a")
        self.type(f"{float(field.input_value()) + 1:g}")
        self.press("Enter")

    def button(self, button):
        button.focus()
        self.press("Enter")

    def touch(self, axes):
        """An arrow key on the picture: each time another one."""
        axes.focus()
        self.press(next(self.arrows))


CONTROLS = {
    "slider": ".noUi-handle",
    "readout": ".widget-readout[contenteditable=true]",
    "choice": "select",
    "checkbox": "input[type=checkbox]",
    "number": ".panel-stepper input",
    "cell": ".panel-grid-cells input",
    "button": "button:not(.panel-run)",
    "touch": ".panel-touch[data-touch]",
}
# How fast Play plays is not seen; the others do nothing at the start (Reset is used after each).
UNSEEN = re.compile("pace|Reset|.*: back to start")


def take_part(panel, name):
    """Some controls count only if another one lets them: do that; was there anything to do?"""
    optimizer = name.removeprefix("lr of ").removesuffix(": value")
    for box in panel.find("input[type=checkbox]") if name.startswith("lr of ") else []:
        if name_of(box) == optimizer and not box.is_checked():
            box.click()
            return True
    for choice in panel.find("select") if name in {"image number", "previous", "next"} else []:
        words = lab.options_of(choice)
        if name_of(choice) == "image" and "my drawing" in words:
            choice.select_option(index=1 - words.index("my drawing"))
            return True
    return False


def test_every_control_changes_picture_or_sentence_by_keyboard(page):
    """Of each panel one, and of each kind; with DLFS_SOAK=1 all."""
    way, wrong = Keyboard(page.page), []
    for panel in page.panels():
        plan = []
        for kind, selector in CONTROLS.items():
            elements = [e for e in panel.find(selector) if not UNSEEN.fullmatch(name_of(e))]
            plan += [(kind, e) for e in few("keys", kind, elements) or elements[: not plan]]
        start = before = panel.show().settled() if plan else None
        for kind, element in plan:
            name = name_of(element)
            if take_part(panel, name):
                before = panel.settled()
            changed, before = use(panel, way, kind, element, before)
            if not changed:
                wrong.append((panel.title, kind, name, before["message"]))
            if kind == "touch" and panel.title in SHORT:
                before = start = panel.settled()  # a click was a trial, and trials stay
            elif panel.has_reset():
                if panel.reset(start):
                    before = start
                else:
                    wrong.append((panel.title, kind, name, "no way back"))
                    before = panel.settled()
    assert not wrong, "\n".join(map(str, wrong))


def use(panel, way, kind, element, before):
    """Use one control: whether picture or sentence changed, and what the panel shows then."""
    plays = name_of(element).endswith(": play")
    getattr(way, kind)(element)
    if plays:
        changed = panel.wait_for_change(before)
        element.click()  # pause
        return changed, panel.settled()
    now = panel.settled()
    others = len(lab.options_of(element)) if kind == "choice" else 8 * (kind == "touch")
    while others and now == before:
        getattr(way, kind)(element)  # some choices and places show the same, but not all
        now = panel.settled()
        others -= 1
    shown = ("picture", "sentence", "progress")  # "values changed" after a run, whose picture stays
    return any(now[part] != before[part] for part in shown), now


# ---- a run that can be stopped


# One run is one trial, which is over before a person presses Stop.
SHORT = {"The search game"}


def running_panels(page, most=None):
    """Panels with a button that runs, and that button; with DLFS_SOAK=1 all, else at most so many.

    Those come first whose run can be stopped.
    """
    found = [(panel, panel.find("button.panel-run")) for panel in page.panels()]
    running = [(panel, buttons[0]) for panel, buttons in found if buttons]
    running.sort(key=lambda each: each[0].title in SHORT)
    return running if SOAK else running[:most]


def test_run_starts_and_stop_stops(page):
    for panel, button in running_panels(page):
        press = functools.partial(Keyboard(page.page).button, button)
        for _attempt in range(5):  # a run may be over before Stop is pressed
            before = panel.show().settled()
            press()
            pressed = time.monotonic()
            assert panel.wait_for_change(before), f"{panel.title}: Run"
            if panel.title not in SHORT:
                panel.press_again(press, pressed)
            assert panel.wait_for_words(button="Run"), f"{panel.title}: Stop"
            state = panel.settled()
            word = "done" if panel.title in SHORT else "stopped"
            assert not state["message"]
            if word in state["progress"]:
                break
        assert word in state["progress"], (panel.title, state["progress"])


# ---- drawing


def canvases(page):
    found = [(panel, canvas) for panel in page.panels() for canvas in panel.find("canvas")]
    drawn = [cell for cell in page.notebook.cells if "draw_panel" in lab.panels_of([cell])]
    assert len(found) == len(drawn)
    return found


def test_a_digit_drawn_with_the_keyboard_is_read(page):
    press = page.page.keyboard.press
    for panel, canvas in canvases(page):
        panel.show()
        start = panel.settled()
        canvas.focus()
        press("Delete")
        assert panel.wait_for_words(sentence="Nothing is drawn yet.")
        walk = ["ArrowUp"] * 8 + ["Space"] + ["ArrowDown"] * 17 + ["Space"]
        for key in walk:
            press(key)
        # The strokes go out in portions, the last one a moment after the last key.
        assert panel.wait_for_words(sentence="Read as 1 with"), panel.state()["sentence"]
        panel.settled()
        assert panel.reset(start)


# ---- a control of each kind, in other ways: as in test_other_browsers.py


NAMES = {code: name for name, code in KEYS.items()}


class Chromium:
    """Acts as WebDriver says it."""

    def __init__(self, page):
        self.page, self.run = page, page.evaluate

    def act(self, source):
        for event in source["actions"]:
            way, key = event["type"], NAMES.get(event.get("value"), event.get("value"))
            if way == "pointerMove":
                self.page.mouse.move(event["x"], event["y"], steps=4)
            elif way.startswith("pointer"):
                getattr(self.page.mouse, way.removeprefix("pointer").lower())()
            elif key.isascii():
                getattr(self.page.keyboard, way.removeprefix("key").lower())(key)
            elif way == "keyDown":
                self.page.keyboard.insert_text(key)


def test_a_panel_answers_to_each_kind_of_hand(page):
    for step in STEPS if page.path == lab.ALL else ():
        take(Chromium(page.page), *step)


# ---- an exercise of each chapter


def a_wrong_answer(chapter, name):
    """An answer that the exercise's own tests know to be wrong, and how a reader gets it."""
    module = f"tests.exercises.wrong_answers.{chapter}"
    answers = vars(getattr(importlib.import_module(module), name))
    mistake = next(mistake for mistake in answers if mistake[0] != "_")
    source = f"from {module} import {name} as wrong\n{name} = vars(wrong)[{mistake!r}]"
    return answers[mistake], source


def test_a_wrong_answer_gets_its_hint_and_the_right_one_its_mark(page):
    chapters = set()
    for name, answer_cell, _ in exercises(page.notebook):
        chapter = answer_cell.metadata.get("chapter", page.path.stem[:4])
        if chapter in chapters:
            continue
        chapters.add(chapter)
        answer, source = a_wrong_answer(chapter, name)
        checks = importlib.import_module(f"exercises.{chapter}")
        expected = getattr(checks, f"check_{name}")(answer)
        assert expected.ok is False and expected.hint

        number = page.notebook.cells.index(answer_cell)
        page.run(number, source)
        place = f'.jp-Cell[data-windowed-list-index="{number + 1}"] .verdict'
        verdict = page.page.locator(place)
        verdict.locator("strong", has_text="✗").wait_for()
        assert words(verdict.locator("p").first.inner_text()) == words(f"✗ {expected.message}")
        hint = verdict.locator("details", has_text="Hint")
        assert not hint.locator("p").is_visible()
        hint.locator("summary").focus()
        page.page.keyboard.press("Enter")
        hint.locator("p").wait_for(state="visible")
        assert words(hint.locator("p").inner_text()) == words(expected.hint)

        page.run(number, solution_source(chapter, name))
        verdict.locator("strong", has_text="✓").wait_for()
        verdict.locator("summary", has_text="One way to write it").click()
        verdict.locator("pre").wait_for(state="visible")
    assert chapters


def words(text):
    return text.replace("`", "").split()


# ---- read by everybody

AXE = importlib.resources.files("axe_playwright_python") / "axe.min.js"


@pytest.mark.parametrize("theme", [lab.LIGHT, lab.DARK])
def test_axe_finds_nothing_serious(page, theme):
    if not page.page.evaluate("() => 'axe' in window"):
        page.page.add_script_tag(content=AXE.read_text(encoding="utf-8"))
    page.set_theme(theme)
    try:
        assert page.page.evaluate("lab.violations()") == []
        assert page.page.evaluate("lab.faintHandles()") == []
    finally:
        page.set_theme(lab.LIGHT)


SIZES = {
    "wide": (1400, 1000, 1),
    "a phone's 390 pixels": (390, 844, 1),
    "1280 pixels at 200 %": (640, 400, 2),
}


@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_cut_off(page, size):
    width, height, scale = SIZES[size]
    devtools = page.page.context.new_cdp_session(page.page)
    metrics = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False}
    devtools.send("Emulation.setDeviceMetricsOverride", metrics)
    try:
        page.page.wait_for_function("width => innerWidth === width", arg=width)
        found = []
        for panel in page.panels():
            panel.show()
            found += [f"{panel.title}: {each}" for each in panel.ask("cutOff")]
        assert found == []
    finally:
        devtools.send("Emulation.clearDeviceMetricsOverride")
        page.page.wait_for_function("innerWidth === 1400")
        devtools.detach()


def test_in_lecture_size_all_words_can_be_read_and_one_leaves_as_one_came(page):
    page.page.set_viewport_size({"width": 1280, "height": 720})
    panels = page.panels()
    try:
        for panel in panels if SOAK else panels[:1]:
            before = panel.show().settled()
            panel.element.query_selector(".panel-enlarge").click()
            assert panel.wait_for_change(before, ["picture"])
            page.page.keyboard.press("Escape")
            assert panel.wait_for(before)
            panel.find(".noUi-handle, .panel-touch")[0].focus()
            page.page.keyboard.press("f")
            assert panel.wait_for_change(before, ["picture"])
            assert panel.ask("smallWords") == []
            assert panel.ask("isSharp"), "vectors, a quarter of a second after the last change"
            page.page.keyboard.press("Escape")
            assert panel.wait_for(before)
    finally:
        page.page.set_viewport_size({"width": 1400, "height": 1000})


# ---- rough treatment

FIELDS = ("readout", "number", "cell")
ABSURD = ("1e999", "9" * 400, "", "NaN", "<b>")
SPELLINGS = {"0.5": ("0,5", "1/2", "5e-1", " .5"), "-2": ("−2", "-4/2"), "3": ("3,0", "6/2")}


def type_into(panel, field, text):
    keyboard = panel.page.keyboard
    field.focus()
    keyboard.press("Control+a")
    keyboard.press("Delete")
    keyboard.insert_text(text)
    keyboard.press("Enter")
    panel.heard()
    return panel.settled()


def test_typed_numbers_are_read_as_meant_or_refused_in_words(page):
    """1,5 is not 1, nor 15; 1/3 is not 1, nor 13; 1,500 is not guessed at; 1e999 breaks nothing."""
    logged = page.server.complaints()
    for panel in page.panels():
        for kind in FIELDS:
            for field in few("typed", kind, panel.find(CONTROLS[kind]))[:1]:
                start, name = panel.show().settled(), (panel.title, kind, name_of(field))
                for plain, spellings in SPELLINGS.items():
                    meant = type_into(panel, field, plain)
                    for text in spellings if not meant["message"] else ():
                        type_into(panel, field, "1")
                        assert type_into(panel, field, text) == meant, (*name, text)
                before = panel.settled()
                for text in ("1,500", "1/x", "two"):
                    after = type_into(panel, field, text)
                    told = after["message"]
                    assert f"{text} can be read" in told or f"“{text}”" in told, (*name, told)
                    assert after["sentence"] == before["sentence"], (*name, text)
                for text in ABSURD:
                    after = type_into(panel, field, text)
                    assert "bug" not in after["message"], (*name, text, after["message"])
                    assert after["picture"] and after["sentence"], (*name, text)
                    assert "<b>" not in field.evaluate("e => e.innerHTML"), name
                field.evaluate("e => e.blur()")
                panel.settled()
                assert not panel.has_reset() or panel.reset(start), name
    assert page.complaints == []
    assert page.server.complaints() == logged


def test_fast_repeated_clicks_and_presses_end_where_slow_ones_do(page):
    press = page.page.keyboard.press
    for panel in page.panels():
        if panel.find("button.panel-run"):
            continue  # after a run its picture stays until the next one
        panel.show()
        both = panel.find(".panel-stepper button")[:2]
        for back in few("fast", "stepper", both)[:1]:
            assert [name_of(button) for button in both] == ["previous", "next"]
            slowly_there_and_back(panel, both[1].click, back.click, times=12)
        for box in few("fast", "checkbox", panel.find("input[type=checkbox]"))[:1]:
            slowly_there_and_back(panel, box.click, box.click, times=9)
        for handle in few("fast", "slider", panel.find(".noUi-handle"))[:1]:
            handle.focus()
            forth, back = ("ArrowLeft", "ArrowRight")[:: 1 if at_its_end(handle) else -1]
            slowly_there_and_back(
                panel, functools.partial(press, forth), functools.partial(press, back), times=4
            )
    assert page.complaints == []


def slowly_there_and_back(panel, forth, back, times):
    """After `times` fast ones the panel shows what it shows after one more back and forth."""
    shown = ("picture", "sentence", "message")
    before = panel.settled()
    for _ in range(times):
        forth()
    fast = panel.settled()
    back()
    panel.settled()
    forth()
    slow = panel.settled()
    assert [fast[part] for part in shown] == [slow[part] for part in shown], panel.title
    assert not panel.has_reset() or panel.reset(before), panel.title


def nudge(page, panel):
    """Move the panel's first slider by a key press: does it show something else?"""
    before, handle = panel.show().state(), panel.find(".noUi-handle")[0]
    handle.focus()
    page.page.keyboard.press("ArrowLeft" if at_its_end(handle) else "ArrowRight")
    return panel.wait_for_change(before) and not panel.state()["message"]


def test_two_runs_leave_a_third_panel_alone_and_the_toolbars_interrupt_stops_both(page):
    running = [each for each in running_panels(page, most=2) if each[0].title not in SHORT]
    titles = {panel.title for panel, _ in running_panels(page)}
    other = next(p for p in page.panels() if p.title not in titles and p.find(".noUi-handle"))
    for panel, button in running:
        before = panel.show().settled()
        button.click()
        assert panel.wait_for_change(before), panel.title
    assert nudge(page, other)
    for _ in range(5):  # one that meets a message stops that message's work instead
        page.interrupt()
        if all(panel.wait_for_words(progress="stopped", seconds=5) for panel, _ in running):
            break
    for panel, _ in running:
        assert panel.wait_for_words(button="Run", progress="stopped"), panel.title
        assert not panel.state()["message"]
    page.wait_for_kernel()
    assert nudge(page, other)

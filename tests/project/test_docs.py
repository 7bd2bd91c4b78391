"""The pages tell the truth: their links lead somewhere, what they name is there, code runs."""

import importlib
import json
import re
import sys
import types
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
NOTEBOOKS = sorted((ROOT / "chapters").glob("ch*.ipynb"))
README = (ROOT / "README.md").read_text(encoding="utf-8")


def rows(name):
    """The cells of each row of the table in docs/<name>, without its head."""
    lines = (ROOT / "docs" / name).read_text(encoding="utf-8").splitlines()
    table = [line.split("|")[1:-1] for line in lines if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in table[2:]]


GLOSSARY, MAP = rows("glossary.md"), rows("map.md")


def prose(notebook):
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")


def sections(notebook):
    """The numbers of a notebook's headings, such as 7.2."""
    return re.findall(r"^## (\d+\.\d+) ", prose(notebook), flags=re.MULTILINE)


def without_code(page):
    return re.sub(r"```.*?```|`[^`]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files(page):
    links = [re.sub("#.*", "", link) for link in re.findall(r"\]\(([^)]+)\)", without_code(page))]
    assert not [link for link in links if "://" not in link and not (page.parent / link).exists()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_make_targets_that_are_named_exist(page):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    named = set(re.findall(r"(?:`|^ *)make ([a-z-]+)", page.read_text("utf-8"), flags=re.MULTILINE))
    assert named <= targets


def test_the_readmes_check_proves_itself(monkeypatch):
    from common.layers import Relu

    (code,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    exec(compile(code, "README.md", "exec"), {})
    monkeypatch.setattr(Relu, "backward", lambda self, dout: dout)  # a ReLU that blocks nothing
    with pytest.raises(AssertionError):
        exec(compile(code, "README.md", "exec"), {})


def test_the_worked_example_of_contributing_works(monkeypatch, tmp_path):
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    modules = {}
    for name, code in re.findall(r"`([\w/]+)\.py`:\n\n```python\n(.*?)```", text, re.DOTALL):
        module = modules[name] = types.ModuleType(name.replace("/", "."))
        module.__package__ = module.__name__.rpartition(".")[0]
        module.__file__ = tmp_path / f"{len(modules)}.py"
        module.__file__.write_text(code, encoding="utf-8")
        monkeypatch.setitem(sys.modules, module.__name__, module)
        exec(compile(code, module.__file__, "exec"), vars(module))
    panel, solution, exercise, right, wrong = modules.values()
    assert "sees a square of 7 × 7 pixels" in panel.window_panel(layers=3).sentence
    assert exercise.check_window_side(solution.window_side).ok
    for held, ok in ((right.window_side, True), (wrong.window_side, False)):
        for answer in (one for name, one in vars(held).items() if name[0] != "_"):
            assert exercise.check_window_side(answer).ok is ok


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_chapter_is_in_the_readme_and_on_the_map(notebook):
    assert f"](chapters/{notebook.name})" in README, f"README.md wants a row for {notebook.name}"
    mapped = [row[0] for row in MAP if f"(../chapters/{notebook.name})" in row[2]]
    want = "docs/map.md wants a row for each section of"
    assert mapped == sections(notebook), f"{want} {notebook.name}"


def test_what_the_map_names_is_there():
    for section, subject, notebook, *code in MAP:
        assert subject
        assert re.fullmatch(rf"\[(\w+), {section}\]\(\.\./chapters/\1\.ipynb\)", notebook)
        for part in filter(None, "".join(code).split("; ")):
            module = re.fullmatch(r"\[(\w+)\.py\]\(\.\./common/\1\.py\): .+", part)
            assert module, (section, part)
            for name in re.findall(r"`(\w+)`", part):
                found = getattr(importlib.import_module(f"common.{module[1]}"), name)
                assert found.__module__ == f"common.{module[1]}", (section, name)


def test_the_glossary_is_in_order_and_bilingual_and_leads_to_the_mapped_sections():
    words = [row[0].lower() for row in GLOSSARY]
    assert len(words) >= 60 and words == sorted(set(words))
    mapped = {row[0]: row[2].split("(")[1] for row in MAP}
    for english, korean, section, sentence in GLOSSARY:
        number = re.fullmatch(r"\[(\d+\.\d+)\]\((.+)\)", section)
        assert number and f"{number[2]})" == mapped[number[1]], english
        # What Korean writes in Latin letters, too.
        assert re.search("[가-힣]", korean) or english in {"im2col", "RMSprop"}, english
        assert sentence[0].isupper() and sentence.endswith("."), english
        assert ". " not in sentence, "one sentence each"

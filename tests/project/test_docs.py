"""The glossary and the map name only what is there: sections, files, functions, links."""

import importlib
import json
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = {
    "3": "ch03_neural_net",
    "4": "ch04_learning",
    "5": "ch05_backprop",
    "6": "ch06_training",
    "7": "ch07_cnn",
}


def rows(name):
    """The cells of each row of the table in docs/<name>, without its head."""
    lines = (ROOT / "docs" / name).read_text(encoding="utf-8").splitlines()
    table = [line.split("|")[1:-1] for line in lines if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in table[2:]]


GLOSSARY, MAP = rows("glossary.md"), rows("map.md")


@cache
def sections(chapter):
    """The numbers of a notebook's headings, such as 7.2; None where it is not written yet."""
    path = ROOT / "chapters" / f"{chapter}.ipynb"
    if not path.exists():
        return None
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    return re.findall(r"^## (\d\.\d) ", text, flags=re.MULTILINE)


@pytest.mark.parametrize("name", ["glossary.md", "map.md"])
def test_links_lead_to_files(name):
    links = re.findall(r"\]\(([^)]+)\)", (ROOT / "docs" / name).read_text(encoding="utf-8"))
    planned = {f"../chapters/{chapter}.ipynb" for chapter in CHAPTERS.values()}
    assert len(links) > 30
    assert not [link for link in links if not (ROOT / "docs" / link).exists() | (link in planned)]


def test_every_section_of_every_chapter_is_on_the_map():
    mapped = [row[0] for row in MAP]
    assert mapped == sorted(set(mapped))
    for number, chapter in CHAPTERS.items():
        here = [section for section in mapped if section[0] == number]
        assert here
        assert sections(chapter) in (None, here), chapter


def test_the_map_leads_to_the_notebook_of_the_section():
    for section, subject, notebook, _code in MAP:
        chapter = CHAPTERS[section[0]]
        assert subject
        assert notebook == f"[{chapter}, {section}](../chapters/{chapter}.ipynb)"


def test_what_the_map_names_in_common_is_there():
    named = 0
    for section, _subject, _notebook, *code in MAP:
        for part in filter(None, "".join(code).split("; ")):
            module = re.fullmatch(r"\[(\w+)\.py\]\(\.\./common/\1\.py\): .+", part)
            assert module, (section, part)
            for name in re.findall(r"`(\w+)`", part):
                found = getattr(importlib.import_module(f"common.{module[1]}"), name)
                assert found.__module__ == f"common.{module[1]}", (section, name)
                named += 1
    assert named >= 30


def test_the_glossary_is_in_order_and_bilingual():
    words = [row[0].lower() for row in GLOSSARY]
    assert len(words) >= 60
    assert words == sorted(set(words))
    names = {"im2col", "RMSprop"}  # what Korean writes in Latin letters, too
    for english, korean, _section, sentence in GLOSSARY:
        assert re.search("[가-힣]", korean) or english in names, english
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert ". " not in sentence, "one sentence each"


def test_the_glossarys_sections_are_on_the_map():
    mapped = {row[0]: row[2].split("(")[1] for row in MAP}
    for english, _korean, section, _sentence in GLOSSARY:
        number = re.fullmatch(r"\[(\d\.\d)\]\((.+)\)", section)
        assert number, english
        assert f"{number[2]})" == mapped[number[1]]


def test_the_words_of_chapter_7_are_in_its_notebook():
    """The chapters' own lists of words and this glossary must not drift apart unnoticed."""
    text = (ROOT / "chapters" / "ch07_cnn.ipynb").read_text(encoding="utf-8").lower()
    for english, _korean, section, _sentence in GLOSSARY:
        if section.startswith("[7"):
            assert english.split(" (")[0].lower() in text, english

"""The Korean edition follows the English one: catalogues, and what a translation must keep."""

import re

import nbformat
import polib
import pytest
from matplotlib.text import Text
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

import companion
from editions import ko
from tests.panels.table import PANELS

CATALOGUES = sorted(ko.CATALOGUES.glob("*.po"))


def small(*texts):
    """A notebook of cells of text, with code between them."""
    cells = [new_markdown_cell(text, id=f"c{i}") for i, text in enumerate(texts)]
    return new_notebook(cells=[*cells, new_code_cell("1 + 1", id="code")])


def follow(old, *texts):
    return {entry.msgid: entry for entry in ko.updated(old, ko.prose(small(*texts)))}


def test_a_paragraph_that_moves_keeps_its_translation_and_one_that_changes_is_fuzzy():
    first = "The network learns by walking downhill, step by step."
    old = ko.updated(
        polib.POFile(), ko.prose(small("# One\n\n" + first, "Two plus three is five."))
    )
    for entry, korean in zip(
        old, ("# 하나", "신경망은 한 걸음씩 배웁니다.", "다섯입니다."), strict=True
    ):
        entry.msgstr = korean
    changed = first.replace("step by step", "a step at a time")
    new = follow(old, "Two plus three is five.", "# One", changed, "Nothing like this was there.")
    assert new["Two plus three is five."].msgstr == "다섯입니다."
    assert not new["Two plus three is five."].fuzzy
    assert (new[changed].msgstr, new[changed].previous_msgid) == (
        "신경망은 한 걸음씩 배웁니다.",
        first,
    )
    assert new[changed].fuzzy
    assert not new["Nothing like this was there."].msgstr


def test_what_has_no_valid_translation_stays_english_and_is_counted():
    notebook = small("# One\n\nLeft as it is.")
    found = ko.updated(polib.POFile(), ko.prose(notebook))
    found[0].msgstr = "# 하나"
    korean, missing = ko.korean_notebook(notebook, found)
    assert korean.cells[0].source == "# 하나\n\nLeft as it is."
    assert missing == ["c0/1"]
    assert korean.cells[1] == notebook.cells[1]
    found[0].flags.append("fuzzy")
    assert ko.korean_notebook(notebook, found)[1] == ["c0/0", "c0/1"]


def test_fences_stay_in_one_piece():
    text = "Before.\n\n```python\na = 1\n\nb = 2\n```\n\nAfter."
    assert ko.blocks(text) == ["Before.", "```python\na = 1\n\nb = 2\n```", "After."]


@pytest.mark.parametrize(
    ("english", "korean", "what"),
    [
        ("$x$ is small", "$y$는 작습니다", "formula"),
        ("see [here](a.md)", "[여기](b.md)", "link"),
        ("call `f`", "`g`를 부르세요", "code"),
        ('<img src="a" alt="A dog">', '<img src="b" alt="개">', "picture"),
        ("12 of 100", "100개 가운데 11개", "number"),
        ("{n} digits", "숫자", "placeholder"),
        ("the weight", "가중치을(를)", "particle"),
        ("{name} is set", "{name}를 고릅니다", "particle"),
        ("**a (b)** is", "**가(나)**는", "bold"),
    ],
)
def test_each_loss_is_seen(english, korean, what):
    assert any(what in problem for problem in ko.problems(english, korean))
    assert not ko.problems(english, english)


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_what_is_translated_keeps_what_it_must(path):
    for entry in polib.pofile(str(path)):
        for korean in filter(None, [entry.msgstr, *entry.msgstr_plural.values()]):
            english = entry.msgid_plural or entry.msgid
            assert entry.fuzzy or not ko.problems(english, korean), (entry.msgid, korean)


def test_the_korean_chapters_are_those_of_today():
    for path in ko.CHAPTERS.glob("ch*.ipynb"):
        english = nbformat.read(path, as_version=4)
        korean, missing = ko.korean_notebook(english, ko.read(path.stem))
        assert not missing, "these stay English"
        stored = nbformat.read(ko.KOREAN / path.name, as_version=4).cells
        same = [(cell.id, cell.source, cell.metadata) for cell in stored]
        assert same == [(cell.id, cell.source, cell.metadata) for cell in korean.cells], "make ko"


@pytest.mark.parametrize("english", ko.DOCUMENTS)
def test_the_korean_documents_are_those_of_today(english):
    text, missing = ko.korean_document(english, ko.read(ko.catalogue_of(english)))
    assert not missing, "these stay English"
    assert text == (ko.ROOT / ko.DOCUMENTS[english]).read_text("utf-8"), "make ko"


def test_links_lead_where_they_led_and_to_korean_where_there_is_some():
    text = "[a](../chapters/ch03_neural_net.ipynb) [b](map.md#x) [c](../common/layers.py) [d](#e)"
    moved = ko.led(text, "docs/glossary.md", "docs/ko/glossary.md")
    assert moved == (
        "[a](../../chapters_ko/ch03_neural_net.ipynb) [b](map.md#x) [c](../../common/layers.py)"
        " [d](#e)"
    )
    assert ko.led("[English](README.ko.md)", "README.md", "README.ko.md") == "[English](README.md)"


def test_all_words_of_today_are_there_in_korean():
    wanted = {entry.msgid for entry in ko.words_of_the_code()}
    ours, used = ko.read("companion"), polib.mofile(str(ko.CATALOGUES / "companion.mo"))
    texts = [{e.msgid: (e.msgstr, e.msgstr_plural) for e in each} for each in (ours, used)]
    assert texts[0] == texts[1], "make ko"
    assert {name for name, (one, many) in texts[0].items() if one or many.get(0)} == wanted


# No words of a sentence: code, formulas, placeholders; links, and names of works and files there;
# names in bold that panels show; the English of a Korean word, in brackets behind it; calls.
NAMES = "|".join(ko.KEPT[kind] for kind in ("code", "formula", "link", "placeholder")) + (
    r"|\[[^]가-힣]+(?=\]\()|\*\*[A-Za-z][^*가-힣]*\*\*|(?<=[가-힣*])\([A-Za-z ]+\)"
    r"|[a-z]\.[a-z]+|[a-z]+\([^()가-힣]*\)|^Node:"
    r"|이 기울기는 gradient|영어 이름 backpropagation"  # they tell what it is in English
    r"|momentum(?=은 v에만|을 기울기가)|1 - momentum|labels(?=의 형상)"  # arguments
    r"|lr · gradient|sigmoid, relu"  # parts of a formula, in words that have no code
)


def test_nothing_is_left_in_english_that_the_glossary_has_in_korean():
    glossary = (ko.ROOT / "docs/glossary.md").read_text("utf-8").replace("isation", "i[sz]ation")
    rows = re.findall(r"^\| (\w.+?) \| (.+?) \| \[", glossary, flags=re.M)
    words = [w for row in rows for w in re.findall(r"\w[^()]*\w", row[0]) if w not in row[1]]
    left = re.compile(rf"(?i)(?<![a-z_])(?:{'|'.join(words)})(?:e?s)?(?![a-z_])")
    assert len(words) > 85 and left.search("이 gradient는 작습니다")
    said = [e for path in ko.CATALOGUES.glob("c*.po") for e in polib.pofile(str(path))]
    texts = [text for e in said for text in (e.msgstr, *e.msgstr_plural.values())]
    prose = [text for text in texts if re.search(r"[가-힣]|\w[.?!]$", text)]  # no label of a figure
    assert not [text for text in prose if left.search(re.sub(NAMES, " ", text, flags=re.S))]
    assert not [row for row in rows if row[1].split("(")[0] not in "".join(prose)], "never said"


@pytest.mark.slow
@pytest.mark.parametrize("name", PANELS)
def test_a_panel_says_korean_and_draws_english(name, monkeypatch):
    monkeypatch.setenv("LANGUAGE", "ko")
    companion.speak("ko")
    panel = PANELS[name]()
    for values in [panel.values, *panel.presets.values()]:
        panel.set(**values)  # a letter that the font lacks is a warning, and so an error
        shown = [panel.title, panel.sentence, *panel.presets]
        shown += [getattr(control, "description", "") for control in panel.controls.values()]
        assert re.search("[가-힣]", panel.sentence) and not panel.message
        assert not re.findall(r"\b[a-z]{2,} [a-z]{2,} [a-z]{2,}\b", "; ".join(shown))
        assert not re.search("[가-힣]", "".join(t.get_text() for t in panel.figure.findobj(Text)))

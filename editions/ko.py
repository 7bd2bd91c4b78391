"""The Korean edition: `make ko`.

Catalogues in locale/ko/LC_MESSAGES follow the English: one a chapter and one for the documents, a
message a paragraph, which knows its cell and number; companion.po for what panels, exercises and
companion say. The notebooks in chapters_ko follow the catalogues: their code is that of the
English chapters, byte for byte; `make notebooks` runs them. A paragraph without a valid translation
stays English there, and is counted.
"""

import copy
import difflib
import posixpath
import re
import sys
from functools import cache
from pathlib import Path

import nbformat
import polib
from babel.messages import frontend

from scripts.notebooks import UNCOMPARED, tags
from scripts.refresh_notebooks import write

ROOT = Path(__file__).resolve().parents[1]
CHAPTERS, KOREAN = ROOT / "chapters", ROOT / "chapters_ko"
CATALOGUES = ROOT / "locale" / "ko" / "LC_MESSAGES"
SOURCES = ("panels", "exercises", "chapters/companion.py")  # whose words pass through gettext
# README.md -> README.ko.md; docs/map.md -> docs/ko/map.md
DOCUMENTS = {
    "README.md": "README.ko.md",
    **{f"docs/{name}.md": f"docs/ko/{name}.md" for name in ("map", "glossary", "teaching")},
}
ALIKE = 0.6  # of its letters: an old paragraph that a new one is thought to come from
METADATA = {"Content-Type": "text/plain; charset=UTF-8", "Language": "ko"}


def blocks(source, rows=False):
    """The paragraphs of a Markdown text; a fence of code stays in one piece. rows: so does each row
    of a table.
    """
    found, fenced = [[]], False
    for line in source.split("\n"):
        fenced ^= line.lstrip().startswith("```")
        if rows and line.startswith("|") and found[-1]:
            found.append([])
        if line.strip() or fenced:
            found[-1].append(line)
        else:
            found.append([])
    return ["\n".join(lines) for lines in found if lines]


def joined(parts):
    """Paragraphs as a Markdown text: rows of a table close together, all else apart."""
    text = "\n\n".join(parts)
    return re.sub(r"(?m)^(\|.*\|)\n\n(?=\|)", r"\1\n", text)


def messages(cells):
    """("cell/number", paragraph) of each paragraph, for cells of (id, Markdown): of a document each
    row of a table, too.
    """
    return [
        (f"{name}/{number}", text)
        for name, source in cells
        for number, text in enumerate(blocks(source, name.endswith(".md")))
    ]


def prose(notebook):
    """(id, Markdown) of the notebook's cells of text."""
    return [(cell.id, cell.source) for cell in notebook.cells if cell.cell_type == "markdown"]


def updated(old, cells):
    """The catalogue `old` as it follows the English of today.

    A paragraph that moved keeps its translation. One that changed keeps it as fuzzy, with the old
    English beside it; where it changed too much, its translation is gone, and git has it.
    """
    new = polib.POFile(wrapwidth=0)
    new.metadata = METADATA
    left = {(entry.msgctxt, entry.msgid): entry for entry in old if entry.msgstr}
    wanted = messages(cells)
    same = {}
    for match in (
        lambda place, text, key: key == (place, text),
        lambda _, text, key: key[1] == text,
    ):
        for place, text in wanted:
            key = next((key for key in left if match(place, text, key)), None)
            if place not in same and key:
                same[place] = left.pop(key)
    for place, text in wanted:
        entry = polib.POEntry(msgctxt=place, msgid=text)
        if before := same.get(place):
            entry.msgstr, entry.flags = before.msgstr, before.flags
            entry.previous_msgid = before.previous_msgid
        elif close := _closest(place, text, left):
            before = left.pop(close)
            entry.msgstr, entry.flags = before.msgstr, ["fuzzy"]
            entry.previous_msgid = before.previous_msgid or before.msgid
        new.append(entry)
    return new


def _closest(place, text, left):
    """The key of the translated paragraph that this one was, or None."""

    def alike(key):
        matcher = difflib.SequenceMatcher(None, key[1], text, autojunk=False)
        return matcher.ratio() if matcher.quick_ratio() > ALIKE else 0.0

    close = {key: alike(key) + 0.1 * (key[0] == place) for key in left}
    best = max(close, key=close.get, default=None)
    return best if best and close[best] > ALIKE else None


def translated(cells, catalogue):
    """(id, Korean Markdown) of each cell, and the places that stayed English."""
    known = {
        (entry.msgctxt, entry.msgid): entry.msgstr
        for entry in catalogue
        if entry.msgstr and "fuzzy" not in entry.flags
    }
    missing = [place for place, text in messages(cells) if (place, text) not in known]
    korean = []
    for name, source in cells:
        here = messages([(name, source)])
        korean.append((name, joined(known.get(message, message[1]) for message in here)))
    return korean, missing


def korean_notebook(notebook, catalogue):
    """A copy whose text is Korean, and the places that stayed English."""
    notebook = copy.deepcopy(notebook)
    korean, missing = translated(prose(notebook), catalogue)
    text = dict(korean)
    for cell in notebook.cells:
        cell.source = text.get(cell.id, cell.source)
        if cell.cell_type == "markdown":
            cell.source = led(cell.source, "chapters/", "chapters_ko/")
    return notebook, missing


def korean_document(english, catalogue):
    """A document's Korean text, and the places that stayed English."""
    text = [(english, (ROOT / english).read_text(encoding="utf-8"))]
    ((_name, korean),), missing = translated(text, catalogue)
    return led(korean, english, DOCUMENTS[english]) + "\n", missing


def catalogue_of(path):
    """docs/map.md -> docs_map"""
    return re.sub(r"\W", "_", path.removesuffix(".md"))


LINK = re.compile(
    r'(\]\(|^\[[^]\n]+\]: |src="|srcset=")([^)\s:#"]+)(#[^)\s"]+)?(?=[)\s"]|$)', re.MULTILINE
)


def led(text, english, korean):
    """A text that moves from one path to another: its links lead where they led, and to what is
    Korean where there is such a thing; from a link to itself in Korean becomes one to the English.
    """

    def link(found):
        opening, path, place = found.groups(default="")
        goal = posixpath.normpath(posixpath.join(posixpath.dirname(english), path))
        if goal == korean:
            goal = english
        elif goal in DOCUMENTS:
            goal = DOCUMENTS[goal]
        elif goal.startswith("chapters/ch"):
            place = place and "#" + anchors(posixpath.basename(goal))[place[1:]]
            goal = goal.replace("chapters", "chapters_ko", 1)
        return opening + posixpath.relpath(goal, posixpath.dirname(korean)) + place

    return LINK.sub(link, text)


@cache
def anchors(name):
    """English -> Korean place of each heading of a chapter, as JupyterLab names it."""
    catalogue = read(name.removesuffix(".ipynb"))
    headings = (entry for entry in catalogue if entry.msgid.startswith("#"))
    both = ((entry.msgid, entry.msgstr or entry.msgid) for entry in headings)
    return {one.lstrip("# ").replace(" ", "-"): other.lstrip("# ").replace(" ", "-")
            for one, other in both}  # fmt: skip


def stored(notebook, path):
    """Write a Korean chapter; what its cells of the same code have shown stays beside them.

    Cells that print a time have the English one's: texts tell of it.
    """
    shown = {}
    if path.exists():
        cells = nbformat.read(path, as_version=4).cells
        shown = {cell.id: cell for cell in cells if cell.cell_type == "code"}
    for cell in notebook.cells:
        if cell.cell_type == "code" and UNCOMPARED not in tags(cell):
            before = shown.get(cell.id)
            cell.outputs = before.outputs if before and before.source == cell.source else []
    write(notebook, path)


def read(name):
    path = CATALOGUES / f"{name}.po"
    return polib.pofile(str(path), wrapwidth=0) if path.exists() else polib.POFile(wrapwidth=0)


def update(name, cells):
    """Bring a catalogue up to date on disk, and return it."""
    catalogue = updated(read(name), cells)
    catalogue.save(str(CATALOGUES / f"{name}.po"))
    return catalogue


def words_of_the_code():
    """The English messages that panels, exercises and companion look up."""
    template = ROOT / "build" / "companion.pot"
    template.parent.mkdir(exist_ok=True)
    babel = ["pybabel", "-q", "extract", "--omit-header", "--no-location", "--sort-output"]
    sources = [str(ROOT / name) for name in SOURCES]
    frontend.CommandLineInterface().run([*babel, "-o", str(template), *sources])
    return polib.pofile(str(template))


def update_words():
    """companion.po follows the words of the code, and companion.mo follows it."""
    old = {entry.msgid: entry for entry in read("companion")}
    new = polib.POFile(wrapwidth=0)
    new.metadata = {**METADATA, "Plural-Forms": "nplurals=1; plural=0;"}
    for entry in words_of_the_code():
        before = old.get(entry.msgid, polib.POEntry())
        entry.msgstr = before.msgstr
        if entry.msgid_plural:
            entry.msgstr_plural = before.msgstr_plural or {0: ""}
        new.append(entry)
    new.save(str(CATALOGUES / "companion.po"))
    new.save_as_mofile(str(CATALOGUES / "companion.mo"))
    return new


# What must be the same on both sides.
KEPT = {
    "formula": r"\$\$.+?\$\$|\$[^$\n]+\$",
    "link": r"\]\([^)]+\)",
    "code": r"```.*?```|`[^`]+`",
    "picture": r"<[^>]+>",
    "number": r"(?<![\w.])\d+(?:,\d{3})*(?:\.\d+)?(?!\d|[.,]\d| (?:thousand|million|billion))",
    "placeholder": r"\{[^}]*\}",
}
WRONG = {
    "a particle in brackets": r"[을은이와]\([를는가과]\)|\(으\)로",
    "** after punctuation, before Hangul: not bold": r"\*\*[^*\s][^*]*[)\].,'’”]\*\*(?=[가-힣])",
    "a particle that depends on what the placeholder before it is": (
        r"\{[^}%]*\}`?(?:[은는이가을를과와]|으?로)(?![가-힣])"
    ),
    "a word for the reader that no Korean teacher uses": r"당신|그녀",
}


def problems(english, korean):
    """What a machine can see of a translation, in words; empty if it sees nothing."""
    found = []
    for what in KEPT:
        ours, theirs = _parts(what, english), _parts(what, korean)
        if what == "number":
            theirs &= ours  # "five apples" may be "사과 5개"
        if ours != theirs:
            found.append(f"{what}: {sorted(ours - theirs)} / {sorted(theirs - ours)}")
    return found + [what for what, pattern in WRONG.items() if re.search(pattern, korean)]


def _parts(what, text):
    """All different parts of one kind; numbers and placeholders only those in plain words."""
    for other in ("formula", "link", "code", "picture", "placeholder"):
        if what == "number" or (what == "placeholder" and other in ("formula", "code")):
            text = re.sub(KEPT[other], " ", text, flags=re.S)
    parts = re.findall(KEPT[what], text, flags=re.S)
    words = r'\\text(bf)?\{[^}]*\}|(?<=alt=")[^"]+'  # in a formula; about a picture
    return {re.sub(words, "", part) for part in parts}


def main():
    CATALOGUES.mkdir(parents=True, exist_ok=True)
    words = update_words()
    print(f"companion: {len(words.untranslated_entries())} of {len(words)} words stay English")
    for path in sorted(CHAPTERS.glob("ch*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        catalogue = update(path.stem, prose(notebook))
        korean, missing = korean_notebook(notebook, catalogue)
        stored(korean, KOREAN / path.name)
        print(f"{path.stem}: {len(missing)} of {len(catalogue)} paragraphs stay English")
    for english in DOCUMENTS:
        text = (ROOT / english).read_text(encoding="utf-8")
        catalogue = update(catalogue_of(english), [(english, text)])
        korean, missing = korean_document(english, catalogue)
        path = ROOT / DOCUMENTS[english]
        path.parent.mkdir(exist_ok=True)
        path.write_text(korean, encoding="utf-8", newline="\n")
        print(f"{english}: {len(missing)} of {len(catalogue)} paragraphs stay English")


if __name__ == "__main__":
    sys.exit(main())

"""A chapter cut into slides: what the deck (slides.py) and the live lecture (lecture.py) show.

A heading begins a slide, and what is too high for one slide goes on on the next. Shown are
questions ("predict", "try it"), formulas, tables, lists, short code, outputs, pictures, exercises
whole, and of prose the sentences with a word in bold or a question in italics. All prose stands
in the notes. Cells with the tag `slide-skip` are left out.

Names: the first slide of a heading has the heading's slug, as GitHub makes it: small letters,
without punctuation, "-" for a space ("5.1 Computational graphs" -> 51-computational-graphs, a
second one of the same words ends in -1). Those after it add --2, --3, …; so a link
`ch05_backprop.html#/51-computational-graphs` stays.
"""

import math
import re
from dataclasses import dataclass, field
from typing import NamedTuple

from exercises.verdict import solution_source
from scripts.notebooks import ANSI, answer_name, pictures, tags

ROOM = 540  # pixels between the title and the foot of a slide of 1280 × 720
WIDE = 1200  # pixels from margin to margin
LINE, MONO, GAP = 39, 31.2, 12  # pixels: a line of text, one of code or of a table, between parts
LETTERS, COLUMNS = 88, 79  # in a line of text, and in one of code
SHOWN, MOST = 10, 20  # lines of code: beyond these it is folded; folded ones of one slide
WHOLE = re.compile(r"\$\$|\||[-*] |\d+\. |> |```")  # how blocks begin that are shown as they are
KEY = re.compile(r"\*\*|(?<![*\w])\*[^*]{2,}\?\*|(?<=\S)\s\*[^*]{30,}\*")
PREDICT = re.compile(r"(\*\*Try it\b|\*Predict\b).*", re.DOTALL)


class Part(NamedTuple):
    kind: str  # text, ask, code, output, error, picture
    source: str  # Markdown, Python, plain text; of a picture its words
    height: float  # pixels, estimated; tests/editions/test_slides.py asks the browser
    cell: object = None
    picture: str = ""  # a PNG in base64


@dataclass
class Slide:
    name: str
    title: str  # Markdown
    level: int
    section: str  # the heading above it, of level 1 or 2
    parts: list = field(default_factory=list)
    notes: list = field(default_factory=list)  # Markdown
    code: list = field(default_factory=list)  # what is folded
    answer: str = ""
    place: str = ""  # "2 of 3" of the slides of one heading


def slug(heading):
    """The name that GitHub gives to a heading."""
    words = re.sub(r"[^\w\- ]", "", heading.lower()).strip()
    return words.replace(" ", "-")


def sentences(paragraph):
    """The sentences of a paragraph, none of them cut inside of a formula, code or bold words."""
    found = [""]
    for piece in re.split(r"(?<=[.?!:])\s+(?=[A-Z*$\"(])", " ".join(paragraph.split())):
        found[-1] = f"{found[-1]} {piece}".strip()
        rest = re.sub(r"\$[^$]*\$|`[^`]*`", "", found[-1])
        if not any(rest.count(mark) % 2 for mark in ("*", "$", "`", '"')):
            found.append("")
    return [sentence for sentence in found if sentence]


def chunks(block):
    """A block as shown: a list item by item, a table in pieces that fit a slide."""
    if block.startswith("|"):
        head, rule, *rows = block.splitlines()
        piece = []
        for row in rows:
            if height("\n".join([head, rule, *piece, row])) > ROOM:
                yield "\n".join([head, rule, *piece])
                piece = []
            piece.append(row)
        yield "\n".join([head, rule, *piece])
    elif re.match(r"[-*] |\d+\. ", block):
        yield from re.split(r"\n(?=[-*] |\d+\. )", block)
    else:
        yield block


def height(text, letters=LETTERS):
    """About how many pixels some Markdown needs."""
    if text.startswith("$$"):
        return 64 + 40 * text.count(r"\\") + 36 * (r"\frac" in text) + GAP
    plain = re.sub(r"\\[a-zA-Z]+|[{}$`]|\*\*|\]\([^)]*\)", "", text)
    if text.startswith("|"):
        head, _rule, *rows = plain.splitlines()
        return sum(12 + MONO * math.ceil(len(row) / 98) for row in [head, *rows]) + GAP
    if text.startswith("```"):
        return MONO * (text.count("\n") - 1) + 24 + GAP
    return LINE * math.ceil(len(plain) / letters) + GAP


def in_prose(block, whole):
    """What of a block is shown, (kind, Markdown) each; `whole`: all of it."""
    if ask := PREDICT.search(block):
        return [("text", block[: ask.start()].strip())] * whole + [("ask", ask[0])]
    if whole or WHOLE.match(block):
        return [("text", chunk) for chunk in chunks(block)]
    return [("text", sentence) for sentence in sentences(block) if KEY.search(sentence)]


def outputs(cell):
    """What a code cell says and shows, as parts."""
    shown = iter(pictures(cell))
    for output in cell.outputs:
        data = output.get("data", {})
        if "image/png" in data:
            alt, png = next(shown)
            yield Part("picture", alt, 0.8 * fitted(size(png)), cell, png)
        elif output.output_type == "error":
            text = f"{output.ename}: {ANSI.sub('', output.evalue)}"
            yield Part("error", text, lines_high(text), cell)
        elif text := (output.get("text") or data.get("text/plain", "")).rstrip():
            yield Part("output", text, lines_high(text), cell)


def size(png):
    """Width and height of a PNG in base64: they stand in its bytes 16 to 24."""
    import base64

    head = base64.b64decode(png[:32])
    return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")


def fitted(of):
    """How high a picture of this size is on a slide of its own."""
    wide, high = of
    return high * min(WIDE / wide, ROOM / high, 2.2)


def lines_high(text):
    return MONO * sum(max(1, math.ceil(len(t) / COLUMNS)) for t in text.splitlines()) + 12 + GAP


def cut(notebook, chapter):
    """The slides of a chapter; `chapter` is "chNN", whose solutions answer the exercises."""
    slides, seen = [], {}

    def begin(level, title):
        base = slug(title)
        seen[base] = seen.get(base, -1) + 1
        above = [s.title for s in slides if s.level < min(level, 3) and s.level <= 2]
        name = f"{base}-{seen[base]}" if seen[base] else base
        slides.append(Slide(name, title, level, above[-1] if above else ""))

    def place(part):
        slide = slides[-1]
        used = sum(p.height for p in slide.parts) + 46 * (len(slide.title) > 60)
        if slide.level == 1 or (slide.parts and used + part.height > ROOM):
            go_on()
        slides[-1].parts.append(part)

    def go_on():
        slide = slides[-1]
        first, _, number = slide.name.partition("--")
        name = f"{first}--{int(number or 1) + 1}"
        slides.append(Slide(name, slide.title, max(slide.level, 2), slide.section))

    def fold(source, *with_it):
        if sum(text.count("\n") + 2 for text in [*slides[-1].code, source]) > MOST + 1:
            go_on()
        for part in with_it:
            place(part)
        slides[-1].code.append(source)

    for cell in notebook.cells:
        if "slide-skip" in tags(cell):
            continue
        if cell.cell_type == "markdown":
            for block in re.split(r"\n\s*\n", cell.source):
                if heading := re.match(r"(#+)\s+(.+)", block):
                    begin(len(heading[1]), heading[2])
                    continue
                exercise = slides[-1].title.startswith("Exercise")
                shown = [(kind, text) for kind, text in in_prose(block, exercise) if text]
                for kind, text in shown:
                    place(Part(kind, text, height(text) + 30 * (kind == "ask")))
                if "\n\n".join(text for _kind, text in shown) != block:
                    slides[-1].notes.append(block)
        elif "verdict" in tags(cell):
            fold(cell.source)
        else:
            said = list(outputs(cell))
            lines = cell.source.count("\n") + 1
            if lines > SHOWN or any(part.picture for part in said):
                fold(cell.source, *said)
            else:
                for part in [Part("code", cell.source, lines_high(cell.source) + 12, cell), *said]:
                    place(part)
            if name := answer_name(cell):
                slides[-1].answer = solution_source(chapter, name)
    return tidied(slides)


def tidied(slides):
    """No slide is empty: what has notes only shows how they begin. Slides of one heading count."""
    for slide in slides:
        if not slide.parts and not slide.code and slide.level > 1:
            slide.parts = [
                Part("text", text, height(text)) for note in slide.notes for text in sentences(note)[:1]
            ]
    slides = [s for s in slides if s.level == 1 or s.parts or s.code]
    for slide in slides:
        same = [s for s in slides if s.name.split("--")[0] == slide.name.split("--")[0]]
        same = [s for s in same if s.level > 1]
        if len(same) > 1 and slide.level > 1:
            slide.place = f"{same.index(slide) + 1} of {len(same)}"
    return slides

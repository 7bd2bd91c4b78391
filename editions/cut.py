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

import base64
import math
import re
from dataclasses import dataclass, field
from itertools import groupby, takewhile
from typing import NamedTuple

from exercises.verdict import solution_source
from scripts.notebooks import ANSI, answer_name, pictures, tags

ROOM = 532  # pixels between the title and the foot of a slide of 1280 × 720
WIDE = 1200  # pixels from margin to margin
LINE, MONO, GAP = 39, 31.2, 12  # pixels: a line of text, one of code or of a table, between parts
SMALL_TITLE = 58  # pixels: what a slide wins whose title stands in the line above it
LETTERS, COLUMNS = 88, 79  # in a line of text, and in one of code
SHOWN, MOST = 12, 20  # lines of code: beyond these it is folded; folded ones of one slide
WORDS = ("text", "ask")
WHOLE = re.compile(r"\$\$|\||[-*] |\d+\. |> |```")  # how blocks begin that are shown as they are
BLANK, HEADING = r"\n\s*\n", re.compile(r"(#+)\s+(.+)")
HANGUL = re.compile("[가-힣]")
KEY = re.compile(r"\*\*|(?<![*\w])\*[^*]{2,}\?\*|(?<=\S)\s\*[^*]{30,}\*")
SENTENCE = r"(?:^|(?<=[.?!] ))(?:[^.?!]|[.?!](?! ))*?"  # what a sentence begins with
PREDICT = re.compile(rf"(\*\*Try it\b|\*Predict\b|\*\*해 보기|{SENTENCE}\*\*예상해).*", re.DOTALL)
TRY = ("**Try it", "**해 보기")


class Part(NamedTuple):
    kind: str  # text, ask, contents, code, output, error, picture, panel; fold, skip: code unseen
    source: str  # Markdown, Python, plain text; of a picture its words
    height: float = 0  # pixels, estimated; tests/editions/test_slides.py asks the browser
    cell: object = None
    picture: str = ""  # a PNG in base64
    beside: str = ""  # what the cell prints, where it is narrow enough to stand beside the picture


@dataclass
class Slide:
    name: str
    title: str  # Markdown
    level: int
    section: str  # the heading above it, of level 1 or 2
    parts: list = field(default_factory=list)
    notes: list = field(default_factory=list)  # Markdown
    answer: str = ""
    place: tuple = ()  # (2, 3): the second of the three slides of one heading

    @property
    def shown(self):
        return [part for part in self.parts if part.kind not in ("fold", "skip")]

    @property
    def folded(self):
        return [part.source for part in self.parts if part.kind == "fold"]

    @property
    def looks(self):
        """Which of its two other sizes a slide is shown in, if any."""
        shown = self.shown
        used = height_of(shown, self.title)
        links = sum(part.height for part in shown if part.kind == "contents")
        words = all(p.kind in WORDS and p.source[:2] != "- " for p in shown if p.kind != "contents")
        if any(part.kind == "panel" for part in shown):
            return "full"
        if used > ROOM or (any(part.picture for part in shown) and used > 0.82 * ROOM):
            return "small-title"
        return "large" if words and used - links < 240 and 1.8 * used - 0.8 * links < ROOM else ""


def slug(heading):
    """The name that GitHub gives to a heading."""
    words = re.sub(r"[^\w\- ]", "", heading.lower()).strip()
    return words.replace(" ", "-")


def sentences(paragraph):
    """The sentences of a paragraph, none cut inside of brackets, formulas, code or bold words."""
    found = [""]
    for piece in re.split(r"(?<=[.?!])\s+(?=[A-Z가-힣*$\"“(])", " ".join(paragraph.split())):
        found[-1] = f"{found[-1]} {piece}".strip()
        rest = re.sub(r"\$[^$]*\$|`[^`]*`", "", found[-1])
        whole = not any(rest.count(mark) % 2 for mark in ("*", "$", "`", '"'))
        if whole and rest.count("(") <= rest.count(")"):
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
        return sum(12 + MONO * math.ceil(wide(row) / 98) for row in [head, *rows]) + GAP
    if text.startswith("```"):
        return MONO * (text.count("\n") - 1) + 24 + GAP
    return LINE * math.ceil(wide(plain) / letters) + GAP


def wide(text):
    """How many letters of ours a text is as wide as: a syllable of Hangul as two of them."""
    return len(text) + len(HANGUL.findall(text))


def in_prose(block, whole):
    """What of a block is shown, (kind, Markdown) each; `whole`: all of it."""
    if ask := PREDICT.search(block):
        return [("text", block[: ask.start()].strip())] * whole + [("ask", ask[0])]
    if whole or WHOLE.match(block):
        return [("text", chunk) for chunk in chunks(block)]
    return [("text", sentence) for sentence in sentences(block) if KEY.search(sentence)]


def outputs(cell):
    """What a code cell says and shows, as parts."""
    parts, shown = [], iter(pictures(cell))
    for output in cell.outputs:
        data = output.get("data", {})
        if "image/png" in data:
            alt, png = next(shown)
            beside = parts.pop().source if parts and narrow(parts[-1]) else ""
            kind = "panel" if is_panel(output) else "picture"
            high = ROOM if kind == "panel" else 0.8 * fitted(size(png))
            parts.append(Part(kind, alt, high, cell, png, beside))
        elif output.output_type == "error":
            text = f"{output.ename}: {ANSI.sub('', output.evalue)}"
            parts.append(Part("error", text, lines_high(text), cell))
        elif text := (output.get("text") or data.get("text/plain", "")).rstrip():
            parts.append(Part("output", text, lines_high(text), cell))
    return parts


def is_panel(output):
    """Whether a picture is a panel's: it then fills a slide, so that its words can be read."""
    drawn = output.metadata.get("image/png", {})
    return output.output_type == "execute_result" and not drawn.get("unconfined")


def caption(output):
    """A panel's title and sentence, which its stored picture has in its alt."""
    title = output.metadata["image/png"]["alt"].removesuffix(output.data["text/plain"])
    return title.rstrip(". "), output.data["text/plain"]


def panel_of(cell):
    """The output of a cell that shows a panel."""
    return next(o for o in cell.outputs if "image/png" in o.get("data", {}) and is_panel(o))


def narrow(part):
    """Whether a picture has room beside what was printed."""
    lines = part.source.splitlines()
    return part.kind == "output" and len(lines) > 2 and max(map(len, lines)) <= 26


def size(png):
    """Width and height of a PNG in base64: they stand in its bytes 16 to 24."""
    head = base64.b64decode(png[:32])
    return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")


def fitted(of):
    """How high a picture of this size is on a slide of its own."""
    wide, high = of
    return high * min(WIDE / wide, ROOM / high, 2.2)


def height_of(parts, title):
    return sum(part.height for part in parts) + 46 * (len(title) > 60)  # it takes two lines


def fits(parts, title):
    """Whether a slide has room for them, beside a picture with a small title."""
    return height_of(parts, title) <= ROOM + SMALL_TITLE * any(part.picture for part in parts)


def leads(part):
    """Whether a part announces what follows."""
    if part.kind == "ask":
        return not part.source.startswith(TRY)  # that looks back, at a panel
    return part.kind == "text" and part.source.endswith(":")


def lines_high(text):
    return MONO * sum(max(1, math.ceil(wide(t) / COLUMNS)) for t in text.splitlines()) + 12 + GAP


class Cutter:
    """The slides so far; things are placed on the last of them, or on one more."""

    def __init__(self, headings):
        self.slides, self.home = [], None
        self.headings, self.seen = iter(headings), []  # English ones, whatever the slides speak

    def begin(self, title, level):
        """A heading's first slide."""
        heading = slug(next(self.headings))
        same = self.seen.count(heading)
        self.seen.append(heading)
        above = [s.title for s in self.slides if s.level < min(level, 3)]
        name = f"{heading}-{same}" if same else heading
        self.slides.append(Slide(name, title, level, above[-1] if above else ""))
        if not self.in_exercise:
            self.home = self.slides[-1]

    @property
    def in_exercise(self):
        return self.slides[-1].name.startswith("exercise")

    def go_on(self, of=None):
        """One slide more of a heading."""
        of = of or self.slides[-1]
        base = of.name.split("--")[0]
        number = 1 + sum(s.name.split("--")[0] == base for s in self.slides)
        self.slides.append(Slide(f"{base}--{number}", of.title, max(of.level, 2), of.section))

    def place(self, *parts):
        """Parts that belong together; a question or an announcement before them goes with them."""
        if self.slides[-1].level == 1:
            self.go_on()
        old = self.slides[-1]
        carried = list(reversed(list(takewhile(leads, reversed(old.parts)))))
        if fits([*old.parts, *parts], old.title) or (not old.parts and len(parts) == 1):
            old.parts += parts
        elif len(parts) > 1 and not fits([*carried, *parts], old.title):
            for part in parts:
                self.place(part)
        else:
            if len(carried) == len(old.parts) or not fits([*carried, *parts], old.title):
                carried = []
            del old.parts[len(old.parts) - len(carried) :]
            self.go_on()
            self.slides[-1].parts += [*carried, *parts]

    def fold(self, cell, parts=()):
        """Code that a key opens, on the slide of what it shows."""
        folded = [*self.slides[-1].folded, cell.source]
        if sum(text.count("\n") + 2 for text in folded) > MOST + 1:
            self.go_on()
        if parts:
            self.place(*parts)
        self.slides[-1].parts.append(Part("fold", cell.source, cell=cell))

    def markdown(self, source):
        for block in re.split(BLANK, source):
            if heading := HEADING.match(block):
                self.begin(heading[2], len(heading[1]))
                continue
            shown = [(kind, text) for kind, text in in_prose(block, self.in_exercise) if text]
            for kind, text in shown:
                self.place(Part(kind, text, height(text) + 30 * (kind == "ask")))
            if "\n\n".join(text for _kind, text in shown) != block:
                self.slides[-1].notes.append(block)

    def code(self, cell, answer):
        said = outputs(cell)
        if cell.source.count("\n") >= SHOWN or any(part.picture for part in said):
            self.fold(cell, said)
        else:
            self.place(Part("code", cell.source, lines_high(cell.source) + 12, cell), *said)
        if answer:
            self.slides[-1].answer = answer


def cut(notebook, chapter, english=None):
    """The slides of a chapter; `chapter` is "chNN", whose solutions answer the exercises. english:
    the chapter that it is a translation of, whose headings name the slides.
    """
    named = [c for c in (english or notebook).cells if "slide-skip" not in tags(c)]
    prose = [cell.source for cell in named if cell.cell_type == "markdown"]
    found = [HEADING.match(block) for text in prose for block in re.split(BLANK, text)]
    cutter, answered = Cutter([heading[2] for heading in found if heading]), False
    for cell in notebook.cells:
        if "slide-skip" in tags(cell):
            cutter.slides[-1].parts.append(Part("skip", cell.source, cell=cell))
            continue
        if answered and not cell.source.startswith("#"):  # what the exercise interrupted
            cutter.go_on(cutter.home)
        answered = "verdict" in tags(cell)
        if cell.cell_type == "markdown":
            cutter.markdown(cell.source)
        elif answered:
            cutter.fold(cell)
        else:
            name = answer_name(cell)
            cutter.code(cell, name and solution_source(chapter, name))
    return tidied(cutter.slides)


def tidied(slides):
    """No slide is empty: what has only notes shows how they begin, a section what is in it."""
    for slide in slides:
        if not slide.shown and not slide.folded and slide.level > 1:
            begun = [" ".join(sentences(note)[:2]) for note in slide.notes]
            texts = [Part("text", text, height(text)) for text in begun]
            while not fits(texts, slide.title):
                texts.pop()
            slide.parts = [*texts, *slide.parts]
        inside = [
            s for s in slides if s.section == slide.title and s.level == 3 and "--" not in s.name
        ]
        if slide.level == 2 and inside and "--" not in slide.name:
            links = "\n".join(f"- [{s.title}](#/{s.name})" for s in inside)
            contents = Part("contents", links, LINE * len(inside) + GAP)
            if slide.looks == "large" and fits([*slide.parts, contents], ""):
                slide.parts.append(contents)
    slides = [s for s in slides if s.level == 1 or s.parts]
    for _base, same in groupby(slides, key=lambda slide: slide.name.split("--")[0]):
        same = [slide for slide in same if slide.level > 1]
        for number, slide in enumerate(same, start=1):
            slide.place = (number, len(same)) * (len(same) > 1)
    return slides

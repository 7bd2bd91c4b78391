"""Write a deck of slides for each chapter to build/slides, offline: `make slides`.

Nothing is run but the panels' frames. What is on which slide, and the names that links may use
(`ch05_backprop.html#/51-computational-graphs`): cut.py.
"""

import html
import importlib.util
import re
import shutil
import sys
from pathlib import Path
from string import Template

import nbformat
from markdown_it import MarkdownIt
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from editions import live
from editions.cut import caption, cut, panel_of
from editions.languages import CHAPTERS, NAMES, OTHER, ROOT, say

HERE = Path(__file__).parent
SLIDES = ROOT / "build" / "slides"
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable("table")
COLOURS = HtmlFormatter(style="a11y-high-contrast-light", nowrap=True)
FORMULA = re.compile(r"\$\$.+?\$\$|(?<!\\)\$[^$\n]+?\$", re.DOTALL)
LIVE = (
    '<link rel="stylesheet" href="{0}live/live.css">\n<script defer src="{0}live/live.js"></script>'
)
SWITCH = '<a class="language" href="{}" lang="{}" hreflang="{}">{}</a>'
FOOT = "On paper or as a PDF: put <code>?print-pdf</code> behind a deck's address, and print it."
FOLDS = {"c": "code", "a": "a solution"}


def render(text):
    """Markdown as HTML. Formulas are kept from it; links lead to decks, or out, or are words."""
    formulas = []

    def keep(found):
        formulas.append(found[0])
        return f"\ue000{len(formulas) - 1}\ue001"

    def back(found):
        formula = html.escape(formulas[int(found[1])])
        shown = formula.startswith("$$")
        return rf"\[{formula[2:-2]}\]" if shown else rf"\({formula[1:-1]}\)"

    parts = re.split(r"(```.*?```|`[^`]+`)", text, flags=re.DOTALL)
    text = "".join(p if p.startswith("`") else FORMULA.sub(keep, p) for p in parts)
    text = re.sub(r"\]\((ch\w+)\.ipynb", r"](\1.html", text)
    text = re.sub(r"\[([^\]]+)\]\((?!https?:|ch\w+\.html|#)[^)]*\)", r"\1", text)
    return re.sub("\ue000(\\d+)\ue001", back, MARKDOWN.render(text))


def inline(text):
    return render(text).strip().removeprefix("<p>").removesuffix("</p>")


def plain(text):
    return re.sub(r"[*`$]", "", text)


def python(source):
    return highlight(source, PythonLexer(), COLOURS).rstrip("\n")


def body(slide, panels, chapter, language):
    """The parts of a slide. What answers a question waits for a key; a panel does not."""
    asked = False
    for part in slide.shown:
        later = " fragment" if asked else ""
        if part.kind in ("text", "ask", "contents"):
            asked = asked or part.kind == "ask"
            yield f'<div class="{part.kind}">{render(part.source)}</div>'
        elif part.kind == "code":
            yield f'<pre class="code">{python(part.source)}</pre>'
        elif part.picture:
            name = panels.get((chapter, part.cell.id))
            source = f"data:image/png;base64,{part.picture}"
            image = f'<img alt="{html.escape(part.source)}" src="{source}">'
            if language != "en" and part.kind == "panel":  # its words are not drawn into it
                title, sentence = map(html.escape, caption(panel_of(part.cell)))
                image = f'<p class="said"><b>{title}</b></p>{image}<p class="said">{sentence}</p>'
            if name:
                there = f"{above(language)}live/{name}.js"
                live = f'data-panel="{name}" data-layout="lecture" data-src="{there}"'
                image = f'<div class="live-panel" {live}>{image}</div>'
            later = later if part.kind == "picture" else ""
            words = html.escape(part.beside)
            beside = f'<pre class="output{later}">{words}</pre>' if words else ""
            yield f'<div class="row">{beside}<div class="picture{later}">{image}</div></div>'
        else:
            yield f'<pre class="{part.kind}{later}">{html.escape(part.source)}</pre>'


def folds(slide, language):
    """What a key opens: the code of the slide, an answer of its exercise; and a button for each."""
    sources = {"c": "\n\n\n".join(slide.folded), "a": slide.answer}
    for key, source in sources.items():
        if source:
            fold = f"{key}-{slide.name}"
            yield (
                f'<button data-key="{key}" aria-controls="{fold}" aria-expanded="false">'
                f"<kbd>{key.upper()}</kbd> {say(FOLDS[key], language)}</button>"
                f'<pre class="fold" id="{fold}" hidden>{python(source)}</pre>'
            )


def section(slide, panels, chapter, language):
    notes = "".join(map(render, slide.notes))
    place = say("{0} of {1}", language).format(*slide.place) if slide.place else ""
    small = " · ".join(filter(None, [inline(slide.section) if slide.section else "", place]))
    head = f'<p class="above">{small}</p><h2>{inline(slide.title)}</h2>'
    inside = "".join(body(slide, panels, chapter, language))
    feet = "".join(folds(slide, language))
    return (
        f'<section id="{slide.name}"><div class="page {slide.looks}"><header>{head}</header>'
        f'<div class="body">{inside}</div><footer>{feet}</footer></div>'
        f'<aside class="notes">{notes}</aside></section>'
    )


def above(language):
    """Where what both languages use is: the English decks' folder."""
    return "" if language == "en" else "../"


def switch(page, language):
    """A link to the same page in the other language."""
    other = OTHER[language]
    there = f"{'../' if other == 'en' else 'ko/'}{page}.html"
    return SWITCH.format(there, other, other, NAMES[other])


def opening(slide, others, chapter, language):
    """The title, and what the chapter is going to be about."""
    ending = "html" if language == "en" else f"{language}.html"
    keys = Template((HERE / f"slides_keys.{ending}").read_text(encoding="utf-8"))
    keys = keys.substitute(switch=switch(chapter, language))
    notes = "".join(map(render, slide.notes))
    links = "".join(
        f'<li><a href="#/{other.name}">{inline(other.title)}</a></li>'
        for other in others
        if other.level == 2 and "--" not in other.name and other.title != slide.title
    )
    return (
        f'<section id="{slide.name}"><div class="page title"><h1>{inline(slide.title)}</h1>{keys}'
        f'</div><aside class="notes">{notes}</aside></section>'
        f'<section id="agenda"><div class="page"><header><p class="above">{inline(slide.title)}</p>'
        f"<h2>{say('Agenda', language)}</h2></header><ol>{links}</ol></div></section>"
    )


def deck(notebook, chapter, panels, language="en"):
    """The page of a chapter, `chapter` being the notebook's name without its ending."""
    english = nbformat.read(CHAPTERS["en"] / f"{chapter}.ipynb", as_version=4)
    first, *slides = cut(notebook, chapter[:4], english)
    sections = [opening(first, slides, chapter, language)]
    sections += [section(slide, panels, chapter, language) for slide in slides]
    page = Template((HERE / "slides.html").read_text(encoding="utf-8"))
    up = above(language)
    awake = LIVE.format(up) if panels else ""
    title = f"{html.escape(plain(first.title))}: {say('slides', language)}"
    shown = "\n".join(sections)
    return page.substitute(title=title, live=awake, slides=shown, language=language, up=up)


def bring(folder):
    """What pages need beside them: reveal.js, MathJax in one file, our style."""
    packages = {
        name: Path(importlib.util.find_spec(name).origin).parent
        for name in ("sphinx_revealjs", "sphinx-mathjax-offline")
    }
    reveal = packages["sphinx_revealjs"] / "_static" / "revealjs"
    for name in ("dist/reveal.js", "dist/reveal.css", "plugin/notes/notes.js", "LICENSE"):
        (folder / "reveal").mkdir(parents=True, exist_ok=True)
        shutil.copy(reveal / name, folder / "reveal")
    fonts = reveal / "dist/theme/fonts/source-sans-pro"
    shutil.copytree(fonts, folder / "reveal/source-sans-pro", dirs_exist_ok=True)
    shutil.copy(packages["sphinx-mathjax-offline"] / "static/mathjax/tex-svg-full.js", folder)
    style = (HERE / "slides.css").read_text(encoding="utf-8")
    (folder / "slides.css").write_text(style + COLOURS.get_style_defs("pre"), encoding="utf-8")


def main(folder=SLIDES, fast=False):
    """Write the decks, and an index of them, in each language; `fast`: panels are pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    bring(folder)
    panels = {} if fast else live.export(folder / "live", layouts=("lecture",))
    for language in NAMES:
        decks(folder if language == "en" else folder / language, panels, language)


def decks(folder, panels, language):
    folder.mkdir(exist_ok=True)
    entries = []
    for path in sorted(CHAPTERS[language].glob("ch*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        page = deck(notebook, path.stem, panels, language)
        (folder / f"{path.stem}.html").write_text(page, encoding="utf-8")
        title = html.escape(re.match(r"# (.+)", notebook.cells[0].source)[1])
        entries.append(f'<li><a href="{path.stem}.html">{title}</a></li>')
    index = Template((HERE / "slides_index.html").read_text(encoding="utf-8"))
    page = index.substitute(
        entries="\n".join(entries),
        title=say("Deep learning from scratch: slides", language),
        foot=say(FOOT, language),
        switch=switch("index", language),
        language=language,
        up=above(language),
    )
    (folder / "index.html").write_text(page, encoding="utf-8")
    print(f"{len(entries)} decks in {folder / 'index.html'}")


if __name__ == "__main__":
    main(fast="--fast" in sys.argv)

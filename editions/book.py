"""Build the book, the chapters as web pages that need no Python: `make book`.

Nothing is run: the pages show the stored outputs. editions/stage.py gathers what Sphinx reads, and
editions/conf.py says how it makes pages of it. Panels answer from the frames of editions/live.py,
unless `--fast`. With `--pdf` Chromium prints the whole book.
"""

import argparse
import shutil
from importlib import metadata
from pathlib import Path

from sphinx.cmd.build import build_main

from editions import live
from editions.languages import NAMES, ROOT, say
from editions.stage import Stage

HERE = Path(__file__).resolve().parent
FOOT = '<p style="font-size: 8pt; margin: auto"><span class="pageNumber"></span></p>'
READY = """async () => {
    await MathJax.startup.promise;
    for (const image of document.images) image.loading = "eager";
    await Promise.all(Array.from(document.images, (image) => image.decode()));
    for (const fold of document.querySelectorAll("details")) fold.open = true;
}"""


def build(folder, fast=False):
    """Write the pages to `folder`, the Korean ones to its folder ko. What Sphinx reads stays in
    `folder`-source.
    """
    for old in (folder, f"{folder}-source"):
        shutil.rmtree(old, ignore_errors=True)
    panels = {}
    for language in NAMES:
        static = source_of(folder, language) / "_static"
        (static / "pictures").mkdir(parents=True)
        for name in ("book.css", "book.js"):
            shutil.copy(HERE / name, static)
        if language == "en":
            mathjax = metadata.files("sphinx-mathjax-offline")
            shutil.copy(
                next(file for file in mathjax if file.name == "tex-svg.js").locate(), static
            )
            panels = {} if fast else live.export(static / "live")
        Stage(static.parent, panels, language)
        pages = folder if language == "en" else source_of(folder, f"{language}-pages")
        sphinx(pages, folder, language, bool(panels))
        if pages != folder:
            shutil.move(pages, folder / language)


def source_of(folder, language):
    return Path(f"{folder}-source") / language


def sphinx(target, folder, language, awake=False, builder="html"):
    """Make pages in `target` of what is staged for the book in `folder`."""
    source = source_of(folder, language)
    settings = {"html_static_path": source / "_static", "language": language}
    shared = "" if language == "en" else "../../_static/"  # what the English book has
    if awake:
        settings["html_css_files"] = f"book.css,{shared}live/live.css"
        settings["html_js_files"] = f"book.js,{shared}live/live.js"
    if shared:
        title = (source / "index.md").read_text("utf-8").splitlines()[0].lstrip("# ")
        settings |= {"mathjax_path": f"{shared}tex-svg.js", "html_title": title, "project": title}
        settings["author"] = say("The project's authors", language)
        settings["copyright"] = say("the project's authors, MIT licence", language)
    options = ["-qW", "-b", builder, "-c", str(HERE), "-d", f"{source}-trees"]
    for name, value in settings.items():
        options += ["-D", f"{name}={value}"]
    if build_main([*options, str(source), str(target)]):
        raise SystemExit("Sphinx could not make the book: the lines above say why.")


def print_to(paper, folder, language):
    """Write the book in `folder` to the file `paper`: one long page, printed by Chromium."""
    from tests.browser.lab import browser

    whole = Path(f"{folder}-print") / ("" if language == "en" else language)
    sphinx(whole, folder, language, builder="singlehtml")
    with browser() as chromium:
        page = chromium.new_page()
        page.goto((whole / "index.html").as_uri())
        page.evaluate(READY)
        edges = dict.fromkeys(("top", "bottom", "left", "right"), "19mm")
        foot = {
            "header_template": "<i></i>",
            "footer_template": FOOT,
            "display_header_footer": True,
        }
        page.pdf(path=paper, format="A4", margin=edges, outline=True, tagged=True, **foot)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fast", action="store_true", help="panels as pictures, in seconds")
    parser.add_argument("--pdf", action="store_true", help="write build/book.pdf, too")
    wanted = parser.parse_args()
    book = ROOT / "build" / "book"
    build(book, wanted.fast)
    files = {path: path.stat().st_size / 1e6 for path in book.rglob("*") if path.is_file()}
    korean = sum(size for path, size in files.items() if book / "ko" in path.parents)
    whole = sum(files.values())
    print(f"build/book/index.html: {whole:.1f} MB in all, {korean:.1f} MB of it Korean")
    for language in NAMES if wanted.pdf else ():
        paper = book.with_name("book.pdf" if language == "en" else f"book-{language}.pdf")
        print_to(paper, book, language)
        print(paper.relative_to(ROOT))


if __name__ == "__main__":
    main()

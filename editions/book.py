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
from editions.links import ROOT
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
    """Write the pages to `folder`; what Sphinx reads stays in `folder`-source."""
    source = Path(f"{folder}-source")
    for old in (folder, source):
        shutil.rmtree(old, ignore_errors=True)
    static = source / "_static"
    (static / "pictures").mkdir(parents=True)
    for name in ("book.css", "book.js"):
        shutil.copy(HERE / name, static)
    mathjax = metadata.files("sphinx-mathjax-offline")
    shutil.copy(next(file for file in mathjax if file.name == "tex-svg.js").locate(), static)
    panels = {} if fast else live.export(static / "live")
    Stage(source, panels)
    awake = ["html_css_files=book.css,live/live.css", "html_js_files=book.js,live/live.js"]
    sphinx(folder, source, *(awake if panels else []))


def sphinx(folder, source, *settings, builder="html"):
    options = ["-qW", "-b", builder, "-c", str(HERE), "-d", f"{source}-trees"]
    for setting in (f"html_static_path={source / '_static'}", *settings):
        options += ["-D", setting]
    if build_main([*options, str(source), str(folder)]):
        raise SystemExit("Sphinx could not make the book: the lines above say why.")


def print_to(paper, folder):
    """Write the book in `folder` to the file `paper`: one long page, printed by Chromium."""
    from tests.browser.lab import browser

    whole = Path(f"{folder}-print")
    sphinx(whole, Path(f"{folder}-source"), builder="singlehtml")
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
    size = sum(path.stat().st_size for path in book.rglob("*") if path.is_file())
    print(f"build/book/index.html: {size / 1e6:.1f} MB in all")
    if wanted.pdf:
        print_to(book.with_suffix(".pdf"), book)
        print("build/book.pdf")


if __name__ == "__main__":
    main()

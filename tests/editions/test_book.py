"""The book as a reader without Python has it: pages from a folder, in a browser, on a phone."""

import os
import re
import subprocess
import sys
from urllib.parse import unquote, urlsplit

import pytest

pytest.importorskip("myst_nb", reason="`make book` sets up what the editions need")

from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup

from editions.links import ROOT, address
from editions.stage import Stage
from tests.browser import lab

pytestmark = [pytest.mark.browser, pytest.mark.slow]
GRAVE = ("serious", "critical")  # of what axe finds
CHAPTERS = [path.stem for path in lab.CHAPTERS]
PAGES = [*CHAPTERS, "index", "solutions", "glossary", "map", "classroom", "code/common/layers"]
BUILD = "import sys, pathlib, editions.book as b; b.build(pathlib.Path(sys.argv[1]), fast=True)"
TEXT_LEFT_RAW = r"""() => [...document.querySelectorAll("p, li, td, th, h2, h3")].filter((e) => {
    const copy = e.cloneNode(true);
    for (const code of copy.querySelectorAll("code, pre, mjx-container")) code.remove();
    return /\$|\\[a-zA-Z({[]/.test(copy.textContent);
}).map((e) => e.textContent)"""
WIDER_THAN_THE_SCREEN = """() => [document.body, document.querySelector(".content")].filter(
    (e) => e.scrollWidth > e.clientWidth).map((e) => e.className)"""


@pytest.fixture(scope="session")
def book(tmp_path_factory):
    folder = tmp_path_factory.mktemp("editions") / "book"
    subprocess.run([sys.executable, "-c", BUILD, folder], cwd=ROOT, check=True)
    return folder


@pytest.fixture(scope="module")
def chromium():
    if lab.find_chromium() is None:
        refuse = pytest.fail if os.environ.get("DLFS_REQUIRE_BROWSER") == "1" else pytest.skip
        refuse("no Chromium on the PATH (on Debian and Ubuntu: apt install chromium)")
    with lab.browser(390, 844) as running:
        yield running


def opened(chromium, book, name, query=""):
    page = chromium.new_page()
    page.asked = []
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto((book / f"{name}.html").as_uri() + query)
    page.evaluate("window.MathJax?.startup.promise.then(() => 1)")
    return page


@pytest.mark.parametrize("name", PAGES)
def test_a_page_needs_no_other_host_and_fits_a_phone(book, chromium, name):
    page = opened(chromium, book, name)
    assert page.asked and not [url for url in page.asked if not url.startswith("file:")]
    assert page.locator("mjx-container").count() == page.locator(".math").count()
    assert page.locator("[data-mjx-error]").count() == 0 and page.evaluate(TEXT_LEFT_RAW) == []
    assert page.locator("img").count() == page.locator("img[alt]:not([alt=''])").count()
    assert page.evaluate(WIDER_THAN_THE_SCREEN) == []
    page.emulate_media(color_scheme=("light", "dark")[PAGES.index(name) % 2])
    found = Axe().run(page).response["violations"]
    assert not [(v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in GRAVE]
    page.close()


def test_the_search_finds_backpropagation(book, chromium):
    page = opened(chromium, book, "search", "?q=backpropagation")
    page.locator("#search-results li a", has_text="5 Backpropagation").first.wait_for()


def test_every_link_in_the_site_leads_somewhere(book):
    pages = {p: BeautifulSoup(p.read_text("utf-8"), "html.parser") for p in book.rglob("*.html")}
    names = {p: {e.get("id") or e.get("name") for e in soup(True)} for p, soup in pages.items()}
    broken, inside = [], 0
    for path, soup in pages.items():
        for link in [e.get("href") or e.get("src") for e in soup(["a", "link", "script", "img"])]:
            parts = urlsplit(link or "")
            if link and not parts.netloc and parts.scheme != "data":
                inside += 1
                target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
                known = names.get(target, set()) | {""}
                if not target.is_file() or unquote(parts.fragment) not in known:
                    broken.append((path.name, link))
    assert inside > 2000 and not broken


@pytest.mark.parametrize("repository", ["", "someone/something"])
def test_there_is_a_button_only_where_there_is_an_address(repository, monkeypatch, tmp_path):
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
    monkeypatch.setenv("GITHUB_REPOSITORY", repository)
    (tmp_path / "_static/pictures").mkdir(parents=True)
    Stage(tmp_path, {})
    text = "".join(page.read_text("utf-8") for page in tmp_path.glob("*.[im][pd]*"))
    known = re.sub("https://[^/]*/", "", address())
    assert text.count(f"https://mybinder.org/v2/gh/{known}/HEAD") == len(CHAPTERS) * bool(known)
    assert text.count("](https://colab.research.google.com/") == len(CHAPTERS) * bool(known)
    assert ("/blob/HEAD/CONTRIBUTING.md" in text) == bool(known)

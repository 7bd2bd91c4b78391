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

from editions import links, stage
from tests.browser import lab

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LINKS = ["a", "link", "script", "img"]
CHAPTERS = [path.stem for path in lab.CHAPTERS]
PAGES = [*CHAPTERS, "index", "solutions", "glossary", "map", "classroom", "code/common/layers"]
BUILD = "import sys, pathlib, editions.book as b; b.build(pathlib.Path(sys.argv[1]), fast=True)"
WRONG = r"""() => [...document.querySelectorAll("p, li, td, th, h2, h3")].filter((e) => {
    const copy = e.cloneNode(true);
    for (const code of copy.querySelectorAll("code, pre, mjx-container")) code.remove();
    return /\$|\\[a-zA-Z({[]/.test(copy.textContent); // a formula left raw
}).concat([document.body, document.querySelector(".content")].filter(
    (e) => e.scrollWidth > e.clientWidth, // it scrolls sideways
), ...document.querySelectorAll("[data-mjx-error], img:not([alt]), img[alt='']"),
).map((e) => e.outerHTML.slice(0, 200))"""


@pytest.fixture(scope="session")
def book(tmp_path_factory):
    folder = tmp_path_factory.mktemp("editions") / "book"
    subprocess.run([sys.executable, "-c", BUILD, folder], cwd=lab.ROOT, check=True)
    return folder


@pytest.fixture(scope="module")
def page():
    if lab.find_chromium() is None and os.environ.get("DLFS_REQUIRE_BROWSER") != "1":
        pytest.skip("no Chromium on the PATH (on Debian and Ubuntu: apt install chromium)")
    with lab.browser(390, 844) as chromium:
        yield chromium.new_page()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_needs_no_other_host_fits_a_phone_and_can_be_heard(book, page, name):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.emulate_media(color_scheme=("light", "dark")[PAGES.index(name) % 2])
    page.goto((book / f"{name}.html").as_uri())
    page.evaluate("window.MathJax?.startup.promise.then(() => 1)")
    assert asked and not [url for url in asked if not url.startswith("file:")]
    assert page.locator("mjx-container").count() == page.locator(".math").count()
    assert page.evaluate(WRONG) == []
    found = Axe().run(page).response["violations"]
    assert not [(v["id"], v["nodes"]) for v in found if v["impact"] in ("serious", "critical")]


def test_the_search_finds_backpropagation(book, page):
    page.goto((book / "search.html").as_uri() + "?q=backpropagation")
    page.locator("#search-results li a", has_text="5 Backpropagation").first.wait_for()


def test_every_link_in_the_site_leads_somewhere(book):
    pages = {p: BeautifulSoup(p.read_text("utf-8"), "html.parser") for p in book.rglob("*.html")}
    names = {p: {e.get("id") for e in soup(id=True)} for p, soup in pages.items()}
    found = [(p, e.get("href") or e.get("src")) for p, s in pages.items() for e in s(LINKS)]
    inside = [(p, urlsplit(link)) for p, link in found if link and not re.match(r"\w+:", link)]
    assert len(inside) > 2000
    for path, link in inside:
        target = (path.parent / unquote(link.path)).resolve() if link.path else path
        assert target.is_file(), (path.name, link)
        assert not link.fragment or unquote(link.fragment) in names[target], (path.name, link)


@pytest.mark.parametrize("repository", ["", "someone/something"])
def test_there_is_a_button_only_where_there_is_an_address(repository, monkeypatch, tmp_path):
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
    monkeypatch.setenv("GITHUB_REPOSITORY", repository)
    (tmp_path / "_static/pictures").mkdir(parents=True)
    stage.Stage(tmp_path, {})
    text = "".join(page.read_text("utf-8") for page in tmp_path.glob("*.[im][pd]*"))
    known = re.sub("https://[^/]*/", "", links.address())
    for button in (f"//mybinder.org/v2/gh/{known}/HEAD", "//colab.research.google.com/"):
        assert text.count(f"](https:{button}") == len(CHAPTERS) * bool(known)
    assert ("/blob/HEAD/CONTRIBUTING.md" in text) == bool(known)

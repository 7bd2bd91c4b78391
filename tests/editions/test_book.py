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

from editions import ko, links, stage
from tests.browser import lab

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LINKS = ["a", "link", "script", "img"]
CHAPTERS = [path.stem for path in lab.CHAPTERS]
BOTH = [*CHAPTERS, "index", "solutions", "glossary", "map", "teaching"]
PAGES = [*BOTH, "classroom", "code/common/layers", *(f"ko/{name}" for name in BOTH)]
LATIN = re.compile(r"[a-z]+( [a-z]+){3}", re.I)
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
    breaks = "getComputedStyle(document.body).wordBreak"
    assert page.evaluate(breaks) == ("keep-all" if name.startswith("ko/") else "normal")
    found = Axe().run(page).response["violations"]
    assert not [(v["id"], v["nodes"]) for v in found if v["impact"] in ("serious", "critical")]


@pytest.mark.parametrize(
    ("folder", "word", "found"),
    [(".", "backpropagation", "5 Backpropagation"), ("ko", "계층", "5 오차역전파법")],
)
def test_the_search_finds_a_chapter(book, page, folder, word, found):
    page.goto((book / folder / "search.html").as_uri() + f"?q={word}")
    page.locator("#search-results li a", has_text=found).first.wait_for()


@pytest.fixture(scope="module")
def pages(book):
    return {p: BeautifulSoup(p.read_text("utf-8"), "html.parser") for p in book.rglob("*.html")}


def test_every_page_leads_to_the_other_language_at_the_same_place(book, pages):
    for path, soup in pages.items():
        ways = soup.select("a.language")
        assert len(ways) == 2, path  # one of them is shown on a phone
        there = (path.parent / ways[0]["href"]).resolve()
        assert pages[there].html["lang"] == ways[0]["hreflang"] == ways[0]["lang"]
        assert {soup.html["lang"], ways[0]["lang"]} == {"en", "ko"}
    for name in BOTH:
        one, other = (pages[book / folder / f"{name}.html"] for folder in (".", "ko"))
        anchors = [[part["id"] for part in soup("section", id=True)] for soup in (one, other)]
        assert anchors[0] == anchors[1] != [], name


@pytest.mark.parametrize("name", BOTH)
def test_no_paragraph_of_a_korean_page_is_english(pages, book, name):
    path = "README.md" if name == "index" else f"docs/{name}.md"
    catalogue = ko.catalogue_of(path) if path in ko.DOCUMENTS else name
    if any(not entry.msgstr for entry in ko.read(catalogue)):
        pytest.skip(f"{catalogue}.po is not complete")
    article = pages[book / f"ko/{name}.html"].article
    other = "td:first-child, [lang=en], [hreflang=en]"  # the glossary's English words among them
    for part in article.select(f"code, pre, .math, .toctree-wrapper, {other}"):
        part.extract()
    texts = [part.get_text() for part in article(["p", "li", "td", "th", "h1", "h2", "h3", "h4"])]
    assert len(texts) > 5
    assert not [text for text in texts if LATIN.search(text) and not re.search("[가-힣]", text)]


def test_every_link_in_the_site_leads_somewhere(pages):
    names = {p: {e.get("id") for e in soup(id=True)} for p, soup in pages.items()}
    found = [(p, e.get("href") or e.get("src")) for p, s in pages.items() for e in s(LINKS)]
    inside = [(p, urlsplit(link)) for p, link in found if link and not re.match(r"\w+:", link)]
    assert len(inside) > 4000
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

"""Where the links in our Markdown lead when chapters, documents and code are pages of one site."""

import os
import re
import shutil
import sys
from pathlib import Path
from urllib.parse import unquote

import nbformat

from editions import ko
from editions.languages import CHAPTERS, OTHER, ROOT

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

INTERNAL = {"mutation", "soak"}  # of docs/: for those who work on the project, no pages
PLACES = dict.fromkeys(["README.md", "README.ko.md"], "index.md") | {"common": "code/index.md"}
LINK = re.compile(r"(!?)\[((?:[^][]|\[[^][]*\])*)\]\(([^)\s]+)\)")
NOTE = re.compile(r"^\[([^]]+)\]: (\S+)$", re.M)  # a link that is told at a page's end
HEADING = re.compile(r"^#+ +(?:([\d.]+) )?(.+)", re.M)


def address():
    """The repository's address: Source in pyproject.toml, or where a workflow builds, or ""."""
    urls = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"].get("urls", {})
    server, name = map(os.environ.get, ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY"))
    found = urls.get("Source") or (f"{server}/{name}" if server and name else "")
    return found.rstrip("/").removesuffix(".git")


def slug(heading):
    """A heading's anchor in the pages, made of its words or of its anchor in JupyterLab."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def anchor_of(heading):
    """The anchor of what HEADING has found."""
    return slug(heading[0].lstrip("# "))


def documents():
    """The names of the documents that become pages, and their titles."""
    paths = sorted((ROOT / "docs").glob("*.md"))
    titles = {path.stem: HEADING.search(path.read_text("utf-8"))[0].lstrip("# ") for path in paths}
    return {name: title for name, title in titles.items() if name not in INTERNAL}


def untranslated():
    """The pages of the English book that the Korean one has not, but leads to."""
    return {*documents(), "code"} - {Path(name).stem for name in ko.DOCUMENTS}


class Links:
    """What becomes a page in the folder that Sphinx reads, and how links lead there."""

    def __init__(self, folder, language="en"):
        self.folder, self.language, self.address = folder, language, address()
        self.english, self.chapters = (
            {path.name: nbformat.read(path, 4) for path in sorted(CHAPTERS[one].glob("*.ipynb"))}
            for one in ("en", language)
        )
        self.documents = documents()
        # What a language has no pages of leads to the English ones, a folder above its own.
        self.foreign = set() if language == "en" else untranslated()
        self.others = ko.DOCUMENTS.values() if language == "en" else ko.DOCUMENTS
        self.code = set((ROOT / "common").glob("[!_]*.py"))  # and what pages link to

    def own(self, name):
        """Where a document is in the language of the pages."""
        return ROOT / (name if self.language == "en" else ko.DOCUMENTS[name])

    def markdown(self, text, origin):
        """Let the links in a file's Markdown lead to pages, or to the repository, or be words."""
        text = NOTE.sub(lambda note: self.note(*note.groups(), origin), text)
        return LINK.sub(lambda link: self.link(*link.groups(), origin) or link[0], text)

    def note(self, text, target, origin):
        found = LINK.fullmatch(self.link("", text, target, origin) or "")
        return f"[{text}]: {found[3] if found else target}"

    def link(self, picture, text, target, origin):
        name, _, anchor = unquote(target).partition("#")
        if re.match(r"\w+:", target):
            return None
        path = (origin.parent / name).resolve() if name else origin
        short = path.relative_to(ROOT).as_posix()
        page = PLACES.get(short, path.name)
        if picture:
            shutil.copy(path, self.folder)
        elif path.name in self.chapters:  # "3.6" leads to that section
            number = re.search(r"([\d.]*)절?$", text)[1]
            anchor = slug(anchor or self.sections(path.name).get(number, ""))
            anchor = self.headings(path.name).get(anchor, anchor)
        elif path.suffix == ".py" and path.is_file():
            self.code.add(path)
            page, anchor = f"code/{short[:-3]}.md", ""
        elif page == path.name and path.stem not in self.documents:
            if not self.address:
                return text
            page = f"{self.address}/blob/HEAD/{short}"
        page += anchor and f"#{slug(anchor)}"
        if short in self.others or re.split(r"[./]", page)[0] in self.foreign:
            folder, other = "ko/" if self.language == "en" else "../", OTHER[self.language]
            page = folder + re.sub(r"\.(md|ipynb)", ".html", page)
            return f'<a href="{page}" hreflang="{other}">{text}</a>'
        return f"{picture}[{text}]({page})"

    def sections(self, name):
        cells = (cell for cell in self.english[name].cells if cell.cell_type == "markdown")
        found = [match for cell in cells for match in HEADING.finditer(cell.source)]
        return {match[1]: f"{match[1]} {match[2]}" for match in found if match[1]}

    def headings(self, name):
        """The anchors of a chapter's headings -> the English ones, which pages have."""
        cells = zip(self.chapters[name].cells, self.english[name].cells, strict=True)
        found = [[HEADING.finditer(cell.source) for cell in pair] for pair in cells]
        pairs = [both for pair in found for both in zip(*pair, strict=True)]
        return {anchor_of(own): anchor_of(english) for own, english in pairs}

"""What Sphinx learns for a book in two languages: anchors, words, search, and ways from one to the
other.
"""

import pickle
import re
from pathlib import Path

from docutils import nodes
from sphinx.search import SearchLanguage
from sphinx.transforms import SphinxTransform

from editions.languages import FURO, NAMES, OTHER, say
from editions.links import documents, untranslated

TOGGLE = '<button class="theme-toggle"'
LINK = '<a class="language" href="{}" lang="{}" hreflang="{}">{}</a>'


class EnglishAnchors(SphinxTransform):
    """A heading in another language has the anchors of the English one: links lead to both."""

    default_priority = 1  # before anything else looks at anchors

    def apply(self):
        if self.config.language == "en":
            return
        english = Path(self.app.doctreedir).with_name("en-trees") / f"{self.env.docname}.doctree"
        others = pickle.loads(english.read_bytes()).findall(nodes.section)
        slugs = self.document.myst_slugs
        slugs.clear()
        for own, other in zip(self.document.findall(nodes.section), others, strict=True):
            own["ids"] = other["ids"][:1]
            self.document.ids[own["ids"][0]] = own
            if slug := other.get("slug"):
                own["slug"] = slug
                slugs[slug] = own.line, own["ids"][0], own.next_node(nodes.title).astext()


class Korean(SearchLanguage):
    """Words are found without the particles behind them: each beginning of a word is one, too."""

    lang, language_name = "ko", "Korean"

    def split(self, text):
        words = re.findall(r"[가-힣]+|[^\W가-힣]+", text)
        return [w[:end] for w in words for end in range(1 if w > "가" else len(w), len(w) + 1)]


def switch(page, language):
    """Where a page is in the other language; what is English alone leads to the first page."""
    if language == "ko":
        return f"../{page}.html"
    name = "index" if page.split("/")[0] in untranslated() else page
    return "../" * page.count("/") + f"ko/{name}.html"


def tell(app, page, template, context, doctree):
    """What the templates show."""
    language = app.config.language
    other = OTHER[language]
    link = LINK.format(switch(page, language), other, other, NAMES[other])

    def spoken(text):
        for english, korean in FURO.items() if language == "ko" else ():
            text = text.replace(english, korean)
        return text.replace(TOGGLE, link + TOGGLE)

    context["spoken"] = spoken
    if language == "ko":
        titles = {**documents(), "code": "The code"}
        context["english_caption"] = say("In English", language)
        context["english"] = [
            ("code/index" if name == "code" else name, titles[name])
            for name in sorted(untranslated())
        ]


def setup(app):
    app.add_transform(EnglishAnchors)
    app.add_search_language(Korean)
    app.connect("html-page-context", tell)
    return {"parallel_read_safe": True}

"""Which exercises of a chapter are solved: what each check said last, in this kernel."""

import html
import importlib
from gettext import gettext as _
from typing import NamedTuple

from .verdict import SAID, Verdict, inline


class Progress(NamedTuple):
    """The verdicts on a chapter's exercises by their names, in the chapter's order."""

    chapter: int
    verdicts: dict

    def __repr__(self):
        rows = enumerate(self.verdicts.items(), 1)
        lines = [f"{one.mark} {number:2} {name}" for number, (name, one) in rows]
        return "\n".join([self.title, *lines])

    @property
    def title(self):
        right = sum(map(bool, self.verdicts.values()))
        text = _("Chapter {chapter}: {right} of {count} exercises solved")
        return text.format(chapter=self.chapter, right=right, count=len(self.verdicts))

    def _repr_html_(self):
        """The theme's own colours, and no others."""
        heads = (_("exercise"), _("answer"), _("what its check said last"))
        left = 'style="text-align: left"'
        head = "".join(f'<th scope="col" {left}>{word}</th>' for word in heads)
        rows = "".join(
            f"<tr><td>{number}</td><td {left}><code>{html.escape(name)}</code></td>"
            f"<td {left}><strong>{one.mark}</strong> {inline(one.message)}</td></tr>"
            for number, (name, one) in enumerate(self.verdicts.items(), 1)
        )
        return (
            f"<p>{self.title}</p><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        )


def progress(chapter):
    """Show which exercises of a chapter are ✓, ✗ or ○; nothing of it outlives the kernel."""
    importlib.import_module(f"{__package__}.ch{chapter:02}")
    open_yet = Verdict(None, _("not checked yet"))
    said = SAID[f"ch{chapter:02}"].items()
    return Progress(chapter, {name: open_yet if one is None else one for name, one in said})

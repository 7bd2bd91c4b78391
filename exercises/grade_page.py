"""The page that exercises/grade.py writes: the class's mistakes, who solved what, each answer."""

import re
from collections import Counter, defaultdict
from gettext import gettext as _
from html import escape
from pathlib import Path

from .alone import MARKS, UNSURE
from .verdict import inline

SHOWN = 25  # mistakes of the class that are listed
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }}
body {{ max-width: 70em; margin: 2em auto; padding: 0 1em }}
.wide {{ overflow-x: auto }}
table {{ border-collapse: collapse; margin: 0.5em 0 }}
th, td {{ border-bottom: 1px solid #8886; padding: 0.2em 0.6em }}
th, td {{ text-align: left; vertical-align: top }}
.marks td {{ text-align: center }}
.marks thead th {{ vertical-align: bottom }}
.marks thead th + th {{ writing-mode: vertical-rl; font-weight: normal }}
td.wrong {{ background: #d55e0040; font-weight: bold }}
td.unsure {{ background: #e69f0066 }}
small {{ font-weight: normal }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
{body}
</main>
</body>
</html>
"""
CLASSES = {"✗": ' class="wrong"', UNSURE: ' class="unsure"'}


def frequent(rows):
    """Return the mistakes of the class: how many students, exercise, name; the most frequent first.

    Numbers in a name are of one answer: `Entry [0] is 3` and `Entry [0] is 4` are one mistake.
    """
    who, named = defaultdict(set), {}
    for row in rows:
        if row.mark == "✗":
            key = row.chapter, row.exercise, re.sub(r"-?\d[\d.,e+-]*", "#", row.mistake)
            who[key].add(row.student)
            named.setdefault(key, row.mistake)
    ranked = sorted(who, key=lambda key: (-len(who[key]), key))
    return [(len(who[key]), f"{key[0]} {key[1]}", named[key]) for key in ranked]


def counts(rows):
    found = Counter(row.mark for row in rows)
    return "  ".join(f"{mark} {found[mark]}" for mark in MARKS if found[mark] or mark != UNSURE)


def table(heads, rows, kind=""):
    """Return a table; each row's first cell is its head. Cells are HTML, or (mark, class)."""
    lines = [f'<div class="wide" tabindex="0"><table class="{kind}"><thead><tr>']
    lines += [f'<th scope="col">{head}</th>' for head in heads]
    lines.append("</tr></thead><tbody>")
    for first, *rest in rows:
        cells = "".join(f"<td{CLASSES.get(cell, '')}>{cell}</td>" for cell in rest)
        lines.append(f'<tr><th scope="row">{first}</th>{cells}</tr>')
    return "\n".join([*lines, "</tbody></table></div>"])


def grouped(rows, *fields):
    found = defaultdict(list)
    for row in rows:
        found[tuple(getattr(row, field) for field in fields)].append(row)
    return found


def overview(rows):
    """Return a chapter's table: a line a notebook, a column an exercise, and how many are right."""
    exercises = list(dict.fromkeys(row.exercise for row in rows))
    right = [sum(row.mark == "✓" for row in rows if row.exercise == one) for one in exercises]
    lines = [
        [
            f"{escape(student)} <small>{escape(Path(notebook).name)}</small>",
            *(row.mark for row in marks),
        ]
        for (student, notebook), marks in grouped(rows, "student", "notebook").items()
    ]
    heads = [_("student"), *map(escape, exercises)]
    return table(heads, [*lines, [_("right"), *right]], "marks")


def page(rows, mistakes, network):
    """Return the whole page: rows of grade.py, the class's mistakes, a sentence on the network."""
    told = [row for row in rows if row.exercise]
    body = [
        "<p>" + _("✓ right, ✗ wrong, ○ not answered, ? could not be judged here.") + "</p>",
        "<p>" + escape(network) + "</p>",
        "<h2>" + _("What goes wrong most often") + "</h2>",
        table(
            [_("exercise"), _("students"), _("mistake")],
            [(escape(name), count, inline(words)) for count, name, words in mistakes[:SHOWN]],
        ),
    ]
    if odd := [row for row in rows if not row.exercise]:
        lines = [(escape(row.notebook), escape(row.message)) for row in odd]
        body.append("<h2>" + _("Notebooks that were not judged") + "</h2>")
        body.append(table([_("notebook"), _("why")], lines))
    for (chapter,), some in grouped(told, "chapter").items():
        body += [f"<h2>{escape(chapter)}</h2>", overview(some)]
    body.append("<h2>" + _("Answer by answer") + "</h2>")
    for (student,), some in grouped(told, "student").items():
        lines = [
            (escape(f"{row.chapter} {row.exercise}"), row.mark, inline(row.message))
            for row in some
            if row.mark not in "✓○"
        ]
        right = _("{n} right of {all}").format(n=sum(r.mark == "✓" for r in some), all=len(some))
        inside = table([_("exercise"), _("mark"), _("what the check says")], lines) if lines else ""
        head = f"{escape(student)} <small>{right}</small>"
        body.append(f"<details><summary>{head}</summary>{inside}</details>")
    return PAGE.format(title=_("Grades"), body="\n".join(body))

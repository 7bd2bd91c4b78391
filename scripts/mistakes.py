"""docs/mistakes.md: every mistake that the checks of the exercises name, read off their sources.

.venv/bin/python scripts/mistakes.py    # writes the page; a test holds it against exercises/
"""

import ast
import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "mistakes.md"
HEAD = """# What the checks know

For each exercise the mistakes that its check names, and the question that it then asks: the answer
key for conversations, beside the [solutions](../exercises/solutions). The words are the verdict's
own, read off `exercises/` by `scripts/mistakes.py`; where a verdict puts in a name or a number of
the student's, an … stands here. In every exercise a check also tells by itself of an argument that
was changed, `print` in place of `return`, a forgotten `self`, a wrong shape, a turned sign, rows
and columns exchanged and a factor such as 1/N: [exercises/verdict.py](../exercises/verdict.py).
How a class is judged by them: [Grading a class](grading.md).
"""


def said(node, function):
    """The words of `_("…")`, in a choice of them too; a name stands for what it is given."""
    if isinstance(node, ast.IfExp):
        return said(node.body, function) + said(node.orelse, function)
    if isinstance(node, ast.Name):
        return [words for value in given(node.id, function) for words in said(value, function)]
    if isinstance(node, ast.Dict):
        return [words for value in node.values for words in said(value, function)]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):  # _("…").format(…)
        messages = said(node.func.value, function)
        for one in node.keywords:  # a word out of a table of them: format(reason=reasons[got])
            if isinstance(one.value, ast.Subscript) and (words := said(one.value.value, function)):
                place = f"{{{one.arg}}}"
                messages = [text.replace(place, word) for text in messages for word in words]
        return messages
    is_words = isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "N_")
    return [node.args[0].value] if is_words else []


def given(name, function):
    """What the function gives to that name, by `=` or in a loop over a table of tuples."""
    for node in ast.walk(function):
        pairs = []
        if isinstance(node, ast.Assign):
            pairs = [(node.targets[0], node.value)]
        elif isinstance(node, ast.For) and isinstance(node.iter, ast.Tuple):
            pairs = [(node.target, row) for row in node.iter.elts]
        for target, value in pairs:
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                found = zip(target.elts, value.elts, strict=True)
            else:
                found = [(target, value)]
            yield from (one for to, one in found if getattr(to, "id", "") == name)


def mistakes(check, functions):
    """(message, hint) of each Mistake and Wrong in the check and in what it calls."""
    calls, found = [check], {}
    usual = said(functions[check].decorator_list[0].keywords[0].value, functions[check])
    for name in calls:  # grows while it is gone through
        nodes = list(ast.walk(functions[name]))
        inside = [node.id for node in nodes if getattr(node, "id", "") in functions]
        calls += [name for name in dict.fromkeys(inside) if name not in calls]
        for node in nodes:
            kind = getattr(getattr(node, "func", None), "id", "")
            if kind in ("Mistake", "Wrong"):
                words, *hint = node.args[kind == "Mistake" :]
                messages = said(words, functions[name])
                if not messages:
                    raise LookupError(f"{name}, line {node.lineno}: what does this one say?")
                hints = (said(hint[0], functions[name]) if hint else []) or usual
                for i, message in enumerate(messages):
                    found.setdefault(message, hints[min(i, len(hints) - 1)])
    return found.items()


def plain(words):
    return re.sub(r"\{[^{}]*\}", "…", words).replace("|", "\\|")


def chapter(path):
    """The lines of one chapter: a heading and a table for each of its exercises."""
    nodes = ast.parse(path.read_text(encoding="utf-8")).body
    functions = {node.name: node for node in nodes if hasattr(node, "name")}
    (notebook,) = (ROOT / "chapters").glob(f"{path.stem}_*.ipynb")
    text = "\n".join("".join(c["source"]) for c in json.loads(notebook.read_text("utf-8"))["cells"])
    titles = re.findall(r"^#### (Exercise \d+.*)", text, flags=re.MULTILINE)
    checks = [name for name in functions if name.startswith("check_")]
    yield f"\n## Chapter {int(path.stem[2:])}"
    for title, check in zip(titles, checks, strict=True):
        yield f"\n### {title}\n\n`{check[6:]}`\n"
        yield "| what the check says | what it asks |\n| --- | --- |"
        for message, hint in mistakes(check, functions):
            yield f"| {plain(message)} | {plain(hint)} |"


def page():
    paths = sorted((ROOT / "exercises").glob("ch*.py"))
    return "\n".join([HEAD.rstrip(), *(line for path in paths for line in chapter(path))]) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

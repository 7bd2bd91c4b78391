"""What of a notebook has to be run for one answer: its cell, and what it names.

Those are imports, functions, classes and plain values from the cells above, and other answers.
Nothing is run here.
"""

import ast
import dis
import linecache
import re
import types
from typing import NamedTuple

KEPT = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Part(NamedTuple):
    """Lines that may be run: their code, the names that they set, and those that they ask for."""

    code: types.CodeType
    sets: set
    asks: set
    kept: bool  # run for an answer that names it; the rest is only known to set a name


def names(code, *kinds):
    """Return the names that instructions of these kinds hold, in a code and those inside it."""
    found = {one.argval for one in dis.get_instructions(code) if one.opname in kinds}
    inside = (one for one in code.co_consts if isinstance(one, types.CodeType))
    return found.union(*(names(one, *kinds) for one in inside))


def statements(source):
    """Return a cell's statements; where it is no Python, without its lines for IPython (%, !)."""
    try:
        return ast.parse(source).body
    except SyntaxError:
        return ast.parse(re.sub(r"^[ \t]*[%!].*", "", source, flags=re.MULTILINE), "the cell").body


def part(nodes, file, kept):
    code = compile(ast.Module(nodes, []), file, "exec")
    sets = {one.argval for one in dis.get_instructions(code) if one.opname == "STORE_NAME"}
    return Part(code, sets, names(code, "LOAD_GLOBAL", "LOAD_NAME"), kept)


def is_plain(node):
    """Does a statement name a lambda, or what no line changes later: a number, text or tuple?"""
    if not isinstance(node, ast.Assign) or isinstance(node.value, ast.Lambda):
        return isinstance(node, ast.Assign)
    try:
        return isinstance(ast.literal_eval(node.value), (int, float, complex, str, tuple))
    except (ValueError, TypeError):
        return False


def parts(cell, file):
    """Return a cell in parts; an answer's cell is one part."""
    source = cell["source"]
    linecache.cache[file] = len(source), None, source.splitlines(True), file
    body = statements(source)
    if body and cell["answer"]:
        return [part(body, file, True)]
    return [part([node], file, isinstance(node, KEPT) or is_plain(node)) for node in body]


def needed(answer, above):
    """Return the parts above an answer that it names, those that these name, and so on."""
    last = {name: one for one in above for name in one.sets}
    chosen = [one for one in above if one.kept and not one.sets]  # from … import *
    asked = set(answer.asks)
    while asked:
        one = last.get(asked.pop())
        if one and one.kept and one not in chosen:
            chosen.append(one)
            asked |= one.asks
    return [one for one in above if one in chosen]


def find(name, template, cells):
    """Return the place of an answer's cell and the cells cut in parts; no place: unanswered.

    It is the last cell that has its tag or sets its name, and stands above the last verdict.
    """
    cut = []
    for number, cell in enumerate(cells):
        try:
            cut.append(parts(cell, f"<cell {number}>"))
        except Exception as error:  # no Python; too deep or too large for it
            cut.append(error)
    asked = [n for n, cell in enumerate(cells) if f"check_{name}(" in cell["source"]]
    for place in range(asked[-1] if asked else len(cells) - 1, -1, -1):
        cell, here = cells[place], cut[place]
        tagged = cell["answer"] == name
        sets = isinstance(here, list) and any(name in one.sets for one in here)
        if (tagged or sets) and here and cell["source"].strip() != template.strip():
            return place, cut
    return None, cut

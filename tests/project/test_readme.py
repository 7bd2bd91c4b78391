"""The README's code runs, its links lead somewhere, and the commands that it names exist."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_check_that_proves_itself_holds():
    (code,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    assert len(code.strip().splitlines()) == 8 + 1  # an empty line after the imports
    exec(compile(code, "README.md", "exec"), {})


def test_the_check_can_fail(monkeypatch):
    from common.layers import Relu

    (code,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    monkeypatch.setattr(Relu, "backward", lambda self, dout: dout)
    try:
        exec(compile(code, "README.md", "exec"), {})
    except AssertionError:
        return
    raise AssertionError("a Relu that blocks nothing went unnoticed")


def test_links_lead_to_files():
    links = re.findall(r"\]\(([^)]+)\)", README)
    missing = [link for link in links if "://" not in link and not (ROOT / link).exists()]
    assert links and not missing


def test_every_chapter_has_its_row():
    chapters = {path.name for path in (ROOT / "chapters").glob("ch*.ipynb")}
    assert {name for name in chapters if f"](chapters/{name})" in README} == chapters


def test_make_targets_that_are_named_exist():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    named = set(re.findall(r"`?make ([a-z]+)", README))
    assert named <= targets and {"lab", "test"} <= named

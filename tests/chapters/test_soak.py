"""`make soak` finds what is broken, can be repeated, and leaves nothing running."""

import os
import subprocess
import sys
import time

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from scripts import soak

CHAPTERS = ["ch03_a", "ch04_b", "ch05_c", "ch06_d", "ch07_e"]


def test_a_seed_and_a_number_are_a_round():
    assert soak.plan(1, 7, CHAPTERS) == soak.plan(1, 7, CHAPTERS)
    rounds = [soak.plan(1, number, CHAPTERS) for number in range(1, 21)]
    for this in rounds:
        assert sorted(name for share in this.shares for name in share) == CHAPTERS
    for field in ("shares", "hash_seed", "threads", "processor", "load", "locale", "zone"):
        assert len({str(getattr(this, field)) for this in rounds}) >= 3, field
    assert sum(this.load == 2 for this in rounds) >= 10
    assert rounds != [soak.plan(2, number, CHAPTERS) for number in range(1, 21)]


def test_a_round_of_one_chapter_has_one_process():
    assert all(soak.plan(seed, 1, ["ch03_a"]).shares == [["ch03_a"]] for seed in range(9))


@pytest.fixture
def project(tmp_path):
    """A project whose one chapter has a cell that says what is stored, and one that does not."""
    cells = [
        new_code_cell(
            source,
            execution_count=count,
            outputs=[new_output("stream", name="stdout", text="2\n")],
        )
        for count, source in enumerate(["print(1 + 1)", "print(1 + 2)"], start=1)
    ]
    (tmp_path / "chapters").mkdir()
    nbformat.write(new_notebook(cells=cells), tmp_path / "chapters" / "ch99_test.ipynb")
    options = 'addopts = ["--nbval-current-env"]'
    (tmp_path / "pyproject.toml").write_text(f"[tool.pytest.ini_options]\n{options}\n")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "soak.md").write_text(f"Before.\n\n{soak.BEGIN}old{soak.END}\nAfter.\n")
    return tmp_path


def test_a_broken_cell_makes_a_round_red_and_is_written_down(project, capsys, monkeypatch):
    plan = soak.plan
    monkeypatch.setattr(soak, "plan", lambda *given: plan(*given)._replace(load=0))  # be quick
    arguments = ["--parts", "chapters", "--rounds", "1", "--seed", "5", "--write"]
    assert soak.main(arguments, root=project) == 1
    said = capsys.readouterr().out
    assert "1 failed, 1 passed" in said and "FAILED |" in said
    assert "print(1 + 2)" in said
    assert "Again: python scripts/soak.py --seed 5 --round 1 --parts chapters" in said
    page = (project / "docs" / "soak.md").read_text(encoding="utf-8")
    assert "| round 1 | Python " in page and "--seed 5 --rounds 1 --parts chapters" in page
    assert "0 passed, 1 failed" in page and "old" not in page
    assert page.startswith("Before.") and page.endswith("After.\n")
    assert str(project) not in page and sys.prefix not in page


def gone(pid):
    """True once no process of this number is at work."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_the_load_is_gone_afterwards_even_if_a_round_fails():
    processes = []

    def interrupted():
        with soak.busy(2) as started:
            processes.extend(started)
            assert [process.poll() for process in processes] == [None, None]
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert len(processes) == 2 and all(gone(process.pid) for process in processes)


@pytest.mark.skipif(os.name == "nt", reason="asks by a signal whether a process is there")
def test_the_load_is_gone_even_if_the_soak_is_killed():
    code = (
        "import os; from scripts import soak\n"
        "with soak.busy(1) as processes:\n"
        "    print(processes[0].pid, flush=True)\n"
        "    os._exit(1)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=soak.ROOT, stdout=subprocess.PIPE, text=True
    )
    assert gone(int(run.stdout))


def test_a_process_that_does_not_end_in_time_is_a_failure(tmp_path):
    commands = [[sys.executable, "-c", "import time; time.sleep(60)"]]
    assert not soak.side_by_side(commands, tmp_path, None, [tmp_path / "log"], patience=0.2)


def test_counts_of_several_processes_are_added(tmp_path):
    lines = ["3 passed in 1.2s", "1 failed, 90 passed, 2 skipped in 20.02s (0:00:20)"]
    logs = [tmp_path / "0.log", tmp_path / "1.log"]
    for log, line in zip(logs, lines, strict=True):
        log.write_text(f"....\nFAILED 7 lives\n{line}\n")
    assert soak.counted(logs) == "1 failed, 93 passed, 2 skipped"


def test_environments_are_the_pairs_that_exist_each_once(tmp_path, monkeypatch):
    made = []

    def make(python, numpy, folder):
        made.append((python, numpy, folder.name))
        return None if (python, numpy) == ("new", "1.26") else f"{python}-{numpy or 'lock'}"

    monkeypatch.setattr(soak, "make_environment", make)
    monkeypatch.setattr(soak, "versions", lambda inside: inside.replace("newest", "lock"))
    found = soak.environments(["old", "new"], ["1.26", "newest", ""], tmp_path)
    assert list(found) == ["old-1.26", "old-lock", "new-lock"]
    assert len({folder for *_, folder in made}) == 6
    monkeypatch.undo()
    assert list(soak.environments([], [], tmp_path).values()) == [sys.executable]

"""Say which changes of `common` no test noticed: `make mutation`.

    python scripts/mutation_report.py [--write]

Reads what mutmut left in the folder mutants. `--write` stores the result in docs/mutation.md. The
exit code is 1 if a mutant lives for which there is no reason below, if one was not tried, or if
fewer than 98 in 100 are noticed.
"""

import argparse
import datetime
import json
import platform
import re
import sys
from collections import Counter
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BEGIN, END = "<!-- scripts/mutation_report.py writes from here -->", "<!-- to here -->"
OPEN = "No reason yet"
TABLE = "| file | mutants | killed | too slow | alive | noticed |\n| --- " + "| ---: " * 5 + "|"

# Why a mutant may live: (what to search for in "function: changed line", the reason).
DEFAULT = "What is left out has this value by default"
REASONS = [
    (r"reshape\(.*-2", "To NumPy, every negative size means: as many as there are"),
    (r"strict=|zip\(.*, \)", "Both lists hold the places of one window: equally many"),
    (r"apart = |stride > max", "Which way adds up the slopes is a matter of speed alone"),
    (r"^Pooling.backward: .*self.pad, None", "NumPy writes nan for None among floats"),
    (r"range\(0, n, (5)?\)", "How many images are folded at a time is a matter of speed"),
    (r"output_sides\(\((2, 1|1, 2)", "Only the sides are asked for"),
    (r"np.pad.* or True", "Where no frame is added, a copy is the same"),
    (r"most=81", "How long a quotation may be is a matter of taste"),
    (r"y.min\(initial=1\)", "Whichever end is quoted, the wrong one is"),
    (r"x - h == x", "A step that is lost upwards is lost downwards"),
    (r"if x.ndim else 2", "A lone number has no row that could be counted"),
    (
        r"RuntimeWarning(, [34])?,? ?\)$",
        "Killed by the test of who is warned, which cannot run here",
    ),
    (r"allow_pickle=None|np.load\(file, \)", DEFAULT),
    (r"Pooling\(2, 2, \)", DEFAULT),
    (r"need_dx=None|self.chunk\], None", "None is as false as False"),
    (r"astype\(None\)", "To NumPy, None means float64"),
    (r"len\(x\) < self.chunk", "A batch of just one chunk passes in one piece either way"),
    (r"batch_size=101", "Rows are judged one by one, so that the size of a batch changes nothing"),
    (r"off <= 1e-3", "No sum of floats near 1 is off by just this number"),
    (r"\"XX(f|iu|fbiu|fiu|)XX\"", "No kind of array is called X"),
]


def reason_for(where, old, new):
    if old.lower() == new.lower():
        return "The same words in other letters"
    return next((why for pattern, why in REASONS if re.search(pattern, f"{where}: {new}")), None)


def change(name):
    """Where a mutant differs: "Class.method", the line as it is, the line as it would be."""
    from mutmut.mutation.diff_apply import get_diff_for_mutant

    lines = [
        line for line in get_diff_for_mutant(name).splitlines() if line[:3] not in ("---", "+++")
    ]
    old, new = (" ".join(line[1:].strip() for line in lines if line[0] == sign) for sign in "-+")
    where = name.split(".", 2)[2].split("__mutmut_")[0]
    where = where.removeprefix("xǁ").removeprefix("x_").replace("ǁ", ".")
    return where, *(re.sub(r"  # .*", "", line) for line in (old, new))


def row(name, c):
    """A line of the table, and the share of mutants that were noticed: killed, or endless."""
    noticed = c["killed"] + c["timeout"]
    share = 100 * noticed / max(c.total(), 1)
    alive = c.total() - noticed
    return (
        f"| {name} | {c.total()} | {c['killed']} | {c['timeout']} | {alive} | {share:.1f} % |",
        share,
    )


def report():
    """The result in Markdown, and whether it is what it should be."""
    from mutmut.stats import status_by_exit_code

    today = datetime.datetime.now(datetime.timezone.utc).date()
    tools = f"mutmut {version('mutmut')}, Python {platform.python_version()}"
    lines = [f"{today}, {tools}, NumPy {version('numpy')}:", "", TABLE]
    total, alive = Counter(), {}
    for meta in sorted((ROOT / "mutants" / "common").glob("*.meta")):
        file = meta.name.removesuffix(".meta")
        codes = json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"]
        ends = {name: status_by_exit_code[code] for name, code in codes.items()}
        if ends:
            total += Counter(ends.values())
            lines.append(row(f"`{file}`", Counter(ends.values()))[0])
        for name, end in ends.items():
            if end not in ("killed", "timeout"):
                where, old, new = change(name)
                why = reason_for(where, old, new) if end == "survived" else end
                alive.setdefault(why or OPEN, []).append(f"- `{file}`, `{where}`: `{new}`")
    last, share = row("all", total)
    lines += [last, "", "Those that live, and why:", ""]
    for why, mutants in sorted(alive.items(), key=lambda item: -len(item[1])):
        lines += [f"**{why}.** ({len(mutants)})", "", *mutants, ""]
    good = share >= 98 and not {OPEN, *status_by_exit_code.values()} & set(alive)
    return "\n".join(lines).strip(), good


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="store the result in docs/mutation.md")
    write = parser.parse_args().write
    text, good = report()
    print(text)
    if write:
        path = ROOT / "docs" / "mutation.md"
        before, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
        after = rest.partition(END)[2]
        path.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())

"""The shapes at the ends of lines, as `# (N, D)(D, M) -> (N, M)`, are true while the code runs."""

import re
import sys
from pathlib import Path

import numpy as np

from common import functions, layers, util
from tests.common.laws import normal
from tests.common.test_layers import CASES, both_ways

HOME = Path(layers.__file__).parent
SHAPE = re.compile(r"(?<!\w)\(([^()]*)\)")
TARGET = re.compile(r"^(self\.\w+|\w+) (?:[-+*/@]?=) |^return")


def shape_comments(path):
    """Line number -> (what is assigned, None for return; the shapes that the comment allows)."""
    found = {}
    for i, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        code, _, comment = line.strip().partition("  # ")
        comment = comment.split("->")[-1].split(":")[0]
        shapes = [shape.rstrip(",").split(", ") for shape in SHAPE.findall(comment)]
        if shapes and (target := TARGET.match(code)):
            found[i] = target[1], shapes if ") or (" in comment else shapes[-1:]
    return found


def fits(written, shape, sizes):
    """Whether a shape is what the comment says; letters keep their size within one call."""
    if len(written) != len(shape):
        return False
    for word, size in zip(written, shape, strict=True):
        letters = word.split("·")
        if len(letters) == 1 and not word.isdigit():
            sizes.setdefault(word, size)
        known = [sizes.get(letter, letter) for letter in letters]
        if all(str(k).isdigit() for k in known) and np.prod([int(k) for k in known]) != size:
            return False
    return True


def test_the_shapes_at_the_line_ends_are_true():
    names = "layers", "conv_layers", "functions", "util"
    comments = {str(HOME / f"{name}.py"): shape_comments(HOME / f"{name}.py") for name in names}
    seen, wrong = set(), []

    def enter(frame, event, _):
        file, sizes, last = frame.f_code.co_filename, {}, [None]

        def step(frame, event, value):
            line, last[0] = last[0], frame.f_lineno
            if line in comments[file]:
                target, shapes = comments[file][line]
                value = eval(target, {}, frame.f_locals) if target else value
                if value is not None:
                    seen.add((file, line))
                    if not any(fits(shape, np.shape(value), sizes) for shape in shapes):
                        wrong.append((file, line, np.shape(value)))
            return step

        return step if file in comments else None

    before = sys.gettrace()
    sys.settrace(enter)
    try:
        for case in CASES.values():
            both_ways(case, case.make(float), case.draw(*case.shape))
        util.col2im(util.im2col(normal(2, 3, 5, 6), 2, 3), (2, 3, 5, 6), 2, 3)
        functions.cross_entropy_error(np.full((2, 3), 1 / 3), np.full((2, 3), 1 / 3))
        util.smooth_curve(normal(30))
    finally:
        sys.settrace(before)
    assert not wrong
    assert len(seen) >= 20
    assert {(file, line) for file, lines in comments.items() for line in lines} == seen

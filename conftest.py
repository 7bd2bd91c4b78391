"""Shared by notebooks and tests: what one run of a chapter proves, and how the runs are spread.

nbval runs the cells of a chapter and compares their text. In the same run each cell's item compares
what nbval leaves out: pictures, the words for who cannot see them, and the words of cells that
print a time. After the last cell, in the same kernel, each exercise is answered by its solution.
"""

import copy
import sys
from collections import defaultdict

import pytest

from scripts import kernels

# A grammar of web addresses that nbformat would wait a second for, and no notebook needs.
sys.modules.setdefault("rfc3987_syntax", None)

PATIENCE = 60  # seconds for one message of a kernel, where nbval's own 5 are few under load
SOLUTION = "solution of "  # how items begin that answer an exercise


def pytest_configure(config):
    config.option.loadscopereorder = False  # xdist keeps the order of pytest_collection_modifyitems
    config.option.nbval_current_env = True
    config.option.nbval_cell_timeout = config.option.nbval_kernel_startup_timeout = 300


def pytest_sessionstart(session):
    if session.config.pluginmanager.hasplugin("nbval"):
        from nbval import kernel

        kernel.KernelManager = kernels.manager


# ---- one run of a chapter


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    """Let the exercises follow the cells of a chapter, solved."""
    report = yield
    if report.passed and hasattr(collector, "nb"):
        report.result.extend(solved(collector, type(report.result[0])))
    return report


def solved(chapter, item_type):
    from nbformat.v4 import new_code_cell

    from exercises.verdict import solution_source
    from scripts.notebooks import exercises

    for number, (name, _, verdict) in enumerate(exercises(chapter.nb), start=len(chapter.nb.cells)):
        source = f"{solution_source(chapter.path.stem.split('_')[0], name)}\n\n{verdict.source}"
        cell = new_code_cell(source, execution_count=number)
        options = {"cell_num": number, "cell": cell, "options": defaultdict(bool)}
        yield item_type.from_parent(chapter, name=SOLUTION + name, **options)


def pytest_itemcollected(item):
    if hasattr(item, "output_timeout"):  # a cell of a notebook
        item.output_timeout = PATIENCE


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Once nbval is content with a cell, compare what it leaves out."""
    result = yield
    if getattr(item, "test_outputs", None) is not None:
        from scripts.notebooks import differences, is_right, texts

        fresh = copy.copy(item.cell)
        fresh.outputs = item.test_outputs
        if not item.name.startswith(SOLUTION):
            if found := differences(item.cell, fresh):
                item.raise_cell_error("Cell outputs differ", "\n".join(found))
        elif not is_right(fresh):
            item.raise_cell_error("The solution is not judged right", "\n".join(texts(fresh)))
    return result


# ---- how tests spread over the workers

# The long ones first, the many short ones last: so no worker is left alone with a chapter.
LONG_FIRST = ("test_browser", ".ipynb", "test_runs", "test_sweep")
SHORT_LAST = "test_bites"


def pytest_collection_modifyitems(items):
    def turn(item):
        name = item.nodeid.split("::")[0]
        short_last = len(LONG_FIRST) + (SHORT_LAST in name)
        return next((i for i, part in enumerate(LONG_FIRST) if part in name), short_last)

    items.sort(key=turn)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Keep files whole, notebooks above all; deal out mistakes one by one, the sweep by panel."""
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            if "test_sweep" in nodeid:
                return nodeid.rpartition("[")[2]
            return nodeid if SHORT_LAST in nodeid else super()._split_scope(nodeid)

    return Scheduling(config, log)

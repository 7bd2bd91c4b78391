"""Shared by all tests: the surroundings of kernels, and how tests spread over the workers."""

import re
from contextlib import ExitStack

import pytest

from scripts.refresh_notebooks import plain_environment
from tests.soak import SOAK


def pytest_configure(config):
    """Let the kernels that tests start inherit the same surroundings on every machine."""
    surroundings = ExitStack()
    surroundings.enter_context(plain_environment())
    config.add_cleanup(surroundings.close)
    config.option.loadscopereorder = False  # xdist keeps the order of the next function


def pytest_collection_modifyitems(items):
    """The long ones first, the many short ones last: so no worker is left alone with a chapter.

    What only the nightly run can afford is skipped here.
    """
    for item in items:
        if item.get_closest_marker("long") and not SOAK:
            item.add_marker(pytest.mark.skip(reason="long: make soak and the nightly run try it"))
    long_first = ("test_browser", "test_notebooks", ".ipynb", "test_setup")

    def turn(item):
        name = item.nodeid.split("::")[0]
        short_last = len(long_first) + ("test_nbval_bites" in name)
        return next((i for i, part in enumerate(long_first) if part in name), short_last)

    items.sort(key=turn)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Keep files whole, notebooks above all; but deal out the slow test_nbval_bites one by one.

    Of test_browser a chapter stays whole: its tests share a page.
    """
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            if "test_browser" in nodeid and (chapter := re.search(r"\[(ch\d\d)", nodeid)):
                return f"{super()._split_scope(nodeid)}::{chapter[1]}"
            return nodeid if "test_nbval_bites" in nodeid else super()._split_scope(nodeid)

    return Scheduling(config, log)

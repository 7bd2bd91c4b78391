"""Shared by all tests: the surroundings of kernels, and how tests spread over the workers."""

import re
from contextlib import ExitStack

import pytest

from scripts.refresh_notebooks import plain_environment


def pytest_configure(config):
    """Let the kernels that tests start inherit the same surroundings on every machine."""
    surroundings = ExitStack()
    surroundings.enter_context(plain_environment())
    config.add_cleanup(surroundings.close)


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

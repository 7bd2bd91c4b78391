"""Shared by all tests: the surroundings of kernels, and which tests wait for the nightly run."""

from contextlib import ExitStack

import pytest

from scripts.kernels import plain_environment
from tests.soak import SOAK


def pytest_configure(config):
    """Let the kernels that tests start inherit the same surroundings on every machine."""
    surroundings = ExitStack()
    surroundings.enter_context(plain_environment())
    config.add_cleanup(surroundings.close)


def pytest_collection_modifyitems(items):
    for item in items:
        if item.get_closest_marker("long") and not SOAK:
            item.add_marker(pytest.mark.skip(reason="long: make soak and the nightly run try it"))

"""Shared by all tests: kernels that they start inherit the same surroundings on every machine."""

from contextlib import ExitStack

from scripts.refresh_notebooks import plain_environment


def pytest_configure(config):
    surroundings = ExitStack()
    surroundings.enter_context(plain_environment())
    config.add_cleanup(surroundings.close)

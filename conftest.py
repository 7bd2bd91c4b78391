"""Shared by notebooks and tests: how nbval speaks to kernels, and how long it waits for them."""

from scripts import kernels

PATIENCE = 60  # seconds for one message of a kernel, where nbval's own 5 are few under load


def pytest_sessionstart(session):
    if session.config.pluginmanager.hasplugin("nbval"):
        from nbval import kernel

        kernel.KernelManager = kernels.manager


def pytest_itemcollected(item):
    if hasattr(item, "output_timeout"):  # a cell of a notebook
        item.output_timeout = PATIENCE

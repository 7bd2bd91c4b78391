"""Shared by notebooks and tests: nbval waits for messages as long as a busy machine may take."""

PATIENCE = 60  # seconds for one message of a kernel, where nbval's own 5 are few under load


def pytest_itemcollected(item):
    if hasattr(item, "output_timeout"):  # a cell of a notebook
        item.output_timeout = PATIENCE

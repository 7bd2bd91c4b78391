"""Kernels that tests and tools start speak through files: no other program can take their place."""

import os
import sys

import pytest

from scripts import kernels

linux = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere kernels speak through ports")


@linux
@pytest.mark.slow  # nbval is switched off in make check
def test_kernels_of_nbval_and_nbclient_speak_through_files():
    from nbclient import NotebookClient
    from nbformat.v4 import new_notebook
    from nbval import kernel

    client = NotebookClient(new_notebook(), config=kernels.settings())
    managers = [kernel.KernelManager(), kernel.KernelManager(), client.create_kernel_manager()]
    assert {each.transport for each in managers} == {"ipc"}
    assert len({each.ip for each in managers}) == 3  # the files of each


@linux
@pytest.mark.slow
def test_a_kernel_answers_through_files_also_when_it_was_restarted(tmp_path):
    manager, client = kernels.start(tmp_path)
    try:
        for _ in range(2):
            assert manager.get_connection_info()["transport"] == "ipc"
            reply = client.execute("1", user_expressions={"x": "6 * 7"}, reply=True, timeout=60)
            assert reply["content"]["user_expressions"]["x"]["data"]["text/plain"] == "42"
            manager.restart_kernel(now=True)
            client.wait_for_ready(timeout=kernels.START_TIMEOUT)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_a_folder_whose_sockets_would_have_too_long_a_path_means_ports():
    sockets = len("/kernel-01234567-0123-0123-0123-0123456789ab-ipc-5")
    fits = "/" + "x" * (kernels.LONGEST - sockets - 1)
    assert kernels.transport(fits) == ("ipc" if sys.platform == "linux" else "tcp")
    assert kernels.transport(fits + "x") == "tcp"


def test_the_surroundings_of_a_kernel_come_back_afterwards(monkeypatch):
    monkeypatch.setenv("DLFS_MNIST", "full")
    with kernels.plain_environment():
        assert "DLFS_MNIST" not in os.environ
        assert os.environ["LANGUAGE"] == "en"
    assert os.environ["DLFS_MNIST"] == "full"

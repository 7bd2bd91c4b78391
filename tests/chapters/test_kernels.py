"""Kernels that tests and tools start speak through files: no other program can take their place."""

import socket
import subprocess
import sys

import pytest
from jupyter_client.connect import write_connection_file
from nbclient import NotebookClient
from nbformat.v4 import new_notebook

from scripts import kernels

linux = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere kernels speak through ports")


@linux
def test_kernels_of_nbval_nbclient_and_our_own_speak_through_files():
    from nbval import kernel

    client = NotebookClient(new_notebook(), config=kernels.settings())
    managers = [kernel.KernelManager(), kernel.KernelManager(), client.create_kernel_manager()]
    assert {each.transport for each in managers} == {"ipc"}
    assert len({each.ip for each in managers}) == 3  # the files of each


@linux
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


def test_why_not_ports_a_kernel_whose_port_is_taken_does_not_work(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        file, _ = write_connection_file(
            str(tmp_path / "kernel.json"), shell_port=other.getsockname()[1]
        )
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", file]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert ended.returncode and "Address already in use" in ended.stderr

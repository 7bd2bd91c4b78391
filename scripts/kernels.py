"""How tests and tools speak to kernels: in one surrounding, and through files where they can.

A kernel is told five ports that were free a moment before. Should another program take one in that
moment, the kernel ends, or never answers. The names of its files are its own.

Jupyter is imported where it is needed: every run of pytest reads this file.
"""

import contextlib
import os
import sys
import tempfile
import uuid
from pathlib import Path

LONGEST = 107  # characters that Linux allows for the path of a socket
START_TIMEOUT = 300  # seconds: long, because a machine may be busy


@contextlib.contextmanager
def plain_environment():
    """Set what a kernel inherits to the same for everybody, for the time of a `with` block."""
    before = dict(os.environ)
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(
            IPYTHONDIR=folder,  # nobody's start-up files, nobody's history
            JUPYTER_RUNTIME_DIR=folder,
            JUPYTER_PREFER_ENV_PATH="1",  # the kernel of this Python, not a user's own "python3"
            LANGUAGE="en",
            OPENBLAS_NUM_THREADS="1",
        )
        os.environ.pop("DLFS_MNIST", None)  # chapters are stored as they run on the sample
        os.environ.pop("MPLBACKEND", None)
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


def connection_file(folder):
    """Return a new name for the file in `folder` from which a kernel learns how to speak."""
    return Path(folder).resolve() / f"kernel-{uuid.uuid4()}.json"


def transport(folder):
    """Return "ipc", by sockets in `folder`, or "tcp" where these will not do."""
    socket = connection_file(folder).with_suffix("")
    fits = sys.platform == "linux" and len(f"{socket}-ipc-5") <= LONGEST
    return "ipc" if fits else "tcp"


def settings():
    """Return the settings with which one kernel is started, in Jupyter's folder for such files."""
    from jupyter_core.paths import jupyter_runtime_dir
    from traitlets.config import Config

    folder = Path(jupyter_runtime_dir())
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    chosen = {"transport": transport(folder), "connection_file": str(connection_file(folder))}
    return Config(KernelManager=chosen)


def manager(**options):
    """Return what starts, interrupts and ends one kernel."""
    from jupyter_client.manager import KernelManager

    return KernelManager(config=settings(), **options)


def start(folder):
    """Start a kernel that works in `folder`; return its manager and its client."""
    kernel = manager(kernel_name="python3")
    kernel.start_kernel(cwd=str(folder))
    client = kernel.client()
    client.start_channels()
    client.wait_for_ready(timeout=START_TIMEOUT)
    return kernel, client

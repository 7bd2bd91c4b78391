"""How tests and tools speak to kernels: through files where they can, not through ports.

A kernel is told five ports that were free a moment before. Should another program take one in that
moment, the kernel ends, or never answers. The names of its files are its own.
"""

import sys
import uuid
from pathlib import Path

from jupyter_client.manager import KernelManager
from jupyter_core.paths import jupyter_runtime_dir
from traitlets.config import Config

LONGEST = 107  # characters that Linux allows for the path of a socket
START_TIMEOUT = 300  # seconds: long, because a machine may be busy


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
    folder = Path(jupyter_runtime_dir())
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    chosen = {"transport": transport(folder), "connection_file": str(connection_file(folder))}
    return Config(KernelManager=chosen)


def manager(**options):
    """Return what starts, interrupts and ends one kernel."""
    return KernelManager(config=settings(), **options)


def start(folder):
    """Start a kernel that works in `folder`; return its manager and its client."""
    kernel = manager(kernel_name="python3")
    kernel.start_kernel(cwd=str(folder))
    client = kernel.client()
    client.start_channels()
    client.wait_for_ready(timeout=START_TIMEOUT)
    return kernel, client

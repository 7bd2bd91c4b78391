"""A student's server that does not start says why: on the student's page and in the hub's log.

What a server prints goes to a file, <CLASS_FOLDER>/hub/servers/<name>.log, anew at each start. The
hub looks whether the server has ended, and listens: who has ended is not waited for. After a minute
page and log tell what a server that is not there yet printed last; `start_timeout` gives it up.
"""

import asyncio
import contextlib
import html
import os
import socket
import time
from pathlib import Path

from jupyterhub.spawner import LocalProcessSpawner, SimpleLocalProcessSpawner, SpawnException
from traitlets import Float, Unicode
from traitlets.config import LoggingConfigurable

LINES = 15  # of what a server printed last


class NotStarted(SpawnException):
    """What is told of a server that did not start."""

    def __init__(self, told, lines):
        shown = f"<p>{html.escape(told)}</p>{as_html(lines)}"
        super().__init__(told, reason="not started", message_html=shown, status_code=500)
        self.log_message = "\n".join([told, *lines])
        # Other pages of JupyterHub's ask for these.
        self.jupyterhub_message, self.jupyterhub_html_message = told, shown


def as_html(lines):
    text = html.escape("\n".join(lines))
    return f'<pre class="text-start" style="white-space: pre-wrap">{text}</pre>' if lines else ""


def listens(address):
    with contextlib.suppress(OSError), socket.create_connection(address, timeout=1):
        return True
    return False


class Telling(LoggingConfigurable):
    """What the spawners below have in common."""

    slow = Float(60, help="Seconds after which a server that is not there yet says why").tag(
        config=True
    )
    folder = Unicode(help="Where the files lie that servers print to").tag(config=True)

    @property
    def printed(self):
        return Path(self.folder) / f"{self.user.name}.log"

    def last_lines(self):
        """Return what the server printed last."""
        with contextlib.suppress(OSError), open(self.printed, "rb") as file:
            file.seek(max(0, self.printed.stat().st_size - 4000))
            return file.read().decode(errors="replace").splitlines()[-LINES:]
        return []

    async def start(self):
        os.makedirs(self.folder, mode=0o700, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND
        descriptor = os.open(self.printed, flags, 0o600)
        self.began = time.monotonic()
        try:
            self.print_to(descriptor)
            address = await asyncio.wait_for(super().start(), self.slow)
            if address is None:
                raise RuntimeError("it was not running after its start")
            await self.until_it_listens(address)
        except Exception as error:
            why = str(error) or f"it was not running after {self.slow:.0f} seconds"
            told = f"The server of {self.user.name} did not start: {why}."
            raise NotStarted(f"{told} {self.what_now()}", self.last_lines()) from error
        finally:
            os.close(descriptor)
        return address

    async def until_it_listens(self, address):
        told = False
        while not listens(address):
            if (status := await self.poll()) is not None:
                raise RuntimeError(f"it ended with exit code {status}")
            waited = time.monotonic() - self.began
            if waited > self.slow and not told:
                told = True
                lines = "\n".join(self.last_lines())
                self.log.warning("%s %s\n%s", self.late(), self.what_now(), lines)
            if waited > self.start_timeout - 5:  # before the hub gives up, which knows less
                raise RuntimeError(f"it does not answer after {waited:.0f} seconds")
            await asyncio.sleep(0.2)

    async def progress(self):
        """What the page says while a server starts."""
        yield {"progress": 20, "message": "Your server is starting."}
        await asyncio.sleep(max(0, self.began + self.slow - time.monotonic()))
        told = f"{html.escape(f'{self.late()} {self.what_now()}')}{as_html(self.last_lines())}"
        yield {"progress": 60, "message": self.late(), "html_message": told}

    def late(self):
        return f"The server of {self.user.name} is not there after {self.slow:.0f} seconds."

    def what_now(self):
        there = "What it printed last stands below" if self.last_lines() else "It printed nothing"
        return f"{there}; whoever runs the hub finds all of it in {self.printed}."


class OfAProcess(Telling):
    def print_to(self, descriptor):
        self.popen_kwargs = {"stdout": descriptor, "stderr": descriptor}


class Local(OfAProcess, LocalProcessSpawner):
    """Each student is a user of this system."""


class Simple(OfAProcess, SimpleLocalProcessSpawner):
    """All students are one user."""


with contextlib.suppress(ImportError):  # it is for Linux only
    from systemdspawner import SystemdSpawner

    class Systemd(Telling, SystemdSpawner):
        """Each student is a user of this system, whose server is a unit of systemd."""

        def print_to(self, descriptor):
            there = f"append:{self.printed}"
            self.unit_extra_properties = {"StandardOutput": there, "StandardError": there}

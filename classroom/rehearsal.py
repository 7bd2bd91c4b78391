"""A real hub and students who log in: what the tests of a class are played with."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

import nbformat
import requests
import websocket

ROOT = Path(__file__).resolve().parents[1]
CONFIG = ROOT / "classroom" / "jupyterhub_config.py"
CHAPTERS = sorted(path.name for path in (ROOT / "chapters").glob("*.ipynb"))
FOLDER = "deep-learning-from-scratch"
PASSWORD = "a password for the class"
AS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


def free_port():
    with socket.socket() as some:
        some.bind(("127.0.0.1", 0))
        return some.getsockname()[1]


class Hub:
    """The class's hub, running with the real settings in a folder of its own."""

    def __init__(self, folder, *arguments, **environment):
        self.folder, self.open = folder, []
        scheme = "https" if "CLASS_TLS_CERT" in environment else "http"
        self.url = f"{scheme}://127.0.0.1:{free_port()}"
        # What the settings leave at JupyterHub's own ports, so that no other hub is in the way.
        self.command = [
            *(sys.executable, "-m", "jupyterhub", "-f", str(CONFIG)),
            f"--JupyterHub.hub_port={free_port()}",
            f"--ConfigurableHTTPProxy.api_url=http://127.0.0.1:{free_port()}",
            *arguments,
        ]
        inherited = {k: v for k, v in os.environ.items() if k != "IPYTHONDIR" and k[:6] != "CLASS_"}
        self.environment = inherited | {
            "CLASS_PASSWORD": PASSWORD,
            "CLASS_SPAWNER": "local" if AS_ROOT else "simple",
            "CLASS_FOLDER": str(folder),
            "CLASS_BIND": self.url,
            **environment,
        }

    def start(self):
        with open(self.folder / "hub.log", "a") as log:
            self.process = subprocess.Popen(
                self.command, env=self.environment, cwd=self.folder, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        self.wait_for(self.is_well, 120)
        return self

    def is_well(self):
        assert self.process.poll() is None, self.log()
        with contextlib.suppress(requests.ConnectionError):
            return requests.get(f"{self.url}/hub/health", timeout=10).ok

    def wait_for(self, question, seconds):
        end = time.monotonic() + seconds
        while not question():
            assert time.monotonic() < end, f"nothing within {seconds} seconds\n{self.log()}"
            time.sleep(0.1)

    def log(self):
        return (self.folder / "hub.log").read_text()[-100_000:]

    def stop(self):
        while self.open:
            self.open.pop().close()
        self.process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(60)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


class Student:
    """A student with a browser's cookies: logs in by the page, then works over HTTP."""

    def __init__(self, hub, name, password=PASSWORD):
        self.hub, self.name = hub, name
        self.web = web = requests.Session()
        self.account, self.server = f"/hub/api/users/{name}", f"/user/{name}/api"
        hub.open.append(web)
        page = web.get(f"{hub.url}/hub/login", timeout=60)
        form = {"username": name, "password": password, "_xsrf": web.cookies["_xsrf"]}
        answer = web.post(f"{hub.url}/hub/login", data=form, timeout=120)
        self.came_in = page.ok and "/hub/login" not in answer.url  # though no server may start
        if self.came_in:
            home = f"{hub.url}/hub/home"
            web.get(home, timeout=60)  # the cookie for the hub's own pages
            (xsrf, *_) = [cookie.value for cookie in web.cookies if cookie.name == "_xsrf"]
            head = {"X-XSRFToken": xsrf, "Referer": home}
            made = web.post(hub.url + self.account + "/tokens", headers=head, json={"note": "test"})
            self.token = made.json()["token"]

    def ask(self, method, path, **given):
        head = {"Authorization": f"token {self.token}"}
        found = requests.request(method, self.hub.url + path, headers=head, timeout=120, **given)
        assert found.ok, (found.status_code, found.text, self.hub.log())
        return found.json() if found.content else None

    def servers(self):
        return self.ask("GET", self.account)["servers"]

    def start(self):
        self.ask("POST", self.account + "/server")
        self.hub.wait_for(lambda: self.servers().get("", {}).get("ready"), 180)
        return self

    def stop(self):
        self.ask("DELETE", self.account + "/server")
        self.hub.wait_for(lambda: not self.servers(), 60)

    def contents(self, path, method="GET", **given):
        return self.ask(method, f"{self.server}/contents/{FOLDER}/{path}", **given)["content"]

    def chapter(self):
        return nbformat.from_dict(self.contents(f"chapters/{CHAPTERS[0]}"))

    def kernel(self, name=CHAPTERS[0]):
        """Start a kernel for the chapter, as its page does; return how to run code in it."""
        path = f"{FOLDER}/chapters/{name}"
        model = {"path": path, "name": name, "type": "notebook", "kernel": {"name": "python3"}}
        number = self.ask("POST", self.server + "/sessions", json=model)["kernel"]["id"]
        address = self.hub.url.replace("http", "ws", 1) + self.server
        web = websocket.create_connection(
            f"{address}/kernels/{number}/channels", timeout=120,
            header=[f"Authorization: token {self.token}"],
        )  # fmt: skip
        self.hub.open.append(web)
        return lambda code: run_code(web, code)


def run_code(web, code):
    """Run code by a kernel's websocket; return the printed text and the names of errors."""
    number = uuid.uuid4().hex
    header = {"msg_id": number, "msg_type": "execute_request", "username": "", "session": "s",
              "date": "2026-01-01T00:00:00Z", "version": "5.3"}  # fmt: skip
    content = {"code": code, "silent": False, "allow_stdin": False, "stop_on_error": False}
    web.send(json.dumps({"header": header, "parent_header": {}, "metadata": {}, "channel": "shell",
                         "content": content, "buffers": []}))  # fmt: skip
    printed, errors, done = "", [], set()
    while done != {"reply", "idle"}:
        raw = web.recv()
        message = {"parent_header": {}} if isinstance(raw, bytes) else json.loads(raw)
        if message["parent_header"].get("msg_id") != number:
            continue  # somebody else's, or a widget's picture
        kind, said = message["msg_type"], message["content"]
        if kind == "stream" and said["name"] == "stdout":
            printed += said["text"]
        elif kind == "error":
            errors.append(said["ename"])
        elif kind == "execute_reply":
            done.add("reply")
        elif kind == "status" and said["execution_state"] == "idle":
            done.add("idle")
    return printed, errors


@contextlib.contextmanager
def running(*arguments, **environment):
    """A hub in a folder that its students can reach."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        started = Hub(Path(folder), *arguments, **environment)
        try:
            yield started.start()
        finally:
            started.stop()

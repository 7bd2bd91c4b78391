"""A class on one server: the hub's settings, what a student is handed, and real log-ins.

The quick tests need nothing but the project. Those marked with `hub` start the real JupyterHub and
its proxy, log students in over HTTP and run a chapter in their kernels. They run where the hub is
installed:

    sh classroom/install.sh /opt/class
    PATH=/opt/class/bin:$PATH /opt/class/bin/python -m pytest tests/test_classroom.py

As root each student is a user of the system, made for the test and removed after it; as anybody
else all run under one name.
"""

import contextlib
import importlib.util
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import psutil
import pytest
import yaml
from nbclient.exceptions import CellExecutionError
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from traitlets.config import PyFileConfigLoader

from scripts import measure_class

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[1]
CLASSROOM = ROOT / "classroom"
CONFIG = CLASSROOM / "jupyterhub_config.py"
CHAPTERS = sorted(path.name for path in (ROOT / "chapters").glob("*.ipynb"))
PASSWORD = "a password for the class"
FOLDER = "deep-learning-from-scratch"

unix = pytest.mark.skipif(os.name == "nt", reason="JupyterHub runs on Linux and macOS only")
AS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0

# ---- the settings


def settings(monkeypatch, folder, **environment):
    """Return what jupyterhub_config.py sets when the environment is `environment`."""
    for name in [name for name in os.environ if name.startswith("CLASS_")]:
        monkeypatch.delenv(name)
    chosen = {"CLASS_PASSWORD": PASSWORD, "CLASS_SPAWNER": "simple", "CLASS_FOLDER": str(folder)}
    for name, value in {**chosen, **environment}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PATH", os.environ["PATH"])  # the settings put a folder before it
    if environment.get("CLASS_SPAWNER", "simple") == "simple":
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
    return PyFileConfigLoader(str(CONFIG)).load_config()


@unix
def test_the_settings_load_and_are_safe_by_default(monkeypatch, tmp_path):
    found = settings(monkeypatch, tmp_path)
    assert found.JupyterHub.bind_url == "http://127.0.0.1:8000"
    assert found.JupyterHub.authenticator_class == "shared-password"
    assert found.SharedPasswordAuthenticator.user_password == PASSWORD
    assert found.SharedPasswordAuthenticator.admin_password is None
    assert found.Spawner.mem_limit == "2G" and found.Spawner.cpu_limit == 1
    assert found.Spawner.environment["OPENBLAS_NUM_THREADS"] == "1"
    assert "--MappingKernelManager.cull_idle_timeout=3600" in found.Spawner.args
    assert "--KernelManager.transport=ipc" in found.Spawner.args
    (culler,) = found.JupyterHub.services
    assert "--timeout=3600" in culler["command"]
    assert found.JupyterHub.load_roles[0]["services"] == [culler["name"]]
    assert (tmp_path / "hub").stat().st_mode & 0o777 == 0o700


@unix
@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"CLASS_PASSWORD": ""}, "set CLASS_PASSWORD"),
        ({"CLASS_PASSWORD": "short"}, "at least 8 characters"),
        ({"CLASS_TEACHERS": "ann"}, "set both or none"),
        ({"CLASS_TEACHERS": "ann", "CLASS_TEACHER_PASSWORD": "short"}, "at least 32"),
        ({"CLASS_STUDENTS": "no such file"}, "CLASS_STUDENTS cannot be read"),
        ({"CLASS_SPAWNER": "magic"}, "must be local, systemd or simple"),
        ({"CLASS_IDLE_MINUTES": "never"}, "must be a number above 0"),
        ({"CLASS_CPUS": "-1"}, "must be a number above 0"),
        ({"CLASS_TLS_CERT": "cert.pem"}, "belong together"),
        ({"CLASS_TLS_CERT": "no.pem", "CLASS_TLS_KEY": "no.pem"}, "is not a file"),
        ({"CLASS_BIND": "http://:8000"}, "in the clear"),
    ],
)
def test_what_is_unsafe_or_unclear_is_refused_in_one_sentence(
    monkeypatch, tmp_path, environment, says
):
    with pytest.raises(SystemExit) as refusal:
        settings(monkeypatch, tmp_path, **environment)
    told = refusal.value.code
    assert told.startswith("The class's hub does not start: ") and says in told
    assert "\n" not in told and told.endswith(".")


@unix
@pytest.mark.parametrize("spawner", ["simple", "local"])
def test_nobody_runs_students_as_root_and_nobody_pretends_to_be_one(monkeypatch, tmp_path, spawner):
    pytest.importorskip("jupyterhub") if spawner == "local" else None
    monkeypatch.setattr(os, "geteuid", lambda: 0 if spawner == "simple" else 1000)
    monkeypatch.setenv("CLASS_PASSWORD", PASSWORD)
    monkeypatch.setenv("CLASS_SPAWNER", spawner)
    monkeypatch.setenv("CLASS_FOLDER", str(tmp_path))
    with pytest.raises(SystemExit, match="root"):
        PyFileConfigLoader(str(CONFIG)).load_config()


@unix
def test_a_list_of_names_lets_only_these_in(monkeypatch, tmp_path):
    names = tmp_path / "students"
    names.write_text("Ann\n\n  bob \n")
    found = settings(monkeypatch, tmp_path, CLASS_STUDENTS=str(names))
    assert found.Authenticator.allowed_users == {"ann", "bob"}
    assert "allow_all" not in found.Authenticator
    names.write_text("\n")
    with pytest.raises(SystemExit, match="has no name in it"):
        settings(monkeypatch, tmp_path, CLASS_STUDENTS=str(names))


@unix
def test_a_certificate_makes_it_listen_to_all_with_tls(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    pair = {"CLASS_TLS_CERT": str(tmp_path / "file"), "CLASS_TLS_KEY": str(tmp_path / "file")}
    found = settings(monkeypatch, tmp_path, **pair)
    assert found.JupyterHub.bind_url == "https://:443"
    assert found.JupyterHub.ssl_cert == found.JupyterHub.ssl_key == str(tmp_path / "file")


def test_every_setting_is_described_at_the_top():
    text = CONFIG.read_text(encoding="utf-8")
    head, body = text.split('"""')[1], text.split('"""', 2)[2]
    used = set(re.findall(r'(?:setting|number)\("(\w+)"', body))
    assert used and used == set(re.findall(r"CLASS_([A-Z_]+)", head))


@unix
@pytest.mark.skipif(not AS_ROOT, reason="only root may start servers for others")
def test_homes_keep_their_numbers_and_other_accounts_stay_shut(monkeypatch, tmp_path):
    pytest.importorskip("jupyterhub")
    (tmp_path / "homes" / "ann").mkdir(parents=True)
    os.chown(tmp_path / "homes" / "ann", 5017, 5017)
    found = settings(monkeypatch, tmp_path, CLASS_SPAWNER="local")
    assert found.LocalAuthenticator.uids == {"ann": 5017}
    assert "UID_MIN=5018" in found.LocalAuthenticator.add_user_cmd
    assert {"root", "daemon"} <= found.Authenticator.blocked_users
    assert "ann" not in found.Authenticator.blocked_users
    with pytest.raises(SystemExit, match="account of this system"):
        settings(
            monkeypatch, tmp_path, CLASS_SPAWNER="local", CLASS_TEACHERS="daemon",
            CLASS_TEACHER_PASSWORD="p" * 32,
        )  # fmt: skip


def test_systemd_is_told_the_limits(monkeypatch, tmp_path):
    """No systemd is asked: what the spawner hands to it is looked at instead."""
    systemdspawner = pytest.importorskip("systemdspawner.systemdspawner")
    if not AS_ROOT:
        pytest.skip("only root may start servers for others")
    import asyncio
    from types import SimpleNamespace

    found = settings(monkeypatch, tmp_path, CLASS_SPAWNER="systemd", CLASS_CPUS="1.5")
    assert found.JupyterHub.spawner_class == "systemd"
    told = {}

    async def start(name, **given):
        told.update(given)

    async def no(name):
        return False

    monkeypatch.setattr(systemdspawner.systemd, "start_transient_service", start)
    for question in ("service_running", "service_failed"):
        monkeypatch.setattr(systemdspawner.systemd, question, no)
    monkeypatch.setattr(systemdspawner.SystemdSpawner, "get_env", lambda self: {})
    monkeypatch.setattr(systemdspawner.SystemdSpawner, "get_args", lambda self: self.args)
    user = SimpleNamespace(name="root", id=1, url="/", escaped_name="root", settings={})
    spawner = systemdspawner.SystemdSpawner(user=user, config=found, start_timeout=0)
    asyncio.run(spawner.start())
    assert told["properties"]["MemoryMax"] == 2**31
    assert told["properties"]["CPUQuota"] == "150%"
    assert told["properties"]["NoNewPrivileges"] == "yes"
    assert told["cmd"][-1].endswith("start_student.sh") and Path(told["cmd"][0]).is_absolute()


# ---- what a student is handed, and what is never taken back


@pytest.fixture
def school(tmp_path):
    """A checkout with two chapters, and the start of a student whose server only says its limit."""
    checkout, commands = tmp_path / "the checkout", tmp_path / "commands"
    for folder in (checkout / "classroom", checkout / "chapters", checkout / "common", commands):
        folder.mkdir(parents=True)
    shutil.copy(CLASSROOM / "start_student.sh", checkout / "classroom")
    (checkout / "chapters" / "companion.py").touch()
    server = commands / "jupyterhub-singleuser"
    server.write_text('#!/bin/sh\necho "served $* $(ulimit -d)"\n')
    server.chmod(0o755)

    def start(*arguments, home=tmp_path / "a home", **environment):
        home.mkdir(exist_ok=True)
        start.mine = home / FOLDER / "chapters"
        path = os.pathsep.join([str(commands), os.environ["PATH"]])
        run = subprocess.run(
            ["/bin/sh", str(checkout / "classroom" / "start_student.sh"), *arguments],
            env={"PATH": path, "HOME": str(home), "JUPYTERHUB_API_TOKEN": "t", **environment},
            capture_output=True, text=True, cwd=home,
        )  # fmt: skip
        assert run.returncode == 0
        return run

    def publish(**chapters):
        for name, text in chapters.items():
            (checkout / "chapters" / f"{name}.ipynb").write_text(text)

    start.publish, start.checkout = publish, checkout
    publish(ch03="three", ch04="four")
    return start


def handed(school):
    return {path.stem: path.read_text() for path in school.mine.glob("*.ipynb")}


@unix
def test_a_student_gets_the_chapters_and_nothing_that_hides_the_project(school):
    assert school("--flag").stdout.startswith("served --flag ")
    assert handed(school) == {"ch03": "three", "ch04": "four"}
    assert os.access(school.mine / "ch03.ipynb", os.W_OK)
    assert not (school.mine / "companion.py").exists()
    assert (school.mine.parent / "common").resolve() == (school.checkout / "common").resolve()
    assert not (school.mine.parent / "pyproject.toml").exists()


@unix
def test_without_a_hub_it_is_jupyterlab(school):
    lab = school.checkout.parent / "commands" / "jupyter-lab"
    lab.write_text("#!/bin/sh\necho lab\n")
    lab.chmod(0o755)
    assert school(JUPYTERHUB_API_TOKEN="").stdout == "lab\n"
    assert handed(school)


@unix
def test_sockets_lie_in_a_short_folder_of_ones_own_which_the_next_start_takes_away(school):
    lab = school.checkout.parent / "commands" / "jupyter-lab"
    lab.write_text('#!/bin/sh\necho "$JUPYTER_RUNTIME_DIR"\n')
    lab.chmod(0o755)
    first = Path(school(JUPYTERHUB_API_TOKEN="").stdout.strip())
    assert first.is_dir() and first.stat().st_mode & 0o77 == 0 and len(str(first)) <= 20
    second = Path(school(JUPYTERHUB_API_TOKEN="").stdout.strip())
    assert second.is_dir() and not first.exists()
    second.rmdir()


@unix
def test_what_a_student_changed_is_never_overwritten(school):
    school()
    (school.mine / "ch03.ipynb").write_text("three, and my answers")
    school.publish(ch03="three, mended", ch04="four, mended", ch05="five")
    for _ in range(2):
        assert not school().stderr
        assert handed(school) == {
            "ch03": "three, and my answers",  # changed: it stays
            "ch04": "four, mended",  # never changed: the newer one
            "ch05": "five",
        }


@unix
def test_a_deleted_chapter_comes_back_and_own_files_stay(school):
    school()
    (school.mine / "ch03.ipynb").rename(school.mine / "my ch03.ipynb")
    school.publish(ch03="three, mended")
    school()
    assert handed(school) == {"ch03": "three, mended", "my ch03": "three", "ch04": "four"}


@unix
def test_a_copy_that_fails_is_told_and_the_server_starts_all_the_same(school, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / FOLDER).write_text("a file where the folder should be")
    run = school(home=tmp_path / "full")
    assert run.stdout.startswith("served")
    assert "could not be copied" in run.stderr


@unix
@pytest.mark.skipif(shutil.which("prlimit") is None, reason="prlimit is part of Linux")
def test_the_memory_limit_reaches_the_server(school):
    assert school(MEM_LIMIT=str(2**30)).stdout.split()[-1] == str(2**20)  # ulimit counts KiB
    assert school().stdout.split()[-1] == "unlimited"


# ---- the lock, the installation and the image


def pins(path):
    """Return the versions that a lock pins, by the package's name."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if "==" in line]
    found = {}
    for line in lines:
        requirement = Requirement(line.rstrip("\\ "))
        found.setdefault(requirement.name, set()).add(str(requirement.specifier))
    return found


def test_the_class_has_the_projects_own_versions():
    project, classroom = pins(ROOT / "requirements.lock"), pins(CLASSROOM / "requirements.lock")
    both = project.keys() & classroom.keys()
    assert len(both) > 20
    assert not {name for name in both if not classroom[name] <= project[name]}
    text = (CLASSROOM / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in text and text.count("--hash=sha256:") > len(classroom)
    assert not re.search(r"^\s*(-i|-f|-e|--(?!hash)|\.|/)", text, re.MULTILINE)


def test_what_a_class_needs_is_pinned():
    classroom = pins(CLASSROOM / "requirements.lock")
    lines = (CLASSROOM / "requirements.in").read_text(encoding="utf-8").splitlines()
    wanted = [Requirement(line) for line in lines if line and not line.startswith("#")]
    assert len(wanted) == 4
    for requirement in wanted:
        (pin,) = classroom[requirement.name]
        assert requirement.specifier.contains(pin.removeprefix("=="))


def test_the_proxy_is_pinned_with_hashes_and_names_no_registry():
    wanted = json.loads((CLASSROOM / "proxy" / "package.json").read_text())["dependencies"]
    lock = json.loads((CLASSROOM / "proxy" / "package-lock.json").read_text())["packages"]
    own = lock.pop("")
    assert own["dependencies"] == wanted
    for name, version in wanted.items():
        assert lock[f"node_modules/{name}"]["version"] == version
    assert all(entry["integrity"].startswith("sha512-") for entry in lock.values())
    assert not [name for name, entry in lock.items() if "resolved" in entry]


def test_installing_checks_hashes_and_keeps_the_project_in_one_place():
    text = (CLASSROOM / "install.sh").read_text(encoding="utf-8")
    installs = re.findall(r"^pip_install (.*)$", text, re.MULTILINE)
    assert installs == [
        '--require-hashes -r "$checkout/requirements.lock"',
        '--require-hashes -r "$checkout/classroom/requirements.lock"',
        '--no-deps --no-build-isolation -e "$checkout"',
    ]


def instructions():
    """Return the Dockerfile's instructions: (word, rest) for each, continued lines joined."""
    text = (CLASSROOM / "Dockerfile").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ").splitlines()
    return [tuple(line.split(maxsplit=1)) for line in joined if line.strip()]


def test_the_image_is_built_from_what_is_here():
    steps = instructions()
    assert {word for word, _ in steps} <= {
        "ARG", "FROM", "ENV", "COPY", "RUN", "USER", "WORKDIR", "EXPOSE", "VOLUME", "HEALTHCHECK",
        "CMD", "STOPSIGNAL",
    }  # fmt: skip
    copied = [rest.split() for word, rest in steps if word == "COPY"]
    sources = [source for *some, _ in copied for source in some if not source.startswith("--")]
    assert sources and not [source for source in sources if not (ROOT / source).exists()]
    needed = {"pyproject.toml", "requirements.lock", "README.md", "LICENSE"}
    needed |= {"chapters", "classroom", "common", "dataset", "docs", "exercises", "panels"}
    assert needed <= {source.rstrip("/") for source in sources}
    assert any("classroom/install.sh" in rest for word, rest in steps if word == "RUN")


def test_the_images_python_is_one_that_the_lock_was_made_for():
    (base,) = [rest for word, rest in instructions() if word == "ARG" and "BASE=" in rest]
    version = re.fullmatch(r"BASE=python:(3\.\d+)-slim\S*", base)[1]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert SpecifierSet(project["requires-python"]).contains(version)
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert f"python={version}" in environment["dependencies"], "one Python for Binder and the class"


def test_the_students_image_is_not_root_and_both_say_whether_they_are_well():
    stages, stage = {}, None
    for word, rest in instructions():
        if word == "FROM":
            stage = stages.setdefault(rest.split()[-1], [])
        elif stage is not None:
            stage.append((word, rest))
    assert list(stages) == ["installed", "student", "hub"]
    assert dict(stages["student"])["USER"] == "student"
    for name in ("student", "hub"):
        assert "CMD" in dict(stages[name]) and "HEALTHCHECK" in dict(stages[name])
    assert "CLASS_PASSWORD" not in str(stages), "a password in an image is a password for all"


# ---- what a class costs: scripts/measure_class.py and docs/classroom.md

PAGE = (ROOT / "docs" / "classroom.md").read_text(encoding="utf-8")
TABLES = """\
| one student | ready after (s) | Run All (s) | processor time (s) | memory, peak (MiB) | after |
| --- | ---: | ---: | ---: | ---: | ---: |
| JupyterLab itself | 2.0 | – | 3.0 | 100 | 90 |
| `a` | 1.0 | 9.0 | 10.0 | 400 | 200 |
| `b` | 1.0 | 20.0 | 18.0 | 1,000 | 150 |
| `c` | 1.0 | 4.0 | 5.0 | 300 | 150 |

| kernels | all done after (s) | processor time (s) | memory of all (MiB) | of each (MiB) |
| --- | ---: | ---: | ---: | ---: |
| 2 | 20 | 38 | 1,990 | 995 |
"""


def test_the_pages_conclusions_follow_from_its_tables():
    measured = measure_class.between(PAGE, "measured")
    assert measure_class.between(PAGE, "derived") == measure_class.conclusions(measured)
    chapters, crowds = measure_class.read(measured)
    assert {"JupyterLab itself", *(f"`{name[:-6]}`" for name in CHAPTERS)} == set(chapters)
    assert crowds and all(
        row[2] / count == pytest.approx(row[3], abs=1) for count, row in crowds.items()
    )


def test_the_arithmetic_is_right():
    needs = measure_class.needs(TABLES, 30)
    assert needs["each"] == 100 + 40 + 1000 + 400
    assert needs["memory"] == 2048 + 30 * 1540
    assert needs["gib"] == 48  # 47.1 GiB, in steps of 8
    assert needs["busy"] == pytest.approx(30 * 2 * 18 / 5400)
    assert needs["processors"] == 4 and measure_class.needs(TABLES, 300)["processors"] == 8
    assert needs["run_all"] == 30 * 18 / 4
    assert needs["logged_in"] == 30 * 3 / 4
    said = measure_class.conclusions(TABLES)
    for number in (
        "1,540 MiB a student",
        "48,248 MiB",
        "**48 GiB**",
        "**135 s**",
        "**8 processors",
    ):
        assert number in said


def test_new_tables_replace_the_old_ones():
    page = measure_class.replaced(PAGE, TABLES)
    assert measure_class.between(page, "measured") == TABLES
    assert measure_class.between(page, "derived") == measure_class.conclusions(TABLES)
    assert page.split("<!-- measured: begin -->")[0] in PAGE
    with pytest.raises(SystemExit, match="0 places"):
        measure_class.replaced("no markers", TABLES)


def test_tables_are_read_as_they_are_written():
    alone = [("JupyterLab itself", 2.04, None, 3, 100.4, 90), ("`a`", 1, 9.96, 1234.5, 4000, 200)]
    text = measure_class.tables(alone, [("2", 20.2, 38, 1990, 995)], "a", "this machine")
    chapters, crowds = measure_class.read(text)
    assert chapters["JupyterLab itself"] == [2.0, None, 3.0, 100, 90]
    assert chapters["`a`"] == [1.0, 10.0, 1234.5, 4000, 200]
    assert crowds == {2: [20, 38, 1990, 995]}


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells what is shared")
def test_kernels_are_measured(tmp_path):
    cells = [
        nbformat.v4.new_code_cell("import time\nblock = b'1' * 300 * 2**20\ndel block"),
        nbformat.v4.new_code_cell("end = time.process_time() + 0.5"),
        nbformat.v4.new_code_cell("while time.process_time() < end: pass"),
    ]
    path = tmp_path / "tiny.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    ready, ran, used, peak, after = measure_class.alone(path)
    assert ready > 0 and ran >= 0.5 and used >= 0.5
    assert peak > 300 > after > 10
    ran, used, most, each = measure_class.together(path, 2)
    assert ran >= 0.5 and used >= 1 and most > 20 and each == most / 2
    cells[1].source = "1 / 0"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    with pytest.raises(CellExecutionError):
        measure_class.together(path, 1)


def test_what_the_page_names_is_there():
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", PAGE) if "://" not in link]
    assert links and not [link for link in links if not (ROOT / "docs" / link).exists()]
    head = CONFIG.read_text(encoding="utf-8").split('"""')[1]
    assert set(re.findall(r"CLASS_[A-Z_]+", PAGE)) <= set(re.findall(r"CLASS_[A-Z_]+", head))
    stages = {rest.split()[-1] for word, rest in instructions() if word == "FROM"}
    assert set(re.findall(r"--target (\w+)", PAGE)) <= stages
    assert "uid 2000" in str(instructions()) and "`uid: 2000`" in PAGE
    assert "/srv/student" in str(instructions()) and "homeMountPath: /srv/student" in PAGE


# ---- real log-ins

_missing = [
    what
    for what, there in (
        ("jupyterhub", importlib.util.find_spec("jupyterhub")),
        ("configurable-http-proxy", shutil.which("configurable-http-proxy")),
    )
    if not there
]
hub = pytest.mark.skipif(
    bool(_missing),
    reason=f"{' and '.join(_missing)} not found: sh classroom/install.sh /opt/class installs them",
)


def free_port():
    with socket.socket() as some:
        some.bind(("127.0.0.1", 0))
        return some.getsockname()[1]


class Hub:
    """The class's hub, running with the real settings in a folder of its own."""

    def __init__(self, folder, **environment):
        self.folder, self.environment, self.open = folder, environment, []
        scheme = "https" if "CLASS_TLS_CERT" in environment else "http"
        self.url = f"{scheme}://127.0.0.1:{free_port()}"
        ports = {"hub": free_port(), "proxy": free_port()}
        # What the settings leave at JupyterHub's own ports, so that no other hub is in the way.
        self.command = [
            sys.executable, "-m", "jupyterhub", "-f", str(CONFIG),
            f"--JupyterHub.hub_port={ports['hub']}",
            f"--ConfigurableHTTPProxy.api_url=http://127.0.0.1:{ports['proxy']}",
        ]  # fmt: skip

    def start(self):
        inherited = {k: v for k, v in os.environ.items() if k != "IPYTHONDIR" and k[:6] != "CLASS_"}
        settings = {
            "CLASS_PASSWORD": PASSWORD,
            "CLASS_SPAWNER": "local" if AS_ROOT else "simple",
            "CLASS_FOLDER": str(self.folder),
            "CLASS_BIND": self.url,
            **self.environment,
        }
        with open(self.folder / "hub.log", "a") as log:
            self.process = subprocess.Popen(
                self.command, env={**inherited, **settings}, cwd=self.folder,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        wait_for(lambda: self.well(), 120, self)
        return self

    def well(self):
        import requests

        assert self.process.poll() is None, self.log()
        with contextlib.suppress(requests.ConnectionError):
            return requests.get(f"{self.url}/hub/health", timeout=10).ok

    def log(self):
        return (self.folder / "hub.log").read_text()[-5000:]

    def stop(self):
        while self.open:
            self.open.pop().close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(60)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


def wait_for(question, seconds, hub):
    """Return the question's answer as soon as there is one."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := question():
            return answer
        time.sleep(0.3)
    raise AssertionError(f"nothing within {seconds} seconds\n{hub.log()}")


class Student:
    """A student with a browser's cookies: logs in by the page, then works over HTTP."""

    def __init__(self, hub, name, password=PASSWORD):
        import requests

        self.hub, self.name, self.web = hub, name, requests.Session()
        hub.open.append(self.web)
        page = self.web.get(f"{hub.url}/hub/login", timeout=60)
        form = {"username": name, "password": password, "_xsrf": self.web.cookies["_xsrf"]}
        self.answer = self.web.post(f"{hub.url}/hub/login", data=form, timeout=120)
        self.came_in = page.ok and self.answer.ok and "/hub/login" not in self.answer.url
        if self.came_in:
            made = self.ask("POST", f"/hub/api/users/{name}/tokens", json={"note": "test"})
            self.token = made.json()["token"]

    def ask(self, method, path, **given):
        self.web.get(f"{self.hub.url}/hub/home", timeout=60)  # the cookie for the hub's own pages
        (xsrf, *_) = [cookie.value for cookie in self.web.cookies if cookie.name == "_xsrf"]
        headers = {"X-XSRFToken": xsrf, "Referer": f"{self.hub.url}/hub/home"}
        return self.web.request(method, self.hub.url + path, headers=headers, timeout=120, **given)

    def of_hub(self, method, path="", **given):
        import requests

        return requests.request(
            method, f"{self.hub.url}/hub/api/users/{self.name}{path}",
            headers={"Authorization": f"token {self.token}"}, timeout=120, **given,
        )  # fmt: skip

    def of_server(self, method, path, **given):
        import requests

        found = requests.request(
            method, f"{self.hub.url}/user/{self.name}/api/{path}",
            headers={"Authorization": f"token {self.token}"}, timeout=120, **given,
        )  # fmt: skip
        assert found.ok, (found.status_code, found.text, self.hub.log())
        return found.json() if found.content else None

    def ready(self):
        return self.of_hub("GET").json()["servers"].get("", {}).get("ready", False)

    def start(self):
        assert self.of_hub("POST", "/server").ok
        wait_for(self.ready, 180, self.hub)
        return self

    def stop(self):
        assert self.of_hub("DELETE", "/server").ok
        wait_for(lambda: not self.of_hub("GET").json()["servers"], 60, self.hub)

    def chapter(self, name=CHAPTERS[0]):
        found = self.of_server("GET", f"contents/{FOLDER}/chapters/{name}")
        return nbformat.from_dict(found["content"])

    def save(self, notebook, name=CHAPTERS[0]):
        model = {"type": "notebook", "format": "json", "content": notebook}
        self.of_server("PUT", f"contents/{FOLDER}/chapters/{name}", json=model)

    def open(self, name=CHAPTERS[0]):
        """Start a kernel for the chapter, as its page does, and return how to run code in it."""
        path = f"{FOLDER}/chapters/{name}"
        model = {"path": path, "name": name, "type": "notebook", "kernel": {"name": "python3"}}
        session = self.of_server("POST", "sessions", json=model)
        return Kernel(self, session["kernel"]["id"])


class Kernel:
    """A kernel of a student, by the websocket that the page would use."""

    def __init__(self, student, number):
        import websocket

        address = student.hub.url.replace("http", "ws", 1)
        self.socket = websocket.create_connection(
            f"{address}/user/{student.name}/api/kernels/{number}/channels",
            header=[f"Authorization: token {student.token}"], timeout=120,
        )  # fmt: skip
        student.hub.open.append(self.socket)

    def run(self, code):
        """Run code; return the printed text and the names of errors."""
        number = uuid.uuid4().hex
        content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False,
                   "user_expressions": {}, "stop_on_error": False}  # fmt: skip
        header = {"msg_id": number, "msg_type": "execute_request", "username": "", "session": "s",
                  "date": "2026-01-01T00:00:00Z", "version": "5.3"}  # fmt: skip
        self.socket.send(json.dumps({
            "header": header, "parent_header": {}, "metadata": {}, "content": content,
            "buffers": [], "channel": "shell",
        }))  # fmt: skip
        printed, errors, done = "", [], set()
        while done != {"reply", "idle"}:
            raw = self.socket.recv()
            if isinstance(raw, bytes):
                continue  # a widget's picture, in binary
            message = json.loads(raw)
            if message["parent_header"].get("msg_id") != number:
                continue
            kind, said = message["header"]["msg_type"], message["content"]
            if kind == "stream" and said["name"] == "stdout":
                printed += said["text"]
            elif kind == "error":
                errors.append(said["ename"])
            elif kind == "execute_reply":
                done.add("reply")
            elif kind == "status" and said["execution_state"] == "idle":
                done.add("idle")
        return printed, errors


@pytest.fixture(scope="module")
def names():
    """The names of this run's students; as root, their accounts are removed afterwards."""
    some = [f"test-{uuid.uuid4().hex[:6]}-{letter}" for letter in "abcd"]
    yield some
    for name in some if AS_ROOT else []:
        subprocess.run(["userdel", name], capture_output=True)


@contextlib.contextmanager
def running(**environment):
    """A hub in a folder that its students can reach."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        started = Hub(Path(folder), **environment)
        try:
            yield started.start()
        finally:
            started.stop()


@pytest.fixture(scope="module")
def classroom(names):
    if _missing:
        pytest.skip("no hub")
    with running() as started, ThreadPoolExecutor() as pool:
        yield started, list(pool.map(lambda name: Student(started, name).start(), names[:3]))


@hub
@pytest.mark.timeout(600)
def test_students_log_in_together_and_run_a_chapter_in_their_own_kernels(classroom):
    _, students = classroom
    assert all(student.came_in for student in students)

    def work(student):
        chapter, kernel, wrong = student.chapter(), student.open(), []
        kernel.run(f"mine = {student.name!r}")
        for number, cell in enumerate(c for c in chapter.cells if c.cell_type == "code"):
            printed, errors = kernel.run(cell.source)
            stored = "".join(o.text for o in cell.outputs if o.output_type == "stream")
            expected = [o.ename for o in cell.outputs if o.output_type == "error"]
            if "nbval-ignore-output" in cell.metadata.get("tags", []):
                stored = printed
            if errors != expected or printed != stored:
                wrong.append((number, cell.source, printed, errors))
        return wrong, kernel.run("print(mine)")[0].strip()

    with ThreadPoolExecutor(len(students)) as pool:
        for student, (wrong, mine) in zip(students, pool.map(work, students), strict=True):
            assert not wrong, student.name
            assert mine == student.name


def test_thirty_kernels_at_once_would_choose_the_same_port_as_often_as_the_page_says():
    pairs, ports = 30 * 29 / 2, 28_232
    assert 1 / 4 < 1 - (1 - 25 / ports) ** pairs < 2 / 5
    said = "when thirty kernels start at once, two of them choose the same one time in three"
    assert said in " ".join(PAGE.split())


@hub
@pytest.mark.timeout(300)
def test_the_project_is_there_once_and_read_only_and_the_class_has_its_settings(classroom):
    _, (student, *_) = classroom
    kernel = student.open(CHAPTERS[1])
    printed, errors = kernel.run(
        "import json, os, resource, common, companion\n"
        "print(json.dumps([common.__path__[0], companion.__file__, dict(os.environ),"
        " resource.getrlimit(resource.RLIMIT_DATA)[0], os.getcwd(), os.getuid()]))"
    )
    assert not errors
    where, companion, environment, limit, folder, uid = json.loads(printed)
    assert Path(where) == ROOT / "common" and Path(companion).parent == ROOT / "chapters"
    assert environment["OPENBLAS_NUM_THREADS"] == "1"
    assert PASSWORD not in environment.values()
    assert int(environment["MEM_LIMIT"]) == 2**31 == limit
    assert folder.endswith(f"{student.name}/{FOLDER}/chapters")
    listed = {entry["name"] for entry in student.of_server("GET", f"contents/{FOLDER}")["content"]}
    assert {"chapters", "common", "docs", "README.md"} <= listed
    code = (
        "from ipykernel.connect import get_connection_info as i; print(i(unpack=True)['transport'])"
    )
    assert kernel.run(code) == ("ipc\n", [])
    linked = student.of_server("GET", f"contents/{FOLDER}/common/functions.py")
    assert linked["content"] == (ROOT / "common" / "functions.py").read_text(encoding="utf-8")
    if AS_ROOT:
        assert uid >= 2000
        _, errors = kernel.run(f"open({str(ROOT / 'common' / 'functions.py')!r}, 'a')")
        assert errors == ["PermissionError"]


@hub
@pytest.mark.timeout(300)
def test_too_much_memory_is_an_error_and_the_kernel_lives_on(classroom):
    _, (student, *_) = classroom
    kernel = student.open(CHAPTERS[2])
    assert kernel.run("import numpy as np; np.ones(2**29).sum()")[1]  # 4 GiB
    assert kernel.run("print(np.ones(3).sum())") == ("3.0\n", [])


@hub
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells what is shared")
def test_the_hub_takes_no_more_memory_than_the_page_reckons(classroom):
    hub, students = classroom
    there = psutil.Process(hub.process.pid)
    servers, rest = [], [there]
    for process in there.children(recursive=True):
        line = " ".join(process.cmdline())
        if "jupyterhub-singleuser" in line:
            servers.append(measure_class.peak(process))
        elif "ipykernel" not in line:
            rest.append(process)
    own = measure_class.read(measure_class.between(PAGE, "measured"))[0][measure_class.SERVER]
    assert len(servers) == len(students)
    assert max(servers) < own[3] + measure_class.HUB + 25
    assert sum(map(measure_class.peak, rest)) < measure_class.SYSTEM / 4


@hub
@pytest.mark.skipif(not AS_ROOT, reason="all students run under one name here")
@pytest.mark.timeout(300)
def test_students_cannot_read_each_others_homes(classroom):
    hub, (one, other, *_) = classroom
    theirs = hub.folder / "homes" / other.name
    assert theirs.is_dir()
    _, errors = one.open(CHAPTERS[3]).run(f"import os; os.listdir({str(theirs)!r})")
    assert errors == ["PermissionError"]
    code = f"open({str(hub.folder / 'hub' / 'jupyterhub.sqlite')!r})"
    assert one.open(CHAPTERS[3]).run(code)[1] == ["PermissionError"]


@hub
@pytest.mark.timeout(300)
def test_nobody_comes_in_without_the_password_or_under_another_accounts_name(classroom, names):
    hub, (one, other, *_) = classroom
    assert not Student(hub, names[0], "not the password").came_in
    assert not Student(hub, names[0], "").came_in
    assert not Student(hub, "Not A Name").came_in
    if AS_ROOT:
        for account in ("root", "daemon", "nobody"):
            assert not Student(hub, account).came_in
    import requests

    there = f"{hub.url}/user/{other.name}/api/contents"
    assert requests.get(there, timeout=60).status_code == 403
    token = {"Authorization": f"token {one.token}"}
    assert requests.get(there, headers=token, timeout=60).status_code in (403, 404)


@hub
@pytest.mark.timeout(600)
def test_work_survives_the_end_of_the_server_and_of_the_hub(classroom):
    hub, (*_, student) = classroom
    chapter = student.chapter()
    chapter.cells.append(nbformat.v4.new_markdown_cell(f"What {student.name} thinks."))
    student.save(chapter)
    student.stop()
    student.start()
    assert student.chapter().cells[-1].source == f"What {student.name} thinks."
    hub.stop()
    if AS_ROOT:  # as in a new container: the accounts are gone, the homes are still there
        home = hub.folder / "homes" / student.name
        before = home.stat().st_uid
        subprocess.run(["userdel", student.name], check=True, capture_output=True)
    hub.start()
    again = Student(hub, student.name).start()
    assert again.chapter().cells[-1].source == f"What {student.name} thinks."
    if AS_ROOT:
        printed, _ = again.open().run("import os; print(os.getuid())")
        assert int(printed) == before == home.stat().st_uid


@pytest.fixture
def certificate(tmp_path, monkeypatch):
    """A certificate for this computer that the test's own log-ins trust."""
    if not shutil.which("openssl"):
        pytest.skip("openssl, which makes a certificate for the test, is not here")
    pair = {
        "CLASS_TLS_CERT": str(tmp_path / "cert.pem"),
        "CLASS_TLS_KEY": str(tmp_path / "key.pem"),
    }
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-subj", "/CN=class", "-addext", "subjectAltName=IP:127.0.0.1",
         "-out", pair["CLASS_TLS_CERT"], "-keyout", pair["CLASS_TLS_KEY"]],
        check=True, capture_output=True,
    )  # fmt: skip
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", pair["CLASS_TLS_CERT"])
    return pair


@hub
@pytest.mark.timeout(400)
def test_with_tls_and_a_list_only_its_names_come_in_and_the_idle_are_stopped(
    names, tmp_path, certificate
):
    listed = tmp_path / "students"
    listed.write_text(f"{names[3]}\n")
    with running(CLASS_IDLE_MINUTES="0.1", CLASS_STUDENTS=str(listed), **certificate) as started:
        assert started.url.startswith("https:")
        student = Student(started, names[3]).start()
        assert not Student(started, f"{names[3]}-too").came_in
        wait_for(lambda: not student.of_hub("GET").json()["servers"], 120, started)
        assert "Culling server" in started.log()


@hub
@pytest.mark.timeout(120)
def test_the_hub_itself_refuses_to_start_without_a_password(tmp_path):
    run = subprocess.run(
        [sys.executable, "-m", "jupyterhub", "-f", str(CONFIG)],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        capture_output=True, text=True, cwd=tmp_path,
    )  # fmt: skip
    assert run.returncode == 1
    assert run.stderr.splitlines()[-1].startswith("The class's hub does not start: set CLASS_PASS")

"""A class on one server: the hub's settings, what a student is handed, and real log-ins.

The tests marked with `hub` start the real JupyterHub and its proxy, log students in over HTTP and
run a chapter in their kernels. They run where the hub is installed:

    sh classroom/install.sh /opt/class
    PATH=/opt/class/bin:$PATH /opt/class/bin/python -m pytest classroom

As root each student is a user of the system, made for the test and removed after it; as anybody
else all run under one name.
"""

import asyncio
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import nbformat
import psutil
import pytest
import requests
from traitlets.config import PyFileConfigLoader

from classroom import measure
from classroom.rehearsal import AS_ROOT, CHAPTERS, CONFIG, FOLDER, PASSWORD, ROOT, Student, running

CLASSROOM = ROOT / "classroom"
PAGE = (ROOT / "docs" / "classroom.md").read_text(encoding="utf-8")

if os.name == "nt":
    pytest.skip("JupyterHub runs on Linux and macOS only", allow_module_level=True)

# ---- the settings


def settings(monkeypatch, folder, uid=1000, **environment):
    """Return what jupyterhub_config.py sets when the environment is `environment`."""
    for name in [name for name in os.environ if name.startswith("CLASS_")]:
        monkeypatch.delenv(name)
    chosen = {"CLASS_PASSWORD": PASSWORD, "CLASS_SPAWNER": "simple", "CLASS_FOLDER": str(folder)}
    for name, value in {**chosen, **environment}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PATH", os.environ["PATH"])  # the settings put a folder before it
    monkeypatch.setattr(os, "geteuid", lambda: uid)
    return PyFileConfigLoader(str(CONFIG)).load_config()


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


@pytest.mark.parametrize(("spawner", "uid"), [("simple", 0), ("local", 1000)])
def test_nobody_runs_students_as_root_and_nobody_pretends_to_be_one(
    monkeypatch, tmp_path, spawner, uid
):
    pytest.importorskip("jupyterhub") if spawner == "local" else None
    with pytest.raises(SystemExit, match="root"):
        settings(monkeypatch, tmp_path, uid=uid, CLASS_SPAWNER=spawner)


def test_a_python_that_students_may_not_run_is_told_at_once(monkeypatch, tmp_path):
    """Their servers would never start, and the hub would wait for each for three minutes."""
    pytest.importorskip("jupyterhub")
    (tmp_path / "python").touch(mode=0o755)
    tmp_path.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(SystemExit, match=r"not use .*/python, because /.* is closed to other acc"):
        settings(monkeypatch, tmp_path, uid=0, CLASS_SPAWNER="local")


@pytest.mark.skipif(not AS_ROOT, reason="only root can try as another account")
def test_nothing_is_installed_with_a_python_that_students_may_not_run(tmp_path):
    (tmp_path / "python3").symlink_to(Path(sys.executable).resolve())
    tmp_path.chmod(0o700)
    run = subprocess.run(
        ["sh", str(CLASSROOM / "install.sh"), str(tmp_path / "class")],
        env=os.environ | {"PYTHON": str(tmp_path / "python3")}, capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode == 1 and not list((tmp_path / "class").iterdir())
    assert f"could not run {tmp_path}/python3: /" in run.stderr and "PYTHON=/usr/" in run.stderr


def test_a_list_lets_only_its_names_in_and_a_certificate_brings_tls(monkeypatch, tmp_path):
    names = tmp_path / "a file"
    names.write_text("Ann\n\n  bob \n")
    given = {f"CLASS_{name}": str(names) for name in ("STUDENTS", "TLS_CERT", "TLS_KEY")}
    found = settings(monkeypatch, tmp_path, **given)
    assert found.Authenticator.allowed_users == {"ann", "bob"}
    assert "allow_all" not in found.Authenticator
    assert found.JupyterHub.bind_url == "https://:443"
    assert found.JupyterHub.ssl_cert == found.JupyterHub.ssl_key == str(names)
    names.write_text("\n")
    with pytest.raises(SystemExit, match="has no name in it"):
        settings(monkeypatch, tmp_path, **given)


def test_every_setting_is_described_at_the_top():
    text = CONFIG.read_text(encoding="utf-8")
    head, body = text.split('"""')[1], text.split('"""', 2)[2]
    used = set(re.findall(r'(?:setting|number)\("(\w+)"', body))
    assert used and used == set(re.findall(r"CLASS_([A-Z_]+)", head))


@pytest.mark.skipif(not AS_ROOT, reason="only root may start servers for others")
def test_homes_keep_their_numbers_and_other_accounts_stay_shut(monkeypatch, tmp_path):
    pytest.importorskip("jupyterhub")
    (tmp_path / "homes" / "ann").mkdir(parents=True)
    os.chown(tmp_path / "homes" / "ann", 5017, 5017)
    found = settings(monkeypatch, tmp_path, uid=0, CLASS_SPAWNER="local")
    assert found.LocalAuthenticator.uids == {"ann": 5017}
    assert "UID_MIN=5018" in found.LocalAuthenticator.add_user_cmd
    assert {"root", "daemon"} <= found.Authenticator.blocked_users
    assert "ann" not in found.Authenticator.blocked_users
    with pytest.raises(SystemExit, match="account of this system"):
        settings(
            monkeypatch, tmp_path, uid=0, CLASS_SPAWNER="local", CLASS_TEACHERS="daemon",
            CLASS_TEACHER_PASSWORD="p" * 32,
        )  # fmt: skip


def test_systemd_is_told_the_limits(monkeypatch, tmp_path):
    """No systemd is asked: what the spawner hands to it is looked at instead."""
    systemdspawner = pytest.importorskip("systemdspawner.systemdspawner")
    if not AS_ROOT:
        pytest.skip("only root may start servers for others")
    found = settings(monkeypatch, tmp_path, uid=0, CLASS_SPAWNER="systemd", CLASS_CPUS="1.5")
    assert found.JupyterHub.spawner_class == "classroom.spawner.Systemd"
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
    spawner = importlib.import_module("classroom.spawner").Systemd(
        user=user, config=found, start_timeout=0
    )
    with pytest.raises(Exception, match="of root did not start: it was not running after its sta"):
        asyncio.run(spawner.start())
    assert told["properties"]["StandardError"] == f"append:{tmp_path}/hub/servers/root.log"
    assert told["properties"]["MemoryMax"] == 2**31
    assert told["properties"]["CPUQuota"] == "150%"
    assert told["properties"]["NoNewPrivileges"] == "yes"
    assert told["cmd"][-1].endswith("start_student.sh") and Path(told["cmd"][0]).is_absolute()


# ---- what a student is handed, and what is never taken back


@pytest.fixture
def school(tmp_path):
    """A checkout with two chapters, and the start of a student whose server tells what it got."""
    checkout, commands, home = (tmp_path / name for name in ("checked out", "commands", "home"))
    for folder in (checkout / "classroom", checkout / "chapters", commands, home):
        folder.mkdir(parents=True)
    shutil.copy(CLASSROOM / "start_student.sh", checkout / "classroom")
    (checkout / "chapters" / "companion.py").touch()
    for name in ("jupyterhub-singleuser", "jupyter-lab"):
        (commands / name).write_text(
            f'#!/bin/sh\necho "{name} $* $(ulimit -d) $JUPYTER_RUNTIME_DIR"\n'
        )
        (commands / name).chmod(0o755)

    def start(*arguments, **environment):
        """Return the words that the server printed, and what went to stderr."""
        path = os.pathsep.join([str(commands), os.environ["PATH"]])
        run = subprocess.run(
            ["/bin/sh", str(checkout / "classroom" / "start_student.sh"), *arguments],
            env={"PATH": path, "HOME": str(home), "JUPYTERHUB_API_TOKEN": "t", **environment},
            capture_output=True, text=True, cwd=home, check=True,
        )  # fmt: skip
        return run.stdout.split(), run.stderr

    def publish(**chapters):
        for name, text in chapters.items():
            (checkout / "chapters" / f"{name}.ipynb").write_text(text)

    def handed():
        return {path.stem: path.read_text() for path in start.mine.glob("*.ipynb")}

    publish(ch03="three", ch04="four")
    start.publish, start.handed, start.checkout = publish, handed, checkout
    start.mine, start.home = home / FOLDER / "chapters", home
    return start


def test_a_student_gets_the_chapters_and_nothing_that_hides_the_project(school):
    (server, flag, *more), _ = school("--flag")
    assert (server, flag) == ("jupyterhub-singleuser", "--flag")
    assert f"--LabApp.app_settings_dir={school.checkout}/.jupyter " in " ".join(more)
    assert school.handed() == {"ch03": "three", "ch04": "four"}
    assert os.access(school.mine / "ch03.ipynb", os.W_OK)
    assert not (school.mine / "companion.py").exists()
    assert os.readlink(school.mine.parent / "common") == str(school.checkout / "common")
    assert not (school.mine.parent / "pyproject.toml").exists()
    assert school(JUPYTERHUB_API_TOKEN="")[0][0] == "jupyter-lab"  # without a hub


def test_sockets_lie_in_a_short_folder_of_ones_own_which_the_next_start_takes_away(school):
    first = Path(school()[0][-1])
    assert first.is_dir() and first.stat().st_mode & 0o77 == 0 and len(str(first)) <= 20
    second = Path(school()[0][-1])
    assert second.is_dir() and not first.exists()
    second.rmdir()


def test_what_a_student_changed_is_never_overwritten(school):
    school()
    (school.mine / "ch03.ipynb").write_text("three, and my answers")
    school.publish(ch03="three, mended", ch04="four, mended", ch05="five")
    mixed = {
        "ch03": "three, and my answers",  # changed: it stays
        "ch04": "four, mended",  # never changed: the newer one
        "ch05": "five",
    }
    for _ in range(2):
        assert not school()[1] and school.handed() == mixed
    (school.mine / "ch03.ipynb").rename(school.mine / "my ch03.ipynb")  # who wants it afresh
    school()
    assert school.handed() == mixed | {"my ch03": mixed["ch03"], "ch03": "three, mended"}


def test_a_copy_that_fails_is_told_and_the_server_starts_all_the_same(school):
    (school.home / FOLDER).write_text("a file where the folder should be")
    words, told = school()
    assert words[0] == "jupyterhub-singleuser" and "could not be copied" in told


@pytest.mark.skipif(shutil.which("prlimit") is None, reason="prlimit is part of Linux")
def test_the_memory_limit_reaches_the_server(school):
    assert school(MEM_LIMIT=str(2**30))[0][-2] == str(2**20)  # ulimit counts KiB
    assert school()[0][-2] == "unlimited"


# ---- the proxy, and the page


def test_the_classs_proxy_is_pinned_with_hashes_and_no_address():
    folder = ROOT / "classroom" / "proxy"
    wanted = json.loads((folder / "package.json").read_text())["dependencies"]
    lock = json.loads((folder / "package-lock.json").read_text())["packages"]
    assert lock.pop("")["dependencies"] == wanted
    assert all(lock[f"node_modules/{name}"]["version"] == wanted[name] for name in wanted)
    assert all(entry["integrity"].startswith("sha512-") for entry in lock.values())
    assert not [name for name, entry in lock.items() if "resolved" in entry]


def test_what_the_page_names_is_a_setting():
    head = CONFIG.read_text(encoding="utf-8").split('"""')[1]
    assert set(re.findall(r"CLASS_[A-Z_]+", PAGE)) <= set(re.findall(r"CLASS_[A-Z_]+", head))


# ---- real log-ins

hub = pytest.mark.skipif(
    not (importlib.util.find_spec("jupyterhub") and shutil.which("configurable-http-proxy")),
    reason="the hub is not here: sh classroom/install.sh /opt/class installs it",
)


@pytest.fixture(scope="module")
def names():
    """The names of this run's students; as root, their accounts are removed afterwards."""
    some = [f"test-{uuid.uuid4().hex[:6]}-{letter}" for letter in "abcdef"]
    yield some
    for name in some if AS_ROOT else []:
        subprocess.run(["userdel", name], capture_output=True)


@pytest.fixture(scope="module")
def classroom(names):
    with running() as started, ThreadPoolExecutor() as pool:
        yield started, list(pool.map(lambda name: Student(started, name).start(), names[:3]))


@hub
def test_students_log_in_together_and_run_a_chapter_in_their_own_kernels(classroom):
    _, students = classroom

    def work(student):
        kernel, wrong = student.kernel(), []
        kernel(f"mine = {student.name!r}")
        for number, cell in enumerate(c for c in student.chapter().cells if "outputs" in c):
            printed, errors = kernel(cell.source)
            stored = "".join(o.text for o in cell.outputs if o.output_type == "stream")
            expected = [o.ename for o in cell.outputs if o.output_type == "error"]
            uncompared = "nbval-ignore-output" in cell.metadata.get("tags", [])
            if errors != expected or not (uncompared or printed == stored):
                wrong.append((number, cell.source, printed, errors))
        return wrong, kernel("print(mine)")

    with ThreadPoolExecutor(len(students)) as pool:
        for student, found in zip(students, pool.map(work, students), strict=True):
            assert found == ([], (f"{student.name}\n", []))


@hub
def test_the_project_is_there_once_and_read_only_and_the_class_has_its_settings(classroom):
    hub, (student, other, _) = classroom
    kernel = student.kernel(CHAPTERS[1])
    printed, errors = kernel(
        "import json, os, resource, common, companion, ipykernel.connect as c\n"
        "print(json.dumps([common.__path__[0], companion.__file__, dict(os.environ),"
        " resource.getrlimit(resource.RLIMIT_DATA)[0], os.getcwd(), os.getuid(),"
        " c.get_connection_info(unpack=True)['transport']]))"
    )
    assert not errors
    where, companion, environment, limit, folder, uid, transport = json.loads(printed)
    assert Path(where) == ROOT / "common" and Path(companion).parent == ROOT / "chapters"
    assert environment["OPENBLAS_NUM_THREADS"] == "1" and transport == "ipc"
    assert PASSWORD not in environment.values()
    assert int(environment["MEM_LIMIT"]) == 2**31 == limit
    assert folder.endswith(f"{student.name}/{FOLDER}/chapters")
    listed = {entry["name"] for entry in student.contents("")}
    assert {"chapters", "common", "docs", "README.md"} <= listed
    linked = student.contents("common/functions.py")
    assert linked == (ROOT / "common" / "functions.py").read_text(encoding="utf-8")
    # Too much memory is an error, and the kernel lives on.
    assert kernel("import numpy as np; np.ones(2**29).sum()")[1]  # 4 GiB
    assert kernel("print(np.ones(3).sum())") == ("3.0\n", [])
    if AS_ROOT:
        assert uid >= 2000
        for closed in (
            f"open({str(ROOT / 'common' / 'functions.py')!r}, 'a')",
            f"os.listdir({str(hub.folder / 'homes' / other.name)!r})",
            f"open({str(hub.folder / 'hub' / 'jupyterhub.sqlite')!r})",
        ):
            assert kernel(closed)[1] == ["PermissionError"]


@hub
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells what is shared")
def test_the_hub_takes_no_more_memory_than_the_page_reckons(classroom):
    hub, students = classroom
    servers, rest = [], [hub.process.pid]
    for process in psutil.Process(hub.process.pid).children(recursive=True):
        line = " ".join(process.cmdline())
        if "jupyterhub-singleuser" in line:
            servers.append(measure.peak(process))
        elif "ipykernel" not in line:
            rest.append(process.pid)
    own = measure.read(measure.between(PAGE, "measured"))[0][measure.SERVER]
    assert len(servers) == len(students)
    assert max(servers) < own[3] + measure.HUB + 25
    assert sum(measure.peak(psutil.Process(pid)) for pid in rest) < measure.SYSTEM / 4


@hub
def test_nobody_comes_in_without_the_password_or_under_another_accounts_name(classroom, names):
    hub, (one, other, *_) = classroom
    for attempt in [(names[0], "not the password"), (names[0], ""), ("Not A Name",)]:
        assert not Student(hub, *attempt).came_in
    for account in ("root", "daemon", "nobody") if AS_ROOT else ():
        assert not Student(hub, account).came_in
    there = hub.url + other.server + "/contents"
    assert requests.get(there, timeout=60).status_code == 403
    token = {"Authorization": f"token {one.token}"}
    assert requests.get(there, headers=token, timeout=60).status_code in (403, 404)


@hub
def test_work_survives_the_end_of_the_server_and_of_the_hub(classroom):
    hub, (*_, student) = classroom
    thought, chapter = f"What {student.name} thinks.", student.chapter()
    chapter.cells.append(nbformat.v4.new_markdown_cell(thought))
    model = {"type": "notebook", "format": "json", "content": chapter}
    student.contents(f"chapters/{CHAPTERS[0]}", "PUT", json=model)
    student.stop()
    student.start()
    assert student.chapter().cells[-1].source == thought
    hub.stop()
    if AS_ROOT:  # as in a new container: the accounts are gone, the homes are still there
        home = hub.folder / "homes" / student.name
        before = home.stat().st_uid
        subprocess.run(["userdel", student.name], check=True, capture_output=True)
    hub.start()
    again = Student(hub, student.name).start()
    assert again.chapter().cells[-1].source == thought
    if AS_ROOT:
        assert again.kernel()("import os; print(os.getuid())") == (f"{before}\n", [])
        assert home.stat().st_uid == before


@hub
def test_a_server_that_does_not_start_says_why_on_the_page_and_in_the_log(names):
    command = "echo '<No disk.>' >&2; case $USER in *e) exit 3;; esac; exec sleep 99"
    patience = ("--Telling.slow=1", "--Spawner.start_timeout=8")
    with running(f"--Spawner.cmd={['sh', '-c', command]}", *patience) as started:
        for name, says in [(names[4], "ended with exit code 3"), (names[5], "does not answer")]:
            student = Student(started, name)  # the log-in starts the server
            progress = f"{started.url}/hub/api/users/{name}/server/progress"
            head = {"Authorization": f"token {student.token}"}
            told = requests.get(progress, headers=head, timeout=60).text
            page = student.web.get(f"{started.url}/hub/spawn-pending/{name}", timeout=60).text
            for place, printed in [(told, "&lt;No"), (page, "&lt;No"), (started.log(), "<No")]:
                assert says in place and f"{printed} disk." in place
        assert "is not there after 1 second" in told and "is not there after 1" in started.log()


@hub
@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl makes the certificate")
def test_with_tls_and_a_list_only_its_names_come_in_and_the_idle_are_stopped(
    names, tmp_path, monkeypatch
):
    listed, cert, key = (str(tmp_path / name) for name in ("students", "cert.pem", "key.pem"))
    Path(listed).write_text(f"{names[3]}\n")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=class", "-addext", "subjectAltName=IP:127.0.0.1", "-out", cert, "-keyout", key],
        check=True, capture_output=True,
    )  # fmt: skip
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", cert)
    tls = {"CLASS_TLS_CERT": cert, "CLASS_TLS_KEY": key}
    with running(CLASS_IDLE_MINUTES="0.1", CLASS_STUDENTS=listed, **tls) as started:
        student = Student(started, names[3]).start()
        assert not Student(started, f"{names[3]}-too").came_in
        started.wait_for(lambda: not student.servers(), 120)
        assert "Culling server" in started.log()


@hub
def test_the_hub_itself_ends_with_the_sentence_that_refuses(tmp_path):
    run = subprocess.run(
        [sys.executable, "-m", "jupyterhub", "-f", str(CONFIG)],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        capture_output=True, text=True, cwd=tmp_path,
    )  # fmt: skip
    assert run.returncode == 1
    assert run.stderr.splitlines()[-1].startswith("The class's hub does not start: set CLASS_PASS")

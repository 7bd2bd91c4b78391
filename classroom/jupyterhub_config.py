"""One server for a class: JupyterHub's settings. docs/classroom.md leads through them.

What differs from class to class comes from the environment:

    CLASS_PASSWORD          what students log in with, at least 8 characters; must be set
    CLASS_STUDENTS          a file with a name a line: only these may log in; default: any name
    CLASS_TEACHERS          names that may stop servers and open the admin page, with spaces between
    CLASS_TEACHER_PASSWORD  what those log in with, at least 32 characters
    CLASS_SPAWNER           local    each student is a user of this system (default; needs root)
                            systemd  the same, and systemd enforces the limits of each server
                            simple   all run as you, for a try on your own computer: no protection
    CLASS_MEMORY            memory a student may use, default 2G
    CLASS_CPUS              processors a student may use, default 1 (enforced by systemd only)
    CLASS_IDLE_MINUTES      a server without activity for so long is stopped, default 60
    CLASS_FOLDER            where homes and the hub's own files lie, default /srv/class
    CLASS_TLS_CERT, CLASS_TLS_KEY   the files of the certificate
    CLASS_BIND              where to listen; default https://:443, or http://127.0.0.1:8000 without
                            a certificate
    CLASS_PLAIN_HTTP        1: listen to others without TLS, because a program in front does it
"""

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

c = get_config()  # noqa: F821 (JupyterHub provides it)
HERE = Path(__file__).resolve().parent


def setting(name, default=""):
    return os.environ.get(f"CLASS_{name}", "").strip() or default


def refuse(sentence):
    sys.exit(f"The class's hub does not start: {sentence}")


def number(name, default):
    value = setting(name, default)
    try:
        found = float(value)
    except ValueError:
        found = 0
    if not found > 0:
        refuse(f"CLASS_{name} is {value!r}; it must be a number above 0.")
    return found


# ---- Who may come in. One password for the class: whoever knows it can log in under any student's
# name. Where that is not good enough, put another authenticator here: docs/classroom.md names two.

password, teacher_password = setting("PASSWORD"), setting("TEACHER_PASSWORD")
teachers = set(setting("TEACHERS").lower().split())
if len(password) < 8:
    refuse("set CLASS_PASSWORD to a password of at least 8 characters, which students log in with.")
if bool(teachers) != bool(teacher_password):
    refuse("CLASS_TEACHERS and CLASS_TEACHER_PASSWORD belong together: set both or none.")
if teacher_password and (len(teacher_password) < 32 or teacher_password == password):
    refuse("CLASS_TEACHER_PASSWORD must have at least 32 characters and not be CLASS_PASSWORD.")

c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = password
c.SharedPasswordAuthenticator.admin_password = teacher_password or None
c.Authenticator.admin_users = teachers
c.Authenticator.username_pattern = r"[a-z][a-z0-9_-]{0,30}\Z"
if setting("STUDENTS"):
    try:
        lines = Path(setting("STUDENTS")).read_text(encoding="utf-8").splitlines()
    except OSError as error:
        refuse(f"CLASS_STUDENTS cannot be read: {error}.")
    students = {line.strip().lower() for line in lines} - {""}
    if not students:
        refuse(f"{setting('STUDENTS')}, which CLASS_STUDENTS names, has no name in it.")
    c.Authenticator.allowed_users = students
else:
    c.Authenticator.allow_all = True

# ---- Where things lie. The hub's own files hold secrets: nobody else reads them.

folder = Path(setting("FOLDER", "/srv/class")).resolve()
homes, own = folder / "homes", folder / "hub"
homes.mkdir(parents=True, exist_ok=True)
own.mkdir(mode=0o700, exist_ok=True)
own.chmod(0o700)
c.JupyterHub.db_url = f"sqlite:///{own / 'jupyterhub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(own / "cookie_secret")
c.ConfigurableHTTPProxy.pid_file = str(own / "proxy.pid")

# ---- How a student's server is started

spawner = setting("SPAWNER", "local")
if spawner not in ("local", "systemd", "simple"):
    refuse(f"CLASS_SPAWNER is {spawner!r}; it must be local, systemd or simple.")
if spawner == "simple":
    if os.geteuid() == 0:
        refuse("with CLASS_SPAWNER=simple every student would be root: run it as another user.")
    c.SimpleLocalProcessSpawner.home_dir_template = f"{homes}/{{username}}"
else:
    import pwd

    from jupyterhub.auth import LocalAuthenticator
    from jupyterhub.authenticators.shared import SharedPasswordAuthenticator

    class ClassAuthenticator(LocalAuthenticator, SharedPasswordAuthenticator):
        """The class's password, and a user of this system for each student."""

    if os.geteuid() != 0:
        refuse("it must run as root to start each student's server as that student; to try it on "
               "your own computer, set CLASS_SPAWNER=simple.")  # fmt: skip
    # Students' servers run this Python, with this checkout, as themselves: may they?
    for path in (Path(sys.executable).resolve(), Path(sys.prefix), HERE):
        if shut := [each for each in (path, *path.parents) if not each.stat().st_mode & 0o001]:
            refuse(f"students may not use {path}, because {shut[-1]} is closed to other accounts; "
                   "install it, and the Python that it is made with, where everybody may read, "
                   "such as /opt and /usr/bin/python3.")  # fmt: skip
    c.JupyterHub.authenticator_class = ClassAuthenticator
    # Whoever has a home here keeps the number that owns it, in a new container too; new students
    # get numbers above.
    numbers = {home.name: home.stat().st_uid for home in homes.iterdir() if home.is_dir()}
    c.LocalAuthenticator.create_system_users = True
    c.LocalAuthenticator.uids = numbers
    c.LocalAuthenticator.add_user_cmd = [
        "useradd", "--create-home", "--base-dir", str(homes), "--shell", "/bin/bash",
        "--key", "HOME_MODE=0700", "--key", f"UID_MIN={max([1999, *numbers.values()]) + 1}",
    ]  # fmt: skip
    # The class's password opens no other account of this system: not root's, not yours.
    others = {entry.pw_name for entry in pwd.getpwall() if Path(entry.pw_dir).parent != homes}
    if teachers & others:
        refuse(f"CLASS_TEACHERS names {', '.join(sorted(teachers & others))}, which is an account "
               "of this system already: choose another name.")  # fmt: skip
    c.Authenticator.blocked_users = others

# It says why, when a server does not start.
c.JupyterHub.spawner_class = f"classroom.spawner.{spawner.capitalize()}"
c.Telling.folder = str(own / "servers")
c.Spawner.cmd = ["/bin/sh", str(HERE / "start_student.sh")]
c.Spawner.notebook_dir = "~"
c.Spawner.default_url = "/lab/tree/deep-learning-from-scratch/chapters"
c.Spawner.mem_limit = setting("MEMORY", "2G")
c.Spawner.cpu_limit = number("CPUS", "1")
c.SystemdSpawner.isolate_tmp = True
c.SystemdSpawner.default_shell = "/bin/bash"
# One thread each: thirty times two threads on eight processors get in each other's way.
c.Spawner.environment = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
# The proxy, Node.js and the students' servers are those that were installed beside this Python.
beside = [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
os.environ["PATH"] = os.pathsep.join(beside)
# When everybody arrives at once, a few servers at a time: none gives up waiting.
c.JupyterHub.concurrent_spawn_limit = 2 * (os.cpu_count() or 1)
c.Spawner.start_timeout = c.Spawner.http_timeout = 180

# ---- What nobody uses is stopped: work is saved in the home, only the kernel's variables go

idle = number("IDLE_MINUTES", "60") * 60
c.Spawner.args = [
    # Of ports that kernels choose in the same second, some coincide: a kernel then ends or hangs.
    "--KernelManager.transport=ipc",
    f"--MappingKernelManager.cull_idle_timeout={idle:.0f}",  # unless its page is open
    f"--MappingKernelManager.cull_interval={min(idle / 2, 300):.0f}",
]
c.JupyterHub.services = [{
    "name": "idle-culler",
    "command": [
        sys.executable, "-m", "jupyterhub_idle_culler",
        f"--timeout={idle:.0f}", f"--cull-every={max(min(idle / 2, 300), 1):.0f}",
    ],
}]  # fmt: skip
c.JupyterHub.load_roles = [{
    "name": "idle-culler",
    "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
    "services": ["idle-culler"],
}]  # fmt: skip

# ---- Where it listens. Passwords cross the network: with TLS, or not at all.

certificate, key = setting("TLS_CERT"), setting("TLS_KEY")
if bool(certificate) != bool(key):
    refuse("CLASS_TLS_CERT and CLASS_TLS_KEY belong together: set both or none.")
for path in filter(None, (certificate, key)):
    if not Path(path).is_file():
        refuse(f"{path}, which CLASS_TLS_CERT or CLASS_TLS_KEY names, is not a file.")
bind = setting("BIND", "https://:443" if certificate else "http://127.0.0.1:8000")
alone = urlsplit(bind).hostname in ("127.0.0.1", "localhost", "::1")
if not (certificate or alone or setting("PLAIN_HTTP") == "1"):
    refuse(f"CLASS_BIND is {bind}, and passwords would cross the network in the clear: set "
           "CLASS_TLS_CERT and CLASS_TLS_KEY, or CLASS_PLAIN_HTTP=1 if a program in front of the "
           "hub does the TLS.")  # fmt: skip
c.JupyterHub.bind_url = bind
c.JupyterHub.ssl_cert, c.JupyterHub.ssl_key = certificate, key

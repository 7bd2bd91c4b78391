"""Measure what one student costs a server, and how many kernels together cost.

    python scripts/measure_class.py [--at-once 2,5,10,20,30] [--chapter ch07_cnn] [--write]

Prints two tables and what follows from them for a class of 30 and of 300; with `--write` they
replace those in docs/classroom.md. Every chapter runs alone in a fresh kernel, from the first cell
to the last; then so many kernels at once run the chapter that takes the most memory. Nothing else
should be busy meanwhile. Linux only: elsewhere nobody tells which memory is shared.
"""

import argparse
import contextlib
import json
import math
import os
import platform
import re
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import numpy as np
import psutil
from jupyter_core.utils import ensure_event_loop
from nbclient import NotebookClient

from scripts.kernels import plain_environment, settings

ROOT = Path(__file__).resolve().parents[1]
CHAPTERS = ROOT / "chapters"
DOC = ROOT / "docs" / "classroom.md"
MIB = 2**20

SERVER = "JupyterLab itself"
ALONE = ["one student", "ready after", "Run All", "processor time", "memory, peak", "memory, after"]
TOGETHER = ["kernels", "all done after", "processor time", "memory of all", "memory of each"]

# What a lesson is taken to be; docs/classroom.md says why.
LESSON = 90 * 60  # seconds
RUNS = 2  # how often a student runs a whole chapter's worth of cells in it
BURSTS = 4  # processors kept free for moments when many press Run together
SYSTEM = 2048  # MiB for the system, the hub and the proxy
HUB = 40  # MiB that JupyterHub adds to each student's JupyterLab
SIZES = [4, 8, 16, 32, 64, 96, 128, 192, 256]  # processors that servers come with


# ---- one process


def processor_time(process):
    """Return the seconds of processor time that a process and its finished children took."""
    used = process.cpu_times()
    return used.user + used.system + used.children_user + used.children_system


def shared_out(process):
    """Return a process's memory in MiB; a page that n processes share counts as 1/n of a page."""
    return process.memory_full_info().pss / MIB


def peak(process):
    """Return the most memory in MiB that a process ever had, shared pages in full."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024


# ---- kernels


@contextlib.contextmanager
def kernel(path):
    """Start a kernel for the notebook; yield a function that runs it, and the kernel's process."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=None,
        startup_timeout=600,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        extra_arguments=["--log-level=ERROR"],
        config=settings(),
    )

    def run():
        for position, cell in enumerate(notebook.cells):
            client.execute_cell(cell, position)

    with client.setup_kernel():
        yield run, psutil.Process(client.km.provisioner.pid)


def alone(path):
    """Return a chapter's row: seconds, seconds, seconds, MiB, MiB."""
    began = time.monotonic()
    with kernel(path) as (run, process):
        ready = time.monotonic()
        run()
        done = time.monotonic()
        return (
            ready - began, done - ready, processor_time(process), peak(process),
            shared_out(process),
        )  # fmt: skip


def together(path, count):
    """Return the row of `count` kernels that all run the notebook at once."""
    processes, lock = [], threading.Lock()
    start, stop = threading.Barrier(count + 1), threading.Barrier(count + 1)

    def student():
        try:
            with (
                contextlib.closing(ensure_event_loop()),  # this thread's own, for nbclient
                kernel(path) as (run, process),
            ):
                with lock:
                    processes.append(process)
                start.wait()
                run()
                stop.wait()  # nobody leaves, and frees memory, before the last has finished
                return processor_time(process)
        except BaseException:
            start.abort()  # nobody waits for who failed
            stop.abort()
            raise

    def all_memory():
        total = 0
        for process in processes:
            with contextlib.suppress(psutil.NoSuchProcess):  # its notebook failed
                total += shared_out(process)
        return total

    with ThreadPoolExecutor(count) as pool:
        students = [pool.submit(student) for _ in range(count)]
        seconds, most = 0, 0
        with contextlib.suppress(threading.BrokenBarrierError):
            start.wait()
            began = time.monotonic()
            while stop.n_waiting < count and not stop.broken:
                most = max(most, all_memory())
                time.sleep(min(1, 0.02 * count))
            seconds = time.monotonic() - began
            most = max(most, all_memory())
            stop.wait()
    errors = [error for each in students if (error := each.exception())]
    for error in errors:
        if not isinstance(error, threading.BrokenBarrierError):
            raise error
    used = sum(each.result() for each in students)
    return seconds, used, most, most / count


# ---- the server of a student


def server():
    """Return the row of a student's JupyterLab, with the page delivered and one kernel started."""
    with socket.socket() as some:
        some.bind(("127.0.0.1", 0))
        port = some.getsockname()[1]
    token, address = secrets.token_hex(8), f"http://127.0.0.1:{port}"

    def ask(where, **model):
        request = urllib.request.Request(
            address + where, headers={"Authorization": f"token {token}"},
            data=json.dumps(model).encode() if model else None,
        )  # fmt: skip
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read()

    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--ServerApp.port_retries=0",
        f"--ServerApp.port={port}", f"--IdentityProvider.token={token}",
        *(["--allow-root"] if os.geteuid() == 0 else []),
    ]  # fmt: skip
    began = time.monotonic()
    with tempfile.TemporaryFile() as log:
        running = subprocess.Popen(command, cwd=CHAPTERS, stdout=log, stderr=log)
        try:
            while True:
                with contextlib.suppress(OSError):
                    ask("/lab")
                    break
                if running.poll() is not None or time.monotonic() - began > 180:
                    log.seek(0)
                    sys.exit(f"JupyterLab did not start: {log.read().decode()[-2000:]}")
                time.sleep(0.05)
            ready = time.monotonic() - began
            names = [path.name for path in sorted(CHAPTERS.glob("*.ipynb"))]
            session = {"path": names[0], "name": names[0], "type": "notebook"}
            ask("/api/sessions", kernel={"name": "python3"}, **session)
            for name in names:
                ask(f"/api/contents/{name}")
            process = psutil.Process(running.pid)
            used = processor_time(process)
            return ready, None, used, peak(process), shared_out(process)
        finally:
            running.terminate()
            running.wait(60)


# ---- the tables, and what follows from them


def table(head, units, rows):
    def text(value):
        return "–" if value is None else value if isinstance(value, str) else f"{value:,.0f}"

    lines = [[f"{name} ({unit})" if unit else name for name, unit in zip(head, units, strict=True)]]
    lines += [["---", *["---:"] * (len(head) - 1)]]
    lines += [[text(value) for value in row] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def tables(alone_rows, together_rows, chapter, where):
    """Return the measured part of the page."""
    short = [[row[0], f"{row[1]:.1f}", *row[2:3], f"{row[3]:.1f}", *row[4:]] for row in alone_rows]
    for row in short:
        row[2] = None if row[2] is None else f"{row[2]:.1f}"
    first = table(ALONE, ["", "s", "s", "s", "MiB", "MiB"], short)
    second = table(TOGETHER, ["", "s", "s", "MiB", "MiB"], together_rows)
    return (
        f"Measured on {where}.\n\n{first}\n\n"
        f"Run All of `{chapter}` in several kernels at once:\n\n{second}"
    )


def read(text):
    """Return the numbers of the two tables: {name: row} and {kernels: row}."""
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    rows = [[cell.strip() for cell in row] for row in rows if not set(row[0]) <= {"-"}]

    def numbers(row):
        return [None if cell == "–" else float(cell.replace(",", "")) for cell in row]

    heads = [i for i, row in enumerate(rows) if row[0] in (ALONE[0], TOGETHER[0])]
    first, second = rows[heads[0] + 1 : heads[1]], rows[heads[1] + 1 :]
    one = {row[0]: numbers(row[1:]) for row in first}
    return one, {int(row[0]): numbers(row[1:]) for row in second}


def needs(text, students):
    """Return what a class needs, as numbers that follow from the tables in `text`."""
    one, _ = read(text)
    own = one.pop(SERVER)
    heaviest, second = sorted((row[3] for row in one.values()), reverse=True)[:2]
    cpu = max(row[2] for row in one.values())
    each = own[3] + HUB + heaviest + second
    memory = SYSTEM + students * each
    busy = students * RUNS * cpu / LESSON
    processors = next((size for size in SIZES if size >= BURSTS * busy), math.ceil(BURSTS * busy))
    return {
        "students": students,
        "server": own[3],
        "heaviest": heaviest,
        "second": second,
        "each": each,
        "memory": memory,
        "gib": 8 * math.ceil(memory / 1024 / 8),
        "cpu": cpu,
        "busy": busy,
        "processors": processors,
        "run_all": students * cpu / processors,
        "log_in": own[2],
        "logged_in": students * own[2] / processors,
    }


def conclusions(text):
    """Return the derived part of the page: arithmetic that starts from the tables in `text`."""
    parts = []
    for students in (30, 300):
        n = needs(text, students)
        parts.append(
            f"**{students} students**\n\n"
            f"- Memory: {n['server']:,.0f} MiB for JupyterLab + {HUB} MiB that JupyterHub adds to "
            f"it + {n['heaviest']:,.0f} and "
            f"{n['second']:,.0f} MiB for the two hungriest chapters, both open = "
            f"{n['each']:,.0f} MiB a student. {students} × {n['each']:,.0f} + {SYSTEM:,} MiB for "
            f"the system and the hub = {n['memory']:,.0f} MiB: **{n['gib']} GiB**.\n"
            f"- Ordinary reading: {RUNS} × {n['cpu']:.1f} s of processor time in "
            f"{LESSON // 60} minutes, {students} × {RUNS} × {n['cpu']:.1f} / {LESSON:,} = "
            f"{n['busy']:.2f} processors busy on average. {BURSTS} times that for the moments when "
            f"many press Run together, in a size that servers come in: "
            f"**{n['processors']} processors**.\n"
            f"- Everybody presses Run All at once: {students} × {n['cpu']:.1f} s / "
            f"{n['processors']} = **{n['run_all']:,.0f} s** until the last is done.\n"
            f"- Everybody logs in at once: {students} servers, {students} × "
            f"{n['log_in']:.1f} s of processor time / {n['processors']} = "
            f"**{n['logged_in']:,.0f} s** to start."
        )
    return "\n\n".join(parts)


def replaced(page, measured):
    """Return the page with the measured part, and what follows from it, between its markers."""
    for name, text in (("measured", measured), ("derived", conclusions(measured))):
        marker = re.compile(f"(<!-- {name}: begin -->\n).*?(\n<!-- {name}: end -->)", re.DOTALL)
        page, count = marker.subn(lambda found, text=text: found[1] + text + found[2], page)
        if count != 1:
            sys.exit(f"The page has {count} places for what is {name}; there must be one.")
    return page


def between(page, name):
    """Return what stands between the markers."""
    return re.search(f"<!-- {name}: begin -->\n(.*?)\n<!-- {name}: end -->", page, re.DOTALL)[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--at-once", default="2,5,10,20,30", help="how many kernels, with commas")
    parser.add_argument("--chapter", help="the chapter that they run; default: the hungriest")
    parser.add_argument("--write", action="store_true", help="replace the tables in the page")
    chosen = parser.parse_args()
    if not sys.platform.startswith("linux"):
        sys.exit("This runs on Linux only, which tells how much of its memory a process shares.")
    paths = sorted(CHAPTERS.glob("*.ipynb"))
    names = [path.stem for path in paths]
    if chosen.chapter not in (None, *names):
        sys.exit(f"There is no chapter {chosen.chapter}; there are {', '.join(names)}.")
    where = (
        f"{os.cpu_count()} processors with {psutil.virtual_memory().total / 2**30:.0f} GiB, Linux, "
        f"Python {platform.python_version()}, NumPy {np.__version__}, {time.strftime('%Y-%m-%d')}"
    )
    with plain_environment():
        rows = [(SERVER, *server())]
        for path in paths:
            print(f"{path.stem} …", file=sys.stderr, flush=True)
            rows.append((f"`{path.stem}`", *alone(path)))
        hunger = {name: row[4] for name, row in zip(names, rows[1:], strict=True)}
        chapter = chosen.chapter or max(hunger, key=hunger.get)
        crowds = []
        for count in map(int, chosen.at_once.split(",")):
            print(f"{count} kernels at once …", file=sys.stderr, flush=True)
            crowds.append((str(count), *together(CHAPTERS / f"{chapter}.ipynb", count)))
    measured = tables(rows, crowds, chapter, where)
    print(measured, conclusions(measured), sep="\n\n")
    if chosen.write:
        DOC.write_text(replaced(DOC.read_text(encoding="utf-8"), measured), encoding="utf-8")


if __name__ == "__main__":
    main()

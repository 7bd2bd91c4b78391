"""Measure what one student costs a server, and how many kernels together cost.

    python classroom/measure.py [--at-once 2,5,10,20,30] [--write]

Every chapter runs alone in a fresh kernel, from the first cell to the last; then so many kernels
at once run the chapter that takes the most memory. Prints two tables, and what follows from them
for a class of 30 and of 300; with `--write` they replace those in docs/classroom.md, and the nodes
in docs/kubernetes.md. Nothing else should be busy meanwhile. Linux only: elsewhere nobody tells
which memory is shared.
"""

import argparse
import contextlib
import math
import os
import platform
import re
import secrets
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import numpy as np
import psutil
import requests
from jupyter_core.utils import ensure_event_loop
from nbclient import NotebookClient

from scripts.kernels import plain_environment, settings

ROOT = Path(__file__).resolve().parents[1]
CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))
PAGE = ROOT / "docs" / "classroom.md"
KUBERNETES = ROOT / "docs" / "kubernetes.md"
MIB = 2**20

SERVER = "JupyterLab itself"
ALONE = (
    "| one student | ready after (s) | Run All (s) | processor time (s) | memory, peak (MiB) "
    "| memory, after (MiB) |\n| --- | ---: | ---: | ---: | ---: | ---: |"
)
TOGETHER = (
    "| kernels | all done after (s) | processor time (s) | memory of all (MiB) "
    "| memory of each (MiB) |\n| --- | ---: | ---: | ---: | ---: |"
)
DERIVED = (
    "| students | memory (GiB) | processors | all press Run All (s) | all log in (s) |\n"
    "| ---: | ---: | ---: | ---: | ---: |"
)

# What a lesson is taken to be; docs/classroom.md says why.
LESSON = 90 * 60  # seconds
RUNS = 2  # how often a student runs a whole chapter's worth of cells in it
BURSTS = 4  # processors kept free for moments when many press Run together
SYSTEM = 2048  # MiB for the system, the hub and the proxy
HUB = 40  # MiB that JupyterHub adds to each student's JupyterLab
SIZES = [4, 8, 16, 32, 64, 96, 128, 192, 256]  # processors that servers come with
NODES = [(4, 16), (4, 32), (8, 64)]  # processors and GiB of machines under Kubernetes
USABLE = 0.9  # of a node's memory: the rest is for its system and Kubernetes


# ---- what is measured


def processor_time(process):
    """Return the seconds of processor time that a process and its finished children took."""
    return sum(process.cpu_times()[:4])


def shared_out(process):
    """Return a process's memory in MiB; a page that n processes share counts as 1/n of a page."""
    return process.memory_full_info().pss / MIB


def peak(process):
    """Return the most memory in MiB that a process ever had, shared pages in full."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024


@contextlib.contextmanager
def kernel(path):
    """Start a kernel for the notebook; yield a function that runs it, and the kernel's process."""
    client = NotebookClient(
        nbformat.read(path, as_version=4), timeout=None, startup_timeout=600, kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}}, config=settings(),
        extra_arguments=["--log-level=ERROR"],
    )  # fmt: skip

    def run():
        for position, cell in enumerate(client.nb.cells):
            client.execute_cell(cell, position)

    with client.setup_kernel():
        yield run, psutil.Process(client.km.provisioner.pid)


def alone(path):
    """Return a chapter's row: seconds, seconds, seconds, MiB, MiB."""
    began = time.monotonic()
    with kernel(path) as (run, process):
        ready = time.monotonic()
        run()
        ran = time.monotonic() - ready
        return ready - began, ran, processor_time(process), peak(process), shared_out(process)


def together(path, count):
    """Return the row of `count` kernels that all run the notebook at once."""
    processes = []
    start, stop = threading.Barrier(count + 1), threading.Barrier(count + 1)

    def student():
        try:  # the loop is this thread's own, for nbclient
            with contextlib.closing(ensure_event_loop()), kernel(path) as (run, process):
                processes.append(process)
                start.wait()
                run()
                stop.wait()  # nobody leaves, and frees memory, before the last has finished
                return processor_time(process)
        except BaseException:
            start.abort()  # nobody waits for who failed
            stop.abort()
            raise

    seconds = most = 0
    with ThreadPoolExecutor(count) as pool:
        students = [pool.submit(student) for _ in range(count)]
        with contextlib.suppress(threading.BrokenBarrierError, psutil.NoSuchProcess):
            start.wait()
            began = time.monotonic()
            while stop.n_waiting < count and not stop.broken:
                most = max(most, sum(map(shared_out, processes)))
                time.sleep(min(1, 0.02 * count))
            seconds = time.monotonic() - began
            stop.wait()
    errors = filter(None, [each.exception() for each in students])
    for error in sorted(errors, key=lambda error: isinstance(error, threading.BrokenBarrierError)):
        raise error  # what went wrong, rather than that others waited in vain
    return seconds, sum(each.result() for each in students), most, most / count


def server():
    """Return the row of a student's JupyterLab, with the page delivered and one kernel started."""
    with socket.socket() as some:
        some.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{some.getsockname()[1]}"
    token, first = secrets.token_hex(8), CHAPTERS[0].name
    session = {"path": first, "name": first, "type": "notebook", "kernel": {"name": "python3"}}
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        *(f"--ServerApp.port={address.split(':')[1]}", "--ServerApp.port_retries=0"),
        f"--IdentityProvider.token={token}",
    ]
    began = time.monotonic()
    running = subprocess.Popen(command, cwd=CHAPTERS[0].parent, stderr=subprocess.DEVNULL)
    try:
        web = requests.Session()
        web.headers["Authorization"] = f"token {token}"
        while running.poll() is None:
            with contextlib.suppress(requests.ConnectionError):  # it is not there yet
                web.get(f"http://{address}/lab").raise_for_status()
                break
            time.sleep(0.05)
        ready = time.monotonic() - began
        web.post(f"http://{address}/api/sessions", json=session).raise_for_status()
        for path in CHAPTERS:
            web.get(f"http://{address}/api/contents/{path.name}").raise_for_status()
        process = psutil.Process(running.pid)
        return ready, None, processor_time(process), peak(process), shared_out(process)
    finally:
        running.terminate()
        running.wait(60)


# ---- the tables, and what follows from them


def tables(alone_rows, together_rows, chapter, where):
    """Return the measured part of the page."""

    def lines(rows, digits):
        for name, *numbers in rows:
            pairs = zip(numbers, digits, strict=True)
            cells = ["–" if n is None else f"{n:,.{digit}f}" for n, digit in pairs]
            yield f"| {' | '.join([name, *cells])} |"

    first = "\n".join([ALONE, *lines(alone_rows, (1, 1, 1, 0, 0))])
    second = "\n".join([TOGETHER, *lines(together_rows, (0, 0, 0, 0))])
    several = f"Run All of `{chapter}` in several kernels at once:"
    return f"Measured on {where}.\n\n{first}\n\n{several}\n\n{second}"


def read(text):
    """Return the numbers of the two tables: {name: row} and {kernels: row}."""
    one, crowds = {}, {}
    for line in text.splitlines():
        name, *cells = re.split(r" *\| *", line.strip("| "))
        if cells and re.match(r"\d", cells[0]):
            numbers = [None if cell == "–" else float(cell.replace(",", "")) for cell in cells]
            one.update({} if name.isdigit() else {name: numbers})
            crowds.update({int(name): numbers} if name.isdigit() else {})
    return one, crowds


def conclusions(text):
    """Return the derived part of the page: arithmetic that starts from the tables in `text`."""
    one, _ = read(text)
    _, _, log_in, lab, _ = one.pop(SERVER)
    first, second = sorted((row[3] for row in one.values()), reverse=True)[:2]
    cpu = max(row[2] for row in one.values())
    each = lab + HUB + first + second
    lines = [
        f"- Memory of a student: {lab:,.0f} MiB for JupyterLab + {HUB} MiB that JupyterHub adds to "
        f"it + {first:,.0f} and {second:,.0f} MiB for the two hungriest chapters, both open = "
        f"{each:,.0f} MiB. {SYSTEM:,} MiB are for the system and the hub.",
        f"- Processor time of a student: {RUNS} × {cpu:.1f} s in {LESSON // 60} minutes, and "
        f"{log_in:.1f} s to log in. The table has the processors that are then busy on average, "
        f"and {BURSTS} times as many for the moments when many press Run together.",
        "",
        DERIVED,
    ]
    for students in (30, 300):
        memory = (SYSTEM + students * each) / 1024
        busy = students * RUNS * cpu / LESSON
        cores = next((size for size in SIZES if size >= BURSTS * busy), math.ceil(BURSTS * busy))
        wanted = f"{memory:.1f}: **{8 * math.ceil(memory / 8)}** | {busy:.2f}: **{cores}**"
        waits = f"{students * cpu / cores:,.0f} | {students * log_in / cores:,.0f}"
        lines.append(f"| {students} | {wanted} | {waits} |")
    return "\n".join(lines)


def promised(text):
    """Return what Kubernetes keeps free for a student: MiB with two and all chapters, processors.

    Memory is rounded up to 32 MiB, processors to a twentieth.
    """
    one, _ = read(text)
    lab = one.pop(SERVER)[3]
    peaks = sorted((row[3] for row in one.values()), reverse=True)
    two, every = (32 * math.ceil((lab + HUB + sum(p)) / 32) for p in (peaks[:2], peaks))
    busy = BURSTS * RUNS * max(row[2] for row in one.values()) / LESSON
    return two, every, math.ceil(20 * busy) / 20


def nodes(text):
    """Return the table of docs/kubernetes.md: how many nodes 300 students need."""
    two, every, busy = promised(text)
    cpu = max(row[2] for name, row in read(text)[0].items() if name != SERVER)
    lines = [
        f"A student is promised {two:,} MiB with two chapters open, {every:,} MiB with all, and "
        f"{busy:.2f} processors. {USABLE:.0%} of a node's memory is taken to be theirs.",
        "",
        "| a node: processors, GiB | students on it | nodes for 300 | all press Run All (s) |",
        "| --- | ---: | ---: | ---: |",
    ]
    for cores, memory in NODES:
        students = min(int(USABLE * memory * 1024 / two), int(cores / busy))
        count = math.ceil(300 / students)
        lines.append(
            f"| {cores}, {memory} | {students} | {count} | {students * cpu / cores:,.0f} |"
        )
    return "\n".join(lines)


def between(page, name):
    """Return what stands between the page's markers."""
    return re.search(f"<!-- {name}: begin -->\n(.*?)\n<!-- {name}: end -->", page, re.DOTALL)[1]


def replaced(page, measured):
    """Return the page with the measured part, and what follows from it, between its markers."""
    page = page.replace(between(page, "measured"), measured)
    return page.replace(between(page, "derived"), conclusions(measured))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--at-once", default="2,5,10,20,30", help="how many kernels, with commas")
    parser.add_argument("--write", action="store_true", help="replace the tables in the page")
    chosen = parser.parse_args()
    if not sys.platform.startswith("linux"):
        sys.exit("This runs on Linux only, which tells how much of its memory a process shares.")
    where = (
        f"{os.cpu_count()} processors with {psutil.virtual_memory().total / 2**30:.0f} GiB, Linux, "
        f"Python {platform.python_version()}, NumPy {np.__version__}, {time.strftime('%Y-%m-%d')}"
    )
    with plain_environment():
        rows = [(f"`{path.stem}`", *alone(path)) for path in CHAPTERS]
        _, hungriest = max((row[4], path) for row, path in zip(rows, CHAPTERS, strict=True))
        crowds = [(count, *together(hungriest, int(count))) for count in chosen.at_once.split(",")]
        rows.insert(0, (SERVER, *server()))
    measured = tables(rows, crowds, hungriest.stem, where)
    print(measured, conclusions(measured), sep="\n\n")
    if chosen.write:
        PAGE.write_text(replaced(PAGE.read_text(encoding="utf-8"), measured), encoding="utf-8")
        page = KUBERNETES.read_text(encoding="utf-8")
        KUBERNETES.write_text(page.replace(between(page, "nodes"), nodes(measured)), "utf-8")
        print("classroom/kubernetes/values.yaml promises what docs/kubernetes.md says: change it.")


if __name__ == "__main__":
    main()

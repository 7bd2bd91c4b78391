"""From a key press to the new picture on the page, for every panel with a slider, in JupyterLab.

Beside it: the time until the picture is sharp, and that of an empty panel, which is what the way to
the kernel and back costs. Times drift with the machine; the ratio to another checkout, measured in
turn, does not.
"""

import contextlib

import nbformat
import numpy as np
from nbformat.v4 import new_code_cell, new_notebook

from tests.browser import lab

EMPTY = """\
from panels.shell import Panel, slider
Panel(title="An empty panel", controls={"x": slider("x", 0, 99, 1, 50)}, compute=lambda x: x,
      draw=lambda figure, x: figure.set_facecolor((1, 1, 1 - x / 99)), describe=str, figsize=(2, 1))
"""
PRESSES = 6
# Milliseconds from the key press to the first frame that shows the next picture, and from there to
# the sharp one (null: this checkout has none).
NEXT_PICTURE = """([panel, handle]) => new Promise(done => {
    let start = null, first = null;
    const picture = () => panel.querySelector('.panel-picture img');
    handle.addEventListener('keydown', () => { start = performance.now(); },
                            {capture: true, once: true});
    const watch = new MutationObserver(async () => {
        if (start === null) return;
        if (first === null) {
            first = NaN;
            await picture().decode().catch(() => null);
            requestAnimationFrame(() => { first = performance.now() - start; });
            if (!picture().dataset.mime) setTimeout(() => done([first, null]), 50);
        } else if (picture().dataset.mime === 'image/svg+xml') {
            watch.disconnect();
            requestAnimationFrame(() => done([first, performance.now() - start]));
        }
    });
    watch.observe(panel.querySelector('.panel-picture'),
                  {childList: true, subtree: true, attributes: true});
    setTimeout(() => done(null), 5000);
})"""
STILL = """panel => new Promise(done => {
    const image = () => panel.querySelector('.panel-picture img');
    const look = () => image().dataset.mime === 'image/png' ? setTimeout(look, 20) : done();
    look();
})"""


def key_to_picture(notebook):
    """Yield (panel's title, [(first picture, sharp picture), …] in ms) of a notebook's panels."""
    for panel in notebook.panels():
        panel.show()
        times = []
        for handle in panel.find(".noUi-handle"):
            handle.focus()
            keys = (
                ["ArrowLeft", "ArrowRight"]
                if lab.at_its_end(handle)
                else ["ArrowRight", "ArrowLeft"]
            )
            for press in range(PRESSES):
                panel.settled()
                panel.element.evaluate(STILL)
                notebook.page.evaluate(f"args => {{ window.took = ({NEXT_PICTURE})(args); }}",
                                       [panel.element, handle])  # fmt: skip
                notebook.page.keyboard.press(keys[press % 2])
                took = notebook.page.evaluate("() => window.took")
                if took is None:  # a slider of something that is switched off, or of a run
                    break
                times.append([np.nan if part is None else part for part in took])
        if times:
            yield panel.title, np.array(times)


def measure(server, chromium, path):
    with lab.open_notebook(server, chromium, path) as notebook:
        return dict(key_to_picture(notebook))


def key_presses(against=None, chapters=lab.CHAPTERS):
    """Print first and sharp picture's times of each panel; the ratio to another checkout's."""
    if lab.find_chromium() is None:
        print("\nNo Chromium on the PATH: the time from key press to picture is not measured.")
        return
    print("\nKey press to picture in JupyterLab, ms: median and 95th percentile; to the sharp one"
          + ("; median there, ratio" if against else ""))  # fmt: skip
    first, sharp, ratios = [], [], []
    like = nbformat.read(lab.CHAPTERS[0], as_version=4).metadata  # its kernel
    empty = new_notebook(cells=[new_code_cell(EMPTY)], metadata=like)
    with contextlib.ExitStack() as stack:
        roots = [lab.ROOT, *([against] if against else [])]
        servers = [stack.enter_context(lab.jupyterlab(root)) for root in roots]
        chromium = stack.enter_context(lab.browser())
        for server in servers:
            nbformat.write(empty, server.folder / "project/chapters/empty.ipynb")
        for path in [lab.CHAPTERS[0].with_name("empty.ipynb"), *chapters]:
            here, *there = [measure(server, chromium, path) for server in servers]
            for title, times in here.items():
                (median, settled), late = (
                    np.nanmedian(times, axis=0),
                    np.percentile(times[:, 0], 95),
                )
                row = f"  {path.stem[:5]} {title:<44} {median:6.1f} {late:6.1f} {settled:6.0f}"
                if there and title in there[0]:
                    before = np.median(there[0][title][:, 0])
                    ratios += [median / before] * (path.stem != "empty")
                    row += f"   {before:6.1f} {median / before:5.2f}"
                print(row)
                if path.stem != "empty":
                    first += [*times[:, 0]]
                    sharp += [*times[:, 1]]
    print(f"  {'all (wanted: up to 55, up to 90, up to 400)':<50} {np.median(first):6.1f} "
          f"{np.percentile(first, 95):6.1f} {np.nanpercentile(sharp, 95):6.0f}")  # fmt: skip
    if ratios:
        print(f"  {'median ratio (wanted: up to 0.65)':<50} {np.median(ratios):6.2f}")

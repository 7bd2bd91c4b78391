"""Tries the built site as a reader would: `python -m editions.lite_try`, once `make lite` is done.

It opens a chapter in a browser, runs all its cells and moves a slider. The Python that the page
loads, and NumPy, come over the network: this is for the workflow that publishes the site.
"""

import argparse
import contextlib
import functools
import http.server
import shutil
import sys
import threading

import nbformat

from scripts.notebooks import complaints, pictures

from .lite import ROOT, SITE

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NOTEBOOK = "window.jupyterapp?.shell?.currentWidget"
KERNEL = f"{NOTEBOOK}?.sessionContext?.session?.kernel"
DRAWN = ".jp-OutputArea .panel .panel-picture img"

# All cells have run, or one has failed that should not, and no other follows it.
OVER = f"""() => {{
    const cells = [...{NOTEBOOK}.content.model.cells].map(cell => cell.toJSON());
    return cells.every(cell => cell.cell_type !== 'code' || cell.execution_count)
        || cells.some(({{outputs, metadata}}) => !metadata.tags?.includes('raises-exception')
            && outputs?.some(output => output.output_type === 'error'));
}}"""


class Handler(http.server.SimpleHTTPRequestHandler):
    extensions_map = {  # noqa: RUF012, a system's own table may say otherwise
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
    }

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def served(folder):
    """The address at which a web server shows the folder."""
    handler = functools.partial(Handler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


@contextlib.contextmanager
def opened(address, chapter, patience=300, flags=("--no-sandbox",)):
    """A page with the chapter, and a kernel that waits for work."""
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, NAMES)), None)  # or Playwright's own
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(flags))
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(1000 * patience)
        page.goto(f"{address}/lab/index.html?path=chapters/{chapter}")
        page.wait_for_function(f"{KERNEL}?.status === 'idle'")
        try:
            yield page
        finally:
            browser.close()


def answer(page, code):
    """What the page's kernel prints, or how it fails, when it runs this code."""
    script = f"""async code => {{
        let said = '';
        const run = {KERNEL}.requestExecute({{code}});
        run.onIOPub = ({{content}}) => {{
            said += content.text ?? (content.ename ? content.ename + ': ' + content.evalue : '');
        }};
        await run.done;
        return said;
    }}"""
    return page.evaluate(script, code)


def faults(page, chapter):
    """Run all cells, move a slider; what went wrong, in words."""
    from playwright.sync_api import TimeoutError

    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
    with contextlib.suppress(TimeoutError):
        page.wait_for_function(OVER)
    cells = page.evaluate(f"[...{NOTEBOOK}.content.model.cells].map(cell => cell.toJSON())")
    fresh = nbformat.from_dict({"cells": cells})
    found = complaints(fresh)
    for number, cell in enumerate(fresh.cells):
        if cell.cell_type == "code" and not cell.execution_count:
            found.append(f"cell {number} did not run")
    if found:
        return found
    stored = nbformat.read(ROOT / "chapters" / chapter, as_version=4)
    wanted = sum("_panel(" in cell.source and bool(pictures(cell)) for cell in stored.cells)
    with contextlib.suppress(TimeoutError):
        page.wait_for_function(f"document.querySelectorAll('{DRAWN}').length >= {wanted}")
    drawn = page.locator(DRAWN).count()
    if not wanted or drawn < wanted:
        return [f"{drawn} panels are drawn, not {wanted}"]
    return [] if answers(page) else ["a slider was moved, and its panel says the same"]


def answers(page):
    """Press Home on the first slider; whether its panel says something else within a minute."""
    panel = page.locator(".jp-OutputArea .panel", has=page.locator(".noUi-handle")).first
    sentence = panel.locator(".panel-sentence")
    before = sentence.text_content()
    panel.locator(".noUi-handle").first.press("Home")
    for _ in range(60):
        if sentence.text_content() != before:
            return True
        page.wait_for_timeout(1000)
    return False


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("chapter", nargs="?", default="ch03_neural_net.ipynb")
    chapter = parser.parse_args().chapter
    with served(SITE) as address, opened(address, chapter) as page:
        found = faults(page, chapter)
    if found:
        sys.exit("\n".join(found))
    print(f"{chapter}: all cells have run, the panels are drawn, and one has answered.")


if __name__ == "__main__":
    main()

"""The chapters as a site that computes in the reader's browser, without a server: `make lite`.

JupyterLite, with Python as WebAssembly (Pyodide). The site holds the chapters and the files that
they link to, this checkout as a wheel, and the packages that Pyodide's own distribution lacks; from
that distribution come NumPy and matplotlib, over the network unless `--pyodide` names a copy. A
kernel loads all of them before its first cell, so the notebooks are those of chapters/, untouched.
"""

import argparse
import html
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "build" / "lite"
# companion.py is in the wheel: importing it from the page's own files would take 20 s, not 0.3.
CONTENTS = ["chapters/*.ipynb", "common/*.py", "docs/*.*", "scripts/reproduce_ch05.py", "*.md"]
KERNEL = "@jupyterlite/pyodide-kernel-extension"
EXTENSIONS = [KERNEL, "@jupyter-widgets/jupyterlab-manager", "anywidget"]
# What companion.py asks for, and what that needs. Pyodide follows what its own packages depend on,
# but not what a wheel does.
OF_PYODIDE = ["micropip", "ipython", "jedi", "numpy", "matplotlib", "tqdm", "requests"]
OF_PYODIDE += ["packaging", "platformdirs", "typing-extensions"]
OF_THE_LOCK = ["comm", "ipywidgets", "anywidget", "psygnal", "pooch"]
# In place of JupyterLite's own, which leads to an empty desk. It looks for the script.
INDEX = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Deep learning from scratch: the companion</title>
<script id="jupyter-config-data" type="application/json" data-jupyter-lite-root=".">{{}}</script>
<style>body {{ font: 1.1em/1.5 sans-serif; max-width: 36em; margin: 2em auto; padding: 0 1em }}
h1 {{ font-size: 1.5em }}
@media (prefers-color-scheme: dark) {{ :root {{ color-scheme: dark }} }}</style>
<h1>Deep learning from scratch: the companion</h1>
<p>These chapters run in your browser, and nothing has to be installed. A chapter's first cell waits
until Python and NumPy are loaded, which can take a minute. What you change stays in this browser.
</p>
<ul>
{chapters}
</ul>
<script>if (innerWidth < 700) for (const a of document.links) a.pathname =
a.pathname.replace(/lab\\/index.html$/, "notebooks/index.html");</script>
</html>
"""


def make_wheels(folder):
    """Put this checkout and the packages OF_THE_LOCK into the folder, as wheels; their names."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    lines = [re.search(rf"^{name}==(.*\\\n)*.*\n", lock, re.MULTILINE)[0] for name in OF_THE_LOCK]
    pinned = folder / "pinned.txt"
    pinned.write_text("".join(lines), encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    for_any_processor = ["--only-binary=:all:", "--implementation=py", "--abi=none"]
    for_any_processor += ["--platform=any", "--no-deps", "--require-hashes"]
    run([*pip, "download", *for_any_processor, "-d", folder, "-r", pinned])
    run([*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", folder, ROOT])
    return sorted(path.name for path in folder.glob("*.whl"))


def build(site=SITE, pyodide=None):
    """Write the site into a folder, which is emptied first."""
    shutil.rmtree(site, ignore_errors=True)
    with tempfile.TemporaryDirectory() as name:
        parts = Path(name)
        (parts / "pypi").mkdir()
        wheels = make_wheels(parts / "pypi")
        for path in (path for pattern in CONTENTS for path in ROOT.glob(pattern)):
            copy = parts / "files" / path.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy)
        shutil.copy(ROOT / ".jupyter" / "overrides.json", parts)
        extensions = [f"{sys.prefix}/share/jupyter/labextensions/{each}" for each in EXTENSIONS]
        options = {
            "apps": ["lab", "notebooks", "tree", "edit"],  # a phone has no room for the first
            "federated_extensions": extensions,
            "ignore_sys_prefix": ["federated_extensions"],  # others that are installed here
            "no_sourcemaps": True,
            "output_dir": str(Path(site).resolve()),
        }
        write(parts / "jupyter_lite_config.json", {"LiteBuildConfig": options})
        write(parts / "jupyter-lite.json", told_to_the_page(wheels, pyodide))
        run([sys.executable, "-m", "jupyterlite_core", "build"], cwd=parts)
    chapters = "\n".join(map(entry, sorted((ROOT / "chapters").glob("*.ipynb"))))
    (site / "index.html").write_text(INDEX.format(chapters=chapters), encoding="utf-8")
    return site


def entry(path):
    """The line of a chapter on the first page."""
    heading = nbformat.read(path, as_version=4).cells[0].source.splitlines()[0].lstrip("# ")
    link = f"lab/index.html?path=chapters/{path.name}"
    return f'<li><a href="{link}">{html.escape(heading)}</a></li>'


def told_to_the_page(wheels, pyodide):
    """What JupyterLite reads when it opens."""
    up = "/".join(".." for _ in f"extensions/{KERNEL}/static".split("/"))  # from the kernel's code
    kernel = {"loadPyodideOptions": {"packages": OF_PYODIDE + [f"{up}/pypi/{w}" for w in wheels]}}
    if pyodide:
        kernel["pyodideUrl"] = pyodide
    config = {
        "appName": "Deep learning from scratch: the companion",
        "exposeAppInBrowser": True,  # for lite_try.py
        "litePluginSettings": {f"{KERNEL}:kernel": kernel},
    }
    return {"jupyter-lite-schema-version": 0, "jupyter-config-data": config}


def write(path, data):
    path.write_text(json.dumps(data), encoding="utf-8")


def run(command, **options):
    """Run it silently, unless it fails."""
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode:
        sys.exit(f"{done.stdout}{done.stderr}\nThe site was not built: see above.")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pyodide", metavar="URL", help="of pyodide.mjs in a copy of Pyodide")
    site = build(pyodide=parser.parse_args().pyodide)
    size = sum(path.stat().st_size for path in site.rglob("*") if path.is_file())
    print(f"{size / 1e6:.0f} MB in {site.relative_to(ROOT)}, to be served by any web server.")


if __name__ == "__main__":
    main()

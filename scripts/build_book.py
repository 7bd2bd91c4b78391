"""Write the chapters, as they are stored, to build/book as web pages: `make book`.

Nothing is run: the pages show the stored outputs, and each panel as its first picture.
"""

import html
import re
from pathlib import Path

import nbformat
from nbconvert import HTMLExporter

ROOT = Path(__file__).resolve().parents[1]
BOOK = ROOT / "build" / "book"
INDEX = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Deep learning from scratch: the companion</title></head>
<body>
<h1>Deep learning from scratch: the companion</h1>
<ol>
{entries}
</ol>
</body>
</html>
"""


def title(notebook):
    """Return the chapter's first heading."""
    for cell in notebook.cells:
        if heading := re.match(r"#\s+(.+)", cell.source):
            return heading[1]
    raise ValueError("a chapter starts with a heading, `# …`: this notebook has none")


def describe_pictures(notebook):
    """Give each picture its words: nbconvert shows pictures, but not the `alt` stored with them."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            alt = output.get("metadata", {}).get("image/png", {}).get("alt")
            if alt:
                source = f"data:image/png;base64,{output.data.pop('image/png')}"
                output.data["text/html"] = f'<img src="{source}" alt="{html.escape(alt)}">'


def main():
    BOOK.mkdir(parents=True, exist_ok=True)
    exporter, entries = HTMLExporter(), []
    for path in sorted((ROOT / "chapters").glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        describe_pictures(notebook)
        page, _ = exporter.from_notebook_node(notebook, {"metadata": {"name": title(notebook)}})
        # A chapter's neighbours are pages here.
        page = re.sub(r'href="(ch\w+)\.ipynb', r'href="\1.html', page)
        (BOOK / f"{path.stem}.html").write_text(page, encoding="utf-8")
        entries.append(f'<li><a href="{path.stem}.html">{html.escape(title(notebook))}</a></li>')
    (BOOK / "index.html").write_text(INDEX.format(entries="\n".join(entries)), encoding="utf-8")
    print(f"{len(entries)} chapters in {BOOK.relative_to(ROOT) / 'index.html'}")


if __name__ == "__main__":
    main()

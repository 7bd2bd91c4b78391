"""What `make notebooks` stores depends on the code alone, and what is wrong is not stored."""

import base64
import copy
import io
import struct
import sys
import zlib

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image, ImageChops, ImageDraw

from scripts import refresh_notebooks as script

WIDGET = """
import ipywidgets

class Panel(ipywidgets.VBox):
    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        bundle.update({"text/plain": "It fires.", "image/png": PNG})
        return bundle, {"image/png": {"alt": "A neuron."}}

Panel()
"""


def png():
    """Return a picture of one grey point, in base64 as IPython sends it."""

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    parts = [chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(b"\0\x80")), chunk(b"IEND", b"")]
    return base64.encodebytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts)).decode()


@pytest.fixture
def chapter(tmp_path):
    """Return a function that writes code cells as a notebook and gives its path."""

    def make(*sources, tags=()):
        cells = [new_markdown_cell("# A chapter")]
        cells += [new_code_cell(source, metadata={"tags": list(tags)}) for source in sources]
        path = tmp_path / "ch99_test.ipynb"
        nbformat.write(new_notebook(cells=cells), path)
        return path

    return make


@pytest.fixture
def here(monkeypatch, tmp_path):
    """Let kernels work in the test's own folder, where no chapters lie."""
    run = script.run
    monkeypatch.setattr(script, "run", lambda notebook: run(notebook, folder=tmp_path))


@pytest.mark.usefixtures("here")
def test_two_runs_store_the_same_bytes(chapter):
    path = chapter(
        f"PNG = {png()!r}",
        WIDGET.strip(),
        'print("a")\nprint("b", flush=True)\nimport time\ntime.sleep(0.3)\nprint("c")',
        "{1, 2} | {3}",
    )
    assert script.refresh(path) == []
    first = path.read_bytes()
    assert script.refresh(path) == []
    assert path.read_bytes() == first
    assert script.refresh(path, check=True) == []
    assert first.endswith(b"}\n") and not first.endswith(b"\n\n")

    notebook = nbformat.read(path, as_version=4)
    (panel,) = notebook.cells[2].outputs
    assert set(panel.data) == {"image/png", "text/plain"}
    assert panel.data["text/plain"] == "It fires."
    assert panel.metadata == {"image/png": {"alt": "A neuron."}}
    (stream,) = notebook.cells[3].outputs
    assert stream.text == "a\nb\nc\n"
    assert notebook.metadata == script.METADATA
    assert "version" not in notebook.metadata.language_info
    assert [cell.execution_count for cell in notebook.cells[1:]] == [1, 2, 3, 4]


@pytest.mark.usefixtures("here")
def test_a_printed_time_changes_only_with_the_words_around_it(chapter):
    clock = "from time import time_ns\nprint(f'batches of {100:4}: {time_ns() % 1e9:9.1f} ms')"
    path = chapter(clock, tags=["nbval-ignore-output"])
    assert script.refresh(path) == []
    first = path.read_bytes()
    assert script.refresh(path) == []
    assert path.read_bytes() == first
    path.write_bytes(first.replace(b"{100:4}", b"{200:4} digits"))
    assert script.refresh(path) == []
    assert b"batches of  200 digits:" in path.read_bytes()


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("source", "tags", "complaint"),
    [
        ("1 / 0", (), "ZeroDivisionError"),
        ("import warnings\nwarnings.warn('careful')", (), "writes to stderr"),
        ("1 / 1", ("raises-exception",), "nothing was raised"),
    ],
)
def test_what_is_wrong_is_said_and_not_stored(chapter, source, tags, complaint):
    path = chapter(source, tags=tags)
    before = path.read_bytes()
    (found,) = script.refresh(path)
    assert complaint in found
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.usefixtures("here")
def test_an_announced_error_is_stored_without_the_files_of_this_machine(chapter):
    path = chapter("import json\njson.loads('{')", tags=["raises-exception"])
    assert script.refresh(path) == []
    (output,) = nbformat.read(path, as_version=4).cells[1].outputs
    assert output.ename == "JSONDecodeError"
    assert "Cell" in output.traceback[0] and "JSONDecodeError" in output.traceback[-1]
    assert len(output.traceback) == 2
    assert sys.prefix not in path.read_text(encoding="utf-8")


@pytest.mark.usefixtures("here")
def test_check_shows_the_lines_that_changed_and_writes_nothing(chapter):
    path = chapter("1 + 1")
    assert script.refresh(path) == []
    stale = path.read_text(encoding="utf-8").replace('"2"', '"3"')
    path.write_text(stale, encoding="utf-8")
    found = script.refresh(path, check=True)
    assert "    -text/plain: 3" in found and "    +text/plain: 2" in found
    assert path.read_text(encoding="utf-8") == stale


def test_a_cell_that_takes_too_long_is_stopped():
    notebook = new_notebook(cells=[new_code_cell("while True:\n    pass")])
    with pytest.raises(script.CellTimeoutError):
        script.run(notebook, folder=".", timeout=2)


def test_tidying_drops_what_differs_between_machines_and_can_be_repeated():
    view = {script.WIDGET_VIEW: {"model_id": "1f"}}
    cell = new_code_cell(
        "x\n\n",
        metadata={"tags": ["exercise"], "execution": {"iopub.busy": "now"}, "scrolled": True},
        outputs=[new_output("display_data", view), new_output("stream", name="stdout", text="a")],
    )
    twin = copy.deepcopy(cell)
    notebook = new_notebook(cells=[cell], metadata={"widgets": {}, "vscode": {}})
    notebook.cells.append(twin)
    once = nbformat.writes(script.tidy(notebook))
    assert cell.metadata == {"tags": ["exercise"]}
    assert [output.output_type for output in cell.outputs] == ["stream"]
    assert cell.source == "x"
    assert cell["id"] != twin["id"]
    assert notebook.metadata == script.METADATA
    assert nbformat.writes(script.tidy(notebook)) == once


def test_the_surroundings_of_a_kernel_come_back_afterwards(monkeypatch):
    monkeypatch.setenv("DLFS_MNIST", "full")
    with script.plain_environment():
        assert "DLFS_MNIST" not in script.os.environ
        assert script.os.environ["LANGUAGE"] == "en"
    assert script.os.environ["DLFS_MNIST"] == "full"


# ---- what two runs are compared in


def drawing(height=200, text="a word", bar=60):
    """Return an image with a word and a bar."""
    image = Image.new("RGB", (300, height), "white")
    pen = ImageDraw.Draw(image)
    pen.text((40, 20), text, fill="black")
    pen.rectangle((40, 180 - bar, 80, 180), fill="steelblue")
    return image


def in_base64(image):
    stream = io.BytesIO()
    image.save(stream, format="png")
    return base64.b64encode(stream.getvalue()).decode()


def test_pictures_are_alike_if_their_letters_stand_a_point_beside():
    one = drawing()
    assert script.look_alike(in_base64(one), in_base64(ImageChops.offset(one, 1, 1)))
    assert script.look_alike(in_base64(one), in_base64(one.crop((0, 0, 300, 199))))


@pytest.mark.parametrize(
    "other",
    [drawing(bar=20), drawing(height=260), ImageChops.invert(drawing()), drawing().convert("L")],
    ids=["a lower bar", "another size", "other colours", "no colours"],
)
def test_pictures_that_show_something_else_are_not_alike(other):
    assert not script.look_alike(in_base64(drawing()), in_base64(other))


def with_picture(image, alt="A bar."):
    data = {"text/plain": "It is high.", "image/png": in_base64(image)}
    output = new_output("display_data", data, metadata={"image/png": {"alt": alt}})
    return new_notebook(cells=[new_code_cell("panel()", outputs=[output])])


def test_runs_are_compared_in_their_pictures_and_in_what_is_said_of_them():
    stored = with_picture(drawing())
    assert script.differences(stored, with_picture(drawing())) == []
    (_, line) = script.differences(stored, with_picture(drawing(bar=20)))
    assert line == "    a picture looks different"
    assert "    +alt: A wall." in script.differences(stored, with_picture(drawing(), "A wall."))
    without = with_picture(drawing())
    del without.cells[0].outputs[0].data["image/png"]
    assert script.differences(stored, without)[-1].endswith("1 stored, 0 now")


def test_numbers_in_words_of_a_picture_may_differ_as_processors_round():
    one = "loss: SGD from 2.35 at 0 to 0.0517 at 1,999"
    assert script.about_the_same(one, one.replace("0.0517", "0.047"))
    assert not script.about_the_same(one, one.replace("2.35", "1.35"))
    assert not script.about_the_same(one, one.replace("1,999", "999"))
    assert not script.about_the_same(one, one.replace("SGD", "Adam"))


def test_of_a_cell_that_prints_a_time_the_words_are_compared():
    def printed(text):
        outputs = [new_output("stream", name="stdout", text=text)]
        metadata = {"tags": ["nbval-ignore-output"]}
        return new_notebook(cells=[new_code_cell("x()", outputs=outputs, metadata=metadata)])

    assert script.differences(printed("loops   7.5 ms"), printed("loops 120.1 ms")) == []
    assert script.differences(printed("loops   7.5 ms"), printed("loop 120.1 ms"))
    assert script.differences(printed("loops   7.5 ms"), printed(""))

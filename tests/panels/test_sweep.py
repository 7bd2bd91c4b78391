"""Laws that every panel keeps, at every setting of its controls. Warnings are errors here, too.

Of the settings `make check` tries one, `make test` a sample, and the long run (DLFS_SOAK=1) all.
"""

import base64
import io
import itertools
from contextlib import contextmanager

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
import pytest
import traitlets
from IPython.core.formatters import DisplayFormatter
from matplotlib.patches import PathPatch
from matplotlib.text import Text

from panels.ch03_draw import Canvas
from panels.shell import NumberGrid, RunPanel
from panels.shell import panel as shell
from tests.panels.table import FOUND, PANELS, grid, is_one_sentence, same, shared
from tests.soak import SOAK

VALUES, CORNERS, ODD = (10**6, 10**6, 150) if SOAK else (5, 4, 10)  # at most so many settings


PNG = b"\x89PNG"


@pytest.fixture(params=PANELS)
def panel(request):
    panel = shared(request.param)
    panel.name = request.param
    panel.reset()
    if not panel.picture.startswith(PNG):  # left by `undrawn`
        panel._redraw()
    return panel


@contextmanager
def undrawn(panel):
    """Pictures cost most of the time: here the panel makes none, only numbers."""
    numbers = itertools.count()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(panel, "draw", lambda figure, data: None)
        patch.setattr(shell, "png", lambda figure: f"picture {next(numbers)}".encode())
        yield


def some(values, most):
    """At most so many of the values, the ends among them."""
    places = np.linspace(0, len(values) - 1, min(most, len(values)))
    return [values[round(place)] for place in places]


def obey(panel, values):
    """Set the values: there is a picture with a sentence, or a message and nothing is lost."""
    before = panel.values
    data, sentence, picture = panel.data, panel.sentence, panel.picture
    try:
        panel.set(**values)
    except ValueError:  # these controls have no room for these values together
        assert repr(panel.values) == repr(before)
        assert same(panel.data, data) and panel.sentence == sentence
        return
    if panel.message:
        assert is_one_sentence(panel.message)
        assert panel.data is data and panel.sentence is sentence and panel.picture is picture
        return
    assert len(panel.sentence) > 10
    assert "{" not in panel.sentence, "a part of the sentence was not filled in"
    with np.errstate(all="ignore"):
        assert same(panel.data, panel.compute(**panel.values)), "it shows other values"
        assert panel.sentence == panel.describe(panel.data)


def sticking_out(figure):
    """Words and numbers that are cut off by the border of the picture."""
    renderer, room = figure.canvas.get_renderer(), figure.bbox.padded(0.5)
    for axes in filter(lambda axes: axes.get_visible(), figure.axes):
        words = [axes.title, axes._left_title, axes._right_title, *axes.texts]
        parts = [text for text in words if text.get_text()]
        parts += [axes.xaxis, axes.yaxis] if axes.axison else []
        for part in filter(lambda part: part.get_visible(), parts):
            box = part.get_tightbbox(renderer)
            if box is not None and not all(room.contains(*corner) for corner in box.corners()):
                yield part
    for path in figure.findobj(lambda one: type(one) is PathPatch and one.get_visible()):
        box = path.get_window_extent()  # words and numbers that are paths
        if len(path.get_path().vertices) > 1 and not all(room.contains(*c) for c in box.corners()):
            yield path


def empty_quarters(figure):
    """Strips and corners of the picture, a quarter each, in which nothing is drawn."""
    ink = (np.asarray(figure.canvas.buffer_rgba())[..., :3] < 250).any(axis=2)
    for name, way in (("column", 1), ("row", 0)):
        for place, part in enumerate(np.array_split(ink, 4, axis=way)):
            yield from [] if part.any() else [f"{name} {place + 1}"]
    for place, half in (("upper", 0), ("lower", 1)):
        for side, part in enumerate(np.array_split(np.array_split(ink, 2)[half], 2, axis=1)):
            yield from [] if part.any() else [f"{place} {('left', 'right')[side]}"]


def words_of(figure):
    """The texts that a figure shows, ticks' labels among them, and the boxes that they fill."""
    renderer, unseen = figure.canvas.get_renderer(), set()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
                if not (axes.axison and low <= tick.get_loc() <= high):
                    unseen |= {tick.label1, tick.label2}
            unseen |= set() if axes.axison else {axis.label}
    for text in figure.findobj(Text):
        shown = text.get_visible() and (text.axes is None or text.axes.get_visible())
        if shown and text.get_text().strip() and text not in unseen:
            yield text, text.get_window_extent(renderer)


def covering(words, edge=4):
    """Pairs of these texts that share more than an edge of so many pixels."""
    boxes = [(text.get_text(), box.extents.tolist()) for text, box in words]
    for (one, (x0, y0, x1, y1)), (other, (u0, v0, u1, v1)) in itertools.combinations(boxes, 2):
        if min(x1, u1) - max(x0, u0) >= edge and min(y1, v1) - max(y0, v0) >= edge:
            yield one, other


@pytest.mark.slow
def test_in_each_layout_words_are_large_enough_and_none_is_cut_or_covered(panel):
    normal = panel.picture
    for layout, pixels, room in (("normal", 11, 0), ("narrow", 11, 0), ("lecture", 24, 1264)):
        panel.lay_out(layout)
        assert panel.message == "" and panel._helper.layout_name == layout
        width = panel.sizes[layout] and panel.sizes[layout][0]
        assert layout != "narrow" or not width or width <= 3.6, "a phone's page has 288 pixels"
        assert not list(sticking_out(panel.figure)), layout
        assert not list(empty_quarters(panel.figure)), layout
        areas = {area["name"] for area in panel._hands.areas()}
        assert areas == {*panel._hands.touch, *panel._hands.hover}, layout
        words = list(words_of(panel.figure))
        larger = max(1, room / panel.figure.bbox.width)
        small = {t.get_text() for t, box in words if t.get_size() * 80 / 72 * larger < pixels}
        assert not small, f"{layout}: these words have less than {pixels} pixels"
        assert not list(covering(words)), layout
    panel.lay_out("normal")
    assert panel.picture == normal, "what was shown before is seen in the picture"


@pytest.mark.slow
def test_what_can_be_touched_answers_pointer_and_arrow_keys(panel):
    hands, start = panel._hands, panel.values
    for name in hands.touch:
        for tries in ([("down", x, y) for x in (0.2, 0.5, 0.8) for y in (0.2, 0.5, 0.8)],
                      [("key", x, y) for x, y in ((1, 0), (-1, 0), (0, 1), (0, -1))]):  # fmt: skip
            answers = []
            with undrawn(panel):
                for kind, x, y in tries:
                    panel.reset()
                    panel._handled(panel._view, {"kind": kind, "name": name, "x": x, "y": y}, [])
                    assert panel.message == "" and not off_their_steps(panel)
                    answers.append(not same(panel.values, start))
                panel.reset()
            assert any(answers), f"{name} does not feel a {kind}"
    for name in hands.hover:
        told = {"kind": "hover", "name": name, "x": 0.5, "y": 0.5}
        assert isinstance(hands.feel(told), str) and panel.reset().values == start


def test_every_panel_is_swept():
    missing = ", ".join(set(FOUND) - {name.split()[0] for name in PANELS})
    assert not missing, f"{missing} needs arrays: give it a line in NEEDY of tests/panels/table.py."


def test_a_panel_shows_its_start_and_one_odd_setting(panel):
    """The sample of the sweep that is quick enough for every edit."""
    assert panel.message == ""
    assert is_one_sentence(panel.sentence[:300])
    assert (panel._view.alt, panel._view.image) == (panel.alt, panel.picture)
    assert not panel.figure.stale, "what stands still would be drawn anew next time"
    assert 1 <= len(panel.visible_controls) <= 6
    assert all(control.description.strip() for control in panel.visible_controls)
    assert not list(sticking_out(panel.figure))
    rng = np.random.default_rng(1)
    grids = {key: grid(control) for key, control in panel.controls.items()}
    with undrawn(panel):
        obey(panel, {key: values[rng.integers(len(values))] for key, values in grids.items()})


@pytest.mark.slow
def test_every_value_of_every_control_is_computed_and_described(panel):
    grids = {key: grid(control) for key, control in panel.controls.items()}
    lowest = {key: values[0] for key, values in grids.items()}
    highest = {key: values[-1] for key, values in grids.items()}
    rng = np.random.default_rng(1)
    with undrawn(panel):
        for base in (panel.values, lowest, highest):
            for key, values in grids.items():
                for value in some(values, VALUES):
                    obey(panel, {**base, key: value})
        for _i in range(ODD):
            obey(panel, {key: v[rng.integers(len(v))] for key, v in grids.items()})


@pytest.mark.slow
def test_corners_are_drawn_on_one_figure(panel):
    figure, count = panel.figure, len(panel.figure.axes)
    ends = [(values[0], values[-1]) for values in map(grid, panel.controls.values())]
    corners = list(itertools.product(*ends))
    chosen = np.random.default_rng(2).permutation(len(corners))[:CORNERS]
    for corner in [corners[i] for i in chosen]:
        obey(panel, dict(zip(panel.controls, corner, strict=True)))
    assert panel.figure is figure and figure.dpi == 80 and figure.get_layout_engine() is None
    assert len(figure.axes) == count, "axes pile up"


@pytest.mark.slow
def test_every_control_changes_data_sentence_and_picture(panel):
    start, data, sentence, picture = panel.values, panel.data, panel.sentence, panel.picture
    of_a_run = {"deep_lab_panel": {"moment"}}.get(panel.name, set())  # shown by test_ch06.py
    for key in panel.controls.keys() - of_a_run:
        panel.set(**start)  # a table's size may have changed what another control can be
        for value in grid(panel.controls[key])[::-1]:
            panel.set(**{**start, key: value})
            if panel.picture != picture and panel.sentence != sentence:
                break
        else:
            pytest.fail(f"{key} never changes the picture and the sentence")
        assert not same(panel.data, data)


@pytest.mark.slow
def test_presets_are_drawn_at_once_whole_and_named(panel):
    for name, values in panel.presets.items():
        pictures = []
        panel._view.observe(pictures.append, names="image")
        panel.preset(name)
        panel._view.unobserve(pictures.append, names="image")
        assert len(pictures) <= 1, "several controls, one picture"
        assert panel.message == ""
        assert panel._preset_choice.value == name
        assert all(np.array_equal(panel.values[key], value) for key, value in values.items())
        assert not off_their_steps(panel), "a page would move them to the next step"


def off_their_steps(panel):
    """The sliders whose value lies between two of their steps."""
    found = []
    for leaf in itertools.chain.from_iterable(map(leaves, panel.controls.values())):
        if isinstance(leaf, (widgets.FloatSlider, widgets.FloatLogSlider)):
            log = isinstance(leaf, widgets.FloatLogSlider)
            place = np.log(leaf.value) / np.log(leaf.base) if log else leaf.value
            steps = (place - leaf.min) / leaf.step
            found += [] if abs(steps - round(steps)) < 1e-6 else [leaf.description]
    return found


@pytest.mark.slow
def test_a_panel_built_again_with_its_controls_hidden_stores_the_same_bytes(panel):
    again = PANELS[panel.name](hide=[*panel.controls, "presets"])
    assert again.visible_controls == []
    assert again.values == panel.values
    (data, words), (once_more, _words) = map(DisplayFormatter().format, (panel, again))
    view = "application/vnd.jupyter.widget-view+json"
    assert set(data) == {view, "text/plain", "image/png"}
    assert data["text/plain"] == once_more["text/plain"] == panel.sentence
    assert data["image/png"] == once_more["image/png"]
    assert words["image/png"]["alt"] == panel.alt
    assert_words_around_the_picture(data["image/png"], panel.picture)
    assert b"Software" not in panel.picture and b"tEXt" not in panel.picture


def assert_words_around_the_picture(stored, picture):
    """A reader without a kernel sees the title above it, the sentence below it, nothing cut off."""
    page = plt.imread(io.BytesIO(base64.b64decode(stored)))[..., :3]
    drawn = plt.imread(io.BytesIO(picture))[..., :3]
    (above,) = (y for y in range(20, 45) if np.allclose(page[y : y + len(drawn)], drawn))
    for words in (page[:above], page[above + len(drawn) :]):
        assert (words < 0.5).mean() > 0.002, "there are words"
        assert (words[:, -8:] == 1).all() and (words[[0, -1]] == 1).all(), (
            "which end before the rim"
        )


# Absurd values, sent as a browser sends them: by set_state of the widgets a control is made of.

ABSURD = [
    float("nan"), float("inf"), float("-inf"), 1e308, -1e308, 1e-320, 10**400, 2**63, -1, 0, True,
    0.1 + 0.2, "nan", "abc", "", "9" * 5000, "word" * 5000, None, [], [1.0, 2.0], {"a": 1}, b"abc",
]  # fmt: skip
TABLES = [
    [[float("nan")] * 2] * 2, [[float("inf")] * 3] * 3, [[1.0, 2.0], [3.0]], [[]], [[[1.0]]],
    [["a"]], [[None, None], [1, 2]], [[10**400] * 2] * 2, [[1e308] * 3] * 3, [[5e-324] * 4] * 4,
    [[1e308, -1e308], [-1e308, 1e308]], [[0.0] * 100] * 100,
]  # fmt: skip
PICTURES = [bytes(783), bytes(785), memoryview(bytes(3)), [0] * 784, 784, memoryview(b"\xff" * 784)]


def leaves(widget):
    """The widgets of a control that a browser sends values of."""
    if isinstance(widget, widgets.Box):
        for child in widget.children:
            yield from leaves(child)
    elif not isinstance(widget, (widgets.Label, widgets.HTML, widgets.Button)):
        yield widget


def absurd(leaf):
    """What no honest browser sends."""
    if isinstance(leaf, widgets.Dropdown):
        return [{"index": value} for value in [99, *ABSURD]]
    more = TABLES if isinstance(leaf, NumberGrid) else PICTURES if isinstance(leaf, Canvas) else []
    return [{"value": value} for value in [*ABSURD, *more]]


@pytest.mark.slow
def test_absurd_values_are_refused_or_answered_and_none_stays(panel):
    first = panel.sentence, panel.picture
    with undrawn(panel):
        for leaf in itertools.chain.from_iterable(map(leaves, panel.controls.values())):
            for sent in absurd(leaf):
                send(panel, leaf, sent)
            panel.reset()
            assert panel.message == ""
    panel._redraw()
    assert (panel.sentence, panel.picture) == first


def send(panel, leaf, sent):
    data, picture, message, values = panel.data, panel.picture, panel.message, panel.values
    try:
        leaf.set_state(dict(sent))
    except traitlets.TraitError:  # refused by the widget: nothing has changed
        assert panel.data is data and panel.picture is picture and panel.message == message
        assert repr(panel.values) == repr(values)
        return
    if panel.message:
        assert is_one_sentence(panel.message), (sent, panel.message)
        assert panel.data is data and panel.picture is picture, sent
    elif not isinstance(panel, RunPanel):
        with np.errstate(all="ignore"):
            assert same(panel.data, panel.compute(**panel.values)), sent

"""Several controls that belong together, as one: a row of sliders, a table of switches."""

import ipywidgets as widgets
import traitlets


class Several(widgets.Box):
    """Parts side by side under one label; `value` is the tuple of the parts' values.

    Setting `value` sets all the parts and is one change; moving one part is one, too.
    widths: of the parts, in pixels, where there is room; they wrap where there is none.
    """

    value = traitlets.Tuple()

    def __init__(self, label, parts, widths):
        self.parts = tuple(parts)
        self.description = label
        self._busy = False
        whole = widgets.Layout(flex="1 1 100%", flex_flow="row wrap", grid_gap="2px 20px")
        super().__init__(self.parts, value=self._read(), layout=whole)
        self.add_class("panel-wide")
        for part, width in zip(self.parts, widths, strict=True):
            part.layout = widgets.Layout(flex=f"0 1 {width}px", width="auto", min_width="0")
            part.observe(self._moved, names="value")

    def _read(self):
        return tuple(part.value for part in self.parts)

    def _moved(self, _change):
        if not self._busy:
            self.value = self._read()

    @traitlets.validate("value")
    def _set_parts(self, proposal):
        """All parts take their values, or none does."""
        values, before = proposal["value"], self._read()
        if len(values) != len(self.parts):
            raise traitlets.TraitError(f"{len(self.parts)} values are expected, not {len(values)}")
        self._busy = True
        try:
            for part, value in zip(self.parts, values, strict=True):
                if part.value != value:
                    part.value = value
        except traitlets.TraitError:
            for part, value in zip(self.parts, before, strict=True):
                part.value = value
            raise
        finally:
            self._busy = False
        return self._read()

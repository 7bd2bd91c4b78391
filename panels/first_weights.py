"""How wide a network's first weights are: Xavier, He, or a spread of one's own."""

from gettext import gettext as _

import ipywidgets as widgets
import numpy as np
import traitlets

from .shell import choice, log_slider
from .shell.frames import few

OWN, XAVIER, HE = "own", "Xavier", "He"


class FirstWeights(widgets.HBox):
    """Xavier, He, or a spread of one's own on a slider: one control, a word or a number."""

    value = traitlets.Union([traitlets.Unicode(), traitlets.Float()])

    def __init__(self, label, value):
        words = {_("a spread of your own"): OWN, XAVIER: XAVIER, HE: HE}
        self.rule = choice(label, words)
        self.std = log_slider(_("spread (std)"), -4, 1, 0.25, 0.01)
        super().__init__([self.rule, self.std], value=value)
        self.add_class("panel-wide")
        self._following = False
        self._follow()
        self.observe(self._follow, names="value")
        self.rule.observe(self._chosen, names="value")
        self.std.observe(self._chosen, names="value")

    @traitlets.validate("value")
    def _known(self, proposal):
        value = proposal["value"]
        if isinstance(value, str) and value not in (XAVIER, HE):
            text = _("{value} is neither Xavier nor He nor a number.")
            raise traitlets.TraitError(text.format(value=value))
        if not isinstance(value, str) and not self.std.base**self.std.min <= value <= 10:
            raise traitlets.TraitError(_("the spread lies between 0.0001 and 10"))
        return value

    def _follow(self, _change=None):
        own = not isinstance(self.value, str)
        self._following = True
        self.rule.value = OWN if own else self.value
        if own:
            self.std.value = self.value
        self.std.disabled = not own
        self._following = False

    def _chosen(self, _change):
        if self.rule.value is None or np.isnan(self.std.value):
            self._follow()  # nothing was chosen: what holds is shown again
        if not self._following:
            self.value = self.std.value if self.rule.value == OWN else self.rule.value

    def few(self, each):
        """What a page without Python shows of it."""
        return [XAVIER, HE, *few(self.std, each)]

    @property
    def description(self):
        return self.rule.description

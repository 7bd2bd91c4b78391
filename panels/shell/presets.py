"""A panel's presets: values with a name, in a list that shows which of them the panel is at."""

from gettext import gettext as _

from .controls import choice, same


class Presets:
    """What a Panel does with `presets`, name -> {control: value}."""

    def preset(self, name):
        """Applies the preset of that name: as it is shown, or in English, as cells say it."""
        name = name if name in self.presets else _(name)
        if name not in self.presets:
            known = ", ".join(self.presets)
            text = _("{name} is no preset; choose from: {known}.")
            raise ValueError(text.format(name=name, known=known))
        self._show_preset(name)  # first, so that it is named even if another one is the same
        try:
            return self.set(**self.presets[name])
        finally:
            self._name_preset()

    def _make_preset_choice(self, label):
        self._start_name, self._own_name = _("as at the start"), _("own values")
        names = [self._own_name, self._start_name, *self.presets]
        self._preset_choice = dropdown = choice(label or _("preset"), names, self._start_name)
        self._name_preset()
        dropdown.observe(self._preset_chosen, names="value")
        return dropdown

    def _name_preset(self):
        """Shows the preset that the controls' values are, if they are one."""
        now, candidates = self.values, {**self.presets, self._start_name: self.start_values}
        names = [self._preset_choice.value, *candidates]  # what was chosen goes first
        for name in names:
            values = candidates.get(name)
            if values is not None and all(same(now[key], values[key]) for key in values):
                return self._show_preset(name)
        return self._show_preset(self._own_name)

    def _show_preset(self, name):
        self._naming = True
        try:
            self._preset_choice.value = name
        finally:
            self._naming = False

    def _preset_chosen(self, change):
        if self._naming:
            return
        if change["new"] == self._start_name:
            self.reset()
        elif change["new"] in self.presets:
            self.preset(change["new"])
        else:
            self._name_preset()

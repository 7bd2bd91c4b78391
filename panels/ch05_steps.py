"""The control by which a calculation is walked through: back, on, or by itself."""

from gettext import gettext as _

import ipywidgets as widgets

from .shell import Scrubber

PACES = {"slow": 3000, "normal": 1500, "fast": 600}  # milliseconds between two steps


class Walker(Scrubber):
    """Steps 0 … last on a slider; beside it previous, next, Play, and how fast it plays.

    more: widgets that belong to the walk and stand in its row.
    """

    everywhere, times = True, 99  # a page without Python shows each step, whatever else is moved

    def __init__(self, label, last, value=0, more=()):
        super().__init__(label, last, value, interval=PACES["normal"])
        previous, following = (
            widgets.Button(description=words, layout=widgets.Layout(width="auto"))
            for words in (_("previous"), _("next"))
        )
        previous.on_click(lambda button: self.go(-1))
        following.on_click(lambda button: self.go(1))
        names = {_("slow"): PACES["slow"], _("normal"): PACES["normal"], _("fast"): PACES["fast"]}
        self.pace = widgets.Dropdown(
            options=names,
            value=PACES["normal"],
            description=_("pace"),
            style={"description_width": "initial"},
            layout=widgets.Layout(width="auto", flex="0 0 auto"),
        )
        self.pace.observe(self._set_pace, names="value")
        playing = "playing" if self.play.has_trait("playing") else "_playing"  # of ipywidgets 7
        self.play.observe(self._begin_again, names=playing)
        self.children = [self.play, previous, following, self.field, self.pace, *more]
        self.layout.flex = "1 1 100%"  # what follows begins a row of its own

    def go(self, direction):
        """One step on (1) or back (-1), round at the ends."""
        self.value = (self.value + direction) % (self.max + 1)

    def _begin_again(self, change):
        """At the last step Play has nowhere to go."""
        if change["new"] and self.value == self.max:
            self.value = 0

    def _set_pace(self, change):
        if change["new"]:
            self.play.interval = change["new"]

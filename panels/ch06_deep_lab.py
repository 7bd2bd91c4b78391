"""The deep lab: everything that decides whether a deep network learns, in one place (book 6).

Learning rate, first weights, activation, depth, batch normalisation and optimizer, on real digits:
what is measured while it learns (ch06_deep_run.py) is drawn (ch06_deep_picture.py), and what it
says about the run is put into words, with the control to move (ch06_deep_diagnosis.py).
"""

from functools import partial
from gettext import gettext as _

from .ch04_training import ACTIVATIONS, HE, OPTIMIZERS, FirstWeights, check_digits
from .ch06_deep_diagnosis import describe_deep_lab
from .ch06_deep_picture import draw_deep_lab
from .ch06_deep_run import DEEPEST, READ_AT, run_deep_lab
from .shell import RunPanel, Scrubber, Several, choice, log_slider, slider, toggle

NEWEST = len(READ_AT) - 1
WIDTHS = (50, 100)


class Replay(RunPanel):
    """A RunPanel with controls that change nothing in a run, but how it is looked at.

    `look(data, **values)` puts the values of these controls, `views`, into what the run yields: at
    each picture while it runs, and whenever one of them moves, later, too. views: name -> the value
    that it goes back to when a run begins, or None.
    """

    def __init__(self, *, look, views, **options):
        self._look, self._views = look, views
        super().__init__(**options)

    def _viewed(self):
        return {name: self.controls[name].value for name in self._views}

    def _show(self, data):
        self._seen = self._viewed()
        super()._show(self._look(data, **self._seen))

    def _update(self):
        if self._has_run and self._viewed() != self._seen:
            with self._lock, self._errors_said():
                self._show(self.data)
        super()._update()

    def _begin(self):
        self.set(**{name: value for name, value in self._views.items() if value is not None})
        return super()._begin()

    def _then_and_now(self):
        settings = [name for name in self.controls if name not in self._views]
        return ((self.controls[name].value, self._ran_with[name]) for name in settings)

    def open_at(self, **values):
        """Starts anew with these values, before a run; a run that goes on ends unseen."""
        self.stop()
        self._stopped, self._has_run, self._helper.busy = None, False, False
        with self._hold():
            self.set(**values)
            self._changed_while_held = True
        self.start_values = self.values
        self._name_preset()
        self._tell(_("not run yet"))


def at_moment(data, moment):
    """The data, looked at after so many readings; at the newest one if there are fewer."""
    return data._replace(moment=min(moment, len(data.run.readings) - 1))


def deep_lab_panel(x_train, t_train, x_test, t_test, *, hide=(), **start):
    """The lab for these digits: images (N, 784), labels (N,) or one-hot (N, 10)."""
    digits = check_digits(x_train, t_train, x_test, t_test)
    network = Several(
        _("network"),
        [
            choice(_("activation"), {_(name): name for name in ACTIVATIONS}, "ReLU"),
            slider(_("hidden layers"), 1, DEEPEST, 1, 5),
            choice(_("units in each"), WIDTHS, 100),
            toggle(_("batch norm")),
        ],
        widths=(160, 220, 140, 110),
    )
    relu, relu_normed = (("ReLU", 5, 100, norm) for norm in (False, True))
    sigmoid, sigmoid_normed = (("sigmoid", 5, 100, norm) for norm in (False, True))
    cases = {
        _("ReLU, std 0.01: asleep"): (0.01, 0.01, relu, "SGD"),
        _("ReLU, woken by He"): (0.01, HE, relu, "SGD"),
        _("ReLU, woken by batch norm and lr 0.1"): (0.1, 0.01, relu_normed, "SGD"),
        _("ReLU, std 1: beyond all numbers"): (0.01, 1.0, relu, "SGD"),
        _("ReLU, He, steps too small"): (1e-4, HE, relu, "SGD"),
        _("ReLU, He, steps too large"): (1.0, HE, relu, "SGD"),
        _("ReLU, He, a tenth of them: lr 0.1"): (0.1, HE, relu, "SGD"),
        _("sigmoid, He: asleep"): (0.01, HE, sigmoid, "SGD"),
        _("sigmoid, woken by batch norm and lr 0.1"): (0.1, HE, sigmoid_normed, "SGD"),
        _("sigmoid, woken by Adam"): (0.01, HE, sigmoid, "Adam"),
    }
    names = ("lr", "weights", "network", "optimizer")
    panel = Replay(
        title=_("Deep lab"),
        run=partial(run_deep_lab, digits=digits, memory={}),
        look=at_moment,
        views={"moment": NEWEST},
        controls={
            "lr": log_slider(_("learning rate"), -4, 1, 0.1, 0.01),
            "weights": FirstWeights(_("first weights"), 0.01),
            "network": network,
            "optimizer": choice(_("optimizer"), OPTIMIZERS),
            "moment": Scrubber(_("look back"), NEWEST, NEWEST, interval=80),
        },
        draw=draw_deep_lab,
        describe=describe_deep_lab,
        figsize=(10.4, 5.4),
        narrow=(3.6, 9.6),
        lecture=(7.2, 2.95),
        touch={"loss": grab_moment, "accuracy": grab_moment},
        presets={name: dict(zip(names, case, strict=True)) for name, case in cases.items()},
        hide=hide,
    )
    return panel.start(start)


def grab_moment(hand, values):
    """A hand on the curves looks back at the step under it; arrow keys go by readings."""
    if hand.x is None:
        return {"moment": values["moment"] + hand.dx}
    nearest = min(range(len(READ_AT)), key=lambda i: abs(READ_AT[i] - hand.x))
    return {"moment": nearest}

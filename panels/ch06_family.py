"""The family tree of optimizers, drawn: who inherits what from whom (book 6.1)."""

from gettext import gettext as _

from .shell.style import GREY, LOOKS, NORMAL, SMALL

PLACES = {
    "GD": (0.0, 1.0),
    "SGD": (1.05, 1.0),
    "Momentum": (2.15, 2.0),
    "Nesterov": (3.3, 2.7),
    "AdaGrad": (2.15, 0.0),
    "RMSprop": (3.3, 0.5),
    "AdaDelta": (3.3, -1.0),
    "Adam": (4.4, 1.1),
    "Nadam": (5.5, 2.0),
}
CHILDREN = (
    ("GD", "SGD"),
    ("SGD", "Momentum"),
    ("Momentum", "Nesterov"),
    ("SGD", "AdaGrad"),
    ("AdaGrad", "RMSprop"),
    ("AdaGrad", "AdaDelta"),
    ("RMSprop", "Adam"),
    ("Momentum", "Adam"),
    ("Adam", "Nadam"),
    ("Nesterov", "Nadam"),
)


def draw_family(axes):
    """Draws the tree on these axes and returns it in words. Dashed: not in `common`."""
    news = {
        "GD": _("the slope over\nall samples"),
        "SGD": _("a batch\nat a time"),
        "Momentum": _("remembers\nthe direction"),
        "Nesterov": _("looks\nahead first"),
        "AdaGrad": _("a step size\nper weight"),
        "RMSprop": _("forgets\nold slopes"),
        "AdaDelta": _("no learning\nrate to choose"),
        "Adam": _("direction\nand step size"),
        "Nadam": _("looks\nahead first"),
    }
    axes.set(xlim=(-0.45, 5.95), ylim=(-1.95, 3.3), position=(0.01, 0, 0.98, 1))
    axes.set_axis_off()
    for parent, child in CHILDREN:
        arrow = {"arrowstyle": "-|>", "color": GREY, "shrinkA": 28, "shrinkB": 28}
        axes.annotate("", PLACES[child], PLACES[parent], arrowprops=arrow)
    for name, (x, y) in PLACES.items():
        box = {"boxstyle": "round,pad=0.4", "facecolor": "white", "linewidth": 1.8}
        if name in LOOKS:
            box["edgecolor"] = LOOKS[name].color
            axes.plot(x, y + 0.4, LOOKS[name].marker, color=LOOKS[name].color, zorder=6)
        else:
            box |= {"edgecolor": GREY, "linestyle": "--", "linewidth": 1.2}
        axes.text(x, y, name, ha="center", va="center", fontsize=NORMAL, bbox=box)
        axes.text(x, y - 0.32, news[name], ha="center", va="top", fontsize=SMALL, color="#333333")
    text = ", ".join(f"{parent} → {child}" for parent, child in CHILDREN)
    axes.figure.set_label(_("The family of optimizers: {tree}.").format(tree=text))
    return text

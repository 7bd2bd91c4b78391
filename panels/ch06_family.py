"""The family tree of optimizers, drawn: who inherits what from whom (book 6.1)."""

from gettext import gettext as _

from .shell.style import BLUE, GREEN, GREY, NORMAL, PURPLE, SMALL

# name -> (x, y, what is new)
MEMBERS = {
    "GD": (0.0, 1.0, _("the slope over\nall samples")),
    "SGD": (1.1, 1.0, _("a batch\nat a time")),
    "Momentum": (2.2, 1.9, _("remembers\nthe direction")),
    "Nesterov": (3.3, 2.6, _("looks\nahead first")),
    "AdaGrad": (2.2, 0.0, _("a step size\nper weight")),
    "RMSprop": (3.3, 0.0, _("forgets\nold slopes")),
    "Adam": (4.4, 1.0, _("direction\nand step size")),
}
CHILDREN = (
    ("GD", "SGD"),
    ("SGD", "Momentum"),
    ("Momentum", "Nesterov"),
    ("SGD", "AdaGrad"),
    ("AdaGrad", "RMSprop"),
    ("RMSprop", "Adam"),
    ("Momentum", "Adam"),
)
COLORS = {"Momentum": BLUE, "Nesterov": BLUE, "AdaGrad": GREEN, "RMSprop": GREEN, "Adam": PURPLE}


def draw_family(axes):
    """Draws the tree on these axes and returns it in words."""
    axes.set(xlim=(-0.55, 4.95), ylim=(-0.75, 2.95))
    axes.set_axis_off()
    for parent, child in CHILDREN:
        start, end = MEMBERS[parent][:2], MEMBERS[child][:2]
        arrow = {"arrowstyle": "-|>", "color": GREY, "shrinkA": 30, "shrinkB": 32}
        axes.annotate("", end, start, arrowprops=arrow)
    for name, (x, y, news) in MEMBERS.items():
        box = {"boxstyle": "round,pad=0.4", "facecolor": "white", "linewidth": 1.6}
        box["edgecolor"] = COLORS.get(name, "black")
        axes.text(x, y, name, ha="center", va="center", fontsize=NORMAL + 1, bbox=box)
        axes.text(x, y - 0.3, news, ha="center", va="top", fontsize=SMALL, color="#333333")
    return ", ".join(f"{parent} → {child}" for parent, child in CHILDREN)

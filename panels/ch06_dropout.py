"""Dropout, drawn: every draw of the dice makes another, thinner network (book 6.4.3)."""

from gettext import gettext as _

import numpy as np

from common.layers import Dropout

from .shell.style import GREY, LIGHT, LOOKS, NORMAL, SMALL

UNITS = (4, 5, 5, 3)  # of the inputs, two hidden layers and the outputs


def draw_masks(samples, ratio, rng):
    """-> for each sample the mask of every hidden layer, as the layer of `common` draws it."""
    layers = [Dropout(ratio, rng=rng) for _units in UNITS[1:-1]]
    masks = []
    for _sample in range(samples):
        for layer, units in zip(layers, UNITS[1:-1], strict=True):
            layer.forward(np.ones((1, units)), train_flg=True)
        masks.append([layer.mask[0] for layer in layers])
    return masks


def draw_dropout(axes, ratio, rng):
    """On all axes but the last one a sample of the training, on the last one the test.

    Returns in words who is silent for which sample.
    """
    masks = draw_masks(len(axes) - 1, ratio, rng)
    for number, (ax, mask) in enumerate(zip(axes, masks, strict=False), start=1):
        _draw_network(ax, mask)
        ax.set_title(_("training, sample {n}").format(n=number), fontsize=NORMAL)
    _draw_network(axes[-1], [np.ones(units, bool) for units in UNITS[1:-1]], f"× {1 - ratio:g}")
    axes[-1].set_title(_("test: all speak, × {kept:g}").format(kept=1 - ratio), fontsize=NORMAL)
    silent = [
        _("sample {n}: silent {who}").format(n=number, who=_silent(mask))
        for number, mask in enumerate(masks, start=1)
    ]
    text = _("Networks with two hidden layers of five units. {samples}; at the test all speak.")
    axes[0].figure.set_label(text.format(samples="; ".join(silent)))
    return "\n".join(silent)


def _silent(mask):
    """The units that are off, counted from the top: a list a layer."""
    return ", ".join(
        _("{units} of layer {layer}").format(units=np.flatnonzero(~on) + 1, layer=layer)
        for layer, on in enumerate(mask, start=1)
    )


def _draw_network(axes, mask, word=""):
    on = [np.ones(UNITS[0], bool), *mask, np.ones(UNITS[-1], bool)]
    places = [[(x, (units - 1) / 2 - i) for i in range(units)] for x, units in enumerate(UNITS)]
    for x in range(len(UNITS) - 1):
        for start, speaks in zip(places[x], on[x], strict=True):
            for end, hears in zip(places[x + 1], on[x + 1], strict=True):
                if speaks and hears:
                    axes.plot(*zip(start, end, strict=True), color=GREY, linewidth=0.7, zorder=1)
    for x, column in enumerate(places):
        hidden = 0 < x < len(UNITS) - 1
        for place, speaks in zip(column, on[x], strict=True):
            fill = LOOKS["value"].color if speaks and hidden else "white"
            edge = LIGHT if not speaks else LOOKS["value"].color
            dot = {"markersize": 14, "markerfacecolor": fill, "markeredgecolor": edge}
            axes.plot(*place, "o", markeredgewidth=1.5, linestyle="none", zorder=2, **dot)
            if not speaks:
                axes.plot(*place, "x", color=GREY, markersize=9, markeredgewidth=1.8, zorder=3)
        if hidden:
            axes.text(x, -2.75, word, ha="center", fontsize=SMALL)
    axes.set(xlim=(-0.35, len(UNITS) - 0.65), ylim=(-2.9, 2.4))
    axes.set_axis_off()

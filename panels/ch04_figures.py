"""Chapter 4's still pictures: places where the slope is no signpost, and slopes as images."""

from gettext import gettext as _

import numpy as np

from .ch07_figures import Picture
from .shell import new_figure
from .shell.style import NORMAL, RED, SMALL, add_axes

REACH = np.linspace(-5, 5, 61)


def landscapes(functions):
    """Ground seen from the side, with a ball on it: {name: (f, (x0, x1))}, f as in the chapter."""
    figure = new_figure((6.8, 3.2))
    x0, x1 = np.meshgrid(REACH, REACH)
    places = np.stack([x0, x1], axis=-1)
    told = []
    for i, (name, (f, place)) in enumerate(functions.items()):
        box = (i / len(functions), 0.03, 0.96 / len(functions), 0.9)
        axes = figure.add_axes(box, projection="3d", computed_zorder=False)
        heights = np.apply_along_axis(f, -1, places)
        axes.plot_surface(
            x0, x1, heights, cmap="Blues_r", rcount=31, ccount=31, linewidth=0.3,
            edgecolor="#5b7f9c", zorder=1,
        )  # fmt: skip
        height = float(f(np.array(place)))
        lift = 0.03 * np.ptp(heights)
        axes.plot(*place, height + lift, "o", color=RED, markeredgecolor="black", markersize=9)
        axes.set_title(name, fontsize=NORMAL, y=0.98)
        axes.set_xlabel("x₀", fontsize=NORMAL)
        axes.set_ylabel("x₁", fontsize=NORMAL)
        axes.set(xticks=[-4, 0, 4], yticks=[-4, 0, 4])
        axes.tick_params(labelsize=SMALL)
        axes.zaxis.set_ticklabels([])
        axes.view_init(elev=28, azim=-58)
        told.append(_("{name}: a ball at {place}").format(name=name, place=place))
    return Picture(figure, "; ".join(told) + ".")


def slopes_as_images(dW, neurons, side=28):
    """The slopes along the weights of some hidden neurons, each weight where its pixel is.

    dW: (side · side, hidden). One scale for all: red where a larger weight makes a larger loss.
    """
    images = [dW[:, i].reshape(side, side) for i in neurons]
    rows, largest = -(-len(images) // 3), max(np.abs(image).max() for image in images)
    figure = new_figure((5.8, 1.8 * rows))
    for k, (i, image) in enumerate(zip(neurons, images, strict=True)):
        row, column = divmod(k, 3)
        box = (0.28 * column + 0.005, 1 - (row + 0.97) / rows, 0.27, 0.83 / rows)
        axes = add_axes(figure, box)
        axes.set_title(f"neuron {i}", fontsize=NORMAL, loc="left", pad=3)
        drawn = axes.imshow(image, cmap="RdBu_r", vmin=-largest, vmax=largest)
        axes.set(xticks=[], yticks=[])
        for spine in axes.spines.values():
            spine.set(visible=True, color="#BBBBBB")
    scale = figure.colorbar(drawn, cax=figure.add_axes((0.85, 0.15, 0.02, 0.7)))
    scale.ax.tick_params(labelsize=SMALL)
    text = _("Slopes along the weights of {n} hidden neurons, from {low:.2g} to {high:.2g}.")
    low, high = (part(images) for part in (np.min, np.max))
    return Picture(figure, text.format(n=len(images), low=low, high=high))

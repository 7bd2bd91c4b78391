"""What the pictures of all panels share: colours for every eye, and axes without clutter.

The colours are Okabe and Ito's, told apart with any colour vision; use line styles and markers
beside them. Source: M. Okabe and K. Ito, "Color Universal Design", 2008.
"""

BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
PURPLE, SKY, YELLOW, BLACK = "#CC79A7", "#56B4E9", "#F0E442", "#000000"
GREY, LIGHT = "#767676", "#D9D9D9"
CYCLE = (BLUE, RED, GREEN, PURPLE, ORANGE, SKY)
SMALL, NORMAL = 9, 10  # points; at 80 dpi 10 and 11 pixels


def add_axes(figure, box, *, title="", xlabel="", ylabel="", frame=True):
    """Axes in `box` = (left, bottom, width, height), shares of the figure, with quiet lines."""
    axes = figure.add_axes(box)
    axes.set_title(title, fontsize=NORMAL, loc="left")
    axes.set_xlabel(xlabel, fontsize=SMALL)
    axes.set_ylabel(ylabel, fontsize=SMALL)
    axes.tick_params(labelsize=SMALL, colors="#333333", length=3)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    if not frame:
        axes.set_axis_off()
    return axes

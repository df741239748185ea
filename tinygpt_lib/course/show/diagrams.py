"""Diagrams of a network's insides: one neuron with its numbers on it, and matrices drawn with their shapes."""

from matplotlib.patches import FancyBboxPatch, Rectangle

from tinygpt_lib.course.show import plots

PLACES = {  # where each number of a neuron with two inputs stands: (column, row)
    "x1": (0, 4), "w1": (0, 3), "x2": (0, 2), "w2": (0, 1), "b": (1, 0),
    "x1 w1": (1, 3.5), "x2 w2": (1, 1.5), "y": (2, 2), "L": (3, 2),
}  # fmt: skip
ARROWS = (
    ("x1", "x1 w1", "×"), ("w1", "x1 w1", "×"), ("x2", "x2 w2", "×"), ("w2", "x2 w2", "×"),
    ("x1 w1", "y", "+"), ("x2 w2", "y", "+"), ("b", "y", "+"), ("y", "L", "(y − 1)²"),
)  # fmt: skip
SIZES = {"B": 4, "I": 2, "O": 3}  # how many squares an axis of that name gets
AXIS_COLOURS = {"B": plots.BLUE, "I": plots.ORANGE, "O": plots.GREEN}


def neuron_graph(values, slopes=None, title="One neuron"):
    """A neuron with two inputs as a graph, each number in a box: name, value and, if given, the slope of the loss.

    values, slopes: name -> number, for names of PLACES; a name that is missing is not drawn. Returns the figure.
    """
    figure, ax = plots.axes(title, "", "", width=7.2, height=4.2)
    width, height = 0.56, 0.74
    for name, (column, row) in PLACES.items():
        if name in values:
            box = (column - width / 2, row - height / 2), width, height
            ax.add_patch(FancyBboxPatch(*box, boxstyle="round,pad=0.02", facecolor="#f4f8fb", edgecolor=plots.GREY))
            up = 0.14 if slopes else 0
            value = f"{name} = {values[name]:.4g}".replace("-", "−")
            ax.text(column, row + up, value, ha="center", va="center", fontsize=10)
            if slopes:
                slope = f"slope {slopes[name]:.4g}".replace("-", "−")
                ax.text(column, row - 0.2, slope, ha="center", va="center", fontsize=9, color=plots.RED)
    for start, end, _ in ARROWS:
        if {start, end} <= values.keys():
            (x, y), (to_x, to_y) = PLACES[start], PLACES[end]
            ends = {"xy": (to_x - width / 2 - 0.03, to_y), "xytext": (x + width / 2 + 0.03, y)}
            ax.annotate("", **ends, arrowprops={"arrowstyle": "->", "color": plots.GREY})
    for end, sign in {end: sign for _, end, sign in ARROWS}.items():
        if end in values:
            column, row = PLACES[end]
            ax.text(column, row + height / 2 + 0.13, sign, ha="center", va="center", fontsize=11, color=plots.BLUE)
    ax.set(xlim=(-0.4, 3.4 if "L" in values else 2.4), ylim=(-0.6, 4.6))
    ax.axis("off")
    return figure


def matrix_shapes(lines, title):
    """Products of matrices as rectangles of squares, a line for each. Returns the figure.

    lines: lists of signs such as "@" or "=" and of matrices (name, axes), axes being one or two letters of SIZES:
    ("W", "IO") has I rows and O columns, ("b", "O") one row.
    """
    figure, ax = plots.axes(title, "", "", width=7.2, height=1.75 * len(lines) + 0.3)
    square, widest, top = 0.34, 0, 0.0
    for line in lines:
        x, middle = 0.4, top - 0.95
        for part in line:
            if isinstance(part, str):
                ax.text(x + 0.3, middle, part, ha="center", va="center", fontsize=13)
                x += 0.95
                continue
            name, axes = part
            rows, columns = SIZES[axes[0]] if len(axes) == 2 else 1, SIZES[axes[-1]]
            low = middle - rows * square / 2
            for r in range(rows):
                for c in range(columns):
                    corner = x + c * square, low + r * square
                    ax.add_patch(Rectangle(corner, square, square, facecolor="#eef4f9", edgecolor=plots.GREY))
            centre = x + columns * square / 2
            ax.text(centre, low - 0.2, name, ha="center", va="center", fontsize=11, family="monospace")
            letter = {"ha": "center", "va": "center", "fontsize": 10, "fontweight": "bold"}
            ax.text(centre, low + rows * square + 0.15, axes[-1], color=AXIS_COLOURS[axes[-1]], **letter)
            if len(axes) == 2:
                ax.text(x - 0.16, middle, axes[0], color=AXIS_COLOURS[axes[0]], **letter)
            x += columns * square + 0.35
        widest, top = max(widest, x), top - 2.05
    ax.set(xlim=(0, widest), ylim=(top, 0.05), aspect="equal")
    ax.axis("off")
    return figure

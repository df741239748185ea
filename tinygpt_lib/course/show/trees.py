"""A tree of what might come next: every path of tokens with its probability."""

from tinygpt_lib.checks import cut, shown
from tinygpt_lib.course.show import plots

GREEDY, LIKELIEST, OTHER = plots.ORANGE, plots.BLUE, plots.GREY


def tree(ax, chances, tok, root):
    """Draw paths of tokens as a tree from left to right, the likelier branch of each fork above.

    chances: {(id, ...): the path's probability}, every path with all its beginnings, () among them; paths that go on
    are of one length. Beside each token stands the probability of this step, at the right end that of the whole path.
    The greedy path, always the likelier step, is orange; the likeliest whole path is blue. `root`: the text before.
    """
    steps = max(map(len, chances))
    missing = [path for path in chances if path and path[:-1] not in chances]
    if steps < 1 or missing or () not in chances:
        raise ValueError(f"the paths lack the beginning of {shown(missing[:1] or steps)}: give all beginnings, and ()")
    by_size = lambda path: [-chances[path[: n + 1]] for n in range(len(path))]
    leaves = sorted((path for path in chances if len(path) == steps), key=by_size)
    likeliest = max(leaves, key=chances.get)
    heights = {
        path: sum(inside) / len(inside)
        for path in chances
        if (inside := [row for row, leaf in enumerate(leaves) if leaf[: len(path)] == path])
    }
    for path in sorted(heights, key=lambda path: path in (leaves[0][: len(path)], likeliest[: len(path)])):
        colour, bold = OTHER, "normal"
        for colour_of, whole in ((GREEDY, leaves[0]), (LIKELIEST, likeliest)):
            if path == whole[: len(path)]:
                colour, bold = colour_of, "bold"
        x, y = len(path), heights[path]
        if path:
            ax.plot([x - 0.58, x - 0.1], [heights[path[:-1]], y], color=colour, linewidth=1 if colour == OTHER else 2.5)
            share = f"{chances[path] / chances[path[:-1]]:.0%}"
            ax.text(x + 0.08, y, share, va="center", fontsize=9, color=colour, **plots.PLAIN)
        name = plots.visible(tok.token_text(path[-1])) if path else cut(plots.visible(root), 30)
        ax.text(
            x if path else 0.36, y, name, ha="center" if path else "right", va="center", fontsize=12, color=colour,
            weight=bold, family="monospace", **plots.PLAIN,
        )  # fmt: skip
        if len(path) == steps:
            whole = f"= {chances[path]:.1%}"
            ax.text(x + 0.42, y, whole, va="center", fontsize=10, color=colour, weight=bold, **plots.PLAIN)
    ax.set(xlim=(-0.4, steps + 0.8), ylim=(len(leaves) - 0.5, -0.5))
    ax.set_axis_off()

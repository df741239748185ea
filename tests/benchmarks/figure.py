"""The benchmarks as one figure, for the README."""

from tinygpt_lib.course.show import plots
from tinygpt_lib.course.stored import DATA
from tinygpt_lib.files import write_atomically

PATH = DATA / "images" / "benchmarks.png"
LOOKS = {"PyTorch": (plots.ORANGE, "o"), "JAX": (plots.GREEN, "s"), "Hugging Face": (plots.PURPLE, "D")}


def draw(facts):
    """facts: what `make bench` measured. Left the rivals' times over ours, right how our own times grow."""
    figure, (left, right) = plots.axes("", "", "", width=14, height=5.4, columns=2)
    ratios(left, facts["compared"])
    growth(right, facts["growth"])
    write_atomically(PATH, plots.png(figure))


def ratios(ax, compared):
    rows = [
        (f"{what.split(',')[0]}: {case}", entry)
        for what, cases in compared.items()
        for case, entry in cases.items()
        if LOOKS.keys() & entry.keys()
    ]
    for row, (_, entry) in enumerate(rows):
        for rival, (colour, marker) in LOOKS.items():
            if rival in entry:
                ax.plot(entry[rival], row, marker, color=colour, markersize=8)
    for rival, (colour, _) in LOOKS.items():
        row = next(row for row, (_, entry) in enumerate(rows) if rival in entry)
        ax.annotate(
            rival, (rows[row][1][rival], row), xytext=(0, 8), textcoords="offset points", ha="center", color=colour
        )
    ax.axvline(1, color=plots.GREY, linestyle="--", linewidth=1)
    plots.log_x(ax, (0.25, 0.5, 1, 2, 4, 8))
    ax.set(title="Others beside ours, one core", xlabel="times as long as ours (left of the line: quicker than ours)")
    ax.set_yticks(range(len(rows)), [case for case, _ in rows], fontsize=9)
    ax.set_ylim(len(rows) - 0.4, -1)


def growth(ax, grown):
    for colour, (what, seconds) in zip(plots.COLOURS, grown.items()):
        sizes = [int(size) for size in seconds]
        times = list(seconds.values())
        plots.line(
            ax, [size / sizes[0] for size in sizes], [taken / times[0] for taken in times], what, colour, marker="o"
        )
    plots.log_x(ax, (1, 2, 4, 8, 16, 32))
    ax.set_yscale("log")
    ax.set_yticks((1, 2, 4, 8, 16, 32), (1, 2, 4, 8, 16, 32))
    ax.minorticks_off()
    ax.set(title="How our times grow", xlabel="times as large", ylabel="times as long")
    ax.set_xlim(right=ax.get_xlim()[1] * 20)

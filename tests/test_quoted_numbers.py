"""Each figure that a text quotes is one that a cell beside it prints, or says where it comes from.

A figure is a number with decimals or a thousands comma, or a percentage, in the prose of a notebook: not in formulas,
code or links, and not the 95 % of an interval. It agrees with a printed number, with one in the code, or with a setting
of a stored experiment that the notebook loads, if it is that number rounded (a percentage also with the fraction). What
a notebook cannot print is in its cell's metadata, with a reason: `quoted: {figure: source}`.
"""

import re
from pathlib import Path

import pytest

from notebooks import PATHS, code_cells, name, read
from tinygpt_lib.course.experiments.grid import stored

FIGURE = re.compile(
    r"(?<![\w.,/-])[-+−]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|(?<![\w.,/-])[-+−]?\d+\.\d+|(?<![\w.,/-])[-+−]?\d+(?= ?%)"
)
ANY = re.compile(r"(?<![\w.])\d[\d,_]*(?:\.\d+)?(?:e-?\d+)?|\.\d+")
NOT_PROSE = re.compile(r"```.*?```|`[^`]*`|\$\$.*?\$\$|\$[^$]*\$|\]\([^)]*\)|https?://\S+|<!--.*?-->", re.S)


def value(figure) -> float:
    return abs(float(figure.replace(",", "").replace("_", "").replace("−", "-")))


def decimals(figure) -> int:
    return len(figure.partition(".")[2])


def sources(path) -> list[float]:
    """All numbers that a notebook's cells hold or print."""
    texts = []
    for grid in set(re.findall(r'load\("(\w+)"\)', "\n".join(cell.source for cell in code_cells(path)))):
        texts += [str(entry["settings"]) for entry in stored(grid)["conditions"].values()]
    for cell in code_cells(path):
        texts.append(cell.source)
        for output in cell.outputs:
            texts.append(output.get("text", "") or output.get("data", {}).get("text/plain", ""))
    found = ANY.findall("\n".join(texts))
    return sorted({value(number.rstrip(",_")) for number in found})


def supported(figure, percent, known) -> bool:
    unit = 10 ** -decimals(figure)
    wanted = value(figure)
    scales = (1, 100) if percent else (1,)
    return any(abs(number * scale - wanted) <= 0.5001 * unit for number in known for scale in scales)


def quoted_in(text):
    """The figures in a text's prose: (figure, whether it is a percentage)."""
    prose = NOT_PROSE.sub(" ", text)
    for found in FIGURE.finditer(prose):
        after = prose[found.end() :].lstrip()
        if not re.match(r"%\s+(t-)?intervals?", after):
            yield found[0], after.startswith("%")


@pytest.mark.parametrize("path", PATHS, ids=name)
def test_figures_in_the_text_are_printed_or_have_a_source(path):
    known, missing = sources(path), {}
    for cell in read(path).cells:
        if cell.cell_type == "markdown":
            told = cell.metadata.get("quoted", {})
            assert all(len(source.split()) >= 2 for source in told.values()), "a source is more than a word"
            lost = [f for f, percent in quoted_in(cell.source) if f not in told and not supported(f, percent, known)]
            if lost:
                missing[cell.id] = lost
    assert missing == {}


def test_the_readme_quotes_no_figure_that_could_grow_old():
    """It describes; the numbers are in the notebooks, where cells print them."""
    readme = Path(__file__).parents[1] / "README.md"
    text = re.sub(r"Python \d\.\d+", "Python", readme.read_text(encoding="utf-8"))
    assert [figure for figure, _ in quoted_in(text)] == []

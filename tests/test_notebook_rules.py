"""Rules every stored notebook keeps, so that running them checks something and reading them is a pleasure."""

import pkgutil
import re

import pytest

from notebooks import LESSONS, NOTEBOOKS, PATHS, SOLUTIONS, code_cells, name, read, solution, tags
from tinygpt_lib.course.experiments.__main__ import GRIDS
from tinygpt_lib.course.make.models import SETTINGS
from tinygpt_lib.course.make.notebooks import long_lines

COMPARED = "nbval-check-output"
PICTURE = re.compile(r"!\[(.*?)\]\(")
LINK = re.compile(r"\]\((?!https?://)([^)#]+)")

every_notebook = pytest.mark.parametrize("path", PATHS, ids=name)
every_lesson = pytest.mark.parametrize("path", [path for path in LESSONS if not path.name.startswith("00")], ids=name)
MODULE = re.compile(r"tinygpt_lib(?:\.\w+)+")
IMPORT = re.compile(r"^(?:from|import) ", re.M)

ANSWER_TO_PREDICT = re.compile(r"<details><summary>An answer to compare with</summary>\n\n.+?\n\n</details>", re.S)
FOLDED_ANSWER = re.compile(r"<details><summary>Answer</summary>\n\n(.+?)\n\n</details>", re.S)


def has_figure(cell):
    return any(kind.startswith("image/") for output in cell.get("outputs", []) for kind in output.get("data", {}))


def test_there_are_notebooks():
    solved = {path.relative_to(SOLUTIONS) for path in SOLUTIONS.rglob("*.ipynb")}
    assert len(LESSONS) >= 12 and len(solved) >= 11
    assert solved <= {solution(path).relative_to(SOLUTIONS) for path in LESSONS}


@every_notebook
def test_run_once_from_top_to_bottom(path):
    counts = [cell.execution_count for cell in code_cells(path)]
    assert counts == list(range(1, len(counts) + 1))


@every_notebook
def test_enough_outputs_are_compared(path):
    compared = [cell for cell in code_cells(path) if COMPARED in tags(cell)]
    least = 3 if path not in LESSONS or path.name.startswith("00") else 5
    assert len(compared) >= least
    assert [cell.id for cell in compared if not cell.outputs] == [], "compared cells that print nothing check nothing"


@every_notebook
def test_no_errors_and_nothing_on_stderr(path):
    outputs = [output for cell in code_cells(path) for output in cell.outputs]
    assert [o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"] == []


@every_notebook
def test_no_widgets_are_stored(path):
    notebook = read(path)
    assert "widgets" not in notebook.metadata
    kinds = {kind for cell in code_cells(path) for output in cell.outputs for kind in output.get("data", {})}
    assert not any("widget" in kind for kind in kinds)


@every_notebook
def test_pictures_have_alt_text(path):
    text = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    assert [alt for alt in PICTURE.findall(text) if not alt.strip()] == []


@every_notebook
def test_figures_are_described(path):
    cells = read(path).cells
    for cell, after in zip(cells, [*cells[1:], None]):
        if has_figure(cell):
            described = after is not None and after.cell_type == "markdown" and "**Figure:**" in after.source
            assert described, f"the figure of cell {cell.id} has no text cell with 'Figure:' after it"


@every_notebook
def test_local_links_lead_somewhere(path):
    text = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    assert [link for link in LINK.findall(text) if not (path.parent / link).exists()] == []


@every_notebook
def test_cells_are_short(path):
    lengths = {cell.id: sum(1 for line in cell.source.splitlines() if line.strip()) for cell in code_cells(path)}
    assert {id: length for id, length in lengths.items() if length > 25} == {}


@every_notebook
def test_imports_are_few(path):
    cells = code_cells(path)
    assert sum(len(IMPORT.findall(cell.source)) for cell in cells) <= 9


@every_notebook
def test_printed_lines_are_short(path):
    """Ninety characters fit beside the list of files in a narrow window."""
    assert list(long_lines(read(path))) == []


@every_notebook
def test_a_seed_is_a_random_one(path):
    """The project that this course follows is "the original"; a seed is what a random generator starts from."""
    text = "\n".join(cell.source for cell in read(path).cells)
    assert (
        re.findall(r"[Ss]eed's|\*the seed\*|[Tt]he seed(?= (?:tried|did|says|found|called|had|used|noted))", text) == []
    )


@every_notebook
def test_what_the_text_names_is_there(path):
    text = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    for module in MODULE.findall(text):
        assert pkgutil.resolve_name(module), module
    assert set(re.findall(r"make results NAME=(\w+)", text)) <= GRIDS.keys()
    assert set(re.findall(r"make models NAME=(\w+)", text)) <= SETTINGS.keys()


@every_lesson
def test_opens_and_closes_as_promised(path):
    text = [cell.source for cell in read(path).cells if cell.cell_type == "markdown"]
    for promise in ("**You will** ", "**You will learn**", "**You need**", "**Time:**"):
        assert promise in text[0]
    whole = "\n".join(text)
    for section in ("## What to remember", "## Exercises", "## Further reading", "**Next:**"):
        assert section in whole
    cards = re.findall(r"^### Exercise \d · .+ \*\((easy|medium|hard), \d+ minutes", whole, re.M)
    assert 2 <= len(cards) <= 4


@pytest.mark.parametrize("path", LESSONS, ids=name)
def test_each_prediction_has_an_answer_to_compare_with(path):
    cells = [cell.source for cell in read(path).cells if cell.cell_type == "markdown"]
    asked = {source: source.count("**Predict") for source in cells if "see **Predict**" not in source}
    answers = {source: len(ANSWER_TO_PREDICT.findall(source)) for source in asked}
    assert [source for source in asked if asked[source] != answers[source]] == []
    assert sum(asked.values()) >= (1 if path.name.startswith("00") else 4)


@every_lesson
def test_questions_have_answers_that_say_why(path):
    whole = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    section = re.search(r"^## Questions$(.*?)^## Exercises$", whole, re.M | re.S)[1]
    parts = re.split(r"^\*\*\d\. ", section, flags=re.M)[1:]
    assert 3 <= len(parts) <= 5
    for part in parts:
        assert all(f"({option}) " in part for option in "abc"), part
        answer = FOLDED_ANSWER.search(part)
        assert answer and len(answer[1].split()) >= 15, part


@every_lesson
def test_exercises_are_stubs_with_checks(path):
    cells = code_cells(path)
    stubs = [n for n, cell in enumerate(cells) if "exercise" in tags(cell)]
    assert 1 <= len(stubs) <= 2
    for n in stubs:
        function = re.match(r"def (\w+)", cells[n].source)[1]
        assert cells[n].source.endswith("...") and cells[n + 1].source == f"check.{function}({function})"
        assert "Not attempted" in cells[n + 1].outputs[0].text


@every_lesson
def test_has_solutions(path):
    assert solution(path).is_file()


def minutes(path) -> tuple[int, int]:
    """What a notebook says of its own length: minutes to read, and those of its exercises together."""
    text = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    cards = re.findall(r"^### Exercise \d · .+ \*\(\w+, (\d+) minutes", text, re.M)
    return int(re.search(r"\*\*Time:\*\* about (\d+) minutes", text)[1]), sum(map(int, cards))


def test_the_maps_give_each_notebooks_own_times():
    first = "\n".join(cell.source for cell in read(NOTEBOOKS / "00_start_here.ipynb").cells)
    readme = (NOTEBOOKS.parent / "README.md").read_text(encoding="utf-8")
    for path in LESSONS:
        if path.parent == NOTEBOOKS and not path.name.startswith("00"):
            reading, doing = minutes(path)
            assert re.search(rf"\({path.name}\) \|.*\| {reading} \| {doing} \|$", first, re.M), path.name
            assert re.search(rf"\(notebooks/{path.name}\) \|.*\| {reading} min \| \d+ s \|$", readme, re.M), path.name

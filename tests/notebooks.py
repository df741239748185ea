"""What the tests share about notebooks: where they are, and how to take code out of them."""

import nbformat

from tinygpt_lib.course.make.notebooks import find
from tinygpt_lib.course.stored import NOTEBOOKS

PATHS = list(find([NOTEBOOKS]))
SOLUTIONS = NOTEBOOKS / "solutions"
LESSONS = [path for path in PATHS if SOLUTIONS not in path.parents]  # in the folder or in subfolders of it


def name(path) -> str:
    """A notebook's path below the folder of notebooks."""
    return path.relative_to(NOTEBOOKS).as_posix()


def solution(path):
    """Where the solutions of a lesson's exercises are: at the same place below the folder of solutions."""
    return SOLUTIONS / path.relative_to(NOTEBOOKS)


def read(path):
    return nbformat.read(str(path), as_version=4)


def code_cells(path):
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def tags(cell):
    return cell.metadata.get("tags", [])


def run_cells(path, wanted) -> dict:
    """Run a notebook's first code cell (its imports) and then those tagged `wanted`; returns what they define."""
    cells = code_cells(path)
    namespace = {}
    for cell in [cells[0], *(cell for cell in cells[1:] if wanted in tags(cell))]:
        exec(compile(cell.source, f"{name(path)} {cell.id}", "exec"), namespace)
    return namespace

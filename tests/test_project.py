"""The shape of the project: one way through the modules, small files, argued-for packages, a whole help text."""

import ast
import io
import re
import tokenize
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
CORE = sorted((ROOT / "tinygpt_lib").glob("*.py"))
AIDS = ROOT / "tinygpt_lib" / "course"
COURSE = sorted(AIDS.rglob("*.py"))
BELOW = {  # room -> what it may import of the course beside itself
    "check": {"experiments", "assistant", "measures"},
    "make": {"assistant", "show", "stored"},
    "experiments": {"assistant", "measures", "stored"},
    "assistant": {"measures", "stored"},
    "measures": set(),
    "show": set(),
    "installation": {"stored"},
    "stored": set(),
    "__init__": {"stored"},
}


def code_lines(path) -> int:
    """Lines with code on them: no docstrings, comments or empty lines."""
    source = path.read_text(encoding="utf-8")
    lines = set()
    skipped = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in skipped:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
            lines -= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    return len(lines)


def test_the_core_is_small():
    """1,800 lines for the course's first eleven notebooks, 500 for attention and what a second kind of model asks."""
    assert sum(map(code_lines, CORE)) < 2300


def imported(path) -> set:
    """The rooms and modules of the course that a file imports, in the file or inside its functions."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        modules = []
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            modules = [f"{node.module}.{alias.name}" for alias in node.names]
        found |= {name.split(".")[2] for name in modules if name.startswith("tinygpt_lib.course.")}
    return found


@pytest.mark.parametrize("path", CORE, ids=lambda path: path.stem)
def test_the_core_does_not_need_the_course(path):
    assert imported(path) == set()


@pytest.mark.parametrize("path", COURSE, ids=lambda path: path.relative_to(AIDS).as_posix())
def test_each_room_imports_only_what_is_below_it(path):
    place = path.relative_to(AIDS).parts
    room = place[0].removesuffix(".py")
    assert imported(path) - {room} <= BELOW[room]


def test_no_room_is_below_itself():
    """Read upwards, the rooms stand in an order in which each comes after all that are below it."""
    placed = []
    while len(placed) < len(BELOW):
        free = [room for room, below in BELOW.items() if room not in placed and below <= set(placed)]
        assert free, f"{BELOW.keys() - set(placed)} import each other in a circle"
        placed += free


def test_every_room_says_what_belongs_in_it_and_has_tests():
    rooms = sorted(path.parent for path in COURSE if path.name == "__init__.py" and path.parent != AIDS)
    assert {room.name for room in rooms} == {name for name in BELOW if (AIDS / name).is_dir()}
    for room in rooms:
        assert len((ast.get_docstring(ast.parse((room / "__init__.py").read_text(encoding="utf-8"))) or "").split()) > 9
        assert list((ROOT / "tests" / "course" / room.name).glob("test_*.py"))


@pytest.mark.parametrize("path", [*CORE, *COURSE], ids=lambda path: path.relative_to(ROOT / "tinygpt_lib").as_posix())
def test_modules_are_short_and_say_what_they_are(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert code_lines(path) <= 200
    assert ast.get_docstring(tree)


def test_every_package_is_bounded_and_argued_for():
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    entries = [line for line in lines if line and not line.startswith("#")]
    assert len(entries) >= 5
    for line in entries:
        requirement, _, reason = line.partition("#")
        wanted = Requirement(requirement.strip())
        assert sorted(spec.operator for spec in wanted.specifier) == ["<", ">="], line
        assert len(reason.split()) >= 2, f"{wanted.name} has no reason"
        assert wanted.specifier.contains(metadata.version(wanted.name)), f"{wanted.name} is out of its range"


def test_nothing_but_the_agreed_folders():
    folders = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")}
    assert {name for name in folders if not name.endswith(".egg-info")} == {"data", "notebooks", "tests", "tinygpt_lib"}


def test_make_help_lists_every_target():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.M)[1].split()
    explained = re.findall(r"^([a-z-]+):.*## \w", makefile, re.M)
    assert sorted(phony) == sorted(explained)


def test_links_and_pictures_of_the_readme_exist():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?://|#)([^)]+)\)", readme)
    assert len(links) >= 5
    assert [link for link in links if not (ROOT / link).exists()] == []
    assert [alt for alt in re.findall(r"!\[(.*?)\]\(", readme) if not alt.strip()] == []

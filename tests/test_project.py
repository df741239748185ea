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
COURSE = sorted((ROOT / "tinygpt_lib" / "course").glob("*.py"))


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
    assert sum(map(code_lines, CORE)) < 1200


@pytest.mark.parametrize("path", CORE, ids=lambda path: path.stem)
def test_the_core_does_not_need_the_course(path):
    assert "tinygpt_lib.course" not in "".join(
        line for line in path.read_text(encoding="utf-8").splitlines() if re.match(r"\s*(from|import) ", line)
    )


@pytest.mark.parametrize("path", [*CORE, *COURSE], ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_modules_are_short_and_say_what_they_are(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert code_lines(path) <= 200
    assert path.name == "__init__.py" or ast.get_docstring(tree)


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

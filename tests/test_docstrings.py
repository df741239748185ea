"""Every example in a docstring does what it says."""

import doctest
import importlib
import pkgutil

import pytest

import tinygpt_lib

MODULES = sorted(module.name for module in pkgutil.walk_packages(tinygpt_lib.__path__, "tinygpt_lib."))
WITH_EXAMPLES = {f"tinygpt_lib.{name}" for name in ("bpe", "buffers", "corpus", "merges", "windows")}


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(name):
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0
    assert result.attempted >= (name in WITH_EXAMPLES)


def test_modules_with_examples_are_found():
    assert WITH_EXAMPLES <= set(MODULES)

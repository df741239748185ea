"""A file is written whole or not at all."""

import os

import pytest

from tinygpt_lib.files import write_atomically


@pytest.fixture
def path(tmp_path):
    """A file that holds b"old"."""
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    return path


def only_file(path):
    """The contents of `path`, which must be alone in its folder."""
    assert list(path.parent.iterdir()) == [path]
    return path.read_bytes()


@pytest.mark.parametrize("data", [b"", b"new", bytes(range(256)) * 1000])
@pytest.mark.parametrize("kind", [str, lambda path: path])
def test_writes_and_writes_over(path, data, kind):
    write_atomically(kind(path), data)
    assert only_file(path) == data


def test_writes_a_new_file(tmp_path):
    write_atomically(tmp_path / "b", b"x")
    assert only_file(tmp_path / "b") == b"x"


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
@pytest.mark.parametrize("function", ["replace", "fdopen"])
def test_a_failure_leaves_the_old_file_and_nothing_else(path, monkeypatch, function, error):
    def fail(*_):
        raise error("no room")

    monkeypatch.setattr(os, function, fail)
    with pytest.raises(error, match="no room"):
        write_atomically(path, b"new")
    assert only_file(path) == b"old"


def test_what_is_no_bytes_is_not_written(path):
    with pytest.raises(TypeError):
        write_atomically(path, "text")
    assert only_file(path) == b"old"

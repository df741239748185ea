"""A file is written whole or not at all."""

import os
import signal

import pytest
from helpers import interrupt

from tinygpt_lib.files import read_bytes, write_atomically


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


@pytest.mark.parametrize("error, said", [(OSError, ValueError), (KeyboardInterrupt, KeyboardInterrupt)])
@pytest.mark.parametrize("function", ["replace", "fsync"])
def test_a_failure_leaves_the_old_file_and_nothing_else(path, monkeypatch, function, error, said):
    def fail(*_):
        raise error("no room")

    monkeypatch.setattr(os, function, fail)
    with pytest.raises(said, match="no room"):
        write_atomically(path, b"new")
    assert only_file(path) == b"old"


def test_what_is_no_bytes_is_not_written(path):
    with pytest.raises(TypeError):
        write_atomically(path, "text")
    assert only_file(path) == b"old"


def test_a_link_stays_a_link_and_its_target_is_written(path):
    folder = path.parent / "folder"
    folder.mkdir()
    link, dangling = folder / "link", folder / "dangling"
    link.symlink_to(path)
    dangling.symlink_to(folder / "b")
    for place, target in ((link, path), (dangling, folder / "b")):
        write_atomically(place, b"new")
        assert place.is_symlink() and target.read_bytes() == b"new"
    assert {file.name for file in folder.iterdir()} == {"link", "dangling", "b"}


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755, 0o200])
def test_a_file_keeps_its_permissions(path, mode):
    path.chmod(mode)
    write_atomically(path, b"new")
    assert path.stat().st_mode & 0o777 == mode


@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_a_new_file_has_the_usual_permissions(tmp_path, mask):
    before = os.umask(mask)
    try:
        write_atomically(tmp_path / "b", b"x")
    finally:
        os.umask(before)
    assert (tmp_path / "b").stat().st_mode & 0o777 == 0o666 & ~mask


def a_pipe(path):
    path.unlink()
    os.mkfifo(path)


def a_folder(path):
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("make, kind", [(a_pipe, "a pipe or a device"), (a_folder, "a folder")])
def test_what_is_no_file_is_neither_read_nor_written(path, make, kind):
    make(path)
    before = path.stat().st_ino
    for use in (lambda: write_atomically(path, b"new"), lambda: read_bytes(path, 9)):
        with pytest.raises(ValueError, match=f"a.bin is {kind}, not a file"):
            use()
    assert path.stat().st_ino == before and list(path.parent.iterdir()) == [path]


def test_what_a_killed_writer_left_is_cleared_by_the_next(path):
    old, young, other = (path.parent / f".{name}.0a1b2c3d.tmp" for name in ("a.bin", "a.bin.x", "b.bin"))
    for file in (old, young, other):
        file.write_bytes(b"part")
    for file in (old, other):
        os.utime(file, (0, 0))
    write_atomically(path, b"new")
    assert {file.name for file in path.parent.iterdir()} == {"a.bin", young.name, other.name}


def test_reading(path, tmp_path):
    assert read_bytes(path, 3) == read_bytes(str(path), 3) == b"old"
    with pytest.raises(ValueError, match="a.bin has 3 bytes: at most 2 can be read"):
        read_bytes(path, 2)
    with pytest.raises(ValueError, match="there is no file .*b.bin: check the name"):
        read_bytes(tmp_path / "b.bin", 3)


@pytest.mark.parametrize("path", [None, 3, True, "", "a\0b", "\ud800", b"a", ["a"]])
def test_what_is_no_path_is_refused(path):
    with pytest.raises(ValueError, match="the path is .*: it must be the name of a file"):
        read_bytes(path, 1)
    with pytest.raises(ValueError, match="the path is .*: it must be the name of a file"):
        write_atomically(path, b"")


def test_an_interrupt_while_writing_is_raised_when_the_file_is_whole(path, monkeypatch):
    fsync, heard = os.fsync, signal.getsignal(signal.SIGINT)
    monkeypatch.setattr(os, "fsync", lambda handle: (interrupt(), fsync(handle)))
    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, b"new")
    assert only_file(path) == b"new"
    assert signal.getsignal(signal.SIGINT) is heard

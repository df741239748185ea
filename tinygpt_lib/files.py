"""Reading files that may be anything, and writing files whole or not at all."""

import os
import stat
import time
from contextlib import suppress
from pathlib import Path

from tinygpt_lib.checks import cut, file_path, shown_path
from tinygpt_lib.interrupts import held_off

LEFT_OVER = 600  # seconds after which a temporary file belongs to a writer that was killed


def read_bytes(path, most) -> bytes:
    """The contents of a file of at most `most` bytes; ValueError, in one sentence, if there is no such file."""
    path = file_path(path)
    try:
        found = _ordinary_file(path)
        if found is None:
            raise ValueError(f"there is no file {shown_path(path)}: check the name and the folder")
        if found.st_size > most:
            raise ValueError(f"{shown_path(path)} has {found.st_size:,} bytes: at most {most:,} can be read")
        return path.read_bytes()
    except (OSError, MemoryError) as error:
        raise ValueError(f"{shown_path(path)} cannot be read: {_reason(error)}") from None


def write_atomically(path, data: bytes):
    """Write `data` to `path`. A reader, or a crash half way, sees the old file or the new one, never a part.

    A link's target is written. A file keeps its permissions, a new one has the usual ones. An interrupt is raised when
    the file is whole. Raises ValueError, in one sentence, if it cannot be written; the old file is then as before.
    """
    path = Path(os.path.realpath(file_path(path)))
    try:
        with held_off():
            found = _ordinary_file(path)
            if found is not None and not os.access(path, os.W_OK):
                raise ValueError(f"cannot write {shown_path(path)}: it may only be read; choose another name")
            if not path.parent.is_dir():
                raise ValueError(
                    f"cannot write {shown_path(path)}: there is no folder {shown_path(path.parent)}; make it first"
                )
            _replace(path, data, found and stat.S_IMODE(found.st_mode))
    except OSError as error:
        raise ValueError(
            f"cannot write {shown_path(path)}: {_reason(error)}; make room or choose another place"
        ) from None


def _replace(path, data, mode):
    """Write a new file beside `path` and put it in its place. mode: its permissions (None: the usual ones)."""
    _clear_up(path)
    temporary = path.with_name(f".{path.name}.{os.urandom(4).hex()}.tmp")
    try:
        with open(
            temporary, "xb", opener=lambda name, flags: os.open(name, flags, 0o666 if mode is None else mode)
        ) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _clear_up(path):
    """Remove the temporary files of writers that were killed; a younger one may be another writer's, still at work."""
    with suppress(OSError):  # another writer may clear up at the same time
        for file in path.parent.iterdir():
            ours = file.name.startswith(f".{path.name}.") and file.suffix == ".tmp"
            if ours and time.time() - file.stat().st_mtime > LEFT_OVER:
                file.unlink()


def _reason(error):
    return cut(getattr(error, "strerror", None) or error) or "there is not enough memory"


def _ordinary_file(path):
    """What the system says of a file, None if there is none; ValueError for a folder, a pipe or a device."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(found.st_mode):
        kind = "a folder" if stat.S_ISDIR(found.st_mode) else "a pipe or a device"
        raise ValueError(f"{shown_path(path)} is {kind}, not a file: give the path of a file")
    return found

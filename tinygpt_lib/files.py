"""Writing files whole or not at all."""

import os
import tempfile
from pathlib import Path


def write_atomically(path, data: bytes):
    """Write `data` to `path`. A reader, or a crash half way, sees the old file or the new one, never a part."""
    path = Path(path)
    if not path.parent.is_dir():
        raise ValueError(f"cannot write {path}: there is no folder {path.parent}; make it first")
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(temporary, 0o644)  # temporary files are private; the file itself is an ordinary one
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise

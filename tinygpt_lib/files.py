"""Writing files whole or not at all."""

import os
import tempfile
from pathlib import Path


def write_atomically(path, data: bytes):
    """Write `data` to `path`. A reader, or a crash half way, sees the old file or the new one, never a part."""
    path = Path(path)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise

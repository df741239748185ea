"""A file of named arrays and a header, in NumPy's npz format: written by `pack`, and read with care.

What is read may come from anywhere. So the names, shapes and types of all arrays are known, and can be compared with
those expected, before any of their numbers is unpacked. No code in a file is ever run.
"""

import io
import json
import math
import re
import zipfile

import numpy as np

HEADER = "header"
MOST_HEADER = 2**23  # bytes
MOST_MEMBERS = 1000
# What stands before an array's numbers: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
START = re.compile(rb"\{'descr': '([<>|][fiu]\d+)', 'fortran_order': False, 'shape': \(([\d, ]*)\), \} *\n")


def pack(header, arrays) -> bytes:
    """The bytes of a file. header: what JSON can hold. arrays: name -> array."""
    file = io.BytesIO()
    arrays = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    np.savez_compressed(file, **{HEADER: np.frombuffer(json.dumps(header).encode("utf-8"), np.uint8)}, **arrays)
    return file.getvalue()


class Archive:
    """What `pack` made: `header`, and `kinds`, name -> (shape, dtype) of each array; ValueError if it is damaged."""

    def __init__(self, data):
        if data.count(b"PK\1\2") > MOST_MEMBERS:  # what each entry in a zip file's list of members begins with
            raise ValueError(f"it has more than {MOST_MEMBERS} parts")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            names = [name.removesuffix(".npy") for name in self._zip.namelist()]
            self.kinds = {name: self._kind(name) for name in names}
            (size,), dtype = self.kinds.pop(HEADER)
            if len(names) != len(self.kinds) + 1 or size > MOST_HEADER:
                raise ValueError
            self.header = json.loads(self._numbers(HEADER, (size,), dtype).tobytes())
            if not isinstance(self.header, dict):
                raise ValueError
        except MemoryError:
            raise
        except Exception:  # it fails in many ways, and what zip, NumPy or JSON say of it would help nobody
            raise ValueError("it is damaged, or something else") from None

    def __getitem__(self, name):
        """One array, read-only."""
        try:
            return self._numbers(name, *self.kinds[name])
        except MemoryError:
            raise
        except Exception:
            raise ValueError(f"its part {name} is damaged") from None

    def _kind(self, name):
        with self._open(name) as file:
            return _start(file)

    def _numbers(self, name, shape, dtype):
        with self._open(name) as file:
            _start(file)
            size = math.prod(shape) * dtype.itemsize
            data = file.read(size + 1)  # one more than there should be: so the end is reached and the checksum compared
        if len(data) != size:
            raise ValueError
        return np.frombuffer(data, dtype).reshape(shape)

    def _open(self, name):
        member = self._zip.getinfo(f"{name}.npy")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # others unpack more than asked for
            raise ValueError
        return self._zip.open(member)


def _start(file):
    """Shape and dtype of an array, which stand before its numbers."""
    start = file.read(10)  # b"\x93NUMPY", version 1.0, and how long the rest is
    found = START.fullmatch(file.read(int.from_bytes(start[8:], "little")))
    if start[:8] != b"\x93NUMPY\1\0" or not found:
        raise ValueError
    return tuple(map(int, re.findall(rb"\d+", found[2]))), np.dtype(found[1].decode())

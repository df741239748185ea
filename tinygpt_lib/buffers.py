"""Memory that is asked for once and used again at every step."""

import numpy as np


class Buffers:
    """Arrays by name. Asking again with no larger a first axis gives the same memory back, with its old contents.

    >>> buffers = Buffers()
    >>> a = buffers("sum", (4, 2), np.float32)
    >>> b = buffers("sum", (3, 2), np.float32)
    >>> np.shares_memory(a, b)
    True
    """

    def __init__(self):
        self._arrays = {}

    def __call__(self, name, shape, dtype):
        array = self._arrays.get(name)
        if array is None or array.shape[1:] != shape[1:] or len(array) < shape[0] or array.dtype != dtype:
            array = self._arrays[name] = np.empty(shape, dtype)
        return array[: shape[0]]

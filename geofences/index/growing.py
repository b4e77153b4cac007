"""Arrays with room at their end, so that adding to them does not copy them each time."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

_Kind = TypeVar("_Kind", bound=np.generic)
LEAST = 16


def room(array: NDArray[_Kind], size: int) -> NDArray[_Kind]:
    """The same, or one twice as long with the same at its beginning: of `size` rows at least."""
    if size <= len(array):
        return array
    longer: NDArray[Any] = np.zeros(
        (max(size, 2 * len(array), LEAST), *array.shape[1:]), array.dtype
    )
    longer[: len(array)] = array
    return longer

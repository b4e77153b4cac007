"""Fewer points for the same line, as it looks."""

from __future__ import annotations

import heapq
import math
from collections.abc import Collection, Sequence

from tracker.map.scene import Position


def thinned(line: Sequence[Position], kept: Collection[int], most: int) -> list[int]:
    """Indices of about `most` points, in order: those of `kept`, both ends, and of the others
    those that the line's shape needs most (Visvalingam: the point that spans the smallest triangle
    with its neighbours goes first). More than `most` only if `kept` alone is more.
    """
    count = len(line)
    if count <= most:
        return list(range(count))
    before, after = list(range(-1, count - 1)), list(range(1, count + 1))
    fixed = {0, count - 1, *kept}
    squash = math.cos(math.radians(line[0][1]))
    area = [0.0] * count
    queue: list[tuple[float, int]] = []

    def weigh(i: int, least: float) -> None:
        if i in fixed:
            return
        # A neighbour's removal never makes a point less important than what went before it.
        area[i] = max(least, _triangle(line[before[i]], line[i], line[after[i]], squash))
        heapq.heappush(queue, (area[i], i))

    for i in range(1, count - 1):
        weigh(i, 0.0)
    gone = bytearray(count)
    left = count
    while left > most and queue:
        size, i = heapq.heappop(queue)
        if gone[i] or size != area[i]:
            continue  # weighed anew since
        gone[i] = 1
        left -= 1
        a, b = before[i], after[i]
        after[a], before[b] = b, a
        weigh(a, size)
        weigh(b, size)
    return [i for i in range(count) if not gone[i]]


def _triangle(a: Position, b: Position, c: Position, squash: float) -> float:
    return abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) * squash

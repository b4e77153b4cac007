"""What goes wrong, a file for each family: hooks into a trip, drawn hard on purpose.

An incident is a function of a trip, in the `HERE` of its file: name -> (stage at which it strikes,
function). What should be told of it stands in `bench.detection.expected` under the same name.
"""

from __future__ import annotations

from bench.detection.expected import EXPECTED
from bench.detection.incidents import (
    apart,
    cuts,
    diversions,
    numbers,
    openings,
    people,
    positions,
    silences,
    stops,
)
from bench.detection.incidents.base import Strike

ALL: dict[str, Strike] = {
    name: strike
    for file in (
        cuts, openings, numbers, diversions, apart, stops, silences, positions, people,
    )
    for name, strike in file.HERE.items()
}  # fmt: skip

if set(ALL) != set(EXPECTED):
    raise LookupError(f"labelled in one table alone: {sorted(set(ALL) ^ set(EXPECTED))}")

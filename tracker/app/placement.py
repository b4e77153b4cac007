"""Where the readings of a batch were: one vectorised question to the atlas for all of them.

A reading is held against the corridor of its leg, and against the way from the last believed fix of
its device. Both are guessed before the batch is judged (nobody completes a leg, every fix is
believed); where judging shows otherwise, the question is put again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from devices.reading import Fix, NoFix
from geofences.index.revisits import revisits
from geofences.placement import Placement
from geofences.zone import Zone
from tracker import engine
from tracker.app.cells import Cells
from tracker.app.unit_of_work import UnitOfWork
from tracker.domain.policy import Policy, minutes
from tracker.ports import StoredReading


class Asked(Struct, frozen=True, gc=False):
    """What a placement was asked with. last: the device's last believed fix before the reading,
    None if it is too long ago for a straight way to tell (`passage_min`). progress_m: the last
    known one, only where the corridor meets itself. measured: how far along the corridor it is, is
    asked for, though it be on it (`progress_every_min`).
    """

    corridor: str | None
    last: Fix | None
    progress_m: float | None
    measured: bool = False


class PlacedReading(Struct, frozen=True, gc=False):
    asked: Asked
    placement: Placement


class BatchPlacement:
    """For one batch. `items` and `scopes` go together. cells: those on file, if any are."""

    def __init__(
        self,
        unit: UnitOfWork,
        items: Sequence[StoredReading],
        scopes: Sequence[str],
        cells: Cells | None = None,
    ) -> None:
        self.unit, self.items, self.scopes = unit, items, scopes
        self.cells = cells
        self.placed: list[PlacedReading | None] = [None] * len(items)
        self._meets = dict[str | None, bool]({None: False})
        judges_by = {scope: unit.judges_by(scope) for scope in set(scopes)}
        self._judges_by = [judges_by[scope] for scope in scopes]
        self._ask(range(len(items)))

    def placement(self, number: int) -> Placement | None:
        """Of item `number`, whose turn it is: all before it have been judged."""
        placed = self.placed[number]
        if placed is None:
            return None
        asked, _ = self._question(number)
        if asked.corridor != placed.asked.corridor:
            # A leg was completed within this batch: what follows of this shipment is held against
            # the next leg's corridor.
            self._ask(n for n in range(number, len(self.items)) if self._same(n, number))
            placed = self.placed[number]
        elif _differs(asked, placed.asked):
            self._locate([number], [asked])
            placed = self.placed[number]
        return placed.placement if placed else None

    def _same(self, number: int, other: int) -> bool:
        return self.scopes[number] == self.scopes[other]

    def _ask(self, numbers: Iterable[int]) -> None:
        """Guess for each what it will be asked with, and ask for all at once."""
        asking, questions = list[int](), list[Asked]()
        last: dict[tuple[str, bool], Fix] = {}
        measured: dict[tuple[str, bool], Fix] = {}
        for number in numbers:
            reading = self.items[number].reading
            if not isinstance(reading.position, Fix):
                continue
            question, late = self._question(number)
            lane = reading.device, late
            if (before := last.get(lane)) is not None:
                policy = self.unit.policy(self.scopes[number], reading)
                recent = _recent(before, reading.position, policy)
                due = question.measured
                if due and lane in measured:
                    due = _due(measured[lane].time, reading.position, policy)
                question = Asked(question.corridor, recent, question.progress_m, due)
            last[lane] = reading.position
            if question.measured:
                measured[lane] = reading.position
            asking.append(number)
            questions.append(question)
        self._locate(asking, questions)

    def _question(self, number: int) -> tuple[Asked, bool]:
        """What it is asked with as things stand now, and whether the reading is late."""
        reading, scope = self.items[number].reading, self.scopes[number]
        plan, policies = self._judges_by[number]
        policy = policies.only or self.unit.policy(scope, reading)
        lane, late = engine.lane_of(self.unit.state(scope), reading, policy)
        corridor = engine.corridor_of(lane, plan)
        meets = self._meets_itself(corridor)
        position = reading.position
        last = _recent(lane.fix, position, policy)
        due = corridor is not None and not meets and _due(lane.progress_at, position, policy)
        return Asked(corridor, last, (lane.progress_m or 0.0) if meets else None, due), late

    def _meets_itself(self, corridor: str | None) -> bool:
        meets = self._meets.get(corridor)
        if meets is None:
            atlas = self.unit.registry.atlas
            found = revisits(atlas.corridor(str(corridor)), atlas.default_half_width_m)
            meets = self._meets[corridor] = found
        return meets

    def _locate(self, numbers: Sequence[int], questions: Sequence[Asked]) -> None:
        if not numbers:
            return
        fixes = [self.items[number].reading.position for number in numbers]
        known = [fix for fix in fixes if isinstance(fix, Fix)]
        along = [question.progress_m for question in questions]
        located = self.unit.registry.atlas.locate(
            [fix.lat for fix in known],
            [fix.lon for fix in known],
            corridors=[question.corridor for question in questions],
            accuracies=[fix.accuracy_m for fix in known],
            previous=[(q.last.lat, q.last.lon) if q.last else None for q in questions],
            progress=along if any(metres is not None for metres in along) else None,
            exact=[question.measured for question in questions],
            own=self._own_zones(numbers),
        )
        for number, question, placement in zip(numbers, questions, located, strict=True):
            if self.cells is not None:
                placement = self._heard_by(self.cells, number, placement)  # noqa: PLW2901
            self.placed[number] = PlacedReading(question, placement)

    def _own_zones(self, numbers: Sequence[int]) -> list[tuple[Zone, ...]] | None:
        """What each shipment brought; None if none of these brought any."""
        every = self.unit.registry.own_zones
        if not every or every.keys().isdisjoint(self.scopes):
            return None
        return [every.get(self.scopes[number], ()) for number in numbers]

    def _heard_by(self, cells: Cells, number: int, placement: Placement) -> Placement:
        """With how far it is from the cell that it was connected to."""
        reading = self.items[number].reading
        if reading.cell is None or not isinstance(reading.position, Fix):
            return placement
        beyond_m = cells.beyond_m(reading.cell, reading.position)
        return placement if beyond_m is None else replace(placement, cell_m=beyond_m)


def _recent(last: Fix | None, position: Fix | NoFix, policy: Policy) -> Fix | None:
    if last is None or isinstance(position, NoFix):
        return None
    return last if position.time - last.time <= minutes(policy.passage_min) else None


def _due(measured_at: datetime | None, position: Fix | NoFix, policy: Policy) -> bool:
    """How far along it was, was last known too long ago."""
    if measured_at is None or isinstance(position, NoFix):
        return True
    return position.time - measured_at >= minutes(policy.progress_every_min)


def _differs(asked: Asked, before: Asked) -> bool:
    """What is asked now would be answered otherwise: a measure too many does no harm."""
    return (
        (asked.last is not before.last and asked.last != before.last)
        or asked.progress_m != before.progress_m
        or (asked.measured and not before.measured)
    )

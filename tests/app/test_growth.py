"""A fleet that grows: what is there already is neither drawn, planned nor unpacked anew."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from geofences import atlas
from tests.support.office import GEOGRAPHY, START, Office, message, reading, trip
from tracker import engine
from tracker.app import planning
from tracker.ports import StoredShipment, StoredState, Work

MANY = 600


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    opened = Office(tmp_path)
    opened.open(trip("S1", "L1"))
    opened.hear(message("L1", reading(0)))
    yield opened
    opened.close()


class Calls:
    """How often a function was called, from here on."""

    def __init__(self, patch: pytest.MonkeyPatch, where: Any, name: str) -> None:
        self.count, real = 0, getattr(where, name)

        def counted(*arguments: Any, **named: Any) -> Any:
            self.count += 1
            return real(*arguments, **named)

        patch.setattr(where, name, counted)


def multiply(office: Office, count: int = MANY) -> None:
    """So many open shipments like S1, each of its own lock."""
    stored, body = office.journal.shipment("S1"), office.journal.state("S1")
    assert stored is not None
    assert body is not None
    wake_at = engine.decode(body).wake_at
    shipments, states = list[StoredShipment](), list[StoredState]()
    for n in range(count):
        names = (b"S1", f"C{n}".encode()), (b"L1", f"LC{n}".encode())
        document, copy = stored.document, body
        for old, new in names:
            document, copy = document.replace(old, new), copy.replace(old, new)
        shipments.append(
            replace(stored, id=f"C{n}", document=document, devices=(f"LC{n}",), numbers=())
        )
        states.append(StoredState(scope=f"C{n}", body=copy, wake_at=wake_at))
    office.journal.commit(Work(shipments=shipments, states=states), {})


def test_a_start_plans_nothing_and_unpacks_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    multiply(office)
    plans = Calls(monkeypatch, planning._Planner, "planned")
    unpacked = Calls(monkeypatch, engine, "decode")
    office.started()
    assert plans.count == 0
    assert unpacked.count <= 2, "only the tracker's own scopes"
    assert {"S1", "C0", f"C{MANY - 1}"} <= set(office.ingest.registry.states)


def test_a_shipment_that_is_opened_draws_no_atlas_and_touches_no_other(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    multiply(office)
    office.started()
    office.hear(message("LC7", reading(1)))
    before = office.ingest.registry.atlas
    drawn = Calls(monkeypatch, atlas.Atlas, "__init__")
    indexed = Calls(monkeypatch, atlas, "_indexed")
    plans = Calls(monkeypatch, planning._Planner, "planned")
    unpacked = Calls(monkeypatch, engine, "decode")
    for n in range(5):
        office.open(trip(f"N{n}", f"LN{n}"))
    office.hear(*(message(f"LN{n}", reading(n)) for n in range(5)))
    assert {f"N{n}" for n in range(5)} <= set(office.ingest.registry.states)
    assert office.ingest.registry.atlas is before
    assert drawn.count == indexed.count == 0
    assert plans.count <= 3 * 5, "the command's own, and the intake's"
    assert unpacked.count <= 6 * 5
    assert len(office.ingest.registry.states._stored) >= MANY - 1


def test_a_look_at_the_timers_unpacks_only_what_is_due(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    multiply(office)
    office.started()
    unpacked = Calls(monkeypatch, engine, "decode")
    for second in range(1, 30):
        office.clock.set(office.clock.now().replace(second=second))
        office.ingest.tick()
    assert unpacked.count == 0


def test_a_line_that_several_shipments_draw_is_worked_out_once() -> None:
    line = {"type": "LineString", "coordinates": [[-100, 25], [-99.9, 25.1], [-99.8, 25.1]]}
    geography = planning.Geography.of_content(GEOGRAPHY.content, GEOGRAPHY.policy)
    plans = []
    for n, width in enumerate((300, 300, 700)):
        corridor = {"type": "Feature", "properties": {"name": f"way {n}"}, "geometry": line}
        document = {
            "id": f"S{n}",
            "devices": [{"id": f"L{n}"}],
            "legs": [{"corridor": corridor, "corridor_half_width_m": width}],
        }
        stored = StoredShipment(
            id=f"S{n}", document=json.dumps(document).encode(), opened_at=START,
            devices=(f"L{n}",), numbers=(),
        )  # fmt: skip
        plans.append(geography.plan(stored))
    own = [planned.own.corridors[-1] for planned in plans]
    first, second, wide = own
    assert [one.name for one in own] == ["way 0", "way 1", "way 2"]
    assert len({one.id for one in own}) == 3
    assert first.centreline is second.centreline is wide.centreline
    assert first.inner_buffer(300) is second.inner_buffer(300)
    assert wide.half_width_m == 700


def test_one_route_is_laid_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    laid = Calls(monkeypatch, planning, "laid_out")
    stored = [
        StoredShipment(
            id=f"S{n}",
            document=b'{"id":"S%d","devices":[{"id":"L%d"}],"legs":[{"custodian":"c%d"}],'
            b'"custodians":[{"id":"c%d"}]}' % (n, n, n % 3, n % 3),
            opened_at=START,
            devices=(f"L{n}",),
            numbers=(),
        )
        for n in range(20)
    ]
    geography = planning.Geography.of_content(GEOGRAPHY.content, GEOGRAPHY.policy)
    plans = [geography.plan(one).plan for one in stored]
    assert laid.count == 1
    assert [plan.legs[0].custodian for plan in plans[:4]] == ["c0", "c1", "c2", "c0"]
    assert plans[1].border is plans[2].border

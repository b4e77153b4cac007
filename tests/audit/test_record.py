from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from tests.audit.made import DOCUMENT, dossier, opened, said, stated, told
from tracker.app.queries.entries import CustodyEntry
from tracker.audit import record
from tracker.audit.dossier import Dossier


def test_a_record_that_begins_with_its_file_is_begun() -> None:
    assert list(record.begun(dossier())) == []


def test_leave_recorded_since_does_not_make_the_file_another() -> None:
    leave = {"zone": "yard", "agency": "SAT"}
    zone = {
        "type": "Feature",
        "id": "yard",
        "properties": {"kind": "yard", "name": "Yard"},
        "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]},
    }
    before = {**DOCUMENT, "zones": [zone]}
    found = dossier(first=opened(before), zones=[zone], authorisations=[leave])
    assert list(record.begun(found)) == []


def test_another_file_than_the_one_that_was_opened() -> None:
    found = dossier(first=opened({**DOCUMENT, "crossing": None, "id": "S2"}))
    ((severity, what),) = told(record.begun(found))
    assert severity == "critical"
    assert "not the one that was opened" in what


def test_a_record_without_its_first_entry() -> None:
    found = dossier(first=said("zone_entered", 0, zone="z"))
    assert "does not begin" in told(record.begun(found))[0][1]


def test_entries_that_follow_each_other_are_complete() -> None:
    assert list(record.complete(dossier(said("zone_entered", 1), closed=5))) == []


def test_a_hole_and_a_wrong_count() -> None:
    whole = dossier(said("zone_entered", 1), said("zone_left", 2), closed=5)
    holed = [entry for entry in whole.entries if entry.seq != 1]
    assert told(record.complete(_with(whole, holed))) == [
        ("critical", "entries are missing before S1#2")
    ]
    last = replace(whole.entries[-1], facts={"entries": 3})
    assert told(record.complete(_with(whole, [*whole.entries[:-1], last]))) == [
        ("critical", "the closing entry states 3 entries, not as many as are")
    ]


def test_an_alert_closed_after_the_delivery_is_no_hole() -> None:
    whole = dossier(closed=5)
    after = replace(said("alert_closed", 9), seq=2, id="S1#2")
    assert list(record.complete(_with(whole, [*whole.entries, after]))) == []


def test_closed_is_closed() -> None:
    assert list(record.closed(dossier(closed=5))) == []


def test_an_open_shipment_is_said_to_be_open() -> None:
    found = list(record.closed(dossier()))
    assert told(found) == []
    assert stated(found) == ["the shipment is open: this audit is of the record so far"]


def test_a_trip_that_is_over_and_was_not_closed() -> None:
    legs = [{"latest": "2026-03-02T13:00:00Z"}]
    assert told(record.closed(dossier(legs=legs, now=60 + 719))) == []
    ((severity, what),) = told(record.closed(dossier(legs=legs, now=60 + 721)))
    assert severity == "warning"
    assert what == "its latest arrival passed 12.0 h ago, and nobody closed it"
    arrived = said("leg_completed", 30, leg=1)
    assert told(record.closed(dossier(arrived, legs=legs, now=30 + 721))) == [
        ("warning", "the last leg was complete 12.0 h ago, and nobody closed it")
    ]
    assert not told(record.closed(dossier(arrived, legs=[{}, {}], now=30 + 721))), "one leg of two"


def test_closed_without_an_entry_that_says_so() -> None:
    whole = dossier(closed=5)
    ((severity, what),) = told(record.closed(_with(whole, whole.entries[:-1])))
    assert severity == "critical"
    assert "no entry closes it" in what


def test_what_people_declare_in_time_is_not_late() -> None:
    prompt = said("seal_recorded", 0, recorded=59, hidden=["payload.actor"])
    assert list(record.recorded_late(dossier(prompt))) == []


def test_what_people_declare_late_is_a_warning_and_what_devices_tell_late_is_not() -> None:
    late = said("seal_recorded", 0, recorded=61, hidden=["payload.actor"])
    follows = said("seal_state", 0, recorded=61, hidden=["payload.actor"])
    assert told(record.recorded_late(dossier(late, follows))) == [
        ("warning", "seal recorded was recorded 61 min after it happened")
    ]
    backlog = said("zone_entered", 0, recorded=61, late=True)
    found = list(record.recorded_late(dossier(backlog)))
    assert told(found) == []
    assert found[0].entries == ("S1#1",)


def test_an_entry_from_the_future() -> None:
    assert told(record.recorded_late(dossier(said("zone_entered", 9, recorded=8)))) == []
    ((severity, what),) = told(record.recorded_late(dossier(said("zone_entered", 9, recorded=6))))
    assert severity == "warning"
    assert "before they happened" in what


def _with(whole: Dossier, entries: Sequence[CustodyEntry]) -> Dossier:
    from dataclasses import replace as changed

    return changed(whole, entries=entries)

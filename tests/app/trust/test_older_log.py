"""A journal that an older program left, with words in its leaves: it verifies, and goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sealproof.grades import Grade
from sealproof.history import faults_in, read_entry
from sealproof.telling import tell
from tests.support import older
from tests.support.office import GEOGRAPHY, Office, message, reading
from tracker import wording
from tracker.app.queries.entries import CustodyEntry, read
from tracker.app.trust.log_check.log import check
from tracker.app.trust.log_check.telemetry import heads_of
from tracker.audit.shipment import audit_shipment
from tracker.domain.alert import AlertStatus
from tracker.domain.codes import Code
from tracker.domain.command import CloseAlert


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    older.journal(tmp_path)
    office = Office(tmp_path)
    yield office
    office.close()


def entries(office: Office, scope: str) -> dict[str, CustodyEntry]:
    return {entry.id: entry for entry in read(office.journal.entries(scope=scope))}


def grade(office: Office) -> Grade:
    verdict = check(
        office.journal,
        origin=older.ORIGIN,
        own=[],
        heads=heads_of(office.journal),
        released=(),
        trust=None,
        kept=None,
        progress=lambda _done, _all: None,
    )
    assert verdict.faults == ()
    return verdict.grade


def test_it_verifies(office: Office) -> None:
    assert grade(office) is Grade.CONSISTENT


def test_its_words_are_shown_as_they_are(office: Office) -> None:
    found = entries(office, "S1")
    assert found["S1#6"].detail == "the rope was cut"
    assert (found["S1#7"].detail, found["S1#7"].given) == ("calling the driver",) * 2
    assert {entry.code for entry in found.values()} == {""}
    (cut,) = office.journal.alerts(shipment="S1")
    assert (wording.of_alert(cut), cut.chapters) == ("the rope was cut", ())
    assert wording.document(cut)["code"] is None


def test_the_verifier_tells_its_story(office: Office) -> None:
    rows = office.journal.entries(scope="S1")
    told = [read_entry(row.index, row.leaf) for row in rows]
    assert list(faults_in(told, older.ORIGIN, "S1")) == []
    story = tell(told)
    assert [change.detail for change in story.seals][-1] == "the rope was cut"
    assert [note for *_, note in story.alerts[0].done] == ["calling the driver"]


def test_what_comes_after_is_written_anew(office: Office) -> None:
    """The open alert, from before there were chapters, gets one; the chain goes on."""
    sealed = {"state": "sealed", "number": "MXL1"}
    office.hear(message("L1", reading(9, north_km=9, seal=sealed)))
    (cut,) = office.journal.alerts(shipment="S1")
    assert [one.code for one in cut.chapters] == [Code.RESEALED_SILENTLY]
    assert wording.of_alert(cut).startswith("the rope was cut; resealed silently")
    close = CloseAlert(at=office.commands.now(), by="ana", alert=cut.id, reason="driver robbed")
    office.commands.submit_alert(cut.id, close)
    assert office.journal.alerts(shipment="S1")[0].status is AlertStatus.CLOSED
    new = [entry for entry in entries(office, "S1").values() if entry.code]
    assert [entry.code for entry in new] == ["resealed_silently", "alert_closed"]
    assert new[-1].given == "driver robbed"
    assert grade(office) is Grade.CONSISTENT


def test_its_audit_is_not_taken_in_by_words(office: Office) -> None:
    """S2 was closed as "Delivered at dock 4", and never sealed."""
    found = audit_shipment(office.journal, "S2", GEOGRAPHY, office.clock.now())
    assert ("critical", "it was delivered, and never sealed") in [
        (one.severity, one.what) for one in found
    ]
    closed = audit_shipment(office.journal, "S3", GEOGRAPHY, office.clock.now())
    assert "alert" not in [one.check for one in closed if one.severity != "info"]

"""The report and the certification: what an auditor asks for is there, and nothing acts."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from sealproof.bundle import check_bundle
from tests.support.bundles import unpacked
from tests.support.chest import BOX, TRUST, Chest, at
from tracker.domain.command import AcknowledgeAlert, Authorise, RecordSeal
from tracker.domain.shipment import Authorisation

Make = Callable[[], Chest]
VOID = {"meta", "img", "br"}


class Page(HTMLParser):
    """Tags that were opened, attributes, the text; asserts that each tag is closed in turn."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(page.decode())
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open[-1:] != ["style"]:
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


def page(raw: bytes, name: str = "report.html") -> Page:
    return Page(unpacked(raw)[name])


def test_everything_an_auditor_asks_for(raw: bytes, chest: Chest) -> None:
    text = page(raw).text
    for wanted in (
        "Evidence report: shipment S1",
        "acme carrier Acme S.A.",
        "Trailer plates TX-1234",
        "Pedimento 25 24 3621 5001234",
        "MXL1 on L1",
        "SEALED OPEN_UNAUTHORISED MXL1",
        "an incident, signed off",
        "accepted acme transfer MX9",
        "rosa",
        "critical seal opened : opened while moving",
        "acknowledged by ana: calling the driver",
        "closed by ana: the driver had a flat tyre",
        "officer Luz Robles",
        "agency SAT",
        "verified True",
        "The entries bind 7 readings",
        "2026-03-02 13:00:00 51",
        "no proof can show it missing",
        "Rules in force:",
        "26.0361",
        "checkpoint of 26 entries",
        "witness.example/2",
        "python3 sealproof.pyz bundle.zip --policy policy.txt",
    ):
        assert wanted in text, wanted
    for row in chest.journal.entries(scope="S1"):
        assert f" {row.seq} " in text
    head = check_bundle(io.BytesIO(raw), TRUST).entries[-1].hash.hex()
    assert head in text


def test_people_are_withheld_unless_disclosed(chest: Chest) -> None:
    text = page(chest.bundle()).text
    assert "(withheld)" in text
    assert "officer (withheld)" in text
    assert "Luz Robles" not in text
    assert "Acme S.A." not in text
    assert "(withheld)" not in page(chest.bundle(disclose=True)).text


def test_nothing_in_it_acts(raw: bytes) -> None:
    for name in ("report.html", "certification.html"):
        found = page(raw, name)
        assert not {"script", "iframe", "object", "link", "form", "a"} & set(found.tags)
        assert not [key for key, _ in found.attributes if key.startswith("on") or key == "href"]
        policy = dict(found.attributes)["content"] or ""
        assert "http" not in unpacked(raw)[name].decode().replace("http-equiv", "")
        assert policy


BAD = "<script>alert(1)</script>\"'&\u202e"


def test_what_people_and_devices_say_is_text(new_chest: Make) -> None:
    chest = new_chest()
    chest.open(
        custodians=[{"id": "a", "name": BAD}],
        documents=[{"kind": "other", "number": BAD}],
        trailer={"plates": "<b>x</b>"},
        crossing=None,
    )
    sealed = {"state": "sealed", "number": "MXL1"}
    chest.hear(1, seal=sealed)
    chest.hear(2, seal={"state": "open", "event": "opened"})
    alert = chest.journal.alerts(shipment="S1")[0].id
    chest.declare(AcknowledgeAlert, 3, by=BAD, alert=alert, note=BAD)
    chest.declare(
        RecordSeal, 4, by=BAD, number="MX9", reason=BAD, officer=BAD, incident=True, device="L1"
    )
    chest.release()
    found = page(chest.bundle(disclose=True))
    assert "script" not in found.tags
    assert found.text.count(BAD) >= 6
    assert "b" not in {tag for tag, _ in found.attributes}
    raw = unpacked(chest.bundle(disclose=True))["report.html"].decode()
    assert BAD not in raw
    assert html.escape(BAD) in raw


def test_the_map_is_in_it(chest: Chest) -> None:
    found = page(chest.bundle(drawn=b"\x89PNG picture"))
    (source,) = [value for key, value in found.attributes if key == "src"]
    assert source == "data:image/png;base64,iVBORyBwaWN0dXJl"
    assert "No map was drawn" in page(chest.bundle()).text


@pytest.mark.parametrize(
    ("again", "incident", "what"),
    [
        (None, False, "not closed again"),
        ("MX9", True, "an incident, signed off"),
    ],
)
def test_every_opening_is_paired_or_named(
    new_chest: Make, again: str | None, incident: bool, what: str
) -> None:
    chest = new_chest()
    chest.open()
    chest.hear(1, seal={"state": "sealed", "number": "MXL1"})
    chest.hear(2, seal={"state": "open", "event": "opened"})
    if incident:
        chest.declare(RecordSeal, 3, number="MX9", device="L1", reason="seen", incident=True)
    if again:
        chest.hear(5, seal={"state": "sealed", "number": again})
    chest.release()
    assert what in page(chest.bundle()).text


def test_a_reseal_that_nobody_recorded_is_named(new_chest: Make) -> None:
    chest = new_chest()
    chest.open()
    zone = {"type": "Polygon", "coordinates": [BOX]}
    chest.declare(Authorise, 0, authorisation=Authorisation(zone=zone, agency="SAT"))
    sealed = {"state": "sealed", "number": "MXL1"}
    for minute in (1, 2, 3, 4):
        chest.hear(minute, north_km=4, seal=sealed, speed=0)
    chest.hear(5, north_km=4, seal={"state": "open", "event": "opened"}, speed=0)
    chest.hear(6, north_km=4, seal={**sealed, "number": "MX9"}, speed=0)
    chest.release()
    text = page(chest.bundle()).text
    assert "OPEN_AUTHORISED" in text
    assert "no record of the number" in text
    chest.declare(RecordSeal, 7, number="MX9", device="L1", reason="inspected")
    chest.release()
    assert "a recorded reseal" in page(chest.bundle()).text


def test_without_events_it_says_so(new_chest: Make) -> None:
    chest = new_chest()
    chest.open()
    chest.release()
    text = page(chest.bundle(readings=False)).text
    for wanted in (
        "No custodians were declared",
        "no opening of a seal was recorded",
        "No handover was declared",
        "No alert was raised",
        "No gap longer than the policy allows",
        "left out of this bundle",
        "open: no entry states how many there are",
    ):
        assert wanted in text, wanted


def test_the_certification_names_the_rules_and_leaves_blanks(raw: bytes) -> None:
    found = page(raw, "certification.html")
    for wanted in (
        "902(13)",
        "902(14)",
        "902(11)",
        "28 U.S.C. 1746",
        "perjury",
        "18 entries",
        "checkpoint of 26 entries",
        "shipment S1",
        "SHA-256 digest",
    ):
        assert wanted in found.text, wanted
    assert sum(value == "blank" for _, value in found.attributes) >= 10
    assert at(0)

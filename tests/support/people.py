"""An office in which people did everything that leaves a name behind."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.support.office import GEOGRAPHY, START, message, reading, trip
from tests.support.signed import ORIGIN, SignedOffice
from tracker.app import erasure as privacy
from tracker.app.commands import CommandHandler
from tracker.domain.command import (
    AcceptCustody,
    AcknowledgeAlert,
    Authorise,
    CloseAlert,
    CommandResult,
    OfferCustody,
    RecordHead,
    RecordSeal,
    RotateKey,
    SendCommand,
)
from tracker.domain.finding import Finding
from tracker.domain.shipment import Authorisation
from tracker.domain.state import LOG_SCOPE

DISPATCHER = "Itzel Ñuñez-Ocampo"
"""Declares nearly everything; in the entries, alerts, documents and states of S1 and S2."""
OFFICER = "Capt. Zeferino Quiroga"
SECOND_OFFICER = "Insp. Hortensia Valdivieso"
DRIVER = "Wenceslao Tzompantzi"
PHONE = "+52 867 555 0199"
GUARD = "Eufrosina Xicohténcatl"
WHY = {"by": "dpo", "reason": "request 2026-7"}
EVERYBODY = (DISPATCHER, OFFICER, SECOND_OFFICER, DRIVER, PHONE, GUARD)


class PeopledOffice(SignedOffice):
    """With fresh salts, which the other offices do without."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.commands = CommandHandler(
            journal=self.second_journal,
            clock=self.clock,
            geography=GEOGRAPHY,
            origin=ORIGIN,
            signer=self.signer,
        )

    def drive(self) -> None:
        """S1: an open alert acknowledged, one closed, a leave to open, an offer not accepted. S2:
        a document with people. And commands beside them.
        """
        self.open_peopled("S1", "L1")
        self.open_peopled("S2", "L2")
        for minute in range(4):
            said = reading(minute, north_km=minute, seal={"state": "sealed", "number": "MXL1"})
            self.hear(message("L1", said))
        cut = reading(5, north_km=5, seal={"state": "cut", "number": "MXL1", "event": "cut"})
        self.hear(message("L1", cut))
        self.clock.set(START + timedelta(minutes=6))
        self.misread()
        self.declare()
        tampered, misread = self.journal.alerts(shipment="S1")
        now = self.clock.now()
        self.commands.submit_alert(
            tampered.id, AcknowledgeAlert(at=now, by=DISPATCHER, alert=tampered.id, note="going")
        )
        self.commands.submit_alert(
            misread.id, CloseAlert(at=now, by=DISPATCHER, alert=misread.id, reason="a 6 for a 9")
        )

    def open_peopled(self, name: str, device: str) -> None:
        document = trip(
            name,
            device,
            custodians=[
                {"id": "acme", "name": DRIVER, "contact": PHONE},
                {"id": "fast", "name": "Transfers Fast", "contact": "+1 956 555 0100"},
            ],
            authorisations=[{"zone": _yard(), "agency": "SAT", "officer": OFFICER}],
        )
        self.open(document)

    def misread(self) -> None:
        now = self.clock.now()
        offer = OfferCustody(at=now, by=DRIVER, releaser="acme", receiver="fast", number="MXL1")
        self.commands.submit("S1", offer)
        self.commands.submit("S1", AcceptCustody(at=now, by=GUARD, receiver="fast", number="MX999"))

    def declare(self) -> None:
        now = self.clock.now()
        leave = Authorisation(zone=_yard(), agency="SAT", officer=SECOND_OFFICER)
        self.commands.submit("S1", Authorise(at=now, by=GUARD, authorisation=leave))
        self.commands.submit(
            "S1",
            RecordSeal(at=now, by=DISPATCHER, number="MX77", officer=OFFICER, agency="SAT",
                       reason="inspection"),
        )  # fmt: skip
        who: dict[str, Any] = {"by": DISPATCHER, "device": "L9", "name": "locate", "order": "L9-1"}
        self.commands.submit_device(SendCommand(at=now, dialect="jt701", **who))
        self.commands.submit_device(CommandResult(at=now, status="answered", detail="done", **who))
        self.commands.record("S2", RecordHead(at=now, by=DISPATCHER))
        self.commands.record(LOG_SCOPE, RotateKey(at=now, by=GUARD, key="new", previous="old"))

    def erase_person(self, person: str) -> list[Finding]:
        self.clock.set(self.clock.now() + timedelta(seconds=1))  # no two at the same moment
        return privacy.erase_person(self.commands, self.second_journal, person, **WHY)

    def erase_shipment(self, name: str, *, closed_only: bool = False) -> list[Finding]:
        journal = self.second_journal
        return privacy.erase_shipment(self.commands, journal, name, closed_only=closed_only, **WHY)

    def on_disk(self, *names: str) -> set[str]:
        """Which of these names stand anywhere in the database's files."""
        raw = b"".join(file.read_bytes() for file in self.path.parent.glob("tracker.db*"))
        return {name for name in names if name.encode() in raw}


def _yard() -> dict[str, object]:
    ring = [[-100.0, 26.0], [-99.99, 26.0], [-99.99, 26.01], [-100.0, 26.0]]
    return {"type": "Polygon", "coordinates": [ring]}

"""A custody log with a shipment's whole life in it, its checkpoints, witnesses and bundles.

The office is real (database, intake, desk); checkpoints are signed here with keys of the test, at
moments that the test chooses, and witnesses are keys that cosign whatever they are shown.
"""

from __future__ import annotations

import io
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sealproof.checkpoint import Checkpoint, cosign, parse_checkpoint
from sealproof.note import COSIGNATURE, SignerKey, new_signer
from sealproof.policy import parse_policy
from sealproof.trust import Trust
from tests.support.office import GEOGRAPHY, START, Office, message, reading, trip
from tracker.app.commands import CommandHandler
from tracker.domain.command import (
    AcceptCustody,
    AcknowledgeAlert,
    Authorise,
    CloseAlert,
    CloseShipment,
    OfferCustody,
    RecordHead,
    RecordSeal,
)
from tracker.domain.shipment import Authorisation
from tracker.evidence import bundle
from tracker.log.tree import Tree
from tracker.ports import Attestation, StoredCheckpoint

ORIGIN = "test/log"
LOG = new_signer(ORIGIN)
WITNESSES = tuple(new_signer(f"witness.example/{n}", COSIGNATURE) for n in (1, 2, 3))
POLICY = "\n".join(
    [
        f"log {LOG.verifier.vkey}",
        *(f"witness w{n} {key.verifier.vkey}" for n, key in enumerate(WITNESSES, 1)),
        "group broker-and-insurer 2 w1 w2 w3",
        "quorum broker-and-insurer",
    ]
)
TRUST = Trust(parse_policy(POLICY))


def at(minute: float) -> datetime:
    return START + timedelta(minutes=minute)


class Chest:
    """One log. Checkpoints are released when told so."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.office = Office(folder)
        self.journal = self.office.journal
        self.commands = CommandHandler(  # with true salts, which the office's own has not
            journal=self.office.second_journal,
            clock=self.office.clock,
            geography=GEOGRAPHY,
            origin=ORIGIN,
        )
        self._shipment = "S1"

    def close(self) -> None:
        self.office.close()

    # What happens

    def open(self, name: str = "S1", device: str = "L1", **more: Any) -> None:
        self.commands.open(json.dumps(trip(name, device, **more)).encode(), by="tester")

    def hear(self, minute: float, device: str = "L1", **said: Any) -> None:
        self.office.clock.set(max(at(minute), self.office.clock.now()))
        self.office.hear(message(device, reading(minute, **said), at=self.office.clock.now()))

    def declare(self, kind: type[Any], minute: float, *, by: str = "ana", **said: Any) -> None:
        self.office.clock.set(max(at(minute), self.office.clock.now()))
        command = kind(at=self.office.clock.now(), by=by, **said)
        if "alert" in said:
            self.commands.submit_alert(said["alert"], command)
        else:
            self.commands.submit(self._shipment, command)

    # What is shown outside

    def release(self, key: SignerKey = LOG) -> StoredCheckpoint:
        head = self.journal.head()
        note = Checkpoint(ORIGIN, head.size, head.root).signed(key)
        stored = StoredCheckpoint(
            size=head.size, note=str(note).encode(), released_at=self.office.clock.now()
        )
        self.journal.release(stored)
        return stored

    def cosign(self, stored: StoredCheckpoint, *numbers: int, when: datetime | None = None) -> None:
        """By the witnesses of these numbers (1 to 3), now unless `when` is said."""
        note = parse_checkpoint(stored.note)[1]
        for number in numbers:
            witness, moment = WITNESSES[number - 1], when or self.office.clock.now()
            line = cosign(note.text, witness, moment).line.encode()
            self.journal.attest(
                Attestation(
                    size=stored.size,
                    kind="cosignature",
                    name=witness.name,
                    body=line,
                    at=moment,
                )
            )

    def tree(self) -> Tree:
        return Tree(self.journal.head().size, self.journal.tile)

    def bundle(self, **wanted: Any) -> bytes:
        file = io.BytesIO()
        choice = bundle.Wanted(**({"keys": (LOG,)} | wanted))
        bundle.write(file, self.journal, self._shipment, choice, self.office.clock.now())
        return file.getvalue()


def eventful(chest: Chest) -> None:
    """S1 from its opening to its delivery, with other entries of the log between its own.

    Checkpoints: before it, on the way and at its end; the last is seen by two witnesses.
    """
    chest.open("OTHER", "X1")
    chest.cosign(chest.release(), 1)
    chest.open(
        custodians=[
            {"id": "acme", "name": "Acme S.A.", "role": "carrier", "contact": "+52 81 0000 0000"},
            {"id": "transfer", "role": "transfer"},
        ],
        legs=[{"custodian": "acme"}],
        trailer={"plates": "TX-1234"},
        documents=[{"kind": "pedimento", "number": "25 24 3621 5001234"}],
    )
    sealed = {"state": "sealed", "number": "MXL1"}
    chest.hear(1, seal=sealed)
    chest.hear(2, "X1")
    chest.hear(3, north_km=2, seal=sealed)
    chest.declare(
        Authorise,
        4,
        authorisation=Authorisation(
            zone={"type": "Polygon", "coordinates": [BOX]},
            agency="SAT",
            officer="Luz Robles",
            reason="red light",
        ),
    )
    chest.hear(5, north_km=4, seal={**sealed, "state": "open", "event": "opened"})
    chest.hear(6, north_km=4, seal={"state": "open"})
    alert = chest.journal.alerts(shipment="S1")[0].id
    chest.declare(AcknowledgeAlert, 7, alert=alert, note="calling the driver")
    chest.cosign(chest.release(), 1)
    chest.declare(
        RecordSeal,
        8,
        number="MX9",
        device="L1",
        reason="inspected",
        officer="Luz Robles",
        agency="SAT",
        verified=True,
        incident=True,
    )
    chest.hear(9, north_km=4, seal={"state": "sealed", "number": "MX9"})
    chest.hear(60, north_km=30, seal={"state": "sealed", "number": "MX9"})
    chest.hear(61, north_km=31, seal={"state": "sealed", "number": "MX9"})
    chest.declare(OfferCustody, 62, by="jose", releaser="acme", receiver="transfer", number="MX9")
    chest.declare(AcceptCustody, 63, by="rosa", receiver="transfer", number="MX9")
    chest.release()
    chest.declare(CloseAlert, 64, alert=alert, reason="the driver had a flat tyre")
    chest.declare(CloseShipment, 65, by="rosa", number="MX9")
    chest.hear(66, "X1")
    chest.cosign(chest.release(), 1, 2)


BOX = [[-100.01, 26.02], [-99.99, 26.02], [-99.99, 26.06], [-100.01, 26.06], [-100.01, 26.02]]


def handed_out(chest: Chest) -> None:
    """The record of a shipment that goes on is handed out."""
    chest.declare(RecordHead, 0)

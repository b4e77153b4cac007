"""What people declared, read from the custody entries that it left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tracker.app.queries.entries import CustodyEntry
from tracker.app.replay import declared
from tracker.domain import command as commands
from tracker.domain.command import Command
from tracker.domain.personal import ERASED
from tracker.domain.shipment import Authorisation
from tracker.engine import records

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
WHO: dict[str, Any] = {"at": AT, "by": "ana"}


def entry(command: Any, note: Any) -> CustodyEntry:
    """As the log would have it; the people in it are hidden."""
    return CustodyEntry(
        index=1,
        id="S1#1",
        scope="S1",
        seq=1,
        type=note.type,
        at=note.at,
        recorded_at=command.at,
        code=note.code,
        zone=note.zone,
        actor=note.actor,
        facts={name: None if name == "officer" else value for name, value in note.facts.items()},
        hidden=frozenset({"payload.facts.officer"}) if note.facts.get("officer") else frozenset(),
    )


@pytest.mark.parametrize(
    "command",
    [
        commands.RecordSeal(
            **WHO, number="N2", device="L1", zone="yard", officer=ERASED, agency="CBP",
            reason="inspection", verified=True, occurred_at=AT - timedelta(minutes=5),
        ),
        commands.RecordSeal(**WHO, number="N3", incident=True, reason="cut"),
        commands.ExcuseDelay(**WHO, until=AT + timedelta(hours=2), reason="queue", leg=2),
        commands.ExcuseDelay(**WHO, until=AT + timedelta(hours=2), reason="queue"),
        commands.IssueSeals(**WHO, first="N1", last="N9", count=9, to="acme"),
        commands.VoidSeal(**WHO, number="N4", reason="broken"),
    ],
    ids=lambda one: type(one).__name__,
)  # fmt: skip
def test_a_command_is_found_in_its_entry(command: Command) -> None:
    note = records.opening(command)  # type: ignore[arg-type]
    assert declared.command(entry(command, note)) == command


def test_a_closing_is_found_in_its_entry() -> None:
    for given_up, number in ((True, None), (False, "N1")):
        command = commands.CloseShipment(**WHO, number=number, reason="r", given_up=given_up)
        note = records.closing(command, 7)
        assert declared.command(entry(command, note)) == command


def test_what_nobody_declared_is_no_command() -> None:
    leave = Authorisation(zone="yard", agency="CBP")
    note = records.opening(commands.Authorise(**WHO, authorisation=leave))
    assert declared.command(entry(commands.Authorise(**WHO, authorisation=leave), note)) is None

"""Who may have a lock opened from afar, and what of it stands in the log."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from geofences.kinds import ZoneKind
from tests.app.commands.conftest import T0
from tests.app.commands.test_commands import document
from tracker.adapters.journal import SqlJournal
from tracker.app.commands import CommandHandler
from tracker.domain.command import CommandResult, SendCommand
from tracker.domain.errors import Refused
from tracker.domain.plan import Place, Plan
from tracker.domain.shipment import Authorisation, Device, Shipment
from tracker.log import leaf
from tracker.rules.openings import leave_to_unlock

YARD = Place("laredo.yard", "the yard", ZoneKind.YARD, "US")
DPS = Place("laredo.dps", "the state inspection", ZoneKind.STATE_INSPECTION, "US")


def command(name: str = "lock", **more: Any) -> SendCommand:
    said = {"device": "L1", "dialect": "toy", "order": "o1", "name": name, **more}
    return SendCommand(at=T0, by="ana", unlocks=name == "unlock", **said)


def plan(*leaves: Authorisation) -> Plan:
    shipment = Shipment(id="S1", devices=(Device(id="L1"),))
    return Plan(shipment=shipment, opened_at=T0, authorisations=leaves)


def leave(zone: str = YARD.id, **more: Any) -> Authorisation:
    return Authorisation(zone=zone, agency="CBP", **more)


def test_a_command_and_its_result_are_the_shipment_s_entries(
    commands: CommandHandler, journal: SqlJournal
) -> None:
    commands.open(document(), by="dispatch")
    commands.submit_device(command(arguments={"seconds": "30"}, reason="slow"))
    result = CommandResult(
        at=T0, by="ana", device="L1", name="lock", order="o1", status="sent", detail="12 bytes"
    )
    commands.submit_device(result)
    *_, sent, became = [leaf.parse(row.leaf) for row in journal.entries(scope="S1")]
    assert (sent["type"], became["type"]) == ("command_sent", "command_result")
    facts = sent["payload"]["facts"]
    assert (facts["command"], facts["device"], facts["order"]) == ("lock", "L1", "o1")
    assert became["payload"]["facts"]["status"] == "sent"


def test_a_device_without_a_shipment_has_its_own_scope(
    commands: CommandHandler, journal: SqlJournal
) -> None:
    commands.submit_device(command())
    assert [row.type for row in journal.entries(scope="device:L1")] == ["command_sent"]


@pytest.mark.parametrize("reason", ["", "  "])
def test_unlocking_needs_a_reason(
    commands: CommandHandler, journal: SqlJournal, reason: str
) -> None:
    commands.open(document(), by="dispatch")
    with pytest.raises(Refused, match="needs a reason"):
        commands.submit_device(command("unlock", reason=reason))
    assert "command_sent" not in [row.type for row in journal.entries()]


def test_unlocking_a_lock_whose_place_is_not_known_is_refused(commands: CommandHandler) -> None:
    commands.open(
        document(authorisations=[{"zone": "laredo.yard", "agency": "consignee"}]), by="dispatch"
    )
    with pytest.raises(Refused, match="in no known zone") as raised:
        commands.submit_device(command("unlock", reason="asked"))
    assert "tracker shipment authorise S1" in raised.value.mend


@pytest.mark.parametrize(
    ("given", "places", "granted"),
    [
        ((), (YARD,), False),
        ((leave(),), (YARD,), True),
        ((leave(),), (), False),
        ((leave("elsewhere"),), (YARD,), False),
        ((leave("elsewhere"), leave()), (YARD,), True),
        ((leave(credential="K7"),), (YARD,), False),
        ((leave(from_time=T0 + timedelta(seconds=1)),), (YARD,), False),
        ((leave(until_time=T0 - timedelta(seconds=1)),), (YARD,), False),
        ((leave(from_time=T0, until_time=T0),), (YARD,), True),
        ((leave(DPS.id),), (DPS,), False),
        ((leave(),), (YARD, DPS), False),
    ],
)
def test_leave_is_for_a_place_a_time_and_no_card(
    given: tuple[Authorisation, ...], places: tuple[Place, ...], granted: bool
) -> None:
    assert (leave_to_unlock(plan(*given), places, T0) is not None) is granted

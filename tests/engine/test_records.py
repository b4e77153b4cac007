"""What commands are in the log by themselves: each with the facts that its code declares."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.declared import undeclared
from tracker import engine
from tracker.domain import command as commands
from tracker.domain.alert import Severity
from tracker.domain.codes import Code
from tracker.domain.policy import Policy
from tracker.domain.shipment import Authorisation
from tracker.domain.state import ScopeState

NOW: dict[str, Any] = {"at": datetime(2026, 3, 2, 12, tzinfo=UTC), "by": "ana"}
LEAVE = Authorisation(zone="yard", agency="SAT", from_time=NOW["at"])
ORDER: dict[str, Any] = {"device": "L1", "name": "lock", "order": "o1"}
SENT: dict[str, Any] = {"dialect": "jt808", "arguments": {"seconds": "30"}, **ORDER}
TOLD: dict[str, Any] = {
    "occurred_at": NOW["at"],
    "delivery": "S1-1/1.1",
    "notice": "S1-1",
    "update": "raised",
    "channel": "sms",
    "severity": Severity.CRITICAL,
}
COMMANDS = [
    (commands.OpenShipment(document_sha256="00", **NOW), Code.SHIPMENT_OPENED),
    (commands.Authorise(authorisation=LEAVE, **NOW), Code.OPENING_AUTHORISED),
    (commands.ZonesInForce(version="v", zones=1, corridors=2, **NOW), Code.ZONES_IN_FORCE),
    (
        commands.AmendShipment(changed=("crossing",), reason="r", document_sha256="d", **NOW),
        Code.SHIPMENT_AMENDED,
    ),
    (commands.RotateKey(key="k", previous="j", **NOW), Code.KEY_ROTATED),
    (commands.ClockStepped(seconds=-60, **NOW), Code.HOST_CLOCK_STEPPED),
    (commands.EraseData(counts={"payload.actor": 2}, reason="r", **NOW), Code.DATA_ERASED),
    (commands.IssueSeals(first="A1", last="A9", count=9, **NOW), Code.SEALS_ISSUED),
    (commands.VoidSeal(number="A1", reason="bent", **NOW), Code.SEAL_VOIDED),
    (commands.RecordSeal(number="A1", **NOW), Code.SEAL_RECORDED),
    (commands.SendCommand(**SENT, **NOW), Code.COMMAND_SENT),
    (commands.SendCommand(leave=LEAVE, **SENT, **NOW), Code.COMMAND_SENT),
    (commands.CommandResult(status="sent", detail="9 B", **ORDER, **NOW), Code.COMMAND_RESULT),
    (commands.CorrectClosing(reason="r", number="A2", **NOW), Code.CLOSING_CORRECTED),
    (commands.RecordDelivery(accepted=True, **TOLD, **NOW), Code.NOTICE_ACCEPTED),
    (commands.RecordDelivery(accepted=False, ours=True, **TOLD, **NOW), Code.NOTICE_DEAD),
    (commands.RecordHead(**NOW), Code.RECORD_HANDED_OUT),
    (commands.ShareRecord(share="s", reader="r", until=NOW["at"], **NOW), Code.RECORD_SHARED),
    (
        commands.ShareRecord(share="s", reader="r", until=NOW["at"], withdrawn=True, **NOW),
        Code.SHARE_WITHDRAWN,
    ),
    (commands.RecordRead(what="track", share="s", **NOW), Code.RECORD_READ),
    (commands.ChangeUser(user="u", change="added", role="auditor", **NOW), Code.USER_CHANGED),
    (commands.CloseShipment(number="A1", **NOW), Code.DELIVERED),
    (commands.CloseShipment(given_up=True, reason="r", **NOW), Code.GIVEN_UP),
]


@pytest.mark.parametrize(("command", "code"), COMMANDS, ids=lambda one: type(one).__name__)
def test_an_entry_of_its_own(command: commands.AnyCommand, code: Code) -> None:
    step = engine.step(ScopeState(scope="S1"), command, None, None, Policy())
    (finding,) = step.findings
    assert finding.code is code
    assert undeclared(finding) == []


@pytest.mark.parametrize(("status", "kept"), [("refused", "no such lock"), ("sent", None)])
def test_of_what_a_gateway_says_only_a_refusal_is_kept(status: str, kept: str | None) -> None:
    result = commands.CommandResult(status=status, detail="no such lock", **ORDER, **NOW)
    (finding,) = engine.step(ScopeState(scope="S1"), result, None, None, Policy()).findings
    assert finding.facts["refusal"] == kept


def test_every_command_that_is_an_entry_is_here() -> None:
    answers = {commands.OfferCustody, commands.AcceptCustody, commands.RedrawZones}
    answers |= {commands.AssignAlert, commands.CommentAlert, commands.SnoozeAlert}
    answers |= {commands.AcknowledgeAlert, commands.AcceptAlert, commands.CloseAlert}
    answers |= {commands.AssignAlert, commands.CommentAlert, commands.SnoozeAlert}
    answers |= {commands.ReportReject, commands.ReportNumber}  # rules and alerts enter those
    answers |= {commands.ExcuseDelay}  # so does the rule on delays
    kinds = {type(command) for command, _ in COMMANDS}
    assert kinds | answers == set(commands.Command.__subclasses__())

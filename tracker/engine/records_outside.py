"""The custody entries about people outside: who was told, given the record, or has read it."""

from __future__ import annotations

from tracker.domain.codes import Code, Fact
from tracker.domain.command import ChangeUser, RecordDelivery, RecordRead, ShareRecord
from tracker.domain.finding import FindingType
from tracker.domain.outcome import Noted


def access(command: ShareRecord | RecordRead | ChangeUser) -> Noted:
    """Who was given the record, who has read it, and who may."""
    facts: dict[str, Fact]
    if isinstance(command, RecordRead):
        type_, code = FindingType.RECORD_READ, Code.RECORD_READ
        facts = {
            "what": command.what,
            "share": command.share,
            "role": command.role,
            "request": command.request,
        }
    elif isinstance(command, ChangeUser):
        type_, code = FindingType.USER_CHANGED, Code.USER_CHANGED
        facts = {
            "user": command.user,
            "change": command.change,
            "role": command.role,
            "request": command.request,
        }
    elif command.withdrawn:
        type_, code = FindingType.SHARE_WITHDRAWN, Code.SHARE_WITHDRAWN
        facts = {"share": command.share, "reader": command.reader}
    else:
        type_, code = FindingType.RECORD_SHARED, Code.RECORD_SHARED
        until = command.until.isoformat()
        facts = {"share": command.share, "reader": command.reader, "until": until}
    return Noted(type=type_, code=code, at=command.at, actor=command.by, facts=facts)


def delivery(command: RecordDelivery) -> Noted:
    """What became of a message to somebody. Who that is enters the log as a commitment."""
    facts: dict[str, Fact] = {
        "notice": command.notice,
        "update": command.update,
        "delivery": command.delivery,
        "channel": command.channel,
        "contact": command.contact,
        "attempts": command.attempts,
    }
    if command.accepted:
        facts["milliseconds"] = command.milliseconds
    else:
        facts["reason"] = command.reason
    return Noted(
        type=FindingType.NOTIFIED,
        code=Code.NOTICE_ACCEPTED if command.accepted else Code.NOTICE_DEAD,
        at=command.occurred_at,
        actor=command.by,
        facts=facts,
    )

"""A device of an open shipment sent what cannot be read: its next word may be of a cut seal.

A warning, counted while it goes on; it is over once the device was understood for `reject_over_min`
without another such message. The bytes are kept among the rejects, their digest in the entry.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code
from tracker.domain.command import ReportReject
from tracker.domain.outcome import Cleared, Raised
from tracker.domain.policy import minutes
from tracker.domain.weighing import Weighed
from tracker.rules.base import NOTHING, Result, Rule, View
from tracker.rules.signs import NEVER

KEPT = 16
"""Digests: more than a broker sends again at once (Mosquitto keeps 20 unanswered in all)."""


class Memory(Struct, frozen=True, kw_only=True):
    """Since when, and when last; None where all is understood. told: digests of the newest, for
    a broker may deliver the same message again.
    """

    since: datetime | None = None
    last: datetime | None = None
    told: tuple[str, ...] = ()


def on_command(view: View, memory: Memory) -> Result:
    command = view.command
    if not isinstance(command, ReportReject) or command.device != view.device:
        return memory, NOTHING
    if command.sha256 in memory.told:
        return memory, NOTHING
    since = memory.since or view.at
    told = (*memory.told, command.sha256)[-KEPT:]
    return Memory(since=since, last=view.at, told=told), (
        Raised(
            kind=AlertKind.NOT_UNDERSTOOD,
            severity=Severity.WARNING,
            code=Code.NOT_UNDERSTOOD,
            facts={"place": command.place, "sha256": command.sha256},
            key=view.device,
            at=since,
            seen=view.at,
            **view.where(),
        ),
    )


def on_reading(view: View, memory: Memory) -> Result:
    if memory.last is None or view.now - memory.last < minutes(view.policy.reject_over_min):
        return memory, NOTHING
    return Memory(told=memory.told), (
        Cleared(
            kind=AlertKind.NOT_UNDERSTOOD,
            code=Code.UNDERSTOOD_AGAIN,
            key=view.device or "",
            at=view.now,
        ),
    )


def weighs(view: View, memory: Memory) -> tuple[Weighed, ...]:
    kind, command = AlertKind.NOT_UNDERSTOOD, view.command
    if not isinstance(command, ReportReject) or command.device != view.device:
        return (Weighed(kind=kind, measure="message_unreadable", value=False),)
    again = command.sha256 in memory.told
    return (
        Weighed(
            kind=kind,
            measure="message_unreadable",
            value=True,
            about=command.place,
            speaks=True,
        ),
        Weighed(kind=kind, measure="delivered_again", value=again, speaks=not again),
    )


RULE = Rule(
    name="not_understood",
    memory=Memory,
    keeps="device",
    on_command=on_command,
    on_reading=on_reading,
    wakes=NEVER,
    weighs=weighs,
)

"""A message about an incident was given up: no attempt reached anybody on that channel.

As grave as what it was to tell. It is over once the channel accepts a message about this shipment
again. What could not be told of this very alert raises nothing: it would never end.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from tracker.domain.alert import AlertKind
from tracker.domain.codes import Code
from tracker.domain.command import RecordDelivery
from tracker.domain.outcome import Cleared, Raised
from tracker.domain.weighing import Weighed
from tracker.rules.base import NOTHING, Result, Rule, View


class Memory(Struct, frozen=True, kw_only=True):
    """The channels on which something was given up: since when."""

    dead: dict[str, datetime] = {}


def on_command(view: View, memory: Memory) -> Result:
    command = view.command
    if not isinstance(command, RecordDelivery):
        return memory, NOTHING
    channel = command.channel
    if command.accepted:
        since = memory.dead.get(channel)
        if since is None or command.occurred_at < since:
            return memory, NOTHING
        rest = {name: at for name, at in memory.dead.items() if name != channel}
        return Memory(dead=rest), (
            Cleared(
                kind=AlertKind.NOTICE_UNDELIVERED,
                code=Code.CHANNEL_DELIVERS_AGAIN,
                facts={"channel": channel},
                key=channel,
                at=command.occurred_at,
            ),
        )
    if not _tells(command):
        return memory, NOTHING
    since = memory.dead.get(channel, command.occurred_at)
    return Memory(dead={**memory.dead, channel: since}), (
        Raised(
            kind=AlertKind.NOTICE_UNDELIVERED,
            severity=command.severity,
            code=Code.NOTICE_UNDELIVERED,
            facts={"channel": channel, "reason": command.reason},
            key=channel,
            at=since,
            seen=command.occurred_at,
        ),
    )


def _tells(command: RecordDelivery) -> bool:
    return not command.accepted and not command.ours


def weighs(view: View, memory: Memory) -> tuple[Weighed, ...]:
    command = view.command
    delivery = command if isinstance(command, RecordDelivery) else None
    return (
        Weighed(
            kind=AlertKind.NOTICE_UNDELIVERED,
            measure="given_up",
            value=None if delivery is None else not delivery.accepted,
            speaks=delivery is not None and _tells(delivery),
        ),
    )


RULE = Rule(
    name="notice_delivery",
    memory=Memory,
    keeps="scope",
    on_command=on_command,
    weighs=weighs,
    without_shipment=True,
)

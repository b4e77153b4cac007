"""What became of deliveries enters the custody log: of each an entry where its alert has its own.

Many together: each commit among a shipment's entries makes the intake compute once more.
"""

from __future__ import annotations

from collections.abc import Iterator

from tracker.app.commands import CommandHandler
from tracker.app.unit_of_work import UnitOfWork
from tracker.domain.alert import AlertKind
from tracker.domain.command import RecordDelivery
from tracker.domain.finding import SYSTEM_ACTOR
from tracker.domain.notice import Delivery, DeliveryStatus
from tracker.ports import Store

AT_ONCE = 100
"""Deliveries in one commit: some tens of milliseconds of computing, so that it is seldom stale."""


class DeliveryRecorder:
    """One object, one thread. store: the handler's own."""

    def __init__(self, commands: CommandHandler, store: Store) -> None:
        self.commands, self.store = commands, store

    def once(self) -> int:
        """Record what is not recorded yet, at most `AT_ONCE`; how many there were."""
        if not self.store.unlogged(1):
            return 0
        recorded: list[str] = []

        def fill(unit: UnitOfWork) -> None:
            recorded[:] = self._fill(unit)

        self.commands.durably(fill, release=False)
        return len(recorded)

    def _fill(self, unit: UnitOfWork) -> list[str]:
        """Put them into the work; their ids. Another who records may be at it too. What was
        committed before their scopes were read is not told again, for it is looked at afterwards;
        what is committed later makes this work stale.
        """
        settled = self.store.unlogged(AT_ONCE)
        told = {one.id: list(self._said(one)) for one in settled}
        scopes = {scope for said in told.values() for scope, _ in said}
        unit.registry.hold(scopes)
        for scope in scopes:
            unit.reads(scope)
        ids = [one.id for one in self.store.unlogged(AT_ONCE) if one.id in told]
        for id_ in ids:
            for scope, what in told[id_]:
                unit.judge(scope, what)
        unit.logged += ids
        return ids

    def _said(self, delivery: Delivery) -> Iterator[tuple[str, RecordDelivery]]:
        """For each scope that it was about, the command that records it."""
        about: dict[str, list[str]] = {}
        for alert in delivery.covers or ((delivery.alert,) if delivery.alert else ()):
            about.setdefault(_scope(alert), []).append(alert)
        ours = self._ours(delivery)
        now = self.commands.now()
        for scope, alerts in (about or {delivery.scope: [delivery.notice]}).items():
            yield (
                scope,
                RecordDelivery(
                    at=now,
                    by=SYSTEM_ACTOR,
                    occurred_at=delivery.settled_at or now,
                    delivery=delivery.id,
                    notice=", ".join(alerts),
                    update=delivery.update,
                    channel=delivery.channel,
                    severity=delivery.severity,
                    accepted=delivery.status is DeliveryStatus.ACCEPTED,
                    contact=delivery.contact,
                    milliseconds=delivery.waited_ms or 0,
                    attempts=delivery.attempts,
                    reason=delivery.error,
                    ours=ours,
                ),
            )

    def _ours(self, delivery: Delivery) -> bool:
        """It was about nothing but messages that were not delivered."""
        ids = delivery.covers or ((delivery.alert,) if delivery.alert else ())
        kinds = {alert.kind for one in ids if (alert := self.store.alert(one)) is not None}
        return kinds == {AlertKind.NOTICE_UNDELIVERED}


def _scope(alert: str) -> str:
    """As `Alert.scope`."""
    return alert.rpartition("-")[0]

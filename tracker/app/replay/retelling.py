"""One record, told as often as one likes, each time by another policy or other zones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from msgspec import Struct

from tracker.app.planning import Geography
from tracker.app.replay.difference import Difference, KindCount, counted, differences
from tracker.app.replay.record import Record
from tracker.app.replay.rehearsal import Progress, Rehearsal, unheeded
from tracker.domain.alert import Alert, AlertKind
from tracker.domain.errors import UsageError
from tracker.domain.layers import AS_SHIPPED, Layers
from tracker.domain.policy import Policy
from tracker.ports import Journal, Records
from tracker.rules import ORDER
from tracker.rules.base import Rule


class Outcome(Struct, frozen=True, kw_only=True):
    """before: the alerts on record; after: those that telling it again raises; found: what differs
    between the two. readings: so many were judged.
    """

    before: list[Alert]
    after: list[Alert]
    found: list[Difference]
    readings: int

    @property
    def kinds(self) -> list[KindCount]:
        return counted(self.before, self.after, self.found)


class Retelling:
    """journal: makes an empty one that forgets. since, until: only alerts of incidents that were
    first known in this time are compared.
    """

    def __init__(
        self,
        records: Records,
        record: Record,
        journal: Callable[[], Journal],
        *,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> None:
        self.record, self._journal = record, journal
        self._since, self._until = since, until
        self._contents = {one.version: one.content for one in records.geographies()}
        self.recorded = {one.id: one for one in records.alerts()}

    def tell(
        self,
        policy: Policy,
        layers: Layers = AS_SHIPPED,
        *,
        zones: Geography | None = None,
        rules: tuple[Rule, ...] = ORDER,
        progress: Progress = unheeded,
    ) -> Outcome:
        """By this policy and its layers; and by these zones throughout, or, without any, by those
        that were in force then.

        Raises UsageError for a journal in which none were ever in force.
        """
        if zones is not None:
            first, given = zones, dict[str, Geography]()
            rehearsal = Rehearsal(self.record, self._journal(), first, rules=rules)
        else:
            given = {}

            def of(version: str) -> Geography | None:
                if version not in given and version in self._contents:
                    given[version] = Geography.of_content(self._contents[version], policy, layers)
                return given.get(version)

            first_ = of(next(iter(self._contents), ""))
            if first_ is None:
                raise UsageError(
                    "there is nothing to replay: no tracker has run on this journal",
                    mend="tracker run",
                )
            rehearsal = Rehearsal(self.record, self._journal(), first_, zones=of, rules=rules)
        told = rehearsal.run(self.recorded, progress)
        known = [one for one in self.recorded.values() if self.record.judges(one.scope)]
        return Outcome(
            before=list(filter(self._counts, known)),
            after=list(filter(self._counts, told)),
            found=[
                one
                for one in differences(known, told)
                if self._counts(one.before) or self._counts(one.after)
            ],
            readings=rehearsal.heard,
        )

    def _counts(self, alert: Alert | None) -> bool:
        since, until = self._since, self._until
        if alert is None or alert.kind is AlertKind.NOTICE_UNDELIVERED:  # nothing is sent here
            return False
        return (since is None or alert.raised_at >= since) and (
            until is None or alert.raised_at < until
        )

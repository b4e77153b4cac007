"""Why an alert was raised, and why none was: the record told again, in memory."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tracker.config import Config
from tracker.wiring.zones import geography

if TYPE_CHECKING:
    from tracker.app.explain.told import Story, WhyNot
    from tracker.domain.alert import Alert, AlertKind
    from tracker.ports import Records


def story(config: Config, records: Records, alert: Alert) -> Story:
    """What led to it, what was compared, what became of it. Raises UsageError for zones or a policy
    that cannot be used.
    """
    from tracker.adapters.journal.memory import MemoryJournal
    from tracker.app.explain import why

    return why.story(records, geography(config), MemoryJournal(), alert, datetime.now(UTC))


def why_not(
    config: Config, records: Records, shipment: str, kind: AlertKind, at: datetime
) -> WhyNot:
    """What kept it quiet. Raises NotFound, and UsageError for a time before anything was heard."""
    from tracker.adapters.journal.memory import MemoryJournal
    from tracker.app.explain import why_not

    return why_not.why_not(
        records, geography(config), MemoryJournal(), shipment=shipment, kind=kind, at=at
    )

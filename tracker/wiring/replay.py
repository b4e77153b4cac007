"""The whole journal told again, in memory, by another policy or other zones."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.config import Config, load
from tracker.domain.errors import NotFound
from tracker.domain.layers import Layers
from tracker.domain.policy import Policy
from tracker.wiring.database import read_only
from tracker.wiring.zones import geofences

if TYPE_CHECKING:
    from tracker.app.planning import Geography
    from tracker.app.replay.retelling import Retelling


def policy_of(file: Path | None, config: Config) -> tuple[Policy, Layers]:
    """The policy of that configuration file with its layers (its other sections do not count), else
    the one in force. Raises UsageError with the place of what is wrong in it.
    """
    found = config if file is None else load(file, {})
    return found.policy, found.layers


def zones_of(
    files: Sequence[Path], config: Config, policy: Policy, layers: Layers
) -> Geography | None:
    """Those that ship with those of the files; None without a file: as they were."""
    from tracker.app.planning import Geography

    if not files:
        return None
    return Geography(geofences([str(file) for file in files], config.zones.without), policy, layers)


@contextmanager
def retelling(
    config: Config,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    shipments: Collection[str] = (),
) -> Iterator[Retelling]:
    """The record of the journal, which is opened to be read only. Raises as `read_only` does, and
    NotFound for a shipment that it does not have.
    """
    from tracker.adapters.journal.memory import MemoryJournal
    from tracker.app.replay.record import Record
    from tracker.app.replay.retelling import Retelling

    with read_only(config) as records:
        for shipment in shipments:
            if records.shipment(shipment) is None:
                raise NotFound(
                    f"there is no shipment {shipment}", mend="`tracker shipment list` names them"
                )
        yield Retelling(
            records,
            Record(records, datetime.now(UTC), since=since, until=until, chosen=shipments),
            MemoryJournal,
            since=since,
            until=until,
        )

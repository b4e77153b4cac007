"""What `tracker doctor` says of what must run: the database, the broker, the tracker itself.

Before the first `tracker run` nothing runs, and nothing is wrong. Afterwards a broker of our own
that is not running is a fault, and so is a tracker that shows no sign of life.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tracker.cli.shared.watched import sentence, watch_now
from tracker.config import Config
from tracker.domain.errors import StorageAway, TrackerError, UsageError

if TYPE_CHECKING:
    from tracker.app.notify.status import ChannelStatus

LOCK_S = 2.0
"""The database is called locked if nobody can write for so long; a commit takes milliseconds."""
UTC = ZoneInfo("UTC")


def database(config: Config) -> str:
    from tracker import wiring

    if not wiring.made(config):
        wiring.may_be_made(config)
        return f"{config.database.url}: not there yet; `tracker run` makes it"
    with wiring.journal(config) as journal:
        counts = journal.counts()
        try:
            journal.may_write(LOCK_S)
        except StorageAway as error:
            raise StorageAway(
                f"{error.what}; a tracker that runs waits for it, and what devices say stays "
                "unacknowledged at the broker",
                where=error.where,
                mend=error.mend,
            ) from error
    return f"{config.database.url}: " + ", ".join(f"{n} {what}" for what, n in counts.items())


def broker(config: Config) -> str:
    from tracker import wiring

    try:
        answered = wiring.probe(config)
    except wiring.NotRunning as error:
        if _before_the_first_run(config):
            program = wiring.embedded(config).rehearse()
            return (
                f"{error.where}: not running yet, as is to be expected before the first "
                f"`tracker run`, which starts it ({program})"
            )
        if _runs(config):
            raise wiring.NotRunning(
                error.what,
                where=error.where,
                mend="the tracker runs and starts it again and again: see what `tracker run` says",
            ) from error
        raise
    return f"{answered}; {_no_blanks(config)}" if config.broker.embedded else answered


def _no_blanks(config: Config) -> str:
    """Raises UsageError if clients were thrown out for a blank."""
    from tracker import wiring

    if thrown := wiring.embedded(config).thrown_out():
        raise UsageError(
            "the embedded broker takes no topic with a blank, and throws out who has one: "
            f"{', '.join(thrown)}",
            mend="take the blanks out of the names of their users and devices, "
            "or use another broker",
        )
    return "embedded, takes no topic with a blank"


def tracker(config: Config) -> str:
    from tracker import wiring
    from tracker.app.queries.watch import Watching

    with wiring.records(config) as records:
        now, opened = watch_now(config, records), len(records.shipments(closed=False))
    if now.watched:
        return f"watching, {sentence(now, UTC)}"
    if now.watching is Watching.NEVER and wiring.broker_runs(config):
        raise UsageError(
            "the embedded broker runs, and this database knows of no tracker",
            where=config.database.url,
            mend="is this the tracker's database, and its disk mounted?",
        )
    if now.watching is Watching.NEVER and not opened:
        return "not running yet: `tracker run` watches"
    shipments = f"; shipments open: {opened}" if opened else ""
    mend = "`tracker run` starts it"
    if now.watching is Watching.DEAF:
        mend = "see that the broker runs and can be reached; the tracker connects by itself"
    if now.watching is Watching.PARTLY:
        mend = "it is started again by itself; if it ends again, what `tracker run` says tells why"
    raise UsageError(f"{sentence(now, UTC)}{shipments}", mend=mend)


def notices(config: Config) -> str:
    """Raises UsageError if alerts are not told, or could not be."""
    from tracker import wiring
    from tracker.app.notify.status import state

    policy, now = config.notices.policy, datetime.now(UTC)
    if not policy.tells:
        return "nobody is told of alerts: [notify] has no routes"
    with wiring.records(config) as records:
        found = state(records, config.notices.channels, now)
    if not found.begun:
        return "nobody delivers yet; `tracker run` begins"
    waits = 0.0 if found.behind_since is None else (now - found.behind_since).total_seconds()
    if waits > config.intake.dead_after_s:
        raise UsageError(
            f"nobody delivers: {found.behind} entries of the log are not looked at, "
            f"for {waits:.0f} s",
            mend="`tracker run` starts it, or `tracker notify run` if [notify] inside = false",
        )
    for channel in found.channels:
        _delivers(channel, config.intake.dead_after_s)
    accepted = sum(channel.accepted for channel in found.channels)
    return f"{len(found.channels)} channels, {accepted} messages accepted within a day"


def _delivers(channel: ChannelStatus, longest_s: float) -> None:
    """Raises UsageError for a channel that does not."""
    where = f"[notify.channels.{channel.channel}]"
    mend = "`tracker notify status` shows more, `tracker notify test` tries it"
    if channel.dead:
        what = f"{channel.dead} messages were given up within a day: {channel.error}"
        raise UsageError(what, where=where, mend=mend)
    if channel.pending and not channel.configured:
        what = f"{channel.pending} messages wait for it, and it is not configured"
        raise UsageError(what, where=where, mend="configure it again, or start the tracker anew")
    if channel.oldest_s is not None and channel.oldest_s > longest_s:
        why = f": {channel.error}" if channel.error else ""
        what = f"{channel.pending} messages wait, the oldest for {channel.oldest_s:.0f} s{why}"
        raise UsageError(what, where=where, mend=mend)


def _before_the_first_run(config: Config) -> bool:
    from tracker import wiring
    from tracker.app.queries.watch import Watching

    try:
        with wiring.records(config) as records:
            never = watch_now(config, records).watching is Watching.NEVER
            return never and not records.shipments(closed=False)
    except TrackerError:  # told by the check of the database
        return False


def _runs(config: Config) -> bool:
    from tracker import wiring
    from tracker.app.queries.watch import Watching

    try:
        with wiring.records(config) as records:
            now = watch_now(config, records).watching
            return now in (Watching.YES, Watching.DEAF, Watching.PARTLY)
    except TrackerError:
        return False

"""The watchdog: what it sees, whom it tells, what it remembers."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.config import Config
from tracker.domain.errors import ServiceUnreachable, TrackerError, UsageError
from tracker.wiring.brokers import mqtt_settings
from tracker.wiring.channels import channel
from tracker.wiring.database import made, read_only

if TYPE_CHECKING:
    from tracker.adapters.mqtt.status import StatusEar
    from tracker.app.watchdog import Seen, Watchdog
    from tracker.ports import Clock, Heartbeat, Outgoing

log = logging.getLogger(__name__)
HANGS_S = 5.0
"""A channel that takes so much longer than it may is not waited for."""
PING_S = 10.0
"""Whoever hears the ping may take so long to answer."""
SIGNS = 2.5
"""So many times the pause between two signs of life is enough for one to come."""


@contextmanager
def watchdog(config: Config, *, clock: Clock | None = None) -> Iterator[Watchdog]:
    """Ready to look; what it hears of the broker by then is a first impression.

    Raises UsageError where nobody can be told, or the limit is shorter than the signs are apart.
    """
    import secrets

    from tracker.adapters.clock import SystemClock
    from tracker.adapters.mqtt.status import StatusEar
    from tracker.adapters.small_file import SmallFile
    from tracker.app.watchdog import Watchdog, targets
    from tracker.domain.dead_man import Limits

    clock = clock or SystemClock()
    where = f"{config.source or 'the environment'}: [watchdog]"
    heartbeat_s = config.intake.heartbeat_s
    grace_s = heartbeat_s * SIGNS
    if config.watchdog.silent_s <= grace_s:
        raise UsageError(
            f"silent_s is {config.watchdog.silent_s:g} s, and a sign of life comes every "
            f"{heartbeat_s:g} s",
            where=where,
            mend=f"more than {grace_s:g} s, or a shorter [intake] heartbeat_s",
        )
    ladder = config.watchdog.ladder
    if ladder is not None and ladder not in config.notices.policy.ladders:
        known = ", ".join(config.notices.policy.ladders) or "none"
        raise UsageError(f"there is no ladder {ladder!r}", where=where, mend=f"ladders: {known}")
    told = targets(config.notices.policy, ladder, clock.now())
    if not told:
        raise UsageError(
            "there is nobody to be told that nobody is watching",
            where=where,
            mend="write [notify.channels.NAME] and a [notify.contacts.NAME] of the house",
        )
    for name in {one.channel for one in told}:
        channel(config, name).close()
    settings = mqtt_settings(config)
    name = f"{settings.client_id}-watchdog-{secrets.token_hex(3)}"
    url = config.watchdog.ping_url
    if url is not None and not url.startswith(("https://", "http://")):
        raise UsageError("ping_url is no address of the web", where=where, mend="https://...")
    with closing(StatusEar(settings, clock, name)) as ear:
        _first_impression(config, ear, settings.connect_timeout_s, grace_s, clock)
        yield Watchdog(
            eye=lambda: _seen(config, ear),
            targets=lambda: targets(config.notices.policy, ladder, clock.now()),
            post=lambda messages: _post(config, messages),
            memory=SmallFile(Path(config.watchdog.state_file)),
            clock=clock,
            limits=Limits(
                silent=timedelta(seconds=config.watchdog.silent_s),
                grace=timedelta(seconds=grace_s),
            ),
            ping=None if url is None else lambda: _ping(url),
            ping_s=config.watchdog.ping_s,
        )


def _first_impression(
    config: Config, ear: StatusEar, connect_s: float, grace_s: float, clock: Clock
) -> None:
    """Wait for the broker to answer and for a sign of life, if that takes no longer than it may."""
    import time

    if not ear.wait(connect_s):
        return
    deadline = time.monotonic() + grace_s
    silent = timedelta(seconds=config.watchdog.silent_s)
    while time.monotonic() < deadline:
        seen = _seen(config, ear)
        beat = seen.heartbeat
        signs = [seen.sign_at] if beat is None or beat.ended_at else [seen.sign_at, beat.at]
        lives = seen.status not in ("gone", "ended") or len(signs) > 1
        if lives and any(at is not None and clock.now() - at < silent for at in signs):
            return
        time.sleep(0.1)


def _seen(config: Config, ear: StatusEar) -> Seen:
    from tracker.app.watchdog import Seen

    status, sign_at, gone_at = ear.heard
    readable, heartbeat = _heartbeat(config)
    return Seen(
        sign_at=sign_at,
        status=None if status is None else status.status,
        gone_at=gone_at,
        trouble="" if status is None else status.trouble,
        broker=ear.trouble,
        heartbeat=heartbeat,
        blind=not readable,
    )


def _heartbeat(config: Config) -> tuple[bool, Heartbeat | None]:
    """Of the journal; whether it can be read here. Whatever is wrong with it is the tracker's."""
    try:
        if not made(config):
            return False, None
        with read_only(config) as records:
            return True, records.heartbeat()
    except TrackerError as error:
        log.info("the journal cannot be read: %s", error)
        return False, None


def _post(config: Config, messages: Sequence[Outgoing]) -> set[str]:
    """Each in a thread of its own: a channel that hangs holds up no other."""
    import threading
    import time

    taken: set[str] = set()

    def send(message: Outgoing, timeout_s: float) -> None:
        try:
            with closing(channel(config, message.channel)) as opened:
                opened.send(message, timeout_s=timeout_s)
            taken.add(message.id)
        except Exception as error:  # noqa: BLE001 - another channel may still tell it
            reason = getattr(error, "reason", type(error).__name__)
            log.warning("%s did not take the message: %s", message.channel, reason)

    deadline = time.monotonic()
    threads = []
    for message in messages:
        timeout_s = config.notices.channels[message.channel].timeout_s
        deadline = max(deadline, time.monotonic() + timeout_s + HANGS_S)
        threads.append(threading.Thread(target=send, args=(message, timeout_s), daemon=True))
        threads[-1].start()
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    return set(taken)


def _ping(url: str) -> None:
    """Bounded in time, with the look-up of the name. The URL is a secret, and is not logged."""
    import threading

    from tracker.adapters.outsiders.http_post import get

    def ask() -> None:
        try:
            answer = get(url, timeout_s=PING_S)
        except (ServiceUnreachable, UsageError):
            log.warning("the ping was not heard")
            return
        if answer.status >= 400:
            log.warning("the ping was answered with status %d", answer.status)

    thread = threading.Thread(target=ask, name="ping", daemon=True)
    thread.start()
    thread.join(PING_S)

"""What the embedded broker's log says, line by line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tracker.adapters.broker.server_log import AGAIN_S, Listener, complaints, newest

# ruff: noqa: E501
# As NATS 2.15.1 writes them.
LINES = """\
[440] 2026/11/30 14:01:25.665 [INF] Server is ready
[440] 2026/11/30 14:01:25.665698 [ERR] 127.0.0.1:43621 - mid:25 - "phone-jose" - character not supported for MQTT topics
[440] 2026/11/30 14:01:26.668742 [ERR] 127.0.0.1:43703 - mid:26 - "phone-jose" - character not supported for MQTT topics
[440] 2026/11/30 14:01:27.000001 [ERR] 127.0.0.1:43704 - mid:27 - authentication error - User "x"
[440] 2026/11/30 14:01:28.000001 [ERR] JetStream out of space
"""


def test_errors_are_read_with_their_client() -> None:
    found = complaints(LINES)
    assert [(one.client, one.blank) for one in found] == [
        ("phone-jose", True), ("phone-jose", True), ("", False), ("", False),
    ]  # fmt: skip
    assert found[0].at == datetime(2026, 11, 30, 14, 1, 25, tzinfo=UTC)
    assert found[2].what == 'authentication error - User "x"'
    assert "JetStream out of space" in str(found[3])


def test_each_is_told_once_in_a_while_across_a_new_file(tmp_path: Path) -> None:
    log, now = tmp_path / "nats.log", 0.0
    log.write_text(LINES)
    listener = Listener(log, lambda: now)
    assert listener.news() == [], "what was there before is old"
    with log.open("a") as file:
        file.write(LINES + LINES[:20])
    assert len(listener.news()) == 3
    log.write_text(LINES[:-1])
    assert listener.news() == []
    now = AGAIN_S + 1
    with log.open("a") as file:
        file.write("\n" + LINES)
    assert len(listener.news()) == 3


def test_only_the_newest_count(tmp_path: Path) -> None:
    log = tmp_path / "nats.log"
    assert newest(log, timedelta(hours=1), datetime.now(UTC)) == []
    log.write_text(LINES)
    then = datetime(2026, 11, 30, 14, 30, tzinfo=UTC)
    assert len(newest(log, timedelta(hours=1), then)) == 4
    assert newest(log, timedelta(minutes=10), then) == []

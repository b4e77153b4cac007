"""Which of many: periods, kinds, limits, and several ids in one call."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.cli.conftest import SHIPMENT, Run
from tracker.cli.shared.choice import moment_of
from tracker.domain.errors import UsageError

NOW = datetime(2026, 3, 2, 18, tzinfo=UTC)
MONTERREY = ZoneInfo("America/Monterrey")  # UTC-6


@pytest.fixture
def three(opened: Run) -> Run:
    """Three open alerts: TRIP-1-1 to TRIP-3-1."""
    for number in (2, 3):
        other = {**SHIPMENT, "id": f"TRIP-{number}", "devices": [{"id": f"SEAL-{number}"}]}
        other["seals"] = [{"number": f"MX00{number}", "device": f"SEAL-{number}"}]
        opened("shipment", "open", "-", stdin=json.dumps(other))
    for number, seal in ((1, "MX0012345"), (2, "MX002"), (3, "MX003")):
        handover = ["shipment", "handover", f"TRIP-{number}", "--to", "transfer"]
        opened(*handover, "--from", "acme", "--seal", seal)
        opened(*handover, "--accept", "--seal", "ANOTHER1", code=1)
    return opened


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2026-03-02", datetime(2026, 3, 2, 6, tzinfo=UTC)),
        ("2026-03-02T08:00", datetime(2026, 3, 2, 14, tzinfo=UTC)),
        ("2026-03-02 08:00:30", datetime(2026, 3, 2, 14, 0, 30, tzinfo=UTC)),
        ("2026-03-02T08:00:00Z", datetime(2026, 3, 2, 8, tzinfo=UTC)),
        ("2026-03-02T08:00:00-05:00", datetime(2026, 3, 2, 13, tzinfo=UTC)),
        ("90m", NOW - timedelta(minutes=90)),
        ("24h ago", NOW - timedelta(hours=24)),
        ("7d", NOW - timedelta(days=7)),
    ],
)
def test_times_as_people_write_them(said: str, meant: datetime) -> None:
    assert moment_of(said, MONTERREY, NOW, where="--since") == meant


@pytest.mark.parametrize("said", ["yesterday", "", "2026-13-01", "24", "999999w", "02/03/2026"])
def test_what_is_no_time_is_said_so(said: str) -> None:
    with pytest.raises(UsageError, match=r"--since: .* is no time"):
        moment_of(said, MONTERREY, NOW, where="--since")


def test_lists_take_periods_kinds_and_limits(three: Run) -> None:
    def ids(*arguments: str) -> list[str]:
        return [one["id"] for one in three(*arguments, "--json").documents]

    every = [f"TRIP-{number}-1" for number in (1, 2, 3)]
    assert ids("alerts", "list", "--since", "1h") == every
    assert ids("alerts", "list", "--until", "1h") == []
    assert ids("alerts", "list", "--limit", "2") == every[1:]
    assert ids("alerts", "list", "--kind", "handover_mismatch", "--severity", "critical") == every
    assert ids("alerts", "list", "--kind", "jamming", "--kind", "silence") == []
    assert ids("shipment", "list", "--limit", "1") == ["TRIP-3"]
    assert ids("shipment", "list", "--until", "2020-01-01") == []
    raised = three("log", "show", "--kind", "alert_raised", "--since", "1h", "--json").documents
    assert [one["type"] for one in raised] == ["alert_raised"] * 3
    assert ids("log", "show", "--until", "2020-01-01") == []
    assert ids("rejects", "list", "--since", "1h", "--limit", "5") == []
    wrong = three("alerts", "list", "--since", "1h", "--until", "2h", code=2).err
    assert "--until" in wrong
    assert "is no time" in three("log", "show", "--since", "noon", code=2).err


def test_several_ids_in_one_call_and_one_that_is_wrong_costs_the_others_nothing(
    three: Run,
) -> None:
    ran = three("alerts", "ack", "TRIP-1-1", "TRIP-9-1", "TRIP-2-1", "TRIP-1-1", "--json", code=2)
    assert [one["facts"]["alert"] for one in ran.documents] == ["TRIP-1-1", "TRIP-2-1"]
    assert "TRIP-9-1" in ran.err
    closed = three(
        "alerts", "close", "TRIP-1-1", "TRIP-2-1", "--as", "test", "--reason", "checked", "--json"
    )
    assert [one["type"] for one in closed.documents] == ["alert_closed"] * 2
    shown = three("alerts", "show", "TRIP-1-1", "TRIP-3-1", "--json").documents
    assert [one["status"] for one in shown] == ["closed", "raised"]
    assert three("alerts", "show", "TRIP-1-1", "TRIP-3-1").out.count("handover_mismatch") >= 2
    shipments = three("shipment", "show", "TRIP-3", "NONE", "TRIP-1", "--json", code=2)
    assert [one["id"] for one in shipments.documents] == ["TRIP-3", "TRIP-1"]
    assert "there is no shipment NONE" in shipments.err
    assert "there is no reject 1" in (both := three("rejects", "show", "1", "2", code=2).err)
    assert "there is no reject 2" in both

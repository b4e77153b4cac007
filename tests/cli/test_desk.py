"""`tracker alerts` for a desk of several: who has it, what was said, until when it is quiet."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.cli.conftest import Run

ALERT = "TRIP-1-1"


def shown(run: Run) -> dict[str, object]:
    (alert,) = run("alerts", "show", ALERT, "--json").documents
    assert isinstance(alert, dict)
    return alert


def test_who_acknowledges_second_is_told_who_was_first(alerted: Run) -> None:
    alerted("alerts", "ack", ALERT, "--by", "ana", "--note", "calling the yard")
    second = alerted("alerts", "ack", ALERT, "--by", "bob", "--note", "I am near", "--json")
    assert f"{ALERT} was acknowledged before, by ana at " in second.err
    assert [one["type"] for one in second.documents] == ["alert_commented"]
    assert shown(alerted)["acknowledged_by"] == "ana"
    assert re.search(r"bob +acknowledged too, .*: I am near", alerted("alerts", "show", ALERT).out)


def test_assigned_and_assigned_anew(alerted: Run) -> None:
    alerted("alerts", "assign", ALERT, "--to", "bob", "--by", "ana", "--note", "look at the doors")
    assert shown(alerted)["assigned_to"] == "bob"
    assert "(for bob)" in alerted("alerts", "list").out
    alerted("alerts", "assign", ALERT, "--to", "night desk")
    alert = shown(alerted)
    assert (alert["assigned_to"], alert["status"]) == ("night desk", "raised")
    story = alerted("alerts", "show", ALERT).out
    assert "assigned to bob: look at the doors" in story
    alerted("privacy", "erase", "--person", "bob", "--reason", "GDPR-7", "--yes")
    alerted("privacy", "erase", "--person", "night desk", "--reason", "GDPR-8", "--yes")
    assert shown(alerted)["assigned_to"] == "erased"
    assert "bob" not in alerted("alerts", "show", ALERT).out
    assert "bob" not in alerted("log", "show", "--json").out


def test_a_comment_is_in_its_story(alerted: Run) -> None:
    alerted("alerts", "comment", ALERT, "--text", "the driver does not answer", "--by", "ana")
    assert re.search(
        r"alert_commented +ana +the driver does not answer", alerted("alerts", "show", ALERT).out
    )


def test_snoozed_for_a_while(alerted: Run) -> None:
    (entry,) = alerted("alerts", "snooze", ALERT, "--for", "2h", "--json").documents
    assert entry["code"] == "alert_snoozed"
    alert = shown(alerted)
    snooze = alert["snooze"]
    assert isinstance(snooze, dict)
    until = datetime.fromisoformat(snooze["until"])
    assert until - datetime.fromisoformat(snooze["at"]) == timedelta(hours=2)
    assert alert["escalate_at"] is None
    assert "(snoozed)" in alerted("alerts", "list").out
    later = (datetime.now(UTC) + timedelta(hours=3)).isoformat()
    alerted("alerts", "snooze", ALERT, "--until", later, "--reason", "queue")
    assert "snoozed until" in alerted("alerts", "show", ALERT).out


@pytest.mark.parametrize(
    ("limits", "code", "told"),
    [
        ([], 1, "without a limit"),
        (["--for", "2h", "--until", "2099-01-01T00:00:00Z"], 2, "both say when"),
        (["--for", "soon"], 2, "'soon' is no time"),
        (["--for", "0h"], 2, "is no time"),
        (["--until", "2020-01-01T00:00:00Z"], 1, "is past"),
        (["--for", "3d"], 1, "longer than 1440 min"),
        (["--distance-m", "500"], 1, "nobody knows where"),
        (["--zone", "moon"], 1, "not known to be in zone moon"),
    ],
)
def test_a_snooze_that_makes_no_sense(
    alerted: Run, limits: list[str], code: int, told: str
) -> None:
    assert told in alerted("alerts", "snooze", ALERT, *limits, code=code).err


def test_many_are_shown_before_anything_is_done(alerted: Run) -> None:
    asked = alerted("alerts", "ack", "--all", stdin="n\n", code=1)
    assert "1 open alert: 1 " in asked.err
    assert ALERT in asked.err
    assert shown(alerted)["status"] == "raised"
    alerted("alerts", "ack", "--all", stdin="y\n")
    assert shown(alerted)["status"] == "acknowledged"


def test_many_at_once(alerted: Run) -> None:
    for command in (
        ["ack", "--shipment", "TRIP-1"],
        ["assign", "--to", "bob", "--kind", "handover_mismatch", "--severity", "critical"],
        ["comment", "--text", "so", "--since", "1h ago"],
        ["snooze", "--for", "1h", "--all"],
        ["close", "--as", "true", "--reason", "misread", "--all"],
    ):
        ran = alerted("alerts", *command, "--yes", "--json")
        assert [one["facts"]["alert"] for one in ran.documents] == [ALERT]


def test_what_does_not_fit_is_not_touched(alerted: Run) -> None:
    for chosen in (["--kind", "jamming"], ["--crossing", "nowhere"], ["--device", "L9"]):
        assert "no open alert fits" in alerted("alerts", "ack", *chosen, "--yes", code=2).err
    assert "NONE" in alerted("alerts", "ack", "--shipment", "NONE", "--yes", code=2).err
    assert "which alerts?" in alerted("alerts", "ack", "--yes", code=2).err
    assert "not both" in alerted("alerts", "ack", ALERT, "--all", "--yes", code=2).err
    assert shown(alerted)["status"] == "raised"

from __future__ import annotations

from typing import Any

import pytest

from tests.audit.made import dossier, said, stated, told
from tracker.app.queries.entries import CustodyEntry
from tracker.audit.alerts import alerts


def alert(what: str, minute: float = 10, severity: str = "critical", **more: Any) -> CustodyEntry:
    facts = {"alert": "S1-1", "kind": "seal_tampered", "severity": severity}
    code = {"code": "rope_cut"} if what == "raised" else {"reason": "inspected"}
    return said(f"alert_{what}", minute, **{**facts, **code, **more})


RAISED, TAKEN, CLOSED = alert("raised"), alert("acknowledged", 12), alert("closed", 30)
WORDS = "alert S1-1 (seal tampered: the rope was cut) "


def test_no_alert_is_nothing_to_tell() -> None:
    assert list(alerts(dossier(closed=5))) == []


def test_an_alert_that_was_dealt_with() -> None:
    found = list(alerts(dossier(RAISED, TAKEN, CLOSED)))
    assert told(found) == []
    assert stated(found) == ["1 of 1 alerts were dealt with in time and closed with a reason"]


@pytest.mark.parametrize(
    ("entries", "severity", "what"),
    [
        ([RAISED], "critical", "was never acknowledged or closed"),
        ([RAISED, TAKEN], "critical", "was acknowledged, and never closed"),
        ([alert("raised", severity="warning")], "warning", "was never acknowledged or closed"),
        (
            [alert("raised", severity="warning"), alert("changed")],
            "critical",
            "was never acknowledged or closed",
        ),
        ([RAISED, alert("closed", reason=" ")], "critical", "was closed without a reason"),
        (
            [RAISED, alert("escalated", 15), TAKEN, CLOSED],
            "warning",
            "escalated: nobody took it up in time",
        ),
    ],
)
def test_an_alert_that_was_not(entries: list[CustodyEntry], severity: str, what: str) -> None:
    assert told(alerts(dossier(*entries))) == [(severity, WORDS + what)]


def test_an_alert_for_information_is_not_unaccounted_for() -> None:
    (found,) = alerts(dossier(alert("raised", severity="info")))
    assert (told([found]), found.mend) == ([], "")
    (warning,) = alerts(dossier(alert("raised", severity="warning")))
    assert warning.mend == "tracker alerts close S1-1 --as VERDICT --reason WHAT-CAME-OF-IT"


def test_each_alert_is_judged_by_itself() -> None:
    other = {"alert": "S1-2"}
    found = list(alerts(dossier(RAISED, alert("raised", 11, **other), CLOSED)))
    assert [what.split()[1] for _, what in told(found)] == ["S1-2"]
    assert stated(found) == ["1 of 2 alerts were dealt with in time and closed with a reason"]

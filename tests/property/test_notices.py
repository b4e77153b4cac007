"""Whatever happens to incidents: who must be told is told in time, in order, and not too often."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.support.notices import NOON, Incidents, Pipe, policy, refusing
from tracker.domain.alert import Alert, AlertKind, AlertStatus, Severity
from tracker.domain.duty import DutyHours
from tracker.domain.notice import Update
from tracker.domain.notify_policy import Contact

KINDS = (AlertKind.SEAL_OPENED, AlertKind.SILENCE)
SOON = timedelta(seconds=10)
EVERY = timedelta(minutes=5)
DAY = DutyHours.parse("06:00-22:00")
PEOPLE = (
    Contact(id="ana", channels=("pipe",), timezone="America/Monterrey", hours=DAY),
    Contact(id="bob", channels=("pipe",)),
    Contact(id="dray", channels=("pipe",), custodian="drayage"),
)


class Notices(RuleBasedStateMachine):
    """Ana, then Bob; a machine beside them. The channel of people fails at times."""

    @initialize(hour=st.integers(0, 23))
    def begin(self, hour: int) -> None:
        what = policy(contacts=PEOPLE, steps=(("ana", "dray"), ("bob",)), machines=("erp",))
        start = NOON + timedelta(hours=hour)
        self.desk = Incidents(what, None, Pipe(), Pipe("erp"), start=start)
        self.alerts: dict[str, Alert] = {}
        self.called: dict[str, datetime] = {}  # critical and not answered: since when
        self.answered: dict[str, datetime] = {}
        self.failed_at: datetime | None = None

    def _put(self, alert: Alert) -> None:
        self.alerts[alert.id] = alert
        now = self.desk.clock.now()
        open_ = alert.status is AlertStatus.RAISED and alert.severity is Severity.CRITICAL
        if not open_:
            self.called.pop(alert.id, None)
            self.answered.setdefault(alert.id, now)
        elif alert.id not in self.called:
            self.called[alert.id] = now
            self.answered.pop(alert.id, None)

    @rule(count=st.sampled_from([1, 9]), critical=st.booleans(), kind=st.sampled_from(KINDS))
    def raised(self, count: int, critical: bool, kind: AlertKind) -> None:
        severity = Severity.CRITICAL if critical else Severity.WARNING
        for _ in range(count):
            number = len(self.alerts) + 1
            self._put(self.desk.raised(number, severity=severity, kind=kind))

    def _pick(self, chosen: int, *, closed: bool = False) -> Alert | None:
        fit = [one for one in self.alerts.values() if one.status is not AlertStatus.CLOSED]
        return fit[chosen % len(fit)] if fit else None

    @rule(chosen=st.integers(0, 99), what=st.sampled_from(["graver", "ended", "again", "more"]))
    def changes(self, chosen: int, what: str) -> None:
        alert = self._pick(chosen)
        if alert is None or (what == "graver" and alert.severity is Severity.CRITICAL):
            return
        if (what == "ended") is (alert.ended_at is not None) and what in ("ended", "again"):
            return
        if what == "again" and alert.status is AlertStatus.ACKNOWLEDGED:
            return  # the engine raises it anew, which `graver` and `more` are about
        self._put(getattr(self.desk, what)(alert))

    @rule(chosen=st.integers(0, 99), closes=st.booleans())
    def answers(self, chosen: int, closes: bool) -> None:
        alert = self._pick(chosen)
        if alert is None or (not closes and alert.status is not AlertStatus.RAISED):
            return
        self._put(self.desk.closed(alert) if closes else self.desk.acknowledged(alert))

    @rule(minutes=st.sampled_from([0.05, 0.5, 2, 6, 30]))
    def time_passes(self, minutes: float) -> None:
        self.desk.wait(minutes * 60, step_s=max(0.5, minutes * 3))

    @rule()
    def nobody_answers(self) -> None:
        self.desk.wait(16 * 60, step_s=20)

    @rule()
    def channel_fails(self) -> None:
        self.desk.pipe.failure = refusing
        self.desk.wait(120, step_s=5)
        self.desk.pipe.failure = None
        self.failed_at = self.desk.clock.now()
        self.desk.wait(60, step_s=1)

    @invariant()
    def whoever_must_be_told_is_told(self) -> None:
        if not hasattr(self, "desk"):
            return
        now = self.desk.clock.now()
        for id_, since in self.called.items():
            settled = max(since, self.failed_at or since)
            if now - settled < timedelta(minutes=3):
                continue
            told = [one for one in self.desk.pipe.taken if _is_about(one.data, id_)]
            assert told, f"{id_} was raised at {since} and nobody was told by {now}"
            if now - since > 3 * EVERY and now - settled > 3 * EVERY:
                assert any(one.contact == "bob" for one in told), f"{id_}: Bob was never asked"

    @invariant()
    def nobody_is_asked_who_need_not_be(self) -> None:
        if not hasattr(self, "desk"):
            return
        for delivery in self.desk.store.deliveries():
            if delivery.update is Update.ESCALATED and delivery.alert:
                since = self.answered.get(delivery.alert)
                assert since is None or delivery.created_at <= since
            assert delivery.contact != "dray", "no shipment here is theirs"

    @invariant()
    def each_message_is_told_once_and_in_order(self) -> None:
        if not hasattr(self, "desk"):
            return
        for pipe in self.desk.pipes.values():
            ids = [one.id for one in pipe.taken]
            assert len(ids) == len(set(ids))
            last: dict[tuple[str, str | None], int] = {}
            for one in pipe.taken:
                line = (one.notice, one.contact)
                assert one.number > last.get(line, 0)
                last[line] = one.number
        raised = [one.notice for one in self.desk.pipes["erp"].taken if one.update == "raised"]
        assert len(raised) == len(set(raised))

    @invariant()
    def nobody_sleeping_is_woken_for_a_warning(self) -> None:
        if not hasattr(self, "desk"):
            return
        for delivery in self.desk.store.deliveries():
            if delivery.contact == "ana" and delivery.severity is Severity.WARNING:
                assert DAY.contains(delivery.due_at, PEOPLE[0].zone)


def _is_about(data: object, alert: str) -> bool:
    assert isinstance(data, dict)
    told = [data["alert"]] if data.get("alert") else data.get("alerts") or []
    return any(one["id"] == alert for one in told)


TestNotices = Notices.TestCase
TestNotices.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)

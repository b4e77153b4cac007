"""What the rules concluded becomes findings, alerts and state, in the order it was concluded."""

from __future__ import annotations

from msgspec.structs import replace

from devices.reading import Clock
from tracker.domain import lifecycle
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.codes import Code, Fact
from tracker.domain.finding import Finding, FindingType
from tracker.domain.outcome import (
    Cleared,
    ClockLearnt,
    CustodyMoved,
    Delivered,
    Noted,
    Outcome,
    PlaceKnown,
    Raised,
    SealMoved,
    SealUpdated,
    ZonesMoved,
)
from tracker.domain.policy import Policy
from tracker.domain.state import ScopeState
from tracker.rules.base import Rule, View


class Conclusions:
    """One step's conclusions. `evidence`: the identity of the reading they rest on; `clock`: how
    its time was found, which every finding says that rests on another than the device's own.
    """

    def __init__(self, state: ScopeState, policy: Policy) -> None:
        self.state, self.policy = state, policy
        self.findings: list[Finding] = []
        self.evidence: str | None = None
        self.clock = Clock.DEVICE
        self.learnt_min: int | None = None

    def failed(self, rule: Rule, view: View, error: Exception) -> None:
        """A rule that raises is an alert, counted, and costs nothing else; the log tells it once
        for each alert, not once for each reading.
        """
        code = Code.RULE_FAILED
        facts: dict[str, Fact] = {"rule": rule.name, "error": f"{type(error).__name__}: {error}"}
        if f"{AlertKind.RULE_FAILED}:{rule.name}" not in self.state.alerts:
            self.note(view, Noted(type=FindingType.RULE_FAILED, code=code, at=view.at, facts=facts))
        self.fold(
            view,
            Raised(
                kind=AlertKind.RULE_FAILED,
                severity=Severity.WARNING,
                code=code,
                facts=facts,
                key=rule.name,
                at=view.at,
            ),
        )

    def fold(self, view: View, outcome: Outcome) -> None:
        finding: Finding | None = None
        if isinstance(outcome, Raised):
            self.state, finding = lifecycle.raised(
                self.state,
                outcome,
                device=view.device,
                late=view.late,
                now=view.now,
                evidence=self.evidence,
                policy=self.policy,
            )
        elif isinstance(outcome, Cleared):
            self.state, finding = lifecycle.cleared(
                self.state, outcome, late=view.late, now=view.now, evidence=self.evidence
            )
        elif isinstance(outcome, Noted):
            self.note(view, outcome)
        elif isinstance(outcome, SealMoved):
            self._seal(view, outcome)
        elif isinstance(outcome, SealUpdated):
            view.seal = outcome.to
        elif isinstance(outcome, ZonesMoved):
            view.lane = replace(view.lane, zones=outcome.zones, arriving={}, leaving={}, passing=())
        elif isinstance(outcome, PlaceKnown):
            view.lane = replace(view.lane, lost=not outcome.known)
        elif isinstance(outcome, Delivered):
            view.lane = replace(
                view.lane, leg=view.lane.leg + 1, progress_m=None, progress_at=None, fork=None
            )
            self.state = replace(self.state, leg=max(self.state.leg, view.lane.leg))
        elif isinstance(outcome, CustodyMoved):
            self.state = replace(self.state, custodian=outcome.to)
        elif isinstance(outcome, ClockLearnt):
            self.learnt_min = outcome.ahead_min
            self.note(view, outcome.note)
        if finding is not None:
            self._found(finding)
        if isinstance(outcome, Raised) and outcome.takes:
            slot = f"{outcome.kind}:{outcome.key}"
            self.state, folded = lifecycle.folded(self.state, outcome.takes, slot, view.now)
            self.findings += folded

    def _found(self, finding: Finding) -> None:
        if self.clock is not Clock.DEVICE:
            finding = replace(finding, facts={**finding.facts, "clock": self.clock})
        self.findings.append(finding)

    def _seal(self, view: View, moved: SealMoved) -> None:
        was = view.seal
        if was.state is moved.to.state:
            view.seal = moved.to
            return
        own = moved.at  # by the device's clock, as the readings that the past is asked for
        if view.reading is not None:
            own += view.reading.event_time - view.at
        view.seal = was.moved(moved.to, own)
        self.note(
            view,
            Noted(
                type=FindingType.SEAL_STATE,
                code=moved.code,
                at=moved.at,
                actor=moved.actor,
                facts={
                    **moved.facts,
                    "from": was.state,
                    "to": moved.to.state,
                    "number": moved.to.number,
                    "lock_count": moved.to.lock_count,
                },
                **view.where(),
            ),
        )

    def note(self, view: View, note: Noted) -> None:
        self._found(
            Finding(
                type=note.type,
                scope=self.state.scope,
                occurred_at=note.at,
                recorded_at=view.now,
                device=view.device,
                late=view.late,
                lat=note.lat,
                lon=note.lon,
                zone=note.zone,
                actor=note.actor,
                code=note.code,
                evidence=self.evidence,
                facts=note.facts,
            )
        )

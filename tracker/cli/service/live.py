"""What the tracker finds, told while it runs: a line each."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from tracker.cli.shared import render
from tracker.domain.alert import Alert
from tracker.domain.finding import Finding


class Live:
    """A `tracker.ports.Notifier`: people read stderr, machines JSON lines on stdout.

    Every finding is told, the alerts' among them (its `facts` name the alert); the alerts
    themselves are what `tracker alerts` shows. What this process finds is told, once: whoever must
    not miss anything follows the feed (`tracker.app.feeds`).
    """

    def __init__(self, zone: ZoneInfo, *, as_json: bool) -> None:
        self._zone, self._as_json = zone, as_json
        self._console = render.console(stderr=True)
        # Where nobody sees colours, and no width cuts a line, Rich would only cost time: a hundred
        # times as much as the line itself.
        self._plain = not self._console.is_terminal and self._console.width >= render.UNCUT

    def tell(self, findings: Sequence[Finding], alerts: Sequence[Alert]) -> None:
        if self._plain and not self._as_json and findings:
            self._print_plain(findings)
            return
        for finding in findings:
            if self._as_json:
                self._print(finding)
            else:
                self._console.print(render.finding_line(finding, self._zone))

    def _print_plain(self, findings: Sequence[Finding]) -> None:
        told = ("".join(render.finding_parts(finding, self._zone)) for finding in findings)
        try:
            sys.stderr.write("".join(f"{line}\n" for line in told))
            sys.stderr.flush()
        except BrokenPipeError:
            raise _gone() from None

    def _print(self, finding: Finding) -> None:
        try:
            render.json_line(finding)
        except BrokenPipeError:
            raise _gone() from None


def _gone() -> SystemExit:
    """End, as any program whose reader has gone (Rich does the same for people's lines). Not as an
    Exception, for this is no fault of the message that the intake has in hand.
    """
    return SystemExit(1)

"""Who is told of findings when nobody watches."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.domain.alert import Alert
from tracker.domain.finding import Finding


class Silent:
    """A `tracker.ports.Notifier` that tells nobody: the journal has it all."""

    def tell(self, findings: Sequence[Finding], alerts: Sequence[Alert]) -> None:
        return

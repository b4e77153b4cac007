"""What findings and alerts say, in words, where people read them (`sealproof.wording`).

Words are made here at the edge: never in the core, never stored, and nothing is decided by them.
"""

from __future__ import annotations

from typing import Any

import msgspec

from sealproof.wording import words
from tracker.domain.alert import Alert
from tracker.domain.finding import Finding


def of_finding(finding: Finding) -> str:
    return words(finding.code, finding.facts)


def of_alert(alert: Alert, language: str = "en") -> str:
    """Its chapters, one after the other; an older one's words stand before them."""
    told = [alert.detail] if alert.detail else []
    return "; ".join([*told, *(words(one.code, one.facts, language) for one in alert.chapters)])


def document(of: Finding | Alert) -> dict[str, Any]:
    """As `--json` prints it (docs/json.md): every field by its name, and `detail` in words."""
    fields = msgspec.structs.asdict(of)
    if isinstance(of, Finding):
        return _before("code", {"detail": of_finding(of)}, fields)
    first = of.chapters[0] if of.chapters else None
    said = {"code": first.code if first else None, "facts": first.facts if first else {}}
    return _before("chapters", {**said}, {**fields, "detail": of_alert(of)})


def _before(name: str, new: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    """`fields`, with `new` in front of the one of that name."""
    at = list(fields).index(name)
    pairs = list(fields.items())
    return dict([*pairs[:at], *new.items(), *pairs[at:]])

"""A card that came late, and alone, stands for the words of its opening that come behind it."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.cases import T0
from tracker.domain.codes import Code
from tracker.domain.policy import Policy
from tracker.domain.seal import Episode, SealRecord, SealState
from tracker.rules.openings_held import Held, Shown, recalled

CARD = Shown(at=T0, credential="C1")


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def held(after_min: float) -> Held:
    at = T0 + minutes(after_min)
    return Held(
        opened=SealRecord(opened_at=at),
        at=at,
        due=T0 + minutes(60),
        code=Code.OPENED_WITHOUT_CREDENTIAL,
    )


def view(sealed_after_min: float | None) -> Any:
    """Of a seal that was closed so long after the card; None: as long as is remembered."""
    past: tuple[Episode, ...] = ()
    if sealed_after_min is not None:
        until = T0 + minutes(sealed_after_min)
        past = (Episode(state=SealState.OPEN_AUTHORISED, number="MX1", until=until),)
    seal = SealRecord(state=SealState.SEALED, past=past)
    return SimpleNamespace(policy=Policy(), seal=seal, now=T0 + minutes(5))


@pytest.mark.parametrize(
    ("after_min", "sealed_after_min", "stands"),
    [
        (0.5, None, True),
        (9.0, None, True),
        (0.5, -30.0, True),  # closed at the plant, before the card
        (4.0, 2.0, False),  # closed again after it: another opening
        (11.0, None, False),  # longer than its words may take (opening_evidence_min)
        (-1.0, None, False),  # the card came after it was open
    ],
)
def test_a_card_stands_for_its_own_opening_alone(
    after_min: float, sealed_after_min: float | None, stands: bool
) -> None:
    found = recalled(view(sealed_after_min), held(after_min), (CARD,))
    assert found.shown == ((CARD,) if stands else ())

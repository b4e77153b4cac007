"""Names are found in their fields, and replaced there alone."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec
import pytest
from msgspec import Struct

from tracker import domain
from tracker.domain import personal
from tracker.domain.command import OfferCustody
from tracker.domain.finding import Finding
from tracker.domain.personal import ERASED, nameless, people
from tracker.domain.shipment import Authorisation, Custodian, Device, Shipment
from tracker.domain.state import ScopeState
from tracker.rules import ORDER, custody

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
NAMES_PEOPLE = ("by", "officer", "contact", "driver", "phone", "person")
TRIP = Shipment(
    id="S1",
    devices=(Device(id="by"),),
    custodians=(Custodian(id="acme", name="Ana", contact="555"), Custodian(id="Ana", name="Eva")),
    authorisations=(Authorisation(zone="z", agency="SAT", officer="Ana", recorded_by="tracker"),),
)
OFFER = OfferCustody(at=NOW, by="Eva", releaser="a", receiver="b", number="1")
STATE = ScopeState(scope="Ana", memory={"custody": custody.Memory(offer=OFFER)}, custodian="Ana")


def kept_structs() -> Iterator[type[Struct]]:
    """Every struct of the domain and of the rules' memories, but findings: those are not kept."""
    for module in pkgutil.iter_modules(domain.__path__):
        for kind in vars(importlib.import_module(f"tracker.domain.{module.name}")).values():
            if isinstance(kind, type) and issubclass(kind, Struct) and kind is not Finding:
                yield kind
    yield from (rule.memory for rule in ORDER if isinstance(rule.memory, type))


def test_no_field_that_names_people_is_forgotten() -> None:
    looked_at = 0
    for kind in kept_structs():
        for field in kind.__struct_fields__:
            if field.endswith("_by") or field in NAMES_PEOPLE:
                looked_at += 1
                assert field in personal._fields(kind), f"{kind.__name__}.{field}"
    assert looked_at > 10


def test_names_are_found_with_their_place() -> None:
    assert list(people(TRIP)) == [
        ("custodians[0].name", "Ana"),
        ("custodians[0].contact", "555"),
        ("custodians[1].name", "Eva"),
        ("authorisations[0].officer", "Ana"),
    ], "the tracker itself is nobody"
    assert list(people(STATE)) == [("memory[custody].offer.by", "Eva")], "ids are not names"


def test_of_one_person_with_the_contact() -> None:
    ana = personal.of("Ana")
    assert [one.value for one in people(TRIP, ana)] == ["Ana", "555", "Ana"]
    assert [one.value for one in people(TRIP, personal.of("555"))] == ["555"]
    bare = nameless(TRIP, ana)
    assert [one.value for one in people(bare)] == ["Eva"]
    assert bare.custodians[0] == Custodian(id="acme", name=ERASED, contact=ERASED)
    assert bare.custodians[1] is TRIP.custodians[1]


@pytest.mark.parametrize("value", [TRIP, STATE])
def test_nothing_but_the_names_changes(value: Struct) -> None:
    bare = nameless(value)
    assert not list(people(bare))
    assert nameless(bare) is bare
    written = msgspec.json.encode(value)
    for _, name in people(value):
        written = written.replace(f':"{name}"'.encode(), f':"{ERASED}"'.encode())
    ids = {f'"id":"{ERASED}"': '"id":"Ana"', f'"scope":"{ERASED}"': '"scope":"Ana"'}
    for wrong, right in ids.items():
        written = written.replace(wrong.encode(), right.encode())
    assert msgspec.json.encode(bare) == written


def test_what_names_nobody_is_the_very_same() -> None:
    for value in (ScopeState(scope="S1"), Custodian(id="a"), ["x", {"y": (1, None)}], None, "Ana"):
        assert nameless(value) is value

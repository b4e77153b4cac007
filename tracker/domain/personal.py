"""Which fields name people, and the same values without the names.

What a custody entry says of people is elsewhere (`Finding.personal`): it enters the log as
commitments. These are the names in what is kept beside the log: alerts, shipments, states.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from tracker.domain.alert import Alert
from tracker.domain.command import (
    AssignAlert,
    ChangeUser,
    Command,
    RecordDelivery,
    RecordSeal,
    ShareRecord,
)
from tracker.domain.finding import SYSTEM_ACTOR
from tracker.domain.notice import Delivery
from tracker.domain.shipment import Authorisation, Custodian

ERASED = "erased"
"""Stands where a name was."""

FIELDS: dict[type[Struct], frozenset[str]] = {
    Alert: frozenset({"acknowledged_by", "closed_by", "assigned_to"}),
    Authorisation: frozenset({"officer", "recorded_by"}),
    Custodian: frozenset({"name", "contact"}),
    Command: frozenset({"by"}),
    AssignAlert: frozenset({"to"}),
    ShareRecord: frozenset({"reader"}),
    ChangeUser: frozenset({"user"}),
    RecordSeal: frozenset({"officer"}),
    RecordDelivery: frozenset({"contact"}),
    Delivery: frozenset({"contact"}),
}
_NOBODY = frozenset({None, "", ERASED, SYSTEM_ACTOR})

Whose = Callable[[Struct, str], bool]
"""Whether the name in this field of this struct is one of those meant."""
T = TypeVar("T")


class PersonalValue(NamedTuple):
    """A name, and its place: "custodians[0].name"."""

    place: str
    value: str


def anybodys(_owner: Struct, _field: str) -> bool:
    return True


def of(person: str) -> Whose:
    """The name itself, exactly as written, and how to reach the custodian of that name."""

    def whose(owner: Struct, field: str) -> bool:
        named = isinstance(owner, Custodian) and owner.name == person
        return named or getattr(owner, field) == person

    return whose


def people(value: Any, whose: Whose = anybodys, place: str = "") -> Iterator[PersonalValue]:
    """Every name in a struct and all that it holds."""
    if isinstance(value, Struct):
        personal = _fields(type(value))
        for field in value.__struct_fields__:
            here = f"{place}.{field}" if place else field
            held = getattr(value, field)
            if field in personal and held not in _NOBODY and whose(value, field):
                yield PersonalValue(here, held)
            else:
                yield from people(held, whose, here)
    elif isinstance(value, dict):
        for key, held in value.items():
            yield from people(held, whose, f"{place}[{key}]")
    elif isinstance(value, tuple | list):
        for number, held in enumerate(value):
            yield from people(held, whose, f"{place}[{number}]")


def nameless(value: T, whose: Whose = anybodys) -> T:
    """The same with ERASED where `people` finds a name; the very same object if it finds none."""
    changed: Any = value
    if isinstance(value, Struct):
        changes = {
            field: new
            for field in value.__struct_fields__
            if (new := _field(value, field, whose)) is not getattr(value, field)
        }
        changed = replace(value, **changes) if changes else value
    elif isinstance(value, dict):
        mapped = {key: nameless(held, whose) for key, held in value.items()}
        changed = mapped if any(mapped[key] is not value[key] for key in mapped) else value
    elif isinstance(value, tuple | list):
        listed = [nameless(held, whose) for held in value]
        same = all(new is old for new, old in zip(listed, value, strict=True))
        changed = value if same else type(value)(listed)
    result: T = changed
    return result


def _field(owner: Struct, field: str, whose: Whose) -> Any:
    held = getattr(owner, field)
    if field in _fields(type(owner)) and held not in _NOBODY and whose(owner, field):
        return ERASED
    return nameless(held, whose)


@functools.cache
def _fields(kind: type[Struct]) -> frozenset[str]:
    """Its own and what it inherits."""
    return frozenset[str]().union(*(FIELDS.get(base, frozenset()) for base in kind.__mro__))

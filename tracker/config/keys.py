"""What a key is: its type, its default and its notes, read off the section's struct."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import NODEFAULT, Struct, inspect
from msgspec.structs import FieldInfo


@dataclass(frozen=True, slots=True)
class Key:
    """One key of one section. `unit` and `source` are "" where there is none."""

    section: str
    name: str
    type: Any
    default: Any
    text: str = ""
    unit: str = ""
    source: str = ""
    example: Any = None
    path: bool = False

    @property
    def variable(self) -> str:
        """The environment variable that overrides it."""
        return f"TRACKER_{self.section}__{self.name}".upper()

    def allowed(self) -> str:
        """What it may be, in words."""
        return _allowed(inspect.type_info(self.type))

    @property
    def is_list(self) -> bool:
        return isinstance(_bare(inspect.type_info(self.type)), inspect.VarTupleType)


def keys(section: str, struct: type[Struct]) -> dict[str, Key]:
    """The keys of one section, in the order of the struct."""
    found = (_key(section, field) for field in msgspec.structs.fields(struct))
    return {key.name: key for key in found}


def _key(section: str, field: FieldInfo) -> Key:
    info = inspect.type_info(field.type)
    notes = (info.extra or {}) if isinstance(info, inspect.Metadata) else {}
    default = None if field.default is NODEFAULT else field.default
    return Key(section=section, name=field.name, type=field.type, default=default, **notes)


def _bare(info: inspect.Type) -> inspect.Type:
    while isinstance(info, inspect.Metadata):
        info = info.type
    return info


def _allowed(info: inspect.Type) -> str:
    info = _bare(info)
    match info:
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType(ge=ge, gt=gt, le=le):
            return "a whole number" + _limits(ge, gt, le)
        case inspect.FloatType(ge=ge, gt=gt, le=le):
            return "a number" + _limits(ge, gt, le)
        case inspect.LiteralType(values=values):
            return " or ".join(f'"{value}"' for value in values)
        case inspect.VarTupleType(item_type=item):
            return f"a list, each {_allowed(item)}"
        case inspect.UnionType(types=types):
            real = [kind for kind in types if not isinstance(kind, inspect.NoneType)]
            return " or ".join(_allowed(kind) for kind in real)
        case inspect.StrType(pattern=pattern) if pattern:
            return f"text that matches {pattern}"
        case _:
            return "text"


def _limits(ge: float | None, gt: float | None, le: float | None) -> str:
    if ge is not None and le is not None:
        return f" from {ge:g} to {le:.0f}"
    if ge is not None:
        return f" of at least {ge:g}"
    if gt is not None:
        return f" above {gt:g}" + (f", at most {le:g}" if le is not None else "")
    return f" of at most {le:g}" if le is not None else ""

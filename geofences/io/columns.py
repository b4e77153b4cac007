"""Columns as their owner named them, to the keys that zones and corridors have.

A column goes where it was told to, else where its usual name says. A guess is taken only if all
its values will do, and is always told; what is no key of ours is kept under its own name.
"""

from __future__ import annotations

import datetime
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from geofences.errors import GeoFault
from geofences.io.features import CHOICES, FROM_0, NUMBERS

KEYS = (
    "id", "name", "kind", "country", "crossing", "half_width_m", "precision", "source",
    "usual_minutes", "least_stay_min",
)  # fmt: skip
USUAL: dict[str, tuple[str, ...]] = {
    "id": (
        *("id", "placemarkid", "zoneid", "geofenceid", "codigo", "clave", "identificador"),
        *("code", "featureid"),
    ),
    "name": ("name", "nombre", "nom", "titulo", "title", "label", "zona", "zone"),
    "kind": ("kind", "tipo", "type", "clase", "categoria", "category"),
    "country": ("country", "pais", "cntry"),
    "crossing": ("crossing", "cruce"),
    "half_width_m": ("halfwidthm", "halfwidth"),
    "precision": ("precision",),
    "source": ("source", "fuente"),
    "usual_minutes": ("usualminutes", "usualminut", "usualminu"),
    "least_stay_min": ("leaststaymin", "leaststay", "estanciaminima", "estanciaminimamin"),
}
"""Names that carriers' files have, in English and Spanish, as `_plain` leaves them; and ours as
shapefiles cut them (10 characters). In the order of preference."""
FEATURE_ID, PLACEMARK_ID = "feature.id", "placemark.id"
"""What readers call the id that a GeoJSON Feature or a KML Placemark has beside its properties;
dropped if it does not become the id. Many programs number the Features of GeoJSON there, so any
column that is called an id goes before it."""

Row = dict[str, Any]


def rename(rows: Sequence[Row], told: Mapping[str, str], where: str) -> tuple[list[Row], list[str]]:
    """The rows with keys of ours where columns stand for them, and notes on what was guessed.

    `told` is {column: key}. Raises GeoFault for a column that is not there.
    """
    columns = list(dict.fromkeys(column for row in rows for column in row))
    for column in told:
        if column not in columns and rows:
            names = ", ".join(columns) or "none"
            raise GeoFault(where, f"it has no column {column!r}", f"its columns are: {names}")
    chosen = {column: key for column, key in told.items() if column in columns}
    notes: list[str] = []
    for key in KEYS:
        if key not in chosen.values():
            _guess(key, columns, rows, chosen, notes)
    return [_renamed(row, chosen) for row in rows], notes


def _guess(
    key: str, columns: list[str], rows: Sequence[Row], chosen: dict[str, str], notes: list[str]
) -> None:
    """Adds {column: key} to `chosen` where a column's name and values allow it."""
    if key in columns and key not in chosen and any(row.get(key) is not None for row in rows):
        chosen[key] = key
        return
    by_plain = {_plain(column): column for column in reversed(columns) if column not in chosen}
    for usual in USUAL[key]:
        column = by_plain.get(usual)
        if column is None or all(row.get(column) is None for row in rows):
            continue
        unfit = _unfit(key, (row.get(column) for row in rows))
        if unfit is None:
            chosen[column] = key
            notes.append(f"column {column} is taken for {key}")
            return
        notes.append(
            f"column {column} is not taken for {key}, for it says {unfit!r}"
            f" (--map {column}={key} takes it all the same)"
        )


def _unfit(key: str, values: Iterable[Any]) -> Any:
    """The first value that could not stand under `key`, None if all could."""
    for value in values:
        if value is None:
            continue
        if key in CHOICES and value not in CHOICES[key]:
            return value
        if key in (*NUMBERS, *FROM_0) and not isinstance(as_number(value), int | float):
            return value
    return None


def _renamed(row: Row, chosen: Mapping[str, str]) -> Row:
    """A column that was not chosen gives way where its name is a key that another stands for."""
    taken = {*chosen.values(), FEATURE_ID, PLACEMARK_ID}
    made = {chosen.get(c, c): v for c, v in row.items() if c in chosen or c not in taken}
    if isinstance(made.get("id"), int | float):
        made["id"] = _number_text(made["id"])
    for key in (*NUMBERS, *FROM_0):
        if key in made:
            made[key] = as_number(made[key])
    return made


def _plain(name: str) -> str:
    """ "Categoría " and "CATEGORIA" are both "categoria"."""
    bare = unicodedata.normalize("NFKD", name).casefold()
    return "".join(letter for letter in bare if letter.isalnum())


def slug(name: str) -> str:
    """A name as an id: "Patio Ñ, Juárez" is "patio-n-juarez"."""
    bare = unicodedata.normalize("NFKD", name).casefold()
    kept = "".join(c if c.isalnum() else " " for c in bare if not unicodedata.combining(c))
    return "-".join(kept.split())


def as_number(value: Any) -> Any:
    """A text that is a number as that number; anything else as it is."""
    if not isinstance(value, str):
        return value
    try:
        number = float(value)
    except ValueError:
        return value
    return int(number) if number.is_integer() else number


def _number_text(number: float) -> str:
    """17 and 17.0 are both "17": a column of whole numbers with a gap comes as floats."""
    return str(int(number)) if float(number).is_integer() else str(number)


def plain_value(value: Any, kind: type[Any] | None = None) -> Any:
    """What JSON can hold of a table's value. Blank text, NaN and bytes are nothing.

    `kind` is bool or int for columns of such, which come as floats where some values are missing.
    """
    if hasattr(value, "item"):
        value = value.item()
    if value is None or value != value:
        return None
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, datetime.date):
        return value.isoformat()
    if kind is not None and isinstance(value, bool | int | float):
        return kind(value)
    return value if isinstance(value, bool | int | float | list | dict) else None

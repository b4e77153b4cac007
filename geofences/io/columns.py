"""Columns as their owner named them, to the keys that zones and corridors have.

A column goes where it was told to, else where its usual name says. A guess is taken only if all
its values will do, and is always told; what is no key of ours is kept under its own name.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from geofences.errors import GeoFault
from geofences.io.features import CHOICES, FROM_0, NUMBERS
from geofences.io.ids import are_chosen, slug
from geofences.io.values import as_number, metres, number_text, unit_of

KEYS = (
    "id", "name", "kind", "country", "crossing", "half_width_m", "precision", "source",
    "usual_minutes", "least_stay_min", "radius_m", "replaces",
)  # fmt: skip
USUAL: dict[str, tuple[str, ...]] = {
    "id": ("id", "zoneid", "geofenceid", "codigo", "clave", "identificador", "code"),
    "name": ("name", "nombre", "nom", "titulo", "title", "label", "zona", "zone"),
    "kind": ("kind", "tipo", "type", "clase", "categoria", "category"),
    "country": ("country", "pais", "cntry"),
    "crossing": ("crossing", "cruce"),
    "half_width_m": ("halfwidthm", "halfwidth"),
    "precision": ("precision",),
    "source": ("source", "fuente"),
    "usual_minutes": ("usualminutes", "usualminut", "usualminu"),
    "least_stay_min": ("leaststaymin", "leaststay", "estanciaminima", "estanciaminimamin"),
    "replaces": ("replaces", "reemplaza", "sustituye"),
    "radius_m": (
        *("radiusm", "radius", "radiom", "radio", "radiusmeters", "radiusmetres", "radiometros"),
        *("radiomts", "radiuskm", "radiokm", "radiusft", "radiopies", "radiusmi", "radiomillas"),
        *("proximity", "rayon"),
    ),
}
"""Names that carriers' files have, in English and Spanish, as `_plain` leaves them; and ours as
shapefiles cut them (10 characters). In the order of preference."""
FEATURE_ID, PLACEMARK_ID = "feature.id", "placemark.id"
"""What readers call the id that a GeoJSON Feature or a KML Placemark has beside its properties;
dropped if it does not become the id. Any column that is called an id goes before it, and so do
names where a program has made the ids ("x88330552")."""
MARKS = "placemark.marks"
"""What readers call the names that may say a kind: folders, styles, colours. Always dropped."""
OSM_ID = "@id"
"""Where exports of OpenStreetMap have it ("way/88330552"), within the properties."""
BESIDE = (FEATURE_ID, PLACEMARK_ID, OSM_ID, MARKS)
Row = dict[str, Any]


def _as_it_is(value: Any) -> Any:
    return value


def rename(
    rows: Sequence[Row],
    told: Mapping[str, str],
    where: str,
    *,
    kind: Callable[[Any], Any] = _as_it_is,
    points: bool = False,
) -> tuple[list[Row], list[str]]:
    """The rows with keys of ours where columns stand for them, and notes on what was guessed.

    `told` is {column: key}; `kind` translates what a column says of it; `points`: some of them
    have points, so a column may be a radius. Raises GeoFault for a column that is not there.
    """
    columns = list(dict.fromkeys(column for row in rows for column in row))
    for column in told:
        if column not in columns and rows:
            names = ", ".join(name for name in columns if name != MARKS) or "none"
            raise GeoFault(where, f"it has no column {column!r}", f"its columns are: {names}")
    chosen = {column: key for column, key in told.items() if column in columns}
    notes: list[str] = []
    for key in KEYS:
        if key not in chosen.values() and (points or key != "radius_m"):
            _guess(key, columns, rows, chosen, notes, kind)
    if "id" not in chosen.values():
        _choose_id(columns, rows, chosen, notes)
    return [_renamed(row, chosen, kind) for row in rows], notes


def _guess(
    key: str,
    columns: list[str],
    rows: Sequence[Row],
    chosen: dict[str, str],
    notes: list[str],
    kind: Callable[[Any], Any],
) -> None:
    """Adds {column: key} to `chosen` where a column's name and values allow it."""
    if key in columns and key not in chosen and any(row.get(key) is not None for row in rows):
        chosen[key] = key
        return
    by_plain = {
        _plain(column): column
        for column in reversed(columns)
        if column not in chosen and column not in BESIDE
    }
    for usual in USUAL[key]:
        column = by_plain.get(usual)
        if column is None or all(row.get(column) is None for row in rows):
            continue
        values = [row.get(column) for row in rows]
        unfit = _unfit(key, map(kind, values) if key == "kind" else values)
        if unfit is None:
            chosen[column] = key
            unit = unit_of(_plain(column)) if key == "radius_m" else ""
            notes.append(f"column {column} is taken for {key}" + (f", in {unit}" if unit else ""))
            return
        mend = f"--map {column}={key} takes it all the same"
        if key == "kind":
            mend = f"--kind-of '{unfit}=KIND' says what that is; {mend}"
        notes.append(f"column {column} is not taken for {key}, for it says {unfit!r} ({mend})")


def _unfit(key: str, values: Iterable[Any]) -> Any:
    """The first value that could not stand under `key`, None if all could."""
    for value in values:
        if value is None:
            continue
        if key in CHOICES and value not in CHOICES[key]:
            return value
        number = metres(value, "") if key == "radius_m" else as_number(value)
        if key in (*NUMBERS, *FROM_0) and not isinstance(number, int | float):
            return value
    return None


def _choose_id(
    columns: list[str], rows: Sequence[Row], chosen: dict[str, str], notes: list[str]
) -> None:
    """The ids that stand beside the properties, unless a program made them and the names will do:
    a person knows a place by its name, and a program makes other ids the next time."""
    column = next((one for one in BESIDE if one in columns and one != MARKS), None)
    ids = [row[column] for row in rows if row.get(column) is not None] if column else []
    if column is None or not ids:
        return
    name = next((one for one, key in chosen.items() if key == "name"), None)
    slugs = [slug(row[name]) if isinstance(row.get(name), str) else "" for row in rows if name]
    if not are_chosen(ids) and slugs and all(slugs) and len(set(slugs)) == len(rows):
        notes.append(f"ids are made of the names, not of {column} ({ids[0]!r}, ...): "
                     f"--map {column}=id takes those")  # fmt: skip
        return
    chosen[column] = "id"
    notes.append(f"column {column} is taken for id")


def _renamed(row: Row, chosen: Mapping[str, str], kind: Callable[[Any], Any]) -> Row:
    """A column that was not chosen gives way where its name is a key that another stands for."""
    taken = {*chosen.values(), FEATURE_ID, PLACEMARK_ID, MARKS}
    made = {chosen.get(c, c): v for c, v in row.items() if c in chosen or c not in taken}
    if isinstance(made.get("id"), int | float):
        made["id"] = number_text(made["id"])
    if "kind" in made:
        made["kind"] = kind(made["kind"])
    for key in (*NUMBERS, *FROM_0):
        if key in made and key != "radius_m":
            made[key] = as_number(made[key])
    if "radius_m" in made:
        column = next((one for one, key in chosen.items() if key == "radius_m"), "")
        made["radius_m"] = metres(made["radius_m"], _plain(column))
    return made


def _plain(name: str) -> str:
    """ "Categoría " and "CATEGORIA" are both "categoria"."""
    bare = unicodedata.normalize("NFKD", name).casefold()
    return "".join(letter for letter in bare if letter.isalnum())

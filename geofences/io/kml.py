"""KML, every Placemark of it wherever it stands, with the folders and styles it is in.

GDAL's own drivers keep the last of several root elements alone, make areas of photo overlays, and
know nothing of a file's folders; so the document is read here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element  # it parses nothing here

from geofences.io.columns import MARKS, PLACEMARK_ID, Row
from geofences.io.crs import WGS_84
from geofences.io.kml_geometry import DRAWN, drawn
from geofences.io.layer import Layer
from geofences.io.shapes import Problem, Undrawn
from geofences.io.xml_documents import parse, text_of

ROOTS = ("kml", "Document", "Folder", "Placemark")
NO_FEATURES = {
    "GroundOverlay": "photo overlays", "ScreenOverlay": "screen overlays",
    "PhotoOverlay": "photo overlays", "Tour": "tours",
    "NetworkLinkControl": "updates of another file",
}  # fmt: skip
"""What stands among Placemarks and is no place: passed over, and told."""
TEXTS = ("name", "description", "address", "phoneNumber")
TYPES: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(("int", "uint", "short", "ushort"), int),
    **dict.fromkeys(("float", "double"), float),
    "bool": {"true": True, "1": True, "false": False, "0": False}.__getitem__,
}
ELSEWHERE = "open it in Google Earth and save what it links to as a KML file of its own"


def read(path: Path, encoding: str | None) -> list[Layer]:
    """The document as one layer. Raises GeoFault, OSError."""
    root, notes = parse(path, ROOTS, encoding)
    layer = Layer("", [], [], WGS_84, notes=notes, stated=_placemarks(root))
    seen = _Document(root)
    layer.passed_over.update(seen.passed_over)
    for number, (placemark, folders) in enumerate(seen.placemarks):
        layer.rows.append(_row(placemark, folders, seen))
        try:
            geometry, left = drawn(placemark)
        except Undrawn as undrawn:
            layer.geometries.append(None)
            layer.unread[number] = undrawn.problem
            continue
        layer.geometries.append(geometry)
        layer.passed_over.update(left and {"parts of Placemarks": len(left)})
        layer.notes.extend(f"feature {number}: {what} passed over" for what in left)
    layer.problems.extend(_links(seen.links, bool(layer.rows)))
    return [layer]


@dataclass(slots=True)
class _Document:
    """What stands in a document, in its order. `styles` has the shared ones by id, `types` those of
    columns by name."""

    root: Element
    placemarks: list[tuple[Element, tuple[str, ...]]] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    passed_over: Counter[str] = field(default_factory=Counter)
    styles: dict[str, Element] = field(default_factory=dict)
    types: dict[str, Callable[[str], Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for style in (*self.root.iter("Style"), *self.root.iter("StyleMap")):
            if (own := style.get("id")) is not None:
                self.styles[own] = style
        for column in self.root.iter("SimpleField"):
            name, kind = column.get("name"), TYPES.get(column.get("type", ""))
            if name is not None and kind is not None:
                self.types[name] = kind
        self._walk(self.root, ())

    def _walk(self, element: Element, folders: tuple[str, ...]) -> None:
        if element.tag == "NetworkLink":
            self.links.append(_href(element))
            return
        if element.tag in NO_FEATURES:
            self.passed_over[NO_FEATURES[element.tag]] += 1
            return
        if element.tag in DRAWN:
            return
        if element.tag == "Placemark" or any(child.tag in DRAWN for child in element):
            self.placemarks.append((element, folders))  # KML 2.0 had other names for them too
        elif element.tag in ("Folder", "Document"):
            folders = (*folders, text_of(element.find("name")) or "")
        for child in element:
            self._walk(child, folders)


def _href(link: Element) -> str:
    address = next(link.iter("href"), None)
    return text_of(address) or "nowhere"


def _row(placemark: Element, folders: tuple[str, ...], document: _Document) -> Row:
    """Its columns, named as GDAL names them."""
    row: Row = {}
    for tag in TEXTS:
        if (text := text_of(placemark.find(tag))) is not None:
            row["Name" if tag == "name" else tag] = text
    for key, value in _extended(placemark, document.types):
        if row.setdefault(key, value) != value:
            row[f"{key}#2"] = value
    row[PLACEMARK_ID] = placemark.get("id")
    row[MARKS] = tuple(_marks(placemark, folders, document))
    return row


def _extended(
    placemark: Element, types: dict[str, Callable[[str], Any]]
) -> Iterator[tuple[str, Any]]:
    for data in placemark.iter("Data"):
        if (name := data.get("name")) is not None:
            yield name, text_of(data.find("value"))
    for data in placemark.iter("SimpleData"):
        if (name := data.get("name")) is not None:
            yield name, _typed(text_of(data), types.get(name))


def _typed(text: str | None, kind: Callable[[str], Any] | None) -> Any:
    try:
        return text if text is None or kind is None else kind(text)
    except (ValueError, KeyError):
        return text


def _marks(placemark: Element, folders: tuple[str, ...], document: _Document) -> Iterator[str]:
    """What may say its kind, the nearest first: style, colours, folders from the innermost out,
    and their whole path."""
    look = placemark.find("Style")
    if (url := text_of(placemark.find("styleUrl"))) is not None:
        yield _fragment(url)
        shared = document.styles.get(_fragment(url))
        if shared is not None and shared.tag == "StyleMap" and (normal := _normal(shared)):
            yield _fragment(normal)
            shared = document.styles.get(_fragment(normal))
        look = shared if look is None else look
    for part in ("PolyStyle", "LineStyle", "IconStyle"):
        colour = None if look is None else text_of(look.find(f"{part}/color"))
        if colour is not None:
            yield f"colour {colour.lower()}"
    yield from (folder for folder in reversed(folders) if folder)
    if len(folders) > 1:
        yield "/".join(folders)


def _fragment(url: str) -> str:
    return url.rpartition("#")[2]


def _normal(style_map: Element) -> str | None:
    """The style that a map of styles has for a Placemark that nobody points at."""
    for pair in style_map.findall("Pair"):
        if text_of(pair.find("key")) == "normal":
            return text_of(pair.find("styleUrl"))
    return None


def _links(links: list[str], has_more: bool) -> Iterator[Problem]:
    for address in links:
        what = f"it {'also' if has_more else 'only'} links to another file: {address}"
        yield Problem("NetworkLink", what, ELSEWHERE, "warning")


def _placemarks(root: Element) -> int:
    """How many there are, wherever they stand, but for those in what is passed over."""
    elsewhere = sum(
        1 for tag in NO_FEATURES for one in root.iter(tag) for _ in one.iter("Placemark")
    )
    return sum(1 for _ in root.iter("Placemark")) - elsewhere

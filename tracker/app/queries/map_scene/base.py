"""The ground under the zones: what ships with the product, no map server's tiles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from geofences.kinds import ZoneKind
from geofences.zone import Zone
from tracker.app.queries.map_scene.places import position
from tracker.map.scene import Base, Line, Name

TOWNS = (
    ("Tijuana", 32.51, -117.03, 0),
    ("San Diego", 32.72, -117.16, 0),
    ("Los Angeles", 34.05, -118.24, 0),
    ("Tecate", 32.57, -116.63, 1),
    ("Ensenada", 31.87, -116.60, 1),
    ("Mexicali", 32.62, -115.45, 0),
    ("El Centro", 32.79, -115.56, 2),
    ("Yuma", 32.69, -114.62, 1),
    ("San Luis Río Colorado", 32.46, -114.77, 2),
    ("Phoenix", 33.45, -112.07, 0),
    ("Tucson", 32.22, -110.97, 0),
    ("Nogales", 31.32, -110.94, 1),
    ("Hermosillo", 29.07, -110.96, 0),
    ("Guaymas", 27.92, -110.90, 1),
    ("Agua Prieta", 31.33, -109.55, 2),
    ("Albuquerque", 35.08, -106.65, 0),
    ("El Paso", 31.76, -106.49, 0),
    ("Ciudad Juárez", 31.69, -106.42, 0),
    ("Chihuahua", 28.63, -106.08, 0),
    ("Delicias", 28.19, -105.47, 2),
    ("Ojinaga", 29.56, -104.41, 2),
    ("Torreón", 25.54, -103.41, 0),
    ("Durango", 24.02, -104.66, 0),
    ("Del Rio", 29.36, -100.90, 1),
    ("Ciudad Acuña", 29.32, -100.93, 2),
    ("Eagle Pass", 28.71, -100.50, 1),
    ("Piedras Negras", 28.70, -100.53, 2),
    ("Monclova", 26.91, -101.42, 1),
    ("Monterrey", 25.67, -100.31, 0),
    ("Saltillo", 25.42, -101.00, 0),
    ("Sabinas Hidalgo", 26.51, -100.18, 2),
    ("Nuevo Laredo", 27.48, -99.51, 0),
    ("Laredo", 27.51, -99.50, 0),
    ("Reynosa", 26.08, -98.29, 0),
    ("McAllen", 26.20, -98.23, 1),
    ("Matamoros", 25.87, -97.50, 0),
    ("Brownsville", 25.90, -97.50, 1),
    ("Ciudad Victoria", 23.73, -99.15, 0),
    ("San Antonio", 29.42, -98.49, 0),
    ("Austin", 30.27, -97.74, 1),
    ("Houston", 29.76, -95.37, 0),
    ("Dallas", 32.78, -96.80, 0),
    ("Corpus Christi", 27.80, -97.40, 1),
    ("Tampico", 22.25, -97.86, 1),
    ("San Luis Potosí", 22.15, -100.98, 0),
    ("Aguascalientes", 21.88, -102.29, 1),
    ("Guadalajara", 20.67, -103.35, 0),
    ("León", 21.12, -101.68, 1),
    ("Querétaro", 20.59, -100.39, 0),
    ("Mexico City", 19.43, -99.13, 0),
)
"""Name, latitude, longitude, rank (of one rank the first has precedence): town centres, rounded to
some km from public facts. They are there to find one's way by; nothing is computed from them."""

SITES = (ZoneKind.PLANT, ZoneKind.YARD, ZoneKind.CONSIGNEE)


def ground(border: dict[str, Any], zones: Iterable[Zone]) -> Base:
    """Of the border's features (`geofences.library.features(BORDER)`) and the library's zones,
    whose crossings and sites give names."""
    found = {
        feature["properties"]["id"]: feature["geometry"]["coordinates"]
        for feature in border["features"]
    }
    line, ring = found["us-mx-border"], found["us-mx-border.reach"][0]
    pacific = ring.index(line[0])
    north = [*line[:-1], *ring[:pacific], line[0]]
    south = [*line[:0:-1], *ring[pacific:-1], line[-1]]
    names = [Name(text=name, at=(lon, lat), rank=rank) for name, lat, lon, rank in TOWNS]
    return Base(
        border=_line(line),
        lands=(_line(north), _line(south)),
        names=(*names, *_names_of(zones)),
    )


def _line(coordinates: Iterable[list[float]]) -> Line:
    return tuple(position(lon, lat) for lon, lat in coordinates)


def _names_of(zones: Iterable[Zone]) -> Iterator[Name]:
    """Each crossing's name once, between its zones; each site's own."""
    crossings: dict[str, list[Zone]] = {}
    for zone in zones:
        if zone.crossing is not None:
            crossings.setdefault(zone.crossing, []).append(zone)
        elif zone.kind in SITES:
            point = zone.polygon.representative_point()
            yield Name(text=zone.name, at=position(point.x, point.y), rank=3)
    for crossing, members in crossings.items():
        bridges = [zone for zone in members if zone.kind is ZoneKind.BRIDGE] or members
        point = bridges[0].polygon.representative_point()
        text = bridges[0].name.partition(":")[0] or crossing
        yield Name(text=text, at=position(point.x, point.y), rank=2)

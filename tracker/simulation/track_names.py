"""What columns and properties of tracks are called, in English and Spanish."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

NAMES: dict[str, tuple[str, ...]] = {
    key: tuple(names.split())
    for key, names in {
        "time": "ts time timestamp tst eventts eventtime datetime gpstime utc t seconds elapseds "
        "elapsed devicetime localtime utctime timeutc positiontime fechahora fechayhora horafecha "
        "fechagps fechahoragps fechaevento fechautc horautc fechahorautc horalocal tiempo momento "
        "marcadetiempo segundos hora horagps fixtime",
        "date": "date fecha dia day gpsdate",
        "fix_time": "fixts fixtime horafix",
        "received": "receivedts receivedat received receipttime servertime recibido recepcion "
        "fecharecepcion horarecepcion",
        "vehicle": "vehicleid vehicle device deviceid devicename imei ident unidad vehiculo placa "
        "placas economico numeroeconomico noeconomico equipo dispositivo camion tracto unit",
        "lat": "lat latitude latitud",
        "lon": "lon lng long longitude longitud",
        "speed": "speedkmh speed velocity vel speedmps speedms speedknots speedkn speedkt "
        "speedmph speedkph velocidad velocidadkmh velocidadkph velocidadms velocidadmps "
        "velocidadnudos velocidadkn velocidadmph velocidadgps",
        "course": "headingdeg heading course coursedeg bearing direction cog rumbo curso azimut "
        "orientacion rumbodeg",
        "altitude": "altitude altitudem alt altm elevation ele altitud altitudm elevacion",
        "accuracy": "accuracy accuracym acc hacc horizontalaccuracy precision precisionm exactitud",
        "satellites": "satellites sats sat satelites nosatelites",
        "hdop": "hdop",
        "battery": "battery batterypct batt batterylevel bateria bateriapct nivelbateria",
    }.items()
}
"""By key, as `plain` leaves them; the first that is present wins."""

SPANISH = {"fecha", "hora", "latitud", "longitud", "velocidad", "rumbo", "unidad", "placas",
           "fechahora", "altitud", "bateria", "vehiculo"}  # fmt: skip
"""Where one of these is, the file is Spanish, so the day comes before the month."""
ELAPSED = {"t_s", "t", "seconds", "elapsed_s", "elapsed", "segundos"}
"""Names, as they are written, of seconds from the recording's start."""
IN_UTC = ("utc", "gmt")
"""A time's name that ends in these says its zone."""
SPEEDS = {"mps": 3.6, "ms": 3.6, "knots": 1.852, "kn": 1.852, "kt": 1.852, "nudos": 1.852,
          "mph": 1.609344}  # fmt: skip
"""A speed's name that ends in these is in another unit: km/h in one of it."""


def plain(name: str) -> str:
    """ "Velocidad (km/h)" and "VELOCIDAD_KMH" are both "velocidadkmh"."""
    bare = unicodedata.normalize("NFKD", name).casefold()
    return "".join(letter for letter in bare if letter.isascii() and letter.isalnum())


def found(header: Iterable[str]) -> dict[str, str]:
    """{key: the name in `header` that stands for it}."""
    present = {plain(name): name for name in reversed(list(header))}
    return {
        key: next(present[name] for name in names if name in present)
        for key, names in NAMES.items()
        if any(name in present for name in names)
    }


def km_h(name: str) -> float:
    """How many km/h one of the unit is that a speed's name ends in; 1 if it names none."""
    return next((factor for unit, factor in SPEEDS.items() if plain(name).endswith(unit)), 1.0)


def is_spanish(header: Iterable[str]) -> bool:
    return any(plain(name) in SPANISH for name in header)

"""Which dialects there are: found by themselves, where the package's docstring says."""

from __future__ import annotations

import importlib
import pkgutil
import traceback
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from types import ModuleType

from msgspec import Struct

import devices
from devices.common.frames import Field
from devices.reading import Decoded
from devices.wire import Command, Frame, Noise, Session

Decode = Callable[[str, bytes, datetime], Decoded]


class Dialect(Struct, frozen=True, kw_only=True):
    """One way to say it: `about` is the first line of its documentation.

    What a module does not have is None: `explain` and `device_of` (devices.common.frames),
    `session`, `datagram` and `command` (devices.wire); commands: what its devices can be told.
    decode_local: as `decode`, where it must not guess in which zone a device's clock is.
    recognises: whether bytes begin as its own do. media: the payloads' media type (`MEDIA`).
    message: what one object is, where one type says it (`MESSAGE`). vectors: the file of its
    payloads and what must come out, beside it.
    """

    name: str
    about: str
    filters: tuple[str, ...]
    decode: Decode
    vectors: Path
    explain: Callable[[bytes], list[Field]] | None = None
    device_of: Callable[[bytes], str | None] | None = None
    session: Callable[[], Session] | None = None
    datagram: Callable[[bytes, datetime], list[Frame | Noise]] | None = None
    command: Callable[[str, str, dict[str, str], int], bytes] | None = None
    decode_local: Decode | None = None
    recognises: Callable[[bytes], bool] | None = None
    commands: tuple[Command, ...] = ()
    media: str = "application/octet-stream"
    message: type[Struct] | None = None


class Broken(Struct, frozen=True, kw_only=True):
    """A dialect that could not be imported. why: the fault and where; mend: what to do."""

    name: str
    why: str
    mend: str


@cache
def dialects() -> dict[str, Dialect]:
    """All dialects by name, which is the name of their module or folder."""
    return _load()[0]


def broken() -> tuple[Broken, ...]:
    """The dialects that could not be imported: nobody listens to their devices."""
    return _load()[1]


@cache
def _load() -> tuple[dict[str, Dialect], tuple[Broken, ...]]:
    found: dict[str, Dialect] = {}
    faults: list[Broken] = []
    for name, place in sorted(_places()):
        try:
            module = importlib.import_module(place)
            if hasattr(module, "FILTERS") and hasattr(module, "decode"):
                found[name] = _dialect(name, module)
        except Exception as error:  # noqa: BLE001 - one broken dialect must not silence the others
            faults.append(_broken(name, place, error))
    return found, tuple(faults)


def _places() -> Iterator[tuple[str, str]]:
    """(name, dotted module) of everything that may be a dialect."""
    for info in pkgutil.iter_modules(devices.__path__):
        place = f"{devices.__name__}.{info.name}"
        yield info.name, place
        if info.ispkg:
            folders = [str(Path(folder) / info.name) for folder in devices.__path__]
            for inner in pkgutil.iter_modules(folders):
                if inner.name.startswith(f"{info.name}_"):
                    yield inner.name, f"{place}.{inner.name}"


def _dialect(name: str, module: ModuleType) -> Dialect:
    return Dialect(
        name=name,
        about=(module.__doc__ or "").partition("\n")[0],
        filters=tuple(module.FILTERS),
        decode=module.decode,
        vectors=Path(str(module.__file__)).with_name(f"{name}.vectors.toml"),
        explain=getattr(module, "explain", None),
        device_of=getattr(module, "device_of", None),
        session=getattr(module, "session", None),
        datagram=getattr(module, "datagram", None),
        command=getattr(module, "command", None),
        decode_local=getattr(module, "decode_local", None),
        recognises=getattr(module, "recognises", None),
        commands=tuple(getattr(module, "COMMANDS", ())),
        media=getattr(module, "MEDIA", "application/octet-stream"),
        message=getattr(module, "MESSAGE", None),
    )


def _broken(name: str, place: str, error: Exception) -> Broken:
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(last.filename).name}, line {last.lineno}"
    if isinstance(error, SyntaxError) and error.filename:
        where = f"{Path(error.filename).name}, line {error.lineno}"
    return Broken(
        name=name,
        why=f"{type(error).__name__}: {str(error)[:200]} ({where})",
        mend=f"see `python -c 'import {place}'`; until then its topics are not subscribed",
    )


def forget() -> None:
    """Look again at the next question."""
    for cached in (_load, dialects):
        cached.cache_clear()

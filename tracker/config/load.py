"""Find, read and check the configuration. Every fault names its file, line and key."""

from __future__ import annotations

import os
import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Struct

from tracker.config import notify
from tracker.config.keys import Key, keys
from tracker.config.layers import LAYERS, LayerReader
from tracker.config.nearest import nearest
from tracker.config.secret import Secret, from_file
from tracker.config.sections import SECTIONS, Config, IntakeSection, NotifySection
from tracker.domain.errors import UsageError
from tracker.domain.layers import Layers
from tracker.domain.notify_policy import NotifyLimits

FILE = "tracker.toml"
PASSWORD = "TRACKER_BROKER__PASSWORD"  # noqa: S105 - the name of a variable
_OVERRIDE = re.compile(r"TRACKER_([A-Z0-9]+)__([A-Z0-9_]+)")
_SQLITE = "sqlite:///"


def find(given: Path | None = None, env: Mapping[str, str] = os.environ) -> Path | None:
    """The file to use: `given`, $TRACKER_CONFIG, ./tracker.toml, the user's own; else None.

    Raises UsageError if one was named and is not there.
    """
    named = given or (Path(env["TRACKER_CONFIG"]) if env.get("TRACKER_CONFIG") else None)
    if named is not None:
        if not named.is_file():
            raise UsageError(
                "there is no such configuration file",
                where=str(named),
                mend=f"name an existing file, or write one with `tracker init {named.parent}`",
            )
        return named.absolute()
    return next((path.absolute() for path in _usual_places() if path.is_file()), None)


def _usual_places() -> tuple[Path, Path]:
    import platformdirs

    return Path(FILE), platformdirs.user_config_path("tracker") / FILE


def load(
    given: Path | None = None, env: Mapping[str, str] = os.environ, *, needed: bool = True
) -> Config:
    """Read the file (see `find`) and the environment over it.

    needed: without a file, and without TRACKER_DATABASE__URL, there is nothing to work on; raise
    rather than start an empty database wherever the user happens to stand.
    Raises UsageError that lists every fault with its place and mend.
    """
    path = find(given, env)
    if path is None and needed and "TRACKER_DATABASE__URL" not in env:
        raise UsageError(
            f"no configuration: there is no {FILE} here, none for this user, none was named",
            mend="`tracker init` writes one; --config FILE or $TRACKER_CONFIG names one",
        )
    return _Reader(path, env).config()


class _Reader:
    """One reading of one file. Collects faults, so that all are mended in one go."""

    def __init__(self, path: Path | None, env: Mapping[str, str]) -> None:
        self.path = path
        self.base = path.parent if path else Path.cwd()
        self.env = env
        self.faults: list[UsageError] = []
        self.lines: dict[tuple[str, ...], int] = {}
        self.values: dict[str, dict[str, Any]] = {section: {} for section in SECTIONS}
        self.places: dict[tuple[str, str], str] = {}
        self.layers = Layers()
        self.tables: dict[str, Any] = {}

    def config(self) -> Config:
        if self.path:
            self._take_file(self.path)
        self._take_environment()
        self._check_together()
        password = self._password()
        sections: dict[str, Any] = {
            name: struct(**self._paths(name, struct), **self.values[name])
            for name, struct in SECTIONS.items()
        }
        notices = self._notices(sections["notify"])
        if self.faults:
            raise _joined(self.faults)
        return Config(
            source=self.path,
            broker_password=password,
            layers=self.layers,
            notices=notices,
            **sections,
        )

    # The file

    def _take_file(self, path: Path) -> None:
        try:
            text = path.read_text(encoding="utf-8")
            document = tomllib.loads(text)
        except OSError as error:
            raise UsageError(f"cannot be read: {error.strerror}", where=str(path)) from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise UsageError(
                f"not TOML: {error}", where=str(path), mend="see https://toml.io for its rules"
            ) from error
        self.lines = _line_numbers(text)
        for section, table in document.items():
            self._take_table(section, table)

    def _take_table(self, section: str, table: Any) -> None:
        place = self._place(section)
        if section not in SECTIONS:
            what = f"there is no section [{section}]"
            self._fault(what, place, nearest(section, SECTIONS, "sections"))
        elif not isinstance(table, dict):
            self._fault(f"{section} is a section", place, f"write [{section}] on its own line")
        else:
            if section == "policy":
                table = self._take_layers(table)
            for name, value in table.items():
                if section == "notify" and name in notify.TABLES:
                    self.tables[name] = value
                else:
                    self._take(section, name, value, self._place(section, name), strict=True)

    def _take_layers(self, table: dict[str, Any]) -> dict[str, Any]:
        """Take the tables within [policy]; what else it says."""
        layers = {name: inner for name, inner in table.items() if isinstance(inner, dict)}
        for name in [name for name in layers if name not in LAYERS]:
            place = f"{self._place('policy', name)}: [policy.{name}]"
            what = f"there is no layer {name}"
            self._fault(what, place, nearest(name, LAYERS, "layers"))
        self.layers = LayerReader(self._layer_place, self._fault).layers(layers)
        return {name: value for name, value in table.items() if name not in layers}

    def _layer_place(self, *path: str) -> str:
        """Of a key in a table within another: `path` are the tables' names and the key's."""
        *tables, name = path
        line = self.lines.get(path) or self.lines.get(tuple(tables))
        label = f"[{'.'.join(_bare_key(one) for one in tables)}] {name}"
        return f"{self.path}:{line}: {label}" if line else f"{self.path}: {label}"

    def _place(self, section: str, name: str = "") -> str:
        line = self.lines.get((section, name)) or self.lines.get((section,))
        label = f"[{section}] {name}".rstrip()
        return f"{self.path}:{line}: {label}" if line else f"{self.path}: {label}"

    # The environment

    def _take_environment(self) -> None:
        for variable in sorted(self.env):
            match = _OVERRIDE.fullmatch(variable)
            if match is None or variable == PASSWORD or notify.channel_of(variable):
                continue
            section, name = match[1].lower(), match[2].lower()
            if section not in SECTIONS:
                what = f"there is no section [{section}]"
                self._fault(what, f"${variable}", nearest(section, SECTIONS, "sections"))
                continue
            self._take(section, name, self.env[variable], f"${variable}", strict=False)

    # Either

    def _take(self, section: str, name: str, value: Any, place: str, *, strict: bool) -> None:
        known = keys(section, SECTIONS[section])
        if (section, name) == ("broker", "password"):
            mend = f"put it into a file and name that in password_file, or into ${PASSWORD}"
            self._fault("a password does not belong in the configuration file", place, mend)
        elif name not in known:
            self._fault(f"there is no key {name}", place, nearest(name, known, "keys"))
        else:
            key = known[name]
            self.places[section, name] = place
            try:
                parsed = value if strict else _from_text(key, value)
                converted = msgspec.convert(parsed, key.type, strict=strict)
            except (msgspec.ValidationError, msgspec.DecodeError) as error:
                reason = str(error)[:1].lower() + str(error)[1:]
                self._fault(reason, place, f"allowed: {key.allowed()}")
            else:
                self.values[section][name] = (
                    _absolute(converted, self.base) if key.path else converted
                )

    def _paths(self, section: str, struct: type[Struct]) -> dict[str, Any]:
        """The defaults that are paths are relative to the file as well."""
        return {
            key.name: _absolute(key.default, self.base)
            for key in keys(section, struct).values()
            if key.path and key.name not in self.values[section]
        }

    def _password(self) -> Secret | None:
        if self.env.get(PASSWORD):
            return Secret(self.env[PASSWORD])
        file = self.values["broker"].get("password_file")
        if file is None:
            return None
        try:
            return from_file(Path(file), self.places["broker", "password_file"])
        except UsageError as error:
            self.faults.append(error)
            return None

    def _notices(self, section: NotifySection) -> notify.NotifySettings:
        """The tables under [notify]."""
        limits = {name: getattr(section, name) for name in NotifyLimits.__struct_fields__}
        file = section.addresses_file

        def fault(what: str, key: str, mend: str) -> None:
            self._fault(what, self._place_of_table(key), mend)

        return notify.settings(
            self.tables,
            NotifyLimits(**limits),
            notify.Defaults(
                language=section.language, timezone=section.timezone, hours=section.hours
            ),
            base=self.base,
            addresses_file=None if file is None else Path(file),
            env=self.env,
            fault=fault,
        )

    def _place_of_table(self, key: str) -> str:
        """Of "contacts.ana", "routes[2]" or "hours"."""
        given = self.places.get(("notify", key))
        if given is not None:
            return given
        path = key.split(".", 1)
        line = self.lines.get(("notify", *path)) or self.lines.get(("notify", path[0]))
        return f"{self.path}:{line}: [notify.{key}]" if line else f"{self.path}: [notify.{key}]"

    def _check_together(self) -> None:
        """What no key can say alone."""
        broker = self.values["broker"]
        if broker.get("embedded", True):
            self._check_embedded(broker)
        self._check_heartbeat(self.values["intake"])
        self._check_timezone(self.values["display"].get("timezone"))
        self._check_link_base(self.values["notify"].get("link_base"))
        self._check_map_link(self.values["notify"].get("map_link"))
        if not broker.get("tls", False):
            for name in ("ca_file", "cert_file", "key_file"):
                if broker.get(name) is not None:
                    place = self.places["broker", name]
                    self._fault(f"{name} needs tls", place, "set tls = true")
        for one, other in (("cert_file", "key_file"), ("key_file", "cert_file")):
            if broker.get(one) is not None and broker.get(other) is None:
                self._fault(f"{one} needs {other}", self.places["broker", one], f"set {other} too")

    def _check_heartbeat(self, intake: dict[str, Any]) -> None:
        said = {"heartbeat_s", "dead_after_s"} & intake.keys()
        beat = intake.get("heartbeat_s", IntakeSection().heartbeat_s)
        dead = intake.get("dead_after_s", IntakeSection().dead_after_s)
        if said and dead <= beat:
            self._fault(
                f"dead_after_s ({dead:g}) is no more than heartbeat_s ({beat:g}): a tracker that "
                "lives would be called dead",
                self.places["intake", max(said)],
                "make dead_after_s some three times heartbeat_s",
            )

    def _check_map_link(self, link: str | None) -> None:
        try:
            if link is not None and link.format(lat=1, lon=2) == link:
                raise ValueError("it has neither {lat} nor {lon}")
        except (ValueError, KeyError, IndexError) as error:
            place = self.places["notify", "map_link"]
            mend = "such as https://maps.example/?q={lat},{lon}; other braces are doubled"
            self._fault(f"no link to a map: {error}", place, mend)

    def _check_link_base(self, link: str | None) -> None:
        if link is not None and not re.fullmatch(r"https?://[^\s?#]+", link):
            place = self.places["notify", "link_base"]
            mend = "such as https://tracker.example.com/a/: a code is put behind it"
            self._fault(f"no address of a web page: {link!r}", place, mend)

    def _check_timezone(self, named: str | None) -> None:
        try:
            if named is not None:
                ZoneInfo(named)
        except (ZoneInfoNotFoundError, ValueError):
            place = self.places["display", "timezone"]
            self._fault(f"no time zone {named!r}", place, "for instance America/Monterrey")

    def _check_embedded(self, broker: dict[str, Any]) -> None:
        if broker.get("protocol") == "5":
            self._fault(
                "the embedded broker speaks 3.1.1 only",
                self.places["broker", "protocol"],
                "leave protocol out, or set embedded = false to use another broker",
            )
        if broker.get("tls"):
            self._fault(
                "the embedded broker is on loopback, without TLS",
                self.places["broker", "tls"],
                "leave tls out, or set embedded = false to use another broker",
            )
        if broker.get("host", "127.0.0.1") not in ("127.0.0.1", "localhost"):
            self._fault(
                "the embedded broker listens on loopback only",
                self.places["broker", "host"],
                "leave host out, or set embedded = false to use the broker there",
            )

    def _fault(self, what: str, place: str, mend: str) -> None:
        self.faults.append(UsageError(what, where=place, mend=mend))


def _joined(faults: list[UsageError]) -> UsageError:
    if len(faults) == 1:
        return faults[0]
    return UsageError(
        f"{len(faults)} faults in the configuration\n" + "\n".join(str(fault) for fault in faults)
    )


def _from_text(key: Key, value: str) -> Any:
    """A variable's text as the key's value; a list is JSON, or separated by commas."""
    if not key.is_list:
        return value
    if value.lstrip().startswith("["):
        return msgspec.json.decode(value.encode())
    return [part.strip() for part in value.split(",") if part.strip()]


def _absolute(value: Any, base: Path) -> Any:
    """A path, an SQLite URL or a list of paths, relative to `base`."""
    if value is None:
        return None
    if isinstance(value, tuple):
        return tuple(_absolute(item, base) for item in value)
    if "://" in value:
        if not value.startswith(_SQLITE):
            return value
        return _SQLITE + _absolute(value.removeprefix(_SQLITE), base)
    return str(base / Path(value).expanduser())


def _line_numbers(text: str) -> dict[tuple[str, ...], int]:
    """Where sections and keys stand, for messages: {("broker",): 3, ("broker", "port"): 5}, and
    ("policy", "lane", "mty-laredo", "stop_warning_min") of a table within tables.

    tomllib does not say. Line by line is enough for tables and bare keys; what it cannot see (a
    dotted key) is reported without a line, or at its section's.
    """
    found: dict[tuple[str, ...], int] = {}
    section: tuple[str, ...] = ()
    listed = Counter[tuple[str, ...]]()
    for number, line in enumerate(text.splitlines(), start=1):
        if re.match(r"\s*\[.*\]", line):
            section = _header(line)
            if line.lstrip().startswith("[["):
                listed[section] += 1
                section = (*section[:-1], f"{section[-1]}[{listed[section]}]") if section else ()
            found.setdefault(section, number)
        elif key := re.match(r"\s*([A-Za-z0-9_-]+)\s*=", line):
            found.setdefault((*section, key[1]), number)
    return found


def _header(line: str) -> tuple[str, ...]:
    """The names in a table's header, as TOML has them; of what is none, none."""
    try:
        table = tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return ()
    names = list[str]()
    while table:
        name, inner = next(iter(table.items()))
        names.append(name)
        table = inner[0] if isinstance(inner, list) else inner
    return tuple(names)


def _bare_key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else f'"{name}"'

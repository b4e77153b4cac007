"""The tables under `[notify]`: channels, contacts, rosters, ladders, routes.

    [notify.channels.mail]          kind, url | url_file, secret_file, timeout_s, options
    [notify.contacts.ana]           channels, for_warnings, custodian, language, timezone, hours
    [notify.rosters.desk]           timezone, shifts = [{hours, contacts}], otherwise
    [notify.ladders.house]          steps = [["desk"], ["chief"]], every_min
    [[notify.routes]]               severity, kinds, crossings, lanes, custodians, ladder, channels

Where people can be reached stands in none of them: in a file of its own (`addresses_file`), a table
for each contact with a URL for each channel.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from tracker.config.secret import Secret, Withheld, from_file
from tracker.domain.alert import AlertKind, Severity
from tracker.domain.duty import DutyHours
from tracker.domain.errors import UsageError
from tracker.domain.notify_policy import (
    Contact,
    Ladder,
    Language,
    NotifyLimits,
    NotifyPolicy,
    Roster,
    Route,
    Shift,
)

TABLES = ("channels", "contacts", "rosters", "ladders", "routes")
CHANNEL_URL = "TRACKER_NOTIFY__CHANNEL_{}_URL"
"""The variable with a channel's URL; {} is its name in capitals, "-" as "_"."""
CHANNEL_SECRET = "TRACKER_NOTIFY__CHANNEL_{}_SECRET"  # noqa: S105 - the variable's name
"""The same of what it signs with."""
Kind = Literal["file", "people", "mail", "webhook", "mqtt"]

Addresses = Mapping[str, Mapping[str, Secret]]
"""contact -> channel -> where it reaches them."""
Fault = Callable[[str, str, str], None]
"""What is wrong, the key under [notify] where ("contacts.ana"), how to mend it."""


class _Table(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One table as it is written."""


class _Channel(_Table, frozen=True):
    kind: Kind
    url: str | None = None
    url_file: str | None = None
    secret_file: str | None = None
    timeout_s: Annotated[float, Meta(gt=0, le=600)] | None = None
    options: dict[str, str] = {}


class _Contact(_Table, frozen=True):
    channels: Annotated[tuple[str, ...], Meta(min_length=1)]
    for_warnings: tuple[str, ...] | None = None
    custodian: str | None = None
    language: Language | None = None
    timezone: str | None = None
    hours: str | None = None


class _Shift(_Table, frozen=True):
    hours: str
    contacts: Annotated[tuple[str, ...], Meta(min_length=1)]


class _Roster(_Table, frozen=True):
    timezone: str | None = None
    shifts: tuple[_Shift, ...] = ()
    otherwise: tuple[str, ...] = ()


class _Ladder(_Table, frozen=True):
    steps: Annotated[tuple[tuple[str, ...], ...], Meta(min_length=1)]
    every_min: Annotated[float, Meta(gt=0)] | None = None
    severities: tuple[Severity, ...] = (Severity.CRITICAL,)


class _Route(_Table, frozen=True):
    severity: tuple[Severity, ...] = ()
    kinds: tuple[str, ...] = ()
    crossings: tuple[str, ...] = ()
    lanes: tuple[str, ...] = ()
    custodians: tuple[str, ...] = ()
    ladder: str | None = None
    channels: tuple[str, ...] = ()


class ChannelSettings(Struct, frozen=True, kw_only=True):
    """One channel, to be constructed by `tracker.wiring`.

    url: of the channel itself ("file:/path", "https://..."), a secret for it may hold a key.
    secret: what it signs with. addresses: contact -> where this channel reaches them. options: of
    the kind, as written; those whose name ends in _file are paths.
    """

    name: str
    kind: Kind
    url: Secret | None = None
    secret: Secret | None = None
    addresses: Mapping[str, Secret] = {}
    timeout_s: float
    options: Mapping[str, str] = {}


class NotifySettings(Struct, frozen=True, kw_only=True):
    """What is configured of notifications: who is told of what, and the ways out."""

    policy: NotifyPolicy = NotifyPolicy()
    channels: Mapping[str, ChannelSettings] = {}


class Defaults(Struct, frozen=True, kw_only=True):
    """What contacts and rosters are that do not say otherwise."""

    language: Language
    timezone: str
    hours: str | None


def settings(
    tables: Mapping[str, Any],
    limits: NotifyLimits,
    defaults: Defaults,
    *,
    base: Path,
    addresses_file: Path | None,
    env: Mapping[str, str],
    fault: Fault,
) -> NotifySettings:
    """The tables as values; what is wrong with them is told to `fault`, each with its place."""
    read = _Reader(tables, limits, defaults, base, env, fault)
    read.check_defaults()
    addresses = read.addresses(addresses_file)
    channels = read.channels(addresses)
    policy = read.policy()
    _check_names(policy, channels, fault)
    _check_addresses(policy, channels, addresses, fault)
    return NotifySettings(policy=policy, channels=channels)


class _Reader:
    def __init__(
        self,
        tables: Mapping[str, Any],
        limits: NotifyLimits,
        defaults: Defaults,
        base: Path,
        env: Mapping[str, str],
        fault: Fault,
    ) -> None:
        self.tables, self.limits, self.defaults = tables, limits, defaults
        self.base, self.env, self.fault = base, env, fault

    def check_defaults(self) -> None:
        """What all contacts would be wrong by is told once, where it stands."""
        self._hours(self.defaults.hours, "hours")
        self.defaults = replace(
            self.defaults,
            hours=self.defaults.hours if _is_span(self.defaults.hours) else None,
            timezone=self._zone(None, "timezone"),
        )

    def channels(self, addresses: Addresses) -> dict[str, ChannelSettings]:
        return {
            name: ChannelSettings(
                name=name,
                kind=said.kind,
                url=self._url(name, said),
                secret=self._secret(name, said),
                addresses={
                    contact: where[name] for contact, where in addresses.items() if name in where
                },
                timeout_s=self.limits.timeout_s if said.timeout_s is None else said.timeout_s,
                options={
                    key: str(self._path(value)) if key.endswith("_file") else value
                    for key, value in said.options.items()
                },
            )
            for name, said in self._named("channels", _Channel)
        }

    def policy(self) -> NotifyPolicy:
        return NotifyPolicy(
            limits=self.limits,
            contacts={name: self._contact(name, said) for name, said in self._contacts()},
            rosters={
                name: self._roster(name, said) for name, said in self._named("rosters", _Roster)
            },
            ladders={
                name: Ladder(
                    id=name,
                    steps=said.steps,
                    every_min=said.every_min,
                    severities=said.severities,
                )
                for name, said in self._named("ladders", _Ladder)
            },
            routes=tuple(self._routes()),
        )

    def addresses(self, file: Path | None) -> Addresses:
        """From the file that holds them. One that this user may not read is a fault only for what
        needs them.
        """
        if file is None:
            return {}
        try:
            document = tomllib.loads(file.read_text(encoding="utf-8"))
            written = msgspec.convert(document, dict[str, dict[str, str]])
            return {
                contact: {channel: Secret(url) for channel, url in where.items()}
                for contact, where in written.items()
            }
        except PermissionError as error:
            return self._withheld(file, error)
        except OSError as error:
            self.fault(
                f"cannot read {file}: {error.strerror}",
                "addresses_file",
                "write it, a table for each contact, readable by you alone (mode 0600)",
            )
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError):
            # Not the parser's words: they may quote what stands there.
            self.fault(
                f"{file} is not a TOML file of such tables",
                "addresses_file",
                'write [CONTACT] and under it CHANNEL = "URL", a line for each channel',
            )
        return {}

    def _withheld(self, file: Path, error: OSError) -> Addresses:
        kept = Withheld(
            UsageError(
                f"cannot read {file}: {error.strerror}",
                where="[notify] addresses_file",
                mend="only its owner may; let them give the command, or sudo -u OWNER",
            )
        )
        channels = dict.fromkeys((name for name, _ in self._named("channels", _Channel)), kept)
        return {name: channels for name, _ in self._contacts()}

    def _contacts(self) -> Iterable[tuple[str, _Contact]]:
        return self._named("contacts", _Contact)

    def _contact(self, name: str, said: _Contact) -> Contact:
        place = f"contacts.{name}"
        hours = self.defaults.hours if said.hours is None else said.hours
        return Contact(
            id=name,
            custodian=said.custodian,
            language=said.language or self.defaults.language,
            timezone=self._zone(said.timezone, place),
            channels=said.channels,
            for_warnings=said.for_warnings,
            hours=self._hours(hours, place),
        )

    def _roster(self, name: str, said: _Roster) -> Roster:
        place = f"rosters.{name}"
        shifts = [
            Shift(hours=hours, contacts=shift.contacts)
            for shift in said.shifts
            if (hours := self._hours(shift.hours, place)) is not None
        ]
        return Roster(
            id=name,
            timezone=self._zone(said.timezone, place),
            shifts=tuple(shifts),
            otherwise=said.otherwise,
        )

    def _routes(self) -> Iterable[Route]:
        written = self.tables.get("routes", [])
        if not isinstance(written, list):
            self.fault("routes are a list of tables", "routes", "write [[notify.routes]]")
            return
        for number, table in enumerate(written, start=1):
            said = self._converted(table, _Route, f"routes[{number}]")
            if said is None:
                continue
            if said.ladder is None and not said.channels:
                self.fault(
                    "the route leads nowhere", f"routes[{number}]", "give it a ladder or channels"
                )
            yield Route(**msgspec.structs.asdict(said))

    def _named(self, kind: str, struct: type[Any]) -> Iterable[tuple[str, Any]]:
        written = self.tables.get(kind, {})
        if not isinstance(written, dict):
            self.fault(f"{kind} are tables with a name", kind, f"write [notify.{kind}.NAME]")
            return
        for name, table in written.items():
            said = self._converted(table, struct, f"{kind}.{name}")
            if said is not None:
                yield name, said

    def _converted(self, table: Any, struct: type[Any], place: str) -> Any:
        try:
            return msgspec.convert(table, struct)
        except msgspec.ValidationError as error:
            known = ", ".join(field.name for field in msgspec.structs.fields(struct))
            reason = str(error)[:1].lower() + str(error)[1:]
            self.fault(reason, place, f"keys: {known}")
            return None

    def _url(self, name: str, said: _Channel) -> Secret | None:
        place, variable = f"channels.{name}", CHANNEL_URL.format(_capitals(name))
        if value := self.env.get(variable):
            return Secret(self._from_base(value))
        if said.url is not None and said.url_file is not None:
            self.fault("url and url_file are both there", place, "leave one out")
        if said.url is not None:
            return Secret(self._from_base(said.url))
        if said.url_file is None:
            return None
        try:
            return from_file(self._path(said.url_file), place, "URL")
        except UsageError as error:
            self.fault(error.what, place, error.mend)
            return None

    def _secret(self, name: str, said: _Channel) -> Secret | None:
        if value := self.env.get(CHANNEL_SECRET.format(_capitals(name))):
            return Secret(value)
        if said.secret_file is None:
            return None
        place = f"channels.{name}"
        try:
            return from_file(self._path(said.secret_file), place, "secret")
        except UsageError as error:
            self.fault(error.what, place, error.mend)
            return None

    def _path(self, written: str) -> Path:
        return self.base / Path(written).expanduser()

    def _from_base(self, url: str) -> str:
        """A file's URL is relative to the configuration, as all paths are."""
        if not url.startswith("file:"):
            return url
        return f"file:{self.base / Path(url.removeprefix('file:')).expanduser()}"

    def _zone(self, said: str | None, place: str) -> str:
        named = said or self.defaults.timezone
        try:
            ZoneInfo(named)
        except (ZoneInfoNotFoundError, ValueError):
            self.fault(f"no time zone {named!r}", place, "for instance America/Monterrey")
            return "UTC"
        return named

    def _hours(self, text: str | None, place: str) -> DutyHours | None:
        if text is None:
            return None
        try:
            return DutyHours.parse(text)
        except ValueError as error:
            self.fault(str(error), place, 'for instance "Mon-Fri 07:00-19:00"')
            return None


def _is_span(text: str | None) -> bool:
    try:
        return text is not None and bool(DutyHours.parse(text))
    except ValueError:
        return False


def _capitals(name: str) -> str:
    return name.upper().replace("-", "_")


def channel_of(variable: str) -> bool:
    """Whether the environment variable is that of some channel."""
    return any(
        variable.startswith(before) and variable.endswith(after)
        for before, after in (CHANNEL_URL.split("{}"), CHANNEL_SECRET.split("{}"))
    )


def _check_names(
    policy: NotifyPolicy, channels: Mapping[str, ChannelSettings], fault: Fault
) -> None:
    """Whoever is named is there."""
    people = {*policy.contacts, *policy.rosters}
    for name in sorted(policy.contacts.keys() & policy.rosters.keys()):
        fault(f"{name} is a contact and a roster", f"rosters.{name}", "give one another name")
    for contact in policy.contacts.values():
        place = f"contacts.{contact.id}"
        _known(contact.channels, channels, "channel", place, fault)
        _known(contact.for_warnings or (), channels, "channel", place, fault)
    for roster in policy.rosters.values():
        named = [one for shift in roster.shifts for one in shift.contacts]
        named += roster.otherwise
        _known(named, policy.contacts, "contact", f"rosters.{roster.id}", fault)
    for ladder in policy.ladders.values():
        place = f"ladders.{ladder.id}"
        _known([one for step in ladder.steps for one in step], people, "contact", place, fault)
    kinds = [kind.value for kind in AlertKind]
    for number, route in enumerate(policy.routes, start=1):
        place = f"routes[{number}]"
        _known(route.channels, channels, "channel", place, fault)
        _known((route.ladder,) if route.ladder else (), policy.ladders, "ladder", place, fault)
        for pattern in route.kinds:
            if not any(fnmatchcase(kind, pattern) for kind in kinds):
                fault(f"no kind of alert is {pattern!r}", place, f"kinds: {', '.join(kinds)}")


def _known(names: Iterable[str], known: Iterable[str], what: str, place: str, fault: Fault) -> None:
    there = sorted(known)
    for name in names:
        if name not in there:
            fault(f"there is no {what} {name!r}", place, f"{what}s: {', '.join(there) or 'none'}")


def _check_addresses(
    policy: NotifyPolicy,
    channels: Mapping[str, ChannelSettings],
    addresses: Addresses,
    fault: Fault,
) -> None:
    """Whoever is to be reached by a channel for people can be, and nobody is there for nothing."""
    for contact in policy.contacts.values():
        for name in dict.fromkeys((*contact.channels, *(contact.for_warnings or ()))):
            channel = channels.get(name)
            if channel is None or not _needs_address(channel):
                continue
            if contact.id not in channel.addresses:
                fault(
                    f"nothing says where {name} reaches {contact.id}",
                    f"contacts.{contact.id}",
                    f"in addresses_file, under [{contact.id}]: {name} = URL",
                )
    for contact_id in addresses:
        if contact_id not in policy.contacts:
            fault(
                f"it has addresses of {contact_id!r}, who is no contact",
                "addresses_file",
                f"write [notify.contacts.{contact_id}], or take them out",
            )


def _needs_address(channel: ChannelSettings) -> bool:
    """It reaches nobody unless it is said where."""
    if channel.kind == "mail":
        return "to" not in channel.options  # the URL is that of the server
    return channel.kind == "people" and channel.url is None

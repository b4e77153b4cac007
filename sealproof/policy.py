"""Whom a verifier trusts: a file in the form of c2sp.org/tlog-policy.

    log <vkey> [<url>]                      whose checkpoints are believed; several after a rotation
    witness <name> <vkey> [<url>]           who may cosign
    group <name> all|any|<k> <member>...    so many of these
    quorum <name>|none                      what makes a checkpoint WITNESSED
    valid <vkey> <from>-[<to>]              a log's key signs only checkpoints of these sizes (ours)
    unseen <entries>                        a log's newest, not yet seen, that cost no grade (ours)
    tsa <name> <certificate file> [<url>]   a time-stamping authority (ours; PEM, beside this file)

Lines beginning with # are comments; a byte order mark and CRLF, which editors write, count for
nothing. A log or witness whose key is of a type that is not known is passed over (`unknown`): it
can sign nothing here, and whoever the other lines name is believed as before. Trust comes from
here alone, never from what is verified.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sealproof.errors import ProofError, UnknownAlgorithm
from sealproof.note import COSIGNATURE, ED25519, VerifierKey, decimal, parse_vkey

NONE = "none"
UNSEEN = 32
"""Entries. A busy hour of one truck writes about as many; witnesses are asked more often."""
BIGGEST = 2**63 - 1
"""No log has more entries."""


@dataclass(frozen=True)
class Party:
    """A log or a witness: `url` "" where none is given."""

    name: str
    key: VerifierKey
    url: str = ""


@dataclass(frozen=True)
class Group:
    """`threshold` of these members, each a witness or another group."""

    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True)
class Authority:
    """A time-stamping authority: `certificate` is a file's path as written."""

    name: str
    certificate: str
    url: str = ""


@dataclass(frozen=True)
class TrustPolicy:
    """`quorum` is a witness's or group's name, or "none". `unknown`: of each line that was passed
    over for its key, why.
    """

    logs: tuple[Party, ...] = ()
    witnesses: Mapping[str, Party] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    authorities: tuple[Authority, ...] = ()
    quorum: str = NONE
    unknown: tuple[str, ...] = ()
    spans: Mapping[bytes, tuple[int, int]] = field(default_factory=dict)
    """By a log's public key: the smallest and the greatest size that it signs; others sign all."""
    unseen: int = UNSEEN
    """Of a whole log: how many of its newest entries may be newer than all that was seen."""

    def keys(self, origin: str, size: int | None = None) -> list[VerifierKey]:
        """The keys whose checkpoints of this log are believed; with `size`, those of such a size:
        a key that was replaced, or stolen since, signs nothing newer.
        """
        known = [party.key for party in self.logs if party.key.name == origin]
        return [key for key in known if size is None or self._spans(key, size)]

    def _spans(self, key: VerifierKey, size: int) -> bool:
        first, last = self.spans.get(key.public, (0, size))
        return first <= size <= last

    def reached(self, cosigned: Iterable[str]) -> bool:
        """Whether these witnesses (names in the policy) make the quorum; never with "none"."""
        return self.quorum != NONE and self._met(self.quorum, set(cosigned))

    def _met(self, name: str, cosigned: set[str]) -> bool:
        group = self.groups.get(name)
        if group is None:
            return name in cosigned
        # A group names only what stands before it, so this ends.
        return sum(self._met(member, cosigned) for member in group.members) >= group.threshold


def parse_policy(text: str) -> TrustPolicy:
    """Raises ProofError that names the line and what to write."""
    reader = _Reader()
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        words = line.removesuffix("\r").replace("\t", " ").split(" ")
        words = [word for word in words if word]
        if not words or words[0].startswith("#"):
            continue
        try:
            reader.take(words[0], words[1:])
        except UnknownAlgorithm as error:
            reader.unknown.append(f"line {number} of the policy counts for nothing: {error}")
        except ProofError as error:
            raise ProofError(f"line {number} of the policy: {error}") from error
    return reader.policy()


class _Reader:
    def __init__(self) -> None:
        self.logs: list[Party] = []
        self.witnesses: dict[str, Party] = {}
        self.groups: dict[str, Group] = {}
        self.authorities: list[Authority] = []
        self.quorum: str | None = None
        self.unknown: list[str] = []
        self.spans: dict[bytes, tuple[int, int]] = {}
        self.unseen: int | None = None
        self._mute: set[str] = set()
        """Witnesses with a key that is not known: groups may name them, and they never sign."""
        self._members: set[str] = set()

    def take(self, keyword: str, words: list[str]) -> None:
        if keyword == "log" and 1 <= len(words) <= 2:
            self._log(*words)
        elif keyword == "witness" and 2 <= len(words) <= 3:
            self._witness(*words)
        elif keyword == "group" and len(words) >= 3:
            self._group(words[0], words[1], tuple(words[2:]))
        elif keyword == "quorum" and len(words) == 1:
            self._quorum(words[0])
        elif keyword == "unseen" and len(words) == 1 and self.unseen is None:
            self.unseen = decimal(words[0])
        elif keyword == "valid" and len(words) == 2:
            self._valid(*words)
        elif keyword == "tsa" and 2 <= len(words) <= 3:
            self.authorities.append(Authority(*words))
        else:
            raise ProofError(
                f"{keyword!r} is not understood so; write 'log <vkey>', 'witness <name> <vkey>', "
                "'group <name> all|any|<k> <members>', 'quorum <name>', 'valid <vkey> <from>-<to>' "
                "(a log's), 'unseen <entries>' (once) or 'tsa <name> <file>'"
            )

    def policy(self) -> TrustPolicy:
        if self.quorum is None:
            raise ProofError("the policy has no quorum line; 'quorum none' asks for no witnesses")
        return TrustPolicy(
            tuple(self.logs),
            self.witnesses,
            self.groups,
            tuple(self.authorities),
            self.quorum,
            tuple(self.unknown),
            self.spans,
            UNSEEN if self.unseen is None else self.unseen,
        )

    def _log(self, vkey: str, url: str = "") -> None:
        key = _key(vkey, ED25519, "a log's")
        self._fresh(key, f"the log {key.name}")
        self.logs.append(Party(key.name, key, url))

    def _valid(self, vkey: str, sizes: str) -> None:
        key = _key(vkey, ED25519, "a log's")
        if all(party.key != key for party in self.logs):
            raise ProofError(f"this key of {key.name} is in no log line before")
        if key.public in self.spans:
            raise ProofError(f"the sizes of this key of {key.name} are given already")
        start, dash, end = sizes.partition("-")
        try:
            first, last = decimal(start), decimal(end) if end else BIGGEST
        except ProofError as error:
            raise ProofError(f"{sizes!r} is no range of sizes: write 0-1200 or 1201-") from error
        if not dash or first > last:
            raise ProofError(f"{sizes!r} is no range of sizes: write 0-1200 or 1201-")
        self.spans[key.public] = first, last

    def _witness(self, name: str, vkey: str, url: str = "") -> None:
        self._unused(name)
        try:
            key = _key(vkey, COSIGNATURE, "a witness's")
        except UnknownAlgorithm:
            self._mute.add(name)
            raise
        self._fresh(key, f"the witness {name}")
        self.witnesses[name] = Party(name, key, url)

    def _group(self, name: str, many: str, members: tuple[str, ...]) -> None:
        self._unused(name)
        for member in members:
            if not self._known(member):
                raise ProofError(f"{member!r} is no witness or group of a line before")
            if member in self._members:
                raise ProofError(f"{member!r} is a member already, and can be one only once")
            self._members.add(member)
        count = {"any": 1, "all": len(members)}.get(many)
        if count is None:
            count = int(many) if many.isascii() and many.isdigit() and len(many) < 4 else 0
        if not 1 <= count <= len(members):
            raise ProofError(f"{many!r} of {len(members)}: write all, any, or 1 to {len(members)}")
        self.groups[name] = Group(count, members)

    def _quorum(self, name: str) -> None:
        if self.quorum is not None:
            raise ProofError("there is a quorum line already")
        if name != NONE and not self._known(name):
            raise ProofError(f"{name!r} is no witness or group of a line before")
        self.quorum = name

    def _fresh(self, key: VerifierKey, whose: str) -> None:
        """A key is one party's: a log that could witness itself would make its own quorum."""
        for party in (*self.logs, *self.witnesses.values()):
            if party.key.public == key.public:
                raise ProofError(f"{whose} has the key that {party.name} has")

    def _known(self, name: str) -> bool:
        return name in self.witnesses or name in self.groups or name in self._mute

    def _unused(self, name: str) -> None:
        if name == NONE or self._known(name):
            raise ProofError(f"the name {name!r} is taken")


def _key(vkey: str, kind: int, whose: str) -> VerifierKey:
    key = parse_vkey(vkey)
    if key.kind != kind:
        raise ProofError(f"{whose} key is of type {kind}, and this one of type {key.kind}")
    return key

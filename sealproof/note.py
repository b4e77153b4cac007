"""C2SP signed notes (c2sp.org/signed-note), with Ed25519 keys.

    text, which ends with a newline
    (an empty line)
    — <key name> base64(key id, 4 bytes || signature)

A verifier's key is written `<name>+<key id, hex>+base64(type || public key)`, the vkey of Go's
note package; the signer's `PRIVATE+KEY+<name>+<key id>+base64(type || seed)`.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sealproof.curve import is_honest
from sealproof.errors import ProofError, UnknownAlgorithm

ED25519, COSIGNATURE = 0x01, 0x04
"""Types of signature: a note's own, and a witness's (c2sp.org/tlog-cosignature)."""
MAX_BYTES = 1_000_000
MAX_SIGNATURES = 128
"""The specification asks for 16 at least; a note with more than this is not read."""
_DASH = "\u2014 "


@dataclass(frozen=True)
class VerifierKey:
    """Whose signature is believed: `kind` is ED25519 or COSIGNATURE, `public` 32 bytes."""

    name: str
    kind: int
    public: bytes

    @cached_property
    def id(self) -> bytes:
        """The key id: the first 4 bytes of SHA-256 over name, newline, kind, public key."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    @property
    def vkey(self) -> str:
        return f"{self.name}+{self.id.hex()}+{_b64(bytes([self.kind]) + self.public)}"

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether these 64 bytes are this key's signature over the message."""
        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    @cached_property
    def _key(self) -> Ed25519PublicKey:
        return Ed25519PublicKey.from_public_bytes(self.public)


@dataclass(frozen=True)
class Signature:
    """One signature line: `body` is what follows the key id."""

    name: str
    key_id: bytes
    body: bytes

    @property
    def line(self) -> str:
        return f"{_DASH}{self.name} {_b64(self.key_id + self.body)}\n"

    def by(self, key: VerifierKey) -> bool:
        """Whether the line claims to be this key's; says nothing of its truth."""
        return self.name == key.name and self.key_id == key.id


@dataclass(frozen=True)
class SignedNote:
    """`text` with its final newline, and all signature lines, known or not."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(signature.line for signature in self.signatures)}"

    def check(self, keys: Iterable[VerifierKey]) -> list[VerifierKey]:
        """Those of the keys (of kind ED25519) that signed.

        Raises ProofError if none did, or if a line that claims one of them is not its signature.
        """
        signed, keys = [], list(keys)
        for key in keys:
            for signature in self.signatures:
                if key.kind == ED25519 and signature.by(key):
                    if not key.verifies(signature.body, self.text.encode()):
                        raise ProofError(f"the signature of {key.name} is not valid")
                    signed.append(key)
                    break
        if not signed:
            raise ProofError(self._why_nobody(keys))
        return signed

    def _why_nobody(self, keys: list[VerifierKey]) -> str:
        names = {key.name for key in keys}
        strangers = [line.key_id.hex() for line in self.signatures if line.name in names]
        why = "no key that is trusted has signed this note"
        if not strangers:
            return why
        return (
            f"{why}: it bears that name, and another key ({', '.join(strangers)}); if the key was "
            "replaced, ask its owner for the new one (tracker key show) and trust both"
        )

    def plus(self, signatures: Iterable[Signature]) -> SignedNote:
        """The note with these lines besides its own, none twice."""
        more = [line for line in signatures if line not in self.signatures]
        return SignedNote(self.text, (*self.signatures, *dict.fromkeys(more)))


def parse_note(raw: bytes) -> SignedNote:
    """Raises ProofError for bytes that are no signed note."""
    if len(raw) > MAX_BYTES:
        raise ProofError(f"a note of {len(raw):,} bytes, and at most {MAX_BYTES:,} are read")
    try:
        whole = raw.decode()
    except UnicodeDecodeError as error:
        raise ProofError(f"the note is not UTF-8: {error}") from error
    if any(character < " " and character != "\n" for character in whole):
        raise ProofError("the note has a control character")
    # str.splitlines and a general split would take other characters for line ends.
    text, blank, tail = whole.rpartition("\n\n")
    if not blank or not tail.endswith("\n"):
        raise ProofError("not a signed note: a text, an empty line, and signature lines")
    lines = tail[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise ProofError(f"the note has {len(lines)} signatures, more than {MAX_SIGNATURES}")
    return SignedNote(text + "\n", tuple(parse_signature(line) for line in lines))


def parse_signature(line: str) -> Signature:
    """One signature line, without its newline. Raises ProofError."""
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not encoded:
        raise ProofError("a signature line is '\u2014 <key name> <base64>'")
    _check_name(name)
    raw = unb64(encoded)
    if len(raw) < 5:
        raise ProofError("a signature line holds no signature")
    return Signature(name, raw[:4], raw[4:])


def parse_vkey(text: str) -> VerifierKey:
    """The key that a vkey names. Raises ProofError."""
    parts = text.strip().split("+", 2)
    if len(parts) != 3:
        raise ProofError("a key is written <name>+<key id>+<base64>")
    name, key_id, encoded = parts
    _check_name(name)
    raw = unb64(encoded)
    if raw[:1] not in (b"", bytes([ED25519]), bytes([COSIGNATURE])):
        raise UnknownAlgorithm(
            f"the key of {name} is of type {raw[0]}, and only Ed25519 (types 1 and 4) is known"
        )
    if len(raw) != 33:
        raise ProofError(f"the key of {name} is no Ed25519 key (type 1 or 4 and 32 bytes)")
    if not is_honest(raw[1:]):
        raise ProofError(f"what the key of {name} signs could be disowned: no honest key is such")
    key = VerifierKey(name, raw[0], raw[1:])
    if key_id != key.id.hex():
        raise ProofError(f"the key id of {name} is {key.id.hex()}, and {key_id!r} is written")
    return key


@dataclass(frozen=True)
class SignerKey:
    """A private key. `secret` is never shown by repr."""

    name: str
    kind: int
    private: Ed25519PrivateKey

    def __repr__(self) -> str:
        return f"SignerKey({self.name!r})"

    @cached_property
    def verifier(self) -> VerifierKey:
        return VerifierKey(self.name, self.kind, self.private.public_key().public_bytes_raw())

    @property
    def skey(self) -> str:
        """As it stands in a key file. Secret."""
        seed = self.private.private_bytes_raw()
        return f"PRIVATE+KEY+{self.name}+{self.verifier.id.hex()}+{_b64(bytes([self.kind]) + seed)}"

    def sign(self, text: str) -> Signature:
        """A signature of kind ED25519 over a note's text."""
        return Signature(self.name, self.verifier.id, self.private.sign(text.encode()))


def new_signer(name: str, kind: int = ED25519) -> SignerKey:
    """A fresh key. Raises ProofError for a name that is none."""
    _check_name(name)
    return SignerKey(name, kind, Ed25519PrivateKey.generate())


def parse_skey(text: str) -> SignerKey:
    """Raises ProofError, whose message never repeats the secret."""
    parts = text.strip().split("+", 4)
    if len(parts) != 5 or parts[:2] != ["PRIVATE", "KEY"]:
        raise ProofError("a key file holds PRIVATE+KEY+<name>+<key id>+<base64>")
    name, key_id, encoded = parts[2:]
    _check_name(name)
    raw = unb64(encoded)
    if len(raw) != 33 or raw[0] not in (ED25519, COSIGNATURE):
        raise ProofError("the key file holds no Ed25519 key")
    key = SignerKey(name, raw[0], Ed25519PrivateKey.from_private_bytes(raw[1:]))
    if key.verifier.id.hex() != key_id:
        raise ProofError("the key file is damaged: the key id is not that of its key")
    return key


def unb64(text: str) -> bytes:
    """Standard base64, strictly: no other alphabet, no whitespace, padding exact, spare bits zero.

    Raises ProofError.
    """
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError, ValueError) as error:
        raise ProofError("not base64") from error
    if _b64(raw) != text:
        raise ProofError("base64 written in a way that no writer uses")
    return raw


def decimal(text: str) -> int:
    """An ASCII decimal of at most 19 digits without leading zeroes. Raises ProofError."""
    if not (text.isascii() and text.isdigit() and len(text) <= 19) or (text[0] == "0" != text):
        raise ProofError("not a decimal number")
    return int(text)


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _check_name(name: str) -> None:
    if not name or "+" in name or any(character.isspace() for character in name):
        raise ProofError("a key's name is not empty and has neither spaces nor '+'")

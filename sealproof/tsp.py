"""What an RFC 3161 time-stamp says (with RFC 5816), strictly read; whether it holds is `rfc3161`.

    TimeStampResp  status, and ContentInfo: the token, which may also stand alone
    SignedData     digest algorithms, TSTInfo, certificates, one SignerInfo
    TSTInfo        policy, hash of the message, serial number, genTime, ...
    SignerInfo     the signed attributes: content type, digest of TSTInfo, the signer's certificate

What plain authorities do not send (CRLs, unsigned attributes, several signers, signers named by a
key identifier) is refused: nobody's signature is over it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from sealproof import der
from sealproof.errors import ProofError

MAX_BYTES = 65_536
"""A token with a chain of certificates has some 6 KB."""
SIGNED_DATA, TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
HASHES = {
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
_TIME = re.compile(rb"(\d{14})(?:\.(\d{0,8}[1-9]))?Z")


@dataclass(frozen=True)
class TokenSigner:
    """What a SignerInfo says. `issuer` (DER) and `serial` name its certificate.

    signed: the bytes under the signature. attributes: OID -> its one value. hash: as in hashlib.
    """

    issuer: bytes
    serial: int
    hash: str
    signed: bytes
    attributes: dict[str, der.DerItem]
    algorithm: tuple[str, der.DerItem | None]
    signature: bytes


@dataclass(frozen=True)
class TimestampToken:
    """`info`: the bytes of TSTInfo. `certificates`: those that came along, DER."""

    info: bytes
    certificates: tuple[bytes, ...]
    signer: TokenSigner


@dataclass(frozen=True)
class TimestampInfo:
    """TSTInfo: `digest` of the message by `hash`, and when the authority saw it (genTime)."""

    hash: str
    digest: bytes
    at: datetime


def parse_token(raw: bytes) -> TimestampToken:
    """A TimeStampResp or a ContentInfo. Raises ProofError, or ValueError for what is no time."""
    if len(raw) > MAX_BYTES:
        raise ProofError(f"a time-stamp of {len(raw):,} bytes, and at most {MAX_BYTES:,} are read")
    outer = der.DerReader(raw)
    content = outer.take(der.SEQUENCE).inside()
    outer.end()
    if content.tag == der.SEQUENCE:  # a TimeStampResp begins with its status
        status = content.take(der.SEQUENCE).inside().integer()
        if status != 0:
            raise ProofError(f"the authority did not grant the time-stamp: its status is {status}")
        response, content = content, content.take(der.SEQUENCE).inside()
        response.end()
    if content.oid() != SIGNED_DATA:
        raise ProofError("not a time-stamp: no signed data")
    return _signed_data(_only(content, der.CONSTRUCTED, der.SEQUENCE).inside())


def parse_info(raw: bytes) -> TimestampInfo:
    """TSTInfo. Raises ProofError, or ValueError for what is no time."""
    outer = der.DerReader(raw)
    info = outer.take(der.SEQUENCE).inside()
    outer.end()
    if info.integer() != 1:
        raise ProofError("a time-stamp of another version than 1")
    info.oid()  # the authority's policy
    imprint = info.take(der.SEQUENCE).inside()
    algorithm, digest = hash_name(imprint.algorithm()), imprint.take(der.OCTET_STRING).body
    imprint.end()
    info.integer()  # the serial number
    at = _time(info.take(der.GENERALIZED_TIME).body)
    info.optional(der.SEQUENCE)  # accuracy
    info.optional(der.BOOLEAN)  # ordering
    info.optional(der.INTEGER)  # nonce: whoever asked has checked it
    info.optional(der.CONSTRUCTED)  # the authority's name
    if extensions := info.optional(der.CONSTRUCTED + 1):
        _refuse_critical(extensions.inside())
    info.end()
    return TimestampInfo(algorithm, digest, at)


def certificate_names(raw: bytes) -> tuple[bytes, int]:
    """A certificate's issuer (DER) and serial number."""
    content = der.DerReader(raw).take(der.SEQUENCE).inside().take(der.SEQUENCE).inside()
    content.optional(der.CONSTRUCTED)  # version
    serial = content.integer()
    content.algorithm()
    return content.take(der.SEQUENCE).raw, serial


def hash_name(algorithm: tuple[str, der.DerItem | None]) -> str:
    """As in hashlib. Raises ProofError for another than SHA-256, SHA-384, SHA-512."""
    oid, parameters = algorithm
    if oid not in HASHES or parameters is not None:
        raise ProofError(f"the hash {oid} is not one of SHA-256, SHA-384, SHA-512")
    return HASHES[oid]


def _signed_data(data: der.DerReader) -> TimestampToken:
    if data.integer() != 3:
        raise ProofError("not a time-stamp: signed data of another version than 3")
    digests = data.take(der.SET).inside()
    declared = hash_name(digests.algorithm())
    digests.end()
    content = data.take(der.SEQUENCE).inside()
    if content.oid() != TST_INFO:
        raise ProofError("not a time-stamp: something else is signed")
    info = _only(content, der.CONSTRUCTED, der.OCTET_STRING).body
    certificates = []
    if given := data.optional(der.CONSTRUCTED):
        inside = given.inside()
        while inside.tag is not None:
            certificates.append(inside.take(der.SEQUENCE).raw)
    signer = _signer(_only(data, der.SET, der.SEQUENCE).inside())
    if declared != signer.hash:
        raise ProofError("the time-stamp declares another digest than its signer's")
    return TimestampToken(info, tuple(certificates), signer)


def _only(reader: der.DerReader, outer: int, inner: int) -> der.DerItem:
    """The one item within the last item."""
    inside = reader.take(outer).inside()
    reader.end()
    item = inside.take(inner)
    inside.end()
    return item


def _signer(info: der.DerReader) -> TokenSigner:
    if info.integer() != 1:
        raise ProofError("the signer is not named by issuer and serial number")
    named = info.take(der.SEQUENCE).inside()
    issuer, serial = named.take(der.SEQUENCE).raw, named.integer()
    named.end()
    digest = hash_name(info.algorithm())
    signed_set = info.take(der.CONSTRUCTED)
    algorithm, signature = info.algorithm(), info.take(der.OCTET_STRING).body
    info.end()
    # What is signed is the SET itself, not its place in the structure (RFC 5652 section 5.4).
    signed = bytes([der.SET]) + signed_set.raw[1:]
    attributes = _attributes(signed_set.inside())
    return TokenSigner(issuer, serial, digest, signed, attributes, algorithm, signature)


def _attributes(items: der.DerReader) -> dict[str, der.DerItem]:
    attributes: dict[str, der.DerItem] = {}
    while items.tag is not None:
        attribute = items.take(der.SEQUENCE).inside()
        oid, values = attribute.oid(), attribute.take(der.SET).inside()
        attribute.end()
        if oid in attributes:
            raise ProofError(f"the signed attribute {oid} stands twice")
        attributes[oid] = values.take()
        values.end()
    return attributes


def _refuse_critical(extensions: der.DerReader) -> None:
    while extensions.tag is not None:
        extension = extensions.take(der.SEQUENCE).inside()
        oid = extension.oid()
        if extension.optional(der.BOOLEAN):
            raise ProofError(f"the time-stamp has a critical extension, {oid}, that is unknown")


def _time(body: bytes) -> datetime:
    match = _TIME.fullmatch(body)
    if match is None:
        raise ProofError("the time-stamp's time is not written as DER asks")
    whole = datetime.strptime(match[1].decode(), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    fraction = (match[2] or b"").decode()
    return whole.replace(microsecond=int(fraction[:6].ljust(6, "0")))

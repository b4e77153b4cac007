"""Whether an RFC 3161 time-stamp holds: when a message existed, by an authority's word.

The signer's certificate must be one that the verifier trusts, or be issued by one directly. SHA-1
and MD5 are refused wherever something rests on them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import new as new_hash

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from sealproof import der
from sealproof.errors import ProofError
from sealproof.tsp import (
    TST_INFO,
    TokenSigner,
    certificate_names,
    hash_name,
    parse_info,
    parse_token,
)

CONTENT_TYPE, MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12"
SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
MGF1, RSASSA_PSS = "1.2.840.113549.1.1.8", "1.2.840.113549.1.1.10"
RSA_WITH = {
    "1.2.840.113549.1.1.1": "",  # the hash is that of the digest algorithm
    "1.2.840.113549.1.1.11": "sha256",
    "1.2.840.113549.1.1.12": "sha384",
    "1.2.840.113549.1.1.13": "sha512",
}
ECDSA_WITH = {
    "1.2.840.10045.4.3.2": "sha256",
    "1.2.840.10045.4.3.3": "sha384",
    "1.2.840.10045.4.3.4": "sha512",
}
_HASHES: dict[str, HashAlgorithm] = {
    algorithm.name: algorithm for algorithm in (SHA256(), SHA384(), SHA512())
}
_DISLIKED = (
    ValueError,
    TypeError,
    Warning,  # raised if warnings are errors: for certificates that it reads with reluctance
    InvalidSignature,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.ExtensionNotFound,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
"""What `cryptography` raises for certificates and signatures that it does not like."""


def check_timestamp(token: bytes, message: bytes, trusted: Sequence[x509.Certificate]) -> datetime:
    """When the message existed (genTime, UTC). `token`: a TimeStampResp or a ContentInfo, DER.

    trusted: the authority's own certificate, or that of its issuer.
    Raises ProofError, and nothing else, unless all of it holds:
      1. the token is of the message;
      2. its signed attributes are those of this TSTInfo, and name the signer's certificate;
      3. the signature is that certificate's;
      4. the certificate is for time-stamping alone, was valid then, and is trusted.
    """
    try:
        parsed = parse_token(token)
        info, signer = parse_info(parsed.info), parsed.signer
        if new_hash(info.hash, message).digest() != info.digest:
            raise ProofError("the time-stamp is of another message")
        certificate = _certificate(signer, parsed.certificates, trusted)
        _check_attributes(signer, parsed.info, certificate)
        loaded = x509.load_der_x509_certificate(certificate)
        _check_signature(signer, loaded)
        _check_trust(loaded, trusted, info.at)
    except ProofError:
        raise
    except _DISLIKED as error:
        raise ProofError(f"the time-stamp is not valid: {error or type(error).__name__}") from error
    return info.at


def read_certificates(pem: bytes) -> list[x509.Certificate]:
    """The certificates of a PEM file. Raises ProofError."""
    try:
        return x509.load_pem_x509_certificates(pem)
    except _DISLIKED as error:
        raise ProofError(f"no certificate in PEM form: {error}") from error


def _certificate(
    signer: TokenSigner, along: Sequence[bytes], trusted: Sequence[x509.Certificate]
) -> bytes:
    """The signer's certificate, DER."""
    for raw in (*along, *(certificate.public_bytes(Encoding.DER) for certificate in trusted)):
        if certificate_names(raw) == (signer.issuer, signer.serial):
            return raw
    raise ProofError("the signer's certificate neither came along nor is trusted")


def _check_attributes(signer: TokenSigner, info: bytes, certificate: bytes) -> None:
    given = signer.attributes
    content = given.get(CONTENT_TYPE)
    if content is None or content.tag != der.OID or der.dotted(content.body) != TST_INFO:
        raise ProofError("the signature is not over a time-stamp")
    digest = given.get(MESSAGE_DIGEST)
    if digest is None or digest.tag != der.OCTET_STRING:
        raise ProofError("the signature names no digest")
    if digest.body != new_hash(signer.hash, info).digest():
        raise ProofError("the signature is over another time-stamp")
    named = [given[oid] for oid in (SIGNING_CERTIFICATE, SIGNING_CERTIFICATE_V2) if oid in given]
    if not named:
        raise ProofError("the signature does not name the signer's certificate")
    for item in named:
        name, hashed = _named_certificate(item, v2=item is given.get(SIGNING_CERTIFICATE_V2))
        if new_hash(name, certificate, usedforsecurity=False).digest() != hashed:
            raise ProofError("the signature names another certificate than its signer's")


def _named_certificate(item: der.DerItem, *, v2: bool) -> tuple[str, bytes]:
    """Of SigningCertificate (RFC 2634, SHA-1) or SigningCertificateV2 (RFC 5035): the first one's
    hash algorithm and hash.

    SHA-1 does no harm here: the certificate itself must be trusted, or issued by a trusted one.
    """
    if item.tag != der.SEQUENCE:
        raise ProofError("the signature names no certificate")
    first = item.inside().take(der.SEQUENCE).inside().take(der.SEQUENCE).inside()
    name = "sha1"
    if v2:
        name = hash_name(first.algorithm()) if first.tag == der.SEQUENCE else "sha256"
    return name, first.take(der.OCTET_STRING).body


def _check_signature(signer: TokenSigner, certificate: x509.Certificate) -> None:
    (oid, parameters), key = signer.algorithm, certificate.public_key()
    algorithm = _HASHES[signer.hash]
    if isinstance(key, rsa.RSAPublicKey) and oid == RSASSA_PSS:
        key.verify(signer.signature, signer.signed, _pss(parameters, algorithm), algorithm)
    elif parameters is not None:
        raise ProofError(f"the signature's algorithm {oid} has parameters that it cannot have")
    elif isinstance(key, rsa.RSAPublicKey) and RSA_WITH.get(oid) in ("", signer.hash):
        key.verify(signer.signature, signer.signed, padding.PKCS1v15(), algorithm)
    elif isinstance(key, ec.EllipticCurvePublicKey) and ECDSA_WITH.get(oid) == signer.hash:
        key.verify(signer.signature, signer.signed, ec.ECDSA(algorithm))
    else:
        raise ProofError(f"the signature's algorithm {oid} does not fit its key and digest")


def _pss(parameters: der.DerItem | None, algorithm: HashAlgorithm) -> padding.PSS:
    """RSASSA-PSS-params (RFC 4055): hash, MGF1 with the same hash, length of the salt."""
    if parameters is None or parameters.tag != der.SEQUENCE:
        raise ProofError("the signature's parameters are missing: SHA-1 would be meant")
    inside = parameters.inside()
    hashed = hash_name(inside.take(der.CONSTRUCTED).inside().algorithm())
    mask, of = inside.take(der.CONSTRUCTED + 1).inside().algorithm()
    salt = inside.optional(der.CONSTRUCTED + 2)
    inside.end()
    if mask != MGF1 or of is None:
        raise ProofError("the signature's mask is not MGF1")
    if {hashed, hash_name(der.DerReader(of.raw).algorithm())} != {algorithm.name}:
        raise ProofError("the signature's parameters are of another hash than its digest")
    length = salt.inside().integer() if salt else 20
    return padding.PSS(padding.MGF1(algorithm), length)


def _check_trust(
    certificate: x509.Certificate, trusted: Sequence[x509.Certificate], at: datetime
) -> None:
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    if not usage.critical or list(usage.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise ProofError("the signer's certificate is not for time-stamping alone, critically")
    _check_validity(certificate, at)
    if certificate in trusted:
        return
    issuers = [issuer for issuer in trusted if issuer.subject == certificate.issuer]
    if not issuers:
        raise ProofError("the signer's certificate is neither trusted nor issued by one that is")
    hashed = certificate.signature_hash_algorithm
    if hashed is None or hashed.name not in _HASHES:
        raise ProofError("the signer's certificate is signed with a hash that is too weak")
    for number, issuer in enumerate(issuers, 1):
        try:
            _check_issuer(issuer, at)
            certificate.verify_directly_issued_by(issuer)
        except _DISLIKED:
            if number == len(issuers):
                raise
        else:
            return


def _check_issuer(issuer: x509.Certificate, at: datetime) -> None:
    if not issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
        raise ProofError("the trusted issuer is no certificate authority")
    for usage in issuer.extensions:
        if isinstance(usage.value, x509.KeyUsage) and not usage.value.key_cert_sign:
            raise ProofError("the trusted issuer may not sign certificates")
    _check_validity(issuer, at)


def _check_validity(certificate: x509.Certificate, at: datetime) -> None:
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        raise ProofError(f"a certificate was not valid at {at:%Y-%m-%d %H:%M:%S} UTC")

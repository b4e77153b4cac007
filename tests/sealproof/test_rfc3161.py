"""Time-stamps by OpenSSL's authority: those that hold are accepted, and nothing else is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from hypothesis import given, settings
from hypothesis import strategies as st

from sealproof import der
from sealproof.errors import ProofError
from sealproof.rfc3161 import check_timestamp, read_certificates
from sealproof.tsp import MAX_BYTES
from tests.support.tsa import EC, RSA, Tsa, TsaRoot, openssl

MESSAGE = b"log.example/custody\n9\n...\n"


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> TsaRoot:
    return TsaRoot(tmp_path_factory.mktemp("tsa") / "root")


@pytest.fixture(scope="session")
def tsa(root: TsaRoot) -> Tsa:
    return root.issue()


def trusted(file: Path) -> list[x509.Certificate]:
    return read_certificates(file.read_bytes())


def token_of(response: bytes) -> bytes:
    """The ContentInfo of a TimeStampResp."""
    inside = der.DerReader(response).take(der.SEQUENCE).inside()
    inside.take()
    return inside.take().raw


def assert_now(at: datetime) -> None:
    assert at.tzinfo is UTC
    assert abs(at - datetime.now(UTC)) < timedelta(minutes=2)


# What holds


@pytest.mark.parametrize("kind", [RSA, EC], ids=["RSA", "ECDSA"])
@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
def test_every_signature_and_digest(root: TsaRoot, kind: tuple[str, ...], digest: str) -> None:
    tsa = root.issue(kind, digest=digest)
    response = tsa.stamp(MESSAGE, digest)
    for token in (response, token_of(response)):
        for file in (root.certificate, tsa.certificate):
            assert_now(check_timestamp(token, MESSAGE, trusted(file)))


@pytest.mark.parametrize("ess", ["sha1", "sha256", "sha512"])
def test_every_way_to_name_the_certificate(root: TsaRoot, ess: str) -> None:
    tsa = root.issue(EC, ess=ess)
    check_timestamp(tsa.stamp(MESSAGE), MESSAGE, trusted(root.certificate))


def test_fractions_of_a_second(root: TsaRoot) -> None:
    tsa = root.issue(EC, digits=6)
    found = {
        check_timestamp(tsa.stamp(MESSAGE), MESSAGE, trusted(root.certificate)).microsecond
        for _ in range(3)
    }
    assert found != {0}


def test_a_token_without_its_certificate_needs_it_in_the_policy(root: TsaRoot, tsa: Tsa) -> None:
    token = tsa.stamp(MESSAGE, "sha256", "-no_nonce")
    check_timestamp(token, MESSAGE, trusted(tsa.certificate))
    with pytest.raises(ProofError, match="neither came along nor is trusted"):
        check_timestamp(token, MESSAGE, trusted(root.certificate))


def test_a_token_with_its_chain(root: TsaRoot, tsa: Tsa) -> None:
    token = tsa.reply(tsa.query(MESSAGE), "-chain", str(root.certificate))
    assert_now(check_timestamp(token, MESSAGE, trusted(root.certificate)))


def test_pss(root: TsaRoot, tsa: Tsa) -> None:
    """OpenSSL's authority does not sign so; its token is signed again."""
    response = tsa.stamp(MESSAGE)
    for salt, mask, ok in [(32, "sha256", True), (20, "sha256", True), (32, "sha384", False)]:
        token = signed_anew(response, tsa, salt, mask)
        if ok:
            assert_now(check_timestamp(token, MESSAGE, trusted(root.certificate)))
        else:
            with pytest.raises(ProofError, match="another hash"):
                check_timestamp(token, MESSAGE, trusted(root.certificate))


def test_two_issuers_of_one_name(root: TsaRoot, tsa: Tsa, tmp_path: Path) -> None:
    namesake = TsaRoot(tmp_path / "namesake", root.name)
    token = tsa.stamp(MESSAGE)
    both = [*trusted(namesake.certificate), *trusted(root.certificate)]
    for known in (both, both[::-1]):
        assert_now(check_timestamp(token, MESSAGE, known))
    with pytest.raises(ProofError):
        check_timestamp(token, MESSAGE, both[:1])


# What does not


def test_another_message(root: TsaRoot, tsa: Tsa) -> None:
    with pytest.raises(ProofError, match="another message"):
        check_timestamp(tsa.stamp(MESSAGE), MESSAGE + b".", trusted(root.certificate))


def test_nobody_is_trusted(tsa: Tsa) -> None:
    with pytest.raises(ProofError, match="neither trusted nor issued"):
        check_timestamp(tsa.stamp(MESSAGE), MESSAGE, [])


def test_an_authority_that_is_not_trusted(tsa: Tsa, tmp_path: Path) -> None:
    other = TsaRoot(tmp_path / "other", "another root")
    with pytest.raises(ProofError, match="neither trusted nor issued"):
        check_timestamp(tsa.stamp(MESSAGE), MESSAGE, trusted(other.certificate))


def test_a_certificate_that_came_along_is_not_trusted_for_that(tmp_path: Path) -> None:
    own = TsaRoot(tmp_path / "own", "own root")
    real = TsaRoot(tmp_path / "real", "own root")  # the same name
    token = (tsa := own.issue()).reply(tsa.query(MESSAGE), "-chain", str(own.certificate))
    with pytest.raises(ProofError):
        check_timestamp(token, MESSAGE, trusted(real.certificate))


@pytest.mark.parametrize(
    "purpose",
    [
        "extendedKeyUsage=timeStamping",
        "extendedKeyUsage=critical,timeStamping,codeSigning",
        "extendedKeyUsage=critical,serverAuth",
        "",
    ],
)
def test_a_certificate_for_something_else(root: TsaRoot, tsa: Tsa, purpose: str) -> None:
    """OpenSSL signs with none of these, so a good one's token is signed anew."""
    other = root.issue(purpose=purpose)
    token = tsa_with(tsa, other)
    with pytest.raises(ProofError):
        check_timestamp(token, MESSAGE, trusted(root.certificate))
    with pytest.raises(ProofError):
        check_timestamp(token, MESSAGE, trusted(other.certificate))


@pytest.mark.parametrize(("start", "end"), [(-9, -1), (1, 9)], ids=["expired", "not yet valid"])
@pytest.mark.parametrize("whose", ["signer", "issuer"])
def test_a_certificate_that_was_not_valid_then(
    root: TsaRoot, tsa: Tsa, start: int, end: int, whose: str
) -> None:
    token = tsa.stamp(MESSAGE)
    known = trusted(root.certificate)
    if whose == "issuer":
        known = [redated(root.certificate, root, start, end)]
    else:
        signer = redated(tsa.certificate, root, start, end)
        token = with_certificate(tsa, tsa.key, signer.public_bytes(Encoding.DER))
    with pytest.raises(ProofError, match="not valid at"):
        check_timestamp(token, MESSAGE, known)


def test_an_issuer_that_is_no_authority(tmp_path: Path) -> None:
    for number, extensions in enumerate(
        [("basicConstraints=critical,CA:FALSE",), ("keyUsage=critical,digitalSignature",)]
    ):
        root = TsaRoot(tmp_path / str(number), extensions=extensions)
        token = root.issue(EC).stamp(MESSAGE)
        with pytest.raises(ProofError, match="the trusted issuer"):
            check_timestamp(token, MESSAGE, trusted(root.certificate))


def test_a_certificate_signed_over_sha_1(root: TsaRoot) -> None:
    token = root.issue(EC, sign="sha1").stamp(MESSAGE)
    with pytest.raises(ProofError, match="too weak"):
        check_timestamp(token, MESSAGE, trusted(root.certificate))


def test_a_message_hashed_with_sha_1_is_not_even_stamped(root: TsaRoot, tsa: Tsa) -> None:
    refusal = tsa.reply(tsa.query(MESSAGE, "sha1"))
    with pytest.raises(ProofError, match="did not grant"):
        check_timestamp(refusal, MESSAGE, trusted(root.certificate))


def test_too_large(root: TsaRoot) -> None:
    with pytest.raises(ProofError, match="at most"):
        check_timestamp(bytes(MAX_BYTES + 1), MESSAGE, trusted(root.certificate))


@pytest.mark.parametrize("pem", [b"", b"x", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_what_is_no_certificate(pem: bytes) -> None:
    with pytest.raises(ProofError):
        read_certificates(pem)


# Mutations

ALIKE = bytes.fromhex("2a864886f70d010101")  # rsaEncryption; ...0b is the same with SHA-256


@pytest.mark.parametrize("kind", [RSA, EC], ids=["RSA", "ECDSA"])
def test_no_byte_can_be_changed(root: TsaRoot, kind: tuple[str, ...]) -> None:
    """But for the one that turns the signature's algorithm into its other name."""
    token = root.issue(kind).stamp(MESSAGE)
    known = trusted(root.certificate)
    accepted = {}
    for at in range(len(token)):
        for mask in (0x01, 0x02, 0x0A, 0x20, 0x80, 0xFF):
            changed = bytearray(token)
            changed[at] ^= mask
            try:
                accepted[at, mask] = check_timestamp(bytes(changed), MESSAGE, known)
            except ProofError:
                continue
    names = {(token.rfind(ALIKE) + len(ALIKE) - 1, 0x0A)} if kind is RSA else set()
    assert accepted.keys() == names
    assert set(accepted.values()) <= {check_timestamp(token, MESSAGE, known)}


@pytest.fixture(scope="session")
def ec_token(root: TsaRoot) -> bytes:
    return root.issue(EC).stamp(MESSAGE)


@given(st.data())
@settings(max_examples=400)
def test_no_mutation_is_accepted(root: TsaRoot, ec_token: bytes, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(ec_token)))
    end = data.draw(st.integers(start, min(len(ec_token), start + 40)))
    middle = data.draw(st.binary(max_size=40))
    mutated = ec_token[:start] + middle + ec_token[end:]
    if mutated == ec_token:
        return
    with pytest.raises(ProofError):
        check_timestamp(mutated, MESSAGE, trusted(root.certificate))


@given(st.binary(max_size=400))
@settings(max_examples=400)
def test_arbitrary_bytes_are_refused(root: TsaRoot, raw: bytes) -> None:
    with pytest.raises(ProofError):
        check_timestamp(raw, MESSAGE, trusted(root.certificate))


@given(st.recursive(
    st.tuples(st.sampled_from([1, 2, 4, 5, 6, 24]), st.binary(max_size=20)),
    lambda inner: st.tuples(st.sampled_from([0x30, 0x31, 0xA0, 0xA1]), st.lists(inner, max_size=6)),
    max_leaves=40,
))  # fmt: skip
@settings(max_examples=400)
def test_any_structure_is_refused(root: TsaRoot, item: object) -> None:
    with pytest.raises(ProofError):
        check_timestamp(encoded(item), MESSAGE, trusted(root.certificate))


def test_endless_nesting_is_refused_at_once(root: TsaRoot) -> None:
    nested = b""
    while len(nested) < MAX_BYTES - 10:
        nested = wrap(der.SEQUENCE, nested)
    with pytest.raises(ProofError):
        check_timestamp(nested, MESSAGE, trusted(root.certificate))


@pytest.mark.parametrize(
    "raw",
    ["", "30", "3080", "30800000", "300201", "308101", "30810101", "3082000101", "3085000000000101",
     "1f8101", "30030201", "02020001", "0202ffff", "0200"],
)  # fmt: skip
def test_der_that_is_none(raw: str) -> None:
    found = der.DerReader(bytes.fromhex(raw))
    with pytest.raises(ProofError):
        _ = (
            found.integer()
            if raw.startswith("02")
            else found.take().inside().take().inside().take()
        )


@given(st.integers(-(2**70), 2**70))
def test_integers(value: int) -> None:
    length = (value if value >= 0 else ~value).bit_length() // 8 + 1
    raw = wrap(der.INTEGER, value.to_bytes(length, "big", signed=True))
    assert der.DerReader(raw).integer() == value


@pytest.mark.parametrize("oid", ["1.2.840.113549.1.9.16.1.4", "2.999.3", "0.9.2342", "2.5.29.37"])
def test_object_identifiers(oid: str) -> None:
    config = openssl("asn1parse", "-genstr", f"OID:{oid}", "-noout", "-out", "/dev/stdout")
    assert der.DerReader(config).oid() == oid


# Making DER


def wrap(tag: int, body: bytes) -> bytes:
    if len(body) < 0x80:
        return bytes([tag, len(body)]) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 + len(length)]) + length + body


def encoded(item: object) -> bytes:
    assert isinstance(item, tuple)
    tag, content = item
    if isinstance(content, bytes):
        return wrap(tag, content)
    return wrap(tag, b"".join(encoded(one) for one in content))


def items(item: der.DerItem) -> list[der.DerItem]:
    reader, found = item.inside(), []
    while reader.tag is not None:
        found.append(reader.take())
    return found


def rebuilt(
    response: bytes, algorithm: bytes, sign: object, certificate: bytes | None = None
) -> bytes:
    """The token with another signature over it, and perhaps another certificate."""
    content = items(der.DerReader(token_of(response)).take())
    data = items(items(content[1])[0])
    (info,) = items(data[4])
    parts = items(info)
    attributes, named = parts[3].raw, parts[1].raw
    if certificate is not None:
        loaded = x509.load_der_x509_certificate(certificate)
        old = items(data[3])[0].raw
        digest = hashes.Hash(hashes.SHA256())
        digest.update(old)
        before = digest.finalize()
        digest = hashes.Hash(hashes.SHA256())
        digest.update(certificate)
        assert before in attributes
        attributes = attributes.replace(before, digest.finalize())
        serial = loaded.serial_number
        number = wrap(der.INTEGER, serial.to_bytes(serial.bit_length() // 8 + 1, "big"))
        named = wrap(der.SEQUENCE, loaded.issuer.public_bytes() + number)
    signature = sign(bytes([der.SET]) + attributes[1:])  # type: ignore[operator]
    made = parts[0].raw + named + parts[2].raw + attributes + algorithm
    signer = wrap(der.SEQUENCE, made + wrap(der.OCTET_STRING, signature))
    held = data[3].raw if certificate is None else wrap(der.CONSTRUCTED, certificate)
    body = b"".join(one.raw for one in data[:3]) + held + wrap(der.SET, signer)
    return wrap(der.SEQUENCE, content[0].raw + wrap(der.CONSTRUCTED, wrap(der.SEQUENCE, body)))


def algorithm_of(name: str) -> bytes:
    oid = {
        "sha256": "0609608648016503040201",
        "sha384": "0609608648016503040202",
        "pss": "06092a864886f70d01010a",
        "mgf1": "06092a864886f70d010108",
        "rsa": "06092a864886f70d010101",
    }[name]
    return bytes.fromhex(oid)


def signed_anew(response: bytes, tsa: Tsa, salt: int, mask: str) -> bytes:
    """Signed with RSASSA-PSS over SHA-256."""
    key = load_pem_private_key(tsa.key.read_bytes(), None)
    digest = wrap(der.SEQUENCE, algorithm_of("sha256"))
    of = wrap(der.SEQUENCE, algorithm_of("mgf1") + wrap(der.SEQUENCE, algorithm_of(mask)))
    length = b"" if salt == 20 else wrap(der.CONSTRUCTED + 2, wrap(der.INTEGER, bytes([salt])))
    parameters = wrap(der.CONSTRUCTED, digest) + wrap(der.CONSTRUCTED + 1, of) + length
    algorithm = wrap(der.SEQUENCE, algorithm_of("pss") + wrap(der.SEQUENCE, parameters))
    made = hashes.SHA256() if mask == "sha256" else hashes.SHA384()
    scheme = padding.PSS(padding.MGF1(made), salt)
    return rebuilt(response, algorithm, lambda raw: key.sign(raw, scheme, hashes.SHA256()))  # type: ignore[union-attr,call-arg,arg-type]


def with_certificate(good: Tsa, key_file: Path, certificate: bytes) -> bytes:
    """A time-stamp that is right in everything but perhaps in whose certificate it is."""
    key = load_pem_private_key(key_file.read_bytes(), None)
    algorithm = wrap(der.SEQUENCE, algorithm_of("rsa") + bytes([der.NULL, 0]))

    def sign(raw: bytes) -> bytes:
        return key.sign(raw, padding.PKCS1v15(), hashes.SHA256())  # type: ignore[union-attr,call-arg,arg-type]

    return rebuilt(good.stamp(MESSAGE), algorithm, sign, certificate)


def tsa_with(good: Tsa, other: Tsa) -> bytes:
    """A time-stamp by `good`, but with the key and certificate of `other`."""
    certificate = openssl("x509", "-in", str(other.certificate), "-outform", "DER")
    return with_certificate(good, other.key, certificate)


def redated(file: Path, root: TsaRoot, start: int, end: int) -> x509.Certificate:
    """The same certificate, valid from `start` to `end` (days from now)."""
    (old,) = trusted(file)
    key = load_pem_private_key(root.key.read_bytes(), None)
    made = x509.CertificateBuilder(
        old.issuer, old.subject, old.public_key(), old.serial_number,
        datetime.now(UTC) + timedelta(days=start), datetime.now(UTC) + timedelta(days=end),
        list(old.extensions),
    )  # fmt: skip
    return made.sign(key, hashes.SHA256())  # type: ignore[arg-type]


def test_a_token_built_anew_with_a_fit_certificate_holds(root: TsaRoot, tsa: Tsa) -> None:
    """Else the tests above would prove nothing."""
    token = tsa_with(tsa, root.issue())
    assert_now(check_timestamp(token, MESSAGE, trusted(root.certificate)))

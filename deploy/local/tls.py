"""The certificates of the local stack: one authority, a certificate per peer.

Python's gRPC knows a peer by its certificate's common name, so the names here are those that the
protos' access options speak of.
"""

import datetime
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from deploy.local.ports import SERVICES
from deploy.local.state import write_atomically

OPERATOR = "operator"
"""The peer's name of the certificate that people and tools call the peer ports with."""

_PEER_OF_FILE = {**{service: service for service in SERVICES}, "client": OPERATOR}

VALID_FOR = datetime.timedelta(days=825)
"""The longest that common verifiers accept for a server's certificate."""

RENEWED_BEFORE_END = datetime.timedelta(days=30)

_CLOCK_SKEW = datetime.timedelta(hours=1)


def ensure_certificates(folder: Path, now: datetime.datetime) -> None:
    """Makes the authority and every certificate, unless a whole set is there and will last."""
    if not _is_complete(folder) or _end(folder / "ca.pem") - now < RENEWED_BEFORE_END:
        _make_all(folder, now)


def _is_complete(folder: Path) -> bool:
    names = [f"{name}.{kind}" for name in _PEER_OF_FILE for kind in ("pem", "key")]
    return all((folder / name).exists() for name in ["ca.pem", *names])


def _end(certificate: Path) -> datetime.datetime:
    return x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc


def _make_all(folder: Path, now: datetime.datetime) -> None:
    (folder / "ca.pem").unlink(missing_ok=True)
    authority_key = ec.generate_private_key(ec.SECP256R1())
    authority_name = _named("Onsale local authority")
    authority = (
        _unsigned(authority_name, authority_key.public_key(), authority_name, now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_authority_usage(), critical=True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key()), critical=False
        )
        .sign(authority_key, hashes.SHA256())
    )
    for file_name, peer in _PEER_OF_FILE.items():
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _peer_certificate(peer, key, authority_key, authority_name, now)
        _write(folder / f"{file_name}.key", _private(key), 0o600)
        _write(folder / f"{file_name}.pem", _public(certificate), 0o644)
    # The authority comes last: a set without it counts as not made.
    _write(folder / "ca.pem", _public(authority), 0o644)


def _peer_certificate(
    peer: str,
    key: ec.EllipticCurvePrivateKey,
    authority_key: ec.EllipticCurvePrivateKey,
    authority_name: x509.Name,
    now: datetime.datetime,
) -> x509.Certificate:
    loopback = [x509.IPAddress(ipaddress.ip_address(host)) for host in ("127.0.0.1", "::1")]
    return (
        _unsigned(_named(peer), key.public_key(), authority_name, now)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(peer), x509.DNSName("localhost"), *loopback]),
            critical=False,
        )
        # A service answers its peers and calls them with the same certificate.
        .add_extension(
            x509.ExtendedKeyUsage(
                [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
            ),
            critical=False,
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()),
            critical=False,
        )
        .sign(authority_key, hashes.SHA256())
    )


def _unsigned(
    subject: x509.Name,
    public_key: ec.EllipticCurvePublicKey,
    issuer: x509.Name,
    now: datetime.datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(now + VALID_FOR)
    )


def _authority_usage() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _named(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _public(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _write(path: Path, content: bytes, mode: int) -> None:
    write_atomically(path, content.decode(), mode)

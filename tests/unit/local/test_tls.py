"""The peers' certificates."""

import datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from deploy.local.ports import SERVICES
from deploy.local.tls import RENEWED_BEFORE_END, VALID_FOR, ensure_certificates

NOW = datetime.datetime(2027, 1, 1, tzinfo=datetime.UTC)


def certificate(folder: Path, name: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate((folder / f"{name}.pem").read_bytes())


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_known_by_its_name_and_on_this_machine(tmp_path: Path, service: str) -> None:
    ensure_certificates(tmp_path, NOW)
    own = certificate(tmp_path, service)
    assert own.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == service
    names = own.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == [service, "localhost"]
    addresses = names.get_values_for_type(x509.IPAddress)
    assert [str(address) for address in addresses] == ["127.0.0.1", "::1"]
    usage = own.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert set(usage) == {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH}


def test_the_client_is_the_operator(tmp_path: Path) -> None:
    ensure_certificates(tmp_path, NOW)
    subject = certificate(tmp_path, "client").subject
    assert subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == "operator"


def test_every_certificate_is_signed_by_the_authority(tmp_path: Path) -> None:
    ensure_certificates(tmp_path, NOW)
    authority = certificate(tmp_path, "ca")
    for name in (*SERVICES, "client"):
        certificate(tmp_path, name).verify_directly_issued_by(authority)


def test_keys_are_for_their_owners_eyes(tmp_path: Path) -> None:
    ensure_certificates(tmp_path, NOW)
    for name in (*SERVICES, "client"):
        assert (tmp_path / f"{name}.key").stat().st_mode & 0o077 == 0


def test_a_second_start_keeps_the_certificates(tmp_path: Path) -> None:
    ensure_certificates(tmp_path, NOW)
    first = certificate(tmp_path, "edge")
    ensure_certificates(tmp_path, NOW + datetime.timedelta(days=1))
    assert certificate(tmp_path, "edge") == first


def test_certificates_are_renewed_before_they_end(tmp_path: Path) -> None:
    ensure_certificates(tmp_path, NOW)
    first = certificate(tmp_path, "edge")
    late = NOW + VALID_FOR - RENEWED_BEFORE_END + datetime.timedelta(hours=1)
    ensure_certificates(tmp_path, late)
    assert certificate(tmp_path, "edge") != first
    certificate(tmp_path, "edge").verify_directly_issued_by(certificate(tmp_path, "ca"))


def test_an_incomplete_set_is_made_anew(tmp_path: Path) -> None:
    ensure_certificates(tmp_path, NOW)
    (tmp_path / "queue.key").unlink()
    ensure_certificates(tmp_path, NOW)
    certificate(tmp_path, "queue").verify_directly_issued_by(certificate(tmp_path, "ca"))
    assert (tmp_path / "queue.key").exists()

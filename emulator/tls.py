"""TLS in the emulated world: its own certificate authority, and the certificates of its servers."""

import datetime
import ipaddress
import os
import ssl
import threading
from pathlib import Path

import certifi
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_LIFETIME = datetime.timedelta(days=3650)
# Clocks of containers and their hosts may differ by a little.
_BACKDATED = datetime.timedelta(days=1)


class Authority:
    """The certificate authority in `folder`, which is created if there is none."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._key, self._certificate = self._load() or self._make()
        self._write_bundle()

    @property
    def certificate(self) -> Path:
        """The file with the authority's own certificate, in PEM."""
        return self._folder / "authority.pem"

    @property
    def bundle(self) -> Path:
        """The file with all certificates that clients trust, this authority's among them.

        In PEM, for REQUESTS_CA_BUNDLE.
        """
        return self._folder / "bundle.pem"

    def server_context(self, common_name: str, addresses: list[str]) -> ssl.SSLContext:
        """A TLS context with a new certificate for `common_name` and `addresses` (names or IP addresses)."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName(_alternative_name(name) for name in {common_name, *addresses})
        certificate = (
            _builder(common_name, self._certificate.subject, key.public_key())
            .add_extension(names, critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False
            )
            .sign(self._key, hashes.SHA256())
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # ssl loads keys from files only.
        with self._lock:
            file = self._folder / "server.pem"
            _write_private(file, _key_text(key) + _certificate_text(certificate))
            context.load_cert_chain(file)
            file.unlink()
        return context

    def _load(self) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate] | None:
        key_file = self._folder / "authority.key"
        if not (key_file.exists() and self.certificate.exists()):
            return None
        key = serialization.load_pem_private_key(key_file.read_bytes(), password=None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return key, x509.load_pem_x509_certificate(self.certificate.read_bytes())

    def _make(self) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
        name = "aks-kafka emulator"
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            _builder(name, _subject(name), key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_signs_certificates(), critical=True)
            .sign(key, hashes.SHA256())
        )
        _write_private(self._folder / "authority.key", _key_text(key))
        _write_private(self.certificate, _certificate_text(certificate))
        return key, certificate

    def _write_bundle(self) -> None:
        trusted = [file.read_bytes() for file in _trusted_files() if file.resolve() != self.bundle.resolve()]
        _write_private(self.bundle, b"\n".join([*trusted, self.certificate.read_bytes()]))


def _trusted_files() -> list[Path]:
    """The files of certificates that clients trust anyway: of requests, the system, and the environment."""
    system = ssl.get_default_verify_paths().cafile
    chosen = [os.environ.get(name) for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")]
    files = [Path(name) for name in (certifi.where(), system, *chosen) if name]
    return list(dict.fromkeys(file for file in files if file.is_file()))


def _builder(common_name: str, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_subject(common_name))
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + _LIFETIME)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _subject(common_name: str) -> x509.Name:
    # X.509 limits a common name to 64 characters; clients check the alternative names.
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name[:64])])


def _alternative_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _signs_certificates() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )


def _key_text(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _certificate_text(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _write_private(path: Path, content: bytes) -> None:
    temporary = path.with_name(path.name + ".tmp")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    os.replace(temporary, path)

"""An authority for brokers' certificates."""

import datetime
import ipaddress
from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

KEY_PASSWORD = "of-the-keys"
"""Of a key store and the key in it (ssl.keystore.password, ssl.key.password)."""


class BrokerAuthority:
    """Signs certificates for brokers. `certificate` is its own, which everybody trusts."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("brokers' authority")
        unsigned = _builder(self._name, self._name, self._key).add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True
        )
        self.certificate = _pem(unsigned.sign(self._key, hashes.SHA256()))

    def key_store(self, host: str, addresses: Sequence[str]) -> bytes:
        """A key and its certificate, for a host of that name and those addresses, in the format PKCS12.

        Not in PEM, which Kafka takes, too: of a key encrypted as today, Kafka 3.2 says on Java 17 that
        the PBES2 SecretKeyFactory is not available.
        """
        key, certificate = self._issue(host, addresses)
        encryption = serialization.BestAvailableEncryption(KEY_PASSWORD.encode())
        return pkcs12.serialize_key_and_certificates(b"broker", key, certificate, None, encryption)

    def pem(self, host: str, addresses: Sequence[str]) -> str:
        """A key, encrypted with KEY_PASSWORD, and its certificate."""
        key, certificate = self._issue(host, addresses)
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(KEY_PASSWORD.encode()),
        )
        return private.decode() + _pem(certificate)

    def _issue(
        self, host: str, addresses: Sequence[str]
    ) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
        key = ec.generate_private_key(ec.SECP256R1())
        names = [x509.DNSName(host), *(x509.IPAddress(ipaddress.ip_address(one)) for one in addresses)]
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
        certificate = (
            _builder(_name(host), self._name, key)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(usage, critical=False)
            .sign(self._key, hashes.SHA256())
        )
        return key, certificate


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
    )


def _name(common_name: str) -> x509.Name:
    # X.509 limits a common name to 64 characters; clients look at the alternative names.
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name[:64])])


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()

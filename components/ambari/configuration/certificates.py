"""Whether a broker's certificate holds the broker's address, seen by connecting to it."""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress

_TIMEOUT = 5.0
"""Seconds to connect, and for each answer."""
_HANDSHAKE, _CERTIFICATE = 22, 11
"""Types of a TLS record and of a message in it (RFC 5246, 6.2.1 and 7.4)."""


def trouble_with_address(address: str, port: int) -> str:
    """Why a client that checks names would refuse the certificate at this address; empty: it would not.

    Only the names in the certificate are judged: who signed it is the clients' business.
    """
    try:
        context = ssl.create_default_context(cadata=_certificate(address, port))
        # The certificate itself is trusted here, whoever signed it: what is left to check is its names.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        _shake_hands(context, address, port)
    except ssl.SSLCertVerificationError as refused:
        return f"the certificate at {address}:{port} does not do ({refused.verify_message})"
    except (OSError, ValueError) as failure:
        why = getattr(failure, "reason", None) or getattr(failure, "strerror", None) or failure
        return f"the certificate at {address}:{port} could not be looked at from here ({why})"
    return ""


def _certificate(address: str, port: int) -> bytes:
    """In DER, unverified. Raises OSError, of which SSLError is one, or ValueError when there is none."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return _shake_hands(context, address, port)


def _shake_hands(context: ssl.SSLContext, address: str, port: int) -> bytes:
    """The certificate that the server shows. Raises OSError, or SSLCertVerificationError if it won't do.

    A broker that wants its clients' certificates (ssl.client.auth) ends a handshake of TLS 1.2 right after
    it has shown its own and got none: that is enough here.
    """
    received, incoming, outgoing = bytearray(), ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_hostname=address)
    with socket.create_connection((address, port), timeout=_TIMEOUT) as connection:
        while True:
            try:
                with suppress(ssl.SSLWantReadError):
                    tls.do_handshake()
                    return tls.getpeercert(binary_form=True) or b""
                connection.sendall(outgoing.read())
                data = connection.recv(65536)
            except ssl.SSLCertVerificationError:
                raise
            except (ssl.SSLError, ConnectionError) as ended:
                with suppress(ValueError):
                    return _shown(bytes(received))
                raise ended
            received += data
            incoming.write(data)
            if not data:
                incoming.write_eof()


def _shown(received: bytes) -> bytes:
    """The first certificate in what a server has sent before anything is encrypted. Raises ValueError."""
    messages = bytearray()
    while len(received) > 5 and received[0] == _HANDSHAKE:
        end = 5 + int.from_bytes(received[3:5], "big")
        messages += received[5:end]
        received = received[end:]
    while len(messages) > 4:
        end = 4 + int.from_bytes(messages[1:4], "big")
        if messages[0] == _CERTIFICATE:
            # The length of all certificates, then that of the first one.
            length = int.from_bytes(messages[7:10], "big")
            return bytes(messages[10 : 10 + length])
        del messages[:end]
    raise ValueError("the server has shown no certificate")

"""Whether a broker's certificate holds the broker's address, seen by connecting to it."""

from __future__ import annotations

import socket
import ssl

_TIMEOUT = 5.0
"""Seconds to connect, and for each step of a handshake."""


def trouble_with_address(address: str, port: int) -> str:
    """Why a client that checks names would refuse the certificate at this address; empty: it would not.

    Only the names in the certificate are judged: who signed it is the clients' business.
    """
    try:
        certificate = _certificate(address, port)
        context = ssl.create_default_context(cadata=certificate)
        # The certificate itself is trusted here, whoever signed it: what is left to check is its names.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        _handshake(context, address, port)
    except ssl.SSLCertVerificationError as refused:
        return f"the certificate at {address}:{port} does not do ({refused.verify_message})"
    except ssl.SSLError as failure:
        return (
            f"the certificate at {address}:{port} could not be looked at ({failure.reason or failure}): the "
            "listener speaks no TLS, or wants a certificate of its clients (ssl.client.auth)"
        )
    except OSError as failure:
        return (
            f"the certificate at {address}:{port} could not be looked at from here "
            f"({failure.strerror or failure})"
        )
    return ""


def _certificate(address: str, port: int) -> bytes:
    """In DER, unverified."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return _handshake(context, address, port)


def _handshake(context: ssl.SSLContext, address: str, port: int) -> bytes:
    with (
        socket.create_connection((address, port), timeout=_TIMEOUT) as plain,
        context.wrap_socket(plain, server_hostname=address) as secured,
    ):
        return secured.getpeercert(binary_form=True) or b""

"""The rule for the SSH public key of HDInsight's nodes."""

import base64
import binascii
import re
from collections.abc import Iterator

from ..validation import leniency
from ..validation.leniency import Made
from ..validation.mistakes import broken

SOURCE = "https://learn.microsoft.com/azure/hdinsight/hdinsight-hadoop-linux-use-ssh-unix"
FORMAT = "RFC 4253, section 6.6"
GENERATE = 'the output of `ssh-keygen -q -t rsa -b 4096 -f hdinsight -N "" && cat hdinsight.pub`'
FEWEST_BITS = 2048
_FEWEST_DIFFERENT_BYTES = 64
"""Of 256 random bytes some 162 differ; so few only in a key that somebody typed."""


def ssh_public_key(value: str) -> str:
    """An RSA public key in OpenSSH's format, without what surrounds it.

    No other kind is documented for HDInsight.
    """
    key = value.strip()
    found = re.fullmatch(r"ssh-rsa ([A-Za-z0-9+/]{360,}={0,2})(?: [^\r\n]*)?", key)
    if not found:
        raise broken(
            "must be an RSA public key of 2048 bits or more, on one line", source=SOURCE, right=GENERATE
        )
    if wrong := _trouble(found[1]):
        rule = f"must be a whole RSA public key of {FEWEST_BITS} bits or more: {wrong}"
        leniency.refuse(rule, unless=Made.KAFKA, source=FORMAT, right=GENERATE)
    return key


def _trouble(encoded: str) -> str:
    """What is wrong with the encoded part of a key; empty if nothing is."""
    try:
        kind, exponent, modulus = _fields(base64.b64decode(encoded, validate=True))
    except (binascii.Error, ValueError):
        return "this one is cut off, or has more than one key"
    number = int.from_bytes(modulus, "big")
    if kind != b"ssh-rsa" or number.bit_length() < FEWEST_BITS:
        return f"this one has {number.bit_length()}"
    if number % 2 == 0 or exponent == b"" or len(set(modulus)) < _FEWEST_DIFFERENT_BYTES:
        return "this one is made up"
    return ""


def _fields(blob: bytes) -> Iterator[bytes]:
    """The fields of a key, each after its length in 4 bytes. Raises ValueError where they don't fill it."""
    place = 0
    while place < len(blob):
        length = int.from_bytes(blob[place : place + 4], "big")
        field = blob[place + 4 : place + 4 + length]
        if len(field) < length or place + 4 > len(blob):
            raise ValueError("cut off")
        yield field
        place += 4 + length

"""Rules for access to the test application: source ranges and names of its page, the token for sending."""

import re
from ipaddress import IPv4Network
from typing import Literal

from pydantic import SecretStr

from ..validation.mistakes import broken, check_all

Exposure = Literal["public", "internal", "none"]
SET_TOKEN = 'pulumi config set --secret appAccessToken "$(openssl rand -hex 16)"'
SHORTEST_TOKEN = 16
LONGEST_TOKEN = 1000
LONGEST_HOST_NAME = 253
_LABEL = "(?!-)[a-z0-9-]{1,63}(?<!-)"
_HOST_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")


def somebody_may_visit(ranges: tuple[IPv4Network, ...], exposure: Exposure) -> tuple[IPv4Network, ...]:
    """The rule that a load balancer has a range: without one it is open, which has to be explicit."""
    if not ranges and exposure != "none":
        command = 'pulumi config set --path "appSourceRanges[0]" 203.0.113.7/32, with your own address'
        raise broken("must have at least one range, 0.0.0.0/0 if it is meant for everybody", right=command)
    return ranges


def host_name(name: str) -> str:
    """The rule for a name in a request's header Host: a DNS name in full, without scheme, port or path."""
    if not _HOST_NAME.fullmatch(name) or len(name) > LONGEST_HOST_NAME or name.rpartition(".")[2].isdigit():
        raise broken(
            "must be the DNS name of a host, in lower case and without a port",
            source="RFC 1123, section 2.1",
            right="messages.example.org",
        )
    return name


def access_token(token: SecretStr) -> SecretStr:
    """The rule for a token: long enough, and valid in an Authorization header; or none at all."""
    return check_all(token, _fits_header, _has_a_length) if token.get_secret_value() else token


def _fits_header(token: SecretStr) -> None:
    if not re.fullmatch("[A-Za-z0-9._~+/-]+=*", token.get_secret_value()):
        raise broken(
            "must consist of letters, digits and ._~+/-", source="RFC 6750, section 2.1", right=SET_TOKEN
        )


def _has_a_length(token: SecretStr) -> None:
    if not SHORTEST_TOKEN <= len(token.get_secret_value()) <= LONGEST_TOKEN:
        rule = (
            f"must have at least {SHORTEST_TOKEN} characters, or it is guessed, and at most {LONGEST_TOKEN}"
        )
        raise broken(rule, right=SET_TOKEN)

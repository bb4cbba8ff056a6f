"""Names and addresses of hosts, as they stand in settings and in requests."""

import ipaddress
import re
from collections.abc import Callable

from testapp.configuration.environment import shown

KAFKA_PORT = 9092
MOST_SHOWN = 5
"""Wrong parts of a list that a message repeats."""
# A label may end with a hyphen: HDInsight names nodes for the first six characters of their cluster.
_LABEL = r"(?!-)[A-Za-z0-9_-]{1,63}"
_HOST_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")
_AUTHORITY = re.compile(r"(?:\[(?P<ipv6>[^\[\]]+)\]|(?P<host>[^\[\]:/]+))(?::(?P<port>[0-9]{1,5}))?")


def parse_servers(text: str) -> str:
    """Brokers as clients take them: host:port, comma-separated, an IPv6 address in brackets.

    Without a port it is 9092, as for any client of Kafka.

    Raises:
        ValueError: some of them are something else.
    """
    parts = _parts(text, _is_server, "brokers as host:port")
    return ",".join(part if _has_port(part) else f"{part}:{KAFKA_PORT}" for part in parts)


def parse_host_names(text: str) -> frozenset[str]:
    """Names of hosts, comma-separated; answers them in lower case.

    Raises:
        ValueError: some of them are something else, or have a port.
    """
    names = _parts(text, is_host_name, "names of hosts without a port")
    return frozenset(name.lower().rstrip(".") for name in names)


def host_of(authority: str) -> str:
    """The host of a `host:port` such as a request's header Host holds; in lower case, without a final dot.

    Raises:
        ValueError: it is none.
    """
    found = _AUTHORITY.fullmatch(authority)
    if not found or not _is_host(found):
        raise ValueError(f"{shown(authority)} is no host")
    return (found["ipv6"] or found["host"]).lower().rstrip(".")


def is_host_name(text: str) -> bool:
    """Whether it has the form of a name, and can't be taken for an address."""
    if not _HOST_NAME.fullmatch(text) or len(text) > 253:
        return False
    # What ends in a number is an address to whoever resolves it (WHATWG URL, "ends in a number").
    return not text.rstrip(".").rpartition(".")[2].isdigit()


def is_address(text: str) -> bool:
    """Whether it is an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _parts(text: str, is_right: Callable[[str], bool], what: str) -> list[str]:
    parts = [part.strip() for part in text.split(",")]
    if wrong := [shown(part) if part else "an empty part" for part in parts if not is_right(part)]:
        raise ValueError(f"it must be {what}, separated by commas, and has {', '.join(wrong[:MOST_SHOWN])}")
    return parts


def _is_server(text: str) -> bool:
    found = _AUTHORITY.fullmatch(text)
    return bool(found) and 1 <= int(found["port"] or KAFKA_PORT) <= 65535 and _is_host(found)


def _is_host(authority: re.Match[str]) -> bool:
    if ipv6 := authority["ipv6"]:
        return ":" in ipv6 and is_address(ipv6)
    return is_address(authority["host"]) or is_host_name(authority["host"])


def _has_port(server: str) -> bool:
    found = _AUTHORITY.fullmatch(server)
    return found is not None and found["port"] is not None

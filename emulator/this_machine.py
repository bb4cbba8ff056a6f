"""The address by which this machine is seen from the emulated Internet.

Azure never sees loopback: it sees the public address of whoever calls. Connections here come over loopback
all the same, so whoever lets in that address lets them in. It is one of those for documentation (RFC 5737).
"""

from ipaddress import IPv4Address, IPv4Network

PUBLIC_ADDRESS = IPv4Address("203.0.113.1")
LOOPBACK = IPv4Network("127.0.0.0/8")

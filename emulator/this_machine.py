"""The public address of this machine in the emulated world.

Azure sees the public address of a client. Here clients connect over loopback, so a rule that allows this
public address allows connections from loopback. The address is reserved for documentation (RFC 5737).
"""

from ipaddress import IPv4Address, IPv4Network

PUBLIC_ADDRESS = IPv4Address("203.0.113.1")
LOOPBACK = IPv4Network("127.0.0.0/8")

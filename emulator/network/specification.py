"""Specifications of nodes, their files and their processes."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class RootSpec:
    """Files of a node that does not see all of the machine's: a container image over its system folders.

    Of the machine only /bin, /sbin, /lib*, /usr and /etc show through (a stand-in for the image's base), all
    read-only, plus /proc and a minimal /dev.
    """

    layers: Sequence[str]
    """Folders laid over "/", the first on top. Read-only."""
    binds: Mapping[str, str] = field(default_factory=dict)
    """Mount point -> file or folder of the machine. Read-only."""
    scratch: Sequence[str] = ()
    """Mount points of empty, writable folders in memory, e.g. /tmp. They vanish with the node."""


@dataclass(frozen=True)
class InnerNetwork:
    """A network behind a node, to which its virtual network has no route: a part of an overlay.

    Packets within `range` keep their addresses; those that leave it take the node's. From elsewhere no way
    leads into it.
    """

    range: str
    """All of the overlay: "10.40.0.0/16"."""
    part: str
    """What lies behind this node: "10.40.1.0/24". Its first address is the router's."""
    others: Mapping[str, str]
    """The other parts, and the addresses of the nodes behind which they lie, all in this node's subnet."""


@dataclass(frozen=True)
class NodeSpec:
    """One host of a virtual network."""

    name: str
    """Unique in the world, parts separated by "/": "mykafka/wn0"."""
    network: str
    address: str
    prefix_length: int
    """Of the subnet the address lies in; its first address (.1) is the node's router, as in Azure."""
    hostname: str
    """What `hostname` and `hostname -f` print; 64 characters at most."""
    hosts: Mapping[str, str] = field(default_factory=dict)
    """Names this node can resolve beside its own, and their addresses. There is no DNS."""
    hosts_file: str | None = None
    """All of /etc/hosts, where somebody else writes it: then `hosts` counts for nothing."""
    overlays: Mapping[str, str] = field(default_factory=dict)
    """Mount point -> folder of the machine, writable. The mount point need not exist on the machine."""
    root: RootSpec | None = None
    """None: the node sees the machine's files."""
    inner: InnerNetwork | None = None
    """What lies behind this node."""
    behind: str | None = None
    """The node in whose inner network this one lies. None: in `network` itself."""
    seen_as: str | None = None
    """The address from which peered networks get what this one in `network` sends. None: from its own."""

    def to_message(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    @classmethod
    def from_message(cls, message: Mapping[str, Any]) -> "NodeSpec":
        root, inner = message["root"], message["inner"]
        parts = {
            "root": RootSpec(**root) if root else None,
            "inner": InnerNetwork(**inner) if inner else None,
        }
        return cls(**{**message, **parts})


@dataclass(frozen=True)
class ProcessSpec:
    """One process to start on a node, in a session and process group of its own, with no input."""

    argv: Sequence[str]
    environment: Mapping[str, str]
    """The whole environment. `argv[0]` is looked up in its PATH when it holds no slash."""
    folder: str = "/"
    user: int | None = None
    """Run as this user and group id: really so as root, else as who we are, seen under this number."""
    log: Path | None = None
    """Output and errors are appended here; None: dropped."""

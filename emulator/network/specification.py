"""Specifications of nodes, their files and their processes."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class RootSpec:
    """The files of a node with a root of its own: a container image over the machine's system folders.

    Of the machine the node sees /bin, /sbin, /lib*, /usr, /etc and /nix, which take the place of the image's
    base, all read-only, besides /proc and a minimal /dev.
    """

    layers: Sequence[str]
    """Folders laid over "/", the first on top. Read-only."""
    binds: Mapping[str, str] = field(default_factory=dict)
    """Mount point -> file or folder of the machine. Read-only."""
    scratch: Sequence[str] = ()
    """Mount points of empty, writable folders in memory, e.g. /tmp. They vanish with the node."""


@dataclass(frozen=True)
class InnerNetwork:
    """The part of an overlay behind one node, to which its virtual network has no route.

    Packets within `range` keep their addresses; those that leave it take the node's. It can't be reached from
    outside of `range`.
    """

    range: str
    """The range of the whole overlay: "10.40.0.0/16"."""
    part: str
    """The range behind this node: "10.40.1.0/24". Its first address is the router's."""
    others: Mapping[str, str]
    """The parts behind other nodes, each with its node's address in the subnet of this one."""


@dataclass(frozen=True)
class NodeSpec:
    """One host of a virtual network."""

    name: str
    """Unique in the world, parts separated by "/": "mykafka/wn0"."""
    network: str
    address: str
    prefix_length: int
    """Of the address's subnet, whose first address (.1) is the node's router, as in Azure."""
    hostname: str
    """What `hostname` and `hostname -f` print; 64 characters at most."""
    hosts: Mapping[str, str] = field(default_factory=dict)
    """The names this node resolves beside its own, with their addresses. There is no DNS."""
    hosts_file: str | None = None
    """The whole text of /etc/hosts; `hosts` is ignored then. None: it is made of `hosts`."""
    overlays: Mapping[str, str] = field(default_factory=dict)
    """Mount point -> folder of the machine, writable. The mount point need not exist on the machine."""
    root: RootSpec | None = None
    """None: the node sees the machine's files."""
    inner: InnerNetwork | None = None
    """The inner network that this node is the router of."""
    behind: str | None = None
    """The node in whose inner network this one is. None: it is in `network` itself."""
    seen_as: str | None = None
    """The source address that peered networks see for this node in `network`. None: its own."""

    def to_message(self) -> dict[str, Any]:
        """The specification as JSON, for the channel to the world's init."""
        return dataclasses.asdict(self)

    @classmethod
    def from_message(cls, message: Mapping[str, Any]) -> "NodeSpec":
        """The specification that `to_message` wrote."""
        root, inner = message["root"], message["inner"]
        parts = {
            "root": RootSpec(**root) if root else None,
            "inner": InnerNetwork(**inner) if inner else None,
        }
        return cls(**{**message, **parts})


@dataclass(frozen=True)
class ProcessSpec:
    """A process to start on a node, in a session and process group of its own, with no input."""

    argv: Sequence[str]
    environment: Mapping[str, str]
    """The whole environment. `argv[0]` is looked up in its PATH when it holds no slash."""
    folder: str = "/"
    user: int | None = None
    """The user and group id to run as. A world of an ordinary user maps its own id to this number."""
    log: Path | None = None
    """The file that output and errors are appended to; None: they are dropped."""

"""Name resolution on a node, by its /etc/hosts alone."""

from emulator.network.specification import NodeSpec

LONGEST_HOST_NAME = 64
"""Linux's limit (__NEW_UTS_LEN)."""


def resolution_files(node: NodeSpec) -> dict[str, str]:
    """The texts of the files that configure name resolution on the node, by path."""
    return {
        "/etc/hosts": _hosts(node) if node.hosts_file is None else node.hosts_file,
        "/etc/hostname": f"{node.hostname}\n",
        "/etc/resolv.conf": "# There is no name server here.\n",
        "/etc/nsswitch.conf": "passwd: files\ngroup: files\nshadow: files\nhosts: files\nnetworks: files\n"
        "protocols: files\nservices: files\n",
    }


def _hosts(node: NodeSpec) -> str:
    lines = ["127.0.0.1 localhost", _line(node.address, node.hostname)]
    lines += [_line(address, name) for name, address in node.hosts.items() if name != node.hostname]
    return "\n".join(lines) + "\n"


def _line(address: str, name: str) -> str:
    """The full name comes first: it is the canonical one, which `hostname -f` prints."""
    short = name.partition(".")[0]
    return f"{address} {name}" if short == name else f"{address} {name} {short}"

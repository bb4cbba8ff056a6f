"""Finding networks and nodes by name."""

from collections.abc import Sequence


class NodeUnknown(KeyError):
    """No node of that name, or more than one."""

    def __str__(self) -> str:
        return self.args[0]


class NetworkUnknown(KeyError):
    """No network of that name."""

    def __str__(self) -> str:
        return self.args[0]


def resolve(name: str, nodes: Sequence[str]) -> str:
    """The one of `nodes` that `name` means. Raises NodeUnknown.

    That is: its full name; its last part, if no other node has the same; or the beginning of its last part
    up to a "-", of several nodes the first.
    """
    if name in nodes:
        return name
    same = [node for node in nodes if _last_part(node) == name]
    if len(same) > 1:
        raise NodeUnknown(f"{name} may be any of {', '.join(same)}")
    beginning = [node for node in nodes if _last_part(node).startswith(f"{name}-")]
    for node in same + beginning:
        return node
    known = f"known are {', '.join(nodes)}" if nodes else "there are none"
    raise NodeUnknown(f"no node {name}; {known}")


def _last_part(node: str) -> str:
    return node.rpartition("/")[2]

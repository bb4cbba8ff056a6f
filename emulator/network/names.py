"""Finds nodes by full or abbreviated names."""

from collections.abc import Sequence


class NodeUnknown(KeyError):
    """There is no node of that name, or more than one."""

    def __str__(self) -> str:
        return self.args[0]


class NetworkUnknown(KeyError):
    """There is no network of that name."""

    def __str__(self) -> str:
        return self.args[0]


def resolve(name: str, nodes: Sequence[str]) -> str:
    """The one of `nodes` that `name` stands for, as in `find`. Raises NodeUnknown if there is none."""
    found = find(name, nodes)
    if found is None:
        known = f"known are {', '.join(nodes)}" if nodes else "there are none"
        raise NodeUnknown(f"no node {name}; {known}")
    return found


def find(name: str, nodes: Sequence[str]) -> str | None:
    """The one of `nodes` that `name` stands for, or None. Raises NodeUnknown if it is ambiguous.

    A node may be given by its full name; by its last parts, if they are unique; or by the beginning of its
    last part up to a "-", which stands for the first such node.
    """
    if name in nodes:
        return name
    same = [node for node in nodes if node.endswith(f"/{name}")]
    if len(same) > 1:
        raise NodeUnknown(f"{name} may be any of {', '.join(same)}")
    beginning = [node for node in nodes if node.rpartition("/")[2].startswith(f"{name}-")]
    return next(iter(same + beginning), None)

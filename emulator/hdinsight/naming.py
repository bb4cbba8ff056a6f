"""The names of an HDInsight cluster's nodes and hosts."""

from collections.abc import Iterable


def fully_qualified_name(node: str, cluster: str, domain: str) -> str:
    """The host name of a node ("wn0"), which contains the first six characters of the cluster's name."""
    return f"{node}-{cluster[:6].lower()}.{domain}"


def workers(nodes: Iterable[str]) -> list[str]:
    """The short names of the worker nodes, which run the brokers, in the order of their numbers."""
    return sorted((node for node in nodes if node.startswith("wn")), key=lambda node: int(node[2:]))

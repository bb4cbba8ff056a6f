"""Finds the log files of a world, by node and pod."""

from collections.abc import Collection, Iterable
from pathlib import Path

from emulator.hdinsight.cluster import HdinsightCluster
from emulator.kubernetes.cluster import KubernetesCluster


def all_logs(
    hdinsight: Iterable[HdinsightCluster], kubernetes: Iterable[KubernetesCluster], nodes: Collection[str]
) -> dict[str, list[Path]]:
    """Log files by the full name of their node or pod: first those in `nodes`, then pods that have ended."""
    logs: dict[str, list[Path]] = {}
    for kafka in hdinsight:
        logs |= {f"{kafka.spec.name}/{node}": kafka.logs(node) for node in kafka.spec.addresses}
    for aks in kubernetes:
        logs |= {f"{aks.spec.name}/{pod}": [path] for pod, path in aks.logs().items()}
    written = [name for name, paths in logs.items() if paths]
    return {name: logs[name] for name in sorted(written, key=lambda name: name not in nodes)}

"""The nodes that kwok simulates: one in each of three zones, labelled as AKS labels them."""

from judge.api import Object

ZONES = ("westeurope-1", "westeurope-2", "westeurope-3")


def _node(zone: str) -> Object:
    room = {"cpu": "4", "memory": "16Gi", "pods": "110", "ephemeral-storage": "100Gi"}
    name = f"node-{zone}"
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": {
                "kubernetes.io/hostname": name,
                "kubernetes.io/os": "linux",
                "kubernetes.io/arch": "amd64",
                "topology.kubernetes.io/region": "westeurope",
                "topology.kubernetes.io/zone": zone,
            },
        },
        "status": {
            "allocatable": room,
            "capacity": room,
            "conditions": [{"type": "Ready", "status": "True", "reason": "KubeletReady"}],
        },
    }


NODES = [_node(zone) for zone in ZONES]

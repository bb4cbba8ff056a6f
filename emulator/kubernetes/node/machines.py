"""The nodes of a cluster, and the addresses of their pods: in the nodes' subnet, or in an overlay.

In an overlay each node has a /24 for its pods, and what they send elsewhere comes from the node's address:
https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-overlay. In the subnet they have addresses of
their own, which only their own network sees: what they send to another comes from the node's address, too
(https://learn.microsoft.com/azure/aks/concepts-network-cni-overview, July 2026).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network

from emulator.kubernetes.node.addresses import AddressPool, next_address
from emulator.network.specification import InnerNetwork, NodeSpec
from emulator.specifications import KubernetesSpec

_PART_OF_A_NODE = 24


@dataclass(frozen=True)
class Machine:
    """A node of the cluster."""

    node: NodeSpec
    """The node's specification in the world."""
    addresses: AddressPool
    """The pool of its pods; all nodes share one where pods are in the subnet."""

    @property
    def way_out(self) -> str | None:
        """The world node that routes for the pods of an overlay; None where pods are in the subnet."""
        return self.node.name if self.node.inner else None

    @property
    def seen_as(self) -> str | None:
        """The source address that other networks see for pods in the subnet; None in an overlay."""
        return None if self.node.inner else self.node.address


def machines_of(spec: KubernetesSpec) -> dict[str, Machine]:
    """The nodes of a cluster by name, with the first free addresses of the subnet."""
    addresses: dict[str, str] = {}
    for number in range(spec.node_count):
        taken = {*spec.reserved, *addresses.values()}
        addresses[f"aks-nodepool1-{number:06}"] = next_address(spec.subnet_prefix, taken, None)
    if spec.pod_cidr is None:
        shared = AddressPool(spec.subnet_prefix, {*spec.reserved, *addresses.values()})
        return {name: Machine(_node(spec, name, address), shared) for name, address in addresses.items()}
    inner = _parts(spec.pod_cidr, addresses)
    return {
        name: Machine(_node(spec, name, address, inner[name]), AddressPool(inner[name].part))
        for name, address in addresses.items()
    }


def _parts(pod_cidr: str, addresses: Mapping[str, str]) -> dict[str, InnerNetwork]:
    """The inner network of each of the nodes with these addresses."""
    subnets = IPv4Network(pod_cidr).subnets(new_prefix=_PART_OF_A_NODE)
    # The range usually has more subnets than there are nodes.
    parts = {name: str(part) for name, part in zip(addresses, subnets, strict=False)}
    return {
        name: InnerNetwork(
            range=pod_cidr,
            part=part,
            others={parts[other]: addresses[other] for other in addresses if other != name},
        )
        for name, part in parts.items()
    }


def _node(spec: KubernetesSpec, name: str, address: str, inner: InnerNetwork | None = None) -> NodeSpec:
    return NodeSpec(
        name=f"{spec.name}/{name}",
        network=spec.network,
        address=address,
        prefix_length=IPv4Network(spec.subnet_prefix).prefixlen,
        hostname=name,
        inner=inner,
    )

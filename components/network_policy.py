"""What the test application's pods may talk to, where the cluster carries network policies out."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence

import pulumi
import pulumi_kubernetes as kubernetes


def network_policy_spec(
    labels: Mapping[str, str], ports: Sequence[int], bootstrap_servers: pulumi.Input[str]
) -> kubernetes.networking.v1.NetworkPolicySpecArgs:
    """For the pods with these `labels`: whoever comes in to `ports`, and out to every broker, nothing else.

    Who may come is said by the load balancer, behind which a pod sees a node's address. Pods need no DNS,
    since brokers are called by address, and no Kubernetes API. A kubelet's probes are always let through:
    https://kubernetes.io/docs/concepts/services-networking/network-policies/.

    Args:
        bootstrap_servers: ADDRESS:PORT of every broker, comma-separated.
    """
    incoming = kubernetes.networking.v1.NetworkPolicyIngressRuleArgs(ports=[_port(port) for port in ports])
    return kubernetes.networking.v1.NetworkPolicySpecArgs(
        pod_selector=kubernetes.meta.v1.LabelSelectorArgs(match_labels={**labels}),
        policy_types=["Ingress", "Egress"],
        ingress=[incoming],
        egress=pulumi.Output.from_input(bootstrap_servers).apply(_to_brokers),
    )


def brokers_by_port(bootstrap_servers: str) -> dict[int, list[str]]:
    """The ranges of the brokers that listen at each port, both sorted.

    Raises pulumi.RunError for a broker by name, which stands there where somebody gave a listener a host.
    """
    found: dict[int, list[str]] = {}
    for server in sorted(filter(None, map(str.strip, bootstrap_servers.split(",")))):
        host, _, port = server.rpartition(":")
        found.setdefault(int(port), []).append(_range(host.strip("[]")))
    return dict(sorted(found.items()))


def _to_brokers(bootstrap_servers: str) -> list[kubernetes.networking.v1.NetworkPolicyEgressRuleArgs]:
    return [
        kubernetes.networking.v1.NetworkPolicyEgressRuleArgs(
            to=[
                kubernetes.networking.v1.NetworkPolicyPeerArgs(
                    ip_block=kubernetes.networking.v1.IPBlockArgs(cidr=range_)
                )
                for range_ in ranges
            ],
            ports=[_port(port)],
        )
        for port, ranges in brokers_by_port(bootstrap_servers).items()
    ]


def _range(host: str) -> str:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        raise pulumi.RunError(
            f"Kafka has clients connect to {host}, as somebody has set in Ambari, and a network policy lets "
            "pods talk to addresses, not to names. Set appNetworkPolicy to never; or, in Ambari, give that "
            "listener the host localhost, in place of which each broker's address is advertised."
        ) from None
    return f"{address}/{address.max_prefixlen}"


def _port(number: int) -> kubernetes.networking.v1.NetworkPolicyPortArgs:
    return kubernetes.networking.v1.NetworkPolicyPortArgs(port=number, protocol="TCP")

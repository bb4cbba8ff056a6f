"""Services of type LoadBalancer: their addresses on loopback, and the ready pods behind them.

At the address of an internal load balancer nothing listens: AKS gives it one of the nodes' subnet, which
callers on the Internet, as this machine is one, can't reach.
"""

import hashlib
import ipaddress
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from emulator.kubernetes.node.container import container_of, port_number
from emulator.kubernetes.server.objects import (
    INTERNAL_BALANCER,
    Object,
    annotations_of,
    deleting,
    is_true,
    selects,
)
from emulator.this_machine import LOOPBACK, PUBLIC_ADDRESS


@dataclass(frozen=True, order=True)
class Endpoint:
    """The address and port that a pod listens on."""

    address: str
    port: int


def has_balancer(service: Object) -> bool:
    """Whether the Service gets an address outside its cluster."""
    return service["spec"].get("type") == "LoadBalancer"


def is_internal(service: Object) -> bool:
    """Whether the Service's load balancer is internal: its address is one of the nodes' network."""
    return annotations_of(service).get(INTERNAL_BALANCER) == "true"


def endpoints(service: Object, pods: Sequence[Object]) -> dict[int, list[Endpoint]]:
    """Per port of the Service, the ready pods behind it. `pods`: those of its namespace."""
    selector = service["spec"].get("selector")
    if not selector:
        return {port["port"]: [] for port in service["spec"]["ports"]}
    ready = [pod for pod in pods if selects(selector, pod) and is_true(pod, "Ready") and not deleting(pod)]
    return {
        port["port"]: sorted(
            Endpoint(pod["status"]["podIP"], number)
            for pod in ready
            if (number := port_number(container_of(pod), port["targetPort"])) is not None
        )
        for port in service["spec"]["ports"]
    }


def source_ranges(service: Object) -> list[ipaddress.IPv4Network]:
    """The ranges that may connect to the Service: all addresses by default.

    Where this machine's public address may connect, its loopback addresses may.
    """
    texts = service["spec"].get("loadBalancerSourceRanges") or ["0.0.0.0/0"]
    ranges = [ipaddress.IPv4Network(text.strip(), strict=False) for text in texts]
    return [*ranges, LOOPBACK] if any(PUBLIC_ADDRESS in range_ for range_ in ranges) else ranges


def loopback_prefix(home: str, cluster: str) -> ipaddress.IPv4Network:
    """127.X.Y.0/24 for one cluster of one world, so that several can run on a machine."""
    digest = hashlib.sha256(f"{home}\0{cluster}".encode()).digest()
    # 127.0.0.0/16 holds localhost and what distributions put beside it.
    return ipaddress.IPv4Network(f"127.{1 + digest[0] % 254}.{digest[1]}.0/24")


def free_address(prefix: ipaddress.IPv4Network, taken: Collection[str]) -> str:
    """The first address of `prefix` that no Service has. Raises StopIteration when all are taken."""
    return next(str(address) for address in prefix.hosts() if str(address) not in taken)


def ingress_address(service: Object) -> str | None:
    """The address the Service has been given, if any."""
    ingress = service.get("status", {}).get("loadBalancer", {}).get("ingress", [])
    return ingress[0]["ip"] if ingress else None


def with_ingress(address: str) -> Object:
    """The status of a Service that has this address."""
    return {"loadBalancer": {"ingress": [{"ip": address, "ipMode": "VIP"}]}}


def without_ingress() -> Object:
    """The status of a Service that has no address outside its cluster."""
    return {"loadBalancer": {}}

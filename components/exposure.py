"""How the application is reached: by a load balancer, public or internal, or by a port-forward alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi_kubernetes as kubernetes

from .settings.values.visitors import Exposure

INTERNAL_BALANCER = "service.beta.kubernetes.io/azure-load-balancer-internal"
"""AKS's annotation of a load balancer with an address of the nodes' subnet:
https://learn.microsoft.com/azure/aks/internal-lb."""
HAS_ADDRESS = {"pulumi.com/waitFor": "jsonpath={.status.loadBalancer.ingress}"}
"""Annotation of a Service whose pods may take longer than its address; the rollout waits for them."""
EXISTS = {"pulumi.com/waitFor": "jsonpath={.metadata.uid}"}
"""Annotation by which an object is in the state as soon as it exists; a dynamic resource waits for the rest.

`pulumi.com/skipAwait` would also skip waiting for a deletion, so that no Job could replace one of its name.
"""
FORWARDED_PORT = 8080
"""The port of the machine on which `kubectl port-forward` listens."""


def service_name(exposure: Exposure, application: str) -> str:
    """The name of the Service in front of the `application`.

    An internal load balancer has a Service of its own. Made internal in place, a Service keeps its public
    address for some seconds, which nobody could tell from the new one. Other changes are made in place.
    """
    return f"{application}-internal" if exposure == "internal" else application


def service_annotations(exposure: Exposure) -> Mapping[str, str]:
    """The annotations that give the Service its kind of address, and have it waited for."""
    if exposure == "none":
        return EXISTS
    return {**HAS_ADDRESS, INTERNAL_BALANCER: "true"} if exposure == "internal" else HAS_ADDRESS


def service_spec(
    exposure: Exposure,
    *,
    selector: Mapping[str, str],
    port: int,
    target_port: int,
    source_ranges: Sequence[str],
) -> kubernetes.core.v1.ServiceSpecArgs:
    """A Service at `port` in front of the `target_port` of the pods that `selector` finds.

    source_ranges: who may use the load balancer; without one they mean nothing, and Kubernetes refuses them.
    """
    ports = [
        kubernetes.core.v1.ServicePortArgs(name="http", port=port, target_port=target_port, protocol="TCP")
    ]
    if exposure == "none":
        return kubernetes.core.v1.ServiceSpecArgs(
            type=kubernetes.core.v1.ServiceSpecType.CLUSTER_IP, selector=selector, ports=ports
        )
    return kubernetes.core.v1.ServiceSpecArgs(
        type=kubernetes.core.v1.ServiceSpecType.LOAD_BALANCER,
        selector=selector,
        load_balancer_source_ranges=[*source_ranges],
        ports=ports,
    )


def port_forward(namespace: str, service: str, port: int) -> str:
    """What to type where the Service has no load balancer, for those who may use Kubernetes' API."""
    return (
        f"The test application has no address, since appExposure is none. To open its page at "
        f"http://localhost:{FORWARDED_PORT}: kubectl --namespace {namespace} port-forward "
        f"service/{service} {FORWARDED_PORT}:{port}"
    )

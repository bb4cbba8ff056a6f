"""AKS's rules that a request can be checked against by itself: names, pools, network plug-ins.

Sources: the description of Microsoft.ContainerService's API, and "Naming rules and restrictions for Azure
resources".
"""

import re
from ipaddress import IPv4Network
from typing import Any

from emulator.azure.aks.request import ManagedClusterRequest
from emulator.azure.resource_manager import arm, naming
from emulator.azure.resource_manager.refusals import NotModelled, Refused
from emulator.this_machine import PUBLIC_ADDRESS

_DNS_PREFIX = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,52}[A-Za-z0-9])?")
_VERSION = re.compile(r"1\.\d+(\.\d+)?")
_PODS_PER_NODE = range(10, 251)
_ZONES = {"1", "2", "3"}
_MAX_NODES = 1000
_MAX_AUTHORIZED_RANGES = 200
_PRIVATE = tuple(
    IPv4Network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
)


def check_request(name: str, request: ManagedClusterRequest) -> None:
    """Raises Refused, or NotModelled, for a request that no state of the subscription would make valid."""
    naming.MANAGED_CLUSTER.require(name)
    prefix = request.inputs.get("dnsPrefix")
    if not prefix:
        raise Refused(400, "InvalidParameter", "Required parameter dnsPrefix or fqdnSubdomain is missing.")
    if not _DNS_PREFIX.fullmatch(prefix):
        message = (
            f"dnsPrefix '{prefix}' must be 1 to 54 letters, digits and hyphens, no hyphen first or last."
        )
        raise Refused(400, "DnsPrefixInvalid", message)
    version = request.inputs.get("kubernetesVersion")
    if version and not _VERSION.fullmatch(version):
        raise Refused(
            400, "K8sVersionNotSupported", f"'{version}' is no version of Kubernetes, such as 1.33."
        )
    _check_network_profile(request)
    _check_pools(request)
    _check_authorized_ranges(request)
    _check_sign_in(request)


def _check_sign_in(request: ManagedClusterRequest) -> None:
    """Raises NotModelled for Entra ID: the emulator has no sign-in, so a cluster has local accounts only."""
    if request.inputs.get("aadProfile"):
        raise NotModelled("an AKS cluster with Entra ID (aadProfile)")
    if request.inputs.get("disableLocalAccounts"):
        raise NotModelled("an AKS cluster without local accounts (disableLocalAccounts)")


def _check_authorized_ranges(request: ManagedClusterRequest) -> None:
    """Raises Refused, or NotModelled, for authorized ranges that don't do.

    Source: "Secure access to the API server using authorized IP address ranges".
    """
    texts = request.authorized_ranges
    if len(texts) > _MAX_AUTHORIZED_RANGES:
        message = (
            f"authorizedIPRanges has {len(texts)} ranges; it must have at most {_MAX_AUTHORIZED_RANGES}."
        )
        raise Refused(400, "InvalidAuthorizedIPRanges", message)
    ranges = [_parse_authorized_range(text) for text in texts]
    if ranges and not any(PUBLIC_ADDRESS in addresses for addresses in ranges):
        raise NotModelled(
            f"authorizedIPRanges that leave out {PUBLIC_ADDRESS}, from where this machine calls"
        )


def _parse_authorized_range(text: str) -> IPv4Network:
    try:
        addresses = IPv4Network(text)
    except ValueError as error:
        message = f"'{text}' in authorizedIPRanges is neither an address nor a range: {error}."
        raise Refused(400, "InvalidAuthorizedIPRanges", message) from error
    if any(addresses.overlaps(private) for private in _PRIVATE) and addresses.prefixlen > 0:
        message = f"'{text}' in authorizedIPRanges is not public."
        raise Refused(400, "InvalidAuthorizedIPRanges", message)
    return addresses


def _check_network_profile(request: ManagedClusterRequest) -> None:
    profile = request.network_profile
    plugin = profile.get("networkPlugin", "kubenet").lower()
    if plugin != "azure":
        raise NotModelled(f"AKS's network plug-in {plugin}; use azure")
    _check_policy(
        profile.get("networkPolicy", "none").lower(), profile.get("networkDataplane", "azure").lower()
    )
    outbound = profile.get("outboundType", "loadBalancer")
    if outbound.lower() != "loadbalancer":
        raise NotModelled(f"AKS's outbound type {outbound}")
    balancer = profile.get("loadBalancerSku", "standard")
    if balancer.lower() != "standard":
        message = f"loadBalancerSku '{balancer}' was retired on 30 September 2025; use standard."
        raise Refused(400, "LoadBalancerSkuNotSupported", message)


def _check_policy(policy: str, data_plane: str) -> None:
    # No engine is emulated: the API server refuses NetworkPolicies (emulator/kubernetes), and without any,
    # every engine lets all pods communicate.
    if (policy == "cilium") != (data_plane == "cilium"):
        message = (
            f"networkPolicy '{policy}' doesn't go with networkDataplane '{data_plane}': cilium needs cilium."
        )
        raise Refused(400, "InvalidParameter", message)


def _check_pools(request: ManagedClusterRequest) -> None:
    if not any(pool.get("mode", "").lower() == "system" for pool in request.pools):
        raise Refused(
            400, "InvalidParameter", "The cluster must have at least one agent pool of mode System."
        )
    names = [pool["name"] for pool in request.pools]
    if len(set(names)) < len(names):
        raise Refused(
            400, "AgentPoolNamesMustBeUnique", f"Agent pools have the same name: {', '.join(names)}."
        )
    for pool in request.pools:
        _check_pool(pool, request.max_pods(pool))
        _check_node_count(pool)
        _check_version(pool, request)
        if not arm.same(pool.get("vnetSubnetID", ""), request.subnet_id):
            raise NotModelled("AKS's agent pools in different subnets")


def _check_pool(pool: dict[str, Any], max_pods: int) -> None:
    name = str(pool["name"])
    naming.AGENT_POOL.require(name)
    if not pool.get("vmSize"):
        raise Refused(400, "InvalidParameter", f"Agent pool '{name}' has no vmSize.")
    if wrong := set(pool.get("availabilityZones") or []) - _ZONES:
        message = f"Agent pool '{name}' has availability zones that don't exist: {', '.join(sorted(wrong))}."
        raise Refused(400, "AvailabilityZoneNotSupported", message)
    if max_pods not in _PODS_PER_NODE:
        message = f"maxPods {max_pods} of agent pool '{name}' must be between 10 and 250."
        raise Refused(400, "InvalidMaxPods", message)
    if str(pool.get("osType", "Linux")).lower() != "linux":
        raise NotModelled(f"AKS's agent pools with {pool['osType']}")
    if str(pool.get("type", "VirtualMachineScaleSets")).lower() != "virtualmachinescalesets":
        raise NotModelled(f"AKS's agent pools of type {pool['type']}")


def _check_node_count(pool: dict[str, Any]) -> None:
    """Raises Refused for a count, or bounds of the autoscaler, that AKS doesn't accept.

    Source: "Use the cluster autoscaler in AKS". The emulator never adds nodes: no pod waits for capacity.
    """
    name, count = pool["name"], int(pool.get("count", 1))
    if count < 1:
        raise Refused(400, "InvalidParameter", f"Agent pool '{name}' must have at least one node.")
    lower, upper = pool.get("minCount"), pool.get("maxCount")
    if not pool.get("enableAutoScaling"):
        if lower is not None or upper is not None:
            message = f"Agent pool '{name}' has minCount or maxCount, but no enableAutoScaling."
            raise Refused(400, "InvalidParameter", message)
    elif lower is None or upper is None or not 1 <= int(lower) <= int(upper) <= _MAX_NODES:
        message = (
            f"Agent pool '{name}' must have minCount and maxCount with 1 <= minCount <= maxCount <= "
            f"{_MAX_NODES}, not {lower} and {upper}."
        )
        raise Refused(400, "InvalidParameter", message)


def _check_version(pool: dict[str, Any], request: ManagedClusterRequest) -> None:
    version = pool.get("orchestratorVersion")
    if version and version != request.inputs.get("kubernetesVersion"):
        raise NotModelled(f"agent pool '{pool['name']}' with another version than its cluster: {version}")

"""AKS's rules for the request itself: names, pools, plug-ins.

From the description of Microsoft.ContainerService's API and "Naming rules and restrictions for Azure
resources".
"""

import re

from emulator.azure import arm, naming
from emulator.azure.aks_request import ManagedClusterRequest, max_pods
from emulator.azure.refusals import NotModelled, Refused

_DNS_PREFIX = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,52}[A-Za-z0-9])?")
_VERSION = re.compile(r"1\.\d+(\.\d+)?")
_PODS_OF_A_NODE = range(10, 251)


def check_request(name: str, request: ManagedClusterRequest) -> None:
    """Raises Refused, or NotModelled, for a request that is wrong whatever else exists."""
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


def _check_network_profile(request: ManagedClusterRequest) -> None:
    profile = request.network_profile
    plugin = profile.get("networkPlugin", "kubenet").lower()
    if plugin != "azure":
        raise NotModelled(f"AKS's network plug-in {plugin}; use azure")
    if profile.get("networkPluginMode"):
        raise NotModelled(
            f"AKS's pod network {profile['networkPluginMode']}: pods have addresses of the subnet (flat "
            "Azure CNI) here"
        )
    if profile.get("networkDataplane", "azure").lower() != "azure":
        raise NotModelled(f"AKS's network data plane {profile['networkDataplane']}")
    outbound = profile.get("outboundType", "loadBalancer")
    if outbound.lower() != "loadbalancer":
        raise NotModelled(f"AKS's outbound type {outbound}")
    balancer = profile.get("loadBalancerSku", "standard")
    if balancer.lower() != "standard":
        message = f"loadBalancerSku '{balancer}' was retired on 30 September 2025; use standard."
        raise Refused(400, "LoadBalancerSkuNotSupported", message)


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
        _check_pool(pool)
        if not arm.same(pool.get("vnetSubnetID", ""), request.subnet_id):
            raise NotModelled("AKS's agent pools in different subnets")


def _check_pool(pool: dict[str, object]) -> None:
    name = str(pool["name"])
    naming.AGENT_POOL.require(name)
    if not pool.get("vmSize"):
        raise Refused(400, "InvalidParameter", f"Agent pool '{name}' has no vmSize.")
    if int(str(pool.get("count", 1)).partition(".")[0]) < 1:
        raise Refused(400, "InvalidParameter", f"Agent pool '{name}' must have at least one node.")
    if max_pods(pool) not in _PODS_OF_A_NODE:
        message = f"maxPods {max_pods(pool)} of agent pool '{name}' must be between 10 and 250."
        raise Refused(400, "InvalidMaxPods", message)
    if str(pool.get("osType", "Linux")).lower() != "linux":
        raise NotModelled(f"AKS's agent pools with {pool['osType']}")
    if str(pool.get("type", "VirtualMachineScaleSets")).lower() != "virtualmachinescalesets":
        raise NotModelled(f"AKS's agent pools of type {pool['type']}")

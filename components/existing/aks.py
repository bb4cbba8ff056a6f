"""An existing AKS cluster, in a network of its owner's or in one that AKS created for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network

import pulumi_azure_native as azure_native
from pulumi_azure_native import containerservice

from ..aks_access import kubelet_principal_id
from ..settings.azure.vm_sizes import has_arm_processors
from ..settings.objects.existing import ExistingResource
from ..settings.validation.mistakes import Mistake
from .azure import Azure, Unusable
from .network import ExistingNetwork, name_in, ranges, read_network

SETTING = "aks.existing"
AKS_DOC = "https://learn.microsoft.com/azure/aks"


@dataclass(frozen=True)
class ExistingAks:
    """An existing AKS cluster. No peered network may overlap its service and pod ranges.

    carries_out_policies: something in the cluster enforces network policies.
    """

    reference: ExistingResource
    id: str
    location: str
    kubelet_principal_id: str
    network: ExistingNetwork
    callers: tuple[IPv4Network, ...]
    """From where its pods reach brokers: the subnets of the pools that they can run in."""
    private: bool
    """Whether only who is in its network, or in one that is connected with it, reaches its API server."""
    service_ranges: tuple[IPv4Network, ...]
    pod_ranges: tuple[IPv4Network, ...]
    carries_out_policies: bool
    provider: azure_native.Provider | None


def read_aks(azure: Azure, reference: ExistingResource) -> ExistingAks:
    """Read the cluster that `reference` identifies. Raises Unusable."""
    cluster = azure.read(
        SETTING, reference, containerservice.get_managed_cluster, resource_name=reference.name
    )
    _check_usable(reference, cluster)
    profile = cluster.network_profile
    services = [profile.service_cidr, *(profile.service_cidrs or ())] if profile else []
    pods = [profile.pod_cidr, *(profile.pod_cidrs or ())] if profile and _have_own_range(profile) else []
    network = _read_network(azure, reference, cluster)
    access = cluster.api_server_access_profile
    return ExistingAks(
        reference=reference,
        id=cluster.id or "",
        location=cluster.location,
        kubelet_principal_id=kubelet_principal_id(cluster.identity_profile),
        network=network,
        callers=_callers(network, _pools_for_us(cluster)),
        private=bool(access and access.enable_private_cluster),
        service_ranges=_distinct(services),
        pod_ranges=_distinct(pods),
        carries_out_policies=bool(profile and (profile.network_policy or "none").lower() != "none"),
        provider=azure.provider(reference.subscription),
    )


def _check_usable(reference: ExistingResource, cluster: containerservice.GetManagedClusterResult) -> None:
    if cluster.power_state and cluster.power_state.code == "Stopped":
        command = f"az aks start --resource-group {reference.resource_group} --name {reference.name}"
        rule, source = (
            "must be running, since the application is deployed to it",
            f"{AKS_DOC}/start-stop-cluster",
        )
        raise Unusable(Mistake(SETTING, str(reference), rule, source, command))
    if "kubeletidentity" not in (cluster.identity_profile or {}):
        rule = (
            "must use managed identities: without the one of its nodes nobody can be allowed to pull images"
        )
        source, command = f"{AKS_DOC}/use-managed-identity", _update(reference, "--enable-managed-identity")
        raise Unusable(Mistake(SETTING, str(reference), rule, source, command))
    if cluster.agent_pool_profiles and not _pools_for_us(cluster):
        rule = (
            "must have a pool of Linux nodes with x64 processors, for which the application's image is made"
        )
        source = f"{AKS_DOC}/create-node-pools"
        command = (
            f"az aks nodepool add --resource-group {reference.resource_group} "
            f"--cluster-name {reference.name} --name linux --os-type Linux --node-vm-size Standard_D2s_v5"
        )
        raise Unusable(Mistake(SETTING, str(reference), rule, source, command))


def private_api_warning(aks: ExistingAks) -> str:
    """What a preview says of a cluster whose API server is `private`."""
    return (
        f"The API server of AKS cluster {aks.reference} is private: this program has to run where its "
        f"private name resolves, in the network {aks.network.name} or in one that is peered with it or "
        f"connected by a VPN ({AKS_DOC}/private-clusters). Elsewhere `up` fails at the first object in "
        "Kubernetes."
    )


def _pools_for_us(
    cluster: containerservice.GetManagedClusterResult,
) -> list[containerservice.outputs.ManagedClusterAgentPoolProfileResponse]:
    """The pools with nodes that can run the application's image: Linux on x64 processors."""
    return [
        pool
        for pool in cluster.agent_pool_profiles or ()
        if (pool.os_type or "Linux").lower() == "linux" and not has_arm_processors(pool.vm_size or "")
    ]


def _callers(
    network: ExistingNetwork, pools: Iterable[containerservice.outputs.ManagedClusterAgentPoolProfileResponse]
) -> tuple[IPv4Network, ...]:
    """The ranges of the pools' subnets: of those for pods where pods have a subnet of their own."""
    subnets = {pool.pod_subnet_id or pool.vnet_subnet_id or network.subnet_id for pool in pools}
    found = [network.subnets.get(subnet.lower(), ()) for subnet in subnets if subnet]
    return tuple(dict.fromkeys(range_ for ranges_ in found for range_ in ranges_)) or network.subnet


def _read_network(
    azure: Azure, reference: ExistingResource, cluster: containerservice.GetManagedClusterResult
) -> ExistingNetwork:
    """The virtual network of its nodes: all pools of a cluster share one."""
    subnets = [pool.vnet_subnet_id for pool in cluster.agent_pool_profiles or () if pool.vnet_subnet_id]
    if subnets:
        network_id = subnets[0].rpartition("/subnets/")[0]
        return read_network(azure, SETTING, network_id, subnets[0])
    _check_unlocked(reference, cluster)
    group = cluster.node_resource_group or ""
    networks = azure.networks_in(group, name_in(cluster.id or "", "subscriptions"))
    if len(networks) != 1:
        rule = f"must have one network in its node resource group {group}, where {len(networks)} are"
        raise Unusable(Mistake(SETTING, str(reference), rule, "", "a cluster whose network AKS made"))
    return read_network(azure, SETTING, networks[0]["id"], "")


def _check_unlocked(reference: ExistingResource, cluster: containerservice.GetManagedClusterResult) -> None:
    profile = cluster.node_resource_group_profile
    if profile and profile.restriction_level == "ReadOnly":
        rule = "must not lock its node resource group: its network there gets one half of the peering"
        source = f"{AKS_DOC}/node-resource-group-lockdown"
        command = _update(reference, "--nrg-lockdown-restriction-level Unrestricted")
        raise Unusable(Mistake(SETTING, str(reference), rule, source, command))


def _update(reference: ExistingResource, change: str) -> str:
    return f"az aks update --resource-group {reference.resource_group} --name {reference.name} {change}"


def _have_own_range(profile: containerservice.outputs.ContainerServiceNetworkProfileResponse) -> bool:
    """Whether pods have addresses outside the virtual network; flat Azure CNI may state a range, too."""
    flat = (profile.network_plugin or "").lower() == "azure" and not profile.network_plugin_mode
    return not flat


def _distinct(texts: list[str | None]) -> tuple[IPv4Network, ...]:
    return tuple(dict.fromkeys(ranges(text for text in texts if text)))

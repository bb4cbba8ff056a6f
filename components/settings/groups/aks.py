"""Settings of the AKS cluster."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator

from ..azure import versions, vm_sizes
from ..objects.aks_entra import AksEntra
from ..validation.about import Change, Group, setting
from ..validation.checked import Checked, between
from ..validation.sameness import in_any_case, in_any_order
from ..values import names
from ..values.types import CallerRange

AKS_LIMITS = "https://learn.microsoft.com/azure/aks/quotas-skus-regions"


class AksSettings(Checked):
    """A new AKS cluster with one pool of nodes."""

    aks_cluster_name: Annotated[str, AfterValidator(names.aks_cluster)] = setting(
        "aks-kafka",
        description="Name of the AKS cluster.",
        group=Group.AKS,
        changed=Change.NEW_AKS,
        describes=("aks",),
    )
    kubernetes_version: Annotated[str, AfterValidator(versions.kubernetes)] = setting(
        "",
        description="Kubernetes version of the AKS cluster; empty for AKS's default at its creation.",
        group=Group.AKS,
        changed=Change.IN_PLACE,
        describes=("aks",),
    )
    aks_upgrade_channel: Literal["none", "patch", "stable", "rapid"] = setting(
        "",
        for_new="stable",
        description="Which newer versions of Kubernetes AKS changes to by itself; empty for what the cluster "
        "has, and a new one with kubernetesVersion gets no more than that leaves open.",
        group=Group.AKS,
        changed=Change.IN_PLACE,
        describes=("aks",),
    )
    aks_node_os_upgrade_channel: Literal["None", "Unmanaged", "SecurityPatch", "NodeImage"] = setting(
        "NodeImage",
        description="How AKS brings security updates to its nodes' system by itself.",
        group=Group.AKS,
        changed=Change.IN_PLACE,
        describes=("aks",),
    )
    aks_api_source_ranges: Annotated[tuple[CallerRange, ...], BeforeValidator(names.from_json)] = setting(
        (),
        description="Ranges that may use Kubernetes' API; empty for those of ambariSourceRanges that are "
        "public, 0.0.0.0/0 for everybody.",
        group=Group.AKS,
        changed=Change.IN_PLACE,
        describes=("aks",),
    )
    aks_entra: Annotated[AksEntra, BeforeValidator(names.from_json)] = setting(
        AksEntra(),
        description="Who signs in to Kubernetes by Entra ID: members of adminGroups (object ids), and with "
        "azureRbac those with roles of Azure; disableLocalAccounts leaves no other way.",
        group=Group.AKS,
        changed=Change.STAYS_ENTRA,
        describes=("aks",),
    )
    aks_node_count: Annotated[int, between(1, 1000, AKS_LIMITS)] = setting(
        2,
        description="Nodes of the AKS cluster; the fewest where aksMaxNodeCount is set.",
        group=Group.AKS,
        changed=Change.IN_PLACE,
        describes=("aks",),
    )
    aks_max_node_count: Annotated[int, between(0, 1000, AKS_LIMITS)] = setting(
        0,
        description="Most nodes of an AKS cluster that grows and shrinks by itself; 0 for one that doesn't.",
        group=Group.AKS,
        changed=Change.IN_PLACE,
        describes=("aks",),
    )
    aks_node_size: Annotated[str, AfterValidator(vm_sizes.of_aks)] = setting(
        "",
        for_new="Standard_D4s_v5",
        description="VM size of AKS's nodes, with 4 or more CPUs; empty for what the cluster has.",
        group=Group.AKS,
        changed=Change.NEW_AKS,
        same=in_any_case,
        describes=("aks",),
    )
    aks_zones: Annotated[
        tuple[Annotated[Literal["1", "2", "3"], BeforeValidator(str)], ...], BeforeValidator(names.from_json)
    ] = setting(
        (),
        description="Availability zones over which AKS's nodes are spread, in a region that has zones.",
        group=Group.AKS,
        changed=Change.NEW_AKS,
        same=in_any_order,
        describes=("aks",),
    )
    aks_max_pods: Annotated[int, between(10, 250, AKS_LIMITS)] = setting(
        30,
        description="Most pods on one node of AKS.",
        group=Group.AKS,
        changed=Change.NEW_AKS,
        describes=("aks",),
    )
    aks_pod_network: Literal["flat", "overlay"] = setting(
        "",
        for_new="overlay",
        description="Where pods get their addresses: in aksSubnet (flat), or in podCidr (overlay); empty for "
        "what the cluster has.",
        group=Group.AKS,
        changed=Change.NEW_AKS,
        describes=("aks",),
    )
    aks_network_policy: Literal["none", "azure", "calico", "cilium"] = setting(
        "cilium",
        description="What carries out network policies in the AKS cluster.",
        group=Group.AKS,
        changed=Change.NEW_AKS,
        describes=("aks",),
    )

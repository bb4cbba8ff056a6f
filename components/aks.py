"""The AKS cluster, new or existing, with its kubeconfig."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_azure_native import containerservice, managedidentity

from .aks_access import kubeconfig_of, kubelet_principal_id, kubernetes_provider
from .cluster.login import kubelogin_lacking
from .existing import ExistingAks
from .made_with import RECORD
from .roles import Role, assign_role
from .settings.kept import POOL
from .settings.objects.aks_entra import AksEntra

IMMUTABLE_IN_A_POOL = ("vmSize", "maxPods", "availabilityZones", "vnetSubnetID")
"""Properties of an agent pool that AKS never changes: https://learn.microsoft.com/azure/aks/resize-node-pool."""
_REPLACING = (
    "diskEncryptionSetID",
    "dnsPrefix",
    "fqdnSubdomain",
    "linuxProfile",
    "networkProfile",
    "nodeResourceGroup",
    "windowsProfile",
)
"""Properties by which azure-native replaces a cluster (its pkg/gen/replacement.go)."""


@dataclass(frozen=True, kw_only=True)
class AksClusterArgs:
    """What a new AKS cluster is made of, with one pool of nodes."""

    name: str
    """Of the cluster, and the start of its API server's host name."""
    resource_group: pulumi.Input[str]
    """Name of the group that the cluster is put into."""
    location: pulumi.Input[str]
    """Azure region, that of the subnet."""
    subnet_id: pulumi.Input[str]
    """Of the nodes, and of pods without `pod_cidr`."""
    kubernetes_version: str = ""
    """Empty for AKS's default at the cluster's creation."""
    upgrade_channel: str = "stable"
    """Which newer versions of Kubernetes AKS changes to by itself: none, patch, stable or rapid.
    https://learn.microsoft.com/azure/aks/auto-upgrade-cluster"""
    node_os_upgrade_channel: str = "NodeImage"
    """How nodes get security updates: None, Unmanaged, SecurityPatch or NodeImage.
    https://learn.microsoft.com/azure/aks/auto-upgrade-node-os-image"""
    api_source_ranges: Sequence[str] | None = None
    """From where Kubernetes' API may be used; None for everywhere."""
    entra: AksEntra = field(default_factory=AksEntra)
    """Who signs in to it by Entra ID."""
    node_count: int = 2
    """Nodes; with `max_node_count` the fewest."""
    max_node_count: int | None = None
    """Most nodes of a pool that grows and shrinks by itself; None for one that doesn't."""
    node_size: str = "Standard_D4s_v5"
    """Name of a VM size."""
    zones: Sequence[str] = ()
    """Availability zones over which nodes are spread: "1", "2", "3"."""
    max_pods: int = 30
    """Most pods on one node."""
    network_policy: str = "cilium"
    """What carries out network policies: none, azure, calico or cilium."""
    service_cidr: str = "10.30.0.0/16"
    """Addresses of Kubernetes services, outside of every network that the cluster talks to."""
    dns_service_ip: str = "10.30.0.10"
    """Address of the cluster's DNS, within `service_cidr`."""
    pod_cidr: str | None = "10.40.0.0/16"
    """Range of an overlay network for pods; None gives pods addresses of the subnet."""
    never_replace: bool = False
    """Whether no difference between state and program may replace the cluster: for one that exists, and of
    which no immutable setting changed."""
    made_with: Mapping[str, Any] = field(default_factory=dict)
    """Settings to record among the component's outputs for that; see `made_with`."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """Of everything that can have any."""


class AksCluster(pulumi.ComponentResource):
    """A new AKS cluster in a subnet, with a managed identity of its own.

    Whoever deploys needs the right to assign roles on the subnet. Raises pulumi.RunError where AKS reports no
    identity of its nodes.
    """

    id: pulumi.Output[str]
    kubelet_principal_id: pulumi.Output[str]
    """Principal of the nodes' identity, which pulls images."""
    kubeconfig: pulumi.Output[str]
    """Credentials of whoever deploys; a secret."""
    kubernetes_provider: kubernetes.Provider
    """Provider of resources inside the cluster."""
    deleted_with: pulumi.Resource
    """What everything inside the cluster goes with, which Pulumi then deletes nothing of: the provider.

    It goes when the cluster goes, or is replaced. Not the cluster, since Pulumi minds it in no replacement;
    and the provider itself is of no use then: before a replacement Pulumi closes the connection to it (3.250,
    Registry.Diff in pkg/resource/deploy/providers)."""
    carries_out_policies: bool
    """Whether something in the cluster enforces network policies."""

    def __init__(self, name: str, args: AksClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("aks-kafka:index:AksCluster", name, None, opts)
        self._name, self._args = name, args
        if args.entra.on and (lacking := kubelogin_lacking()):
            pulumi.log.warn(lacking, self)

        identity = managedidentity.UserAssignedIdentity(
            f"{name}-identity",
            resource_name_=f"{args.name}-identity",
            resource_group_name=args.resource_group,
            location=args.location,
            tags=args.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        may_join_subnet = assign_role(
            f"{name}-joins-subnet",
            Role.NETWORK_CONTRIBUTOR,
            to=identity.principal_id,
            on=args.subnet_id,
            opts=pulumi.ResourceOptions(parent=self),
        )
        cluster = self._cluster(identity, may_join_subnet)

        self.carries_out_policies = args.network_policy != "none"
        self.id = cluster.id
        self.kubelet_principal_id = cluster.identity_profile.apply(kubelet_principal_id)
        self.kubeconfig = kubeconfig_of(
            args.resource_group, cluster.name, pulumi.InvokeOutputOptions(parent=self)
        )
        self.kubernetes_provider = kubernetes_provider(
            name, self.kubeconfig, cluster.id, pulumi.ResourceOptions(parent=self)
        )
        self.deleted_with = self.kubernetes_provider
        self.register_outputs(
            {
                "id": self.id,
                "kubeletPrincipalId": self.kubelet_principal_id,
                "kubeconfig": self.kubeconfig,
                RECORD: args.made_with,
            }
        )

    def _cluster(
        self, identity: managedidentity.UserAssignedIdentity, may_join_subnet: pulumi.Resource
    ) -> containerservice.ManagedCluster:
        args = self._args
        return containerservice.ManagedCluster(
            f"{self._name}-cluster",
            resource_name_=args.name,
            resource_group_name=args.resource_group,
            location=args.location,
            dns_prefix=args.name.replace("_", "-")[:54].rstrip("-"),
            kubernetes_version=args.kubernetes_version or None,
            auto_upgrade_profile=containerservice.ManagedClusterAutoUpgradeProfileArgs(
                upgrade_channel=args.upgrade_channel, node_os_upgrade_channel=args.node_os_upgrade_channel
            ),
            api_server_access_profile=_api_server_access(args.api_source_ranges),
            aad_profile=_entra(args.entra),
            disable_local_accounts=args.entra.disable_local_accounts or None,
            enable_rbac=True,
            identity=containerservice.ManagedClusterIdentityArgs(
                type=containerservice.ResourceIdentityType.USER_ASSIGNED,
                user_assigned_identities=[identity.id],
            ),
            agent_pool_profiles=[self._pool()],
            network_profile=_network_profile(args),
            tags=args.tags,
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=[may_join_subnet],
                ignore_changes=_left_alone(args),
                # Azure changes none of these in place: an update would fail, a replacement shows in preview.
                replace_on_changes=[f"agentPoolProfiles[*].{name}" for name in IMMUTABLE_IN_A_POOL],
                delete_before_replace=True,
            ),
        )

    def _pool(self) -> containerservice.ManagedClusterAgentPoolProfileArgs:
        args = self._args
        autoscaled = args.max_node_count is not None
        return containerservice.ManagedClusterAgentPoolProfileArgs(
            name=POOL,
            mode=containerservice.AgentPoolMode.SYSTEM,
            type=containerservice.AgentPoolType.VIRTUAL_MACHINE_SCALE_SETS,
            os_type=containerservice.OSType.LINUX,
            # Without it nodes would keep their version when the cluster gets another.
            orchestrator_version=args.kubernetes_version or None,
            count=args.node_count,
            enable_auto_scaling=autoscaled or None,
            min_count=args.node_count if autoscaled else None,
            max_count=args.max_node_count,
            vm_size=args.node_size,
            availability_zones=list(args.zones) or None,
            max_pods=args.max_pods,
            vnet_subnet_id=args.subnet_id,
        )


class ExistingAksCluster(pulumi.ComponentResource):
    """An existing AKS cluster, with the outputs of AksCluster; nothing in it is a resource of the stack."""

    id: pulumi.Output[str]
    kubelet_principal_id: pulumi.Output[str]
    kubeconfig: pulumi.Output[str]
    kubernetes_provider: kubernetes.Provider
    deleted_with: None = None
    """The cluster stays when the stack goes."""
    carries_out_policies: bool

    def __init__(self, name: str, existing: ExistingAks, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("aks-kafka:index:ExistingAksCluster", name, None, opts)
        self.carries_out_policies = existing.carries_out_policies
        self.id = pulumi.Output.from_input(existing.id)
        self.kubelet_principal_id = pulumi.Output.from_input(existing.kubelet_principal_id)
        self.kubeconfig = kubeconfig_of(
            existing.reference.resource_group,
            existing.reference.name,
            pulumi.InvokeOutputOptions(parent=self, provider=existing.provider),
        )
        self.kubernetes_provider = kubernetes_provider(
            name, self.kubeconfig, existing.id, pulumi.ResourceOptions(parent=self)
        )
        self.register_outputs(
            {"id": self.id, "kubeletPrincipalId": self.kubelet_principal_id, "kubeconfig": self.kubeconfig}
        )


def aks_cluster(name: str, args: ExistingAks | AksClusterArgs) -> AksCluster | ExistingAksCluster:
    """The component for an existing cluster or for a new one, by the type of `args`."""
    return ExistingAksCluster(name, args) if isinstance(args, ExistingAks) else AksCluster(name, args)


def _api_server_access(
    ranges: Sequence[str] | None,
) -> containerservice.ManagedClusterAPIServerAccessProfileArgs | None:
    if ranges is None:
        return None
    return containerservice.ManagedClusterAPIServerAccessProfileArgs(authorized_ip_ranges=list(ranges))


def _entra(entra: AksEntra) -> containerservice.ManagedClusterAADProfileArgs | None:
    """The profile of Entra ID, of the tenant that AKS takes by itself: that of its subscription."""
    if not entra.on:
        return None
    return containerservice.ManagedClusterAADProfileArgs(
        managed=True,
        enable_azure_rbac=entra.azure_rbac,
        admin_group_object_ids=list(entra.admin_groups) or None,
    )


def _left_alone(args: AksClusterArgs) -> list[str]:
    """Properties that are set at creation only: AKS changes them by itself, or never."""
    decided = []
    if args.never_replace:
        decided += [*_REPLACING, *(f"agentPoolProfiles[0].{name}" for name in IMMUTABLE_IN_A_POOL)]
    if args.max_node_count is not None:
        decided.append("agentPoolProfiles[0].count")
    if not args.kubernetes_version:
        decided += ["kubernetesVersion", "agentPoolProfiles[0].orchestratorVersion"]
    return decided


def _network_profile(args: AksClusterArgs) -> containerservice.ContainerServiceNetworkProfileArgsDict:
    # A mapping, since ContainerServiceNetworkProfileArgs fills in a pod CIDR of its own where none is wanted.
    profile: containerservice.ContainerServiceNetworkProfileArgsDict = {
        "network_plugin": containerservice.NetworkPlugin.AZURE,
        "service_cidr": args.service_cidr,
        "dns_service_ip": args.dns_service_ip,
        "outbound_type": containerservice.OutboundType.LOAD_BALANCER,
        "load_balancer_sku": containerservice.LoadBalancerSku.STANDARD,
    }
    if args.network_policy != "none":
        profile["network_policy"] = args.network_policy
    if args.network_policy == "cilium":
        profile["network_dataplane"] = containerservice.NetworkDataplane.CILIUM
    if args.pod_cidr:
        profile["network_plugin_mode"] = containerservice.NetworkPluginMode.OVERLAY
        profile["pod_cidr"] = args.pod_cidr
    return profile

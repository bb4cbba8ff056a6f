"""The AKS cluster, new or existing, with its kubeconfig."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_azure_native import containerservice, managedidentity

from .aks_access import kubeconfig_of, kubelet_principal_id, kubernetes_provider
from .cluster.login import kubelogin_lacking
from .existing import ExistingAks
from .made_with import RECORD
from .roles import Role, assign_role
from .settings.aks_entra import AksEntra
from .settings.kept import POOL

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


@dataclass(frozen=True)
class AksClusterArgs:
    """Arguments of AksCluster.

    pod_cidr: the range of an overlay network for pods; None gives pods addresses of the subnet.
    kubernetes_version: empty for AKS's default.
    node_count, max_node_count: with a maximum the pool scales by itself between both; with None it has
    `node_count` nodes.
    api_source_ranges: from where Kubernetes' API may be used; None for everywhere.
    entra: who signs in to it by Entra ID.
    never_replace: whether the cluster exists and no immutable setting changed, so that no difference between
    state and program may replace it; made_with: settings to record for that. See `made_with`.
    """

    name: str
    resource_group: pulumi.Input[str]
    location: pulumi.Input[str]
    subnet_id: pulumi.Input[str]
    kubernetes_version: str
    upgrade_channel: str
    node_os_upgrade_channel: str
    api_source_ranges: Sequence[str] | None
    entra: AksEntra
    node_count: int
    max_node_count: int | None
    node_size: str
    zones: Sequence[str]
    max_pods: int
    network_policy: str
    service_cidr: str
    dns_service_ip: str
    pod_cidr: str | None
    never_replace: bool
    made_with: Mapping[str, Any]
    tags: Mapping[str, str]


class AksCluster(pulumi.ComponentResource):
    """A new AKS cluster in a subnet of this stack, with a managed identity of its own."""

    id: pulumi.Output[str]
    kubelet_principal_id: pulumi.Output[str]
    """Principal of the nodes' identity, which pulls images."""
    kubeconfig: pulumi.Output[str]
    """Credentials of whoever deploys; a secret."""
    kubernetes_provider: kubernetes.Provider
    """Provider of resources inside the cluster."""
    cluster: pulumi.Resource
    """The resource whose deletion takes everything inside the cluster with it."""
    carries_out_policies: bool
    """Whether something in the cluster enforces network policies."""

    def __init__(self, name: str, args: AksClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("aks-kafka:index:AksCluster", name, None, opts)
        self._args = args
        if args.entra.on and (lacking := kubelogin_lacking()):
            pulumi.log.warn(lacking, self)

        identity = managedidentity.UserAssignedIdentity(
            "aks-identity",
            resource_name_=f"{args.name}-identity",
            resource_group_name=args.resource_group,
            location=args.location,
            tags=args.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        may_join_subnet = assign_role(
            "aks-joins-subnet",
            Role.NETWORK_CONTRIBUTOR,
            to=identity.principal_id,
            on=args.subnet_id,
            opts=pulumi.ResourceOptions(parent=self),
        )
        cluster = self._cluster(identity, may_join_subnet)

        self.cluster = cluster
        self.carries_out_policies = args.network_policy != "none"
        self.id = cluster.id
        self.kubelet_principal_id = cluster.identity_profile.apply(kubelet_principal_id)
        self.kubeconfig = kubeconfig_of(
            args.resource_group, cluster.name, pulumi.InvokeOutputOptions(parent=self)
        )
        self.kubernetes_provider = kubernetes_provider(
            self.kubeconfig, cluster.id, pulumi.ResourceOptions(parent=self)
        )
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
            "aks-cluster",
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
    cluster: None = None
    """No resource of this stack."""
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
            self.kubeconfig, existing.id, pulumi.ResourceOptions(parent=self)
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

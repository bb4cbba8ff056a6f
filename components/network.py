"""The virtual networks of HDInsight and AKS, new or existing, and the peering between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network

import pulumi
import pulumi_azure_native as azure_native
from pulumi_azure_native import network

from .existing import ExistingNetwork, name_of_our_peering
from .existing.network import HALVES, name_of_new_network


@dataclass(frozen=True)
class NewNetwork:
    """A network to create, with a single subnet."""

    address_space: Sequence[IPv4Network]
    """The network's ranges."""
    subnet: IPv4Network
    """The subnet's range, within one of these."""


@dataclass(frozen=True)
class PeeringRepair:
    """Halves of the peering to make anew, the Disconnected ones first.

    Azure makes no second half to one that is Disconnected, and brings that back in no other way than by
    making it again: https://learn.microsoft.com/azure/virtual-network/virtual-network-troubleshoot-peering-issues
    """

    states: Mapping[str, str] = field(default_factory=dict)
    """By resource, the `peeringState` to declare: one that the stack's state does not hold, by which the
    engine sees a change."""

    @property
    def order(self) -> Sequence[str]:
        """All halves, in the order in which they are made."""
        return [*self.states, *(half for half in HALVES if half not in self.states)]


@dataclass(frozen=True, kw_only=True)
class PeeredNetworksArgs:
    """Two networks and their peering. The address spaces of both must not overlap."""

    resource_group: pulumi.Input[str]
    """Name of the group for what is created."""
    location: pulumi.Input[str]
    """Azure region of what is created."""
    hdinsight: NewNetwork | ExistingNetwork
    """Where HDInsight goes: with a security group and a NAT gateway if it is new."""
    aks: NewNetwork | ExistingNetwork
    """Where AKS goes."""
    peering: bool = True
    """False where the networks are connected already."""
    repair: PeeringRepair = field(default_factory=PeeringRepair)
    """Halves of the peering that are made anew."""
    ambari_source_ranges: Sequence[str] = ()
    """From where Ambari of a cluster in the new HDInsight network may be used, beside both networks."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """Of everything that can have any."""


class PeeredNetworks(pulumi.ComponentResource):
    """Two peered virtual networks, one for HDInsight and one for AKS, each with a subnet.

    An existing network gets its half of the peering, and no other change. `ambari_source_ranges` become rules
    of the security group of a new HDInsight network; an existing one keeps its own.
    Resources that need traffic between both networks have to depend on this component, not on a subnet.
    """

    hdinsight_network_id: pulumi.Output[str]
    hdinsight_subnet_id: pulumi.Output[str]
    aks_network_id: pulumi.Output[str]
    aks_subnet_id: pulumi.Output[str]

    def __init__(
        self, name: str, args: PeeredNetworksArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("aks-kafka:index:PeeredNetworks", name, None, opts)
        self._args = args
        self._children = pulumi.ResourceOptions(parent=self)

        hdinsight = self._network("hdinsight", args.hdinsight, self._hdinsight_boundary)
        aks = self._network("aks", args.aks, _Boundary)
        if args.peering:
            self._peer(hdinsight, aks)

        self.hdinsight_network_id = hdinsight.id
        self.hdinsight_subnet_id = hdinsight.subnet_id
        self.aks_network_id = aks.id
        self.aks_subnet_id = aks.subnet_id
        self.register_outputs(
            {
                "hdinsightNetworkId": self.hdinsight_network_id,
                "hdinsightSubnetId": self.hdinsight_subnet_id,
                "aksNetworkId": self.aks_network_id,
                "aksSubnetId": self.aks_subnet_id,
            }
        )

    def _peer(self, hdinsight: _Network, aks: _Network) -> None:
        # Azure refuses to peer a network that is still being changed, by a subnet or by the other peering.
        after: list[pulumi.Resource] = [*hdinsight.subnets, *aks.subnets]
        ends: dict[str, tuple[_Network, _Network]] = dict(
            zip(HALVES, [(hdinsight, aks), (aks, hdinsight)], strict=True)
        )
        for name in self._args.repair.order:
            after = [*after, self._peering(name, *ends[name], after=after)]

    def _network(
        self, name: str, args: ExistingNetwork | NewNetwork, boundary: Callable[[], _Boundary]
    ) -> _Network:
        """An existing network as it is, or a new one, whose subnet gets the `boundary`."""
        return _existing(args) if isinstance(args, ExistingNetwork) else self._new(name, args, boundary())

    def _new(self, name: str, wanted: NewNetwork, boundary: _Boundary) -> _Network:
        address_space = [str(range_) for range_ in wanted.address_space]
        made = network.VirtualNetwork(
            name_of_new_network(name),
            virtual_network_name=name_of_new_network(name),
            resource_group_name=self._args.resource_group,
            location=self._args.location,
            address_space=network.AddressSpaceArgs(address_prefixes=address_space),
            tags=self._args.tags,
            opts=self._children,
        )
        subnet = network.Subnet(
            f"{name}-subnet",
            subnet_name=f"{name}-subnet",
            resource_group_name=self._args.resource_group,
            virtual_network_name=made.name,
            address_prefix=str(wanted.subnet),
            # By the API version that is asked here a subnet would be given a way out. HDInsight has the NAT
            # gateway, AKS its own load balancer.
            default_outbound_access=False,
            network_security_group=boundary.security_group,
            nat_gateway=boundary.nat_gateway,
            opts=self._children,
        )
        return _Network(
            self._args.resource_group,
            made.name,
            made.id,
            address_space,
            subnet.id,
            subnets=(subnet,),
        )

    def _hdinsight_boundary(self) -> _Boundary:
        return _Boundary(
            security_group=network.NetworkSecurityGroupArgs(id=self._security_group().id),
            nat_gateway=network.SubResourceArgs(id=self._nat_gateway().id),
        )

    def _security_group(self) -> network.NetworkSecurityGroup:
        """Inbound rules of HDInsight's subnet. Azure's default rules allow peered networks, and so AKS."""
        # https://learn.microsoft.com/azure/hdinsight/hdinsight-service-tags
        rules = [_https_from("hdinsight-service", priority=300, source_address_prefix="HDInsight")]
        # A rule without a source is none to Azure.
        if ranges := self._args.ambari_source_ranges:
            rules.append(_https_from("ambari-users", priority=310, source_address_prefixes=ranges))
        return network.NetworkSecurityGroup(
            "hdinsight-security",
            network_security_group_name="hdinsight-security",
            resource_group_name=self._args.resource_group,
            location=self._args.location,
            security_rules=rules,
            tags=self._args.tags,
            opts=self._children,
        )

    def _nat_gateway(self) -> network.NatGateway:
        address = network.PublicIPAddress(
            "hdinsight-outbound",
            public_ip_address_name="hdinsight-outbound",
            resource_group_name=self._args.resource_group,
            location=self._args.location,
            public_ip_allocation_method=network.IPAllocationMethod.STATIC,
            sku=network.PublicIPAddressSkuArgs(name=network.PublicIPAddressSkuName.STANDARD),
            tags=self._args.tags,
            # Azure adds the gateway that uses the address to its properties, which is no drift.
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["natGateway"]),
        )
        return network.NatGateway(
            "hdinsight-nat",
            nat_gateway_name="hdinsight-nat",
            resource_group_name=self._args.resource_group,
            location=self._args.location,
            public_ip_addresses=[network.SubResourceArgs(id=address.id)],
            sku=network.NatGatewaySkuArgs(name=network.NatGatewaySkuName.STANDARD),
            tags=self._args.tags,
            opts=self._children,
        )

    def _peering(
        self, name: str, local: _Network, remote: _Network, after: Sequence[pulumi.Resource]
    ) -> network.VirtualNetworkPeering:
        state = self._args.repair.states.get(name)
        return network.VirtualNetworkPeering(
            name,
            virtual_network_peering_name=local.name_of_peering or name,
            resource_group_name=local.resource_group,
            virtual_network_name=local.name,
            remote_virtual_network=network.SubResourceArgs(id=remote.id),
            # Azure goes on with the ranges that the other network had until a PUT says to sync. That is made
            # when these ranges change: https://learn.microsoft.com/azure/virtual-network/update-virtual-network-peering-address-space
            remote_address_space=network.AddressSpaceArgs(address_prefixes=remote.address_space),
            sync_remote_address_space="true",
            allow_virtual_network_access=True,
            peering_state=state,
            opts=pulumi.ResourceOptions(
                parent=self,
                provider=local.provider,
                depends_on=after,
                # The first half becomes Connected when the second one exists, which is no drift.
                ignore_changes=["peeringSyncLevel", *([] if state else ["peeringState"])],
                replace_on_changes=["peeringState"] if state else None,
                delete_before_replace=True if state else None,
            ),
        )


@dataclass(frozen=True)
class _Boundary:
    """The security group and NAT gateway of a subnet."""

    security_group: network.NetworkSecurityGroupArgs | None = None
    nat_gateway: network.SubResourceArgs | None = None


@dataclass(frozen=True)
class _Network:
    """A network as a peering needs it. Where `name_of_peering` is empty, the resource's name is used."""

    resource_group: pulumi.Input[str]
    name: pulumi.Input[str]
    id: pulumi.Output[str]
    address_space: Sequence[str]
    subnet_id: pulumi.Output[str]
    name_of_peering: str = ""
    provider: azure_native.Provider | None = None
    subnets: tuple[network.Subnet, ...] = ()
    """Those that this stack creates."""


def _existing(existing: ExistingNetwork) -> _Network:
    return _Network(
        resource_group=existing.resource_group,
        name=existing.name,
        id=pulumi.Output.from_input(existing.id),
        address_space=existing.address_prefixes,
        subnet_id=pulumi.Output.from_input(existing.subnet_id),
        name_of_peering=name_of_our_peering(),
        provider=existing.provider,
    )


def _https_from(
    name: str,
    *,
    priority: int,
    source_address_prefix: str | None = None,
    source_address_prefixes: Sequence[str] | None = None,
) -> network.SecurityRuleArgs:
    return network.SecurityRuleArgs(
        name=name,
        priority=priority,
        direction=network.SecurityRuleDirection.INBOUND,
        access=network.SecurityRuleAccess.ALLOW,
        protocol=network.SecurityRuleProtocol.TCP,
        source_address_prefix=source_address_prefix,
        source_address_prefixes=source_address_prefixes,
        source_port_range="*",
        destination_address_prefix="VirtualNetwork",
        destination_port_range="443",
    )

"""The two virtual networks, HDInsight's and AKS's, and the peering that lets them talk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_azure_native import network


@dataclass(frozen=True)
class PeeredNetworksArgs:
    """Address spaces and subnets as CIDR ranges; the spaces must not overlap."""

    resource_group: pulumi.Input[str]
    location: pulumi.Input[str]
    hdinsight_address_space: str
    hdinsight_subnet: str
    aks_address_space: str
    aks_subnet: str
    ambari_source_ranges: Sequence[str]
    tags: Mapping[str, str]


class PeeredNetworks(pulumi.ComponentResource):
    """A network with one subnet for each of HDInsight and AKS, peered both ways.

    Whoever needs traffic between the two, and not just the subnets, depends on this component as a whole.
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

        hdinsight = self._network("hdinsight", args.hdinsight_address_space)
        hdinsight_subnet = self._subnet(
            "hdinsight",
            hdinsight,
            args.hdinsight_subnet,
            network_security_group=network.NetworkSecurityGroupArgs(id=self._security_group().id),
            nat_gateway=network.SubResourceArgs(id=self._nat_gateway().id),
        )
        aks = self._network("aks", args.aks_address_space)
        aks_subnet = self._subnet("aks", aks, args.aks_subnet)

        # Azure refuses to peer a network that is still being changed, by a subnet or by the other peering.
        subnets: list[pulumi.Resource] = [hdinsight_subnet, aks_subnet]
        outward = self._peering("hdinsight-to-aks", hdinsight, aks, after=subnets)
        self._peering("aks-to-hdinsight", aks, hdinsight, after=[*subnets, outward])

        self.hdinsight_network_id = hdinsight.id
        self.hdinsight_subnet_id = hdinsight_subnet.id
        self.aks_network_id = aks.id
        self.aks_subnet_id = aks_subnet.id
        self.register_outputs(
            {
                "hdinsightNetworkId": self.hdinsight_network_id,
                "hdinsightSubnetId": self.hdinsight_subnet_id,
                "aksNetworkId": self.aks_network_id,
                "aksSubnetId": self.aks_subnet_id,
            }
        )

    def _network(self, name: str, address_space: str) -> network.VirtualNetwork:
        return network.VirtualNetwork(
            f"{name}-network",
            virtual_network_name=f"{name}-network",
            resource_group_name=self._args.resource_group,
            location=self._args.location,
            address_space=network.AddressSpaceArgs(address_prefixes=[address_space]),
            tags=self._args.tags,
            opts=self._children,
        )

    def _subnet(
        self,
        name: str,
        parent: network.VirtualNetwork,
        address_prefix: str,
        network_security_group: network.NetworkSecurityGroupArgs | None = None,
        nat_gateway: network.SubResourceArgs | None = None,
    ) -> network.Subnet:
        return network.Subnet(
            f"{name}-subnet",
            subnet_name=f"{name}-subnet",
            resource_group_name=self._args.resource_group,
            virtual_network_name=parent.name,
            address_prefix=address_prefix,
            # Ways out are explicit: HDInsight's is the NAT gateway, AKS's the load balancer it brings.
            default_outbound_access=False,
            network_security_group=network_security_group,
            nat_gateway=nat_gateway,
            opts=self._children,
        )

    def _security_group(self) -> network.NetworkSecurityGroup:
        """Who may reach HDInsight's nodes from outside; AKS may, by Azure's default rule for peers."""
        return network.NetworkSecurityGroup(
            "hdinsight-security",
            network_security_group_name="hdinsight-security",
            resource_group_name=self._args.resource_group,
            location=self._args.location,
            security_rules=[
                # https://learn.microsoft.com/azure/hdinsight/hdinsight-service-tags
                _https_from("hdinsight-service", priority=300, source_address_prefix="HDInsight"),
                _https_from(
                    "ambari-users", priority=310, source_address_prefixes=self._args.ambari_source_ranges
                ),
            ],
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
            # The gateway made after it shows up here too, which is no drift.
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
        self,
        name: str,
        local: network.VirtualNetwork,
        remote: network.VirtualNetwork,
        after: Sequence[pulumi.Resource],
    ) -> network.VirtualNetworkPeering:
        return network.VirtualNetworkPeering(
            name,
            virtual_network_peering_name=name,
            resource_group_name=self._args.resource_group,
            virtual_network_name=local.name,
            remote_virtual_network=network.SubResourceArgs(id=remote.id),
            allow_virtual_network_access=True,
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=after,
                # The half made first becomes Connected when the other one is there, which is no drift.
                ignore_changes=["peeringState", "peeringSyncLevel"],
            ),
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

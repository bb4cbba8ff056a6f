"""Two peered networks, as their owner has them: one for brokers, one for pods."""

from dataclasses import dataclass

import pulumi
from pulumi_azure_native import network, resources


@dataclass(frozen=True)
class Side:
    """One of the two, with its subnet."""

    name: str
    vnet: network.VirtualNetwork
    subnet: network.Subnet


def peered_subnets(group: resources.ResourceGroup, callers: str) -> tuple[Side, Side]:
    """The side of brokers, whose Ambari answers `callers` (a range of addresses), and that of pods."""
    brokers = _side(
        group,
        "brokers",
        "10.110.0.0",
        security_group=_security_group(group, callers),
        nat_gateway=_nat_gateway(group),
    )
    pods = _side(group, "pods", "10.120.0.0")
    # Azure peers no network that is being changed: one after the other, and both after the subnets.
    there = _half(group, brokers, pods, after=[brokers.subnet, pods.subnet])
    _half(group, pods, brokers, after=[there])
    return brokers, pods


def _side(
    group: resources.ResourceGroup,
    name: str,
    address: str,
    security_group: network.NetworkSecurityGroup | None = None,
    nat_gateway: network.NatGateway | None = None,
) -> Side:
    made = network.VirtualNetwork(
        name,
        virtual_network_name=name,
        resource_group_name=group.name,
        location=group.location,
        address_space={"address_prefixes": [f"{address}/16"]},
    )
    subnet = network.Subnet(
        name,
        subnet_name=name,
        resource_group_name=group.name,
        virtual_network_name=made.name,
        address_prefix=f"{address}/22",
        default_outbound_access=False,
        network_security_group={"id": security_group.id} if security_group else None,
        nat_gateway={"id": nat_gateway.id} if nat_gateway else None,
    )
    return Side(name, made, subnet)


def _security_group(group: resources.ResourceGroup, callers: str) -> network.NetworkSecurityGroup:
    """HDInsight's own services, and whoever runs this program, reach Ambari; Azure's rules let peers in."""
    return network.NetworkSecurityGroup(
        "brokers",
        network_security_group_name="brokers",
        resource_group_name=group.name,
        location=group.location,
        security_rules=[
            _https_from("HDInsight", "hdinsight", 300),
            _https_from(callers, "callers", 310),
        ],
    )


def _https_from(source: str, name: str, priority: int) -> network.SecurityRuleArgs:
    return network.SecurityRuleArgs(
        name=name,
        priority=priority,
        direction=network.SecurityRuleDirection.INBOUND,
        access=network.SecurityRuleAccess.ALLOW,
        protocol=network.SecurityRuleProtocol.TCP,
        source_address_prefix=source,
        source_port_range="*",
        destination_address_prefix="VirtualNetwork",
        destination_port_range="443",
    )


def _nat_gateway(group: resources.ResourceGroup) -> network.NatGateway:
    """The way out that HDInsight's nodes need."""
    address = network.PublicIPAddress(
        "brokers-way-out",
        public_ip_address_name="brokers-way-out",
        resource_group_name=group.name,
        location=group.location,
        public_ip_allocation_method=network.IPAllocationMethod.STATIC,
        sku={"name": network.PublicIPAddressSkuName.STANDARD},
        opts=pulumi.ResourceOptions(ignore_changes=["natGateway"]),
    )
    return network.NatGateway(
        "brokers-way-out",
        nat_gateway_name="brokers-way-out",
        resource_group_name=group.name,
        location=group.location,
        public_ip_addresses=[{"id": address.id}],
        sku={"name": network.NatGatewaySkuName.STANDARD},
    )


def _half(
    group: resources.ResourceGroup, here: Side, there: Side, after: list[pulumi.Resource]
) -> network.VirtualNetworkPeering:
    name = f"{here.name}-to-{there.name}"
    return network.VirtualNetworkPeering(
        name,
        virtual_network_peering_name=name,
        resource_group_name=group.name,
        virtual_network_name=here.vnet.name,
        remote_virtual_network={"id": there.vnet.id},
        allow_virtual_network_access=True,
        opts=pulumi.ResourceOptions(depends_on=after, ignore_changes=["peeringState", "peeringSyncLevel"]),
    )

"""Networks: the component PeeredNetworks in types that each language has."""

# The schema is made of these annotations as they are, not as text: hence no `annotations` from __future__.
from ipaddress import IPv4Network
from typing import NotRequired, TypedDict

import pulumi
from aks_kafka import NewNetwork, PeeredNetworks, PeeredNetworksArgs


class NetworksArgs(TypedDict):
    """The ranges of both networks, which must not overlap, and who may use Ambari."""

    resource_group: pulumi.Input[str]
    """Name of a resource group that exists."""
    location: pulumi.Input[str]
    """Azure region of both."""
    hdinsight_address_space: list[str]
    """Ranges of HDInsight's network, e.g. 10.10.0.0/16."""
    hdinsight_subnet: str
    """The range of its subnet, within one of these."""
    aks_address_space: list[str]
    """Ranges of AKS's network."""
    aks_subnet: str
    """The range of its subnet, within one of these."""
    ambari_source_ranges: NotRequired[list[str]]
    """From where Ambari may be used, beside both networks: where Pulumi runs, among others."""
    tags: NotRequired[dict[str, str]]
    """Of everything that can have any."""


class Networks(pulumi.ComponentResource):
    """Two peered virtual networks, one for HDInsight and one for AKS, each with a subnet.

    A stack can have one pair. What needs traffic between both networks has to depend on this component.
    """

    hdinsight_network_id: pulumi.Output[str]
    """Of the network that HDInsight goes to."""
    hdinsight_subnet_id: pulumi.Output[str]
    """Of its subnet."""
    aks_network_id: pulumi.Output[str]
    """Of the network that AKS goes to."""
    aks_subnet_id: pulumi.Output[str]
    """Of its subnet."""

    def __init__(self, name: str, args: NetworksArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Raises ValueError for a range that is none."""
        super().__init__("aks-kafka:index:Networks", name, None, opts)
        networks = PeeredNetworks(
            name,
            PeeredNetworksArgs(
                resource_group=args["resource_group"],
                location=args["location"],
                hdinsight=_network(args["hdinsight_address_space"], args["hdinsight_subnet"]),
                aks=_network(args["aks_address_space"], args["aks_subnet"]),
                ambari_source_ranges=args.get("ambari_source_ranges", []),
                tags=args.get("tags", {}),
            ),
            pulumi.ResourceOptions(parent=self),
        )
        self.hdinsight_network_id = networks.hdinsight_network_id
        self.hdinsight_subnet_id = networks.hdinsight_subnet_id
        self.aks_network_id = networks.aks_network_id
        self.aks_subnet_id = networks.aks_subnet_id
        self.register_outputs(
            {
                "hdinsightNetworkId": self.hdinsight_network_id,
                "hdinsightSubnetId": self.hdinsight_subnet_id,
                "aksNetworkId": self.aks_network_id,
                "aksSubnetId": self.aks_subnet_id,
            }
        )


def _network(address_space: list[str], subnet: str) -> NewNetwork:
    return NewNetwork([IPv4Network(range_) for range_ in address_space], IPv4Network(subnet))

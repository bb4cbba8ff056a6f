"""Settings of both virtual networks, and of Kubernetes' own ranges."""

from ipaddress import IPv4Address, IPv4Network

from ..validation.about import Change, Group, setting
from ..validation.checked import Checked
from ..values.address_space import AddressSpace
from ..values.types import Range


class NetworkSettings(Checked):
    """The ranges of new networks, of pods and of Kubernetes services."""

    hdinsight_address_space: AddressSpace = setting(
        (IPv4Network("10.10.0.0/16"),),
        description="Address space of HDInsight's virtual network: one range, or a list of them.",
        group=Group.NETWORKS,
        changed=Change.IN_PLACE,
        describes=("kafka", "hdinsight_network"),
    )
    hdinsight_subnet: Range = setting(
        IPv4Network("10.10.0.0/24"),
        description="Subnet of HDInsight's nodes, within hdinsightAddressSpace.",
        group=Group.NETWORKS,
        changed=Change.REFUSED_WITH_KAFKA,
        describes=("kafka", "hdinsight_network"),
    )
    aks_address_space: AddressSpace = setting(
        (IPv4Network("10.20.0.0/16"),),
        description="Address space of AKS's virtual network: one range, or a list of them.",
        group=Group.NETWORKS,
        changed=Change.IN_PLACE,
        describes=("aks", "aks_network"),
    )
    aks_subnet: Range = setting(
        IPv4Network("10.20.0.0/22"),
        description="Subnet of AKS's nodes, and of its pods if flat, within aksAddressSpace.",
        group=Group.NETWORKS,
        changed=Change.REFUSED_IN_USE,
        describes=("aks", "aks_network"),
    )
    service_cidr: Range = setting(
        IPv4Network("10.30.0.0/16"),
        description="Addresses of Kubernetes services, outside both networks.",
        group=Group.NETWORKS,
        changed=Change.NEW_AKS,
        describes=("aks",),
    )
    pod_cidr: Range = setting(
        IPv4Network("10.40.0.0/16"),
        description="Addresses of pods where aksPodNetwork is overlay, outside both networks.",
        group=Group.NETWORKS,
        changed=Change.NEW_AKS,
        describes=("aks",),
    )

    @property
    def dns_service_ip(self) -> IPv4Address:
        """The address of Kubernetes' DNS: in serviceCidr, but not its first (AKS's rule)."""
        return self.service_cidr[10]

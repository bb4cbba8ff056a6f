"""Checks settings against the existing resources: ranges, peerings, regions, subnets, topics."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network
from itertools import combinations, product

from pydantic_core import PydanticCustomError

from ..settings import Settings
from ..settings.validation.mistakes import Mistake, broken_rules
from ..settings.values.address_space import by_name
from ..settings.values.addresses import (
    AKS_PLANNING,
    PEERINGS,
    free_range,
    room_for_aks,
    room_for_hdinsight,
    tight_for_hdinsight,
)
from .azure import Azure
from .leftovers import Half, in_the_way
from .model import Existing
from .network import ExistingNetwork, name_in

HDINSIGHT_NETWORKS = "https://learn.microsoft.com/azure/hdinsight/hdinsight-plan-virtual-network-deployment"
_HDINSIGHT, _AKS, _SERVICES, _PODS = "HDInsight's network", "AKS's network", "Services", "pods"


def mistakes_beside(
    settings: Settings, existing: Existing, halves: Collection[Half], azure: Azure
) -> list[Mistake]:
    """The settings that conflict with existing resources.

    halves: those of a peering between both networks that this stack did not make.
    """
    claims = list(_claims(settings, existing))
    across = _peers_of(existing, halves) if settings.peering else []
    taken = [claim.range for claim in [*claims, *across]]
    return [
        *_clashes(claims, taken),
        *_clashes_with_peers(claims, across, taken),
        *(_with_itself(existing) if settings.peering else ()),
        *(in_the_way(halves) if settings.peering else ()),
        *_regions(settings, existing),
        *_subscriptions(existing, azure),
        *_small_subnets(settings, existing),
        *_topics(settings, existing),
    ]


def tight_subnets(settings: Settings, existing: Existing) -> Iterator[str]:
    """A warning where the new Kafka cluster only just fits into an existing subnet."""
    if existing.hdinsight_network and not existing.kafka:
        for subnet in existing.hdinsight_network.subnet:
            if tight := tight_for_hdinsight(subnet, settings.kafka_workers):
                yield f"hdinsightNetwork.existing: {tight}"


def across_regions(settings: Settings, existing: Existing) -> Iterator[str]:
    """A warning where HDInsight and AKS are in different regions.

    Peerings between regions carry all traffic but that to load balancers of the SKU Basic, and brokers are
    reached at addresses of their own, so nothing is refused:
    https://learn.microsoft.com/azure/virtual-network/virtual-network-troubleshoot-peering-issues
    """
    kafka = _region(existing.hdinsight_network.location if existing.hdinsight_network else settings.location)
    of_aks = existing.aks or existing.aks_network
    aks = _region(of_aks.location if of_aks else settings.location)
    if kafka != aks:
        yield (
            f"HDInsight is in {kafka} and AKS in {aks}. Pods reach brokers across regions, but each request "
            "takes the time between the two, and Azure bills traffic between regions by the rates of global "
            "peering, which are higher: https://azure.microsoft.com/pricing/details/virtual-network/"
        )


@dataclass(frozen=True)
class _Claim:
    """An address range in use. `setting` is the one that sets the range, or that adopts its resource."""

    of: str
    setting: str
    what: str
    range: IPv4Network
    exists: bool

    def clash(self, other: _Claim, taken: list[IPv4Network]) -> Mistake:
        """The mistake that this range overlaps `other`; what would be right keeps clear of all `taken`."""
        rule = f"must not overlap {other.what}, {other.range}"
        networks = {self.of, other.of} <= {_HDINSIGHT, _AKS}
        right = (
            "networks that do not overlap"
            if self.exists
            else str(free_range(self.range.prefixlen, taken) or "")
        )
        return Mistake(self.setting, str(self.range), rule, PEERINGS if networks else AKS_PLANNING, right)


def _claims(settings: Settings, existing: Existing) -> Iterator[_Claim]:
    """Every range that must not overlap another: both networks', services' and pods'."""
    if existing.hdinsight_network:
        setting = "kafka.existing" if existing.kafka else "hdinsightNetwork.existing"
        yield from _claims_of(_HDINSIGHT, setting, existing.hdinsight_network)
    else:
        for name, space in by_name("hdinsightAddressSpace", settings.hdinsight_address_space).items():
            yield _Claim(_HDINSIGHT, name, name, space, exists=False)
    if existing.aks_network:
        setting = "aks.existing" if existing.aks else "aksNetwork.existing"
        if not _one_network(existing):
            yield from _claims_of(_AKS, setting, existing.aks_network)
    else:
        for name, space in by_name("aksAddressSpace", settings.aks_address_space).items():
            yield _Claim(_AKS, name, name, space, exists=False)
    if existing.aks:
        whose = f"of AKS cluster {existing.aks.reference}"
        for range_ in existing.aks.service_ranges:
            yield _Claim(_SERVICES, "aks.existing", f"the Services {whose}", range_, exists=True)
        for range_ in existing.aks.pod_ranges:
            yield _Claim(_PODS, "aks.existing", f"the pods {whose}", range_, exists=True)
    else:
        yield _Claim(_SERVICES, "serviceCidr", "serviceCidr", settings.service_cidr, exists=False)
        if settings.aks_pod_network == "overlay":
            yield _Claim(_PODS, "podCidr", "podCidr", settings.pod_cidr, exists=False)


def _claims_of(of: str, setting: str, network: ExistingNetwork) -> Iterator[_Claim]:
    for space in network.address_space:
        yield _Claim(of, setting, f"the network {network.name} of {setting}", space, exists=True)


def _one_network(existing: Existing) -> bool:
    """Whether AKS and HDInsight are in the same network, where they need no peering."""
    hdinsight, aks = existing.hdinsight_network, existing.aks_network
    return hdinsight is not None and aks is not None and hdinsight.id.lower() == aks.id.lower()


def _with_itself(existing: Existing) -> Iterator[Mistake]:
    if _one_network(existing) and existing.aks_network:
        rule = f"must be false: AKS and HDInsight are both in the network {existing.aks_network.name}"
        yield Mistake("peering", True, rule, PEERINGS, "false")


def _peers_of(existing: Existing, halves: Collection[Half]) -> list[_Claim]:
    """The ranges of the networks that an existing network is peered with already.

    Azure peers no network with two that overlap each other, so the other side's network must not overlap
    these: each is a claim of that side.
    """
    sides = ((_HDINSIGHT, existing.aks_network), (_AKS, existing.hdinsight_network))
    between = [half.peering for half in halves]
    return [
        _Claim(of, "", f"what {network.name} is peered with already ({peering.name})", space, exists=True)
        for of, network in sides
        if network
        for peering in network.peerings
        if peering not in between
        for space in peering.ranges
    ]


def _clashes(claims: list[_Claim], taken: list[IPv4Network]) -> Iterator[Mistake]:
    """Overlaps of a new range with an existing one, or of an existing AKS with an existing HDInsight network.

    `Settings` compares new ranges with each other; an existing AKS has made its own ranges fit.
    """
    for one, other in combinations(claims, 2):
        known = one.exists and other.exists and _HDINSIGHT not in (one.of, other.of)
        ours = not one.exists and not other.exists
        if one.of != other.of and not known and not ours and one.range.overlaps(other.range):
            wrong, right = (other, one) if one.exists and not other.exists else (one, other)
            yield wrong.clash(right, taken)


def _clashes_with_peers(
    claims: list[_Claim], peers: list[_Claim], taken: list[IPv4Network]
) -> Iterator[Mistake]:
    for claim, peer in product(claims, peers):
        if claim.of == peer.of and claim.range.overlaps(peer.range):
            yield claim.clash(peer, taken)


def _regions(settings: Settings, existing: Existing) -> Iterator[Mistake]:
    """New clusters whose region is not that of their existing network."""
    made_in = (
        ("HDInsight", existing.hdinsight_network if not existing.kafka else None),
        ("AKS", existing.aks_network if not existing.aks else None),
    )
    for what, network in made_in:
        region = _region(network.location) if network else settings.location
        if network and region != settings.location:
            rule = f"must be the region of {network.name}, where {what} goes"
            yield Mistake("location", settings.location, rule, "", region)


def _region(location: str) -> str:
    """A region's name, which HDInsight's answers spell with blanks: West Europe."""
    return location.lower().replace(" ", "")


def _subscriptions(existing: Existing, azure: Azure) -> Iterator[Mistake]:
    """A new Kafka cluster in a network of another subscription, which HDInsight refuses."""
    network = existing.hdinsight_network
    if network is None or existing.kafka:
        return
    theirs, subscription = name_in(network.id, "subscriptions"), azure.subscription
    if theirs.lower() != subscription.lower():
        rule = (
            f"must be a network in the subscription of the new cluster, {subscription}: HDInsight makes none "
            f"in a network of another one, such as {theirs}, where {network.name} is"
        )
        right = f"a network of subscription {subscription}, or azure-native:subscriptionId {theirs}"
        yield Mistake("hdinsightNetwork.existing", network.name, rule, HDINSIGHT_NETWORKS, right)


def _small_subnets(settings: Settings, existing: Existing) -> Iterator[Mistake]:
    """Existing subnets that are too small for the new cluster in them."""
    if existing.hdinsight_network and not existing.kafka:
        for subnet in existing.hdinsight_network.subnet:
            yield from _held(
                "hdinsightNetwork.existing", subnet, lambda it: room_for_hdinsight(it, settings.kafka_workers)
            )
    if existing.aks_network and not existing.aks:
        nodes = max(settings.aks_node_count, settings.aks_max_node_count)
        pods = settings.aks_max_pods if settings.aks_pod_network == "flat" else 0
        for subnet in existing.aks_network.subnet:
            yield from _held("aksNetwork.existing", subnet, lambda it: room_for_aks(it, nodes, pods))


def _held(setting: str, subnet: IPv4Network, rule: Callable[[IPv4Network], object]) -> list[Mistake]:
    try:
        rule(subnet)
    except PydanticCustomError as error:
        return [Mistake(setting, str(subnet), **broken) for broken in broken_rules(error)]
    return []


def _topics(settings: Settings, existing: Existing) -> Iterator[Mistake]:
    """Topics with more replicas than the existing cluster has brokers."""
    for index, topic in enumerate(settings.topics):
        if existing.kafka and topic.replication_factor > existing.kafka.workers:
            rule = f"must be at most {existing.kafka.workers}, as many brokers as {existing.kafka.name} has"
            yield Mistake(
                f"topics[{index}].replicationFactor",
                topic.replication_factor,
                rule,
                "",
                str(min(3, existing.kafka.workers)),
            )

"""Checks settings against the existing resources: ranges, peerings, regions, subnets, topics."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network
from itertools import combinations, product

from pydantic_core import PydanticCustomError

from ..settings import Settings
from ..settings.address_space import by_name
from ..settings.addresses import AKS_PLANNING, PEERINGS, free_range, room_for_aks, room_for_hdinsight
from ..settings.mistakes import Mistake, broken_rules
from .model import Existing
from .network import ExistingNetwork, ExistingPeering

_HDINSIGHT, _AKS, _SERVICES, _PODS = "HDInsight's network", "AKS's network", "Services", "pods"


def mistakes_beside(settings: Settings, existing: Existing) -> list[Mistake]:
    """The settings that conflict with existing resources."""
    claims = list(_claims(settings, existing))
    across = _peers_of(existing) if settings.peering else []
    taken = [claim.range for claim in [*claims, *across]]
    return [
        *_clashes(claims, taken),
        *_clashes_with_peers(claims, across, taken),
        *(_peered_already(existing) if settings.peering else ()),
        *_regions(settings, existing),
        *_small_subnets(settings, existing),
        *_topics(settings, existing),
    ]


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


def _peers_of(existing: Existing) -> list[_Claim]:
    """The ranges of the networks that an existing network is peered with already.

    Azure peers no network with two that overlap each other, so the other side's network must not overlap
    these: each is a claim of that side.
    """
    sides = (
        (_HDINSIGHT, existing.aks_network, existing.hdinsight_network),
        (_AKS, existing.hdinsight_network, existing.aks_network),
    )
    return [
        _Claim(of, "", f"what {network.name} is peered with already ({peering.name})", space, exists=True)
        for of, network, other in sides
        if network
        for peering in network.peerings
        if not _leads_to(peering, other)
        for space in peering.ranges
    ]


def _peered_already(existing: Existing) -> Iterator[Mistake]:
    """The mistake of a second peering between the same two networks, which Azure refuses."""
    one, other = existing.hdinsight_network, existing.aks_network
    for peering in one.peerings if one else ():
        if one and other and _leads_to(peering, other):
            rule = f"must be false: {one.name} and {other.name} are peered already ({peering.name})"
            yield Mistake("peering", True, rule, PEERINGS, "false")


def _leads_to(peering: ExistingPeering, network: ExistingNetwork | None) -> bool:
    return network is not None and peering.remote_id.lower() == network.id.lower()


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
        region = network.location.lower().replace(" ", "") if network else settings.location
        if network and region != settings.location:
            rule = f"must be the region of {network.name}, where {what} goes"
            yield Mistake("location", settings.location, rule, "", region)


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
